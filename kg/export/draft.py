"""What a format of one patient's records is written from: what facts say of each occurrent, and where it stands in the output."""

from collections.abc import Iterable

from ..projection import types_of
from ..statements import ABSENT, PRESENT, Statement, local
from ..vocabulary import BASE, RDF_TYPE, terms
from .codes import Coder
from .exchange import Patient
from .loss import Ledger

Json = dict[str, object]
# A treatment that gives an agent by its very definition.
GIVES = {"DonorLymphocyteInfusion": "DonorLymphocytes"}


class Draft:
    """What is written of one patient; `file` is the name it will have."""

    def __init__(self, patient: Patient, ledger: Ledger, file: str) -> None:
        self.patient = patient
        self.said = patient.said
        self.ledger = ledger
        self.coder = Coder()
        self.types = {node: types_of(self.said, node) for node in self.said.occurrents}
        self.parts: dict[str, list[str]] = {node: [] for node in self.said.occurrents}
        for node in self.said.occurrents:
            for whole in self.said.skeleton[node].get("partOf", ()):
                self.parts.setdefault(whole, []).append(node)
        self._file = file

    # --- places ---

    def place(self, pointer: str) -> str:
        """Return a place of the file as the ledger wants it."""
        return f"{self._file}#{pointer}"

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

    def denied(self) -> list[Statement]:
        """Return what the source denies of the patient as a whole; a denial within a course is not one of the patient."""
        settled = self.said.overruled | self.said.unsettled
        return [
            s
            for s in self.said.about(self.said.subject)
            if s.property == "occurrence" and s.polarity == ABSENT and not s.suspected and s.iri not in settled
        ]

    def whole_day(self, node: str, name: str) -> str:
        """Return `startDate` or `endDate` where the source gives one calendar day, else nothing."""
        found = self.values(node, name)
        exact = len(found) == 1 and len(found[0][0]) == len("2016-04-01") and not is_about(found[0][1])
        return found[0][0] if exact else ""

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


def is_about(telling: Iterable[Statement]) -> bool:
    """Tell whether a time is told as an approximation or a bound."""
    return any(statement.qualifier for statement in telling)


def iri(node: str) -> str:
    """Return the IRI of a node of our own namespace."""
    return BASE + node


def name_of(node: str) -> str:
    """Return the short name of an occurrent within its patient."""
    return local(node).split("/", 2)[2]
