"""Project statements to plain triples on occurrents: what is present, confirmed and preferred; what is possible apart.

Questions, OWL classes and timelines read the projection; nobody has to unpack statements to ask a question. A triple
says only that the statement behind it is present: an absence is never a triple here, and not reported is not absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from .statements import PRESENT, Said, Statement, Value, local, named
from .vocabulary import RDF_TYPE, TIME, XSD, lkg, terms

TIME_PROPERTIES = frozenset(
    {"startOffset", "endOffset", "dayNumber", "afterCycle", "shortlyAfter", "atStartOf", "atEndOf", "stillAt"}
)
_DECIMAL, _STRING = NamedNode(XSD + "decimal"), NamedNode(XSD + "string")


@dataclass(frozen=True)
class Projection:
    """The plain triples of one patient or group; `possible` holds what is only suspected or in open conflict."""

    certain: tuple[Triple, ...]
    possible: tuple[Triple, ...]


def project(said: Said) -> Projection:
    """Project what is said of one patient or group."""
    overruled, unsettled = said.overruled, said.unsettled
    quantities = _quantity_nodes(said)
    certain: dict[Triple, None] = dict.fromkeys(_skeleton(said))
    possible: dict[Triple, None] = {}
    for statement in said.statements:
        if statement.polarity != PRESENT or statement.iri in overruled:
            continue
        target = possible if statement.suspected or statement.iri in unsettled else certain
        target.update(dict.fromkeys(_triples(statement, quantities)))
    ordered = sorted(certain, key=str)
    return Projection(tuple(ordered), tuple(sorted((triple for triple in possible if triple not in certain), key=str)))


def standings(said: Said) -> Iterator[Triple]:
    """Yield how each statement stands: certain, or possible where it is suspected or in open conflict.

    A statement that lost a conflict with a preference has no standing; a possible one says what would decide it. Questions that read statements, because they need
    what is printed or what is absent, take their certainty from here.
    """
    for statement in said.statements:
        if statement.iri not in said.overruled:
            possible = statement.suspected or statement.iri in said.unsettled
            yield Triple(named(statement.iri), lkg("standing"), lkg("Possible" if possible else "Certain"))
            if statement.suspected:
                yield Triple(
                    named(statement.iri), lkg("decidedBy"), Literal("whether it is so: the source only suspects it")
                )
            if statement.iri in said.unsettled:
                yield Triple(
                    named(statement.iri), lkg("decidedBy"), Literal("which of the statements in conflict holds")
                )


def _skeleton(said: Said) -> Iterator[Triple]:
    for node, keys in said.skeleton.items():
        for key in ("ofPatient", "partOf", "marker", "findingOf", "ofCohort", "hasMember"):
            for value in keys.get(key, ()):
                yield Triple(named(node), lkg(key), named(value))
        for type_ in keys["type"]:
            yield Triple(named(node), RDF_TYPE, named(type_))
    for occurrent in said.occurrents:
        yield Triple(named(occurrent), NamedNode(TIME + "hasTime"), _time(occurrent))


def _time(occurrent: str) -> NamedNode:
    return named(f"{occurrent}/time")


def _triples(statement: Statement, quantities: dict[str, NamedNode]) -> Iterator[Triple]:
    about, name = statement.about, statement.property
    if name in TIME_PROPERTIES or name == "occurrence" or not statement.values:
        return
    if name.startswith(TIME):
        for value in statement.values:
            yield Triple(_time(about), NamedNode(name), _time(local(value.value)))
    elif statement.unit:
        quantity = quantities[statement.iri]
        yield Triple(named(about), named(name), quantity)
        yield from _quantity(quantity, statement)
    else:
        for value in statement.values:
            yield Triple(named(about), named(name), value)


def _quantity_nodes(said: Said) -> dict[str, NamedNode]:
    """Return the node of each statement's quantity: one for each distinct amount that a property is given."""
    amounts: dict[tuple[str, str], dict[tuple[str, str, str, str], list[str]]] = {}
    for statement in said.statements:
        if statement.unit and statement.values:
            amount = (statement.value.value, statement.unit, statement.comparator, statement.upper)
            amounts.setdefault((statement.about, statement.property), {}).setdefault(amount, []).append(statement.iri)
    nodes: dict[str, NamedNode] = {}
    for (about, name), found in amounts.items():
        for n, amount in enumerate(sorted(found), start=1):
            node = named(f"{about}/{name}" if len(found) == 1 else f"{about}/{name}/{n}")
            nodes |= dict.fromkeys(found[amount], node)
    return nodes


def _quantity(node: NamedNode, statement: Statement) -> Iterator[Triple]:
    yield Triple(node, RDF_TYPE, lkg("Quantity"))
    yield Triple(node, lkg("number"), statement.value)
    yield Triple(node, lkg("ucumCode"), Literal(statement.unit))
    if statement.comparator:
        yield Triple(node, lkg("comparator"), Literal(statement.comparator))
    if statement.upper:
        yield Triple(node, lkg("upperNumber"), Literal(statement.upper, datatype=_DECIMAL))


def types_of(said: Said, node: str, *, possible: bool = False) -> frozenset[str]:
    """Return the classes that statements give a node, superclasses included, as local names.

    With `possible`, also those that are only suspected or stand in a conflict without a preference.
    """
    found: set[str] = set()
    for value in values_of(said, node, RDF_TYPE.value, possible=possible):
        found |= {local(iri) for iri in terms().superclasses(value.value)}
    return frozenset(found)


def values_of(said: Said, node: str, name: str, *, possible: bool = False) -> frozenset[Value]:
    """Return the values that statements project to a node for a property; see `types_of`."""
    return frozenset(value for statement in telling(said, node, name, possible=possible) for value in statement.values)


def telling(said: Said, node: str, name: str, *, possible: bool = False) -> list[Statement]:
    """Return the statements that project to a node for a property; see `types_of`."""
    dropped = said.overruled if possible else said.overruled | said.unsettled
    return [
        statement
        for statement in said.about(node)
        if statement.property == name
        and statement.polarity == PRESENT
        and (possible or not statement.suspected)
        and statement.iri not in dropped
    ]
