"""Laws of the projection: what may reach the certain triples, what only the possible ones, and what neither."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg import assemble, cases, files, statements
from kg.projection import project
from kg.statements import named
from kg.vocabulary import BASE, RDF_TYPE, TIME, lkg

P1 = "patient/example-2020-p1"


@dataclasses.dataclass
class Subject:
    """What is said of one subject, its projection, and the triples that each statement gives if it stands alone."""

    said: statements.Said
    skeleton: set
    own: dict

    @classmethod
    def of(cls, said):
        """Hear each statement alone, as present and confirmed, the others silent."""
        silent = [dataclasses.replace(s, polarity="Absent") for s in said.statements]
        skeleton = set(project(dataclasses.replace(said, statements=tuple(silent), conflicts=())).certain)
        own = {}
        for n, statement in enumerate(said.statements):
            heard = dataclasses.replace(statement, polarity="Present", suspected=False)
            alone = dataclasses.replace(said, statements=(*silent[:n], heard, *silent[n + 1 :]), conflicts=())
            own[statement.iri] = set(project(alone).certain) - skeleton
        return cls(said, skeleton, own)


@pytest.fixture(scope="module")
def everybody(example):
    """Every subject of the example that has a projection, and two shipped patients with conflicts."""
    shipped = assemble.by_subject(cases.read(files.case_files([files.CASES])))
    found = {**example, **{f"patient/{name}": shipped[f"patient/{name}"] for name in ("durer-2019-p1", "ueda-2016-p4")}}
    return [Subject.of(said) for subject, said in found.items() if not subject.startswith("publication/")]


def without(said, dropped):
    """What is said, without some statements."""
    return dataclasses.replace(said, statements=tuple(s for s in said.statements if s.iri not in dropped))


def test_the_certain_projection_is_exactly_what_is_present_confirmed_and_preferred(everybody):
    for subject in everybody:
        said = subject.said
        out = said.overruled | said.unsettled
        kept = [s.iri for s in said.statements if s.polarity == "Present" and not s.suspected and s.iri not in out]
        expected = {triple for iri in kept for triple in subject.own[iri]}
        assert expected
        assert set(project(said).certain) == subject.skeleton | expected


def test_suspected_absent_and_unsettled_statements_never_reach_the_certain_projection(everybody):
    """Dropping them changes no certain triple; each kind occurs, so that the law says something."""
    seen = set()
    for subject in everybody:
        said = subject.said
        kinds = {
            "suspected": {s.iri for s in said.statements if s.suspected},
            "absent": {s.iri for s in said.statements if s.polarity == "Absent"},
            "not available": {s.iri for s in said.statements if s.polarity == "NotAvailable"},
            "unsettled": set(said.unsettled),
            "overruled": set(said.overruled),
        }
        for kind, dropped in kinds.items():
            seen |= {kind} if dropped else set()
            assert project(without(said, dropped)).certain == project(said).certain, kind
    assert seen == {"suspected", "absent", "not available", "unsettled", "overruled"}


def test_the_possible_projection_is_exactly_what_is_suspected_or_unsettled(everybody):
    for subject in everybody:
        said, projected = subject.said, project(subject.said)
        maybe = [
            s.iri
            for s in said.statements
            if s.polarity == "Present" and s.iri not in said.overruled and (s.suspected or s.iri in said.unsettled)
        ]
        expected = {triple for iri in maybe for triple in subject.own[iri]}
        assert set(projected.possible) == expected - set(projected.certain)
        assert not set(projected.certain) & set(projected.possible)


def test_absent_not_available_and_overruled_statements_reach_neither_projection(everybody):
    for said in (subject.said for subject in everybody):
        dropped = {s.iri for s in said.statements if s.polarity != "Present"} | said.overruled
        assert project(without(said, dropped)) == project(said)


def test_a_class_that_is_stated_absent_types_no_node(example):
    """No CRS in the course: nobody has a CRS."""
    projected = project(example[P1])
    crs = lkg("CytokineReleaseSyndrome")
    assert not [t for t in (*projected.certain, *projected.possible) if crs in (t.subject, t.object)]


def test_what_is_said_of_a_group_never_reaches_a_member(example):
    """M2: the projections of patients know nothing of the group, and the group's speak of no occurrent."""
    group = project(example["group/example-2020-cohort"])
    assert group.certain
    for triple in (*group.certain, *group.possible):
        assert not triple.subject.value.startswith(f"{BASE}patient/")
    member = project(example[P1])
    assert not [t for t in (*member.certain, *member.possible) if "group/" in str(t)]


