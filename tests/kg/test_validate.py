"""Cases as a whole against the shapes: shipped ones pass, injected faults are found where they stand, in every form."""

import json
import re
from pathlib import Path

import pytest
import rdflib

from kg import assemble, cases, files, findings, validate
from kg.cases import entries
from kg.errors import CaseError, Place
from kg.validate import Finding
from kg.vocabulary import BASE

SHIPPED = files.CASES / "durer-2019"
# What a curator has seen and no rule can: that an anchor is not printed though one is written here.
ACKNOWLEDGED_UNSEEN = {
    ("patient/elchaer-2018-p2/marrow-1", "R61"),
    ("patient/linder-2016-p1/crs", "R61"),
    ("patient/ueda-2016-p2/cr", "R61"),
    ("patient/ueda-2016-p3/cr", "R61"),
}


@pytest.fixture(scope="module")
def checked():
    return findings.check()


def acknowledgements(read):
    """The node and rule of each acknowledgement of the shipped cases."""
    for case in read:
        by_node = {}
        for triple in case.triples:
            by_node.setdefault(triple.subject.value, {})[triple.predicate.value.removeprefix(BASE)] = triple.object
        for node, keys in by_node.items():
            if node.startswith(f"{BASE}acknowledgement/"):
                yield keys["about"].value.removeprefix(BASE), keys["acknowledges"].value


def test_the_shipped_cases_pass(checked):
    assert checked.violations == ()
    assert len(checked.read) > 20
    assert all(finding.place and finding.message for finding in checked.findings)


def test_each_acknowledgement_settles_a_finding_or_says_what_no_rule_can_see(checked):
    settled = {(f.focus, rule) for f in checked.findings if f.settled for rule in f.rules}
    left = {
        (about, rule)
        for about, rule in acknowledgements(checked.read)
        if not any(of == rule and f"{focus}/".startswith(f"{about}/") for focus, of in settled)
    }
    assert left == ACKNOWLEDGED_UNSEEN


def test_the_paper_s_own_dates_are_held_against_each_other(checked):
    """Accepted before the end of its search, and before a work that it cites was issued; both are printed so."""
    dated = {f.shape: f for f in checked.findings if f.shape.startswith("AcademicArticle-")}
    assert dated.keys() == {"AcademicArticle-dateAccepted-after-search", "AcademicArticle-dateAccepted-after-cited"}
    assert "2018-12-24" in dated["AcademicArticle-dateAccepted-after-search"].message
    assert all(finding.settled for finding in dated.values())


def test_findings_come_in_the_order_of_files_and_lines(checked):
    places = [(str(f.place.file), f.place.line, f.place.column) for f in checked.findings]
    assert len(places) > 20
    assert places == sorted(places)


def test_a_finding_has_the_value_as_printed_and_its_place_in_case_and_paper(checked):
    (dose,) = [f for f in checked.findings if f.shape == "BlinatumomabCycle-dose-per-day"]
    text = (SHIPPED / "durer-2019-p1.yaml").read_text(encoding="utf-8").splitlines()
    assert "dose: {value: 28 mcg" in text[dose.place.line - 1]
    assert (dose.value, dose.passages, dose.rules) == ("28 mcg", ("durer-2019/case-presentation.s16",), ("R44",))
    assert "patient/" not in dose.message


