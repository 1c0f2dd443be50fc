"""Run stored questions and any other SPARQL query to a table."""

from collections.abc import Mapping

from pyoxigraph import Literal, QueryBoolean, QuerySolutions, QueryTriples, Store, Variable

from .catalogue import Parameter, Question, catalogue, choices, find
from .catalogue.lexing import prefix_hint, undeclared
from .errors import QueryError, QuestionError
from .tables import Cell, Table
from .vocabulary import BASE

__all__ = ["Parameter", "Question", "ask", "catalogue", "choices", "find", "query", "refuted"]


def ask(store: Store, question: Question, given: Mapping[str, str]) -> Table:
    """Run a stored question.

    Raises:
        QuestionError: a parameter does not exist or does not take the value.
    """
    found = query(store, question.bound(given, lambda parameter: choices(store, parameter)))
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
            columns = tuple(variable.value for variable in found.variables)
            return Table(columns, tuple(tuple(row[Variable(name)] for name in columns) for row in found))
    except SyntaxError as error:
        raise QueryError(_explained(text, str(error))) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(str(error)) from error
    return bool(found) if isinstance(found, QueryBoolean) else found


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
