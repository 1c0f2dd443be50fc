"""Publish: the dataset in other formats, releases, what changed between two, pages of the ontology."""

import sys
from pathlib import Path

import click

from .base import FINDINGS, built, folders, main, progress, say, store_options
from .exchanging import PATIENT_FORMATS, export_patients
from .printing import write_to


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(("turtle", "jsonld", "nquads", "trig", "rdfxml", "owl", "ofn", "events", *PATIENT_FORMATS)),
    required=True,
    help="The format; 'events' writes survival-ready tables with their data dictionary into a folder.",
)
@click.option("--patient", "patients", multiple=True, metavar="ID", help="Only this patient or group; repeatable.")
@click.option("--publication", "publications", multiple=True, metavar="ID", help="Only what it tells of; repeatable.")
@click.option("--asserted/--derived", "asserted", default=None, help="Only what people wrote, or only what follows.")
@click.option(
    "--frame", is_flag=True, help="JSON-LD only: a patient is one tree, and what is in no tree stands beside."
)
@click.option("--without-cases", is_flag=True, help="The ontology alone.")
@click.option("--strict", is_flag=True, help="Exchange formats: exit code 1 if a statement is not kept whole.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write (default: standard output); for exchange formats and events the folder.",
)
@store_options
def export(
    form: str, patients: tuple[str, ...], publications: tuple[str, ...], asserted: bool | None, frame: bool,
    without_cases: bool, strict: bool,
    output: Path | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Write the dataset or a part of it; formats without named graphs (turtle, rdfxml) hold the union of them.

    With --patient or --publication: all graphs about them, and what these cite of publications; the ontology is left out.
    An exchange format is written patient by patient into the folder -o, with a loss report beside each.
    """
    from .. import assemble, survival
    from ..export import FOLDERS, FORMATS, Selection, jsonld, select

    if without_cases and (patients or publications):
        raise click.UsageError("--without-cases leaves out what --patient and --publication choose")
    if frame and form != "jsonld":
        raise click.UsageError("--frame needs --format jsonld")
    opened = built(case_folders, only_cases, store_folder)
    if form in PATIENT_FORMATS:
        export_patients(form, patients, output, strict, opened)
        return
    if form in FOLDERS:
        if publications or asserted is not None:
            raise click.UsageError(f"--format {form} takes --patient, and neither --publication nor --asserted")
        for path in FOLDERS[form](opened, output or Path(f"leukemia-kg-{form}"), patients):
            say(f"wrote {path}")
        say(survival.WARNING)
        return
    follows = None if asserted is None else not asserted
    quads = select(opened, Selection(frozenset(patients), frozenset(publications), follows))
    if without_cases:
        quads = [quad for quad in quads if quad.graph_name == assemble.ONTOLOGY_GRAPH]
    if frame:
        framed = jsonld.framed(quads)
        write_to(framed.content, output)
        say(f"{framed.trees} patients, each a tree; {framed.beside} triples that are in no tree stand beside them")
        return
    chosen = FORMATS[form]
    content = chosen.write(quads)
    write_to(content, output)
    graphs = len({quad.graph_name for quad in quads})
    say(f"{form}: {'all' if chosen.keeps_graphs else 'the union of'} {graphs} named graphs, {len(content)} bytes")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@store_options
def docs(folder: Path, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None) -> None:
    """Write pages of the ontology, shapes, questions and cases into DIR; open DIR/index.html."""
    from .. import pages

    opened = built(case_folders, only_cases, store_folder)
    with progress("writing pages") as tell:
        number = pages.write(opened, folder, tell)
    say(f"{number} files in {folder}; open {folder / 'index.html'}")


@main.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True))
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json")), default="text", help="Sentences, or one object each."
)
def diff(old: Path, new: Path, form: str) -> None:
    """Tell what changed from OLD to NEW: cases, statements, terms, axioms, answers to the stored questions.

    Each is a release, an N-Quads or TriG file, or a folder of case files. Exit code 1 if anything differs.
    """
    import json

    from .. import differences

    before, after = differences.load(old), differences.load(new)
    changes = differences.compare(before, after)
    if form == "json":
        click.echo(json.dumps(differences.records(changes), indent=2, ensure_ascii=False))
    elif changes:
        click.echo(differences.render(changes))
    if not (before.can_be_asked and after.can_be_asked):
        say("answers are not compared: one of the two does not hold what follows from its statements")
    say(f"{len(changes)} differences" if len(changes) != 1 else "1 difference")
    if changes:
        sys.exit(FINDINGS)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--date", "day", metavar="YYYY-MM-DD", default="", help="Default: SOURCE_DATE_EPOCH, else the ontology's date."
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path, exists=True),
    help="The release before, or its N-Quads, to tell the changes.",
)
@store_options
def release(
    folder: Path, day: str, previous: Path | None,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Write a release into DIR: ontology, cases, shapes, questions, answers, pages, descriptions, checksums.

    Two runs give the same bytes. DIR must be new, empty or a release, which is then replaced.
    """
    from .. import release as releasing

    opened = built(case_folders, only_cases, store_folder)
    with progress("releasing") as tell:
        found = releasing.release(
            opened, folders(case_folders, only_cases), folder, day=day, previous=previous, progress=tell
        )
    say(f"{found.files} files in {found.folder}")
    if found.changes is not None:
        say(f"{found.changes} {'change' if found.changes == 1 else 'changes'} since {previous}: see CHANGES.md")
