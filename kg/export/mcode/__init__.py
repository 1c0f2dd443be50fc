"""HL7 FHIR R4 along mCODE STU4: one patient bundle a patient, with what it cannot say noted by statement.

A code is an exact one or ours; a date is told as precisely as the source tells it, and a time that counts from another
event not at all. What is suspected is a provisional condition, what is denied of the patient a refuted condition or a
procedure that was not done. A `Provenance` beside each resource names paper and passages.
Specification: https://hl7.org/fhir/us/mcode/STU4/
"""

import json
from collections.abc import Mapping, Sequence

from ..draft import Json
from ..exchange import Patient, created
from ..loss import Ledger
from . import assessments, conditions, patient, provenance, treatments
from .draft import PROFILES, Draft

SUFFIX = ".mcode.json"


def write(patients: Sequence[Patient], ledgers: Mapping[str, Ledger]) -> dict[str, bytes]:
    """Return the bundles by file name, the same bytes for the same patient."""
    return {
        f"{one.id}{SUFFIX}": json.dumps(bundle(one, ledgers[one.id]), indent=2, ensure_ascii=False).encode() + b"\n"
        for one in patients
    }


def bundle(one: Patient, ledger: Ledger) -> Json:
    """Return the bundle of one patient, noting in the ledger where each statement stands."""
    draft = Draft(one, ledger, f"{one.id}{SUFFIX}")
    patient.add(draft)
    conditions.add(draft)
    assessments.add(draft)
    treatments.add(draft)
    provenance.add(draft)
    draft.explain_what_is_not_there()
    return {
        "resourceType": "Bundle",
        "id": draft.id_of(),
        "meta": {"profile": [f"{PROFILES}mcode-patient-bundle"]},
        "type": "collection",
        "timestamp": f"{created():%Y-%m-%dT%H:%M:%SZ}",
        "entry": [{"fullUrl": found.url, "resource": found.json} for found in draft.resources],
    }
