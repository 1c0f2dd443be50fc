"""Read the ontology's axioms as rules: what each says in words, and in which of the few forms of rule it is run."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from .errors import OntologyError
from .horn import MEMBER, NAMELESS, NOTHING, THING, TYPE, Axiom, Case, Rules, facts_of, terms_of
from .statements import Node
from .vocabulary import OWL, RDFS, compact

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST, _NIL = _RDF + "first", _RDF + "rest", _RDF + "nil"
_SUBCLASS, _SUBPROPERTY, _DOMAIN, _RANGE, _LABEL = terms_of(RDFS, "subClassOf subPropertyOf domain range label")
_SAME_CLASS, _SAME_PROPERTY, _DISJOINT, _INVERSE, _CHAIN = terms_of(
    OWL, "equivalentClass equivalentProperty disjointWith inverseOf propertyChainAxiom"
)
_AND, _OR, _SOME, _ONLY, _VALUE, _NOT = _EXPRESSIONS = terms_of(
    OWL, "intersectionOf unionOf someValuesFrom allValuesFrom hasValue complementOf"
)
_ON, _MEMBERS = terms_of(OWL, "onProperty members")
_TRANSITIVE, _SYMMETRIC, _ALL_DISJOINT = terms_of(OWL, "TransitiveProperty SymmetricProperty AllDisjointClasses")
_RELATING, _VALUED = terms_of(OWL, "ObjectProperty DatatypeProperty")
_KINDS = {*terms_of(OWL, "Ontology Class AnnotationProperty NamedIndividual Restriction Axiom"), _RELATING, _VALUED}
# What says that names differ adds nothing: no axiom read here makes two names one.
_WITHOUT_RULE = set(terms_of(OWL, "AllDifferent differentFrom versionInfo versionIRI priorVersion deprecated imports"))
_WITHOUT_RULE |= set(terms_of(RDFS, "label comment seeAlso isDefinedBy"))
_BETWEEN_CLASSES = {_SUBCLASS, _SAME_CLASS, _DISJOINT}
_VERBS = {
    _SUBCLASS: "is a kind of",
    _SUBPROPERTY: "is a kind of",
    _SAME_CLASS: "is the same as",
    _SAME_PROPERTY: "is the same as",
    _DISJOINT: "excludes",
    _INVERSE: "is the inverse of",
    _DOMAIN: "is said only of",
    _RANGE: "takes only",
    _CHAIN: "follows from the chain of",
    _ALL_DISJOINT: "none is another",
    _TRANSITIVE: "transitive",
    _SYMMETRIC: "symmetric",
    _SOME: "some",
    _ONLY: "only",
    _VALUE: "value",
    _NOT: "not",
}


def rules(triples: Iterable[Triple]) -> Rules:
    """Compile the triples of an ontology.

    Raises:
        OntologyError: an axiom that the rules cannot honour exactly; the message gives it in words.
    """
    return _Compiler(triples).compiled()


class _Compiler:
    """Turns axioms into rules; names nested expressions by their text, so that equal ones are one."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._about: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        given = tuple(dict.fromkeys(triples))
        for triple in given:
            self._about[triple.subject][triple.predicate.value].append(triple.object)
        # Names of blank nodes change with every reading, so the order of axioms rests on what is written below them.
        self._triples = sorted(given, key=lambda t: (self._text(t.subject), t.predicate.value, self._text(t.object)))
        self._done = Rules()
        self._named: set[str] = set()

    def compiled(self) -> Rules:
        """Read every triple that is an axiom of its own."""
        done = self._done
        for node, said in self._about.items():
            kinds = {kind.value for kind in said.get(TYPE, ()) if isinstance(kind, NamedNode)}
            if isinstance(node, NamedNode):
                done.relating |= {node.value} if _RELATING in kinds else set()
                done.valued |= {node.value} if _VALUED in kinds else set()
        for triple in self._triples:
            self._read(triple)
        vocabulary = [t for t in self._triples if isinstance(t.subject, NamedNode)]
        done.vocabulary = Case(done).add(facts_of(vocabulary, done))
        for clash in done.vocabulary.clashes.values():
            raise OntologyError(f"the vocabulary contradicts: {done.axioms[clash.axiom].words}")
        self._check_ends()
        return done

    def _check_ends(self) -> None:
        """Give each class an instance, so that a demand for members without end shows now and not in a case."""
        for name in sorted(self._done.has_some):
            if not name.startswith(NAMELESS):
                Case(self._done, self._done.vocabulary).add([(f"{MEMBER}of", TYPE, name)])

    def _read(self, triple: Triple) -> None:
        about, property_, value, done = triple.subject, triple.predicate.value, triple.object, self._done
        if property_ == TYPE:
            self._type(triple)
        elif property_ in _WITHOUT_RULE or (isinstance(about, BlankNode) and property_ not in _BETWEEN_CLASSES):
            pass  # annotations; parts of an expression, read with the axiom that it stands in
        elif not property_.startswith((OWL, RDFS)):
            pass  # facts of the vocabulary, and annotations
        elif property_ == _SUBCLASS:
            self._contained(about, value, self._axiom(triple))
        elif property_ == _SAME_CLASS:
            axiom = self._axiom(triple)
            self._contained(about, value, axiom)
            self._contained(value, about, axiom)
        elif property_ == _DISJOINT:
            self._apart([about, value], self._axiom(triple))
        elif property_ in (_DOMAIN, _RANGE) and isinstance(value, NamedNode):
            valued = done.datatype if _iri(about) in done.valued else done.range
            (done.domain if property_ == _DOMAIN else valued)[_iri(about)].append((self._axiom(triple), value.value))
        elif property_ in (_SUBPROPERTY, _SAME_PROPERTY) and isinstance(value, NamedNode):
            axiom = self._axiom(triple)
            done.wider[_iri(about)].append((axiom, value.value))
            if property_ == _SAME_PROPERTY:
                done.wider[value.value].append((axiom, _iri(about)))
        elif property_ == _INVERSE and isinstance(value, NamedNode):
            axiom = self._axiom(triple)
            done.inverse[_iri(about)].append((axiom, value.value))
            done.inverse[value.value].append((axiom, _iri(about)))
        elif property_ == _CHAIN and len(parts := self._list(value)) == 2:
            self._chain(_iri(parts[0]), _iri(parts[1]), _iri(about), self._axiom(triple))
        else:
            self._refuse(triple)

    def _type(self, triple: Triple) -> None:
        name = _iri(triple.object)
        if name == _TRANSITIVE:
            own = _iri(triple.subject)
            self._chain(own, own, own, self._axiom(triple))
        elif name == _SYMMETRIC:
            self._done.inverse[_iri(triple.subject)].append((self._axiom(triple), _iri(triple.subject)))
        elif name == _ALL_DISJOINT:
            self._apart(self._members(triple), self._axiom(triple))
        elif name.startswith((OWL, RDFS)) and name not in _KINDS | _WITHOUT_RULE:
            self._refuse(triple)

    def _members(self, triple: Triple) -> list[Node]:
        return [node for head in self._about[triple.subject].get(_MEMBERS, ()) for node in self._list(head)]

    def _chain(self, first: str, second: str, whole: str, axiom: int) -> None:
        self._done.first[first].append((axiom, second, whole))
        self._done.second[second].append((axiom, first, whole))

    def _apart(self, nodes: Iterable[Node], axiom: int) -> None:
        self._none_in_two([self._name(node, axiom) for node in nodes], axiom)

    def _none_in_two(self, names: list[str], axiom: int) -> None:
        for n, name in enumerate(names):
            for other in names[n + 1 :]:
                self._done.apart[name].append((axiom, other))
                self._done.apart[other].append((axiom, name))

    # --- class expressions ---

    def _contained(self, narrow: Node, wide: Node, axiom: int) -> None:
        """Every instance of one expression is one of the other."""
        if wide == NamedNode(THING) or narrow == NamedNode(NOTHING):
            return
        if isinstance(wide, NamedNode):
            self._into(narrow, wide.value, axiom)
        else:
            self._demand(self._name(narrow, axiom), wide, axiom)

    def _name(self, node: Node, axiom: int) -> str:
        """Return the class whose instances are exactly those that fulfil an expression."""
        if node == NamedNode(THING):
            self._refuse_axiom(axiom)
        if isinstance(node, NamedNode):
            return node.value
        name = NAMELESS + self._text(node)
        if name not in self._named:
            self._named.add(name)
            self._into(node, name, -1, of=axiom)
        return name

    def _into(self, node: Node, target: str, axiom: int, *, of: int = -1) -> None:
        """Whatever fulfils an expression is a `target`."""
        done, whole = self._done, max(axiom, of)
        if isinstance(node, NamedNode):
            if node.value == THING:
                self._refuse_axiom(whole)
            done.above[node.value].append((axiom, target))
            return
        kind, value = self._kind(node, whole)
        if kind == _AND:
            parts = tuple(dict.fromkeys(self._name(part, whole) for part in self._list(value)))
            for part in parts:
                done.all_of[part].append((axiom, parts, target))
        elif kind == _OR:
            for one in self._list(value):
                self._into(one, target, axiom, of=whole)
        elif kind == _VALUE and isinstance(value, NamedNode):
            done.with_value[self._property(node, whole), value.value].append((axiom, target))
        elif kind == _SOME and value == NamedNode(THING):
            done.domain[self._property(node, whole)].append((axiom, target))
        elif kind == _SOME:
            property_, filler = self._property(node, whole), self._name(value, whole)
            done.some_of[filler].append((axiom, property_, target))
            done.some_by[property_].append((axiom, filler, target))
        else:
            self._refuse_axiom(whole)

    def _demand(self, name: str, node: Node, axiom: int) -> None:
        """Every instance of a class fulfils an expression."""
        done = self._done
        if isinstance(node, NamedNode):
            done.above[name].append((axiom, node.value))
            return
        kind, value = self._kind(node, axiom)
        if kind == _AND:
            for part in self._list(value):
                self._demand(name, part, axiom)
        elif kind == _NOT:
            self._none_in_two([name, self._name(value, axiom)], axiom)
        elif kind == _VALUE and isinstance(value, NamedNode):
            done.has_value[name].append((axiom, self._property(node, axiom), value.value))
        elif kind in (_SOME, _ONLY):
            property_, filler = self._property(node, axiom), self._filler(value, axiom)
            if kind == _SOME:
                done.has_some[name].append((axiom, property_, filler))
            else:
                done.only[name].append((axiom, property_, filler))
                done.only_by[property_].append((axiom, name, filler))
        else:
            self._refuse_axiom(axiom)

    def _filler(self, node: Node, axiom: int) -> str:
        """Return the class of what is demanded: of an expression, its name, whose instances fulfil it."""
        if isinstance(node, NamedNode):
            return node.value
        name = self._name(node, axiom)
        self._demand(name, node, axiom)
        return name

    def _kind(self, node: Node, axiom: int) -> tuple[str, Node]:
        said = self._about.get(node, {})
        found = [(kind, value) for kind in _EXPRESSIONS for value in said.get(kind, ())]
        if len(found) != 1 or set(said) - {TYPE, _ON, *_EXPRESSIONS, *_BETWEEN_CLASSES}:
            self._refuse_axiom(axiom)
        return found[0]

    def _property(self, node: Node, axiom: int) -> str:
        found = self._about[node].get(_ON, [])
        if len(found) != 1 or not isinstance(found[0], NamedNode) or found[0].value not in self._done.relating:
            self._refuse_axiom(axiom)
        return _iri(found[0])

    def _list(self, head: Node) -> list[Node]:
        found: list[Node] = []
        while head != NamedNode(_NIL):
            found += self._about[head][_FIRST]
            head = self._about[head][_REST][0]
        return found

    # --- words and triples ---

    def _axiom(self, triple: Triple) -> int:
        written = dict.fromkeys([triple, *self._below(triple.object)])
        if isinstance(triple.subject, BlankNode):
            written |= dict.fromkeys(self._below(triple.subject))
        verb = _said(triple.predicate.value)
        words = f"{self._words(triple.subject)} {verb} {self._words(triple.object)}"
        if triple.predicate.value == TYPE:
            about = self._members(triple) or [triple.subject]
            words = f"{_said(_iri(triple.object))}: {', '.join(map(self._words, about))}"
        self._done.axioms.append(Axiom(words, tuple(written)))
        return len(self._done.axioms) - 1

    def _below(self, node: Node) -> Iterator[Triple]:
        """Yield the triples that write an expression or a list."""
        if isinstance(node, BlankNode):
            for property_, values in self._about[node].items():
                for value in values if property_ not in _BETWEEN_CLASSES else ():
                    yield Triple(node, NamedNode(property_), value)
                    yield from self._below(value)

    def _words(self, node: Node) -> str:
        """Return an expression in the manner of the Manchester syntax, by the labels of its terms."""
        labels = self._about[node].get(_LABEL, ()) if isinstance(node, NamedNode) else ()
        if names := sorted(value.value for value in labels if isinstance(value, Literal)):
            return f"'{names[0]}'"
        return self._text(node, self._words)

    def _text(self, node: Node, name: Callable[[Node], str] | None = None) -> str:
        """Return an expression as text, the same for the same expression."""
        name = name or self._text
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, NamedNode):
            return compact(node.value)
        said = self._about.get(node, {})
        if _FIRST in said:
            return ", ".join(map(name, self._list(node)))
        for kind, joint in ((_AND, " and "), (_OR, " or ")):
            for head in said.get(kind, ()):
                return "(" + joint.join(map(name, self._list(head))) + ")"
        on = [name(value) for value in said.get(_ON, ())]
        values = [
            f"{_said(verb)} {name(value)}"
            for verb, found in sorted(said.items())
            for value in found
            if verb not in {TYPE, _ON, *_BETWEEN_CLASSES}
        ]
        return "(" + " ".join([*on, *values]) + ")"

    def _refuse(self, triple: Triple) -> NoReturn:
        self._refuse_axiom(self._axiom(triple))

    def _refuse_axiom(self, axiom: int) -> NoReturn:
        raise OntologyError(f"the rules cannot honour the axiom: {self._done.axioms[axiom].words}")


def _said(name: str) -> str:
    return _VERBS.get(name) or compact(name).partition(":")[2]


def _iri(node: Node) -> str:
    if isinstance(node, NamedNode):
        return node.value
    raise OntologyError(f"the rules need a name, not {node}")
