"""Run the shapes over cases and return findings with the place in the case file and in the paper.

What is validated is a patient's whole graph: what is said, its projection, what is computed, what the solved timeline
entails, and what published criteria make of it; so a rule reads plain triples, plain order and verdicts. A finding that may be the source's own defect (M19) is
settled by an acknowledgement in the case file; it is kept and marked.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from . import assemble, computed, engines, files, projection, timeline
from .cases import CaseFile
from .classify import classify_patient, response
from .classify.graph import diagnosis_checks, rule_triples
from .engines import Engine, Result
from .errors import Place, visible
from .shapes import Shapes, shapes
from .statements import ABSENT, Said, Statement, local, named
from .timeline import Timeline, end, start
from .vocabulary import BASE, DCTERMS, RDF_TYPE, TIME, XSD, compact, lkg, terms

_INTEGER = NamedNode(XSD + "integer")
_ISSUED = f"{DCTERMS}issued"
# Occurrents whose order rules compare; symptoms and imaging of a long report would only cost time.
_ORDERED = frozenset(
    {"Treatment", "DiseaseState", "AdverseEvent", "Diagnosis", "Death", "Assessment", "Presentation", "FollowUp"}
)
_TIMED = frozenset({"startDate", "endDate", "startOffset", "endOffset", "dayNumber"})


@dataclass(frozen=True)
class Finding:
    """What a shape found: which, how grave, on what node and path, with what value, and where that was written.

    `rules` are the identifiers of the rules behind the shape; `of_source` tells that the defect may be the source's
    own; `settled` is the reason of the acknowledgement that settles it; `passages` are the places in the paper.
    """

    shape: str
    severity: str
    focus: str
    path: str
    value: str
    message: str
    place: Place | None
    rules: tuple[str, ...] = ()
    of_source: bool = False
    settled: str = ""
    passages: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        value = f" (found: {visible(self.value)})" if self.value else ""
        paper = f" at {' '.join(self.passages)}" if self.passages else ""
        rules = f", {' '.join(self.rules)}" if self.rules else ""
        settled = f"; settled: {visible(self.settled)}" if self.settled else ""
        return f"{where}{self.severity.lower()}: {visible(self.message)}{value} [{self.focus}{paper}, {self.shape}{rules}]{settled}"

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        """The key to sort by: file, line, column, then shape, focus, value."""
        place = self.place
        where = (str(place.file), place.line, place.column) if place else ("", 0, 0)
        return (*where, self.shape, self.focus, self.value)


def violations(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that a curator must mend: violations that no acknowledgement settles."""
    return [finding for finding in findings if finding.severity == "Violation" and not finding.settled]


def check_cases(
    read: Sequence[CaseFile], only: Iterable[Path] = (), engine: Engine = engines.with_pyshacl
) -> list[Finding]:
    """Validate cases that were read together, each subject's graph on its own, and settle what is acknowledged.

    With `only`, no more than the subjects that these files speak of.
    """
    return check_reporting(read, only, engine)[0]


def check_reporting(
    read: Sequence[CaseFile], only: Iterable[Path] = (), engine: Engine = engines.with_pyshacl
) -> tuple[list[Finding], list[Result]]:
    """Validate as `check_cases` does, and return the engine's own results too."""
    paths = {path.resolve() for path in only}
    wanted = {case.subject for case in read if not paths or case.path.resolve() in paths}
    places = {iri: place for case in read for iri, place in case.places.items()}
    found: dict[Finding, None] = {}
    reported: dict[Result, None] = {}
    for said, solved, triples in graphs(read, wanted):
        findings, results = _checked(triples, places, engine)
        findings += _contradiction(said, solved, places)
        findings = [_explained(finding, said, places) for finding in findings]
        found |= dict.fromkeys(_settled(findings, triples, said))
        reported |= dict.fromkeys(results)
    return sorted(found, key=lambda finding: finding.order), list(reported)


