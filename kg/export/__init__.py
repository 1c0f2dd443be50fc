"""Write the dataset in other formats: one table of formats, one module a format that needs more than a serializer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, Triple, serialize

from ..vocabulary import prefixes
from . import events, jsonld


@dataclass(frozen=True)
class Format:
    """A format: its file suffix, whether it keeps named graphs, and how the quads are written."""

    suffix: str
    keeps_graphs: bool
    write: Callable[[Iterable[Quad]], bytes]


def _rdf(form: RdfFormat) -> Callable[[Iterable[Quad]], bytes]:
    def write(quads: Iterable[Quad]) -> bytes:
        ordered = sorted(quads, key=str)
        content: Iterable[Quad] | list[Triple] = (
            ordered if form.supports_datasets else list(dict.fromkeys(q.triple for q in ordered))
        )
        found = serialize(content, format=form, prefixes=prefixes() if form != RdfFormat.N_QUADS else None)
        return found or b""

    return write


FORMATS: dict[str, Format] = {
    "turtle": Format(".ttl", keeps_graphs=False, write=_rdf(RdfFormat.TURTLE)),
    "jsonld": Format(".jsonld", keeps_graphs=True, write=jsonld.write),
    "nquads": Format(".nq", keeps_graphs=True, write=_rdf(RdfFormat.N_QUADS)),
    "trig": Format(".trig", keeps_graphs=True, write=_rdf(RdfFormat.TRIG)),
    "rdfxml": Format(".rdf", keeps_graphs=False, write=_rdf(RdfFormat.RDF_XML)),
}

# Formats of several files: each writes into a folder and returns what it wrote.
FOLDERS: dict[str, Callable[[Store, Path], list[Path]]] = {
    "events": events.write,
}


def quads(store: Store) -> list[Quad]:
    """Return every quad of the store; the default graph is empty by design."""
    return [quad for quad in store if quad.graph_name != DefaultGraph()]
