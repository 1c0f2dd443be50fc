"""Ask and show: questions, courses, reasons, conflicts, pictures, SPARQL, exports."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..errors import QueryError
from .base import (
    build_store,
    built,
    engine_option,
    excel_option,
    folders,
    format_option,
    main,
    output_option,
    say,
    store_options,
    timeout_option,
)
from .printing import print_table, write_to

if TYPE_CHECKING:
    from pyoxigraph import Store

    from ..catalogue import Question
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
@excel_option
@output_option
@timeout_option
@format_option
@store_options
def ask(
    question: str | None, given: tuple[tuple[str, str], ...], listing: bool, explain: bool, no_headers: bool,
    excel_safe: bool, output: Path | None, seconds: float | None,
    form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Ask a stored QUESTION; each row names its certainty and its places in papers.

    Who was asked, who could not be judged for want of a report, and open conflicts stand under the table (on standard
    error; in JSON and Parquet as `meta`).
    """
    from .. import answers, questions

    if listing:
        _list_questions(form, output)
        return
    if question is None:
        raise click.UsageError("name a QUESTION, or use --list to see them")
    found, chosen = questions.find(question), dict(given)
    found.bound(chosen)  # wrong use is told before anything is built
    opened = built(case_folders, only_cases, store_folder)
    table = questions.ask(opened, found, chosen, _limited(store_folder, seconds))
    foot = answers.foot(opened, found, chosen, table)
    print_table(table, form, headers=not no_headers, meta=foot.meta(), excel_safe=excel_safe, output=output)
    for line in foot.lines():
        say(line)
    if explain:
        _explain(opened, found, chosen)


def _limited(store_folder: Path | None, seconds: float | None) -> "Callable[[str], Table | bool | str] | None":
    """Return what runs a query under a time limit, if there is one."""
    from .. import files, running

    folder = store_folder or files.store_folder()
    return (lambda text: running.query(folder, text, seconds)) if seconds else None


def _list_questions(form: str | None, output: Path | None) -> None:
    import json

    from .. import questions
    from ..catalogue import described
    from ..tables import of_texts

    found = questions.catalogue()
    if form == "json":
        write_to(f"{json.dumps(list(map(described, found)), indent=2, ensure_ascii=False)}\n".encode(), output)
    elif form or output or not sys.stdout.isatty():
        rows = [(q.tags[0] if q.tags else "", q.slug, q.summary, _parameters(q)) for q in found]
        print_table(of_texts(("group", "question", "summary", "parameters"), sorted(rows)), form, output=output)
    else:
        grouped(found)


def _parameters(question: "Question") -> str:
    return "; ".join(
        f"{p.name}: {' | '.join(map(p.shown, p.values)) or p.kind_of_value} (default {p.shown(p.default)})"
        for p in question.parameters
    )


def grouped(found: "list[Question]") -> None:
    """Print the catalogue for a reader: by its first tag, each question with its summary and parameters."""
    group = None
    for question in sorted(found, key=lambda one: (one.tags[:1], one.slug)):
        if question.tags[:1] != group:
            group = question.tags[:1]
            click.echo("\n" + (group[0] if group else "others"))
        click.echo(f"  {question.slug}\n      {question.summary}")
        for parameter in question.parameters:
            values = " | ".join(map(parameter.shown, parameter.values)) or parameter.kind_of_value
            click.echo(f"      -p {parameter.name} {values} (default {parameter.shown(parameter.default)})")
    say(f"\n{len(found)} questions; 'leukemia-kg ask QUESTION' asks one, '-f json' describes all")


def _explain(opened: "Store", question: "Question", given: Mapping[str, str]) -> None:
    from .. import lineage, questions

    if lineage.Lineage(opened, question, given).pattern is None:
        say(
            f"'{question.slug}' declares no temporal pattern, so nobody is refuted by one: who is not returned has no row "
            f"('leukemia-kg why {question.slug} PATIENT' says what is told of one)"
        )
        return
    rows = questions.refuted(opened, question.slug, question.closed(given))
    say(f"not returned: {len(rows)}")
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


@main.command()
@click.argument("source", metavar="FILE|-")
@click.option("--no-headers", is_flag=True, help="Leave the header of CSV and TSV out.")
@excel_option
@output_option
@timeout_option
@format_option
@store_options
def sparql(
    source: str, no_headers: bool, excel_safe: bool, output: Path | None, seconds: float | None,
    form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Run a SPARQL query from a FILE (or - for standard input) over the union of all graphs."""
    from pyoxigraph import RdfFormat, serialize

    from .. import questions
    from ..tables import Table
    from ..vocabulary import prefixes

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{source} cannot be read: {error}") from error
    opened, run = built(case_folders, only_cases, store_folder), _limited(store_folder, seconds)
    found = run(text) if run else questions.query(opened, text)
    if isinstance(found, Table):
        print_table(found, form, headers=not no_headers, excel_safe=excel_safe, output=output)
        say(f"{len(found.rows)} rows")
    elif isinstance(found, bool):
        click.echo("true" if found else "false")
    elif isinstance(found, str):
        write_to(found.encode(), output)
    else:
        write_to(serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"", output)
