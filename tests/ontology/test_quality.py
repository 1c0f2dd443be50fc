"""The ontology by the rules of its trade: the ROBOT report's checks as queries, its header, its names and definitions.

`robot/<check>.rq` is one check of ROBOT's report (every one of level ERROR or WARN) in our words; each row that it
returns is a failure. `robot/<check>.bad.ttl` is what it must catch.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

from kg import files
from kg.vocabulary import BASE, DCTERMS, DEFINITION, OWL, RDF_TYPE, RDFS, SYNONYM, terms

ROOT = Path(__file__).parents[2]
CHECKS = sorted(Path(__file__).parent.joinpath("robot").glob("*.rq"))
ERRORS = """
    deprecated_boolean_datatype deprecated_class_reference deprecated_property_reference duplicate_definition
    duplicate_label illegal_use_of_built_in_vocabulary label_formatting label_whitespace missing_label
    missing_ontology_description missing_ontology_license missing_ontology_title misused_obsolete_label
    misused_replaced_by multiple_definitions multiple_equivalent_class_definitions multiple_labels
"""
WARNINGS = """
    annotation_whitespace duplicate_exact_synonym duplicate_label_synonym duplicate_scoped_synonym equivalent_pair
    equivalent_class_axiom_no_genus invalid_xref missing_definition missing_obsolete_label missing_subset_declaration
    missing_synonymtype_declaration multiple_equivalent_classes invalid_entity_uri
"""
ONTOLOGY = NamedNode(BASE + "ontology")
SOURCE = "http://purl.obolibrary.org/obo/IAO_0000119"
VANN = "http://purl.org/vocab/vann/"
# What the header carries, and how it is written.
HEADER = {
    DCTERMS + "title": r"\w.+",
    DCTERMS + "description": r"[A-Z].{40,}\.",
    DCTERMS + "license": r"https://creativecommons\.org/licenses/by/4\.0/",
    DCTERMS + "creator": r"https://\S+",
    DCTERMS + "contributor": r"https://\S+",
    DCTERMS + "created": r"\d{4}-\d{2}-\d{2}",
    DCTERMS + "modified": r"\d{4}-\d{2}-\d{2}",
    DCTERMS + "bibliographicCitation": r".+ version \d+\.\d+\.\d+, \d{4}\.",
    VANN + "preferredNamespacePrefix": "lkg",
    VANN + "preferredNamespaceUri": re.escape(BASE),
    OWL + "versionIRI": re.escape(BASE) + r"releases/\d{4}-\d{2}-\d{2}/leukemia\.owl",
    OWL + "versionInfo": r"\d+\.\d+\.\d+",
    RDFS + "seeAlso": r"https://\S+",
}


def load(paths: Iterable[Path]) -> Store:
    store = Store()
    for path in paths:
        store.extend(parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True))
    return store


@pytest.fixture(scope="module")
def ontology() -> Store:
    return load(files.ontology_files())


def rows(store: Store, check: Path) -> list[str]:
    found = store.query(check.read_text(encoding="utf-8"))
    assert isinstance(found, QuerySolutions)
    return [" ".join(str(value) for value in row) for row in found]


def test_every_check_of_the_report_is_there() -> None:
    names = {check.stem: check for check in CHECKS}
    assert set(names) == {*ERRORS.split(), *WARNINGS.split()}
    for name, check in names.items():
        level = "ERROR" if name in ERRORS.split() else "WARN"
        assert check.read_text(encoding="utf-8").startswith(f"# {level}: ")
    bad = {path.name for path in CHECKS[0].parent.glob("*.ttl")}
    assert bad == {f"{name}.bad.ttl" for name in names}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_the_ontology_passes(check: Path, ontology: Store) -> None:
    assert rows(ontology, check) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_the_check_catches_its_bad_example(check: Path) -> None:
    assert rows(load([check.with_suffix(".bad.ttl")]), check)


def header(store: Store, iri: str) -> list[str]:
    return [quad.object.value for quad in store.quads_for_pattern(ONTOLOGY, NamedNode(iri), None)]


def releases() -> list[tuple[str, str]]:
    """Return version and date of each release that the CHANGELOG tells of, newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", text, re.MULTILINE)


def test_there_is_one_header(ontology: Store) -> None:
    headers = [quad.subject for quad in ontology.quads_for_pattern(None, RDF_TYPE, NamedNode(OWL + "Ontology"))]
    assert headers == [ONTOLOGY]


@pytest.mark.parametrize("iri", HEADER, ids=lambda iri: re.split("[#/]", iri)[-1])
def test_the_header_carries_what_is_asked(iri: str, ontology: Store) -> None:
    found = header(ontology, iri)
    assert found
    assert [value for value in found if not re.fullmatch(HEADER[iri], value)] == []


def test_version_and_date_agree_with_package_and_changelog(ontology: Store) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert header(ontology, OWL + "versionInfo") == [version]
    assert releases(), "CHANGELOG.md tells of no release: '## [0.1.0] - 2026-11-26'"
    top, date = releases()[0]
    assert top == version
    assert header(ontology, OWL + "versionIRI") == [f"{BASE}releases/{date}/leukemia.owl"]
    assert header(ontology, DCTERMS + "modified") == [date]
    assert f"version {version}, {date[:4]}." in header(ontology, DCTERMS + "bibliographicCitation")[0]


