"""Bundles along mCODE out: valid for models and profiles that others wrote, true to what is said, nothing invented.

What `fhir.resources` of R4B leaves unchecked, against R4: it is R4B (alike in the resources written here), it knows no
invariants, no bindings, no profiles, and not what a reference points to. Cardinalities, patterns, required bindings,
types and targets of the profiles are checked by `mcode_profiles` against the published definitions; the invariants that
matter to what is written, below; extensible bindings, narrative and terminology servers by nobody.
"""

import copy
import json
import re

import mcode_profiles
import pytest
import yaml
from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from kg import assemble
from kg.cases import read as read_cases
from kg.export import exchange
from kg.export.exchange import Patient
from kg.export.mcode.systems import SYSTEMS, coding, curie

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"


@pytest.fixture(scope="module")
def mcode(patients):
    """The shipped patients as bundles, with their loss reports."""
    return exchange.write("mcode", patients)


@pytest.fixture(scope="module")
def bundles(mcode):
    return {name.partition(".")[0]: json.loads(content) for name, content in mcode.files.items()}


def resources(bundle, *kinds):
    return [entry["resource"] for entry in bundle["entry"] if not kinds or entry["resource"]["resourceType"] in kinds]


def walk(value):
    """Every object within a value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(part)


def of_case(tmp_path, occurrents, **more):
    """Bundle, its resources by id, and loss report of a small case of our own."""
    (tmp_path / "publication.yaml").write_text(
        yaml.safe_dump(
            {
                "publication": "x-2020",
                "title": "A paper",
                "doi": "10.1000/182",
                "text": {"digest": f"sha256:{'0' * 64}", "normalisation": "1"},
                "passages": {"s1": ["sentence", "0-9", f"sha256:{'0' * 64}"]},
            }
        )
    )
    marked = {name: {"at": "s1", **keys} for name, keys in occurrents.items()}
    case = {"patient": "x-2020-p1", "told by": "x-2020", "occurrents": marked, **more}
    (tmp_path / "x-2020-p1.yaml").write_text(yaml.safe_dump(case, sort_keys=False))
    said = assemble.by_subject(read_cases(sorted(tmp_path.glob("*.yaml"))))["patient/x-2020-p1"]
    found = exchange.write("mcode", [Patient("x-2020-p1", said, (exchange.Publication("x-2020", doi="10.1000/182"),))])
    bundle = json.loads(found.files["x-2020-p1.mcode.json"])
    Bundle.model_validate(bundle)
    assert mcode_profiles.problems(bundle) == []
    by_id = {one["id"].removeprefix("x-2020-p1.") or "": one for one in resources(bundle)}
    return bundle, by_id, found.reports[0]


# --- valid for others ---


def test_every_bundle_is_one_for_the_models_of_fhir_and_keeps_the_published_profiles(bundles):
    assert len(bundles) == 12
    for bundle in bundles.values():
        Bundle.model_validate(bundle)
        assert mcode_profiles.problems(bundle) == []


BROKEN = {
    "Patient gender": lambda b: resources(b, "Patient")[0].pop("gender"),
    "Patient identifier value": lambda b: resources(b, "Patient")[0]["identifier"][0].pop("value"),
    "category of the condition": lambda b: _of(b, "primary-cancer-condition").pop("category"),
    "category of another list": lambda b: _of(b, "primary-cancer-condition")["category"][0]["coding"][0].update(
        code="x"
    ),
    "code of the status": lambda b: _of(b, "cancer-disease-status")["code"]["coding"][0].update(code="1-8"),
    "subject of the status": lambda b: _of(b, "cancer-disease-status").pop("subject"),
    "focus of the status": lambda b: _of(b, "cancer-disease-status").update(focus=[{"reference": "Procedure/x"}]),
    "value of another type": lambda b: _of(b, "cancer-disease-status").update(valueString="CR"),
    "time of an administration": lambda b: _of(b, "cancer-related-medication-administration").pop("effectivePeriod"),
    "status of another list": lambda b: _of(b, "cancer-related-medication-administration").update(status="given"),
    "code of radiotherapy": lambda b: _of(b, "radiotherapy-course-summary").pop("code"),
    "date of radiotherapy": lambda b: _of(b, "radiotherapy-course-summary").update(performedDateTime="2016"),
    "type of the specimen": lambda b: _of(b, "human-specimen").pop("type"),
    "type of the bundle": lambda b: b.update(type="batch"),
    "no patient": lambda b: b["entry"].pop(0),
    "two patients": lambda b: b["entry"].append(b["entry"][0]),
}


def _of(bundle, profile):
    wanted = f"{MCODE}mcode-{profile}"
    return next(one for one in resources(bundle) if wanted in one.get("meta", {}).get("profile", ()))


@pytest.mark.parametrize("name", BROKEN)
def test_the_check_of_profiles_notices_what_breaks_them(bundles, name):
    bundle = copy.deepcopy(bundles["durer-2019-p1"])
    BROKEN[name](bundle)
    assert mcode_profiles.problems(bundle)


def test_the_check_knows_slices_of_components(bundles):
    bundle = copy.deepcopy(bundles["elchaer-2018-p1"])
    variant = _of(bundle, "genomic-variant")
    assert mcode_profiles.problems(bundle) == []
    del variant["component"][0]["valueCodeableConcept"]
    assert any("component:variation-code" in one for one in mcode_profiles.problems(bundle))


def test_the_models_notice_an_unknown_field(bundles):
    bundle = copy.deepcopy(bundles["durer-2019-p1"])
    resources(bundle, "Condition")[0]["negated"] = True
    with pytest.raises(ValidationError):
        Bundle.model_validate(bundle)


def test_the_invariants_hold(bundles):
    """Source: FHIR R4 con-1 to con-5, obs-6, obs-7, mad-1, bdl-7, and US Core us-core-6."""
    for bundle in bundles.values():
        for condition in resources(bundle, "Condition"):
            assert "abatementDateTime" not in condition or "clinicalStatus" in condition
            assert all("summary" in stage for stage in condition.get("stage", ()))
            assert all("detail" in evidence for evidence in condition.get("evidence", ()))
        for observation in resources(bundle, "Observation"):
            parts = [observation, *observation.get("component", ())]
            assert all("dataAbsentReason" not in part for part in parts)
            assert all(part["code"] != observation["code"] for part in parts[1:])
        assert all("dose" in one.get("dosage", {"dose": 0}) for one in resources(bundle, "MedicationAdministration"))
        urls = [entry["fullUrl"] for entry in bundle["entry"]]
        assert len(urls) == len(set(urls))
        (patient,) = resources(bundle, "Patient")
        assert patient["name"][0]["extension"][0]["url"].endswith("/data-absent-reason")


def test_every_reference_leads_to_a_resource_of_the_bundle_and_every_url_ends_in_type_and_id(bundles):
    for bundle in bundles.values():
        names = {f"{one['resourceType']}/{one['id']}" for one in resources(bundle)}
        assert [entry["fullUrl"].split("/fhir/")[1] for entry in bundle["entry"]] == [
            f"{one['resourceType']}/{one['id']}" for one in resources(bundle)
        ]
        references = [one["reference"] for one in walk(bundle) if isinstance(one.get("reference"), str)]
        assert len(references) > 5
        assert set(references) <= names
        assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one["id"]) for one in resources(bundle))


def test_every_coding_has_a_system_that_is_read_back(bundles):
    known = {*SYSTEMS.values(), "http://loinc.org"}
    codings = [one for bundle in bundles.values() for one in walk(bundle) if {"system", "code"} <= one.keys()]
    assert len(codings) > 500
    assert {one["system"] for one in codings if "terminology.hl7.org" not in one["system"]} <= {
        *known,
        "http://unitsofmeasure.org",
    }


@pytest.mark.parametrize("prefix", SYSTEMS)
def test_a_curie_comes_back_from_its_coding(prefix):
    assert curie(*coding(f"{prefix}:A1")) == f"{prefix}:A1"


# --- nothing invented ---


def test_no_date_is_told_that_the_paper_does_not_tell(bundles):
    dates = {
        value
        for bundle in bundles.values()
        for resource in resources(bundle)
        if resource["resourceType"] != "Provenance"
        for one in walk(resource)
        for key, value in one.items()
        if isinstance(value, str) and re.search(r"\d{4}-\d\d", value) and "date" in key.lower()
    }
    assert dates == {"2015-09", "2016-04"}
    assert all(bundle["timestamp"] == f"{exchange.release_date()}T00:00:00Z" for bundle in bundles.values())
    assert all("birthDate" not in one for bundle in bundles.values() for one in resources(bundle, "Patient"))


def test_no_status_is_told_that_the_paper_does_not_tell(bundles):
    conditions = [one for bundle in bundles.values() for one in resources(bundle, "Condition")]
    statuses = [one for one in conditions if "clinicalStatus" in one]
    assert {one["id"] for one in statuses} == {"ueda-2016-p2.gvhd"}
    told = {one["verificationStatus"]["coding"][0]["code"] for one in conditions if "verificationStatus" in one}
    assert told == {"confirmed", "provisional"}
    given = [one for bundle in bundles.values() for one in resources(bundle, "MedicationAdministration", "Procedure")]
    assert {one["status"] for one in given} == {"unknown", "stopped", "completed"}
    completed = {one["code"]["text"] for one in given if one["status"] == "completed"}
    assert completed == {
        "allogeneic hematopoietic cell transplantation",
        "donor lymphocyte infusion",
        "hematopoietic cell transplantation",
        "laminectomy",
    }
    unknown = [one for one in given if one["status"] == "unknown"]
    assert all({"effectivePeriod", "performedPeriod", "performedDateTime"} & one.keys() for one in unknown)
    assert not any("statusReason" in one for one in given)


def test_each_resource_names_its_paper_and_passages(bundles):
    bundle = bundles["durer-2019-p1"]
    sources = {one["target"][0]["reference"]: one for one in resources(bundle, "Provenance")}
    entities = [one["what"]["identifier"]["value"] for one in sources["Procedure/durer-2019-p1.hct"]["entity"]]
    assert "https://doi.org/10.2217/imt-2018-0104" in entities
    assert any("/passage/durer-2019/" in one for one in entities)


def test_the_same_patient_gives_the_same_bytes(patients, mcode):
    assert exchange.write("mcode", patients[:2]).files == {
        name: mcode.files[name] for name in [f"{one.id}.mcode.json" for one in patients[:2]]
    }


def test_every_place_of_a_report_is_in_the_bundle(mcode, bundles):
    for report in mcode.reports:
        bundle = bundles[report.subject.split("/")[1]]
        for entry in report.entries:
            for place in entry.places:
                found = bundle
                for part in place.partition("#")[2].split("/")[1:]:
                    found = found[int(part)] if isinstance(found, list) else found[part]
                assert found not in ({}, [], "")


# --- what is said, as FHIR says it ---


def test_what_is_denied_of_the_patient_is_refuted_or_not_done_and_nothing_else_is(tmp_path):
    _, found, report = of_case(
        tmp_path,
        {"leukemia": {"type": "leukemia"}, "blina": {"type": "treatment course", "agent": "blinatumomab"}},
        absent=[
            {"what": "fever", "at": "s1"},
            {"what": "splenectomy", "at": "s1"},
            {"what": "relapse", "at": "s1"},
            {"what": "cytokine release syndrome", "in": "blina", "at": "s1"},
        ],
    )
    refuted = [one for one in found.values() if "verificationStatus" in one]
    assert [one["id"] for one in refuted] == ["x-2020-p1.denied-fever"]
    assert refuted[0]["verificationStatus"]["coding"][0]["code"] == "refuted"
    assert found["denied-splenectomy"]["status"] == "not-done"
    assert not [one for one in found if "relapse" in one or "cytokine" in one]
    lost = {entry.statement.value.value.rsplit("/", 1)[1]: entry for entry in report.entries if entry.fate == "lost"}
    assert [str(one.reason) for one in lost["Relapse"].lacks] == ["denied"]
    assert [str(one.reason) for one in lost["CytokineReleaseSyndrome"].lacks] == ["scope"]


def test_what_is_suspected_is_provisional_if_it_is_a_condition_and_else_lost(tmp_path):
    _, found, report = of_case(
        tmp_path,
        {
            "leukemia": {"type": "leukemia"},
            "gvhd": {"type": {"value": "graft-versus-host disease", "suspected": "yes"}},
            "relapse": {"type": {"value": "relapse", "suspected": "yes"}},
        },
    )
    assert found["gvhd"]["verificationStatus"]["coding"][0]["code"] == "provisional"
    assert "relapse" not in found
    assert any(lack.reason == "suspected" for entry in report.entries for lack in entry.lacks)


def test_a_date_is_as_precise_as_it_is_told_and_an_approximation_is_none(tmp_path):
    _, found, report = of_case(
        tmp_path,
        {
            "day": {"type": "fever", "when": "2020-03-05", "until": "2020-04"},
            "year": {"type": "seizure", "when": "2020"},
            "about": {"type": "headache", "when": {"date": "2020-03", "about": "yes"}},
            "after": {"type": "rash", "when": {"offset": "3 days", "after": "day"}},
            "death": {"type": "death", "when": "2021-02"},
        },
    )
    assert (found["day"]["onsetDateTime"], found["day"]["abatementDateTime"]) == ("2020-03-05", "2020-04")
    assert found["day"]["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert found["year"]["onsetDateTime"] == "2020"
    assert "onsetDateTime" not in found["about"]
    assert "onsetDateTime" not in found["after"]
    assert found["x-2020-p1"]["deceasedDateTime"] == "2021-02"
    reasons = {
        entry.statement.about.rsplit("/", 1)[1]: entry.lacks for entry in report.entries if entry.group == "when"
    }
    assert [one.reason for one in reasons["about"]] == ["precision"]
    assert [one.reason for one in reasons["after"]] == ["anchor"]


@pytest.mark.parametrize(
    ("kind", "trend"),
    [
        ("complete remission", "103338009"),
        ("partial remission", "103337004"),
        ("progressive disease", "271299001"),
        ("relapse", ""),
        ("complete remission with incomplete hematologic recovery", ""),
        ("refractory disease", ""),
    ],
)
def test_a_disease_status_is_told_only_where_the_trend_has_it(kind, trend, tmp_path):
    _, found, _ = of_case(tmp_path, {"leukemia": {"type": "leukemia"}, "state": {"type": kind}})
    codes = [one["code"] for one in found["state"]["valueCodeableConcept"]["coding"]]
    assert (codes[0] == trend) == bool(trend)
    assert ("meta" in found["state"]) == bool(trend)


def test_a_bound_or_range_is_told_as_one_and_an_approximation_is_not(tmp_path):
    _, found, report = of_case(
        tmp_path,
        {
            "mrd": {"type": "MRD assessment", "measured level": "< 0.01 %"},
            "marrow": {"type": "bone marrow examination", "blast percentage": "27%"},
            "agent": {"type": "drug administration", "agent": "vincristine", "dose": "1-2 mg"},
        },
    )
    (level,) = found["mrd"]["component"]
    assert level["valueQuantity"] == {
        "value": 0.01, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%", "comparator": "<",
    }  # fmt: skip
    assert found["marrow"]["component"][0]["valueQuantity"]["value"] == 27
    assert "dosage" not in found["agent"]
    assert any(lack.reason == "comparator" for entry in report.entries for lack in entry.lacks)


def test_an_agent_is_told_once_and_a_part_points_to_its_whole(bundles):
    given = [
        one
        for one in resources(bundles["durer-2019-p1"], "MedicationAdministration")
        if one["medicationCodeableConcept"]["text"] == "blinatumomab"
    ]
    assert len(given) == 4
    wholes = {one["partOf"][0]["reference"] for one in given}
    assert wholes == {f"Procedure/durer-2019-p1.blina-{number}" for number in range(1, 5)}


def test_a_name_too_long_for_an_id_is_cut_and_stays_apart(tmp_path):
    names = [f"{'very-' * 14}{number}" for number in (1, 2)]
    _, found, _ = of_case(tmp_path, {name: {"type": "fever"} for name in names})
    ids = [one["id"] for one in found.values() if one["resourceType"] == "Condition"]
    assert len(set(ids)) == 2
    assert {len(one) for one in ids} == {64}
