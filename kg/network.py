"""Simple temporal networks of days: solve them, explain them, judge patterns over them.

A network is a set of bounds ``later - earlier <= at_most`` between named points. Its closure by shortest
paths holds the tightest bound of every pair. Days are whole numbers throughout: a consistent network with
integer bounds has an integer solution (shortest distances are sums of integers), each tightest bound is
attained by one, and ``not (x - y <= d)`` is exactly ``y - x <= -d - 1``. Nothing is lost to rounding.

>>> printed = Reason("case.s10", "3 months is [75, 124) days")
>>> network = Network([Bound("relapse", "hct", 123, printed), Bound("hct", "relapse", -75, printed)])
>>> network.span("relapse", relative_to="hct")
(75, 123)
>>> judge([network], Atom("hct", "relapse", 0)).certainty
<Certainty.CERTAIN: 'certain'>

A point that a network does not name is free: every day is open to it.

Source: Dechter, Meiri, Pearl (1991), Temporal constraint networks, doi:10.1016/0004-3702(91)90006-6.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .errors import NetworkError, PatternError, TooManyWorldsError

# Most branches of a pattern in disjunctive normal form. Source: model.md, "Temporal patterns".
BRANCH_LIMIT = 64
# Most conflict worlds that are solved one by one. Source: model.md, "Temporal patterns".
WORLD_LIMIT = 64
# Most nodes searched for a counterexample in one world. Random patterns of 64 branches took at most 30 ms.
SEARCH_LIMIT = 4096
# A bound is at least minus this and less than this: beyond any life, and no sum comes near _UNBOUNDED.
_DAY_LIMIT = 2**31
# No bound. Two still fit an int64. It drifts when bounds are added to it, so what exceeds its half is none.
_UNBOUNDED = 2**60

_Matrix: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, order=True, slots=True)
class Reason:
    """Why a bound holds.

    Attributes:
        source: IRI of a statement, or the name of an axiom. One source may give several bounds.
        rule: How the source gives this bound.
    """

    source: str
    rule: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Bound:
    """A given constraint: ``later - earlier <= at_most`` days, for a reason."""

    later: str
    earlier: str
    at_most: int
    reason: Reason

    def __post_init__(self) -> None:
        """Keep sums within an int64."""
        _check_days(self.at_most)


@dataclass(frozen=True, order=True, slots=True)
class Atom:
    """A constraint asked about: ``later - earlier <= at_most`` days."""

    later: str
    earlier: str
    at_most: int

    def __post_init__(self) -> None:
        """Keep sums within an int64."""
        _check_days(self.at_most)

    def negated(self) -> "Atom":
        """The opposite constraint, exact for whole days."""
        return Atom(self.earlier, self.later, -self.at_most - 1)

    def because(self, reason: Reason) -> Bound:
        """The constraint as a bound."""
        return Bound(self.later, self.earlier, self.at_most, reason)


@dataclass(frozen=True, slots=True)
class AllOf:
    """A pattern that holds where all its parts hold; always, if there are none."""

    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A pattern that holds where some part holds; never, if there are none."""

    parts: tuple["Pattern", ...]


_SUPPOSED = Reason("supposed", "to judge a pattern")

Constraint: TypeAlias = Bound | Atom
Pattern: TypeAlias = Atom | AllOf | AnyOf
Branch: TypeAlias = tuple[Atom, ...]


class Certainty(StrEnum):
    """In how many solutions of how many worlds a pattern holds: all, some, none; or there is no world."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure a pattern is, and why.

    Attributes:
        certainty: The judgement over all worlds.
        premises: Bounds that force it, empty if `POSSIBLE`. Leaving out any one source no longer forces it.
        undecided: If `POSSIBLE`, the atoms that would decide: neither entailed nor excluded by all worlds,
            from the branches that are still open.
        cut_short: The search reached its limit, so `POSSIBLE` may be `CERTAIN`.
    """

    certainty: Certainty
    premises: tuple[Bound, ...] = ()
    undecided: tuple[Atom, ...] = ()
    cut_short: bool = False


