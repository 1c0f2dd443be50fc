"""Check shipped or own cases against texts of their papers: which text is which paper, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal

from . import assemble, cases, evidence, files
from .course import in_words
from .errors import EvidenceError, Place
from .evidence import Document, Finding, Summary, keeping
from .statements import Statement
from .tables import Cell, Table
from .vocabulary import BASE, terms

_NOWHERE = Place(Path(), 0, 0)


class Checker:
    """Case files and the texts of the papers that tell them."""

    verdicts = ("supported", "contradicted", "not found", "cannot tell")

    def __init__(self, case_folders: Iterable[Path], sources: Sequence[Path]) -> None:
        self.cases = cases.read(files.case_files(case_folders))
        self.records = evidence.read_records(self.cases)
        self.documents: dict[str, Document] = {}
        for source in sources:
            document = evidence.read_source(source)
            digests = frozenset(passage.digest for passage in document.passages)
            self.documents[evidence.publication_of(digests, self.records, source)] = document

    @cached_property
    def statements(self) -> dict[str, Statement]:
        """Every statement by its name."""
        return {s.iri: s for said in assemble.by_subject(self.cases).values() for s in said.statements}

    def statement(self, name: str) -> tuple[Statement, Document]:
        """Return a statement by its name, or by an end of it that only one has, and the text that tells it.

        Raises:
            EvidenceError: none or several are called so, or the text of its paper is not given.
        """
        wanted = name.removeprefix("statement/")
        found = [s for iri, s in self.statements.items() if f"/{iri}".endswith(f"/{wanted}")]
        if len(found) != 1:
            near = sorted(iri for iri in self.statements if wanted in iri)[:10]
            hint = f": {', '.join(near)}" if near else "; 'leukemia-kg show PATIENT' names what there is"
            raise EvidenceError(f"{len(found) or 'no'} statements are called '{name}'{hint}")
        publication = found[0].source.removeprefix("publication/")
        if publication not in self.documents:
            raise EvidenceError(f"'{name}' is told by {publication}, whose text is none of the sources given")
        return found[0], self.documents[publication]

    def summary(self) -> Summary:
        """Check every statement that one of the texts tells."""
        return evidence.summarise(self.cases, self.documents, terms())

    def table(self, summary: Summary) -> Table:
        """Return the statements that are not supported, with the reason and the place in the case file."""
        places = {iri: place for case in self.cases for iri, place in case.places.items()}
        open_ = [finding for finding in summary.findings if finding.verdict != "supported"]
        open_.sort(key=lambda finding: (places.get(BASE + finding.statement, _NOWHERE), finding.statement))
        rows = tuple(self._row(finding, places) for finding in open_)
        return Table(("place", "verdict", "says", "passage", "reason"), rows)

    def _row(self, finding: Finding, places: Mapping[str, Place]) -> tuple[Cell, ...]:
        statement = self.statements[finding.statement]
        place = places.get(BASE + finding.statement)
        says = f"{statement.about.split('/')[1]} {in_words(statement)}"
        return tuple(map(Literal, (str(place or ""), finding.verdict, says, finding.passage, finding.reason)))

    def record(self, summary: Summary) -> list[Path]:
        """Write the verdicts beside each publication's file, and return where."""
        written = []
        for case in self.cases:
            if case.subject.startswith("publication/") and case.told_by in self.documents:
                mine = [f for f in summary.findings if f.statement.split("/")[1] == case.told_by]
                path = case.path.parent / keeping.FILE_NAME
                keeping.write(mine, self.statements, path)
                written.append(path)
        return written
