"""Observations as states, assessments, ages, lesions and what a disease expresses; each by its code."""

from ...export.mcode.assessments import CODED, COUNTS, LESION_OF, PRESENT, STATUS, TRENDS, VARIANT
from ...export.mcode.patient import AGE
from ...export.mcode.systems import LOINC, SNOMED
from ...export.phenopacket.measurements import NUMBERS
from ...vocabulary import BASE, terms
from ..part import Part
from ..record import Yaml, add, label
from .reading import Reading

_STATE = f"{BASE}DiseaseState"
_PROPERTIES = frozenset(BASE + name for name in (*NUMBERS, *CODED, *COUNTS, "karyotype"))
# Statuses of a result that stands; the others are not final, withdrawn, or mistakes.
_STANDS = ("final", "amended", "corrected")
# What the trend says by itself, without a code beside it.
_ALONE = {"103338009": f"{BASE}CompleteRemission", "103337004": f"{BASE}PartialRemission"}


def read(reading: Reading) -> None:
    """Read the observations that become something of their own."""
    for resource in reading.of("Observation"):
        if resource.get("status").text not in _STANDS:
            reading.record.leave(resource.pointer, f"a result that is {resource.get('status').text}")
            continue
        if _of_another(reading, resource):
            reading.record.leave(
                resource.pointer, "is about somebody or something else than the patient and the disease"
            )
            continue
        code = resource.get("code")
        if reading.has(code, LOINC, AGE[0]):
            _age(reading, resource)
        elif reading.has(code, LOINC, STATUS[0]):
            _state(reading, resource)
        elif not reading.has(code, LOINC, VARIANT[0]):
            _other(reading, resource)


def _of_another(reading: Reading, resource: Part) -> bool:
    """Tell whether what is observed is not the patient: another focus than a condition or tumor, or the specimen of somebody else."""
    named = [one.get("reference").text for one in resource.items("focus")]
    focus = [
        [found.get("resourceType").text] if (found := reading.bundle.target(one)) else one.split("/") for one in named
    ]
    specimen = reading.bundle.target(resource.path("specimen", "reference").text)
    foreign = specimen is not None and specimen in reading.bundle.resources and specimen not in reading.resources
    return foreign or any(not {"Condition", "BodyStructure"} & set(parts) for parts in focus)


def _age(reading: Reading, resource: Part) -> None:
    if amount := reading.amount(resource.get("valueQuantity"), ""):
        add(reading.record.general, "age", reading.record.said(amount, resource.get("valueQuantity").pointer))
        _use(reading, resource, "resourceType", "id", "subject", "status", "code")


def _use(reading: Reading, resource: Part, *keys: str) -> None:
    reading.record.use(*(one.pointer for key in keys if (one := resource.get(key))))
    reading.record.use(*(one.pointer for one in resource.get("meta").items("profile")))


def _state(reading: Reading, resource: Part) -> None:
    """Read a state: its value is a term of ours, beside what the trend says of it, or the trend alone."""
    value = resource.get("valueCodeableConcept")
    trends = [one for one in value.items("coding") if one.get("system").text == SNOMED]
    others = [one for one in value.items("coding") if one not in trends]
    trend = next((one.get("code").text for one in trends), "")
    iri = reading.concept(value, "DiseaseState", kind="class") if others else _ALONE.get(trend, "")
    if not iri:
        reading.record.leave(value.pointer, f"no term of ours is exactly the trend {trend}")
        return
    if trend and TRENDS.get(iri.removeprefix(BASE)) != trend:
        reading.record.find("codes-disagree", value.pointer, f"{label(iri)} is not what the trend {trend} says")
        return
    made = reading.occurrent(resource, iri, value)
    _use(reading, resource, "status", "code")
    _found(reading, resource, made)


