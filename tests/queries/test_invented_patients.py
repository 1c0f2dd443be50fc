"""Questions on invented patients where no shipped case can tell a hit from its near miss; one small store for all."""

import pytest
from pyoxigraph import Store

from kg import build, cases, questions

PUBLICATION = 'publication: invented-2000\npassages: {s1: [sentence, 0-10, "sha256:00"]}\n'
HCT = "hct: {type: allogeneic hematopoietic cell transplantation, at: s1}"
RELAPSE = "relapse: {type: marrow relapse, at: s1, when: {day: 100, of: hct}}"
PATIENTS = {
    # lymphocytes with azacitidine for a relapse
    "p1": (
        HCT,
        RELAPSE,
        "course: {type: treatment course, at: s1, agent: [azacitidine, donor lymphocytes], when: {day: 110, of: hct}}",
        "dli: {type: donor lymphocyte infusion, at: s1, part of: course, CD3+ cell dose: 1 x 10^7 /kg, when: {day: 120, of: hct}}",
        "sepsis: {type: sepsis, at: s1, when: {day: 20, of: hct}}",
    ),
    # lymphocytes before the relapse, which so are none for it; an infection before the transplantation
    "p2": (
        HCT,
        RELAPSE,
        "dli: {type: donor lymphocyte infusion, at: s1, when: {day: 60, of: hct}}",
        "pneumonia: {type: pneumonia, at: s1, when: {before: hct}}",
    ),
    # lymphocytes called prophylactic; an infection that is only suspected
    "p3": (
        HCT,
        RELAPSE,
        "dli: {type: prophylactic donor lymphocyte infusion, at: s1, when: {day: 120, of: hct}}",
        "pneumonia: {type: {value: pneumonia, suspected: yes}, at: s1, when: {day: 40, of: hct}}",
    ),
    # with blinatumomab, and a second relapse that is not the first
    "p4": (
        HCT,
        RELAPSE,
        "course: {type: treatment course, at: s1, agent: [blinatumomab, donor lymphocytes], when: {day: 110, of: hct}}",
        "dli: {type: donor lymphocyte infusion, at: s1, part of: course, when: {day: 120, of: hct}}",
        "later: {type: extramedullary relapse, at: s1, when: {day: 300, of: hct}}",
    ),
    # two relapses of which nobody tells which came first
    "p5": (
        HCT,
        "relapse: {type: marrow relapse, at: s1, when: {after: hct}}",
        "other: {type: extramedullary relapse, at: s1, when: {after: hct}}",
    ),
    # cytokine release before blinatumomab, a relapse, lymphocytes with azacitidine, a second transplantation; an infection told as cause of death only
    "p6": (
        HCT,
        RELAPSE,
        "course: {type: treatment course, at: s1, agent: blinatumomab, when: [{day: 110, of: hct}, {before: again}]}",
        "crs: {type: cytokine release syndrome, at: s1, when: [{day: 5, of: hct}, {before: course}]}",
        "again: {type: marrow relapse, at: s1, when: {day: 200, of: hct}}",
        "second: {type: treatment course, at: s1, agent: [azacitidine, donor lymphocytes], when: {day: 205, of: hct}}",
        "dli: {type: donor lymphocyte infusion, at: s1, part of: second, when: {day: 210, of: hct}}",
        "hct-2: {type: allogeneic hematopoietic cell transplantation, at: s1, when: [{day: 250, of: hct}, {after: second}]}",
        "death: {type: death, at: s1, cause of death: sepsis, when: {after: hct-2}}",
    ),
    # a bridge: no relapse between; GvHD before blinatumomab, tocilizumab after it; ICANS denied, which is less than neurotoxicity; lymphocytes of no course
    "p7": (
        HCT,
        RELAPSE,
        "gvhd: {type: acute graft-versus-host disease, at: s1, when: {day: 50, of: hct}}",
        "course: {type: treatment course, at: s1, agent: blinatumomab, when: [{day: 110, of: hct}, {before: hct-2}]}",
        "hct-2: {type: allogeneic hematopoietic cell transplantation, at: s1, when: {day: 200, of: hct}}",
        "dli: {type: donor lymphocyte infusion, at: s1, when: {day: 120, of: hct}}",
        "crs: {type: cytokine release syndrome, at: s1, when: {day: 112, of: hct}}",
        "tocilizumab: {type: drug administration, at: s1, agent: tocilizumab, given for: crs}",
    ),
}
ABSENT = {"p7": "absent:\n  - {what: ICANS, in: course, at: s1}\n  - {what: infection, in: hct, at: s1}\n"}


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """A store of the invented patients."""
    folder = tmp_path_factory.mktemp("invented")
    (folder / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    for name, occurrents in PATIENTS.items():
        text = f"patient: invented-2000-{name}\ntold by: invented-2000\noccurrents:\n"
        text += "  leukemia: {type: B acute lymphoblastic leukemia, at: s1}\n"
        text += "".join(f"  {one}\n" for one in occurrents) + ABSENT.get(name, "")
        (folder / f"invented-2000-{name}.yaml").write_text(text, encoding="utf-8")
    found = Store()
    found.extend(build.dataset(cases.read(sorted(folder.iterdir(), reverse=True))))
    return found


def ask(invented, slug, columns, **given):
    """The chosen columns of an answer, patients without the name of the paper."""
    records = questions.ask(invented, questions.find(slug), given).records()
    return {tuple(str(record[name]).removeprefix("invented-2000-") for name in columns) for record in records}


# From some hour of day 100 to some hour of day 120 are 19 to 20 whole days.
P1, P4 = ("p1", "certain", "10000000 /kg", "19", "20"), ("p4", "certain", "not reported", "19", "20")
# of the first relapse and of the second: one row for the infusion, from the relapse that comes first among equals
P6 = ("p6", "certain", "not reported", "9", "10")
P7 = ("p7", "certain", "not reported", "19", "20")


@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        ("any", {P1, P4, P6, P7}),
        ("without-blinatumomab", {P1, P6, ("p7", "possible", *P7[2:])}),
        ("blinatumomab", {P4, ("p7", "possible", *P7[2:])}),
    ],
)
def test_lymphocytes_for_a_relapse_are_told_from_those_before_it(partner, expected, invented):
    found = ask(
        invented, "dli-after-relapse", ["patient", "certainty", "cd3_dose", "day_min", "day_max"], partner=partner
    )
    assert found == expected


