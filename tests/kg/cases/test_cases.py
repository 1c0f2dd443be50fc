"""Case files: the example that documents every construct, and one small file for each thing that can be wrong.

`python tests/kg/cases/test_cases.py` writes the long form of the example anew.
"""

import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, serialize

from kg import cases, files, validate
from kg.cases import entries, expand, subjects
from kg.errors import CaseError
from kg.evidence import read_source
from kg.statements import read as read_said
from kg.vocabulary import BASE, prefixes

HERE = Path(__file__).parent
EXAMPLE, LONG, INVALID = HERE / "example", HERE / "example" / "long", HERE / "invalid"
EXAMPLE_FILES = sorted(EXAMPLE.rglob("*.yaml"))
INVALID_FILES = sorted(INVALID.glob("*.yaml"))
EXPECTS = re.compile(r"# expects: (\d+):(\d+) (.+)")
REQUIREMENTS = range(1, 20)


def long_path(case):
    """Where the long form of a file of the example lies: its name is that of its said graph."""
    return LONG / f"{case.graph.value.removeprefix(f'{BASE}graph/said/')}.jsonld"


def long_text(case):
    """The long form as committed: the context by its name, one node a line."""
    nodes = ",\n".join(f"  {json.dumps(node, ensure_ascii=False)}" for node in case.long_form["@graph"])
    return f'{{\n "@context": "context.jsonld",\n "@graph": [\n{nodes}\n ]\n}}\n'


def problems_of(*paths):
    """The problems found in files; none if they can be read."""
    try:
        cases.read(paths)
    except CaseError as error:
        return error.problems
    return ()


def keys_of(entry):
    """Every key that a case file uses, at any depth."""
    for key, value in entry.keys.items():
        yield key
        yield from keys_of(value)
    for item in entry.items:
        yield from keys_of(item)


# --- the example ---


def test_the_example_says_that_it_is_invented():
    """Nobody may take the example for a case."""
    for path in [*EXAMPLE_FILES, *EXAMPLE.rglob("paper.md")]:
        assert path.read_text(encoding="utf-8").lstrip("# ").startswith("INVENTED"), path


def test_the_example_explains_every_requirement():
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE_FILES)
    comments = " ".join(re.findall(r"#(.*)", text))
    missing = [f"M{n}" for n in REQUIREMENTS if not re.search(rf"\bM{n}\b", comments)]
    assert not missing


def test_the_example_uses_every_key_that_the_reader_knows():
    """A construct that is added to the reader without an example fails here."""
    used = {key for path in EXAMPLE_FILES for key in keys_of(entries.load(path))}
    known = {*expand._STATEMENT_KEYS, *expand._CONFLICT_KEYS, *expand._TIME_KEYS, *subjects._BIBLIOGRAPHY}
    known |= {"rule", "on", "because", "between", "what", "in", "marker", "intensity", "percentage of positive blasts"}
    known |= {
        "about",
        "credits",
        "response",
        "says",
        "kind",
        "members",
        "results",
        "text",
        "positive",
        "negative",
        "until",
    }
    assert not known - used