def _other(reading: Reading, resource: Part) -> None:
    """Read an observation by the term of ours that its code is: a state, an assessment, a marker or what is measured."""
    code = resource.get("code")
    iri = reading.concept(code, "Assessment", "Marker", properties=_PROPERTIES | {_STATE})
    if not iri:
        return
    if iri == _STATE:
        value = resource.get("valueCodeableConcept")
        if not (iri := reading.concept(value, "DiseaseState", kind="class")):
            return
        made = reading.occurrent(resource, iri, value)
    elif terms().by_iri[iri].kind == "class":
        made = reading.occurrent(resource, iri, code)
    elif iri in _PROPERTIES:
        made = reading.occurrent(resource, f"{BASE}Assessment", resource.get("resourceType"))
        if not _component(reading, resource, made):
            reading.drop(resource)
            return
    elif resource.get("focus"):
        return
    else:
        made = reading.occurrent(resource, f"{BASE}Immunophenotyping", resource.get("resourceType"))
        if not _component(reading, resource, made):
            reading.drop(resource)
            return
    _use(reading, resource, "status", "code")
    for category in resource.items("category"):
        reading.record.use(category.pointer)
    _found(reading, resource, made)


def _found(reading: Reading, resource: Part, made: Yaml) -> None:
    """Read where, when, how and what an observation found."""
    reading.lasted(made, resource, "effective")
    reading.put(made, "site", resource.get("bodySite"), "AnatomicalSite")
    reading.put(made, "method", resource.get("method"), "AssayMethod")
    if specimen := reading.target(resource.get("specimen")):
        reading.put(made, "specimen", specimen.get("type"), "SpecimenKind")
        if "specimen" in made:
            _use(reading, specimen, "resourceType", "id", "subject")
            reading.record.use(resource.get("specimen").pointer)
    open_ = _contradicted(reading, resource)
    for component in resource.items("component"):
        if component not in open_:
            _component(reading, component, made)


def _contradicted(reading: Reading, resource: Part) -> set[Part]:
    """Return the components that tell of one marker that it was found and that it was not; none of them is read."""
    told: dict[str, dict[str, list[Part]]] = {}
    for component in resource.items("component"):
        key = _result(reading, component.get("valueCodeableConcept"))
        if key and (marker := reading.concept(component.get("code"), "Marker")):
            told.setdefault(marker, {}).setdefault(key, []).append(component)
    found: set[Part] = set()
    for marker, keys in told.items():
        if len(keys) > 1:
            message = f"{label(marker)} is told to be positive and to be negative; neither is read"
            found |= {component for components in keys.values() for component in components}
            reading.record.find("results-disagree", keys["negative"][0].pointer, message)
            reading.record.leave(keys["positive"][0].pointer, message)
    return found


def _component(reading: Reading, part: Part, made: Yaml) -> bool:
    """Read a component, or an observation that is one by itself; tell whether it is understood."""
    code = part.get("code")
    iri = reading.concept(code, "Marker", properties=_PROPERTIES)
    if not iri:
        return False
    name, key = iri.removeprefix(BASE), label(iri)
    said: Yaml | None = None
    if name in NUMBERS or iri not in _PROPERTIES:
        place = part.get("valueQuantity") or part.get("valueRange")
        if iri not in _PROPERTIES:
            return _marker(reading, part, made, iri, place)
        if amount := reading.amount(place, NUMBERS[name]) if place else "":
            said = reading.record.said(amount, place.pointer)
    elif name in CODED:
        place = part.get("valueCodeableConcept")
        if value := reading.concept(place, "VocabularyTerm", kind="individual"):
            said = reading.said(place, value)
    else:
        place = part.get("valueInteger" if name in COUNTS else "valueString")
        said = reading.record.said(place.text, place.pointer) if place.text else None
    if said is None:
        return False
    add(made, key, said)
    reading.record.use(code.pointer)
    return True


