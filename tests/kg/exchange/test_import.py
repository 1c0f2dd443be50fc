"""Phenopackets in: what comes back, what is not understood, what is wrong and where; nothing guessed, nothing unseen."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from google.protobuf.json_format import ParseDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phenopackets.schema.v2 import Phenopacket

from kg import assemble, cases, cli, importers, schema, validate
from kg.export import exchange
from kg.export.exchange import Patient
from kg.files import case_files
from kg.importers import document
from kg.importers.phenopacket import records, times

HERE = Path(__file__).parent
EVERYTHING = HERE / "valid" / "everything.json"
PLAIN = json.loads((HERE / "valid" / "plain.json").read_text("utf-8"))
CODE = Path(importers.__file__).parent


def imported(paths, folder):
    """What files say of each patient, by way of the case files that they become."""
    found = importers.run("phenopacket", paths)
    found.save(folder)
    return found, {
        k: v for k, v in assemble.by_subject(cases.read(case_files([folder]))).items() if k.startswith("patient/")
    }


def of_value(value, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(value), "utf-8")
    return importers.run("phenopacket", [path])


def imported_of(value, tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(value), "utf-8")
    return imported([tmp_path / "one.json"], tmp_path / "cases")


# --- out, in, out ---


@pytest.fixture(scope="module")
def again(written, tmp_path_factory):
    """The shipped patients' packets, read and written again."""
    folder = tmp_path_factory.mktemp("packets")
    for name, content in written.files.items():
        (folder / name).write_bytes(content)
    found, said = imported(sorted(folder.iterdir()), folder / "cases")
    assert not found.findings
    assert not found.unreadable
    patients = [Patient(subject.split("/")[1], one, ()) for subject, one in said.items()]
    files = exchange.write("phenopacket", patients).files
    return {name.partition(".")[0]: json.loads(content) for name, content in files.items()}


def comparable(packet):
    """A packet without what is documented to change: its papers, and the places of evidence, are those of another source."""
    copied = json.loads(json.dumps(packet))
    del copied["metaData"]
    for feature in copied.get("phenotypicFeatures", ()):
        del feature["evidence"]
    return copied


def test_what_is_read_back_is_what_was_written(packets, again):
    assert packets.keys() == again.keys()
    assert [name for name in packets if comparable(packets[name]) != comparable(again[name])] == []


# --- what is understood ---


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    return imported([EVERYTHING], tmp_path_factory.mktemp("everything"))


def test_the_case_is_good_for_the_rest_of_the_program(everything, tmp_path):
    found, said = everything
    assert set(said) == {"patient/invented-2"}
    found.save(tmp_path)
    files = sorted(tmp_path.rglob("*.yaml"))
    assert len(files) == 2
    assert validate.violations(validate.check_cases(cases.read(files))) == []
    for path in files:
        jsonschema.validate(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader), schema.schema())


def test_every_passage_is_the_json_value_it_names(everything, tmp_path):
    found, _ = everything
    (record,) = found.records
    publication = yaml.safe_load(record.files()["phenopacket-invented-2/publication.yaml"])
    text = EVERYTHING.read_text("utf-8")
    assert publication["text"]["digest"] == document.digest(text)
    assert len(publication["passages"]) > 40
    for name, (kind, characters, digest) in publication["passages"].items():
        start, end = map(int, characters.split("-"))
        assert kind == "JSON value"
        assert digest == document.digest(text[start:end])
        pointer = "/" + name.replace(".", "/")
        assert json.loads(text[start:end]) == record.document.at(
            next(p for p in pointers(record.document.value) if p.lower() == pointer)
        )


def pointers(value, pointer=""):
    yield pointer
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(part, f"{pointer}/{key}")


def test_excluded_is_denied_of_the_patient_and_nothing_else_is(everything):
    _, said = everything
    denied = [s for s in said["patient/invented-2"].statements if s.polarity == "Absent"]
    assert {(s.about, s.value.value.rsplit("/", 1)[1]) for s in denied} == {
        ("patient/invented-2", "Fever"),
        ("patient/invented-2", "AcuteMyeloidLeukemia"),
    }


