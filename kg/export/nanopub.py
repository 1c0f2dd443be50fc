"""Nanopublications: one for each statement about a patient, and one for each judgement of a question on the patient.

A statement that is present, confirmed and not disputed against is asserted as plain triples, as questions read them. Any
other (denied, suspected, one side of a conflict) is asserted as what it is: that a source says so, with polarity and
confidence, and with the conflict where there is one. Nothing of a statement is lost.

They are drafts: unsigned, with names of this project instead of trusty URIs. Model: https://nanopub.net/guidelines/.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Triple

from .. import projection
from ..statements import Conflict, Said, Statement, local, named
from ..vocabulary import BASE, DCTERMS, PROV, RDF_TYPE, XSD, lkg
from . import rdf
from .exchange import BIBO, Patient, Publication, created
from .loss import Ledger

NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
_LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
_CREATOR = lkg("contributors")
_DERIVED_FROM, _FIRST_TOLD = NamedNode(PROV + "wasDerivedFrom"), NamedNode(PROV + "hadPrimarySource")
# Parts of a statement that are names, and those that are texts, as `statements.read` reads them.
_NAMES = {"anchor": "anchor", "anchorPoint": "anchor_point", "timeQualifier": "qualifier"}
_TEXTS = {"unit": "unit", "valueComparator": "comparator", "upperValue": "upper", "asPrinted": "printed"}


def write(patients: Sequence[Patient], ledgers: Mapping[str, Ledger]) -> dict[str, bytes]:
    """Return a TriG file a patient."""
    stamp = Literal(created().isoformat(), datatype=NamedNode(XSD + "dateTime"))
    files = {}
    for patient in patients:
        name = f"{patient.id}.nanopub.trig"
        quads: list[Quad] = []
        for statement in patient.said.statements:
            made = f"{BASE}np/{statement.iri}"
            quads += _nanopub(made, assertion(patient.said, statement), _provenance(statement), stamp)
            quads += _sources(made, patient.publications, {statement.source, statement.primary_source})
            ledgers[patient.id].keep(statement, f"{name}#{made}")
        for node, triples in patient.judged.items():
            claim = [triple for triple in triples if triple.predicate != _DERIVED_FROM]
            behind = [t.object for t in triples if t.predicate == _DERIVED_FROM and isinstance(t.object, NamedNode)]
            sources = [(_DERIVED_FROM, NamedNode(f"{BASE}np/{local(one.value)}")) for one in behind]
            quads += _nanopub(f"{BASE}np/{node}", claim, sources, stamp)
        files[name] = rdf.trig(quads, {"np": NP, "npx": NPX})
    return files


def assertion(said: Said, statement: Statement) -> list[Triple]:
    """Return what the nanopublication of a statement asserts."""
    settled = statement.iri not in said.overruled | said.unsettled
    plain: list[Triple] = []
    if statement.asserts and settled:
        skeleton = {node: keys for node, keys in said.skeleton.items() if node == statement.about}
        plain = list(projection.project(Said(said.subject, (statement,), (), skeleton)).certain)
    # An order of events or an offset has no plain triple: what is asserted is the statement.
    states = any(triple.subject != named(f"{statement.about}/time") or triple.predicate != RDF_TYPE for triple in plain)
    sides = [conflict for conflict in said.conflicts if statement.iri in conflict.between]
    return [*plain, *_told(statement), *_disputed(sides)] if states or not plain else list(_told(statement))


def _told(statement: Statement) -> Iterator[Triple]:
    """Yield the statement itself, by the terms of this project's ontology."""
    node = named(statement.iri)
    yield Triple(node, RDF_TYPE, lkg("Statement"))
    yield Triple(node, lkg("about"), named(statement.about))
    yield Triple(node, lkg("property"), named(statement.property))
    yield Triple(node, lkg("polarity"), lkg(statement.polarity))
    if statement.suspected:
        yield Triple(node, lkg("confidence"), lkg("Suspected"))
    for value in statement.values:
        yield Triple(node, lkg("value"), value)
    for key, part in _NAMES.items():
        if text := getattr(statement, part):
            yield Triple(node, lkg(key), named(text))
    for key, part in _TEXTS.items():
        if text := getattr(statement, part):
            yield Triple(node, lkg(key), Literal(text))


def _disputed(conflicts: Iterable[Conflict]) -> Iterator[Triple]:
    for conflict in conflicts:
        node = named(conflict.iri)
        yield Triple(node, RDF_TYPE, lkg("Conflict"))
        for side in conflict.between:
            yield Triple(node, lkg("between"), named(side))
        for side in conflict.prefers:
            yield Triple(node, lkg("prefers"), named(side))
        if conflict.reason:
            yield Triple(node, lkg("reason"), Literal(conflict.reason))


def _provenance(statement: Statement) -> Iterator[tuple[NamedNode, NamedNode]]:
    yield from ((_DERIVED_FROM, named(passage)) for passage in statement.passages)
    if not statement.passages and statement.source:
        yield _DERIVED_FROM, named(statement.source)
    if statement.primary_source:
        yield _FIRST_TOLD, named(statement.primary_source)


def _nanopub(
    made: str, claim: Iterable[Triple], sources: Iterable[tuple[NamedNode, NamedNode]], stamp: Literal
) -> Iterator[Quad]:
    node, head = NamedNode(made), NamedNode(f"{made}/Head")
    parts = {part: NamedNode(f"{made}/{part}") for part in ("assertion", "provenance", "pubinfo")}
    yield Quad(node, RDF_TYPE, NamedNode(NP + "Nanopublication"), head)
    yield Quad(node, NamedNode(NP + "hasAssertion"), parts["assertion"], head)
    yield Quad(node, NamedNode(NP + "hasProvenance"), parts["provenance"], head)
    yield Quad(node, NamedNode(NP + "hasPublicationInfo"), parts["pubinfo"], head)
    yield from (Quad(t.subject, t.predicate, t.object, parts["assertion"]) for t in claim)
    yield from (Quad(parts["assertion"], property_, source, parts["provenance"]) for property_, source in sources)
    for property_, value in (
        (NamedNode(DCTERMS + "created"), stamp),
        (NamedNode(DCTERMS + "creator"), _CREATOR),
        (NamedNode(DCTERMS + "license"), _LICENCE),
        (NamedNode(NPX + "hasNanopubType"), NamedNode(NPX + "DraftNanopub")),
    ):
        yield Quad(node, property_, value, parts["pubinfo"])


def _sources(made: str, publications: Iterable[Publication], told_in: set[str]) -> Iterator[Quad]:
    """Yield the DOI and PMID of the papers that a nanopublication derives from, beside its provenance."""
    graph = NamedNode(f"{made}/provenance")
    for paper in publications:
        if f"publication/{paper.id}" in {local(one) for one in told_in}:
            node = lkg(f"publication/{paper.id}")
            ids = {"doi": paper.doi, "pmid": paper.pmid}
            yield from (Quad(node, NamedNode(BIBO + key), Literal(value), graph) for key, value in ids.items() if value)
