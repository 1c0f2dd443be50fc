"""Solved intervals: distances read from the paper by hand, and laws that hold of every patient."""

import pytest

from kg import assemble, cases, files, intervals
from kg.timeline import key, solve

PUBLICATION = 'publication: invented-2000\npassages: {s1: [sentence, 0-10, "sha256:00"]}\n'
PATIENT = "patient/invented-2000-p1"


@pytest.fixture(scope="module")
def solved():
    """The solved timeline of every shipped patient."""
    said = assemble.by_subject(cases.read(files.case_files([files.CASES])))
    return {subject.split("/")[1]: solve(of) for subject, of in said.items() if subject.startswith("patient/")}


def told(timeline):
    """The intervals of a patient: least, most and order by short names and end point."""
    return {
        (key(i.earlier), key(i.later), i.point): (i.least, i.most, i.not_before) for i in intervals.intervals(timeline)
    }


# A month is 28 to 31 days; "n months" is from half a month less to one more, and from any hour of one day to any of the other,
# hence 153 and not 154 for six months. Day n of something is n - 1 days after its first; a first cycle begins its course.
@pytest.mark.parametrize(
    ("patient", "earlier", "later", "point", "expected"),
    [
        ("durer-2019-p1", "hct", "relapse-1", "Start", (70, 123, True)),
        ("linder-2016-p1", "blina", "crs", "Start", (2, 2, True)),
        ("ronchetti-2014-p1", "blina", "gvhd", "Start", (6, 6, True)),
        ("ueda-2016-p1", "blina-dli", "em-relapse", "Start", (153, 216, True)),
        ("ueda-2016-p1", "blina-dli", "relapse-2", "Start", (293, 371, True)),
        ("elchaer-2018-p1", "hct", "blina", "Start", (None, -1, False)),
        ("elchaer-2018-p2", "cr-1", "cr-1", "End", (1, None, True)),
        ("linder-2016-p1", "blina", "cr", "End", (153, None, True)),
    ],
)
def test_the_distance_is_the_one_read_from_the_paper(patient, earlier, later, point, expected, solved):
    assert told(solved[patient])[earlier, later, point] == expected


def test_what_nobody_tells_has_no_interval(solved):
    """Of Khan's remission the table tells nothing in relation to the treatment."""
    found = told(solved["khan-2016-p1"])
    assert ("blina", "cr", "Start") not in found
    assert ("hct", "relapse-1", "Start") in found


def test_every_interval_is_proved(solved):
    seen = 0
    for timeline in solved.values():
        for (earlier, later, point), (least, most, not_before) in told(timeline).items():
            seen += 1
            assert least is None or most is None or least <= most
            if not_before is True:
                assert least is not None
                assert least >= 0
            if not_before is False:
                assert most is not None
                assert most < 0
            mirrored = told(timeline).get((later, earlier, "Start")) if point == "Start" and seen % 20 == 0 else None
            if mirrored and most is not None and mirrored[0] is not None:
                assert mirrored[0] in (-most, -most - 1)  # rounded down on either side
    assert seen > 300


def test_a_suspected_event_has_its_interval_and_conflicts_without_a_preference_widen_it(tmp_path):
    (tmp_path / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    (tmp_path / "patient.yaml").write_text(
        "patient: invented-2000-p1\ntold by: invented-2000\noccurrents:\n"
        "  hct: {type: hematopoietic cell transplantation, at: s1}\n"
        "  gvhd: {type: {value: graft-versus-host disease, suspected: yes}, at: s1, when: {day: 20, of: hct}}\n"
        "  relapse: {type: relapse, at: s1, when: {conflict: value, values: [{day: 90, of: hct}, {day: 120, of: hct}]}}\n",
        encoding="utf-8",
    )
    said = assemble.by_subject(cases.read(files.case_files([tmp_path])))[PATIENT]
    found = told(solve(said))
    assert found["hct", "gvhd", "Start"] == (20, 20, True)
    assert found["hct", "relapse", "Start"] == (90, 120, True)
