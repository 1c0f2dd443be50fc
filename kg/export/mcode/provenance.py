"""Where each resource comes from: a `Provenance` with the paper and the passages that tell what is in it."""

from ...vocabulary import BASE
from ..draft import Json
from ..exchange import created
from ..phenopacket.metadata import code_version
from .draft import Draft, Resource

_TOLD_BY = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def add(draft: Draft) -> None:
    """Add the provenance of every resource that rests on statements."""
    for resource in list(draft.resources):
        if resource.telling:
            _provenance(draft, resource)


def _provenance(draft: Draft, resource: Resource) -> None:
    kind = str(resource.json["resourceType"]).lower()
    made = draft.make("Provenance", f"{kind}-{resource.name}" if resource.name else kind)
    made.json["target"] = [resource.reference]
    made.json["recorded"] = f"{created():%Y-%m-%dT%H:%M:%SZ}"
    agent = {"coding": [{"system": _TOLD_BY, "code": "assembler"}]}
    made.json["agent"] = [{"type": agent, "who": {"display": f"leukemia-kg {code_version()}"}}]
    papers = {f"publication/{paper.id}": paper for paper in draft.patient.publications}
    entities: list[Json] = []
    for source in sorted({s.source for s in resource.telling.values()}):
        if paper := papers.get(source):
            entities.append(_entity(paper.url or BASE + source, paper.title))
    for passage in sorted({passage for s in resource.telling.values() for passage in s.passages}):
        entities.append(_entity(BASE + passage))
    made.put("entity", entities)


def _entity(iri: str, display: str = "") -> Json:
    """Return a source by what it is called; a `uri` is how FHIR identifies what is no resource."""
    identifier = {"system": "urn:ietf:rfc:3986", "value": iri}
    return {"role": "source", "what": {"identifier": identifier, **({"display": display} if display else {})}}
