"""One statement before one passage: the parts that speak of its patient, and the words that tell of its things."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..statements import ABSENT, NOT_AVAILABLE, Said, Statement
from ..vocabulary import BASE, RDF_TYPE, Term, Terms
from .amounts import Counted, amounts, counted
from .normalise import normalise
from .owners import Part
from .wording import JUDGED, NUMERIC, Span, forms, local, mentions, names, phrase, wide_forms

Verdict = Literal["supported", "not found", "contradicted", "cannot tell"]
INFUSION = "(?:DLI|infusion|dose)"
# A remission by its rank: "first complete remission", "second CR".
_REMISSION = r"(?:(?:complete|hematologic|morphologic|cytogenetic|molecular) ){0,2}(?:remission|CRi?)"
TYPE = RDF_TYPE.value
_BARE = re.compile(r"[\d\s,.+-]+")
_GIVEN = ("agent", "regimen", "intervention")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at a text gives."""

    verdict: Verdict
    reason: str = ""


SUPPORTED = Outcome("supported")


def not_found(reason: str) -> Outcome:
    """The text does not have it."""
    return Outcome("not found", reason)


def contradicted(reason: str) -> Outcome:
    """The text says otherwise."""
    return Outcome("contradicted", reason)


def cannot_tell(reason: str) -> Outcome:
    """A person has to look; the reason says at what."""
    return Outcome("cannot tell", reason)


@dataclass(frozen=True, slots=True)
class Cell:
    """What gives a cell of a table its meaning: the head of its column, the first cell of its row, all heads."""

    header: str
    row: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """A statement, all that is said of its patient, and the passage (normalised) with the header of its column."""

    statement: Statement
    said: Said
    terms: Terms
    text: str
    parts: tuple[Part, ...]
    header: str
    references: dict[int, str]
    passage: str = ""  # Its id.
    cell: Cell | None = None  # Where it is one of a table.
    before: str = ""  # The sentence before, in the same section.

    @property
    def printed(self) -> str:
        """The words that the curator copied."""
        return self.statement.printed

    @property
    def is_bare(self) -> bool:
        """Whether the printed words are no more than the number that stands as the value: no curator copied them."""
        return _BARE.fullmatch(self.printed) is not None and self.statement.property.endswith(
            ("Number", "Count", "Date")
        )

    @cached_property
    def term(self) -> Term | None:
        """The value, where it is a term of the ontology."""
        return self.terms.by_iri.get(self.statement.value.value) if self.statement.values else None

    def iri(self, name: str) -> str:
        """Return the IRI of a name of our own."""
        return name if "://" in name else BASE + name

    @property
    def absent(self) -> bool:
        """Whether something is said not to be so."""
        return self.statement.polarity == ABSENT

    @property
    def no_data(self) -> bool:
        """Whether the source is said to have no data."""
        return self.statement.polarity == NOT_AVAILABLE

    def values_of(self, node: str, *properties: str) -> list[Statement]:
        """Return what is said to be so of a node, by property."""
        return [
            s
            for s in self.said.about(node)
            if s.property in properties and s.values and s.polarity not in (ABSENT, NOT_AVAILABLE)
        ]

    def number_of(self, node: str, name: str) -> int | None:
        """Return the number that a node bears as a cycle, a remission or an infusion."""
        return next((int(s.value.value) for s in self.values_of(node, name) if s.value.value.isdecimal()), None)

    def agents(self, node: str) -> list[re.Pattern[str]]:
        """Return the patterns that name what was given in an occurrent."""
        found = [self.terms.by_iri.get(s.value.value) for s in self.values_of(node, *_GIVEN)]
        given = [pattern for term in found if term for pattern in forms(term)]
        return given + [phrase(s.printed) for s in self.values_of(node, *_GIVEN) if self._fits(s)]

    def _fits(self, statement: Statement) -> bool:
        term = self.terms.by_iri.get(statement.value.value)
        return bool(statement.printed and term and names(self.terms, term, statement.printed))

    def patterns(self, node: str, *, wide: bool) -> list[re.Pattern[str]]:
        """Return the patterns that tell of an occurrent: its classes (`wide`: those above, too) and agents."""
        found: list[re.Pattern[str]] = []
        for statement in self.values_of(node, TYPE):
            term = self.terms.by_iri.get(statement.value.value)
            found += wide_forms(self.terms, statement.value.value) if wide else forms(term) if term else ()
            if wide and any(local(above) == "Treatment" for above in self.terms.superclasses(statement.value.value)):
                found += [phrase("therapy"), phrase("treatment")]
        found += [phrase(s.printed) for s in self.values_of(node, TYPE, "mrdStatus") if self._fits(s)]
        found += [phrase(s.printed) for s in self.values_of(node, TYPE) if s.printed and local(s.value.value) in JUDGED]
        for statement in self.values_of(node, "endpoint", "countedEvent"):  # What a group's result is of.
            term = self.terms.by_iri.get(statement.value.value)
            found += forms(term) if term and local(term.iri) not in NUMERIC else ()
        return found + self.agents(node)

    def tells_of(self, node: str, text: str, *, wide: bool = True) -> list[Span]:
        """Return where a text tells of an occurrent; of a cycle or a numbered remission, by its number only."""
        if (cycle := self.number_of(node, "cycleNumber")) is not None:
            return _cycles(text, cycle)
        if (remission := self.number_of(node, "remissionNumber")) is not None:
            if own := mentions(text, [re.compile(rf"\bCR ?{remission}\b")]):
                return own
            if ranked := remissions(text):
                return [(found.start, found.end) for found in ranked if remission in found.numbers]
            if re.search(r"\bCR ?\d\b", text):
                return []
        if (infusion := self.number_of(node, "infusionNumber")) is not None:
            ranked = [found for found in counted(text, INFUSION) if not found.total]
            if len({found.numbers for found in ranked}) > 1:
                return [(found.start, found.end) for found in ranked if infusion in found.numbers]
        return mentions(text, self.patterns(node, wide=False)) or (
            mentions(text, self.patterns(node, wide=True)) if wide else []
        )

    @property
    def subject(self) -> str:
        """The occurrent that the statement is about; of a marker finding, its examination."""
        about = self.statement.about
        return next(iter(self.said.skeleton.get(about, {}).get("findingOf", ())), about)

    @property
    def is_of_patient(self) -> bool:
        """Whether the statement is about the patient or a group as such."""
        return self.subject.count("/") < 2

    def prints(self, words: str) -> bool:
        """Whether the passage has these words, whole; of "6 and 11 months" also "6 months"."""
        if self.is_bare:  # The judge looks for the number, spelled in any way.
            return True
        pattern = phrase(normalise(words))
        if pattern.search(self.text) or (self.cell and any(map(pattern.search, (self.cell.header, self.cell.row)))):
            return True
        wanted, found = ([(a.number, a.upper, a.unit) for a in amounts(text)] for text in (words, self.text))
        return len(wanted) == 1 and bool(wanted[0][2]) and wanted[0] in found


