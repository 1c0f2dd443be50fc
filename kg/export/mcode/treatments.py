"""What was done: agents given as medication administrations, the rest as procedures; parts point to their whole."""

from ...statements import Statement, local
from ...vocabulary import terms
from ..draft import GIVES, Json, iri, name_of
from ..phenopacket.actions import is_intent
from .draft import ACTION, DRUG, SITE, UNKNOWN, Draft, Resource, snomed

RADIOTHERAPY = "1217123003"
# What is done at once: told as done, it is concluded. Of anything that goes on, no source says that it was completed.
ACTS = ("HematopoieticCellTransplantation", "CellInfusion", "SurgicalProcedure")


def add(draft: Draft) -> None:
    """Add every treatment, and what is denied of the patient as not done."""
    for node in draft.of_class("Treatment"):
        if draft.is_giving(node):
            (agent,) = draft.values(node, "agent")
            made = _medication(draft, node, name_of(node), *agent)
            _wholes(draft, node, made, "Procedure", "MedicationAdministration")
            _kinds(draft, node, made)
            made.put("reasonReference", made.refer(node, "treatmentFor", "reasonReference", "Condition"))
            made.put("dosage", _dosage(draft, node, made))
        else:
            _procedure(draft, node)
    _agents_of_parts(draft)
    for statement in draft.denied():
        kind = statement.value.value
        if iri("Treatment") in terms().superclasses(kind):
            made = draft.make("Procedure", f"denied-{local(kind).lower()}")
            made.json["status"] = "not-done"
            made.json["code"] = made.concept(kind, ACTION, [statement], "status")
            made.json["subject"] = draft.subject


def _status(draft: Draft, node: str, made: Resource) -> str:
    """Return `stopped` for a treatment that is told to have been, `completed` for an act, else `unknown`.

    FHIR's `unknown` leaves open that nothing was done; that it was done, the time tells, if only as an unknown one.
    """
    stopped = [s for value, found in draft.values(node, "discontinued") if value == "true" for s in found]
    made.keep(stopped, "status")
    return "stopped" if stopped else "completed" if draft.is_a(node, *ACTS) else "unknown"


def _medication(draft: Draft, node: str, name: str, agent: str, telling: list[Statement]) -> Resource:
    """Add the giving of one agent; its profile wants a time, or that there is none."""
    made = draft.make("MedicationAdministration", name, "mcode-cancer-related-medication-administration")
    made.json["status"] = _status(draft, node, made) if name == name_of(node) else "unknown"
    made.json["medicationCodeableConcept"] = made.concept(agent, DRUG, telling, "medicationCodeableConcept")
    draft.given[node, agent] = made, "medicationCodeableConcept"
    made.json["subject"] = draft.subject
    if name != name_of(node) or not made.when("effective", node):
        made.json["effectivePeriod"] = UNKNOWN
    return made


def _wholes(draft: Draft, node: str, made: Resource, *kinds: str) -> None:
    wholes = [draft.refer(whole) for whole in draft.said.skeleton[node].get("partOf", ())]
    made.put("partOf", [{"reference": one} for one in wholes if one.partition("/")[0] in kinds])


def _kinds(draft: Draft, node: str, made: Resource) -> None:
    """Note that an agent is told to be given; where its route is not told, the kind of giving has no place."""
    for kind, telling in draft.kinds(node):
        made.keep(telling, "medicationCodeableConcept")
        if local(kind) != "DrugAdministration" and not draft.values(node, "route"):
            draft.ledger.lack(telling, "wider", f"it is told that it was given, not: {terms().by_iri[kind].label}")


def _dosage(draft: Draft, node: str, made: Resource) -> Json | None:
    """Return dose and route; FHIR has no dosage without a dose."""
    doses, wanted = draft.ledger.facts(node, "dose"), "a dosage wants one dose"
    amount = made.amount(doses, "", "dosage/dose", exact=True) if len(draft.values(node, "dose")) == 1 else {}
    if not amount:
        draft.ledger.lack([*doses, *draft.ledger.facts(node, "route")], "needs more", wanted)
        return None
    route = made.one(node, "route", ACTION, "dosage/route")
    return {**({"route": route} if route else {}), "dose": amount["valueQuantity"]}


