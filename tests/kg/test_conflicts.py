"""Disagreements that nobody joined: each check has a patient that it must catch and one that it must let pass."""

import pytest

from kg import assemble, cases, conflicts

PUBLICATION = """publication: invented-2001
title: INVENTED for a test
issued: 2001
passages:
  s1: [sentence, 0-9, "sha256:0000000000000000000000000000000000000000000000000000000000000000"]
  table-1.r1.c1: [table cell, 10-19, "sha256:0000000000000000000000000000000000000000000000000000000000000000"]
"""
HEAD = "patient: invented-2001-p1\ntold by: invented-2001\noccurrents:\n"
HCT = "hct: {type: hematopoietic cell transplantation, at: s1}"
RELAPSE = "relapse: {type: relapse, at: s1}"
COURSE = "course: {type: treatment course, at: s1, number of cycles: 2}"


@pytest.fixture
def found(tmp_path):
    """Return the kinds and names of the disagreements found in an invented patient, one occurrent a line."""
    (tmp_path / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")

    def read(*occurrents):
        text = HEAD + "".join(f"  {line}\n" for line in occurrents)
        (tmp_path / "p1.yaml").write_text(text, encoding="utf-8")
        said = assemble.by_subject(cases.read(sorted(tmp_path.glob("*.yaml"))))["patient/invented-2001-p1"]
        return [(kind, name.rsplit("/", 1)[-1], len(sides)) for name, kind, sides, _ in conflicts.found(said)]

    return read


CASES = [
    ("value", "marrow: {type: bone marrow examination, at: s1, blast percentage: [27%, 72%]}", True),
    ("value", "marrow: {type: bone marrow examination, at: s1, blast percentage: [27%, 27%]}", False),
    ("set", "mass: {type: extramedullary disease, at: s1, site: [{value: liver, at: table-1.r1.c1}, {value: lung, at: s1}]}", True),
    ("set", "mass: {type: extramedullary disease, at: s1, site: [{value: liver, at: table-1.r1.c1}, {value: liver, at: s1}]}", False),
    ("set", "mass: {type: extramedullary disease, at: s1, site: [{value: liver, at: s1}, {value: lung, at: s1}]}", False),
    ("count", "cycle: {type: treatment cycle, at: s1, part of: course, cycle number: 3}", True),
    ("count", "cycle: {type: treatment cycle, at: s1, part of: course, cycle number: 2}", False),
    ("anchor", "cr: {type: complete remission, at: s1, until: [{offset: 11 months, after: hct}, {offset: 11 months, after: relapse}]}", True),
    ("anchor", "cr: {type: complete remission, at: s1, until: [{offset: 11 months, after: hct}, {offset: 15 months, after: hct}]}", True),
    ("anchor", "cr: {type: complete remission, at: s1, until: [{offset: 11 months, after: hct}, {offset: 4 months, after: relapse}]}", False),
    ("order", "fever: {type: fever, at: s1, when: [{after: hct}, {before: hct}]}", True),
    ("order", "fever: {type: fever, at: s1, when: [{after: hct}, {after: relapse}]}", False),
    ("logic", "cr: {type: complete remission, at: s1, duration: 4 months}\n  mass: {type: extramedullary disease, at: s1}", True),
    ("logic", "cr: {type: complete remission, at: s1, compartment: marrow compartment, duration: 4 months}\n  mass: {type: extramedullary disease, at: s1}", False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "occurrent", "caught"), CASES)
def test_a_disagreement_is_found_and_agreement_is_not(kind, occurrent, caught, found):
    assert (kind in [one[0] for one in found(HCT, RELAPSE, COURSE, occurrent)]) == caught


def test_every_check_has_an_example_of_both(found):
    kinds = {kind for kind, _, _ in CASES}
    assert all({caught for k, _, caught in CASES if k == kind} == {True, False} for kind in kinds)


def test_a_disagreement_that_is_joined_is_not_found_again(found):
    joined = (
        "marrow: {type: bone marrow examination, at: s1, "
        "blast percentage: {conflict: value, values: [27%, 72%], prefer: 1, because: the smear was counted twice}}"
    )
    assert found(joined) == []
