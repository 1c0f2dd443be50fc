"""The command line: data on stdout, counts and warnings on stderr, exit codes, and help that is there and quick."""

import csv
import io
import json
import re
import subprocess
import sys

import click
import pyoxigraph
import pytest
from click.testing import CliRunner

from kg import questions, tables
from kg.cli import asking, main

HEADLINE = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"
SPARQL = "PREFIX lkg: <https://w3id.org/leukemia-kg/> SELECT DISTINCT ?patient WHERE { ?patient a lkg:Patient } ORDER BY ?patient"
HEAVY = ("rdflib", "pyshacl", "numpy", "pyoxigraph", "owlready2", "rich", "yaml", "jinja2")


def commands(group=main, path=()):
    """Every command and group by its path."""
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


ALL = list(commands())


@pytest.fixture
def run(store_folder):
    """Run a command on the store of the shipped cases; `input` is standard input."""

    def call(*arguments, stdin=None):
        known = arguments[0] in main.commands
        store = ["--store", str(store_folder)] if known else []
        return CliRunner().invoke(main, [arguments[0], *store, *map(str, arguments[1:])], input=stdin)

    return call


# --- help ---


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) or "leukemia-kg" for path, _ in ALL])
def test_every_command_and_option_is_documented(path, command):
    found = CliRunner().invoke(main, [*path, "--help"])
    assert found.exit_code == 0
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name not in {"help", "version"}:
            undocumented = path == ("export",) and parameter.name == "form"
            assert parameter.help or undocumented, parameter.opts  # see the next test
            for option in parameter.opts:
                assert option in found.stdout
        elif isinstance(parameter, click.Argument):
            assert parameter.make_metavar(click.Context(command)).strip("[].") in found.stdout


def test_the_format_of_an_export_is_documented():
    (option,) = [parameter for parameter in main.commands["export"].params if parameter.name == "form"]
    assert option.help


def test_the_help_lists_every_command_and_every_exit_code():
    text = CliRunner().invoke(main, ["--help"]).stdout
    for name in main.commands:
        assert f"  {name} " in text
    for code in ("0 fine", "1 findings", "2 wrong use", "3 unreadable input", "4 query error", "5 time-out"):
        assert code in text


