"""The command line: arguments, one call, text and exit code. The only module that prints."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import click

from .errors import CaseError, EvidenceError, KgError, PatternError, QueryError, QuestionError, StoreError

if TYPE_CHECKING:
    from pyoxigraph import Store

    from .tables import Table

# Exit codes; 2 (wrong use) is click's own.
FINDINGS, WRONG_USE, UNREADABLE, QUERY_ERROR = 1, 2, 3, 4
_EXIT: tuple[tuple[type[KgError], int], ...] = (
    (CaseError, UNREADABLE),
    (EvidenceError, UNREADABLE),
    (StoreError, UNREADABLE),
    (QuestionError, WRONG_USE),
    (QueryError, QUERY_ERROR),
    (PatternError, UNREADABLE),
)
_TABLE_FORMATS = ("table", "csv", "tsv", "json", "ndjson", "md", "sparql-json")
_F = TypeVar("_F", bound=Callable[..., Any])


def say(text: str) -> None:
    """Print to stderr: counts, warnings, progress; data alone goes to stdout."""
    click.echo(text, err=True)


class _Group(click.Group):
    """Turns errors raised on purpose into a message and an exit code, and a closed pipe into a quiet end."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)
        except KgError as error:
            _fail(error)


def _fail(error: KgError) -> NoReturn:
    say(f"error: {error}" if not isinstance(error, CaseError) else str(error))
    if isinstance(error, CaseError):
        count = len(error.problems)
        say(f"{count} problem{'s' if count > 1 else ''}; nothing was changed")
    sys.exit(next((code for kind, code in _EXIT if isinstance(error, kind)), FINDINGS))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="leukemia-kg", prog_name="leukemia-kg")
def main() -> None:
    """Published leukemia patients as a graph: ask what was done, what came of it, and how sure that is.

    \b
    Exit codes: 0 fine, 1 findings, 2 wrong use, 3 unreadable input, 4 query error, 5 time-out.
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def _cases_options(function: _F) -> _F:
    cases = click.option(
        "--cases", "case_folders", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
        help="A folder of case files, besides the shipped ones; repeatable.",
    )  # fmt: skip
    return cases(click.option("--only-cases", is_flag=True, help="Leave the shipped cases out.")(function))


def _store_options(function: _F) -> _F:
    where = click.option(
        "--store", "store_folder", type=click.Path(path_type=Path, file_okay=False), envvar="LEUKEMIA_KG_STORE",
        help="The folder of the store (default: build/ of a checkout, else the user's cache).",
    )  # fmt: skip
    return _cases_options(where(function))


_format_option = click.option(
    "-f", "--format", "form", type=click.Choice(_TABLE_FORMATS), help="Default: a table on a terminal, else TSV."
)


def _folders(case_folders: Sequence[Path], only_cases: bool) -> list[Path]:
    from . import files

    if only_cases and not case_folders:
        raise click.UsageError("--only-cases needs --cases")
    return [*([] if only_cases else [files.CASES]), *case_folders]


def _built(case_folders: Sequence[Path], only_cases: bool, store_folder: Path | None) -> "Store":
    """Open the store, building it first where it is missing or its inputs have changed."""
    from . import build as building
    from . import files, store

    folders, folder = _folders(case_folders, only_cases), store_folder or files.store_folder()
    name = building.input_digest(folders)
    if not store.current(folder).startswith(name):
        say("building the store (first use, or its inputs have changed)")
        _build(folders, folder)
    return store.open_store(folder)


def _build(folders: Sequence[Path], folder: Path) -> None:
    from . import build as building

    if not sys.stderr.isatty():
        found = building.build(folders, folder)
    else:
        from rich.console import Console

        with Console(stderr=True).status("building") as status:
            found = building.build(folders, folder, status.update)
    open_ = sum(not finding.settled for finding in found.findings)
    if open_:
        say(f"{open_} findings to look at: 'leukemia-kg check' lists them")
    say(f"built {found.quads} quads of {found.patients} patients in {folder}")


@main.command()
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@_store_options
def build(force: bool, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None) -> None:
    """Read all cases, solve and judge them, and switch the store to the result."""
    from . import build as building
    from . import files, store

    folders, folder = _folders(case_folders, only_cases), store_folder or files.store_folder()
    if not force and store.current(folder).startswith(building.input_digest(folders)):
        say(f"up to date: {folder} (--force builds anyway)")
        return
    _build(folders, folder)


@main.command()
@click.argument("question", required=False)
@click.option(
    "-p", "given", type=(str, str), multiple=True, metavar="NAME VALUE", help="A parameter of the question; repeatable."
)
@click.option("--list", "listing", is_flag=True, help="Show the stored questions and their parameters.")
@click.option("--explain", is_flag=True, help="Also list who is not returned, with the reason.")
@click.option("--no-headers", is_flag=True, help="Leave the header of CSV and TSV out.")
@_format_option
@_store_options
def ask(
    question: str | None, given: tuple[tuple[str, str], ...], listing: bool, explain: bool, no_headers: bool,
    form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Ask a stored QUESTION; each row names its certainty and its places in papers."""
    from . import questions

    if listing:
        _list_questions(form)
        return
    if question is None:
        raise click.UsageError("name a QUESTION, or use --list to see them")
    found = questions.find(question)
    found.bound(dict(given))  # wrong use is told before anything is built
    opened = _built(case_folders, only_cases, store_folder)
    table = questions.ask(opened, found, dict(given))
    _print_table(table, form, headers=not no_headers)
    readings = ", ".join(f"{p.name} = {dict(given).get(p.name, p.default)}" for p in found.parameters)
    say(f"{found.summary}{f' ({readings})' if readings else ''}")
    _summary(table, opened)
    if explain:
        _explain(opened, found.slug, {p.name: dict(given).get(p.name, p.default) for p in found.parameters})