# One fault each: what is replaced in which shipped file, and the shape that must find it.
FAULTS = [
    ("durer-2019-p1", "age: {value: 51 a", "age: {value: 151 a", "Patient-age-possible"),
    ("durer-2019-p1", "blast percentage: 63.2%", "blast percentage: 632%", "Occurrent-blastPercent-range"),
    ("durer-2019-p1", "cellularity: 90%\n    myeloid", "cellularity: 900%\n    myeloid", "Occurrent-cellularityPercent-range"),
    ("durer-2019-p1", "5.07 x 10^6 /kg, printed", "5.07 /kg, printed", "HematopoieticCellTransplantation-cd34Dose-possible"),
    ("durer-2019-p1", "3 x 10^7 /kg, printed", "3 /kg, printed", "DonorLymphocyteInfusion-cd3Dose-possible"),
    ("durer-2019-p1", "days: [-3, -2, -1], of: hct", "days: [3, 2, 1], of: hct", "Conditioning-dayNumber-before-graft"),
    ("durer-2019-p1", "value: 200 cGy", "value: 200 Gy", "TotalBodyIrradiation-totalDose-possible"),
    ("durer-2019-p1", "    cycle number: {value: 4,", "    dose: 28 mg/day\n    cycle number: {value: 4,", "BlinatumomabCycle-dose-possible"),
    ("durer-2019-p1", "cycle number: {value: 4,", "cycle number: {value: 14,", "BlinatumomabCycle-cycleNumber-range"),
    ("durer-2019-p1", "cycle number: {value: 3,", "cycle number: {value: 5,", "TreatmentCourse-cycleNumber-no-gap"),
    ("durer-2019-p1", "remission number: {value: 2,", "remission number: {value: 4,", "CompleteRemission-remissionNumber-counted"),
    ("durer-2019-p1", "donor chimerism percentage: 100%", "donor chimerism percentage: 1000%", "ChimerismAssessment-donorChimerismPercent-range"),
    ("durer-2019-p1", "sex: {value: female", "sex: {value: male", "CytogeneticAnalysis-hasClone-own-sex"),
    ("durer-2019-p1", "negative: [CD2, CD3,", "negative: [CD2, CD22, CD3,", "MarkerFinding-result-consistent"),
    ("durer-2019-p1", "{date: 2015-09, printed: September 2015}\n  fatigue", "{date: 2017-09, printed: September 2017}\n  fatigue", "Diagnosis-time-first"),
    ("durer-2019-p1", "when: {date: 2015-09, printed: September 2015}\n  diagnosis", "when: {date: 2025-09}\n  diagnosis", "StatementOfTime-value-before-publication"),
    ("durer-2019-p1", ", printed: without adverse events", "", "StatementOfAbsence-asPrinted-stated"),
    ("elchaer-2018-p1", 'lesion: {value: "t(9;22)"', 'lesion: {value: "t(8;21)"', "MixedPhenotypeAcuteLeukemia-lesion-excluded"),
    ("durer-2019-p1", "type: {value: myeloablative conditioning, printed: myeloablative,", "type: {value: reduced-intensity conditioning, printed: myeloablative,", "Conditioning-totalDose-of-label"),
    ("durer-2019-p1", "  - {rule: R10, on: leukemia,", "  - {rule: R11, on: leukemia,", "MixedPhenotypeAcuteLeukemia-criterionVerdict-shown"),
    ("elchaer-2018-p1", "occurrents:\n", "occurrents:\n  panel: {type: immunophenotyping, at: discussion.s11, negative: [MPO, nonspecific esterase, CD11c, CD14, CD64, lysozyme]}\n", "AcuteLeukemia-criterionVerdict-not-against"),
    ("durer-2019-p1", "  consent:\n", "  gvhd: {type: acute graft-versus-host disease, at: case-presentation.s19, grade: grade I, grading system: MAGIC criteria, liver stage: stage 3}\n  consent:\n", "AcuteGvHD-grade-of-stages"),
    ("ueda-2016-p1", "  hct:\n    type:\n      - {value: allogeneic hematopoietic cell transplantation, printed: allogeneic HSCT, at: discussion.s23}\n      - {value: hematopoietic cell transplantation, printed: post-transplant, at: table-1.r2.c4}", "  hct:\n    type: laminectomy", "DonorLymphocyteInfusion-time-after-transplant"),
]  # fmt: skip


@pytest.fixture
def changed(tmp_path):
    """A copy of the shipped cases in which one text is replaced by another; returns what is found of that file."""

    def change(name, old, new):
        folder = tmp_path / "cases"
        folder.mkdir()
        for path in files.case_files([SHIPPED]):
            content = path.read_text(encoding="utf-8")
            if path.stem == name:
                assert old in content
                content = content.replace(old, new, 1)
            (folder / path.name).write_text(content, encoding="utf-8")
        return findings.check([folder / f"{name}.yaml"], [folder], "fast")

    return change


@pytest.mark.parametrize(("name", "old", "new", "shape"), FAULTS, ids=lambda value: str(value)[:40])
def test_an_injected_fault_is_found_in_its_file(changed, name, old, new, shape):
    found = changed(name, old, new)
    assert not found.unreadable, found.findings
    unsettled = {f.shape: f for f in found.findings if not f.settled}
    assert shape in unsettled
    assert unsettled[shape].place.file.stem == name


