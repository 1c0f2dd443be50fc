"""Do the compiled rules and HermiT find the same on many random cases, faults included? About a second a case.

Each case is judged by both. Cases without a contradiction are put to HermiT some at a time, as one ontology, and every
class of every node is compared; a case in which the rules find a contradiction has a run of its own, in which HermiT
must find one, too. Run it in an environment with the package and its extra `[reasoner]`:
``python benchmarks/differential.py [CASES] [FIRST SEED]``. The exit code is 1 if the two disagree anywhere.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter

from kg import reason
from kg.horn import NAMELESS

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "kg"))
from random_cases import generated  # the tests' generator, found by the line above

CASES, FIRST_SEED, TOGETHER, PROCESSES = 400, 100_000, 15, 2


def judged(seeds: list[int]) -> list[str]:
    """Return where the two disagree on the cases of some seeds, together."""
    verdict = reason.check_dl(triple for seed in seeds for triple in generated(seed))
    return [f"seeds {seeds}: {told}" for told in verdict.disagreements]


def main() -> None:
    """Print the count of cases, memberships and contradictions compared, and each disagreement."""
    given = [int(text) for text in sys.argv[1:]]
    count, first = [*given, *(CASES, FIRST_SEED)[len(given) :]]
    begin = perf_counter()
    found = {seed: reason.entail(generated(seed)) for seed in range(first, first + count)}
    fast = perf_counter() - begin
    faulty = [seed for seed, one in found.items() if one.inconsistencies]
    sound = [seed for seed, one in found.items() if not one.inconsistencies]
    memberships = sum(
        not name.startswith(NAMELESS) for seed in sound for names in found[seed].types.values() for name in names
    )
    runs = [[seed] for seed in faulty] + [sound[n : n + TOGETHER] for n in range(0, len(sound), TOGETHER)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        disagreements = [told for some in pool.map(judged, runs) for told in some]
    print(f"{count} cases: {len(sound)} consistent with {memberships} memberships, {len(faulty)} contradictory")
    print(f"rules {fast:.1f} s, HermiT {perf_counter() - begin - fast:.0f} s in {len(runs)} runs")
    print(f"disagreements: {len(disagreements)}", *disagreements, sep="\n")
    sys.exit(bool(disagreements))


if __name__ == "__main__":
    main()
