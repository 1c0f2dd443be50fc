"""Bundles along mCODE in: what comes back, what is not understood, what is wrong and where; nothing guessed, nothing unseen."""

import copy
import json
import re
from pathlib import Path

import jsonschema
import mcode_profiles
import pytest
import yaml
from click.testing import CliRunner
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import assemble, cases, cli, importers, schema, validate
from kg.export import exchange
from kg.export.exchange import Patient
from kg.files import case_files
from kg.importers import document
from kg.importers.mcode import form, records, times

HERE = Path(__file__).parent / "mcode"
EVERYTHING = HERE / "valid" / "everything.json"
PLAIN = json.loads((HERE / "valid" / "plain.json").read_text("utf-8"))
CODE = Path(importers.__file__).parent / "mcode"
OWN = "https://w3id.org/leukemia-kg"


def imported(paths, folder):
    """What files say of each patient, by way of the case files that they become."""
    found = importers.run("mcode", paths)
    found.save(folder)
    said = assemble.by_subject(cases.read(case_files([folder])))
    return found, {name: one for name, one in said.items() if name.startswith("patient/")}


def of_value(value, tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(value), "utf-8")
    return imported([tmp_path / "one.json"], tmp_path / "cases")


def changed(number, **keys):
    """The plain bundle with keys of one of its resources changed, or left out."""
    bundle = copy.deepcopy(PLAIN)
    resource = bundle["entry"][number]["resource"]
    resource.update(keys)
    for key in [key for key, value in keys.items() if value is None]:
        del resource[key]
    return bundle


def own(code):
    return {"coding": [{"system": OWN, "code": code}]}


def exported(said):
    return exchange.write("mcode", [Patient(name.split("/")[1], one, ()) for name, one in said.items()]).files


def comparable(content):
    """The resources of a bundle but for provenance: its papers and passages are those of another source."""
    return {
        entry["fullUrl"]: entry["resource"]
        for entry in json.loads(content)["entry"]
        if entry["resource"]["resourceType"] != "Provenance"
    }


# --- out, in, out ---


def test_what_is_read_back_is_what_was_written(patients, tmp_path):
    written = exchange.write("mcode", patients).files
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    found, said = imported(sorted(tmp_path.glob("*.json")), tmp_path / "cases")
    assert not found.findings
    assert not found.unreadable
    again = exported(said)
    assert written.keys() == again.keys()
    assert [name for name in written if comparable(written[name]) != comparable(again[name])] == []


def test_a_bundle_with_everything_comes_to_rest(tmp_path):
    """What others wrote is written our way once; from then on it stays as it is."""
    _, said = imported([EVERYTHING], tmp_path / "first")
    (once,) = exported(said).values()
    bundle = json.loads(once)
    Bundle.model_validate(bundle)
    assert mcode_profiles.problems(bundle) == []
    _, said = of_value(bundle, tmp_path)
    (twice,) = exported(said).values()
    assert comparable(once) == comparable(twice)


# --- what is understood ---


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    return imported([EVERYTHING], tmp_path_factory.mktemp("everything"))


def test_the_case_is_good_for_the_rest_of_the_program(everything, tmp_path):
    found, said = everything
    assert set(said) == {"patient/one"}
    assert not found.findings
    found.save(tmp_path)
    files = sorted(tmp_path.rglob("*.yaml"))
    assert len(files) == 2
    assert validate.violations(validate.check_cases(cases.read(files))) == []
    for path in files:
        jsonschema.validate(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader), schema.schema())


