"""Classify by published criteria: lineage from markers, response and grading rules; three-valued and with the reason.

The criteria are data (the tables beside this file), each row with its source and whether it was verified against it.
What is not reported is unknown, never negative: a verdict is met, or not met, if it is so in every world that fits the
report. Adding a finding can therefore decide what was undecided, and never turn met into not met, unless it
contradicts another finding of the same marker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..statements import Said
from .criteria import EDITIONS, points, rules
from .entity import Entity, Support, decide, support
from .lineage import LineageVerdict, assign_all, notes_of
from .phenotype import Phenotype, Reported, phenotype_of, phenotypes_of, reported_diagnoses
from .reading import read_markers
from .truth import Truth

__all__ = ["EDITIONS", "Phenotype", "Truth", "phenotype_of", "phenotypes_of", "read_markers"]
NOT_VERIFIED = "criteria not verified against the primary source"


@dataclass(frozen=True)
class EditionResult:
    """What one edition makes of a phenotype."""

    edition: str
    lineages: tuple[LineageVerdict, ...]
    entity: Entity
    verified: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Classification:
    """What the editions make of a phenotype, and whether its markers bear the reported diagnoses out."""

    phenotype: Phenotype
    editions: tuple[EditionResult, ...]
    support: tuple[Support, ...]

    @property
    def findings(self) -> tuple[Support, ...]:
        """The reported diagnoses that the reported markers do not support: not shown, or contradicted."""
        return tuple(one for one in self.support if one.truth is not Truth.MET)

    @property
    def contradictions(self) -> tuple[Support, ...]:
        """The reported diagnoses that the reported markers rule out."""
        return tuple(one for one in self.support if one.truth is Truth.NOT_MET)

    def by(self, edition: str) -> EditionResult:
        """Return the result of one edition."""
        return next(found for found in self.editions if found.edition == edition)


def verified(edition: str) -> bool:
    """Tell whether every row that assigns a lineage in an edition was read in a retrieved source."""
    if edition == "EGIL1998":
        return all(row.status.startswith("verified") for row in points())
    return all(rule.verified for rule in rules() if rule.edition == edition)


def classify(
    phenotype: Phenotype, reported: Iterable[Reported] = (), editions: Sequence[str] = EDITIONS
) -> Classification:
    """Classify a phenotype by the editions; `reported` are diagnoses to check against it."""
    results, supports = [], []
    diagnoses = tuple(reported)
    for edition in editions:
        verdicts = assign_all(phenotype, edition)
        entity = decide(phenotype, edition, verdicts)
        results.append(EditionResult(edition, verdicts, entity, verified(edition), notes_of(phenotype, edition)))
        if phenotype.findings:
            found = (support(phenotype, diagnosis, edition, verdicts) for diagnosis in diagnoses)
            supports += [one for one in found if one is not None]
    return Classification(phenotype, tuple(results), tuple(supports))


def classify_patient(said: Said, editions: Sequence[str] = EDITIONS) -> tuple[Classification, ...]:
    """Classify each phenotype of a patient, the one told most fully first; none if no marker is reported."""
    reported = reported_diagnoses(said)
    return tuple(classify(phenotype, reported, editions) for phenotype in phenotypes_of(said) if phenotype.findings)
