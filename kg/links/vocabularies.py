"""Read an ontology file that somebody has: OBO, OWL in RDF/XML, or OBO Graph JSON."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from ..errors import MappingError
from ..mappings import canonical

if TYPE_CHECKING:
    from pronto.ontology import Ontology
    from pronto.term import Term

_FORMATS = "OBO, OWL in RDF/XML, or OBO Graph JSON"


@dataclass(frozen=True)
class Concept:
    """One class of an ontology; `replaced_by` is what its file names in its place, `synonyms` its exact ones."""

    id: str
    label: str
    obsolete: bool
    replaced_by: tuple[str, ...]
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """An ontology as its file tells it: concepts by CURIE, and ids that were merged into another."""

    path: Path
    concepts: dict[str, Concept]
    merged: dict[str, str]

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """The prefixes of its concepts."""
        return frozenset(curie.partition(":")[0] for curie in self.concepts)


def read(path: Path) -> Vocabulary:
    """Read an ontology; what it imports is not fetched.

    Raises:
        MappingError: the file cannot be read, is in no format of the three or is broken; says where, if the parser does.
        MappingError: the extra `links` is not installed.
    """
    try:
        from pronto.ontology import Ontology
    except ModuleNotFoundError as error:
        raise MappingError("reading an ontology needs the extra: pip install 'leukemia-kg[links]'") from error
    _look_at(path)
    try:
        with warnings.catch_warnings():
            # Of what pronto warns of, nothing touches ids, labels and obsolescence.
            warnings.simplefilter("ignore")
            ontology = Ontology(str(path), import_depth=0)
            concepts = {concept.id: concept for concept in _concepts(ontology)}
            merged = {canonical(other): canonical(term.id) for term in ontology.terms() for other in term.alternate_ids}
    except ParseError as error:
        line, column = error.position
        raise MappingError(f"{path}:{line}:{column + 1}: no well-formed XML: {error.msg.partition(':')[0]}") from error
    except SyntaxError as error:
        raise MappingError(f"{path}:{error.lineno or 1}:{error.offset or 1}: {error.msg}") from error
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise MappingError(f"{path}: cannot be read as {_FORMATS}: {error}") from error
    return Vocabulary(path, concepts, merged)


def _look_at(path: Path) -> None:
    """Refuse what the parsers would not refuse in words: no file, no text, JSON that is broken or no OBO Graph."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} cannot be read: {error}") from error
    if not text.lstrip().startswith("{"):
        return
    try:
        graphs = json.loads(text).get("graphs")
    except json.JSONDecodeError as error:
        raise MappingError(f"{path}:{error.lineno}:{error.colno}: no well-formed JSON: {error.msg}") from error
    if not isinstance(graphs, list) or not graphs or not all(isinstance(one, dict) and "id" in one for one in graphs):
        raise MappingError(f"{path}:1:1: JSON, but no OBO Graph: it needs 'graphs' with an 'id' each")


def _concepts(ontology: "Ontology") -> Iterator[Concept]:
    for term in ontology.terms():
        yield Concept(
            id=canonical(term.id),
            label=term.name or "",
            obsolete=bool(term.obsolete),
            replaced_by=tuple(sorted(map(canonical, term.replaced_by.ids if term.obsolete else ()))),
            synonyms=_synonyms(term),
        )


def _synonyms(term: "Term") -> tuple[str, ...]:
    """Return the exact synonyms; none where pronto refuses those of a slim that forgot to declare their type."""
    try:
        return tuple(sorted(one.description for one in term.synonyms if one.scope == "EXACT"))
    except ValueError:
        return ()
