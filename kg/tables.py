"""Answers as tables of RDF terms, and the formats in which they leave the program."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from .vocabulary import BASE, XSD, compact, terms

Cell = NamedNode | Literal | BlankNode | None
FORMATS = ("table", "csv", "tsv", "json", "ndjson", "md", "sparql-json")
_NUMBERS = frozenset({XSD + "integer", XSD + "decimal", XSD + "double"})


@dataclass(frozen=True)
class Table:
    """Columns in the order asked, and rows of RDF terms; `None` is an unbound cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def texts(self) -> list[list[str]]:
        """Return the cells as a person reads them: ids of patients, labels of terms, values of literals."""
        return [[text(cell) for cell in row] for row in self.rows]

    def records(self) -> list[dict[str, str | int | float | bool | None]]:
        """Return one object a row, keyed by column; numbers are numbers and an unbound cell is null."""
        return [dict(zip(self.columns, map(_json_value, row), strict=True)) for row in self.rows]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{_escape(name)}</th>" for name in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{_escape(cell)}</td>" for cell in row) + "</tr>" for row in self.texts())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def of_texts(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of plain texts."""
    return Table(tuple(columns), tuple(tuple(map(Literal, row)) for row in rows))


def text(cell: Cell) -> str:
    """Return a cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, Literal):
        return cell.value
    if isinstance(cell, BlankNode):
        return str(cell)
    if cell.value.startswith(f"{BASE}patient/"):
        return cell.value.removeprefix(f"{BASE}patient/")
    known = terms().by_iri.get(cell.value)
    return known.label if known else compact(cell.value)


def _json_value(cell: Cell) -> str | int | float | bool | None:
    if cell is None:
        return None
    if isinstance(cell, Literal):
        datatype = cell.datatype.value
        if datatype in _NUMBERS:
            return int(cell.value) if datatype == XSD + "integer" else float(cell.value)
        if datatype == XSD + "boolean":
            return cell.value == "true"
    return text(cell)


def render(table: Table, form: str, *, headers: bool = True) -> str:
    """Return a table in one of `FORMATS`, except `table`, which belongs to the terminal."""
    if form == "json":
        return json.dumps(table.records(), indent=2, ensure_ascii=False)
    if form == "ndjson":
        return "\n".join(json.dumps(record, ensure_ascii=False) for record in table.records())
    if form == "sparql-json":
        return json.dumps(_sparql_json(table), indent=2, ensure_ascii=False)
    if form == "md":
        return _markdown(table.columns, table.texts())
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writerows([table.columns, *table.texts()] if headers else table.texts())
    return out.getvalue().rstrip("\n")


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _sparql_json(table: Table) -> dict[str, object]:
    return {
        "head": {"vars": list(table.columns)},
        "results": {
            "bindings": [
                {name: _binding(cell) for name, cell in zip(table.columns, row, strict=True) if cell is not None}
                for row in table.rows
            ]
        },
    }


def _binding(cell: NamedNode | Literal | BlankNode) -> dict[str, str]:
    if isinstance(cell, NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, BlankNode):
        return {"type": "bnode", "value": cell.value}
    found = {"type": "literal", "value": cell.value}
    if cell.language:
        found["xml:lang"] = cell.language
    elif cell.datatype.value != XSD + "string":
        found["datatype"] = cell.datatype.value
    return found
