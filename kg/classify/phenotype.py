"""What is reported of a blast population: marker findings and genetic lesions, from a stored patient or from a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from ..projection import telling, types_of
from ..statements import ABSENT, PRESENT, Said, Statement, local
from ..vocabulary import BASE, RDF_TYPE, terms

# The words for a compartment of detection and an intensity, by the ontology's terms.
PLACES = {"SurfaceCompartment": "surface", "CytoplasmicCompartment": "cytoplasm", "NuclearCompartment": "nucleus"}
INTENSITIES = {"WeakExpression": "weak", "StrongExpression": "strong", "HeterogeneousExpression": "heterogeneous"}
# Diseases, not lesions, that exclude ambiguous lineage.
HISTORIES = ("MyelodysplasiaRelatedAML", "TherapyRelatedAML", "CMLBlastPhase")
_WRITTEN = {"surface": "s", "cytoplasm": "c", "nucleus": "n"}


class Result(Enum):
    """Whether blasts express a marker; `PARTIAL` says that part of them do."""

    POSITIVE = "PositiveResult"
    NEGATIVE = "NegativeResult"
    PARTIAL = "PartialResult"


_SIGNS = {Result.POSITIVE: "+", Result.NEGATIVE: "-", Result.PARTIAL: "±"}
Percent = tuple[Decimal, Decimal]
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Finding:
    """One marker on one blast population.

    `marker` is a local name of the ontology; `place` and `intensity` are empty where the report does not state them;
    `percent` bounds the share of positive blasts. Two findings that say the same are equal, whoever says it.
    """

    marker: str
    result: Result
    place: str = ""
    intensity: str = ""
    percent: Percent | None = None
    statements: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """What findings are sorted by."""
        return (self.marker, self.place, self.result.value, self.intensity, str(self.percent))

    def __str__(self) -> str:
        name, sign = label(self.marker), _SIGNS[self.result]
        prefix = _WRITTEN.get(self.place, "") if name[0].isupper() else f"{self.place} ".lstrip()
        details = [self.intensity] if self.intensity else []
        if self.percent:
            details.append(_share(*self.percent))
        return f"{prefix}{name}{sign}" + (f" ({', '.join(details)})" if details else "")


def _share(low: Decimal, high: Decimal) -> str:
    """Write a share of blasts; what lies next to a printed number stands for a strict limit.

    >>> _share(Decimal(0), Decimal(20).next_minus()), _share(Decimal(40), Decimal(60))
    ('<20%', '40-60%')
    """
    if low == high:
        return f"{low:f}%"
    if low != _printed(low):
        return f">{_printed(low):f}%"
    return f"{low:f}-{high:f}%" if high == _printed(high) else f"<{_printed(high):f}%"


def _printed(number: Decimal) -> Decimal:
    """Return the number of at most four decimal places that a report prints."""
    rounded = number.quantize(_PLACES).normalize()
    return rounded if rounded != rounded.to_integral() else rounded.quantize(Decimal(1))


@dataclass(frozen=True)
class Lesion:
    """A genetic lesion, or a disease of `HISTORIES`, reported present or absent."""

    term: str
    present: bool
    statements: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """What lesions are sorted by."""
        return (self.term, str(self.present))

    def __str__(self) -> str:
        return f"{label(self.term)} {'present' if self.present else 'absent'}"


@dataclass(frozen=True)
class Karyotype:
    """A karyotype as printed."""

    text: str
    statements: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """What karyotypes are sorted by."""
        return (self.text,)

    def __str__(self) -> str:
        return f'karyotype "{self.text}"'


@dataclass(frozen=True)
class Phenotype:
    """Findings, lesions and karyotypes in canonical order; `node` is the occurrent that they were read from."""

    findings: tuple[Finding, ...]
    lesions: tuple[Lesion, ...] = ()
    karyotypes: tuple[Karyotype, ...] = ()
    node: str = field(default="", compare=False)

    def of(self, marker: str) -> tuple[Finding, ...]:
        """Return the findings of one marker."""
        return tuple(finding for finding in self.findings if finding.marker == marker)

    def __str__(self) -> str:
        return ", ".join(map(str, (*self.findings, *self.lesions, *self.karyotypes)))


def label(name: str) -> str:
    """Return the label of a term of the ontology, given by its local name."""
    found = terms().by_iri.get(BASE + name)
    return found.label if found else name


def collected(
    findings: Iterable[Finding], lesions: Iterable[Lesion] = (), karyotypes: Iterable[Karyotype] = (), node: str = ""
) -> Phenotype:
    """Return a phenotype in canonical order; what is said twice is kept once, with the statements of both."""
    said_findings: dict[Finding, list[str]] = {}
    for finding in findings:
        said_findings.setdefault(finding, []).extend(finding.statements)
    said_lesions: dict[Lesion, list[str]] = {}
    for lesion in lesions:
        said_lesions.setdefault(lesion, []).extend(lesion.statements)
    said_karyotypes: dict[Karyotype, list[str]] = {}
    for karyotype in karyotypes:
        said_karyotypes.setdefault(karyotype, []).extend(karyotype.statements)
    return Phenotype(
        tuple(
            Finding(f.marker, f.result, f.place, f.intensity, f.percent, tuple(sorted(set(said))))
            for f, said in sorted(said_findings.items(), key=lambda item: item[0].key)
        ),
        tuple(
            Lesion(lesion.term, lesion.present, tuple(sorted(set(said))))
            for lesion, said in sorted(said_lesions.items(), key=lambda item: item[0].key)
        ),
        tuple(
            Karyotype(karyotype.text, tuple(sorted(set(said))))
            for karyotype, said in sorted(said_karyotypes.items(), key=lambda item: item[0].key)
        ),
        node,
    )


def phenotypes_of(said: Said) -> tuple[Phenotype, ...]:
    """Return a phenotype for each occurrent that tells of markers, the one with most findings first.

    Findings of different assessments are never joined: a marker may be lost between them. Lesions belong to the
    leukemia and go with each. Suspected findings and those in an open conflict are left out.
    """
    groups: dict[str, list[Finding]] = {}
    for node, keys in said.skeleton.items():
        if "MarkerFinding" in keys["type"]:
            for finding in _findings(said, node, keys["marker"][0]):
                groups.setdefault(keys["findingOf"][0], []).append(finding)
    for node in said.occurrents:
        for name, result in (("antigenStatus", Result.POSITIVE), ("antigenLoss", Result.NEGATIVE)):
            for statement in telling(said, node, name):
                groups.setdefault(node, []).append(Finding(statement.target, result, statements=(statement.iri,)))
    lesions, karyotypes = list(_lesions(said)), list(_karyotypes(said))
    found = [collected(findings, lesions, karyotypes, node) for node, findings in groups.items()]
    if not found and (lesions or karyotypes):
        found = [collected((), lesions, karyotypes, said.subject)]
    return tuple(sorted(found, key=lambda phenotype: (-len(phenotype.findings), phenotype.node)))


def phenotype_of(said: Said) -> Phenotype:
    """Return the phenotype of a patient that is told most fully; empty if none is."""
    return next(iter(phenotypes_of(said)), Phenotype((), node=said.subject))


def _findings(said: Said, node: str, marker: str) -> Iterator[Finding]:
    places, intensities, percents = (
        telling(said, node, name) for name in ("detectionCompartment", "intensity", "percentPositive")
    )
    for statement in telling(said, node, "result"):
        percent = Decimal(percents[0].value.value) if percents else None
        yield Finding(
            marker,
            Result(statement.target),
            PLACES.get(places[0].target, "") if places else "",
            INTENSITIES.get(intensities[0].target, "") if intensities else "",
            (percent, percent) if percent is not None else None,
            tuple(s.iri for s in (statement, *places[:1], *intensities[:1], *percents[:1])),
        )


def _lesions(said: Said) -> Iterator[Lesion]:
    dropped = said.overruled | said.unsettled
    for statement in said.statements:
        if statement.iri in dropped or statement.suspected or statement.polarity not in (PRESENT, ABSENT):
            continue
        present = statement.polarity == PRESENT
        if statement.property == "lesion":
            for value in statement.values:
                yield Lesion(local(value.value), present, (statement.iri,))
        elif statement.property in ("occurrence", RDF_TYPE.value):
            yield from (Lesion(name, present, (statement.iri,)) for name in HISTORIES if _tells(statement, name))


def _tells(statement: Statement, name: str) -> bool:
    """Whether a presence names the disease or a kind of it; an absence must name it or something wider."""
    for value in statement.values:
        if statement.polarity == PRESENT and BASE + name in terms().superclasses(value.value):
            return True
        if statement.polarity == ABSENT and value.value in terms().superclasses(BASE + name):
            return True
    return False


def _karyotypes(said: Said) -> Iterator[Karyotype]:
    for node in said.occurrents:
        for statement in telling(said, node, "karyotype"):
            yield Karyotype(statement.value.value, (statement.iri,))


@dataclass(frozen=True)
class Reported:
    """A diagnosis as a source reports it."""

    name: str
    statements: tuple[str, ...]


def reported_diagnoses(said: Said) -> tuple[Reported, ...]:
    """Return the acute leukemias that a patient is said to have, each with the statements that say so."""
    found: dict[str, list[str]] = {}
    for node in said.occurrents:
        if "Disease" not in types_of(said, node):
            continue
        for statement in telling(said, node, RDF_TYPE.value):
            if f"{BASE}AcuteLeukemia" in terms().superclasses(statement.value.value):
                found.setdefault(statement.target, []).append(statement.iri)
    return tuple(Reported(name, tuple(sorted(iris))) for name, iris in sorted(found.items()))
