"""Ask and show: questions, courses, reasons, conflicts, pictures, SPARQL, exports."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..errors import QueryError, StoreError
from .base import build_store, built, engine_option, folders, format_option, main, print_table, say, store_options

if TYPE_CHECKING:
    from pyoxigraph import Store

    from ..tables import Table


@main.command()
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@engine_option
@store_options
def build(
    force: bool, engine: str, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None
) -> None:
    """Read all cases, solve and judge them, and switch the store to the result."""
    from .. import build as building
    from .. import files, store

    chosen, folder = folders(case_folders, only_cases), store_folder or files.store_folder()
    if not force and store.current(folder).startswith(building.input_digest(chosen)):
        say(f"up to date: {folder} (--force builds anyway)")
        return
    build_store(chosen, folder, engine)


@main.command()
@click.argument("question", required=False)
@click.option(
    "-p", "given", type=(str, str), multiple=True, metavar="NAME VALUE", help="A parameter of the question; repeatable."
)
@click.option("--list", "listing", is_flag=True, help="Show the stored questions and their parameters.")
@click.option("--explain", is_flag=True, help="Also list who is not returned, with the reason.")
@click.option("--no-headers", is_flag=True, help="Leave the header of CSV and TSV out.")
@format_option
@store_options
def ask(
    question: str | None, given: tuple[tuple[str, str], ...], listing: bool, explain: bool, no_headers: bool,
    form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Ask a stored QUESTION; each row names its certainty and its places in papers."""
    from .. import questions

    if listing:
        _list_questions(form)
        return
    if question is None:
        raise click.UsageError("name a QUESTION, or use --list to see them")
    found = questions.find(question)
    found.bound(dict(given))  # wrong use is told before anything is built
    opened = built(case_folders, only_cases, store_folder)
    table = questions.ask(opened, found, dict(given))
    print_table(table, form, headers=not no_headers)
    readings = ", ".join(f"{p.name} = {dict(given).get(p.name, p.default)}" for p in found.parameters)
    say(f"{found.summary}{f' ({readings})' if readings else ''}")
    _summary(table, opened)
    if explain:
        _explain(opened, found.slug, {p.name: dict(given).get(p.name, p.default) for p in found.parameters})


def _list_questions(form: str | None) -> None:
    from .. import questions
    from ..tables import of_texts

    rows = [
        (
            question.slug,
            question.summary,
            "; ".join(f"{p.name}: {' | '.join(p.values) or 'any'} (default {p.default})" for p in question.parameters),
        )
        for question in questions.catalogue()
    ]
    print_table(of_texts(("question", "summary", "parameters"), rows), form)


def _summary(table: "Table", opened: "Store") -> None:
    from ..vocabulary import RDF_TYPE, lkg

    if "patient" not in table.columns:
        say(f"{len(table.rows)} rows")
        return
    column = table.columns.index("patient")
    answered = {row[column] for row in table.rows}
    asked = {quad.subject for quad in opened.quads_for_pattern(None, RDF_TYPE, lkg("Patient"))}
    say(
        f"{len(answered)} of {len(asked)} patients. Published cases are selected and have no denominator: this is no response rate."
    )


def _explain(opened: "Store", slug: str, given: Mapping[str, str]) -> None:
    from .. import questions

    rows = questions.refuted(opened, slug, given)
    say(f"not returned: {len(rows)}" if rows else "nobody else was judged; this question declares no temporal pattern")
    for patient, reason in rows:
        say(f"  {patient}: {reason}")