def _result(reading: Reading, value: Part) -> str:
    """Return whether a marker was found, or nothing where neither is told."""
    iri = reading.concept(value, "MarkerResult").removeprefix(BASE)
    return {"PositiveResult": "positive", "NegativeResult": "negative"}.get(iri, "")


def _marker(reading: Reading, part: Part, made: Yaml, marker: str, amount: Part) -> bool:
    """Read a marker finding; in how many blasts it was found goes with the finding itself."""
    record, code, value = reading.record, part.get("code"), part.get("valueCodeableConcept")
    found = [
        one
        for key in ("positive", "negative")
        for one in (made.get(key) or [])  # type: ignore[attr-defined]
        if one["marker"] == label(marker)
    ]
    if amount:
        percent = reading.amount(amount, "%")
        if not percent or not found:
            record.leave(amount.pointer, "says in how many cells, but not that the marker was found")
            return False
        found[0]["percentage of positive blasts"] = percent
        record.use(code.pointer, amount.pointer)
        return True
    if not (key := _result(reading, value)):
        record.leave(part.pointer, f"says neither that {label(marker)} is positive nor that it is negative")
        return False
    record.use(value.pointer)
    said = reading.said(code, marker)
    add(made, key, {"marker": said.pop("value"), **said})
    return True


def relate(reading: Reading) -> None:
    """Relate observations to diseases and to what shows them; tell lesions and markers of what they are of."""
    for resource in reading.of("Observation"):
        if resource.get("status").text not in _STANDS or _of_another(reading, resource):
            continue
        if reading.has(resource.get("code"), LOINC, VARIANT[0]):
            _variant(reading, resource)
        elif name := reading.names.get(resource.pointer):
            made = reading.record.occurrents[name]
            reading.relate(resource, ["focus"], made, "disease treated or assessed")
            reading.relate(resource, ["derivedFrom"], made, "shown by")
            reading.relate(resource, ["partOf"], made, "part of")
        elif resource.get("focus"):
            _expressed(reading, resource)


def _owner(reading: Reading, resource: Part, *keys: str) -> Yaml | None:
    """Return the one occurrent that an observation points to under one of some keys."""
    pointed = [one for key in keys for one in resource.items(key)]
    found = [target for one in pointed if (target := reading.target(one)) and target.pointer in reading.names]
    if len(pointed) != 1 or not found:
        return None
    reading.record.use(pointed[0].pointer)
    return reading.record.occurrents[reading.names[found[0].pointer]]


def _expressed(reading: Reading, resource: Part) -> None:
    code, value = resource.get("code"), resource.get("valueCodeableConcept")
    marker = reading.concept(code, "Marker")
    key = {"positive": "expresses", "negative": "lacks expression of"}.get(_result(reading, value) if marker else "")
    made = _owner(reading, resource, "focus") if key else None
    if key and made is not None:
        add(made, key, reading.said(code, marker))
        _use(reading, resource, "resourceType", "id", "subject", "status", "valueCodeableConcept")


def _variant(reading: Reading, resource: Part) -> None:
    """Read a variant that is present and whose code is a lesion of ours; which genes it is in, is not guessed from."""
    value = resource.get("valueCodeableConcept")
    if not reading.has(value, LOINC, PRESENT[0]):
        reading.record.leave(resource.pointer, "does not say that the variant is present")
        return
    for component in resource.items("component"):
        coded = component.get("valueCodeableConcept")
        if not reading.has(component.get("code"), LOINC, LESION_OF[0]):
            reading.record.leave(component.pointer, "describes a variant by its parts; case files name it as a whole")
            continue
        lesion = reading.concept(coded, "GeneticLesion", kind="individual")
        made = _owner(reading, resource, "focus", "derivedFrom") if lesion else None
        if lesion and made is not None:
            add(made, "lesion", reading.said(coded, lesion))
            _use(
                reading, resource, "resourceType", "id", "subject", "status", "category", "code", "valueCodeableConcept"
            )
            reading.record.use(component.get("code").pointer)
