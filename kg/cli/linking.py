"""Links: check the mappings to other vocabularies, and propose more."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import FINDINGS, main, say

if TYPE_CHECKING:
    from ..mappings import Mapping

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_ontologies = click.option(
    "--ontology", "ontologies", type=_FILE, multiple=True,
    help="An ontology as OBO, OWL (RDF/XML) or OBO Graph JSON; repeatable.",
)  # fmt: skip
_mappings = click.option(
    "--mappings",
    "sets",
    type=_FILE,
    multiple=True,
    help="An SSSOM set of our terms instead of the shipped ones; repeatable.",
)


@main.group()
def link() -> None:
    """Mappings of our terms to other vocabularies: check them, propose more (needs the extra 'links')."""


@link.command(name="check")
@_ontologies
@_mappings
@click.option(
    "--agrees-with",
    "others",
    type=_FILE,
    multiple=True,
    help="Another SSSOM set to compare with, such as Mondo's; repeatable.",
)
@click.option("--partial", is_flag=True, help="The ontology is a slim or an import: what it lacks is no finding.")
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json", "sarif")), default="text", help="Default: text."
)
def check_links(
    ontologies: tuple[Path, ...], sets: tuple[Path, ...], others: tuple[Path, ...], partial: bool, form: str
) -> None:
    """Check the mappings: does each concept exist, is it current, is its label the same, do others agree?

    Exit code 1 if a concept is missing or obsolete, or another set differs and our row does not say why.
    """
    from .. import findings, links, validate

    if not ontologies and not others:
        raise click.UsageError("name an --ontology, or a set with --agrees-with")
    rows = _rows(sets)
    found = []
    for path in ontologies:
        count, here = links.check(rows, links.read(path), partial=partial)
        say(f"{path}: {count} mappings checked, {len(here)} findings")
        found += here
    for path in others:
        compared = links.agreement(rows, path)
        say(
            f"{path}: {compared.same} rows the same, {len(compared.conflicts)} in conflict, "
            f"{len(compared.explained)} different with our reason, {len(compared.missing)} only there"
        )
        found += compared.findings
    if text := findings.render(findings.Checked(tuple(found), (), ()), form):
        click.echo(text)
    if validate.violations(found):
        sys.exit(FINDINGS)


@link.command()
@_ontologies
@_mappings
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The SSSOM file to write."
)
@click.option("--least", type=click.FloatRange(0.5, 1), default=0.9, help="The least score, to 1 (default: 0.9).")
def suggest(ontologies: tuple[Path, ...], sets: tuple[Path, ...], output: Path, least: float) -> None:
    """Propose concepts for terms without a mapping, by their names, each with a score; for a person to judge."""
    from .. import files, links

    if not ontologies:
        raise click.UsageError("name an --ontology")
    if output.resolve().is_relative_to(files.ONTOLOGY.resolve()):
        raise click.UsageError("candidates are judged first: write them outside the ontology's folder")
    rows = _rows(sets)
    found = [candidate for path in ontologies for candidate in links.suggest(rows, links.read(path), least=least)]
    links.write(found, output)
    say(f"{len(found)} candidates for {len({one.term.iri for one in found})} terms in {output}; none is accepted yet")


def _rows(sets: tuple[Path, ...]) -> "tuple[Mapping, ...]":
    from .. import mappings

    return tuple(row for path in sets for row in mappings.read(path)) if sets else mappings.load().all
