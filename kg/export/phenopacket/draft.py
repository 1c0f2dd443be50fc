"""A packet in the making: its sections, the codes it uses, and where in it each statement stands."""

from collections.abc import Iterable, Sequence

from ...projection import types_of
from ...statements import PRESENT, Statement, local
from ...vocabulary import BASE, RDF_TYPE, terms
from ..codes import Code, Coder
from ..exchange import Patient
from ..loss import Ledger

Json = dict[str, object]
SECTIONS = ("phenotypicFeatures", "measurements", "biosamples", "interpretations", "diseases", "medicalActions")

# Vocabularies by what they code, the first that has an exact term is used; the specification recommends these.
DISEASE = ("MONDO", "NCIT")
FINDING = ("HP", "NCIT", "MONDO")
STATE = ("NCIT",)
ACTION = ("NCIT", "MAXO")
DRUG = ("NCIT", "CHEBI")
SITE = ("UBERON", "NCIT")
ASSAY = ("NCIT", "OBI")
MARKER = ("NCIT", "PR")
QUALIFIER = ("HP", "NCIT", "PATO")
LESION = ("NCIT", "SO")


class Draft:
    """The packet of one patient; `file` is the name it will have."""

    def __init__(self, patient: Patient, ledger: Ledger, file: str) -> None:
        self.patient = patient
        self.said = patient.said
        self.ledger = ledger
        self.coder = Coder()
        self.sections: dict[str, list[Json]] = {name: [] for name in SECTIONS}
        self.types = {node: types_of(self.said, node) for node in self.said.occurrents}
        self.parts: dict[str, list[str]] = {node: [] for node in self.said.occurrents}
        for node in self.said.occurrents:
            for whole in self.said.skeleton[node].get("partOf", ()):
                self.parts.setdefault(whole, []).append(node)
        self.measured: set[str] = set()  # the assessments of which something stands among measurements or variants
        self._file = file

    # --- places ---

    def place(self, pointer: str) -> str:
        """Return a place of the packet as the ledger wants it."""
        return f"{self._file}#{pointer}"

    def add(self, section: str, element: Json) -> str:
        """Add an element to a section and return its JSON pointer."""
        self.sections[section].append(element)
        return f"/{section}/{len(self.sections[section]) - 1}"

    def next(self, section: str) -> str:
        """Return the JSON pointer that the next element of a section will have."""
        return f"/{section}/{len(self.sections[section])}"

    def keep(self, statements: Statement | Iterable[Statement], pointer: str) -> None:
        """Note that statements stand at a pointer."""
        self.ledger.keep(statements, self.place(pointer))

    # --- what is said ---

    def is_a(self, node: str, *names: str) -> bool:
        """Tell whether facts make an occurrent one of the classes."""
        return bool(self.types.get(node, frozenset()) & frozenset(names))

    def of_class(self, *names: str) -> list[str]:
        """Return the occurrents that are of one of the classes, in the order of their names."""
        return [node for node in self.said.occurrents if self.is_a(node, *names)]

    def kinds(self, node: str) -> list[tuple[str, list[Statement]]]:
        """Return the narrowest classes that facts give an occurrent, each with the statements that it carries.

        A statement of a wider class is carried by a narrower one that is told beside it.
        """
        told = self.ledger.facts(node, RDF_TYPE.value)
        given = {statement.value.value for statement in told}
        above = {iri: terms().superclasses(iri) for iri in given}
        narrowest = sorted(iri for iri in given if not any(iri in above[other] for other in given if other != iri))
        carried: list[tuple[str, list[Statement]]] = []
        left = list(told)
        for iri in narrowest:
            carried.append((iri, [s for s in left if s.value.value in above[iri]]))
            left = [s for s in left if s.value.value not in above[iri]]
        return carried

    def values(self, node: str, name: str) -> list[tuple[str, list[Statement]]]:
        """Return the distinct values that facts give a property, each with the statements that give it."""
        found: dict[str, list[Statement]] = {}
        for statement in self.ledger.facts(node, name):
            for value in statement.values:
                found.setdefault(value.value, []).append(statement)
        return sorted(found.items())

    # --- codes ---

    def code(self, iri: str, vocabularies: Sequence[str], statements: Iterable[Statement], pointer: str) -> Json:
        """Return an OntologyClass for a term, and note that statements stand there in it."""
        code = self.coder.code(iri, *vocabularies)
        found = list(statements)
        self.keep(found, pointer)
        if code.own:
            self.ledger.lack(found, "own code", f"{code.id} ({code.label})")
        return ontology_class(code)

    def one(self, node: str, name: str, vocabularies: Sequence[str], pointer: str) -> Json | None:
        """Return an OntologyClass for the value of a property that has one only; of several, none can be told alone."""
        found = self.values(node, name)
        if len(found) == 1:
            return self.code(found[0][0], vocabularies, found[0][1], pointer)
        for _, telling in found:
            self.ledger.lack(telling, "no place", "several are told, and the packet has a place for one")
        return None

    # --- times ---

    def whole_day(self, node: str, name: str) -> str:
        """Return `startDate` or `endDate` where the source gives one calendar day, else nothing."""
        found = self.values(node, name)
        exact = len(found) == 1 and len(found[0][0]) == len("2016-04-01") and not _about(found[0][1])
        return found[0][0] if exact else ""

    def day(self, node: str, name: str, pointer: str) -> Json | None:
        """Return a TimeElement for `startDate` or `endDate` where the source gives a calendar day; else none.

        The specification's timestamp has a time of day, which a day does not: midnight UTC stands for it.
        """
        found = self.values(node, name)
        if day := self.whole_day(node, name):
            self.keep(found[0][1], pointer)
            return {"timestamp": f"{day}T00:00:00Z"}
        for value, telling in found:
            about = "about " if _about(telling) else ""
            self.ledger.lack(telling, "precision", f"a timestamp wants a day, not {about}{value}")
        return None

    def explain_what_is_not_there(self) -> None:
        """Give the reason for which an occurrent is not told to everything said of it that is not told either."""
        for node in self.said.occurrents:
            kinds = [s for s in self.said.about(node) if s.property == RDF_TYPE.value]
            if kinds and not self.ledger.facts(node, RDF_TYPE.value):
                for statement in self.said.about(node):
                    if statement not in kinds and statement.polarity == PRESENT:
                        self.ledger.lack(
                            statement, self.ledger.why_not(kinds[0]), "what it is said of is itself uncertain"
                        )


def _about(telling: Iterable[Statement]) -> bool:
    return any(statement.qualifier for statement in telling)


def ontology_class(code: Code) -> Json:
    """Return a code as the format writes it."""
    return {"id": code.id, "label": code.label}


def iri(node: str) -> str:
    """Return the IRI of a node; features and measurements carry it as their description."""
    return BASE + node


def name_of(node: str) -> str:
    """Return the short name of an occurrent within its patient."""
    return local(node).split("/", 2)[2]
