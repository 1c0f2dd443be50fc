"""Procedures and medication administrations as treatments; an order alone tells of none."""

from ...export.mcode.systems import SNOMED
from ...export.mcode.treatments import RADIOTHERAPY
from ...vocabulary import BASE, terms
from ..part import Part
from ..record import Yaml
from .reading import Reading

# Statuses under which something was done at all.
_DONE = ("completed", "in-progress", "stopped", "unknown")


def read(reading: Reading) -> None:
    """Read procedures and medication administrations."""
    for resource in reading.of("Procedure"):
        _procedure(reading, resource)
    for resource in reading.of("MedicationAdministration"):
        _medication(reading, resource)
    for resource in reading.of("MedicationRequest"):
        reading.record.leave(resource.pointer, "an order; whether it was given, it does not tell")


def _procedure(reading: Reading, resource: Part) -> None:
    status, code, category = resource.get("status"), resource.get("code"), resource.get("category")
    if status.text == "not-done":
        if iri := reading.concept(code, "Treatment", kind="class"):
            reading.deny(resource, iri, code, ("code", "status", "category"))
        return
    if status.text not in _DONE:
        reading.record.leave(resource.pointer, f"a procedure that is {status.text}: not that it was done")
        return
    if reading.has(code, SNOMED, RADIOTHERAPY):
        made = reading.occurrent(resource, f"{BASE}RadiotherapyCourse", code)
    else:
        iri = reading.concept(code, "Treatment", "Regimen")
        if not iri:
            return
        regimen = terms().by_iri[iri].kind == "individual"
        kind = reading.concept(category, "Treatment", kind="class") if regimen and category else ""
        made = reading.occurrent(
            resource, kind or (f"{BASE}TreatmentCourse" if regimen else iri), category if kind else code
        )
        if regimen:
            made["regimen given"] = reading.said(code, iri)
    _categorise(reading, category, made)
    _stopped(reading, status, made)
    reading.lasted(made, resource, "performed")
    for site in resource.items("bodySite"):
        reading.put(made, "site", site, "AnatomicalSite")


def _categorise(reading: Reading, category: Part, made: Yaml) -> None:
    if kind := reading.concept(category, "Treatment", kind="class"):
        reading.kind(made, kind, category)


def _stopped(reading: Reading, status: Part, made: Yaml) -> None:
    reading.record.use(status.pointer)
    if status.text == "stopped":
        made["discontinued"] = reading.record.said("yes", status.pointer, status.text)


def _medication(reading: Reading, resource: Part) -> None:
    status, agent = resource.get("status"), resource.get("medicationCodeableConcept")
    if status.text not in _DONE:
        reading.record.leave(resource.pointer, f"an administration that is {status.text}: not that it was given")
        return
    iri = reading.concept(agent, "Drug")
    if not iri:
        return
    made = reading.occurrent(resource, f"{BASE}DrugAdministration", resource.get("resourceType"))
    made["agent"] = reading.said(agent, iri)
    _stopped(reading, status, made)
    reading.lasted(made, resource, "effective")
    dosage = resource.get("dosage")
    if dosage.get("dose") and (amount := reading.amount(dosage.get("dose"), "")):
        made["dose"] = reading.record.said(amount, dosage.get("dose").pointer)
    reading.put(made, "route", dosage.get("route"), "RouteOfAdministration")


def relate(reading: Reading) -> None:
    """Relate treatments to what they were given for, and parts to their whole."""
    for resource in reading.of("Procedure", "MedicationAdministration"):
        if name := reading.names.get(resource.pointer):
            made = reading.record.occurrents[name]
            reading.relate(resource, ["reasonReference"], made, "given for")
            reading.relate(resource, ["partOf"], made, "part of")