def test_the_example_says_each_thing_that_a_statement_can_say(example):
    said = [statement for found in example.values() for statement in found.statements]
    assert {s.polarity for s in said} == {"Present", "Absent", "NotAvailable"}
    assert {s.suspected for s in said} == {True, False}
    assert {s.qualifier for s in said} == {"", "ByThen", "About", "Before", "AtLeast"}
    assert {s.anchor_point for s in said} >= {"", "Start"}
    assert {s.comparator for s in said} >= {"", "<", ">"}
    assert any(s.upper for s in said)
    assert any(len(s.passages) > 1 for s in said)
    assert any(s.primary_source for s in said)
    assert {len(s.values) for s in said} >= {0, 1, 2}
    conflicts = [conflict for found in example.values() for conflict in found.conflicts]
    assert {bool(c.prefers) for c in conflicts} == {True, False}
    assert {c.iri.rsplit("/", 1)[-1].isdigit() for c in conflicts} == {True, False}  # top-level and inline


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("hct/cd34Dose", {"values": ("4100000",), "unit": "/kg", "printed": "4.10 x 10^6/kg"}),
        ("hct/hlaMatch", {"values": ("9/10",)}),
        ("hct/when", {"property": "startDate", "values": ("2015-10-14",)}),
        ("diagnosis/when", {"property": "startDate", "values": ("2015-03",)}),
        ("death/when", {"property": "startDate", "values": ("2017",)}),
        ("cr-1/when", {"property": "dayNumber", "values": ("28",), "qualifier": "ByThen", "anchor": "patient/example-2020-p1/induction"}),
        ("thrombocytopenia/when", {"property": "startOffset", "values": ("3",), "unit": "wk", "qualifier": "Before"}),
        ("relapse-1/when/1", {"property": "startOffset", "values": ("5",), "unit": "mo", "qualifier": "About"}),
        ("cr-2/until/3", {"property": "endOffset", "qualifier": "AtLeast", "anchor_point": "Start"}),
        ("cr-2/until/1", {"property": "stillAt", "target": "patient/example-2020-p1/follow-up"}),
        ("cyclophosphamide/when", {"property": "dayNumber", "values": ("-5", "-6")}),
        ("fever/duration", {"values": ("2",), "upper": "4", "unit": "wk"}),
        ("mrd-1/level", {"values": ("0.01",), "comparator": "<", "unit": "%"}),
        ("pneumonia/type", {"suspected": True, "polarity": "Present"}),
        ("leukemia/lesion/2", {"polarity": "Absent"}),
        ("cytogenetics-1/lesion", {"polarity": "NotAvailable", "values": ()}),
        ("cytogenetics-1/karyotype", {"values": ("46,XX,t(9;22)(q34;q11.2)[12]/46,XX[8]",)}),
        ("immunophenotype-1/cd19/intensity", {"values": (f"{BASE}StrongExpression",)}),
        ("immunophenotype-1/cd19/percentPositive", {"values": ("95",)}),
        ("immunophenotype-1/ccd79a/detectionCompartment", {"values": (f"{BASE}CytoplasmicCompartment",)}),
        ("immunophenotype-1/scd22/detectionCompartment", {"values": (f"{BASE}SurfaceCompartment",)}),
        ("immunophenotype-1/ntdt/detectionCompartment", {"values": (f"{BASE}NuclearCompartment",)}),
        ("immunophenotype-1/cd20/result", {"suspected": True}),
        ("immunophenotype-1/mpo/result", {"values": (f"{BASE}NegativeResult",)}),
        ("blina-dli/absent/cytokine-release-syndrome", {"polarity": "Absent", "about": "patient/example-2020-p1/blina-dli"}),
        ("age", {"values": ("40",), "unit": "a", "passages": ("passage/example-2020/abstract.s1", "passage/example-2020/case-presentation.s1")}),
    ],
)  # fmt: skip
def test_what_a_construct_means(example, statement, expected):
    """The meaning of each construct, by hand."""
    iri = f"statement/example-2020/example-2020-p1/{statement}"
    (found,) = [s for s in example["patient/example-2020-p1"].statements if s.iri == iri]
    for name, value in expected.items():
        got = tuple(v.value for v in found.values) if name == "values" else getattr(found, name)
        assert got == value, name


def test_two_papers_tell_of_one_patient(example):
    """M2: the occurrents of both files are the same nodes; each statement keeps who told it and who reported it first."""
    said = example["patient/example-2020-p1"]
    assert {s.source for s in said.about("patient/example-2020-p1/hct")} == {
        "publication/example-2020",
        "publication/example-2021",
    }
    retold = [s for s in said.statements if s.source == "publication/example-2021"]
    assert {s.primary_source for s in retold} == {"publication/example-2020"}


def test_a_group_never_becomes_its_members(example):
    """M2: what is said of the group is about the group."""
    said = example["group/example-2020-cohort"]
    assert {s.about.split("/")[0] for s in said.statements} == {"group"}
    assert said.skeleton["group/example-2020-cohort"]["hasMember"] == ("patient/example-2020-p1",)


def test_an_attribution_names_response_and_treatments(example):
    """M18: an attribution is no statement about the patient."""
    said = example["publication/example-2020"]
    credited = said.skeleton["claim/example-2020/credited"]
    assert credited["creditedTo"] == ("Blinatumomab", "DonorLymphocytes")
    assert credited["creditedResponse"] == ("patient/example-2020-p1/cr-2",)
    assert not said.statements


def test_the_passages_are_those_of_the_paper_beside_it():
    """M12: whoever has the text finds each passage, with its digest, where it is said to be."""
    for path in EXAMPLE.rglob("paper.md"):
        document = read_source(path)
        recorded = entries.load(path.with_name("publication.yaml")).keys
        assert recorded["text"].keys["digest"].text == document.digest
        listed = {name: tuple(item.text for item in entry) for name, entry in recorded["passages"].keys.items()}
        assert listed == {p.id: (p.kind, f"{p.start}-{p.end}", p.digest) for p in document.passages}


