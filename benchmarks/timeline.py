"""How many patients' networks are solved in a second, by the number of time points; on one core.

A patient here is a seeded history: events with a start and an end, half of them of known length, each some
days after an earlier one. *Closure* solves the network; *patterns* judges ten patterns of the questions' kind
over it, premises included. Growth is the exponent of the time between the last two sizes.

Run it in an environment where the package is installed: ``python benchmarks/timeline.py``.
"""

import math
import random
from collections.abc import Callable
from functools import partial
from time import perf_counter

from kg.network import AllOf, AnyOf, Atom, Bound, Network, Pattern, Reason, Verdict, judge

SIZES = (10, 50, 200)
PATIENTS = 10
PATTERNS = 10
SECONDS_EACH = 2.0
SEED = 2019


def history(points: int, rng: random.Random) -> list[Bound]:
    """Bounds that a hidden course of events satisfies, about three for each point."""
    events = points // 2
    starts = sorted(rng.randint(0, 40 * events) for _ in range(events))
    found = []
    for i, start in enumerate(starts):
        length, source = rng.randint(0, 60), f"s{i}"
        found += [Bound(f"{i}.start", f"{i}.end", 0, Reason("a start is not after its end"))]
        if rng.random() < 1 / 2:
            found += between(f"{i}.end", f"{i}.start", length, 3, source + ".length")
        if i:
            anchor = rng.choice([0, i - 1, rng.randrange(i)])
            found += between(f"{i}.start", f"{anchor}.start", start - starts[anchor], 15, source + ".offset")
            found += [Bound(f"{i - 1}.start", f"{i}.start", 0, Reason(source + ".order"))]
    return found


def between(later: str, earlier: str, days: int, slack: int, source: str) -> list[Bound]:
    """An offset known to within some days."""
    reason = Reason(source)
    return [Bound(later, earlier, days + slack, reason), Bound(earlier, later, slack - days, reason)]


def patterns(points: int, rng: random.Random) -> list[Pattern]:
    """Patterns like "N in force at or after the later of the first blinatumomab and the first DLI"."""
    found: list[Pattern] = []
    for _ in range(PATTERNS):
        agent, cell, state = rng.sample(range(points // 2), 3)
        both = AllOf(tuple(Atom(f"{one}.start", f"{state}.end", 0) for one in (agent, cell)))
        near = AllOf((Atom(f"{agent}.start", f"{cell}.start", 30), Atom(f"{cell}.start", f"{agent}.start", 30)))
        found.append(AnyOf((both, near)))
    return found


def solve(given: list[list[Bound]]) -> list[Network]:
    """The closures."""
    return [Network(bounds) for bounds in given]


def judge_all(solved: list[Network], asked: list[list[Pattern]]) -> list[Verdict]:
    """Each network's patterns."""
    return [judge([network], one) for network, some in zip(solved, asked, strict=True) for one in some]


def seconds(run: Callable[[], object]) -> float:
    """Mean time of one run, over about `SECONDS_EACH`."""
    count, begin = 0, perf_counter()
    while (passed := perf_counter() - begin) < SECONDS_EACH:
        run()
        count += 1
    return passed / count


def main() -> None:
    """Print the table."""
    rng = random.Random(SEED)
    print("points  bounds  closure ms  10 patterns ms  networks/s  verdicts")
    totals = []
    for size in SIZES:
        given = [history(size, rng) for _ in range(PATIENTS)]
        asked = [patterns(size, rng) for _ in given]
        solved = solve(given)
        closing = seconds(partial(solve, given)) / PATIENTS
        judging = seconds(partial(judge_all, solved, asked)) / PATIENTS
        verdicts = [verdict.certainty for verdict in judge_all(solved, asked)]
        counts = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in sorted(set(verdicts)))
        totals.append(closing + judging)
        print(
            f"{size:6}  {len(given[0]):6}  {closing * 1e3:10.2f}  {judging * 1e3:14.2f}"
            f"  {1 / totals[-1]:10.1f}  {counts}"
        )
    growth = math.log(totals[-1] / totals[-2]) / math.log(SIZES[-1] / SIZES[-2])
    print(f"growth from {SIZES[-2]} to {SIZES[-1]} points: time ~ points^{growth:.1f}")


if __name__ == "__main__":
    main()