def own_stretch(look: Look, text: str) -> str:
    """Return the stretch of a text from the words for an infusion's number ("second DLI") to those for another's."""
    number = look.number_of(look.subject, "infusionNumber")
    told = sorted(counted(text, INFUSION), key=lambda each: each.start)
    named = [each for each in told if not each.total]
    if number is None or len({each.numbers for each in named}) < 2:
        return text
    for nth, each in enumerate(named):
        if number in each.numbers:
            return text[each.start : named[nth + 1].start if nth + 1 < len(named) else None]
    return text


def remissions(text: str) -> list[Counted]:
    """Return where a text tells of remissions by an ordinal; "in CR 15 months" gives none a number."""
    told = [found for found in counted(text, _REMISSION) if not found.total]
    return [found for found in told if not re.match(_REMISSION, text[found.start :], re.IGNORECASE)]


def _cycles(text: str, number: int) -> list[Span]:
    """Return where a cycle is told; of "two cycles (cycles 1 and 2)", both parts tell of the second."""
    told = [found for found in counted(text, "cycle") if not found.more]
    totals = {max(found.numbers) for found in told if found.total}

    def tells(found: Counted) -> bool:
        explains = text[: found.start].endswith("(") and len(found.numbers) in totals
        return max(found.numbers) == number if found.total or explains else number in found.numbers

    return [(found.start, found.end) for found in told if tells(found)]


def node_name(node: str) -> str:
    """Return an occurrent's key: how a curator calls it."""
    return node.rpartition("/")[2]


def term_name(term: Term | None) -> str:
    """Return a term's label."""
    return term.label if term else "a term that the ontology does not have"
