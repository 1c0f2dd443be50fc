"""Medical actions of a packet as treatments: agents, procedures, regimens; what they were for and what they did."""

from ...vocabulary import BASE
from ..part import Part
from ..record import Yaml, add, label
from . import times
from .reading import Kind, Reading


def read(reading: Reading) -> None:
    """Read the medical actions."""
    for part in reading.section("medicalActions"):
        made = _treatment(reading, part) or _procedure(reading, part) or _regimen(reading, part)
        if made is not None:
            _target(reading, part, made)
            _harms(reading, part, made)


def _made(reading: Reading, part: Part, kinds: list[Kind], otherwise: Kind | None = None) -> Yaml:
    """Return a new occurrent for an action, also of the class of treatment that its intent is; else of the class `otherwise`."""
    if intent := reading.code(part.get("treatmentIntent"), "Treatment", kind="class"):
        kinds = [*kinds, (intent, part.get("treatmentIntent"))]
    return reading.occurrent(reading.record.name("action"), kinds or ([otherwise] if otherwise else []))


def _treatment(reading: Reading, part: Part) -> Yaml | None:
    treatment = part.get("treatment")
    agent = reading.code(treatment.get("agent"), "Drug")
    if not agent:
        return None
    made = _made(reading, part, [(f"{BASE}DrugAdministration", treatment.get("agent"))])
    made["agent"] = reading.said(treatment.get("agent"), agent)
    if route := reading.code(treatment.get("routeOfAdministration"), "RouteOfAdministration"):
        made["route"] = reading.said(treatment.get("routeOfAdministration"), route)
    intervals = list(treatment.items("doseIntervals"))
    if len(intervals) == 1:
        _dose(reading, made, intervals[0])
    for interval in intervals if len(intervals) > 1 else ():
        reading.record.leave(interval.pointer, "one of several doses; case files want an occurrent for each")
    if amount := reading.amount(treatment.get("cumulativeDose"), ""):
        made["total dose"] = reading.record.said(amount, treatment.get("cumulativeDose").pointer)
    return made


def _dose(reading: Reading, made: Yaml, interval: Part) -> None:
    if amount := reading.amount(interval.get("quantity"), ""):
        made["dose"] = reading.record.said(amount, interval.get("quantity").pointer)
    if frequency := reading.code(interval.get("scheduleFrequency"), "Frequency"):
        made["frequency"] = reading.said(interval.get("scheduleFrequency"), frequency)
    for key, end in (("when", "start"), ("until", "end")):
        place = interval.path("interval", end)
        if day := times.date(place.text):
            made[key] = {"date": day, "printed": place.text, "at": reading.record.passage(place.pointer)}
            reading.record.use(place.pointer)


def _procedure(reading: Reading, part: Part) -> Yaml | None:
    procedure = part.get("procedure")
    kind = reading.code(procedure.get("code"), "Treatment", "Assessment", kind="class")
    if not kind:
        return None
    made = _made(reading, part, [(kind, procedure.get("code"))])
    if site := reading.code(procedure.get("bodySite"), "AnatomicalSite"):
        made["site"] = reading.said(procedure.get("bodySite"), site)
    reading.when(made, "when", procedure.get("performed"))
    return made


def _regimen(reading: Reading, part: Part) -> Yaml | None:
    regimen = part.get("therapeuticRegimen")
    given = reading.code(regimen.get("ontologyClass"), "Regimen")
    if not given:
        return None
    made = _made(reading, part, [], (f"{BASE}TreatmentCourse", regimen.get("ontologyClass")))
    made["regimen given"] = reading.said(regimen.get("ontologyClass"), given)
    status = regimen.get("regimenStatus")
    if status.text == "DISCONTINUED":
        made["discontinued"] = reading.record.said("yes", status.pointer, status.text)
    elif status.text == "UNKNOWN_STATUS":
        reading.record.use(status.pointer)
    reading.when(made, "when", regimen.get("startTime"))
    reading.when(made, "until", regimen.get("endTime"))
    return made


def _of_kind(reading: Reading, iri: str) -> list[str]:
    """Return the names of the occurrents that are told to be of a class itself."""
    found = []
    for name, made in reading.record.occurrents.items():
        kinds = made["type"]
        assert isinstance(kinds, list)  # noqa: S101 - as Record.occurrent makes it
        found += [name] if label(iri) in {one["value"] for one in kinds} else []
    return found


def _target(reading: Reading, part: Part, made: Yaml) -> None:
    """Relate an action to what it was given for, where the packet tells just one of that kind."""
    target = part.get("treatmentTarget")
    if not (iri := reading.code(target, "Occurrent", kind="class")):
        return
    found = _of_kind(reading, iri)
    if len(found) == 1:
        made["given for"] = reading.record.said(found[0], target.pointer, target.get("label").text)
    else:
        reading.record.leave(
            target.pointer, f"the packet tells {len(found)} of {label(iri)}, and not which one is meant"
        )


def _harms(reading: Reading, part: Part, made: Yaml) -> None:
    """Relate adverse events to the action that caused them: the one feature of that kind, or else a new finding."""
    name = next(name for name, found in reading.record.occurrents.items() if found is made)
    for event in part.items("adverseEvents"):
        iri = reading.code(event, "ClinicalFinding", kind="class")
        if not iri:
            continue
        found = _of_kind(reading, iri)
        if len(found) > 1:
            reading.record.leave(
                event.pointer, f"the packet tells {len(found)} of {label(iri)}, and not which one is meant"
            )
            continue
        node = found[0] if found else reading.record.name("feature")
        harmed = reading.record.occurrents[node] if found else reading.occurrent(node, [(iri, event)])
        add(harmed, "caused by", reading.record.said(name, event.pointer, event.get("label").text))