@main.command()
@click.argument("patient")
@click.option("--reasons", is_flag=True, help="Show the statements behind contradictions in full.")
@click.option(
    "--assume",
    multiple=True,
    type=click.Choice(("blinatumomab-label",)),
    help="Also use what the paper does not say, such as the labelled length of a cycle.",
)
@store_options
def show(
    patient: str, reasons: bool, assume: tuple[str, ...],
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Show the course of a PATIENT in order, each line with its time as reported and its source."""
    from .. import course

    found = course.told(built(case_folders, only_cases, store_folder), patient)
    said = found.said
    timeline, lines = course.course(found, assume)
    click.echo(patient)
    for name in assume:
        click.echo(f"  ASSUMED, not in the paper: {course.ASSUMPTIONS[name]}")
    for text in course.general(said):
        click.echo(f"  {text}")
    click.echo(f"  days count from the start of {timeline.index} (day 0)")
    for line in lines:
        click.echo(f"\n{line.name}: {line.kinds}")
        click.echo(f"    when: {line.reported}{f'  -> {line.solved}' if line.solved else ''}")
        for detail in line.details:
            click.echo(f"    {detail}")
        click.echo(f"    source: {' '.join(line.places)}")
    for conflict in said.conflicts:
        preferred = f", preferred: {', '.join(conflict.prefers)}" if conflict.prefers else ", none preferred"
        say(f"{conflict.kind}: {conflict.reason or 'statements disagree'}{preferred if reasons else ''}")
    if contradiction := timeline.contradiction():
        say("the times reported contradict each other: " + ", ".join(contradiction.statements))


@main.command()
@click.argument("question")
@click.argument("patient")
@click.option(
    "-p", "given", type=(str, str), multiple=True, metavar="NAME VALUE", help="A parameter of the question; repeatable."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "turtle")),
    default="text",
    help="Sentences, or the chain as RDF.",
)
@store_options
def why(
    question: str, patient: str, given: tuple[tuple[str, str], ...], form: str,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Say why a QUESTION returns a PATIENT or does not: statements, places and rules."""
    from pyoxigraph import RdfFormat, serialize

    from .. import course, questions
    from .. import why as reasons
    from ..vocabulary import prefixes

    found = questions.find(question)
    found.bound(dict(given))
    opened = built(case_folders, only_cases, store_folder)
    because = reasons.why(opened, found, patient, dict(given))
    if form == "turtle":
        content = serialize(sorted(because.triples, key=str), format=RdfFormat.TURTLE, prefixes=prefixes())
        click.echo((content or b"").decode().rstrip("\n"))
        return
    for sentence in reasons.sentences(found, patient, because, course.told(opened, patient).said):
        click.echo(sentence)


@main.command()
@click.argument("patients", nargs=-1)
@format_option
@store_options
def conflicts(
    patients: tuple[str, ...],
    form: str | None,
    case_folders: tuple[Path, ...],
    only_cases: bool,
    store_folder: Path | None,
) -> None:
    """List statements that disagree, with their sources, the preferred one and why; of all patients, or of those named."""
    from .. import conflicts as disagreeing

    table = disagreeing.table(built(case_folders, only_cases, store_folder), patients)
    print_table(table, form)
    say(f"{len({row[1] for row in table.rows})} conflicts")


@main.command()
@click.argument("patient", required=False)
@click.option("--age", type=click.IntRange(0, 119), help="Age in years.")
@click.option("--sex", default="", help="female or male.")
@click.option("--disease", default="", help="A leukemia, by any of its names.")
@click.option("--markers", default="", help='As a pathologist writes them: "CD19+ MPO+ CD3-".')
@click.option("--therapy", multiple=True, help="A drug, a regimen or a kind of treatment; repeatable.")
@click.option(
    "--feature", multiple=True, help="A state of the disease or a finding, such as 'marrow relapse'; repeatable."
)
@click.option("--absent", multiple=True, help="A finding or state that is known to be absent; repeatable.")
@click.option(
    "--by", multiple=True, metavar="ATTRIBUTE", help="Compare only this attribute, such as disease; repeatable."
)
@format_option
@store_options
def similar(
    patient: str | None, age: int | None, sex: str, disease: str, markers: str, therapy: tuple[str, ...],
    feature: tuple[str, ...], absent: tuple[str, ...], by: tuple[str, ...], form: str | None,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Rank published patients by what they share with a PATIENT, or with a description, and say why."""
    from .. import similar as likeness

    given = any((age is not None, sex, disease, markers, therapy, feature, absent))
    if given == (patient is not None):
        raise click.UsageError("name a PATIENT, or describe one by --age, --sex, --disease, --markers, …")
    asked = None
    if patient is None:
        asked = likeness.described(
            age=age, sex=sex, disease=disease, markers=markers, therapy=therapy, feature=feature, absent=absent
        )
    opened = built(case_folders, only_cases, store_folder)
    found = likeness.rank(likeness.corpus(opened), asked or likeness.profile_of(opened, str(patient)), by)
    print_table(likeness.table(found), form)
    say(likeness.MEASURE)


@main.group()
def plot() -> None:
    """Draw courses as SVG: solid where certain, faded where only possible."""


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write (default: standard output).",
)


@plot.command()
@click.argument("patient")
@click.option(
    "--axis",
    type=click.Choice(("days", "order")),
    help="Days from the index event, or order only (default: by what is known).",
)
@output_option
@store_options
def timeline(
    patient: str, axis: Literal["days", "order"] | None, output: Path | None,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Draw the timeline of one PATIENT, in lanes."""
    from .. import plots

    write_to(plots.timeline(built(case_folders, only_cases, store_folder), patient, axis).encode(), output)


@plot.command()
@click.argument("patients", nargs=-1)
@output_option
@store_options
def swimmer(
    patients: tuple[str, ...],
    output: Path | None,
    case_folders: tuple[Path, ...],
    only_cases: bool,
    store_folder: Path | None,
) -> None:
    """Draw one row a patient, for the PATIENTS named or for all."""
    from .. import course, plots

    opened = built(case_folders, only_cases, store_folder)
    write_to(plots.swimmer(opened, patients or course.patients(opened)).encode(), output)


def write_to(content: bytes, output: Path | None) -> None:
    """Write to a file or, if none is named, to standard output."""
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error


@main.command()
@click.argument("source", metavar="FILE|-")
@format_option
@store_options
def sparql(
    source: str, form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None
) -> None:
    """Run a SPARQL query from a FILE (or - for standard input) over the union of all graphs."""
    from pyoxigraph import RdfFormat, serialize

    from .. import questions
    from ..tables import Table
    from ..vocabulary import prefixes

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{source} cannot be read: {error}") from error
    found = questions.query(built(case_folders, only_cases, store_folder), text)
    if isinstance(found, Table):
        print_table(found, form)
        say(f"{len(found.rows)} rows")
    elif isinstance(found, bool):
        click.echo("true" if found else "false")
    else:
        click.echo((serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode().rstrip("\n"))
