"""Parameters: what a person writes becomes one term or is refused; nothing of it becomes query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store

from kg import lookup
from kg.catalogue import Parameter, checks, load
from kg.errors import MalformedQuestionError, QuestionError, UnknownConceptError, UnknownTermError
from kg.vocabulary import BASE, XSD, lkg

QUESTION = """#+ summary: x
#+ parameters:
#+   a:
{about}
PREFIX lkg: <https://w3id.org/leukemia-kg/>
SELECT ?a ?seen WHERE {{ VALUES (?a) {{ ({default}) }} BIND(?a AS ?seen) }}
"""
TYPES = {
    "string": ("default: a", '"a"'),
    "iri": ("type: iri\n#+     default: lkg:Blinatumomab", "lkg:Blinatumomab"),
    "integer": ("type: integer\n#+     default: 28", "28"),
    "decimal": ("type: decimal\n#+     default: 0.5", "0.5"),
    "date": ('type: date\n#+     default: "2016-04-01"', f'"2016-04-01"^^<{XSD}date>'),
}
HOSTILE = [
    '") } INSERT DATA { <urn:x> <urn:y> <urn:z> } #',
    "> . ?s ?p ?o } #",
    "1) } ?s ?p ?o . VALUES (?q) { (1",
    "28 } UNION { ?a ?seen ?o",
    '2016-04-01"^^<urn:x>) } #',
    "lkg:Blinatumomab lkg:Dasatinib",
    "<urn:x> } ?s ?p <urn:y",
    "UNDEF",
    "?a",
    "\\u0022",
    "",
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A question of each type, each found sound."""
    folder = tmp_path_factory.mktemp("parameters")
    found = {}
    for name, (about, default) in TYPES.items():
        path = folder / f"{name}.rq"
        path.write_text(QUESTION.format(about=f"#+     {about}", default=default), encoding="utf-8")
        (found[name],) = checks.check([path], [])
    return found


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_one_term_or_refused(kind, text, asked):
    """On an empty store: one row that holds the value means that nothing else was added to the query."""
    try:
        query = asked[kind].bound({"a": text})
    except (QuestionError, UnknownConceptError):
        assert kind != "string"
        return
    (row,) = Store().query(query)
    assert row["a"] == row["seen"] == asked[kind].terms({"a": text})["a"]
    assert kind in ("string", "iri")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_stays_itself(text):
    """What comes out of a literal is what went in (without U+0000, which no term holds)."""
    term = Parameter("a", "x", values=(text,)).bind(text)
    (row,) = Store().query(f"SELECT ?a {{ VALUES (?a) {{ ({term}) }} }}")
    assert row["a"] == Literal(text)


@pytest.mark.parametrize("kind", TYPES)
def test_the_defaults_are_bound_when_nothing_is_given(kind, asked):
    question = asked[kind]
    assert question.bound({}).count("VALUES") == 1
    (row,) = Store().query(question.bound({}))
    (unbound,) = Store().query(question.text)
    assert row["a"] == unbound["a"]


@pytest.mark.parametrize(
    ("kind", "text", "term"),
    [
        ("string", "28", Literal("28")),
        ("integer", " 028", Literal("028", datatype=NamedNode(f"{XSD}integer"))),
        ("integer", "-1", Literal("-1", datatype=NamedNode(f"{XSD}integer"))),
        ("decimal", "1", Literal("1", datatype=NamedNode(f"{XSD}decimal"))),
        ("date", "2016-02-29", Literal("2016-02-29", datatype=NamedNode(f"{XSD}date"))),
    ],
)
def test_a_text_is_read_by_its_type(kind, text, term):
    assert Parameter("a", text, type=kind).term(text) == term


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("integer", "2.5", "'a' is of type integer (such as 28), not '2.5'"),
        ("integer", "٣", "is of type integer"),
        ("decimal", "1e5", "is of type decimal (such as 0.5)"),
        ("date", "2015-02-29", "is of type date (such as 2016-04-01)"),
        ("date", "20160401", "is of type date"),
        ("iri", "blinatumumab", "'a': there is no term 'blinatumumab'; did you mean 'blinatumomab'?"),
    ],
)
def test_a_text_of_another_type_is_refused_with_an_example(kind, text, message):
    with pytest.raises(QuestionError) as error:
        Parameter("a", text, type=kind).term(text)
    assert message in str(error.value)


