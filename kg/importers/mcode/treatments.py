"""Procedures and medication administrations as treatments; an order alone tells of none."""

from ...export.mcode.systems import SNOMED
from ...export.mcode.treatments import ACTS, RADIOTHERAPY
from ...vocabulary import BASE, terms
from ..part import Part
from ..record import Yaml
from .reading import Reading

# Statuses under which something was done at all.
_DONE = ("completed", "in-progress", "stopped")


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
    if not _done(resource, "performed"):
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


def _done(resource: Part, key: str) -> bool:
    """Tell whether something was done: by its status or, where that is unknown, because it was done at a time, even an unknown one."""
    when = resource.get(f"{key}DateTime") or resource.get(f"{key}Period")
    return resource.get("status").text in (*_DONE, *(["unknown"] if when else []))


def _stopped(reading: Reading, status: Part, made: Yaml) -> None:
    """Say that a treatment was stopped; that another was completed, or goes on, has no key."""
    if status.text == "unknown" or (status.text == "completed" and _is_act(made)):
        reading.record.use(status.pointer)
    elif status.text != "stopped":
        reading.record.leave(status.pointer, f"that it is {status.text}, case files say by when it ended")
    else:
        made["discontinued"] = reading.record.said("yes", status.pointer, status.text)


def _is_act(made: Yaml) -> bool:
    kinds = made["type"]
    assert isinstance(kinds, list)  # noqa: S101 - as Reading.kind makes it
    found = [terms().find(one["value"], "class") for one in kinds]
    return any(one and terms().is_a(one, BASE + act) for one in found for act in ACTS)


def _medication(reading: Reading, resource: Part) -> None:
    status, agent = resource.get("status"), resource.get("medicationCodeableConcept")
    if not _done(resource, "effective"):
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
