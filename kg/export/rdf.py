"""Turtle, TriG, N-Quads and RDF/XML: the same quads give the same bytes, whatever order and process they come from.

Oxigraph writes the syntax. Three things are done around it: the order of what is written; the order of the prefixes,
which Oxigraph takes from a hash table; and names with a slash, written `<patient/x/hct>` not with each slash escaped.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, serialize

from ..vocabulary import BASE, OWL, RDF_TYPE, prefixes

_ONTOLOGY, _OTHER, _UNNAMED = "Ontology", "Others", "Nodes without a name"
# The first part of an IRI's local name, or what the ontology declares a term as, and the heading it stands under.
_BY_PATH = {
    "publication": "Publications",
    "reference": "References",
    "passage": "Passages",
    "patient": "Patients",
    "group": "Groups",
    "statement": "Statements",
    "conflict": "Conflicts",
    "claim": "Claims of authors",
    "acknowledgement": "Acknowledgements",
    "pattern": "Patterns",
    "build": "Builds",
}
_BY_TYPE = {
    "Ontology": _ONTOLOGY,
    "Class": "Classes",
    "ObjectProperty": "Properties",
    "DatatypeProperty": "Properties",
    "AnnotationProperty": "Properties",
    "NamedIndividual": "Values",
}
_HEADINGS = tuple(dict.fromkeys([*_BY_TYPE.values(), *_BY_PATH.values(), _OTHER, _UNNAMED]))
# A text, kept as it is, or a name in our own namespace that holds an escaped slash.
_TEXT_OR_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|lkg:((?:[^\s\\;,]|\\.)*\\/(?:[^\s\\;,]|\\.)*)')
_NAMESPACE = re.compile(r' xmlns:([\w.-]+)="([^"]*)"')


def nquads(quads: Iterable[Quad]) -> bytes:
    """Return canonical N-Quads: blank nodes named by RDFC-1.0, one quad a line, lines in code point order."""
    canonical = Dataset(quads)
    canonical.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return b"".join(sorted((serialize(canonical, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)))


def turtle(quads: Iterable[Quad], also: Mapping[str, str] | None = None) -> bytes:
    """Return the union of the graphs as Turtle, grouped under headings by the kind of subject, then by IRI.

    `also` are prefixes besides those that the ontology declares.
    """
    declared = prefixes() | dict(also or {})
    triples = {quad.triple for quad in quads}
    kinds = _kinds(triples)
    parts = [_header(declared)]
    for heading, group in groupby(sorted(triples, key=_order(kinds)), key=lambda t: kinds[str(t.subject)]):
        parts.append(f"\n### {heading}\n\n" + _body(group, RdfFormat.TURTLE, declared))
    return "".join(parts).encode()


def trig(quads: Iterable[Quad], also: Mapping[str, str] | None = None) -> bytes:
    """Return the quads as TriG, a graph after the other by name, each in the order of Turtle; `also` as there."""
    declared, quads = prefixes() | dict(also or {}), set(quads)
    order = _order(_kinds(quad.triple for quad in quads))
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), order(quad.triple)))
    return (_header(declared) + "\n" + _body(ordered, RdfFormat.TRIG, declared)).encode()


def rdfxml(quads: Iterable[Quad]) -> bytes:
    """Return the union of the graphs as RDF/XML, as OWL tools read it."""
    triples = {quad.triple for quad in quads}
    ordered = sorted(triples, key=_order(_kinds(triples)))
    text = (serialize(ordered, format=RdfFormat.RDF_XML, prefixes=prefixes()) or b"").decode()
    head, tag, rest = text.partition("<rdf:RDF")
    attributes, end, body = rest.partition(">")
    spaces = "".join(f'\n    xmlns:{name}="{iri}"' for name, iri in sorted(_NAMESPACE.findall(attributes)))
    return (head + tag + spaces + _NAMESPACE.sub("", attributes) + end + body).encode()


def _kinds(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the heading of each subject."""
    kinds: dict[str, str] = {}
    for triple in triples:
        name = str(triple.subject)
        if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
            declared = triple.object.value.removeprefix(OWL) if triple.object.value.startswith(OWL) else ""
            if heading := _BY_TYPE.get(declared):
                kinds[name] = min(heading, kinds.get(name, heading), key=_HEADINGS.index)
        path = triple.subject.value.removeprefix(BASE) if isinstance(triple.subject, NamedNode) else ""
        kinds.setdefault(name, _BY_PATH.get(path.split("/")[0], _OTHER) if path else _UNNAMED)
    return kinds


def _order(kinds: dict[str, str]) -> Callable[[Triple], tuple[int, str, bool, str, str]]:
    """Order by kind of subject and subject, a subject's own types first."""

    def place(triple: Triple) -> tuple[int, str, bool, str, str]:
        subject = str(triple.subject)
        kind = _HEADINGS.index(kinds[subject])
        return kind, subject, triple.predicate != RDF_TYPE, str(triple.predicate), str(triple.object)

    return place


def _header(declared: Mapping[str, str]) -> str:
    return f"@base <{BASE}> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(declared.items()))


def _body(content: Iterable[Triple] | Iterable[Quad], form: RdfFormat, declared: Mapping[str, str]) -> str:
    """Return what Oxigraph writes, without its own prefixes."""
    text = (serialize(content, format=form, prefixes=dict(declared)) or b"").decode()
    return _TEXT_OR_NAME.sub(_relative, re.sub(r"\A(?:@prefix [^\n]*\n)*", "", text))


def _relative(match: re.Match[str]) -> str:
    path = re.sub(r"\\(.)", r"\1", match[1] or "")
    segments = path.split("/")
    if not path or not segments[0] or ":" in segments[0] or "?" in path or "#" in path or {".", ".."} & set(segments):
        return match[0]
    return f"<{path}>"