def test_the_example_breaks_no_shape(example_cases):
    triples = list(dict.fromkeys(triple for case in example_cases for triple in case.triples))
    places = {iri: place for case in example_cases for iri, place in case.places.items()}
    assert [str(f) for f in validate.check(triples, places) if f.severity == "Violation"] == []


def test_every_node_knows_where_it_was_written(example_cases):
    for case in example_cases:
        nodes = {t.subject.value for t in case.triples}
        assert nodes == set(case.places)
        assert {place.file for place in case.places.values()} == {case.path}


# --- the long form ---


def test_the_long_form_is_up_to_date(example_cases):
    expected = {long_path(case): long_text(case) for case in example_cases}
    assert {path: path.read_text(encoding="utf-8") for path in LONG.rglob("*.jsonld")} == expected


def test_the_long_form_read_back_is_the_same_case(example_cases):
    by_path = {case.path: case for case in cases.read([long_path(case) for case in example_cases])}
    for case in example_cases:
        again = by_path[long_path(case)]
        assert set(again.triples) == set(case.triples)
        assert (again.subject, again.told_by, again.graph) == (case.subject, case.told_by, case.graph)


@pytest.mark.parametrize("folder", [EXAMPLE, files.CASES], ids=["example", "shipped"])
@pytest.mark.parametrize("suffix", ["jsonld", "ttl"])
def test_every_case_can_be_written_as_a_program_would(folder, suffix, tmp_path):
    """JSON-LD with its context inside, and Turtle, give the same triples, subject and graph as the short form."""
    found = cases.read(sorted(folder.rglob("*.yaml")))
    assert found
    written = {}
    for case in found:
        path = tmp_path / f"{case.graph.value.removeprefix(f'{BASE}graph/said/')}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        if suffix == "jsonld":
            path.write_text(json.dumps(case.long_form), encoding="utf-8")
        else:
            path.write_bytes(serialize(case.triples, format=RdfFormat.TURTLE, prefixes=prefixes()))
        written[path] = case
    again = cases.read(sorted(written))
    assert len(again) == len(found)
    for case in again:
        short = written[case.path]
        assert set(case.triples) == set(short.triples)
        assert (case.subject, case.told_by, case.graph) == (short.subject, short.told_by, short.graph)


def test_a_case_has_no_blank_node_and_no_undeclared_term(example_cases):
    """Graphs compare by set operations; the context maps every key of the long form to a term that is declared."""
    from kg.vocabulary import terms

    for case in example_cases:
        for triple in case.triples:
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode | Literal)
            predicate = triple.predicate.value
            assert not predicate.startswith(BASE) or predicate in terms().by_iri, predicate
            if predicate.startswith(BASE):
                kind = terms().by_iri[predicate].kind
                assert isinstance(triple.object, {"object": NamedNode, "data": Literal}.get(kind, object)), triple


def test_reading_does_not_depend_on_the_order_of_files(example_files, example_cases):
    again = {case.path: case for case in cases.read(example_files[::-1])}
    assert {case.path: set(case.triples) for case in example_cases} == {p: set(c.triples) for p, c in again.items()}


# --- bad input ---


