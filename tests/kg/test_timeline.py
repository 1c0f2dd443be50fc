"""Timelines: every rule and axiom with an example whose bounds are computed by hand, and what must hold of all."""

import dataclasses
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import assemble, cases, files, statements
from kg.network import Network
from kg.timeline import AXIOMS, DAY, EPOCH, RULES, offset_days, solve

PUBLICATION = """publication: invented-2000
passages:
  s1: [sentence, 0-10, "sha256:0000000000000000000000000000000000000000000000000000000000000000"]
  s2: [sentence, 11-20, "sha256:0000000000000000000000000000000000000000000000000000000000000000"]
"""
HEAD = "patient: invented-2000-p1\ntold by: invented-2000\noccurrents:\n"
PATIENT = "patient/invented-2000-p1"
HCT = "hct: {type: hematopoietic cell transplantation, at: s1}"
FEVER = "fever: {type: fever, at: s1}"
MARROW = "marrow: {type: bone marrow examination, at: s1}"
COURSE = "course: {type: treatment course, at: s1}"
CYCLES = tuple(
    f"cycle-{n}: {{type: blinatumomab cycle, at: s1, part of: course, cycle number: {n}}}" for n in (1, 2, 3)
)


def timed(name, type_, when, head="when", more=""):
    """An occurrent with a time."""
    return f"{name}: {{type: {type_}, at: s1, {head}: {when}{more}}}"


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """Read an invented patient from its occurrents, one a line."""
    folder = tmp_path_factory.mktemp("timeline")
    (folder / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")

    def read(*occurrents, also=""):
        text = HEAD + "".join(f"  {line}\n" for line in occurrents) + also
        (folder / "patient.yaml").write_text(text, encoding="utf-8")
        found = assemble.by_subject(cases.read([folder / "publication.yaml", folder / "patient.yaml"]))
        return found[PATIENT]

    return read


class Example(NamedTuple):
    """Occurrents, and the fewest and most whole days from one point to another; None where nothing bounds them."""

    name: str
    occurrents: tuple[str, ...]
    point: str
    anchor: str
    expected: tuple[int | None, int | None]


# A month has 28 to 31 days, a year 365 or 366. Days are counted from 1900-01-01 where the anchor is the calendar.
def calendar(year, month, day):
    return (date(year, month, day) - date(1900, 1, 1)).days


EXAMPLES = [
    # -- dates
    Example("date", (timed("fever", "fever", "2016-04-21"),), "fever.start", EPOCH, (calendar(2016, 4, 21),) * 2),
    Example("date", (timed("fever", "fever", "2016-02"),), "fever.start", EPOCH, (calendar(2016, 2, 1), calendar(2016, 2, 29))),
    Example("date", (timed("fever", "fever", "2015"),), "fever.start", EPOCH, (calendar(2015, 1, 1), calendar(2015, 12, 31))),
    Example("date", (timed("fever", "fever", "2015", "until"),), "fever.end", EPOCH, (calendar(2015, 1, 1), calendar(2015, 12, 31))),
    Example("date", (timed("fever", "fever", "2015", "until"),), "fever.start", EPOCH, (None, calendar(2015, 12, 31))),
    Example("date-about", (timed("fever", "fever", "{date: 2016-04-21, about: yes}"),), "fever.start", EPOCH, (calendar(2016, 4, 20), calendar(2016, 4, 22))),
    # -- day numbers: day 0 is the day of transplantation, day 1 of anything else its first day
    Example("day-0", (HCT, timed("marrow", "bone marrow examination", "{day: 31, of: hct}")), "marrow.start", "hct.start", (31, 31)),
    Example("day-0", (HCT, timed("tbi", "drug administration", "{days: [-6, -5], of: hct}")), "tbi.start", "hct.start", (-6, -6)),
    Example("day-0", (HCT, timed("tbi", "drug administration", "{days: [-6, -5], of: hct}")), "tbi.end", "hct.start", (-5, -5)),
    Example("day-1", (FEVER, timed("cough", "cough", "{day: 1, of: fever}")), "cough.start", "fever.start", (0, 0)),
    Example("day-1", (FEVER, timed("cough", "cough", "{day: 15, of: fever}")), "cough.start", "fever.start", (14, 14)),
    Example("by-day", (FEVER, timed("cough", "cough", "{by: day 28, of: fever}")), "cough.start", "fever.start", (0, 27)),
    Example("by-day", (HCT, timed("cough", "cough", "{by: day 28, of: hct}")), "cough.start", "hct.start", (0, 28)),
    # -- offsets: n units are [n - 1/2, n + 1) units: 3 months are 2.5 x 28 = 70 to 4 x 31 - 1 = 123 days
    Example("offset", (HCT, timed("fever", "fever", "{offset: 3 months, after: hct}")), "fever.start", "hct.start", (70, 123)),
    # 3 weeks: 2.5 x 7 = 17.5, so 18, to 4 x 7 - 1 = 27
    Example("offset", (HCT, timed("fever", "fever", "{offset: 3 weeks, after: hct}")), "fever.start", "hct.start", (18, 27)),
    # 14.6 months: 14.55 x 28 = 407.4, so 408, to 14.7 x 31 = 455.7: 455
    Example("offset", (HCT, timed("fever", "fever", "{offset: 14.6 months, after: hct}")), "fever.start", "hct.start", (408, 455)),
    Example("offset", (HCT, timed("fever", "fever", "{offset: 31 days, after: hct}")), "fever.start", "hct.start", (31, 31)),
    # 1 year: 0.5 x 365 = 182.5, so 183, to 2 x 366 - 1 = 731
    Example("offset", (HCT, timed("fever", "fever", "{offset: 1 year, after: hct}")), "fever.start", "hct.start", (183, 731)),
    Example("offset", (HCT, timed("fever", "fever", "{offset: 3 weeks, before: hct}")), "fever.start", "hct.start", (-27, -18)),
    Example("offset", (HCT, timed("fever", "fever", "{offset: 3 months, after: hct}", "until")), "fever.end", "hct.start", (70, 123)),
    # about day 15: half of it to twice it, in whole days
    Example("offset-about", (HCT, timed("fever", "fever", "{day: 15, of: hct, about: yes}")), "fever.start", "hct.start", (7, 30)),
    # about 3 months: half of 70 to twice 123
    Example("offset-about", (HCT, timed("fever", "fever", "{offset: 3 months, after: hct, about: yes}")), "fever.start", "hct.start", (35, 246)),
    Example("offset-at-least", (HCT, timed("fever", "fever", "{offset: 3 months, after: hct, at least: yes}", "until")), "fever.end", "hct.start", (70, None)),
    Example("offset-at-least", (HCT, timed("fever", "fever", '{offset: ">= 3 months", after: hct}')), "fever.start", "hct.start", (70, None)),
    # 2-4 weeks: 1.5 x 7 = 10.5, so 11, to 5 x 7 - 1 = 34
    Example("offset-range", (HCT, timed("fever", "fever", "{offset: 2-4 weeks, after: hct}")), "fever.start", "hct.start", (11, 34)),
    # A transplant is the whole of its day. From any hour of another day to any hour of the third after it, more than 2 and
    # less than 4 days pass. An onset counts from its start; anything else from start or end, unless said.
    Example("offset-anchor", (timed("fever", "fever", "{offset: 3 days, after: relapse}"), "relapse: {type: relapse, at: s1, when: 2016-01-01, until: 2016-01-11}"), "fever.start", "relapse.start", (2, 3)),
    Example("offset-anchor", (COURSE, timed("fever", "fever", "{offset: 3 days, after: course}")), "fever.start", "course.start", (2, None)),
    Example("offset-anchor", (COURSE, timed("fever", "fever", "{offset: 3 days, after: course}")), "fever.start", "course.end", (None, 3)),
    Example("offset-anchor", (COURSE, timed("fever", "fever", "{offset: 3 days, after: course, from: start}")), "fever.start", "course.start", (2, 3)),
    Example("offset-anchor", (COURSE, timed("fever", "fever", "{offset: 3 days, after: course, from: end}")), "fever.start", "course.end", (2, 3)),
    Example("offset-by", (HCT, timed("fever", "fever", "{offset: < 3 months, after: hct}")), "fever.start", "hct.start", (None, 123)),
    Example("offset-by", (HCT, timed("fever", "fever", "{by: 3 months, of: hct}")), "fever.start", "hct.start", (None, 123)),
    # -- orders: strict, so a hundredth of a day at least, which is day 0 or more
    Example("order", (HCT, timed("course", "treatment course", "{after: hct}")), "course.start", "hct.end", (0, None)),
    Example("order", (HCT, timed("course", "treatment course", "{before: hct}")), "course.end", "hct.start", (None, -1)),
    Example("order", (HCT, timed("fever", "fever", "{before: hct}")), "fever.start", "hct.start", (None, -1)),
    Example("order", (HCT, timed("fever", "fever", "{before: hct}")), "fever.end", "hct.start", (None, None)),
    Example("during", (COURSE, timed("dli", "donor lymphocyte infusion", "{during: course}")), "dli.start", "course.start", (0, None)),
    Example("during", (COURSE, timed("dli", "donor lymphocyte infusion", "{during: course}")), "dli.end", "course.end", (None, 0)),
    Example("during", (COURSE, timed("fever", "fever", "{during: course}")), "fever.start", "course.end", (None, 0)),
    Example("during", (COURSE, timed("fever", "fever", "{during: course}")), "fever.end", "course.end", (None, None)),
    Example("shortly-after", (COURSE, timed("fever", "fever", "{shortly after: course}")), "fever.start", "course.end", (0, None)),
    Example("same-time", (COURSE, timed("fever", "fever", "{same time as: course}")), "fever.start", "course.start", (0, 0)),
    Example("same-time", (COURSE, timed("fever", "fever", "{same time as: course}")), "fever.end", "course.end", (None, None)),
    Example("in-force", (COURSE, timed("cr", "complete remission", "{at start of: course}")), "cr.start", "course.start", (None, 0)),
    Example("in-force", (COURSE, timed("cr", "complete remission", "{at start of: course}")), "cr.end", "course.start", (0, None)),
    Example("in-force", (COURSE, timed("cr", "complete remission", "{at end of: course}")), "cr.start", "course.end", (None, 0)),
    Example("in-force", (COURSE, timed("cr", "complete remission", "{at end of: course}")), "cr.end", "course.end", (0, None)),
    Example("in-force", (COURSE, timed("cr", "complete remission", "{still at: course}", "until")), "cr.end", "course.end", (0, None)),
    # -- after cycle 1: a remission was in force between cycles 1 and 2; anything else began then
    Example("after-cycle", (COURSE, *CYCLES, timed("cr", "complete remission", "{after cycle: cycle-1}")), "cr.start", "cycle-2.start", (None, -1)),
    Example("after-cycle", (COURSE, *CYCLES, timed("cr", "complete remission", "{after cycle: cycle-1}")), "cr.start", "cycle-1.end", (None, None)),
    Example("after-cycle", (COURSE, *CYCLES, timed("cr", "complete remission", "{after cycle: cycle-1}")), "cr.end", "cycle-1.end", (0, None)),
    Example("after-cycle", (COURSE, *CYCLES, timed("fever", "fever", "{after cycle: cycle-1}")), "fever.start", "cycle-1.end", (0, None)),
    Example("after-cycle", (COURSE, *CYCLES, timed("fever", "fever", "{after cycle: cycle-1}")), "fever.start", "cycle-2.start", (None, -1)),
    Example("after-cycle", (COURSE, *CYCLES, timed("fever", "fever", "{after cycle: cycle-3}")), "fever.start", "cycle-3.end", (0, None)),
    # -- what shows a state takes place while it holds; what is given for something begins after it has
    Example("shown-by", (MARROW, "relapse: {type: relapse, at: s1, shown by: marrow}"), "relapse.start", "marrow.end", (None, 0)),
    Example("shown-by", (MARROW, "relapse: {type: relapse, at: s1, shown by: marrow}"), "relapse.end", "marrow.start", (0, None)),
    Example("given-for", ("relapse: {type: relapse, at: s1}", "course: {type: treatment course, at: s1, given for: relapse}"), "course.start", "relapse.start", (0, None)),
    Example("about-same-time", (COURSE, timed("fever", "fever", "{same time as: course, about: yes}")), "fever.start", "course.end", (None, 0)),
    Example("about-same-time", (COURSE, timed("fever", "fever", "{same time as: course, about: yes}")), "fever.end", "course.start", (0, None)),
    Example("about-same-time", (COURSE, timed("fever", "fever", "{same time as: course, about: yes}")), "fever.start", "course.start", (None, None)),
    # -- axioms
    Example("axiom:conditioning", (HCT, "conditioning: {type: conditioning, at: s1, part of: hct}"), "conditioning.start", "hct.start", (None, 0)),
    Example("axiom:remission-number", ("relapse: {type: relapse, at: s1}", "cr: {type: complete remission, at: s1, remission number: 1}"), "cr.start", "relapse.start", (None, -1)),
    Example("axiom:remission-number", ("relapse: {type: relapse, at: s1}", "cr: {type: complete remission, at: s1, remission number: 2}"), "cr.start", "relapse.start", (0, None)),
    Example("axiom:remission-number", ("relapse: {type: relapse, at: s1}", "relapse-2: {type: relapse, at: s1}", "cr: {type: complete remission, at: s1, remission number: 3}"), "cr.start", "relapse.start", (None, None)),
    Example("axiom:extent", (FEVER,), "fever.end", "fever.start", (0, None)),
    Example("axiom:day-0", (HCT,), "hct.end", "hct.start", (0, 0)),
    Example("axiom:once", (MARROW,), "marrow.end", "marrow.start", (0, 0)),
    Example("axiom:once", ("death: {type: death, at: s1}",), "death.end", "death.start", (0, 0)),
    Example("axiom:cycles", (COURSE, *CYCLES), "cycle-2.start", "cycle-1.end", (0, None)),
    Example("axiom:cycles", (COURSE, *CYCLES), "cycle-3.start", "cycle-1.start", (0, None)),
    Example("axiom:first-cycle", (COURSE, *CYCLES), "cycle-1.start", "course.start", (0, 0)),
    Example("axiom:first-cycle", (COURSE, *CYCLES, "dli: {type: donor lymphocyte infusion, at: s1, part of: course, when: {during: cycle-2}}"), "cycle-1.start", "course.start", (0, 0)),
    Example("axiom:part", (COURSE, *CYCLES), "cycle-3.end", "course.end", (None, 0)),
    Example("axiom:part", (COURSE, "fever: {type: fever, at: s1, part of: course}"), "fever.start", "course.end", (None, 0)),
    Example("axiom:part", (COURSE, "fever: {type: fever, at: s1, part of: course}"), "fever.end", "course.end", (None, None)),
    Example("axiom:presentation-part", ("presentation: {type: presentation, at: s1}", "marrow: {type: bone marrow examination, at: s1, part of: presentation}"), "marrow.start", "presentation.start", (0, None)),
    Example("axiom:presentation-part", ("presentation: {type: presentation, at: s1}", "fever: {type: fever, at: s1, part of: presentation}"), "fever.start", "presentation.end", (None, 0)),
    Example("axiom:presentation-part", ("presentation: {type: presentation, at: s1}", "fever: {type: fever, at: s1, part of: presentation}"), "fever.start", "presentation.start", (None, None)),
    Example("axiom:presentation-end", ("presentation: {type: presentation, at: s1}", "fever: {type: fever, at: s1, part of: presentation}", "cycle: {type: blinatumomab cycle, at: s1}"), "presentation.end", "cycle.start", (None, 0)),
    Example("axiom:death", (FEVER, "death: {type: death, at: s1}"), "fever.end", "death.end", (None, 0)),
    Example("axiom:follow-up", (FEVER, "follow-up: {type: follow-up, at: s1}"), "fever.start", "follow-up.end", (None, 0)),
    Example("axiom:follow-up", (FEVER, "follow-up: {type: follow-up, at: s1}"), "fever.end", "follow-up.end", (None, None)),
    # the relapse begins after the remission has, so the remission was over before it; 2015-01-01 to 2016-01-01 are 365
    # days, and up to 366 from hour to hour
    Example("axiom:exclusive", (timed("cr", "complete remission", "2015-01-01"), timed("relapse", "marrow relapse", "2016-01-01")), "cr.end", "relapse.start", (-366, -1)),
    Example("axiom:exclusive", ("a: {type: complete remission, at: s1, MRD status: MRD-positive, when: 2015-01-01}", "b: {type: complete remission, at: s1, MRD status: MRD-negative, when: 2016-01-01}"), "a.end", "b.start", (-366, -1)),
]  # fmt: skip


@pytest.mark.parametrize("rule", [*RULES, *AXIOMS])
def test_every_rule_and_axiom_has_an_example(rule):
    assert rule in {example.name for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.name}: {e.point} from {e.anchor}")
def test_an_example_has_the_bounds_computed_by_hand(example, told):
    timeline = solve(told(*example.occurrents))
    assert timeline.consistent
    assert timeline.days(example.point, example.anchor) == example.expected


def test_a_course_may_start_with_another_treatment_than_its_cycle_1(told):
    dli = "dli: {type: donor lymphocyte infusion, at: s1, part of: course}"
    assert solve(told(COURSE, *CYCLES, dli)).days("cycle-1.start", "course.start") == (0, None)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.name}: {e.point} from {e.anchor}")
