"""What a row of an answer rests on: statements at its places, of its nodes, on what the query asks; and derived facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Store, Triple

from . import course
from .catalogue import Question
from .catalogue.lexing import named_iris
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
        self._facts: dict[str, list[tuple[NamedNode, set[str]]]] = {}

    def said(self, patient: str) -> Said:
        """Return what is said of a patient."""
        if patient not in self._said:
            self._said[patient] = course.told(self.store, patient).said
        return self._said[patient]

    @cached_property
    def pattern(self) -> NamedNode | None:
        """The variant of the question's temporal pattern that its parameters choose, if it declares one."""
        for quad in self.store.quads_for_pattern(None, lkg("question"), Literal(self.question.slug)):
            if isinstance(quad.subject, NamedNode) and all(
                self.given.get(name) == value for name, value in self._parameters(quad.subject)
            ):
                return quad.subject
        return None

    def _parameters(self, pattern: NamedNode) -> Iterator[tuple[str, str]]:
        for quad in self.store.quads_for_pattern(pattern, lkg("withParameter"), None):
            if isinstance(quad.object, NamedNode):
                own = {q.predicate: iri_of(q.object) for q in self.store.quads_for_pattern(quad.object, None, None)}
                yield own[lkg("parameterName")], own[lkg("parameterValue")]

    def judged(self, patient: str) -> NamedNode | None:
        """Return the node of a patient's best outcome, if the question declares a temporal pattern."""
        if self.pattern is None:
            return None
        node = NamedNode(f"{BASE}patient/{patient}/judged/{self.pattern.value.removeprefix(f'{BASE}pattern/')}")
        return node if next(self.store.quads_for_pattern(node, None, None), None) else None

    def _judged_row(self, judged: NamedNode, nodes: set[str]) -> NamedNode:
        """Return the outcome that binds most of a row's nodes: a pattern may hold of a patient in several ways."""
        others = {
            quad.subject
            for pattern in self.store.quads_for_pattern(judged, lkg("judges"), None)
            for quad in self.store.quads_for_pattern(None, lkg("judges"), pattern.object)
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(f"{judged.value}/")
        }

        def shown(node: NamedNode) -> int:
            bindings = self.store.quads_for_pattern(node, lkg("binds"), None)
            named = [b.object for b in bindings if isinstance(b.object, NamedNode)]
            bound = (q.object for one in named for q in self.store.quads_for_pattern(one, lkg("boundTo"), None))
            return len(nodes & {local(iri_of(one)) for one in bound})

        return max([judged, *sorted(others, key=str)], key=shown)

    def about(self, patient: str) -> list[Statement]:
        """Return the statements of a patient on what the query names, whatever they say."""
        return [statement for statement in self.said(patient).statements if self._is_asked(statement)]

    def behind(self, patient: str, columns: Sequence[str], row: Sequence[Cell]) -> Behind:
        """Return what one row of a patient rests on."""
        said, cells = self.said(patient), dict(zip(columns, row, strict=True))
        nodes = {local(c.value) for c in row if isinstance(c, NamedNode) and _within(c.value, patient)}
        nodes.discard(said.subject)
        places = set(text(cells.get("evidence")).split())
        if judged := self.judged(patient):
            found = self._with(said, [], [self._judged_row(judged, nodes)])
            # A question with a pattern may also have rows of its own, such as "not reported".
            if not places or any(places & set(course.places(s)) for s in found.statements):
                return found
        there = [s for s in said.statements if places & {p.removeprefix("passage/") for p in s.passages}]
        chosen = [s for s in there if self._is_asked(s) and self._touches(said, s, nodes)]
        chosen = (
            chosen or [s for s in there if self._touches(said, s, nodes)] or [s for s in there if self._is_asked(s)]
        )
        chosen = _shown(said, chosen, nodes, {text(cell).casefold() for cell in row} - {""})
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
        if said.subject not in self._facts:
            self._facts[said.subject] = list(self._asked_facts(said.subject.split("/", 1)[1]))
        return (node for node, on in self._facts[said.subject] if nodes & on)

    def _asked_facts(self, patient: str) -> Iterator[tuple[NamedNode, set[str]]]:
        """Yield the derived facts of a patient of which the query asks, each with the nodes that it is on."""
        for kind in ("derived", "timeline"):
            quads = self.store.quads_for_pattern(None, lkg("usesRule"), None, lkg(f"graph/{kind}/{patient}"))
            for node in sorted({q.subject for q in quads if isinstance(q.subject, NamedNode)}, key=str):
                own = [quad.triple for quad in self.store.quads_for_pattern(node, None, None)]
                names = {t.predicate.value for t in own} - _BOOKKEEPING
                classes = {iri_of(t.object) for t in own if t.predicate == lkg("derivedClass")}
                if classes & self.asked if classes else names & self.asked:
                    objects = {local(iri_of(t.object)) for t in own if t.predicate.value not in _BOOKKEEPING}
                    yield (
                        node,
                        {name for name in objects if name.count("/") > 1} | {local(node.value).split("/time/")[0]},
                    )

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


def _shown(said: Said, found: Sequence[Statement], nodes: set[str], cells: set[str]) -> list[Statement]:
    """Return those statements that a row's cells show, where cells tell them apart: one sentence often says many things."""
    by_value = {s.iri for s in found if {text(value).casefold() for value in s.values} & cells}
    kinds = {s.about for s in found if s.iri in by_value and s.property in (RDF_TYPE.value, "occurrence")}
    abouts = nodes or kinds or {s.about for s in found if s.iri in by_value}
    told_by_value = {(s.about, s.property) for s in found if s.iri in by_value}

    def shown(statement: Statement) -> bool:
        if abouts and not nodes and statement.about not in abouts:
            return False
        if statement.about == said.subject and abouts and not nodes:
            return statement.iri in by_value
        return statement.iri in by_value or (statement.about, statement.property) not in told_by_value

    return [statement for statement in found if shown(statement)]


def _within(iri: str, patient: str) -> bool:
    return iri.startswith(f"{BASE}patient/{patient}")