def _list_questions(form: str | None) -> None:
    from . import questions
    from .tables import of_texts

    rows = [
        (
            question.slug,
            question.summary,
            "; ".join(f"{p.name}: {' | '.join(p.values) or 'any'} (default {p.default})" for p in question.parameters),
        )
        for question in questions.catalogue()
    ]
    _print_table(of_texts(("question", "summary", "parameters"), rows), form)


def _summary(table: "Table", opened: "Store") -> None:
    from .vocabulary import RDF_TYPE, lkg

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
    from . import questions

    rows = questions.refuted(opened, slug, given)
    say(f"not returned: {len(rows)}" if rows else "nobody else was judged; this question declares no temporal pattern")
    for patient, reason in rows:
        say(f"  {patient}: {reason}")


def _print_table(table: "Table", form: str | None, *, headers: bool = True) -> None:
    from . import tables

    form = form or ("table" if sys.stdout.isatty() else "tsv")
    if form != "table":
        click.echo(tables.render(table, form, headers=headers))
        return
    from rich.console import Console
    from rich.table import Table as RichTable

    shown = RichTable(show_lines=True)
    for name in table.columns:
        shown.add_column(name, overflow="fold", no_wrap=name == "patient")
    for row in table.texts():
        shown.add_row(*row)
    Console().print(shown)


