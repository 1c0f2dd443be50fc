"""What the page of a term tells, gathered from the ontology graph, the mappings and the cases."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from .. import reason
from ..assemble import MAPPINGS_GRAPH, ONTOLOGY_GRAPH
from ..statements import iri_of
from ..vocabulary import DCTERMS, OWL, RDF_TYPE, RDFS, SYNONYM, Term, compact, terms
from .addresses import folder_of
from .cases import Told, Use

_SOURCE, _NOTE = "http://purl.obolibrary.org/obo/IAO_0000119", "http://purl.obolibrary.org/obo/IAO_0000116"
_REPLACED_BY = "http://purl.obolibrary.org/obo/IAO_0100001"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_MATCHES = {f"{_SKOS}{kind}Match": kind for kind in ("exact", "close", "broad", "narrow", "related")}
_CHARACTERS = {
    "TransitiveProperty": "transitive",
    "SymmetricProperty": "symmetric",
    "FunctionalProperty": "functional",
    "InverseFunctionalProperty": "inverse functional",
    "IrreflexiveProperty": "irreflexive",
    "AsymmetricProperty": "asymmetric",
}
_QUOTED = re.compile(r"'((?:[^']|'(?=\w))+)'")


@dataclass(frozen=True)
class Link:
    """A node that a page names: its IRI and what to call it."""

    iri: str
    label: str


@dataclass(frozen=True)
class Match:
    """A term of another vocabulary: how it matches, its IRI, its short name, and its label where that is known."""

    kind: str
    iri: str
    name: str
    label: str


@dataclass(frozen=True)
class Entry:
    """All that the page of a term tells; `axioms` are cut into texts and links, `below` is the use of narrower terms."""

    iri: str
    folder: str
    label: str
    definition: str
    sources: tuple[str, ...]
    synonyms: tuple[str, ...]
    notes: tuple[str, ...]
    deprecated: bool
    replaced_by: tuple[Link, ...]
    above: tuple[Link, ...]
    below: tuple[Link, ...]
    types: tuple[Link, ...]
    members: tuple[Link, ...]
    domain: tuple[Link, ...]
    range: tuple[Link, ...]
    inverse: tuple[Link, ...]
    characters: tuple[str, ...]
    matches: tuple[Match, ...]
    axioms: tuple[tuple[Link, ...], ...]
    uses: tuple[Use, ...]
    wider_uses: tuple[Use, ...]
    follows: tuple[str, ...]


class Book:
    """The ontology of a store, read once: what is said of each term, and what is narrower than it."""

    def __init__(self, store: Store) -> None:
        self._said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._back: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for quad in store.quads_for_pattern(None, None, None, ONTOLOGY_GRAPH):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                subject, property_, value = quad.subject.value, quad.predicate.value, quad.object.value
                self._said[subject][property_].append(value)
                self._back[value][property_].append(subject)
        self._matches = sorted(
            (iri_of(quad.subject), kind, iri_of(quad.object))
            for property_, kind in _MATCHES.items()
            for quad in store.quads_for_pattern(None, NamedNode(property_), None)
            if isinstance(quad.object, NamedNode)
        )
        labels = store.quads_for_pattern(None, NamedNode(f"{RDFS}label"), None, MAPPINGS_GRAPH)
        self._labels = {iri_of(quad.subject): iri_of(quad.object) for quad in labels}
        self._terms = {iri: term for iri, term in sorted(terms().by_iri.items()) if iri in self._said}
        self.kinds = {iri: term.kind for iri, term in self._terms.items()}
        self._by_label = {term.label: iri for iri, term in self._terms.items()}
        header = next(iter(self._back[f"{OWL}Ontology"][RDF_TYPE.value]), "")
        self.title = next(iter(self._said[header][f"{DCTERMS}title"]), "Ontology")
        self.version = next(iter(self._said[header][f"{OWL}versionInfo"]), "")
        self.licence = next(iter(self._said[header][f"{DCTERMS}license"]), "")
        self._axioms = self._axioms_by_term()

    def roots(self) -> tuple[Link, ...]:
        """Return the classes below no other, by label."""
        return self._links(
            iri
            for iri, term in self._terms.items()
            if term.kind == "class"
            and not any(parent in self._terms for parent in self._said[iri][f"{RDFS}subClassOf"])
        )

    def children(self, iri: str) -> tuple[Link, ...]:
        """Return the classes directly below one, by label."""
        return self._links(child for child in self._back[iri][f"{RDFS}subClassOf"] if child in self._terms)

    def entries(self, told: Told) -> Iterator[Entry]:
        """Yield every term with what is to be told of it, by IRI."""
        matches: dict[str, list[Match]] = defaultdict(list)
        for iri, kind, other in self._matches:
            matches[iri].append(Match(kind, other, compact(other), self._labels.get(other, "")))
        for iri, term in self._terms.items():
            yield self._entry(iri, term, told, tuple(matches[iri]))

    def _entry(self, iri: str, term: Term, told: Told, matches: tuple[Match, ...]) -> Entry:
        said, back = self._said[iri], self._back[iri]
        wider = "subClassOf" if term.kind == "class" else "subPropertyOf"
        narrower = self._narrower(iri)
        return Entry(
            iri=iri,
            folder=folder_of(term.kind),
            label=term.label,
            definition=term.definition,
            sources=tuple(sorted(said[_SOURCE])),
            synonyms=tuple(sorted(set(said[SYNONYM]) - {term.label})),
            notes=tuple(sorted(said[_NOTE])),
            deprecated="true" in said[f"{OWL}deprecated"],
            replaced_by=self._links(said[_REPLACED_BY]),
            above=self._links(said[RDFS + wider]),
            below=self._links(back[RDFS + wider]),
            types=self._links(term.types),
            members=self._links(back[RDF_TYPE.value]) if term.kind == "class" else (),
            domain=self._links(said[f"{RDFS}domain"]),
            range=self._links(said[f"{RDFS}range"]),
            inverse=self._links([*said[f"{OWL}inverseOf"], *back[f"{OWL}inverseOf"]]),
            characters=tuple(
                words for name, words in sorted(_CHARACTERS.items()) if OWL + name in said[RDF_TYPE.value]
            ),
            matches=matches,
            axioms=tuple(map(self._linked, self._axioms[iri])),
            uses=told.uses((iri,)),
            wider_uses=told.uses(narrower, without=iri) if len(narrower) > 1 else (),
            follows=told.derived(iri),
        )

    def _links(self, iris: Iterator[str] | Sequence[str] | frozenset[str]) -> tuple[Link, ...]:
        found = {iri: self._terms[iri].label if iri in self._terms else compact(iri) for iri in iris}
        return tuple(Link(iri, label) for iri, label in sorted(found.items(), key=lambda one: (one[1].casefold(), one)))

    def _narrower(self, iri: str) -> tuple[str, ...]:
        """Return a term and all below it: classes, and the values that are typed by them."""
        found, waiting = {iri}, [iri]
        while waiting:
            back = self._back[waiting.pop()]
            following = {*back[f"{RDFS}subClassOf"], *back[f"{RDFS}subPropertyOf"], *back[RDF_TYPE.value]} - found
            found |= following
            waiting += following
        return tuple(sorted(found & set(self._terms)))

    def _axioms_by_term(self) -> dict[str, list[str]]:
        """Return the axioms in which a term takes part, in words; that one class is below another stands by itself."""
        found: dict[str, list[str]] = defaultdict(list)
        for axiom in reason.shipped_rules().axioms:
            if len(axiom.triples) == 1 and axiom.triples[0].predicate.value == f"{RDFS}subClassOf":
                continue
            named = {node.value for t in axiom.triples for node in (t.subject, t.object) if isinstance(node, NamedNode)}
            used = {t.object.value for t in axiom.triples if isinstance(t.object, NamedNode)}
            for iri in sorted((named | used) & set(self._terms)):
                found[iri].append(axiom.words)
        return found

    def _linked(self, words: str) -> tuple[Link, ...]:
        """Cut an axiom into texts (without IRI) and the terms that it names."""
        parts, end = [], 0
        for match in _QUOTED.finditer(words):
            if iri := self._by_label.get(match[1]):
                parts += [Link("", words[end : match.start()]), Link(iri, match[1])]
                end = match.end()
        return tuple(part for part in [*parts, Link("", words[end:])] if part.label)
