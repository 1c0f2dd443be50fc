"""Networks of days: examples, and properties against a solver that tries every assignment."""

import doctest
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import network as network_module
from kg.errors import PatternError
from kg.network import (
    AllOf,
    AnyOf,
    Atom,
    Bound,
    Certainty,
    Network,
    NetworkError,
    Reason,
    TooManyWorldsError,
    Verdict,
    branches,
    judge,
    worlds,
)

# --- brute force -----------------------------------------------------------------------------------------
# Only differences count, so the first point stays at day 0. Constants are at most 2, so a chain of three
# bounds is at most 6, and a longer gap between neighbouring points can shrink to 7 without changing the truth
# of any constraint or negation: 3 gaps of 7 days reach every combination of truths, and show what is open.
POINTS = ("a", "b", "c", "d")
MOST = 2
REACH = 3 * (3 * MOST + 1)
_OTHERS = np.meshgrid(*[np.arange(-REACH, REACH + 1, dtype=np.int8)] * 3, indexing="ij")
DAYS = dict(zip(POINTS, [np.zeros(_OTHERS[0].size, dtype=np.int8), *(d.ravel() for d in _OTHERS)], strict=True))
ALWAYS = np.ones(_OTHERS[0].size, dtype=bool)


def holds(pattern):
    """In which assignments a pattern, atom or bound is true."""
    match pattern:
        case AllOf(parts):
            return np.logical_and.reduce([ALWAYS, *map(holds, parts)])
        case AnyOf(parts):
            return np.logical_or.reduce([~ALWAYS, *map(holds, parts)])
        case _:
            return DAYS[pattern.later] - DAYS[pattern.earlier] <= pattern.at_most


def solutions(bounds):
    """Which assignments satisfy all bounds."""
    return np.logical_and.reduce([ALWAYS, *map(holds, bounds)])


def without(bounds, source):
    """The bounds that do not come from a source."""
    return [bound for bound in bounds if bound.reason.source != source]


def sources(bounds):
    """The sources of bounds."""
    return {bound.reason.source for bound in bounds}


