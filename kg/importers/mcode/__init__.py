"""HL7 FHIR bundles along mCODE STU4 in: each cancer patient of a bundle becomes a case; nothing is guessed.

A code becomes a term only where a mapping calls it exact, or it is one of ours. A resource that is none of FHIR R4, or
not of the profile that it names, is left out whole: what is not understood of it may turn the meaning of the rest.
"""

from ..document import Document, Finding
from ..part import Part
from ..record import Record, slug_of
from . import conditions, observations, treatments
from .bundle import Bundle
from .reading import Reading

# Where a resource says whom it is about; what says it nowhere is about no patient.
_SUBJECTS = ("subject", "patient")


def records(document: Document) -> tuple[list[Record], list[Finding]]:
    """Return the patients of a file, and what is wrong with it as a whole.

    Raises:
        DocumentError: it is no bundle.
    """
    bundle = Bundle(document)
    patients = list(bundle.of("Patient"))
    if not patients:
        bundle.find("no-patient", "", "has no patient that can be read; nothing of it was read")
    if len(patients) > 1:
        message = f"holds {len(patients)} patients; each becomes a case of its own"
        bundle.find("several-patients", patients[1].pointer, message)
    owned = _owners(bundle, patients)
    found = [_read(bundle, one, owned[one.pointer]) for one in patients if _named(bundle, one)]
    if len(found) == 1:
        found[0].findings[:0] = bundle.findings
        return found, []
    return found, bundle.findings


def _named(bundle: Bundle, patient: Part) -> bool:
    if slug_of(patient.get("id").text) or patient.get("identifier"):
        return True
    bundle.find("missing-id", patient.pointer, "has neither 'id' nor 'identifier': a patient needs one")
    return False


def _owners(bundle: Bundle, patients: list[Part]) -> dict[str, list[Part]]:
    """Return the resources of each patient, by the pointer of the patient."""
    owned: dict[str, list[Part]] = {one.pointer: [] for one in patients}
    for resource in bundle.resources:
        place = next((one for key in _SUBJECTS if (one := resource.path(key, "reference"))), None)
        if place is not None:
            owner = bundle.target(place.text)
            if owner is not None and owner.pointer in owned:
                owned[owner.pointer].append(resource)
            elif owner is None:
                bundle.find("dangling-reference", place.pointer, f"'{place.text}' is no resource of the bundle")
                bundle.left[resource.pointer] = "it is not told of whom it is"
        elif resource.get("resourceType").text == "Provenance":
            targets = [bundle.target(one.get("reference").text) for one in resource.items("target")]
            for patient in patients:
                if any(one and (one == patient or one in owned[patient.pointer]) for one in targets):
                    owned[patient.pointer].append(resource)
    return owned


def _read(bundle: Bundle, patient: Part, resources: list[Part]) -> Record:
    reading = Reading(bundle, patient, resources)
    bundle_keys = ("resourceType", "id", "type", "timestamp", "total")
    reading.record.use(*(one.pointer for key in bundle_keys if (one := bundle.root.get(key))))
    reading.record.use(*(one.pointer for one in bundle.root.get("meta").items("profile")))
    reading.record.use(*(one.get("fullUrl").pointer for one in bundle.root.items("entry") if one.get("fullUrl")))
    conditions.patient(reading)
    conditions.papers(reading)
    conditions.read(reading)
    observations.read(reading)
    treatments.read(reading)
    for part in (conditions, observations, treatments):
        part.relate(reading)
    for other in bundle.resources:
        if other not in resources and other != patient:
            reading.record.leave(other.pointer, "not told of this patient, or of nobody")
        kind = other.get("resourceType").text
        reading.record.leave(other.pointer, f"nothing in this {kind} is understood as a whole")
    return reading.record
