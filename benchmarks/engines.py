"""What a case costs by each engine, for one case, a hundred and a thousand, and whether both find the same.

A case here is the graph of a shipped patient with one to five seeded faults. Each run is a process of its own, so that
its peak memory is its own; the time is that of the validation alone, of CPU, first the first case (shapes read and
translated) and then the mean of the others. Run it in an environment with the package and its extra `[fast]`:
``python benchmarks/engines.py [CASES …]``; ``--compare CASES [FIRST SEED]`` prints every difference instead.
"""

import random
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time

from kg import cases, engines, files, validate

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "shapes"))
from faults import spoiled  # the tests' generator, found by the line above

SIZES = (1, 100, 1000)


def patients() -> list:
    """The graphs of the shipped patients."""
    read = cases.read(files.case_files())
    subjects = {case.subject for case in read if case.subject.startswith("patient/")}
    return [list(triples) for _, _, triples in validate.graphs(read, subjects)]


def run(name: str, count: int) -> None:
    """Print the milliseconds of the first case and of each other, the findings and the peak memory."""
    shipped, engine = patients(), engines.engine(name)
    first, others, found = 0.0, 0.0, 0
    for seed in range(count):
        case = spoiled(shipped[seed % len(shipped)], random.Random(seed))
        begin = process_time()
        found += len(validate.check(case, {}, engine))
        passed = process_time() - begin
        first, others = (passed, others) if seed == 0 else (first, others + passed)
    mean = f"{others / (count - 1) * 1e3:8.1f}" if count > 1 else "       -"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:8} {count:6} {first * 1e3:9.1f} {mean} {found:9} {memory:8.0f}", flush=True)


def compare(count: int, first: int) -> None:
    """Print every seed at which the engines differ."""
    shipped, different, total = patients(), 0, 0
    for seed in range(first, first + count):
        case = spoiled(shipped[seed % len(shipped)], random.Random(seed))
        reference, fast = (validate.check(case, {}, engine) for engine in engines.ENGINES.values())
        total += len(reference)
        if reference != fast:
            different += 1
            print(f"seed {seed}", *({str(f) for f in reference} ^ {str(f) for f in fast}), sep="\n  ")
    print(f"{count} cases, {total} findings, {different} cases with a difference")
    sys.exit(bool(different))


def main() -> None:
    """Print a line for each engine and size, or the differences."""
    match sys.argv[1:]:
        case ["--one", name, count]:
            run(name, int(count))
        case ["--compare", count, *first]:
            compare(int(count), int(first[0]) if first else 0)
        case sizes:
            print("engine    cases  first ms  ms/case  findings  peak MB", flush=True)
            for name in engines.ENGINES:
                for size in map(int, sizes or SIZES):
                    subprocess.run([sys.executable, __file__, "--one", name, str(size)], check=True)


if __name__ == "__main__":
    main()