def test_a_later_version_names_the_one_before(ontology: Store) -> None:
    before = [f"{BASE}releases/{date}/leukemia.owl" for _, date in releases()[1:2]]
    assert header(ontology, OWL + "priorVersion") == before


def our_terms(store: Store) -> list[str]:
    found = {
        quad.subject.value
        for quad in store.quads_for_pattern(None, RDF_TYPE, None)
        if isinstance(quad.subject, NamedNode)
    }
    return sorted(iri for iri in found if iri.startswith(BASE) and iri != ONTOLOGY.value)


def texts(store: Store, iri: str, property_: str) -> list[Literal]:
    found = [quad.object for quad in store.quads_for_pattern(NamedNode(iri), NamedNode(property_), None)]
    assert all(isinstance(value, Literal) for value in found)
    return [value for value in found if isinstance(value, Literal)]


def faults(store: Store, iri: str) -> list[str]:
    """Return what is wrong with the annotations of one term by `notes/ontology-conventions.md`."""
    labels, definitions = texts(store, iri, RDFS + "label"), texts(store, iri, DEFINITION)
    synonyms, sources = texts(store, iri, SYNONYM), texts(store, iri, SOURCE)
    told = {
        "not one label": len(labels) != 1,
        "not one definition": len(definitions) != 1,
        "no source": not any(source.value.strip() for source in sources),
        "a source with a language": any(source.language for source in sources),
        "a text not in English": any(text.language != "en" for text in (*labels, *definitions, *synonyms)),
        "a definition without capital or full stop": not all(
            re.fullmatch(r"[A-Z][^\n\t]+[^\s.]\.", text.value) and "  " not in text.value for text in definitions
        ),
        "a definition that only repeats the label": any(
            definition.value.casefold().removeprefix("a ").rstrip(".") == label.value.casefold()
            for definition in definitions
            for label in labels
        ),
        "a name twice": any(n > 1 for n in Counter(text.value.casefold() for text in (*labels, *synonyms)).values()),
        "a name with odd spaces": any(text.value != " ".join(text.value.split()) for text in (*labels, *synonyms)),
    }
    return [fault for fault, found in told.items() if found]


def test_every_term_is_named_defined_and_sourced(ontology: Store) -> None:
    found = our_terms(ontology)
    assert len(found) > 500, "the ontology was hardly read"
    assert {iri: told for iri in found if (told := faults(ontology, iri))} == {}


GOOD = 'a owl:Class ; rdfs:label "state"@en ; iao:0000115 "A thing that is."@en ; iao:0000119 "project definition"'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("", "", None),
        ('"state"@en', '"state"@en , "condition"@en', "not one label"),
        ('"A thing that is."@en', '"A thing that is."@en , "A thing."@en', "not one definition"),
        (' ; iao:0000119 "project definition"', "", "no source"),
        ('"project definition"', '"project definition"@en', "a source with a language"),
        ('"state"@en', '"Zustand"@de', "a text not in English"),
        ("A thing that is.", "a thing that is.", "a definition without capital or full stop"),
        ("A thing that is.", "A thing that is", "a definition without capital or full stop"),
        ("A thing that is.", "A thing that is..", "a definition without capital or full stop"),
        ("A thing that is.", "A state.", "a definition that only repeats the label"),
        ('"state"@en', '"state"@en ; oboInOwl:hasExactSynonym "State"@en', "a name twice"),
        ('"state"@en', '"st  ate"@en', "a name with odd spaces"),
    ],
)
def test_a_fault_of_one_term_is_seen(old: str, new: str, fault: str | None, tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    head = "\n".join(
        f"@prefix {name}: <{space}> ."
        for name, space in {
            "lkg": BASE,
            "owl": OWL,
            "rdfs": RDFS,
            "iao": "http://purl.obolibrary.org/obo/IAO_",
            "oboInOwl": SYNONYM.removesuffix("hasExactSynonym"),
        }.items()
    )
    path.write_text(f"{head}\nlkg:State {GOOD.replace(old, new)} .", encoding="utf-8")
    assert faults(load([path]), BASE + "State") == ([fault] if fault else [])


def shared(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return each text, case aside, that is given to more than one term."""
    owners: dict[str, set[str]] = defaultdict(set)
    for iri, text in named:
        owners[text.casefold()].add(iri)
    return {text: sorted(iris) for text, iris in owners.items() if len(iris) > 1}


def test_labels_synonyms_and_definitions_are_unique_case_aside(ontology: Store) -> None:
    found = our_terms(ontology)
    names = [
        (iri, text.value) for iri in found for kind in (RDFS + "label", SYNONYM) for text in texts(ontology, iri, kind)
    ]
    assert len(names) > len(found)
    assert shared(names) == {}
    assert shared((iri, text.value) for iri in found for text in texts(ontology, iri, DEFINITION)) == {}
    assert shared([("a", "CR"), ("b", "cr"), ("a", "x"), ("a", "x")]) == {"cr": ["a", "b"]}


@pytest.mark.parametrize("kinds", [("class",), ("individual",), ("object", "data", "annotation")], ids="/".join)
def test_a_name_in_a_case_file_means_one_term(kinds: tuple[str, ...]) -> None:
    """Case files name a term by label, synonym or local name, in any case; where it stands says of which kind it is."""
    found = [(term.iri, name) for term in terms().by_iri.values() if term.kind in kinds for name in term.names]
    assert found
    assert shared(found) == {}