def expected_problems(path):
    """What a file of `invalid/` expects: place and a part of the message, from its first lines."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    found = [EXPECTS.match(line) for line in lines]
    return sorted((int(f[1]), int(f[2]), f[3]) for f in found if f)


def test_there_are_invalid_files():
    assert len(INVALID_FILES) > 90
    assert all(expected_problems(path) for path in INVALID_FILES)


@pytest.mark.parametrize("path", INVALID_FILES, ids=lambda path: path.stem)
def test_an_invalid_file_is_refused_where_it_is_wrong(path):
    """Exactly the problems that the file announces, each at its place and with what to write instead."""
    found = problems_of(*EXAMPLE_FILES, path)
    expected = expected_problems(path)
    assert [(p.place.file, p.place.line, p.place.column) for p in found] == [
        (path, line, column) for line, column, _ in expected
    ]
    for problem, (_, _, fragment) in zip(found, expected, strict=True):
        assert fragment in problem.message


def test_problems_are_told_in_the_order_of_the_file():
    found = problems_of(*EXAMPLE_FILES, INVALID / "three-faults.yaml")
    assert len(found) == 3
    assert all(first.place < second.place for first, second in pairwise(found))


def test_problems_of_several_files_are_told_together():
    """A syntax error in one file does not hide what is wrong in another."""
    found = problems_of(*EXAMPLE_FILES, INVALID / "syntax-error.yaml", INVALID / "unknown-term.yaml")
    assert {p.place.file.stem for p in found} == {"syntax-error", "unknown-term"}


def test_a_large_file_is_refused_without_being_read(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("patient: invented-p9\nsex: " + "x" * 3_000_000, encoding="utf-8")
    begun = time.perf_counter()
    (found,) = problems_of(*EXAMPLE_FILES, path)
    assert (found.place.line, found.place.column) == (1, 1)
    assert "larger than 2000000 bytes; split the file by patient" in found.message
    assert time.perf_counter() - begun < 5


def test_a_missing_file_is_a_problem(tmp_path):
    (found,) = problems_of(tmp_path / "nowhere.yaml")
    assert "cannot be read" in found.message


@pytest.mark.parametrize(
    ("name", "content", "line", "column", "fragment"),
    [
        ("x.jsonld", b'{\n "@context": "context.jsonld",\n "@graph": [{"id": "patient/x",, }]\n}', 3, 32, "JSON: "),
        ("x.jsonld", b'{"@context": "https://example.org/remote.jsonld", "@graph": []}', 1, 1, "remote context"),
        ("x.jsonld", b'{"@context": "context.jsonld", "@graph": [{"type": "Patient"}]}', 1, 1, "every node of a case needs an IRI"),
        ("x.jsonld", b"[" * 100_000, 1, 1, "nested too deeply"),
        ("x.jsonld", b"[]", 1, 1, "says nothing; write nodes under '@graph'"),
        ("x.jsonld", b'{"@context": "context.jsonld", "@graph": [{"id": "patient/a", "type": "Patient"}, {"id": "patient/b", "type": "Patient"}]}', 1, 1, "write a file for each"),
        ("x.ttl", b"", 1, 1, "says nothing"),
        ("x.ttl", b"\xff", 1, 1, "is not UTF-8"),
        ("x.ttl", b"@prefix lkg: <https://w3id.org/leukemia-kg/> .\n<patient/x> a lgk:Patient .\n", 2, 15, "lgk: has not been declared"),
        ("x.ttl", b"@prefix lkg: <https://w3id.org/leukemia-kg/> .\n<patient/x> lkg:sex\n  [ a lkg:Sex ] .\n", 1, 1, "every node of a case needs an IRI"),
    ],
)  # fmt: skip
def test_a_bad_long_form_is_refused(name, content, line, column, fragment, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    (found,) = problems_of(path)
    assert (found.place.file, found.place.line, found.place.column) == (path, line, column)
    assert fragment in found.message


# Fragments that mean something to YAML, JSON-LD, IRIs or SPARQL.
FRAGMENTS = (
    "",
    "[",
    "]",
    "{",
    "}",
    ":",
    "- ",
    "'",
    '"',
    "@id",
    "<",
    ">",
    "\\",
    "\t",
    "\n",
    "%",
    "#",
    "*",
    "&a ",
    "!!str ",
    "²",
    "\u2028",
    "é",
    "0",
    "9" * 40,
)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read_but_never_crashes(data, tmp_path_factory):
    """One damage anywhere in a file of the example: a problem with a place in a file, or a case."""
    source = data.draw(st.sampled_from(EXAMPLE_FILES))
    text = source.read_text(encoding="utf-8")
    if source.name == "publication.yaml":
        text = text[: text.index("passages:") + 400]  # the list of passages is long and regular
    begin = data.draw(st.integers(0, len(text) - 1))
    end = min(len(text), begin + data.draw(st.integers(0, 12)))
    damaged = tmp_path_factory.getbasetemp() / "damaged.yaml"
    damaged.write_text(text[:begin] + data.draw(st.sampled_from(FRAGMENTS)) + text[end:], encoding="utf-8")
    paths = [damaged if path == source else path for path in EXAMPLE_FILES]
    if source.name == "publication.yaml":
        paths = [damaged]
    for problem in problems_of(*paths):
        assert problem.message
        lines = problem.place.file.read_text(encoding="utf-8").split("\n")
        assert 1 <= problem.place.line <= len(lines) + 1
        assert problem.place.column >= 1


def test_statements_read_the_same_from_triples_in_any_order(example_cases):
    case = next(case for case in example_cases if case.path.name == "example-2020-p2.yaml")
    assert read_said(case.triples, case.subject) == read_said(case.triples[::-1], case.subject)


if __name__ == "__main__":
    for made in cases.read(EXAMPLE_FILES):
        long_path(made).parent.mkdir(parents=True, exist_ok=True)
        long_path(made).write_text(long_text(made), encoding="utf-8")