def test_the_commands_of_the_first_answer_are_there():
    assert {"build", "ask", "show", "sparql", "export", "why", "conflicts"} <= set(main.commands)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([*path, "--help"] for path, _ in ALL[1:])], ids=" ".join
)
def test_help_imports_no_heavy_library(arguments):
    code = (
        "import sys\nfrom kg.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit as end: assert not end.code\n"
        f"loaded = set({HEAVY!r}) & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(loaded)}' if loaded else 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, found.stderr


def test_the_version_is_the_one_of_the_project():
    from importlib.metadata import version

    assert version("leukemia-kg") in CliRunner().invoke(main, ["--version"]).stdout


# --- ask ---


def shown(record):
    """A row of JSON as a reader sees it: of a term its label."""
    return {key: value["label"] if isinstance(value, dict) else value for key, value in record.items()}


@pytest.mark.parametrize("reading", ["any-order", "held", "attained", "attributed"])
@pytest.mark.parametrize("recurrence", ["overt", "any"])
def test_ask_prints_rows_and_what_belongs_to_them(reading, recurrence, run):
    """One object a row, keyed by column in the order asked; who was asked and the warning beside them."""
    found = run("ask", HEADLINE, "-p", "reading", reading, "-p", "recurrence", recurrence, "-f", "json")
    assert found.exit_code == 0
    document = json.loads(found.stdout)
    assert list(document) == ["meta", "rows"]
    records = [shown(record) for record in document["rows"]]
    columns = ["patient", "certainty", "suspected", "disease", "index_event", "course", "response", "would_decide", "evidence"]  # fmt: skip
    assert records
    for raw, record in zip(document["rows"], records, strict=True):
        assert list(record) == columns
        assert raw["patient"]["iri"].endswith(f"/patient/{record['patient']}")
        assert record["certainty"] in {"certain", "possible"}
    meta, patients = document["meta"], sorted({record["patient"] for record in records})
    assert meta["answered"] == patients
    assert meta["parameters"] == {"reading": reading, "recurrence": recurrence}
    assert "no denominator" in meta["warning"]
    assert "no denominator" in found.stderr
    assert f"{len(meta['asked'])} patients asked, {len(patients)} in the answer" in found.stderr
    assert f"reading = {reading}" in found.stderr


def test_the_defaults_are_those_of_the_question(run):
    default = run("ask", HEADLINE, "-f", "json")
    told = run("ask", HEADLINE, "-p", "reading", "any-order", "-p", "recurrence", "overt", "-f", "json")
    assert default.stdout == told.stdout
    assert "durer-2019-p1" in default.stdout


@pytest.mark.parametrize("slug", [question.slug for question in questions.catalogue()])
def test_every_question_answers_in_json(slug, run):
    """Wherever patients are answered, by id and with their certainty."""
    rows = json.loads(run("ask", slug, "-f", "json").stdout)["rows"]
    assert rows
    for record in map(shown, rows):
        if "patient" in record:
            assert "/" not in (record["patient"] or "")  # a row of a group has none
            assert record["certainty"] in {"certain", "possible"} | (
                {"overruled"} if slug == "conflicting-statements" else set()
            )


def read(form, out, columns):
    """Read an answer back, as texts by column."""
    if form in ("json", "ndjson"):
        rows = json.loads(out)["rows"] if form == "json" else [json.loads(line) for line in out.splitlines()]
        return [shown(row) for row in rows]
    if form == "sparql-json":
        document = json.loads(out)
        assert document["head"]["vars"] == columns
        assert {row["patient"]["type"] for row in document["results"]["bindings"]} == {"uri"}
        return [
            {name: row[name]["value"].rsplit("/patient/")[-1] if name in row else "" for name in columns}
            for row in document["results"]["bindings"]
        ]
    if form == "md":
        lines = out.splitlines()
        assert set(lines[1]) <= set("| -")
        names = [cell.strip() for cell in lines[0].strip("|").split("|")]
        return [dict(zip(names, (cell.strip() for cell in line[1:-1].split("|")), strict=True)) for line in lines[2:]]
    return list(csv.DictReader(io.StringIO(out), delimiter="\t" if form == "tsv" else ","))


@pytest.mark.parametrize("form", [form for form in tables.FORMATS if form not in ("table", "parquet")])
def test_every_format_holds_the_same_rows(form, run, shipped):
    """In no format does anything stand among the rows that is none."""
    table = questions.ask(shipped, questions.find(HEADLINE), {})
    found = run("ask", HEADLINE, "-f", form)
    rows = read(form, found.stdout, list(table.columns))
    assert [list(row.values()) for row in rows] == table.texts()
    assert "no denominator" in found.stderr


def test_parquet_holds_the_same_rows_with_iris_and_what_belongs_to_them(run, shipped, tmp_path):
    pyarrow = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "answer.parquet"
    assert run("ask", "donor-chimerism", "-o", path).exit_code == 0
    found = pyarrow.read_table(path)
    table = questions.ask(shipped, questions.find("donor-chimerism"), {})
    assert found.select(list(table.columns)).to_pylist() == table.records()
    assert found.column("patient_iri")[0].as_py() == table.rows[0][0].value
    assert str(found.schema.field("earliest_day").type) == "int64"
    assert json.loads(found.schema.metadata[b"leukemia-kg"])["asked"]


def test_a_file_s_suffix_gives_its_format(run, tmp_path):
    path = tmp_path / "answer.csv"
    found = run("ask", HEADLINE, "-o", path)
    assert found.stdout == ""
    assert path.read_text(encoding="utf-8") == run("ask", HEADLINE, "-f", "csv").stdout


FORMULA = 'SELECT ?cell { VALUES ?cell { "=1+1" "-3" "+cmd" "@x" "CD19+" } }'


@pytest.mark.parametrize(
    ("options", "cells"),
    [((), ["=1+1", "-3", "+cmd", "@x", "CD19+"]), (("--excel-safe",), ["'=1+1", "-3", "'+cmd", "'@x", "CD19+"])],
)
def test_a_cell_that_a_spreadsheet_would_run_can_be_made_harmless(options, cells, run):
    assert run("sparql", "-", "-f", "csv", *options, stdin=FORMULA).stdout.splitlines() == ["cell", *cells]


def test_a_query_that_takes_too_long_is_given_up(run):
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    found = run("sparql", "-", "--timeout", "0.2", stdin=endless)
    assert found.exit_code == 5
    assert found.stdout == ""
    assert "took longer than 0.2 s" in found.stderr


def test_a_time_limit_changes_no_answer(run):
    assert run("ask", HEADLINE, "--timeout", "120").stdout == run("ask", HEADLINE).stdout
    assert run("sparql", "-", "--timeout", "120", stdin="SELECT").exit_code == 4


def test_a_table_is_for_people(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    found = run("ask", "donor-chimerism", "-f", "table")
    assert found.exit_code == 0
    assert "durer-2019-p1" in found.stdout


@pytest.mark.parametrize("slug", [HEADLINE, "doses-and-cycles", "group-results"])
@pytest.mark.parametrize("columns", ["60", "100", "160"])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(slug, columns, run, monkeypatch, shipped):
    monkeypatch.setenv("COLUMNS", columns)
    found = run("ask", slug, "-f", "table").stdout
    assert max(map(len, found.splitlines())) <= int(columns)
    told = set(re.findall(r"[\w.-]+", found))
    for row in questions.ask(shipped, questions.find(slug), {}).texts():
        assert set(re.findall(r"[\w.-]+", " ".join(row))) <= told | {"durer-2019", *row[0].split()}


def test_without_a_terminal_rows_are_tab_separated(run):
    assert run("ask", HEADLINE).stdout == run("ask", HEADLINE, "-f", "tsv").stdout


def test_headers_can_be_left_out(run):
    with_headers = run("ask", HEADLINE, "-f", "csv").stdout.splitlines()
    assert run("ask", HEADLINE, "-f", "csv", "--no-headers").stdout.splitlines() == with_headers[1:]


def test_explain_lists_who_is_not_returned_with_the_reason(run):
    found = run("ask", HEADLINE, "-p", "reading", "attained", "--explain")
    assert found.exit_code == 0
    assert "durer-2019-p1: refuted by time:" in found.stderr
    assert "ueda-2016-p4: not reported:" in found.stderr
    assert "durer-2019-p1\t" not in found.stdout


def test_the_list_has_every_question_with_its_parameters():
    found = CliRunner().invoke(main, ["ask", "--list", "-f", "json"])
    assert found.exit_code == 0
    listed = {record["question"]: record for record in json.loads(found.stdout)}
    assert list(listed) == [question.slug for question in questions.catalogue()]
    reading = listed[HEADLINE]["parameters"][0]
    assert reading["values"] == ["any-order", "held", "attained", "attributed"]
    assert (reading["type"], reading["default"]) == ("string", "any-order")
    for question in questions.catalogue():
        assert listed[question.slug]["summary"] == question.summary
        assert listed[question.slug]["tags"]


def test_the_list_for_people_groups_by_tag(capsys):
    asking.grouped(questions.catalogue())
    lines = capsys.readouterr().out.splitlines()
    for question in questions.catalogue():
        before = lines[: lines.index(f"  {question.slug}")]
        assert [line for line in before if line and not line.startswith(" ")][-1] == question.tags[0]


def test_explain_says_where_no_pattern_is_declared(run):
    found = run("ask", "donor-chimerism", "--explain")
    assert "declares no temporal pattern" in found.stderr
    assert "leukemia-kg why donor-chimerism PATIENT" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", "donor-chimerizm"], 2, "did you mean 'donor-chimerism'?"),
        (["ask", "nothing-like-it-at-all"], 2, "'leukemia-kg ask --list' shows all"),
        (["ask"], 2, "name a QUESTION, or use --list to see them"),
        (["ask", HEADLINE, "-p", "reading", "hold"], 2, "'reading' is one of any-order, held, attained, attributed, not 'hold'; did you mean 'held'?"),
        (["ask", HEADLINE, "-p", "readings", "held"], 2, "has no parameter 'readings'; it has reading, recurrence"),
        (["ask", HEADLINE, "-p", "reading"], 2, "requires 2 arguments"),
        (["ask", HEADLINE, "-f", "xml"], 2, "'xml' is not one of"),
        (["ask", HEADLINE, "--only-cases"], 2, "--only-cases needs --cases"),
        (["ask", HEADLINE, "--cases", "/nowhere"], 2, "does not exist"),
        (["shew", "x"], 2, "No such command 'shew'"),
        (["export", "--format", "n3"], 2, "'n3' is not one of"),
        (["export"], 2, "Missing option '--format'"),
        (["show", "durer-2019-p9"], 1, "no patient 'durer-2019-p9'; there are: alcharakh-2016-p1, durer-2019-p1"),
        (["sparql", "/nowhere.rq"], 4, "/nowhere.rq cannot be read"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else None,
)  # fmt: skip
def test_wrong_use_is_told_with_a_way_out_and_a_code(arguments, code, message, run):
    found = run(*arguments)
    assert found.exit_code == code, found.output
    assert message in " ".join(found.stderr.split())
    assert "Traceback" not in found.output
    assert found.stdout == ""


def test_wrong_use_is_told_before_anything_is_built(tmp_path):
    found = CliRunner().invoke(main, ["ask", HEADLINE, "-p", "reading", "hold", "--store", str(tmp_path / "store")])
    assert found.exit_code == 2
    assert not (tmp_path / "store").exists()


# --- show ---


def test_show_gives_the_course_in_order_with_times_and_sources(run):
    found = run("show", "durer-2019-p1")
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].split(":")[0].strip() == "durer-2019-p1"
    names = [line.split(":")[0] for line in lines if line and not line.startswith(" ")][1:]
    course = ["diagnosis", "hct", "relapse-1", "blina-1", "cr-2", "dli-1", "blina-3", "blina-4"]
    assert [name for name in names if name in course] == course
    for name in course:
        block = found.stdout.split(f"\n{name}: ", 1)[1].split("\n\n", 1)[0]
        assert "when: " in block
        assert "source: durer-2019/" in block
    assert "April 2016" in found.stdout or "2016-04" in found.stdout
    assert "100" in found.stdout


def test_show_marks_what_is_absent_and_not_available(run):
    text = run("show", "durer-2019-p1").stdout
    assert "adverse event (stated absent)" in text
    assert "chimerism assessment (stated not available)" in text


# --- sparql ---


def test_sparql_reads_a_file_or_standard_input(run, tmp_path):
    path = tmp_path / "query.rq"
    path.write_text(SPARQL, encoding="utf-8")
    from_file, from_stdin = run("sparql", path, "-f", "json"), run("sparql", "-", "-f", "json", stdin=SPARQL)
    assert from_file.exit_code == from_stdin.exit_code == 0
    assert from_file.stdout == from_stdin.stdout
    patients = [shown(record)["patient"] for record in json.loads(from_file.stdout)]
    assert "durer-2019-p1" in patients
    assert from_file.stderr.strip() == f"{len(patients)} rows"


def test_sparql_answers_ask_and_construct(run):
    found = run("sparql", "-", stdin="ASK { ?s ?p ?o }")
    assert found.stdout.strip() == "true"
    found = run("sparql", "-", stdin="ASK { <urn:x> <urn:y> <urn:z> }")
    assert found.stdout.strip() == "false"
    prefix = "PREFIX lkg: <https://w3id.org/leukemia-kg/> "
    found = run("sparql", "-", stdin=f"{prefix} CONSTRUCT {{ ?p a lkg:Patient }} WHERE {{ ?p a lkg:Patient }}")
    triples = list(pyoxigraph.parse(found.stdout, format=pyoxigraph.RdfFormat.TURTLE))
    assert len(triples) >= 5


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * WHERE { ?s a lkg:Patient }", "unknown prefix 'lkg:'; write PREFIX lkg: <https://w3id.org/leukemia-kg/>"),
        ("SELECT * WHERE { ?s a lgk:Patient }", "unknown prefix 'lgk:'; known prefixes: "),
        ("SELECT * WHERE { ?s ?p ", "error: "),
        ("DROP ALL", "error: "),
        ("", "error: "),
    ],
)  # fmt: skip
def test_a_query_that_cannot_run_ends_with_its_own_code(query, message, run):
    found = run("sparql", "-", stdin=query)
    assert found.exit_code == 4
    assert message in found.stderr
    assert found.stdout == ""
    assert "Traceback" not in found.output


