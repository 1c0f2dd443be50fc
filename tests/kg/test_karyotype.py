"""The ISCN reader against 18 judged strings, against what it writes itself, and against hostile text."""

import csv
import doctest
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.karyotype
from kg.karyotype import (
    AUTOSOMES,
    Abnormality,
    Clone,
    Karyotype,
    is_monosomal_karyotype,
    monosomies,
    read,
    structural,
    write,
)

SEED = "45,XX,del(9)(p21),-20(11)/ 46,XX,del(9),del(20)(q11.1)"


def judged() -> list[dict[str, str]]:
    with Path(__file__).with_name("karyotypes.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def codes(text: str) -> set[str]:
    return {diagnostic.code for diagnostic in read(text).diagnostics}


def test_the_judged_strings_are_all_there() -> None:
    assert [row["id"] for row in judged()] == [f"K{number:02}" for number in range(1, 19)]


@pytest.mark.parametrize("row", judged(), ids=lambda row: row["id"])
def test_a_judged_string_gets_its_verdict_and_codes(row: dict[str, str]) -> None:
    karyotype = read(row["karyotype"])
    assert (karyotype.text, karyotype.verdict) == (row["karyotype"], row["verdict"])
    assert codes(row["karyotype"]) == set(row["codes"].split())


def test_the_seed_is_explained_where_it_is_odd() -> None:
    found = [(one.code, one.severity, SEED[one.start : one.end]) for one in read(SEED).diagnostics]
    assert found == [
        ("ISCN-PAREN-COUNT", "Warning", "(11)"),
        ("ISCN-WS", "Info", " "),
        ("ISCN-NO-CELLS", "Warning", "46,XX,del(9),del(20)(q11.1)"),
        ("ISCN-ELIDED-BP", "Info", "del(9)"),
        ("ISCN-ACEN", "Info", "del(20)(q11.1)"),
    ]


def test_the_seed_gets_no_cell_count_that_it_does_not_state() -> None:
    assert [clone.cells for clone in read(SEED).clones] == [11, None]
    assert "[9]" not in write(read(SEED))


def test_the_seed_resolves_the_elided_breakpoint_by_back_reference() -> None:
    first, second = (clone.abnormalities[0] for clone in read(SEED).clones)
    assert first == second
    assert (first.back_reference, second.back_reference) == (False, True)
    assert second.breakpoints == (("p21",),)


def test_the_first_clone_of_the_seed_is_monosomal_and_the_second_is_not() -> None:
    first, second = read(SEED).clones
    assert (monosomies(first), [change.text for change in structural(first)]) == (("20",), ["del(9)(p21)"])
    assert (is_monosomal_karyotype(first), is_monosomal_karyotype(second)) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "45,X,-Y[20]",  # the sex field already lacks what is lost
        "46,X,inv(X)(p11q22)[20]",  # ... or altered
        "47,XXYc[20]",
        "48,XX,+8,+21c[20]",
        "47,XX,+mar[20]",
        "47,XX,mar[20]",  # a marker is extra with or without its sign
        "48,XX,+2mar[20]",
        "48,XX,+8x2[20]",
        "46,XX,5dmin[20]",
        "46,XY,+1,der(1;7)(q10;p10)[20]",
        "45,XX,dic(9;20)(p13.2;q11.2)[20]",
        "45,XX,psu dic(15;13)(q12;q12)[20]",
        "45,XY,der(13;14)(q10;q10)c[20]",
        "47,XX,t(9;22)(q34;q11.2),+der(22)t(9;22)[20]",
        "46,XX,ider(22)(q10)t(9;22)(q34;q11.2)[20]",
        "46,XX,ins(5;2)(p14;q22q32)[20]",
        "46,XX,t(9;22;11)(q34;q11.2;q13)[20]",
        "46,XX,del(5)(q?22q33)[20]",
        "46,XX,t(9;?)(q34;?)[20]",
        "45,XX,-?7[20]",
        "43~45,XY,-5,-7,+1~3mar[cp12]",
        "69<3n>,XXX[20]",
        "25,X,+8,+21[20]",
        "92,XXXX[20]",
        "56,XX,+X,+4,+6,+10,+14,+17,+18,+21,+21,+mar[20]",
        "46,XX,t(8;21)(q22;q22.1)[5]/45,sl,-X[9]/46,sdl1,+8[3]/92,slx2[2]",
        "46,XX,inc[20]",
        "//46,XX[20]",
        "46,XY[20]//",
        "46,XX[20].nuc ish(ABL1,BCR)x3[100/200]",
        "arr[GRCh38] 9p21.3(21900000_22000000)x1",
    ],
)
def test_correct_iscn_is_valid_and_keeps_its_meaning(text: str) -> None:
    karyotype = read(text)
    assert karyotype.verdict == "valid", karyotype.diagnostics
    assert read(write(karyotype)) == karyotype