def _procedure(draft: Draft, node: str) -> None:
    """Add a treatment as a procedure and, as part of it, the giving of each agent that none of its parts gives."""
    radiotherapy = draft.is_a(node, "RadiotherapyCourse")
    made = draft.make("Procedure", name_of(node), "mcode-radiotherapy-course-summary" if radiotherapy else "")
    _wholes(draft, node, made, "Procedure")
    made.json["status"] = _status(draft, node, made)
    _codes(draft, node, made, radiotherapy=radiotherapy)
    made.json["subject"] = draft.subject
    if not made.when("performed", node, period=radiotherapy):
        made.json["performedPeriod"] = UNKNOWN
    targets = ("Condition",) if radiotherapy else ("Condition", "Observation")
    made.put("reasonReference", made.refer(node, "treatmentFor", "reasonReference", *targets))
    made.put("bodySite", made.all(node, "site", SITE, "bodySite"))
    if radiotherapy:
        wanted = "the dose of a course wants the volume that it was delivered to"
        draft.ledger.lack(draft.ledger.facts(node, "totalDose", "fractionCount"), "needs more", wanted)
    _agents(draft, node, made)


def _codes(draft: Draft, node: str, made: Resource, *, radiotherapy: bool) -> None:
    """Tell the regimen, or else the kind, as code; the first kind beside it as category."""
    kinds = sorted(draft.kinds(node), key=lambda found: is_intent(found[0]))
    regimens = draft.values(node, "regimen")
    if radiotherapy:
        made.json["code"] = snomed(RADIOTHERAPY)
        for kind, telling in kinds:
            if local(kind) == "RadiotherapyCourse":
                made.keep(telling, "code")
        kinds = [found for found in kinds if local(found[0]) != "RadiotherapyCourse"]
    elif len(regimens) == 1:
        made.json["code"] = made.concept(regimens[0][0], ACTION, regimens[0][1], "code")
    else:
        for _, telling in regimens:
            draft.ledger.lack(telling, "no place", "several regimens are told, and a procedure has one code")
        made.json["code"] = made.concept(kinds[0][0], ACTION, kinds[0][1], "code")
        kinds = kinds[1:]
    if kinds:
        made.json["category"] = made.concept(kinds[0][0], ACTION, kinds[0][1], "category")
    for _, telling in kinds[1:]:
        draft.ledger.lack(telling, "no place", "a procedure has one code and one category, and others are told")


def _given(draft: Draft, node: str) -> set[str]:
    """Return the agents that a treatment gives, as told or by what it is."""
    by_kind = {iri(agent) for kind, agent in GIVES.items() if draft.is_a(node, kind)}
    return by_kind | {value for value, _ in draft.values(node, "agent")}


def _agents(draft: Draft, node: str, made: Resource) -> None:
    """Add the giving of each agent, unless the kind of procedure says it, or a part of it is told to give it."""
    draft.given |= {(node, iri(agent)): (made, "code") for kind, agent in GIVES.items() if draft.is_a(node, kind)}
    by_parts = {value for part in draft.parts[node] for value in _given(draft, part)}
    agents: list[Resource] = []
    for value, telling in draft.values(node, "agent"):
        if (node, value) in draft.given:
            made.keep(telling, "code")
        elif value not in by_parts:
            agents.append(_medication(draft, node, f"{name_of(node)}-agent-{len(agents) + 1}", value, telling))
            agents[-1].json["partOf"] = [made.reference]
    if len(agents) == 1:
        agents[0].put("dosage", _dosage(draft, node, agents[0]))
    else:
        wanted = "a dosage is that of one agent, and wants a dose"
        draft.ledger.lack(draft.ledger.facts(node, "dose", "route"), "needs more", wanted)


def _agents_of_parts(draft: Draft) -> None:
    """Note that the agents of a whole stand where they are told of its parts."""
    for node in draft.of_class("Treatment"):
        for value, telling in draft.values(node, "agent"):
            if (node, value) not in draft.given:
                for part in draft.parts[node]:
                    if (part, value) in draft.given:
                        resource, place = draft.given[part, value]
                        resource.keep(telling, place)
