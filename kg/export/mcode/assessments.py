"""States of the disease and assessments as observations: what was found stands in components, lesions as genomic variants."""

from collections.abc import Iterator

from ...statements import Statement, local
from ...vocabulary import lkg
from ..draft import Json, iri, name_of
from ..phenopacket.measurements import NUMBERS
from .draft import ASSAY, LESION, MARKER, QUALIFIER, SITE, STATE, Draft, Resource, loinc, plain
from .systems import SNOMED, TERMINOLOGY

STATUS = ("97509-4", "Cancer disease status")
VARIANT, LESION_OF, PRESENT = (
    ("69548-6", "Genetic variant assessment"),
    ("81252-9", "Discrete genetic variant"),
    ("LA9633-4", "Present"),
)
# The values of mCODE's trend that these states are, said of nothing wider: a remission without recovery is none of them.
TRENDS = {
    "CompleteRemission": "103338009",
    "MRDNegativeCompleteRemission": "103338009",
    "MRDPositiveCompleteRemission": "103338009",
    "PartialRemission": "103337004",
    "ProgressiveDisease": "271299001",
}
# Properties of assessments and states whose value is a term.
CODED = {
    "result": STATE,
    "mrdStatus": STATE,
    "compartment": STATE,
    "axis": STATE,
    "responseCriteria": STATE,
    "aspect": QUALIFIER,
}
COUNTS = ("remissionNumber", "relapseNumber")
_LABORATORY = (
    *("BoneMarrowExamination", "BloodExamination", "Immunophenotyping", "CytogeneticAnalysis", "MolecularAnalysis"),
    *("MRDAssessment", "ChimerismAssessment"),
)


def add(draft: Draft) -> None:
    """Add states, assessments with their specimens, and every lesion that is told of the disease or of an assessment."""
    for node in draft.of_class("DiseaseState"):
        _state(draft, node)
    for node in draft.of_class("Assessment"):
        _assessment(draft, node)
    for node in draft.of_class("Assessment", "Disease"):
        _lesions(draft, node)


def _observation(draft: Draft, node: str, profile: str = "") -> Resource:
    made = draft.make("Observation", name_of(node), profile)
    if wholes := [
        {"reference": target}
        for whole in draft.said.skeleton[node].get("partOf", ())
        if (target := draft.refer(whole)).startswith("Procedure/")
    ]:
        made.json["partOf"] = wholes
    made.json["status"] = "final"
    return made


def _about(draft: Draft, node: str, made: Resource) -> None:
    """Add of whom, of what and when an observation is, and where."""
    made.json["subject"] = draft.subject
    made.put("focus", made.refer(node, "disease", "focus", "Condition"))
    made.when("effective", node)


def _state(draft: Draft, node: str) -> None:
    """Add a state: as mCODE's disease status where its trend has the value, else with a code of ours."""
    (kind, telling), others = draft.kinds(node)[0], draft.kinds(node)[1:]
    trend = TRENDS.get(local(kind))
    made = _observation(draft, node, "mcode-cancer-disease-status" if trend else "")
    state = lkg("DiseaseState").value
    made.json["code"] = loinc(*STATUS) if trend else made.concept(state, STATE, (), "code")
    _about(draft, node, made)
    value = made.concept(kind, STATE, telling, "valueCodeableConcept")
    codings = value["coding"]
    assert isinstance(codings, list)  # noqa: S101 - as Resource.concept makes it
    made.json["valueCodeableConcept"] = {**value, "coding": [*([plain(SNOMED, trend)] if trend else []), *codings]}
    for _, said in others:
        draft.ledger.lack(said, "no place", "a status has one value, and another is told")
    made.put("bodySite", made.one(node, "site", SITE, "bodySite"))
    made.put("derivedFrom", made.refer(node, "shownBy", "derivedFrom", "Observation"))
    made.put("component", list(_components(draft, node, made, 0)))