def test_a_bound_names_its_rule(example, told):
    """Each bound of an example can be explained, and the rule of that name is among the reasons."""
    timeline = solve(told(*example.occurrents))
    (network,) = timeline.networks
    bounds = [*network.explain(example.point, example.anchor), *network.explain(example.anchor, example.point)]
    if example.expected == (None, None):
        assert not bounds
        return
    sources = {b.reason.source for b in bounds}
    wanted = {**RULES, **AXIOMS}[example.name]
    if example.name == "offset-anchor":  # the name of a choice of anchor; the bound itself has the rule for offsets
        wanted = RULES["offset"]
    assert any(bound.reason.rule == wanted for bound in bounds), sources


def test_every_bound_has_a_named_rule_or_axiom(example):
    known = {*RULES.values(), *AXIOMS.values()}
    for subject, said in example.items():
        if subject.startswith("patient/"):
            for network in solve(said).networks:
                for bound in network.bounds:
                    assert bound.reason.rule in known
                    assert bound.reason.source.startswith(("statement/", "axiom:"))


def test_no_calendar_without_a_date(told):
    assert solve(told(HCT, timed("fever", "fever", "{day: 3, of: hct}"))).dates("fever.start") == (None, None)


def test_dates_follow_from_one_date(told):
    """Day 31 of a transplant on some day of April."""
    said = told(
        timed("hct", "hematopoietic cell transplantation", "2016-04"), timed("fever", "fever", "{day: 31, of: hct}")
    )
    assert solve(said).dates("fever.start") == (date(2016, 5, 2), date(2016, 5, 31))


