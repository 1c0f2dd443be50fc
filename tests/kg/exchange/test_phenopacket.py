"""Phenopackets out: valid for validators that others wrote, true to what is said, nothing invented, every loss told."""

import json
import re
from pathlib import Path

import pedigree_ga4gh
import pytest
import yaml
from google.protobuf.json_format import ParseDict, ParseError
from phenopackets.schema.v2 import Phenopacket

from kg import assemble, cases, importers
from kg.cases import read as read_cases
from kg.export import exchange
from kg.export.exchange import Patient
from kg.files import case_files
from kg.vocabulary import RDF_TYPE

VALID = Path(__file__).parent / "valid"
ACTIONS = {"procedure", "treatment", "radiationTherapy", "therapeuticRegimen"}


def values(document, key):
    """Every value of a key, wherever it stands."""
    if isinstance(document, dict):
        for name, part in document.items():
            if name == key:
                yield part
            yield from values(part, key)
    elif isinstance(document, list):
        for part in document:
            yield from values(part, key)


def classes(document):
    """Every OntologyClass."""
    if isinstance(document, dict):
        if set(document) == {"id", "label"}:
            yield document
        for part in document.values():
            yield from classes(part)
    elif isinstance(document, list):
        for part in document:
            yield from classes(part)


def at(document, pointer):
    for part in pointer.split("/")[1:]:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def exported(said):
    """The packet and the loss report of what is said of one patient."""
    found = exchange.write("phenopacket", [Patient(said.subject.split("/")[1], said, ())])
    (content,) = found.files.values()
    return json.loads(content), found.reports[0]


def fates(report):
    return {entry.statement.iri.split("/", 2)[2]: entry for entry in report.entries}


# --- valid for others ---


def test_every_packet_is_one_for_the_library_of_the_standard_and_for_another_validator(packets):
    for name, packet in packets.items():
        ParseDict(packet, Phenopacket())
        assert [str(found) for found in pedigree_ga4gh.validate(packet) if found.severity != "info"] == [], name


@pytest.mark.parametrize(
    "path", ["metaData/created", "metaData/resources", "diseases/0/term/id", "medicalActions/0/treatment"]
)
def test_the_other_validator_notices_what_is_missing(packets, path):
    broken = json.loads(json.dumps(packets["durer-2019-p1"]))
    *above, last = path.split("/")
    del at(broken, "/".join(["", *above]))[last]
    assert [found for found in pedigree_ga4gh.validate(broken) if found.severity != "info"]


def test_the_library_of_the_standard_notices_an_unknown_field(packets):
    with pytest.raises(ParseError):
        ParseDict({**packets["durer-2019-p1"], "negated": True}, Phenopacket())


def test_each_prefix_has_one_resource_and_each_resource_is_used(packets):
    for packet in packets.values():
        declared = [resource["namespacePrefix"] for resource in packet["metaData"]["resources"]]
        references = {"PMID", "doi"}
        used = {one["id"].partition(":")[0] for one in classes(packet)} | {
            xref.partition(":")[0] for xrefs in values(packet, "xrefs") for xref in xrefs
        }
        assert len(declared) == len(set(declared))
        assert set(declared) == used - references
        assert all(resource["version"] and resource["iriPrefix"] for resource in packet["metaData"]["resources"])


def test_an_action_is_exactly_one_thing(packets):
    actions = [action for packet in packets.values() for action in packet.get("medicalActions", ())]
    assert len(actions) > 60
    assert all(len(ACTIONS & action.keys()) == 1 for action in actions)


# --- nothing invented ---


def test_no_time_is_told_that_the_paper_does_not_tell(packets):
    """The paper has no day at all, so a packet has no timestamp but that of its making, which is the release's."""
    for packet in packets.values():
        text = json.dumps(packet)
        assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", text) == [packet["metaData"]["created"]]
        assert packet["metaData"]["created"] == f"{exchange.release_date()}T00:00:00Z"
        assert "timeAtLastEncounter" not in packet["subject"]
        assert "iso8601duration" not in text


def test_the_same_patient_gives_the_same_bytes_and_the_environment_may_set_the_time(patients, written, monkeypatch):
    assert exchange.write("phenopacket", patients[::-1]).files == written.files
    monkeypatch.setenv(exchange.EPOCH_VARIABLE, "86400")
    other = json.loads(exchange.write("phenopacket", patients[:1]).files["alcharakh-2016-p1.phenopacket.json"])
    assert other["metaData"]["created"] == "1970-01-02T00:00:00Z"


def test_a_denial_within_a_treatment_is_not_told_of_the_patient(packets, written):
    """The paper says 'no CRS' of a course; a packet could only say it of the patient."""
    assert not any(list(values(packet, "excluded")) for packet in packets.values())
    denied = [e for report in written.reports for e in report.entries if e.statement.polarity == "Absent"]
    assert len(denied) == 9
    assert {lack.reason for entry in denied for lack in entry.lacks} == {"scope"}


