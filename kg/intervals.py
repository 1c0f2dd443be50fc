"""Solved intervals between occurrents of one patient as RDF: fewest and most days, and which came first, with premises.

The bounds of single occurrents count from one index and lose what is reported between two others, such as a relapse
six months after the start of a treatment whose own day nobody tells. What questions ask the distance of is told here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from .network import Atom
from .projection import types_of
from .statements import Said, named
from .timeline import Timeline, end, key, start
from .vocabulary import PROV, RDF_TYPE, XSD, lkg

# What time is counted from, and what up to; only of what is no part of something else, except as PARTS.
FROM = frozenset({"Diagnosis", "Treatment", "CompleteRemission", "ActiveDisease"})
TO = FROM | {"DiseaseState", "ClinicalFinding", "Assessment", "Death", "FollowUp"}
PARTS = frozenset(
    {"DonorLymphocyteInfusion", "IntrathecalAdministration", "AdverseEvent", "Infection", "NeurologicFinding"}
)
# Whose end counts too: how long a state lasted, and how long after something it was still in force.
LASTING = frozenset({"DiseaseState", "FollowUp", "TreatmentCourse"})
RULE = "the distance of these two in every course of events that fits what is reported"
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
_INTEGER = NamedNode(XSD + "integer")


@dataclass(frozen=True)
class Interval:
    """From the start of one occurrent to the start (or end) of another, or to its own end.

    Units: whole days, rounded down; None where nothing bounds them. `not_before` is whether the later point is at or
    after the earlier one: in every solution (True), in none (False), or in some only (None).
    """

    earlier: str
    later: str
    point: str
    least: int | None
    most: int | None
    not_before: bool | None


def intervals(timeline: Timeline) -> Iterator[Interval]:
    """Yield every interval of which something is known."""
    if not timeline.consistent or timeline.too_many:
        return
    types = {node: types_of(timeline.said, node, possible=True) for node in timeline.said.occurrents}
    counted = [node for node in types if types[node] & FROM and _whole(timeline.said, node, types)]
    reached = [node for node in types if types[node] & TO and _whole(timeline.said, node, types)]
    for earlier in counted:
        for later in reached:
            if earlier != later:
                yield from _known(timeline, earlier, later, "Start")
            if types[later] & LASTING:
                yield from _known(timeline, earlier, later, "End")


def triples(timeline: Timeline) -> Iterator[Triple]:
    """Yield the intervals as RDF."""
    for found in intervals(timeline):
        node = interval_node(found)
        yield Triple(node, RDF_TYPE, lkg("Interval"))
        yield Triple(node, lkg("intervalFrom"), named(found.earlier))
        yield Triple(node, lkg("intervalTo"), named(found.later))
        yield Triple(node, lkg("intervalPoint"), lkg(found.point))
        for name, days in (("leastDays", found.least), ("mostDays", found.most)):
            if days is not None:
                yield Triple(node, lkg(name), Literal(str(days), datatype=_INTEGER))
        order = {True: "Certain", False: "Refuted", None: "Possible"}[found.not_before]
        yield Triple(node, lkg("notBefore"), lkg(order))
        yield Triple(node, lkg("usesRule"), Literal(RULE))
        for source in _premises(timeline, found):
            yield Triple(node, _DERIVED_FROM, named(source))


def interval_node(interval: Interval) -> NamedNode:
    """Return the node of an interval."""
    return named(f"{interval.earlier}/until/{key(interval.later)}/{interval.point.lower()}")


def _whole(said: Said, node: str, types: dict[str, frozenset[str]]) -> bool:
    return bool(types[node] & PARTS) or "partOf" not in said.skeleton[node]


def _point(node: str, point: str) -> str:
    return start(node) if point == "Start" else end(node)


def _known(timeline: Timeline, earlier: str, later: str, point: str) -> Iterator[Interval]:
    first, last = start(earlier), _point(later, point)
    networks = [network for network in timeline.networks if network.consistent]
    least, most = timeline.days(last, first)
    if least is None and most is None:
        return
    order = None
    if all(network.entails(Atom(first, last, 0)) for network in networks):
        order = True
    elif all(network.entails(Atom(last, first, -1)) for network in networks):
        order = False
    if order is None and None in (least, most):
        return  # one bound that leaves the order open tells next to nothing, and there are very many
    if earlier == later and not least and most is None:
        return  # that nothing ends before it starts is no news
    yield Interval(earlier, later, point, least, most, order)


def _premises(timeline: Timeline, interval: Interval) -> list[str]:
    first, last = start(interval.earlier), _point(interval.later, interval.point)
    used = {
        bound.reason.source
        for network in timeline.networks
        if network.consistent
        for known, ends in ((interval.least, (first, last)), (interval.most, (last, first)))
        if known is not None
        for bound in network.explain(*ends)
    }
    return sorted(source for source in used if source.startswith(("statement/", "claim/")))
