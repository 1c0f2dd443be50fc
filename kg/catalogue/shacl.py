"""The catalogue as SHACL: each question an executable with its parameters, as sib-swiss/sparql-examples writes them."""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ..vocabulary import BASE, RDF_TYPE, RDFS, XSD, lkg, prefix_set, prefixes
from . import Question
from .parameters import Parameter

GRAPH = lkg("graph/questions")
_SH = "http://www.w3.org/ns/shacl#"
_SCHEMA = "https://schema.org/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def _sh(name: str) -> NamedNode:
    return NamedNode(_SH + name)


def question_node(slug: str) -> NamedNode:
    """Return the IRI of a stored question."""
    return lkg(f"question/{slug}")


def triples(questions: Iterable[Question]) -> Iterator[Triple]:
    """Yield the description of every question, and the prefixes they use."""
    yield from _prefixes()
    for question in questions:
        node = question_node(question.slug)
        yield Triple(node, RDF_TYPE, _sh("SPARQLExecutable"))
        yield Triple(node, RDF_TYPE, _sh("SPARQLSelectExecutable"))
        yield Triple(node, NamedNode(RDFS + "label"), Literal(question.summary, language="en"))
        yield Triple(
            node, NamedNode(RDFS + "comment"), Literal(question.description or question.summary, language="en")
        )
        yield Triple(node, _sh("prefixes"), prefix_set())
        yield Triple(node, _sh("select"), Literal(question.text))
        for tag in question.tags:
            yield Triple(node, NamedNode(_SCHEMA + "keywords"), Literal(tag))
        for n, parameter in enumerate(question.parameters):
            about = lkg(f"question/{question.slug}/parameter/{parameter.name}")
            yield Triple(node, _sh("parameter"), about)
            yield from _parameter(about, parameter, n)


def _prefixes() -> Iterator[Triple]:
    """Yield one set of declarations under a stable IRI; the queries keep their PREFIX lines, so that each runs by itself."""
    for prefix, space in sorted(prefixes().items()):
        declaration = NamedNode(f"{prefix_set().value}/{prefix}")
        yield Triple(prefix_set(), _sh("declare"), declaration)
        yield Triple(declaration, _sh("prefix"), Literal(prefix))
        yield Triple(declaration, _sh("namespace"), Literal(space, datatype=NamedNode(XSD + "anyURI")))


def _parameter(node: NamedNode, parameter: Parameter, order: int) -> Iterator[Triple]:
    yield Triple(node, RDF_TYPE, _sh("Parameter"))
    # SHACL takes the name of the variable from the local name of the path.
    yield Triple(node, _sh("path"), lkg(f"parameter/{parameter.name}"))
    yield Triple(node, _sh("name"), Literal(parameter.name))
    yield Triple(node, _sh("order"), Literal(str(order), datatype=NamedNode(XSD + "integer")))
    yield Triple(node, _sh("optional"), Literal(value=True))
    yield Triple(node, _sh("defaultValue"), parameter.term(parameter.default))
    if parameter.description:
        yield Triple(node, _sh("description"), Literal(parameter.description, language="en"))
    if parameter.type == "iri":
        yield Triple(node, _sh("nodeKind"), _sh("IRI"))
    else:
        yield Triple(node, _sh("datatype"), NamedNode(XSD + parameter.type))
    if parameter.of:
        yield Triple(node, _sh("class"), NamedNode(parameter.of))
    if parameter.values:
        yield from _listed(node, [*map(parameter.term, parameter.values)])


def _listed(node: NamedNode, values: Sequence[NamedNode | Literal]) -> Iterator[Triple]:
    name = node.value.removeprefix(f"{BASE}question/").replace("/", "-")
    cells = [BlankNode(f"{name}-{n}") for n in range(len(values))]
    yield Triple(node, _sh("in"), cells[0])
    for n, value in enumerate(values):
        following = cells[n + 1] if n + 1 < len(cells) else NamedNode(_RDF + "nil")
        yield Triple(cells[n], NamedNode(_RDF + "first"), value)
        yield Triple(cells[n], NamedNode(_RDF + "rest"), following)
