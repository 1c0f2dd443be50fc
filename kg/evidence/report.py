"""What the command line shows of a paper: its index, a statement beside its passage, all findings; and their triples."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import Literal, Triple

from ..statements import Statement, named, read
from ..vocabulary import Terms, lkg
from .check import CHECK_VERSION, Finding, check
from .finding import Relocation
from .normalise import NORMALISATION_VERSION
from .passages import Document
from .record import Reading, Record


class Case(Protocol):
    """What is needed of a case file; a `kg.cases.CaseFile` is one."""

    @property
    def subject(self) -> str:
        """The node that it is of."""

    @property
    def told_by(self) -> str:
        """The publication that tells it."""

    @property
    def triples(self) -> tuple[Triple, ...]:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many statements have each verdict, and where a text differs from the edition cited."""

    findings: tuple[Finding, ...]
    moved: tuple[Relocation, ...]

    def count(self, verdict: str) -> int:
        """Return how many statements have a verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)

    @property
    def share_supported(self) -> float:
        """The share of statements that are supported; of none, 1."""
        return self.count("supported") / len(self.findings) if self.findings else 1.0


def index_yaml(document: Document) -> str:
    """Return the text's digest and its passages as lines of `publication.yaml`; no word of the paper is in them."""
    lines = [f'text: {{digest: "{document.digest}", normalisation: "{NORMALISATION_VERSION}"}}', "", "passages:"]
    lines += [f"  {p.id}: [{p.kind}, {p.start}-{p.end}, {p.digest}]" for p in document.passages]
    return "\n".join(lines) + "\n"


def show(statement: Statement, document: Document) -> str:
    """Return what a statement claims and, below it, each passage that it cites."""
    lines = [f"{key:>9}  {value}" for key, value in _claimed(statement) if value]
    for cited in statement.passages:
        name = cited.rpartition("/")[2]
        passage = document.get(name)
        where = f"{name}, {passage.kind}, {passage.start}-{passage.end}" if passage else name
        lines += ["", f"[{where}]", passage.text if passage else "(not in this text)"]
    return "\n".join(lines) + "\n"


def _claimed(statement: Statement) -> Iterator[tuple[str, str]]:
    values = ", ".join(value.value.rpartition("/")[2] for value in statement.values)
    amount = f"{statement.comparator} {values}{f'-{statement.upper}' if statement.upper else ''} {statement.unit}"
    yield "statement", statement.iri
    yield "about", statement.about
    yield "property", statement.property
    yield "value", " ".join(amount.split())
    yield (
        "counted",
        " ".join(filter(None, (statement.qualifier, "from", statement.anchor_point, statement.anchor)))
        if statement.anchor
        else "",
    )
    yield "polarity", statement.polarity + (", suspected" if statement.suspected else "")
    yield "printed", statement.printed


def read_records(cases: Iterable[Case]) -> dict[str, Record]:
    """Return what the publications' files record of their texts, by the publication's id."""
    found = (case for case in cases if case.subject.startswith("publication/"))
    return {case.told_by: Record.of(case.triples, case.told_by) for case in found}


def check_all(cases: Sequence[Case], documents: Mapping[str, Document], terms: Terms) -> tuple[Finding, ...]:
    """Check every statement that is told by a publication whose text is given.

    Args:
        cases: Case files that belong together, the publications' among them.
        documents: Texts by the id of their publication, such as `durer-2019`.
        terms: The ontology's terms.
    """
    records = read_records(cases)
    readings = {name: Reading(documents[name], record) for name, record in records.items() if name in documents}
    findings: dict[str, Finding] = {}
    for case in cases:
        if case.told_by in readings:
            said = read(case.triples, case.subject)
            for statement in said.statements:
                if statement.iri not in findings:  # A folder may hold a case in two forms; it is one all the same.
                    findings[statement.iri] = check(statement, readings[case.told_by], said, terms)
    return tuple(findings.values())


def moved(record: Record, document: Document) -> tuple[Relocation, ...]:
    """Say which recorded passages stand elsewhere, or no longer, in another edition of the text."""
    return tuple(move for move in Reading(document, record).moves.values() if move.status != "unchanged")


def summarise(cases: Sequence[Case], documents: Mapping[str, Document], terms: Terms) -> Summary:
    """Check every statement, and say what moved in texts of another edition than cited."""
    records = read_records(cases)
    both = [(record, documents[name]) for name, record in records.items() if name in documents]
    return Summary(check_all(cases, documents, terms), tuple(move for pair in both for move in moved(*pair)))


def triples(findings: Iterable[Finding]) -> Iterator[Triple]:
    """Yield what the store keeps of a check: verdict, reason and the version of the check, on each statement."""
    for finding in findings:
        statement = named(finding.statement)
        yield Triple(statement, lkg("evidenceVerdict"), Literal(finding.verdict))
        if finding.reason:
            yield Triple(statement, lkg("evidenceReason"), Literal(finding.reason))
        yield Triple(statement, lkg("checkVersion"), Literal(CHECK_VERSION))
