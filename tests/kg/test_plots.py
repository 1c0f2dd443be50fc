"""Pictures: marks against extents worked out by hand, and the SVG as XML; nothing dated that no paper dates."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kg import assemble, cases, files
from kg.plots import swimmer_svg, timeline_svg
from kg.plots.drawing import Scale, lanes, text_width
from kg.plots.layout import Extent, layout
from kg.plots.words import LANES, Words
from kg.timeline import key

SVG = "{http://www.w3.org/2000/svg}"


def saids(*folders):
    found = assemble.by_subject(cases.read(files.case_files([files.CASES, *folders])))
    return {name.removeprefix("patient/"): said for name, said in found.items() if name.startswith("patient/")}


SAIDS = saids()
assert SAIDS, "no patients are shipped"

CASE = """
patient: made-up-p1
told by: durer-2019
occurrents:
  hct: {type: autologous hematopoietic cell transplantation, at: case-presentation.s6}
  course: {type: treatment course, at: case-presentation.s6, agent: blinatumomab, when: {offset: 10 days, after: hct}}
  cr: {type: complete remission, at: case-presentation.s6, when: [{offset: 20 days, after: hct}], until: {offset: 50 days, after: hct}}
  relapse: {type: marrow relapse, at: case-presentation.s6, when: {offset: 60 days, after: hct}}
  cns: {type: CNS relapse, at: case-presentation.s6, when: {after: relapse}}
  gvhd:
    type: {value: graft-versus-host disease, suspected: yes}
    at: case-presentation.s6
  marrow: {type: bone marrow examination, at: case-presentation.s6, when: {by: day 15, of: hct}}
absent:
  - {what: cytokine release syndrome, in: course, at: case-presentation.s6}
