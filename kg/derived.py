"""Solved timelines and judged patterns as RDF, each fact with its premises; only what a question can use."""

import datetime
import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from .network import Bound, Certainty
from .patterns import Declared, Outcome
from .statements import named
from .timeline import EPOCH, Timeline, end, start
from .vocabulary import BASE, PROV, RDF_TYPE, TIME, XSD, lkg

_INTEGER, _DATE = NamedNode(XSD + "integer"), NamedNode(XSD + "date")
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
_CERTAINTY = {Certainty.CERTAIN: "Certain", Certainty.POSSIBLE: "Possible"}


def timeline_triples(timeline: Timeline) -> Iterator[Triple]:
    """Yield the bounds of every start and end that anything bounds, in days from the index and as dates."""
    if not timeline.consistent or not timeline.index:
        return
    subject = timeline.said.subject
    index = named(f"{subject}/{timeline.index}")
    zero = f"{timeline.index}.start"
    for node in timeline.said.occurrents:
        interval = named(f"{node}/time")
        yield Triple(interval, RDF_TYPE, NamedNode(TIME + "ProperInterval"))
        for point, property_ in ((start(node), "hasBeginning"), (end(node), "hasEnd")):
            instant = named(f"{node}/time/{property_.removeprefix('has').lower()}")
            days, dates = timeline.days(point, zero), timeline.dates(point)
            if days == (None, None):
                continue
            yield Triple(interval, NamedNode(TIME + property_), instant)
            yield Triple(instant, RDF_TYPE, NamedNode(TIME + "Instant"))
            yield Triple(instant, lkg("dayCountFrom"), index)
            yield from _bounds(instant, days, dates)
            yield from _premises(instant, timeline, point, zero)


def _bounds(
    instant: NamedNode, days: tuple[int | None, int | None], dates: tuple[datetime.date | None, datetime.date | None]
) -> Iterator[Triple]:
    for name, day, date in (("earliest", days[0], dates[0]), ("latest", days[1], dates[1])):
        if day is not None:
            yield Triple(instant, lkg(f"{name}Day"), Literal(str(day), datatype=_INTEGER))
        if date is not None:
            yield Triple(instant, lkg(f"{name}Date"), Literal(date.isoformat(), datatype=_DATE))


def _premises(instant: NamedNode, timeline: Timeline, point: str, zero: str) -> Iterator[Triple]:
    found: set[tuple[str, str]] = set()
    for network in timeline.networks:
        if network.consistent:
            used: list[Bound] = [*network.explain(point, zero), *network.explain(zero, point)]
            if EPOCH in network.points:
                used += [*network.explain(point, EPOCH), *network.explain(EPOCH, point)]
            found |= {(bound.reason.source, bound.reason.rule) for bound in used}
    yield from _sources(instant, found)


def _sources(node: NamedNode, premises: Iterable[tuple[str, str]]) -> Iterator[Triple]:
    for source, rule in sorted(premises):
        if source.startswith(("statement/", "claim/")):
            yield Triple(node, _DERIVED_FROM, named(source))
        if rule and rule != "attribution":
            label = source.split("/", 1)[1] if source.startswith("axiom:") else ""
            yield Triple(node, lkg("usesRule"), Literal(f"{label}: {rule}" if label else rule))


def pattern_node(question: str, parameters: Iterable[tuple[str, str]]) -> NamedNode:
    """Return the node of one variant of a pattern."""
    return lkg(f"pattern/{question}/{'/'.join(value for _, value in parameters)}")


def pattern_triples(declared: Declared) -> Iterator[Triple]:
    """Yield the description of every variant of a declared pattern."""
    for parameters in declared.variants():
        node = pattern_node(declared.question, parameters.items())
        yield Triple(node, RDF_TYPE, lkg("TemporalPattern"))
        yield Triple(node, lkg("question"), Literal(declared.question))
        for name, value in parameters.items():
            parameter = lkg(f"pattern/{declared.question}/parameter/{name}/{value}")
            yield Triple(node, lkg("withParameter"), parameter)
            yield Triple(parameter, RDF_TYPE, lkg("PatternParameter"))
            yield Triple(parameter, lkg("parameterName"), Literal(name))
            yield Triple(parameter, lkg("parameterValue"), Literal(value))


def outcome_triples(subject: str, outcome: Outcome) -> Iterator[Triple]:
    """Yield what a pattern comes to for one patient: certainty, roles, what would decide it, premises."""
    pattern = pattern_node(outcome.question, outcome.parameters)
    node = NamedNode(f"{BASE}{subject}/judged/{pattern.value.removeprefix(BASE + 'pattern/')}")
    if outcome.further:
        node = NamedNode("/".join([node.value, "also", *(bound.split("/", 2)[2] for _, bound in outcome.binding)]))
    yield Triple(node, RDF_TYPE, lkg("JudgedPattern"))
    yield Triple(node, lkg("judges"), pattern)
    yield Triple(node, lkg("judgedOf"), named(subject))
    yield Triple(node, lkg("certainty"), lkg(_CERTAINTY.get(outcome.certainty, "Refuted")))
    for role, occurrent in outcome.binding:
        binding = NamedNode(f"{node.value}/{re.sub('[^a-z]', '-', role)}")
        yield Triple(node, lkg("binds"), binding)
        yield Triple(binding, RDF_TYPE, lkg("RoleBinding"))
        yield Triple(binding, lkg("role"), Literal(role))
        yield Triple(binding, lkg("boundTo"), named(occurrent))
    for name, days in zip(("leastDays", "mostDays"), outcome.days, strict=True):
        if days is not None:
            yield Triple(node, lkg(name), Literal(str(days), datatype=_INTEGER))
    for reason in outcome.decides:
        yield Triple(node, lkg("decidedBy"), Literal(reason))
    yield from _sources(node, outcome.premises)