def test_everything_that_case_files_can_say_is_said(everything):
    (record,) = everything[0].records
    made = {
        name: {key: value for key, value in record.occurrents[name].items() if key != "at"}
        for name in record.occurrents
    }

    def values(name, key):
        found = made[name][key]
        return [one["value"] for one in (found if isinstance(found, list) else [found])]

    assert record.general["sex"]["value"] == "female"
    assert [one["value"] for one in record.general["age"]] == ["49 a"]
    assert record.primary == "doi-10-1000-182"
    assert {name: [one["value"] for one in keys["type"]] for name, keys in made.items()} == {
        "death": ["death"],
        "leukemia": ["B acute lymphoblastic leukemia"],
        "gvhd": ["acute graft-versus-host disease"],
        "perhaps": ["neurotoxicity"],
        "remission": ["complete remission"],
        "relapse": ["marrow relapse"],
        "marrow": ["bone marrow examination"],
        "blood": ["peripheral blood examination"],
        "mrd": ["MRD assessment"],
        "phenotype": ["immunophenotyping"],
        "cytogenetics": ["cytogenetic analysis"],
        "hct": ["allogeneic hematopoietic cell transplantation"],
        "radiotherapy": ["radiotherapy course", "total body irradiation"],
        "regimen": ["induction therapy"],
        "vincristine": ["drug administration"],
        "diagnosis": ["diagnosis"],
    }
    assert made["perhaps"]["type"][0]["suspected"] == "yes"
    assert [one["what"] for one in record.absent] == ["fever", "splenectomy"]
    assert made["death"]["when"]["date"] == "2022-05"
    assert made["leukemia"]["when"]["date"] == "2020-01"
    assert made["diagnosis"]["when"]["date"] == "2020-01-17"
    assert made["marrow"]["when"] == {
        "date": "2020-01-16", "printed": "2020-01-16T09:30:00Z", "at": made["marrow"]["when"]["at"],
    }  # fmt: skip
    assert (values("gvhd", "grade"), values("gvhd", "severity")) == (["grade II"], ["mild"])
    assert (values("gvhd", "caused by"), values("gvhd", "shown by")) == (["hct"], ["marrow"])
    assert values("gvhd", "resolution") == ["resolved"]
    assert values("marrow", "blast percentage") == ["63.2%"]
    assert "cellularity" not in made["marrow"]
    assert values("blood", "hemoglobin") == ["8-9.5 g/dL"]
    assert values("marrow", "specimen") == ["bone marrow aspirate specimen"]
    assert values("mrd", "measured level") == ["< 0.01 %"]
    assert values("remission", "shown by") == ["mrd"]
    assert values("remission", "disease treated or assessed") == ["leukemia"]
    assert values("relapse", "relapse number") == ["1"]
    (positive,), (negative,) = made["phenotype"]["positive"], made["phenotype"]["negative"]
    assert (positive["marker"], positive["percentage of positive blasts"]) == ("CD19", "90%")
    assert negative["marker"] == "CD20"
    assert values("cytogenetics", "karyotype") == ["46,XX,t(9;22)(q34;q11)[20]"]
    assert values("leukemia", "lesion") == ["BCR::ABL1"]
    assert values("leukemia", "expresses") == ["CD22"]
    assert values("regimen", "regimen given") == ["hyper-CVAD"]
    assert made["radiotherapy"]["part of"] == ["hct"]
    assert (made["radiotherapy"]["when"]["date"], made["radiotherapy"]["until"]["date"]) == ("2020-05-28", "2020-05-30")
    assert made["radiotherapy"]["discontinued"]["value"] == "yes"
    assert (values("vincristine", "dose"), values("vincristine", "route")) == (["2 mg"], ["intravenous route"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("either", "told as differential"),
        ("improved", "understood as a whole"),
        ("no-fusion", "does not say that the variant is present"),
        ("preliminary", "a result that is preliminary"),
        ("planned", "not that it was done"),
        ("not-given", "not that it was given"),
        ("ordered", "an order"),
    ],
)
def test_what_is_open_planned_or_withdrawn_is_listed_and_not_told(everything, name, reason):
    (record,) = everything[0].records
    assert name not in record.occurrents
    left = {record.document.at(one.pointer): one.reason for one in record.left() if one.pointer.endswith("/id")}
    assert reason in left[name]


