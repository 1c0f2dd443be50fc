"""The catalogue of stored questions: headers, parameters bound as terms, run to a table."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, QueryTriples, Store, Variable

from . import files, mappings
from .errors import QueryError, QuestionError
from .tables import Cell, Table
from .vocabulary import BASE, prefixes

# Stored queries start their WHERE with one row of defaults, so that they run unchanged anywhere; binding replaces it.
_DEFAULTS = re.compile(r"VALUES\s*\(([^)]*)\)\s*\{\s*\(([^)]*)\)\s*\}")
_TERM = re.compile(r'"(?:[^"\\]|\\.)*"(?:\^\^\S+|@[\w-]+)?|<[^>]*>|[^\s"<>]+')
_HEADER_KEYS = {"summary", "description", "tags", "parameters"}
# Columns whose value is a set: their order is no part of the answer, so it is made stable.
SETS = {"evidence": " ", "would_decide": "; ", "disease": "; ", "kinds": "; ", "called": "; ", "agents": "; "}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question: its allowed values, if they are few, its default and what it means."""

    name: str
    default: str
    values: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Question:
    """A stored question: its slug is its file's name, its address and its name on the command line."""

    slug: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str = field(repr=False)

    def bound(self, given: Mapping[str, str]) -> str:
        """Return the query with parameters bound as terms.

        Raises:
            QuestionError: a parameter does not exist or does not take the value; names what there is.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in given.items():
            if name not in known:
                raise QuestionError(f"'{self.slug}' has no parameter '{name}'; it has {', '.join(known) or 'none'}")
            if known[name].values and value not in known[name].values:
                close = difflib.get_close_matches(value, known[name].values, n=1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                raise QuestionError(f"'{name}' is one of {', '.join(known[name].values)}, not '{value}'{hint}")
        if not known:
            return self.text
        texts = {name: given.get(name, parameter.default) for name, parameter in known.items()}
        values = " ".join(
            str(Literal(text if known[name].values else mappings.named(text))) for name, text in texts.items()
        )
        names = " ".join(f"?{name}" for name in known)
        return _DEFAULTS.sub(lambda _: f"VALUES ({names}) {{ ({values}) }}", self.text, count=1)


def load(path: Path) -> Question:
    """Read a stored question.

    Raises:
        QuestionError: its header is malformed, or its parameters and its row of defaults differ.
    """
    text = path.read_text(encoding="utf-8")
    head = "\n".join(line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+"))
    try:
        header = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        raise QuestionError(f"{path}: header: {error}") from error
    if not isinstance(header, dict) or not header.get("summary"):
        raise QuestionError(f"{path}: the header needs '#+ summary:'")
    if unknown := set(header) - _HEADER_KEYS:
        raise QuestionError(f"{path}: unknown in the header: {', '.join(sorted(unknown))}")
    if not isinstance(header.get("tags", []), list):
        raise QuestionError(f"{path}: 'tags:' is a list")
    parameters = tuple(
        Parameter(
            name,
            str(about["default"]),
            tuple(map(str, about.get("values", ()))),
            " ".join(str(about.get("description", "")).split()),
        )
        for name, about in _parameters(header, path)
    )
    question = Question(
        slug=path.stem,
        summary=header["summary"],
        description=" ".join(str(header.get("description", "")).split()),
        tags=tuple(header.get("tags", ())),
        parameters=parameters,
        text="\n".join(line for line in text.splitlines() if not line.startswith("#+")),
    )
    _check_defaults(question, path)
    return question


def _parameters(header: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    declared = header.get("parameters") or {}
    if not isinstance(declared, dict):
        raise QuestionError(f"{path}: 'parameters:' names each parameter, with its values, default and description")
    for name, about in declared.items():
        if not isinstance(about, dict) or "default" not in about:
            raise QuestionError(f"{path}: parameter '{name}' needs a default")
        values = about.get("values", [])
        if not isinstance(values, list):
            raise QuestionError(f"{path}: 'values:' of parameter '{name}' is a list")
        if values and str(about["default"]) not in map(str, values):
            listed = ", ".join(map(str, values))
            raise QuestionError(f"{path}: default '{about['default']}' of parameter '{name}' is none of {listed}")
        yield name, about


def _check_defaults(question: Question, path: Path) -> None:
    if not question.parameters:
        return
    row = _DEFAULTS.search(question.text)
    names = row[1].replace("?", "").split() if row else []
    if names != [parameter.name for parameter in question.parameters]:
        wanted = " ".join(f"?{parameter.name}" for parameter in question.parameters)
        raise QuestionError(f"{path}: WHERE must begin with VALUES ({wanted}) {{ (…) }}, in the header's order")
    defaults = [found.strip('"') for found in _TERM.findall(row[2])] if row else []
    if defaults != [parameter.default for parameter in question.parameters]:
        raise QuestionError(f"{path}: the row of defaults {defaults} is not the header's")
    for name in names:
        if len(re.findall(rf"\?{name}\b", re.sub(r"(?m)(^|\s)#.*$", "", question.text))) < 2:
            raise QuestionError(f"{path}: parameter '{name}' is not used")


def catalogue() -> list[Question]:
    """Return every stored question, by slug."""
    return [load(path) for path in sorted(files.QUERIES.glob("*.rq"))]


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


def ask(store: Store, question: Question, given: Mapping[str, str]) -> Table:
    """Run a stored question."""
    found = query(store, question.bound(given))
    if not isinstance(found, Table):
        raise QuestionError(f"'{question.slug}' is not a SELECT query")
    separators = [SETS.get(name, "") for name in found.columns]
    rows = (tuple(map(_sorted, row, separators)) for row in found.rows)
    return Table(found.columns, tuple(rows))


def _sorted(cell: Cell, separator: str) -> Cell:
    if not separator or not isinstance(cell, Literal):
        return cell
    return Literal(separator.join(sorted(cell.value.split(separator))))


def query(store: Store, text: str) -> Table | bool | QueryTriples:
    """Run any SPARQL query over the union of all graphs.

    Raises:
        QueryError: it cannot be parsed or evaluated; a missing prefix is named with those that are known.
    """
    try:
        found = store.query(text, use_default_graph_as_union=True)
        if isinstance(found, QuerySolutions):
            columns = tuple(variable.value for variable in found.variables)
            return Table(columns, tuple(tuple(row[Variable(name)] for name in columns) for row in found))
    except SyntaxError as error:
        raise QueryError(_explained(text, str(error))) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(str(error)) from error
    return bool(found) if isinstance(found, QueryBoolean) else found


def _explained(text: str, error: str) -> str:
    declared = set(re.findall(r"(?i)PREFIX\s+([\w-]*):", text))
    bare = re.sub(r'"[^"\n]*"|<[^>\s]*>|#[^\n]*', " ", text)
    for used in dict.fromkeys(re.findall(r"(?<![\w?$:-])([A-Za-z][\w-]*):(?=[\w\\])", bare)):
        if used not in declared:
            space = prefixes().get(used)
            hint = (
                f"; write PREFIX {used}: <{space}>" if space else f"; known prefixes: {', '.join(sorted(prefixes()))}"
            )
            return f"unknown prefix '{used}:'{hint}"
    return error


def refuted(store: Store, slug: str, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the patients that a question's temporal pattern excludes, each with the reason."""
    conditions = "\n".join(
        f"?pattern lkg:withParameter ?p{n} . ?p{n} lkg:parameterName {Literal(name)} ; lkg:parameterValue {Literal(value)} ."
        for n, (name, value) in enumerate(given.items())
    )
    found = query(
        store,
        f"""PREFIX lkg: <{BASE}>
        SELECT ?patient (GROUP_CONCAT(?why; separator="; ") AS ?reason) WHERE {{
          ?pattern lkg:question {Literal(slug)} . {conditions}
          ?judged lkg:judges ?pattern ; lkg:judgedOf ?patient ; lkg:certainty lkg:Refuted ; lkg:decidedBy ?why .
        }} GROUP BY ?patient ORDER BY ?patient""",
    )
    return [(row[0], row[1]) for row in found.texts()] if isinstance(found, Table) else []
