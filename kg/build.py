"""From case files to a store that answers: the steps in order. The first file to read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from . import (
    assemble,
    cases,
    classify,
    computed,
    derived,
    engines,
    files,
    findings,
    orders,
    patterns,
    projection,
    reason,
    store,
    timeline,
    validate,
)
from .catalogue import Question, checks, shacl
from .classify import graph, response
from .errors import KgError
from .evidence import keeping
from .statements import Said, named
from .validate import Finding
from .vocabulary import PROV, RDF_TYPE, lkg

Progress = Callable[[str], None]


class BuildError(KgError):
    """Cases break what every case must say; carries the findings."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, findings)))


@dataclass(frozen=True)
class Built:
    """What a build made: the store's folder and name, how many quads and patients, and findings to look at."""

    folder: Path
    name: str
    quads: int
    patients: int
    findings: tuple[Finding, ...]


def build(
    case_folders: Iterable[Path],
    store_folder: Path,
    progress: Progress = lambda _: None,
    engine: str = engines.REFERENCE,
) -> Built:
    """Read cases, solve, judge, validate, and switch the store to the result; on any error the old store stays."""
    case_folders = tuple(case_folders)
    name = input_digest(case_folders)
    stored = catalogue()
    progress("reading cases")
    read = cases.read(files.case_files(case_folders))
    progress("validating")
    found = validate.check_cases(read, engine=engines.engine(engine))
    if violations := validate.violations(found):
        raise BuildError(violations)
    quads = list(dataset(read, progress))
    quads += _evidence(read, case_folders, quads)
    quads += _provenance(name)
    progress("writing the store")
    store.write(quads, store_folder, name, lambda made: checks.check_choices(stored, files.QUERIES, made))
    patients = len({case.subject for case in read if case.subject.startswith("patient/")})
    return Built(store_folder, name, len(quads), patients, tuple(found))


def dataset(read: Sequence[cases.CaseFile], progress: Progress = lambda _: None) -> Iterator[Quad]:
    """Yield every quad that follows from the cases: ontology, said, and for each patient what is made of it."""
    yield from assemble.ontology(files.ontology_files())
    yield from assemble.mapped()
    yield from assemble.said(read)
    yield from _quads(shacl.triples(catalogue()), shacl.GRAPH)
    declared = patterns_declared()
    for pattern in declared:
        yield from _quads(derived.pattern_triples(pattern), lkg("graph/patterns"))
    subjects = assemble.by_subject(read)
    publications = [said for subject, said in subjects.items() if subject.startswith("publication/")]
    credited = patterns.credits_of(publications, subjects)
    papers = [triple for case in read if case.subject.startswith("publication/") for triple in case.triples]
    for subject, said in subjects.items():
        if not subject.startswith("publication/"):
            progress(f"solving {subject.split('/', 1)[1]}")
            yield from of_subject(said, declared, credited)
        if subject.startswith("patient/"):
            score = Literal(round(100 * findings.care(said, papers).score))
            yield Quad(named(subject), lkg("careScore"), score, assemble.graph("derived", subject))


def of_subject(
    said: Said, declared: Sequence[patterns.Declared], credited: Sequence[patterns.Credit]
) -> Iterator[Quad]:
    """Yield what is made of one patient or group: its projection and, of a patient, all that is solved and judged."""
    subject = said.subject
    projected = projection.project(said)
    yield from _quads(projected.certain, assemble.graph("projection", subject))
    yield from _quads(projected.possible, assemble.graph("possible", subject))
    yield from _quads(projection.standings(said), assemble.graph("derived", subject))
    if not subject.startswith("patient/"):
        return
    solved = timeline.solve(said)
    yield from _quads(computed.triples(said), assemble.graph("derived", subject))
    classified = (graph.triples(subject, result) for result in classify.classify_patient(said))
    rules = graph.rule_triples(subject, response.assess(solved))
    for found in (*classified, rules):
        yield from _quads(found, assemble.graph("derived", subject))
    ordered = tuple(orders.transplant_orders(solved))
    yield from _quads((*derived.timeline_triples(solved), *ordered), assemble.graph("timeline", subject))
    yield from reason.derive(subject, (*projected.certain, *ordered), reason.sources(said))
    for pattern in declared:
        for outcome in patterns.outcomes(pattern, solved, credited):
            yield from _quads(derived.outcome_triples(subject, outcome), assemble.graph("derived", subject))


def catalogue() -> list[Question]:
    """Return the stored questions, each found sound.

    Raises:
        MalformedQuestionError: one is not; names every fault by file and line.
    """
    return checks.check(sorted(files.QUERIES.glob("*.rq")), patterns_declared())


def patterns_declared() -> list[patterns.Declared]:
    """Return the temporal patterns declared beside the questions."""
    return [patterns.load(path) for path in sorted(files.QUERIES.glob("*.yaml"))]


def _quads(triples: Iterable[Triple], graph: NamedNode) -> Iterator[Quad]:
    return (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


def input_digest(case_folders: Iterable[Path]) -> str:
    """Return the name of the store that the present inputs make: cases, ontology, shapes, queries and code."""
    folders = (files.ONTOLOGY, files.SHAPES, files.QUERIES)
    shipped = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    cases_and_checks = [*files.case_files(case_folders), *files.evidence_files(case_folders)]
    return files.digest([*shipped, *cases_and_checks, *files.code_files()])[:32]


def _evidence(read: Sequence[cases.CaseFile], case_folders: Iterable[Path], quads: Sequence[Quad]) -> Iterator[Quad]:
    """Yield what checks against the papers found, of statements that have not changed since and of what follows from them."""
    said = {s.iri: s for found in assemble.by_subject(read).values() for s in found.statements}
    for path in files.evidence_files(case_folders):
        found = list(keeping.read(path, said))
        graph_of_check = lkg(f"graph/evidence/{path.parent.name}")
        yield from _quads(found, graph_of_check)
        yield from _quads(keeping.of_derived(quads, found), graph_of_check)


def _provenance(name: str) -> Iterator[Quad]:
    graph, activity = lkg("graph/build"), lkg(f"build/{name}")
    try:
        code = version("leukemia-kg")
    except PackageNotFoundError:  # run from a checkout that was not installed
        code = "unknown"
    yield Quad(activity, RDF_TYPE, NamedNode(PROV + "Activity"), graph)
    yield Quad(activity, lkg("digest"), Literal(f"sha256:{name}"), graph)
    yield Quad(activity, lkg("codeVersion"), Literal(code), graph)
