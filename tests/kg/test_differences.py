"""Differences of two states: one example of each kind of change, and none where nothing changed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from kg import assemble, differences, files
from kg.cli import main
from kg.differences import Change, State, compare, load
from kg.errors import ReleaseError
from kg.vocabulary import DEFINITION, OWL, RDF_TYPE, RDFS, lkg

ONTOLOGY = lkg("graph/ontology")
EXAMPLE = Path(__file__).parent / "cases" / "example"
HEADLINE = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"


@pytest.fixture(scope="module")
def quads(example_cases):
    """What the example says, and the ontology."""
    return [*assemble.ontology(files.ontology_files()), *assemble.said(example_cases)]


@pytest.fixture(scope="module")
def statement(quads):
    """A dose of the example."""
    found = [q for q in quads if q.predicate == lkg("property") and q.object == lkg("dose")]
    return found[0].subject, found[0].graph_name


def changed(quads, remove=(), add=()):
    """The changes if some quads are replaced."""
    gone = set(remove)
    assert gone <= set(quads)
    return compare(State("old", tuple(quads)), State("new", (*(q for q in quads if q not in gone), *add)))


def of(quads, subject, predicate):
    return [q for q in quads if q.subject == subject and q.predicate == predicate]


def test_nothing_changed(quads):
    assert changed(quads) == []
    assert compare(State("old", tuple(quads)), State("new", tuple(reversed(quads)))) == []


def test_a_case_and_its_statements_are_added_and_removed(quads):
    graph = next(q.graph_name for q in quads if "/graph/said/" in q.graph_name.value and q.object == lkg("Patient"))
    whole = [q for q in quads if q.graph_name == graph]
    kinds = [change.kind for change in changed(quads, remove=whole)]
    assert kinds[0] == "case removed"
    assert kinds.count("statement removed") == sum(q.object == lkg("Statement") for q in whole) > 3
    without = [q for q in quads if q.graph_name != graph]
    added = compare(State("old", tuple(without)), State("new", tuple(quads)))
    assert added[0] == Change("case added", graph.value.split("/")[-1], f"as told by {graph.value.split('/')[-2]}")


def test_a_statement_is_removed(quads, statement):
    whole = [q for q in quads if q.subject == statement[0]]
    (found,) = changed(quads, remove=whole)
    assert found.kind == "statement removed"
    assert found.words.startswith("dose: ")
    assert found.about.startswith("patient/")
    assert "[" in found.words  # its place


@pytest.mark.parametrize(
    ("predicate", "value", "words"),
    [
        ("polarity", lkg("Absent"), "stated → stated absent"),
        ("polarity", lkg("NotAvailable"), "stated → not available"),
        ("confidence", lkg("Suspected"), "confirmed → suspected"),
        ("value", Literal("1.5"), "→ 1.5"),
        ("passage", lkg("passage/example-2020/other.s1"), "→ example-2020/other.s1"),
        ("unit", Literal("g"), "→ g"),
    ],
)
def test_a_statement_is_changed(quads, statement, predicate, value, words):
    node, graph = statement
    old = of(quads, node, lkg(predicate))
    (found,) = changed(quads, remove=old, add=[Quad(node, lkg(predicate), value, graph)])
    assert found.kind == "statement changed"
    assert words in found.words


def test_a_statement_under_another_name_is_the_same(quads, statement):
    """An item put in front of a list gives those behind it new numbers; they say what they said."""
    node, graph = statement
    other = NamedNode(f"{node.value}/7")
    whole = [q for q in quads if q.subject == node]
    assert changed(quads, remove=whole, add=[Quad(other, q.predicate, q.object, graph) for q in whole]) == []


def test_a_term_is_added_deprecated_changed_and_removed(quads):
    term, label = lkg("NewTerm"), NamedNode(RDFS + "label")
    new = [
        Quad(term, RDF_TYPE, NamedNode(OWL + "Class"), ONTOLOGY),
        Quad(term, label, Literal("new", language="en"), ONTOLOGY),
    ]
    assert Change("term added", "NewTerm", "new") in changed(quads, add=new)
    old = lkg("Relapse")
    deprecated = [
        Quad(old, NamedNode(OWL + "deprecated"), Literal(True), ONTOLOGY),
        Quad(old, NamedNode("http://purl.obolibrary.org/obo/IAO_0100001"), lkg("DiseaseState"), ONTOLOGY),
    ]
    assert Change("term deprecated", "Relapse", "relapse; use DiseaseState") in changed(quads, add=deprecated)
    definition = of(quads, old, NamedNode(DEFINITION))
    (found,) = changed(quads, remove=definition, add=[Quad(old, NamedNode(DEFINITION), Literal("X."), ONTOLOGY)])
    assert found.kind == "term changed"
    assert found.words.endswith("→ X.")
    gone = [q for q in quads if q.subject == lkg("Fatigue")]
    assert Change("term removed", "Fatigue", "fatigue") in changed(quads, remove=gone)


def test_an_axiom_is_told_in_words(quads):
    added = [Quad(lkg("Relapse"), NamedNode(RDFS + "subClassOf"), lkg("ClinicalFinding"), ONTOLOGY)]
    found = changed(quads, add=added)
    assert Change("axiom added", "", "'relapse' is a kind of 'clinical finding'") in found


def test_whatever_else_changed_is_counted(quads):
    """A claim of authors, a conflict's reason: no difference goes unsaid."""
    conflict = next(q for q in quads if q.predicate == RDF_TYPE and q.object == lkg("Conflict"))
    reason = Quad(conflict.subject, lkg("reason"), Literal("another"), conflict.graph_name)
    assert changed(quads, add=[reason]) == [Change("other added", "conflict", "1 triple")]
    match = NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")
    mapping = Quad(lkg("Relapse"), match, NamedNode("http://example.org/1"), lkg("graph/mappings"))
    assert changed(quads, add=[mapping]) == [Change("other added", "mappings", "1 triple")]


