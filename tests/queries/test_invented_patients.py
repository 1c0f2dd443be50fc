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
}


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """A store of the invented patients."""
    folder = tmp_path_factory.mktemp("invented")
    (folder / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    for name, occurrents in PATIENTS.items():
        text = f"patient: invented-2000-{name}\ntold by: invented-2000\noccurrents:\n"
        text += "  leukemia: {type: B acute lymphoblastic leukemia, at: s1}\n"
        (folder / f"invented-2000-{name}.yaml").write_text(
            text + "".join(f"  {one}\n" for one in occurrents), encoding="utf-8"
        )
    found = Store()
    found.extend(build.dataset(cases.read(sorted(folder.iterdir(), reverse=True))))
    return found


def ask(invented, slug, columns, **given):
    """The chosen columns of an answer, patients without the name of the paper."""
    records = questions.ask(invented, questions.find(slug), given).records()
    return {tuple(str(record[name]).removeprefix("invented-2000-") for name in columns) for record in records}


# From some hour of day 100 to some hour of day 120 are 19 to 20 whole days.
@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        ("any", {("p1", "certain", "10000000 /kg", "19", "20"), ("p4", "certain", "not reported", "19", "20")}),
        ("without-blinatumomab", {("p1", "certain", "10000000 /kg", "19", "20")}),
        ("blinatumomab", {("p4", "certain", "not reported", "19", "20")}),
    ],
)
def test_lymphocytes_for_a_relapse_are_told_from_those_before_it(partner, expected, invented):
    found = ask(
        invented, "dli-after-relapse", ["patient", "certainty", "cd3_dose", "day_min", "day_max"], partner=partner
    )
    assert found == expected


def test_the_partner_of_the_lymphocytes_is_named(invented):
    found = ask(invented, "dli-after-relapse", ["patient", "agents"], partner="without-blinatumomab")
    assert found == {("p1", "azacitidine; donor lymphocytes")}


def test_an_infection_is_told_by_its_time_and_a_suspected_one_is_possible(invented):
    found = ask(invented, "infections-after-transplant", ["patient", "certainty", "suspected", "status", "day_min"])
    assert found == {
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
        *((name, "certain", "hematologic", "100", "100") for name in ("p1", "p2", "p3", "p4")),
        ("p5", "possible", "hematologic", "1", "None"),
        ("p5", "possible", "extramedullary", "1", "None"),
    }


@pytest.mark.parametrize(("diagnosis", "count"), [("acute lymphoblastic leukemia", 5), ("AML", 0)])
def test_a_disease_includes_its_kinds(diagnosis, count, invented):
    found = ask(invented, "time-to-first-relapse-after-transplant", ["patient"], diagnosis=diagnosis)
    assert len(found) == count
