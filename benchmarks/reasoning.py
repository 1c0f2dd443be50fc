"""Seconds of processor time and peak memory to derive all memberships of generated cases, by engine and number of cases.

*Rules* are those compiled from the ontology, a case at a time, as `build` runs them; *rules with premises* also writes
each membership with its axioms and premises as triples. *HermiT* and *owlrl* get all cases in one ontology. Cases are
seeded; each measurement has a process of its own, and its memory includes what Python and the ontology take.

Run it in an environment with the package, its extra `[reasoner]`, and owlrl if it is to be measured:
``python benchmarks/reasoning.py [MOST CASES]``; 100 000 cases take a few minutes.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import process_time

from kg import files, reason
from kg.vocabulary import OWL

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "kg"))
from random_cases import generated  # the tests' generator, found by the line above

SIZES = {"rules": (1, 1_000, 100_000), "rules with premises": (1, 1_000), "HermiT": (1, 10), "owlrl": (1, 10)}


def by_rules(count: int) -> int:
    """Count the memberships; nothing is kept from case to case."""
    found = 0
    for seed in range(count):
        derived = reason.entail(generated(seed, faults=False))
        found += sum(len(names) for names in derived.types.values())
    return found


def with_premises(count: int) -> int:
    """Count the triples written."""
    found = 0
    for seed in range(count):
        subject = f"patient/random-{seed}-p1"
        found += sum(1 for _ in reason.derive(subject, generated(seed, faults=False)))
    return found


def by_hermit(count: int) -> int:
    """Count the memberships of what the cases name."""
    triples = [triple for seed in range(count) for triple in generated(seed, faults=False)]
    nodes = set(reason.entail(triples).types)
    superclasses = reason.consistent_and_satisfiable(files.ontology_files(), triples).superclasses
    return sum(len(superclasses.get(node, ())) for node in nodes)


def by_owlrl(count: int) -> int:
    """Count the memberships of what the cases name."""
    import owlrl
    import rdflib

    graph = rdflib.Graph()
    for path in files.ontology_files():
        graph.parse(path)
    triples = [triple for seed in range(count) for triple in generated(seed, faults=False)]
    graph.parse(data="\n".join(f"{triple} ." for triple in triples), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    nodes = set(reason.entail(triples).types)
    found = ((str(node), str(name)) for node, name in graph.subject_objects(rdflib.RDF.type))
    return sum(node in nodes and name.startswith("http") and not name.startswith(OWL) for node, name in found)


ENGINES: dict[str, Callable[[int], int]] = {
    "rules": by_rules,
    "rules with premises": with_premises,
    "HermiT": by_hermit,
    "owlrl": by_owlrl,
}


def measure(engine: str, count: int) -> None:
    """Print what this process finds and takes: memberships, processor seconds, those of making cases, peak MB."""
    reason.shipped_rules()
    begin = process_time()
    for seed in range(min(count, 1_000)):
        generated(seed, faults=False)
    making = (process_time() - begin) * max(1.0, count / 1_000)
    begin = process_time() + _children().ru_utime + _children().ru_stime
    found = ENGINES[engine](count)
    taken = process_time() + _children().ru_utime + _children().ru_stime - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + _children().ru_maxrss
    print(found, taken - making, peak // 1024)


def _children() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def main() -> None:
    """Print the table."""
    if len(sys.argv) == 3:
        measure(sys.argv[1], int(sys.argv[2]))
        return
    most = int(sys.argv[1]) if len(sys.argv) == 2 else max(SIZES["rules"])
    triples = sum(len(generated(seed, faults=False)) for seed in range(1_000)) / 1_000
    rules = reason.shipped_rules()
    print(f"{len(rules.axioms)} axioms; generated cases of {triples:.0f} triples on average")
    print("engine                 cases  CPU seconds  ms a case  peak MB  found")
    for engine, sizes in SIZES.items():
        if engine == "owlrl" and find_spec("owlrl") is None:
            print("owlrl is not installed")
            continue
        for count in (size for size in sizes if size <= most):
            command = [sys.executable, __file__, engine, str(count)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            found, seconds, peak = int(told[0]), max(0.0, float(told[1])), int(told[2])
            print(f"{engine:20} {count:7}  {seconds:11.3f}  {seconds / count * 1e3:9.2f}  {peak:7}  {found}")


if __name__ == "__main__":
    main()
