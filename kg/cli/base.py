"""What all commands share: the group that turns errors into exit codes, options, the store, printing."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from ..errors import (
    CaseError,
    EngineError,
    EvidenceError,
    KgError,
    MalformedQuestionError,
    MappingError,
    PatternError,
    QueryError,
    QueryTimeoutError,
    QuestionError,
    ReleaseError,
    SelectionError,
    ShapeError,
    StoreError,
    UnknownConceptError,
    UnknownTermError,
)

if TYPE_CHECKING:
    from pyoxigraph import Store


# Exit codes; 2 (wrong use) is click's own.
FINDINGS, WRONG_USE, UNREADABLE, QUERY_ERROR, TIMED_OUT = 1, 2, 3, 4, 5
_EXIT: tuple[tuple[type[KgError], int], ...] = (
    (CaseError, UNREADABLE),
    (EvidenceError, UNREADABLE),
    (MappingError, UNREADABLE),
    (StoreError, UNREADABLE),
    (MalformedQuestionError, UNREADABLE),
    (QuestionError, WRONG_USE),
    (UnknownTermError, WRONG_USE),
    (QueryTimeoutError, TIMED_OUT),
    (UnknownConceptError, WRONG_USE),
    (SelectionError, WRONG_USE),
    (ReleaseError, UNREADABLE),
    (QueryError, QUERY_ERROR),
    (PatternError, UNREADABLE),
    (ShapeError, UNREADABLE),
    (EngineError, WRONG_USE),
)
_TABLE_FORMATS = ("table", "csv", "tsv", "json", "ndjson", "md", "sparql-json", "parquet")
_F = TypeVar("_F", bound=Callable[..., Any])


def say(text: str) -> None:
    """Print to stderr: counts, warnings, progress; data alone goes to stdout."""
    click.echo(text, err=True)


class Group(click.Group):
    """Turns errors raised on purpose into a message and an exit code, and a closed pipe into a quiet end."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and map what goes wrong."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)
        except KgError as error:
            fail(error)


def fail(error: KgError) -> NoReturn:
    """Print an error and leave with its exit code."""
    say(f"error: {error}" if not isinstance(error, CaseError) else str(error))
    if isinstance(error, CaseError):
        count = len(error.problems)
        say(f"{count} problem{'s' if count > 1 else ''}; nothing was changed")
    sys.exit(next((code for kind, code in _EXIT if isinstance(error, kind)), FINDINGS))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="leukemia-kg", prog_name="leukemia-kg")
def main() -> None:
    """Published leukemia patients as a graph: ask what was done, what came of it, and how sure that is.

    \b
    Exit codes: 0 fine, 1 findings, 2 wrong use, 3 unreadable input, 4 query error, 5 time-out.
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def cases_options(function: _F) -> _F:
    """Add the options that say which cases are read."""
    cases = click.option(
        "--cases", "case_folders", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
        help="A folder of case files, besides the shipped ones; repeatable.",
    )  # fmt: skip
    return cases(click.option("--only-cases", is_flag=True, help="Leave the shipped cases out.")(function))


def store_options(function: _F) -> _F:
    """Add the options that say which cases and which store are used."""
    where = click.option(
        "--store", "store_folder", type=click.Path(path_type=Path, file_okay=False), envvar="LEUKEMIA_KG_STORE",
        help="The folder of the store (default: build/ of a checkout, else the user's cache).",
    )  # fmt: skip
    return cases_options(where(function))


timeout_option = click.option(
    "--timeout", "seconds", type=click.FloatRange(min=0, min_open=True), envvar="LEUKEMIA_KG_TIMEOUT", metavar="SECONDS",
    help="Give the query up after this time (exit code 5); it then runs in a process of its own.",
)  # fmt: skip
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write (default: standard output).",
)  # fmt: skip
excel_option = click.option(
    "--excel-safe", is_flag=True,
    help="CSV, TSV: an apostrophe before cells that a spreadsheet would run as a formula, such as '=' or '+'.",
)  # fmt: skip
format_option = click.option(
    "-f", "--format", "form", type=click.Choice(_TABLE_FORMATS), help="Default: a table on a terminal, else TSV."
)

engine_option = click.option(
    "--engine", type=click.Choice(("pyshacl", "fast")), default="pyshacl",
    help="What runs the shapes: pySHACL, the reference, or for many cases the fast one (needs the extra 'fast').",
)  # fmt: skip


def folders(case_folders: Sequence[Path], only_cases: bool) -> list[Path]:
    """Return the case folders that the options mean."""
    from .. import files

    if only_cases and not case_folders:
        raise click.UsageError("--only-cases needs --cases")
    return [*([] if only_cases else [files.CASES]), *case_folders]


def built(case_folders: Sequence[Path], only_cases: bool, store_folder: Path | None) -> "Store":
    """Open the store, building it first where it is missing or its inputs have changed."""
    from .. import build as building
    from .. import files, store

    chosen, folder = folders(case_folders, only_cases), store_folder or files.store_folder()
    name = building.input_digest(chosen)
    if not store.current(folder).startswith(name):
        say("building the store (first use, or its inputs have changed)")
        build_store(chosen, folder)
    return store.open_store(folder)


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Give a function that tells what is being done: with a spinner on a terminal, else not at all."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(doing) as status:
        yield status.update


def build_store(folders: Sequence[Path], folder: Path, engine: str = "pyshacl") -> None:
    """Build, with a spinner on a terminal, and say what was made."""
    from .. import build as building

    with progress("building") as tell:
        found = building.build(folders, folder, tell, engine)
    open_ = sum(not finding.settled for finding in found.findings)
    if open_:
        say(f"{open_} findings to look at: 'leukemia-kg check' lists them")
    say(f"built {found.quads} quads of {found.patients} patients in {folder}")
