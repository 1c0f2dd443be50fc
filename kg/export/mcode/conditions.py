"""Diseases and findings as conditions: confirmed, provisional or refuted as the source says, and no status that it does not tell."""

from ...statements import Statement, local
from ...vocabulary import BASE, RDF_TYPE, terms
from ..draft import Json, name_of
from .draft import CORE, DISEASE, FINDING, MARKER, QUALIFIER, SITE, Draft, Resource, plain
from .systems import TERMINOLOGY

_CLINICAL, _VERIFIED = f"{TERMINOLOGY}condition-clinical", f"{TERMINOLOGY}condition-ver-status"
_KINDS = (f"{BASE}Disease", f"{BASE}ClinicalFinding")
ASSERTED, DUE_TO = f"{CORE}condition-assertedDate", f"{CORE}condition-dueTo"
RESULTS = {"antigenStatus": "PositiveResult", "antigenLoss": "NegativeResult"}


def add(draft: Draft) -> None:
    """Add every disease and finding, what is suspected and what is denied of the patient, and what a disease expresses."""
    for node in draft.said.occurrents:
        if draft.is_a(node, "Disease", "ClinicalFinding"):
            _condition(draft, node, draft.kinds(node))
        elif draft.suspected_condition(node):
            made = _condition(draft, node, [(s.value.value, [s]) for s in draft.suspected(node)])
            made.json["verificationStatus"] = _status(_VERIFIED, "provisional")
    for statement in draft.denied():
        if terms().superclasses(statement.value.value) & set(_KINDS):
            _refuted(draft, statement)
    for node in draft.of_class("Disease"):
        _antigens(draft, node)


def _status(system: str, code: str) -> Json:
    return {"coding": [plain(system, code)]}


def _condition(draft: Draft, node: str, kinds: list[tuple[str, list[Statement]]]) -> Resource:
    (kind, telling), others = kinds[0], kinds[1:]
    cancer = draft.is_a(node, "Disease")
    made = draft.make("Condition", name_of(node), "mcode-primary-cancer-condition" if cancer else "")
    if cancer:
        _diagnosed(draft, node, made)
    if cancer or any(
        s.target == node for other in draft.of_class("Treatment") for s in draft.ledger.facts(other, "treatmentFor")
    ):
        # US Core, on which the profile and what a treatment may point to rest, wants one of its categories.
        made.json["category"] = [_status(f"{TERMINOLOGY}condition-category", "problem-list-item")]
    made.put("severity", made.one(node, "severity", QUALIFIER, "severity"))
    made.json["code"] = made.concept(kind, DISEASE if cancer else FINDING, telling, "code")
    for _, said in others:
        draft.ledger.lack(said, "no place", "a condition has one code, and another is told")
    made.put("bodySite", made.all(node, "site", SITE, "bodySite"))
    made.json["subject"] = draft.subject
    made.put("onsetDateTime", made.date(node, "startDate", "onsetDateTime"))
    _ended(draft, node, made)
    if grade := made.one(node, "grade", QUALIFIER, "stage/0/summary"):
        made.json["stage"] = [{"summary": grade}]
    _causes(draft, node, made)
    if shown := made.refer(node, "shownBy", "evidence/0/detail", "Observation"):
        made.json["evidence"] = [{"detail": shown}]
    return made


def _diagnosed(draft: Draft, node: str, made: Resource) -> None:
    """Confirm a disease that the source says was diagnosed, at the date that it tells."""
    for diagnosis in draft.of_class("Diagnosis"):
        named = [s for s in draft.ledger.facts(diagnosis, "disease") if s.target == node]
        if not named:
            continue
        made.json["verificationStatus"] = _status(_VERIFIED, "confirmed")
        made.keep([*named, *draft.ledger.facts(diagnosis, RDF_TYPE.value)], "verificationStatus")
        if date := made.date(diagnosis, "startDate", "extension/0/valueDateTime"):
            made.json["extension"] = [{"url": ASSERTED, "valueDateTime": date}]


def _ended(draft: Draft, node: str, made: Resource) -> None:
    """Tell that a finding resolved, or until when it lasted; whatever has an end is not active."""
    end = made.date(node, "endDate", "abatementDateTime")
    resolved = [s for value, found in draft.values(node, "resolution") if local(value) == "Resolved" for s in found]
    made.keep(resolved, "clinicalStatus")
    if end or resolved:
        made.json["clinicalStatus"] = _status(_CLINICAL, "resolved")
    if end:
        made.json["abatementDateTime"] = end


def _causes(draft: Draft, node: str, made: Resource) -> None:
    extensions = made.json.setdefault("extension", [])
    assert isinstance(extensions, list)  # noqa: S101 - a list wherever it is set
    for statement in draft.ledger.facts(node, "causedBy"):
        target = draft.refer(statement.target)
        if target.partition("/")[0] in ("Condition", "Procedure", "MedicationAdministration"):
            made.keep(statement, f"extension/{len(extensions)}/valueReference")
            extensions.append({"url": DUE_TO, "valueReference": {"reference": target}})
    if not extensions:
        del made.json["extension"]


def _refuted(draft: Draft, statement: Statement) -> None:
    kind = statement.value.value
    made = draft.make("Condition", f"denied-{local(kind).lower()}")
    made.json["verificationStatus"] = _status(_VERIFIED, "refuted")
    disease = _KINDS[0] in terms().superclasses(kind)
    made.json["code"] = made.concept(kind, DISEASE if disease else FINDING, [statement], "verificationStatus")
    made.json["subject"] = draft.subject


def _antigens(draft: Draft, node: str) -> None:
    """Tell what a disease expresses, or lacks, as a finding of the marker with the disease in its focus."""
    for name, result in RESULTS.items():
        for marker, telling in draft.values(node, name):
            made = draft.make("Observation", f"{name_of(node)}-{local(marker).lower()}-{result[:3].lower()}")
            made.json["status"] = "final"
            made.json["code"] = made.concept(marker, MARKER, telling, "code")
            made.json["subject"] = draft.subject
            made.json["focus"] = [{"reference": draft.refer(node)}]
            made.json["valueCodeableConcept"] = made.concept(BASE + result, QUALIFIER, (), "valueCodeableConcept")
