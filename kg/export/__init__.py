"""Write the dataset in other formats: one table of formats, one module a format that needs more than a serializer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, Store

from . import events, jsonld, owl, rdf
from .selection import Selection, select

__all__ = ["FOLDERS", "FORMATS", "Format", "Selection", "jsonld", "quads", "rdf", "select"]


@dataclass(frozen=True)
class Format:
    """A format: its file suffix, its media type, whether it keeps named graphs, and how the quads are written."""

    suffix: str
    media_type: str
    keeps_graphs: bool
    write: Callable[[Iterable[Quad]], bytes]


FORMATS: dict[str, Format] = {
    "turtle": Format(".ttl", "text/turtle", keeps_graphs=False, write=rdf.turtle),
    "jsonld": Format(".jsonld", "application/ld+json", keeps_graphs=True, write=jsonld.write),
    "nquads": Format(".nq", "application/n-quads", keeps_graphs=True, write=rdf.nquads),
    "trig": Format(".trig", "application/trig", keeps_graphs=True, write=rdf.trig),
    "rdfxml": Format(".rdf", "application/rdf+xml", keeps_graphs=False, write=rdf.rdfxml),
    "owl": Format(".owl", "application/rdf+xml", keeps_graphs=False, write=owl.rdfxml),
    "ofn": Format(".ofn", "text/owl-functional", keeps_graphs=False, write=owl.functional),
}

# Formats of several files: each writes the patients named, or all, into a folder and returns what it wrote.
FOLDERS: dict[str, Callable[[Store, Path, Sequence[str]], list[Path]]] = {
    "events": events.write,
}


def quads(store: Store) -> list[Quad]:
    """Return every quad of the store; the default graph is empty by design."""
    return [quad for quad in store if quad.graph_name != DefaultGraph()]