@pytest.fixture(scope="module")
def old(shipped):
    """The shipped cases and all that follows; its answers are asked once."""
    return State("old", tuple(shipped))


def test_the_answers_to_stored_questions_are_compared(old):
    """Paul's relapse after transplantation is made one before it: the headline question loses a patient."""
    judged = [
        q.subject for q in old.quads if q.predicate == lkg("judgedOf") and q.object == lkg("patient/paul-2017-p1")
    ]
    new = State("new", tuple(q for q in old.quads if q.subject not in judged))
    assert old.can_be_asked
    found = compare(old, new)
    assert {change.kind for change in found} == {"answer changed"}
    words = {change.about: change.words for change in found}
    assert words[f"{HEADLINE} reading=any-order recurrence=overt"] == "paul-2017-p1: no longer returned"
    assert not any("durer-2019-p1" in text for text in words.values())


def test_a_cell_that_differs_is_named(shipped, old):
    certainty = lkg("certainty")
    judged = {q.subject for q in shipped.quads_for_pattern(None, lkg("judgedOf"), lkg("patient/paul-2017-p1"), None)}
    new = State(
        "new",
        tuple(
            Quad(q.subject, certainty, lkg("Possible"), q.graph_name)
            if q.subject in judged and q.predicate == certainty and q.object == lkg("Certain")
            else q
            for q in old.quads
        ),
    )
    words = {change.about: change.words for change in compare(old, new)}
    assert words[f"{HEADLINE} reading=any-order recurrence=overt"] == "paul-2017-p1: certainty certain → possible"


def test_a_question_that_was_not_judged_then_has_no_answer_to_compare(old):
    """Else every patient of a new question would be "newly returned"."""
    gone = {q.subject for q in old.quads if q.predicate == lkg("question") and q.object.value == HEADLINE}
    before = State("before", tuple(q for q in old.quads if q.subject not in gone))
    found = compare(before, old)
    assert [change.kind for change in found if change.about.startswith(HEADLINE)] == ["answer unknown"]


# --- files and the command ---


def test_what_is_said_only_has_no_answers_to_compare(quads):
    assert not State("said", tuple(quads)).can_be_asked


def test_a_folder_of_cases_can_be_asked():
    state = load(EXAMPLE)
    assert state.can_be_asked
    assert {name.split("/")[0] for name in state.subjects} >= {"example-2020"}


def test_the_command_tells_in_text_and_json_and_by_its_exit_code(tmp_path, quads, statement):
    node, graph = statement
    old, new = tmp_path / "old.nq", tmp_path / "new.trig"
    said = of(quads, node, lkg("polarity"))
    denied = [*(q for q in quads if q not in said), Quad(node, lkg("polarity"), lkg("Absent"), graph)]
    old.write_bytes(serialize(quads, format=RdfFormat.N_QUADS))
    new.write_bytes(serialize(denied, format=RdfFormat.TRIG))
    found = CliRunner().invoke(main, ["diff", str(old), str(new)])
    assert found.exit_code == 1
    assert found.stdout.startswith("statement changed: 1\n  patient/")
    assert "answers are not compared" in found.stderr
    (record,) = json.loads(CliRunner().invoke(main, ["diff", str(old), str(new), "-f", "json"]).stdout)
    assert record["kind"] == "statement changed"
    same = CliRunner().invoke(main, ["diff", str(old), str(old)])
    assert (same.exit_code, same.stdout) == (0, "")


@pytest.mark.parametrize(("name", "text"), [("a.nq", "<broken"), ("a.txt", "x"), ("a.trig", "@prefix")])
def test_what_cannot_be_read_is_said(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match=name):
        load(path)
    assert CliRunner().invoke(main, ["diff", str(path), str(path)]).exit_code == 3


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(ReleaseError, match="no folder of case files"):
        differences.load(tmp_path)
