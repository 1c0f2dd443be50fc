"""What all sections of a packet are read with: which parts may be read, codes, days, names of occurrents."""

import re
from collections.abc import Iterable, Iterator

from ...vocabulary import BASE, terms
from ..document import Document, printable
from ..part import Part, candidates, term
from ..record import Record, Yaml, label, slug_of
from . import schema, times

_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*):(\S+)")
SECTIONS = ("phenotypicFeatures", "measurements", "biosamples", "interpretations", "diseases", "medicalActions")
Kind = tuple[str, Part]


class Reading:
    """A packet being read into a record; `pointer` is where it begins in the document, `name` its subject's id."""

    def __init__(self, document: Document, pointer: str, name: str) -> None:
        self.root = Part(document, pointer)
        self.subject = self.root.get("subject")
        self.id = name
        slug = slug_of(name)
        self.record = Record(
            document, pointer, "phenopacket", slug, f"phenopacket-{slug}", f"Phenopacket {printable(name)}"
        )
        metadata = (self.root.get("metaData"), Part(document, "").get("metaData"))
        self._prefixes = {
            one.get("namespacePrefix").text.casefold() for found in metadata for one in found.items("resources")
        }
        self._unknown: set[str] = set()
        self._broken: set[str] = set()
        self._distrusted: set[str] = set()
        self._check()
        self._distrust()

    # --- what may be read ---

    def section(self, name: str) -> Iterator[Part]:
        """Yield the elements of a section that keep to the format's schema."""
        yield from (part for part in self.root.items(name) if part.pointer not in self._broken)

    def field(self, *names: str) -> Part:
        """Return a field of the packet, by its path, unless something in it breaks the schema."""
        found = self.root.path(*names)
        return found if self.intact(found) else Part(found.document, found.pointer, there=False)

    def intact(self, part: Part) -> bool:
        """Tell whether nothing in a part breaks the schema."""
        return not any(one == part.pointer or one.startswith(f"{part.pointer}/") for one in self._broken)

    def is_subject(self, name: str) -> bool:
        """Tell whether an id is that of the subject."""
        return name in {self.subject.get("id").text, self.id}

    def _check(self) -> None:
        """Find where the packet departs from the schema; an element of a section that does is left out whole."""
        document, packet = self.record.document, schema.descriptor("Phenopacket")
        for rule, pointer, message in schema.problems(document, self.root.pointer, packet):
            self.record.find(rule, pointer, message)
            inside = pointer.removeprefix(self.root.pointer).split("/")
            element = pointer
            if len(inside) > 3 and schema.field(packet, inside[1]).camelcase_name in SECTIONS:
                element = self.root.pointer + "/".join(inside[:3])
                self.record.leave(element, f"left out whole: {pointer} {message}")
            self._broken.add(element)
        metadata = [found for one in (self.root, Part(document, "")) if (found := one.get("metaData"))]
        if not any(found.get("phenopacketSchemaVersion") for found in metadata):
            where = metadata[0].pointer if metadata else self.root.pointer
            self.record.find("missing-version", where, "does not say its version; it is read as version 2")
        for name, part in (("id", self.root), ("subject.id", self.subject)):
            if not part.get("id").text:
                message = f"has no '{name}'; '{self.id}' is taken for the patient"
                self.record.find("missing-id", part.pointer, message)

    def _distrust(self) -> None:
        """Find times that cannot all be true; none of them is read, for nobody knows which is wrong."""
        found = schema.messages(
            self.record.document, self.root.pointer, schema.descriptor("Phenopacket"), "TimeElement"
        )
        elements = [Part(self.record.document, pointer) for pointer in found if pointer not in self._broken]
        for rule, one, other, message in times.contradictions(self.root, elements):
            self.record.find(rule, one.pointer, f"{message}; neither time is read")
            self.record.leave(other.pointer, f"contradicted by {one.pointer}")
            self._distrusted |= {one.pointer, other.pointer}

    def trusted(self, element: Part) -> bool:
        """Tell whether a time is there and nothing contradicts it."""
        return bool(element) and element.pointer not in self._distrusted

    # --- codes and times ---

    def code(
        self, part: Part, *classes: str, kind: str = "", properties: frozenset[str] = frozenset()
    ) -> str:  # fmt: skip
        """Return the IRI of the term that a code stands for exactly, below one of our classes; else nothing, and say why.

        `part` is an OntologyClass or a code as text.
        """
        if not part:
            return ""
        coded = part.get("id") or part
        found = _CURIE.fullmatch(coded.text)
        if not found:
            self.record.find("no-code", coded.pointer, f"'{coded.text}' is no code; write PREFIX:ID")
            return ""
        prefix = found[1]
        if prefix.casefold() not in self._prefixes:
            message = (
                f"has the prefix '{prefix}', which no resource of the metadata explains; no such code is understood"
            )
            if prefix not in self._unknown:
                self.record.find("unknown-prefix", coded.pointer, message)
            self._unknown.add(prefix)
            self.record.leave(part.pointer, message)
            return ""
        if iri := term(coded.text, *classes, kind=kind, properties=properties):
            return iri
        known = [label(iri) for iri in sorted(candidates(coded.text)) if iri in terms().by_iri]
        meant = f"it stands for {', '.join(known)}, not to be said here" if known else "no term of ours is exactly that"
        self.record.leave(part.pointer, f"{coded.text}: {meant}")
        return ""

    def said(self, part: Part, iri: str) -> Yaml:
        """Return a coded part as a statement."""
        return self.record.said(label(iri), part.pointer, part.get("label").text)

    def amount(self, quantity: Part, unit: str) -> str:
        """Return a quantity as case files write it; `unit` is the UCUM unit that it must have, empty for any."""
        prefix, _, code = quantity.path("unit", "id").text.partition(":")
        value = quantity.get("value")
        if not quantity:
            return ""
        if not value:
            self.record.leave(
                quantity.pointer, "has no value; some writers leave a zero out, and nobody can tell that from silence"
            )
            return ""
        if prefix.casefold() != "ucum" or (unit and code != unit):
            self.record.leave(quantity.pointer, f"'{prefix}:{code}' is not UCUM:{unit or '…'}")
            return ""
        return self.record.amount(value.pointer, code, unit)

    def when(self, made: Yaml, key: str, element: Part) -> None:
        """Put the calendar day of a TimeElement into an occurrent under `when` or `until`, once."""
        if not self.trusted(element):
            return
        if found := times.day(element):
            dated = {
                "date": found,
                "printed": element.get("timestamp").text,
                "at": self.record.passage(element.pointer),
            }
            there = made.setdefault(key, dated)
            if isinstance(there, dict) and there.get("date") == found:
                self.record.use(element.pointer)
            else:
                self.record.leave(element.pointer, "another day is told of the same occurrent, and it has one")
        else:
            self.record.leave(element.pointer, "an age or period; case files date an occurrent by calendar or anchor")

    # --- occurrents ---

    def named(self, described: Part, wanted: str) -> str:
        """Return the name of the occurrent whose IRI of ours a description is, or else a new name."""
        own = f"{BASE}patient/{self.record.patient}/"
        name = described.text.removeprefix(own)
        if not described.text.startswith(own) or slug_of(name) != name:
            return self.record.name(wanted)
        self.record.use(described.pointer)
        return name

    def occurrent(self, name: str, kinds: Iterable[Kind]) -> Yaml:
        """Return an occurrent by name, made if it is new, with the classes that it does not have yet."""
        there = self.record.occurrents.get(name, {}).get("type", [])
        assert isinstance(there, list)  # noqa: S101 - as Record.occurrent makes it
        have = {one["value"] for one in there}
        new = []
        for iri, part in kinds:
            self.record.use(part.pointer)
            if label(iri) not in have:
                words = part.get("label").text if iri in candidates(part.get("id").text) else ""
                new.append((iri, part.pointer, words))
        return self.record.occurrent(name, new)

    def the_disease(self) -> Yaml | None:
        """Return the disease, if the packet tells just one."""
        found = [made for name, made in self.record.occurrents.items() if name.startswith("disease-")]
        return found[0] if len(found) == 1 else None
