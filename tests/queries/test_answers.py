"""What stands under an answer, the chain behind a row, and the catalogue as data."""

from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Store

from kg import answers, course, questions, why
from kg.catalogue import choices, described, shacl
from kg.lineage import Lineage
from kg.vocabulary import BASE

HERE = Path(__file__).parent
ALL = questions.catalogue()
HEADLINE = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"
SHAPE = HERE / "catalogue.ttl"


@pytest.fixture(scope="module")
def answered(shipped):
    """Every question's answer with its defaults, and what stands under it."""
    found = {}
    for question in ALL:
        table = questions.ask(shipped, question, {})
        found[question.slug] = (question, table, answers.foot(shipped, question, {}, table))
    return found


def about_patients(answered):
    return [one for one in answered.values() if "patient" in one[1].columns]


# --- under the table ---


def test_who_was_asked_and_judged_is_consistent(answered, shipped):
    patients = set(course.patients(shipped))
    assert len(about_patients(answered)) >= 10
    for question, table, foot in about_patients(answered):
        returned = {row[table.columns.index("patient")] for row in table.texts()} - {""}  # a row of a group has none
        assert set(foot.returned) == returned, question.slug
        assert returned <= set(foot.asked) <= patients
        assert set(foot.not_judged) <= set(foot.asked)
        assert set(foot.certain) <= returned
        assert foot.meta()["warning"] == answers.SELECTED


def test_an_answer_with_shares_has_the_warning_and_one_about_neither_has_not(answered):
    for question, table, foot in answered.values():
        assert bool(foot.warning) == ("patient" in table.columns or question.header.counts), question.slug
    assert answered["group-results"][2].warning


def test_no_word_is_not_judged_and_a_denial_of_a_wider_kind_is(answered):
    """The rows say it too: nobody reports cytokine release syndrome of these seven, and "no toxicities" denies it."""
    _, table, foot = answered["cytokine-release-syndrome"]
    by_row = {row[table.columns.index("patient")] for row in table.texts() if "not reported" in row}
    assert by_row
    assert set(foot.not_judged) == by_row
    assert "paul-2017-p1" not in by_row  # no blinatumomab-related toxicities
    assert "durer-2019-p1" in by_row  # without adverse events: of the first lymphocytes only
    assert foot.among == "agent blinatumomab"


def test_only_patients_with_a_transplantation_are_asked_for_chimerism(answered):
    """Linder's patient has none told; the present case reports the chimerism, Khan's too."""
    foot = answered["donor-chimerism"][2]
    assert "linder-2016-p1" not in foot.asked
    assert set(foot.asked) - set(foot.not_judged) == {"durer-2019-p1", "khan-2016-p1"}


def test_a_pattern_says_itself_who_could_not_be_judged(answered, shipped):
    """Refuted by time is judged; refuted because a thing is not reported is not."""
    question, table, foot = answered[HEADLINE]
    assert "an MRD-negative marrow remission" in foot.unjudged
    assert foot.unjudged["an MRD-negative marrow remission"] == ("ueda-2016-p4",)
    given = {"reading": "attained"}
    table = questions.ask(shipped, question, given)
    assert "durer-2019-p1" not in answers.foot(shipped, question, given, table).not_judged


def test_open_conflicts_are_those_of_the_statements_used(answered):
    conflicts = answered["extramedullary-disease-by-site"][2].conflicts
    assert {patient for _, patient in conflicts} == {"ueda-2016-p4"}
    assert {name.rsplit("/", 1)[-1] for name, _ in conflicts} == {"1", "site"}
    assert answered["patients-by-disease"][2].conflicts == ()


def test_the_lines_say_what_the_data_say(answered):
    lines = list(answered["extramedullary-disease-by-site"][2].lines())
    assert "12 patients asked, 4 in the answer." in lines
    assert any(line.startswith("3 open conflicts among the statements used, of ueda-2016-p4") for line in lines)


