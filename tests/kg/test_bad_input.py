"""Files that nobody should write: each a clear finding at its place, in bounded memory, and nothing that a terminal obeys."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg import cases, files, findings
from kg.cli import main
from kg.errors import CaseError, Place, Problem, visible
from kg.vocabulary import BASE

PUBLICATION = (
    "publication: x-2020\ntitle: T\nissued: 2020\n"
    f'text: {{digest: "sha256:{"0" * 64}", normalisation: "1"}}\npassages:\n  a.s1: [sentence, 0-5, "sha256:{"1" * 64}"]\n'
)
HEAD = "patient: x-2020-p1\ntold by: x-2020\n"
ESCAPE, TURN = "\x1b[31m", "\u202e"
BOMB = (
    "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with a publication that a case can be told by."""
    (tmp_path / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    return tmp_path


def problems(folder, content, name="x-2020-p1.yaml"):
    """Return what is found of one file in the folder, which must be refused."""
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    checked = findings.check([], [folder])
    assert checked.unreadable
    assert all(finding.place for finding in checked.findings)
    return [f"{finding.place.line}:{finding.place.column} {finding.message}" for finding in checked.findings]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEAD.encode("utf-16"), "1:1 is not UTF-8 text"),
        (HEAD.encode() + "age: é\n".encode("latin-1"), "3:6 is not UTF-8 text"),
        (HEAD + "age: a\x00\n", "3:7 YAML: control characters are not allowed"),
        (HEAD + 'age: "a\\0"\n', "3:6 has the control character U+0000"),
        (HEAD + f'"a{TURN}ge": {{value: 51 a, at: a.s1}}\n', "3:1 has the control character U+202E"),
        (HEAD + '"a\\e[31mge": {value: 51 a, at: a.s1}\n', "3:1 has the control character U+001B"),
        (HEAD + 'age: {value: 51 a, printed: "\\e[31m51", at: a.s1}\n', "3:29 has the control character U+001B"),
        (HEAD + "__proto__: {value: 1, at: a.s1}\n", "3:1 unknown key '__proto__'"),
        (HEAD + "occurrents:\n  a b>: {type: death, at: a.s1}\n", "4:3 'a b>' cannot be an id"),
        (HEAD + "occurrents:\n  a: {type: death, at: 'a.s1> <x'}\n", "4:24 "),
        (HEAD + "age: {value: 51 a, at: a.s1}\nage: {value: 52 a, at: a.s1}\n", "4:1 'age' is given twice"),
        (HEAD + "occurrents:\n\ta: {type: death, at: a.s1}\n", "indent with spaces"),
        (HEAD + "occurrents:\n  a:\n    type: death\n   at: a.s1\n", "6:4 YAML"),
        (HEAD + "agee: {value: 51 a, at: a.s1}\n", "3:1 unknown key 'agee'; did you mean 'age'?"),
        (HEAD + BOMB, "3:5 YAML anchors and aliases"),
        (HEAD + "k: " + "x" * 1_900_000, "3:1 unknown key 'k'"),
        (HEAD + "x" * 1_900_000 + ": 1\n", "3:1900001 YAML"),
        (HEAD + "k: " + "[" * 100_000, ""),
        (HEAD + "k: {a: " * 5000, ""),
    ],
    ids=lambda value: repr(value)[:32],
)
def test_what_is_wrong_is_told_with_its_place(folder, content, says):
    found = problems(folder, content)
    assert any(says in told for told in found), found[:3]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ('{"@graph": ' + "[" * 100_000, "c.jsonld", "1:1 nested too deeply"),
        ('{"@graph": [}', "c.jsonld", "1:13 JSON"),
        ("<a b> a <c> .", "c.ttl", "1:"),
        ("x" * 3_000_000, "c.ttl", "1:1 larger than"),
        (b"\xff", "c.jsonld", "1:1 is not UTF-8 text"),
    ],
)
def test_what_is_wrong_in_a_program_s_file_is_told_as_well(folder, content, name, says):
    assert any(told.startswith(says) for told in problems(folder, content, name))


def test_a_folder_a_pipe_and_a_dangling_link_are_no_cases(folder):
    (folder / "folder.yaml").mkdir()
    (folder / "link.yaml").symlink_to(folder / "nowhere.yaml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(CaseError) as error:
        cases.read(sorted(folder.glob("*.yaml")))
    told = {problem.place.file.stem: problem.message for problem in error.value.problems}
    assert told["folder"] == "cannot be read: it is no regular file"
    assert told["link"] == "cannot be read: No such file or directory"
    assert told.get("pipe", told["folder"]) == told["folder"]


def test_a_file_without_permission_is_told(folder, monkeypatch):
    path = folder / "x-2020-p1.yaml"
    path.write_text(HEAD, encoding="utf-8")
    opened = Path.open

    def refuse(self, *args, **kwargs):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CaseError, match=r"x-2020-p1\.yaml:1:1: cannot be read: Permission denied"):
        cases.read([path])


# --- what a terminal would obey ---


def test_what_a_terminal_would_obey_is_written_out():
    assert visible(f"a{ESCAPE}b\nc{TURN}d\x9b\u2028") == "a\\u001b[31mb\\u000ac\\u202ed\\u009b\\u2028"
    assert visible("Ménière – µg × 10⁶ 白血病") == "Ménière – µg × 10⁶ 白血病"
    assert len(visible("x" * 10_000_000)) < 2000
    assert str(Problem(Place(Path("f"), 1, 2), f"x{ESCAPE}")) == "f:1:2: x\\u001b[31m"


