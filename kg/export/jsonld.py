"""JSON-LD with the shipped context: the same long form that programs may hand in as a case."""

import json
from collections.abc import Iterable, Iterator

from pyoxigraph import Quad, RdfFormat, serialize

from ..cases import context
from ..vocabulary import RDF_TYPE

Node = dict[str, object]


def write(quads: Iterable[Quad]) -> bytes:
    """Return the quads as one compacted document, named graphs kept; the context stands in it, nothing is fetched."""
    from pyld import jsonld

    expanded = json.loads(serialize(sorted(quads, key=str), format=RdfFormat.JSON_LD) or b"[]")
    for node in _nodes(expanded):
        if types := node.pop(RDF_TYPE.value, None):
            assert isinstance(types, list)  # noqa: S101 - expanded JSON-LD holds lists only
            node["@type"] = [type_["@id"] for type_ in types]
    shipped = context()
    compacted = jsonld.compact(expanded, shipped, options={"documentLoader": None})
    compacted["@context"] = shipped["@context"]
    return json.dumps(compacted, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _nodes(document: list[Node]) -> Iterator[Node]:
    for node in document:
        yield node
        inner = node.get("@graph")
        if isinstance(inner, list):
            yield from _nodes(inner)