# --- what is possible ---


def test_what_is_possible_says_what_would_decide_it_and_what_is_suspected_is_possible(answered):
    seen = {"possible": 0, "yes": 0}
    for question, table, _ in about_patients(answered):
        for record in table.records():
            where = (question.slug, record)
            assert record["suspected"] in {"", "yes"}, where
            assert record["certainty"] in {"certain", "possible", "overruled"}, where
            assert bool(record["would_decide"]) == (record["certainty"] == "possible"), where
            assert not record["suspected"] or record["certainty"] != "certain", where
            seen["possible"] += record["certainty"] == "possible"
            seen["yes"] += record["suspected"] == "yes"
    assert min(seen.values()) > 0


# --- why ---


def test_every_row_with_evidence_rests_on_statements_of_its_patient(answered, shipped):
    """Some statement of the chain stands at a place that the row names."""
    seen = 0
    for question, table, _ in about_patients(answered):
        lineage = Lineage(shipped, question, {})
        for row in table.rows[::4]:
            record = dict(zip(table.columns, row, strict=True))
            if record["patient"] is None:  # a row of a group
                continue
            places = set(record["evidence"].value.split()) if record["evidence"] else set()
            patient = record["patient"].value.removeprefix(f"{BASE}patient/")
            behind = lineage.behind(patient, table.columns, row)
            own = {p for s in lineage.said(patient).statements for p in course.places(s)}
            if places & own:  # else claims of authors, or what is said of a group
                assert {p for s in behind.statements for p in course.places(s)} & places, (question.slug, record)
            assert all(patient in s.iri for s in behind.statements)
            seen += bool(behind.statements)
    assert seen > 100


@pytest.mark.parametrize("slug", [question.slug for question in ALL])
def test_why_is_told_of_every_patient(slug, answered, shipped):
    """Of a returned one and of one who is not, in sentences; of an answer about groups it says that it cannot."""
    question, table, foot = answered[slug]
    if "patient" not in table.columns:
        with pytest.raises(questions.QueryError, match="not about patients"):
            why.why(shipped, question, "durer-2019-p1", {}, table)
        return
    others = sorted(set(course.patients(shipped)) - set(foot.returned))
    for patient in [foot.returned[0], *others[:1]]:
        because = why.why(shipped, question, patient, {}, table)
        told = list(why.sentences(question, patient, because, course.told(shipped, patient).said))
        assert told[0].startswith(f"{patient} is {'' if patient in foot.returned else 'not '}returned")
        assert len(told) > 1


def test_the_chain_of_a_row_holds_only_what_the_row_shows(shipped):
    """One sentence tells of age, sex and six findings; the row of the age rests on the age alone."""
    question = questions.find("demographics-and-presentation")
    because = why.why(shipped, question, "durer-2019-p1", {})
    (age,) = [row for row in because.rows if ("item", "age") in row.cells]
    assert [s.property for s in age.behind.statements] == ["age"]
    assert any(str(triple.predicate.value).endswith("/age") for triple in age.behind.triples)
    (cough,) = [row for row in because.rows if ("value", "cough") in row.cells]
    assert {s.about.rsplit("/", 1)[-1] for s in cough.behind.statements} == {"cough"}
    assert any("clinical finding" in rule for rule in cough.behind.rules)


def test_a_solved_time_brings_its_rules_and_the_statements_behind_it(shipped):
    because = why.why(shipped, questions.find("donor-chimerism"), "durer-2019-p1", {})
    (second,) = [row for row in because.rows if ("assessment", "durer-2019-p1/chimerism-2") in row.cells]
    assert {"hct", "relapse-1"} <= {s.about.rsplit("/", 1)[-1] for s in second.behind.statements}
    assert any("after cycle n" in rule for rule in second.behind.rules)


