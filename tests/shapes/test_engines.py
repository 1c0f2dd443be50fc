"""The engines: the same findings on every example and on graphs with injected faults; wrong shapes and literals told by place."""

import random
import sys
import warnings
from pathlib import Path

import pytest
import rdflib
from faults import graphs, spoiled
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import cases, engines, files, shapes, validate
from kg.errors import EngineError, ShapeError
from kg.vocabulary import BASE, RDF_TYPE, XSD, lkg

HERE = Path(__file__).parent
EXAMPLES = sorted([*HERE.glob("valid/*.ttl"), *HERE.glob("invalid/*.ttl")])


def read(path):
    text = path.read_text(encoding="utf-8")
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=f"{BASE}{path.stem}/")]


def both(triples):
    """Return what each engine finds, shape, focus, value, message and all."""
    return tuple(validate.check(triples, {}, engines.engine(name)) for name in ("pyshacl", "fast"))


def test_the_engines_agree_on_all_examples_at_once():
    reference, fast = both([triple for path in EXAMPLES for triple in read(path)])
    assert fast == reference
    assert len(reference) == len(list(HERE.glob("invalid/*.ttl"))) > 100


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_engines_agree_on_each_example(path):
    reference, fast = both(read(path))
    assert fast == reference


def test_the_engines_agree_on_the_shipped_cases():
    read_cases = cases.read(files.case_files())
    reference = validate.check_reporting(read_cases, engine=engines.with_pyshacl)
    fast = validate.check_reporting(read_cases, engine=engines.with_shacl)
    assert fast[0] == reference[0]
    assert set(fast[1]) == set(reference[1])
    assert len(reference[0]) > 20


# --- faults ---


@pytest.fixture(scope="module")
def whole(example_cases):
    """Graphs to spoil: every valid example, and the whole graphs of the cases that show every construct."""
    found = [read(path) for path in EXAMPLES if path.parent.name == "valid"]
    assert len(found) > 100
    return found + graphs(example_cases)


def together(graphs, seed):
    """Return four graphs as one, spoiled."""
    rng = random.Random(seed)
    return spoiled([triple for graph in rng.sample(graphs, 4) for triple in graph], rng)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000_000))
def test_the_engines_agree_whatever_the_fault(whole, seed):
    reference, fast = both(together(whole, seed))
    assert fast == reference


def test_the_faults_are_found(whole):
    found = [finding for seed in range(20) for finding in both(together(whole, seed))[1]]
    assert len({finding.shape for finding in found}) > 10


# --- literals that no engine can compare ---


@pytest.mark.parametrize(
    ("name", "text", "type_", "says"),
    [
        ("blastPercent", "two", "decimal", "'two' is no xsd:decimal"),
        ("blastPercent", "1e3", "decimal", "'1e3' is no xsd:decimal"),
        ("blastPercent", "27", "string", "'27' is xsd:string, and a value here is xsd:decimal"),
        ("cycleNumber", "2.5", "decimal", "'2.5' is xsd:decimal, and a value here is xsd:integer"),
        ("value", "2016-04-31", "date", "'2016-04-31' is no xsd:date"),
        ("value", "2016", "double", "xsd:double is no type of a value in a case"),
    ],
)
def test_a_literal_that_is_no_value_of_its_type_is_a_finding_and_kept_from_the_engines(name, text, type_, says):
    node = lkg("patient/p/node")
    triples = [
        Triple(node, RDF_TYPE, lkg("BlinatumomabCycle")),
        Triple(node, RDF_TYPE, lkg("Occurrent")),
        Triple(node, lkg(name), Literal(text, datatype=NamedNode(XSD + type_))),
    ]
    reference, fast = both(triples)
    assert reference == fast
    (found,) = [f for f in reference if f.shape == "Literal-value-of-its-type"]
    assert says in found.message
    assert (found.severity, found.focus, found.path) == ("Violation", "patient/p/node", name)
    assert not [f for f in reference if f.shape.endswith("-range")]


@pytest.mark.parametrize(
    ("name", "text", "type_"),
    [
        ("blastPercent", "63.2", "decimal"),
        ("blastPercent", "27", "integer"),
        ("cycleNumber", "2", "integer"),
        ("value", "2016-04", "gYearMonth"),
        ("asPrinted", "27%", "string"),
    ],
)
def test_a_value_of_its_type_is_none(name, text, type_):
    literal = Literal(text, datatype=NamedNode(XSD + type_))
    assert engines.mistyped([Triple(lkg("x"), lkg(name), literal)]) == []


def test_without_that_pyshacl_would_not_be_a_reference():
    """Why ill-typed literals are kept from the engines: rdflib counts text as later than any number, and sometimes stops."""
    node = lkg("p")
    wrong = Literal("two", datatype=NamedNode(XSD + "decimal"))
    triples = [Triple(node, RDF_TYPE, lkg("Occurrent")), Triple(node, lkg("blastPercent"), wrong)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reference = {result.component for result in engines.with_pyshacl(triples, shapes.shapes())}
        except Exception as error:
            reference = type(error)
    fast = {result.component for result in engines.with_shacl(triples, shapes.shapes())}
    assert reference != fast


# --- engines as such ---


def test_queries_translated_once_find_what_queries_translated_each_time_find(monkeypatch):
    triples = [triple for path in EXAMPLES[::4] for triple in read(path)]
    cached = engines.with_pyshacl(triples, shapes.shapes())
    monkeypatch.setattr(engines, "graph_class", lambda: rdflib.Graph)
    assert set(engines.with_pyshacl(triples, shapes.shapes())) == set(cached)
    assert cached


def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "shacl", None)
    engines._compiled.cache_clear()
    with pytest.raises(EngineError, match=r"pip install 'leukemia-kg\[fast\]'"):
        engines.with_shacl([], shapes.shapes())


