"""Run the shapes over cases and return findings with the place in the case file and in the paper.

What is validated is a patient's whole graph: what is said, its projection, what is computed, and what the solved
timeline entails; so a rule reads plain triples and plain order. A finding that may be the source's own defect (M19) is
settled by an acknowledgement in the case file; it is kept and marked.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from . import assemble, computed, files, projection, timeline
from .cases import CaseFile
from .errors import OntologyError, Place
from .statements import ABSENT, Said, Statement, local, named
from .timeline import Timeline, end, start
from .vocabulary import BASE, DCTERMS, RDF_TYPE, TIME, XSD, compact, lkg, terms

if TYPE_CHECKING:
    import rdflib

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
        value = f" (found: {self.value})" if self.value else ""
        paper = f" at {' '.join(self.passages)}" if self.passages else ""
        rules = f", {' '.join(self.rules)}" if self.rules else ""
        settled = f"; settled: {self.settled}" if self.settled else ""
        return (
            f"{where}{self.severity.lower()}: {self.message}{value} [{self.focus}{paper}, {self.shape}{rules}]{settled}"
        )

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        """The key to sort by: file, line, column, then shape, focus, value."""
        place = self.place
        where = (str(place.file), place.line, place.column) if place else ("", 0, 0)
        return (*where, self.shape, self.focus, self.value)


def violations(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that a curator must mend: violations that no acknowledgement settles."""
    return [finding for finding in findings if finding.severity == "Violation" and not finding.settled]


def check_cases(read: Sequence[CaseFile], only: Iterable[Path] = ()) -> list[Finding]:
    """Validate cases that were read together, each subject's graph on its own, and settle what is acknowledged.

    With `only`, no more than the subjects that these files speak of.
    """
    return check_reporting(read, only)[0]


def check_reporting(read: Sequence[CaseFile], only: Iterable[Path] = ()) -> tuple[list[Finding], list["rdflib.Graph"]]:
    """Validate as `check_cases` does, and return the engine's own reports too."""
    said = assemble.by_subject(read)
    triples: dict[str, list[Triple]] = defaultdict(list)
    for case in read:
        triples[case.subject].extend(case.triples)
    published = _by_node(t for case in read if case.subject.startswith("publication/") for t in case.triples)
    places = {iri: place for case in read for iri, place in case.places.items()}
    paths = {path.resolve() for path in only}
    wanted = {case.subject for case in read if not paths or case.path.resolve() in paths}
    found: dict[Finding, None] = {}
    reports = []
    for subject in sorted(wanted):
        solved = timeline.solve(said[subject]) if subject.startswith("patient/") else None
        facts = dict.fromkeys(graph(said[subject], triples[subject], published, solved))
        reports.append(report(facts))
        results = _findings(reports[-1], places)
        results += _contradiction(said[subject], solved, places)
        results = [_explained(finding, said[subject], places) for finding in results]
        found |= dict.fromkeys(_settled(results, triples[subject], said[subject]))
    return sorted(found, key=lambda finding: finding.order), reports


# --- the graph that is validated ---


def graph(
    said: Said, triples: Sequence[Triple], published: Mapping[str, Sequence[Triple]], solved: Timeline | None
) -> Iterator[Triple]:
    """Yield all that shapes may look at for one subject: said, projected, computed, entailed, and what it cites."""
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


# --- the engine ---


@functools.lru_cache(maxsize=8)
def _shapes(stamps: tuple[tuple[Path, int, int], ...]) -> "rdflib.Graph":
    import rdflib

    found = rdflib.Graph()
    for path, _, _ in stamps:
        try:
            found.parse(path)
        except Exception as error:  # rdflib's Turtle parser raises many kinds
            raise OntologyError(f"{path} cannot be read as shapes: {error}") from error
    return hoisted(found)


def hoisted(found: "rdflib.Graph") -> "rdflib.Graph":
    """Give each property shape the target class of its node shape: it means the same, and pySHACL takes all nodes at once."""
    from rdflib.namespace import SH

    for node, part in list(found.subject_objects(SH.property)):
        targets = list(found.objects(node, SH.targetClass))
        if targets and (node, SH.deactivated, None) not in found:
            for target in targets:
                found.add((part, SH.targetClass, target))
            found.remove((node, SH.property, part))
    return found


