"""OWL: the ontology with what cases state as plain triples, as OWL tools read it; no statements, evidence or derivations.

RDF/XML by Oxigraph; functional syntax by py-horned-owl (extra `[owl]`). That library loses `owl:AllDisjointClasses` on
reading, so each such axiom is handed over as what it means, a disjointness of every two of its classes.
"""

import itertools
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, serialize

from ..statements import iri_of, local
from ..vocabulary import OWL, RDF_TYPE, terms
from . import rdf
from .exchange import require

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST, _MEMBERS = NamedNode(_RDF + "first"), NamedNode(_RDF + "rest"), NamedNode(OWL + "members")
_ALL_DISJOINT, _DISJOINT = NamedNode(OWL + "AllDisjointClasses"), NamedNode(OWL + "disjointWith")
_ONTOLOGY, _PROJECTIONS = "graph/ontology", "graph/projection/"


def rdfxml(quads: Iterable[Quad]) -> bytes:
    """Return the axioms as RDF/XML."""
    return rdf.rdfxml(axioms(quads))


def functional(quads: Iterable[Quad]) -> bytes:
    """Return the axioms in OWL 2 functional syntax, one a line in code point order, as imported text has no order.

    Raises:
        ExchangeError: the extra `[owl]` is not installed.
    """
    require("owl", "pyhornedowl")
    import pyhornedowl

    content = serialize(pairwise(quad.triple for quad in axioms(quads)), format=RdfFormat.RDF_XML) or b""
    ontology = pyhornedowl.open_ontology_from_string(content.decode(), "rdf")
    text: str = ontology.save_to_string("ofn")
    return text.encode()


def axioms(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads of the ontology, and those that cases state as plain triples of properties it declares."""
    known = terms().by_iri
    found = []
    for quad in quads:
        graph = local(iri_of(quad.graph_name))
        if graph == _ONTOLOGY or (
            graph.startswith(_PROJECTIONS) and (quad.predicate == RDF_TYPE or quad.predicate.value in known)
        ):
            found.append(quad)
    return found


def pairwise(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the triples with every `owl:AllDisjointClasses` as the disjointness of every two of its classes."""
    given = list(triples)
    objects = {(triple.subject, triple.predicate): triple.object for triple in given}
    heads = [triple.subject for triple in given if triple.object == _ALL_DISJOINT]
    gone: set[object] = set(heads)
    for head in heads:
        members: list[NamedNode | BlankNode] = []
        place = objects[head, _MEMBERS]
        while isinstance(place, BlankNode):
            gone.add(place)
            member = objects[place, _FIRST]
            members += [member] if isinstance(member, NamedNode | BlankNode) else []
            place = objects[place, _REST]
        yield from (Triple(one, _DISJOINT, other) for one, other in itertools.combinations(members, 2))
    yield from (triple for triple in given if triple.subject not in gone)
