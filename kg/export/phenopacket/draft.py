"""A packet in the making: its sections, the codes it uses, and where in it each statement stands."""

from collections.abc import Iterable, Sequence

from ...statements import Statement
from .. import draft
from ..codes import Code
from ..draft import Json, is_about
from ..exchange import Patient
from ..loss import Ledger

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


class Draft(draft.Draft):
    """The packet of one patient; `file` is the name it will have."""

    def __init__(self, patient: Patient, ledger: Ledger, file: str) -> None:
        super().__init__(patient, ledger, file)
        self.sections: dict[str, list[Json]] = {name: [] for name in SECTIONS}
        self.measured: set[str] = set()  # the assessments of which something stands among measurements or variants

    # --- places ---

    def add(self, section: str, element: Json) -> str:
        """Add an element to a section and return its JSON pointer."""
        self.sections[section].append(element)
        return f"/{section}/{len(self.sections[section]) - 1}"

    def next(self, section: str) -> str:
        """Return the JSON pointer that the next element of a section will have."""
        return f"/{section}/{len(self.sections[section])}"

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

    def day(self, node: str, name: str, pointer: str) -> Json | None:
        """Return a TimeElement for `startDate` or `endDate` where the source gives a calendar day; else none.

        The specification's timestamp has a time of day, which a day does not: midnight UTC stands for it.
        """
        found = self.values(node, name)
        if day := self.whole_day(node, name):
            self.keep(found[0][1], pointer)
            return {"timestamp": f"{day}T00:00:00Z"}
        for value, telling in found:
            about = "about " if is_about(telling) else ""
            self.ledger.lack(telling, "precision", f"a timestamp wants a day, not {about}{value}")
        return None


def ontology_class(code: Code) -> Json:
    """Return a code as the format writes it."""
    return {"id": code.id, "label": code.label}