def test_who_is_not_returned_is_told_what_is_missing(shipped):
    question = questions.find("extramedullary-disease-by-site")
    because = why.why(shipped, question, "linder-2016-p1", {})
    assert because.certainty == "not returned"
    assert because.missing == ("extramedullary disease",)


# --- the catalogue as SHACL ---


def catalogue_graph(store):
    text = store.dump(format=RdfFormat.N_TRIPLES, from_graph=shacl.GRAPH)
    return rdflib.Graph().parse(data=text, format="nt")


def test_the_catalogue_of_the_dataset_conforms_to_its_shape(shipped):
    conforms, _, report = pyshacl.validate(catalogue_graph(shipped), shacl_graph=str(SHAPE))
    assert conforms, report


@pytest.mark.parametrize("lost", ["sh:select", "sh:prefixes", "schema:keywords", "sh:path", "sh:defaultValue", "sh:namespace"])  # fmt: skip
def test_the_shape_notices_what_is_lost(lost, shipped):
    graph = catalogue_graph(shipped)
    graph.update(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX schema: <https://schema.org/> "
        f"DELETE {{ ?s {lost} ?o }} WHERE {{ {{ SELECT ?s WHERE {{ ?s {lost} ?any }} LIMIT 1 }} ?s {lost} ?o }}"
    )
    assert not pyshacl.validate(graph, shacl_graph=str(SHAPE))[0]


def test_the_catalogue_of_the_dataset_is_the_one_that_is_asked(shipped):
    """The same questions, each with its own query, its defaults and its allowed values."""
    graph = catalogue_graph(shipped)
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    assert set(graph.subjects(rdflib.RDF.type, sh.SPARQLSelectExecutable)) == {
        rdflib.URIRef(shacl.question_node(question.slug).value) for question in ALL
    }
    for question in ALL:
        node = rdflib.URIRef(shacl.question_node(question.slug).value)
        assert str(graph.value(node, sh.select)) == question.text
        found = {str(graph.value(p, sh.name)): p for p in graph.objects(node, sh.parameter)}
        assert set(found) == {parameter.name for parameter in question.parameters}
        for parameter in question.parameters:
            about = found[parameter.name]
            assert str(graph.value(about, sh.path)).rsplit("/", 1)[-1] == parameter.name
            assert str(graph.value(about, sh.defaultValue)) == parameter.term(parameter.default).value
            listed = graph.value(about, sh["in"])
            values = list(rdflib.collection.Collection(graph, listed)) if listed else []
            assert [str(value) for value in values] == [parameter.term(v).value for v in parameter.values]
        assert described(question)["summary"] == question.summary


def test_a_query_of_the_catalogue_runs_as_it_stands(shipped):
    found = shipped.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?q WHERE { GRAPH ?g { ?node sh:select ?q } FILTER(CONTAINS(STR(?node), 'donor-chimerism')) }"
    )
    text = next(iter(found))["q"].value
    assert questions.query(shipped, text).rows


def test_columns_of_select_star_come_as_they_first_appear():
    store = Store()
    store.update("INSERT DATA { <urn:s> <urn:p> <urn:o> }")
    assert questions.query(store, "SELECT * WHERE { ?zebra ?apple ?mango }").columns == ("zebra", "apple", "mango")
    assert questions.query(store, "SELECT DISTINCT * { ?b ?a ?c # ?a\n}").columns == ("b", "a", "c")
    assert questions.query(store, "SELECT ?o ?s WHERE { ?s ?p ?o }").columns == ("o", "s")


def test_choices_are_what_the_parameter_s_own_query_finds():
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:label> 'A' . <urn:b> <urn:label> 'B' }")
    parameter = questions.Parameter(
        "p", "<urn:a>", type="iri", query="SELECT ?value ?label { ?value <urn:label> ?label }"
    )
    assert sorted(choices(store, parameter), key=str) == [(NamedNode("urn:a"), "A"), (NamedNode("urn:b"), "B")]
