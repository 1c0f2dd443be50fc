"""Statements as Python values: read from the triples of said graphs, for every step that reasons over them."""

import builtins
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from .vocabulary import BASE, DCTERMS, PROV, RDF_TYPE, lkg

Node = NamedNode | BlankNode | Literal | Triple
Value = NamedNode | Literal

PRESENT, ABSENT, NOT_AVAILABLE = "Present", "Absent", "NotAvailable"


@dataclass(frozen=True)
class Statement:
    """What a source says: `about` has `property` with `values`; see `ontology/statement.ttl` for each part.

    Names of our own namespace are given without it (`about` = `patient/durer-2019-p1/hct`); `values` are RDF terms.
    """

    iri: str
    about: str
    property: str
    values: tuple[Value, ...]
    polarity: str
    suspected: bool
    passages: tuple[str, ...]
    source: str
    primary_source: str
    printed: str
    unit: str
    comparator: str
    upper: str
    anchor: str
    anchor_point: str
    qualifier: str

    @builtins.property
    def asserts(self) -> bool:
        """Whether it says that something is so, without reservation."""
        return self.polarity == PRESENT and not self.suspected

    @builtins.property
    def value(self) -> Value:
        """The single value."""
        return self.values[0]

    @builtins.property
    def target(self) -> str:
        """The local name or IRI of a value that is a node."""
        return local(self.values[0].value) if self.values else ""


def iri_of(node: object) -> str:
    """Return the IRI or text of a node that is known not to be a quoted triple."""
    if isinstance(node, NamedNode | Literal | BlankNode):
        return node.value
    raise TypeError(f"{node!r} has no text of its own")


def local(iri: str) -> str:
    """Return a name of our own namespace without it, another IRI unchanged."""
    return iri.removeprefix(BASE)


@dataclass(frozen=True)
class Conflict:
    """Statements that disagree, and the preferred one if there is one."""

    iri: str
    kind: str
    between: tuple[str, ...]
    prefers: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Said:
    """All that is said of one patient or group, over all files: statements, skeleton, conflicts."""

    subject: str
    statements: tuple[Statement, ...]
    conflicts: tuple[Conflict, ...]
    skeleton: dict[str, dict[str, tuple[str, ...]]]

    @cached_property
    def _by_node(self) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            found[statement.about].append(statement)
        return found

    def about(self, node: str) -> Sequence[Statement]:
        """Return the statements about one node."""
        return self._by_node.get(node, ())

    @cached_property
    def occurrents(self) -> list[str]:
        """Every occurrent of the patient, in the order of their names."""
        return sorted(node for node, keys in self.skeleton.items() if "ofPatient" in keys)

    @cached_property
    def overruled(self) -> frozenset[str]:
        """The statements that lose a conflict with a preference."""
        preferred = {side for conflict in self.conflicts for side in conflict.prefers}
        return frozenset(
            side
            for conflict in self.conflicts
            if conflict.prefers
            for side in conflict.between
            if side not in preferred
        )

    @cached_property
    def unsettled(self) -> frozenset[str]:
        """The statements that stand in a conflict without a preference."""
        return frozenset(side for conflict in self.conflicts if not conflict.prefers for side in conflict.between)


class _Subject:
    """The values of one node by local property name."""

    def __init__(self, keys: dict[str, list[Value]]) -> None:
        self._keys = keys

    def one(self, name: str) -> str:
        found = self._keys.get(name)
        return local(found[0].value) if found else ""

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(local(value.value) for value in self._keys.get(name, ())))

    def values(self, name: str) -> tuple[Value, ...]:
        return tuple(sorted(self._keys.get(name, ()), key=str))


def read(triples: Iterable[Triple], subject: str) -> Said:
    """Read what is said of one patient, group or publication from the triples of its said graphs."""
    nodes: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
    types: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode | Literal):
            continue
        name = local(triple.subject.value)
        if triple.predicate == RDF_TYPE:
            types[name].add(local(triple.object.value))
        else:
            values = nodes[name][local(triple.predicate.value)]
            if triple.object not in values:
                values.append(triple.object)
    statements = tuple(_statement(name, _Subject(nodes[name])) for name in sorted(types) if "Statement" in types[name])
    conflicts = tuple(_conflict(name, _Subject(nodes[name])) for name in sorted(types) if "Conflict" in types[name])
    skeleton = {
        name: {key: _Subject(nodes[name]).all(key) for key in nodes[name]} | {"type": tuple(sorted(types[name]))}
        for name in types
        if types[name]
        & {"Occurrent", "MarkerFinding", "CohortResult", "Cohort", "Patient", "Attribution", "AuthorClaim"}
    }
    return Said(subject, statements, conflicts, skeleton)


def _statement(name: str, node: _Subject) -> Statement:
    return Statement(
        iri=name,
        about=node.one("about"),
        property=node.one("property"),
        values=node.values("value"),
        polarity=node.one("polarity"),
        suspected=node.one("confidence") == "Suspected",
        passages=node.all("passage"),
        source=node.one(DCTERMS + "source"),
        primary_source=node.one(PROV + "hadPrimarySource"),
        printed=node.one("asPrinted"),
        unit=node.one("unit"),
        comparator=node.one("valueComparator"),
        upper=node.one("upperValue"),
        anchor=node.one("anchor"),
        anchor_point=node.one("anchorPoint"),
        qualifier=node.one("timeQualifier"),
    )


def _conflict(name: str, node: _Subject) -> Conflict:
    return Conflict(name, node.one("conflictKind"), node.all("between"), node.all("prefers"), node.one("reason"))


def named(name: str) -> NamedNode:
    """Return the node of a local name or IRI."""
    return NamedNode(name) if "://" in name else lkg(name)