class Network:
    """A solved simple temporal network; a value, equal input in any order gives equal answers."""

    def __init__(self, bounds: Iterable[Bound] = ()) -> None:
        """Solve a network, in O(points³).

        Args:
            bounds: The constraints; order and repetition do not matter.
        """
        self._given = tuple(bounds)
        names = sorted({point for bound in self._given for point in (bound.later, bound.earlier)})
        self._index = {name: i for i, name in enumerate(names)}
        self._closed = _closure(len(names), *self._columns(self._given))

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The given bounds, sorted, each once."""
        return tuple(sorted(set(self._given)))

    @property
    def points(self) -> tuple[str, ...]:
        """The points that the bounds name, sorted."""
        return tuple(sorted(self._index))

    @property
    def consistent(self) -> bool:
        """Whether some assignment of days satisfies all bounds."""
        return self._closed is not None

    def span(self, point: str, relative_to: str) -> tuple[int | None, int | None]:
        """The fewest and the most days from one point to another, None where nothing bounds them.

        Raises:
            NetworkError: The network has no solution.
        """
        least = self._longest(relative_to, point)
        return (None if least is None else -least), self._longest(point, relative_to)

    def entails(self, constraint: Constraint) -> bool:
        """Whether a constraint holds in every solution; an inconsistent network entails anything."""
        if not self.consistent:
            return True
        longest = self._longest(constraint.later, constraint.earlier)
        return longest is not None and longest <= constraint.at_most

    def allows(self, constraint: Constraint) -> bool:
        """Whether a constraint holds in some solution; an inconsistent network allows nothing."""
        if not self.consistent:
            return False
        opposite = self._longest(constraint.earlier, constraint.later)
        return opposite is None or opposite + constraint.at_most >= 0

    def adding(self, bounds: Iterable[Bound]) -> Self:
        """The network with more bounds, in O(points²) for each."""
        more = tuple(bounds)
        other = object.__new__(type(self))
        other._given = self._given + more
        new = sorted({point for bound in more for point in (bound.later, bound.earlier)} - self._index.keys())
        other._index = self._index | {name: i for i, name in enumerate(new, start=len(self._index))}
        closed = None if self._closed is None else _enlarged(self._closed, len(new))
        for later, earlier, days in zip(*other._columns(more), strict=True):
            closed = None if closed is None else _with_bound(closed, later, earlier, days)
        other._closed = closed
        return other

    def narrowed(self, points: Iterable[str]) -> "Network":
        """The network of the tightest bounds between some points, which allows them exactly the same days.

        Each bound has a source of its own, ``later - earlier``; `explain` resolves it to given bounds.
        """
        inside = sorted(set(points) & self._index.keys())
        pairs = [(p, q) for p in inside for q in inside if p != q]
        tightest = [(p, q, self._longest(p, q)) for p, q in pairs]
        return Network(Bound(p, q, d, Reason(f"{p} - {q}", "tightest")) for p, q, d in tightest if d is not None)

    def contradiction(self) -> tuple[Bound, ...]:
        """Bounds that cannot all hold, one after the other round a negative cycle; none if consistent.

        Irreducible as a set of sources: without any one of them, all that the others say is consistent.
        The search starts from a negative cycle of the fewest bounds.
        """
        if self.consistent:
            return ()
        said = _said_by(self._cycle(), self.bounds)
        needed = _irreducible(said, _source, lambda bounds: not Network(bounds).consistent)
        return tuple(Network(needed)._cycle())

    def explain(self, later: str, earlier: str) -> tuple[Bound, ...]:
        """The given bounds that add up to the tightest bound of ``later - earlier``, chained from `later`.

        Irreducible as a set of sources, starting from a shortest path of the fewest bounds. Empty where
        nothing bounds the pair.

        Raises:
            NetworkError: The network has no solution.
        """
        longest = self._longest(later, earlier)
        if longest is None:
            return ()
        tightest = Atom(later, earlier, longest)
        said = _said_by(self._path(later, earlier), self.bounds)
        needed = _irreducible(said, _source, lambda bounds: Network(bounds).entails(tightest))
        return tuple(Network(needed)._path(later, earlier))

    def _cycle(self) -> list[Bound]:
        """A negative cycle of the fewest bounds, from its first point; there must be one."""
        return self._fewest([(self._index[point], self._index[point]) for point in self.points], at_most=-1)

    def _path(self, later: str, earlier: str) -> list[Bound]:
        """A shortest path of the fewest bounds; empty if there is none or no step is needed."""
        longest = self._longest(later, earlier)
        if longest is None or later == earlier:
            return []
        return self._fewest([(self._index[later], self._index[earlier])], at_most=longest)

    def _longest(self, later: str, earlier: str) -> int | None:
        """The tightest bound of ``later - earlier``."""
        if self._closed is None:
            message = "the network has no solution; ask for its contradiction() instead"
            raise NetworkError(message)
        if later == earlier:
            return 0
        row, column = self._index.get(later), self._index.get(earlier)
        if row is None or column is None:
            return None
        days = int(self._closed[row, column])
        return None if days > _UNBOUNDED // 2 else days

    def _columns(self, bounds: Sequence[Bound]) -> tuple[_Matrix, _Matrix, _Matrix]:
        """Bounds as columns: index of later, index of earlier, days."""
        rows = [(self._index[b.later], self._index[b.earlier], b.at_most) for b in bounds]
        later, earlier, days = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return later, earlier, days

    def _fewest(self, pairs: Sequence[tuple[int, int]], at_most: int) -> list[Bound]:
        """The fewest bounds in a chain, from the first to the second of some pair, that add up to `at_most`.

        Bellman-Ford by number of bounds, for all pairs at once. There must be such a chain.
        """
        later, earlier, days = self._columns(self.bounds)
        order = np.argsort(earlier, kind="stable")
        later, days = later[order], days[order]
        targets, starts = np.unique(earlier[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        first, last = np.array(pairs).T
        rows = np.arange(len(pairs))
        layers = [np.full((len(pairs), len(self._index)), _UNBOUNDED)]
        layers[0][rows, first] = 0
        while True:
            layer = np.full_like(layers[0], _UNBOUNDED)
            layer[:, targets] = np.minimum.reduceat(layers[-1][:, later] + days, starts, axis=1)
            layers.append(layer)
            found = np.flatnonzero(layer[rows, last] <= at_most)
            if len(found):
                break
        row, point = found[0], last[found[0]]
        chain = []
        for before, after in zip(layers[-2::-1], layers[:0:-1], strict=True):
            target = np.searchsorted(targets, point)
            into = np.arange(starts[target], ends[target])
            step = into[np.argmax(before[row, later[into]] + days[into] == after[row, point])]
            chain.append(self.bounds[order[step]])
            point = later[step]
        return chain[::-1]


def worlds(bounds: Iterable[Bound], conflicts: Sequence[Sequence[Iterable[Bound]]]) -> tuple[Network, ...]:
    """Solve one network for each way to settle the conflicts.

    Args:
        bounds: What holds in every world.
        conflicts: The conflicts without a preference, each with its alternatives: the bounds of either side.

    Raises:
        TooManyWorldsError: More than `WORLD_LIMIT` worlds; the patient is then answered as possible.
    """
    count = math.prod(len(alternatives) for alternatives in conflicts)
    if count > WORLD_LIMIT:
        message = f"{len(conflicts)} conflicts leave {count} worlds, more than {WORLD_LIMIT}; prefer a statement"
        raise TooManyWorldsError(message)
    found = [Network(bounds)]
    for alternatives in conflicts:
        choices = [tuple(alternative) for alternative in alternatives]
        found = [world.adding(choice) for world in found for choice in choices]
    return tuple(found)


def branches(pattern: Pattern) -> tuple[Branch, ...]:
    """The disjunctive normal form of a pattern: it holds where all atoms of some branch hold.

    Raises:
        PatternError: More than `BRANCH_LIMIT` branches.
    """
    return tuple(sorted(tuple(sorted(branch)) for branch in _branches(pattern)))


def judge(networks: Sequence[Network], pattern: Pattern) -> Verdict:
    """Judge a pattern as a whole over all worlds: certain, possible or impossible.

    It is certain if its negation is inconsistent with every world, impossible if the pattern itself is. A
    world that is inconsistent is ignored, except that what rules it out is named among the premises.

    Args:
        networks: The conflict worlds; one network if there are no conflicts.
        pattern: What is asked.

    Raises:
        PatternError: More than `BRANCH_LIMIT` branches.
    """
    either = branches(pattern)
    points = {point for branch in either for atom in branch for point in (atom.later, atom.earlier)}
    open_worlds = [network.narrowed(points) for network in networks if network.consistent]
    if not open_worlds:
        return Verdict(Certainty.CONTRADICTORY, _premises(networks, points, lambda world: not world.consistent))

    def excluded(world: Network) -> bool:
        return not any(_supposing(world, branch).consistent for branch in either)

    if all(excluded(world) for world in open_worlds):
        return Verdict(Certainty.IMPOSSIBLE, _premises(networks, points, excluded))

    opposite = [tuple(atom.negated() for atom in branch) for branch in either]
    escapes = [_satisfiable(world, opposite) for world in open_worlds]
    if all(escape is False for escape in escapes):
        forced = _premises(networks, points, lambda world: _satisfiable(world, opposite) is False)
        return Verdict(Certainty.CERTAIN, forced)
    return Verdict(
        Certainty.POSSIBLE,
        undecided=_undecided(open_worlds, either),
        cut_short=True not in escapes,
    )


def _undecided(open_worlds: Sequence[Network], either: Iterable[Branch]) -> tuple[Atom, ...]:
    """The atoms of open branches, so not excluded by all worlds, that not all worlds entail."""
    still_open = [b for b in either if any(_supposing(world, b).consistent for world in open_worlds)]
    return tuple(
        atom
        for atom in sorted({atom for branch in still_open for atom in branch})
        if not all(world.entails(atom) for world in open_worlds)
    )


def _satisfiable(network: Network, clauses: Sequence[Branch]) -> bool | None:
    """Whether some solution satisfies an atom of each clause; None if `SEARCH_LIMIT` nodes do not tell.

    Depth first, the clause with the fewest allowed atoms next. The search for an atom supposes that those
    before it in the clause are false: they have been searched.
    """
    stack = [(network, clauses)]
    nodes = 0
    while stack:
        if nodes == SEARCH_LIMIT:
            return None
        nodes += 1
        supposed, waiting = stack.pop()
        left = [
            tuple(atom for atom in clause if supposed.allows(atom))
            for clause in waiting
            if not any(supposed.entails(atom) for atom in clause)
        ]
        if not left and supposed.consistent:
            return True
        if left:
            chosen = min(range(len(left)), key=lambda i: len(left[i]))
            atoms, rest = left[chosen], left[:chosen] + left[chosen + 1 :]
            tries = [(atom, *(false.negated() for false in atoms[:i])) for i, atom in enumerate(atoms)]
            stack += [(_supposing(supposed, together), rest) for together in reversed(tries)]
    return False


def _supposing(network: Network, atoms: Iterable[Atom]) -> Network:
    return network.adding(atom.because(_SUPPOSED) for atom in atoms)


def _premises(
    networks: Sequence[Network], points: Iterable[str], decided: Callable[[Network], bool]
) -> tuple[Bound, ...]:
    """Bounds that decide in every world, irreducible as a set of sources, then as a set of bounds.

    To stay cheap in large networks, each filter starts from the little that a decision was seen to use.
    """
    used = [bound for network in networks for bound in _used(network, points, decided)]
    said = [_said_by(used, network.bounds) for network in networks]

    def restricted(bounds: Iterable[Bound]) -> Iterator[Network]:
        kept = set(bounds)
        return (Network(bound for bound in world if bound in kept) for world in said)

    def enough(bounds: Iterable[Bound]) -> bool:
        return all(decided(world) for world in restricted(bounds))

    needed = _irreducible((bound for world in said for bound in world), _source, enough)
    used = [bound for world in restricted(needed) for bound in _used(world, points, decided)]
    return tuple(_irreducible(used, lambda bound: bound, enough))


def _used(network: Network, points: Iterable[str], decided: Callable[[Network], bool]) -> list[Bound]:
    """Bounds of a world that decide in it: of a contradiction, or of tightest bounds between the points."""
    if not network.consistent:
        return network._cycle()
    tightest = network.narrowed(points).bounds
    needed = _irreducible(tightest, _source, lambda bounds: decided(Network(bounds)))
    return [given for bound in needed for given in network._path(bound.later, bound.earlier)]


def _irreducible(
    bounds: Iterable[Bound], key: Callable[[Bound], Any], enough: Callable[[Sequence[Bound]], bool]
) -> list[Bound]:
    """Leave out every group of bounds that is not needed, in sorted order.

    Args:
        bounds: Bounds that are enough.
        key: What bounds of one group have in common.
        enough: A test that stays true when bounds are added.
    """
    kept = sorted(set(bounds))
    for group in sorted({key(bound) for bound in kept}):
        rest = [bound for bound in kept if key(bound) != group]
        if enough(rest):
            kept = rest
    return kept


def _source(bound: Bound) -> str:
    return bound.reason.source


def _said_by(some: Iterable[Bound], bounds: Iterable[Bound]) -> list[Bound]:
    """All of the bounds that have the source of some."""
    sources = {bound.reason.source for bound in some}
    return [bound for bound in bounds if bound.reason.source in sources]


def _branches(pattern: Pattern) -> set[frozenset[Atom]]:
    match pattern:
        case Atom():
            return {frozenset({pattern})}
        case AnyOf(parts):
            return _within_limit({branch for part in parts for branch in _branches(part)})
        case AllOf(parts):
            found: set[frozenset[Atom]] = {frozenset()}
            for part in parts:
                more = _branches(part)
                found = _within_limit({one | other for one in found for other in more})
            return found


def _within_limit(found: set[frozenset[Atom]]) -> set[frozenset[Atom]]:
    if len(found) > BRANCH_LIMIT:
        message = f"the pattern has more than {BRANCH_LIMIT} branches; split the question"
        raise PatternError(message)
    return found


def _check_days(days: int) -> None:
    if not -_DAY_LIMIT <= days < _DAY_LIMIT:
        message = f"{days} days is out of range; where nothing bounds two points, give no bound"
        raise NetworkError(message)


def _closure(size: int, later: _Matrix, earlier: _Matrix, days: _Matrix) -> _Matrix | None:
    """Floyd-Warshall in place; None if there is a negative cycle.

    A cycle shows on the diagonal when the last of its points comes up, before its sums can grow and overflow.
    """
    closed = np.full((size, size), _UNBOUNDED)
    np.fill_diagonal(closed, 0)
    np.minimum.at(closed, (later, earlier), days)
    through = np.empty_like(closed)
    for k in range(size):
        if closed[k, k] < 0:
            return None
        np.add(closed[:, k, None], closed[k], out=through)
        np.minimum(closed, through, out=closed)
    return closed


def _enlarged(closed: _Matrix, count: int) -> _Matrix:
    """The closure with more points, that nothing bounds yet."""
    if not count:
        return closed
    size = len(closed)
    larger = np.full((size + count, size + count), _UNBOUNDED)
    np.fill_diagonal(larger, 0)
    larger[:size, :size] = closed
    return larger


def _with_bound(closed: _Matrix, later: np.int64, earlier: np.int64, days: np.int64) -> _Matrix | None:
    """The closure under one more bound: each shortest path uses it once or not at all."""
    if closed[earlier, later] + days < 0:
        return None
    if closed[later, earlier] <= days:
        return closed
    through: _Matrix = closed[:, later, None] + days + closed[earlier]
    return np.minimum(closed, through, out=through)
