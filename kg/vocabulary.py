"""Prefixes, the IRIs that code names, and the ontology's terms by the names that people write."""

import difflib
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from . import files

BASE = "https://w3id.org/leukemia-kg/"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TIME = "http://www.w3.org/2006/time#"
PROV = "http://www.w3.org/ns/prov#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
SH = "http://www.w3.org/ns/shacl#"
DEFINITION = "http://purl.obolibrary.org/obo/IAO_0000115"
SYNONYM = "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"


def lkg(name: str) -> NamedNode:
    """Return a term of our own namespace; a test proves that the ontology declares each that code names."""
    return NamedNode(BASE + name)


@functools.cache
def prefixes() -> dict[str, str]:
    """Return the prefixes that `ontology/prefixes.ttl` declares."""
    names: dict[object, str] = {}
    spaces: dict[object, str] = {}
    for quad in parse(path=str(files.ONTOLOGY / "prefixes.ttl"), format=RdfFormat.TURTLE):
        if isinstance(quad.object, Literal):
            target = names if quad.predicate.value.endswith("#prefix") else spaces
            target[quad.subject] = quad.object.value
    return {names[node]: spaces[node] for node in names}


@functools.cache
def prefix_set() -> NamedNode:
    """Return the IRI under which `ontology/prefixes.ttl` declares the prefixes."""
    quads = parse(path=str(files.ONTOLOGY / "prefixes.ttl"), format=RdfFormat.TURTLE)
    return next(q.subject for q in quads if isinstance(q.subject, NamedNode) and q.predicate.value.endswith("#declare"))


def compact(iri: str) -> str:
    """Return an IRI with its declared prefix, or our own local name, or the IRI itself."""
    for prefix, space in prefixes().items():
        if iri.startswith(space):
            return iri.removeprefix(space) if space == BASE else f"{prefix}:{iri.removeprefix(space)}"
    return iri


@dataclass(frozen=True)
class Term:
    """One term of the ontology.

    `kind` is `class`, `individual`, `object`, `data` or `annotation` (the last three are properties); `range` is the
    IRI of a property's range or empty; `names` are its label, its local name and its exact synonyms.
    """

    iri: str
    kind: str
    label: str
    definition: str
    range: str
    types: frozenset[str]
    names: tuple[str, ...]

    @property
    def role(self) -> str:
        """What a curator uses it as: a kind of thing (after `type:`), a value, or a key."""
        return {"class": "kind", "individual": "value"}.get(self.kind, "key")


class Terms:
    """The ontology's terms, found by label, local name or exact synonym, case-insensitively."""

    def __init__(self, paths: Iterable[Path]) -> None:
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for path in paths:
            for quad in parse(path=str(path), format=RdfFormat.TURTLE):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                    values[quad.subject.value][quad.predicate.value].append(quad.object.value)
        self.parents = {iri: frozenset(found[RDFS + "subClassOf"]) for iri, found in values.items()}
        self.by_iri = {iri: term for iri, found in values.items() if (term := self._term(iri, found))}
        self._by_name: dict[str, list[Term]] = defaultdict(list)
        for term in self.by_iri.values():
            for name in {name.casefold() for name in term.names}:
                self._by_name[name].append(term)

    def _term(self, iri: str, found: dict[str, list[str]]) -> Term | None:
        declared = found[RDF_TYPE.value]
        kinds = {
            "Class": "class",
            "NamedIndividual": "individual",
            "ObjectProperty": "object",
            "DatatypeProperty": "data",
            "AnnotationProperty": "annotation",
        }
        kind = next((kinds[name] for name in kinds if OWL + name in declared), None)
        if kind is None:
            return None
        local = iri.removeprefix(BASE) if iri.startswith(BASE) else compact(iri)
        labels = found[RDFS + "label"]
        return Term(
            iri=iri,
            kind=kind,
            label=labels[0] if labels else local,
            definition=next(iter(found[DEFINITION]), ""),
            range=next(iter(found[RDFS + "range"]), ""),
            types=frozenset(value for value in declared if not value.startswith(OWL)),
            names=tuple(dict.fromkeys([*labels, local, *found[SYNONYM]])),
        )

    @functools.cache  # noqa: B019 - one Terms lives as long as the process
    def superclasses(self, iri: str) -> frozenset[str]:
        """Return the class and all its asserted superclasses."""
        seen, waiting = {iri}, [iri]
        while waiting:
            for parent in self.parents.get(waiting.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return frozenset(seen)

    def is_a(self, term: Term, class_iri: str) -> bool:
        """Tell whether a class is below `class_iri`, or an individual is typed by a class below it."""
        starts = (term.iri,) if term.kind == "class" else term.types
        return any(class_iri in self.superclasses(start) for start in starts)

    def find(self, name: str, kind: str, within: str = "") -> Term | None:
        """Return the term of that kind, below the class `within` if given, that has that name."""
        for term in self._by_name.get(name.casefold(), ()):
            if kind in (term.kind, "property" if term.kind in ("object", "data", "annotation") else "") and (
                not within or self.is_a(term, within)
            ):
                return term
        return None

    def search(self, words: Iterable[str]) -> list[Term]:
        """Return our own terms that hold all the words in a name or the definition; those with them in a name first."""
        wanted = [word.casefold() for word in words]
        found = []
        for term in self.by_iri.values():
            names, all_text = " ".join(term.names).casefold(), f"{' '.join(term.names)} {term.definition}".casefold()
            if term.iri.startswith(BASE) and all(word in all_text for word in wanted):
                found.append((not all(word in names for word in wanted), len(term.label), term.label, term))
        return [term for *_, term in sorted(found, key=lambda one: one[:3])]

    def nearest(self, name: str, kind: str, within: str = "") -> str:
        """Return the name nearest to a misspelt one, as a phrase for an error message, or nothing."""
        choices = [
            candidate
            for candidate, terms in self._by_name.items()
            if any(self.find(candidate, kind, within) is term for term in terms)
        ]
        close = difflib.get_close_matches(name.casefold(), choices, n=1, cutoff=0.6)
        found = self.find(close[0], kind, within) if close else None
        if found is None:
            return ""
        written = next(label for label in found.names if label.casefold() == close[0])
        return f"; did you mean '{written}'?"


@functools.cache
def terms() -> Terms:
    """Return the terms of the shipped ontology."""
    return Terms(files.ontology_files())