def test_an_unknown_engine_is_named_with_those_that_there_are():
    with pytest.raises(EngineError, match="'jena'; there are: pyshacl, fast"):
        engines.engine("jena")


# --- shapes that are themselves wrong ---

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix lkg: <https://w3id.org/leukemia-kg/> .
lkg:Patient-shape a sh:NodeShape ;
    sh:targetClass lkg:Patient ; sh:severity sh:Violation ;
    sh:sparql lkg:Patient-age-told ; sh:property lkg:Patient-age-one .
"""
SPARQL = """lkg:Patient-age-told a sh:SPARQLConstraint ;
    sh:prefixes lkg:prefixes ; sh:message "No age." ;
    sh:select \"\"\"
        SELECT $this WHERE {
            $this a lkg:Patient .
        }\"\"\" .
"""
PROPERTY = """lkg:Patient-age-one a sh:PropertyShape ;
    sh:path lkg:age ; sh:maxCount 1 ;
    sh:message "One age." ; sh:severity sh:Violation .
"""
GOOD = HEAD + SPARQL + PROPERTY


@pytest.fixture
def shipped_as(tmp_path, monkeypatch):
    """Ship one file of shapes instead of all."""

    def ship(content):
        (tmp_path / "Patient.ttl").write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(files, "SHAPES", tmp_path)
        return shapes.shapes()

    return ship


def test_a_file_of_shapes_that_is_right_is_read(shipped_as):
    assert len(shipped_as(GOOD).triples) > 10


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('sh:message "No age." ;', 'sh:message "No age."', 8, "cannot be read as shapes"),
        ('sh:message "No age." ;', "", 6, "no sh:message"),
        ('sh:message "One age." ;', "", 12, "no sh:message"),
        ("sh:severity sh:Violation .", "sh:severity sh:Critical .", 14, "sh:Violation, sh:Warning or sh:Info"),
        ("sh:severity sh:Violation .", "sh:severity lkg:Grave .", 14, "(Grave)"),
        ("sh:maxCount", "sh:maxCuont", 13, "SHACL has no sh:maxCuont"),
        ("sh:path lkg:age ;", "", 12, "neither sh:path nor sh:select"),
        (
            "$this a lkg:Patient .",
            "$this a lkg:Patient . FILTER (",
            11,
            "the sh:select of Patient-age-told is no SPARQL",
        ),
        ("$this a lkg:Patient .", "$this a unknown:Patient .", 10, "is no SPARQL"),
        ("SELECT $this WHERE", "SELECT ?that WHERE", 6, "a SELECT does not return $this"),
        ("$this a lkg:Patient .", "{ SELECT ?that { ?that a lkg:Patient } }", 6, "a SELECT does not return $this"),
        ("$this a lkg:Patient .", "MINUS { $this a lkg:Patient }", 10, "no MINUS, VALUES or SERVICE"),
        ("lkg:Patient-age-one a", "lkg:Patient-age-two a", 5, "Patient-age-one is used here and described nowhere"),
        ("sh:sparql lkg:Patient-age-told", "sh:sparql [ sh:select 'SELECT $this WHERE {}' ]", 5, "has no name"),
    ],
)
def test_a_shape_that_is_itself_wrong_is_told_with_its_line(shipped_as, old, new, line, says):
    assert old in GOOD
    with pytest.raises(ShapeError) as error:
        shipped_as(GOOD.replace(old, new, 1))
    told = [str(problem) for problem in error.value.problems if says in problem.message]
    assert told, error.value.problems
    assert f"Patient.ttl:{line}:" in told[0]


def test_a_file_of_shapes_that_is_no_text_is_told(shipped_as):
    with pytest.raises(ShapeError, match=r"Patient\.ttl:1:1: cannot be read as shapes"):
        shipped_as(b"\xff\xfe\x00")


def test_what_an_engine_stumbles_on_is_a_clear_error(shipped_as):
    """A value that SHACL does not allow, which the reader of shapes leaves to the engine."""
    many = shipped_as(GOOD.replace("sh:maxCount 1", "sh:maxCount lkg:Many"))
    for engine in engines.ENGINES.values():
        with pytest.raises(ShapeError, match="a shape is itself wrong"):
            engine([Triple(lkg("p"), RDF_TYPE, lkg("Patient"))], many)


def test_the_shipped_shapes_are_shapes_by_the_w3c_s_own_shapes():
    import pyshacl

    graph = engines._rdflib_shapes(shapes.shapes())
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=graph, meta_shacl=True, advanced=True)
    assert conforms, text
