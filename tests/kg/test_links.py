"""Links: our mappings against an ontology's own file in three formats, against another set, and candidates for more."""

import json
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import links, mappings
from kg.cli import main
from kg.errors import MappingError
from kg.links.suggestions import _form
from kg.vocabulary import BASE

# Facts of DOID (CC0) and MONDO (CC BY 4.0), some of them changed, so that each kind of finding is there once.
OBO = """\
format-version: 1.2
ontology: mixed

[Term]
id: DOID:1240
name: leukemia

[Term]
id: DOID:9952
name: acute lymphocytic leukemia
synonym: "acute lymphoblastic leukemia" EXACT []

[Term]
id: DOID:8683
name: myeloid sarcoma
synonym: "chloroma" EXACT []
synonym: "leukemic tumor" RELATED []
alt_id: DOID:0000001

[Term]
id: DOID:8552
name: Leukemia, myeloid, chronic

[Term]
id: DOID:7
name: chronic leukaemias

[Term]
id: DOID:8
name: chronic leukemia
is_obsolete: true

[Term]
id: MONDO:0019459
name: obsolete myeloid sarcoma
is_obsolete: true
replaced_by: MONDO:0006861

[Term]
id: MONDO:0006861
name: myeloid sarcoma

[Term]
id: MONDO:0000009
name: obsolete and nothing in its place
is_obsolete: true
"""
OWL_HEAD = """\
<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:obo="http://purl.obolibrary.org/obo/"
  xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#" xmlns:xsd="http://www.w3.org/2001/XMLSchema#">
<owl:Ontology rdf:about="http://purl.obolibrary.org/obo/mixed.owl"/>
"""


def stanzas():
    """The terms of OBO as dictionaries of lists."""
    for text in OBO.split("[Term]\n")[1:]:
        found = {}
        for line in text.strip().splitlines():
            key, _, value = line.partition(": ")
            found.setdefault(key, []).append(value)
        yield found


def iri(curie):
    return "http://purl.obolibrary.org/obo/" + curie.replace(":", "_")


def owl():
    text = OWL_HEAD
    for term in stanzas():
        text += f'<owl:Class rdf:about="{iri(term["id"][0])}"><rdfs:label>{term["name"][0]}</rdfs:label>'
        for synonym in term.get("synonym", ()):
            kind = "hasExactSynonym" if "EXACT" in synonym else "hasRelatedSynonym"
            text += f"<oboInOwl:{kind}>{synonym.split(chr(34))[1]}</oboInOwl:{kind}>"
        for other in term.get("alt_id", ()):
            text += f"<oboInOwl:hasAlternativeId>{other}</oboInOwl:hasAlternativeId>"
        if "is_obsolete" in term:
            text += '<owl:deprecated rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated>'
        for other in term.get("replaced_by", ()):
            text += f'<obo:IAO_0100001 rdf:resource="{iri(other)}"/>'
        text += "</owl:Class>\n"
    return text + "</rdf:RDF>\n"


def graph_json():
    nodes = []
    for term in stanzas():
        about = {"synonyms": [], "basicPropertyValues": []}
        for synonym in term.get("synonym", ()):
            kind = "hasExactSynonym" if "EXACT" in synonym else "hasRelatedSynonym"
            about["synonyms"].append({"pred": kind, "val": synonym.split('"')[1]})
        for other in term.get("alt_id", ()):
            pred = "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId"
            about["basicPropertyValues"].append({"pred": pred, "val": other})
        for other in term.get("replaced_by", ()):
            about["basicPropertyValues"].append({"pred": iri("IAO:0100001"), "val": iri(other)})
        about["deprecated"] = "is_obsolete" in term
        nodes.append({"id": iri(term["id"][0]), "type": "CLASS", "lbl": term["name"][0], "meta": about})
    return json.dumps({"graphs": [{"id": "http://purl.obolibrary.org/obo/mixed.owl", "nodes": nodes, "edges": []}]})


FORMATS = {"mixed.obo": lambda: OBO, "mixed.owl": owl, "mixed.json": graph_json}
HEAD = '#curie_map:\n#  lkg: "https://w3id.org/leukemia-kg/"\n#  DOID: "http://purl.obolibrary.org/obo/DOID_"\n'
HEAD += '#  MONDO: "http://purl.obolibrary.org/obo/MONDO_"\n#  NCIT: "http://purl.obolibrary.org/obo/NCIT_"\n'
HEAD += '#  snomedct: "http://snomed.info/id/"\n#  skos: "http://www.w3.org/2004/02/skos/core#"\n'
HEAD += "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tcomment\n"
FIRST = HEAD.count("\n") + 1