# --- export and build ---


def test_export_writes_to_a_file_or_standard_output(run, tmp_path, shipped):
    found = run("export", "--format", "nquads", "-o", tmp_path / "all.nq")
    assert found.exit_code == 0
    assert found.stdout == ""
    content = (tmp_path / "all.nq").read_bytes()
    assert len(content.splitlines()) == len(shipped)
    assert f"nquads: all {len(list(shipped.named_graphs()))} named graphs, {len(content)} bytes" in found.stderr
    assert run("export", "--format", "nquads").stdout_bytes == content


def test_export_says_when_it_loses_the_graphs(run):
    assert "turtle: the union of " in run("export", "--format", "turtle").stderr


def test_export_to_a_place_that_cannot_be_written(run, tmp_path):
    found = run("export", "--format", "nquads", "-o", tmp_path / "no" / "all.nq")
    assert found.exit_code == 3
    assert "cannot be written" in found.stderr


def test_build_says_when_there_is_nothing_to_do(run):
    found = run("build")
    assert found.exit_code == 0
    assert "up to date" in found.stderr
    assert found.stdout == ""


def test_a_closed_pipe_is_no_error(store_folder):
    """`leukemia-kg export | head` ends quietly."""
    code = "import sys; from kg.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", code, "export", "--format", "nquads", "--store", str(store_folder)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(100)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.wait(timeout=60)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


# --- why, conflicts ---


def test_why_names_statements_and_places(run):
    found = run("why", HEADLINE, "durer-2019-p1", "-p", "reading", "attained")
    assert found.exit_code == 0
    assert "durer-2019/case-presentation.s" in found.stdout
    assert "cycle" in found.stdout


def test_conflicts_show_both_sides(run):
    records = json.loads(run("conflicts", "ueda-2016-p4", "-f", "json").stdout)
    assert {record["patient"] for record in records} == {"ueda-2016-p4"}
    names = [record["conflict"] for record in records]
    assert all(names.count(name) >= 2 for name in names)
