"""The catalogue of stored questions: one file each, with its header, its parameters and its query."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from .. import files
from ..errors import MalformedQuestionError, Place, Problem, QuestionError
from .header import Fact, Header, Need, read
from .lexing import bare
from .parameters import Parameter, Term

__all__ = ["Fact", "Need", "Parameter", "Question", "Term", "catalogue", "choices", "described", "find", "load"]

# Finds the allowed values of a parameter in a graph, each with its label.
Choices = Callable[[Parameter], Sequence[tuple[Term, str]]]


@dataclass(frozen=True)
class Question:
    """A stored question: its slug is its file's name, its address and its name on the command line."""

    slug: str
    header: Header = field(repr=False)
    source: str = field(repr=False)

    @property
    def summary(self) -> str:
        """One line."""
        return self.header.summary

    @property
    def description(self) -> str:
        """What exactly is asked."""
        return self.header.description

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is about; the first groups it in lists."""
        return self.header.tags

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in the order of its row of defaults."""
        return self.header.parameters

    @cached_property
    def text(self) -> str:
        """The query without its header."""
        return "\n".join(line for line in self.source.splitlines() if not line.startswith("#+"))

    @cached_property
    def sets(self) -> dict[str, str]:
        """The columns that join several values, each with what separates them."""
        return {name: separator for separator, name in _JOINED.findall(self.text)}

    def closed(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the values of the parameters with few values: for these a temporal pattern is judged, variant by variant."""
        return {p.name: given.get(p.name, p.default) for p in self.parameters if p.values}

    def terms(self, given: Mapping[str, str], choices: Choices | None = None) -> dict[str, Term]:
        """Return the term of every parameter, its default where none is given.

        Raises:
            QuestionError: a parameter does not exist or does not take the value; names what there is.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise QuestionError(f"'{self.slug}' has no parameter '{name}'; it has {', '.join(known) or 'none'}")
        return {
            name: parameter.bind(given[name], choices(parameter) if choices and parameter.query else None)
            if name in given
            else parameter.term(parameter.default)
            for name, parameter in known.items()
        }

    def bound(self, given: Mapping[str, str], choices: Choices | None = None) -> str:
        """Return the query with parameters bound as terms, in place of its row of defaults; see `terms`."""
        found = self.terms(given, choices)
        row = defaults(self.text)
        if not found or row is None:
            return self.text
        names, values = " ".join(f"?{name}" for name in found), " ".join(map(str, found.values()))
        return f"{self.text[: row.start()]}VALUES ({names}) {{ ({values}) }}{self.text[row.end() :]}"


# Stored queries start their WHERE with one row of defaults, so that they run unchanged anywhere; binding replaces it.
_DEFAULTS = re.compile(r"VALUES\s*\(([^)]*)\)\s*\{\s*\(([^)]*)\)\s*\}", re.IGNORECASE)
_JOINED = re.compile(r"(?i)separator\s*=\s*\"([^\"]*)\"\s*\)\s*AS\s+\?(\w+)")
_FIRST = re.compile(r"[^{]*\{\s*")


def defaults(query: str) -> re.Match[str] | None:
    """Return the row of defaults where WHERE begins with one; positions are those of the query."""
    start = _FIRST.match(bare(query))
    return _DEFAULTS.match(query, start.end()) if start else None


def load(path: Path) -> Question:
    """Read a stored question; `kg.catalogue.checks` tells whether its query is sound.

    Raises:
        MalformedQuestionError: it cannot be read, or its header is malformed; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedQuestionError([Problem(Place(path, 1, 1), f"cannot be read: {error}")]) from error
    return Question(path.stem, read(path, text), text)


def catalogue(folder: Path | None = None) -> list[Question]:
    """Return every stored question, by slug."""
    return [load(path) for path in sorted((folder or files.QUERIES).glob("*.rq"))]


def find(slug: str) -> Question:
    """Return one stored question.

    Raises:
        QuestionError: there is none of that name; names the nearest.
    """
    path = files.QUERIES / f"{slug}.rq"
    slugs = [known.stem for known in files.QUERIES.glob("*.rq")]
    if slug in slugs:
        return load(path)
    close = difflib.get_close_matches(slug, slugs, n=1, cutoff=0.4)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise QuestionError(f"there is no question '{slug}'{hint} ('leukemia-kg ask --list' shows all)")


def choices(store: Store, parameter: Parameter) -> list[tuple[Term, str]]:
    """Return the values that a parameter's own query finds in a graph, each with its label."""
    found = store.query(parameter.query, use_default_graph_as_union=True)
    rows = ((row["value"], row["label"]) for row in found) if isinstance(found, QuerySolutions) else ()
    return [
        (value, label.value if isinstance(label, Literal) else "")
        for value, label in rows
        if isinstance(value, NamedNode | Literal)
    ]


def described(question: Question) -> dict[str, object]:
    """Return a question as data: what it asks, its parameters, what it needs, and whether its answer counts."""
    return {
        "question": question.slug,
        "summary": question.summary,
        "description": question.description,
        "tags": list(question.tags),
        "counts": question.header.counts,
        "among": [[fact.words for fact in need] for need in question.header.among],
        "needs": [[fact.words for fact in need] for need in question.header.needs or ()],
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "default": parameter.shown(parameter.default),
                "values": list(map(parameter.shown, parameter.values)),
                "description": parameter.description,
            }
            for parameter in question.parameters
        ],
    }
