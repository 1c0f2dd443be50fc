"""Parts of a packet with their JSON pointers, read in either spelling of a field; codes as terms of the ontology."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..mappings import load
from ..vocabulary import BASE, terms
from .document import Document, child


@dataclass(frozen=True)
class Part:
    """A JSON object or value of a packet; a part that is not there is false and holds nothing."""

    document: Document
    pointer: str
    there: bool = True

    def __bool__(self) -> bool:
        """Tell whether the part is there."""
        return self.there

    def get(self, name: str) -> Part:
        """Return a field by its JSON name; writers may also spell it with underscores."""
        value = self.document.at(self.pointer) if self.there else None
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        for key in (name, snake):
            if isinstance(value, dict) and value.get(key) is not None:
                return Part(self.document, child(self.pointer, key))
        return Part(self.document, self.pointer, there=False)

    def path(self, *names: str) -> Part:
        """Return a field of a field."""
        found = self
        for name in names:
            found = found.get(name)
        return found

    def items(self, name: str) -> Iterator[Part]:
        """Yield the items of a list."""
        found = self.get(name)
        value = self.document.at(found.pointer) if found else None
        for number in range(len(value) if isinstance(value, list) else 0):
            yield Part(self.document, child(found.pointer, number))

    @property
    def text(self) -> str:
        """The value as text; empty for what is not there or is no single value."""
        value = self.document.at(self.pointer) if self.there else None
        return "" if value is None or isinstance(value, dict | list) else str(value)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of an object as the file spells them."""
        value = self.document.at(self.pointer) if self.there else None
        return tuple(value) if isinstance(value, dict) else ()


@cache
def candidates(curie: str) -> frozenset[str]:
    """Return the terms that a code stands for: our own, or those to which a mapping calls it exact."""
    prefix, _, local = curie.partition(":")
    if prefix.casefold() == "lkg":
        return frozenset({BASE + local} & terms().by_iri.keys())
    return frozenset(row.subject for row in load().to(curie) if row.predicate == "exact")


def term(curie: str, *classes: str, kind: str = "", properties: frozenset[str] = frozenset()) -> str:
    """Return the one term of a code that is one of the properties or below one of our classes; nothing if not just one is."""
    found = {
        iri
        for iri in candidates(curie)
        if (known := terms().by_iri.get(iri))
        and (
            iri in properties
            or (kind in ("", known.kind) and any(terms().is_a(known, BASE + name) for name in classes))
        )
    }
    return found.pop() if len(found) == 1 else ""