def test_every_passage_is_the_json_value_it_names(everything):
    (record,) = everything[0].records
    publication = yaml.safe_load(record.files()["mcode-one/publication.yaml"])
    text = EVERYTHING.read_text("utf-8")
    assert publication["text"]["digest"] == document.digest(text)
    assert len(publication["passages"]) > 50
    for kind, characters, digest in publication["passages"].values():
        start, end = map(int, characters.split("-"))
        assert kind == "JSON value"
        assert digest == document.digest(text[start:end])
        json.loads(text[start:end])


@pytest.mark.parametrize(
    ("codings", "agent"),
    [
        ([("http://www.nlm.nih.gov/research/umls/rxnorm", "11202"), (OWN, "Vincristine")], "vincristine"),
        ([("http://example.org/local", "x"), (OWN, "Vincristine")], "vincristine"),
        ([(OWN, "Vincristine"), (OWN, "Blinatumomab")], None),
        ([("http://www.nlm.nih.gov/research/umls/rxnorm", "0")], None),
        ([(OWN, "Leukemia")], None),
    ],
)
def test_codings_of_one_concept_agree_or_none_is_taken(codings, agent, tmp_path):
    concept = {"coding": [{"system": system, "code": code} for system, code in codings]}
    found, _ = of_value(changed(4, medicationCodeableConcept=concept), tmp_path)
    (record,) = found.records
    assert [one["agent"]["value"] for one in record.occurrents.values() if "agent" in one] == ([agent] if agent else [])
    assert bool(agent) != any("medicationCodeableConcept" in one.pointer for one in record.left())


@pytest.mark.parametrize(
    "limit",
    [{"onsetDateTime": "2020-05"}, {"bodySite": [own("Skin")]}, {"severity": own("Severe")}, {"note": [{"text": "?"}]}],
)
def test_a_denial_that_something_limits_is_not_made_of_the_patient(limit, tmp_path):
    found, _ = of_value(changed(2, **limit), tmp_path)
    (record,) = found.records
    assert record.absent == []
    assert any("denied only with its" in left.reason for left in record.left())


@pytest.mark.parametrize("status", ["entered-in-error", "unconfirmed", "differential"])
def test_a_condition_that_is_open_or_a_mistake_is_neither_told_nor_denied(status, tmp_path):
    concept = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": status}]}
    for number in (1, 2):
        bundle = (
            changed(number, verificationStatus=concept, clinicalStatus=None, onsetDateTime=None)
            if number == 1
            else changed(number, verificationStatus=concept)
        )
        found, _ = of_value(bundle, tmp_path)
        (record,) = found.records
        assert ("leukemia" in record.occurrents) == (number == 2)
        assert len(record.absent) == (number == 1)


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2020", "2021", True),
        ("2020-12-31T23:00:00Z", "2021", True),
        ("2020", "2020-12-31", False),
        ("2020-05", "2020-05-31", False),
        ("2020-04-30", "2020-05", True),
        ("2021", "2020", False),
        ("2020-02-30", "2021", False),
    ],
)
def test_a_date_lies_before_another_only_if_it_surely_does(one, other, before):
    first, second = times.span(one), times.span(other)
    assert bool(first and second and first.last < second.first) == before


def test_whoever_is_of_no_sex_or_death_that_is_told_has_none(tmp_path):
    found, _ = of_value(changed(0, gender="unknown"), tmp_path)
    assert "sex" not in found.records[0].general
    found, _ = of_value(changed(0, deceasedBoolean=False), tmp_path)
    assert found.records[0].occurrents["follow-up"]["vital status"]["value"] == "alive"
    found, _ = of_value(changed(0, deceasedBoolean=True), tmp_path)
    assert "death" in found.records[0].occurrents