@pytest.mark.parametrize(
    ("text", "code", "verdict"),
    [
        ("46,XX,del(9)[20]", "ISCN-ELIDED-BP", "nonstandard"),
        ("46,XX,del(9)(p21)[9]/46,XX,del(9)(p22)[9]/46,XX,del(9)[9]", "ISCN-ELIDED-BP", "nonstandard"),
        ("46,XY,i(17q)[20]", "ISCN-ELIDED-BP", "nonstandard"),
        ("46,XX(20)", "ISCN-PAREN-COUNT", "nonstandard"),
        ("46,XX,del(9)(p21)(cp7)", "ISCN-PAREN-COUNT", "nonstandard"),
        ("46,XX,del(9)(21)", "ISCN-TOKEN", "invalid"),  # a breakpoint without its arm is no cell count
        ("45,XX,-20(11)[9]", "ISCN-TOKEN", "invalid"),
        ("46,XX,t(9;22)(q34)[20]", "ISCN-BAND", "invalid"),
        ("46,XX,t(9)(q34)[20]", "ISCN-BAND", "invalid"),
        ("46,XX,inv(16)(p13)[20]", "ISCN-BAND", "invalid"),
        ("46,XX,del(5)(q41)[20]", "ISCN-BAND", "invalid"),
        ("46,Y,t(18;X)(q11;p11)[20]", "ISCN-T-ORDER", "nonstandard"),
        ("47,XX,+23[20]", "ISCN-TOKEN", "invalid"),
        ("46 XX[20]", "ISCN-TOKEN", "invalid"),
        ("46,sl,+8[20]", "ISCN-TOKEN", "invalid"),
        ("46,XX[20]/", "ISCN-TOKEN", "invalid"),
        ("46,XX,,+8[20]", "ISCN-TOKEN", "invalid"),
        ("45,XX,+8[20]/46,sl,-8[20]", "ISCN-COUNT", "invalid"),
        ("", "ISCN-TOKEN", "invalid"),
    ],
)
def test_an_oddity_has_its_code(text: str, code: str, verdict: str) -> None:
    assert code in codes(text)
    assert read(text).verdict == verdict


def test_an_ambiguous_back_reference_is_left_open() -> None:
    last = read("46,XX,del(9)(p21)[9]/46,XX,del(9)(p22)[9]/46,XX,del(9)[9]").clones[-1]
    assert last.abnormalities[0].breakpoints == ()


def test_an_unread_word_is_kept_as_it_was_printed() -> None:
    (change,) = read("46,XX,trisomy 8[20]").clones[0].abnormalities
    assert (change.kind, change.text) == ("unread", "trisomy 8")


def test_a_subclone_inherits_from_the_clone_that_it_names() -> None:
    text = "46,XX,t(8;21)(q22;q22.1)[5]/45,sl,-X[9]/46,sdl1,+8[3]/47,idem,+4[2]"
    second, third, fourth = read(text).clones[1:]
    assert [(change.text, change.inherited) for change in third.abnormalities] == [
        ("t(8;21)(q22;q22.1)", True),
        ("-X", True),
        ("+8", False),
    ]
    assert [change.text for change in fourth.abnormalities] == ["t(8;21)(q22;q22.1)", "+4"]
    assert (second.sex, third.stemline) == ("XX", "sdl1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("44,XY,-5,-7[9]", True),
        ("45,XY,-7[9]", False),
        ("45,XY,-7,+mar,-5[9]", True),
        ("44,X,-Y,-7[9]", False),  # a lost sex chromosome does not count
        ("46,XY,-7,+der(7)t(7;12)(p13;q13)[9]", False),  # the older way to write der(7)
        ("45,XY,-?7,del(5)(q13q33)[9]", False),
        ("45,XX,t(8;21)(q22;q22.1),-7[9]", False),  # core-binding-factor AML
        ("45,XX,inv(16)(p13.1q22),-7[9]", False),
        ("67<3n>,XXX,-5,-7[9]", False),
    ],
)
def test_a_monosomal_karyotype_is_eln_s(text: str, *, expected: bool) -> None:
    assert is_monosomal_karyotype(read(text).clones[0]) is expected


def test_what_a_subclone_gained_or_lost_again_is_settled() -> None:
    text = "45,XX,-7,del(5)(q13q33)[9]/46,sl,+7[5]/44,sl,-del(5)(q13q33)[5]"
    _, regained, lost = read(text).clones
    assert (monosomies(regained), structural(lost)) == ((), ())


