"""Measurements, biosamples and variants of a packet as assessments with results, markers and karyotypes."""

from ...export.phenopacket.measurements import NUMBERS
from ...vocabulary import BASE, terms
from ..part import Part
from ..record import Yaml, add, label, slug_of
from .reading import Kind, Reading

_AGE = f"{BASE}age"
_MEASURED = frozenset({_AGE, *(BASE + name for name in NUMBERS)})
_NOBODY = "'{}' is neither the subject nor a biosample of the packet; what is told of somebody else is left out"


def read(reading: Reading) -> None:
    """Read measurements, biosamples and interpretations."""
    for part in reading.section("measurements"):
        _measurement(reading, part, "")
    samples: dict[str, str] = {}
    for sample in reading.section("biosamples"):
        _biosample(reading, sample, samples)
    for interpretation in reading.section("interpretations"):
        for found in interpretation.get("diagnosis").items("genomicInterpretations"):
            _genomic(reading, found, samples)


def _biosample(reading: Reading, sample: Part, samples: dict[str, str]) -> None:
    record, owner, name = reading.record, sample.get("individualId"), sample.get("id")
    if owner and not reading.is_subject(owner.text):
        record.find("other-individual", owner.pointer, _NOBODY.format(owner.text))
        record.leave(sample.pointer, "a biosample of somebody else")
        return
    node = slug_of(name.text)
    node = node if node and node not in record.occurrents else record.name("biosample")
    samples[name.text] = node
    for part in sample.items("measurements"):
        _measurement(reading, part, node)
    if node not in record.occurrents:
        if not _has_karyotype(reading, name.text):
            record.leave(sample.pointer, "no measurement in it is understood")
            return
        reading.occurrent(node, [(f"{BASE}CytogeneticAnalysis", name)])
    made = record.occurrents[node]
    record.use(*(part.pointer for part in (owner, name) if part))
    for tissue in (sample.get("sampledTissue"), sample.get("sampleType")):
        if iri := reading.code(tissue, "SpecimenKind"):
            add(made, "specimen", reading.said(tissue, iri))
    reading.when(made, "when", sample.get("timeOfCollection"))


def _has_karyotype(reading: Reading, sample: str) -> bool:
    return any(
        found.get("subjectOrBiosampleId").text == sample and _iscn(found)
        for interpretation in reading.section("interpretations")
        for found in interpretation.get("diagnosis").items("genomicInterpretations")
    )


def _iscn(interpretation: Part) -> Part | None:
    descriptor = interpretation.path("variantInterpretation", "variationDescriptor")
    return next((one for one in descriptor.items("expressions") if one.get("syntax").text.casefold() == "iscn"), None)


def _measurement(reading: Reading, part: Part, sample: str) -> None:
    """Read one measurement by what its assay is: the age, a number, a marker, or a kind of assessment."""
    assay = part.get("assay")
    iri = reading.code(assay, "Assessment", "Marker", properties=_MEASURED)
    if not iri:
        return
    known = terms().by_iri[iri]
    quantity, result = part.path("value", "quantity"), part.path("value", "ontologyClass")
    if iri == _AGE:
        if amount := reading.amount(quantity, ""):
            add(reading.record.general, "age", reading.record.said(amount, quantity.pointer))
            reading.record.use(assay.pointer)
    elif iri in _MEASURED:
        if amount := reading.amount(quantity, NUMBERS[iri.removeprefix(BASE)]):
            reading.record.use(assay.pointer)
            _put(reading, part, sample, [], known.label, reading.record.said(amount, quantity.pointer))
    elif known.kind == "individual":
        _marker(reading, part, sample, iri)
    elif value := reading.code(result, "MRDStatus", "AssessmentResult"):
        key = "MRD status" if terms().is_a(terms().by_iri[value], f"{BASE}MRDStatus") else "result"
        _put(reading, part, sample, [(iri, assay)], key, reading.said(result, value))


