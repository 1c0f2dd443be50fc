"""The account of what a format loses: complete whatever a format's writer does, and as its schema says."""

import json
from dataclasses import replace
from types import SimpleNamespace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import cli
from kg.cli.exchanging import PATIENT_FORMATS
from kg.export import exchange, loss
from kg.export.loss import FATES, GROUPS, REASONS, Ledger
from kg.statements import Conflict, Said, Statement

SCHEMA = json.loads(loss.SCHEMA.read_text("utf-8"))


def statement(name: str, **parts: object) -> Statement:
    """A statement of a patient `p1`, present and confirmed unless `parts` say otherwise."""
    plain = Statement(
        iri=f"statement/{name}", about="patient/p1", property="severity", values=(), polarity="Present", suspected=False,
        passages=(), source="publication/x", primary_source="", printed="", unit="", comparator="", upper="", anchor="",
        anchor_point="", qualifier="",
    )  # fmt: skip
    return replace(plain, **parts)


def said(*statements: Statement, conflicts: tuple[Conflict, ...] = ()) -> Said:
    return Said("patient/p1", statements, conflicts, {})


@pytest.fixture(scope="module")
def patients(shipped):
    found = exchange.read(shipped)
    assert len(found) == 12
    return found


# --- every statement is accounted for ---


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_kept_in_part_and_lost_together_are_all(example, data):
    """Whatever a writer keeps and lacks, of whatever it pleases."""
    subject = data.draw(st.sampled_from(sorted(s for s in example if s.startswith("patient/"))))
    ledger = Ledger(example[subject], disputes=data.draw(st.booleans()))
    for one in example[subject].statements:
        if data.draw(st.booleans()):
            ledger.keep(one, "a.json#/x")
        if data.draw(st.booleans()):
            ledger.lack(one, data.draw(st.sampled_from(sorted(REASONS))))
    report = ledger.report("form", ["a.json"])
    assert sorted(e.statement.iri for e in report.entries) == sorted(s.iri for s in example[subject].statements)
    assert sum(report.count(fate) for fate in FATES) == len(example[subject].statements)
    assert sum(sum(counts.values()) for counts in loss.by_group([report]).values()) == len(report.entries)
    for entry in report.entries:
        assert bool(entry.lacks) == (entry.fate != "kept")
    jsonschema.validate(json.loads(report.json()), SCHEMA)


def test_a_writer_that_does_nothing_loses_everything_for_a_reason(patients):
    for patient in patients:
        report = Ledger(patient.said).report("form", [])
        assert {entry.fate for entry in report.entries} == {"lost"}
        assert all(len(entry.lacks) == 1 for entry in report.entries)
        jsonschema.validate(json.loads(report.json()), SCHEMA)


def test_a_writer_cannot_account_for_a_statement_of_somebody_else():
    ledger = Ledger(said(statement("a")))
    ledger.keep(statement("b"), "x#/y")
    with pytest.raises(KeyError, match="not a statement of patient/p1: statement/b"):
        ledger.report("form", [])


def test_a_reason_must_be_one_of_the_table():
    with pytest.raises(KeyError, match="'dunno' is not a reason"):
        Ledger(said(statement("a"))).lack(statement("a"), "dunno")


# --- fates and reasons ---


def test_what_stands_somewhere_is_kept_and_what_lacks_something_is_kept_in_part():
    whole, part, gone = statement("whole"), statement("part"), statement("gone")
    ledger = Ledger(said(whole, part, gone))
    ledger.keep([whole, part], "a.json#/x")
    ledger.lack(part, "comparator", "it prints at least")
    report = ledger.report("form", ["a.json"])
    assert {e.statement.iri: e.fate for e in report.entries} == {
        "statement/whole": "kept", "statement/part": "kept in part", "statement/gone": "lost",
    }  # fmt: skip
    assert report.reasons() == {"comparator": 1, "no place": 1}
    assert not report.lossless
    assert report.sentence() == "p1: 3 statements: 1 kept, 1 kept in part, 1 lost (comparator 1, no place 1)"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({}, "no place"),
        ({"suspected": True}, "suspected"),
        ({"polarity": "NotAvailable"}, "not available"),
        ({"polarity": "Absent"}, "denied"),
        ({"polarity": "Absent", "property": "occurrence"}, "denied"),
        ({"polarity": "Absent", "property": "occurrence", "about": "patient/p1/dli"}, "scope"),
        ({"property": "startOffset", "anchor": "patient/p1/hct"}, "anchor"),
        ({"property": "afterCycle"}, "order"),
        ({"property": "startDate"}, "no place"),
    ],
)
def test_the_reason_of_a_loss_nobody_explained_is_read_from_the_statement(parts, reason):
    report = Ledger(said(statement("a", **parts))).report("form", [])
    assert report.reasons() == {reason: 1}