@pytest.mark.parametrize(
    "limit", [{"onset": {"age": {"iso8601duration": "P3Y"}}}, {"modifiers": [{"id": "HP:1", "label": "x"}]}]
)
def test_a_denial_that_something_limits_is_not_made_of_the_patient(limit, tmp_path):
    packet = {**PLAIN, "phenotypicFeatures": [{**PLAIN["phenotypicFeatures"][1], **limit}]}
    (record,) = of_value(packet, tmp_path).records
    assert record.absent == []
    assert any("denied only with its" in left.reason for left in record.left())
    packet["phenotypicFeatures"] = [PLAIN["phenotypicFeatures"][1]]
    assert [one["what"] for one in of_value(packet, tmp_path).records[0].absent] == ["fever"]


def test_a_code_that_no_term_of_ours_exactly_is_is_told_and_not_guessed(tmp_path):
    packet = {**PLAIN, "phenotypicFeatures": [{"type": {"id": "HP:0000252", "label": "Microcephaly"}}]}
    found = of_value(packet, tmp_path)
    assert not found.findings
    assert [(left.pointer, left.reason) for left in found.records[0].left()] == [
        ("/phenotypicFeatures/0/type/id", "HP:0000252: no term of ours is exactly that"),
        ("/phenotypicFeatures/0/type/label", "HP:0000252: no term of ours is exactly that"),
    ]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        ("P51Y", "51 a"),
        ("P1Y6M", "18 mo"),
        ("P7M", "7 mo"),
        ("P3W", "3 wk"),
        ("P10D", "10 d"),
        ("P2Y3D", ""),
        ("P", None),
        ("51", None),
    ],
)
def test_an_age_is_read_in_one_unit_or_not_at_all(duration, words):
    found = times.age(duration)
    assert (found and found[0]) == words


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999"])
def test_a_monstrous_number_is_left_out(number, tmp_path):
    text = EVERYTHING.read_text("utf-8").replace('"value": 62.5', f'"value": {number}')
    assert number in text
    (tmp_path / "one.json").write_text(text, "utf-8")
    (record,) = importers.run("phenopacket", [tmp_path / "one.json"]).records
    assert any("digits" in left.reason for left in record.left())


def test_hostile_names_do_not_reach_a_case_file(tmp_path):
    """A control character in an id, a line break in a title or in the name of the file."""
    packet = json.loads(json.dumps(PLAIN))
    packet["id"] = "invented-1\x1f"
    packet["metaData"]["externalReferences"][0]["description"] = "a\u2028b"
    path = tmp_path / "one\npatient: other.json"
    path.write_text(json.dumps(packet), "utf-8")
    found, said = imported([path], tmp_path / "cases")
    assert set(said) == {"patient/invented-1"}
    assert {finding.rule for finding in found.findings} == {"control-character"}


def test_two_ages_are_both_said(tmp_path):
    """Which of the two is right a file does not tell; a curator decides."""
    age = {
        "assay": {"id": "lkg:age", "label": "age"},
        "value": {"quantity": {"unit": {"id": "UCUM:a", "label": "a"}, "value": 41}},
    }
    _, said = imported_of({**PLAIN, "measurements": [age]}, tmp_path)
    assert sorted(s.value.value for s in said["patient/invented-1"].statements if s.property == "age") == ["40", "41"]


def test_a_quantity_without_a_value_is_no_zero(tmp_path):
    """Writers of this format may leave out a zero; so might one who had no value."""
    blasts = {
        "assay": {"id": "lkg:blastPercent", "label": "x"},
        "value": {"quantity": {"unit": {"id": "UCUM:%", "label": "%"}}},
    }
    found, said = imported_of({**PLAIN, "measurements": [blasts]}, tmp_path)
    assert not [s for s in said["patient/invented-1"].statements if s.property == "blastPercent"]
    assert any("has no value" in left.reason for left in found.records[0].left())