# --- the graph that is validated ---


def graphs(
    read: Sequence[CaseFile], wanted: Container[str]
) -> Iterator[tuple[Said, Timeline | None, tuple[Triple, ...]]]:
    """Yield of each subject wanted what is said, its timeline if it is a patient, and the graph that shapes look at."""
    mine = [case for case in read if case.subject in wanted]
    triples: dict[str, list[Triple]] = defaultdict(list)
    for case in mine:
        triples[case.subject].extend(case.triples)
    published = _by_node(t for case in read if case.subject.startswith("publication/") for t in case.triples)
    for subject, said in assemble.by_subject(mine).items():
        solved = timeline.solve(said) if subject.startswith("patient/") else None
        yield said, solved, tuple(dict.fromkeys(graph(said, triples[subject], published, solved)))


def graph(
    said: Said, triples: Sequence[Triple], published: Mapping[str, Sequence[Triple]], solved: Timeline | None
) -> Iterator[Triple]:
    """Yield all that shapes may look at for one subject: said, projected, computed, entailed, judged, and what it cites."""
    yield from triples
    for statement in said.statements:
        if statement.property in _TIMED:
            yield Triple(named(statement.iri), RDF_TYPE, lkg("StatementOfTime"))
        if statement.polarity == ABSENT:
            yield Triple(named(statement.iri), RDF_TYPE, lkg("StatementOfAbsence"))
    yield from _cited(said, triples, published)
    if said.subject.startswith("publication/"):
        return
    plain = [*projection.project(said).certain, *computed.triples(said)]
    yield from plain
    yield from _classes([*triples, *plain])
    if solved is not None:
        yield from entailed(solved)
        yield from rule_triples(said.subject, response.assess(solved))
        for classified in classify_patient(said):
            yield from diagnosis_checks(said.subject, classified)


