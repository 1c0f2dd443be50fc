"""A bundle in the making: its resources, their codes and dates, and where in it each statement stands."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...statements import Statement
from ...vocabulary import BASE, RDF_TYPE, terms
from .. import draft
from ..draft import Json, is_about, name_of
from ..exchange import Patient
from ..loss import Ledger
from .systems import LOINC, SNOMED, UCUM, coding

PROFILES = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
URLS = f"{BASE}fhir/"
MOST_ID = 64
_NO_ID = re.compile(r"[^A-Za-z0-9.-]")
UNKNOWN: Json = {"extension": [{"url": f"{CORE}data-absent-reason", "valueCode": "unknown"}]}

# Vocabularies by what they code; each exact code is told, mCODE's own first.
DISEASE = ("snomedct", "NCIT", "MONDO")
FINDING = ("snomedct", "NCIT", "HP")
STATE = ("NCIT",)
ACTION = ("NCIT", "MAXO")
DRUG = ("rxnorm", "NCIT")
SITE = ("NCIT", "UBERON")
ASSAY = ("NCIT", "OBI")
MARKER = ("NCIT", "PR")
QUALIFIER = ("NCIT", "HP", "PATO")
LESION = ("NCIT", "SO")
# What a treatment may be and still be told as the giving of one agent: the route says the rest.
_GIVING = {"DrugAdministration", "IntrathecalAdministration"}
_COMPARATORS = {"<", "<=", ">=", ">"}


@dataclass
class Resource:
    """A resource of the bundle: where it stands, and what of the paper it rests on."""

    draft: "Draft"
    name: str
    pointer: str
    url: str
    json: Json
    telling: dict[str, Statement] = field(default_factory=dict)

    @property
    def reference(self) -> Json:
        """The reference by which other resources point to this one."""
        return {"reference": f"{self.json['resourceType']}/{self.json['id']}"}

    def keep(self, statements: Statement | Iterable[Statement], place: str) -> None:
        """Note that statements stand at a place within the resource, such as `code`."""
        found = [statements] if isinstance(statements, Statement) else list(statements)
        self.telling.update({one.iri: one for one in found})
        self.draft.keep(found, f"{self.pointer}/{place}")

    def concept(self, iri: str, vocabularies: Sequence[str], statements: Iterable[Statement], place: str) -> Json:
        """Return a CodeableConcept for a term: all its exact codes, or ours; note that statements stand there in it."""
        found = list(statements)
        self.keep(found, place)
        coder = self.draft.coder
        codes = [coder.code(iri, prefix, labelled=False) for prefix in vocabularies]
        own = all(code.own for code in codes)
        if own:
            codes = [coder.code(iri)]
            self.draft.ledger.lack(found, "own code", f"{codes[0].id} ({codes[0].label})")
        codings: list[Json] = []
        for code in codes:
            if own or not code.own:
                system, spelt = coding(code.id)
                codings.append(plain(system, spelt, code.label))
        known = terms().by_iri.get(iri)
        return {"coding": codings, **({"text": known.label} if known else {})}

    def put(self, key: str, value: object) -> None:
        """Put a value at a key, if there is any."""
        if value:
            self.json[key] = value

    def all(self, node: str, name: str, vocabularies: Sequence[str], place: str) -> list[Json]:
        """Return a CodeableConcept for each value of a property, for a list at a place."""
        found = self.draft.values(node, name)
        return [self.concept(iri, vocabularies, said, f"{place}/{n}") for n, (iri, said) in enumerate(found)]

    def one(self, node: str, name: str, vocabularies: Sequence[str], place: str) -> Json | None:
        """Return a CodeableConcept for the value of a property that has one only; of several, none can be told alone."""
        found = self.draft.values(node, name)
        if len(found) == 1:
            return self.concept(found[0][0], vocabularies, found[0][1], place)
        for _, telling in found:
            self.draft.ledger.lack(telling, "no place", "several are told, and the resource has a place for one")
        return None

    def refer(self, node: str, name: str, place: str, *kinds: str) -> list[Json]:
        """Return references to the values of a property that are resources of these kinds, for a list at a place."""
        found: list[Json] = []
        for statement in self.draft.ledger.facts(node, name):
            one: Json = {"reference": (target := self.draft.refer(statement.target))}
            if target.partition("/")[0] in kinds:
                found += [] if one in found else [one]
                self.keep(statement, f"{place}/{found.index(one)}")
            elif target:
                wanted = f"from there a {self.json['resourceType']} points to {' or '.join(kinds)} only"
                self.draft.ledger.lack(statement, "no place", wanted)
        return found

    # --- times and numbers ---

    def date(self, node: str, name: str, place: str) -> str:
        """Return `startDate` or `endDate` as the source tells it, a year, month or day; an approximation is none."""
        found = self.draft.values(node, name)
        if len(found) == 1 and not is_about(found[0][1]):
            self.keep(found[0][1], place)
            return found[0][0]
        for value, telling in found:
            why = f"{'about ' if is_about(telling) else 'one of several: '}{value}"
            self.draft.ledger.lack(telling, "precision", f"a date is exact to what it tells, not {why}")
        return ""

    def when(self, key: str, node: str, *, period: bool = False) -> bool:
        """Put when an occurrent was, as `keyDateTime` or, with an end or where only that may stand, as `keyPeriod`."""
        ends = self.draft.values(node, "endDate")
        if not ends and not period:
            if start := self.date(node, "startDate", f"{key}DateTime"):
                self.json[f"{key}DateTime"] = start
            return bool(start)
        found = {
            end: day
            for end, name in (("start", "startDate"), ("end", "endDate"))
            if (day := self.date(node, name, f"{key}Period/{end}"))
        }
        if found:
            self.json[f"{key}Period"] = found
        return bool(found)

    def amount(self, telling: list[Statement], unit: str, place: str, *, exact: bool = False) -> Json:
        """Return the `value[x]` of a number: a quantity, with its comparator, or a range; nothing for an approximation.

        With `exact`, only a plain number is one.
        """
        first = telling[0]
        code = first.unit or unit
        bounded = first.comparator not in ("", *_COMPARATORS) or any(
            s.qualifier or (s.comparator, s.upper) != (first.comparator, first.upper) for s in telling
        )
        if bounded or (exact and (first.comparator or first.upper)):
            self.draft.ledger.lack(telling, "comparator")
            return {}
        low = quantity(first.value.value, code)
        if first.upper:
            self.keep(telling, f"{place}/valueRange")
            return {"valueRange": {"low": low, "high": quantity(first.upper, code)}}
        self.keep(telling, f"{place}/valueQuantity".lstrip("/"))
        return {"valueQuantity": {**low, **({"comparator": first.comparator} if first.comparator else {})}}


class Draft(draft.Draft):
    """The bundle of one patient; `file` is the name it will have."""

    def __init__(self, patient: Patient, ledger: Ledger, file: str) -> None:
        super().__init__(patient, ledger, file)
        self.resources: list[Resource] = []
        # Where it is told that a treatment gives an agent: the resource and the place in it.
        self.given: dict[tuple[str, str], tuple[Resource, str]] = {}

    def id_of(self, name: str = "") -> str:
        """Return the id of a resource: of the patient or of what has a name within the patient.

        An id holds letters, digits, hyphens and dots, and has 64 characters at most: a longer one is cut and ends in a digest.
        """
        whole = _NO_ID.sub("-", f"{self.patient.id}.{name}" if name else self.patient.id)
        return whole if len(whole) <= MOST_ID else f"{whole[:51]}.{hashlib.sha256(whole.encode()).hexdigest()[:12]}"

    def make(self, kind: str, name: str, profile: str = "") -> Resource:
        """Add a resource, still empty, to the bundle."""
        taken = {one.url for one in self.resources}
        while f"{URLS}{kind}/{self.id_of(name)}" in taken:
            name += "-"
        found: Json = {"resourceType": kind, "id": self.id_of(name)}
        if profile:
            found["meta"] = {"profile": [PROFILES + profile]}
        made = Resource(self, name, f"/entry/{len(self.resources)}/resource", f"{URLS}{kind}/{found['id']}", found)
        self.resources.append(made)
        return made

    @property
    def subject(self) -> Json:
        """The reference to the patient."""
        return {"reference": f"Patient/{self.id_of()}"}

    def suspected(self, node: str) -> list[Statement]:
        """Return the statements that give an occurrent a kind which they only suspect, if nothing gives it as a fact."""
        if self.ledger.facts(node, RDF_TYPE.value):
            return []
        settled = self.said.overruled | self.said.unsettled
        return [
            s
            for s in self.said.about(node)
            if s.property == RDF_TYPE.value and s.suspected and s.polarity == "Present" and s.iri not in settled
        ]

    def is_giving(self, node: str) -> bool:
        """Tell whether a treatment is no more than the giving of one agent."""
        kinds = {iri.removeprefix(BASE) for iri, _ in self.kinds(node)}
        plain_kind = kinds <= _GIVING and not self.parts[node] and not self.values(node, "regimen")
        return plain_kind and len(self.values(node, "agent")) == 1

    def refer(self, node: str) -> str:
        """Return the reference to the resource that an occurrent becomes, or nothing if it becomes none."""
        kind = ""
        if self.is_a(node, "Disease", "ClinicalFinding") or self.suspected_condition(node):
            kind = "Condition"
        elif self.is_a(node, "Assessment", "DiseaseState"):
            kind = "Observation"
        elif self.is_a(node, "Treatment"):
            kind = "MedicationAdministration" if self.is_giving(node) else "Procedure"
        return f"{kind}/{self.id_of(name_of(node))}" if kind else ""

    def suspected_condition(self, node: str) -> bool:
        """Tell whether an occurrent is only suspected, and of a kind that is a condition."""
        wanted = {f"{BASE}Disease", f"{BASE}ClinicalFinding"}
        return any(terms().superclasses(s.value.value) & wanted for s in self.suspected(node))


def plain(system: str, code: str, display: str = "") -> Json:
    """Return a Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def loinc(code: str, display: str) -> Json:
    """Return a CodeableConcept of LOINC."""
    return {"coding": [plain(LOINC, code, display)]}


def snomed(code: str) -> Json:
    """Return a CodeableConcept of SNOMED CT."""
    return {"coding": [plain(SNOMED, code)]}


def quantity(number: str, code: str) -> Json:
    """Return a Quantity of a UCUM unit."""
    exact = Decimal(number)
    value = int(exact) if exact == exact.to_integral_value() else float(exact)
    return {"value": value, "unit": code, "system": UCUM, "code": code}
