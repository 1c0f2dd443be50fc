"""The other declared patterns on invented patients, each wrong or right in one way; and what a pattern may not say."""

import pytest

from kg import files, patterns
from kg.errors import PatternError
from kg.network import Certainty

CERTAIN, POSSIBLE, NO = Certainty.CERTAIN, Certainty.POSSIBLE, Certainty.IMPOSSIBLE

HCT = "hct: {type: hematopoietic cell transplantation, at: s1}"
COURSE = "course: {type: treatment course, at: s1, agent: [blinatumomab, donor lymphocytes], when: {day: 100, of: hct}, until: {offset: 200 days, after: hct}}"


def cycle(number, first, last):
    return f"blina-{number}: {{type: blinatumomab cycle, at: s1, part of: course, cycle number: {number}, when: {{days: [{first}, {last}], of: hct}}}}"


def dli(number, day=None, course="course"):
    when = f", when: {{day: {day}, of: hct}}" if day else ""
    return f"dli-{number}: {{type: donor lymphocyte infusion, at: s1, part of: {course}{when}}}"


def remission(name, mrd, first, last):
    return f"{name}: {{type: complete remission, at: s1, MRD status: {mrd}, when: {{day: {first}, of: hct}}, until: {{offset: {last} days, after: hct}}}}"


CYCLES = (HCT, COURSE, cycle(1, 100, 110), cycle(2, 140, 150))
TIMINGS = [
    ("between two cycles", (*CYCLES, dli(1, 120)), CERTAIN, NO, NO),
    ("within a cycle", (*CYCLES, dli(1, 145)), CERTAIN, NO, NO),
    ("after the last cycle", (*CYCLES, dli(1, 160)), NO, CERTAIN, NO),
    ("before the first cycle", (HCT, COURSE, cycle(1, 120, 130), dli(1, 105)), NO, NO, CERTAIN),
    ("one within and one after", (*CYCLES, dli(1, 120), dli(2, 160)), CERTAIN, NO, NO),
    ("one after, one of unknown day", (*CYCLES, dli(1, 160), dli(2)), POSSIBLE, POSSIBLE, NO),
    ("of unknown day", (*CYCLES, dli(1)), POSSIBLE, POSSIBLE, POSSIBLE),
    ("no cycle is told", (HCT, COURSE, dli(1, 120)), POSSIBLE, NO, NO),
    ("no infusion is told", CYCLES, NO, NO, NO),
    ("in another course", (*CYCLES, "other: {type: treatment course, at: s1, when: {day: 115, of: hct}, until: {offset: 150 days, after: hct}}", dli(1, 120, "other")), NO, NO, NO),
]  # fmt: skip

POSITIVE, NEGATIVE = remission("positive", "MRD-positive", 90, 105), remission("negative", "MRD-negative", 130, 200)
ASSESSED = "mrd: {type: MRD assessment, at: s1, MRD status: MRD-negative, when: {day: 130, of: hct}}"
CONVERSIONS = [
    ("under both", (*CYCLES, dli(1, 120), POSITIVE, NEGATIVE), CERTAIN, CERTAIN, CERTAIN),
    ("shown by an assessment", (*CYCLES, dli(1, 120), POSITIVE, ASSESSED), CERTAIN, CERTAIN, CERTAIN),
    ("lymphocytes came later", (*CYCLES, dli(1, 140), POSITIVE, NEGATIVE), CERTAIN, CERTAIN, NO),
    ("the day of the infusion is not told", (*CYCLES, dli(1), POSITIVE, NEGATIVE), CERTAIN, CERTAIN, POSSIBLE),
    ("no treatment is told", (HCT, POSITIVE, NEGATIVE), NO, NO, NO),
    ("the other way round", (*CYCLES, remission("negative", "MRD-negative", 90, 105), remission("positive", "MRD-positive", 130, 200)), NO, NO, NO),
    ("never MRD-positive", (*CYCLES, NEGATIVE), NO, NO, NO),
    ("positive again only", (*CYCLES, POSITIVE), NO, NO, NO),
]  # fmt: skip


@pytest.mark.parametrize(("what", "occurrents", "concurrent", "after", "before"), TIMINGS, ids=lambda one: one if isinstance(one, str) else "")  # fmt: skip
def test_lymphocytes_among_after_or_before_the_cycles(what, occurrents, concurrent, after, before, judge_invented):
    found = judge_invented("blinatumomab-and-dli-timing", *occurrents)
    answers = [found[(one,)].certainty for one in ("concurrent", "blinatumomab-first", "dli-first")]
    assert answers == [concurrent, after, before]


@pytest.mark.parametrize(("what", "occurrents", "any_", "blinatumomab", "lymphocytes"), CONVERSIONS, ids=lambda one: one if isinstance(one, str) else "")  # fmt: skip
def test_mrd_conversion_by_the_treatment_between(what, occurrents, any_, blinatumomab, lymphocytes, judge_invented):
    found = judge_invented("mrd-conversion", *occurrents)
    assert [found[(one,)].certainty for one in ("any", "blinatumomab", "dli")] == [any_, blinatumomab, lymphocytes]


def test_a_sequence_in_a_course_without_cycles_is_not_refuted_by_time(judge_invented):
    """Nothing is known of when blinatumomab was given; the reason says so."""
    found = judge_invented("blinatumomab-and-dli-timing", HCT, COURSE, dli(1, 120))
    assert found[("blinatumomab-first",)].decides == ("not reported: a cycle of blinatumomab in the course",)


def test_a_role_sees_those_above_it(tmp_path):
    path = tmp_path / "turned.yaml"
    text = (files.QUERIES / "blinatumomab-and-dli-timing.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("{is a: DonorLymphocyteInfusion, part of: course}", "{is a: DonorLymphocyteInfusion, part of: cycle}", 1), encoding="utf-8")  # fmt: skip
    with pytest.raises(PatternError, match=r"turned\.yaml: infusion .*: no role 'cycle' above it"):
        patterns.load(path)