# --- every value is accounted for ---


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_in_a_file_each_value_is_understood_or_listed(tmp_path, data):
    """Values are replaced at random: the account is whole, the case readable, what is written from it a packet again."""
    packet = json.loads(EVERYTHING.read_text("utf-8"))
    odd = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=5),
        st.just([]),
        st.just({}),
        st.just({"id": "lkg:CD19"}),
    )
    for _ in range(data.draw(st.integers(1, 4))):
        pointer = data.draw(st.sampled_from(sorted(p for p in pointers(packet) if p)))
        *above, last = pointer.split("/")[1:]
        holder = packet
        for part in above:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[int(last) if isinstance(holder, list) else last] = json.loads(json.dumps(data.draw(odd)))
    text = json.dumps(packet)
    try:
        found, _ = records(document.Document(Path("one.json"), text))
    except document.DocumentError:
        return
    for record in found:
        report = json.loads(record.report())
        assert report["summary"]["values"] == report["summary"]["understood"] + report["summary"]["not understood"]
        assert report["summary"]["not understood"] == len(report["notUnderstood"]) == len(record.left())
        folder = tmp_path / "case"
        for name, content in record.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        (said,) = (
            said
            for subject, said in assemble.by_subject(
                cases.read(sorted((folder / record.source).glob("*.yaml")))
            ).items()
            if subject.startswith("patient/")
        )
        (content,) = exchange.write("phenopacket", [Patient(record.patient, said, ())]).files.values()
        ParseDict(json.loads(content), Phenopacket())


# --- what is wrong, and where ---

# file: line and column of its first finding of the rule, and how many patients are read all the same
INVALID = {
    "after-death": ("18:13", 1),
    "after-last-encounter": ("50:18", 1),
    "control-character": ("16:14", 1),
    "control-character.surrogate": ("16:14", 1),
    "missing-id": ("1:1", 1),
    "missing-id.both": ("1:1", 0),
    "missing-id.subject": ("3:13", 1),
    "missing-version": ("45:14", 1),
    "no-code": ("15:11", 1),
    "no-duration": ("7:24", 1),
    "other-individual": ("102:20", 1),
    "other-individual.variant": ("110:31", 1),
    "repeated-patient": ("103:3", 1),
    "several-patients.cohort": ("1:1", 2),
    "several-patients.family": ("1:1", 2),
    "time-backwards": ("18:13", 1),
    "time-backwards.interval": ("18:13", 1),
    "two-of-one": ("43:17", 1),
    "unknown-field": ("24:15", 1),
    "unknown-prefix": ("15:11", 1),
    "unknown-prefix.unheard-of": ("28:11", 1),
    "unknown-value": ("10:10", 1),
    "wrong-type": ("24:16", 1),
    "wrong-type.list": ("27:14", 1),
    "wrong-type.quantity": ("111:15", 1),
    "wrong-type.timestamp": ("19:18", 1),
    "wrong-version": ("90:31", 0),
    "wrong-version.future": ("90:31", 0),
    "wrong-version.negated": ("24:15", 0),
}


def test_there_is_an_invalid_file_for_every_rule():
    files = {path.name.removesuffix(".json") for path in (HERE / "invalid").iterdir()}
    assert files == set(INVALID)
    code = "".join(path.read_text("utf-8") for path in CODE.rglob("*.py") if "mcode" not in path.parts)
    rules = set(re.findall(r'(?:find|finding|yield)\(?\s*"([a-z]+-[a-z-]+)"', code)) | {"no-code", "wrong-version"}
    assert {name.partition(".")[0] for name in files} == rules


@pytest.mark.parametrize("name", INVALID)
def test_what_is_wrong_is_told_with_its_place_and_the_rest_is_read(name, tmp_path):
    path = HERE / "invalid" / f"{name}.json"
    found, said = imported([path], tmp_path)
    place, patients = INVALID[name]
    rules = [finding for finding in found.findings if finding.rule == name.partition(".")[0]]
    assert rules[0].place == document.Place(path, *map(int, place.split(":")))
    assert str(rules[0]).startswith(f"{path}:{place}: ")
    assert len(found.records) == len(said) == patients
    if patients and "several" not in name:
        kinds = {
            s.value.value.rsplit("/", 1)[1]
            for one in said.values()
            for s in one.statements
            if s.property.endswith("#type")
        }
        assert kinds & {"BAcuteLymphoblasticLeukemia", "DrugAdministration"}


@pytest.mark.parametrize(
    ("name", "denied"), [("wrong-type", 0), ("unknown-field", 0), ("two-of-one", 1), ("after-last-encounter", 1)]
)
def test_a_part_that_is_not_understood_never_turns_into_its_opposite(name, denied, tmp_path):
    """A feature whose denial is malformed is neither denied nor told; times that contradict each other are not read."""
    _, said = imported([HERE / "invalid" / f"{name}.json"], tmp_path)
    statements = said["patient/invented-1"].statements
    assert sum(s.polarity == "Absent" for s in statements) == denied
    assert not [s for s in statements if s.polarity == "Present" and s.value.value.endswith("Fever")]
    assert ("age" in {s.property for s in statements}) == (name != "after-last-encounter")


