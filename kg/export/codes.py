"""Codes of other vocabularies for our terms: an exact one that can be read back as the same term, or our own."""

from collections import defaultdict
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from ..mappings import Mapping, Mappings, load
from ..vocabulary import BASE, terms

OWN = "lkg"


@dataclass(frozen=True)
class Code:
    """A coded term: CURIE and label, and whether it is of our own vocabulary because no other has an exact term."""

    id: str
    label: str
    own: bool

    @property
    def prefix(self) -> str:
        """The part of the CURIE before the colon."""
        return self.id.partition(":")[0]


class Coder:
    """Codes terms and remembers which vocabularies, as read from where, it used."""

    def __init__(self, mappings: Mappings | None = None) -> None:
        self._mappings = load() if mappings is None else mappings
        self._used: dict[str, set[str]] = defaultdict(set)

    def code(self, iri: str, *prefixes: str, labelled: bool = True) -> Code:
        """Return the code of a term in the first of the vocabularies that has an exact one, else ours.

        With `labelled`, one with a label: some vocabularies do not let theirs be passed on.
        """
        for prefix in prefixes:
            rows = self._mappings.of(iri, prefix)
            found = [row for row in rows if (row.object_label or not labelled) and self._reads_back(row)]
            if found:
                best = min(found, key=lambda row: (-row.confidence, row.object_curie))
                self._used[prefix].add(best.source_version)
                return Code(best.object_curie, best.object_label, own=False)
        self._used[OWN].add("")
        known = terms().by_iri.get(iri)
        return Code(f"{OWN}:{iri.removeprefix(BASE)}", known.label if known else iri.removeprefix(BASE), own=True)

    def cite(self, prefix: str) -> None:
        """Note that a vocabulary is used whose codes are not read from the mappings, such as that of units."""
        self._used[prefix].add("")

    def _reads_back(self, row: Mapping) -> bool:
        """Whether the external concept is exact for one term of ours only; else it would come back as another."""
        return {other.subject for other in self._mappings.to(row.object_iri) if other.predicate == "exact"} == {
            row.subject
        }

    @property
    def used(self) -> Dictionary[str, frozenset[str]]:
        """The prefixes used so far, each with the places where its codes were read."""
        return {prefix: frozenset(found) for prefix, found in sorted(self._used.items())}
