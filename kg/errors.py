"""What can go wrong: one base class, and one subclass for each kind of thing. Bad data is a `Problem`, not an error."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class KgError(Exception):
    """Base of every error that this package raises on purpose."""


class UnitError(KgError):
    """A quantity has no number or a unit that is not in the table."""


class PatternError(KgError):
    """A temporal pattern has more branches than are judged exactly."""


class NetworkError(KgError):
    """A network has no solution to tell about, or a bound that is no number of days."""


class TooManyWorldsError(NetworkError):
    """The conflicts without a preference leave more worlds than are solved one by one."""


class EvidenceError(KgError):
    """A source text cannot be read or is not the text that was cited."""


class QuestionError(KgError):
    """A stored question is unknown, malformed, or was given a parameter that it does not take."""


class UnknownTermError(KgError):
    """A text names no term of the ontology."""


class QueryError(KgError):
    """A SPARQL query cannot be parsed or evaluated."""


class QueryTimeoutError(QueryError):
    """A SPARQL query took longer than it was given."""


class MappingError(KgError):
    """A set of mappings, or an ontology to check it against, cannot be read."""


class UnknownConceptError(KgError):
    """A concept of another vocabulary means no single term of ours."""


class StoreError(KgError):
    """A store is missing, damaged or in use by a writer."""


class SelectionError(KgError):
    """A part of the dataset was asked for that the store does not hold."""


class ReleaseError(KgError):
    """A release cannot be read, or not be written where it was asked for."""


class OntologyError(KgError):
    """The ontology contradicts itself or uses what the engines cannot honour."""


class MissingExtraError(KgError):
    """An optional package is not installed; names the extra that brings it."""

    def __init__(self, package: str, extra: str = "") -> None:
        self.package = package
        super().__init__(f"{package} is not installed; run: pip install 'leukemia-kg[{extra or package}]'")


# Control characters, ends of lines, and what turns the direction of writing: a terminal would obey them.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 1000


def visible(text: str) -> str:
    """Return a text in one line of bounded length, for a terminal: what it would obey is written as its code point."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", short)


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file; line and column count from 1."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Problem:
    """Something that a curator must mend, where it stands and what to write instead."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {visible(self.message)}"


class _ProblemsError(KgError):
    """Something that was written is wrong; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class CaseError(_ProblemsError):
    """Case files cannot be read."""


class ShapeError(_ProblemsError):
    """Shapes cannot be read, or are themselves wrong."""


class EngineError(KgError):
    """An engine for the shapes is unknown or not installed."""


class MalformedQuestionError(QuestionError):
    """Stored questions are malformed; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))
