"""What was measured, in which specimen, and what was found of chromosomes and genes."""

from decimal import Decimal

from ...statements import Statement
from ...vocabulary import lkg, terms
from ..draft import Json, iri, name_of
from .draft import ASSAY, LESION, MARKER, QUALIFIER, SITE, STATE, Draft

# Properties that are numbers of a unit; a plain percentage has its unit here, a quantity brings its own.
NUMBERS = {
    "blastPercent": "%",
    "cellularityPercent": "%",
    "donorChimerismPercent": "%",
    "variantAlleleFrequencyPercent": "%",
    "myeloidErythroidRatio": "1",
    "megakaryocytesPerHPF": "/[HPF]",
    "whiteCellCount": "",
    "hemoglobin": "",
    "plateletCount": "",
    "level": "",
}
# Properties whose value is a term.
_RESULTS = ("result", "mrdStatus")
_UNIT_NAMES = {"%": "percent", "1": "number", "/[HPF]": "per high power field", "a": "year"}


def add(draft: Draft) -> None:
    """Add the age, every assessment with a result, every marker finding and every marker that a disease is said to show."""
    _age(draft)
    for node in draft.of_class("Assessment"):
        _assessment(draft, node)
    for node in draft.of_class("Disease"):
        for name, result in (("antigenStatus", "PositiveResult"), ("antigenLoss", "NegativeResult")):
            for marker, telling in draft.values(node, name):
                where = draft.next("measurements")
                value = draft.code(lkg(result).value, QUALIFIER, (), where)
                assay = draft.code(marker, MARKER, telling, f"{where}/assay")
                draft.add("measurements", {"assay": assay, "value": {"ontologyClass": value}})


def _age(draft: Draft) -> None:
    found = draft.values(draft.said.subject, "age")
    for _, telling in found:
        where = draft.next("measurements")
        if amount := quantity(draft, telling, ""):
            assay = draft.code(lkg("age").value, ASSAY, telling, f"{where}/value/quantity")
            draft.add("measurements", {"assay": assay, "value": {"quantity": amount}})
            draft.ledger.lack(
                telling,
                "wider",
                "an age at diagnosis or report; the subject has a place for that at the last encounter only",
            )


class _Holder:
    """Where the measurements of one assessment go: into a biosample of its own, or among those of the packet."""

    def __init__(self, draft: Draft, biosample: str) -> None:
        self.biosample = biosample
        self.made: list[Json] = []
        self._draft = draft

    def next(self) -> str:
        """Return the JSON pointer that the next measurement will have."""
        return f"{self.biosample}/measurements/{len(self.made)}" if self.biosample else self._draft.next("measurements")

    def put(self, measurement: Json) -> None:
        """Add a measurement."""
        self.made.append(measurement) if self.biosample else self._draft.add("measurements", measurement)


def _assessment(draft: Draft, node: str) -> None:
    """Add what an assessment found: numbers, results and markers, in a biosample where one kind of specimen is told."""
    specimens = draft.values(node, "specimen")
    holder = _Holder(draft, draft.next("biosamples") if len(specimens) == 1 else "")
    for _, telling in specimens if len(specimens) > 1 else ():
        draft.ledger.lack(telling, "no place", "several specimens are told, and not which of them gave what")
    for name, unit in NUMBERS.items():
        for _, telling in draft.values(node, name):
            _number(draft, node, lkg(name).value, telling, unit, holder)
    for name in _RESULTS:
        for value, telling in draft.values(node, name):
            here = holder.next()
            kind, told = draft.kinds(node)[0]
            assay = draft.code(kind, ASSAY, told, f"{here}/assay")
            coded = draft.code(value, STATE, telling, f"{here}/value/ontologyClass")
            holder.put(_measurement(draft, node, here, assay, {"ontologyClass": coded}, typed=True))
    found = [part for part, keys in draft.said.skeleton.items() if node in keys.get("findingOf", ())]
    for finding in sorted(found, key=lambda part: (draft.said.skeleton[part]["marker"], part)):
        _marker(draft, node, finding, holder)
    if holder.biosample and (holder.made or draft.ledger.facts(node, "karyotype")):
        specimen = draft.one(node, "specimen", ASSAY, f"{holder.biosample}/sampledTissue")
        sample: Json = {"id": name_of(node), "individualId": draft.patient.id, "sampledTissue": specimen}
        if time := draft.day(node, "startDate", f"{holder.biosample}/timeOfCollection"):
            sample["timeOfCollection"] = time
        draft.add("biosamples", {**sample, **({"measurements": holder.made} if holder.made else {})})


def _number(draft: Draft, node: str, assay: str, telling: list[Statement], unit: str, holder: _Holder) -> None:
    """Add one number, if it is one: a bound or a range has no place."""
    if amount := quantity(draft, telling, unit):
        here = holder.next()
        vocabularies = MARKER if iri("Marker") in _types(assay) else ASSAY
        code = draft.code(assay, vocabularies, telling, f"{here}/value/quantity")
        holder.put(_measurement(draft, node, here, code, {"quantity": amount}))


