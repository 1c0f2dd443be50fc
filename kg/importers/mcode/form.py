"""Is a resource one of FHIR R4? Asked of the models of `fhir.resources`, which are those of R4B.

Of the resources read here R4 and R4B are alike. Fields that only an older or a newer FHIR has tell its version.
"""

from collections.abc import Iterator
from typing import Any

from ...export.mcode.draft import PROFILES
from ..document import UNPRINTABLE, Document, child
from ..part import Part

Problem = tuple[str, str, str]
# Fields that R4 does not have, by resource. Source: the resources' pages in DSTU2, STU3, R4 and R5 (hl7.org/fhir).
_OTHER_VERSIONS = {
    "Condition": {"patient": "DSTU2", "dateRecorded": "DSTU2", "participant": "R5"},
    "Observation": {"comments": "DSTU2", "related": "STU3", "comment": "STU3", "triggeredBy": "R5", "instantiatesCanonical": "R5"},
    "MedicationAdministration": {
        "patient": "DSTU2", "wasNotGiven": "DSTU2", "effectiveTimeDateTime": "DSTU2", "prescription": "STU3",
        "notGiven": "STU3", "medication": "R5", "occurenceDateTime": "R5", "occurencePeriod": "R5", "reason": "R5",
    },
    "Procedure": {
        "notPerformed": "DSTU2", "notDone": "STU3",
        "occurrenceDateTime": "R5", "occurrencePeriod": "R5", "reason": "R5", "reported": "R5",
    },
    "Patient": {"animal": "STU3"},
    "Specimen": {"combined": "R5", "role": "R5", "feature": "R5"},
}  # fmt: skip
# The profiles of mCODE STU4 by the type of resource that they are of.
_TYPES = {
    "Bundle": ("patient-bundle",),
    "Group": ("patient-group",),
    "Patient": ("cancer-patient",),
    "Condition": ("primary-cancer-condition", "secondary-cancer-condition"),
    "MedicationAdministration": ("cancer-related-medication-administration",),
    "MedicationRequest": ("cancer-related-medication-request",),
    "Procedure": ("cancer-related-surgical-procedure", "radiotherapy-course-summary"),
    "Specimen": ("human-specimen",),
    "BodyStructure": ("radiotherapy-volume", "tumor"),
    "DiagnosticReport": ("genomics-report",),
    "Observation": (
        *("ALL-risk-assessment", "body-surface-area", "cancer-disease-status", "cancer-risk-assessment"),
        *("cancer-stage", "comorbidities", "deauville-scale", "ecog-performance-status", "genomic-region-studied"),
        *("genomic-variant", "histologic-behavior-and-type", "histologic-grade", "history-of-metastatic-cancer"),
        *("karnofsky-performance-status", "lansky-play-performance-status", "lymphoma-stage"),
        *("rhabdomyosarcoma-risk-assessment", "tnm-category", "tnm-distant-metastases-category"),
        *("tnm-primary-tumor-category", "tnm-regional-nodes-category", "tnm-stage-group", "tumor-marker-test"),
        *("tumor-morphology", "tumor-size"),
    ),
}
_PROFILES = {f"mcode-{name}": kind for kind, names in _TYPES.items() for name in names}


def problems(document: Document, resource: Part) -> Iterator[Problem]:
    """Yield rule, JSON pointer and message for everything in which a resource is none of R4 or of its profile."""
    kind = resource.get("resourceType").text
    model = _model(kind)
    if model is None:
        where = resource.get("resourceType").pointer
        yield "unknown-resource", where, f"'{kind}' is no resource of FHIR R4"
        return
    yield from of_profiles(resource, kind)
    yield from _modified(document, resource.pointer)
    yield from _unprintable(document, resource.pointer)
    versions = _OTHER_VERSIONS.get(kind, {})
    found = [(key, versions[key]) for key in resource.keys if key in versions]
    for key, version in found:
        message = f"{kind} has no '{key}' in R4, but in FHIR {version}; convert it to R4"
        yield "wrong-version", child(resource.pointer, key), message
    if not found:
        yield from _of_model(document, resource, model)


def _model(kind: str) -> Any:
    """Return the model of a resource, or none; the types of which resources are made are models, too."""
    from fhir.resources.R4B import get_fhir_model_class
    from fhir.resources.R4B.resource import Resource

    try:
        model = get_fhir_model_class(kind)
    except (KeyError, ValueError):
        return None
    return model if issubclass(model, Resource) else None


def _of_model(document: Document, resource: Part, model: Any) -> Iterator[Problem]:
    import pydantic

    try:
        model.model_validate_json(document.raw(resource.pointer))
    except pydantic.ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            pointer = resource.pointer
            for part in one["loc"]:
                longer = child(pointer, str(part))
                if not _there(document, longer):
                    break
                pointer = longer
            missing = [str(part) for part in one["loc"]][-1:] if one["type"] == "missing" else []
            if _is_only_extended(resource, one["msg"]):
                continue
            yield "wrong-form", pointer, f"{' '.join([*missing, one['msg'][:1].lower() + one['msg'][1:]])}"


def _is_only_extended(resource: Part, message: str) -> bool:
    """Tell whether a choice that is said to lack is there as extensions of a primitive value alone, which R4 allows."""
    return "Expect any of field value" in message and any(
        key.startswith("_") and f"'{key[1:]}'" in message for key in resource.keys
    )


def _there(document: Document, pointer: str) -> bool:
    try:
        document.span(pointer)
    except KeyError:
        return False
    return True


def of_profiles(resource: Part, kind: str) -> Iterator[Problem]:
    """Yield a problem for each profile of mCODE that a resource names and that is none, or not of its type."""
    for profile in resource.get("meta").items("profile"):
        name = profile.text.partition("|")[0].removeprefix(PROFILES)
        if profile.text.startswith(PROFILES) and _PROFILES.get(name) != kind:
            wanted = (
                f"a profile of {_PROFILES[name]}, not of {kind}" if name in _PROFILES else "no profile of mCODE STU4"
            )
            yield "wrong-profile", profile.pointer, f"'{name}' is {wanted}"


def _modified(document: Document, pointer: str) -> Iterator[Problem]:
    """Yield a problem for what FHIR says may turn the meaning of all beside it."""
    seen = set()
    for leaf in document.leaves(pointer):
        for key in ("modifierExtension", "implicitRules"):
            if f"/{key}" in leaf.removeprefix(pointer):
                where = leaf.partition(f"{pointer}/")[2].partition(key)[0]
                found = f"{pointer}/{where}{key}"
                if found not in seen:
                    yield "unknown-modifier", found, f"{key} may turn the meaning around, and is not understood"
                seen.add(found)


def _unprintable(document: Document, pointer: str) -> Iterator[Problem]:
    for leaf in document.leaves(pointer):
        value = document.at(leaf)
        narrative = leaf.endswith("/text/div")  # nothing is read of it
        if isinstance(value, str) and not narrative and (odd := UNPRINTABLE.search(value)):
            yield "control-character", leaf, f"has the control character U+{ord(odd[0]):04X}"
