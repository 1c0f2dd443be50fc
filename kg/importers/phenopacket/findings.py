"""Who a packet is about, its papers, what was found or denied, and which disease."""

from ...export.phenopacket.features import MODIFIERS
from ...vocabulary import BASE, terms
from ..part import Part
from ..record import Yaml, add, label, slug_of
from . import times
from .reading import Reading

_SEXES = {"FEMALE": "Female", "MALE": "Male"}


def read(reading: Reading) -> None:
    """Read metadata, subject, phenotypic features and diseases."""
    _papers(reading)
    _subject(reading)
    _vital_status(reading, reading.field("subject", "vitalStatus"))
    for part in reading.section("phenotypicFeatures"):
        _feature(reading, part)
    for part in reading.section("diseases"):
        _disease(reading, part)


def _papers(reading: Reading) -> None:
    """Take the papers that the metadata names as references; the only one of them is who reported the patient first."""
    record, metadata = reading.record, reading.root.get("metaData")
    names = ("resources", "created", "createdBy", "phenopacketSchemaVersion", "submittedBy")
    told = [*map(metadata.get, names), reading.root.get("id"), reading.subject.get("id")]
    record.use(*(part.pointer for part in told if part))
    for part in metadata.items("externalReferences"):
        kind, _, number = part.get("id").text.partition(":")
        key = {"pmid": "pmid", "doi": "doi"}.get(kind.casefold())
        if key and slug_of(number) and reading.intact(part):
            title = {"title": part.get("description").text} if part.get("description") else {}
            record.references.append({"id": slug_of(f"{key}-{number}"), **title, key: number})
            record.use(part.pointer)
    if len(record.references) == 1:
        record.primary = str(record.references[0]["id"])


def _subject(reading: Reading) -> None:
    sex = reading.field("subject", "sex")
    if sex.text in _SEXES:
        reading.record.general["sex"] = reading.record.said(label(BASE + _SEXES[sex.text]), sex.pointer, sex.text)
    last = reading.field("subject", "timeAtLastEncounter")
    duration = last.path("age", "iso8601duration")
    if not duration or not reading.trusted(last):
        return
    found = times.age(duration.text)
    if found is None:
        reading.record.find("no-duration", duration.pointer, f"'{duration.text}' is no ISO 8601 duration; write P51Y")
    elif found[0]:
        add(reading.record.general, "age", reading.record.said(found[0], duration.pointer, duration.text))
    else:
        reading.record.leave(last.pointer, "an age in more than one unit; case files give one number of one unit")


def _vital_status(reading: Reading, part: Part) -> None:
    record, status = reading.record, part.get("status")
    if status.text == "ALIVE":
        made = record.occurrent("follow-up", [(f"{BASE}FollowUp", status.pointer, "")])
        made["vital status"] = record.said("alive", status.pointer, status.text)
    if status.text != "DECEASED":
        return
    made = record.occurrent("death", [(f"{BASE}Death", status.pointer, status.text)])
    reading.when(made, "when", part.get("timeOfDeath"))
    if iri := reading.code(part.get("causeOfDeath"), "Occurrent", kind="class"):
        made["cause of death"] = reading.said(part.get("causeOfDeath"), iri)
    days = part.get("survivalTimeInDays")
    if days and days.text != "0" and "when" not in made:
        record.occurrent("diagnosis", [(f"{BASE}Diagnosis", days.pointer, "")])
        place = {"printed": days.text, "at": record.passage(days.pointer)}
        made["when"] = {"offset": f"{days.text} d", "after": "diagnosis", **place}


def _feature(reading: Reading, part: Part) -> None:
    kind = part.get("type")
    iri = reading.code(kind, "ClinicalFinding", "DiseaseState", kind="class")
    if not iri:
        return
    if excluded := part.get("excluded"):
        reading.record.use(excluded.pointer)
    if excluded.text == "True":
        _denied(reading, part, kind, iri)
        return
    made = reading.occurrent(reading.record.name("feature"), [(iri, kind)])
    if severity := reading.code(part.get("severity"), "Severity"):
        made["severity"] = reading.said(part.get("severity"), severity)
    for modifier in part.items("modifiers"):
        if value := reading.code(modifier, "VocabularyTerm", kind="individual"):
            _modifier(reading, made, modifier, value)
    reading.when(made, "when", part.get("onset"))
    reading.when(made, "until", part.get("resolution"))


def _modifier(reading: Reading, made: Yaml, part: Part, value: str) -> None:
    """Put a modifier under the property whose values are of its kind."""
    known = terms()
    for name in MODIFIERS:
        key = known.by_iri[BASE + name]
        if known.is_a(known.by_iri[value], key.range):
            add(made, key.label, reading.said(part, value))
            return
    reading.record.leave(part.pointer, f"{label(value)} modifies no finding")


def _denied(reading: Reading, part: Part, kind: Part, iri: str) -> None:
    """Deny a class of the patient, unless something limits what is denied: that would deny more than the packet does."""
    free = {"type", "term", "excluded", "evidence", "description"}
    if limited := [key for key in part.keys if key not in free]:
        reading.record.forget(part.pointer)
        reason = f"denied only with its {' and '.join(limited)}; case files deny a class as a whole"
        reading.record.leave(part.pointer, reason)
        return
    said = reading.said(kind, iri)
    reading.record.absent.append({"what": said.pop("value"), **said})


def _disease(reading: Reading, part: Part) -> None:
    kind = part.get("term")
    iri = reading.code(kind, "Disease", kind="class")
    if not iri:
        return
    if excluded := part.get("excluded"):
        reading.record.use(excluded.pointer)
    if excluded.text == "True":
        _denied(reading, part, kind, iri)
        return
    made = reading.occurrent(reading.record.name("disease"), [(iri, kind)])
    reading.when(made, "when", part.get("onset"))
    reading.when(made, "until", part.get("resolution"))
    if site := reading.code(part.get("primarySite"), "AnatomicalSite"):
        made["site"] = reading.said(part.get("primarySite"), site)
