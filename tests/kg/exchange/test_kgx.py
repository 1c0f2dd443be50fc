"""KGX tables: each row is what Biolink's own model takes, edges end at nodes, and no absence becomes a presence."""

import csv
import io

import pytest
from biolink_model.datamodel import pydanticmodel_v2 as biolink
from pydantic import ValidationError

from kg.export import exchange

MANY = {"xref", "has_drug", "publications", "category"}


@pytest.fixture(scope="module")
def written(shipped):
    return exchange.write("kgx", exchange.read(shipped))


@pytest.fixture(scope="module")
def tables(written):
    """Nodes and edges as rows."""
    return {
        name: list(csv.DictReader(io.StringIO(written.files[name].decode()), delimiter="\t"))
        for name in ("nodes.tsv", "edges.tsv")
    }


def as_biolink(row):
    """Build the row by the class of Biolink's Python model that its category names; that model forbids other keys."""
    kind = getattr(biolink, row["category"].removeprefix("biolink:"))
    given = {key: value.split("|") if key in MANY else value for key, value in row.items() if value}
    given["category"] = [f"https://w3id.org/biolink/vocab/{kind.__name__}"]
    return kind(**given)


def test_every_row_is_valid_by_biolink(tables):
    assert len(tables["nodes.tsv"]) > 100
    assert len(tables["edges.tsv"]) > 150
    for rows in tables.values():
        for row in rows:
            as_biolink(row)


@pytest.mark.parametrize("change", [{"predicate": ""}, {"knowledge_level": "gospel"}, {"dose": "60 mg/kg"}])
def test_biolink_would_refuse_a_wrong_row(change, tables):
    with pytest.raises(ValidationError):
        as_biolink(tables["edges.tsv"][0] | change)


def test_edges_end_at_nodes_and_names_are_unique(tables):
    nodes = [row["id"] for row in tables["nodes.tsv"]]
    edges = [row["id"] for row in tables["edges.tsv"]]
    assert len(nodes) == len(set(nodes))
    assert len(edges) == len(set(edges))
    assert {row[end] for row in tables["edges.tsv"] for end in ("subject", "object")} <= set(nodes)
    assert {drug for row in tables["nodes.tsv"] for drug in row["has_drug"].split("|") if drug} <= set(nodes)


def test_concepts_are_named_as_biolink_prefers(tables):
    named = {row["xref"].split("|")[-1] or row["id"]: row["id"] for row in tables["nodes.tsv"]}
    assert named["lkg:Blinatumomab"].startswith("CHEBI:")
    assert named["lkg:Headache"].startswith("HP:")
    assert named["lkg:MPALBMyeloid"].startswith("MONDO:")


def test_what_is_denied_only_within_a_period_is_no_edge(tables, written):
    """The first infusion of the present case was without adverse events: that denies none of the patient."""
    edges = {row["id"] for row in tables["edges.tsv"]}
    durer = next(report for report in written.reports if report.subject.endswith("durer-2019-p1"))
    denied = [entry for entry in durer.entries if entry.statement.polarity != "Present"]
    assert denied
    for entry in denied:
        assert f"lkg:{entry.statement.iri}" not in edges
        assert entry.fate == "lost"


def test_what_is_only_suspected_is_no_edge(tables, written):
    edges = {row["id"] for row in tables["edges.tsv"]}
    khan = next(report for report in written.reports if report.subject.endswith("khan-2016-p1"))
    suspected = [entry.statement for entry in khan.entries if entry.statement.suspected]
    assert suspected
    assert not {f"lkg:{statement.iri}" for statement in suspected} & edges
