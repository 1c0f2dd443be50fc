"""Exports: what is written reads back as the same graphs, by Oxigraph and by rdflib."""

import json
import re

import pytest
import rdflib
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kg import export
from kg.assemble import ONTOLOGY_GRAPH
from kg.vocabulary import lkg, prefixes

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # rdflib warns of itself

OXIGRAPH = {
    "turtle": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdfxml": RdfFormat.RDF_XML,
}
RDFLIB = {"turtle": "turtle", "jsonld": "json-ld", "nquads": "nquads", "trig": "trig", "rdfxml": "xml"}
XSD = "http://www.w3.org/2001/XMLSchema#"


def canonical(quads):
    """A dataset whose blank nodes have canonical names, so that equal means isomorphic."""
    found = Dataset(quads)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def union(quads):
    """The triples of all graphs, as quads of the default graph."""
    return {Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in quads}


def by_rdflib(content, form):
    """Read a text with rdflib and hand what it understood to Oxigraph as N-Quads."""
    if export.FORMATS[form].keeps_graphs:
        dataset = rdflib.Dataset()
        dataset.parse(data=content, format=RDFLIB[form])
        return parse(dataset.serialize(format="nquads"), format=RdfFormat.N_QUADS)
    graph = rdflib.Graph().parse(data=content, format=RDFLIB[form])
    return parse(graph.serialize(format="nt", encoding="utf-8"), format=RdfFormat.N_TRIPLES)


@pytest.fixture(scope="module")
def dataset(shipped):
    return export.quads(shipped)


@pytest.fixture(scope="module")
def written(dataset):
    """The whole dataset in every format."""
    return {form: found.write(dataset) for form, found in export.FORMATS.items()}


def expected(dataset, form):
    return canonical(dataset if export.FORMATS[form].keeps_graphs else union(dataset))


def test_every_format_is_tested():
    owl = {"owl", "ofn"}  # the axioms alone: tests/kg/test_owl_export.py
    assert set(export.FORMATS) - owl == set(OXIGRAPH) == set(RDFLIB)
    assert {form for form, found in export.FORMATS.items() if found.keeps_graphs} == {"jsonld", "nquads", "trig"}


def test_the_export_is_the_whole_store(shipped, dataset):
    assert len(dataset) == len(shipped)
    assert {lkg("graph/ontology"), lkg("graph/said/durer-2019/durer-2019-p1"), lkg("graph/derived/durer-2019-p1")} <= {
        quad.graph_name for quad in dataset
    }


@pytest.mark.parametrize("form", OXIGRAPH)
def test_a_format_reads_back_with_oxigraph(form, written, dataset):
    assert canonical(parse(written[form], format=OXIGRAPH[form])) == expected(dataset, form)


@pytest.mark.parametrize("form", RDFLIB)
def test_a_format_reads_back_with_rdflib(form, dataset):
    """The ontology and all that is said of and made of one patient: rdflib is slow, and the rest is of the same kinds."""
    some = [q for q in dataset if q.graph_name == ONTOLOGY_GRAPH or "durer-2019" in q.graph_name.value]
    assert len({q.graph_name for q in some}) >= 5
    assert canonical(by_rdflib(export.FORMATS[form].write(some), form)) == expected(some, form)


@pytest.mark.parametrize("form", OXIGRAPH)
def test_the_order_of_quads_does_not_matter(form, dataset):
    some = dataset[:500]
    write = export.FORMATS[form].write
    assert write(some) == write(some[::-1]) == write(iter(some))


@pytest.mark.parametrize("form", ["turtle", "trig", "rdfxml"])
def test_every_prefix_is_declared(form, written):
    """Each declared prefix with its IRI; a serialiser may add some of its own, never another IRI to one of ours."""
    text = written[form].decode()
    pattern = r'xmlns:([\w.-]+)="([^"]*)"' if form == "rdfxml" else r"@prefix ([\w.-]*): <([^>]*)>"
    found = re.findall(pattern, text)
    assert len(found) == len({name for name, _ in found})
    assert prefixes().items() <= dict(found).items()


def test_the_json_ld_export_is_the_long_form(written):
    """It has the shipped context, or its name, and names of terms as keys."""
    document = json.loads(written["jsonld"])
    assert isinstance(document, dict)
    assert "@context" in document


@pytest.mark.parametrize("form", ["turtle", "trig"])
def test_prefixes_are_used(form, written):
    text = written[form].decode()
    assert "lkg:Statement" in text
    assert "<https://w3id.org/leukemia-kg/Statement>" not in text


# Texts and terms that a serialiser may stumble over.
HOSTILE = [
    Literal('quote " and \\ and \n and \t'),  # no case has other controls: the reader refuses them
    Literal("</rdf:RDF> <!-- & ]]> <script>"),
    Literal("é – µ × ≥ \U0001f9ec \u2028"),
    Literal("  spaces  "),
    Literal(""),
    Literal("@id"),
    Literal("_:b0"),
    Literal("english", language="en"),
    Literal("1.50", datatype=NamedNode(f"{XSD}decimal")),
    Literal("-7", datatype=NamedNode(f"{XSD}integer")),
    Literal("2016-04", datatype=NamedNode(f"{XSD}gYearMonth")),
    Literal("2016", datatype=NamedNode(f"{XSD}gYear")),
    Literal("true", datatype=NamedNode(f"{XSD}boolean")),
    lkg("patient/a.b-c/1"),
    NamedNode("http://purl.obolibrary.org/obo/IAO_0000115"),
    BlankNode("b1"),
]


@pytest.mark.parametrize("form", OXIGRAPH)
@pytest.mark.parametrize("reader", ["oxigraph", "rdflib"])
def test_hostile_values_survive(form, reader, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # 1.50 is 1.5, but not the same term
    quads = [Quad(lkg(f"node/{n}"), lkg("value"), value, lkg(f"graph/{n % 3}")) for n, value in enumerate(HOSTILE)]
    content = export.FORMATS[form].write(quads)
    found = parse(content, format=OXIGRAPH[form]) if reader == "oxigraph" else by_rdflib(content, form)
    assert canonical(found) == expected(quads, form)


@pytest.mark.parametrize("form", OXIGRAPH)
def test_an_empty_dataset_can_be_written(form):
    assert list(parse(export.FORMATS[form].write([]), format=OXIGRAPH[form])) == []