@main.command()
@click.argument("patient")
@click.option("--reasons", is_flag=True, help="Show the statements behind contradictions in full.")
@click.option(
    "--assume",
    multiple=True,
    type=click.Choice(("blinatumomab-label",)),
    help="Also use what the paper does not say, such as the labelled length of a cycle.",
)
@_store_options
def show(
    patient: str, reasons: bool, assume: tuple[str, ...],
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Show the course of a PATIENT in order, each line with its time as reported and its source."""
    from . import course

    found = course.told(_built(case_folders, only_cases, store_folder), patient)
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
@_store_options
def why(
    question: str, patient: str, given: tuple[tuple[str, str], ...], form: str,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Say why a QUESTION returns a PATIENT or does not: statements, places and rules."""
    from pyoxigraph import RdfFormat, serialize

    from . import course, questions
    from . import why as reasons
    from .vocabulary import prefixes

    found = questions.find(question)
    found.bound(dict(given))
    opened = _built(case_folders, only_cases, store_folder)
    because = reasons.why(opened, found, patient, dict(given))
    if form == "turtle":
        content = serialize(sorted(because.triples, key=str), format=RdfFormat.TURTLE, prefixes=prefixes())
        click.echo((content or b"").decode().rstrip("\n"))
        return
    for sentence in reasons.sentences(found, patient, because, course.told(opened, patient).said):
        click.echo(sentence)


@main.command()
@click.argument("patients", nargs=-1)
@_format_option
@_store_options
def conflicts(
    patients: tuple[str, ...],
    form: str | None,
    case_folders: tuple[Path, ...],
    only_cases: bool,
    store_folder: Path | None,
) -> None:
    """List statements that disagree, with their sources, the preferred one and why; of all patients, or of those named."""
    from . import conflicts as disagreeing

    table = disagreeing.table(_built(case_folders, only_cases, store_folder), patients)
    _print_table(table, form)
    say(f"{len({row[1] for row in table.rows})} conflicts")


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option("-f", "--format", "form", type=click.Choice(("text", "json", "sarif", "turtle")), default="text")
@click.option("--settled", is_flag=True, help="Also list what an acknowledgement has settled.")
@click.option("--care", is_flag=True, help="Instead, score each case by the CARE items and say what is missing.")
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until interrupted.")
@_cases_options
def check(
    files: tuple[Path, ...], form: str, settled: bool, care: bool, watch: bool,
    case_folders: tuple[Path, ...], only_cases: bool,
) -> None:  # fmt: skip
    """Check case FILES, or all cases: what is missing or contradicts itself, by file, line and column.

    Exit code 1 if there is a violation, 3 if a file cannot be read.
    """
    from . import findings

    folders = _folders(case_folders, only_cases)

    def once(changed: Sequence[Path]) -> findings.Checked:
        checked = findings.check(changed, folders)
        text = _care(checked) if care else findings.render(checked, form, settled=settled)
        if text:
            click.echo(text.rstrip("\n"))
        return checked

    if watch:
        findings.watch(files, lambda changed: bool(once(changed)) or True, folders=folders)
        return
    checked = once(files)
    if checked.unreadable:
        sys.exit(UNREADABLE)
    if checked.violations:
        sys.exit(FINDINGS)


def _care(checked: Any) -> str:
    from . import assemble, findings

    publications = [t for case in checked.read if case.subject.startswith("publication/") for t in case.triples]
    lines = []
    for subject, said in assemble.by_subject(checked.read).items():
        if subject.startswith("patient/"):
            found = findings.care(said, publications)
            lines.append(f"{subject.removeprefix('patient/')}: {found.score:.0%} of the CARE items\n")
            lines += [f"  missing {item.number}: {item.asks} ({item.lacks})\n" for item in found.missing]
    return "".join(lines)


@main.command()
@click.argument("patient")
@click.option("--told-by", required=True, help="The id of the publication that tells the case.")
def new(patient: str, told_by: str) -> None:
    """Write a commented template for a PATIENT's file to standard output; it passes once filled."""
    from . import template

    click.echo(template.new(patient, told_by), nl=False)


@main.command(name="classify")
@click.argument("inputs", nargs=-1, metavar="[PATIENT|FILE]...")
@click.option("--markers", help="A phenotype as text, such as 'CD19+ CD10+ cCD79a+ MPO+ CD3-'.")
@click.option("--edition", "editions", multiple=True, help="Only this edition; repeatable (an unknown one lists them).")
@click.option("-f", "--format", "form", type=click.Choice(("text", "json", "csv", "tsv", "md")), default="text")
@_store_options
def classify_command(
    inputs: tuple[str, ...], markers: str | None, editions: tuple[str, ...], form: str,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Say which lineages and entities the reported markers show, by edition, what carries them and what is missing.

    Exit code 1 if a reported diagnosis contradicts its reported markers.
    """
    from . import classify, course, timeline
    from .classify import response

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
        opened = _built(case_folders, only_cases, store_folder)
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

    from . import tables
    from .classify import response, wording

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
@_format_option
def terms(words: tuple[str, ...], form: str | None) -> None:
    """List the ontology's terms whose label, synonym or definition holds all WORDS: keys, kinds and values of case files."""
    from . import vocabulary
    from .tables import of_texts

    found = vocabulary.terms().search(words)
    rows = [(t.label, t.role, "; ".join(n for n in t.names if n != t.label), t.definition) for t in found]
    _print_table(of_texts(("term", "is a", "also", "definition"), rows), form)
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
    from . import evidence as checking

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
    from . import evidence as checking

    for source in sources:
        found = checking.locate(checking.read_source(source), words)
        for passage, score in found:
            click.echo(f"{passage.id}\t{score:.2f}\t{passage.text}")
        say(f"{source}: {len(found)} passages" if found else f"{source}: nothing like it; try fewer or other words")


@evidence.command(name="show")
@click.argument("statement")
@_source_option
@_cases_options
def show_statement(statement: str, sources: tuple[Path, ...], case_folders: tuple[Path, ...], only_cases: bool) -> None:
    """Print a STATEMENT (such as durer-2019-p1/hct/donorType) beside its passage."""
    from . import evidence as checking
    from .checking import Checker

    checker = Checker(_folders(case_folders, only_cases), sources)
    found, document = checker.statement(statement)
    click.echo(checking.show(found, document), nl=False)


@evidence.command(name="check")
@_source_option
@click.option("--record", is_flag=True, help="Keep the verdicts beside the cases, so that the store holds them.")
@_format_option
@_cases_options
def check_evidence(
    sources: tuple[Path, ...], record: bool, form: str | None, case_folders: tuple[Path, ...], only_cases: bool
) -> None:
    """Check that every statement's passage is where it says and carries the statement's own tokens with their sign.

    Lists the statements that are not supported; exit code 1 if any is contradicted or not found.
    """
    from .checking import Checker

    checker = Checker(_folders(case_folders, only_cases), sources)
    summary = checker.summary()
    for move in summary.moved:
        elsewhere = f" to {move.to.id}, {move.to.start}-{move.to.end}" if move.to else ""
        say(f"{move.id}: {move.status}{elsewhere} in the text given")
    _print_table(checker.table(summary), form)
    counts = ", ".join(f"{summary.count(verdict)} {verdict}" for verdict in checker.verdicts)
    say(f"{len(summary.findings)} statements checked: {counts}")
    if record:
        for path in checker.record(summary):
            say(f"recorded in {path}")
    if summary.count("contradicted") or summary.count("not found"):
        sys.exit(FINDINGS)


@main.group()
def plot() -> None:
    """Draw courses as SVG: solid where certain, faded where only possible."""


_output_option = click.option(
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
@_output_option
@_store_options
def timeline(
    patient: str, axis: Literal["days", "order"] | None, output: Path | None,
    case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None,
) -> None:  # fmt: skip
    """Draw the timeline of one PATIENT, in lanes."""
    from . import plots

    _write(plots.timeline(_built(case_folders, only_cases, store_folder), patient, axis).encode(), output)


@plot.command()
@click.argument("patients", nargs=-1)
@_output_option
@_store_options
def swimmer(
    patients: tuple[str, ...],
    output: Path | None,
    case_folders: tuple[Path, ...],
    only_cases: bool,
    store_folder: Path | None,
) -> None:
    """Draw one row a patient, for the PATIENTS named or for all."""
    from . import course, plots

    opened = _built(case_folders, only_cases, store_folder)
    _write(plots.swimmer(opened, patients or course.patients(opened)).encode(), output)


def _write(content: bytes, output: Path | None) -> None:
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
@_format_option
@_store_options
def sparql(
    source: str, form: str | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None
) -> None:
    """Run a SPARQL query from a FILE (or - for standard input) over the union of all graphs."""
    from pyoxigraph import RdfFormat, serialize

    from . import questions
    from .tables import Table
    from .vocabulary import prefixes

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{source} cannot be read: {error}") from error
    found = questions.query(_built(case_folders, only_cases, store_folder), text)
    if isinstance(found, Table):
        _print_table(found, form)
        say(f"{len(found.rows)} rows")
    elif isinstance(found, bool):
        click.echo("true" if found else "false")
    else:
        click.echo((serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode().rstrip("\n"))


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(("turtle", "jsonld", "nquads", "trig", "rdfxml")),
    required=True,
    help="The format.",
)
@_output_option
@_store_options
def export(
    form: str, output: Path | None, case_folders: tuple[Path, ...], only_cases: bool, store_folder: Path | None
) -> None:
    """Write the whole dataset; formats without named graphs (turtle, rdfxml) hold the union of all of them."""
    from .export import FORMATS, quads

    opened = _built(case_folders, only_cases, store_folder)
    chosen = FORMATS[form]
    content = chosen.write(quads(opened))
    _write(content, output)
    graphs = len(list(opened.named_graphs()))
    say(f"{form}: {'all' if chosen.keeps_graphs else 'the union of'} {graphs} named graphs, {len(content)} bytes")