def test_a_program_s_text_reaches_the_terminal_in_one_plain_line(folder):
    """Turtle can hold what YAML is refused for; the finding tells it and the terminal does not obey it."""
    p, printed = f"{BASE}patient/x-2020-p1", "\\u001B[31m\\u202E\\n" + "9" * 5000
    (folder / "x-2020-p1.ttl").write_text(
        f"""@prefix lkg: <{BASE}> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <{p}> a lkg:Patient .
        <{BASE}statement/x-2020/x-2020-p1/age> a lkg:Statement ; lkg:about <{p}> ; lkg:property lkg:age ; lkg:value 151.0 ;
            lkg:unit "a" ; lkg:polarity lkg:Present ; lkg:confidence lkg:Confirmed ; lkg:asPrinted "{printed}" ;
            dcterms:source <{BASE}publication/x-2020> ; lkg:passage <{BASE}passage/x-2020/a.s1> .
        """,
        encoding="utf-8",
    )
    run = CliRunner().invoke(main, ["check", "--only-cases", "--cases", str(folder)], color=True)
    assert run.exit_code == 1
    (line,) = [line for line in run.output.splitlines() if "Patient-age-possible" in line]
    assert "\\u001b[31m\\u202e\\u000a999" in line
    assert not {"\x1b", TURN} & set(run.output)
    assert all(len(line) < 3000 for line in run.output.splitlines())
    for form in ("json", "sarif"):
        run = CliRunner().invoke(main, ["check", "--only-cases", "--cases", str(folder), "-f", form])
        assert json.loads(run.output)
        assert "\x1b" not in run.output


# --- memory ---

MOST_MEGABYTES = 600
HOSTILE = """
import re, sys
from pathlib import Path
from kg import findings

folder, wide = Path(sys.argv[1]), Path(sys.argv[1]) / "x-2020-p1.yaml"
head, bomb = sys.argv[2:4]
contents = [head + bomb, "a: [" + "x, " * 3_400_000 + "]", head + "k: " + "[" * 1_000_000, head + "- x\\n" * 400_000]
contents += [head + "occurrents:\\n" + "".join(f"  d{n}: {{type: death, at: a.s1}}\\n" for n in range(3)), "\\0" * 1_900_000]
contents += [head + "k: " + "x" * 1_900_000, head + "k: {a: " * 200_000]
for content in contents:
    wide.write_text(content, encoding="utf-8")
    print(len(content), findings.check([], [folder]).findings[0].message[:60])
# not ru_maxrss: that counts what the process was forked from
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is told elsewhere in another way")
def test_hostile_files_take_bounded_memory(folder):
    run = subprocess.run(
        [sys.executable, "-c", HOSTILE, str(folder), HEAD, BOMB], capture_output=True, text=True, check=True
    )
    *told, peak = run.stdout.splitlines()
    assert len(told) == 8
    assert int(peak) / 1024 < MOST_MEGABYTES


# --- what cannot be read is told, whatever was asked ---


@pytest.mark.parametrize("asked", [[], ["--care"], ["--dl"], ["-f", "json"], ["-f", "sarif"]])
def test_what_cannot_be_read_is_told_whatever_was_asked(folder, asked):
    (folder / "x-2020-p1.yaml").write_text(HEAD + "agee: 51 a\n", encoding="utf-8")
    run = CliRunner().invoke(main, ["check", "--only-cases", "--cases", str(folder), *asked])
    assert run.exit_code == 3
    assert "did you mean 'age'" in run.output
    assert "consistent with the ontology" not in run.output


def test_care_scores_the_files_asked_for(folder):
    for n in (1, 2):
        text = HEAD.replace("p1", f"p{n}") + "occurrents:\n  l: {type: B acute lymphoblastic leukemia, at: a.s1}\n"
        (folder / f"x-2020-p{n}.yaml").write_text(text, encoding="utf-8")
    run = CliRunner().invoke(main, ["check", "--care", str(folder / "x-2020-p2.yaml")])
    assert run.output.startswith("x-2020-p2: ")
    assert "x-2020-p1" not in run.output


def test_watching_says_how_it_stands_after_each_save_and_outlives_a_wrong_shape(folder, tmp_path_factory, monkeypatch):
    path = folder / "x-2020-p1.yaml"
    path.write_text(HEAD + "occurrents:\n  l: {type: B acute lymphoblastic leukemia, at: a.s1}\n", encoding="utf-8")
    wrong = tmp_path_factory.mktemp("shapes")
    (wrong / "Patient.ttl").write_text("no Turtle", encoding="utf-8")

    def saves(paths, callback, *, folders=()):
        assert list(paths) == [path]
        assert list(folders) == []
        assert callback([path]) is not False
        with monkeypatch.context() as patched:
            patched.setattr(files, "SHAPES", wrong)
            assert callback([path]) is not False
        path.write_text(path.read_text("utf-8") + "age: {value: 151 a, at: a.s1}\n", encoding="utf-8")
        assert callback([path]) is not False
        raise KeyboardInterrupt

    monkeypatch.setattr(findings, "watch", saves)
    run = CliRunner().invoke(main, ["check", "--watch", "--cases", str(folder), "--only-cases", str(path)])
    assert run.exit_code == 0
    assert "x-2020-p1.yaml: 1 finding\n" in run.output
    assert "Patient.ttl:1:1: cannot be read as shapes" in run.output
    assert "x-2020-p1.yaml: 2 findings\n" in run.output
    assert "Patient-age-possible" in run.output
