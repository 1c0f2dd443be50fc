"""Rules of conditioning, remission and graft-versus-host disease on shipped patients and on invented facts."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import assemble, cases, files, timeline
from kg.classify.gvhd import STAGES, acute_grade, nih_categories
from kg.classify.response import Dose, assess, myeloablative, remission_number, render_rules, rule_records
from kg.classify.truth import Truth


@pytest.fixture(scope="module")
def results():
    return {
        subject.removeprefix("patient/"): assess(timeline.solve(said))
        for subject, said in assemble.by_subject(cases.read(files.case_files())).items()
        if subject.startswith("patient/")
    }


def found(results, patient, node, rule):
    about = f"patient/{patient}/{node}"
    return next(one for one in results[patient] if one.about == about and one.rule.startswith(rule))


def test_irradiation_of_the_paper_is_myeloablative(results) -> None:
    one = found(results, "durer-2019-p1", "conditioning", "conditioning intensity")
    assert (one.truth, one.reported, one.verified) == (Truth.MET, "MyeloablativeConditioning", True)
    assert "12 Gy" in one.words
    assert "8 Gy of fractionated irradiation" in one.words
    assert any("dosePerFraction" in statement for statement in one.statements)


def test_remissions_of_the_paper_are_numbered_as_told(results) -> None:
    for node, told in (("cr-1", "0 relapses"), ("cr-2", "1 relapse")):
        one = found(results, "durer-2019-p1", node, "CR number")
        assert one.truth is Truth.MET
        assert one.words.startswith(told)


def test_a_remission_as_reported_is_not_one_that_can_be_verified(results) -> None:
    first = found(results, "durer-2019-p1", "cr-1", "CR by ELN 2022")
    assert first.truth is Truth.UNDECIDED
    assert len(first.missing) == 5
    second = found(results, "durer-2019-p1", "cr-2", "CR by ELN 2022")
    assert second.truth is Truth.NOT_MET
    assert "em-relapse began within it" in second.words
    assert "remission of the marrow" in second.words


def test_gvhd_of_the_papers_patients(results) -> None:
    overlap = found(results, "paul-2017-p1", "gvhd", "NIH category: overlap")
    assert overlap.truth is Truth.MET
    late = found(results, "ueda-2016-p2", "gvhd", "NIH category: late")
    assert late.truth is Truth.UNDECIDED
    assert late.missing == ("the day of onset after transplantation",)


def test_every_result_is_told(results) -> None:
    told = [one for some in results.values() for one in some]
    assert len(told) > 40
    for some in results.values():
        assert len(rule_records(some)) == len(some)
        assert all(one.about.split("/", 2)[-1] in render_rules(some) for one in some)


@pytest.mark.parametrize(
    ("number", "fractionated", "expected"),
    [
        ("12", True, Truth.MET), ("8", True, Truth.UNDECIDED), ("7.9", True, Truth.UNDECIDED),
        ("5", False, Truth.MET), ("4.9", False, Truth.UNDECIDED), ("2", False, Truth.UNDECIDED),
        ("6", None, Truth.UNDECIDED), ("8.1", None, Truth.MET),
    ],
)  # fmt: skip
def test_irradiation(number: str, fractionated: bool | None, expected: Truth) -> None:
    assert myeloablative([Dose("TotalBodyIrradiation", Decimal(number), "Gy", fractionated)])[0] is expected


def test_no_dose_proves_that_conditioning_is_not_myeloablative() -> None:
    assert myeloablative([])[0] is Truth.UNDECIDED
    low = [Dose("TotalBodyIrradiation", Decimal(2), "Gy", False), Dose("Busulfan", Decimal("3.2"), "mg/kg")]
    assert myeloablative(low)[0] is Truth.UNDECIDED
    assert myeloablative([*low, Dose("Busulfan", Decimal("12.8"), "mg/kg")])[0] is Truth.MET
    assert myeloablative([Dose("Cyclophosphamide", Decimal(120), "mg/kg")])[0] is Truth.UNDECIDED


@pytest.mark.parametrize(
    ("number", "relapses", "expected"),
    [
        (1, (0, 0), Truth.MET), (2, (1, 1), Truth.MET), (1, (1, 1), Truth.NOT_MET), (2, (0, 1), Truth.UNDECIDED),
        (3, (1, 1), Truth.UNDECIDED), (1, (0, 2), Truth.UNDECIDED),
    ],
)  # fmt: skip
def test_the_number_of_a_remission(number: int, relapses: tuple[int, int], expected: Truth) -> None:
    assert remission_number(number, relapses) is expected


def every_stage() -> list[dict[str, int]]:
    return [dict(zip(STAGES, stages, strict=True)) for stages in product(*(range(top + 1) for top in STAGES.values()))]


def test_magic_and_keystone_differ_only_at_stage_4_of_the_lower_gut() -> None:
    differing = []
    for stages in every_stage():
        (magic,), (keystone,) = acute_grade("MAGIC2016", stages).grades, acute_grade("Keystone1995", stages).grades
        if magic != keystone:
            differing.append((stages, magic, keystone))
    assert len(every_stage()) == 250
    assert len(differing) == 32
    assert all((stages["lower"], magic, keystone) == (4, 4, 3) for stages, magic, keystone in differing)


@given(st.sampled_from(every_stage()), st.sampled_from(sorted(STAGES)), st.sampled_from(["MAGIC2016", "Keystone1995"]))
def test_a_stage_that_is_missing_leaves_every_grade_that_it_could_give(stages, organ, system) -> None:
    told = {name: stage for name, stage in stages.items() if name != organ}
    some = acute_grade(system, told)
    assert some.missing == (organ,)
    assert set(acute_grade(system, stages).grades) <= set(some.grades)


def test_an_impossible_stage_or_system_is_refused() -> None:
    with pytest.raises(ValueError, match="no stage 2 of 'upper'"):
        acute_grade("MAGIC2016", {"upper": 2})
    with pytest.raises(ValueError, match="no grading"):
        acute_grade("CTCAEv5", {"skin": 1})


DAYS = st.one_of(st.none(), st.integers(0, 400))


@given(DAYS, DAYS, st.sampled_from([True, False, None]), st.sampled_from([True, False, None]), st.data())
def test_a_known_onset_only_decides_a_category(low, high, acute, chronic, data) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    day = data.draw(st.integers(low if low is not None else 0, high if high is not None else (low or 0) + 400))
    wide = nih_categories((low, high), acute=acute, chronic=chronic)
    narrow = nih_categories((day, day), acute=acute, chronic=chronic)
    for before, after in zip(wide, narrow, strict=True):
        assert before.truth in (after.truth, Truth.UNDECIDED)
    assert sum(category.truth is Truth.MET for category in narrow) <= 1