def test_the_partner_of_the_lymphocytes_is_named(invented):
    found = ask(invented, "dli-after-relapse", ["patient", "agents"], partner="without-blinatumomab")
    aza = "azacitidine; donor lymphocytes"
    assert found == {("p1", aza), ("p6", aza), ("p7", "not told")}


def test_an_infection_is_told_by_its_time_and_a_suspected_one_is_possible(invented):
    found = ask(invented, "infections-after-transplant", ["patient", "certainty", "suspected", "status", "day_min"])
    assert found == {
        ("p6", "certain", "", "told as cause of death only", "None"),
        ("p7", "certain", "", "stated absent", "None"),
        ("p7", "certain", "", "none told", "None"),
        ("p1", "certain", "", "told", "20"),
        ("p2", "certain", "", "none told", "None"),
        ("p3", "possible", "yes", "told", "40"),
        ("p4", "certain", "", "none told", "None"),
        ("p5", "certain", "", "none told", "None"),
    }


def test_the_first_relapse_is_the_first_and_possible_where_that_is_open(invented):
    found = ask(
        invented, "time-to-first-relapse-after-transplant", ["patient", "certainty", "type", "day_min", "day_max"]
    )
    assert found == {
        *((name, "certain", "hematologic", "100", "100") for name in ("p1", "p2", "p3", "p4", "p6", "p7")),
        ("p5", "possible", "hematologic", "None", "None"),
        ("p5", "possible", "extramedullary", "None", "None"),
        *((name, "certain", "none told", "None", "None") for name in ("p6", "p7")),
    }


def test_each_relapse_has_its_treatment_or_none_told(invented):
    found = ask(invented, "salvage-after-relapse", ["patient", "relapse", "status", "agents"])
    assert {row for row in found if row[0] in {"p2", "p4", "p6"}} == {
        ("p2", "p2/relapse", "none told", ""),
        ("p4", "p4/relapse", "told", "blinatumomab; donor lymphocytes"),
        ("p4", "p4/later", "none told", ""),
        ("p6", "p6/relapse", "told", "blinatumomab"),
        ("p6", "p6/again", "told", "azacitidine; donor lymphocytes"),
        ("p6", "p6/again", "told", "not reported"),
    }


def test_a_relapse_between_is_no_bridge(invented):
    assert ask(invented, "bridged-to-transplant", ["patient", "certainty"]) == {("p7", "certain")}


def test_gvhd_before_blinatumomab_is_told_and_not_after_it(invented):
    found = ask(invented, "gvhd-onset-after-blinatumomab-or-dli", ["patient", "status", "organs"])
    assert found == {("p4", "none told", ""), ("p6", "none told", ""), ("p7", "told, before it", "")}


def test_a_cytokine_release_syndrome_before_blinatumomab_is_none_of_it(invented):
    found = ask(invented, "cytokine-release-syndrome", ["patient", "certainty", "crs"])
    assert found == {("p4", "certain", "not reported"), ("p6", "certain", "not reported"), ("p7", "certain", "present")}
    found = ask(invented, "management-of-crs-and-neurotoxicity", ["patient", "certainty", "treated_with", "day_min"])
    assert found == {("p7", "certain", "tocilizumab", "1")}


def test_icans_denied_is_not_neurotoxicity_denied(invented):
    found = ask(invented, "neurotoxicity-after-blinatumomab", ["patient", "neurotoxicity"])
    assert ("p7", "not reported") in found


def test_relapse_after_blinatumomab_is_not_the_one_it_was_given_for(invented):
    found = ask(invented, "relapse-after-blinatumomab", ["patient", "certainty", "relapse", "status", "day_min"])
    assert found == {
        ("p4", "certain", "p4/later", "told", "189"),
        ("p6", "certain", "p6/again", "told", "89"),
        ("p7", "certain", "None", "none told", "None"),
    }


@pytest.mark.parametrize(("diagnosis", "count"), [("acute lymphoblastic leukemia", 7), ("AML", 0)])
def test_a_disease_includes_its_kinds(diagnosis, count, invented):
    found = ask(invented, "time-to-first-relapse-after-transplant", ["patient"], diagnosis=diagnosis)
    assert len(found) == count
