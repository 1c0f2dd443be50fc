"""Lines of markers as pathologists write them, and texts that are none."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.classify import read_markers
from kg.classify.phenotype import Finding, Lesion, Result, collected
from kg.classify.reading import LONGEST, MarkerTextError, _is_marker, _names

POSITIVE, NEGATIVE, PARTIAL = Result.POSITIVE, Result.NEGATIVE, Result.PARTIAL


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("CD19+", Finding("CD19", POSITIVE)),
        ("cd19 pos", Finding("CD19", POSITIVE)),
        ("CD19 positive", Finding("CD19", POSITIVE)),
        ("CD34-positive", Finding("CD34", POSITIVE)),
        ("CD19++", Finding("CD19", POSITIVE)),
        ("CD19(+)", Finding("CD19", POSITIVE)),
        ("CD20-", Finding("CD20", NEGATIVE)),
        ("CD20−", Finding("CD20", NEGATIVE)),
        ("CD20 neg", Finding("CD20", NEGATIVE)),
        ("CD20-negative", Finding("CD20", NEGATIVE)),
        ("CD20: negative", Finding("CD20", NEGATIVE)),
        ("CD20 not detected", Finding("CD20", NEGATIVE)),
        ("CD13+/-", Finding("CD13", PARTIAL)),
        ("CD13 partial", Finding("CD13", PARTIAL)),
        ("CD19dim", None),
        ("CD19 dim", Finding("CD19", POSITIVE, intensity="weak")),
        ("CD19(dim)", Finding("CD19", POSITIVE, intensity="weak")),
        ("CD19+weak", Finding("CD19", POSITIVE, intensity="weak")),
        ("CD19^bright", Finding("CD19", POSITIVE, intensity="strong")),
        ("CD19+ (strong, 95%)", Finding("CD19", POSITIVE, intensity="strong", percent=(Decimal(95), Decimal(95)))),
        ("CD19+ moderate", Finding("CD19", POSITIVE)),
        ("CD19+ variable", Finding("CD19", POSITIVE, intensity="heterogeneous")),
        ("CD19+ 40-60%", Finding("CD19", POSITIVE, percent=(Decimal(40), Decimal(60)))),
        ("CD19+ <20%", Finding("CD19", POSITIVE, percent=(Decimal(0), Decimal(20).next_minus()))),
        ("CD19+ >20%", Finding("CD19", POSITIVE, percent=(Decimal(20).next_plus(), Decimal(100)))),
        ("CD19+ ≥20%", Finding("CD19", POSITIVE, percent=(Decimal(20), Decimal(100)))),
        ("sCD22+", Finding("CD22", POSITIVE, "surface")),
        ("mCD22+", Finding("CD22", POSITIVE, "surface")),
        ("smCD22+", Finding("CD22", POSITIVE, "surface")),
        ("cCD22+", Finding("CD22", POSITIVE, "cytoplasm")),
        ("cyCD22+", Finding("CD22", POSITIVE, "cytoplasm")),
        ("nTdT+", Finding("TdT", POSITIVE, "nucleus")),
        ("cytoplasmic CD3-", Finding("CD3", NEGATIVE, "cytoplasm")),
        ("CD3+ (surface)", Finding("CD3", POSITIVE, "surface")),
        ("c-kit+", Finding("CD117", POSITIVE)),
        ("HLA-DR+", Finding("HLADR", POSITIVE)),
        ("myeloperoxidase+", Finding("MPO", POSITIVE)),
    ],
)
def test_a_marker_is_read(text: str, finding: Finding | None) -> None:
    if finding is None:
        with pytest.raises(MarkerTextError):
            read_markers(text)
    else:
        assert read_markers(text).findings == (finding,)
        assert read_markers(str(finding)).findings == (finding,)


def test_the_line_of_the_brief() -> None:
    read = read_markers("CD19+ CD10+ MPO+ CD3- sCD22+ cCD79a(bright) TdT+, CD20 neg")
    assert str(read) == "CD10+, CD19+, CD20-, sCD22+, CD3-, cCD79a+ (strong), MPO+, TdT+"


def test_groups_signs_win_over_them_and_a_semicolon_ends_them() -> None:
    read = read_markers("Positive for CD19, CD10 and MPO, CD20-; negative: CD3, CD5. # a comment\nCD34+")
    assert str(read) == "CD10+, CD19+, CD20-, CD3-, CD34+, CD5-, MPO+"
    with pytest.raises(MarkerTextError, match="neither positive nor negative"):
        read_markers("positive for CD19; CD10")


def test_lesions_and_karyotypes_are_read() -> None:
    read = read_markers('BCR::ABL1 absent, t(9;22)+, KMT2A rearrangement not detected; karyotype: "46,XX[20]"')
    assert read.lesions == (Lesion("BCRABL1", False), Lesion("KMT2ARearrangement", False), Lesion("T9_22", True))
    assert read.karyotypes[0].text == "46,XX[20]"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("CD79b+", "1:1", "unknown marker 'CD79b'; did you mean 'CD79a'?"),
        ("CD19+\n  CD99x+", "2:3", "unknown marker 'CD99x'; did you mean 'CD99'?"),
        ("CD19+ MP0+", "1:7", "unknown marker 'MP0'; did you mean 'MPO'?"),
        ("CD19+ CD10 MPO+", "1:7", "'CD10' says neither positive nor negative; write 'CD10+' or 'CD10-'"),
        ("CD19 45%", "1:1", "'CD19' says neither positive nor negative; write 'CD19+' or 'CD19-'"),
        ("CD3 - positive", "1:7", "'CD3' has two results"),
        ("CD19+ dim bright", "1:11", "'CD19' has two intensities"),
        ("CD19+ 5% 6%", "1:10", "'CD19' has two percentages"),
        ("CD19+ 200%", "1:7", "'200%' is no share of blasts"),
        ("CD19+ >100%", "1:7", "'>100%' is no share of blasts"),
        ("CD19+ 60-40%", "1:7", "'60-40%' is no share of blasts"),
        ("CD19(bright", "1:5", "'(bright' is not understood after 'CD19'"),
        ("sCD3+ (cytoplasmic)", "1:1", "'sCD3' names two compartments: cytoplasm and surface"),
        ("CD3- bright", "1:1", "'CD3' is negative and strong; write one of them"),
        ("BCR::ABL1+ dim", "1:1", "'BCR::ABL1' is a lesion: it is present or absent, and nothing else"),
        ("🙂", "1:1", "unknown marker '🙂'"),
        ("x" * (LONGEST + 1), f"1:{LONGEST + 1}", f"longer than {LONGEST} characters; give the sheet of one patient"),
    ],
)
def test_an_error_tells_where_and_what(text: str, place: str, message: str) -> None:
    with pytest.raises(MarkerTextError) as caught:
        read_markers(text)
    assert str(caught.value) == f"{place}: {message}"


def test_nothing_is_read_from_nothing() -> None:
    assert read_markers("") == read_markers(" \n # only a comment") == collected([])


PIECES = [
    "CD19",
    "sCD22",
    "cCD79a",
    "MPO",
    "BCR::ABL1",
    "t(9;22)",
    "+",
    "-",
    "(",
    ")",
    "±",
    "dim",
    "bright",
    "45%",
    ",",
    ";",
]
PIECES += [" ", "\n", "#", "karyotype", '"', "positive for", "neg", ":", "%", "<", "²", "ß", "İ", "9" * 30, "\x00", "−"]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("(" * 3000)
@example("CD19+" * 2000)
@example("karyotype " * 500)
@example("CD19+ " + "-" * 500)
def test_hostile_text_raises_nothing_but_the_located_error(text: str) -> None:
    error = None
    try:
        read = read_markers(text)
    except MarkerTextError as caught:
        error = caught
    if error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
    else:
        assert read_markers(str(read)) == read


@given(
    st.lists(
        st.builds(
            Finding,
            st.sampled_from(sorted(filter(_is_marker, set(_names().values())))),
            st.just(POSITIVE),
            st.sampled_from(["", "surface", "cytoplasm", "nucleus"]),
            st.sampled_from(["", "weak", "strong", "heterogeneous"]),
            st.sampled_from([None, (Decimal("12.5"), Decimal("12.5")), (Decimal(0), Decimal(100))]),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(findings: list[Finding]) -> None:
    phenotype = collected(findings)
    assert read_markers(str(phenotype)) == phenotype


@pytest.mark.parametrize("name", sorted(_names()))
def test_every_name_of_the_ontology_is_read(name: str) -> None:
    read = read_markers(f"{name}+")
    assert [one.marker for one in read.findings] + [one.term for one in read.lesions] == [_names()[name]]
