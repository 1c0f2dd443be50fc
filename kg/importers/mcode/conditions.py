"""Who a bundle is about, its papers, and conditions as diseases and findings; what is refuted is denied."""

from ...export.mcode.conditions import ASSERTED, DUE_TO
from ...vocabulary import BASE
from ..part import Part
from ..record import Yaml, add, label, slug_of
from .reading import Reading

_SEXES = {"female": "Female", "male": "Male"}
# Statuses under which a condition is told; the rest are open, or mistakes.
_TOLD = ("", "confirmed", "provisional")


def patient(reading: Reading) -> None:
    """Read sex and death; what names a person has no place in a case."""
    record, told = reading.record, reading.patient
    sex = told.get("gender")
    if sex.text in _SEXES:
        record.general["sex"] = record.said(label(BASE + _SEXES[sex.text]), sex.pointer, sex.text)
    elif sex.text == "unknown":
        record.use(sex.pointer)
    for one in told.items("identifier"):
        if one.get("system").text == f"{BASE}patient":
            record.use(one.pointer)
    for one in told.items("name"):
        if all(each.get("valueCode").text == "unknown" for each in one.items("extension")) and one.keys == (
            "extension",
        ):
            record.use(one.pointer)
    record.use(*(one.pointer for key in ("resourceType", "id") if (one := told.get(key))))
    record.use(*(one.pointer for one in told.get("meta").items("profile")))
    for key in ("name", "telecom", "address", "contact", "identifier", "birthDate", "photo", "communication"):
        if there := told.get(key):
            record.leave(there.pointer, "tells who somebody is; a case does not")
    dead, date = told.get("deceasedBoolean"), told.get("deceasedDateTime")
    if date or dead.text == "True":
        made = record.occurrent("death", [(f"{BASE}Death", (date or dead).pointer, "")])
        reading.when(made, "when", date)
    elif dead:
        made = record.occurrent("follow-up", [(f"{BASE}FollowUp", dead.pointer, "")])
        made["vital status"] = record.said("alive", dead.pointer)


def papers(reading: Reading) -> None:
    """Take the papers that provenance names as references; the only one of them is who reported the patient first."""
    record = reading.record
    for resource in reading.of("Provenance"):
        used = ("resourceType", "id", "target", "recorded", "agent")
        record.use(*(one.pointer for key in used if (one := resource.get(key))))
        for entity in resource.items("entity"):
            name = entity.path("what", "identifier", "value")
            for start, key in (("https://doi.org/", "doi"), ("https://pubmed.ncbi.nlm.nih.gov/", "pmid")):
                if name.text.startswith(start):
                    number = name.text.removeprefix(start).rstrip("/")
                    title = entity.path("what", "display").text
                    reference = {"id": slug_of(f"{key}-{number}"), **({"title": title} if title else {}), key: number}
                    record.use(entity.pointer)
                    if reference not in record.references:
                        record.references.append(dict(reference))
            record.leave(entity.pointer, "a source that has neither DOI nor PMID; the case cites the bundle")
    if len(record.references) == 1:
        record.primary = str(record.references[0]["id"])


def read(reading: Reading) -> None:
    """Read the conditions."""
    for resource in reading.of("Condition"):
        _condition(reading, resource)


def _condition(reading: Reading, resource: Part) -> None:
    record, code, verified = reading.record, resource.get("code"), resource.get("verificationStatus")
    status = reading.status(resource, "verificationStatus")
    if status not in (*_TOLD, "refuted"):
        record.leave(resource.pointer, f"told as {status}: neither that it was so nor that it was not")
        return
    iri = reading.concept(code, "Disease", "ClinicalFinding", kind="class")
    if not iri:
        return
    if status == "refuted":
        reading.deny(resource, iri, code, ("code", "verificationStatus", "category"))
        return
    made = reading.occurrent(resource, iri, code)
    if verified:
        record.use(verified.pointer)
    if status == "provisional":
        _suspect(made)
    for one in resource.items("category"):
        record.use(one.pointer)
    reading.put(made, "severity", resource.get("severity"), "Severity")
    for site in resource.items("bodySite"):
        reading.put(made, "site", site, "AnatomicalSite")
    reading.when(made, "when", resource.get("onsetDateTime"))
    reading.when(made, "until", resource.get("abatementDateTime"))
    _resolved(reading, resource, made)
    for stage in resource.items("stage"):
        reading.put(made, "grade", stage.get("summary"), "SeverityGrade")


def _suspect(made: Yaml) -> None:
    kinds = made["type"]
    assert isinstance(kinds, list)  # noqa: S101 - as Reading.kind makes it
    for one in kinds:
        one["suspected"] = "yes"


def _resolved(reading: Reading, resource: Part, made: Yaml) -> None:
    status, code = resource.get("clinicalStatus"), reading.status(resource, "clinicalStatus")
    if code == "resolved":
        made["resolution"] = reading.record.said("resolved", status.pointer, code)
    elif status:
        reason = f"a status now, {code}: case files tell when a disease was in which state, as occurrents of their own"
        reading.record.leave(status.pointer, reason)


def relate(reading: Reading) -> None:
    """Relate conditions that have a name to what caused and showed them, and diseases to their diagnosis."""
    for resource in reading.of("Condition"):
        if not (name := reading.names.get(resource.pointer)):
            continue
        made = reading.record.occurrents[name]
        for extension in resource.items("extension"):
            if extension.get("url").text == DUE_TO:
                reading.record.use(extension.get("url").pointer)
                reading.relate(extension, ["valueReference"], made, "caused by")
        for evidence in resource.items("evidence"):
            reading.relate(evidence, ["detail"], made, "shown by")
        _diagnosis(reading, resource, name)


def _diagnosis(reading: Reading, resource: Part, name: str) -> None:
    """Tell that a confirmed disease was diagnosed, and when."""
    record, verified = reading.record, resource.get("verificationStatus")
    kind = reading.concept(resource.get("code"), "Disease", kind="class")
    if not kind or reading.status(resource, "verificationStatus") != "confirmed":
        return
    diagnosis = "diagnosis" if "diagnosis" not in record.occurrents else record.name("diagnosis")
    told = record.occurrent(diagnosis, [(f"{BASE}Diagnosis", verified.pointer, "confirmed")])
    add(told, "disease treated or assessed", record.said(name, verified.pointer))
    for extension in resource.items("extension"):
        if extension.get("url").text == ASSERTED:
            record.use(extension.get("url").pointer)
            reading.when(told, "when", extension.get("valueDateTime"))