def ours(tmp_path, *rows):
    """A set of our terms: a row is term, predicate, object, label and comment."""
    path = tmp_path / "ours.sssom.tsv"
    lines = [
        f"lkg:{t}\t{t}\tskos:{p}Match\t{o}\t{label}\tsemapv:ManualMappingCuration\t{c}\n" for t, p, o, label, c in rows
    ]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture(params=FORMATS)
def ontology(request, tmp_path):
    path = tmp_path / request.param
    path.write_text(FORMATS[request.param](), encoding="utf-8")
    return path


# --- reading ---


def test_three_formats_say_the_same(ontology, tmp_path):
    found = links.read(ontology)
    plain = tmp_path / "plain.obo"
    plain.write_text(OBO, encoding="utf-8")
    assert (found.concepts, found.merged) == (links.read(plain).concepts, links.read(plain).merged)
    assert len(found.concepts) == 9
    assert found.concepts["DOID:8683"] == links.Concept("DOID:8683", "myeloid sarcoma", False, (), ("chloroma",))
    assert found.concepts["MONDO:0019459"].replaced_by == ("MONDO:0006861",)
    assert found.merged == {"DOID:0000001": "DOID:8683"}
    assert found.prefixes == {"DOID", "MONDO"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.obo", OBO.replace("name: leukemia", "nme leukemia"), "x.obo:6:1: expected"),
        ("x.owl", owl()[:-30], "x.owl:"),
        ("x.owl", owl()[:-30], "no well-formed XML"),
        ("x.json", graph_json()[:-20], "x.json:1:"),
        ("x.json", graph_json()[:-20], "no well-formed JSON"),
        ("x.json", '{"nodes": []}', "JSON, but no OBO Graph"),
        ("x.json", '{"graphs": [1]}', "JSON, but no OBO Graph"),
        (
            "x.ttl",
            "@prefix a: <https://example.org/> .",
            "x.ttl: cannot be read as OBO, OWL in RDF/XML, or OBO Graph JSON",
        ),
        ("x.tsv", "id\tlabel\nDOID:1240\tleukemia\n", "x.tsv: cannot be read as OBO"),
        ("x.obo", "", "x.obo: cannot be read as OBO"),
    ],
)
def test_what_is_no_ontology_is_refused_with_its_place(tmp_path, name, text, says):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        links.read(path)
    assert says in str(caught.value)


def test_bytes_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "x.obo"
    with pytest.raises(MappingError, match="cannot be read"):
        links.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MappingError, match="cannot be read"):
        links.read(path)


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("pronto.ontology", links.read),
        ("sssom_pydantic", lambda path: links.agreement([], path)),
        ("sssom_pydantic", lambda path: links.write([], path)),
        (
            "rapidfuzz",
            lambda path: links.suggest(
                [], links.Vocabulary(path, {"X:1": links.Concept("X:1", "x", False, (), ())}, {})
            ),
        ),
    ],
)
def test_a_missing_extra_is_named(monkeypatch, tmp_path, module, call):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MappingError, match=r"pip install 'leukemia-kg\[links\]'"):
        call(tmp_path / "x")


# --- checking ---


def test_each_fault_is_found_at_its_line_and_nothing_else(ontology, tmp_path):
    path = ours(
        tmp_path,
        ("Leukemia", "exact", "DOID:1240", "leukemia", ""),
        ("AcuteLymphoblasticLeukemia", "exact", "DOID:9952", "acute lymphoblastic leukemia", ""),
        ("MyeloidSarcoma", "exact", "MONDO:0019459", "myeloid sarcoma", ""),
        ("MyeloidSarcoma", "exact", "DOID:0000001", "", ""),
        ("Anemia", "exact", "DOID:2355", "anemia", ""),
        ("Anemia", "exact", "MONDO:0000009", "", ""),
        ("MyeloidSarcoma", "close", "MONDO:0006861", "", ""),  # no label: none to compare
        ("Anemia", "exact", "NCIT:C2869", "anything", ""),  # of another vocabulary
    )
    rows = list(mappings.read(path))
    count, found = links.check(rows, links.read(ontology))
    assert count == 7
    assert [(one.place.line - FIRST, one.severity, one.message) for one in found] == [
        (1, "Warning", "DOID:9952 is labelled 'acute lymphocytic leukemia'; the mapping has 'acute lymphoblastic leukemia' (now a synonym)"),
        (2, "Violation", "MONDO:0019459 is obsolete; it is replaced by MONDO:0006861 (myeloid sarcoma)"),
        (3, "Violation", "DOID:0000001 was merged into DOID:8683 (myeloid sarcoma); write that"),
        (4, "Violation", "DOID:2355 is not in the ontology"),
        (5, "Violation", "MONDO:0000009 is obsolete; it names no replacement"),
    ]  # fmt: skip
    count, partly = links.check(rows, links.read(ontology), partial=True)
    assert count == 6
    assert [one.message for one in partly] == [one.message for one in found if "not in" not in one.message]