def _marker(draft: Draft, node: str, finding: str, holder: _Holder) -> None:
    """Add a marker finding: the marker is the assay; whether and in how many blasts it was found are values."""
    marker = iri(draft.said.skeleton[finding]["marker"][0])
    for value, telling in draft.values(finding, "result"):
        here = holder.next()
        coded = draft.code(value, QUALIFIER, telling, f"{here}/value/ontologyClass")
        assay = draft.code(marker, MARKER, telling, f"{here}/assay")
        holder.put(_measurement(draft, node, here, assay, {"ontologyClass": coded}))
    for _, telling in draft.values(finding, "percentPositive"):
        _number(draft, node, marker, telling, "%", holder)


def _measurement(draft: Draft, node: str, where: str, assay: Json, value: Json, *, typed: bool = False) -> Json:
    """Return a measurement of an assessment with its method, or else its kind unless the assay says it, and its day."""
    draft.measured.add(node)
    found: Json = {"description": iri(node), "assay": assay, "value": value}
    if time := draft.day(node, "startDate", f"{where}/timeObserved"):
        found["timeObserved"] = time
    if code := draft.one(node, "method", ASSAY, f"{where}/procedure/code"):
        found["procedure"] = {"code": code}
    elif not typed:
        kind, told = draft.kinds(node)[0]
        found["procedure"] = {"code": draft.code(kind, ASSAY, told, f"{where}/procedure/code")}
    if "procedure" in found and (site := draft.one(node, "site", SITE, f"{where}/procedure/bodySite")):
        procedure = found["procedure"]
        assert isinstance(procedure, dict)  # noqa: S101 - set two lines above
        procedure["bodySite"] = site
    return found


def quantity(draft: Draft, telling: list[Statement], unit: str) -> Json | None:
    """Return a quantity, or none for a bound, a range or an approximation: one number would say more than is told."""
    first = telling[0]
    if any(s.comparator or s.upper or s.qualifier for s in telling):
        draft.ledger.lack(telling, "comparator")
        return None
    code = first.unit or unit
    draft.coder.cite("UCUM")
    number = Decimal(first.value.value)
    value = int(number) if number == number.to_integral_value() else float(number)
    return {"unit": {"id": f"UCUM:{code}", "label": _UNIT_NAMES.get(code, code)}, "value": value}


def _types(assay: str) -> frozenset[str]:
    known = terms().by_iri.get(assay)
    return frozenset().union(*(terms().superclasses(one) for one in known.types)) if known else frozenset()


def add_genetics(draft: Draft) -> None:
    """Add karyotypes and lesions as variants of the disease, with every judgement that nobody made left unknown."""
    if not draft.sections["diseases"]:
        return
    disease = draft.sections["diseases"][0]["term"]
    where = draft.next("interpretations")
    found: list[Json] = []
    for node in draft.said.occurrents:
        for name, place in (("karyotype", "expressions/0/value"), ("lesion", "label")):
            for value, telling in draft.values(node, name):
                here = (
                    f"{where}/diagnosis/genomicInterpretations/{len(found)}/variantInterpretation/variationDescriptor"
                )
                draft.keep(telling, f"{here}/{place}")
                descriptor: Json = {"id": f"{draft.patient.id}-variant-{len(found) + 1}"}
                if name == "karyotype":
                    draft.measured.add(node)
                    draft.keep([s for _, kinds in draft.kinds(node) for s in kinds], f"{here}/{place}")
                    descriptor |= {"expressions": [{"syntax": "iscn", "value": value}]}
                else:
                    code = draft.coder.code(value, *LESION)
                    descriptor |= {"label": code.label, "xrefs": [code.id]}
                    if code.own:
                        draft.ledger.lack(telling, "own code", f"{code.id} ({code.label})")
                found.append(_interpretation(draft, node, descriptor))
    if found:
        draft.add(
            "interpretations",
            {
                "id": f"{draft.patient.id}-genetics",
                "progressStatus": "UNKNOWN_PROGRESS",
                "diagnosis": {"disease": disease, "genomicInterpretations": found},
            },
        )


def _interpretation(draft: Draft, node: str, descriptor: Json) -> Json:
    samples = {sample["id"] for sample in draft.sections["biosamples"]}
    return {
        "subjectOrBiosampleId": name_of(node) if name_of(node) in samples else draft.patient.id,
        "interpretationStatus": "UNKNOWN_STATUS",
        "variantInterpretation": {
            "acmgPathogenicityClassification": "NOT_PROVIDED",
            "therapeuticActionability": "UNKNOWN_ACTIONABILITY",
            "variationDescriptor": {**descriptor, "moleculeContext": "unspecified_molecule_context"},
        },
    }
