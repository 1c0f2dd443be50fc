"""What follows from single statements by computation: parsed karyotypes, total doses. Each fact names rule and premises."""

from collections.abc import Iterator
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from . import karyotype, units
from .projection import telling
from .statements import Said, Statement, named
from .vocabulary import PROV, RDF_TYPE, XSD, lkg

RULES = {
    "iscn": "the karyotype as printed, read by the tolerant ISCN reader; nothing in it is repaired",
    "total-dose": "total dose = dose per fraction x fractions per day x number of days printed",
}
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
_INTEGER, _DECIMAL = NamedNode(XSD + "integer"), NamedNode(XSD + "decimal")


def triples(said: Said) -> Iterator[Triple]:
    """Yield all computed facts of a patient."""
    for node in said.occurrents:
        for statement in telling(said, node, "karyotype"):
            yield from _karyotype(statement)
        yield from _total_dose(said, node)


def _because(node: NamedNode, rule: str, *premises: Statement) -> Iterator[Triple]:
    yield Triple(node, RDF_TYPE, lkg("Derivation"))
    yield Triple(node, lkg("usesRule"), Literal(RULES[rule]))
    for premise in premises:
        yield Triple(node, _DERIVED_FROM, named(premise.iri))


def _karyotype(statement: Statement) -> Iterator[Triple]:
    analysis = named(statement.about)
    found = karyotype.read(statement.value.value)
    for n, clone in enumerate(found.clones, start=1):
        node = named(f"{statement.about}/clone-{n}")
        yield Triple(analysis, lkg("hasClone"), node)
        yield Triple(node, RDF_TYPE, lkg("Clone"))
        yield from _because(node, "iscn", statement)
        yield from _span(node, found.text, clone.start, clone.end)
        if clone.modal is not None:
            yield Triple(node, lkg("modalNumber"), _integer(clone.modal))
        yield Triple(node, lkg("sexChromosomes"), Literal(clone.sex))
        if clone.cells is not None:
            yield Triple(node, lkg("cellCount"), _integer(clone.cells))
        for m, abnormality in enumerate(clone.abnormalities, start=1):
            part = named(f"{statement.about}/clone-{n}/abnormality-{m}")
            yield Triple(node, lkg("hasAbnormality"), part)
            yield Triple(part, RDF_TYPE, lkg("ChromosomalAbnormality"))
            yield Triple(part, lkg("abnormalityKind"), Literal(abnormality.kind))
            yield from _because(part, "iscn", statement)
            yield from _span(part, found.text, abnormality.start, abnormality.end)
            for chromosome in abnormality.chromosomes:
                yield Triple(part, lkg("chromosome"), Literal(chromosome))
            for breakpoint_ in (band for bands in abnormality.breakpoints for band in bands):
                yield Triple(part, lkg("breakpoint"), Literal(breakpoint_))
    for n, diagnostic in enumerate(found.diagnostics, start=1):
        node = named(f"{statement.about}/karyotype-diagnostic-{n}")
        yield Triple(analysis, lkg("hasDiagnostic"), node)
        yield Triple(node, RDF_TYPE, lkg("KaryotypeDiagnostic"))
        yield Triple(node, lkg("diagnosticCode"), Literal(diagnostic.code))
        yield Triple(node, lkg("message"), Literal(diagnostic.message))
        yield from _because(node, "iscn", statement)
        yield from _span(node, found.text, diagnostic.start, diagnostic.end)


def _span(node: NamedNode, text: str, start: int, end: int) -> Iterator[Triple]:
    yield Triple(node, lkg("iscnText"), Literal(text[start:end]))
    yield Triple(node, lkg("characterStart"), _integer(start))
    yield Triple(node, lkg("characterEnd"), _integer(end))


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=_INTEGER)


def _total_dose(said: Said, node: str) -> Iterator[Triple]:
    per_fraction, per_day, days = (
        telling(said, node, name) for name in ("dosePerFraction", "fractionsPerDay", "dayNumber")
    )
    if not (per_fraction and per_day and days) or per_fraction[0].comparator or per_fraction[0].upper:
        return
    dose = units.to(units.read_quantity(f"{per_fraction[0].value.value} {per_fraction[0].unit}"), "Gy")
    total = dose.number * Decimal(per_day[0].value.value) * len(days[0].values)
    quantity = named(f"{node}/computed-total-dose")
    yield Triple(named(node), lkg("totalDose"), quantity)
    yield Triple(quantity, RDF_TYPE, lkg("Quantity"))
    yield Triple(quantity, lkg("number"), Literal(f"{total.normalize():f}", datatype=_DECIMAL))
    yield Triple(quantity, lkg("ucumCode"), Literal("Gy"))
    yield from _because(quantity, "total-dose", per_fraction[0], per_day[0], days[0])