def test_an_ontology_of_another_field_is_refused(ontology):
    rows = mappings.load().of(f"{BASE}Vincristine", "CHEBI")
    with pytest.raises(
        MappingError,
        match="has no concept of a vocabulary that the mappings use: it has DOID, MONDO, the mappings use CHEBI",
    ):
        links.check(rows, links.read(ontology))


def mirror(rows):
    """An ontology that says what the mappings say."""
    from pathlib import Path

    concepts = {row.object_curie: links.Concept(row.object_curie, row.object_label, False, (), ()) for row in rows}
    return links.Vocabulary(Path("mirror.obo"), concepts, {})


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_shipped_mappings_agree_with_their_mirror_until_one_concept_changes(data):
    rows = [row for row in mappings.load().all if row.prefix in ("DOID", "OBI", "HANCESTRO")]
    vocabulary = mirror(rows)
    assert links.check(rows, vocabulary) == (len(rows), [])
    curie = data.draw(st.sampled_from(sorted(vocabulary.concepts)))
    old = vocabulary.concepts[curie]
    changed = data.draw(
        st.sampled_from(
            (None, links.Concept(curie, old.label + "s", False, (), ()), links.Concept(curie, old.label, True, (), ()))
        )
    )
    vocabulary.concepts.pop(curie)
    if changed:
        vocabulary.concepts[curie] = changed
    elif curie.partition(":")[0] not in vocabulary.prefixes:
        return  # the last concept of its vocabulary: nothing is said of it then
    found = links.check(rows, vocabulary)[1]
    assert {one.message.partition(" ")[0] for one in found} == {curie}
    assert len(found) == sum(row.object_curie == curie for row in rows)


# --- agreement with another set ---

THEIRS = """\
#curie_map:
#  DOID: http://purl.obolibrary.org/obo/DOID_
#  MONDO: http://purl.obolibrary.org/obo/MONDO_
#  NCIT: http://purl.obolibrary.org/obo/NCIT_
#  SCTID: http://identifiers.org/snomedct/
#  OMIM: https://omim.org/entry/
#  skos: http://www.w3.org/2004/02/skos/core#
#  oboInOwl: http://www.geneontology.org/formats/oboInOwl#
#  semapv: https://w3id.org/semapv/vocab/
#license: https://creativecommons.org/publicdomain/zero/1.0/
#mapping_set_id: https://example.org/theirs
"""
THEIR_COLUMNS = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n"


def theirs(tmp_path, *rows):
    path = tmp_path / "theirs.sssom.tsv"
    lines = [f"{s}\t{p}\t{m}\t{o}\tsemapv:ManualMappingCuration\n" for s, p, m, o in rows]
    path.write_text(THEIRS + THEIR_COLUMNS + "".join(lines), encoding="utf-8")
    return path