def test_the_preferred_side_of_a_conflict_lacks_that_it_is_disputed_unless_the_format_can_say_so():
    sides = statement("a"), statement("b")
    conflict = Conflict("conflict/1", "ValueConflict", ("statement/a", "statement/b"), ("statement/a",), "")
    for disputes, fate in ((False, "kept in part"), (True, "kept")):
        ledger = Ledger(said(*sides, conflicts=(conflict,)), disputes=disputes)
        ledger.keep(sides[0], "a.json#/x")
        first, second = ledger.report("form", []).entries
        assert (first.fate, second.fate) == (fate, "lost")
        assert second.lacks[0].reason == "other side"
    open_ = replace(conflict, prefers=())
    assert Ledger(said(*sides, conflicts=(open_,))).report("form", []).reasons() == {"open conflict": 2}


def test_only_what_is_present_confirmed_and_undisputed_is_a_fact():
    given_ = [
        statement("a"),
        statement("b", suspected=True),
        statement("c", polarity="Absent"),
        statement("d"),
        statement("e"),
    ]
    conflict = Conflict("conflict/1", "ValueConflict", ("statement/d", "statement/e"), ("statement/e",), "")
    ledger = Ledger(said(*given_, conflicts=(conflict,)))
    assert [found.iri for found in ledger.facts("patient/p1")] == ["statement/a", "statement/e"]
    assert ledger.facts("patient/p1", "dose") == []


def test_the_schema_lists_the_reasons_groups_and_fates_that_reports_use():
    assert SCHEMA["$defs"]["reason"]["enum"] == list(REASONS)
    assert SCHEMA["$defs"]["entry"]["properties"]["group"]["enum"] == list(GROUPS)
    assert SCHEMA["$defs"]["entry"]["properties"]["fate"]["enum"] == list(FATES)
    broken = json.loads(Ledger(said(statement("a"))).report("form", []).json())
    broken["statements"][0]["lacks"][0]["reason"] = "dunno"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


# --- the table of formats ---


def test_a_format_is_one_module_and_one_row(patients, monkeypatch, tmp_path):
    """Files, reports, their names and their account come of themselves."""

    def write(given_, ledgers):
        for patient in given_:
            ledgers[patient.id].keep(ledgers[patient.id].facts(patient.said.subject), f"{patient.id}.txt#1")
        return {f"{patient.id}.txt": b"x" for patient in given_}

    monkeypatch.setitem(
        exchange.FORMATS, "words", exchange.Exchange("Words", "words", ".txt", leaves_out=("all else",))
    )
    monkeypatch.setattr(exchange.importlib, "import_module", lambda *_: SimpleNamespace(write=write))
    written = exchange.write("words", patients)
    assert [report.files for report in written.reports] == [(f"{patient.id}.txt",) for patient in patients]
    paths = written.save(tmp_path / "new")
    assert len(paths) == 24
    report = json.loads((tmp_path / "new" / "durer-2019-p1.words.loss.json").read_text("utf-8"))
    jsonschema.validate(report, SCHEMA)
    assert report["summary"]["kept"] >= 3
    assert report["leavesOut"] == ["all else"]
    (tmp_path / "file").write_text("")
    with pytest.raises(exchange.ExchangeError, match="cannot be written"):
        written.save(tmp_path / "file")


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch, patients):
    monkeypatch.setitem(
        exchange.FORMATS, "x", exchange.Exchange("X", "x", "", extra="exchange", needs="not_installed_at_all")
    )
    with pytest.raises(exchange.ExchangeError, match=r"pip install 'leukemia-kg\[exchange\]'"):
        exchange.write("x", patients)


def test_the_command_line_names_every_format():
    assert tuple(exchange.FORMATS) == PATIENT_FORMATS
    (option,) = [p for p in cli.main.commands["export"].params if p.name == "form"]
    assert set(PATIENT_FORMATS) <= set(option.type.choices)


def test_patients_come_with_their_papers(patients):
    by_id = {patient.id: patient for patient in patients}
    (paper,) = by_id["durer-2019-p1"].publications
    assert (paper.id, paper.doi, paper.pmid) == ("durer-2019", "10.2217/imt-2018-0104", "30786841")
    assert [one.id for one in by_id["ueda-2016-p1"].publications] == ["ueda-2016", "durer-2019"]


@pytest.mark.parametrize(("seconds", "expected"), [("0", "1970-01-01T00:00:00"), ("", exchange.release_date())])
def test_the_time_of_making_is_never_that_of_the_clock(monkeypatch, seconds, expected):
    monkeypatch.setenv(exchange.EPOCH_VARIABLE, seconds)
    assert exchange.created().isoformat().startswith(expected)


def test_a_time_that_is_no_number_is_told(monkeypatch):
    monkeypatch.setenv(exchange.EPOCH_VARIABLE, "today")
    with pytest.raises(exchange.ExchangeError, match="seconds since 1970"):
        exchange.created()