def _by_node(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    found: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            found[triple.subject.value].append(triple)
    return found


def _cited(said: Said, triples: Sequence[Triple], published: Mapping[str, Sequence[Triple]]) -> Iterator[Triple]:
    """Yield of the publications: passages cited, dates of issue, and the claims that credit something of this subject."""
    cited = {str(t.object.value) for t in triples if isinstance(t.object, NamedNode)}
    response = lkg("creditedResponse")
    for about in published.values():
        if any(t.predicate == response and local(_iri(t.object)).startswith(f"{said.subject}/") for t in about):
            yield from about
            cited |= {_iri(t.object) for t in about}
    for node in sorted(cited & published.keys()):
        if node.startswith(f"{BASE}passage/"):
            yield from published[node]
        else:
            yield from (t for t in published[node] if t.predicate.value == _ISSUED)


def _iri(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""


@functools.cache
def _editions() -> dict[str, NamedNode]:
    """Return the classification edition of each class that has one."""
    return {
        t.subject.value: t.object
        for path in files.ontology_files()
        for t in parse(path=str(path), format=RdfFormat.TURTLE)
        if t.predicate == lkg("edition") and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    }


def _classes(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the superclasses of every occurrent's classes, the classes of every term named, and editions of classes."""
    known = terms()
    for triple in triples:
        if not isinstance(triple.object, NamedNode) or not isinstance(triple.subject, NamedNode):
            continue
        named_ = known.by_iri.get(triple.object.value)
        if named_ is None:
            continue
        if triple.predicate == RDF_TYPE and named_.kind == "class":
            above = known.superclasses(named_.iri)
            if lkg("Occurrent").value in above:
                yield from (Triple(triple.subject, RDF_TYPE, NamedNode(iri)) for iri in sorted(above))
                if edition := _editions().get(named_.iri):
                    yield Triple(triple.object, lkg("edition"), edition)
        elif named_.kind == "individual":
            for type_ in sorted(named_.types):
                yield from (
                    Triple(triple.object, RDF_TYPE, NamedNode(iri)) for iri in sorted(known.superclasses(type_))
                )


def entailed(solved: Timeline) -> Iterator[Triple]:
    """Yield what a solved timeline entails: day bounds of starts and ends, and which occurrent certainly starts before which."""
    if not solved.consistent or not solved.index:
        return
    said = solved.said
    zero = f"{solved.index}.start"
    for node in said.occurrents:
        for point, property_ in ((start(node), "hasBeginning"), (end(node), "hasEnd")):
            instant = named(f"{node}/time/{property_.removeprefix('has').lower()}")
            days = solved.days(point, zero)
            if days != (None, None):
                yield Triple(named(f"{node}/time"), NamedNode(TIME + property_), instant)
            for name, day in zip(("earliestDay", "latestDay"), days, strict=True):
                if day is not None:
                    yield Triple(instant, lkg(name), Literal(str(day), datatype=_INTEGER))
    ordered = [node for node in said.occurrents if projection.types_of(said, node) & _ORDERED]
    for first in ordered:
        for second in ordered:
            if first == second:
                continue
            if _most(solved, start(first), start(second)) < 0:
                yield Triple(named(first), lkg("startsBefore"), named(second))
            if _most(solved, start(first), end(second)) <= 0 and _most(solved, start(second), end(first)) <= 0:
                yield Triple(named(first), lkg("overlapsWith"), named(second))


def _most(solved: Timeline, point: str, relative_to: str) -> float:
    """Return by how much at most `point` is later than `relative_to`, in ticks, in any world."""
    most = [network.span(point, relative_to)[1] for network in solved.networks if network.consistent]
    return max(float("inf") if ticks is None else ticks for ticks in most)


# --- from results to findings ---


def check(
    triples: Iterable[Triple], places: Mapping[str, Place], engine: Engine = engines.with_pyshacl
) -> list[Finding]:
    """Validate triples against the shipped shapes.

    `places` maps the IRI of a node to where it was written.
    """
    return _checked(list(triples), places, engine)[0]


def _checked(
    triples: Sequence[Triple], places: Mapping[str, Place], engine: Engine
) -> tuple[list[Finding], list[Result]]:
    """Return the findings and the engine's own results; what no engine can compare is a finding and kept from it."""
    wrong, known = dict(engines.mistyped(triples)), shapes()
    results = engine([triple for triple in triples if triple not in wrong], known)
    findings = [_finding(result, known, places) for result in results]
    findings += [_mistyped(triple, reason, places) for triple, reason in wrong.items()]
    return sorted(findings, key=lambda finding: finding.order), results


def _finding(result: Result, known: Shapes, places: Mapping[str, Place]) -> Finding:
    behind = result.constraint or result.shape
    focus = _text(result.focus)
    value = "" if result.value == result.focus else compact(_text(result.value))
    return Finding(
        shape=compact(behind),
        severity=compact(result.severity).removeprefix("sh:"),
        focus=compact(focus),
        path=compact(_text(result.path)),
        value=value,
        message=_worded(next(iter(result.messages), "")),
        place=places.get(focus),
        rules=known.rules.get(behind, ()),
        of_source=behind in known.of_source,
    )


def _mistyped(triple: Triple, reason: str, places: Mapping[str, Place]) -> Finding:
    focus = _text(triple.subject)
    path = compact(triple.predicate.value)
    message = f"A value cannot be compared: {reason}; mend it, nothing else is checked of it."
    return Finding("Literal-value-of-its-type", "Violation", compact(focus), path, "", message, places.get(focus))


# --- what a finding is told with ---


def _worded(message: str) -> str:
    """Return a message with terms by their labels and nodes by their short names."""

    def name(found: re.Match[str]) -> str:
        known = terms().by_iri.get(found[0])
        if known:
            return known.label
        return re.sub(r"^(?:patient|group|publication)/(?:[^/]+/)?", "", local(found[0]))

    return re.sub(rf"{re.escape(BASE)}[\w./-]*\w", name, message)


def _contradiction(said: Said, solved: Timeline | None, places: Mapping[str, Place]) -> list[Finding]:
    found = solved.contradiction() if solved else None
    if found is None:
        return []
    clashing = [iri for iri in found.statements if iri.startswith("statement/")]
    places_ = sorted(place for iri in clashing if (place := places.get(BASE + iri)))
    listed = ", ".join(iri.removeprefix("statement/").split("/", 2)[-1] for iri in clashing)
    return [
        Finding(
            shape="Timeline-order-consistent",
            severity="Warning",
            focus=said.subject,
            path="",
            value="",
            message=f"These times cannot all hold: {listed}; mend what is not as printed, or write the conflict under 'conflicts:'.",
            place=places_[0] if places_ else None,
            rules=("R02", "R04"),
            passages=tuple(sorted({_short(p) for s in said.statements if s.iri in clashing for p in s.passages})),
        )
    ]


def _short(passage: str) -> str:
    return passage.removeprefix("passage/")


def _explained(finding: Finding, said: Said, places: Mapping[str, Place]) -> Finding:
    """Add the place in the paper, the value as printed, and the line of the very statement where one can be named."""
    telling = _telling(finding, said)
    short = finding.value.removeprefix(f"{said.subject}/")
    if telling is None:
        return replace(finding, value=short)
    direct = finding.value and (telling.property == finding.path or _carries(telling, finding.value))
    return replace(
        finding,
        passages=finding.passages or tuple(_short(passage) for passage in telling.passages),
        value=(telling.printed or short) if direct else short,
        place=(places.get(BASE + telling.iri) if direct else None) or finding.place or places.get(BASE + telling.iri),
    )


def _carries(statement: Statement, value: str) -> bool:
    quantity = f"{statement.about}/{statement.property}"
    return value in {compact(v.value) for v in statement.values} or bool(
        statement.unit and (value == quantity or value.startswith(f"{quantity}/"))
    )


def _telling(finding: Finding, said: Said) -> Statement | None:
    """Return the statement that a finding is about: the one with the value found, else that of the node's class."""
    if finding.focus.startswith("statement/"):
        return next((s for s in said.statements if s.iri == finding.focus), None)
    node = finding.focus
    about: Sequence[Statement] = ()
    while node.count("/") > 1 and not about:  # a clone of an analysis or a part of it is told by what it belongs to
        about = said.about(node)
        node = node.rsplit("/", 1)[0]
    about = about or said.about(finding.focus)
    carrying = [s for s in about if finding.value and _carries(s, finding.value)]
    on_path = [s for s in about if finding.path and s.property == finding.path]
    typed = [s for s in about if s.property == RDF_TYPE.value]
    return next(iter([*carrying, *on_path, *typed, *about]), None)


def _settled(findings: Iterable[Finding], triples: Sequence[Triple], said: Said) -> Iterator[Finding]:
    """Mark the findings that an acknowledgement of the case settles: its rule, on the node, a part of it, or all of it."""
    acknowledged = []
    for node, about in _by_node(triples).items():
        keys = {t.predicate.value.removeprefix(BASE): t.object for t in about}
        if keys.get("acknowledges") and node.startswith(f"{BASE}acknowledgement/"):
            rule, on, reason = (_text(keys.get(key)) for key in ("acknowledges", "about", "reason"))
            acknowledged.append((rule, local(on), reason))
    whose = {s.iri: s.about for s in said.statements}
    for finding in findings:
        focus = whose.get(finding.focus, finding.focus)
        for rule, on, reason in acknowledged:
            if (
                finding.of_source
                and rule in finding.rules
                and (on in (focus, said.subject) or focus.startswith(f"{on}/"))
            ):
                yield replace(finding, settled=reason)
                break
        else:
            yield finding


def _text(node: object) -> str:
    return node.value if isinstance(node, NamedNode | Literal | BlankNode) else ""
