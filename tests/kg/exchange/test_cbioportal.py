"""The cBioPortal study: files as its documentation asks, and a day only where every history has that day."""

import csv

import pytest

from kg.export import exchange


@pytest.fixture(scope="module")
def patients(shipped):
    return exchange.read(shipped)


@pytest.fixture(scope="module")
def written(patients):
    return exchange.write("cbioportal", patients)


def rows(written, name):
    lines = [line for line in written.files[name].decode().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_each_table_has_its_meta_file_and_the_study_has_one(written):
    tables = {name.removeprefix("data_") for name in written.files if name.startswith("data_")}
    metas = {name.removeprefix("meta_") for name in written.files if name.startswith("meta_")}
    assert {"clinical_patient.txt", "clinical_sample.txt", "timeline_treatment.txt"} <= tables
    assert metas == tables | {"study.txt"}
    for name in tables:
        fields = dict(line.split(": ", 1) for line in written.files[f"meta_{name}"].decode().splitlines())
        assert fields["data_filename"] == f"data_{name}"
        assert fields["genetic_alteration_type"] == "CLINICAL"
        kind = name.split("_")[0] if name.startswith("timeline") else name.removesuffix(".txt").upper()
        assert fields["datatype"] == {"timeline": "TIMELINE"}.get(kind, f"{kind.removeprefix('CLINICAL_')}_ATTRIBUTES")


@pytest.mark.parametrize("name", ["data_clinical_patient.txt", "data_clinical_sample.txt"])
def test_a_clinical_table_has_four_header_lines_as_wide_as_itself(name, written):
    lines = written.files[name].decode().splitlines()
    assert [line[0] for line in lines[:5]] == [*"####", "P"]
    assert len({len(line.split("\t")) for line in lines}) == 1
    assert set(lines[2][1:].split("\t")) <= {"STRING", "NUMBER", "BOOLEAN"}


def test_every_patient_has_a_row_and_a_sample(written, patients):
    ids = {patient.id for patient in patients}
    assert {row["PATIENT_ID"] for row in rows(written, "data_clinical_patient.txt")} == ids
    assert {row["PATIENT_ID"] for row in rows(written, "data_clinical_sample.txt")} == ids


def test_days_of_the_present_case_are_those_printed(written):
    """Cyclophosphamide on days -6 and -5, irradiation on -3 to -1, chimerism on day 31; the relapse has no exact day."""
    own = [row for row in rows(written, "data_timeline_treatment.txt") if row["PATIENT_ID"] == "durer-2019-p1"]
    days = {(row["TREATMENT_TYPE"], row["AGENT"]): (row["START_DATE"], row["STOP_DATE"]) for row in own}
    assert days["drug administration", "cyclophosphamide"] == ("-6", "-5")
    assert days["total body irradiation", ""] == ("-3", "-1")
    tests = [row for row in rows(written, "data_timeline_lab_test.txt") if row["PATIENT_ID"] == "durer-2019-p1"]
    assert {row["START_DATE"] for row in tests} == {"31"}
    assert "relapse" not in "".join(content.decode() for name, content in written.files.items() if "timeline" in name)


def test_an_event_without_an_exact_day_is_lost_for_its_precision(written):
    durer = next(report for report in written.reports if report.subject.endswith("durer-2019-p1"))
    relapse = [entry for entry in durer.entries if entry.statement.about.endswith("/relapse-1")]
    types = [entry for entry in relapse if entry.statement.property.endswith("#type")]
    assert types
    for entry in types:
        assert entry.fate == "lost"
        assert {lack.reason for lack in entry.lacks} == {"precision"}


def test_vital_status_is_empty_where_none_is_told(written):
    status = {row["PATIENT_ID"]: row["OS_STATUS"] for row in rows(written, "data_clinical_patient.txt")}
    assert status["ueda-2016-p1"] == "1:DECEASED"
    assert status["durer-2019-p1"] == ""
    assert set(status.values()) == {"", "1:DECEASED"}


def test_a_near_code_is_not_given(written):
    """OncoTree's B/myeloid entity excludes genetic lesions of which the source says nothing."""
    codes = {row["PATIENT_ID"]: row["ONCOTREE_CODE"] for row in rows(written, "data_clinical_sample.txt")}
    assert codes["durer-2019-p1"] != "MPALBNOS"
