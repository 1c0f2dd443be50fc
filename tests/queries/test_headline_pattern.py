"""The headline pattern on invented patients, each a near miss of another; judged by hand from the definitions."""

import functools
from typing import NamedTuple

import pytest

from kg.network import Certainty

HEADLINE = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"
CERTAIN, POSSIBLE, NO = Certainty.CERTAIN, Certainty.POSSIBLE, Certainty.IMPOSSIBLE

HCT = "hct: {type: hematopoietic cell transplantation, at: s1}"
RELAPSE = "relapse: {type: marrow relapse, at: s1, when: [{after: hct}, {at start of: course}]}"
COURSE = "course: {type: treatment course, at: s1, agent: [blinatumomab, donor lymphocytes], when: {day: 100, of: hct}, until: {offset: 160 days, after: hct}}"
BLINA = "blina: {type: blinatumomab cycle, at: s1, part of: course, when: {days: [100, 128], of: hct}}"


def dli(day, more=""):
    return f"dli: {{type: donor lymphocyte infusion, at: s1, part of: course{f', when: {{day: {day}, of: hct}}' if day else ''}{more}}}"


def remission(first, last, mrd="MRD-negative", more=""):
    """A remission from one day after transplant to another."""
    status = f", MRD status: {mrd}" if mrd else ""
    return f"cr: {{type: complete remission, at: s1{status}, when: {{day: {first}, of: hct}}, until: {{offset: {last} days, after: hct}}{more}}}"


class Case(NamedTuple):
    """An invented patient and what a careful reader answers: any-order, held, attained (all with an overt relapse)."""

    what: str
    occurrents: tuple[str, ...]
    any_order: Certainty
    held: Certainty
    attained: Certainty


STORY = (HCT, RELAPSE, COURSE, BLINA)
CASES = [
    Case("reached after both", (*STORY, dli(110), remission(130, 200)), CERTAIN, CERTAIN, CERTAIN),
    Case("reached between blinatumomab and DLI, and lasting", (*STORY, dli(140), remission(130, 200)), CERTAIN, CERTAIN, NO),
    Case("lost again before the DLI", (*STORY, dli(150), remission(130, 140)), CERTAIN, NO, NO),
    Case("reached between DLI and blinatumomab, and lasting", (HCT, RELAPSE, COURSE, BLINA.replace("[100, 128]", "[120, 148]"), dli(102), remission(110, 200)), CERTAIN, CERTAIN, NO),
    Case("lost again before blinatumomab", (HCT, RELAPSE, COURSE, BLINA.replace("[100, 128]", "[120, 148]"), dli(102), remission(105, 110)), CERTAIN, NO, NO),
    Case("no day of the DLI is told", (*STORY, dli(None), remission(130, 140)), CERTAIN, POSSIBLE, POSSIBLE),
    Case("MRD not told", (*STORY, dli(110), remission(130, 200, mrd="")), POSSIBLE, POSSIBLE, POSSIBLE),
    Case("MRD-positive", (*STORY, dli(110), remission(130, 200, mrd="MRD-positive")), NO, NO, NO),
    Case("no DLI is told", (*STORY, remission(130, 200)), NO, NO, NO),
    Case("the DLI is only suspected", (*STORY, dli(110).replace("type: donor lymphocyte infusion", "type: {value: donor lymphocyte infusion, suspected: yes}"), remission(130, 200)), POSSIBLE, POSSIBLE, POSSIBLE),
    Case("a remission that nobody tells of", (*STORY, dli(110)), NO, NO, NO),
    Case("the remission was before the relapse", (HCT, RELAPSE.replace("{after: hct}", "{day: 90, of: hct}"), COURSE, BLINA, dli(110), remission(20, 60)), NO, NO, NO),
    Case("the relapse was before the transplant", (HCT, "relapse: {type: marrow relapse, at: s1, when: {before: hct}, until: {offset: 10 days, before: hct}}", COURSE, BLINA, dli(110), remission(130, 200)), NO, NO, NO),
    Case("a remission of another compartment", (*STORY, dli(110), remission(130, 200, more=", compartment: CNS compartment")), NO, NO, NO),
    Case("two days of the DLI, none preferred", (*STORY, "dli: {type: donor lymphocyte infusion, at: s1, part of: course, when: {conflict: value, values: [{day: 110, of: hct}, {day: 140, of: hct}]}}", remission(130, 200)), CERTAIN, CERTAIN, POSSIBLE),
    Case("two days of the DLI, the later preferred", (*STORY, "dli: {type: donor lymphocyte infusion, at: s1, part of: course, when: {conflict: value, values: [{day: 110, of: hct}, {day: 140, of: hct}], prefer: 2, because: invented}}", remission(130, 200)), CERTAIN, CERTAIN, NO),
    Case("certain together though each half is only possible", (*STORY, dli(None).replace("}", ", when: {during: blina}}"), "cr: {type: complete remission, at: s1, MRD status: MRD-negative, when: {at end of: blina}}"), CERTAIN, CERTAIN, POSSIBLE),
]  # fmt: skip


@pytest.fixture
def judged(judge_invented):
    """Judge an invented patient under the headline pattern: outcome by reading and recurrence."""
    return functools.partial(judge_invented, HEADLINE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_careful_reader_agrees(case, judged):
    found = judged(*case.occurrents)
    answers = {reading: found[reading, "overt"].certainty for reading in ("any-order", "held", "attained")}
    assert answers == {"any-order": case.any_order, "held": case.held, "attained": case.attained}
    assert found["attributed", "overt"].certainty is NO


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_what_is_possible_says_what_would_decide_and_what_is_refuted_says_why(case, judged):
    for outcome in judged(*case.occurrents).values():
        assert bool(outcome.decides) == (outcome.certainty is not CERTAIN), outcome


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_any_recurrence_answers_at_least_what_an_overt_one_does(case, judged):
    order = [NO, POSSIBLE, CERTAIN]
    found = judged(*case.occurrents)
    for reading in ("any-order", "held", "attained", "attributed"):
        overt, any_ = (order.index(found[reading, recurrence].certainty) for recurrence in ("overt", "any"))
        assert any_ >= overt


def test_an_mrd_positive_remission_is_a_recurrence_only_where_any_counts(judged):
    before = (
        "mrd: {type: complete remission, at: s1, MRD status: MRD-positive, when: [{after: hct}, {at start of: course}]}"
    )
    found = judged(HCT, before, COURSE, BLINA, dli(110), remission(130, 200))
    assert found["attained", "any"].certainty is CERTAIN
    assert found["attained", "overt"].certainty is NO
