"""Curate: check cases and their evidence, classify, find terms, begin a file."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from ..errors import EvidenceError, ShapeError
from .base import (
    FINDINGS,
    UNREADABLE,
    built,
    cases_options,
    engine_option,
    folders,
    format_option,
    main,
    say,
    store_options,
)
from .printing import print_table


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json", "sarif", "turtle")),
    default="text",
    help="Default: text.",
)
@click.option("--settled", is_flag=True, help="Also list what an acknowledgement has settled.")
@click.option("--care", is_flag=True, help="Instead, score each case by the CARE items and say what is missing.")
@click.option(
    "--dl", is_flag=True, help="Instead, let HermiT check the cases against the ontology (needs the extra 'reasoner')."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until interrupted.")
@engine_option
@cases_options
def check(
    files: tuple[Path, ...], form: str, settled: bool, care: bool, dl: bool, watch: bool, engine: str,
    case_folders: tuple[Path, ...], only_cases: bool,
) -> None:  # fmt: skip
    """Check case FILES, or all cases: what is missing or contradicts itself, by file, line and column.

    Exit code 1 if there is a violation, 3 if a file cannot be read.
    """
    from .. import cases, findings

    chosen, reader = folders(case_folders, only_cases), cases.Reader()

    def once(changed: Sequence[Path]) -> findings.Checked:
        checked = findings.check(changed, chosen, engine, reader)
        if dl and not checked.unreadable:
            _check_dl(checked)
            return checked
        scored = care and not checked.unreadable
        text = _care(checked, changed) if scored else findings.render(checked, form, settled=settled)
        if text:
            click.echo(text.rstrip("\n"))
        return checked

    if watch:
        _watch(files, chosen, once)
        return
    checked = once(files)
    if dl and not checked.unreadable:
        return
    if checked.unreadable:
        sys.exit(UNREADABLE)
    if checked.violations:
        sys.exit(FINDINGS)


def _watch(files: Sequence[Path], case_folders: Sequence[Path], once: Callable[[Sequence[Path]], Any]) -> None:
    """Check what is saved until interrupted, and say after each check how it stands; a wrong shape can be mended too."""
    from .. import findings

    def saved(changed: Sequence[Path]) -> None:
        try:
            checked = once(changed)
        except ShapeError as error:
            say(str(error))
            return
        open_ = sum(not finding.settled for finding in checked.findings)
        which = changed[0].name if len(changed) == 1 else f"{len(changed)} files"
        say(f"{time.strftime('%H:%M:%S')} {which}: {open_ or 'no'} finding{'' if open_ == 1 else 's'}")

    with contextlib.suppress(KeyboardInterrupt):
        findings.watch(files, saved, folders=() if files else case_folders)


def _check_dl(checked: Any) -> None:
    """Ask HermiT of all cases at once, and print what contradicts the ontology in words."""
    from .. import assemble, orders, projection, reason, timeline

    triples = []
    for subject, said in assemble.by_subject(checked.read).items():
        if subject.startswith("patient/"):
            triples += [*projection.project(said).certain, *orders.transplant_orders(timeline.solve(said))]
    verdict = reason.check_dl(triples)
    for explanation in verdict.explanations:
        click.echo(explanation.words)
    for disagreement in verdict.disagreements:
        click.echo(f"HermiT and the compiled rules disagree, which is a fault of ours: {disagreement}")
    say("consistent with the ontology" if verdict.consistent else "contradicts the ontology")
    if not verdict.consistent or verdict.disagreements:
        sys.exit(FINDINGS)


def _care(checked: Any, only: Sequence[Path] = ()) -> str:
    """Return the scores of the patients whom these files tell of, or of all."""
    from .. import assemble, findings

    publications = [t for case in checked.read if case.subject.startswith("publication/") for t in case.triples]
    lines = []
    paths = {path.resolve() for path in only}
    wanted = {case.subject for case in checked.read if not paths or case.path.resolve() in paths}
    for subject, said in assemble.by_subject(checked.read).items():
        if subject in wanted and subject.startswith("patient/"):
            found = findings.care(said, publications)
            lines.append(f"{subject.removeprefix('patient/')}: {found.score:.0%} of the CARE items\n")
            lines += [f"  missing {item.number}: {item.asks} ({item.lacks})\n" for item in found.missing]
    return "".join(lines)


@main.command()
@click.argument("patient")
@click.option("--told-by", required=True, help="The id of the publication that tells the case.")
def new(patient: str, told_by: str) -> None:
    """Write a commented template for a PATIENT's file to standard output; it passes once filled."""
    from .. import template

    click.echo(template.new(patient, told_by), nl=False)


