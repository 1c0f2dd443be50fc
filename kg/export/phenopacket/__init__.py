"""GA4GH Phenopackets v2: one packet a patient, with what it cannot say noted by statement.

What is stated as a fact is told; what is only suspected, overruled or open is not. A denial becomes `excluded` only where
the source makes it of the patient as a whole. Times are told where the source gives a calendar day, and never made.
Specification: https://phenopacket-schema.readthedocs.io/en/v2/
"""

import json
from collections.abc import Mapping, Sequence

from ..draft import Json
from ..exchange import Patient
from ..loss import Ledger
from . import actions, features, measurements, metadata
from .draft import SECTIONS, Draft

SUFFIX = ".phenopacket.json"


def write(patients: Sequence[Patient], ledgers: Mapping[str, Ledger]) -> dict[str, bytes]:
    """Return the packets by file name, the same bytes for the same patient."""
    return {
        f"{patient.id}{SUFFIX}": json.dumps(packet(patient, ledgers[patient.id]), indent=2, ensure_ascii=False).encode()
        + b"\n"
        for patient in patients
    }


def packet(patient: Patient, ledger: Ledger) -> Json:
    """Return the packet of one patient, noting in the ledger where each statement stands."""
    draft = Draft(patient, ledger, f"{patient.id}{SUFFIX}")
    subject = features.subject(draft)
    features.add(draft)
    features.add_diseases(draft)
    measurements.add(draft)
    measurements.add_genetics(draft)
    actions.add(draft)
    draft.explain_what_is_not_there()
    sections = {name: found for name in SECTIONS if (found := draft.sections[name])}
    return {"id": patient.id, "subject": subject, **sections, "metaData": metadata.of(draft)}
