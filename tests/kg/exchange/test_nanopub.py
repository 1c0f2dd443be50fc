"""Nanopublications: valid by the library's own check, one for each statement and judgement, an assertion only of what is so."""

import collections

import pytest
from nanopub import Nanopub, NanopubConf
from pyoxigraph import NamedNode, RdfFormat, parse, serialize
from rdflib import ConjunctiveGraph

from kg.export import exchange, nanopub
from kg.vocabulary import BASE, lkg

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of what the nanopub library uses

GRAPHS = {"Head", "assertion", "provenance", "pubinfo"}


@pytest.fixture(scope="module")
def patients(shipped):
    return exchange.read(shipped)


@pytest.fixture(scope="module")
def written(patients):
    return exchange.write("nanopub", patients)


@pytest.fixture(scope="module")
def made(written):
    """The nanopublications, by name: their quads."""
    found = collections.defaultdict(list)
    for content in written.files.values():
        for quad in parse(content, format=RdfFormat.TRIG):
            found[quad.graph_name.value.rsplit("/", 1)[0]].append(quad)
    return found


def test_there_is_one_for_each_statement_and_each_judgement(patients, made):
    statements = {f"{BASE}np/{statement.iri}" for patient in patients for statement in patient.said.statements}
    judged = {f"{BASE}np/{node}" for patient in patients for node in patient.judged}
    assert len(statements) > 600
    assert len(judged) > 30
    assert set(made) == statements | judged


def test_each_has_its_four_graphs(made):
    for name, quads in made.items():
        assert {quad.graph_name.value.rsplit("/", 1)[1] for quad in quads} == GRAPHS, name


def test_the_library_finds_them_valid(made):
    """A sample through rdflib, which is slow: every fortieth."""
    names = sorted(made)[::40]
    assert len(names) > 15
    for name in names:
        graph = ConjunctiveGraph()
        graph.parse(data=serialize(made[name], format=RdfFormat.TRIG).decode(), format="trig")
        assert Nanopub(rdf=graph, conf=NanopubConf()).is_valid, name


def test_nothing_is_lost(written):
    assert len(written.reports) == 12
    assert all(report.lossless for report in written.reports)


def asserted(made, statement):
    name = f"{BASE}np/{statement}"
    return {quad.triple for quad in made[name] if quad.graph_name.value == f"{name}/assertion"}


def test_a_denial_is_asserted_as_a_statement_with_its_polarity_and_not_as_a_fact(patients, made):
    seen = 0
    for patient in patients:
        for statement in patient.said.statements:
            if not statement.asserts or statement.iri in patient.said.overruled | patient.said.unsettled:
                triples = asserted(made, statement.iri)
                plain = {t for t in triples if t.subject.value.startswith(f"{BASE}patient/")}
                assert plain == set(), statement.iri
                assert lkg(statement.polarity) in {t.object for t in triples if t.predicate == lkg("polarity")}
                seen += 1
    assert seen > 20


def test_a_fact_is_asserted_as_questions_read_it(made):
    triples = asserted(made, "statement/durer-2019/durer-2019-p1/sex")
    assert (lkg("patient/durer-2019-p1"), lkg("sex"), lkg("Female")) in {
        (t.subject, t.predicate, t.object) for t in triples
    }


def test_both_sides_of_a_conflict_name_it(patients, made):
    durer = next(patient for patient in patients if patient.id == "durer-2019-p1")
    assert durer.said.conflicts
    for conflict in durer.said.conflicts:
        for side in conflict.between:
            assert lkg(conflict.iri) in {triple.subject for triple in asserted(made, side)}


def test_each_derives_from_a_place_in_a_paper_or_from_other_nanopublications(made):
    for name, quads in made.items():
        sources = [quad.object for quad in quads if quad.graph_name.value == f"{name}/provenance"]
        assert any(
            isinstance(source, NamedNode) and source.value.startswith((f"{BASE}passage/", f"{BASE}np/", f"{BASE}publication/"))
            for source in sources
        ), name  # fmt: skip


def test_the_time_of_making_is_never_the_clock(patients, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    one = exchange.write("nanopub", patients[:1])
    assert b"1970-01-01T00:00:00" in next(iter(one.files.values()))
    assert exchange.write("nanopub", patients[:1]).files == one.files


def test_the_terms_of_the_model_are_spelt_as_the_library_spells_them():
    from nanopub.namespaces import NP, NPX

    assert (str(NP), str(NPX)) == (nanopub.NP, nanopub.NPX)