"""


@pytest.fixture
def made_up(tmp_path: Path):
    (tmp_path / "made-up-p1.yaml").write_text(CASE, encoding="utf-8")
    return saids(tmp_path)["made-up-p1"]


def of(laid, name):
    (mark,) = [mark for mark in laid.marks if name in mark.occurrents]
    return mark


def parsed(svg):
    return ElementTree.fromstring(svg)


def drawn(svg):
    """How often each occurrent is drawn."""
    return Counter(name for group in parsed(svg).iter(f"{SVG}g") for name in group.get("data-of", "").split())


def texts(svg):
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


# --- the layout ---


def test_extents_of_the_papers_own_case_are_those_worked_out_by_hand():
    laid = layout(SAIDS["durer-2019-p1"])
    assert laid.axis == "days"
    assert laid.index == "allo-HCT"
    assert of(laid, "hct").certain == of(laid, "hct").possible == Extent(0, 0)
    assert of(laid, "marrow-2").possible == Extent(31, 31)
    assert of(laid, "marrow-2").exact
    relapse = of(laid, "relapse-1")
    assert relapse.onset == Extent(70, 123)  # 3 months: from 2.5 months of 28 days to less than 4 months of 31
    assert relapse.possible.low == 70
    assert of(laid, "conditioning-tbi").certain == Extent(-3, -1)
    assert of(laid, "diagnosis").possible == Extent(
        -242, -184
    )  # 1 September 2015 to 30 April, 30 September to 1 April 2016
    assert of(laid, "conditioning").onset == Extent(None, -6)  # it holds the cyclophosphamide of day -6


def test_certain_is_from_the_latest_start_to_the_earliest_end(made_up):
    laid = layout(made_up)
    assert laid.axis == "days"
    remission = of(laid, "cr")
    assert (remission.certain, remission.possible) == (Extent(20, 50), Extent(20, 50))
    relapse = of(laid, "relapse")
    assert (relapse.certain, relapse.possible) == (Extent(60, 60), Extent(60, None))  # its end is not told
    assert (of(laid, "marrow").certain, of(laid, "marrow").possible.high) == (None, 15)  # "by day 15"


def test_lanes_follow_compartments_and_kinds(made_up):
    laid = layout(made_up)
    assert of(laid, "relapse").lane == "marrow"
    assert of(laid, "cns").lane == "cns"
    assert of(laid, "gvhd").lane == "findings"
    assert of(layout(SAIDS["durer-2019-p1"]), "em-relapse").lane == "extramedullary"
    assert of(layout(SAIDS["durer-2019-p1"]), "conditioning-tbi").lane == "cells"


def test_a_treatment_told_in_order_only_stands_in_the_columns_of_that_order():
    laid = layout(SAIDS["ueda-2016-p1"])
    assert laid.axis == "order"
    cycles = [of(laid, f"blina-{number}") for number in range(1, 5)]
    starts = [mark.certain.low for mark in cycles]
    assert starts == sorted(set(starts))
    assert of(laid, "hct").certain.high < starts[0]
    assert of(laid, "dli-1").certain == cycles[2].certain  # "Cycles 3 & 4"
    assert of(laid, "cr").certain.low < starts[2]  # after cycle 2, and so before cycle 3
    assert of(laid, "cr").certain.low > starts[1]
    assert of(laid, "gvhd").onset.low is None  # before cycle 3, and nothing says after what
    assert of(laid, "gvhd").onset.high < starts[2]


@pytest.mark.parametrize("name", sorted(SAIDS))
def test_certain_lies_within_possible(name):
    for axis in ("days", "order"):
        for mark in layout(SAIDS[name], axis=axis).marks:
            if mark.certain:
                assert mark.possible.low is None or mark.possible.low <= mark.certain.low
                assert mark.possible.high is None or mark.certain.high <= mark.possible.high


@pytest.mark.parametrize("name", sorted(SAIDS))
def test_labels_do_not_run_into_each_other(name):
    for axis in ("days", "order"):
        laid = layout(SAIDS[name], axis=axis)
        boxes = []
        for lane in lanes(laid, Scale([laid]), 100):
            for item in lane.items:
                for text in item.texts:
                    width = text_width(text.text)
                    left = text.x - width if text.anchor == "end" else text.x
                    assert left >= 0
                    assert left + width <= 1000, text.text
                    boxes.append((left, left + width, item.y + text.y - 9, item.y + text.y + 3, text.text))
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
                assert apart, (one, other)


# --- the picture ---


@pytest.mark.parametrize("name", sorted(SAIDS))
def test_every_occurrent_of_the_lanes_is_drawn_exactly_once(name):
    said = SAIDS[name]
    words = Words(said)
    expected = {key(node) for node in said.occurrents if words.lane(node)}
    assert {words.lane(node) for node in said.occurrents} - {""} <= set(LANES)
    for axis in ("days", "order"):
        found = drawn(timeline_svg(said, axis=axis))
        assert set(found) == expected
        assert set(found.values()) <= {1}


def test_what_is_uncertain_is_drawn_as_such(made_up):
    root = parsed(timeline_svg(made_up))
    groups = {group.get("data-of"): group for group in root.iter(f"{SVG}g") if group.get("data-of")}
    looks = {name: [rect.get("class") for rect in group.iter(f"{SVG}rect")] for name, group in groups.items()}
    assert looks["cr"] == ["certain"]
    assert set(looks["relapse"]) == {"certain", "possible"}
    assert set(looks["marrow"]) == {"possible"}
    assert any(rect.get("mask") for rect in groups["relapse"].iter(f"{SVG}rect"))  # nothing bounds its end
    assert any(path.get("fill") == "#fff" for path in groups["gvhd"].iter(f"{SVG}path"))  # suspected: hollow


def test_an_order_alone_prints_no_days():
    svg = timeline_svg(SAIDS["ueda-2016-p1"])
    assert not [text for text in parsed(svg).iter(f"{SVG}text") if text.get("class") == "tick"]
    assert any("order only" in text for text in texts(svg))
    assert not re.search(r"\bdays? -?\d", svg)
    assert "start, solved" not in svg
    days = timeline_svg(SAIDS["durer-2019-p1"])
    assert [text for text in parsed(days).iter(f"{SVG}text") if text.get("class") == "tick"]


def test_absences_and_conflicts_of_time_stand_in_the_footer(made_up):
    footer = " ".join(texts(timeline_svg(made_up)))
    assert "no CRS (blinatumomab course)" in footer
    assert "sources disagree: " in " ".join(texts(timeline_svg(SAIDS["durer-2019-p1"])))


@pytest.mark.parametrize("name", sorted(SAIDS))
def test_text_alternative_tells_the_course_in_order(name):
    root = parsed(timeline_svg(SAIDS[name]))
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert name in title.text
    assert "Course in order: 1. " in desc.text
    for group in root.iter(f"{SVG}g"):
        if group.get("data-of"):
            assert "time as reported: " in group.find(f"{SVG}title").text
            assert "source: " in group.find(f"{SVG}title").text


def test_text_alternative_keeps_the_order_of_treatment():
    desc = parsed(timeline_svg(SAIDS["ueda-2016-p1"])).find(f"{SVG}desc").text
    places = [desc.index(words) for words in ("allo-HCT", *(f"blinatumomab cycle {number}:" for number in range(1, 5)))]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(SAIDS))
def test_same_input_gives_same_bytes_and_ids_do_not_clash(name):
    svg = timeline_svg(SAIDS[name])
    assert svg == timeline_svg(saids()[name])
    ids = [element.get("id") for element in parsed(svg).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"timeline-{name}") for one in ids)
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= set(ids)


def test_hostile_labels_are_escaped(tmp_path: Path):
    hostile = '</title><script>alert(1)</script>&"'
    case = CASE.replace(
        "when: {offset: 10 days, after: hct}", f"when: {{offset: 10 days, after: hct, printed: '{hostile}'}}"
    )
    (tmp_path / "made-up-p1.yaml").write_text(case, encoding="utf-8")
    said = saids(tmp_path)["made-up-p1"]
    for svg in (timeline_svg(said), swimmer_svg([said])):
        assert "<script" not in svg
        assert not list(parsed(svg).iter(f"{SVG}script"))
    assert any(hostile in (title.text or "") for title in parsed(timeline_svg(said)).iter(f"{SVG}title"))


def test_fonts_are_readable_and_nothing_is_fetched():
    for svg in (timeline_svg(SAIDS["durer-2019-p1"]), swimmer_svg(list(SAIDS.values()))):
        assert min(float(size) for size in re.findall(r"font-size:([\d.]+)px", svg)) >= 11
        assert not re.findall(r"href|https?://(?!www\.w3\.org/2000/svg)", svg)


# --- the swimmer plot ---


def test_a_swimmer_plot_has_a_row_for_each_patient_and_each_mark_once():
    svg = swimmer_svg(list(SAIDS.values()))
    rows = {group.get("aria-label"): group for group in parsed(svg).iter(f"{SVG}g") if group.get("aria-label")}
    assert set(rows) == set(SAIDS)
    for name, row in rows.items():
        found = Counter(one for group in row.iter(f"{SVG}g") for one in group.get("data-of", "").split())
        assert set(found.values()) == {1}, name
        words = Words(SAIDS[name])
        wanted = {"relapse", "remission", "death", "transplant", "infusion", "cycle", "radiation", "gvhd"}
        assert set(found) >= {
            key(node) for node in SAIDS[name].occurrents if words.kind(node) in wanted and words.lane(node) != ""
        } - {
            key(node)
            for node in SAIDS[name].occurrents
            if words.lane(node) == "cells" and words.kind(node) == "radiation"
        }
    assert svg == swimmer_svg(list(saids().values()))


def test_a_swimmer_plot_of_orders_alone_prints_no_days():
    svg = swimmer_svg([SAIDS["ueda-2016-p1"], SAIDS["ueda-2016-p2"]])
    assert not [text for text in parsed(svg).iter(f"{SVG}text") if text.get("class") == "tick"]
    assert any("order only" in text for text in texts(svg))


def test_an_arrow_only_for_a_remission_that_held_at_the_last_report(made_up):
    assert "CR 2, MRD-negative: in force at the last report" in swimmer_svg([SAIDS["durer-2019-p1"]])
    assert "in force at the last report</title>" not in swimmer_svg([made_up])


def test_nobody_is_no_error():
    assert parsed(swimmer_svg([])).get("role") == "img"
