"""Headers of stored questions: the `#+` lines of a file as YAML, each part with the line it stands on."""

import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import MalformedQuestionError, Place, Problem, QuestionError, UnknownConceptError, UnknownTermError
from ..lookup import term
from ..vocabulary import terms
from .parameters import TYPES, Parameter

KEYS = {"summary", "description", "tags", "parameters", "among", "needs", "counts"}
PARAMETER_KEYS = {"type", "of", "values", "query", "default", "description"}
FACT_KEYS = {"kind", "property", "value", "within"}


@dataclass(frozen=True)
class Fact:
    """Something that a source may tell of a patient: a kind of thing, or a property of it, or one value of that.

    All are IRIs or empty: `kind` a class of occurrents, `property` a property of statements, `value` a term. `within` is a
    term too: what is denied of one thing only, and not of the patient, counts if that thing is of this kind or has this value.
    """

    kind: str = ""
    property: str = ""
    value: str = ""
    within: str = ""

    @builtins.property
    def words(self) -> str:
        """It in words, for the line under a table."""
        kind, name, value = (terms().by_iri[iri].label if iri else "" for iri in (self.kind, self.property, self.value))
        told = f"{name} {value}".strip()
        return f"{told} of {kind}" if told and kind else told or kind


# Alternatives: any one of these facts will do.
Need = tuple[Fact, ...]


@dataclass(frozen=True)
class Header:
    """What the header of a question says.

    `among` narrows the patients that are asked to those of whom a source tells this; `needs` is what a source must report
    of a patient, as present or as absent, for the question to be judged (None: not declared); `counts` tells that the
    answer holds counts or shares of patients.
    """

    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    among: tuple[Need, ...]
    needs: tuple[Need, ...] | None
    counts: bool


class _Reader:
    """Reads the header of one file; problems are raised with the line of the part they concern."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        numbered = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.startswith("#+")]
        self.numbers = [n for n, _ in numbered] or [1]
        self.text = "\n".join(line[2:].removeprefix(" ") for _, line in numbered)
        self.lines: dict[tuple[str, ...], int] = {}

    def problem(self, message: str, *place: str) -> MalformedQuestionError:
        """Return the error that says what is wrong with the part at a path of keys."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.at(self.lines.get(place, 0), message)

    def at(self, line: int, message: str) -> MalformedQuestionError:
        number = self.numbers[min(line, len(self.numbers) - 1)]
        return MalformedQuestionError([Problem(Place(self.path, number, 1), message)])

    def load(self) -> dict[str, Any]:
        try:
            node = yaml.compose(self.text, Loader=yaml.SafeLoader)
            self.lines = dict(_lines(node, ()))
            found = yaml.safe_load(self.text) or {}
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self.at(mark.line if mark else 0, f"header: {error.problem or error}") from error
        except yaml.YAMLError as error:
            raise self.at(0, f"header: {error}") from error
        if not isinstance(found, dict) or not isinstance(found.get("summary"), str):
            raise self.problem("the header needs '#+ summary:' and a text")
        if unknown := set(map(str, found)) - KEYS:
            raise self.problem(
                f"unknown in the header: {', '.join(sorted(unknown))}; it has {', '.join(sorted(KEYS))}", min(unknown)
            )
        return found


def _lines(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line
            yield from _lines(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for n, value in enumerate(node.value):
            yield (*path, str(n)), value.start_mark.line
            yield from _lines(value, (*path, str(n)))


def read(path: Path, text: str) -> Header:
    """Read the header of a question.

    Raises:
        MalformedQuestionError: it is no YAML, or a part is missing, unknown or of the wrong kind; names file and line.
    """
    reader = _Reader(path, text)
    found = reader.load()
    tags = found.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise reader.problem("'tags:' is a list of words", "tags")
    if not isinstance(found.get("counts", False), bool):
        raise reader.problem("'counts:' is yes or no", "counts")
    return Header(
        summary=found["summary"].strip(),
        description=_words(found.get("description")),
        tags=tuple(tags),
        parameters=tuple(_parameters(reader, found.get("parameters") or {})),
        among=tuple(_needs(reader, "among", found.get("among") or [])),
        needs=tuple(_needs(reader, "needs", found["needs"] or [])) if "needs" in found else None,
        counts=found.get("counts", False),
    )


def _words(value: object) -> str:
    return " ".join(str(value or "").split())


def _parameters(reader: _Reader, declared: object) -> Iterator[Parameter]:
    if not isinstance(declared, dict):
        raise reader.problem(
            "'parameters:' names each parameter, with its type, values, default and description", "parameters"
        )
    for name, about in declared.items():
        place = ("parameters", str(name))
        if not isinstance(about, dict) or "default" not in about:
            raise reader.problem(f"parameter '{name}' needs a default", *place)
        if unknown := set(map(str, about)) - PARAMETER_KEYS:
            raise reader.problem(
                f"unknown in parameter '{name}': {', '.join(sorted(unknown))}; it has {', '.join(sorted(PARAMETER_KEYS))}",
                *place,
                min(unknown),
            )
        if about.get("type", "string") not in TYPES:
            raise reader.problem(f"'type:' of parameter '{name}' is one of {', '.join(TYPES)}", *place, "type")
        if not isinstance(about.get("values", []), list):
            raise reader.problem(f"'values:' of parameter '{name}' is a list", *place, "values")
        if about.get("values") and about.get("query"):
            raise reader.problem(f"parameter '{name}' has 'values:' or 'query:', not both", *place, "query")
        yield _parameter(reader, str(name), about)


def _parameter(reader: _Reader, name: str, about: Mapping[str, Any]) -> Parameter:
    place = ("parameters", name)
    of = _term(reader, about["of"], *place, "of") if about.get("of") else ""
    found = Parameter(
        name=name,
        default=str(about["default"]),
        values=tuple(map(str, about.get("values", ()))),
        description=_words(about.get("description")),
        type=about.get("type", "string"),
        of=of,
        query=str(about.get("query", "")).strip(),
    )
    try:
        for value in found.values:
            found.term(value)
        default = found.term(found.default)
        if found.values and default not in set(map(found.term, found.values)):
            listed = ", ".join(found.values)
            raise reader.problem(
                f"default '{found.default}' of parameter '{name}' is none of {listed}", *place, "default"
            )
    except MalformedQuestionError:
        raise
    except QuestionError as error:
        raise reader.problem(str(error), *place) from error
    return found


def _needs(reader: _Reader, key: str, listed: object) -> Iterator[Need]:
    if not isinstance(listed, list):
        raise reader.problem(f"'{key}:' is a list of terms, or of kind, property and value", key)
    for n, given in enumerate(listed):
        alternatives = given if isinstance(given, list) else [given]
        yield tuple(_fact(reader, one, key, str(n)) for one in alternatives)


def _fact(reader: _Reader, given: object, *place: str) -> Fact:
    if not isinstance(given, dict):
        iri = _term(reader, given, *place)
        return Fact(kind=iri) if terms().by_iri[iri].kind == "class" else Fact(property=iri)
    if not given or set(given) - FACT_KEYS or ("value" in given and "property" not in given):
        raise reader.problem(f"'{place[0]}:' takes kind, property, (of a property) value, and within", *place)
    return Fact(**{name: _term(reader, value, *place, name) for name, value in given.items()})


def _term(reader: _Reader, text: object, *place: str) -> str:
    try:
        iri = term(str(text)).value
    except (UnknownTermError, UnknownConceptError) as error:
        raise reader.problem(str(error), *place) from error
    if iri not in terms().by_iri:
        raise reader.problem(f"the ontology has no term '{text}'", *place)
    return iri