@main.command(name="classify")
@click.argument("inputs", nargs=-1, metavar="[PATIENT|FILE]...")
@click.option("--markers", help="A phenotype as text, such as 'CD19+ CD10+ cCD79a+ MPO+ CD3-'.")
@click.option("--edition", "editions", multiple=True, help="Only this edition; repeatable (an unknown one lists them).")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json", "csv", "tsv", "md")),
    default="text",
    help="Default: text.",
)
@store_options
def classify_command(
    inputs: tuple[str, ...], markers: str | None, editions: tuple[str, ...], form: str,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Say which lineages and entities the reported markers show, by edition, what carries them and what is missing.

    Exit code 1 if a reported diagnosis contradicts its reported markers.
    """
    from .. import classify, course, timeline
    from ..classify import response

    if unknown := [name for name in editions if name not in classify.EDITIONS]:
        raise click.UsageError(f"no edition '{unknown[0]}'; there are: {', '.join(classify.EDITIONS)}")
    chosen = editions or classify.EDITIONS
    results: list[Any] = []
    rules: list[Any] = []
    try:
        sheets = [Path(name).read_text("utf-8") for name in inputs if Path(name).is_file()]
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"a sheet of markers cannot be read: {error}") from error
    texts = [*([markers] if markers else []), *sheets]
    results += [classify.classify(classify.read_markers(text), editions=chosen) for text in texts]
    patients = [name for name in inputs if not Path(name).is_file()]
    if patients or not (inputs or markers):
        opened = built(case_folders, only_cases, store_folder)
        for patient in patients or course.patients(opened):
            said = course.told(opened, patient).said
            found = classify.classify_patient(said, editions=chosen)
            if not found:
                say(f"{patient}: no marker is told")
            results += found
            rules += response.assess(timeline.solve(said))
    _print_classified(results, rules, form)
    if any(result.contradictions for result in results):
        sys.exit(FINDINGS)


def _print_classified(results: Sequence[Any], rules: Sequence[Any], form: str) -> None:
    import json

    from .. import tables
    from ..classify import response, wording

    if form == "json":
        records = [*(r for result in results for r in wording.records(result)), *response.rule_records(rules)]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    elif form == "text":
        click.echo("\n\n".join([*map(wording.render, results), *([response.render_rules(rules)] if rules else [])]))
    else:
        rows = [row for result in results for row in wording.rows(result)]
        click.echo(tables.render(tables.of_texts(wording.COLUMNS, rows), form))


@main.command()
@click.argument("words", nargs=-1)
@format_option
def terms(words: tuple[str, ...], form: str | None) -> None:
    """List the ontology's terms whose label, synonym or definition holds all WORDS: keys, kinds and values of case files.

    A single word such as NCIT:C82212 lists the terms that are mapped to that concept of another vocabulary.
    """
    from .. import mappings, vocabulary
    from ..tables import of_texts

    if len(words) == 1 and mappings.is_external(words[0]):
        to = mappings.load().to(words[0])
        rows = [(m.subject_label, f"{words[0]} is {m.relation} it", m.object_label, m.comment) for m in to]
        print_table(of_texts(("term", "relation", "concept", "comment"), rows), form)
        say(f"{len(rows)} terms" if rows else f"no term of ours is mapped to {words[0]}")
        return
    found = vocabulary.terms().search(words)
    rows = [(t.label, t.role, "; ".join(n for n in t.names if n != t.label), t.definition) for t in found]
    print_table(of_texts(("term", "is a", "also", "definition"), rows), form)
    say(f"{len(rows)} terms" if rows else "no term; if it is missing, see 'add a case' in CONTRIBUTING")


@main.group()
def evidence() -> None:
    """Places in papers: index a text, find a passage, check each statement against it with its sign."""


_source_option = click.option(
    "--source", "sources", type=click.Path(path_type=Path, dir_okay=False), multiple=True, required=True,
    help="The text of a paper: Markdown, plain text or PDF; repeatable.",
)  # fmt: skip


@evidence.command()
@_source_option
@click.option(
    "--with-text", is_flag=True, help="Print each passage's id and text instead, for reading beside the case file."
)
def index(sources: tuple[Path, ...], with_text: bool) -> None:
    """Propose the passages of a text, ready for publication.yaml; no sentence of it is printed."""
    from .. import evidence as checking

    for source in sources:
        document = checking.read_source(source)
        if with_text:
            click.echo("\n".join(f"{passage.id}\t{passage.text}" for passage in document.passages))
        else:
            click.echo(checking.index_yaml(document), nl=False)


@evidence.command()
@click.argument("words")
@_source_option
def locate(words: str, sources: tuple[Path, ...]) -> None:
    """Find the passages of a text that hold WORDS, best first."""
    from .. import evidence as checking

    for source in sources:
        found = checking.locate(checking.read_source(source), words)
        for passage, score in found:
            click.echo(f"{passage.id}\t{score:.2f}\t{passage.text}")
        say(f"{source}: {len(found)} passages" if found else f"{source}: nothing like it; try fewer or other words")


@evidence.command(name="show")
@click.argument("statement")
@_source_option
@cases_options
def show_statement(statement: str, sources: tuple[Path, ...], case_folders: tuple[Path, ...], only_cases: bool) -> None:
    """Print a STATEMENT (such as durer-2019-p1/hct/donorType) beside its passage."""
    from .. import evidence as checking
    from ..checking import Checker

    checker = Checker(folders(case_folders, only_cases), sources)
    found, document = checker.statement(statement)
    click.echo(checking.show(found, document), nl=False)


@evidence.command(name="check")
@_source_option
@click.option("--record", is_flag=True, help="Keep the verdicts beside the cases, so that the store holds them.")
@format_option
@cases_options
def check_evidence(
    sources: tuple[Path, ...], record: bool, form: str | None, case_folders: tuple[Path, ...], only_cases: bool
) -> None:
    """Check that every statement's passage is where it says and carries the statement's own tokens with their sign.

    Lists the statements that are not supported; exit code 1 if any is contradicted or not found.
    """
    from ..checking import Checker

    checker = Checker(folders(case_folders, only_cases), sources)
    summary = checker.summary()
    for move in summary.moved:
        elsewhere = f" to {move.to.id}, {move.to.start}-{move.to.end}" if move.to else ""
        say(f"{move.id}: {move.status}{elsewhere} in the text given")
    print_table(checker.table(summary), form)
    counts = ", ".join(f"{summary.count(verdict)} {verdict}" for verdict in checker.verdicts)
    say(f"{len(summary.findings)} statements checked: {counts}")
    if record:
        for path in checker.record(summary):
            say(f"recorded in {path}")
    if summary.count("contradicted") or summary.count("not found"):
        sys.exit(FINDINGS)
