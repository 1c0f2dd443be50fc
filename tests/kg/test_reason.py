"""The rules compiled from the ontology and HermiT find the same, to the triple; each defined class tells like from near."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from random_cases import generated

from kg import assemble, axioms, cases, derived, files, orders, patterns, projection, reason, timeline
from kg.errors import OntologyError
from kg.horn import Rules
from kg.statements import Said
from kg.vocabulary import BASE, OWL, PROV, RDF_TYPE, lkg, prefixes, terms

HEADER = "\n".join(f"@prefix {prefix}: <{space}> ." for prefix, space in prefixes().items())
DEFINED = files.ONTOLOGY / "defined.ttl"
# Seeds of generated cases: those that contradict the ontology need a run of HermiT each.
CONSISTENT, FAULTY = range(2000, 2040), range(3000, 3030)
FAULTY_RUNS = 5


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(f"{HEADER}\n{text}", format=RdfFormat.TURTLE)]


def classes(text: str, name: str) -> set[str]:
    """Return the classes of `lkg:x-…` in a case of a few triples, as local names."""
    return {iri.removeprefix(BASE) for iri in reason.entail(turtle(text)).types.get(BASE + name, ())}


def told(said: Said) -> list[Triple]:
    """Return what the engines are given of one subject: projection, solved timeline, orders."""
    found = list(projection.project(said).certain)
    if said.subject.startswith("patient/"):
        solved = timeline.solve(said)
        found += [*derived.timeline_triples(solved), *orders.transplant_orders(solved)]
    # Which statements a bound rests on makes a node of each for HermiT, a quarter of its time, and no axiom reads it.
    return [triple for triple in found if triple.predicate.value != PROV + "wasDerivedFrom"]


@pytest.fixture(scope="module")
def shipped_cases() -> dict[str, Said]:
    found = assemble.by_subject(cases.read(files.case_files()))
    assert sum(subject.startswith("patient/") for subject in found) >= 12
    return found


# --- defined classes ---

# Class, an example that is a member of it, a near miss that is not; the member is lkg:x.
EXAMPLES = {
    "PostTransplantRelapse": (
        "lkg:x a lkg:Relapse ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:Relapse ; lkg:precedesTransplantation lkg:t .",
    ),
    "PostTransplantHematologicRelapse": (
        "lkg:x a lkg:MarrowRelapse ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:Relapse ; lkg:compartment lkg:MarrowCompartment ; lkg:followsTransplantation lkg:t .",
    ),
    "PostTransplantExtramedullaryRelapse": (
        "lkg:x a lkg:Relapse ; lkg:site lkg:EpiduralSpace ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:Relapse ; lkg:site lkg:BoneMarrow ; lkg:followsTransplantation lkg:t .",
    ),
    "PostTransplantCNSRelapse": (
        "lkg:x a lkg:Relapse ; lkg:site lkg:CerebrospinalFluid ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:Relapse ; lkg:site lkg:EpiduralSpace ; lkg:followsTransplantation lkg:t .",
    ),
    "PostTransplantMRDRelapse": (
        "lkg:x a lkg:MRDRelapse ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:Relapse ; lkg:followsTransplantation lkg:t .",
    ),
    "MarrowCompleteRemission": (
        "lkg:x a lkg:CompleteRemission ; lkg:compartment lkg:OverallCompartment .",
        "lkg:x a lkg:CompleteRemission .",
    ),
    "MRDNegativeMarrowCompleteRemission": (
        "lkg:x a lkg:CompleteRemission ; lkg:compartment lkg:MarrowCompartment ; lkg:mrdStatus lkg:MRDNegative .",
        "lkg:x a lkg:CompleteRemission ; lkg:compartment lkg:CNSCompartment ; lkg:mrdStatus lkg:MRDNegative .",
    ),
    "MRDPositiveMarrowCompleteRemission": (
        "lkg:x a lkg:MRDPositiveCompleteRemission ; lkg:compartment lkg:MarrowCompartment .",
        "lkg:x a lkg:CompleteRemission ; lkg:compartment lkg:MarrowCompartment .",
    ),
    "PostTransplantMRDNegativeCompleteRemission": (
        "lkg:x a lkg:CompleteRemission ; lkg:mrdStatus lkg:MRDNegative ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:PartialRemission ; lkg:mrdStatus lkg:MRDNegative ; lkg:followsTransplantation lkg:t .",
    ),
    "MRDNegativeAssessment": (
        "lkg:x a lkg:MRDAssessment ; lkg:mrdStatus lkg:MRDNegative .",
        "lkg:x a lkg:BoneMarrowExamination ; lkg:mrdStatus lkg:MRDNegative .",
    ),
    "MRDPositiveAssessment": (
        "lkg:x a lkg:MRDAssessment ; lkg:mrdStatus lkg:MRDPositive .",
        "lkg:x a lkg:MRDAssessment .",
    ),
    "BlinatumomabCourse": (
        "lkg:x a lkg:TreatmentCourse . lkg:y a lkg:TreatmentCycle ; lkg:agent lkg:Blinatumomab ; lkg:partOf lkg:x .",
        "lkg:x a lkg:LineOfTherapy . lkg:y a lkg:TreatmentCycle ; lkg:agent lkg:Blinatumomab ; lkg:partOf lkg:x .",
    ),
    "DonorLymphocyteTreatment": (
        "lkg:x a lkg:TreatmentCourse . lkg:y a lkg:TherapeuticDLI ; lkg:partOf lkg:z . lkg:z lkg:partOf lkg:x .",
        "lkg:x a lkg:TreatmentCourse . lkg:y a lkg:StemCellBoost ; lkg:partOf lkg:x .",
    ),
    "BlinatumomabDLICourse": (
        "lkg:x a lkg:TreatmentCourse . lkg:y a lkg:BlinatumomabCycle ; lkg:partOf lkg:x . "
        "lkg:z a lkg:DonorLymphocyteInfusion ; lkg:partOf lkg:x .",
        "lkg:x a lkg:TreatmentCourse . lkg:y a lkg:BlinatumomabCycle ; lkg:partOf lkg:x . "
        "lkg:z a lkg:DonorLymphocyteInfusion .",
    ),
    "PostTransplantBlinatumomabDLICourse": (
        "lkg:x a lkg:TreatmentCourse ; lkg:agent lkg:Blinatumomab , lkg:DonorLymphocytes ; lkg:followsTransplantation lkg:t .",
        "lkg:x a lkg:TreatmentCourse ; lkg:agent lkg:Blinatumomab ; lkg:followsTransplantation lkg:t .",
    ),
    "BlinatumomabBridgeToTransplant": (
        "lkg:x a lkg:TreatmentCourse ; lkg:agent lkg:Blinatumomab ; lkg:precedesTransplantation lkg:t .",
        "lkg:x a lkg:TreatmentCourse ; lkg:agent lkg:Inotuzumab ; lkg:precedesTransplantation lkg:t .",
    ),
    "TransplantRecipient": (
        "lkg:x a lkg:Patient . lkg:t a lkg:AutologousHCT ; lkg:ofPatient lkg:x .",
        "lkg:x a lkg:Patient . lkg:c a lkg:Conditioning ; lkg:ofPatient lkg:x .",
    ),
    "AllogeneicTransplantRecipient": (
        "lkg:x a lkg:Patient . lkg:t a lkg:AllogeneicHCT ; lkg:ofPatient lkg:x .",
        "lkg:x a lkg:Patient . lkg:t a lkg:HematopoieticCellTransplantation ; lkg:ofPatient lkg:x .",
    ),
    "PatientWithPostTransplantRelapse": (
        "lkg:r a lkg:Relapse ; lkg:ofPatient lkg:x ; lkg:followsTransplantation lkg:t . lkg:t lkg:ofPatient lkg:x .",
        "lkg:r a lkg:Relapse ; lkg:ofPatient lkg:x . lkg:t a lkg:AllogeneicHCT ; lkg:ofPatient lkg:x .",
    ),
    "PatientExposedToDonorLymphocytes": (
        "lkg:d a lkg:ProphylacticDLI ; lkg:ofPatient lkg:x .",
        "lkg:d a lkg:AllogeneicHCT ; lkg:ofPatient lkg:x .",
    ),
    "PatientBridgedToTransplantWithBlinatumomab": (
        "lkg:c a lkg:BlinatumomabCourse ; lkg:ofPatient lkg:x ; lkg:precedesTransplantation lkg:t . "
        "lkg:t lkg:ofPatient lkg:x .",
        "lkg:c a lkg:BlinatumomabCourse ; lkg:ofPatient lkg:x ; lkg:followsTransplantation lkg:t . "
        "lkg:t lkg:ofPatient lkg:x .",
    ),
    "PatientWithMPAL": (
        "lkg:d a lkg:MPALTMyeloidNOSWHO2016 ; lkg:ofPatient lkg:x .",
        "lkg:d a lkg:ALALNOSICC2022 ; lkg:ofPatient lkg:x .",
    ),
    "PatientWithBMyeloidMPAL": (
        "lkg:d a lkg:MPALBMyeloidNOSWHO2008 ; lkg:ofPatient lkg:x .",
        "lkg:d a lkg:MPALTMyeloidNOSWHO2008 ; lkg:ofPatient lkg:x .",
    ),
    "PatientWithGvHD": (
        "lkg:g a lkg:OverlapGvHD ; lkg:ofPatient lkg:x .",
        "lkg:g a lkg:GvHDProphylaxis ; lkg:ofPatient lkg:x .",
    ),
    "VisceralAcuteGvHD": (
        "lkg:x a lkg:LateOnsetAcuteGvHD ; lkg:site lkg:Skin , lkg:Gut .",
        "lkg:x a lkg:AcuteGvHD ; lkg:site lkg:Skin .",
    ),
    "PositiveMarkerFinding": (
        "lkg:x a lkg:MarkerFinding ; lkg:result lkg:PositiveResult .",
        "lkg:x a lkg:MarkerFinding ; lkg:result lkg:PartialResult .",
    ),
    "NegativeMarkerFinding": (
        "lkg:x a lkg:MarkerFinding ; lkg:result lkg:NegativeResult .",
        "lkg:x a lkg:Immunophenotyping ; lkg:result lkg:NegativeResult .",
    ),
    "BLineageMarkerFinding": (
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:CD19 ; lkg:result lkg:PositiveResult .",
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:CD19 ; lkg:result lkg:NegativeResult .",
    ),
    "TLineageMarkerFinding": (
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:CD3 ; lkg:result lkg:PositiveResult .",
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:CD34 ; lkg:result lkg:PositiveResult .",
    ),
    "MyeloidLineageMarkerFinding": (
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:MPO ; lkg:result lkg:PositiveResult .",
        "lkg:x a lkg:MarkerFinding ; lkg:marker lkg:CD19 ; lkg:result lkg:PositiveResult .",
    ),
    "BMyeloidImmunophenotyping": (
        "lkg:a a lkg:BLineageMarkerFinding ; lkg:findingOf lkg:x . lkg:b a lkg:MyeloidLineageMarkerFinding ; lkg:findingOf lkg:x .",
        "lkg:a a lkg:BLineageMarkerFinding ; lkg:findingOf lkg:x . lkg:b a lkg:MyeloidLineageMarkerFinding ; lkg:findingOf lkg:y .",
    ),
    "TMyeloidImmunophenotyping": (
        "lkg:a a lkg:TLineageMarkerFinding ; lkg:findingOf lkg:x . lkg:b a lkg:MyeloidLineageMarkerFinding ; lkg:findingOf lkg:x .",
        "lkg:a a lkg:TLineageMarkerFinding ; lkg:findingOf lkg:x . lkg:b a lkg:NegativeMarkerFinding ; lkg:findingOf lkg:x .",
    ),
}  # fmt: skip


def defined_classes() -> set[str]:
    same = OWL + "equivalentClass"
    return {
        str(quad.subject.value).removeprefix(BASE)
        for quad in parse(path=str(DEFINED), format=RdfFormat.TURTLE)
        if quad.predicate.value == same and isinstance(quad.subject, NamedNode)
    }


def test_each_defined_class_has_its_examples() -> None:
    assert set(EXAMPLES) == defined_classes()
    assert len(EXAMPLES) > 25


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_defined_class_takes_its_example_and_leaves_the_near_miss(name: str) -> None:
    example, near_miss = EXAMPLES[name]
    for text in (example, near_miss):
        assert not reason.entail(turtle(text)).inconsistencies
    assert name in classes(example, "x")
    assert name not in classes(near_miss, "x")


def test_hermit_tells_examples_and_near_misses_alike() -> None:
    texts = [text for pair in EXAMPLES.values() for text in pair]
    names = [f"lkg:{letter}" for letter in "abcdgrtxyz"]
    together = []
    for n, text in enumerate(texts):
        for name in names:
            text = text.replace(f"{name} ", f"{name}-{n} ")  # noqa: PLW2901 - each case has nodes of its own
        together.append(text)
    verdict = reason.check_dl(turtle("\n".join(together)))
    assert verdict.consistent
    assert verdict.disagreements == ()
    for n, name in enumerate(EXAMPLES):
        assert BASE + name in verdict.superclasses[f"{BASE}x-{2 * n}"]
        assert BASE + name not in verdict.superclasses.get(f"{BASE}x-{2 * n + 1}", ())


NONSENSE = {
    "positive-and-negative-marker": "lkg:x a lkg:MarkerFinding ; lkg:result lkg:PositiveResult , lkg:NegativeResult .",
    "MRD-both-on-one-assay": "lkg:x a lkg:MRDAssessment ; lkg:mrdStatus lkg:MRDNegative , lkg:MRDPositive .",
    "remission-and-relapse": "lkg:x a lkg:PostTransplantRelapse , lkg:MarrowCompleteRemission .",
    "MRD-relapse-with-blasts": "lkg:x a lkg:MRDRelapse , lkg:MarrowRelapse .",
    "acute-and-chronic": "lkg:x a lkg:LateOnsetAcuteGvHD , lkg:OverlapGvHD .",
    "two-intensities": "lkg:x a lkg:MyeloablativeConditioning , lkg:ReducedIntensityConditioning .",
    "order-to-no-transplantation": "lkg:x a lkg:Relapse ; lkg:followsTransplantation lkg:y . lkg:y a lkg:Assessment .",
    "a-word-for-a-number": 'lkg:x lkg:cycleNumber "two" .',
    "a-patient-of-a-patient": "lkg:x lkg:ofPatient lkg:y . lkg:y lkg:ofPatient lkg:z .",
}


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_found_and_explained_by_no_more_than_it_takes(text: str) -> None:
    triples = turtle(text)
    found = reason.entail(triples).inconsistencies
    assert found
    for one in found:
        assert reason.entail(triple for triple in triples if fact(triple) in one.facts).inconsistencies
        for left_out in one.facts:
            rest = [triple for triple in triples if fact(triple) in one.facts and fact(triple) != left_out]
            assert not reason.entail(rest).inconsistencies
        assert one.axiom in one.words
        assert all(reason.in_words(known) in one.words for known in one.facts)
    assert list(reason.derived_triples("x", reason.entail(triples))) == []


def fact(triple: Triple) -> tuple[str, str, str | Literal]:
    assert isinstance(triple.subject, NamedNode)
    assert isinstance(triple.object, NamedNode | Literal)
    value = triple.object if isinstance(triple.object, Literal) else triple.object.value
    return triple.subject.value, triple.predicate.value, value


def test_an_explanation_is_a_justification_to_hermit_too() -> None:
    """HermiT, given only the axioms and facts named, finds the contradiction; without any one of them it finds none."""
    rules = reason.shipped_rules()
    triples = turtle(NONSENSE["MRD-both-on-one-assay"])
    (found,) = reason.entail(triples).inconsistencies
    declared = [t for t in reason._read(files.ontology_files()) if isinstance(t.object, NamedNode)]
    kinds = {OWL + name for name in ("Class", "ObjectProperty", "NamedIndividual")}
    declarations = [t for t in declared if t.predicate == RDF_TYPE and t.object.value in kinds]
    parts = [[t] for t in triples if fact(t) in found.facts] + [list(rules.axioms[n].triples) for n in found.axioms]
    assert len(parts) >= 5

    def consistent(kept: Iterable[list[Triple]]) -> bool:
        return reason.consistent_and_satisfiable([], [*declarations, *(t for part in kept for t in part)]).consistent

    assert not consistent(parts)
    for n in range(len(parts)):
        assert consistent(parts[:n] + parts[n + 1 :])


# --- the two engines agree ---


def test_they_agree_on_all_shipped_cases(shipped_cases: dict[str, Said]) -> None:
    triples = [triple for said in shipped_cases.values() for triple in told(said)]
    assert len(triples) > 3000
    verdict = reason.check_dl(triples)
    assert verdict.consistent
    assert verdict.disagreements == ()
    assert BASE + "PostTransplantRelapse" in verdict.superclasses[f"{BASE}patient/durer-2019-p1/relapse-1"]


def test_they_agree_on_generated_cases() -> None:
    found = [triples for seed in CONSISTENT if not reason.entail(triples := generated(seed)).inconsistencies]
    assert 15 < len(found) < len(CONSISTENT), "all cases are alike"
    together = [triple for triples in found for triple in triples]
    derived_by_class = {name for node in reason.entail(together).types.values() for name in node}
    assert len({BASE + name for name in EXAMPLES} & derived_by_class) > 20, "the cases hardly reach the definitions"
    verdict = reason.check_dl(together)
    assert verdict.consistent
    assert verdict.disagreements == ()


def faulty() -> list[int]:
    return [seed for seed in FAULTY if reason.entail(generated(seed)).inconsistencies][:FAULTY_RUNS]


@pytest.mark.parametrize("seed", faulty())
def test_hermit_confirms_each_contradiction(seed: int) -> None:
    verdict = reason.check_dl(generated(seed))
    assert not verdict.consistent
    assert verdict.disagreements == ()
    assert verdict.explanations


def test_there_are_faulty_cases() -> None:
    assert len(faulty()) == FAULTY_RUNS


def test_a_disagreement_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lame = axioms.rules(t for t in ontology() if t.subject != lkg("MarrowRelapse"))
    monkeypatch.setattr(reason, "shipped_rules", lambda: lame)
    said = turtle("lkg:x a lkg:MarrowRelapse .")
    assert reason.check_dl(said).disagreements[0] == "only HermiT: x is 'active disease'"
    verdict = reason.check_dl([*said, *turtle("lkg:x a lkg:Remission .")])
    assert verdict.disagreements == ("HermiT finds a contradiction, the rules do not agree",)


# --- what is refused ---


def ontology() -> list[Triple]:
    return [
        quad.triple
        for path in files.ontology_files()
        for quad in parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True)
    ]


SMALL = """
    lkg:A a owl:Class ; rdfs:label "alpha" . lkg:B a owl:Class . lkg:p a owl:ObjectProperty . lkg:q a owl:DatatypeProperty .
    lkg:C a owl:Class . lkg:i a owl:NamedIndividual .