@pytest.mark.parametrize(
    ("occurrent", "name", "value", "where"),
    [
        ("fever", RDF_TYPE.value, lkg("Fever"), "certain"),
        ("pneumonia", RDF_TYPE.value, lkg("Pneumonia"), "possible"),
        ("leukemia", f"{BASE}lesion", lkg("BCRABL1"), "certain"),
        ("hct", f"{BASE}hlaMatch", Literal("9/10"), "certain"),
        ("hct", f"{BASE}startDate", None, "certain"),
        ("diagnosis", f"{BASE}disease", named(f"{P1}/leukemia"), "certain"),
        ("immunophenotype-1/cd19", f"{BASE}result", lkg("PositiveResult"), "certain"),
        ("immunophenotype-1/cd20", f"{BASE}result", lkg("PositiveResult"), "possible"),
        ("immunophenotype-1/cd3", f"{BASE}result", lkg("NegativeResult"), "certain"),
        ("last-dli", RDF_TYPE.value, lkg("DonorLymphocyteInfusion"), "neither"),
        ("dli-2", f"{BASE}infusionNumber", None, "certain"),
        ("cytogenetics-1", f"{BASE}lesion", None, "neither"),
    ],
)
def test_where_a_statement_of_the_example_goes(example, occurrent, name, value, where):
    """By hand, one for each way in which a source can put it."""
    projected = project(example[P1])
    node = named(f"{P1}/{occurrent}")

    def has(triples):
        return any(t.subject == node and t.predicate.value == name and value in (None, t.object) for t in triples)

    assert has(projected.certain) == (where == "certain")
    assert has(projected.possible) == (where == "possible")


def test_quantities_are_nodes_with_number_and_unit(example):
    projected = set(project(example[P1]).certain)
    duration, level = named(f"{P1}/fever/duration"), named(f"{P1}/mrd-1/level")
    decimal = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    expected = {
        (duration, lkg("number"), Literal("2", datatype=decimal)),
        (duration, lkg("upperNumber"), Literal("4", datatype=decimal)),
        (duration, lkg("ucumCode"), Literal("wk")),
        (level, lkg("number"), Literal("0.01", datatype=decimal)),
        (level, lkg("comparator"), Literal("<")),
        (level, lkg("ucumCode"), Literal("%")),
    }
    assert expected <= {(t.subject, t.predicate, t.object) for t in projected}


def test_orders_hold_between_intervals(example):
    """M3: OWL-Time relates intervals, not occurrents."""
    found = {
        (t.subject.value, t.object.value)
        for t in project(example[P1]).certain
        if t.predicate.value == f"{TIME}intervalIn"
    }
    assert found == {(f"{BASE}{P1}/dli-1/time", f"{BASE}{P1}/blina-2/time")}


# --- preferences ---


def with_conflict(said, conflict, prefers):
    """What is said, with another preference in one conflict."""
    changed = dataclasses.replace(conflict, prefers=prefers)
    return dataclasses.replace(said, conflicts=tuple(changed if c is conflict else c for c in said.conflicts))


def test_a_preference_moves_only_its_sides(everybody):
    """Whatever a curator prefers, no statement outside the conflict changes its place."""
    judged = 0
    for subject in everybody:
        said = subject.said
        for conflict in said.conflicts:
            elsewhere = {side for c in said.conflicts if c is not conflict for side in c.between}
            for prefers in ((), conflict.between[:1], conflict.between[1:], conflict.between):
                moved = with_conflict(said, conflict, prefers)
                sides = {triple for side in conflict.between for triple in subject.own[side]}
                for name in ("certain", "possible"):
                    one, other = set(getattr(project(said), name)), set(getattr(project(moved), name))
                    assert one ^ other <= sides
                for side in set(conflict.between) - elsewhere:
                    assert (side in moved.overruled) == bool(prefers and side not in prefers)
                    assert (side in moved.unsettled) == (not prefers)
                judged += 1
    assert judged > 20


# --- independence of order ---


def triples_of(example_cases, subject):
    return [triple for case in example_cases for triple in case.triples if case.subject == subject]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_projection_does_not_depend_on_the_order_of_triples(data, example_cases):
    subject = data.draw(st.sampled_from([P1, "patient/example-2020-p2", "group/example-2020-cohort"]))
    triples = triples_of(example_cases, subject)
    shuffled = data.draw(st.permutations(triples))
    assert project(statements.read(shuffled, subject)) == project(statements.read(triples, subject))


def test_a_triple_that_two_files_give_counts_once(example_cases):
    """A case that is given twice, as YAML and as its long form, says nothing more."""
    triples = triples_of(example_cases, P1)
    assert statements.read(triples * 2, P1) == statements.read(triples, P1)
