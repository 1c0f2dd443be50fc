"""No term is used that the ontology does not declare, and every prefix means everywhere what `prefixes.ttl` says."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import NamedNode, RdfFormat, parse

from kg import files
from kg.evidence import wording
from kg.vocabulary import BASE, prefixes, terms

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "kg").rglob("*.py"))
QUERIES = sorted((ROOT / "queries").glob("*.rq"))
PATTERNS = sorted((ROOT / "queries").glob("*.yaml"))
SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))
CONTEXT = ROOT / "ontology" / "context.jsonld"
CHECKS = sorted(Path(__file__).parent.glob("robot/*.rq"))
SH = "http://www.w3.org/ns/shacl#"
# A word with a capital inside, as TreatmentCourse or ofPatient, is no English word, hence meant as a term; units are short.
HUMPS = re.compile(r"(?=.{8})(?=.*(?:[a-z][A-Z]|[A-Z]{2}[a-z]{2}))[A-Za-z]+")
BUILT_IN = {"subClassOf", "equivalentClass", "NamedIndividual"}
BUILT_IN |= {"AnnotationProperty", "DatatypeProperty", "ObjectProperty"}
NO_TERMS = {
    "__init__.py": {  # names in `__all__`
        *("BuildError", "CaseError", "MissingExtraError", "QueryError", "QuestionError", "StoreError"),
    },
    "catalogue/shacl.py": {"SPARQLExecutable", "SPARQLSelectExecutable", "defaultValue", "nodeKind"},  # terms of SHACL
    "cases/__init__.py": {"CaseFile"},  # a name in `__all__`
    "cases/expand.py": {"primarySource"},  # a key of the JSON-LD context
    "cases/subjects.py": {"primarySource"},  # likewise
    "export/events.py": {"columnReference", "foreignKeys", "primaryKey", "tableSchema"},  # terms of CSV on the Web
    "export/jsonld.py": {"documentLoader"},  # an option of pyld
    "export/loss.py": {"leavesOut", "lossReport"},  # keys of the report, as its schema has them
    "importers/__init__.py": {"DocumentError"},  # a name in `__all__`
    "importers/phenopacket/__init__.py": {  # fields of version 1 of the format
        *("ageAtCollection", "ageOfOnset", "ageRangeOfOnset", "classOfOnset", "htsFiles"),
    },
    "importers/phenopacket/reading.py": {"TimeElement"},  # a message of the format
    "importers/record.py": {"importReport", "notUnderstood"},  # keys of the report
    "cases/values.py": {"gYearMonth"},  # a datatype of XSD
    "engines.py": {  # terms of SHACL, and datatypes of XSD
        *("ValidationResult", "focusNode", "resultMessage", "resultPath", "resultSeverity", "sourceConstraint"),
        *("sourceConstraintComponent", "sourceShape", "dateTime", "gYearMonth", "gYear"),
    },
    "shapes.py": {"NodeShape", "PropertyShape", "SPARQLConstraint", "targetClass"},  # terms of SHACL
    "findings.py": {  # keys of SARIF, and a term of SHACL
        *("artifactLocation", "columnKind", "inSource", "physicalLocation", "ruleIndex", "shortDescription"),
        *("startColumn", "startLine", "unicodeCodePoints", "ValidationReport"),
    },
    "links/suggestions.py": {"LexicalMatching", "LexicalSimilarityThresholdMatching"},  # terms of semapv
    "mappings.py": {"CSafeLoader"},  # a class of PyYAML
    "similar/__init__.py": {"DescriptionError"},  # a name in `__all__`
    "schema.py": {  # keys of JSON Schema, and a name of one of its parts
        *(
            "additionalProperties",
            "markdownEnumDescriptions",
            "maxItems",
            "minItems",
            "occurrentClass",
            "propertyNames",
        ),
    },
}

# Modules that write other vocabularies, where a word with a capital inside is most often a term of theirs.
OTHER_VOCABULARIES = {
    "description/": "VoID, DCAT, PROV, schema.org, Croissant",
    "differences.py": "OWL",
    "export/exchange.py": "names of formats",
    "export/jsonld.py": "options of pyld",
    "export/mcode/": "FHIR",
    "export/nanopub.py": "the nanopublication model",
    "importers/mcode/": "FHIR",
    "export/owl.py": "OWL",
    "pages/": "OWL",
    "release.py": "OWL",
}
# Nodes of our own namespace that are no terms: who made the data, the data, a patient named by an id.
NODES = {"contributors", "dataset", "patient"}


def fields_of_phenopackets() -> set[str]:
    """Return the names of all fields of the format, as its own library has them."""
    from phenopackets.schema.v2 import Phenopacket

    waiting, seen, names = [Phenopacket.DESCRIPTOR], set(), set()
    while waiting:
        message = waiting.pop()
        seen.add(message.full_name)
        for field in message.fields:
            names.add(field.json_name)
            if field.message_type and field.message_type.full_name not in seen:
                waiting.append(field.message_type)
    return names


def declared() -> set[str]:
    return {iri.removeprefix(BASE) for iri in terms().by_iri if iri.startswith(BASE)}


def undeclared(names: set[str]) -> list[str]:
    return sorted(names - declared() - NODES)


def text_parts(node: ast.AST) -> str:
    """Return the text of a string, of an f-string or of a sum of them, with {} for what is computed; BASE is kept."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "{}"
    if isinstance(node, ast.JoinedStr):
        return "".join(text_parts(value) for value in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_parts(node.value)
    if isinstance(node, ast.Name) and node.id == "BASE":
        return BASE
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_parts(node.left) + text_parts(node.right)
    return "{}"


def names_in_code(source: str) -> set[str]:
    """Return the terms that code names: `lkg("x")`, BASE before a name, `lkg:x` in a string. Paths are nodes, no terms."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lkg":
            found |= {BASE + text_parts(argument) for argument in node.args}
        elif isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            found.add(text_parts(node))
    term = re.compile(rf"(?:{re.escape(BASE)}|\blkg:)([A-Za-z]\w*)(?![\w/{{-])")
    return {name for text in found for name in term.findall(text)}


def names_in_sparql(text: str) -> set[str]:
    """Return the terms that a query names, without comments, texts and the names of graphs, which have a slash."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|(?m:^\s*#.*$)', "", text)
    return set(re.findall(r"\blkg:(\w+)(?![\w\\-])", bare))


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_names_declared_terms_only(path: Path) -> None:
    assert undeclared(names_in_code(path.read_text(encoding="utf-8"))) == []


def test_the_names_in_code_are_found() -> None:
    source = """
a = lkg("Missing1"), lkg("graph/x"), lkg(f"x/{y}"), lkg(name)
b = f"{BASE}missing2", f"{BASE}{name}", f"{BASE}patient/{x}", BASE + "Missing3", BASE + name, BASE
c = "ASK { ?x a lkg:Missing4 }", f"PREFIX lkg: <{BASE}> ASK {{ ?x lkg:missing5 {y} ; lkg:graph\\\\/x ?z }}", f"lkg:{x}"
d = lkg("Missing" + "6")
"""
    assert names_in_code(source) >= {"Missing1", "missing2", "Missing3", "Missing4", "missing5", "Missing6"}
    assert names_in_code(source) <= {"Missing1", "missing2", "Missing3", "Missing4", "missing5", "Missing6", "graph"}
    assert sum(len(names_in_code(path.read_text(encoding="utf-8"))) for path in CODE) > 20


def in_package(path: Path) -> str:
    return path.relative_to(ROOT / "kg").as_posix()


def test_each_module_that_writes_other_vocabularies_is_there() -> None:
    assert [one for one in OTHER_VOCABULARIES if not any(in_package(path).startswith(one) for path in CODE)] == []


OURS = [path for path in CODE if not in_package(path).startswith(tuple(OTHER_VOCABULARIES))]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_looks_like_a_term_in_code_is_one(path: Path) -> None:
    """Tables in code hold bare local names; a renamed term would go unnoticed there."""
    known = declared() | BUILT_IN | {re.split("[#/]", iri)[-1] for iri in terms().by_iri}
    known |= NO_TERMS.get(path.relative_to(ROOT / "kg").as_posix(), set())
    if path.parent.name == "phenopacket":
        known |= fields_of_phenopackets()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert sorted(text for text in texts if HUMPS.fullmatch(text) and text not in known) == []


def test_the_words_of_evidence_are_those_of_declared_terms() -> None:
    named = {*wording.CUES, *wording.TOLD_BY_AGENT, *wording.JUDGED, *wording.YES_CUES, *wording.SIGNED}
    assert len(named) > 30
    assert undeclared(named) == []


def test_queries_and_shapes_were_found() -> None:
    assert all((QUERIES, PATTERNS, SHAPES, CHECKS))
    assert len(CODE) > 30


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_queries_name_declared_terms_only(path: Path) -> None:
    names = names_in_sparql(path.read_text(encoding="utf-8"))
    assert names
    assert undeclared(names) == []


def test_the_names_in_a_query_are_found() -> None:
    query = '# lkg:A\nSELECT * { ?x a lkg:B ; lkg:c/lkg:d "lkg:E" . GRAPH lkg:graph\\/x { ?y lkg:f* ?z } }'
    assert names_in_sparql(query) == {"B", "c", "d", "f"}


def names_in_pattern(role: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield kind and local name of each term in a role or set of a declared pattern."""
    for one in role["any of"]:
        for key, value in one.items():
            if key in ("positive for", "negative for"):
                yield from (("individual", name) for name in ([value] if isinstance(value, str) else value))
            elif key in ("is a", "is not a", "includes"):
                yield from (("class", name) for name in ([value] if isinstance(value, str) else value))
            elif key not in (
                "part of",
                "same as",
                "other than",
                "contains",
                "may contain",
                "follows",
                "only possible",
                "if",
                "if none",
            ):
                yield "property", key
                listed = [value] if isinstance(value, str) else value
                yield from (("individual", name) for name in listed if name != "unstated")
    yield from (("individual", name) for name in role.get("credited to", {}).get("agents", ()))


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_patterns_name_declared_terms_only(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    kinds = {"object": "property", "data": "property", "annotation": "property"}
    known = {(kinds.get(term.kind, term.kind), iri.removeprefix(BASE)) for iri, term in terms().by_iri.items()}
    named = {
        name for part in ("for", "with") for role in content.get(part, {}).values() for name in names_in_pattern(role)
    }
    assert named
    assert sorted(named - known) == []


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shapes_name_declared_terms_only(path: Path) -> None:
    triples = [quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE)]
    shapes = {triple.subject for triple in triples} | {NamedNode(BASE + "prefixes")}
    named = {
        node.value.removeprefix(BASE)
        for triple in triples
        for node in (triple.predicate, triple.object)
        if isinstance(node, NamedNode) and node.value.startswith(BASE) and node not in shapes
    }
    selects = [triple.object.value for triple in triples if triple.predicate.value in (SH + "select", SH + "ask")]
    named |= {name for select in selects for name in names_in_sparql(select)}
    assert named
    assert undeclared(named) == []


def context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CONTEXT.read_text(encoding="utf-8"))["@context"]
    return found


def test_the_context_names_declared_terms_only() -> None:
    keys = {key: value for key, value in context().items() if not key.startswith("@") and key not in prefixes()}
    targets = set()
    for key, value in keys.items():
        target = value if isinstance(value, str) else value.get("@id", key)
        prefix, _, local = target.rpartition(":")
        if not target.startswith("@"):
            targets.add(prefixes()[prefix] + local if prefix else BASE + target)
    assert len(targets) > 20
    assert sorted(targets - set(terms().by_iri)) == []


def test_the_context_has_every_prefix_and_no_other() -> None:
    found = {key: value["@id"] for key, value in context().items() if isinstance(value, dict) and "@prefix" in value}
    assert found == prefixes()
    assert (context()["@vocab"], context()["@base"]) == (BASE, BASE)


def bound_prefixes(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^\s*@?(?:PREFIX|prefix)\s+([\w-]*):\s*<([^>]*)>", text, re.MULTILINE)


TEXTS = [*QUERIES, *CHECKS, *SHAPES, *sorted((ROOT / "ontology").glob("*.ttl"))]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prefixes_mean_what_they_mean_elsewhere(path: Path) -> None:
    found = bound_prefixes(path.read_text(encoding="utf-8"))
    assert found or path in CHECKS
    assert [one for one in found if one not in prefixes().items()] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_bound_prefix_is_used_and_bound_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = [name for name, _ in bound_prefixes(text)]
    assert len(names) == len(set(names))
    assert [name for name in names if len(re.findall(rf"(?<![\w-]){re.escape(name)}:", text)) < 2] == []


def test_the_shipped_terms_are_read() -> None:
    assert len(declared()) > 500
    assert undeclared({"Occurrent", "ofPatient", "NoSuchTerm"}) == ["NoSuchTerm"]
    assert files.ONTOLOGY.samefile(ROOT / "ontology") or files.SHIPPED.is_dir()
