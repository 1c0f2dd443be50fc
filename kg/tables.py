"""Answers as tables of RDF terms, and the formats in which they leave the program."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from .errors import MissingExtraError
from .vocabulary import BASE, XSD, compact, terms

Cell = NamedNode | Literal | BlankNode | None
FORMATS = ("table", "csv", "tsv", "json", "ndjson", "md", "sparql-json", "parquet")
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


def render(
    table: Table, form: str, *, headers: bool = True, meta: Mapping[str, object] | None = None, excel_safe: bool = False
) -> str:
    """Return a table in one of `FORMATS`, except `table`, which belongs to the terminal, and `parquet`, which is no text.

    Args:
        table: the table.
        form: the format.
        headers: whether CSV and TSV begin with the names of the columns.
        meta: what belongs to the answer as a whole; JSON is then an object of `meta` and `rows`, else a list of rows.
        excel_safe: whether a cell of CSV and TSV that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    if form == "json":
        found = _objects(table)
        return json.dumps({"meta": meta, "rows": found} if meta is not None else found, indent=2, ensure_ascii=False)
    if form == "ndjson":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in _objects(table))
    if form == "sparql-json":
        return json.dumps(_sparql_json(table), indent=2, ensure_ascii=False)
    if form == "md":
        return _markdown(table.columns, table.texts())
    rows = [[_harmless(cell) for cell in row] if excel_safe else row for row in table.texts()]
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writerows([table.columns, *rows] if headers else rows)
    return out.getvalue().rstrip("\n")


def _objects(table: Table) -> list[dict[str, object]]:
    """Return one object a row; a term or node is an object of its IRI and its label."""
    return [dict(zip(table.columns, map(_object, row), strict=True)) for row in table.rows]


def _object(cell: Cell) -> object:
    return {"iri": cell.value, "label": text(cell)} if isinstance(cell, NamedNode) else _json_value(cell)


def _harmless(cell: str) -> str:
    formula = cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not re.fullmatch(r"[+-]?[\d.]+", cell)
    return f"'{cell}" if formula else cell


def parquet(table: Table, meta: Mapping[str, object] | None = None) -> bytes:
    """Return a table as a Parquet file; a column of terms has a second one, `<name>_iri`, and `meta` goes with the schema.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet as writer
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet") from error
    columns: dict[str, object] = {}
    for name, cells in zip(
        table.columns, zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns), strict=True
    ):
        columns[name] = _column(pyarrow, [_json_value(cell) for cell in cells])
        if any(isinstance(cell, NamedNode) for cell in cells):
            iris = [cell.value if isinstance(cell, NamedNode) else None for cell in cells]
            columns[f"{name}_iri"] = pyarrow.array(iris, pyarrow.string())
    made = pyarrow.table(columns).replace_schema_metadata({"leukemia-kg": json.dumps(meta or {}, ensure_ascii=False)})
    out = pyarrow.BufferOutputStream()
    writer.write_table(made, out)
    found: bytes = out.getvalue().to_pybytes()
    return found


def _column(pyarrow: Any, values: Sequence[object]) -> object:
    """Return an array of the one type that the values have, or of strings."""
    kinds = {type(value) for value in values if value is not None}
    numbers = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    if kinds == {int, float}:
        return pyarrow.array([None if value is None else float(str(value)) for value in values], pyarrow.float64())
    if len(kinds) == 1 and (kind := kinds.pop()) in numbers:
        return pyarrow.array(values, numbers[kind])
    return pyarrow.array([None if value is None else str(value) for value in values], pyarrow.string())


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