def shapes() -> "rdflib.Graph":
    """Return the shipped shapes with the prefixes of their queries, read again when a file has changed."""
    paths = [*sorted(files.SHAPES.glob("*.ttl")), files.ONTOLOGY / "prefixes.ttl"]
    return _shapes(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@functools.lru_cache(maxsize=2048)
def _prepared(text: str, prefixes: tuple[tuple[str, str], ...]) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(text, initNs=dict(prefixes))


@functools.cache
def _graph_class() -> "type[rdflib.Graph]":
    import rdflib

    class Prepared(rdflib.Graph):
        """A graph that translates each query once: pySHACL asks the same text again for every focus node."""

        @functools.cached_property
        def prefixes(self) -> tuple[tuple[str, str], ...]:
            return tuple((prefix, str(space)) for prefix, space in self.namespaces())

        def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(query_object, str) and not kwargs.get("initNs"):
                query_object = _prepared(query_object, self.prefixes)
            return super().query(query_object, *args, **kwargs)

    return Prepared


def _data(triples: Iterable[Triple]) -> "rdflib.Graph":
    import rdflib

    made: dict[object, Any] = {}

    def term(node: Any) -> Any:
        if node not in made:
            if isinstance(node, NamedNode):
                made[node] = rdflib.URIRef(node.value)
            elif isinstance(node, Literal):
                plain = node.language is None and node.datatype.value == f"{XSD}string"
                datatype = None if plain or node.language else rdflib.URIRef(node.datatype.value)
                made[node] = rdflib.Literal(node.value, lang=node.language, datatype=datatype)
            else:
                made[node] = rdflib.BNode(node.value)
        return made[node]

    data = _graph_class()()
    for triple in triples:
        data.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return data


def report(triples: Iterable[Triple]) -> "rdflib.Graph":
    """Return pySHACL's validation report, as the W3C defines it."""
    import pyshacl
    import rdflib
    from pyparsing import ParseException
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    try:
        _, found, _ = pyshacl.validate(_data(triples), shacl_graph=shapes(), advanced=True, inplace=True)
    except (ReportableRuntimeError, ShapeLoadError, ParseException) as error:
        raise OntologyError(f"a shape is itself wrong: {error}") from error
    if not isinstance(found, rdflib.Graph):
        raise OntologyError(f"a shape is itself wrong: {found}")
    return found


def check(triples: Iterable[Triple], places: Mapping[str, Place]) -> list[Finding]:
    """Validate triples against the shipped shapes with pySHACL, the reference engine.

    `places` maps the IRI of a node to where it was written.
    """
    return _findings(report(triples), places)


def _findings(found: "rdflib.Graph", places: Mapping[str, Place]) -> list[Finding]:
    import rdflib
    from rdflib.namespace import DCTERMS as DC
    from rdflib.namespace import RDF, SH

    known = shapes()

    def text(node: Any, property_: Any) -> str:
        value = found.value(node, property_)
        return "" if value is None else compact(str(value))

    findings = []
    for result in found.subjects(RDF.type, SH.ValidationResult):
        behind = found.value(result, SH.sourceConstraint) or found.value(result, SH.sourceShape)
        focus = found.value(result, SH.focusNode)
        value = found.value(result, SH.value)
        findings.append(
            Finding(
                shape=compact(str(behind)),
                severity=text(result, SH.resultSeverity).removeprefix("sh:"),
                focus=compact(str(focus)),
                path=text(result, SH.resultPath),
                value="" if value is None or value == focus else compact(str(value)),
                message=_worded(str(found.value(result, SH.resultMessage) or "")),
                place=places.get(str(focus)),
                rules=tuple(sorted(str(rule) for rule in known.objects(behind, DC.identifier))),
                of_source=(behind, rdflib.URIRef(lkg("sourceFinding").value), None) in known,
            )
        )
    return sorted(findings, key=lambda finding: finding.order)


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
    return node.value if isinstance(node, NamedNode | Literal) else ""
