"""What was done: agents given, procedures, named regimens; each action is exactly one of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...statements import Statement, local
from ...vocabulary import terms
from ..draft import GIVES, Json, iri
from .draft import ACTION, DISEASE, DRUG, FINDING, SITE, STATE, Draft
from .measurements import quantity

# A treatment whose agent is no longer given.
_WITHDRAWAL = "ImmunosuppressionWithdrawal"
# Kinds of treatment that say what it is for, the first that fits; the rest say how it is done.
_INTENTS = (
    *("InductionTherapy", "ConsolidationTherapy", "MaintenanceTherapy", "SalvageTherapy", "Conditioning"),
    *("Lymphodepletion", "GvHDProphylaxis", "GvHDTreatment", "CNSProphylaxis", "CNSLeukemiaTreatment", "Premedication"),
)


@dataclass(frozen=True)
class _Action:
    """A medical action of the packet: where it stands, which of the four it is, what it gives (IRI of an agent or empty)."""

    pointer: str
    choice: str
    element: Json
    gives: str = ""

    @property
    def body(self) -> str:
        """The JSON pointer of what was done."""
        return f"{self.pointer}/{self.choice}"


def add(draft: Draft) -> None:
    """Add every treatment: its regimen and agents or, where neither is told of it or its parts, a procedure of its kind.

    An assessment of which nothing measured is told is a procedure, too.
    """
    for node in draft.of_class("Assessment"):
        if node not in draft.measured:
            _procedure(draft, node)
    made: dict[str, list[_Action]] = {}
    for node in draft.of_class("Treatment"):
        made[node] = [*_regimens(draft, node), *_agents(draft, node)]
        if not made[node] and not any(draft.ledger.facts(part, "agent", "regimen") for part in draft.parts[node]):
            made[node] = [_procedure(draft, node)]
    for node, own in made.items():
        parts = [action for part in draft.parts[node] for action in made.get(part, ())]
        for value, telling in draft.values(node, "agent"):
            for action in parts:
                if action.gives == value:
                    draft.keep(telling, action.body)
        _kinds(draft, node, own, [*own, *parts])
        _targets(draft, node, [*own, *parts])
        _harms(draft, node, own)


def _put(draft: Draft, choice: str, content: Json, gives: str = "") -> _Action:
    element: Json = {choice: content}
    return _Action(draft.add("medicalActions", element), choice, element, gives)


def _regimens(draft: Draft, node: str) -> Iterator[_Action]:
    for value, telling in draft.values(node, "regimen"):
        where = f"{draft.next('medicalActions')}/therapeuticRegimen"
        regimen: Json = {"ontologyClass": draft.code(value, ACTION, telling, f"{where}/ontologyClass")}
        for key, name in (("startTime", "startDate"), ("endTime", "endDate")):
            if time := draft.day(node, name, f"{where}/{key}"):
                regimen[key] = time
        stopped = [s for stated, found in draft.values(node, "discontinued") if stated == "true" for s in found]
        draft.keep(stopped, f"{where}/regimenStatus")
        regimen["regimenStatus"] = "DISCONTINUED" if stopped else "UNKNOWN_STATUS"
        yield _put(draft, "therapeuticRegimen", regimen)


def _given(draft: Draft, node: str) -> set[str]:
    """Return the agents that a treatment gives, as told or by what it is."""
    if draft.is_a(node, _WITHDRAWAL):
        return set()
    by_kind = {iri(agent) for kind, agent in GIVES.items() if draft.is_a(node, kind)}
    return by_kind | {value for value, _ in draft.values(node, "agent")}


def _agents(draft: Draft, node: str) -> Iterator[_Action]:
    """Add each agent, unless a part of the treatment is told to have given it: an agent is not told twice."""
    if draft.is_a(node, _WITHDRAWAL):
        draft.ledger.lack(
            draft.ledger.facts(node, "agent"), "no place", "it was withdrawn; an action tells what is given"
        )
        return
    by_parts = {value for part in draft.parts[node] for value in _given(draft, part)}
    agents = [(value, telling) for value, telling in draft.values(node, "agent") if value not in by_parts]
    for value, telling in agents:
        where = f"{draft.next('medicalActions')}/treatment"
        treatment: Json = {"agent": draft.code(value, DRUG, telling, f"{where}/agent")}
        if route := draft.one(node, "route", ACTION, f"{where}/routeOfAdministration"):
            treatment["routeOfAdministration"] = route
        if len(agents) == 1:
            treatment |= _doses(draft, node, where)
        yield _put(draft, "treatment", treatment, value)


def _doses(draft: Draft, node: str, where: str) -> Json:
    """Return the dose interval, which the format has only whole: quantity, frequency, first and last day; and the total."""
    found: Json = {}
    doses, frequencies = draft.ledger.facts(node, "dose"), draft.values(node, "frequency")
    interval = f"{where}/doseIntervals/0"
    days = [draft.whole_day(node, name) for name in ("startDate", "endDate")]
    if len(doses) == 1 and len(frequencies) == 1 and all(days) and (amount := quantity(draft, doses, "")):
        draft.keep(doses, f"{interval}/quantity")
        frequency = draft.code(frequencies[0][0], ACTION, frequencies[0][1], f"{interval}/scheduleFrequency")
        start, end = (draft.day(node, name, f"{interval}/interval") for name in ("startDate", "endDate"))
        times = {"start": start and start["timestamp"], "end": end and end["timestamp"]}
        found["doseIntervals"] = [{"quantity": amount, "scheduleFrequency": frequency, "interval": times}]
    else:
        wanted = "a dose interval wants quantity, frequency, first and last day"
        draft.ledger.lack([*doses, *(s for _, telling in frequencies for s in telling)], "needs more", wanted)
    totals = draft.ledger.facts(node, "totalDose")
    if len(totals) == 1 and (amount := quantity(draft, totals, "")):
        draft.keep(totals, f"{where}/cumulativeDose")
        found["cumulativeDose"] = amount
    return found


def _procedure(draft: Draft, node: str) -> _Action:
    where = f"{draft.next('medicalActions')}/procedure"
    kind, telling = _kind(draft, node)
    procedure: Json = {"code": draft.code(kind, ACTION, telling, f"{where}/code")}
    if site := draft.one(node, "site", SITE, f"{where}/bodySite"):
        procedure["bodySite"] = site
    if time := draft.day(node, "startDate", f"{where}/performed"):
        procedure["performed"] = time
    if draft.is_a(node, "RadiotherapyCourse"):
        wanted = "radiation therapy wants modality, site, whole Gy and fractions together; told as a procedure"
        draft.ledger.lack(
            draft.ledger.facts(node, "fractionCount", "totalDose", "dosePerFraction"), "needs more", wanted
        )
    gives = next((iri(agent) for name, agent in GIVES.items() if draft.is_a(node, name)), "")
    return _put(draft, "procedure", procedure, gives)


def _kind(draft: Draft, node: str) -> tuple[str, list[Statement]]:
    """Return the class that says best what was done: one that does not say what for, if there is one."""
    kinds = draft.kinds(node)
    return next((found for found in kinds if not is_intent(found[0])), kinds[0])


def is_intent(kind: str) -> bool:
    """Tell whether a class of treatment says what a treatment is for."""
    return bool(terms().superclasses(kind) & {iri(name) for name in _INTENTS})


def _kinds(draft: Draft, node: str, own: list[_Action], actions: list[_Action]) -> None:
    """Tell what a treatment was for as the intent of its actions; note how its other classes stand in them."""
    told = _kind(draft, node)[0] if any(action.choice == "procedure" for action in own) else ""
    for kind, telling in draft.kinds(node):
        if kind == told:
            continue
        if is_intent(kind):
            for action in actions:
                if "treatmentIntent" not in action.element:
                    where = f"{action.pointer}/treatmentIntent"
                    action.element["treatmentIntent"] = draft.code(kind, ACTION, telling, where)
        else:
            for action in actions:
                draft.keep(telling, action.body)
            routed = all("routeOfAdministration" in str(action.element) for action in actions)
            if local(kind) != "DrugAdministration" and not (local(kind) == "IntrathecalAdministration" and routed):
                label = terms().by_iri[kind].label
                draft.ledger.lack(telling, "wider", f"what was given or done is told, not that it was: {label}")


def _targets(draft: Draft, node: str, actions: list[_Action]) -> None:
    """Tell what a treatment was given for by its kind: the format cannot point to the occurrent itself."""
    targets = [(s, draft.kinds(s.target)) for s in draft.ledger.facts(node, "treatmentFor") if s.target in draft.types]
    for statement, kinds in targets:
        if len({s.target for s, _ in targets}) > 1 or not kinds:
            draft.ledger.lack(statement, "no place", "an action has one target")
            continue
        if draft.is_a(statement.target, "Remission"):
            draft.ledger.lack(statement, "no place", "a remission as target would read as the aim")
            continue
        vocabularies = (*DISEASE, *FINDING) if draft.is_a(statement.target, "Disease", "ClinicalFinding") else STATE
        for action in actions:
            if "treatmentTarget" not in action.element:
                where = f"{action.pointer}/treatmentTarget"
                action.element["treatmentTarget"] = draft.code(kinds[0][0], vocabularies, [statement], where)
                draft.ledger.lack(statement, "wider", "the kind of what it was given for is told, not which one")


def _harms(draft: Draft, node: str, actions: Iterable[_Action]) -> None:
    """Tell the adverse events that the source says a treatment caused."""
    for event in draft.of_class("AdverseEvent"):
        causes = [s for s in draft.ledger.facts(event, "causedBy") if s.target == node]
        for action in actions if causes else ():
            events = action.element.setdefault("adverseEvents", [])
            assert isinstance(events, list)  # noqa: S101 - set in the line above
            where = f"{action.pointer}/adverseEvents/{len(events)}"
            events.append(draft.code(draft.kinds(event)[0][0], FINDING, causes, where))
