"""JSON-LD with the shipped context: the same long form that programs may hand in as a case; framed, a tree a patient."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from .. import files
from ..cases import context
from ..vocabulary import RDF_TYPE, lkg

Node = dict[str, object]
# The edges that the frame follows backwards; a test compares them with the frame.
_EDGES = frozenset({lkg("ofPatient"), lkg("about"), lkg("findingOf"), lkg("between")})


@dataclass(frozen=True)
class Framed:
    """A framed document, how many patients' trees it holds, and how many triples stand beside the trees."""

    content: bytes
    trees: int
    beside: int


def write(quads: Iterable[Quad]) -> bytes:
    """Return the quads as one compacted document, named graphs kept; the context stands in it, nothing is fetched."""
    return _text(_compacted(_expanded(quads)) | {"@context": context()["@context"]})


def framed(quads: Iterable[Quad]) -> Framed:
    """Return the union of the graphs, what is said of a patient as one tree, all else as nodes beside the trees.

    Framing drops what the frame does not reach. So the trees are read back, and every triple that they do not
    hold, be it said, derived or part of the ontology, is written beside them.
    """
    from pyld import jsonld

    every = tuple(quads)
    said = {quad.triple for quad in every if "/graph/said/" in str(quad.graph_name) and _frames(quad.triple)}
    frame, contexts = _frame()
    options = {"documentLoader": None, "omitGraph": False, "embed": "@never"}
    trees = jsonld.frame(_expanded(said), frame, options=options) if said else {}
    nodes = trees.get("graph", [])
    held = {quad.triple for quad in parse(_text({"@context": contexts, "graph": nodes}), format=RdfFormat.JSON_LD)}
    rest = {quad.triple for quad in every} - held
    beside = _compacted(_expanded(rest))
    beside.pop("@context", None)
    others = beside["graph"] if set(beside) == {"graph"} else [beside] if beside else []
    assert isinstance(others, list)  # noqa: S101 - pyld writes a graph of several nodes as a list
    return Framed(_text({"@context": contexts, "graph": [*nodes, *others]}), len(nodes), len(rest))


def _frame() -> tuple[dict[str, object], list[object]]:
    """Return the shipped frame with its contexts in it, and the contexts."""
    frame: dict[str, object] = json.loads((files.ONTOLOGY / "frame.jsonld").read_text(encoding="utf-8"))
    named = frame["@context"]
    assert isinstance(named, list)  # noqa: S101 - a file of ours
    contexts = [context()["@context"] if found == "context.jsonld" else found for found in named]
    return frame | {"@context": contexts}, contexts


def _frames(triple: Triple) -> bool:
    """Tell whether a triple may go into a tree: no blank node, and no text where an edge of the tree needs a node."""
    if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
        return False
    return isinstance(triple.object, NamedNode) or triple.predicate not in _EDGES


def _expanded(content: Iterable[Quad] | Iterable[Triple]) -> list[Node]:
    ordered: list[Quad] | list[Triple] = sorted(content, key=str)  # type: ignore[assignment]
    expanded: list[Node] = json.loads(serialize(ordered, format=RdfFormat.JSON_LD) or b"[]")
    for node in _nodes(expanded):
        if types := node.pop(RDF_TYPE.value, None):
            assert isinstance(types, list)  # noqa: S101 - expanded JSON-LD holds lists only
            node["@type"] = [type_["@id"] for type_ in types]
    return expanded


def _compacted(expanded: list[Node]) -> Node:
    from pyld import jsonld

    found: Node = jsonld.compact(expanded, context(), options={"documentLoader": None})
    return found


def _text(document: Node) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _nodes(document: list[Node]) -> Iterator[Node]:
    for node in document:
        yield node
        inner = node.get("@graph")
        if isinstance(inner, list):
            yield from _nodes(inner)
