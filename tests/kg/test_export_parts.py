"""Exports: any dataset comes back, the parts that can be chosen, the trees of a frame, OWL tools."""

import io
import json
import re

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kg import export, files
from kg.errors import SelectionError
from kg.export import Selection, jsonld, select
from kg.vocabulary import BASE, OWL, RDF_TYPE, XSD, lkg

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # rdflib warns of itself

PATIENT = "paul-2017-p1"
OXIGRAPH = {
    "turtle": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdfxml": RdfFormat.RDF_XML,
}


def canonical(quads):
    """A dataset whose blank nodes have canonical names, so that equal means isomorphic."""
    found = Dataset(quads)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def union(quads):
    return {Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in quads}


# --- any small dataset ---

NAMES = st.sampled_from(
    [lkg(n) for n in ("a", "patient/x/hct-1", "patient/..", "a//b", "x:y/z", "a/b?c", "a/b(c),'d'", "a/%2Fé", "a/b.")]
    + [NamedNode("http://purl.obolibrary.org/obo/IAO_0000115"), NamedNode("urn:x:y")]
)
BLANK = st.sampled_from([BlankNode("a"), BlankNode("b")])
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    ['lkg:a\\/b "', "<a/b>", "### Heading", "@prefix x: <y> .\n@base <z> .", "\ttab\n"]
)
LITERALS = st.builds(Literal, TEXTS) | st.builds(lambda text: Literal(text, language="en"), TEXTS)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2).map(
    lambda n: Literal(f"{n:f}", datatype=NamedNode(XSD + "decimal"))
)
PROPERTIES = st.sampled_from([RDF_TYPE, lkg("about"), lkg("value"), lkg("ofPatient")])
# A type in JSON-LD and a node element in RDF/XML are IRIs.
QUADS = st.builds(
    lambda s, p, o, t, g: Quad(s, p, t if p == RDF_TYPE else o, g),
    NAMES | BLANK,
    PROPERTIES,
    NAMES | BLANK | LITERALS | NUMBERS,
    st.sampled_from([lkg("Patient"), lkg("Statement"), NamedNode(OWL + "Class")]),
    st.sampled_from([lkg("graph/said/p/x"), lkg("graph/ontology")]),
)


@pytest.mark.parametrize("form", OXIGRAPH)
@settings(max_examples=25, deadline=None)
@given(quads=st.lists(QUADS, max_size=9))
def test_any_dataset_comes_back_the_same(form, quads):
    content = export.FORMATS[form].write(quads)
    wanted = quads if export.FORMATS[form].keeps_graphs else union(quads)
    assert canonical(parse(content, format=OXIGRAPH[form])) == canonical(wanted)
    assert export.FORMATS[form].write(quads[::-1]) == content


@settings(max_examples=25, deadline=None)
@given(quads=st.lists(QUADS, max_size=9))
def test_a_framed_dataset_expands_to_the_same_triples(quads):
    content = jsonld.framed(quads).content
    assert canonical(parse(content, format=RdfFormat.JSON_LD)) == canonical(union(quads))


@settings(max_examples=25, deadline=None)
@given(quads=st.lists(QUADS, max_size=9))
def test_canonical_n_quads_do_not_depend_on_names_of_blank_nodes(quads):
    renamed = {BlankNode("a"): BlankNode("z9"), BlankNode("b"): BlankNode("c14n7")}

    def other(quad):
        return Quad(renamed.get(quad.subject, quad.subject), quad.predicate, _renamed(quad.object), quad.graph_name)

    def _renamed(node):
        return renamed.get(node, node) if isinstance(node, BlankNode) else node

    content = export.FORMATS["nquads"].write(quads)
    assert export.FORMATS["nquads"].write(map(other, quads)) == content
    assert content.splitlines() == sorted(set(content.splitlines()))


# --- Turtle to read ---


def test_turtle_is_grouped_by_kind_and_sorted(shipped):
    text = export.FORMATS["turtle"].write(select(shipped, Selection(patients=frozenset({PATIENT})))).decode()
    headings = [line for line in text.splitlines() if line.startswith("### ")]
    assert headings[:4] == ["### Publications", "### Passages", "### Patients", "### Statements"]
    assert len(headings) == len(set(headings))
    statements = text.split("### Statements\n")[1].split("\n###")[0]
    subjects = [line.split(">")[0] for line in statements.splitlines() if line.startswith("<")]
    assert len(subjects) > 30
    assert subjects == sorted(subjects)
    assert re.search(rf"(?m)^<patient/{PATIENT}> a .*\blkg:Patient\b", text)
    assert "\\/" not in text


# --- a frame ---


@pytest.fixture(scope="module")
def framed(shipped):
    return jsonld.framed(select(shipped, Selection(patients=frozenset({PATIENT}), follows=False)))


def test_a_patient_is_one_tree(framed):
    document = json.loads(framed.content)
    (tree,) = (node for node in document["graph"] if node["id"] == f"lkg:patient/{PATIENT}")
    assert framed.trees == 1
    assert tree["type"] == "Patient"
    relapse = next(node for node in tree["occurrents"] if node["id"].endswith("/relapse"))
    assert any(statement["property"] == "rdf:type" for statement in relapse["statements"])


