"""Put ontology and cases together: which named graph holds what, and which cases speak of which patient."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse

from . import mappings, statements
from .cases import CaseFile
from .statements import Said
from .vocabulary import lkg

ONTOLOGY_GRAPH = lkg("graph/ontology")
MAPPINGS_GRAPH = lkg("graph/mappings")


def graph(kind: str, subject: str) -> NamedNode:
    """Return the named graph of a kind (`projection`, `possible`, `timeline`, `derived`) for a patient or group."""
    return lkg(f"graph/{kind}/{subject.split('/', 1)[1]}")


def ontology(paths: Iterable[Path]) -> Iterator[Quad]:
    """Yield the ontology's triples as quads of its graph, with the same names of blank nodes in every build."""
    for path in paths:
        found = Dataset(parse(path=str(path), format=RdfFormat.TURTLE))
        found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        for quad in found:
            subject, object_ = quad.subject, quad.object
            if isinstance(subject, BlankNode):
                subject = BlankNode(f"{path.stem}{subject.value}")
            if isinstance(object_, BlankNode):
                object_ = BlankNode(f"{path.stem}{object_.value}")
            yield Quad(subject, quad.predicate, object_, ONTOLOGY_GRAPH)


def mapped() -> Iterator[Quad]:
    """Yield what other vocabularies call our terms, as quads of the graph of mappings."""
    for triple in mappings.triples(mappings.load()):
        yield Quad(triple.subject, triple.predicate, triple.object, MAPPINGS_GRAPH)


def said(cases: Sequence[CaseFile]) -> Iterator[Quad]:
    """Yield every case's triples in its said graph."""
    for case in cases:
        for triple in case.triples:
            yield Quad(triple.subject, triple.predicate, triple.object, case.graph)


def by_subject(cases: Sequence[CaseFile]) -> dict[str, Said]:
    """Return what is said of each patient and group, over all files that speak of them."""
    triples: dict[str, list[Triple]] = defaultdict(list)
    for case in cases:
        triples[case.subject].extend(case.triples)
    return {subject: statements.read(found, subject) for subject, found in sorted(triples.items())}