UNREADABLE = {
    "deep": "1:1: nested more than 60 levels deep",
    "empty": "1:1: no JSON: the file ends too early",
    "list": "1:1: is no packet, family or cohort: it holds no object",
    "not-a-number": "1:1: NaN is no JSON number",
    "not-json": "1:1: no JSON: Expecting value",
    "not-utf-8": "16:1: is not UTF-8 text",
    "raw-control-character": "16:18: no JSON: Invalid control character",
    "repeated-key": "11:8: no JSON: 'sex' is given twice",
    "something-else": "1:1: is no packet, family or cohort: it has neither subject nor metaData",
    "truncated": "47:16: no JSON: Unterminated string",
}


def test_there_is_an_expectation_for_every_unreadable_file():
    assert {path.stem for path in (HERE / "unreadable").iterdir()} == set(UNREADABLE)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(name):
    path = HERE / "unreadable" / f"{name}.json"
    found = importers.run("phenopacket", [path, EVERYTHING])
    assert str(found.unreadable[0]).startswith(f"{path}:{UNREADABLE[name]}")
    assert [record.patient for record in found.records] == ["invented-2"]


# --- the commands ---


@pytest.fixture(scope="module")
def run(store_folder):
    def call(*arguments):
        store = ["--store", str(store_folder)] if arguments[0] == "export" else []
        return CliRunner().invoke(cli.main, [arguments[0], *store, *map(str, arguments[1:])])

    return call


def test_export_writes_packets_and_reports_into_a_folder(run, tmp_path, written):
    found = run("export", "--format", "phenopacket", "-o", tmp_path / "out")
    assert found.exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.phenopacket.json")} == written.files
    assert len(list((tmp_path / "out").glob("*.loss.json"))) == 12
    assert "durer-2019-p1: 247 statements: " in found.stderr


def test_export_of_one_patient_goes_to_standard_output(run, written):
    found = run("export", "--format", "phenopacket", "--patient", "ueda-2016-p1")
    assert found.exit_code == 0
    assert found.stdout_bytes == written.files["ueda-2016-p1.phenopacket.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--patient", "ueda-2016-p1", "--strict"], 1, "something was lost"),
        ([], 2, "name a folder with -o"),
        (["--patient", "nobody"], 1, "no patient 'nobody'"),
    ],
)
def test_wrong_use_of_export_and_losses_that_matter(run, arguments, code, message):
    found = run("export", "--format", "phenopacket", *arguments)
    assert found.exit_code == code
    assert message in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([HERE / "valid" / "plain.json"], 0, "invented-1: 49 values: 49 understood, 0 not"),
        ([HERE / "valid" / "plain.json", "--strict"], 0, "0 not"),
        ([EVERYTHING, "--strict"], 1, "invented-2: "),
        ([HERE / "invalid" / "unknown-value.json"], 1, "[unknown-value at /subject/sex]"),
        (
            [HERE / "unreadable" / "truncated.json", HERE / "invalid" / "unknown-value.json"],
            3,
            "nothing of it was read",
        ),
        ([HERE / "no-such-file.json"], 3, "cannot be read"),
        ([], 2, "Missing argument"),
    ],
)
def test_exit_codes_of_import(run, arguments, code, message):
    found = run("import", "phenopacket", *arguments)
    assert found.exit_code == code
    assert message in found.stderr
    assert found.stdout == ""


def test_import_writes_case_files_that_check_accepts(run, tmp_path):
    assert run("import", "phenopacket", EVERYTHING, "-o", tmp_path / "cases").exit_code == 0
    found = CliRunner().invoke(cli.main, ["check", "--only-cases", "--cases", str(tmp_path / "cases")])
    assert found.exit_code == 0, found.output
    assert run("import", "phenopacket", EVERYTHING, "-o", tmp_path / "cases" / "phenopacket-invented-2").exit_code == 0
    (tmp_path / "file").write_text("")
    assert "cannot be written" in run("import", "phenopacket", EVERYTHING, "-o", tmp_path / "file" / "x").stderr


def test_the_command_line_names_every_importer():
    from kg.cli.exchanging import IMPORT_FORMATS

    assert tuple(importers.IMPORTERS) == IMPORT_FORMATS