def _marker(reading: Reading, part: Part, sample: str, marker: str) -> None:
    """Read a marker finding; one without a procedure says what the disease expresses, where there is one disease."""
    assay, result = part.get("assay"), part.path("value", "ontologyClass")
    value = reading.code(result, "MarkerResult").removeprefix(BASE)
    key = {"PositiveResult": "positive", "NegativeResult": "negative"}.get(value)
    if key is None:
        reading.record.leave(part.pointer, f"says neither that {label(marker)} is positive nor that it is negative")
        return
    reading.record.use(result.pointer)
    disease = reading.the_disease()
    if disease is not None and not part.get("procedure") and not sample:
        add(disease, "expresses" if key == "positive" else "lacks expression of", reading.said(assay, marker))
        return
    finding = reading.said(assay, marker)
    _put(reading, part, sample, [], key, {"marker": finding.pop("value"), **finding}, f"{BASE}Immunophenotyping")


def _put(
    reading: Reading, part: Part, sample: str, kinds: list[Kind], key: str, said: Yaml, otherwise: str = f"{BASE}Assessment"
) -> None:  # fmt: skip
    """Put a result into the assessment that it is of: of its biosample, the one its description names, or a new one.

    `kinds` are the classes that its assay gives the assessment; else its procedure does, or it is of the class `otherwise`.
    """
    procedure = part.path("procedure", "code")
    how = reading.code(procedure, "AssayMethod", "Assessment")
    method = how if how and terms().by_iri[how].kind == "individual" else ""
    kinds = kinds + ([(how, procedure)] if how and not method else [])
    described = part.get("description")
    name = sample or reading.named(described, "measurement")
    if sample and described.text.endswith(f"/{reading.record.patient}/{sample}"):
        reading.record.use(described.pointer)
    if not kinds and name not in reading.record.occurrents:
        kinds = [(otherwise, part.get("assay"))]
    made = reading.occurrent(name, kinds)
    add(made, key, said)
    if method:
        add(made, "method", reading.said(procedure, method))
    if site := reading.code(part.path("procedure", "bodySite"), "AnatomicalSite"):
        add(made, "site", reading.said(part.path("procedure", "bodySite"), site))
    reading.when(made, "when", part.get("timeObserved"))


def _genomic(reading: Reading, found: Part, samples: dict[str, str]) -> None:
    """Read a karyotype, or a lesion of the one disease; what somebody judged of a variant has no key."""
    record, owner = reading.record, found.get("subjectOrBiosampleId")
    status = found.get("interpretationStatus")
    if not reading.is_subject(owner.text) and owner.text not in samples:
        record.find("other-individual", owner.pointer, _NOBODY.format(owner.text))
        record.leave(found.pointer, "a variant of somebody else")
        return
    if status.text in ("REJECTED", "CANDIDATE"):
        record.leave(found.pointer, f"a variant that is {status.text}, not found to be so")
        return
    unknown = ("UNKNOWN_STATUS", "NOT_PROVIDED", "UNKNOWN_ACTIONABILITY", "unspecified_molecule_context")
    variant = found.get("variantInterpretation")
    judged = (status, variant.get("acmgPathogenicityClassification"), variant.get("therapeuticActionability"))
    record.use(
        *(
            part.pointer
            for part in (*judged, variant.path("variationDescriptor", "moleculeContext"))
            if part.text in unknown
        )
    )
    if expression := _iscn(found):
        value = expression.get("value")
        node = samples.get(owner.text) or record.name("karyotype")
        kinds = [] if node in record.occurrents else [(f"{BASE}CytogeneticAnalysis", expression)]
        add(reading.occurrent(node, kinds), "karyotype", record.said(value.text, value.pointer))
        record.use(owner.pointer, expression.get("syntax").pointer)
        return
    disease = reading.the_disease()
    words = found.path("variantInterpretation", "variationDescriptor", "label")
    for xref in found.path("variantInterpretation", "variationDescriptor").items("xrefs"):
        iri = reading.code(xref, "GeneticLesion")
        if iri and disease is not None:
            add(disease, "lesion", record.said(label(iri), xref.pointer, words.text))
            record.use(*(part.pointer for part in (owner, words) if part))