def test_months_of_the_calendar_fit_the_rule():
    """Of any real run of n months, no length lies outside what 'n months' may mean."""
    for n in (1, 3, 12, 18):
        low, high = offset_days(str(n), "mo")
        starts = [date(2015 + m // 12, m % 12 + 1, 1) for m in range(24)]
        lengths = [(date(s.year + (s.month - 1 + n) // 12, (s.month - 1 + n) % 12 + 1, 1) - s).days for s in starts]
        assert low <= min(lengths)
        assert max(lengths) <= high


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [("2015-03", (2015, 2, 1), (2015, 4, 30)), ("2015", (2014, 1, 1), (2016, 12, 31))],
)
def test_about_a_month_is_the_month_before_to_the_month_after(printed, first, last, told):
    said = told(timed("fever", "fever", f"{{date: {printed}, about: yes}}"))
    assert solve(said).days("fever.start", EPOCH) == (calendar(*first), calendar(*last))


VAGUE = [
    ((HCT, timed("fever", "fever", "{offset: 2-4 weeks, after: hct}")), "hct.start", 27),
    ((HCT, timed("fever", "fever", "{offset: < 3 months, after: hct}")), "hct.start", 10),
    ((HCT, timed("fever", "fever", '{offset: "> 3 months", after: hct}')), "hct.start", 1000),
    ((HCT, timed("fever", "fever", "{day: 15, of: hct, about: yes}")), "hct.start", 17),
    ((timed("fever", "fever", "{date: 2015-03, about: yes}"),), EPOCH, calendar(2015, 4, 2)),
]


@pytest.mark.parametrize(("occurrents", "anchor", "allowed"), VAGUE)
def test_a_vague_time_is_not_made_exact(occurrents, anchor, allowed, told):
    """A day that the words allow is inside the bounds."""
    low, high = solve(told(*occurrents)).days("fever.start", anchor)
    assert low is None or low <= allowed
    assert high is None or allowed <= high


def test_a_presentation_without_parts_is_over_when_treatment_begins(told):
    said = told("presentation: {type: presentation, at: s1}", "cycle: {type: blinatumomab cycle, at: s1}")
    assert solve(said).days("presentation.end", "cycle.start") == (None, 0)


def test_a_remission_of_the_marrow_stands_beside_an_extramedullary_relapse(told):
    """M5: 'in CR for 15 months' beside an epidural relapse; nothing ends the remission."""
    said = told(
        timed("cr", "complete remission", "2015-01-01"), timed("relapse", "extramedullary relapse", "2016-01-01")
    )
    assert solve(said).days("cr.end", "relapse.start") == (-366, None)


def test_two_papers_may_see_a_remission_after_different_cycles(told):
    """In force after cycle 1 by one paper, after cycle 2 by the other: no contradiction."""
    said = told(COURSE, *CYCLES, timed("cr", "complete remission", "{after cycle: cycle-1}"))
    (first,) = [s for s in said.statements if s.property == "afterCycle"]
    second = dataclasses.replace(
        first,
        iri=first.iri.replace("statement/invented-2000/", "statement/invented-2001/"),
        values=(statements.named(f"{PATIENT}/cycle-2"),),
    )
    assert solve(dataclasses.replace(said, statements=(*said.statements, second))).consistent


# --- contradictions and worlds ---


def test_a_contradiction_is_irreducible_and_names_its_statements(told):
    """Relapse 3 months after a transplant of 2016-04-01 cannot begin in 2015; the fever plays no part in it."""
    said = told(
        timed("hct", "hematopoietic cell transplantation", "2016-04-01"),
        timed("relapse", "relapse", "[{offset: 3 months, after: hct}, {date: 2015}]"),
        timed("fever", "fever", "{after: hct}"),
    )
    timeline = solve(said)
    assert not timeline.consistent
    found = timeline.contradiction()
    base = f"statement/invented-2000/{PATIENT.removeprefix('patient/')}"
    assert found.statements == (f"{base}/hct/when", f"{base}/relapse/when/1", f"{base}/relapse/when/2")
    assert not Network(found.bounds).consistent
    for left_out in found.statements:
        kept = tuple(s for s in said.statements if s.iri != left_out)
        assert solve(dataclasses.replace(said, statements=kept)).consistent


def test_a_consistent_timeline_has_no_contradiction(told):
    assert solve(told(HCT)).contradiction() is None


CONFLICT = "fever: {{type: fever, at: s1, when: {{conflict: value, values: [{{day: 3, of: hct}}, {{day: 30, of: hct, at: s2}}]{prefer}}}}}"


def test_a_conflict_without_a_preference_gives_two_worlds(told):
    timeline = solve(told(HCT, CONFLICT.format(prefer="")))
    assert [network.span("fever.start", "hct.start")[0] // DAY for network in timeline.networks] == [3, 30]
    assert timeline.days("fever.start", "hct.start") == (3, 30)


@pytest.mark.parametrize(("preferred", "day"), [(1, 3), (2, 30)])
def test_a_preference_gives_one_world(preferred, day, told):
    timeline = solve(told(HCT, CONFLICT.format(prefer=f", prefer: {preferred}, because: of the invention")))
    assert len(timeline.networks) == 1
    assert timeline.days("fever.start", "hct.start") == (day, day)


def test_a_world_that_contradicts_the_rest_drops_out(told):
    """The other side of the conflict then holds in every world that is left."""
    timeline = solve(told(HCT, CONFLICT.format(prefer=""), timed("cough", "cough", "{day: 10, of: hct}"),
                          timed("tremor", "tremor", "[{same time as: fever}, {before: cough}]")))  # fmt: skip
    assert [network.consistent for network in timeline.networks] == [True, False]
    assert timeline.days("fever.start", "hct.start") == (3, 3)


def test_more_worlds_than_are_solved_are_told(told):
    """Seven open conflicts of two sides are 128 worlds; then only what is undisputed counts."""
    fevers = [CONFLICT.format(prefer="").replace("fever:", f"fever-{n}:") for n in range(7)]
    timeline = solve(told(HCT, *fevers))
    assert timeline.too_many
    assert timeline.days("fever-0.start", "hct.start") == (None, None)


@pytest.mark.parametrize("how", ["suspected: yes", "not available: yes", "absent: x"])
def test_only_what_is_asserted_bounds(how, told):
    """A suspected time bounds nothing (its mark is the statement's); absent and not available have no syntax here."""
    said = told(HCT, timed("fever", "fever", "{day: 3, of: hct}"))
    changed = {
        "suspected: yes": {"suspected": True},
        "not available: yes": {"polarity": "NotAvailable"},
        "absent: x": {"polarity": "Absent"},
    }
    kept = tuple(dataclasses.replace(s, **changed[how]) if s.property == "dayNumber" else s for s in said.statements)
    assert solve(dataclasses.replace(said, statements=kept)).days("fever.start", "hct.start") == (None, None)


# --- all cases ---


def shipped_patients():
    return sorted(path.stem for path in files.CASES.rglob("*-p[0-9]*.yaml"))


def test_there_are_shipped_patients():
    assert len(shipped_patients()) >= 5


@pytest.fixture(scope="module")
def shipped_said():
    return assemble.by_subject(cases.read(files.case_files([files.CASES])))


@pytest.mark.parametrize("patient", shipped_patients())
def test_a_shipped_case_has_a_timeline(patient, shipped_said):
    """In every world that its conflicts leave: a side that cannot hold is a conflict that wants a preference."""
    timeline = solve(shipped_said[f"patient/{patient}"])
    assert timeline.consistent, timeline.contradiction()
    assert not timeline.too_many


# --- properties ---


def all_bounds(timeline):
    """Every bound of every point from the index and from the calendar."""
    points = sorted({point for network in timeline.networks for point in network.points if "@" not in point})
    anchors = [a for a in (f"{timeline.index}.start", EPOCH) if a in points]
    return {(point, anchor): timeline.days(point, anchor) for point in points for anchor in anchors}


def narrower_or_equal(one, other):
    """Whether the first bounds lie inside the second."""
    low, high = one
    other_low, other_high = other
    return (other_low is None or (low is not None and low >= other_low)) and (
        other_high is None or (high is not None and high <= other_high)
    )


def times_of(said):
    """The statements that bound something: without one of them the network has fewer bounds."""
    names = {"startDate", "endDate", "startOffset", "endOffset", "dayNumber", "afterCycle", "shortlyAfter", "atStartOf", "atEndOf", "stillAt", "shownBy", "treatmentFor"}  # fmt: skip
    disputed = {side for conflict in said.conflicts for side in conflict.between}
    return [s for s in said.statements if (s.property in names or "time#" in s.property) and s.iri not in disputed]


def test_a_statement_never_widens_a_bound(example):
    """Every bound with all statements lies inside the bound without one of them, whichever it is."""
    said = example["patient/example-2020-p1"]
    whole = all_bounds(solve(said))
    dropped = times_of(said)
    assert len(dropped) > 20
    moved = 0
    for statement in dropped:
        rest = dataclasses.replace(said, statements=tuple(s for s in said.statements if s is not statement))
        found = all_bounds(solve(rest))
        for pair, bounds in whole.items():
            if pair in found:
                assert narrower_or_equal(bounds, found[pair]), (statement.iri, pair)
                moved += bounds != found[pair]
    assert moved > 20


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_timeline_does_not_depend_on_the_order_of_triples(data, example_cases):
    subject = "patient/example-2020-p1"
    triples = [triple for case in example_cases for triple in case.triples if case.subject == subject]
    shuffled = statements.read(data.draw(st.permutations(triples)), subject)
    one, other = solve(statements.read(triples, subject)), solve(shuffled)
    assert all_bounds(one) == all_bounds(other)
    assert [n.bounds for n in one.networks] == [n.bounds for n in other.networks]


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_timeline_does_not_depend_on_the_order_of_statements(data, example):
    said = example["patient/example-2020-p1"]
    shuffled = dataclasses.replace(
        said,
        statements=tuple(data.draw(st.permutations(said.statements))),
        conflicts=tuple(data.draw(st.permutations(said.conflicts))),
    )
    assert all_bounds(solve(shuffled)) == all_bounds(solve(said))
