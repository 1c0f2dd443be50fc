"""What every description of a release says: title, licence, date, files with their digests, inputs of the build."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ..export import rdf
from ..vocabulary import RDF_TYPE, XSD, lkg

DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"
SPDX = "http://spdx.org/rdf/terms#"
PREFIXES = {"dcat": DCAT, "void": VOID, "spdx": SPDX}
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".nq": "application/n-quads",
    ".owl": "application/rdf+xml",
    ".rdf": "application/rdf+xml",
    ".rq": "application/sparql-query",
    ".trig": "application/trig",
    ".tsv": "text/tab-separated-values",
    ".ttl": "text/turtle",
    ".yaml": "application/yaml",
}


@dataclass(frozen=True)
class File:
    """A file of a release: its path in it, size in bytes, SHA-256 in hexadecimal, and what it holds in words."""

    path: str
    size: int
    sha256: str
    about: str = ""

    @property
    def media_type(self) -> str:
        """The media type that the file's name tells."""
        return MEDIA_TYPES.get("." + self.path.rpartition(".")[2], "text/plain")


@dataclass(frozen=True)
class Input:
    """A file that a build read: its name without the place on the machine, and its SHA-256 in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Source:
    """A publication that the graph tells of: its IRI (of its DOI, where it has one) and its title."""

    iri: str
    title: str


@dataclass(frozen=True)
class Facts:
    """What all descriptions share; `date` is the release's, as YYYY-MM-DD, and the only time told."""

    title: str
    description: str
    licence: str
    creator: str
    version: str
    date: str
    name: str
    publications: tuple[Source, ...]
    files: tuple[File, ...]
    inputs: tuple[Input, ...]

    @property
    def dataset(self) -> NamedNode:
        """The release as a dataset."""
        return lkg(f"releases/{self.date}")

    def file(self, path: str) -> NamedNode:
        """Return the name of a file of the release."""
        return lkg(f"releases/{self.date}/{path}")


def file_of(path: str, content: bytes, about: str = "") -> File:
    """Return what is told of a file."""
    return File(path, len(content), hashlib.sha256(content).hexdigest(), about)


def turtle(triples: Iterable[Triple]) -> bytes:
    """Return a description as Turtle."""
    graph = lkg("graph/description")
    return rdf.turtle((Quad(t.subject, t.predicate, t.object, graph) for t in triples), also=PREFIXES)


def node(subject: NamedNode, said: dict[str, object]) -> list[Triple]:
    """Return triples of a subject: keys are IRIs, values are terms, texts, numbers or lists of them; None says nothing."""
    found = []
    for key, value in said.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None:
                predicate = RDF_TYPE if key == "a" else NamedNode(key)
                found.append(Triple(subject, predicate, _term(one)))
    return found


def _term(value: object) -> NamedNode | Literal:
    if isinstance(value, NamedNode | Literal):
        return value
    return Literal(value) if isinstance(value, int) else Literal(str(value))


def date(text: str) -> Literal:
    """Return a day as xsd:date."""
    return Literal(text, datatype=NamedNode(XSD + "date"))
