"""Print tables: as a table or, where that is too wide, as blocks on a terminal; in any other format as data."""

import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from ..tables import Table

_SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".md": "md", ".srj": "sparql-json", ".parquet": "parquet"}  # fmt: skip


def print_table(
    table: "Table", form: str | None, *, headers: bool = True, meta: Mapping[str, object] | None = None,
    excel_safe: bool = False, output: Path | None = None,
) -> None:  # fmt: skip
    """Print a table in the form asked; without one, that of the file's suffix, a table on a terminal and TSV elsewhere."""
    from .. import tables

    form = form or (_SUFFIXES.get(output.suffix) if output else None) or ("table" if _is_terminal(output) else "tsv")
    if form == "table" and output is None:
        _on_terminal(table)
        return
    if form == "parquet":
        write_to(tables.parquet(table, meta), output)
        return
    text = tables.render(table, "tsv" if form == "table" else form, headers=headers, meta=meta, excel_safe=excel_safe)
    write_to(f"{text}\n".encode(), output)


def _is_terminal(output: Path | None) -> bool:
    return output is None and sys.stdout.isatty()


def write_to(content: bytes, output: Path | None) -> None:
    """Write to a file or, if none is named, to standard output."""
    if output is None:
        if sys.stdout.isatty() and b"\0" in content:
            raise click.UsageError("this format is no text: name a file with -o, or redirect it")
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error


def _on_terminal(table: "Table") -> None:
    """Print for a reader: no column that is empty in every row, names within the patient, places by publication."""
    from rich.console import Console

    rows = [_readable(table.columns, row) for row in table.texts()]
    kept = [
        n for n, name in enumerate(table.columns) if name in ("patient", "certainty") or any(row[n] for row in rows)
    ]
    names, rows = [table.columns[n] for n in kept], [[row[n] for n in kept] for row in rows]
    console = Console()
    if sum(_longest_words(names, rows)) + _frame(names) <= console.width:
        _as_table(names, rows, console)
    else:
        _as_blocks(names, rows, console.width)
    if len(kept) < len(table.columns) and rows:
        empty = ", ".join(name for n, name in enumerate(table.columns) if n not in kept)
        click.echo(f"empty in every row: {empty}", err=True)


def _readable(columns: Sequence[str], row: Sequence[str]) -> list[str]:
    patient = next((cell for name, cell in zip(columns, row, strict=True) if name == "patient"), "")
    return [
        _by_publication(cell) if name == "evidence" else cell.removeprefix(f"{patient}/") if patient else cell
        for name, cell in zip(columns, row, strict=True)
    ]


def _by_publication(places: str) -> str:
    """Write `a/s1 a/s2 b/s1` as `a: s1 s2; b: s1`."""
    split = sorted(place.partition("/")[::2] for place in places.split())
    return "; ".join(
        f"{source}: {' '.join(place for _, place in found)}" for source, found in groupby(split, key=lambda one: one[0])
    )


def _frame(names: Sequence[str]) -> int:
    """Return what lines and margins of a table take of its width."""
    return 3 * len(names) + 1


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return a width a column: room for its longest word, and of what is left the more the longer its cells are."""
    widths = _longest_words(names, rows)
    wanted = [max(map(len, [name, *(row[n] for row in rows)])) for n, name in enumerate(names)]
    left = room - sum(widths) - _frame(names)
    missing = [most - least for most, least in zip(wanted, widths, strict=True)]
    share = min(1.0, left / (sum(missing) or 1))
    return [least + int(more * share) for least, more in zip(widths, missing, strict=True)]


def _longest_words(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, [name, *(word for row in rows for word in row[n].split())])) for n, name in enumerate(names)]


def _as_table(names: Sequence[str], rows: Sequence[Sequence[str]], console: "Console") -> None:
    from rich.markup import escape
    from rich.table import Table as RichTable

    shown = RichTable(show_lines=True)
    for name, width in zip(names, _widths(names, rows, console.width), strict=True):
        shown.add_column(name, overflow="fold", width=width)
    for row in rows:
        shown.add_row(*map(escape, row))
    console.print(shown)


def _as_blocks(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    """Print a row as a block: patient and certainty, then one line a column."""
    import textwrap

    heads = [n for n, name in enumerate(names) if name in ("patient", "certainty")] or [0]
    label = max((len(name) for n, name in enumerate(names) if n not in heads), default=0)
    for row in rows:
        click.echo("  ".join(row[n] for n in heads))
        for n, name in enumerate(names):
            if n not in heads and row[n]:
                lines = textwrap.wrap(row[n], max(20, width - label - 4), break_on_hyphens=False) or [""]
                click.echo(f"  {name:<{label}}  {lines[0]}")
                for line in lines[1:]:
                    click.echo(f"  {'':<{label}}  {line}")
        click.echo()
