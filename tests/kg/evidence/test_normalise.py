"""What normalisation does (each rule's example), and what it never does.

Invariants, for text without an escape that needs more than the allowed rounds:

1. `normalise` is idempotent, and leaves one line without leading, trailing or double blanks.
2. The sequence of digits, signs, comparators, brackets, `%` and `/` is that of the source once spellings are folded
   (`_FOLDED`) and markup is taken away. The one exception is N16: the hyphen of a word cut at a line end goes.
3. Two numbers that the source separates, by a blank or by raising or lowering one, stay separate.
"""

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.errors import EvidenceError
from kg.evidence import RULES, Rule, normalise

PROTECTED = set("0123456789+-±<>≤≥=()[]{}%/")
_FOLDED = {"−": "-", "–": "-", "‑": "-", "⁻": "-", "⁺": "+", "⁷": "7", "₂": "2", "⩾": "≥", "≦": "≤", "＜": "<"}


def protected(text: str) -> str:
    """Return the characters that carry a result, in order, in one spelling each."""
    folded = "".join(_FOLDED.get(character, character) for character in text)
    return "".join(c for c in folded.replace("<=", "≤").replace(">=", "≥") if c in PROTECTED)


def test_rules_are_numbered_in_order() -> None:
    assert [rule.id for rule in RULES] == [f"N{number:02}" for number in range(1, len(RULES) + 1)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_does_what_its_example_says(rule: Rule) -> None:
    assert rule.apply(rule.before) == rule.after
    assert rule.apply(rule.after) == rule.after


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"( $5.07 \times 10^6$ /kg CD3+)", "(5.07 x 10^6/kg CD3+)"),
        (r"$1\times10^{-3}$ and 1×10⁻³ and 1 x 10<sup>−3</sup>", "1 x 10^-3 and 1 x 10^-3 and 1 x 10^-3"),
        (r"MRD $<$ 0.01 %, $\leq 5\%$, $10^{4}$ cells/$\mu$L", "MRD < 0.01 %, ≤ 5%, 10^4 cells/μL"),
        ("a fee of $5,000 and $10,000", "a fee of $5,000 and $10,000"),
        ("CD19<sup>+</sup>CD20<sup>-</sup>CD3<sup>**+**</sup>", "CD19+CD20-CD3+"),
        ("46,XX,del(20)[11](q11.1)", "46,XX,del(20)[11](q11.1)"),
        ("shown [[1](#page-8),[2](#page-9)]", "shown [1,2]"),
        ("day −3, day –3, day ‑3 and day +3", "day -3, day -3, day -3 and day +3"),
        ("relapse – 3 patients — none alive", "relapse – 3 patients — none alive"),
        ("B-\nand T-cell, CD20-\nand CD33-\nnegative", "B- and T-cell, CD20- and CD33-negative"),
        ("&amp;lt; 5 &ge; 3 R&D", "< 5 ≥ 3 R&D"),
        ("HLA-A*02:01 and B*07:02", "HLA-A*02:01 and B*07:02"),
        ("2½ and H₂O and 10₂ and 1\x003", "2½ and H2O and 10_2 and 1 3"),
        ("p<0.05 and q>0.1, <i>n</i> = 3", "p<0.05 and q>0.1, n = 3"),
        ("graft‑\nversus-\nhost dis\u00ad\nease", "graft-versus-host disease"),
    ],
)
def test_traps(source: str, expected: str) -> None:
    assert normalise(source) == expected


@given(st.text() | st.text("*_\\$&;#<>/subpamlt[](){}^~ \n\u00ad+-–⁷₂1a"))
def test_is_idempotent_and_one_line(text: str) -> None:
    try:
        once = normalise(text)
    except EvidenceError:
        assume(False)
    assert normalise(once) == once
    assert once == " ".join(once.split())


@given(st.text("0123456789cxXD+-−–‑±<>≤≥⩾≦＜=()[]{}/%.,;: ⁷⁺⁻₂“”µ×\u200b\u00a0"))
def test_plain_text_keeps_what_carries_a_result(text: str) -> None:
    assert protected(normalise(text)) == protected(text.replace("\u200b", ""))


MARKUP = [
    ("CD19<sup>+</sup>", "19+"),
    ("CD3<sup>−</sup>", "3-"),
    ("**CD20-**", "20-"),
    ("*del(12p)*", "(12)"),
    ("10⁷/kg", "107/"),
    ("m<sup>2</sup>", "2"),
    (r"$5.07 \times 10^{6}$", "507106"),
    (r"$\geq 0.01\%$", "≥001%"),
    ("&lt; 3", "<3"),
    ("&amp;gt;= 4", "≥4"),
    ("[(a) < 5](https://example.org/9?b=(8))", "()<5"),
    ("46,XY[11]", "46[11]"),
    ("a<br>-1", "-1"),
    (r"\*p \> 0.05", ">005"),
    ("day –3", "-3"),
    ("1–7", "1-7"),
    ("a – b", ""),
]


@given(st.lists(st.sampled_from(MARKUP)))
def test_markup_goes_and_its_content_stays(pieces: list[tuple[str, str]]) -> None:
    source = " ".join(piece for piece, _ in pieces)
    assert protected(normalise(source).replace(" – ", " ")) == "".join(kept for _, kept in pieces)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from("\u00a0\n\t\f\x00\x1f\u2009"))
def test_numbers_do_not_run_together(first: int, second: int, between: str) -> None:
    assert re.findall(r"\d+", normalise(f"{first}{between}{second}")) == [str(first), str(second)]


@pytest.mark.parametrize(
    "piece",
    ["<sup>", "\\[", "*a", "**", "_", "$", "$a", "&amp;", "&", "[", "[a](http:", "( ", "-\n", "a-\n", " ", "\u00ad\n",
     '<a x="', "10^", "Á", "́a", "\ufdfa", "\u202e", "<", "`", "!["],
)  # fmt: skip
def test_hostile_repetition_takes_bounded_time(piece: str) -> None:
    started = time.perf_counter()
    normalise(piece * (300_000 // len(piece)))
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("text", ["a" + "\u0301\u0316" * 50_000, "\\" * 100_000])
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        normalise(text)
