"""Exchange: patients out to formats of other projects, with what each could not say."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import FINDINGS, say

if TYPE_CHECKING:
    from pyoxigraph import Store

# The rows of `kg.export.exchange.FORMATS`, named here so that --help need not import them; a test compares.
PATIENT_FORMATS: tuple[str, ...] = ()


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
