"""Quantities as papers print them, and the conversions between units of one dimension."""

import doctest
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.units
from kg.errors import UnitError
from kg.units import UNITS, Quantity, read_quantity, to

READINGS = [
    ("60 mg/kg", "", "60", "mg/kg"),
    ("28 mcg", "", "28", "ug"),
    ("28 µg", "", "28", "ug"),
    ("28 mcg/day", "", "28", "ug/d"),
    ("5 mg / kg per day", "", "5", "mg/kg/d"),
    ("200 cGy", "", "200", "cGy"),
    ("200 cGY", "", "200", "cGy"),
    ("1 x 10^7 /kg", "", "10000000", "/kg"),
    ("1×10⁷/kg", "", "10000000", "/kg"),
    ("5.07 x 10^6 /kg", "", "5070000", "/kg"),
    ("12 10*9/L", "", "12000000000", "/L"),
    ("3 x 10⁻⁴", "", "0.0003", "1"),
    ("12 mg", "", "12", "mg"),
    ("0.5 mg", "", "0.5", "mg"),
    ("1,000 mg", "", "1000", "mg"),
    ("27 %", "", "27", "%"),
    ("27%", "", "27", "%"),
    (">= 0.01 %", ">=", "0.01", "%"),
    ("≤0.01%", "<=", "0.01", "%"),
    ("< 5 %", "<", "5", "%"),
    ("~ 3 months", "~", "3", "mo"),
    ("14.6 mo", "", "14.6", "mo"),
    ("2 weeks", "", "2", "wk"),
    ("51 a", "", "51", "a"),
    ("51 years", "", "51", "a"),
    ("7 day(s)", "", "7", "d"),
    ("0.9 /HPF", "", "0.9", "/[HPF]"),
    ("15 mg/m2", "", "15", "mg/m2"),
    ("15 mg/m²", "", "15", "mg/m2"),
    ("14.04", "", "14.04", "1"),
    ("−1.5 °C", "", "-1.5", "Cel"),
]


@pytest.mark.parametrize(("text", "comparator", "number", "ucum"), READINGS)
def test_a_printed_quantity_is_read(text: str, comparator: str, number: str, ucum: str) -> None:
    quantity = read_quantity(text)
    assert (quantity.comparator, quantity.number, quantity.ucum) == (comparator, Decimal(number), ucum)
    assert (quantity.upper, quantity.text) == (None, text)


@pytest.mark.parametrize(
    ("text", "low", "high", "ucum"),
    [("2-4", "2", "4", "1"), ("2–4 weeks", "2", "4", "wk"), ("1 to 2 x 10^6 cells/kg", "1e6", "2e6", "/kg")],
)
def test_a_range_keeps_both_ends(text: str, low: str, high: str, ucum: str) -> None:
    quantity = read_quantity(text)
    assert (quantity.number, quantity.upper, quantity.ucum) == (Decimal(low), Decimal(high), ucum)


def test_printed_zeros_survive_in_number_and_text() -> None:
    quantity = read_quantity(" 0.50 mg ")
    assert (str(quantity.number), quantity.text) == ("0.50", "0.50 mg")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3 mgs", "the nearest is 'mg'"),
        ("3 weks", "the nearest is 'wk'"),
        ("1,5 mg", "',5 mg' is not a unit"),  # a decimal comma, or a thousand cut short
        ("1 x 107 /kg", "'x 107' is not a unit"),  # a superscript that a PDF lost
        ("5 mg/", "'' is not a unit"),
        ("4-2 d", "the range runs downwards"),
        ("mg", "no number"),
        ("", "no number"),
        ("1 " + "x" * 10_000, "not a unit"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnitError, match=reason.replace("(", r"\(")):
        read_quantity(text)


@pytest.mark.parametrize(
    ("text", "ucum", "number"),
    [
        ("200 cGy", "Gy", "2"),
        ("0.5 mg", "ug", "500"),
        ("2 wk", "d", "14"),
        ("2 a", "mo", "24"),
        ("60 mg/kg", "g/kg", "0.06"),
        ("24 mg/d", "ug/h", "1000"),
        ("5000 /uL", "/L", "5000000000"),
        ("1 %", "1", "0.01"),
    ],
)
def test_commensurable_units_convert(text: str, ucum: str, number: str) -> None:
    quantity = read_quantity(text)
    assert to(quantity, ucum) == Quantity("", Decimal(number), None, ucum, text)


def test_a_conversion_keeps_comparator_and_range() -> None:
    converted = to(read_quantity(">= 2-4 wk"), "d")
    assert converted == Quantity(">=", Decimal(14), Decimal(28), "d", ">= 2-4 wk")


@pytest.mark.parametrize(
    ("text", "ucum", "reason"),
    [
        ("3 mo", "d", "no fixed number of days"),
        ("4 wk", "mo", "no fixed number of days"),
        ("60 mg/kg", "%", "cannot become"),  # UCUM cancels the masses; a dose is no percentage
        ("60 mg", "mg/kg", "cannot become"),
        ("28 ug", "mcg", "'ug' is the UCUM code of 'mcg'"),
        ("28 ug", "mgg", "the nearest is 'mg'"),
    ],
)
def test_other_units_do_not_convert(text: str, ucum: str, reason: str) -> None:
    with pytest.raises(UnitError, match=reason):
        to(read_quantity(text), ucum)


PAIRS = [(one, other) for one in UNITS for other in UNITS if UNITS[one].dimension == UNITS[other].dimension]


@given(st.sampled_from(PAIRS), st.decimals(min_value=0, max_value=10**6, places=3))
def test_a_conversion_and_its_inverse_give_the_number_back(pair: tuple[str, str], number: Decimal) -> None:
    one, other = pair
    there = to(Quantity("", number, None, one), other)
    back = to(there, one)
    # A third or a seventh has no end in Decimal; what is left after 28 digits is below any printed digit.
    assert abs(back.number - number) <= number * Decimal("1e-27")
    assert (back.ucum, there.ucum) == pair


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UnitError):
        assert read_quantity(text).text == text.strip()


def test_no_spelling_stands_for_two_units() -> None:
    spellings = [spelling for code, unit in UNITS.items() for spelling in (code, *unit.spellings)]
    assert len(spellings) == len(set(spellings))


def test_the_examples_in_the_module_hold() -> None:
    failed, tried = doctest.testmod(kg.units)
    assert (failed, tried) == (0, 3)
