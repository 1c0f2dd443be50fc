"""Questions on invented patients kept apart from the real ones: who must be returned, and the near miss who must not."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from kg import assemble, build, cases, files, findings, questions
from kg.errors import QuestionError

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def invented():
    """A store of the invented patients alone."""
    paths = sorted((HERE / "near_misses" / "invented-2001").glob("*.yaml"))
    assert len(paths) >= 3
    store = Store()
    store.extend(build.dataset(cases.read(paths)))
    return store


@pytest.fixture(scope="module")
def told_twice(example_cases):
    """A store of the example, whose first patient is told by two papers."""
    store = Store()
    store.extend(build.dataset(example_cases))
    return store


def ask(store, slug, *columns, **given):
    """The rows of an answer, of these columns."""
    table = questions.ask(store, questions.find(slug), given)
    return {tuple(record[name] for name in columns) for record in table.records()}


def test_antigen_loss_needs_both_phenotypes(invented):
    found = ask(invented, "antigen-loss-or-lineage-switch", "patient", "certainty", "before", "after")
    assert found == {("invented-2001-p1", "certain", "invented-2001-p1/phenotype-1", "invented-2001-p1/phenotype-2")}


def test_cns_negative_at_diagnosis_and_cns_relapse_later(invented):
    found = ask(invented, "cns-relapse-and-cns-at-diagnosis", "patient", "cns_relapse", "cns_at_diagnosis")
    assert found == {("invented-2001-p1", "present", "stated absent")}


@pytest.mark.parametrize(
    ("lesion", "first", "second"),
    [("KMT2A rearrangement", "stated absent", "not reported"), ("BCR::ABL1", "stated not available", "present"), ("FLT3-ITD", "not reported", "not reported")],
)  # fmt: skip
def test_a_lesion_denied_and_one_not_looked_for_are_not_unreported(lesion, first, second, invented):
    """The second patient's karyotype has t(9;22), which makes BCR::ABL1."""
    found = ask(invented, "genetic-lesions", "patient", "status", lesion=lesion)
    assert found == {("invented-2001-p1", first), ("invented-2001-p2", second)}


@pytest.mark.parametrize(
    ("lesion", "who"), [("t(9;22)", {"elchaer-2018-p1"}), ("BCR::ABL1", {"elchaer-2018-p1"}), ("KMT2A-r", set())]
)
def test_a_lesion_by_another_name_is_found_and_a_karyotype_does_not_deny_one(lesion, who, shipped):
    found = ask(shipped, "genetic-lesions", "patient", "status", lesion=lesion)
    assert {status for _, status in found} <= {"present", "not reported"}
    assert {str(patient) for patient, status in found if status == "present"} == who


def test_a_marker_by_any_name_is_found_and_a_misspelt_one_refused(shipped):
    found = ask(shipped, "immunophenotype", "patient", "result", "status", antigen="myeloperoxidase")
    assert ("durer-2019-p1", "positive", "present") in found
    assert ("khan-2016-p1", None, "not reported") in found
    with pytest.raises(QuestionError, match="CD19"):
        ask(shipped, "immunophenotype", "patient", antigen="CD19x")


def test_a_suspected_lesion_is_possible_and_says_so(invented):
    found = ask(invented, "genetic-lesions", "finding", "status", "certainty", "suspected")
    assert ("TP53 mutation", "suspected", "possible", "yes") in found


def test_a_suspected_marker_makes_a_row_possible_and_a_negative_one_rules_out(invented):
    found = ask(invented, "patients-by-markers-and-drug", "patient", "certainty", "suspected")
    assert found == {("invented-2001-p1", "possible", "yes")}


def test_an_mrd_result_with_method_and_sensitivity_is_in_neither_list(invented):
    assert not ask(invented, "mrd-negative-results-and-assay", "state", only="without method")
    assert not ask(invented, "mrd-negative-results-and-assay", "state", only="without sensitivity")
    found = ask(invented, "mrd-negative-results-and-assay", "state", "methods", "sensitivities", only="all")
    assert found == {(f"invented-2001-p1/{state}", "flow cytometry", "0.01 %") for state in ("cr", "mrd")}


def test_what_is_denied_of_the_presentation_is_stated_absent(invented):
    found = ask(invented, "demographics-and-presentation", "patient", "item", "value", "status")
    assert ("invented-2001-p1", "presenting finding", "fever", "stated absent") in found
    assert ("invented-2001-p1", "sex", "", "stated not available") in found
    assert ("invented-2001-p2", "sex", "", "not reported") in found


def test_a_patient_told_by_two_papers_is_one_patient(told_twice):
    found = ask(told_twice, "reports-of-each-patient", "patient", "told_by", "relation", "papers_read")
    assert {row for row in found if row[0] == "example-2020-p1"} == {
        ("example-2020-p1", "example-2020", "first report; told by both", 2),
        ("example-2020-p1", "example-2021", "retold; told by both", 2),
    }
    assert ("example-2020-p2", "example-2020", "first report", 1) in found


def test_intensity_and_percentage_of_a_marker_are_told(told_twice):
    found = ask(told_twice, "immunophenotype", "marker", "result", "intensity", "percent_positive", "status")
    assert ("CD19", "positive", "strong expression", 95.0, "present") in found
    assert ("CD20", "positive", "not reported", None, "suspected") in found


def test_the_care_score_is_that_of_the_check(shipped):
    """What `check --care` prints, in percent."""
    read = cases.read(files.case_files([files.CASES]))
    papers = [triple for case in read if case.subject.startswith("publication/") for triple in case.triples]
    scores = {
        (said.subject.removeprefix("patient/"), round(100 * findings.care(said, papers).score))
        for said in assemble.by_subject(read).values()
        if said.subject.startswith("patient/")
    }
    assert len(scores) > 10
    assert ask(shipped, "evidence-quality", "patient", "care_percent") == scores
