"""Classifications as RDF: declared terms only, one node once, premises that exist, and stored or read alike."""

import pytest
from pyoxigraph import NamedNode

from kg import assemble, cases, files, timeline
from kg.classify import classify, classify_patient, read_markers
from kg.classify.graph import rule_triples, triples
from kg.classify.response import assess
from kg.vocabulary import BASE, PROV, RDF_TYPE, lkg, terms

PATIENT = "patient/durer-2019-p1"


@pytest.fixture(scope="module")
def said():
    return assemble.by_subject(cases.read(files.case_files()))


@pytest.fixture(scope="module")
def found(said):
    patient = said[PATIENT]
    lineage = [triple for result in classify_patient(patient) for triple in triples(PATIENT, result)]
    return [*lineage, *rule_triples(PATIENT, assess(timeline.solve(patient)))]


def test_no_triple_is_made_twice_or_names_an_undeclared_term(found) -> None:
    assert len(found) == len(set(found)) > 300
    used = {triple.predicate.value for triple in found if triple.predicate != RDF_TYPE}
    used |= {triple.object.value for triple in found if triple.predicate == RDF_TYPE}
    named = {
        t.object.value for t in found if isinstance(t.object, NamedNode) and "/" not in t.object.value[len(BASE) :]
    }
    assert sorted(iri for iri in used | named if iri not in terms().by_iri) == []


def test_premises_are_statements_of_the_patient(said, found) -> None:
    known = {BASE + statement.iri for statement in said[PATIENT].statements}
    premises = {t.object.value for t in found if t.predicate.value == PROV + "wasDerivedFrom"}
    assert len(premises) > 20
    assert premises <= known


def test_what_is_derived_of_the_paper(found) -> None:
    node = lkg(f"{PATIENT}/immunophenotype-1/lineage/WHO2016")
    told = {(t.predicate.value.removeprefix(BASE), t.object.value) for t in found if t.subject == node}
    assert ("indicatedEntity", BASE + "MPALBMyeloidNOSWHO2016") in told
    assert ("entityProven", "false") in told
    assert ("assesses", f"{BASE}{PATIENT}/immunophenotype-1") in told
    verdicts = {
        t.subject.value.rsplit("/", 1)[1]: t.object.value.removeprefix(BASE)
        for t in found
        if t.predicate == lkg("criterionVerdict") and t.subject.value.startswith(f"{node.value}/")
    }
    assert verdicts["myeloid"] == "CriterionMet"
    assert verdicts["b"] == verdicts["t"] == verdicts["MPALBMyeloid"] == "CriterionUndecided"


def test_a_text_makes_the_same_graph_but_for_its_premises() -> None:
    result = classify(read_markers("CD19+ MPO+"))
    made = list(triples("patient/x", result))
    assert made
    assert not [t for t in made if t.predicate.value == PROV + "wasDerivedFrom"]
    assert [str(t) for t in made] == [str(t) for t in triples("patient/x", result)]