def test_what_is_denied_of_the_patient_is_excluded_and_what_is_suspected_is_not_told(example):
    for subject in ("patient/example-2020-p1", "patient/example-2020-p2"):
        packet, report = exported(example[subject])
        whole = {
            e.statement.values[0].value.rsplit("/", 1)[1]: e
            for e in report.entries
            if e.statement.property == "occurrence"
            and e.statement.polarity == "Absent"
            and e.statement.about == subject
        }
        assert sum(entry.fate != "lost" for entry in whole.values()) == len(list(values(packet, "excluded")))
    packet, report = exported(example["patient/example-2020-p1"])
    assert "neumonia" not in json.dumps(packet)
    suspected = [entry for entry in report.entries if entry.statement.suspected]
    assert suspected
    assert all(entry.fate == "lost" and entry.lacks[0].reason in ("suspected", "other side") for entry in suspected)


def test_of_a_conflict_the_preferred_side_is_told_and_an_open_one_not(written):
    entries = [entry for report in written.reports for entry in report.entries if entry.group == "doubted"]
    reasons = {(entry.fate, lack.reason) for entry in entries for lack in entry.lacks}
    assert ("lost", "other side") in reasons
    assert ("lost", "open conflict") in reasons
    assert not any(
        entry.places for entry in entries if {lack.reason for lack in entry.lacks} & {"other side", "open conflict"}
    )


def test_a_calendar_day_is_told_and_a_month_is_lost(example, packets, written):
    packet, _ = exported(example["patient/example-2020-p1"])
    told = [action["procedure"].get("performed") for action in packet["medicalActions"] if "procedure" in action]
    assert {"timestamp": "2015-10-14T00:00:00Z"} in told
    assert "2015-03" not in json.dumps(packet)
    found = next(r for r in written.reports if r.subject.endswith("durer-2019-p1"))
    month = next(e for e in found.entries if e.statement.about.endswith("/hct") and e.statement.property == "startDate")
    assert [str(lack) for lack in month.lacks] == ["precision: a timestamp wants a day, not 2016-04"]


# --- the paper's own patient, against the paper ---


def test_the_papers_own_patient(packets):
    packet = packets["durer-2019-p1"]
    assert packet["subject"] == {"id": "durer-2019-p1", "sex": "FEMALE"}
    assert [disease["term"]["id"] for disease in packet["diseases"]] == ["MONDO:0850451"]
    agents = [action["treatment"]["agent"]["label"] for action in packet["medicalActions"] if "treatment" in action]
    assert agents.count("Blinatumomab") == 4  # one for each cycle; the course does not count again
    codes = [action["procedure"]["code"]["id"] for action in packet["medicalActions"] if "procedure" in action]
    assert codes.count("lkg:DonorLymphocyteInfusion") == 3
    measured = {
        (m["assay"]["id"], m["value"]["quantity"]["value"]) for m in values(packet, "measurements") for m in m
        if "quantity" in m["value"]
    }  # fmt: skip
    assert {("lkg:age", 51), ("lkg:blastPercent", 63.2), ("lkg:blastPercent", 27)} <= measured
    markers = {m["assay"]["label"]: m["value"]["ontologyClass"]["label"] for m in packet["measurements"][5:21]}
    assert markers["B-Lymphocyte Antigen CD19"] == "positive marker result"
    assert markers["B-Lymphocyte Antigen CD20"] == "negative marker result"
    assert [e["value"] for es in values(packet, "expressions") for e in es] == [
        "45,XX,del(9)(p21),-20(11)/ 46,XX,del(9),del(20)(q11.1)"
    ]
    assert packet["metaData"]["externalReferences"][0]["id"] == "PMID:30786841"
    assert "regimenStatus" in json.dumps(packet)


# --- the account ---


def test_every_place_of_a_report_is_in_the_packet_and_holds_what_the_statement_says(written, packets):
    checked = 0
    for report in written.reports:
        for entry in report.entries:
            for place in entry.places:
                file, _, pointer = place.partition("#")
                found = at(packets[file.partition(".")[0]], pointer)
                value = entry.statement.value.value
                if re.fullmatch(r"[\d.]+", value) and entry.statement.property != RDF_TYPE.value:
                    assert float(found["value"]) == float(value), place
                    checked += 1
    assert checked > 10


def test_every_statement_of_every_patient_is_accounted_for(written, patients):
    assert len(written.reports) == 12
    for report, patient in zip(written.reports, patients, strict=True):
        assert len(report.entries) == len(patient.said.statements)
        assert sum(report.count(fate) for fate in ("kept", "kept in part", "lost")) == len(patient.said.statements)
        assert report.count("kept") > 5


def test_the_readme_has_the_table_that_the_shipped_patients_give(patients):
    from kg.export import kept

    if not kept.README.is_file():
        pytest.skip("the README is not part of an installed package")
    assert kept.current(kept.README.read_text("utf-8")) == kept.table(patients)