@pytest.mark.parametrize(
    ("status", "period", "given"),
    [
        ("unknown", None, False),
        ("unknown", {"start": "2020-02"}, True),
        ("completed", None, True),
        ("in-progress", None, True),
        ("on-hold", {"start": "2020-02"}, False),
        ("preparation", {"start": "2020-02"}, False),
    ],
)
def test_what_may_not_have_been_done_at_all_is_not_told(status, period, given, tmp_path):
    bundle = changed(4, status="completed")
    procedure = {"resourceType": "Procedure", "id": "course", "status": status, "code": own("TreatmentCourse")}
    procedure |= {"subject": {"reference": "Patient/one"}, **({"performedPeriod": period} if period else {})}
    bundle["entry"].append({"fullUrl": "http://example.org/fhir/Procedure/course", "resource": procedure})
    found, _ = of_value(bundle, tmp_path)
    assert ("course" in found.records[0].occurrents) == given


def test_the_period_within_which_a_condition_began_is_not_how_long_it_lasted(tmp_path):
    period = {"start": "2020-01", "end": "2020-02"}
    found, _ = of_value(changed(1, onsetDateTime=None, onsetPeriod=period), tmp_path)
    assert not {"when", "until"} & found.records[0].occurrents["leukemia"].keys()


@pytest.mark.parametrize("focus", ["Patient/two", "Specimen/graft", "http://example.org/fhir/RelatedPerson/donor"])
def test_what_is_observed_of_somebody_else_is_not_told_of_the_patient(focus, tmp_path):
    found, _ = of_value(changed(3, focus=[{"reference": focus}]), tmp_path)
    (record,) = found.records
    assert "remission" not in record.occurrents
    assert any("somebody or something else" in left.reason for left in record.left())


def test_what_is_found_in_the_specimen_of_somebody_else_is_not_told_of_the_patient(tmp_path):
    bundle = changed(3, specimen={"reference": "Specimen/theirs"})
    theirs = {"resourceType": "Specimen", "id": "theirs", "type": own("MarrowSpecimen")}
    for subject, told in (("Patient/one", True), ("Patient/two", False)):
        more = [{"resourceType": "Patient", "id": "two"}, {**theirs, "subject": {"reference": subject}}]
        entries = [*bundle["entry"], *({"resource": one} for one in more)]
        found, _ = of_value({**bundle, "entry": entries}, tmp_path)
        assert ("remission" in found.records[0].occurrents) == told


def test_names_and_birth_dates_do_not_reach_a_case(tmp_path):
    found, _ = of_value(PLAIN, tmp_path)
    for name, content in found.files().items():
        if name.endswith(".yaml"):
            assert b"Invented" not in content
            assert b"1970" not in content


# --- whatever is in a file ---


def pointers(value, pointer=""):
    yield pointer
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(part, f"{pointer}/{key}")


@given(data=st.data())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_is_in_a_file_each_value_is_understood_or_listed(tmp_path, data):
    bundle = json.loads(EVERYTHING.read_text("utf-8"))
    odd = st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}), st.just(own("CD19")),
        st.just("2020-02"), st.just({"reference": "Condition/leukemia"}),
    )  # fmt: skip
    for _ in range(data.draw(st.integers(1, 3))):
        pointer = data.draw(st.sampled_from(sorted(p for p in pointers(bundle) if p)))
        *above, last = pointer.split("/")[1:]
        holder = bundle
        for part in above:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[int(last) if isinstance(holder, list) else last] = json.loads(json.dumps(data.draw(odd)))
    try:
        found, _ = records(document.Document(Path("one.json"), json.dumps(bundle)))
    except document.DocumentError:
        return
    for record in found:
        report = json.loads(record.report())
        assert report["summary"]["values"] == report["summary"]["understood"] + report["summary"]["not understood"]
        folder = tmp_path / "case"
        for name, content in record.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        said = assemble.by_subject(cases.read(sorted((folder / record.source).glob("*.yaml"))))
        for content in exported({name: one for name, one in said.items() if name.startswith("patient/")}).values():
            Bundle.model_validate_json(content)