# Written forms and their meaning, from whole clones down: what they say must survive printing and reading.
BANDS = {
    "1": ("p36.1", "q21"),
    "5": ("p15", "q31"),
    "9": ("p21", "q34.1"),
    "17": ("p13", "q21"),
    "22": ("p12", "q11.2"),
}


def one_chromosome(kind: str, bands: int) -> st.SearchStrategy[Abnormality]:
    return st.sampled_from(sorted(BANDS)).map(lambda name: Abnormality(kind, (name,), (BANDS[name][:bands],)))


@st.composite
def translocations(draw: st.DrawFn, kind: str = "t") -> Abnormality:
    names = sorted(draw(st.sets(st.sampled_from(sorted(BANDS)), min_size=2, max_size=2)), key=int)
    return Abnormality(kind, tuple(names), tuple((draw(st.sampled_from(BANDS[name])),) for name in names))


whole = st.builds(
    lambda kind, name, uncertain, constitutional: Abnormality(
        kind, (name,), sign={"gain": "+", "loss": "-"}[kind], uncertain=uncertain, constitutional=constitutional
    ),
    st.sampled_from(["gain", "loss"]),
    st.sampled_from(AUTOSOMES),
    st.booleans(),
    st.booleans(),
)
markers = st.builds(
    lambda count, label: Abnormality("mar", sign="+", copies=(count, count), label=label),
    st.integers(1, 3),
    st.sampled_from(["", "1", "2"]),
)
derivatives = translocations().map(lambda part: Abnormality("der", part.chromosomes[:1], parts=(part,)))
abnormalities = st.one_of(
    whole,
    markers,
    derivatives,
    translocations(),
    translocations("dic"),
    one_chromosome("del", 1),
    one_chromosome("del", 2),
    one_chromosome("inv", 2),
    one_chromosome("add", 1),
    st.builds(replace, one_chromosome("dup", 2), sign=st.just("+")),
)


def step(change: Abnormality) -> int:
    if change.sign:
        return int(f"{change.sign}{change.copies[0]}")
    return -1 if change.kind == "dic" else 0


@st.composite
def karyotypes(draw: st.DrawFn) -> Karyotype:
    clones: list[Clone] = []
    for number in range(draw(st.integers(1, 4))):
        own = tuple(draw(st.lists(abnormalities, max_size=4)))
        inherited: tuple[Abnormality, ...] = ()
        sex, stemline = draw(st.sampled_from(["XX", "XY"])), ""
        if number and draw(st.booleans()):
            source = draw(st.integers(0, number - 1))
            stemline = f"sdl{source}" if source else draw(st.sampled_from(["sl", "idem"]))
            sex = clones[source].sex
            inherited = tuple(replace(change, inherited=True) for change in clones[source].abnormalities)
        modal = 46 + sum(map(step, inherited + own))
        cells, composite = draw(st.integers(1, 200)), draw(st.booleans())
        clones.append(Clone(modal, sex, inherited + own, cells=cells, composite=composite, stemline=stemline))
    return Karyotype(tuple(clones))


@given(karyotypes())
def test_what_is_written_is_read_back(karyotype: Karyotype) -> None:
    again = read(write(karyotype))
    assert again == karyotype
    assert again.verdict == "valid", again.diagnostics
    assert write(again) == write(karyotype)


@given(st.text(alphabet="0123456789XYpqcdeltinvrmasl()[]<>;:,./~?+-− x\n", max_size=80) | st.text(max_size=80))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    karyotype = read(text)
    assert karyotype.text == text
    assert all(0 <= one.start <= one.end <= len(text) for one in karyotype.diagnostics)
    write(karyotype)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "del(" * 2_500,
        "46,XX,del(9)(" + "q???" * 2_500 + ")x",
        "46,XX,der(1)" + "t(1;2)(q21;q21)" * 600 + "z",
        "46,XX,del(9)(p21)" + ",del(9)" * 1_400,
        "/" * 10_000,
        "," * 10_000,
        "[1" * 5_000,
        ". " * 5_000,
        "1" * 10_000,
        "\u2212" * 10_000,
        "46,XX" + ",+8" * 1_600 + "/1,sl" * 1_000,  # each of 1000 subclones inherits 1600 changes
        "46,XX,+8" + "".join(f"/1,sdl{number},+8" for number in range(1, 100)) * 9,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    began = time.perf_counter()
    write(read(text))
    # Each takes well under 0.5 s; anything exponential or quadratic in Python objects would take minutes.
    assert time.perf_counter() - began < 5


def test_the_examples_in_the_module_hold() -> None:
    failed, tried = doctest.testmod(kg.karyotype)
    assert (failed, tried) == (0, 3)
