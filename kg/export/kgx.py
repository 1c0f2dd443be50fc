"""KGX, nodes and edges as tables in the Biolink model: cases with their diseases, findings, lesions and treatments.

Concepts are named by the vocabularies that Biolink prefers, where our term has an exact match there; else by our own
term. All patients share `nodes.tsv` and `edges.tsv`. Biolink has no place for times, doses, polarity other than a
negated association, doubt or conflict. Model: https://biolink.github.io/biolink-model/.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .. import mappings
from ..statements import ABSENT, Statement, local
from ..vocabulary import BASE, RDF_TYPE, terms
from .exchange import Patient
from .loss import Ledger

NODES, EDGES = "nodes.tsv", "edges.tsv"
SOURCE = "infores:leukemia-kg"  # not registered yet, as the project's other names
# Classes of occurrents, the Biolink category of their classes and of the association that a case has with them.
# The prefixes are those that Biolink lists first for the category.
_DISEASE = ("biolink:Disease", "biolink:CaseToDiseaseAssociation", "biolink:related_to", ("MONDO", "NCIT"))
_FINDING = (
    "biolink:PhenotypicFeature",
    "biolink:CaseToPhenotypicFeatureAssociation",
    "biolink:has_phenotype",
    ("HP", "MONDO", "NCIT"),
)
_CONCEPTS = {"Disease": _DISEASE, "ClinicalFinding": _FINDING, "DiseaseState": _FINDING}
_DRUGS = ("CHEBI", "rxnorm", "NCIT")
# Prefixes that Biolink spells otherwise.
_SPELT = {"rxnorm": "RXCUI"}


@dataclass
class _Graph:
    """Nodes and edges by identifier; the same node may be made by several patients."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[str, dict[str, str]] = field(default_factory=dict)

    def node(self, name: str, category: str, label: str, **more: str) -> str:
        self.nodes.setdefault(name, {"id": name, "category": category, "name": label} | more)
        return name

    def concept(self, term: str, category: str, wanted: Sequence[str]) -> str:
        """Add the node of a term of ours, under its exact match in the first vocabulary that has one."""
        exact = mappings.load().of(term, *wanted)
        spelt = [_curie(row.object_curie) for prefix in wanted for row in exact if row.prefix == prefix]
        name, *others = [*spelt, f"lkg:{local(term)}"]
        return self.node(name, category, terms().by_iri[term].label, xref="|".join(others))


def write(patients: Sequence[Patient], ledgers: Mapping[str, Ledger]) -> dict[str, bytes]:
    """Return the two tables."""
    graph = _Graph()
    for patient in patients:
        _Case(patient, ledgers[patient.id], graph).write()
    columns = ["id", "category", "name", "has_biological_sex", "has_drug", "xref"]
    return {NODES: _table(graph.nodes.values(), columns), EDGES: _table(graph.edges.values(), _COLUMNS)}


_COLUMNS = [
    *("id", "subject", "predicate", "object", "category", "negated", "publications", "primary_knowledge_source"),
    *("knowledge_level", "agent_type"),
]


class _Case:
    """Writes one patient into the graph."""

    def __init__(self, patient: Patient, ledger: Ledger, graph: _Graph) -> None:
        self.ledger, self.graph = ledger, graph
        self.said = patient.said
        self.case = f"lkg:{patient.said.subject}"
        self.papers = {
            f"publication/{paper.id}": f"PMID:{paper.pmid}" if paper.pmid else f"DOI:{paper.doi}"
            for paper in patient.publications
            if paper.pmid or paper.doi
        }

    def write(self) -> None:
        """Add the case, what it has, and what it is denied to have."""
        sexes = self.ledger.facts(self.said.subject, "sex")
        labels = [terms().by_iri[value.value].label for statement in sexes[:1] for value in statement.values]
        self.graph.node(
            self.case, "biolink:Case", self.said.subject.split("/")[1], has_biological_sex="".join(labels[:1])
        )
        self.ledger.keep(sexes, f"{NODES}#{self.case}")
        for node in self.said.occurrents:
            kinds = self.ledger.facts(node, RDF_TYPE.value)
            for statement in kinds:
                self._kind(statement)
            self._lesions(node)
            if any(_below(value.value, "Treatment") for kind in kinds for value in kind.values):
                self._treatment(node, kinds)
        for statement in self.said.about(self.said.subject):
            if statement.property == "occurrence" and statement.polarity == ABSENT and not statement.suspected:
                self._kind(statement, negated=True)

    def _kind(self, statement: Statement, *, negated: bool = False) -> None:
        for value in statement.values:
            found = [row for name, row in _CONCEPTS.items() if _below(value.value, name)]
            for category, association, predicate, prefixes in found[:1]:
                node = self.graph.concept(value.value, category, prefixes)
                self._edge(statement, predicate, node, association, negated=negated)

    def _lesions(self, node: str) -> None:
        for statement in self.ledger.facts(node, "lesion"):
            for value in statement.values:
                lesion = self.graph.concept(value.value, "biolink:SequenceVariant", ("SO", "NCIT"))
                self._edge(statement, "biolink:related_to", lesion, "biolink:CaseToVariantAssociation")

    def _treatment(self, node: str, kinds: Sequence[Statement]) -> None:
        agents = self.ledger.facts(node, "agent")
        drugs = [self.graph.concept(value.value, "biolink:Drug", _DRUGS) for agent in agents for value in agent.values]
        label = ", ".join(dict.fromkeys(terms().by_iri[value.value].label for kind in kinds for value in kind.values))
        name = self.graph.node(f"lkg:{node}", "biolink:Treatment", label, has_drug="|".join(dict.fromkeys(drugs)))
        self.ledger.keep(agents, f"{NODES}#{name}")
        for kind in kinds:
            self._edge(kind, "biolink:related_to", name, "biolink:Association")

    def _edge(
        self, statement: Statement, predicate: str, target: str, association: str, *, negated: bool = False
    ) -> None:
        name = f"lkg:{statement.iri}" + ("" if len(statement.values) < 2 else f"/{target.replace(':', '-')}")
        sources = (self.papers.get(local(one)) for one in (statement.primary_source, statement.source) if one)
        self.graph.edges[name] = {
            "id": name,
            "subject": self.case,
            "predicate": predicate,
            "object": target,
            "category": association,
            "negated": "true" if negated else "",
            "publications": "|".join(dict.fromkeys(one for one in sources if one)),
            "primary_knowledge_source": SOURCE,
            "knowledge_level": "knowledge_assertion",
            "agent_type": "manual_agent",
        }
        self.ledger.keep(statement, f"{EDGES}#{name}")


def _below(iri: str, name: str) -> bool:
    return BASE + name in terms().superclasses(iri)


def _curie(curie: str) -> str:
    prefix, _, name = curie.partition(":")
    return f"{_SPELT.get(prefix, prefix)}:{name}"


def _table(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["id"]))
    return text.getvalue().encode()
