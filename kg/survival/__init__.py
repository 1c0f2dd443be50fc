"""Survival-ready tables: patients, events and endpoints with bounds in days, certainty, censoring and places in papers."""

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, Store

from .. import course
from ..course import Line
from ..errors import KgError
from ..projection import telling, types_of, values_of
from ..statements import ABSENT, NOT_AVAILABLE, Said, Statement, Value, local
from ..timeline import Timeline, end, key, start
from ..vocabulary import BASE, RDF_TYPE, terms
from .columns import EVENTS, LAYOUTS, PATIENTS, TIMES, WARNING, Column, Layout, Words
from .days import ORIGINS, Days, Origin, since
from .endpoints import Time, times

__all__ = ["LAYOUTS", "WARNING", "Column", "Layout", "Row", "Words", "tables"]

Row = dict[str, str | int | None]
_Origins = Mapping[Origin, Sequence[str]]
_CATEGORIES = (
    ("Death", "death"), ("Diagnosis", "diagnosis"), ("HematopoieticCellTransplantation", "transplantation"),
    ("DonorLymphocyteInfusion", "donor lymphocyte infusion"), ("Relapse", "relapse"), ("Remission", "remission"),
    ("ActiveDisease", "active disease"), ("DiseaseState", "disease state"), ("GraftVersusHostDisease", "GvHD"), ("Treatment", "treatment"),
    ("ClinicalFinding", "finding"), ("Assessment", "assessment"), ("FollowUp", "follow-up"), ("Presentation", "presentation"),
)  # fmt: skip
_NUMBERS = ("remissionNumber", "relapseNumber", "cycleNumber", "infusionNumber", "transplantNumber")
_LASTING = frozenset({"DiseaseState", "ClinicalFinding", "FollowUp"})


def tables(store: Store, patients: Sequence[str] = ()) -> Mapping[Layout, list[Row]]:
    """Return the rows of each table, of the patients named or of all.

    Raises:
        KgError: there is no such patient; a group of patients is none.
    """
    known = course.patients(store)
    if unknown := [patient for patient in patients if patient not in known]:
        raise KgError(f"no patient '{unknown[0]}'; there are: {', '.join(known)}")
    rows: dict[Layout, list[Row]] = {layout: [] for layout in LAYOUTS}
    for patient in patients or known:
        told = course.told(store, patient)
        timeline, lines = course.course(told)
        origins = {origin: origin.nodes(told.said) for origin in ORIGINS}
        rows[PATIENTS].append(_patient(timeline, origins))
        rows[EVENTS] += [_event(timeline, origins, line) for line in lines if _is_event(told.said, line)]
        rows[TIMES] += [_time(timeline, time) for time in times(timeline)]
    return rows


def _name(said: Said) -> str:
    return said.subject.removeprefix("patient/")


def _node(said: Said, line: Line) -> str:
    return f"{said.subject}/{line.name}"


def _is_event(said: Said, line: Line) -> bool:
    """Whether a line tells of an event: not the disease itself, nor what lost a conflict over whether it happened."""
    types = types_of(said, _node(said, line), possible=True)
    return bool(types) and "Disease" not in types


# --- patients ---


def _patient(timeline: Timeline, origins: _Origins) -> Row:
    said = timeline.said
    diseases = [node for node in said.occurrents if "Disease" in types_of(said, node)]
    ages = [s for s in telling(said, said.subject, "age") if s.unit == "a"]
    row: Row = {
        "patient": _name(said),
        "told_by": _joined(local(s.source).removeprefix("publication/") for s in said.statements),
        "primary_source": _joined(local(s.primary_source).removeprefix("publication/") for s in said.statements),
        "disease": "; ".join(dict.fromkeys(kind for node in diseases for kind in _kinds(said, node))),
        "age_years": min((int(float(s.value.value)) for s in ages), default=None),
        "sex": _values(said, said.subject, "sex"),
    }
    row["not_reported"] = " ".join(name for name in ("disease", "age_years", "sex") if row[name] in ("", None))
    row["vital_status"] = _vital_status(said)
    row |= {f"{origin.name}_events": " ".join(map(key, nodes)) for origin, nodes in origins.items()}
    for origin, nodes in origins.items():
        row |= _cells(f"followed_{{}}_from_{origin.name}", timeline, nodes, _followed(timeline, nodes))
    row["stated_absent"] = _scoped(said, ABSENT)
    row["not_available"] = _scoped(said, NOT_AVAILABLE)
    row["open_conflicts"] = sum(not conflict.prefers for conflict in said.conflicts)
    row["settled_conflicts"] = sum(bool(conflict.prefers) for conflict in said.conflicts)
    about = [said.subject, *diseases]
    row["evidence"] = _places(s for node in about for s in said.about(node))
    return row


def _vital_status(said: Said) -> str:
    if any("Death" in types_of(said, node) for node in said.occurrents):
        return "dead"
    stated = {local(v.value) for node in (said.subject, *said.occurrents) for v in values_of(said, node, "vitalStatus")}
    return "alive" if stated == {"Alive"} else "not stated"


def _followed(timeline: Timeline, origins: Sequence[str]) -> Days:
    """Return when the patient is last told of: after everything that is told, and not after death or the end of follow-up."""
    said = timeline.said
    lows = [since(timeline, end(node), origins).low for node in said.occurrents]
    closed = [node for node in said.occurrents if types_of(said, node) & {"Death", "FollowUp"}]
    highs = [since(timeline, end(node), origins).high for node in closed]
    known = [low for low in lows if low is not None]
    return Days(
        max(known, default=None), None if None in highs else min((h for h in highs if h is not None), default=None)
    )


