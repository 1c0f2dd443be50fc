"""Rules compiled from the ontology's axioms, and what follows by them for one case, each step with its premises.

The rules are Horn clauses over triples. Nested class expressions get names of their own (`_:` and their text), so that
every rule has one of few forms; a class that demands an unnamed member ("some") gives its instances one. That is exact,
agrees with HermiT to the triple, for the axioms read here. Any other axiom is refused by name, never lost in silence.

A triple is a fact of three strings, or of two and a literal. Facts of the vocabulary are closed once and for all.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from .errors import OntologyError
from .vocabulary import OWL, RDF_TYPE, XSD

TYPE = RDF_TYPE.value
THING, NOTHING = OWL + "Thing", OWL + "Nothing"
NAMELESS, MEMBER = "_:", "_:member "
# An unnamed member of an unnamed member of …: deeper than any definition nests.
MOST_NESTED = 4


def terms_of(space: str, words: str) -> list[str]:
    """Return the IRIs of some words in a vocabulary."""
    return [space + word for word in words.split()]


_DECIMALS = set(terms_of(XSD, "decimal integer nonNegativeInteger"))
_CALENDAR = set(terms_of(XSD, "date gYearMonth gYear duration"))
Fact = tuple[str, str, str | Literal]
Table = dict[str, list[tuple[int, str]]]
Pairs = dict[str, list[tuple[int, str, str]]]


@dataclass(frozen=True)
class Axiom:
    """An axiom of the ontology in words, and the triples that write it."""

    words: str
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class Step:
    """How a fact follows: the axioms and the facts used, names of nested expressions resolved."""

    axioms: tuple[int, ...]
    premises: tuple[Fact, ...]


@dataclass(frozen=True)
class Clash:
    """Facts that an axiom forbids together."""

    axiom: int
    facts: tuple[Fact, ...]


def _table() -> Table:
    return defaultdict(list)


def _pairs() -> Pairs:
    return defaultdict(list)


@dataclass
class Rules:
    """The rules by what sets them off; the first number of each is its axiom, -1 for the name of an expression.

    C, D are classes, p, q, r properties, a an individual.
    """

    axioms: list[Axiom] = field(default_factory=list)
    above: Table = field(default_factory=_table)  # C: every C is a D
    all_of: dict[str, list[tuple[int, tuple[str, ...], str]]] = field(default_factory=lambda: defaultdict(list))
    some_of: Pairs = field(default_factory=_pairs)  # C: what has a C by p is a D
    some_by: Pairs = field(default_factory=_pairs)  # p: the same from the other side: p, then (C, D)
    with_value: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    has_value: Pairs = field(default_factory=_pairs)  # C: every C has a by p
    has_some: Pairs = field(default_factory=_pairs)  # C: every C has some D by p
    only: Pairs = field(default_factory=_pairs)  # C: every C has only D by p
    only_by: Pairs = field(default_factory=_pairs)  # p: the same from the other side: p, then (C, D)
    apart: Table = field(default_factory=_table)  # C: no C is a D
    domain: Table = field(default_factory=_table)
    range: Table = field(default_factory=_table)
    datatype: Table = field(default_factory=_table)
    wider: Table = field(default_factory=_table)  # p: what has p has q
    inverse: Table = field(default_factory=_table)
    first: Pairs = field(default_factory=_pairs)  # p: p then q gives r
    second: Pairs = field(default_factory=_pairs)  # q: p then q gives r
    relating: set[str] = field(default_factory=set)
    valued: set[str] = field(default_factory=set)
    vocabulary: "Case | None" = None


class Case:
    """What follows for one case: facts, how each follows, and the clashes. Facts of the vocabulary lie below it."""

    def __init__(self, rules: Rules, below: "Case | None" = None, allowed: frozenset[int] | None = None) -> None:
        self.rules, self.below, self._allowed = rules, below, allowed
        self.because: dict[Fact, tuple[int, tuple[Fact, ...]] | None] = {}
        self.clashes: dict[tuple[int, str], Clash] = {}
        self._types: dict[str, list[str]] = {}
        self._objects: dict[tuple[str, str], list[str]] = {}
        self._subjects: dict[tuple[str, str], list[str]] = {}
        self._waiting: deque[Fact] = deque()

    def holds(self, fact: Fact) -> bool:
        """Tell whether a fact is given or follows."""
        return fact in self.because or (self.below is not None and fact in self.below.because)

    def types(self, node: str) -> list[str]:
        """Return the classes of a node, names of expressions included."""
        found = self._types.get(node, [])
        return found if self.below is None else [*self.below.types(node), *found]

    def _following(self, index: str, key: tuple[str, str]) -> list[str]:
        found: list[str] = getattr(self, index).get(key, [])
        return found if self.below is None else [*self.below._following(index, key), *found]

    def add(self, facts: Iterable[Fact]) -> "Case":
        """Add given facts and all that follows; equal facts in any order give an equal case."""
        for fact in sorted(set(facts), key=lambda fact: (fact[0], fact[1], str(fact[2]))):
            if not self.holds(fact):
                self._note(fact, None)
        while self._waiting:
            fact = self._waiting.popleft()
            if fact[1] == TYPE:
                self._from_type(fact)
            else:
                self._from_edge(fact)
        return self

    def _note(self, fact: Fact, because: tuple[int, tuple[Fact, ...]] | None) -> None:
        self.because[fact] = because
        subject, property_, object_ = fact
        if not isinstance(object_, Literal):
            if property_ == TYPE:
                self._types.setdefault(subject, []).append(object_)
            else:
                self._objects.setdefault((subject, property_), []).append(object_)
                self._subjects.setdefault((object_, property_), []).append(subject)
        self._waiting.append(fact)

    def _derive(self, axiom: int, fact: Fact, *premises: Fact) -> None:
        if self.holds(fact) or not self._may(axiom):
            return
        if fact[2] == NOTHING and fact[1] == TYPE:
            self._clash(axiom, *premises)
        elif fact[2] != THING:
            self._note(fact, (axiom, premises))

    def _may(self, axiom: int) -> bool:
        return axiom < 0 or self._allowed is None or axiom in self._allowed

    def _clash(self, axiom: int, *facts: Fact) -> None:
        if self._may(axiom):
            self.clashes.setdefault((axiom, facts[0][0]), Clash(axiom, facts))

    def _from_type(self, fact: Fact) -> None:
        node, _, name = fact
        assert not isinstance(name, Literal)  # noqa: S101 - a class is an IRI
        rules = self.rules
        for axiom, above in rules.above.get(name, ()):
            self._derive(axiom, (node, TYPE, above), fact)
        for axiom, parts, whole in rules.all_of.get(name, ()):
            premises = [(node, TYPE, part) for part in parts]
            if all(self.holds(premise) for premise in premises):
                self._derive(axiom, (node, TYPE, whole), *premises)
        for axiom, property_, wider in rules.some_of.get(name, ()):
            for subject in self._following("_subjects", (node, property_)):
                self._derive(axiom, (subject, TYPE, wider), (subject, property_, node), fact)
        for axiom, property_, value in rules.has_value.get(name, ()):
            self._derive(axiom, (node, property_, value), fact)
        for axiom, property_, filler in rules.only.get(name, ()):
            for other in self._following("_objects", (node, property_)):
                self._derive(axiom, (other, TYPE, filler), (node, property_, other), fact)
        for axiom, property_, filler in rules.has_some.get(name, ()):
            self._give_member(axiom, fact, property_, filler)
        for axiom, other in rules.apart.get(name, ()):
            if self.holds((node, TYPE, other)):
                self._clash(axiom, *sorted([fact, (node, TYPE, other)], key=str))

    def _give_member(self, axiom: int, fact: Fact, property_: str, filler: str) -> None:
        node = fact[0]
        known = self._following("_objects", (node, property_))
        if not self._may(axiom) or any(filler == THING or self.holds((other, TYPE, filler)) for other in known):
            return
        if node.count(MEMBER) >= MOST_NESTED:
            raise OntologyError(f"the rules would never end on: {self.rules.axioms[axiom].words}")
        member = f"{MEMBER}{property_} {filler} {node}"
        self._derive(axiom, (node, property_, member), fact)
        self._derive(axiom, (member, TYPE, filler), fact)

    def _from_edge(self, fact: Fact) -> None:
        subject, name, object_ = fact
        rules = self.rules
        for axiom, class_ in rules.domain.get(name, ()):
            self._derive(axiom, (subject, TYPE, class_), fact)
        for axiom, wider in rules.wider.get(name, ()):
            self._derive(axiom, (subject, wider, object_), fact)
        if isinstance(object_, Literal):
            for axiom, datatype in rules.datatype.get(name, ()):
                if not is_of(object_, datatype):
                    self._clash(axiom, fact)
            return
        for axiom, class_ in rules.range.get(name, ()):
            self._derive(axiom, (object_, TYPE, class_), fact)
        for axiom, inverse in rules.inverse.get(name, ()):
            self._derive(axiom, (object_, inverse, subject), fact)
        for axiom, class_ in rules.with_value.get((name, object_), ()):
            self._derive(axiom, (subject, TYPE, class_), fact)
        for axiom, filler, class_ in rules.some_by.get(name, ()):
            if self.holds((object_, TYPE, filler)):
                self._derive(axiom, (subject, TYPE, class_), fact, (object_, TYPE, filler))
        for axiom, class_, filler in rules.only_by.get(name, ()):
            if self.holds((subject, TYPE, class_)):
                self._derive(axiom, (object_, TYPE, filler), fact, (subject, TYPE, class_))
        for axiom, after, whole in rules.first.get(name, ()):
            for end in list(self._following("_objects", (object_, after))):
                self._derive(axiom, (subject, whole, end), fact, (object_, after, end))
        for axiom, before, whole in rules.second.get(name, ()):
            for start in list(self._following("_subjects", (subject, before))):
                self._derive(axiom, (start, whole, object_), (start, before, subject), fact)

    def step(self, fact: Fact) -> Step:
        """Return how a derived fact follows from facts that have names."""
        axioms: dict[int, None] = {}
        premises: dict[Fact, None] = {}
        waiting = [fact]
        while waiting:
            axiom, used = self._reason(waiting.pop()) or (-1, ())
            axioms.setdefault(axiom)
            for premise in used:
                if self._unnamed(premise):
                    waiting.append(premise)
                else:
                    premises.setdefault(premise)
        return Step(tuple(axiom for axiom in axioms if axiom >= 0), tuple(premises))

    def roots(self, facts: Iterable[Fact]) -> tuple[set[Fact], set[int]]:
        """Return the given facts and the axioms from which facts follow, as they were first found."""
        given: set[Fact] = set()
        axioms: set[int] = set()
        seen, waiting = set(facts), list(facts)
        while waiting:
            fact = waiting.pop()
            reason = self._reason(fact)
            if reason is None:
                given.add(fact)
                continue
            axioms.add(reason[0])
            for premise in reason[1]:
                if premise not in seen:
                    seen.add(premise)
                    waiting.append(premise)
        return given, axioms - {-1}

    def _reason(self, fact: Fact) -> tuple[int, tuple[Fact, ...]] | None:
        if fact in self.because:
            return self.because[fact]
        return self.below.because[fact] if self.below is not None else None

    def _unnamed(self, fact: Fact) -> bool:
        derived = self._reason(fact) is not None
        return derived and any(isinstance(part, str) and part.startswith(NAMELESS) for part in fact)

    def follows(self) -> Iterator[Fact]:
        """Yield the derived facts between nodes and classes that have names, in the order of their text."""
        found = [fact for fact, reason in self.because.items() if reason is not None and not self._unnamed(fact)]
        yield from sorted(found, key=str)


def is_of(value: Literal, datatype: str) -> bool:
    """Tell whether a literal's value is of a datatype; of calendar datatypes, which HermiT does not know, always.

    >>> is_of(Literal("2", datatype=NamedNode(XSD + "integer")), XSD + "decimal"), is_of(Literal("2"), XSD + "integer")
    (True, False)
    """
    own = value.datatype.value
    if own in _CALENDAR:
        return True
    if datatype in _DECIMALS and own in _DECIMALS:
        try:
            number = Decimal(value.value)
        except InvalidOperation:
            return False
        if datatype == XSD + "decimal":
            return True
        return number == number.to_integral_value() and (datatype == XSD + "integer" or number >= 0)
    return own == datatype


def facts_of(triples: Iterable[Triple], rules: Rules) -> Iterator[Fact]:
    """Yield the triples that the rules read: types, and values of properties that are not annotations.

    Raises:
        OntologyError: a triple says that two names are one, which the rules cannot honour.
    """
    same = OWL + "sameAs"
    for triple in triples:
        subject, property_, value = triple.subject, triple.predicate.value, triple.object
        if not isinstance(subject, NamedNode | BlankNode) or isinstance(value, Triple):
            continue
        if property_ == same:
            raise OntologyError(f"the rules cannot honour: {triple}")
        literal = isinstance(value, Literal)
        if property_ == TYPE and not literal:
            if not value.value.startswith(OWL):
                yield subject.value, TYPE, value.value
        elif (property_ in rules.relating and not literal) or (property_ in rules.valued and literal):
            yield subject.value, property_, value if isinstance(value, Literal) else value.value