def test_rows_are_the_same_in_conflict_explained_or_only_there(tmp_path):
    rows = list(
        mappings.read(
            ours(
                tmp_path,
                ("Leukemia", "exact", "MONDO:1", "", ""),
                ("Leukemia", "exact", "NCIT:1", "", ""),
                ("Leukemia", "exact", "snomedct:1", "", ""),
                ("AcuteLeukemia", "exact", "MONDO:2", "", ""),
                ("AcuteLeukemia", "exact", "NCIT:2", "", ""),
                ("MyeloidSarcoma", "exact", "MONDO:3", "", ""),
                ("MyeloidSarcoma", "close", "NCIT:3", "", "Theirs is a tumor anywhere."),
                ("Anemia", "exact", "MONDO:4", "", ""),
                ("Anemia", "broad", "NCIT:4", "", ""),
                ("Fever", "exact", "NCIT:5", "", ""),
            )
        )
    )
    found = links.agreement(
        rows,
        theirs(
            tmp_path,
            ("MONDO:1", "skos:exactMatch", "", "NCIT:1"),  # the same
            ("MONDO:1", "skos:exactMatch", "", "SCTID:1"),  # the same, by another prefix
            ("MONDO:2", "skos:exactMatch", "", "NCIT:99"),  # another concept than ours
            ("MONDO:3", "skos:exactMatch", "", "NCIT:3"),  # ours is near only, and says why
            ("NCIT:4", "skos:narrowMatch", "", "MONDO:4"),  # the same as our broad, from the other end
            ("MONDO:4", "skos:exactMatch", "", "DOID:4"),  # a vocabulary that ours has no row of
            ("MONDO:5", "skos:closeMatch", "", "NCIT:5"),  # only there, seen from its object
            ("MONDO:1", "skos:exactMatch", "Not", "NCIT:2"),  # equates nothing
            ("MONDO:1", "oboInOwl:hasDbXref", "", "NCIT:2"),  # no mapping property of SKOS
            ("MONDO:1", "skos:exactMatch", "", "OMIM:1"),  # not ours
            ("MONDO:77", "skos:exactMatch", "", "NCIT:77"),  # of no term of ours
        ),
    )
    assert found.same == 3
    assert [one.message for one in found.conflicts] == [
        "theirs.sssom.tsv has MONDO:2 exactMatch NCIT:99; we have exactMatch NCIT:2 without a comment that says why"
    ]
    assert [one.message for one in found.explained] == [
        "theirs.sssom.tsv has MONDO:3 exactMatch NCIT:3; we have closeMatch NCIT:3, and say: Theirs is a tumor anywhere."
    ]
    assert [one.message for one in found.missing] == [
        "theirs.sssom.tsv has NCIT:5 closeMatch MONDO:5; we have no row for it"
    ]
    assert [(one.severity, one.place.line - FIRST) for one in found.findings] == [
        ("Violation", 4),
        ("Info", 6),
        ("Info", 9),
    ]


@pytest.mark.parametrize("text", ["", "no table"])
def test_what_is_no_sssom_is_refused(tmp_path, text):
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match="cannot be read as SSSOM"):
        links.agreement(mappings.load().all, path)


