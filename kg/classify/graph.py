"""Classifications as derived RDF, each with its rules and the statements that it rests on."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from ..statements import named
from ..vocabulary import PROV, RDF_TYPE, XSD, lkg
from . import Classification, EditionResult
from .entity import Support
from .lineage import LineageVerdict
from .response import RuleResult
from .truth import Truth

_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
_BOOLEAN, _DECIMAL = NamedNode(XSD + "boolean"), NamedNode(XSD + "decimal")
_VERDICTS = {Truth.MET: "CriterionMet", Truth.NOT_MET: "CriterionNotMet", Truth.UNDECIDED: "CriterionUndecided"}
_LINEAGES = {"B": "BLineage", "T": "TLineage", "Myeloid": "MyeloidLineage"}


def triples(subject: str, result: Classification) -> Iterator[Triple]:
    """Yield a patient's classification: an assessment an edition, its lineages, its entity, the diagnoses checked.

    `subject` is the patient's local name, such as `patient/durer-2019-p1`.
    """
    base = result.phenotype.node or subject
    for edition in result.editions:
        node = f"{base}/lineage/{edition.edition}"
        yield from _assessment(named(node), subject, base, edition)
        for verdict in edition.lineages:
            yield from _lineage(named(node), named(f"{node}/{verdict.lineage.casefold()}"), verdict)
    yield from diagnosis_checks(subject, result)


def diagnosis_checks(subject: str, result: Classification) -> Iterator[Triple]:
    """Yield of each reported diagnosis whether the reported markers bear it out, by edition."""
    base = result.phenotype.node or subject
    for one in result.support:
        yield from _support(named(f"{base}/lineage/{one.edition}/reported/{one.reported}"), subject, one)


def _assessment(node: NamedNode, subject: str, base: str, edition: EditionResult) -> Iterator[Triple]:
    entity = edition.entity
    yield Triple(node, RDF_TYPE, lkg("LineageAssessment"))
    yield Triple(node, lkg("assessedOf"), named(subject))
    if base != subject:
        yield Triple(node, lkg("assesses"), named(base))
    yield Triple(node, lkg("assessedBy"), lkg(edition.edition))
    yield Triple(node, lkg("criteriaVerified"), _flag(edition.verified))
    if entity.name:
        yield Triple(node, lkg("indicatedEntity"), named(entity.name))
        yield Triple(node, lkg("entityProven"), _flag(entity.proven))
    for name in entity.alternatives:
        yield Triple(node, lkg("entityLeftOpen"), named(name))
    for words in entity.defaults_on:
        yield Triple(node, lkg("restsOnDefault"), Literal(words))
    yield from _because(node, (), entity.statements)


def _lineage(assessment: NamedNode, node: NamedNode, verdict: LineageVerdict) -> Iterator[Triple]:
    yield Triple(assessment, lkg("hasLineageVerdict"), node)
    yield Triple(node, RDF_TYPE, lkg("LineageVerdict"))
    yield Triple(node, lkg("ofLineage"), lkg(_LINEAGES[verdict.lineage]))
    yield Triple(node, lkg("criterionVerdict"), lkg(_VERDICTS[verdict.truth]))
    yield Triple(node, lkg("verdictByDefault"), lkg(_VERDICTS[verdict.default]))
    if verdict.score:
        yield Triple(node, lkg("pointsAtLeast"), Literal(str(verdict.score.low), datatype=_DECIMAL))
        yield Triple(node, lkg("pointsAtMost"), Literal(str(verdict.score.ceiling), datatype=_DECIMAL))
    for missing in verdict.missing:
        yield Triple(node, lkg("metIf"), Literal(" and ".join(missing.facts)))
    yield from _because(node, verdict.rules, verdict.statements)


def _support(node: NamedNode, subject: str, one: Support) -> Iterator[Triple]:
    yield Triple(node, RDF_TYPE, lkg("DiagnosisCheck"))
    yield Triple(node, lkg("assessedOf"), named(subject))
    yield Triple(node, lkg("assessedBy"), lkg(one.edition))
    yield Triple(node, lkg("checksDiagnosis"), named(one.reported))
    yield Triple(node, lkg("criterionVerdict"), lkg(_VERDICTS[one.truth]))
    yield Triple(node, lkg("verdictReason"), Literal(one.words))
    yield from _because(node, one.rules, one.statements)


def rule_triples(subject: str, results: Sequence[RuleResult]) -> Iterator[Triple]:
    """Yield what rules of response, grading and conditioning make of a patient's occurrents."""
    for result in results:
        node = named(f"{result.about}/rule/{re.sub('[^a-z0-9]+', '-', result.rule.casefold()).strip('-')}")
        yield Triple(node, RDF_TYPE, lkg("RuleAssessment"))
        yield Triple(node, lkg("assessedOf"), named(subject))
        yield Triple(node, lkg("assesses"), named(result.about))
        yield Triple(node, lkg("criterionVerdict"), lkg(_VERDICTS[result.truth]))
        yield Triple(node, lkg("criteriaVerified"), _flag(result.verified))
        yield Triple(node, lkg("verdictReason"), Literal(result.words))
        for words in result.missing:
            yield Triple(node, lkg("missingForVerdict"), Literal(words))
        yield from _because(node, (result.rule,), result.statements)


def _because(node: NamedNode, rules: Iterable[str], statements: Iterable[str]) -> Iterator[Triple]:
    for rule in rules:
        yield Triple(node, lkg("usesRule"), Literal(rule))
    for statement in statements:
        yield Triple(node, _DERIVED_FROM, named(statement))


def _flag(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=_BOOLEAN)
