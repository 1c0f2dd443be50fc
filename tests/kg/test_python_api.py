"""`import kg`: quick, lazy, documented by examples that run, and HTML that holds no hostile text."""

import builtins
import doctest
import importlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import kg
from kg import files
from kg.tables import of_texts

PACKAGE = Path(kg.__file__).parent
HEADLINE = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"
HOSTILE = "<script>alert('1')</script>&\"<img src=x onerror=alert(2)>"
PUBLICATION = f'publication: invented-2000\npassages:\n  s1: [sentence, 0-10, "sha256:{"0" * 64}"]\n'
DOCTESTED = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.fixture
def graph(store_folder):
    return kg.open(store_folder)


class Tags(HTMLParser):
    """What a browser would make elements of; `text` is what it would show."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):  # noqa: D102 - the parser's
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):  # noqa: D102 - the parser's
        self.text += data


# --- names ---


def test_import_is_cheap_and_names_are_loaded_when_used():
    code = "import sys, kg; assert not {'pyoxigraph', 'numpy', 'rdflib', 'yaml', 'kg.errors'} & set(sys.modules); kg.KgError; assert 'kg.errors' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_are_there_and_documented():
    assert set(kg.__all__) == set(kg._HOMES) | {"__version__"}
    assert 10 <= len(kg.__all__) <= 15
    assert set(kg.__all__) <= set(dir(kg))
    assert all(getattr(kg, name).__doc__ for name in kg.__all__ if name != "__version__")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", kg.__version__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = kg.nothing
    names = {}
    exec("from kg import *", names)
    assert names["open"] is kg.open is not builtins.open


def test_errors_are_of_one_family():
    errors = [getattr(kg, name) for name in kg.__all__ if name.endswith("Error")]
    assert len(errors) >= 6
    assert all(issubclass(error, kg.KgError) for error in errors)


# --- examples ---


@pytest.mark.parametrize("module", DOCTESTED)
def test_examples_in_docstrings_hold(module, store_folder, monkeypatch):
    monkeypatch.setenv(files.STORE_VARIABLE, str(store_folder))
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0


def test_there_are_examples():
    assert "kg.graph" in DOCTESTED
    assert len(DOCTESTED) > 5


def test_the_readme_in_python(store_folder, own, monkeypatch, tmp_path, capsys):
    """The lines are run as they stand; the case is added to a small graph, so that not all is built again."""
    readme = files.ROOT / "README.md"
    if not readme.is_file():
        pytest.skip("the wheel ships no README to test")
    lines = readme.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0].splitlines()
    assert 5 < len(lines) <= 10
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(files.STORE_VARIABLE, str(store_folder))
    names = {}
    exec("\n".join(lines[:-1]), names)
    assert list(names["frame"].patient) == ["durer-2019-p1", "paul-2017-p1", "ueda-2016-p1"]
    assert names["alike"].to_dicts()[0]["patient"] == "alcharakh-2016-p1"
    assert capsys.readouterr().out.startswith("durer-2019-p1 is returned, and that is certain")
    renamed(case(tmp_path / "FOLDER"), "invented-1998")
    exec(lines[-1], names | {"graph": own})
    assert "invented-1998-p1" in own.patients()


# --- answers ---


def test_an_answer_is_the_same_table_in_every_shape(graph):
    answer = graph.ask(HEADLINE, reading="held")
    records = answer.to_dicts()
    assert [record["patient"] for record in answer] == ["durer-2019-p1", "paul-2017-p1", "ueda-2016-p1"]
    assert answer.rows == [tuple(record.values()) for record in records]
    assert answer.columns == tuple(answer.to_pandas().columns) == tuple(answer.to_polars().columns)
    assert answer.to_polars().to_dicts() == records
    assert answer.to_pandas().fillna("").to_dict("records") == [{k: v or "" for k, v in r.items()} for r in records]
    assert len(answer) == 3
    assert repr(answer).startswith("<kg.Answer: 3 rows of patient")
    assert str(answer).splitlines()[0].startswith("| patient | certainty")


def test_an_answer_says_what_was_asked_and_warns(graph):
    meta = graph.ask(HEADLINE, reading="held").meta
    assert meta["parameters"] == {"reading": "held", "recurrence": "overt"}
    assert meta["asked"] == graph.patients()
    assert meta["answered"] == ["durer-2019-p1", "paul-2017-p1", "ueda-2016-p1"]
    assert meta["answered_with_certainty"] == ["durer-2019-p1"]
    assert "no denominator" in meta["warning"]
    assert meta["not_returned"]["linder-2016-p1"].startswith("not reported")
    assert set(meta["not_returned"]) == set(graph.patients()) - {"durer-2019-p1", "paul-2017-p1", "ueda-2016-p1"}


def test_an_empty_answer_keeps_its_columns(graph):
    answer = graph.sparql("SELECT ?a ?b WHERE { ?a <urn:nothing> ?b }")
    assert len(answer) == 0
    assert tuple(answer.to_pandas().columns) == tuple(answer.to_polars().columns) == ("a", "b")


def test_numbers_stay_numbers_and_unbound_is_none(graph):
    answer = graph.sparql("SELECT ?n ?d ?u WHERE { VALUES (?n ?d ?u) { (1 2.5 UNDEF) } }")
    assert answer.rows == [(1, 2.5, None)]
    assert answer.to_pandas().n.sum() == 1


def test_a_missing_extra_is_named(graph, monkeypatch):
    monkeypatch.setattr("kg.graph.find_spec", lambda _: None)
    answer = graph.conflicts("durer-2019-p1")
    with pytest.raises(kg.MissingExtraError, match=r"pip install 'leukemia-kg\[pandas\]'"):
        answer.to_pandas()
    with pytest.raises(kg.MissingExtraError, match=r"leukemia-kg\[polars\]"):
        answer.to_polars()


def test_sparql_gives_what_the_query_asks_for(graph):
    assert graph.sparql("ASK { ?s ?p ?o }") is True
    assert graph.sparql("CONSTRUCT { <urn:a> <urn:b> 1 } WHERE {}").strip().endswith("1 .")
    with pytest.raises(kg.QueryError, match="unknown prefix"):
        graph.sparql("SELECT ?x { ?x a foaf:Person }")


def test_wrong_use_is_told(graph, tmp_path):
    with pytest.raises(kg.QuestionError, match="did you mean"):
        graph.ask(f"{HEADLINE}x")
    with pytest.raises(kg.QuestionError, match="one of any-order"):
        graph.ask(HEADLINE, reading="helt")
    for call in (graph.patient, graph.conflicts, lambda name: graph.why(HEADLINE, name), graph.similar):
        with pytest.raises(kg.KgError, match="no patient 'ueda-2016-cohort'"):
            call("ueda-2016-cohort")
    with pytest.raises(kg.KgError, match="describe one"):
        graph.similar()
    with pytest.raises(kg.KgError, match="not by 'gender'"):
        graph.similar(gender="female")
    with pytest.raises(kg.KgError, match="no such folder"):
        kg.open(tmp_path / "store", cases=tmp_path / "nowhere")
    with pytest.raises(kg.KgError, match="only_cases"):
        kg.open(tmp_path / "store", only_cases=True)


# --- in a notebook ---


def test_a_patient_shows_course_and_picture(graph):
    patient = graph.patient("durer-2019-p1")
    tags = Tags(patient._repr_html_())
    assert {"svg", "table", "details"} <= {tag for tag, _ in tags.found}
    assert "age: 51 a" in tags.text
    assert "3 months after hct" in tags.text
    assert [row["event"] for row in patient.course if row["from_index"] == "day 70 to 123"] == ["relapse-1"]
    assert len(patient.conflicts()) == 7
    assert "the table rounds what the case description gives" in tags.text


def test_why_reads_as_sentences(graph):
    why = graph.why(HEADLINE, "durer-2019-p1", reading="held")
    assert why.certainty == "certain"
    assert str(why).startswith("durer-2019-p1 is returned, and that is certain")
    assert Tags(why._repr_html_()).text.count("durer-2019/case-presentation.s14") >= 1


def test_hostile_text_stays_text():
    table = of_texts((HOSTILE,), [(HOSTILE,)])
    shown = (
        kg.Answer(table, {}, (HOSTILE,)),
        kg.Why("certain", (HOSTILE, f"  {HOSTILE}", HOSTILE)),
    )
    for one in shown:
        tags = Tags(one._repr_html_())
        assert not {"script", "img"} & {tag for tag, _ in tags.found}
        assert tags.text.count(HOSTILE) >= 3


# --- one's own cases ---


def case(folder, about="", occurrents=""):
    """A folder with an invented publication and patient."""
    folder.mkdir()
    (folder / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    head = "patient: invented-2000-p1\ntold by: invented-2000\n"
    body = "occurrents:\n  relapse: {type: marrow relapse, at: s1}\n"
    (folder / "invented-2000-p1.yaml").write_text(head + about + body + occurrents, encoding="utf-8")
    return folder


def renamed(folder, name):
    """Give the invented publication and patient of a folder another name."""
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("invented-2000", name), encoding="utf-8")


@pytest.fixture
def own(tmp_path_factory):
    """A graph of one patient whose text is hostile."""
    folder = tmp_path_factory.mktemp("own")
    quoted = HOSTILE.replace("'", "''")
    cases = case(folder / "cases", "", f"  cells: {{type: cytogenetic analysis, at: s1, karyotype: '{quoted}'}}\n")
    return kg.open(folder / "store", cases=cases, only_cases=True)


def test_only_own_cases(own):
    assert own.patients() == ["invented-2000-p1"]
    assert repr(own) == "<kg.Graph of 1 patients>"


def test_hostile_text_of_a_case_stays_text(own):
    tags = Tags(own.patient("invented-2000-p1")._repr_html_())
    assert HOSTILE in tags.text
    assert not {"script", "img"} & {tag for tag, _ in tags.found}
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]


def test_a_case_is_added_beside_and_a_violation_changes_nothing(own, tmp_path):
    before = own.patients()
    bad = case(tmp_path / "bad", "age: {value: 251 a, at: s1}\n")
    renamed(bad, "invented-1999")
    findings = own.add_case(bad)
    assert findings
    assert findings[0].severity == "Violation"
    assert findings[0].place.file.parent == bad
    assert own.patients() == before
    text = bad / "invented-2000-p1.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("251", "51"), encoding="utf-8")
    assert "Violation" not in {finding.severity for finding in own.add_case(text)}
    assert own.patients() == ["invented-1999-p1", "invented-2000-p1"]
    assert not own._folder.with_name("store").samefile(own._folder.with_name("store-beside"))


def test_an_unreadable_case_is_told_by_line(own, tmp_path):
    folder = case(tmp_path / "unreadable", "ago: {value: 51 a, at: s1}\n")
    with pytest.raises(kg.CaseError, match=r"yaml:3:1.*did you mean"):
        own.add_case(folder)
    with pytest.raises(kg.StoreError, match="no such folder"):
        own.add_case(tmp_path / "nowhere")
