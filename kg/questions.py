"""Run stored questions and any other SPARQL query to a table."""

import re
from collections.abc import Callable, Mapping, Sequence

from pyoxigraph import Literal, QueryBoolean, QuerySolutions, QueryTriples, Store, Variable

from .catalogue import Parameter, Question, catalogue, choices, find, load
from .catalogue.lexing import bare, prefix_hint, undeclared
from .errors import QueryError, QuestionError
from .tables import Cell, Table
from .vocabulary import BASE

__all__ = ["Parameter", "Question", "ask", "catalogue", "choices", "find", "load", "query", "refuted"]

# Runs a query elsewhere, as `kg.running` does under a time limit.
Run = Callable[[str], Table | bool | str]


def ask(store: Store, question: Question, given: Mapping[str, str], run: Run | None = None) -> Table:
    """Run a stored question.

    Raises:
        QuestionError: a parameter does not exist or does not take the value.
    """
    text = question.bound(given, lambda parameter: choices(store, parameter))
    found = run(text) if run else query(store, text)
    if not isinstance(found, Table):
        raise QuestionError(f"'{question.slug}' is not a SELECT query")
    separators = [question.sets.get(name, "") for name in found.columns]
    rows = (tuple(map(_sorted, row, separators)) for row in found.rows)
    return Table(found.columns, tuple(rows))


def _sorted(cell: Cell, separator: str) -> Cell:
    """Give the parts of a set an order that is the same every time."""
    if not separator or not isinstance(cell, Literal):
        return cell
    return Literal(separator.join(sorted(filter(None, cell.value.split(separator)))))


def query(store: Store, text: str) -> Table | bool | QueryTriples:
    """Run any SPARQL query over the union of all graphs.

    Raises:
        QueryError: it cannot be parsed or evaluated; a missing prefix is named with those that are known.
    """
    try:
        found = store.query(text, use_default_graph_as_union=True)
        if isinstance(found, QuerySolutions):
            columns = _in_order(text, [variable.value for variable in found.variables])
            return Table(columns, tuple(tuple(row[Variable(name)] for name in columns) for row in found))
    except SyntaxError as error:
        raise QueryError(_explained(text, str(error))) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(str(error)) from error
    return bool(found) if isinstance(found, QueryBoolean) else found


def _in_order(text: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns as asked; the engine sorts those of `SELECT *` by name, here they come as they first appear."""
    code = bare(text)
    if not re.search(r"(?i)^\s*(?:PREFIX\s+\S+\s+)*SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?\*", code):
        return tuple(columns)
    first = {name: n for n, name in reversed(list(enumerate(re.findall(r"[?$](\w+)", code))))}
    return tuple(sorted(columns, key=lambda name: first.get(name, len(code))))


def _explained(text: str, error: str) -> str:
    for name in undeclared(text):
        return f"unknown prefix '{name}:'; {prefix_hint(name)}"
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
