"""OWL exports: the same axioms in both syntaxes, none lost on the way, with and without cases."""

import re

import pyhornedowl
import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from kg import assemble, cli, reason
from kg.export import FORMATS, owl, quads
from kg.vocabulary import OWL, RDF_TYPE, lkg

ENTITY = re.compile(r"^\s*(\w+)\(", re.MULTILINE)


@pytest.fixture(scope="module")
def everything(shipped):
    return quads(shipped)


@pytest.fixture(scope="module")
def functional(everything):
    return FORMATS["ofn"].write(everything).decode()


def count(text, name):
    return ENTITY.findall(text).count(name)


def test_disjointness_is_whole_in_functional_syntax(everything, functional):
    """py-horned-owl drops `AllDisjointClasses`; written pair by pair, each pair is there."""
    triples = {quad.triple for quad in owl.axioms(everything)}
    pairs = [t for t in owl.pairwise(triples) if t.predicate == NamedNode(OWL + "disjointWith")]
    lists = [t for t in triples if t.object == NamedNode(OWL + "AllDisjointClasses")]
    assert len(lists) > 10
    assert len(pairs) > len(lists)
    assert count(functional, "DisjointClasses") == len({frozenset((str(t.subject), str(t.object))) for t in pairs})


def test_pairs_mean_what_the_list_meant(everything):
    """The rules find the same contradictions by either."""
    given = [quad.triple for quad in owl.axioms(q for q in everything if q.graph_name == assemble.ONTOLOGY_GRAPH)]
    nonsense = [
        (lkg("patient/x-2000-p1/a"), RDF_TYPE, lkg("Relapse")),
        (lkg("patient/x-2000-p1/a"), RDF_TYPE, lkg("Remission")),
    ]
    triples = [Quad(*parts).triple for parts in nonsense]
    from kg import axioms

    for rules in (axioms.rules(given), axioms.rules(list(owl.pairwise(given)))):
        assert reason.entail(triples, rules).inconsistencies


def test_both_syntaxes_hold_the_same_entities(everything, functional):
    triples = {quad.triple for quad in parse(FORMATS["owl"].write(everything), format=RdfFormat.RDF_XML)}
    for kind, word in (
        ("Class", "Class"),
        ("ObjectProperty", "ObjectProperty"),
        ("NamedIndividual", "NamedIndividual"),
    ):
        named = {t.subject for t in triples if t.predicate == RDF_TYPE and t.object == NamedNode(OWL + kind)}
        named = {node for node in named if isinstance(node, NamedNode)}
        assert len(re.findall(rf"^\s*Declaration\({word}\(", functional, re.MULTILINE)) == len(named), kind


def test_functional_syntax_is_read_back(functional):
    again = pyhornedowl.open_ontology_from_string(functional, "ofn")
    assert count(again.save_to_string("ofn"), "SubClassOf") == count(functional, "SubClassOf") > 500


def test_cases_state_facts_and_no_statements(everything):
    found = owl.axioms(everything)
    types = {quad.object for quad in found if quad.predicate == RDF_TYPE and quad.graph_name != assemble.ONTOLOGY_GRAPH}
    assert lkg("Patient") in types
    assert lkg("Statement") not in types
    assert not {quad.graph_name for quad in found} & {lkg("graph/possible/khan-2016-p1")}


def test_the_ontology_alone(store_folder):
    result = CliRunner().invoke(
        cli.main, ["export", "--format", "owl", "--without-cases", "--store", str(store_folder)], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "Blinatumomab" in result.stdout
    assert "patient/durer-2019-p1" not in result.stdout
