"""Solved orders between a patient's transplantations and their disease states and treatments, each with its premises.

Only orders that hold in every solution of every world are told, and only with a transplantation: what is before and
after it is what questions ask of, and a triple for each pair of occurrents would be a flood.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from .network import Atom
from .projection import types_of
from .statements import named
from .timeline import Timeline, end, key, start
from .vocabulary import PROV, RDF_TYPE, lkg

FOLLOWS, PRECEDES = "followsTransplantation", "precedesTransplantation"
RULE = "this order holds in every course of events that fits what is reported"
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")


def transplant_orders(timeline: Timeline) -> Iterator[Triple]:
    """Yield what certainly began after a transplantation and what was certainly over when it began.

    The parts of a transplantation, such as its conditioning, are not set apart from it.
    """
    said = timeline.said
    if not timeline.consistent or timeline.too_many:
        return
    types = {node: types_of(said, node) for node in said.occurrents}
    for transplant in (node for node in said.occurrents if "HematopoieticCellTransplantation" in types[node]):
        for node in said.occurrents:
            if node == transplant or not types[node] & {"DiseaseState", "Treatment"}:
                continue
            if transplant in _wholes(timeline, node):
                continue
            for name, order in (
                (FOLLOWS, Atom(end(transplant), start(node), -1)),
                (PRECEDES, Atom(end(node), start(transplant), 0)),
            ):
                if all(network.entails(order) for network in timeline.networks):
                    yield Triple(named(node), lkg(name), named(transplant))
                    yield from _derivation(timeline, node, name, transplant, order)


def order_node(node: str, name: str, transplant: str) -> NamedNode:
    """Return the derivation behind an order."""
    return named(f"{node}/{name}/{key(transplant)}")


def _wholes(timeline: Timeline, node: str) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for whole in timeline.said.skeleton.get(waiting.pop(), {}).get("partOf", ()):
            if whole not in found:
                found.add(whole)
                waiting.append(whole)
    return found


def _derivation(timeline: Timeline, node: str, name: str, transplant: str, order: Atom) -> Iterator[Triple]:
    derivation = order_node(node, name, transplant)
    yield Triple(derivation, RDF_TYPE, lkg("Derivation"))
    yield Triple(derivation, lkg("derivationOf"), named(node))
    yield Triple(derivation, lkg("conclusion"), Literal(f"{node} {name} {transplant}"))
    yield Triple(derivation, lkg("usesRule"), Literal(RULE))
    reasons = {
        bound.reason
        for network in timeline.networks
        if network.consistent
        for bound in network.explain(order.later, order.earlier)
    }
    for reason in sorted(reasons):
        if reason.source.startswith("statement/"):
            yield Triple(derivation, _DERIVED_FROM, named(reason.source))
        label = reason.source.split("/", 1)[1] if reason.source.startswith("axiom:") else ""
        yield Triple(derivation, lkg("usesRule"), Literal(f"{label}: {reason.rule}" if label else reason.rule))
