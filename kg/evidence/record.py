"""What a publication's file records of its text: places, references, digests."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pyoxigraph import NamedNode, Triple

from ..statements import local
from .finding import Relocation, relocate
from .owners import Owner, cited_in, owners, study_key
from .passages import Document, Passage


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage as recorded: its short id, digest and range."""

    id: str
    digest: str
    start: int
    end: int


@dataclass(frozen=True)
class Record:
    """A publication's recorded passages by id, the ids of its references by number, and the digest of its text."""

    publication: str
    places: Mapping[str, Cited]
    references: Mapping[int, str]
    digest: str
    normalisation: str

    @classmethod
    def of(cls, triples: Iterable[Triple], publication: str) -> Self:
        """Read the record from the triples of a publication's file; `publication` is its id, `durer-2019`."""
        nodes: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and hasattr(triple.object, "value"):
                nodes[local(triple.subject.value)][local(triple.predicate.value).rpartition("/")[2]] = (
                    triple.object.value
                )
        places, prefix = {}, f"passage/{publication}/"
        for name, keys in nodes.items():
            if name.startswith(prefix) and "characters" in keys:
                start, _, end = keys["characters"].partition("-")
                place = Cited(name.removeprefix(prefix), keys.get("digest", ""), int(start), int(end or start))
                places[place.id] = place
        references = {
            int(keys["referenceNumber"]): local(keys.get("cites", "")).rpartition("/")[2]
            for keys in nodes.values()
            if "referenceNumber" in keys
        }
        me = nodes[f"publication/{publication}"]
        return cls(publication, places, references, me.get("digest", ""), me.get("normalisation", ""))


@dataclass(frozen=True)
class Reading:
    """A text read beside what is recorded of it; made once for all statements that cite it."""

    document: Document
    record: Record

    @cached_property
    def by_id(self) -> dict[str, Passage]:
        """The passages of the text by id."""
        return {passage.id: passage for passage in self.document.passages}

    @cached_property
    def heads(self) -> dict[str, list[Passage]]:
        """The heads of each table's columns."""
        found: defaultdict[str, list[Passage]] = defaultdict(list)
        for passage in self.document.passages:
            if passage.kind == "table header":
                found[passage.id.rpartition(".h.")[0]].append(passage)
        return dict(found)

    @cached_property
    def owners(self) -> dict[str, Owner]:
        """Whom each passage speaks of."""
        return owners(self.document, self.record.references)

    def cited_in(self, passage: Passage) -> set[str]:
        """Return the studies that a passage cites by number."""
        return {study_key(self.record.references.get(number, "")) for number in cited_in(passage.text)}

    @cached_property
    def moves(self) -> dict[str, Relocation]:
        """Where each recorded passage stands in this text."""
        return {move.id: move for move in relocate(self.record.places.values(), self.document)}

    @property
    def is_cited_edition(self) -> bool:
        """Whether the text is the one whose digest the record has."""
        return self.document.digest == self.record.digest