def _assessment(draft: Draft, node: str) -> None:
    (kind, telling), others = draft.kinds(node)[0], draft.kinds(node)[1:]
    specimen = _specimen(draft, node)
    made = _observation(draft, node)
    category = "laboratory" if draft.is_a(node, *_LABORATORY) else "imaging" if draft.is_a(node, "ImagingStudy") else ""
    if category:
        made.json["category"] = [{"coding": [plain(f"{TERMINOLOGY}observation-category", category)]}]
    made.json["code"] = made.concept(kind, ASSAY, telling, "code")
    for _, said in others:
        draft.ledger.lack(said, "no place", "an observation has one code, and another is told")
    _about(draft, node, made)
    made.put("bodySite", made.one(node, "site", SITE, "bodySite"))
    made.put("method", made.one(node, "method", ASSAY, "method"))
    if specimen:
        made.json["specimen"] = specimen.reference
    components = list(_components(draft, node, made, 0))
    found = [part for part, keys in draft.said.skeleton.items() if node in keys.get("findingOf", ())]
    for finding in sorted(found, key=lambda part: (draft.said.skeleton[part]["marker"], part)):
        components += _marker(draft, finding, made, len(components))
    made.put("component", components)


def _specimen(draft: Draft, node: str) -> Resource | None:
    """Add the specimen of an assessment, if one kind is told."""
    if len(draft.values(node, "specimen")) != 1:
        for _, telling in draft.values(node, "specimen"):
            draft.ledger.lack(telling, "no place", "several specimens are told, and an observation has a place for one")
        return None
    made = draft.make("Specimen", f"{name_of(node)}-specimen", "mcode-human-specimen")
    made.put("type", made.one(node, "specimen", ASSAY, "type"))
    made.json["subject"] = draft.subject
    return made


def _components(draft: Draft, node: str, made: Resource, first: int) -> Iterator[Json]:
    """Yield a component for each number, coded value and karyotype; `first` is how many there are already."""
    at = first

    def component(name: str, vocabularies: tuple[str, ...], telling: list[Statement]) -> Json:
        return {"code": made.concept(lkg(name).value, vocabularies, telling, f"component/{at}/code")}

    for name, unit in NUMBERS.items():
        for _, telling in draft.values(node, name):
            if amount := made.amount(telling, unit, f"component/{at}"):
                yield {**component(name, ASSAY, []), **amount}
                at += 1
    for name, vocabularies in CODED.items():
        for value, telling in draft.values(node, name):
            coded = made.concept(value, vocabularies, telling, f"component/{at}/valueCodeableConcept")
            yield {**component(name, ASSAY, []), "valueCodeableConcept": coded}
            at += 1
    for name in COUNTS:
        for value, telling in draft.values(node, name):
            made.keep(telling, f"component/{at}/valueInteger")
            yield {**component(name, ASSAY, []), "valueInteger": int(value)}
            at += 1
    for value, telling in draft.values(node, "karyotype"):
        made.keep(telling, f"component/{at}/valueString")
        yield {**component("karyotype", ASSAY, []), "valueString": value}
        at += 1


def _marker(draft: Draft, finding: str, made: Resource, first: int) -> list[Json]:
    """Return the components of a marker finding: whether it was found, and in how many blasts."""
    marker = iri(draft.said.skeleton[finding]["marker"][0])
    found: list[Json] = []
    for value, telling in draft.values(finding, "result"):
        here = f"component/{first + len(found)}"
        coded = made.concept(value, QUALIFIER, telling, f"{here}/valueCodeableConcept")
        found.append({"code": made.concept(marker, MARKER, telling, f"{here}/code"), "valueCodeableConcept": coded})
    for _, telling in draft.values(finding, "percentPositive"):
        here = f"component/{first + len(found)}"
        if amount := made.amount(telling, "%", here):
            found.append({"code": made.concept(marker, MARKER, telling, f"{here}/code"), **amount})
    return found


def _lesions(draft: Draft, node: str) -> None:
    """Add each lesion as a variant that is present; what mCODE asks of its genes, the source does not tell as such."""
    for value, telling in draft.values(node, "lesion"):
        made = draft.make("Observation", f"{name_of(node)}-{local(value).lower()}", "mcode-genomic-variant")
        made.json["status"] = "final"
        made.json["category"] = [{"coding": [plain(f"{TERMINOLOGY}observation-category", "laboratory")]}]
        made.json["code"] = loinc(*VARIANT)
        made.json["subject"] = draft.subject
        key = "focus" if draft.refer(node).startswith("Condition/") else "derivedFrom"
        made.json[key] = [{"reference": draft.refer(node)}]
        made.json["valueCodeableConcept"] = loinc(*PRESENT)
        coded = made.concept(value, LESION, telling, "component/0/valueCodeableConcept")
        made.json["component"] = [{"code": loinc(*LESION_OF), "valueCodeableConcept": coded}]