# --- what is wrong, and where ---

# file: line and column of its first finding of the rule, how many patients are read all the same, and what of the first
INVALID = json.loads((HERE / "invalid.json").read_text("utf-8"))


def test_there_is_an_invalid_file_for_every_rule():
    files = {path.name.removesuffix(".json") for path in (HERE / "invalid").iterdir()}
    assert files == set(INVALID)
    code = "".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    rules = set(re.findall(r'(?:find|finding|yield)\(?\s*"([a-z]+-[a-z-]+)"', code))
    assert len(rules) > 15
    assert {name.partition(".")[0] for name in files} == rules


@pytest.mark.parametrize("name", INVALID)
def test_what_is_wrong_is_told_with_its_place_and_the_rest_is_read(name, tmp_path):
    path = HERE / "invalid" / f"{name}.json"
    found, said = imported([path], tmp_path)
    place, pointer, read = INVALID[name]
    rules = [finding for finding in found.findings if finding.rule == name.partition(".")[0]]
    assert str(rules[0]).startswith(f"{path}:{place}: ")
    assert rules[0].pointer == pointer
    assert [sorted(record.occurrents) for record in found.records] == read
    assert len(said) == len(read)


def test_neither_of_two_dates_that_contradict_each_other_is_read(tmp_path):
    found, _ = imported([HERE / "invalid" / "before-onset.json"], tmp_path)
    (record,) = found.records
    assert all("when" not in record.occurrents[name] for name in ("leukemia", "remission"))
    assert record.occurrents["vincristine"]["when"]["date"] == "2020-02-01"


def test_a_marker_that_is_told_both_ways_is_told_neither_way(tmp_path):
    found, _ = imported([HERE / "invalid" / "results-disagree.json"], tmp_path)
    made = found.records[0].occurrents["phenotype"]
    assert [one["marker"] for one in made["positive"]] == ["CD20"]
    assert "negative" not in made


def test_each_of_two_patients_gets_what_is_told_of_them(tmp_path):
    found, _ = imported([HERE / "invalid" / "several-patients.json"], tmp_path)
    assert [(record.patient, sorted(record.occurrents)) for record in found.records] == [
        ("one", ["diagnosis", "leukemia", "remission", "vincristine"]),
        ("two", ["v2"]),
    ]


def test_every_profile_of_the_table_is_known_with_its_type():
    for url, profile in mcode_profiles.load().items():
        assert form._PROFILES[url.rpartition("/")[2]] == profile["type"]


UNREADABLE = {
    "list": "1:1: is no FHIR bundle: it has no 'resourceType'",
    "resource": "1:1: is no FHIR bundle: it is a Condition",
    "something-else": "1:1: is no FHIR bundle: it has no 'resourceType'",
    "truncated": "58:86: no JSON: the file ends too early",
}


def test_there_is_an_expectation_for_every_unreadable_file():
    assert {path.stem for path in (HERE / "unreadable").iterdir()} == set(UNREADABLE)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(name):
    path = HERE / "unreadable" / f"{name}.json"
    found = importers.run("mcode", [path, EVERYTHING])
    assert str(found.unreadable[0]).startswith(f"{path}:{UNREADABLE[name]}")
    assert [record.patient for record in found.records] == ["one"]


# --- the command ---


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([HERE / "valid" / "plain.json"], 0, "one: "),
        ([HERE / "valid" / "plain.json", "--strict"], 1, "7 not"),
        ([HERE / "invalid" / "wrong-form.json"], 1, "[wrong-form at /entry/4/resource/dose]"),
        ([HERE / "unreadable" / "truncated.json"], 3, "nothing of it was read"),
    ],
)
def test_exit_codes_of_import(arguments, code, message):
    found = CliRunner().invoke(cli.main, ["import", "mcode", *map(str, arguments)])
    assert (found.exit_code, message in found.stderr) == (code, True)