def test_an_acknowledgement_settles_even_a_violation_of_the_source(changed):
    acknowledged = "acknowledged:\n  - {rule: R03, on: durer-2019-p1, because: printed so}\n"
    path = "durer-2019-p1"
    text = (SHIPPED / f"{path}.yaml").read_text(encoding="utf-8")
    aged = text.replace("age: {value: 51 a", "age: {value: 151 a").replace("acknowledged:\n", acknowledged)
    found = changed(path, text, aged)
    (age,) = [f for f in found.findings if f.shape == "Patient-age-possible"]
    assert (age.severity, age.settled) == ("Violation", "printed so")
    assert found.violations == ()


def test_what_is_no_defect_of_a_source_cannot_be_settled(changed):
    text = (SHIPPED / "durer-2019-p1.yaml").read_text(encoding="utf-8")
    late = text.replace(
        "  consent:\n",
        "  death-1: {type: death, at: case-presentation.s22}\n  death-2: {type: death, at: case-presentation.s22}\n  consent:\n",
    )
    late = late.replace("acknowledged:\n", "acknowledged:\n  - {rule: R04, on: durer-2019-p1, because: printed so}\n")
    found = changed("durer-2019-p1", text, late)
    (death,) = found.violations
    assert (death.shape, death.settled) == ("Patient-death-once", "")


def test_times_that_cannot_all_hold_are_found(changed):
    old = "  consent:\n"
    found = changed(
        "durer-2019-p1", old, "  death: {type: death, at: case-presentation.s22, when: {before: hct}}\n" + old
    )
    (clash,) = [f for f in found.findings if f.shape == "Timeline-order-consistent"]
    assert clash.rules == ("R02", "R04")
    assert "death/when" in clash.message
    assert clash.place.file.stem == "durer-2019-p1"


def test_hostile_strings_stay_strings(changed):
    hostile = '"\\"}} DROP ALL # {?value} <script> % {0}"'
    found = changed(
        "durer-2019-p1", 'karyotype: "45,XX,del(9)(p21),-20(11)/ 46,XX,del(9),del(20)(q11.1)"', f"karyotype: {hostile}"
    )
    assert not found.unreadable
    for form in findings.FORMS:
        assert findings.render(found, form)


# --- forms ---


def test_text_is_one_line_a_finding_and_leaves_out_what_is_settled(checked):
    lines = findings.render(checked, "text", base=files.ROOT).splitlines()
    assert len(lines) == len([f for f in checked.findings if not f.settled])
    assert all(re.match(r"[^:]+\.yaml:\d+:\d+: (violation|warning|info): .+ \[.+\]$", line) for line in lines)
    assert len(findings.render(checked, "text", settled=True).splitlines()) == len(checked.findings)


def test_json_carries_every_finding(checked):
    found = json.loads(findings.render(checked, "json", base=files.ROOT))
    assert len(found) == len(checked.findings)
    assert {"file", "line", "column", "severity", "message", "found", "passages", "rules", "shape"} <= set(found[0])
    assert any(one["settled"] for one in found)


SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"]},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["error", "warning", "note", "none"]},
                                "message": {"type": "object", "required": ["text"]},
                                "suppressions": {
                                    "type": "array",
                                    "items": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["inSource", "external"]}}},
                                },
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "properties": {
                                                    "artifactLocation": {"required": ["uri"]},
                                                    "region": {
                                                        "required": ["startLine", "startColumn"],
                                                        "properties": {"startLine": {"minimum": 1}, "startColumn": {"minimum": 1}},
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


def test_sarif_has_the_form_that_its_standard_asks_for(checked):
    """The parts of the OASIS schema that this log uses."""
    jsonschema = pytest.importorskip("jsonschema")
    found = json.loads(findings.render(checked, "sarif", base=files.CASES))
    jsonschema.validate(found, SARIF)
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    uris = {
        location["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"] for location in r["locations"]
    }
    assert all((files.CASES / uri).is_file() for uri in uris)
    assert len([r for r in run["results"] if "suppressions" in r]) == len([f for f in checked.findings if f.settled])


def test_the_w3c_report_is_turtle_and_always_the_same(checked):
    text = findings.render(checked, "turtle")
    graph = rdflib.Graph().parse(data=text, format="turtle")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    results = set(graph.objects(None, sh.result))
    assert len(list(graph.subjects(rdflib.RDF.type, sh.ValidationReport))) == 1
    assert results == set(graph.subjects(rdflib.RDF.type, sh.ValidationResult))
    assert len(results) == len({f for f in checked.findings if f.shape != "Timeline-order-consistent"})
    assert all(graph.value(result, sh.focusNode) and graph.value(result, sh.resultSeverity) for result in results)
    assert findings.render(checked, "turtle") == text


# --- bad input, watching, completeness ---


def test_what_cannot_be_read_comes_back_as_findings_with_places(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("patient: x-p1\ntold by: nobody\noccurrents: {hct: {typ: x}}\n", encoding="utf-8")
    found = findings.check([bad])
    assert found.unreadable
    assert found.violations == found.findings
    assert {f.place.file for f in found.findings} == {bad}


@pytest.mark.parametrize(
    "content", ["a: &a [x]\nb: *a\n", "x" * 10_000_000, "\x00\x01", "[" * 5000], ids=["bomb", "huge", "binary", "deep"]
)
def test_what_is_hostile_is_one_clear_finding(content, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(content, encoding="utf-8")
    found = findings.check([bad], [])
    assert found.unreadable
    assert found.findings[0].place.file == bad


def test_a_missing_file_is_a_finding(tmp_path):
    found = findings.check([tmp_path / "missing.yaml"])
    assert found.unreadable
    assert "cannot be read" in found.findings[0].message


def test_a_file_is_checked_with_the_files_it_needs():
    found = findings.check([SHIPPED / "khan-2016-p1.yaml"], [])
    assert not found.unreadable
    assert {f.focus.split("/")[1] for f in found.findings} == {"khan-2016-p1"}


def test_a_reader_that_is_kept_reads_again_what_has_changed_and_no_more(tmp_path, monkeypatch):
    for path in files.case_files([SHIPPED]):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    paths, reader, loaded = files.case_files([tmp_path]), cases.Reader(), []
    monkeypatch.setattr(cases, "load", lambda path: loaded.append(path.stem) or entries.load(path))
    first = reader.read(paths)
    assert loaded == [path.stem for path in paths]
    loaded.clear()
    changed = tmp_path / "khan-2016-p1.yaml"
    changed.write_text(changed.read_text("utf-8") + "# seen\n", encoding="utf-8")
    again = reader.read(paths)
    assert loaded == ["khan-2016-p1"]
    assert again == first == cases.read(paths)
    assert [new is old for new, old in zip(again, first, strict=True)].count(False) == 1
    changed.write_text("patient: khan-2016-p1\ntold by: nobody\n", encoding="utf-8")
    with pytest.raises(CaseError, match="nobody"):
        reader.read(paths)
    changed.write_bytes((SHIPPED / changed.name).read_bytes())
    assert reader.read(paths) == first


def test_watching_calls_back_first_with_all_and_then_with_what_changed(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("1", encoding="utf-8")
    second.write_text("1", encoding="utf-8")
    calls = []

    def changed(paths):
        calls.append(list(paths))
        if len(calls) == 1:
            second.write_text("22", encoding="utf-8")
            return None
        if len(calls) == 2:
            second.unlink()
            return None
        return False

    findings.watch([], changed, every_seconds=0.01, folders=[tmp_path])
    assert calls == [[first, second], [second], [second]]


def test_care_counts_what_a_case_tells(checked):
    said = assemble.by_subject(checked.read)
    published = [t for case in checked.read if case.subject == "publication/durer-2019" for t in case.triples]
    care = findings.care(said["patient/durer-2019-p1"], published)
    items = {item.number: item for item in care.items}
    assert 0.6 < care.score < 0.9
    assert items["13"].has == 1
    assert items["1"].has == 1
    assert "cytokine release syndrome" in items["10d"].lacks
    assert items["10d"] in care.missing
    retold = findings.care(said["patient/khan-2016-p1"], published)
    assert retold.score < care.score
    assert all(item.lacks for item in retold.missing)


def test_a_finding_is_told_in_one_line():
    finding = Finding(
        "S-x-y", "Warning", "patient/p", "", "5", "Odd.", Place(Path("p.yaml"), 3, 1), ("R01",), settled="so"
    )
    assert str(finding) == "p.yaml:3:1: warning: Odd. (found: 5) [patient/p, S-x-y, R01]; settled: so"


def test_case_files_of_programs_are_checked_as_well(example_cases):
    found, results = validate.check_reporting(example_cases)
    assert validate.violations(found) == []
    assert len(results) == len(found) > 0
    assert cases.read(files.case_files())
