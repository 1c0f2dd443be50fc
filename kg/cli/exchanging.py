"""Exchange: patients out to formats of other projects and in from them, with what was lost or not understood."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import FINDINGS, UNREADABLE, main, say

if TYPE_CHECKING:
    from pyoxigraph import Store

# The rows of `kg.export.exchange.FORMATS`, named here so that --help need not import them; a test compares.
PATIENT_FORMATS = ("phenopacket", "mcode", "nanopub", "kgx", "cbioportal")
# The rows of `kg.importers.IMPORTERS`, for the same reason.
IMPORT_FORMATS = ("phenopacket", "mcode")


def export_patients(form: str, names: Sequence[str], output: Path | None, strict: bool, opened: "Store") -> None:
    """Write patients in an exchange format into a folder, each with its loss report beside it, and say what was lost.

    A single file may go to standard output; its loss report then is only summed up.
    """
    from ..export import exchange

    patients = exchange.read(opened, names)
    written = exchange.write(form, patients)
    if output is None and len(written.files) > 1:
        raise click.UsageError(f"{len(written.files)} files: name a folder with -o, or one patient with --patient")
    if output is None:
        for content in written.files.values():
            click.echo(content, nl=False)
    else:
        say(f"{len(written.save(output))} files in {output}, loss reports among them")
    for report in written.reports:
        say(report.sentence())
    if strict and not all(report.lossless for report in written.reports):
        say("--strict: something was lost")
        sys.exit(FINDINGS)


@main.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(IMPORT_FORMATS))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to write case files into."
)
@click.option("--strict", is_flag=True, help="Exit code 1 if anything in a file was not understood.")
def import_patients(form: str, files: tuple[Path, ...], output: Path | None, strict: bool) -> None:
    """Turn FILES of FORMAT (phenopacket, mcode) into case files, each with a report of what was not understood.

    Without -o only the summary is printed. Exit code 1 if something in a file is wrong, 3 if a file cannot be read at all.
    """
    from .. import importers

    found = importers.run(form, files)
    for finding in found.findings:
        say(str(finding))
    for error in found.unreadable:
        say(str(error))
    for record in found.records:
        say(record.sentence())
    if output is not None:
        say(
            f"{len(found.save(output))} files in {output}: check them with 'leukemia-kg check --only-cases --cases {output}'"
        )
    if found.unreadable:
        sys.exit(UNREADABLE)
    if found.findings or (strict and any(record.left() for record in found.records)):
        sys.exit(FINDINGS)
