"""Which questions notice a statement? One statement at a time is removed, or its polarity flipped, and all are asked again.

Prints a statement that no question notices and a question that notices none: somebody should ask about the one, and look at
the other. Only the touched patient or group is solved again, and the questions are asked of it beside all groups.

    python benchmarks/notices.py [--flip] [--every N] [--jobs N] [PATIENT…]
"""

import argparse
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store, Triple

from kg import assemble, build, cases, files, patterns, questions, statements
from kg.catalogue import Question
from kg.statements import local, named
from kg.vocabulary import lkg

FLIPPED = {"Present": "Absent", "Absent": "Present", "NotAvailable": "Present"}
# A question that notices more than this share of the statements counts or lists them all; it does not use each.
COUNTS_ALL = 0.8
Answers = dict[str, frozenset[tuple[str, ...]]]


@dataclass(frozen=True)
class World:
    """What a mutation needs: the cases, what is the same in every one, and every question with its variants."""

    read: tuple[cases.CaseFile, ...]
    fixed: tuple[Quad, ...]
    declared: tuple[patterns.Declared, ...]
    credited: tuple[patterns.Credit, ...]
    asked: tuple[tuple[Question, dict[str, str]], ...]


def world() -> World:
    """Read the shipped cases and questions."""
    read = tuple(cases.read(files.case_files()))
    subjects = assemble.by_subject(read)
    publications = [said for subject, said in subjects.items() if subject.startswith("publication/")]
    declared = tuple(build.patterns_declared())
    fixed = [*assemble.ontology(files.ontology_files())]
    fixed += assemble.said([case for case in read if not case.subject.startswith("patient/")])
    for pattern in declared:
        fixed += [Quad(*triple, lkg("graph/patterns")) for triple in build.derived.pattern_triples(pattern)]
    credited = tuple(patterns.credits_of(publications, subjects))
    groups = [said for subject, said in subjects.items() if not subject.startswith(("patient/", "publication/"))]
    for said in groups:
        fixed += build.of_subject(said, declared, credited)
    asked = tuple((question, given) for question in questions.catalogue() for given in variants(question))
    return World(read, tuple(fixed), declared, credited, asked)


def variants(question: Question) -> Iterator[dict[str, str]]:
    """Yield every combination of the values of a question's parameters."""
    values = [parameter.values or (parameter.default,) for parameter in question.parameters]
    for chosen in itertools.product(*values):
        yield dict(zip([parameter.name for parameter in question.parameters], chosen, strict=True))


def quads_of(world: World, subject: str, said_graphs: Sequence[Quad]) -> frozenset[Quad]:
    """Return all quads of one patient or group, made from its said graphs."""
    said = statements.read([quad.triple for quad in said_graphs], subject)
    return frozenset([*said_graphs, *build.of_subject(said, world.declared, world.credited)])


def mutated(said_graphs: Sequence[Quad], statement: str, flip: bool) -> list[Quad]:
    """Return said graphs without a statement, or with its polarity flipped."""
    node = named(statement)
    if not flip:
        return [quad for quad in said_graphs if node not in (quad.subject, quad.object)]
    return [
        _flipped(quad) if quad.subject == node and quad.predicate == lkg("polarity") else quad for quad in said_graphs
    ]


def _flipped(quad: Quad) -> Quad:
    assert isinstance(quad.object, NamedNode)
    return Quad(quad.subject, quad.predicate, lkg(FLIPPED[local(quad.object.value)]), quad.graph_name)


def answers(world: World, store: Store) -> Answers:
    """Return the rows of every question, over its variants, with the variant before each."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for question, given in world.asked:
        rows = questions.ask(store, question, given).texts()
        found.setdefault(question.slug, set()).update((*given.values(), *row) for row in rows)
    return {slug: frozenset(rows) for slug, rows in found.items()}


def of_subject(world: World, subject: str, flip: bool, every: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each statement of a patient or group with the questions that notice its removal or flip."""
    own = [case for case in world.read if case.subject == subject]
    said_graphs = list(assemble.said(own))
    store = Store()
    store.extend(world.fixed)
    now = quads_of(world, subject, said_graphs)
    store.extend(now)
    before = answers(world, store)
    for statement in statements.read(
        [Triple(q.subject, q.predicate, q.object) for q in said_graphs], subject
    ).statements[::every]:
        try:
            changed = quads_of(world, subject, mutated(said_graphs, statement.iri, flip))
        except Exception as error:
            yield statement.iri, [f"cannot be built: {type(error).__name__}"]
            continue
        for quad in now - changed:
            store.remove(quad)
        store.extend(changed - now)
        now = changed
        after = answers(world, store)
        yield statement.iri, [slug for slug in before if before[slug] != after[slug]]


_WORLD: World | None = None


def _work(job: tuple[str, bool, int]) -> tuple[str, list[tuple[str, list[str]]], float]:
    global _WORLD  # noqa: PLW0603 - one world a process
    _WORLD = _WORLD or world()
    started = time.perf_counter()
    return job[0], list(of_subject(_WORLD, *job)), time.perf_counter() - started


def main() -> None:
    """Run the mutations and print what nobody notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", nargs="*")
    parser.add_argument("--flip", action="store_true", help="flip polarities instead of removing statements")
    parser.add_argument("--every", type=int, default=1, help="only every n-th statement")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    subjects = sorted({c.subject for c in cases.read(files.case_files()) if not c.subject.startswith("publication/")})
    chosen = [s for s in subjects if not options.patients or s.split("/", 1)[1] in options.patients]
    noticed: dict[str, list[str]] = {}
    jobs = [(subject, options.flip, options.every) for subject in chosen]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for subject, found, seconds in pool.imap_unordered(_work, jobs):
            noticed.update(found)
            print(f"{subject}: {len(found)} statements in {seconds:.0f} s", file=sys.stderr, flush=True)
    report(noticed, "flipped" if options.flip else "removed")


def report(noticed: dict[str, list[str]], done: str) -> None:
    """Print which statements and questions nobody uses; a question that notices nearly all only counts statements."""
    by_question = Counter({question.slug: 0 for question in questions.catalogue()})
    by_question.update(slug for slugs in noticed.values() for slug in slugs)
    counting = {slug for slug, count in by_question.items() if count > COUNTS_ALL * len(noticed)}
    unused = sorted(iri for iri, slugs in noticed.items() if not set(slugs) - counting)
    print(
        f"{len(noticed)} statements {done}; left out, because they notice nearly all: {', '.join(sorted(counting)) or 'none'}"
    )
    print(f"{len(unused)} noticed by no question:")
    for iri in unused:
        print(f"  {iri.removeprefix('statement/')}")
    print("noticed statements, by question:")
    for slug, count in sorted(by_question.items(), key=lambda one: one[1]):
        print(f"  {count:4d} {slug}")


if __name__ == "__main__":
    main()
