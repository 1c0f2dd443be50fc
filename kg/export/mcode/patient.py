"""Who the patient is: an id, sex and death where stated. No name, no birth date."""

from ...statements import local
from ...vocabulary import BASE
from .draft import UNKNOWN, Draft, loinc

_GENDERS = {"Female": "female", "Male": "male"}
AGE = ("30525-0", "Age")


def add(draft: Draft) -> None:
    """Add the patient and, as an observation, each age.

    US Core wants a name or why there is none, and a gender, for which `unknown` is a code.
    """
    made = draft.make("Patient", "", "mcode-cancer-patient")
    made.json["identifier"] = [{"system": f"{BASE}patient", "value": draft.patient.id}]
    made.json["name"] = [UNKNOWN]
    made.json["gender"] = "unknown"
    sexes = draft.values(draft.said.subject, "sex")
    if len(sexes) == 1 and local(sexes[0][0]) in _GENDERS:
        made.json["gender"] = _GENDERS[local(sexes[0][0])]
        made.keep(sexes[0][1], "gender")
    _vital_status(draft)
    for number, (_, telling) in enumerate(draft.values(draft.said.subject, "age"), 1):
        age = draft.make("Observation", f"age-{number}")
        age.json |= {"status": "final", "code": loinc(*AGE), "subject": draft.subject, **age.amount(telling, "a", "")}
        if "valueQuantity" not in age.json:
            draft.resources.pop()


def _vital_status(draft: Draft) -> None:
    made = draft.resources[0]
    for node in draft.of_class("Death"):
        date = made.date(node, "startDate", "deceasedDateTime")
        key = "deceasedDateTime" if date else "deceasedBoolean"
        made.json[key] = date or True
        for _, telling in draft.kinds(node):
            made.keep(telling, key)
        return
    stated = [found for node in draft.of_class("FollowUp") for found in draft.values(node, "vitalStatus")]
    if len({value for value, _ in stated}) != 1:
        return
    telling = [s for _, found in stated for s in found]
    made.json["deceasedBoolean"] = local(stated[0][0]) != "Alive"
    made.keep(telling, "deceasedBoolean")
    if local(stated[0][0]) == "Alive":
        draft.ledger.lack(telling, "wider", "alive at the last contact; the patient's is the state now")
