"""Why a question returns a patient, or does not: from the answer back to statements and their places in papers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store, Triple

from . import course
from .derived import pattern_node
from .errors import QuestionError
from .projection import telling
from .questions import Question
from .statements import Said, Statement, iri_of, local
from .vocabulary import BASE, PROV, RDF_TYPE, lkg, terms

_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")


@dataclass(frozen=True)
class Because:
    """The chain behind an outcome: its certainty, who plays which role, what it rests on, and the rules used."""

    certainty: str
    roles: tuple[tuple[str, str], ...]
    decides: tuple[str, ...]
    statements: tuple[Statement, ...]
    claims: tuple[tuple[str, tuple[str, ...]], ...]
    rules: tuple[str, ...]
    triples: tuple[Triple, ...]


def why(store: Store, question: Question, patient: str, given: Mapping[str, str]) -> Because:
    """Return the chain behind a question's outcome for a patient.

    Raises:
        KgError: there is no such patient.
        QuestionError: the question declares no temporal pattern, so its rows are what the query says and no more.
    """
    said = course.told(store, patient).said
    # A parameter that is open to any value narrows the rows of an answer; the pattern is judged for the others.
    closed = [parameter for parameter in question.parameters if parameter.values]
    parameters = [(parameter.name, given.get(parameter.name, parameter.default)) for parameter in closed]
    pattern = pattern_node(question.slug, parameters)
    node = NamedNode(f"{BASE}patient/{patient}/judged/{pattern.value.removeprefix(BASE + 'pattern/')}")
    own = [quad.triple for quad in store.quads_for_pattern(node, None, None)]
    if not own:
        raise QuestionError(f"'{question.slug}' declares no temporal pattern; its evidence stands in each row")
    bindings = _objects(own, lkg("binds"))
    roles = [quad.triple for binding in bindings for quad in store.quads_for_pattern(binding, None, None)]
    sources = _objects(own, _DERIVED_FROM)
    premises = {local(source.value) for source in sources}
    behind = [quad.triple for source in sources for quad in store.quads_for_pattern(source, None, None)]
    return Because(
        certainty=local(_texts(own, "certainty")[0]).casefold(),
        roles=tuple(sorted(_roles(roles))),
        decides=tuple(sorted(_texts(own, "decidedBy"))),
        statements=tuple(statement for statement in said.statements if statement.iri in premises),
        claims=tuple(_claims(store, sources)),
        rules=tuple(sorted(_texts(own, "usesRule"))),
        triples=tuple(dict.fromkeys([*own, *roles, *behind])),
    )


def _objects(triples: Sequence[Triple], predicate: NamedNode) -> list[NamedNode]:
    return [t.object for t in triples if t.predicate == predicate and isinstance(t.object, NamedNode)]


def _texts(triples: Sequence[Triple], name: str) -> list[str]:
    return [iri_of(triple.object) for triple in triples if triple.predicate == lkg(name)]


def _roles(triples: Sequence[Triple]) -> Iterator[tuple[str, str]]:
    names = {triple.subject: iri_of(triple.object) for triple in triples if triple.predicate == lkg("role")}
    for triple in triples:
        if triple.predicate == lkg("boundTo"):
            yield names[triple.subject], local(iri_of(triple.object))


def _claims(store: Store, sources: Sequence[NamedNode]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for source in sources:
        for quad in store.quads_for_pattern(source, lkg("paraphrase"), None):
            passages = store.quads_for_pattern(source, lkg("passage"), None)
            yield iri_of(quad.object), tuple(sorted(local(iri_of(p.object)).removeprefix("passage/") for p in passages))


def sentences(question: Question, patient: str, because: Because, said: Said) -> Iterator[str]:
    """Yield the chain in plain sentences."""
    verdict = {
        "certain": "is returned, and that is certain",
        "possible": "is returned as possible",
        "refuted": "is not returned",
    }[because.certainty]
    yield f"{patient} {verdict}: {question.summary}."
    for reason in because.decides:
        yield f"  {reason}"
    for role, node in because.roles:
        yield f"  {role}: {node.removeprefix('patient/')} ({_kinds(said, node)})"
    if because.statements or because.claims:
        yield "It rests on what is said:"
    for statement in because.statements:
        yield f"  {course.in_words(statement)}  [{' '.join(course.places(statement))}]"
    for paraphrase, places in because.claims:
        yield f"  the authors claim: {paraphrase}  [{' '.join(places)}]"
    if because.rules:
        yield "and on these rules:"
    for rule in because.rules:
        yield f"  {rule}"


def _kinds(said: Said, node: str) -> str:
    types = telling(said, node, RDF_TYPE.value, possible=True)
    found = [terms().by_iri[value.value].label for statement in types for value in statement.values]
    return ", ".join(dict.fromkeys(found)) or "reported"
