"""Survival-ready tables: bounds that follow, unknowns that are explained, censoring that is kept, files that others read."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from csvw.metadata import CSVW
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from pyoxigraph import Store

from kg import assemble, cases, course, survival
from kg.cli import main
from kg.errors import StoreError
from kg.export import events
from kg.network import Bound, Network, Reason
from kg.statements import Said
from kg.survival.columns import EVENTS, PATIENTS, TIMES
from kg.survival.days import ORIGINS, Days, since
from kg.timeline import Timeline

GOLDEN = Path(__file__).with_name("endpoints.csv")


@pytest.fixture(scope="module")
def tables(shipped):
    return survival.tables(shipped)


@pytest.fixture(scope="module")
def folder(shipped, tmp_path_factory):
    """The files, written."""
    written = tmp_path_factory.mktemp("events")
    events.write(shipped, written)
    return written


def one(rows, **keys):
    """The row that has the keys."""
    found = [row for row in rows if keys.items() <= row.items()]
    assert len(found) == 1, keys
    return found[0]


def golden():
    lines = [line for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


# --- what the rows say ---


@pytest.mark.parametrize("expected", golden(), ids=lambda row: f"{row['patient']} {row['endpoint']}")
def test_endpoints_are_those_worked_out_by_hand(expected, tables):
    row = one(tables[TIMES], patient=expected["patient"], endpoint=expected["endpoint"])
    assert {key: "" if row[key] is None else str(row[key]) for key in expected} == expected


def test_events_of_the_present_case_lie_where_the_paper_puts_them(tables):
    own = [row for row in tables[EVENTS] if row["patient"] == "durer-2019-p1"]
    days = {row["event"]: (row["day_min_from_hct"], row["day_max_from_hct"], row["bounds_from_hct"]) for row in own}
    assert days["conditioning-tbi"] == (-3, -3, "exact")
    assert days["chimerism-1"] == (31, 31, "exact")
    assert days["relapse-1"] == (70, 123, "interval")
    assert days["diagnosis"] == (-242, -184, "interval")
    assert days["cr-2"] == (70, None, "no upper bound")
    assert days["laminectomy"] == (None, None, "unbounded")
    remission = one(own, event="cr-2")
    assert (remission["end_status"], remission["end_day_min_from_hct"]) == ("censored", 477)
    assert (remission["mrd_status"], remission["compartment"]) == ("MRD-negative", "marrow compartment")
    assert remission["conflict"] == "settled"
    assert one(own, event="cr-1")["end_status"] == "implied"  # over before the relapse
    assert (
        one(own, event="relapse-1")["end_status"] == "implied"
    )  # over before the second cycle, with the first infusion
    assert one(own, event="em-relapse")["end_status"] == "not reported"
    assert one(own, event="laminectomy")["end_status"] == ""
    assert one(tables[EVENTS], patient="ueda-2016-p2", event="gvhd")["end_status"] == "told"  # resolved
    assert "leukemia" not in days  # the disease is no event


def test_an_offset_counts_from_first_blinatumomab(tables):
    row = one(tables[EVENTS], patient="ueda-2016-p1", event="em-relapse")
    assert (row["day_min_from_blinatumomab"], row["day_max_from_blinatumomab"]) == (153, 216)  # 6 months
    assert row["bounds_from_diagnosis"] == "origin not reported"


def test_what_is_only_suspected_is_possible(tables):
    row = one(tables[EVENTS], patient="khan-2016-p1", event="gvhd")
    assert (row["category"], row["certainty"]) == ("GvHD", "possible")
    assert one(tables[EVENTS], patient="ueda-2016-p1", event="gvhd")["certainty"] == "certain"


def test_absent_not_available_and_not_reported_stay_apart(tables):
    own = one(tables[PATIENTS], patient="durer-2019-p1")
    assert own["stated_absent"] == "adverse event (in dli-1)"
    assert own["not_available"] == "chimerism assessment (in relapse-1)"
    assert (own["age_years"], own["sex"], own["not_reported"]) == (51, "female", "")
    other = one(tables[PATIENTS], patient="ueda-2016-p1")
    assert (other["age_years"], other["sex"], other["not_reported"]) == (None, "", "age_years sex")
    assert other["vital_status"] == "dead"
    assert own["vital_status"] == "not stated"  # no last contact is printed, and nobody is alive by default
    absences = {row["kind"] for row in tables[EVENTS] if row["patient"] == "alcharakh-2016-p1"}
    assert "cytokine release syndrome" not in absences


def test_open_conflicts_leave_their_sides_out(tables):
    row = one(tables[EVENTS], patient="ueda-2016-p4", event="em-relapse-1")
    assert row["conflict"] == "open"
    assert row["sites"] == "central nervous system; cerebrospinal fluid"


def test_every_patient_is_there_once_and_no_group(tables, shipped):
    names = [row["patient"] for row in tables[PATIENTS]]
    assert names == course.patients(shipped)
    assert not [name for name in names if "cohort" in name]
    for layout in (EVENTS, TIMES):
        keys = [tuple(row[name] for name in layout.key) for row in tables[layout]]
        assert len(keys) == len(set(keys)) > 0
        assert {row["patient"] for row in tables[layout]} == set(names)


def test_every_empty_bound_is_explained(tables, example_cases):
    """In the shipped cases, and in the example that has every construct of the format."""
    example = Store()
    example.extend(assemble.said(example_cases))
    explained(tables)
    explained(survival.tables(example))


def explained(tables):
    for layout, rows in tables.items():
        words = {column.name: {word for word, _ in column.words.meanings} for column in layout.columns if column.words}
        for row in rows:
            assert list(row) == [column.name for column in layout.columns]
            for column in layout.columns:
                value = row[column.name]
                assert not column.required or value not in (None, ""), (layout.name, column.name, row)
                assert column.name not in words or value in words[column.name] | (
                    {""} if not column.required else set()
                )
            for name in (
                column.name for column in layout.columns if "bounds" in column.name and column.name != "bounds"
            ):
                low, high = row[name.replace("bounds", "day_min")], row[name.replace("bounds", "day_max")]
                says = row[name]
                assert (low is None) == (
                    says in {"no lower bound", "unbounded", "origin not reported", "contradictory"}
                )
                assert (high is None) == (
                    says in {"no upper bound", "unbounded", "origin not reported", "contradictory"}
                )
                assert low is None or high is None or low <= high


def test_rows_that_can_be_analysed_have_a_lower_bound_and_only_they(tables):
    for row in tables[TIMES]:
        assert (row["lower"] is None) == (row["observed"] is None) == (row["bounds"] == "")
        assert row["observed"] == {"event": 1, "censored": 0, "death first": 0}.get(row["status"])
        assert row["upper"] is None or (row["observed"] == 1 and row["lower"] <= row["upper"])
        assert row["evidence"] or row["status"] in {"origin not reported", "not reported"}


# --- the case files that nobody has published ---


def told(yaml, tmp_path):
    """The tables of one patient in the short form, who is invented."""
    (tmp_path / "p.yaml").write_text(yaml, encoding="utf-8")
    (tmp_path / "publication.yaml").write_text(PUBLICATION, encoding="utf-8")
    store = Store()
    store.extend(assemble.said(cases.read([tmp_path / "publication.yaml", tmp_path / "p.yaml"])))
    return survival.tables(store)


PUBLICATION = f'publication: invented-2000\npassages:\n  s1: [sentence, 0-10, "sha256:{"0" * 64}"]\n'
HEAD = "patient: invented-2000-p1\ntold by: invented-2000\noccurrents:\n"
HCT = "  hct: {type: hematopoietic cell transplantation, at: s1, when: {date: 2016-04-01}}\n"


def test_death_without_relapse_is_no_relapse(tmp_path):
    found = told(HEAD + HCT + "  death: {type: death, at: s1, when: {day: 100, of: hct}}\n", tmp_path)
    relapse = one(found[TIMES], endpoint="relapse-after-hct")
    assert (relapse["status"], relapse["observed"], relapse["lower"], relapse["upper"]) == ("death first", 0, 100, None)
    death = one(found[TIMES], endpoint="death-after-hct")
    assert (death["status"], death["observed"], death["lower"], death["upper"]) == ("event", 1, 100, 100)


def test_a_suspected_relapse_is_undecided(tmp_path):
    suspected = "  r: {type: {value: marrow relapse, suspected: yes}, at: s1, when: {after: hct}}\n"
    assert one(told(HEAD + HCT + suspected, tmp_path)[TIMES], endpoint="relapse-after-hct")["status"] == "undecided"


def test_a_relapse_that_may_be_before_the_transplantation_is_undecided(tmp_path):
    untimed = "  r: {type: marrow relapse, at: s1}\n"
    assert one(told(HEAD + HCT + untimed, tmp_path)[TIMES], endpoint="relapse-after-hct")["status"] == "undecided"


def test_a_relapse_of_residual_disease_only_does_not_count(tmp_path):
    mrd = "  r: {type: MRD relapse, at: s1, when: {after: hct}}\n"
    remission = "  cr: {type: complete remission, at: s1, when: {day: 31, of: hct}}\n"
    row = one(told(HEAD + HCT + mrd + remission, tmp_path)[TIMES], endpoint="relapse-after-hct")
    assert (row["status"], row["lower"]) == ("censored", 31)


def test_a_later_cycle_or_infusion_is_not_the_first(tmp_path):
    later = (
        "  c: {type: treatment course, at: s1, agent: [blinatumomab, dasatinib]}\n"
        "  b2: {type: blinatumomab cycle, at: s1, part of: c, cycle number: 2}\n"
        "  d2: {type: donor lymphocyte infusion, at: s1, infusion number: 2}\n"
    )
    own = told(HEAD + HCT + later, tmp_path)[PATIENTS][0]
    assert (own["blinatumomab_events"], own["dli_events"], own["hct_events"]) == ("", "", "hct")


def test_times_that_cannot_all_hold_give_no_bounds(tmp_path):
    clash = "  a: {type: marrow relapse, at: s1, when: [{day: 10, of: hct}, {day: 90, of: hct}]}\n"
    found = told(HEAD + HCT + clash, tmp_path)
    row = one(found[EVENTS], event="a")
    assert (row["day_min_from_hct"], row["bounds_from_hct"]) == (None, "contradictory")
    assert one(found[TIMES], endpoint="relapse-after-hct")["status"] == "contradictory"


# --- bounds from the first of several origins ---

days = st.integers(-400, 400)


@given(st.lists(days, min_size=1, max_size=4), days, st.integers(0, 40), st.integers(0, 40))
def test_days_since_the_first_of_several_origins_hold_in_every_solution(origins, event, less, more):
    """The network allows the drawn times, so the bounds must hold them, whichever origin came first."""
    names = [f"patient/x/o{n}" for n in range(len(origins))]
    reason = Reason("drawn")
    bounds = []
    for name, day in zip(names, origins, strict=True):
        point = f"{name.split('/')[-1]}.start"
        bounds.append(Bound("e.start", point, (event - day + more) * 100, reason))
        bounds.append(Bound(point, "e.start", -(event - day - less) * 100, reason))
    timeline = Timeline(Said("patient/x", (), (), {}), (Network(bounds),))
    found = since(timeline, "e.start", names)
    assert found.low <= event - min(origins) <= found.high
    assert len(origins) > 1 or (found.low, found.high) == (event - origins[0] - less, event - origins[0] + more)


def test_no_origin_leaves_all_open():
    timeline = Timeline(Said("patient/x", (), (), {}), (Network([]),))
    assert since(timeline, "e.start", []) == Days(None, None)
    assert {origin.name for origin in ORIGINS} == {"diagnosis", "hct", "blinatumomab", "dli"}


# --- what is written ---


def test_the_files_are_valid_csv_on_the_web(folder, tmp_path):
    described = CSVW(str(folder / events.METADATA), validate=True)
    assert described.is_valid, described.warnings
    assert len(described.tables) == 3
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"-after-hct,event,", b"-after-hct,happened,"))
    with pytest.raises(ValueError, match="happened"):
        assert CSVW(str(tmp_path / events.METADATA), validate=True).is_valid


def test_parquet_holds_what_csv_holds(folder, tables):
    for layout in tables:
        by_csv = pd.read_csv(folder / f"{layout.name}.csv", dtype=str, keep_default_na=False)
        by_parquet = pyarrow.parquet.read_table(folder / f"{layout.name}.parquet").to_pylist()
        assert by_csv.to_dict("records") == [
            {name: "" if cell is None else str(cell) for name, cell in row.items()} for row in by_parquet
        ]


def test_lifelines_fits_what_is_written(folder):
    """Seven transplanted patients relapsed; one of them within known days."""
    read = pd.read_csv(folder / "endpoints.csv").query("endpoint == 'relapse-after-hct'")
    times = read.dropna(subset=["lower"])
    assert (len(read), len(times), int(times.observed.sum())) == (12, 10, 7)
    upper = times.upper.fillna(np.inf)
    turnbull = KaplanMeierFitter().fit_interval_censoring(times.lower, upper).survival_function_
    assert float(turnbull.loc[0].max()) == 1
    # who relapsed on days 70 to 123 is the only one of whom that is known, beside one free of relapse on day 182
    assert float(turnbull.loc[182].max()) == pytest.approx(0.5)
    earliest = KaplanMeierFitter().fit(times.lower, event_observed=times.observed)
    assert earliest.predict(0) == 1
    assert earliest.predict(182) == pytest.approx((9 - 6) / 9 * (1 / 2))


def test_the_dictionary_describes_every_column_and_warns(folder, tables):
    text = (folder / events.DICTIONARY).read_text(encoding="utf-8")
    assert survival.WARNING in text
    for layout in tables:
        for column in layout.columns:
            assert f"| {column.name} | {column.kind} |" in text
            assert not column.words or f"## Words of {column.words.name}" in text
    described = json.loads((folder / events.METADATA).read_text(encoding="utf-8"))
    assert described["dc:description"] == survival.WARNING


def test_writing_twice_gives_the_same_bytes(folder, shipped, tmp_path):
    written = [path for path in events.write(shipped, tmp_path) if path.suffix != ".parquet"]
    assert len(written) == 5
    assert all(path.read_bytes() == (folder / path.name).read_bytes() for path in written)


def test_a_folder_that_cannot_be_written_is_told(shipped, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="-o"):
        events.write(shipped, tmp_path / "file")


def test_the_command_writes_the_folder_and_warns(store_folder, tmp_path):
    def run(*more):
        return CliRunner().invoke(
            main, ["export", "--format", "events", "--store", str(store_folder), "-o", str(tmp_path / "out"), *more]
        )

    found = run()
    assert found.exit_code == 0
    assert found.stdout == ""
    assert survival.WARNING in found.stderr
    again = run("--patient", "durer-2019-p1")  # into the same folder
    assert again.exit_code == 0
    assert list(pd.read_csv(tmp_path / "out" / "patients.csv").patient) == ["durer-2019-p1"]
    group = run("--patient", "ueda-2016-cohort")
    assert group.exit_code == 1
    assert "no patient 'ueda-2016-cohort'" in group.stderr
    assert run("--publication", "durer-2019").exit_code == 2