# --- terms ---


@pytest.mark.parametrize(
    "text",
    [
        "B/myeloid mixed phenotype acute leukemia", "b/MYELOID mixed phenotype acute leukemia", "MPALBMyeloid", "lkg:MPALBMyeloid",
        f"{BASE}MPALBMyeloid", f"<{BASE}MPALBMyeloid>", "NCIT:C82212", "MONDO:0850451", "http://purl.obolibrary.org/obo/NCIT_C82212",
    ],
)  # fmt: skip
def test_a_term_is_found_by_each_of_its_names(text):
    assert lookup.term(text) == lkg("MPALBMyeloid")


def test_a_term_is_found_within_a_class_only():
    assert lookup.term("blinatumomab", f"{BASE}Drug") == lkg("Blinatumomab")
    with pytest.raises(UnknownTermError, match="is no leukemia"):
        lookup.term("lkg:Blinatumomab", f"{BASE}Leukemia")
    with pytest.raises(UnknownTermError, match="there is no leukemia 'blinatumomab'"):
        lookup.term("blinatumomab", f"{BASE}Leukemia")


def test_a_patient_is_found_by_id():
    assert lookup.term("durer-2019-p1", f"{BASE}Patient") == lkg("patient/durer-2019-p1")
    with pytest.raises(UnknownTermError):
        lookup.term("durer 2019", f"{BASE}Patient")


# --- allowed values ---


def test_a_value_is_one_of_those_allowed_by_whatever_name():
    parameter = Parameter("a", "lkg:Blinatumomab", values=("lkg:Blinatumomab", "lkg:Dasatinib"), type="iri")
    assert parameter.bind("dasatinib") == parameter.bind("lkg:Dasatinib") == lkg("Dasatinib")
    with pytest.raises(QuestionError, match="'a' is one of blinatumomab, dasatinib, not 'imatinib'"):
        parameter.bind("imatinib")


def test_values_that_a_query_finds_are_the_allowed_ones():
    parameter = Parameter("a", "x", query="SELECT ?value ?label { ?value ?p ?label }")
    found = [(Literal("x"), "the first"), (Literal("y"), "the second")]
    assert parameter.bind("The Second", found) == Literal("y")
    assert parameter.bind("x", found) == Literal("x")
    with pytest.raises(QuestionError, match="'a' is one of the first, the second, not 'z'"):
        parameter.bind("z", found)


def test_a_default_that_the_query_does_not_find_is_an_error_of_the_build(tmp_path):
    path = tmp_path / "x.rq"
    about = "#+     query: SELECT ?value ?label { ?value <urn:label> ?label }\n#+     type: iri\n#+     default: lkg:Blinatumomab"
    path.write_text(QUESTION.format(about=about, default="lkg:Blinatumomab"), encoding="utf-8")
    (question,) = checks.check([path], [])
    store = Store()
    with pytest.raises(MalformedQuestionError) as error:
        checks.check_choices([question], tmp_path, store)
    assert str(error.value).startswith(f"{path}:3:1: default: 'a' is one of nothing")
    store.update(f"INSERT DATA {{ <{BASE}Blinatumomab> <urn:label> 'blinatumomab' }}")
    checks.check_choices([question], tmp_path, store)


def test_a_pattern_without_its_question_or_with_other_parameters_is_an_error_of_the_build(tmp_path):
    from kg import build

    declared = build.patterns_declared()
    path = tmp_path / f"{declared[0].question}.rq"
    path.write_text("#+ summary: x\nSELECT ?s WHERE { ?s ?p ?o }\n", encoding="utf-8")
    with pytest.raises(MalformedQuestionError) as error:
        checks.check([path], declared)
    messages = [problem.message for problem in error.value.problems]
    if declared[0].parameters:
        assert any("has other parameters" in message for message in messages)
    assert sum("there is no question" in message for message in messages) == len(declared) - 1


def test_every_problem_is_told_at_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.rq").write_text(
            "#+ summary: x\nSELECT ?s WHERE { ?s a lkg:X ; b:c 1 }\n", encoding="utf-8"
        )
    with pytest.raises(MalformedQuestionError) as error:
        checks.check(sorted(tmp_path.glob("*.rq")), [])
    assert len(error.value.problems) == 4
    assert load(tmp_path / "a.rq").summary == "x"