points = st.sampled_from(POINTS)
days = st.integers(-MOST, MOST)
reasons = st.builds(Reason, st.sampled_from(["s1", "s2", "s3", "s4", "s5"]), st.sampled_from(["", "rule"]))
bounds_lists = st.lists(st.builds(Bound, points, points, days, reasons), max_size=8)
consistent_lists = bounds_lists.filter(lambda bounds: Network(bounds).consistent)
contradictory_lists = st.lists(st.builds(Bound, points, points, days, reasons), min_size=4, max_size=9).filter(
    lambda bounds: not Network(bounds).consistent
)
atoms = st.builds(Atom, points, points, days)
patterns = st.recursive(
    atoms,
    lambda part: (
        st.builds(AllOf, st.lists(part, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(part, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
thorough = settings(max_examples=300, deadline=None)


# --- properties of networks ------------------------------------------------------------------------------


@thorough
@given(bounds_lists)
def test_network_is_consistent_exactly_if_some_assignment_satisfies_it(bounds):
    """Consistency agrees with brute force, also of a network that grows bound by bound."""
    expected = solutions(bounds).any()
    assert Network(bounds).consistent == expected
    growing = Network()
    for bound in bounds:
        growing = growing.adding([bound])
    assert growing.consistent == expected


@thorough
@given(consistent_lists, points, points)
def test_span_is_the_least_and_the_most_of_all_solutions(bounds, point, anchor):
    """Spans are tight; beyond the reach of any chain of bounds they are open."""
    differences = (DAYS[point] - DAYS[anchor])[solutions(bounds)]
    least, most = int(differences.min()), int(differences.max())
    expected = (least if least >= -3 * MOST else None, most if most <= 3 * MOST else None)
    assert Network(bounds).span(point, relative_to=anchor) == expected


@thorough
@given(bounds_lists, atoms)
def test_entails_and_allows_agree_with_all_solutions(bounds, atom):
    """An atom is entailed if true in all solutions, allowed if true in some."""
    truths = holds(atom)[solutions(bounds)]
    network = Network(bounds)
    assert network.entails(atom) == truths.all()
    assert network.allows(atom) == truths.any()
    assert network.entails(atom.negated()) == (not truths.any())


@thorough
@given(consistent_lists, st.builds(Bound, points, points, days, reasons), points, points)
def test_another_bound_never_widens_a_span(bounds, more, point, anchor):
    """Monotone: what is known stays known."""
    network, narrower = Network(bounds), Network([*bounds, more])
    if narrower.consistent:
        (least, most), (new_least, new_most) = (n.span(point, anchor) for n in (network, narrower))
        assert least is None or (new_least is not None and new_least >= least)
        assert most is None or (new_most is not None and new_most <= most)


@thorough
@given(bounds_lists, bounds_lists, st.randoms(use_true_random=False))
def test_adding_bounds_is_the_same_as_solving_them_together(bounds, more, random):
    """A network that grew answers as one solved at once, whatever the order of the bounds."""
    together = [*bounds, *more]
    shuffled = random.sample(together, len(together))
    assert_same(Network(together), Network(bounds).adding(more))
    assert_same(Network(together), Network(shuffled + shuffled[:2]))


def assert_same(one: Network, other: Network):
    """Two networks that cannot be told apart."""
    assert one.bounds == other.bounds
    assert one.points == other.points
    assert one.contradiction() == other.contradiction()
    if one.consistent:
        for p in POINTS:
            for q in POINTS:
                assert one.span(p, q) == other.span(p, q)
                assert one.explain(p, q) == other.explain(p, q)


@thorough
@given(contradictory_lists)
def test_contradiction_is_irreducible_as_a_set_of_sources(bounds):
    """A cycle below zero; take away any one source, and all that the others say has a solution."""
    cycle = Network(bounds).contradiction()
    assert set(cycle) <= set(bounds)
    assert not solutions(cycle).any()
    assert sum(bound.at_most for bound in cycle) < 0
    assert all(one.earlier == next_.later for one, next_ in pairwise([*cycle, cycle[0]]))
    said = [bound for bound in bounds if bound.reason.source in sources(cycle)]
    for source in sources(cycle):
        assert solutions(without(said, source)).any()


@thorough
@given(consistent_lists, points, points)
def test_explanation_is_a_chain_that_adds_up_and_is_irreducible(bounds, later, earlier):
    """The chain runs from later to earlier, sums to the tightest bound, and needs each of its sources."""
    network = Network(bounds)
    most = network.span(later, relative_to=earlier)[1]
    chain = network.explain(later, earlier)
    if most is None or later == earlier:
        assert chain == ()
        return
    assert set(chain) <= set(bounds)
    assert (chain[0].later, chain[-1].earlier) == (later, earlier)
    assert all(one.earlier == next_.later for one, next_ in pairwise(chain))
    assert sum(bound.at_most for bound in chain) == most
    said = [bound for bound in bounds if bound.reason.source in sources(chain)]
    for source in sources(chain):
        assert not Network(without(said, source)).entails(Atom(later, earlier, most))


@thorough
@given(consistent_lists, st.sets(points, min_size=2))
def test_narrowed_network_keeps_every_span(bounds, kept):
    """The points that are kept have the same spans."""
    network, narrowed = Network(bounds), Network(bounds).narrowed(kept)
    assert set(narrowed.points) <= kept
    for p in kept:
        for q in kept:
            assert narrowed.span(p, q) == network.span(p, q)


# --- properties of patterns ------------------------------------------------------------------------------


def judged_by_trying(lists, pattern):
    """What `judge` must say, from every assignment in every world."""
    truths = np.concatenate([holds(pattern)[solutions(bounds)] for bounds in lists])
    if not truths.size:
        return Certainty.CONTRADICTORY
    if truths.all():
        return Certainty.CERTAIN
    return Certainty.POSSIBLE if truths.any() else Certainty.IMPOSSIBLE


@thorough
@given(st.lists(bounds_lists, min_size=1, max_size=3), patterns)
def test_judgement_agrees_with_every_assignment_in_every_world(lists, pattern):
    """Certain, possible, impossible and contradictory are as defined; nothing is cut short."""
    verdict = judge([Network(bounds) for bounds in lists], pattern)
    assert verdict.certainty == judged_by_trying(lists, pattern)
    assert not verdict.cut_short


@thorough
@given(consistent_lists, st.lists(st.lists(atoms, min_size=1, max_size=3), min_size=3, max_size=6))
def test_judgement_of_many_branches_agrees_with_every_assignment(bounds, either):
    """Wide patterns, whose certainty no single branch carries."""
    pattern = AnyOf(tuple(AllOf(tuple(branch)) for branch in either))
    assert judge([Network(bounds)], pattern).certainty == judged_by_trying([bounds], pattern)


@thorough
@given(st.lists(bounds_lists, min_size=1, max_size=2), patterns)
def test_premises_force_the_judgement_and_each_source_is_needed(lists, pattern):
    """From the premises alone nothing else follows; without any one source something else may be."""
    verdict = judge([Network(bounds) for bounds in lists], pattern)
    if verdict.certainty is Certainty.POSSIBLE:
        assert verdict.premises == ()
        return
    wanted = {verdict.certainty, Certainty.CONTRADICTORY}

    def forced(kept):
        return judged_by_trying([[b for b in bounds if b in kept] for bounds in lists], pattern) in wanted

    assert forced(set(verdict.premises))
    said = [b for bounds in lists for b in bounds if b.reason.source in sources(verdict.premises)]
    for source in sources(verdict.premises):
        assert not forced(set(without(said, source)))


@thorough
@given(st.lists(consistent_lists, min_size=1, max_size=2), patterns)
def test_possible_names_what_would_decide(lists, pattern):
    """Each undecided atom is true in some and false in some solution; there is at least one."""
    verdict = judge([Network(bounds) for bounds in lists], pattern)
    assert bool(verdict.undecided) == (verdict.certainty is Certainty.POSSIBLE)
    for atom in verdict.undecided:
        assert judged_by_trying(lists, atom) is Certainty.POSSIBLE


@thorough
@given(st.lists(bounds_lists, min_size=1, max_size=3), patterns, st.randoms(use_true_random=False))
def test_judgement_does_not_depend_on_order(lists, pattern, random):
    """Worlds and bounds in another order give the same verdict, premises and all."""
    shuffled = [random.sample(bounds, len(bounds)) for bounds in random.sample(lists, len(lists))]
    verdict = judge([Network(bounds) for bounds in lists], pattern)
    assert verdict == judge([Network(bounds) for bounds in shuffled], pattern)


@thorough
@given(patterns)
def test_branches_mean_what_the_pattern_means(pattern):
    """The disjunctive normal form is true in the same assignments."""
    normal = AnyOf(tuple(AllOf(branch) for branch in branches(pattern)))
    assert np.array_equal(holds(normal), holds(pattern))


# --- examples --------------------------------------------------------------------------------------------


def bound(later: str, earlier: str, at_most: int, source: str) -> Bound:
    """A bound whose rule does not matter."""
    return Bound(later, earlier, at_most, Reason(source))


def not_after(earlier: str, later: str) -> Atom:
    """One point is at or before another."""
    return Atom(earlier, later, 0)


EITHER_SIDE = AnyOf((Atom("n", "dli", -1), not_after("dli", "n")))


def test_before_or_after_is_certain_though_each_half_is_only_possible():
    """The judgement is joint: truths of parts are never combined."""
    network = Network([bound("n", "hct", 100, "s1")])
    assert [judge([network], half).certainty for half in EITHER_SIDE.parts] == [Certainty.POSSIBLE] * 2
    assert judge([network], EITHER_SIDE) == Verdict(Certainty.CERTAIN)


def test_parts_possible_apart_may_be_impossible_together():
    """Both orders at once, one of them strict, cannot be."""
    assert judge([Network()], AllOf(EITHER_SIDE.parts)).certainty is Certainty.IMPOSSIBLE


def test_search_survives_atoms_of_one_branch_that_imply_each_other():
    """Supposing one false may already exclude the other; that is no counterexample."""
    late, early = AllOf((Atom("dli", "n", -6), Atom("dli", "n", -4))), Atom("n", "dli", 5)
    graft, no_graft = Atom("gvhd", "hct", 0), Atom("hct", "gvhd", -1)
    pattern = AnyOf((late, AllOf((early, graft)), AllOf((early, no_graft))))
    assert judge([Network()], pattern).certainty is Certainty.CERTAIN


def test_headline_case_held_is_possible_and_attained_is_impossible():
    """MRD-negative CR by the end of cycle 1, first DLI with cycle 2, no end of the remission reported."""
    network = Network(
        [
            bound("cycle-1.start", "cycle-1.end", 0, "a cycle ends after it starts"),
            bound("cycle-1.end", "cycle-2.start", -1, "case.s12"),
            bound("n.first", "cycle-1.end", 0, "case.s14"),
            bound("n.first", "n.last", 0, "a state ends after it starts"),
            bound("cycle-2.start", "dli.start", 0, "case.s15"),
        ]
    )
    attained = not_after("dli.start", "n.first")
    held = AnyOf((attained, not_after("dli.start", "n.last")))
    assert judge([network], held) == Verdict(Certainty.POSSIBLE, undecided=(not_after("dli.start", "n.last"),))
    verdict = judge([network], attained)
    assert verdict.certainty is Certainty.IMPOSSIBLE
    assert sources(verdict.premises) == {"case.s12", "case.s14", "case.s15"}


def test_worlds_that_differ_make_a_pattern_possible():
    """Each side of a conflict decides, but not the same way; either preference would decide."""
    sides = worlds([], [[[bound("dli", "n", -3, "s1")], [bound("n", "dli", -3, "s2")]]])
    pattern = not_after("dli", "n")
    assert [judge([side], pattern).certainty for side in sides] == [Certainty.CERTAIN, Certainty.IMPOSSIBLE]
    assert judge(sides, pattern) == Verdict(Certainty.POSSIBLE, undecided=(pattern,))


def test_premises_of_two_worlds_name_both_sides():
    """Certain whichever side is right, and because of both."""
    sides = worlds([], [[[bound("dli", "n", -3, "s1")], [bound("dli", "n", -5, "s2")]]])
    verdict = judge(sides, not_after("dli", "n"))
    assert verdict.certainty is Certainty.CERTAIN
    assert sources(verdict.premises) == {"s1", "s2"}


def test_inconsistent_world_is_ignored_and_what_rules_it_out_is_named():
    """One side contradicts the rest; the other decides."""
    base = [bound("n", "dli", -1, "s0")]
    sides = worlds(base, [[[bound("dli", "n", 0, "s1")], [bound("n", "dli", -9, "s2")]]])
    assert [side.consistent for side in sides] == [False, True]
    verdict = judge(sides, Atom("n", "dli", -9))
    assert verdict.certainty is Certainty.CERTAIN
    assert sources(verdict.premises) == {"s0", "s1", "s2"}


def test_no_consistent_world_is_contradictory_and_says_why():
    """The verdict's premises are what cannot all hold."""
    cycle = [bound("a", "b", -1, "s1"), bound("b", "a", 0, "s2")]
    verdict = judge([Network([*cycle, bound("c", "a", 5, "s3")])], not_after("a", "c"))
    assert verdict == Verdict(Certainty.CONTRADICTORY, premises=tuple(sorted(cycle)))


def test_contradiction_prefers_few_bounds_and_drops_bystanders():
    """The short cycle is found though a longer one exists."""
    ring = [bound(f"p{i}", f"p{(i + 1) % 6}", -1, f"ring{i}") for i in range(6)]
    short = [bound("x", "y", 3, "s1"), bound("y", "x", -4, "s2")]
    assert Network([*ring, *short]).contradiction() == tuple(short)


def test_explanation_takes_the_longer_way_if_it_is_one_day_tighter():
    """The tightest bound is explained, not the nearest."""
    near = bound("relapse", "hct", 3, "s0")
    far = (bound("relapse", "dli", 1, "s1"), bound("dli", "hct", 1, "s2"))
    assert Network([near, *far]).explain("relapse", "hct") == far


def test_one_source_may_contradict_itself():
    """A statement that gives two bounds counts once."""
    both = [bound("a", "b", -2, "s1"), bound("b", "a", 1, "s1")]
    assert sources(Network([*both, bound("b", "a", 1, "s2")]).contradiction()) == {"s1"}


def test_long_negative_cycles_do_not_overflow():
    """200 points, each a large step before the next, all round."""
    large = 2**31 - 1
    ring = [bound(f"p{i:03}", f"p{(i + 1) % 200:03}", -large, "s1") for i in range(200)]
    assert not Network(ring).consistent
    assert len(Network(ring).contradiction()) == 200
    assert Network(ring[1:]).span("p001", relative_to="p000") == (None, -199 * large)


def test_examples_in_the_docstring():
    """The module's specification by example."""
    result = doctest.testmod(network_module)
    assert result.attempted
    assert not result.failed


def test_consistent_network_has_no_contradiction():
    """Nothing to report."""
    assert Network([bound("a", "b", 0, "s1")]).contradiction() == ()


def test_unknown_point_is_free():
    """What no bound names may be on any day."""
    network = Network([bound("a", "b", 0, "s1")])
    assert network.span("dli", relative_to="a") == (None, None)
    assert network.span("dli", relative_to="dli") == (0, 0)
    assert judge([network], not_after("dli", "a")).certainty is Certainty.POSSIBLE


def test_inconsistent_network_has_no_spans():
    """Asking for one is a mistake of the caller."""
    network = Network([bound("a", "a", -1, "s1")])
    with pytest.raises(NetworkError, match="contradiction"):
        network.span("a", relative_to="b")


@pytest.mark.parametrize(("pattern", "expected"), [(AllOf(()), Certainty.CERTAIN), (AnyOf(()), Certainty.IMPOSSIBLE)])
def test_empty_patterns(pattern, expected):
    """All of nothing holds, any of nothing does not."""
    assert judge([Network()], pattern) == Verdict(expected)


def chained(count: int, days: int = 0) -> AllOf:
    """A pattern of 2 ** count branches."""
    return AllOf(tuple(AnyOf((Atom(f"x{i}", "y", days), Atom("y", f"x{i}", days))) for i in range(count)))


def test_at_most_64_branches():
    """The limit is exact."""
    assert len(branches(chained(6))) == 64
    with pytest.raises(PatternError, match="64"):
        branches(chained(7))


def test_sixty_four_branches_are_judged():
    """A wide pattern that holds always, and its strict twin that need not, within the search limit."""
    assert judge([Network()], chained(6)).certainty is Certainty.CERTAIN
    strict = judge([Network()], chained(6, days=-1))
    assert (strict.certainty, strict.cut_short) == (Certainty.POSSIBLE, False)


def test_search_limit_is_admitted(monkeypatch):
    """What the search could not establish is possible, and says so."""
    monkeypatch.setattr(network_module, "SEARCH_LIMIT", 1)
    verdict = judge([Network()], EITHER_SIDE)
    assert (verdict.certainty, verdict.cut_short) == (Certainty.POSSIBLE, True)


def test_at_most_64_worlds():
    """The limit is exact, and checked before anything is solved."""
    conflict = [[bound("a", "b", 0, "s1")], [bound("b", "a", 0, "s2")]]
    assert len(worlds([], [conflict] * 6)) == 64
    with pytest.raises(TooManyWorldsError, match="128"):
        worlds([], [conflict] * 7)


def test_no_conflicts_leave_one_world():
    """The base alone."""
    (world,) = worlds([bound("a", "b", 0, "s1")], [])
    assert world.bounds == (bound("a", "b", 0, "s1"),)


@pytest.mark.parametrize("at_most", [2**31, -(2**31) - 1, 10**30])
def test_days_beyond_any_life_are_refused(at_most):
    """Sums stay exact; no bound is written as no bound."""
    with pytest.raises(NetworkError, match="out of range"):
        bound("a", "b", at_most, "s1")
