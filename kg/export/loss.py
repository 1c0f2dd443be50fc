"""What a format cannot say about a patient, statement by statement: the same account for every format.

A format's writer tells a `Ledger` where each statement stands in what it writes (`keep`) and what of it found no place
(`lack`). The ledger's report then accounts for every statement of the patient: one that stands nowhere is lost, one that
stands somewhere and lacks something is kept in part, and one of which the writer said nothing is lost for a reason that
is read from the statement itself. So no writer can forget one.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..course import TIMES, in_words
from ..statements import ABSENT, NOT_AVAILABLE, Said, Statement
from ..vocabulary import BASE, RDF_TYPE

Fate = Literal["kept", "kept in part", "lost"]
FATES: tuple[Fate, ...] = ("kept", "kept in part", "lost")
SCHEMA = Path(__file__).with_name("loss.schema.json")

# Why something of a statement is not in the output. A report uses no other; the schema lists the same (a test compares).
REASONS = {
    "no place": "the format has no place for it",
    "own code": "coded by this project's vocabulary only: no other vocabulary has an exact term for it",
    "no code": "the format wants a code of a vocabulary that has no exact term for it",
    "wider": "said of a wider class or of the whole, not of the particular thing",
    "suspected": "the source only suspects it, and the format can only state it as a fact",
    "other side": "another statement is preferred to it; the format cannot show both sides of a conflict",
    "open conflict": "sources disagree, none is preferred, and the format can only state one of them as a fact",
    "disputed": "it is told, but not that another statement disagrees",
    "denied": "it says that something was not so, and the format cannot deny this",
    "scope": "it is denied only within a treatment or period; the format would deny it of the patient",
    "not available": "it says that the source has no data, and the format cannot tell this from silence",
    "order": "it tells only what came before, during or after what",
    "anchor": "it counts from another event, and the format wants a date or the patient's age",
    "precision": "the format wants it more precise than the source tells it",
    "comparator": "it is a bound, a range or an approximation, and the format wants one number",
    "needs more": "the format wants it only together with something that the source does not tell",
}
# How the statements of a patient are grouped where formats are compared.
GROUPS = {
    "what happened": "that something of a kind happened or held",
    "when": "dates, offsets and orders",
    "how much": "numbers and quantities",
    "other details": "every other property",
    "denied": "what is stated to be absent or not available",
    "doubted": "what is suspected, or disputed by another statement",
}


@dataclass(frozen=True, order=True)
class Lack:
    """Something of a statement that is not in the output: one of `REASONS`, and what it is in words (may be empty)."""

    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail or REASONS[self.reason]}"


@dataclass(frozen=True)
class Entry:
    """What became of one statement; `places` are JSON pointers or other places in the output, `file#place`."""

    statement: Statement
    group: str
    places: tuple[str, ...]
    lacks: tuple[Lack, ...]

    @property
    def fate(self) -> Fate:
        """Whether it is kept, kept in part or lost."""
        return "lost" if not self.places else "kept in part" if self.lacks else "kept"


@dataclass(frozen=True)
class Report:
    """The account of one patient in one format; `leaves_out` is what the format keeps of no statement at all."""

    form: str
    subject: str
    files: tuple[str, ...]
    leaves_out: tuple[str, ...]
    entries: tuple[Entry, ...]

    def count(self, fate: Fate) -> int:
        """Return how many statements have a fate."""
        return sum(entry.fate == fate for entry in self.entries)

    @property
    def lossless(self) -> bool:
        """Whether every statement is kept whole."""
        return self.count("kept") == len(self.entries)

    def reasons(self) -> dict[str, int]:
        """Return how many statements lack something, by reason, the most frequent first."""
        found = Counter(reason for entry in self.entries for reason in {lack.reason for lack in entry.lacks})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def json(self) -> bytes:
        """Return the report as `loss.schema.json` describes it, the same bytes for the same report."""
        document: dict[str, object] = {
            "lossReport": 1,
            "format": self.form,
            "subject": BASE + self.subject,
            "files": list(self.files),
            "leavesOut": list(self.leaves_out),
            "summary": {
                "statements": len(self.entries),
                **{str(fate): self.count(fate) for fate in FATES},
                "reasons": self.reasons(),
            },
            "statements": [_record(entry) for entry in self.entries],
        }
        return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"

    def sentence(self) -> str:
        """Return the summary in one line."""
        name = self.subject.split("/", 1)[1]
        counts = ", ".join(f"{self.count(fate)} {fate}" for fate in FATES)
        why = ", ".join(f"{reason} {count}" for reason, count in self.reasons().items())
        return f"{name}: {len(self.entries)} statements: {counts}{f' ({why})' if why else ''}"


def _record(entry: Entry) -> dict[str, object]:
    statement = entry.statement
    return {
        "statement": BASE + statement.iri,
        "says": in_words(statement),
        "group": entry.group,
        "fate": entry.fate,
        "places": list(entry.places),
        "lacks": [{"reason": lack.reason, "detail": lack.detail or REASONS[lack.reason]} for lack in entry.lacks],
    }


class Ledger:
    """Where each statement of one patient went.

    Args:
        said: All that is said of the patient.
        disputes: Whether the format can say that statements disagree; if not, the preferred side of a conflict lacks that.
    """

    def __init__(self, said: Said, *, disputes: bool = False) -> None:
        self.said = said
        self._disputes = disputes
        self._known = {statement.iri: statement for statement in said.statements}
        self._places: dict[str, dict[str, None]] = defaultdict(dict)
        self._lacks: dict[str, dict[Lack, None]] = defaultdict(dict)
        self._sides = frozenset(side for conflict in said.conflicts for side in conflict.between)

    def keep(self, statements: Statement | Iterable[Statement], *places: str) -> None:
        """Note that statements stand at places of the output."""
        for statement in _several(statements):
            self._places[statement.iri].update(dict.fromkeys(places))

    def lack(self, statements: Statement | Iterable[Statement], reason: str, detail: str = "") -> None:
        """Note that something of statements found no place, for one of `REASONS`."""
        if reason not in REASONS:
            raise KeyError(f"'{reason}' is not a reason for a loss; there are: {', '.join(REASONS)}")
        for statement in _several(statements):
            self._lacks[statement.iri][Lack(reason, detail)] = None

    def facts(self, node: str, *properties: str) -> list[Statement]:
        """Return what is present, confirmed and not disputed against: the statements a format may state as facts.

        With `properties`, those of these properties only.
        """
        settled = self.said.overruled | self.said.unsettled
        return [
            statement
            for statement in self.said.about(node)
            if statement.asserts
            and statement.iri not in settled
            and (not properties or statement.property in properties)
        ]

    def report(self, form: str, files: Sequence[str], leaves_out: Sequence[str] = ()) -> Report:
        """Return the account of every statement, in the order of their names."""
        strangers = (self._places.keys() | self._lacks.keys()) - self._known.keys()
        if strangers:
            raise KeyError(f"not a statement of {self.said.subject}: {min(strangers)}")
        entries = (self._entry(statement) for statement in self._known.values())
        return Report(form, self.said.subject, tuple(files), tuple(leaves_out), tuple(entries))

    def _entry(self, statement: Statement) -> Entry:
        places, lacks = tuple(self._places[statement.iri]), dict(self._lacks[statement.iri])
        if places and statement.iri in self._sides and not self._disputes:
            lacks[Lack("disputed")] = None
        if not places and not lacks:
            lacks[Lack(self.why_not(statement))] = None
        return Entry(statement, self.group(statement), places, tuple(sorted(lacks)))

    def why_not(self, statement: Statement) -> str:
        """Return the reason, read from the statement itself, for which a format that states facts leaves it out."""
        if statement.iri in self.said.overruled:
            return "other side"
        if statement.iri in self.said.unsettled:
            return "open conflict"
        if statement.suspected:
            return "suspected"
        if statement.polarity == NOT_AVAILABLE:
            return "not available"
        if statement.polarity == ABSENT:
            return "scope" if statement.property == "occurrence" and statement.about != self.said.subject else "denied"
        if statement.property in TIMES and statement.property not in ("startDate", "endDate"):
            return "anchor" if statement.anchor else "order"
        return "no place"

    def group(self, statement: Statement) -> str:
        """Return the one of `GROUPS` that a statement belongs to."""
        if statement.suspected or statement.iri in self._sides:
            return "doubted"
        if statement.polarity != "Present":
            return "denied"
        if statement.property == RDF_TYPE.value:
            return "what happened"
        if statement.property in TIMES:
            return "when"
        return "how much" if statement.unit else "other details"


def _several(statements: Statement | Iterable[Statement]) -> Iterable[Statement]:
    return (statements,) if isinstance(statements, Statement) else statements


def by_group(reports: Iterable[Report]) -> Mapping[str, Counter[str]]:
    """Return how many statements of each of `GROUPS` have each fate, over the reports."""
    found: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for report in reports:
        for entry in report.entries:
            found[entry.group][entry.fate] += 1
    return found