"""
REFUSED = {
    "union-derived": "lkg:A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( lkg:B lkg:C ) ] .",
    "union-defined": "lkg:A owl:equivalentClass [ a owl:Class ; owl:unionOf ( lkg:B lkg:C ) ] .",
    "most": "lkg:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:maxCardinality 1 ] .",
    "only-defined": "lkg:A owl:equivalentClass [ a owl:Restriction ; owl:onProperty lkg:p ; owl:allValuesFrom lkg:B ] .",
    "not-defined": "lkg:A owl:equivalentClass [ a owl:Class ; owl:complementOf lkg:B ] .",
    "one-of": "lkg:A owl:equivalentClass [ a owl:Class ; owl:oneOf ( lkg:i ) ] .",
    "self": "lkg:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:hasSelf true ] .",
    "literal-value": 'lkg:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:q ; owl:hasValue "1" ] .',
    "nested": "lkg:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:someValuesFrom "
    "[ a owl:Class ; owl:unionOf ( lkg:B lkg:C ) ] ] .",
    "key": "lkg:A owl:hasKey ( lkg:p ) .",
    "disjoint-union": "lkg:A owl:disjointUnionOf ( lkg:B lkg:C ) .",
    "functional": 'lkg:p a owl:FunctionalProperty ; rdfs:label "alpha" .',
    "irreflexive": 'lkg:p a owl:IrreflexiveProperty ; rdfs:label "alpha" .',
    "chain-of-three": 'lkg:p owl:propertyChainAxiom ( lkg:p lkg:p lkg:p ) ; rdfs:label "alpha" .',
    "disjoint-properties": 'lkg:p owl:propertyDisjointWith lkg:p2 ; rdfs:label "alpha" .',
    "same": 'lkg:i owl:sameAs lkg:j ; rdfs:label "alpha" .',
    "complex-domain": 'lkg:p rdfs:domain [ a owl:Class ; owl:unionOf ( lkg:A lkg:B ) ] .',
    "everything": "owl:Thing rdfs:subClassOf lkg:A .",
    "no-end": "lkg:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:someValuesFrom lkg:A ] .",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_an_axiom_that_rules_cannot_honour_is_refused_by_name(text: str) -> None:
    with pytest.raises(OntologyError, match="alpha"):
        axioms.rules(turtle(SMALL + text))


def test_what_says_that_two_names_are_one_is_refused_in_a_case() -> None:
    with pytest.raises(OntologyError, match="sameAs"):
        reason.entail(turtle("lkg:x owl:sameAs lkg:y ."))


def small(text: str) -> Rules:
    return axioms.rules(turtle(SMALL + text))


HONOURED = {
    "union-on-the-left": "[ a owl:Class ; owl:unionOf ( lkg:B lkg:C ) ] rdfs:subClassOf lkg:A . | lkg:x a lkg:C .",
    "only-on-the-right": "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:allValuesFrom lkg:A ] . "
    "| lkg:y a lkg:B ; lkg:p lkg:x .",
    "unnamed-member": "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:someValuesFrom lkg:C ] . "
    "[ a owl:Restriction ; owl:onProperty lkg:p ; owl:someValuesFrom lkg:C ] rdfs:subClassOf lkg:A . | lkg:x a lkg:B .",
    "chain": "lkg:r a owl:ObjectProperty ; owl:propertyChainAxiom ( lkg:p lkg:p ) ; rdfs:domain lkg:A . "
    "| lkg:x lkg:p lkg:y . lkg:y lkg:p lkg:z .",
    "symmetric": "lkg:p a owl:SymmetricProperty ; rdfs:domain lkg:A . | lkg:y lkg:p lkg:x .",
    "sub-property": "lkg:r a owl:ObjectProperty ; rdfs:subPropertyOf lkg:p . lkg:p rdfs:range lkg:A . | lkg:y lkg:r lkg:x .",
    "equivalent-property": "lkg:r a owl:ObjectProperty . lkg:p owl:equivalentProperty lkg:r ; rdfs:domain lkg:A . "
    "| lkg:x lkg:r lkg:y .",
    "has-some-thing": "lkg:A owl:equivalentClass [ a owl:Restriction ; owl:onProperty lkg:p ; owl:someValuesFrom owl:Thing ] . "
    "| lkg:x lkg:p lkg:y .",
}  # fmt: skip


@pytest.mark.parametrize("text", HONOURED.values(), ids=HONOURED)
def test_each_form_of_axiom_is_honoured_as_by_hermit(text: str) -> None:
    said, _, case = text.partition("|")
    assert BASE + "A" in reason.entail(turtle(case), small(said)).types[BASE + "x"]
    verdict = reason.consistent_and_satisfiable([], turtle(SMALL + said + case))
    assert BASE + "A" in verdict.superclasses[BASE + "x"]


def test_a_complement_on_the_right_excludes() -> None:
    rules = small("lkg:A rdfs:subClassOf [ a owl:Class ; owl:complementOf lkg:B ] .")
    (found,) = reason.entail(turtle("lkg:x a lkg:A , lkg:B , lkg:C ."), rules).inconsistencies
    assert found.facts == ((BASE + "x", RDF_TYPE.value, BASE + "A"), (BASE + "x", RDF_TYPE.value, BASE + "B"))


# --- derived triples ---


def derived_of(said: Said, triples: Iterable[Triple]) -> list[str]:
    return [str(quad) for quad in reason.derive(said.subject, triples, reason.sources(said))]


def test_derived_triples_are_the_same_in_every_build(shipped_cases: dict[str, Said]) -> None:
    said = shipped_cases["patient/ueda-2016-p1"]
    triples = told(said)
    first = derived_of(said, triples)
    reason.shipped_rules.cache_clear()
    assert derived_of(said, random.Random(1).sample(triples, len(triples))) == first
    assert len(first) > 200


def test_every_derived_membership_names_axioms_and_premises(shipped_cases: dict[str, Said]) -> None:
    said = shipped_cases["patient/durer-2019-p1"]
    triples = told(said)
    quads = list(reason.derive(said.subject, triples, reason.sources(said)))
    nodes = {quad.subject for quad in quads if quad.object == lkg("DerivedMembership")}
    types = [quad for quad in quads if quad.predicate == RDF_TYPE and quad.subject not in nodes]
    assert len(types) == len(nodes) > 50
    for node in nodes:
        found = [quad.predicate for quad in quads if quad.subject == node]
        assert {lkg("usesRule"), lkg("premise"), lkg("derivationOf"), lkg("derivedClass")} <= set(found)
    known = {f"{BASE}{statement.iri}" for statement in said.statements} | {str(n.value) for n in nodes}
    known |= {t.subject.value for t in triples if t.object == lkg("Derivation")}
    from_ = [quad.object.value for quad in quads if quad.predicate.value == PROV + "wasDerivedFrom"]
    assert set(from_) <= known
    relapse = NamedNode(f"{BASE}patient/durer-2019-p1/relapse-1/is-a/PostTransplantRelapse")
    behind = {quad.object.value.removeprefix(BASE) for quad in quads if quad.subject == relapse}
    assert "patient/durer-2019-p1/relapse-1/followsTransplantation/hct" in behind
    assert quads[0].graph_name == lkg("graph/derived/durer-2019-p1")


def test_nothing_is_derived_twice_or_of_the_vocabulary(shipped_cases: dict[str, Said]) -> None:
    for said in shipped_cases.values():
        quads = list(reason.derive(said.subject, told(said)))
        assert len(quads) == len(set(quads))
        assert {str(quad.subject.value).startswith(BASE + said.subject) for quad in quads} <= {True}


# --- orders ---


def test_orders_are_those_that_the_timeline_proves(shipped_cases: dict[str, Said]) -> None:
    count = 0
    for subject, said in shipped_cases.items():
        if not subject.startswith("patient/"):
            continue
        solved = timeline.solve(said)
        found = list(orders.transplant_orders(solved))
        told_ = [t for t in found if t.predicate in (lkg(orders.FOLLOWS), lkg(orders.PRECEDES))]
        count += len(told_)
        for triple in told_:
            about, transplant = (str(node.value).removeprefix(BASE) for node in (triple.subject, triple.object))
            early, late = (transplant, about) if triple.predicate == lkg(orders.FOLLOWS) else (about, transplant)
            low, _ = solved.days(timeline.start(late), timeline.end(early))
            assert low is not None
            assert low >= 0
            node = orders.order_node(about, triple.predicate.value.removeprefix(BASE), transplant)
            assert {lkg("usesRule"), lkg("conclusion")} <= {t.predicate for t in found if t.subject == node}
    assert count > 40


def test_orders_leave_out_parts_findings_and_what_is_only_possible(shipped_cases: dict[str, Said]) -> None:
    solved = timeline.solve(shipped_cases["patient/durer-2019-p1"])
    names = (lkg(orders.FOLLOWS), lkg(orders.PRECEDES))
    found = [triple for triple in orders.transplant_orders(solved) if triple.predicate in names]
    about = {str(triple.subject.value).split("/")[-1]: triple.predicate for triple in found}
    assert about["relapse-1"] == lkg(orders.FOLLOWS)
    assert not {"conditioning", "conditioning-tbi", "gvhd-prophylaxis", "headache", "hct", "cr-1"} & set(about)


def test_patients_bridged_by_class_are_those_of_the_question(shipped_cases: dict[str, Said]) -> None:
    pattern = patterns.load(Path(files.QUERIES / "bridged-to-transplant.yaml"))
    by_class, by_pattern = set(), set()
    for subject, said in shipped_cases.items():
        if subject.startswith("patient/"):
            types = reason.entail(told(said)).types[BASE + subject]
            by_class |= {subject} if BASE + "PatientBridgedToTransplantWithBlinatumomab" in types else set()
            (outcome,) = patterns.outcomes(pattern, timeline.solve(said), [])
            by_pattern |= {subject} if outcome.certainty == "certain" else set()
    assert by_class == by_pattern
    assert len(by_class) >= 2


def test_the_generator_names_declared_terms_only() -> None:
    used = {n.value for seed in CONSISTENT for t in generated(seed) for n in (t.predicate, t.object) if isinstance(n, NamedNode)}  # fmt: skip
    ours = {iri for iri in used if iri.startswith(BASE) and not iri.startswith(BASE + "patient/")}
    assert ours <= set(terms().by_iri)