@pytest.mark.parametrize(
    "row", ["MONDO:1\t\t\tNCIT:1\t", "MONDO:1\tskos:exactMatch\t\tNOSUCH:1\tsemapv:LexicalMatching"]
)
def test_a_row_that_is_no_mapping_is_refused_and_not_dropped(tmp_path, row):
    path = theirs(tmp_path, ("MONDO:1", "skos:exactMatch", "", "NCIT:1"))
    path.write_text(path.read_text() + row + "\n", encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        links.agreement(mappings.load().all, path)
    assert f"{path}:{THEIRS.count(chr(10)) + 3}:1: no row of SSSOM: " in str(caught.value)


# --- suggesting ---


@given(st.lists(st.text("abcXYZ019é", min_size=1, max_size=6), min_size=1, max_size=5), st.randoms())
def test_case_punctuation_and_order_do_not_count(words, random):
    shuffled = list(words)
    random.shuffle(shuffled)
    assert _form(" ".join(words)) == _form(", ".join(shuffled).upper() + ".")


MAPPED = (
    ("Leukemia", "exact", "DOID:1240", "leukemia", ""),
    ("AcuteLymphoblasticLeukemia", "exact", "DOID:9952", "", ""),
    ("MyeloidSarcoma", "exact", "DOID:8683", "", ""),
    ("MyeloidSarcoma", "exact", "MONDO:0006861", "", ""),
)


def test_candidates_are_scored_and_neither_obsolete_nor_mapped(ontology, tmp_path):
    rows = list(mappings.read(ours(tmp_path, *MAPPED)))
    found = {one.concept.id: one for one in links.suggest(rows, links.read(ontology))}
    # leukemia and myeloid sarcoma are mapped; DOID:8 is obsolete; DOID:9952 is taken
    assert found.keys() == {"DOID:7", "DOID:8552"}
    equal, like = found["DOID:8552"], found["DOID:7"]
    assert (equal.term.label, equal.equal, equal.score) == ("chronic myeloid leukemia", True, 1.0)
    assert (like.term.label, like.equal) == ("chronic leukemia", False)
    assert 0.9 < like.score < 1
    assert [one.concept.id for one in links.suggest(rows, links.read(ontology), least=0.99)] == ["DOID:8552"]


def test_a_synonym_scores_less_than_a_label(tmp_path):
    path = tmp_path / "x.obo"
    path.write_text(
        'format-version: 1.2\n\n[Term]\nid: X:1\nname: another name\nsynonym: "CML" EXACT []\n', encoding="utf-8"
    )
    (found,) = links.suggest([], links.read(path))
    assert (found.term.label, found.our_name, found.their_name, found.score) == (
        "chronic myeloid leukemia",
        "CML",
        "CML",
        0.98,
    )


def test_candidates_are_written_as_valid_sssom_that_accepts_nothing(ontology, tmp_path):
    from sssom.constants import SchemaValidationType
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    path = tmp_path / "candidates.sssom.tsv"
    done = run("suggest", "--ontology", ontology, "--mappings", ours(tmp_path, *MAPPED), "-o", path)
    assert done.exit_code == 0
    assert "2 candidates for 2 terms" in done.stderr
    read = parse_sssom_table(path)
    assert [
        found.message
        for report in validate(read, [SchemaValidationType.JsonSchema], False).values()
        for found in report.results
    ] == []
    assert set(read.df["predicate_id"]) == {"skos:closeMatch"}
    assert list(read.df["mapping_justification"]) == [
        "semapv:LexicalSimilarityThresholdMatching",
        "semapv:LexicalMatching",
    ]
    assert set(read.df["subject_id"]) == {"lkg:ChronicLeukemia", "lkg:ChronicMyeloidLeukemia"}


# --- the command line ---


def run(*arguments):
    return CliRunner().invoke(main, ["link", *map(str, arguments)])


def test_findings_have_exit_code_1_and_their_place_in_every_format(ontology, tmp_path):
    path = ours(tmp_path, ("MyeloidSarcoma", "exact", "MONDO:0019459", "myeloid sarcoma", ""))
    done = run("check", "--ontology", ontology, "--mappings", path)
    assert done.exit_code == 1
    assert f"{path}:{FIRST}:1: violation: MONDO:0019459 is obsolete; it is replaced by MONDO:0006861" in done.stdout
    assert "1 mappings checked, 1 findings" in done.stderr
    (found,) = json.loads(run("check", "--ontology", ontology, "--mappings", path, "-f", "json").stdout)
    assert (found["line"], found["severity"]) == (FIRST, "violation")
    sarif = json.loads(run("check", "--ontology", ontology, "--mappings", path, "-f", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == FIRST


def test_a_changed_label_alone_does_not_fail(ontology, tmp_path):
    path = ours(tmp_path, ("AcuteLymphoblasticLeukemia", "exact", "DOID:9952", "ALL", ""))
    done = run("check", "--ontology", ontology, "--mappings", path)
    assert done.exit_code == 0
    assert "warning: DOID:9952 is labelled 'acute lymphocytic leukemia'" in done.stdout


def test_a_conflict_with_another_set_fails_and_a_difference_with_a_reason_does_not(tmp_path):
    other = theirs(tmp_path, ("MONDO:0035639", "skos:exactMatch", "", "DOID:0081036"))
    assert run("check", "--agrees-with", other).exit_code == 0
    other = theirs(tmp_path, ("MONDO:0020743", "skos:exactMatch", "", "DOID:9953"))  # we explain
    assert (
        "acute biphenotypic leukemia; NCIT, MONDO and ours keep the two apart"
        in run("check", "--agrees-with", other).stdout
    )
    other = theirs(tmp_path, ("MONDO:0005059", "skos:exactMatch", "", "DOID:12603"))  # leukemia is not acute leukemia
    done = run("check", "--agrees-with", other)
    assert done.exit_code == 1
    assert "we have exactMatch DOID:1240 without a comment" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("check",), 2, "name an --ontology"),
        (("suggest", "-o", "x.tsv"), 2, "name an --ontology"),
        (("check", "--ontology", "nothing.obo"), 2, "does not exist"),
    ],
)
def test_wrong_use(arguments, code, says):
    done = run(*arguments)
    assert (done.exit_code, says in done.stderr) == (code, True)


def test_unreadable_input_has_exit_code_3(tmp_path):
    path = tmp_path / "x.obo"
    path.write_text("nonsense", encoding="utf-8")
    done = run("check", "--ontology", path)
    assert done.exit_code == 3
    assert done.stderr.startswith("error: ")


def test_candidates_do_not_go_among_the_mappings(ontology):
    path = mappings.mapping_files()[0].parent / "candidates.sssom.tsv"
    done = run("suggest", "--ontology", ontology, "-o", path)
    assert (done.exit_code, path.exists()) == (2, False)
    assert "candidates are judged first" in done.stderr
