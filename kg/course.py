"""A patient's course in order: every occurrent with its time as reported, its solved bounds, and its places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Store, Triple

from . import statements
from .errors import KgError
from .network import Atom
from .statements import Said, Statement, iri_of, local
from .timeline import ASSUMPTIONS, Timeline, key, solve, start
from .vocabulary import BASE, RDF_TYPE, TIME, lkg, terms

__all__ = ["ASSUMPTIONS", "TIMES", "Line", "Told", "course", "general", "in_words", "patients", "places", "told"]

_ORDER_WORDS = {
    f"{TIME}intervalAfter": "after",
    f"{TIME}intervalBefore": "before",
    f"{TIME}intervalIn": "during",
    f"{TIME}intervalEquals": "at the same time as",
    "afterCycle": "after cycle",
    "shortlyAfter": "shortly after",
    "atStartOf": "in force at the start of",
    "atEndOf": "in force at the end of",
    "stillAt": "still at the end of",
}
TIMES = frozenset({"startDate", "endDate", "startOffset", "endOffset", "dayNumber"}) | frozenset(_ORDER_WORDS)


@dataclass(frozen=True)
class Line:
    """One occurrent of a course.

    `reported` are its times in the words of the source, `solved` its start in days from the index event, `details`
    what else is said, each with a mark where it is suspected, absent or not available; `places` the passages.
    """

    name: str
    kinds: str
    reported: str
    solved: str
    details: tuple[str, ...]
    places: tuple[str, ...]


def patients(store: Store) -> list[str]:
    """Return the ids of the patients that a store holds."""
    found = store.quads_for_pattern(None, RDF_TYPE, lkg("Patient"))
    return sorted({local(iri_of(quad.subject)).split("/")[1] for quad in found})


@dataclass(frozen=True)
class Told:
    """All that the store holds of a patient, and where in their publications its passages begin."""

    said: Said
    positions: dict[str, int]


def told(store: Store, patient: str) -> Told:
    """Read what a store's said graphs hold of a patient.

    Raises:
        KgError: no case file speaks of that patient; names those there are.
    """
    found: list[Triple] = []
    for graph in store.named_graphs():
        if local(graph.value).startswith("graph/said/") and graph.value.endswith(f"/{patient}"):
            found += [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]
    if not found:
        raise KgError(f"no patient '{patient}'; there are: {', '.join(patients(store))}")
    characters = store.quads_for_pattern(None, lkg("characters"), None)
    positions = {local(iri_of(quad.subject)): int(iri_of(quad.object).split("-")[0]) for quad in characters}
    return Told(statements.read(found, f"patient/{patient}"), positions)


def course(found: Told, assume: Sequence[str] = ()) -> tuple[Timeline, list[Line]]:
    """Return the solved timeline and the lines of a course, in solved order and, where that is open, as told.

    `assume` names members of `kg.timeline.ASSUMPTIONS`.
    """
    timeline = solve(found.said, assume)
    return timeline, [_line(found.said, timeline, node) for node in _ordered(found, timeline)]


def _ordered(found: Told, timeline: Timeline) -> list[str]:
    said = found.said
    place = {node: _first_place(said.about(node), found.positions) for node in said.occurrents}
    waiting = sorted(said.occurrents, key=lambda node: (place[node], node))
    networks = [network for network in timeline.networks if network.consistent]

    def surely_before(first: str, second: str) -> bool:
        return bool(networks) and all(network.entails(Atom(start(first), start(second), -1)) for network in networks)

    ordered: list[str] = []
    while waiting:
        following = next((n for n in waiting if not any(surely_before(o, n) for o in waiting if o != n)), waiting[0])
        waiting.remove(following)
        ordered.append(following)
    return ordered


def _first_place(found: Iterable[Statement], positions: dict[str, int]) -> tuple[bool, int]:
    """Return where an occurrent is first told: in the running text before abstract and tables, which tell it in brief."""
    passages = [passage for statement in found for passage in statement.passages]
    return min(
        (
            (passage.split("/", 2)[2].startswith(("abstract.", "table-")), positions.get(passage, 0))
            for passage in passages
        ),
        default=(True, 0),
    )


def _line(said: Said, timeline: Timeline, node: str) -> Line:
    found = said.about(node)
    kinds = [statement for statement in found if statement.property == RDF_TYPE.value]
    times = [statement for statement in found if statement.property in TIMES]
    rest = [statement for statement in found if statement not in kinds and statement not in times]
    findings = [part for part, keys in said.skeleton.items() if node in keys.get("findingOf", ())]
    return Line(
        name=key(node),
        kinds=", ".join(dict.fromkeys(_value(statement) + _mark(statement) for statement in kinds)),
        reported="; ".join(dict.fromkeys(_time(statement) for statement in times)) or "not stated",
        solved=_span(timeline, node),
        details=tuple(dict.fromkeys([*map(_detail, rest), *_findings(said, findings)])),
        places=tuple(dict.fromkeys(place for statement in found for place in places(statement))),
    )


def places(statement: Statement) -> list[str]:
    """Return the passages of a statement as `publication/passage`."""
    return [passage.removeprefix("passage/") for passage in statement.passages]


def _span(timeline: Timeline, node: str) -> str:
    if not timeline.consistent:
        return "contradictory"
    low, high = timeline.days(start(node), f"{timeline.index}.start")
    if low is None and high is None:
        return ""
    if low == high:
        return f"day {low}"
    return f"day {'…' if low is None else low} to {'…' if high is None else high}"


def _time(statement: Statement) -> str:
    values = ", ".join(value.value for value in statement.values)
    if statement.property in _ORDER_WORDS:
        return f"{_ORDER_WORDS[statement.property]} {key(statement.target)}{_mark(statement)}"
    if statement.property in ("startDate", "endDate"):
        return f"{'until ' if statement.property == 'endDate' else ''}{values}{_mark(statement)}"
    anchor = key(statement.anchor) if statement.anchor else "?"
    until = "until " if statement.property == "endOffset" else ""
    word = {"ByThen": "by ", "About": "about ", "AtLeast": "at least "}.get(statement.qualifier, "")
    if statement.property == "dayNumber":
        days = ", ".join(str(day) for day in sorted(int(value.value) for value in statement.values))
        return f"{word}day {days} of {anchor}{_mark(statement)}"
    side = "before" if statement.qualifier == "Before" else "after"
    point = f"the {statement.anchor_point.lower()} of " if statement.anchor_point else ""
    return f"{until}{word}{statement.printed or values} {side} {point}{anchor}{_mark(statement)}"


def _mark(statement: Statement) -> str:
    if statement.polarity == statements.ABSENT:
        return " (stated absent)"
    if statement.polarity == statements.NOT_AVAILABLE:
        return " (stated not available)"
    return " (suspected)" if statement.suspected else ""


def _value(statement: Statement) -> str:
    shown = []
    for value in statement.values:
        known = terms().by_iri.get(value.value)
        shown.append(known.label if known else local(value.value).removeprefix(f"{statement.about.rsplit('/', 1)[0]}/"))
    text = ", ".join(shown)
    unit = statement.unit if statement.unit not in ("", "1") else ""
    return f"{statement.comparator}{text}{' ' + unit if unit else ''}"


def _detail(statement: Statement) -> str:
    known = terms().by_iri.get(BASE + statement.property)
    label = known.label if known else statement.property
    if statement.property == "occurrence":
        return f"{_value(statement)}{_mark(statement)}"
    return f"{label}: {_value(statement)}{_mark(statement)}" if statement.values else f"{label}{_mark(statement)}"


def _findings(said: Said, findings: Sequence[str]) -> list[str]:
    shown = []
    for finding in sorted(findings):
        result = next((s for s in said.about(finding) if s.property == "result"), None)
        if result:
            shown.append(f"{result.printed}: {_value(result)}{_mark(result)}")
    return shown


def general(said: Said) -> list[str]:
    """Return what is said of the patient as a whole."""
    return [f"{_detail(statement)}  [{' '.join(places(statement))}]" for statement in said.about(said.subject)]


def in_words(statement: Statement) -> str:
    """Return a statement as one line of words: what it is about, and what it says."""
    about = statement.about.split("/", 2)[-1]
    if statement.property in TIMES:
        return f"{about}: {_time(statement)}"
    if statement.property == RDF_TYPE.value:
        return f"{about}: {_value(statement)}{_mark(statement)}"
    return f"{about}: {_detail(statement)}"
