"""The paper's case with one thing changed in its file: what the classification must then say."""

import pytest

from kg import assemble, cases, files, timeline
from kg.classify import classify_patient
from kg.classify.response import assess
from kg.classify.truth import Truth

FOLDER = files.CASES / "durer-2019"
PATIENT = "patient/durer-2019-p1"
MARKERS = ("[CD4, CD14, TdT, MPO, CD10, CD19, sCD22, CD34, cCD79a]", "[CD2, CD3, CD5, CD7, CD13, CD20, CD33]")
STRONG = "[CD4, CD14, TdT, MPO, {marker: CD10, intensity: strong expression}, {marker: CD19, intensity: strong expression}, sCD22, CD34, cCD79a]"
LABEL = "type: {value: myeloablative conditioning, printed: myeloablative"


@pytest.fixture
def changed(tmp_path):
    """A function that reads the paper's case with texts replaced, each of which must be there once."""

    def read(*replacements: tuple[str, str]):
        for path in FOLDER.glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            if path.stem == "durer-2019-p1":
                for old, new in replacements:
                    assert text.count(old) == 1
                    text = text.replace(old, new)
            (tmp_path / path.name).write_text(text, encoding="utf-8")
        return assemble.by_subject(cases.read(files.case_files([tmp_path])))[PATIENT]

    return read


def lineages(said) -> dict[str, Truth]:
    (result,) = classify_patient(said)
    return {verdict.lineage: verdict.truth for verdict in result.by("WHO2016").lineages}


def verdicts(said) -> set[str]:
    (result,) = classify_patient(said)
    return {one.verdict for one in result.support if one.edition == "WHO2016"}


def rule(said, node: str, name: str):
    results = assess(timeline.solve(said))
    return next(one for one in results if one.about == f"{PATIENT}/{node}" and one.rule.startswith(name))


def test_stated_intensity_meets_the_b_lineage(changed) -> None:
    said = changed((MARKERS[0], STRONG))
    assert lineages(said)["B"] is Truth.MET


def test_a_stated_compartment_decides_the_t_lineage(changed) -> None:
    said = changed((MARKERS[1], "[CD2, cCD3, sCD3, CD5, CD7, CD13, CD20, CD33]"))
    assert lineages(said)["T"] is Truth.NOT_MET


def test_with_both_the_reported_diagnosis_is_supported(changed) -> None:
    said = changed((MARKERS[0], STRONG), (MARKERS[1], "[CD2, cCD3, sCD3, CD5, CD7, CD13, CD20, CD33]"))
    assert verdicts(said) == {"supported"}


def test_a_negative_cd19_contradicts_it(changed) -> None:
    positive = MARKERS[0].replace("CD19, ", "")
    said = changed((MARKERS[0], positive), (MARKERS[1], "[CD19, CD2, CD3, CD5, CD7, CD13, CD20, CD33]"))
    (result,) = classify_patient(said)
    told = {one.reported: one.verdict for one in result.support if one.edition == "WHO2016"}
    assert told == {"MPALBMyeloid": "contradicted", "MixedPhenotypeAcuteLeukemia": "not shown"}
    assert result.contradictions
    assert any("strong CD19" in trace for trace in result.contradictions[0].rules)


def test_a_lesion_of_the_case_makes_the_entity(changed) -> None:
    karyotype = '    karyotype: "45,XX,del(9)(p21),-20(11)/ 46,XX,del(9),del(20)(q11.1)"'
    said = changed((karyotype, '    lesion: ["t(9;22)", {absent: KMT2A rearrangement}]'))
    (result,) = classify_patient(said)
    entity = result.by("WHO2016").entity
    assert entity.name == "MPALWithBCRABL1WHO2016"
    assert not any("KMT2A" in default for default in entity.defaults_on)


def test_a_suspected_finding_decides_nothing(changed) -> None:
    said = changed((MARKERS[0], MARKERS[0].replace("MPO", "{marker: MPO, suspected: yes}")))
    assert lineages(said)["Myeloid"] is Truth.UNDECIDED


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (LABEL, LABEL.replace("myeloablative c", "reduced-intensity c"), Truth.NOT_MET),
        ("dose per fraction: {value: 200 cGy", "dose per fraction: {value: 100 cGy", Truth.UNDECIDED),
        ("fractions per day: {value: 2,", "fractions per day: {value: 1,", Truth.UNDECIDED),
    ],
)
def test_conditioning_against_its_label(changed, old: str, new: str, expected: Truth) -> None:
    assert rule(changed((old, new)), "conditioning", "conditioning intensity").truth is expected


@pytest.mark.parametrize(("number", "expected"), [("1", Truth.NOT_MET), ("3", Truth.UNDECIDED)])
def test_the_number_of_a_remission_against_the_relapses_told(changed, number: str, expected: Truth) -> None:
    said = changed(("remission number: {value: 2,", f"remission number: {{value: {number},"))
    assert rule(said, "cr-2", "CR number").truth is expected