def test_only_the_edges_of_the_tree_embed_nodes(framed):
    """A node that is only named, such as the anchor of a time, is told at its own place."""

    def embedded(node, edge):
        if isinstance(node, list):
            for item in node:
                yield from embedded(item, edge)
        elif isinstance(node, dict):
            if len(node) > 1 and "id" in node:
                yield edge
            for key, value in node.items():
                yield from embedded(value, key)

    document = json.loads(framed.content)
    assert set(embedded(document["graph"], "graph")) <= {"graph", "occurrents", "statements", "findings", "conflicts"}


def test_the_edges_of_the_tree_are_those_of_the_frame():
    frame = json.loads((files.ONTOLOGY / "frame.jsonld").read_text(encoding="utf-8"))
    backwards = {term["@reverse"].removeprefix("lkg:") for term in frame["@context"][1].values()}
    assert {edge.value.removeprefix(BASE) for edge in jsonld._EDGES} == backwards


def test_all_that_is_said_of_patients_is_in_a_tree(shipped):
    quads = select(shipped, Selection(follows=False))
    found = jsonld.framed(quads)
    assert found.trees == 12
    trees = [node for node in json.loads(found.content)["graph"] if node.get("type") == "Patient"]
    content = json.dumps({"@context": json.loads(found.content)["@context"], "graph": trees}).encode()
    held = {quad.triple for quad in parse(content, format=RdfFormat.JSON_LD)}
    said = {q.triple for q in quads if "/graph/said/" in q.graph_name.value and q.graph_name.value.endswith("-p1")}
    missing = {t for t in said - held if not t.subject.value.startswith(f"{BASE}publication/")}
    assert len(said) > 4000
    assert missing == set()


def test_what_is_in_no_tree_stands_beside_and_is_counted(shipped):
    quads = select(shipped, Selection(patients=frozenset({PATIENT})))
    found = jsonld.framed(quads)
    assert found.beside > 500  # projection, timeline and derivations are a mesh, no tree
    assert canonical(parse(found.content, format=RdfFormat.JSON_LD)) == canonical(union(quads))


# --- parts ---


def graphs(quads):
    return {quad.graph_name.value.removeprefix(f"{BASE}graph/") for quad in quads}


def test_without_a_choice_all_is_written(shipped):
    assert len(select(shipped, Selection())) == len(shipped)


def test_said_and_derived_are_the_two_halves(shipped):
    said, follows = (select(shipped, Selection(follows=choice)) for choice in (False, True))
    assert {name.split("/")[0] for name in graphs(said)} <= {"ontology", "mappings", "patterns", "said"}
    assert not graphs(said) & graphs(follows)
    assert len(said) + len(follows) == len(shipped)


def test_a_patient_comes_with_what_the_case_cites(shipped):
    quads = select(shipped, Selection(patients=frozenset({PATIENT})))
    assert {name.rsplit("/", 1)[1] for name in graphs(quads)} == {PATIENT, "publication-durer-2019", "durer-2019"}
    cited = {q.object for q in quads if q.predicate == lkg("passage")}
    described = {q.subject for q in quads if q.predicate == RDF_TYPE and q.object == lkg("Passage")}
    assert cited == described
    verdicts = {q.subject for q in quads if q.predicate == lkg("evidenceVerdict")}
    assert any("/statement/" in node.value for node in verdicts)
    assert not any(other in quad.subject.value for quad in quads for other in ("ueda-2016-p", "khan-2016-p"))


def test_a_publication_comes_with_those_whom_it_tells_of(shipped):
    quads = select(shipped, Selection(publications=frozenset({"durer-2019"})))
    assert f"projection/{PATIENT}" in graphs(quads)
    assert "ontology" not in graphs(quads)
    asserted = select(shipped, Selection(publications=frozenset({"durer-2019"}), follows=False))
    assert {name.split("/")[0] for name in graphs(asserted)} == {"said"}


def test_what_is_not_there_is_said_with_what_there_is(shipped):
    with pytest.raises(SelectionError, match=r"no patient 'paul'; there are: .*paul-2017-p1"):
        select(shipped, Selection(patients=frozenset({"paul"})))
    with pytest.raises(SelectionError, match=r"no publication 'x'; there are: durer-2019"):
        select(shipped, Selection(publications=frozenset({"x"})))


# --- OWL tools ---


def test_owl_tools_read_the_ontology(shipped):
    """Owlready2 reads RDF/XML as OWL: every class, property and value that the ontology declares."""
    import owlready2

    quads = [q for q in select(shipped, Selection(follows=False)) if q.graph_name == lkg("graph/ontology")]
    content = export.FORMATS["rdfxml"].write(quads)
    world = owlready2.World()
    ontology = world.get_ontology("https://w3id.org/leukemia-kg/ontology").load(fileobj=io.BytesIO(content))
    declared = {q.subject for q in quads if q.object == NamedNode(OWL + "Class") and isinstance(q.subject, NamedNode)}
    assert {c.iri for c in world.classes()} >= {node.value for node in declared}
    assert len(declared) > 500
    assert ontology.metadata is not None
    assert world["https://w3id.org/leukemia-kg/PostTransplantRelapse"].equivalent_to


def test_rdflib_reads_the_frame_too(framed):
    graph = rdflib.Graph().parse(data=framed.content, format="json-ld")
    mine = {quad.triple for quad in parse(framed.content, format=RdfFormat.JSON_LD)}
    assert len(graph) == len(mine)
