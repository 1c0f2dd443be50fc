"""Is a stored question sound? A fault is an error of the build, with file and line, never a question that is missing."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from ..errors import MalformedQuestionError, Place, Problem, QuestionError
from ..patterns import Declared
from ..vocabulary import BASE, DCTERMS, PROV, TIME, prefixes, terms
from . import Question, Term, choices, defaults, load
from .lexing import bare, declared, named_iris, prefix_hint, undeclared

# An answer about patients says how sure each row is, what would settle it, and where it stands.
PATIENT_COLUMNS = ("certainty", "suspected", "would_decide", "evidence")
# Namespaces of which the ontology declares every term that data uses.
_OURS = (BASE, PROV, TIME, DCTERMS)
_GRAPHS = ("ontology", "patterns", "questions", "build", "mappings", "said", "projection", "possible", "timeline", "derived", "evidence")  # fmt: skip
# A name or a text that promises a share of patients; published cases are selected, so it may not stand there alone.
_SHARE = re.compile(r"\b(?:\w+ )?(?:rates?|share|shares|proportions?|percent(?:age)? of patients)\b", re.IGNORECASE)
_COUNTED = re.compile(r"(?i)\bCOUNT\s*\(\s*(?:DISTINCT\s+)?\?(?:patient|subject|person|case)s?\w*\s*\)")


def check(paths: Sequence[Path], patterns: Sequence[Declared]) -> list[Question]:
    """Return the questions of all files, or raise what is wrong with any of them.

    Raises:
        MalformedQuestionError: carries every problem.
    """
    found: list[Question] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            question = load(path)
        except MalformedQuestionError as error:
            problems += error.problems
            continue
        found.append(question)
        problems += _Checks(path, question, {p.question: p for p in patterns}.get(path.stem)).all()
    stems = {path.stem for path in paths}
    problems += [
        Problem(
            Place(paths[0].parent / f"{p.question}.yaml", 1, 1), f"there is no question {p.question}.rq to this pattern"
        )
        for p in patterns
        if p.question not in stems
    ]
    if problems:
        raise MalformedQuestionError(problems)
    return found


class _Checks:
    """The checks of one question that need no data."""

    def __init__(self, path: Path, question: Question, pattern: Declared | None) -> None:
        self.path, self.question, self.pattern, self.text = path, question, pattern, question.source

    def problem(self, message: str, position: int = -1) -> Problem:
        """Return the problem at a position of the file, or at the first line of the query."""
        if position < 0:
            start = re.search(r"(?m)^(?!#|\s*$)", self.text)
            position = start.start() if start else 0
        line = self.text.count("\n", 0, position) + 1
        return Problem(Place(self.path, line, position - self.text.rfind("\n", 0, position)), message)

    def all(self) -> list[Problem]:
        names = [*self._prefixes(), *self._names()]
        if names:
            return names
        return [*self._parameters(), *self._pattern()] or list(self._runs())

    def _prefixes(self) -> Iterator[Problem]:
        for name, position in undeclared(self.text).items():
            yield self.problem(f"prefix '{name}:' is not declared; {prefix_hint(name)}", position)
        for name, space in declared(self.text).items():
            if prefixes().get(name, space) != space:
                yield self.problem(f"prefix '{name}:' is <{prefixes()[name]}> in this project", self.text.find(space))

    def _names(self) -> Iterator[Problem]:
        for iri, position in named_iris(self.text):
            if iri.startswith(f"{BASE}graph/"):
                if iri.removeprefix(f"{BASE}graph/").split("/")[0] not in _GRAPHS:
                    yield self.problem(f"there is no graph <{iri}>; there are {', '.join(_GRAPHS)}", position)
            elif iri.startswith(_OURS) and iri not in terms().by_iri:
                space = next(space for space in _OURS if iri.startswith(space))
                name = iri.removeprefix(space)
                near = next(
                    filter(None, (terms().nearest(name, kind) for kind in ("class", "individual", "property"))), ""
                )
                yield self.problem(f"the ontology does not declare '{name}' of <{space}>{near}", position)
        if found := re.search(r"(?i)\bSERVICE\b|\bFROM\b", bare(self.text)):
            yield self.problem(f"a stored question asks this dataset alone, without {found[0].upper()}", found.start())

    def _parameters(self) -> Iterator[Problem]:
        wanted, row = self.question.parameters, defaults(self.question.text)
        if not wanted:
            return
        names = row[1].replace("?", "").split() if row else []
        if row is None or names != [parameter.name for parameter in wanted]:
            listed = " ".join(f"?{parameter.name}" for parameter in wanted)
            yield self.problem(f"WHERE must begin with VALUES ({listed}) {{ (…) }}, in the header's order")
            return
        position = self.text.find(row[0])
        if found := self._row(row[2], names):
            shown = " ".join(str(parameter.term(parameter.default)) for parameter in wanted)
            if found != [parameter.term(parameter.default) for parameter in wanted]:
                yield self.problem(f"the row of defaults ({row[2].strip()}) is not the header's: ({shown})", position)
        else:
            yield self.problem(f"the row of defaults ({row[2].strip()}) is no row of {len(names)} terms", position)
        code = bare(self.question.text)
        for name in names:
            if len(re.findall(rf"[?$]{re.escape(name)}\b", code)) < 2:
                yield self.problem(f"parameter '{name}' is not used", position)

    def _row(self, row: str, names: Sequence[str]) -> list[Term]:
        """Return the terms of a row of defaults, read by the engine itself."""
        heads = "\n".join(f"PREFIX {name}: <{space}>" for name, space in declared(self.text).items())
        listed = " ".join(f"?{name}" for name in names)
        try:
            found = Store().query(f"{heads} SELECT {listed} {{ VALUES ({listed}) {{ ({row}) }} }}")
        except SyntaxError:
            return []
        return [solution[name] for solution in found for name in names]  # type: ignore[union-attr]

    def _pattern(self) -> Iterator[Problem]:
        if not self.pattern:
            return
        asked = {p.name: list(p.values) for p in self.question.parameters if p.name in self.pattern.parameters}
        if asked != self.pattern.parameters:
            yield self.problem(f"the pattern {self.path.stem}.yaml has other parameters: {self.pattern.parameters}")

    def _runs(self) -> Iterator[Problem]:
        """Parse it, then look at its columns."""
        for parameter in self.question.parameters:
            if parameter.query and (message := _unsound(parameter.query)):
                yield self.problem(f"'query:' of parameter '{parameter.name}': {message}", self.text.find("query:"))
        try:
            found = Store().query(self.text, use_default_graph_as_union=True)
        except SyntaxError as error:
            yield self._syntax(str(error))
            return
        if not isinstance(found, QuerySolutions):
            yield self.problem("a stored question is a SELECT query")
            return
        yield from self._columns([variable.value for variable in found.variables])

    def _syntax(self, error: str) -> Problem:
        where = re.match(r"error at (\d+):(\d+): ", error)
        message = f"the query cannot be parsed: {' '.join(error.split())[:300]}"
        if not where:
            return self.problem(message)
        return Problem(Place(self.path, int(where[1]), int(where[2])), message)

    def _columns(self, columns: Sequence[str]) -> Iterator[Problem]:
        if "patient" in columns:
            if missing := [name for name in PATIENT_COLUMNS if name not in columns]:
                yield self.problem(f"an answer about patients also has the columns {', '.join(missing)}")
            if self.question.header.needs is None and not self.pattern:
                yield self.problem(
                    "the header needs '#+ needs:', what a source must report of a patient for the question to be judged "
                    "('needs: []' if every patient can be)"
                )
        header = self.question.header
        shown = [header.summary, header.description, *header.tags, *(name.replace("_", " ") for name in columns)]
        share = next(filter(None, map(_SHARE.search, shown)), None) or _COUNTED.search(bare(self.question.text))
        if share and not header.counts:
            yield self.problem(
                f"'{share[0]}' counts published cases, which are selected: write '#+ counts: yes', and the answer says so"
            )


def _unsound(query: str) -> str:
    """Return what is wrong with the query for a parameter's values, or nothing."""
    try:
        found = Store().query(query, use_default_graph_as_union=True)
    except SyntaxError as error:
        return f"cannot be parsed: {' '.join(str(error).split())[:200]}"
    if not isinstance(found, QuerySolutions) or [v.value for v in found.variables] != ["value", "label"]:
        return "it must SELECT ?value ?label"
    return ""


def check_choices(questions: Sequence[Question], folder: Path, store: Store) -> None:
    """Check in a finished graph that the default of each parameter with a query is among what that finds.

    Raises:
        MalformedQuestionError: one is not.
    """
    problems = []
    for question in questions:
        for parameter in question.parameters:
            if parameter.query:
                try:
                    parameter.bind(parameter.default, choices(store, parameter))
                except QuestionError as error:
                    line = question.source[: question.source.find(f"{parameter.name}:")].count("\n") + 1
                    problems.append(Problem(Place(folder / f"{question.slug}.rq", line, 1), f"default: {error}"))
    if problems:
        raise MalformedQuestionError(problems)
