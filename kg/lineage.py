"""What a row of an answer rests on: statements at its places, of its nodes, on what the query asks; and derived facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store, Triple

from . import course
from .catalogue import Question
from .catalogue.lexing import named_iris
from .derived import pattern_node
from .statements import Said, Statement, iri_of, local
from .tables import Cell, text
from .vocabulary import BASE, PROV, RDF_TYPE, lkg, terms

DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
# What every derived fact says of itself; naming these alone does not make a query ask for it.
_BOOKKEEPING = {RDF_TYPE.value, DERIVED_FROM.value, f"{BASE}usesRule", f"{BASE}premise"}


@dataclass(frozen=True)
class Behind:
    """What a row rests on: its statements, the derived facts it shows, and all of it as triples."""

    statements: tuple[Statement, ...]
    derived: tuple[NamedNode, ...]
    rules: tuple[str, ...]
    triples: tuple[Triple, ...]


class Lineage:
    """Finds what the rows of one question rest on; holds what its query names, and what is said of the patients seen."""

    def __init__(self, store: Store, question: Question, given: Mapping[str, str]) -> None:
        self.store, self.question = store, question
        self.given = {p.name: given.get(p.name, p.default) for p in question.parameters}
        bound = (value.value for value in question.terms(given).values() if isinstance(value, NamedNode))
        self.asked = {iri for iri, _ in named_iris(question.text)} | set(bound)
        self._said: dict[str, Said] = {}

    def said(self, patient: str) -> Said:
        """Return what is said of a patient."""
        if patient not in self._said:
            self._said[patient] = course.told(self.store, patient).said
        return self._said[patient]

    def judged(self, patient: str) -> NamedNode | None:
        """Return the node of a patient's outcome, if the question declares a temporal pattern."""
        name = pattern_node(self.question.slug, self.given.items()).value.removeprefix(f"{BASE}pattern/")
        node = NamedNode(f"{BASE}patient/{patient}/judged/{name}")
        return node if next(self.store.quads_for_pattern(node, None, None), None) else None

    def about(self, patient: str) -> list[Statement]:
        """Return the statements of a patient on what the query names, whatever they say."""
        return [statement for statement in self.said(patient).statements if self._is_asked(statement)]

    def behind(self, patient: str, columns: Sequence[str], row: Sequence[Cell]) -> Behind:
        """Return what one row of a patient rests on."""
        said, cells = self.said(patient), dict(zip(columns, row, strict=True))
        judged = self.judged(patient)
        if judged:
            return self._with(said, [], [judged])
        places = set(text(cells.get("evidence")).split())
        nodes = {local(c.value) for c in row if isinstance(c, NamedNode) and _within(c.value, patient)}
        nodes.discard(said.subject)
        there = [s for s in said.statements if places & {p.removeprefix("passage/") for p in s.passages}]
        chosen = [s for s in there if self._is_asked(s) and self._touches(said, s, nodes)]
        chosen = (
            chosen or [s for s in there if self._touches(said, s, nodes)] or [s for s in there if self._is_asked(s)]
        )
        derived = list(self._derived(said, nodes or {s.about for s in chosen} | {said.subject}))
        return self._with(said, chosen or there, derived)

    def _is_asked(self, statement: Statement) -> bool:
        if statement.property in (RDF_TYPE.value, "occurrence"):
            return any(terms().superclasses(value.value) & self.asked for value in statement.values)
        name = statement.property if "://" in statement.property else BASE + statement.property
        return name in self.asked

    def _touches(self, said: Said, statement: Statement, nodes: set[str]) -> bool:
        if not nodes:
            return True
        keys = said.skeleton.get(statement.about, {})
        return bool(nodes & {statement.about, *keys.get("partOf", ()), *keys.get("findingOf", ()), statement.target})

    def _derived(self, said: Said, nodes: set[str]) -> Iterator[NamedNode]:
        """Yield the derived facts on the row's nodes that say something the query asks for."""
        patient = said.subject.split("/", 1)[1]
        for kind in ("derived", "timeline"):
            graph = lkg(f"graph/{kind}/{patient}")
            for node in {quad.subject for quad in self.store.quads_for_pattern(None, lkg("usesRule"), None, graph)}:
                if isinstance(node, NamedNode) and self._is_fact(node, nodes):
                    yield node

    def _is_fact(self, node: NamedNode, nodes: set[str]) -> bool:
        own = [quad.triple for quad in self.store.quads_for_pattern(node, None, None)]
        names = {t.predicate.value for t in own} - _BOOKKEEPING
        classes = {iri_of(t.object) for t in own if t.predicate == lkg("derivedClass")}
        if not (classes & self.asked if classes else names & self.asked):
            return False
        mentioned = {local(iri_of(t.object)) for t in own if t.predicate.value not in _BOOKKEEPING} - {""}
        owner = local(node.value).split("/time/")[0]
        on = {name for name in mentioned if name.count("/") > 1} or {owner}
        return bool(nodes & (on | {owner}))

    def _with(self, said: Said, chosen: Sequence[Statement], derived: Sequence[NamedNode]) -> Behind:
        own = [q.triple for node in derived for q in self.store.quads_for_pattern(node, None, None)]
        sources = {local(iri_of(t.object)) for t in self._closure(own)}
        names = {s.iri for s in chosen} | sources
        statements = tuple(s for s in said.statements if s.iri in names)
        projected = [triple for statement in statements for triple in self._projected(said, statement)]
        spelt = [q.triple for s in statements for q in self.store.quads_for_pattern(lkg(s.iri), None, None)]
        rules = {iri_of(t.object) for t in own if t.predicate == lkg("usesRule")}
        return Behind(
            statements, tuple(derived), tuple(sorted(rules)), tuple(dict.fromkeys([*own, *projected, *spelt]))
        )

    def _closure(self, own: Sequence[Triple]) -> Iterator[Triple]:
        """Yield the premises of derived facts, through other derived facts."""
        waiting, seen = [t for t in own if t.predicate == DERIVED_FROM], set()
        while waiting:
            triple = waiting.pop()
            if triple.object in seen or not isinstance(triple.object, NamedNode):
                continue
            seen.add(triple.object)
            yield triple
            waiting += [q.triple for q in self.store.quads_for_pattern(triple.object, DERIVED_FROM, None)]

    def _projected(self, said: Said, statement: Statement) -> Iterator[Triple]:
        """Yield the plain triples that a statement makes true, from the projection or the graph of what is possible."""
        patient = said.subject.split("/", 1)[1]
        name = statement.property if "://" in statement.property else BASE + statement.property
        for kind in ("projection", "possible"):
            found = self.store.quads_for_pattern(
                lkg(statement.about), NamedNode(name), None, lkg(f"graph/{kind}/{patient}")
            )
            yield from (quad.triple for quad in found)


def _within(iri: str, patient: str) -> bool:
    return iri.startswith(f"{BASE}patient/{patient}")
