"""Who the subject is, what was found of them, what states their disease was in, and which disease it is."""

from ...statements import Statement, local
from ...vocabulary import RDF_TYPE, terms
from ..draft import Json, iri
from .draft import DISEASE, FINDING, QUALIFIER, SITE, STATE, Draft

_SEXES = {"Female": "FEMALE", "Male": "MALE"}
# Properties whose value a reader can tell from its kind, so that a feature may carry them side by side as modifiers.
MODIFIERS = {
    "site": SITE,
    "aspect": QUALIFIER,
    "compartment": STATE,
    "axis": STATE,
    "mrdStatus": STATE,
    "grade": QUALIFIER,
    "resolution": QUALIFIER,
    "responseCriteria": STATE,
}
# The evidence code that the specification's own examples use for what a paper says of its patient.
EVIDENCE_CODE = {"id": "ECO:0000033", "label": "author statement supported by traceable reference"}


def subject(draft: Draft) -> Json:
    """Return the individual: id, sex and vital status where stated.

    The packet has a place for the age at the last encounter; ours is the age at diagnosis or report, so it is told among the
    measurements instead.
    """
    found: Json = {"id": draft.patient.id}
    if status := _vital_status(draft):
        found["vitalStatus"] = status
    sexes = draft.values(draft.said.subject, "sex")
    if len(sexes) == 1 and local(sexes[0][0]) in _SEXES:
        found["sex"] = _SEXES[local(sexes[0][0])]
        draft.keep(sexes[0][1], "/subject/sex")
    return found


def _vital_status(draft: Draft) -> Json | None:
    for node in draft.of_class("Death"):
        return _death(draft, node)
    stated = [found for node in draft.of_class("FollowUp") for found in draft.values(node, "vitalStatus")]
    if len({value for value, _ in stated}) != 1:
        return None
    telling = [s for _, found in stated for s in found]
    draft.keep(telling, "/subject/vitalStatus/status")
    if local(stated[0][0]) != "Alive":
        return {"status": "DECEASED"}
    draft.ledger.lack(
        telling, "wider", "alive at the last contact; the packet's status is that at the time of its making"
    )
    return {"status": "ALIVE"}


def _death(draft: Draft, node: str) -> Json:
    where = "/subject/vitalStatus"
    for _, telling in draft.kinds(node):
        draft.keep(telling, f"{where}/status")
    status: Json = {"status": "DECEASED"}
    if time := draft.day(node, "startDate", f"{where}/timeOfDeath"):
        status["timeOfDeath"] = time
    if cause := draft.one(node, "causeOfDeath", FINDING, f"{where}/causeOfDeath"):
        status["causeOfDeath"] = cause
    for offset in draft.ledger.facts(node, "startOffset"):
        plain = offset.unit == "d" and not (offset.qualifier or offset.comparator or offset.upper)
        if plain and offset.value.value.isdigit() and draft.is_a(offset.anchor, "Diagnosis"):
            status["survivalTimeInDays"] = int(offset.value.value)
            draft.keep(offset, f"{where}/survivalTimeInDays")
    return status


def add(draft: Draft) -> None:
    """Add clinical findings and states of the disease as phenotypic features, and what is denied of the patient."""
    for node in draft.of_class("ClinicalFinding", "DiseaseState"):
        for kind, telling in draft.kinds(node):
            _feature(draft, node, kind, telling)
    for statement in draft.denied():
        classes = terms().superclasses(statement.value.value)
        if classes & {iri("ClinicalFinding"), iri("DiseaseState")}:
            where = draft.next("phenotypicFeatures")
            code = draft.code(statement.value.value, FINDING, [statement], f"{where}/excluded")
            draft.add("phenotypicFeatures", {"type": code, "excluded": True, "evidence": _evidence(draft, [statement])})


def _feature(draft: Draft, node: str, kind: str, telling: list[Statement]) -> None:
    where = draft.next("phenotypicFeatures")
    state = iri("DiseaseState") in terms().superclasses(kind)
    feature: Json = {"type": draft.code(kind, STATE if state else FINDING, telling, f"{where}/type")}
    if severity := draft.one(node, "severity", QUALIFIER, f"{where}/severity"):
        feature["severity"] = severity
    modifiers: list[Json] = []
    for name, vocabularies in MODIFIERS.items():
        for value, said in draft.values(node, name):
            modifiers.append(draft.code(value, vocabularies, said, f"{where}/modifiers/{len(modifiers)}"))
    if modifiers:
        feature["modifiers"] = modifiers
    for key, name in (("onset", "startDate"), ("resolution", "endDate")):
        if time := draft.day(node, name, f"{where}/{key}"):
            feature[key] = time
    feature["evidence"] = _evidence(draft, telling)
    draft.add("phenotypicFeatures", feature)


def _evidence(draft: Draft, telling: list[Statement]) -> list[Json]:
    """Return one piece of evidence for each passage: the paper, and the place in it."""
    draft.coder.cite("ECO")
    papers = {f"publication/{paper.id}": paper for paper in draft.patient.publications}
    places = {(statement.source, passage) for statement in telling for passage in statement.passages}
    found: list[Json] = []
    for source, passage in sorted(places):
        reference: Json = {"reference": iri(passage), "description": passage.split("/", 2)[2]}
        if paper := papers.get(source):
            reference = {"id": paper.curie, **reference} if paper.curie else reference
        found.append({"evidenceCode": EVIDENCE_CODE, "reference": reference})
    return found


def add_diseases(draft: Draft) -> None:
    """Add each disease once, by the narrowest class that is told, and what the source denies of the patient."""
    for node in draft.of_class("Disease"):
        kinds = draft.kinds(node)
        (kind, telling), others = kinds[0], kinds[1:]
        where = draft.next("diseases")
        disease: Json = {"term": draft.code(kind, DISEASE, telling, f"{where}/term")}
        for _, said in others:
            draft.ledger.lack(said, "no place", f"a disease has one term, and {disease['term']} is told")
        for key, name in (("onset", "startDate"), ("resolution", "endDate")):
            if time := draft.day(node, name, f"{where}/{key}"):
                disease[key] = time
        if site := draft.one(node, "site", SITE, f"{where}/primarySite"):
            disease["primarySite"] = site
        draft.add("diseases", disease)
        _diagnoses(draft, node, where)
    for statement in draft.denied():
        if iri("Disease") in terms().superclasses(statement.value.value):
            where = draft.next("diseases")
            code = draft.code(statement.value.value, DISEASE, [statement], f"{where}/excluded")
            draft.add("diseases", {"term": code, "excluded": True})


def _diagnoses(draft: Draft, disease: str, where: str) -> None:
    """Note that a disease which is told has been diagnosed."""
    for node in draft.of_class("Diagnosis"):
        named = [s for s in draft.ledger.facts(node, "disease") if s.target == disease]
        if named:
            draft.keep([*named, *draft.ledger.facts(node, RDF_TYPE.value)], f"{where}/term")
