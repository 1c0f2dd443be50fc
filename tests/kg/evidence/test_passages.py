"""Passages of an invented paper with a real one's difficulties, and of the real one where it is at hand."""

import contextlib
import re
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import EvidenceError
from kg.evidence import Document, digest_of, locate, passages, read_source, relocate
from kg.evidence.sentences import sentence_ranges

INVENTED = Path(__file__).with_name("invented-paper.md")
SMALL_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 60>>stream
BT /F 12 Tf 9 9 Td (CD20- at day -3. An invented PDF.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
startxref
0
%%EOF
"""
REAL = Path(__file__).parents[4] / "shared" / "paper" / "durer-2019.txt"
DIGEST_OF_THE_REAL_PAPER = "sha256:7dcedb35288de2e0a4339f8c7b0da8be0b4f97480ec9eb7c3fcc49f2ec36fb22"
KINDS_OF_THE_REAL_PAPER = {
    "front matter": 8,
    "title": 1,
    "sentence": 113,
    "keywords": 1,
    "table caption": 1,
    "table header": 6,
    "table cell": 51,
    "table note": 1,
    "heading": 11,
    "reference": 33,
    "reference title": 33,
    "reference note": 7,
}
SOME_DIGESTS = {
    "case-presentation.s3": "sha256:555adcad01baadd2c510e1c5ac504343b7028392948630438717a5a5964d1254",
    "case-presentation.s9": "sha256:ad6567a260fc843b3cd9de857377ca1bf0a109fc42865606dff9eef1dd2d7dff",
    "table-1.r3.c6": "sha256:9e4f49d5e0ebccd728b55255e3c4922caed49d9f7ef624f2349df500bbc2c7ec",
    "table-1.r10.c6": "sha256:e41a25eca5a5472ee7e8fd59546d5d2eb63f1f940fcec6054c91de44e97394cc",
    "ref-18.title": "sha256:35f13c3ede2bc0e28bdf02b6af190b77f391bf239c3bdd91f4209e731d149976",
    "discussion.s29": "sha256:ee3230d14ecc2880baf6619b7fe963062be52ad2c12a17d6d8a19565d0066006",
    "summary-points.s5": "sha256:3b0944fdc5af16ae1ce305f1f0c0f2e87115cc121723baba99e5a555b1134764",
}


@pytest.fixture(scope="module")
def paper() -> Document:
    return read_source(INVENTED)


def text_of(document: Document, passage_id: str) -> str:
    passage = document.get(passage_id)
    assert passage, f"no passage {passage_id}"
    return passage.text


def check_whole(document: Document) -> None:
    """Demand what holds for every document."""
    ids = [p.id for p in document.passages]
    assert len(ids) == len(set(ids))
    for passage in document.passages:
        assert re.fullmatch(r"[a-z0-9.-]+", passage.id)
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.digest == digest_of(passage.text)
        assert passage.section == passage.id.split(".")[0]
    assert [p.start for p in document.passages] == sorted(p.start for p in document.passages)


def test_ranges_digests_and_ids(paper: Document) -> None:
    check_whole(paper)


def test_sections_and_kinds(paper: Document) -> None:
    assert Counter((p.section, p.kind) for p in paper.passages) == {
        ("front", "front matter"): 6,
        ("title", "title"): 1,
        ("abstract", "sentence"): 2,
        ("keywords", "keywords"): 1,
        ("introduction", "sentence"): 5,
        ("table-1", "table caption"): 1,
        ("table-1", "table header"): 4,
        ("table-1", "table cell"): 14,
        ("table-1", "table note"): 1,
        ("case-report", "heading"): 1,
        ("presentation", "heading"): 1,
        ("presentation", "sentence"): 10,
        ("figure-1", "figure caption"): 1,
        ("summary-points", "heading"): 1,
        ("summary-points", "sentence"): 3,
        ("references", "heading"): 1,
        ("references", "sentence"): 1,
        ("ref-1", "reference"): 1,
        ("ref-1", "reference title"): 1,
        ("ref-2", "reference"): 1,
        ("ref-2", "reference title"): 1,
        ("ref-2", "reference note"): 2,
        ("ref-3", "reference"): 1,
        ("ref-3", "reference title"): 1,
        ("ref-4", "reference"): 1,
    }


@pytest.mark.parametrize(
    ("passage_id", "expected"),
    [
        ("abstract.s1", "We tell of a 44-year-old man whose leukemia was CD19+, CD20- and CD33-."),
        ("introduction.s2", "Quillfeather et al. saw remission in 61 vs 38% [3-5]."),
        ("introduction.s3", "Teclistamide is an invention.[6]"),
        ("introduction.s4", "It binds CD19 & CD3 <weakly>."),
        ("table-1.h.c3", "Status before treatment"),
        ("table-1.r1.c4", "MRD < 0.01% after cycle 1; no CRS"),
        ("table-1.r3.c3", "Patients 2 and 3: MRD-positive CR"),
        ("table-1.r3.c4", "Remained in CR for 17 and 5 mo, respectively; grade II skin aGVHD in patient 3"),
        ("table-1.r4.c4", "CR; P(x | y) not given"),
        (
            "presentation.s2",
            "The blasts were positive for CD10, CD19, TdT, cCD79a and negative for CD2, CD20 and CD33.",
        ),
        ("presentation.s3", "The karyotype was 46,XY,t(9;22)(q34;q11.2)[11]/46,XY[9]."),
        ("presentation.s5", "Remission was reached on day 27, with MRD ≥ 0.01% by flow cytometry."),
        ("presentation.s6", "The graft had 5.20 x 10^6/kg CD34+ cells (≥ 2 x 10^6/kg were asked for)."),
        ("presentation.s7", "6 months later he relapsed."),
        ("presentation.s9", "A CD19-directed drug was not given, and the disease spread to the sacral bone."),
        ("ref-2.title", "Is it a leukemia? A fable"),
        ("ref-2.note.s2", "It was told twice."),
        ("ref-3.title", "CD19+/CD20- cells in plain words"),
    ],
)
def test_difficult_passages(paper: Document, passage_id: str, expected: str) -> None:
    assert text_of(paper, passage_id) == expected


@pytest.mark.parametrize(
    "sentences",
    [
        ["The patient relapsed.", "3 months later, she died."],
        ["Shown by Dr. Quill et al. (2011) in Fig. 2.", "Then no more."],
        ["It was 0.5 mg i.v. twice.", "40 mg iv. on day -9 followed."],
        ["He took 5 mg b.i.d.", "The dose was halved."],
        ["It rose (see J. A. Oxbow).[29]", "Then it fell.^30,31", "It rose.32", "cCD79a was lost."],
        ["He had hepatitis B.", "The liver was spared."],
        ['She said "no."', "(It was yes.)", "Was it?", "Yes!"],
        ["1. It is one sentence vs. Two of them, e.g. No. 5 of p. 7."],
        ["Response was seen [3]. [4]", "None after that."],
    ],
)
def test_sentences(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_ranges(text)] == sentences


@given(st.text("aA1. [](\"'^!-", max_size=80).map(lambda t: " ".join(t.split())))
def test_sentences_cover_the_text(text: str) -> None:
    assert " ".join(text[start:end] for start, end in sentence_ranges(text)) == text


@given(st.lists(st.sampled_from([*INVENTED.read_text("utf-8").splitlines(), "\f", "# A", "| x |", "|--|", "- ", "7"])))
def test_any_order_of_lines_makes_a_whole_document(lines: list[str]) -> None:
    check_whole(Document.of("\n".join(["Words.", *lines])))


def test_a_table_within_a_sentence_follows_it() -> None:
    document = Document.of("It spread to the\n\n| a |\n|---|\n| b |\n\nTable 1. Cells.\n\nbone. It ended.")
    assert [p.id for p in document.passages] == [
        "opening.s1", "opening.s2", "table-1.h.c1", "table-1.r1.c1", "table-1.caption",
    ]  # fmt: skip


def test_names_are_not_given_twice() -> None:
    document = Document.of("# T\n\n## Methods\n\nA.\n\n## Methods\n\nB.\n\n## Таблица\n\nC.\n\n## Table 1\n\n| 5 |\n")
    assert [p.id for p in document.passages if p.kind != "heading"] == [
        "title", "methods.s1", "methods-2.s1", "section.s1", "table-1-2.r1.c1",
    ]  # fmt: skip


def test_plain_text_has_sections_and_references() -> None:
    document = Document.of("A fable.\n1. Introduction\nIt was.\nREFERENCES\n[1] Quill A. A title. J Fab 2,\n3.\n[2] B.")
    assert [p.id for p in document.passages] == [
        "opening.s1", "introduction.heading", "introduction.s1", "references.heading", "ref-1", "ref-1.title", "ref-2",
    ]  # fmt: skip


def test_locate_finds_what_is_there_and_what_is_like_it(paper: Document) -> None:
    assert locate(paper, "on days −3, −2 and +1")[0][0].id == "presentation.s4"
    assert [(p.id, score) for p, score in locate(paper, "The drug is invented. So is the")] == [
        ("summary-points.s2", 1.0),
        ("summary-points.s1", 1.0),
    ]
    best, score = locate(paper, "the man relapsed 6 months later")[0]
    assert (best.id, score < 1) == ("presentation.s7", True)
    assert locate(paper, "zzz") == locate(paper, " ") == []


def test_relocation_to_the_same_edition_changes_nothing(paper: Document) -> None:
    assert {moved.status for moved in relocate(paper.passages, paper)} == {"unchanged"}


def test_relocation_to_another_edition(paper: Document) -> None:
    source = INVENTED.read_text("utf-8")
    edition = Document.of(
        source.replace("May 2010", "June 2010")
        .replace("Nothing of this ever happened.", "")
        .replace("- Larger fables are needed.", "- A new point.\n- Larger fables are needed.")
        .replace("| This report ", "| Added (2013) | 1 | Marrow relapse | Unknown |\n| This report ")
    )
    found = {r.id: (r.status, r.to and r.to.id) for r in relocate(paper.passages, edition)}
    assert found["title"] == ("unchanged", "title")
    assert found["presentation.s1"] == ("changed", "presentation.s1")
    assert found["presentation.s2"] == ("moved", "presentation.s2")
    assert found["abstract.s2"] == ("lost", None)
    assert found["summary-points.s3"] == ("moved", "summary-points.s4")
    assert found["table-1.r4.c4"] == ("moved", "table-1.r5.c4")
    assert found["table-1.r4.c3"][0] == "ambiguous"


def test_only_the_recorded_fields_are_needed_to_relocate(paper: Document) -> None:
    recorded = [replace(p, text="", section="", kind="sentence") for p in paper.passages]
    assert {moved.status for moved in relocate(recorded, paper)} == {"unchanged"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no text"),
        (b" \n\t\f", "no text"),
        (b"\x89PNG\r\n\0\0", "binary"),
        ("Fäble".encode("latin-1"), "Byte 1 is not UTF-8"),
        ("A fable.".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7 damaged", "PDF cannot be read"),
        (b"a\n\n" * 100_001, "lines and cells"),
        (b"Word. " * 50_001, "more than 50000 passages"),
        (b"a" * 5_000_001, "5000001 characters"),
        (b"a" * 20_000_001, "20000001 bytes"),
    ],
)
def test_what_is_no_paper_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    source = tmp_path / "paper.txt"
    source.write_bytes(content)
    with pytest.raises(EvidenceError, match=says) as refusal:
        read_source(source)
    assert str(source) in str(refusal.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_source(tmp_path / "missing.txt")
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_source(tmp_path)


def test_a_pdf_without_the_extra_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(EvidenceError, match=r"leukemia-kg\[pdf\]"):
        read_source(tmp_path / "paper.pdf")


def test_a_pdf_is_read(tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="the extra leukemia-kg[pdf] is not installed")
    (tmp_path / "paper.pdf").write_bytes(SMALL_PDF)
    assert [p.text for p in read_source(tmp_path / "paper.pdf").passages] == ["CD20- at day -3.", "An invented PDF."]


@pytest.mark.parametrize("piece", ["a ", "a. b ", "((((", ". ", "1.", "# a\n", "| <b> ", "Fig. A", "1\n", "- a\n"])
def test_hostile_repetition_takes_bounded_time(piece: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(EvidenceError):
        passages("Words. " + piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 20


@pytest.mark.skipif(not REAL.exists(), reason=f"the paper is not at hand at {REAL}; it may not be distributed")
def test_the_real_paper() -> None:
    document = read_source(REAL)
    check_whole(document)
    kinds = Counter(p.kind for p in document.passages)
    assert kinds == KINDS_OF_THE_REAL_PAPER
    assert document.digest == DIGEST_OF_THE_REAL_PAPER
    sentences = Counter(p.section for p in document.passages if p.kind == "sentence")
    assert {s: sentences[s] for s in ("abstract", "introduction", "case-presentation", "discussion")} == {
        "abstract": 3,
        "introduction": 16,
        "case-presentation": 23,
        "discussion": 48,
    }
    digests = {p.id: p.digest for p in document.passages}
    assert {passage_id: digests[passage_id] for passage_id in SOME_DIGESTS} == SOME_DIGESTS