def _scoped(said: Said, polarity: str) -> str:
    found = []
    for statement in said.statements:
        if statement.polarity == polarity:
            what = ", ".join(_label(value) for value in statement.values)
            property_ = "" if statement.property == "occurrence" else f"{_label_of(BASE + statement.property)} "
            scope = "" if statement.about == said.subject else f" (in {key(statement.about)})"
            found.append(f"{property_}{what}".strip() + scope)
    return "; ".join(sorted(dict.fromkeys(found)))


# --- events ---


def _event(timeline: Timeline, origins: _Origins, line: Line) -> Row:
    said = timeline.said
    node = _node(said, line)
    types = types_of(said, node, possible=True)
    row: Row = {
        "patient": _name(said),
        "event": line.name,
        "category": next((category for name, category in _CATEGORIES if name in types), "other"),
        "kind": "; ".join(_kinds(said, node)),
        "certainty": "certain" if telling(said, node, RDF_TYPE.value) else "possible",
        "part_of": " ".join(key(whole) for whole in said.skeleton[node].get("partOf", ())),
        "number": " ".join(filter(None, (_values(said, node, name) for name in _NUMBERS))),
        "agents": _values(said, node, "agent"),
        "sites": _values(said, node, "site"),
        "compartment": _values(said, node, "compartment"),
        "mrd_status": _values(said, node, "mrdStatus"),
        "grade": _values(said, node, "grade"),
        "time_reported": line.reported,
        "duration": _values(said, node, "duration"),
    }
    for prefix, point in (("", start(node)), ("end_", end(node))):
        for origin, nodes in origins.items():
            row |= _cells(f"{prefix}{{}}_from_{origin.name}", timeline, nodes, since(timeline, point, nodes))
    row["end_status"] = _end_status(said, node, row) if types & _LASTING else ""
    row["conflict"] = _conflict(said, node)
    row["evidence"] = " ".join(sorted(line.places))
    return row


def _end_status(said: Said, node: str, row: Row) -> str:
    ends = [s for name in ("stillAt", "endOffset", "endDate") for s in telling(said, node, name)]
    resolution = {local(value.value) for value in values_of(said, node, "resolution")}
    still = any(s.property == "stillAt" or s.qualifier == "AtLeast" or s.comparator in (">", ">=") for s in ends)
    if still or "NotResolved" in resolution:
        return "censored"
    if ends or "Resolved" in resolution:
        return "told"
    implied = any(row[f"end_day_max_from_{origin.name}"] is not None for origin in ORIGINS)
    return "implied" if implied else "not reported"


def _conflict(said: Said, node: str) -> str:
    own = {statement.iri for statement in said.about(node)}
    touched = [conflict for conflict in said.conflicts if own & set(conflict.between)]
    if not touched:
        return ""
    return "settled" if all(conflict.prefers for conflict in touched) else "open"


# --- endpoints ---


def _time(timeline: Timeline, time: Time) -> Row:
    said = timeline.said
    by_iri = {statement.iri: statement for statement in said.statements}
    used = [by_iri[iri] for iri in _premises(timeline, time) if iri in by_iri]
    shown = {f"{said.subject}/{point.rsplit('.', 1)[0]}" for point in time.points}
    used += [
        s for node in {*time.origins, *time.events, *shown} for s in telling(said, node, RDF_TYPE.value, possible=True)
    ]
    return {
        "patient": _name(said),
        "endpoint": time.endpoint.name,
        "status": time.status,
        "observed": time.observed,
        "lower": time.days.low,
        "upper": time.days.high,
        "bounds": "" if time.observed is None else _bounds(timeline, time.origins, time.days),
        "origin_events": " ".join(map(key, time.origins)),
        "events": " ".join(map(key, time.events)),
        "evidence": _places(used),
    }


def _premises(timeline: Timeline, time: Time) -> list[str]:
    """Return the statements that the bounds of a time follow from."""
    found = {
        bound.reason.source
        for network in timeline.networks
        if network.consistent
        for point in time.points
        for origin in time.origins
        for pair in ((point, start(origin)), (start(origin), point))
        for bound in network.explain(*pair)
    }
    return sorted(found)


# --- what all three share ---


def _cells(name: str, timeline: Timeline, origins: Sequence[str], days: Days) -> Row:
    """Return the bounds of a point from an origin and the word that says why one is empty, named by a template."""
    low, high, bounds = (name.format(part) for part in ("day_min", "day_max", "bounds"))
    return {low: days.low, high: days.high, bounds: _bounds(timeline, origins, days)}


def _bounds(timeline: Timeline, origins: Sequence[str], days: Days) -> str:
    if not origins:
        return "origin not reported"
    return days.bounds if timeline.consistent else "contradictory"


def _kinds(said: Said, node: str) -> list[str]:
    """Return the labels of the most specific classes of a node."""
    found = {value.value for value in values_of(said, node, RDF_TYPE.value, possible=True)}
    wider = {above for iri in found for above in terms().superclasses(iri) if above != iri}
    return sorted(_label_of(iri) for iri in found - wider)


def _values(said: Said, node: str, name: str) -> str:
    shown = {
        _label(value) + (f" {statement.unit}" if statement.unit not in ("", "1") else "")
        for statement in telling(said, node, name)
        for value in statement.values
    }
    return "; ".join(sorted(shown))


def _label(value: Value) -> str:
    return value.value if isinstance(value, Literal) else _label_of(value.value)


def _label_of(iri: str) -> str:
    known = terms().by_iri.get(iri)
    return known.label if known else local(iri)


def _joined(names: Iterable[str]) -> str:
    return " ".join(sorted({name for name in names if name}))


def _places(statements: Iterable[Statement]) -> str:
    return " ".join(sorted({place for statement in statements for place in course.places(statement)}))