# --- what no shipped patient tells ---


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The packet of a patient whose every construct has a place in the format, by way of a case file."""
    folder = tmp_path_factory.mktemp("cases")
    found = importers.run("phenopacket", [VALID / "everything.json"])
    assert [str(finding) for finding in found.findings] == []
    found.save(folder)
    said = assemble.by_subject(read_cases(case_files([folder])))
    return exported(said["patient/invented-2"])


def test_a_dose_with_frequency_and_days_is_a_dose_interval(everything):
    packet, _ = everything
    (interval,) = (found for intervals in values(packet, "doseIntervals") for found in intervals)
    assert interval["quantity"] == {"unit": {"id": "UCUM:ug", "label": "ug"}, "value": 28}
    assert interval["interval"] == {"start": "2020-02-03T00:00:00Z", "end": "2020-03-01T00:00:00Z"}


def test_death_its_cause_harm_and_target_are_told(everything):
    packet, _ = everything
    status = packet["subject"]["vitalStatus"]
    assert (status["status"], status["timeOfDeath"]) == ("DECEASED", {"timestamp": "2020-06-01T00:00:00Z"})
    assert status["causeOfDeath"]["label"].casefold() == "sepsis"
    (action,) = (action for action in packet["medicalActions"] if "adverseEvents" in action)
    assert action["treatment"]["agent"]["label"] == "Blinatumomab"
    assert action["treatmentTarget"]["label"] == "marrow relapse"
    (regimen,) = values(packet, "therapeuticRegimen")
    assert regimen["regimenStatus"] == "DISCONTINUED"


def test_alive_is_told_as_of_the_last_contact_only(tmp_path):
    """The format's status is that at the making of the packet, which no paper tells."""
    packet = json.loads((VALID / "plain.json").read_text("utf-8"))
    packet["subject"]["vitalStatus"] = {"status": "ALIVE"}
    (tmp_path / "one.json").write_text(json.dumps(packet), "utf-8")
    importers.run("phenopacket", [tmp_path / "one.json"]).save(tmp_path / "cases")
    said = assemble.by_subject(read_cases(case_files([tmp_path / "cases"])))["patient/invented-1"]
    found, report = exported(said)
    assert found["subject"]["vitalStatus"] == {"status": "ALIVE"}
    (entry,) = (entry for entry in report.entries if entry.statement.property == "vitalStatus")
    assert (entry.fate, entry.lacks[0].reason) == ("kept in part", "wider")


def edited(occurrents, folder):
    """What is said of the plain patient with more occurrents, as a curator would write them."""
    importers.run("phenopacket", [VALID / "plain.json"]).save(folder)
    (path,) = folder.rglob("invented-1.yaml")
    case = yaml.safe_load(path.read_text("utf-8"))
    for made in occurrents.values():
        made["at"] = "subject.sex"
    case["occurrents"] |= occurrents
    path.write_text(yaml.safe_dump(case), "utf-8")
    return assemble.by_subject(read_cases(case_files([folder])))["patient/invented-1"]


def test_a_drug_that_was_withdrawn_is_not_told_as_given(tmp_path):
    said = edited({"stop": {"type": "withdrawal of immunosuppression", "agent": "tacrolimus"}}, tmp_path)
    packet, report = exported(said)
    assert "acrolimus" not in json.dumps(packet)
    assert "lkg:ImmunosuppressionWithdrawal" in {one["id"] for one in classes(packet)}
    (agent,) = (e for e in report.entries if e.statement.about.endswith("/stop") and e.statement.property == "agent")
    assert agent.fate == "lost"


def test_what_a_treatment_was_given_for_is_told_by_kind_but_no_remission(tmp_path):
    occurrents = {
        "relapse": {"type": "marrow relapse"},
        "cr": {"type": "complete remission", "MRD status": "MRD-positive"},
        "one": {"type": "drug administration", "agent": "dasatinib", "given for": "relapse"},
        "two": {"type": "drug administration", "agent": "imatinib", "given for": "cr"},
    }
    packet, _ = exported(edited(occurrents, tmp_path))
    targets = {
        a["treatment"]["agent"]["label"]: a.get("treatmentTarget", {}).get("label") for a in packet["medicalActions"]
    }
    assert targets == {"Blinatumomab": None, "Dasatinib": "marrow relapse", "imatinib": None}


def test_an_assessment_without_a_result_is_a_procedure_and_one_with_a_result_is_not(tmp_path):
    packet, _ = exported(edited({"biopsy": {"type": "biopsy"}}, tmp_path))
    told = {action["procedure"]["code"]["label"] for action in packet["medicalActions"] if "procedure" in action}
    assert told == {"Biopsy Procedure"}
    packet, _ = exported(edited({"biopsy": {"type": "biopsy", "result": "leukemia detected"}}, tmp_path / "other"))
    assert not [action for action in packet["medicalActions"] if "procedure" in action]
    assert [measured["assay"]["label"] for measured in packet["measurements"]] == ["age", "Biopsy Procedure"]


def test_a_number_that_is_a_bound_is_lost_not_told_as_a_number(example_files):
    """Of 'at least 14 percent' one number would say more than is told."""
    found = [
        entry
        for subject, said in assemble.by_subject(cases.read(example_files)).items()
        if subject.startswith("patient/")
        for entry in exported(said)[1].entries
        if entry.statement.comparator or entry.statement.upper
    ]
    assert found
    assert all(entry.fate == "lost" for entry in found)
