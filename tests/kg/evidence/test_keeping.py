"""The record of a check: read back for statements that have not changed, and carried on to what follows from them."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import assemble, cases, files
from kg.errors import EvidenceError
from kg.evidence import Finding, keeping
from kg.vocabulary import PROV, lkg

SUPPORTED = "supported"


@pytest.fixture(scope="module")
def statements():
    found = assemble.by_subject(cases.read(files.case_files()))
    return {s.iri: s for said in found.values() for s in said.statements}


def verdicts(triples):
    return {
        t.subject.value.rsplit("/", 1)[-1]: t.object.value for t in triples if t.predicate == lkg("evidenceVerdict")
    }


def test_the_record_is_read_back_and_a_changed_statement_loses_its_verdict(statements, tmp_path):
    chosen = dict(list(statements.items())[:3])
    first, second, third = chosen
    found = [
        Finding(first, SUPPORTED, "", "s1"),
        Finding(second, "not found", "it is not there", "s1"),
        Finding(third, SUPPORTED, "", "s1"),
    ]
    path = tmp_path / keeping.FILE_NAME
    keeping.write(found, chosen, path)
    assert len(list(keeping.read(path, chosen))) == 7  # two each, and one reason
    changed = {**chosen, first: chosen[second], third: chosen[third]}
    assert {t.subject for t in keeping.read(path, changed)} == {lkg(second), lkg(third)} - {lkg(first)}


def test_what_follows_is_as_good_as_its_worst_premise():
    derived_from, graph = NamedNode(PROV + "wasDerivedFrom"), lkg("graph/derived/x")
    good, bad, fact, other = (lkg(name) for name in ("good", "bad", "fact", "other"))
    quads = [
        Quad(fact, derived_from, good, graph),
        Quad(fact, derived_from, bad, graph),
        Quad(other, derived_from, lkg("unchecked"), graph),
    ]
    checked = [
        Quad(node, lkg("evidenceVerdict"), Literal(v)).triple for node, v in ((good, SUPPORTED), (bad, "cannot tell"))
    ]
    assert verdicts(keeping.of_derived(quads, checked)) == {"fact": "cannot tell"}


def test_another_file_is_refused(tmp_path):
    path = tmp_path / keeping.FILE_NAME
    path.write_text("statement\tverdict\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="not a record of a check"):
        list(keeping.read(path, {}))


def test_a_text_of_no_publication_is_refused():
    with pytest.raises(EvidenceError, match="no passage of it was found"):
        keeping.publication_of(frozenset({"sha256:0"}), {}, Path("other.md"))


def test_the_shipped_record_is_of_the_shipped_statements(statements):
    """Whoever changes a statement checks it again: 'leukemia-kg evidence check --record'."""
    (path,) = files.evidence_files()
    kept = {t.subject for t in keeping.read(path, statements)}
    assert len(kept) > 800
    assert len(kept) == sum(iri.startswith("statement/durer-2019/") for iri in statements)
