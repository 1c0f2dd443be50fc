"""Bring a recorded quantity to its UCUM unit, in `Decimal`.

>>> read_quantity("28 mcg/day")
Quantity(comparator='', number=Decimal('28'), upper=None, ucum='ug/d', text='28 mcg/day')
>>> to(read_quantity("≥ 200 cGY"), "Gy")
Quantity(comparator='>=', number=Decimal('2'), upper=None, ucum='Gy', text='≥ 200 cGY')
>>> read_quantity("3 mgs")
Traceback (most recent call last):
    ...
kg.errors.UnitError: '3 mgs': 'mgs' is not a unit of the table; the nearest is 'mg'
"""

import difflib
import re
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, cast

from .errors import UnitError

Comparator = Literal["", "<", "<=", ">", ">=", "~"]


class Unit(NamedTuple):
    """One unit: what it measures, how many of that dimension's base unit it is, how papers spell it."""

    dimension: str
    factor: Decimal
    spellings: tuple[str, ...] = ()


# The one declared table, by UCUM code. Factors: UCUM 2.1, https://ucum.org/ucum. Two departures, both because UCUM's
# answer would be wrong for a patient: `mo` and `a` are calendar units (UCUM's mean year has 365.25 days, no real one
# has), and body mass in `mg/kg` does not cancel the mass above it.
UNITS = {
    "1": Unit("number", Decimal(1), ("cell", "cells")),
    "%": Unit("number", Decimal("0.01"), ("percent",)),
    "kg": Unit("mass", Decimal(1000)),
    "g": Unit("mass", Decimal(1), ("gram", "grams")),
    "mg": Unit("mass", Decimal("1e-3"), ("milligram", "milligrams")),
    "ug": Unit("mass", Decimal("1e-6"), ("mcg", "µg", "μg", "microgram", "micrograms")),  # micro sign, Greek mu
    "ng": Unit("mass", Decimal("1e-9")),
    "L": Unit("volume", Decimal(1), ("l",)),
    "dL": Unit("volume", Decimal("1e-1"), ("dl",)),
    "mL": Unit("volume", Decimal("1e-3"), ("ml",)),
    "uL": Unit("volume", Decimal("1e-6"), ("ul", "µl", "µL", "μl", "μL", "mcL")),
    "mm3": Unit("volume", Decimal("1e-6")),
    "m2": Unit("area", Decimal(1)),
    "mmol": Unit("amount", Decimal("1e-3")),
    "umol": Unit("amount", Decimal("1e-6"), ("µmol", "μmol")),
    "U": Unit("enzyme activity", Decimal(1)),
    "[iU]": Unit("biological activity", Decimal(1), ("IU",)),
    "Gy": Unit("absorbed dose", Decimal(1), ("GY", "gray")),
    "cGy": Unit("absorbed dose", Decimal("0.01"), ("cGY", "centigray")),
    "min": Unit("time", Decimal(60), ("minute", "minutes")),
    "h": Unit("time", Decimal(3600), ("hr", "hrs", "hour", "hours", "hour(s)")),
    "d": Unit("time", Decimal(86400), ("day", "days", "day(s)")),
    "wk": Unit("time", Decimal(604800), ("week", "weeks", "week(s)")),
    "mo": Unit("calendar time", Decimal(1), ("month", "months", "month(s)")),
    "a": Unit("calendar time", Decimal(12), ("y", "yr", "yrs", "year", "years", "year(s)")),
    "[HPF]": Unit("field of view", Decimal(1), ("HPF", "hpf")),
    "Cel": Unit("temperature", Decimal(1), ("°C",)),
}
_CODES = {spelling: code for code, unit in UNITS.items() for spelling in (code, *unit.spellings)}

_COMPARATORS = {"≤": "<=", "≥": ">=", "≈": "~"}
_SUPERSCRIPT = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_POWER = re.compile(r"(?<=10)[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_NUMBER = r"[0-9]++(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+"
# A power of ten needs its mark: "1 x 107" is what a PDF leaves of 1 x 10⁷, and nobody can tell it from 107.
_QUANTITY = re.compile(
    rf"([<>]=?|[≤≥≈~])?\s*([-\u2212]?{_NUMBER})(?:\s*(?:[-\u2013]|to\b)\s*({_NUMBER}))?"
    r"(?:\s*(?:[x×*·]\s*)?10[*^]([+-]?[0-9]{1,2}))?\s*(.*)"
)
# Fixed, so that a caller's decimal context cannot change a dose; 28 digits are more than any paper prints.
_CONTEXT = Context(prec=28)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range of numbers of a unit.

    Attributes:
        number: The number, or the lower end of a range; a power of ten is multiplied in.
        upper: The upper end of a range such as `2-4`.
        ucum: The unit's UCUM code; `1` where there is none.
        text: The quantity as printed, with its zeros.
    """

    comparator: Comparator
    number: Decimal
    upper: Decimal | None
    ucum: str
    text: str = ""


def read_quantity(text: str) -> Quantity:
    """Read a printed quantity such as `60 mg/kg`, `1 × 10⁷/kg`, `>= 0.01 %`, `2-4 weeks`.

    Raises:
        UnitError: There is no number, the unit is not in the table, or a range runs downwards.
    """
    printed = text.strip()
    power_marked = _POWER.sub(lambda match: "^" + match[0], printed).translate(_SUPERSCRIPT)
    match = _QUANTITY.fullmatch(power_marked)
    if not match:
        raise UnitError(f"'{printed[:80]}': no number found where a quantity must begin")
    comparator, number, upper, power, unit = match.groups()
    try:
        ucum = _ucum(unit)
    except UnitError as error:
        raise UnitError(f"'{printed[:80]}': {error}") from None
    low, high = _decimal(number, power), _decimal(upper, power) if upper else None
    if high is not None and high < low:
        raise UnitError(f"'{printed[:80]}': the range runs downwards; write the smaller number first")
    sign = cast(Comparator, _COMPARATORS.get(comparator, comparator or ""))
    return Quantity(sign, low, high, ucum, printed)


def to(quantity: Quantity, ucum: str) -> Quantity:
    """Express a quantity in another unit of the same dimension; its printed `text` stays.

    Raises:
        UnitError: A unit is not in the table, or the two measure different things. A month or a year is no number of
            days: only a patient's timeline can relate them.
    """
    dimension, factor = _measure(quantity.ucum)
    wanted, divisor = _measure(ucum)
    if dimension != wanted:
        hint = "; months and years have no fixed number of days" if "calendar time" in (*dimension, *wanted) else ""
        raise UnitError(
            f"'{quantity.ucum}' ({' / '.join(dimension)}) cannot become '{ucum}' ({' / '.join(wanted)}){hint}"
        )

    def convert(number: Decimal) -> Decimal:
        exact = Fraction(number) * factor / divisor
        return _CONTEXT.divide(Decimal(exact.numerator), Decimal(exact.denominator))

    upper = None if quantity.upper is None else convert(quantity.upper)
    return replace(quantity, number=convert(quantity.number), upper=upper, ucum=ucum)


def _decimal(number: str, power: str | None) -> Decimal:
    value = Decimal(number.replace(",", "").replace("\u2212", "-"))
    return value.scaleb(int(power), _CONTEXT) if power else value


def _ucum(unit: str) -> str:
    """The UCUM code of a printed unit such as `mcg per day`."""
    above, *below = re.split(r"\s*(?:/|\bper\b)\s*", unit)
    codes = [_code(name) for name in below]
    numerator = _code(above) if above else "1"
    return "/".join(["" if codes and numerator == "1" else numerator, *codes])


def _code(spelling: str) -> str:
    if spelling in _CODES:
        return _CODES[spelling]
    (nearest,) = difflib.get_close_matches(spelling[:40], _CODES, n=1, cutoff=0)
    raise UnitError(f"'{spelling[:40]}' is not a unit of the table; the nearest is '{_CODES[nearest]}'")


def _measure(ucum: str) -> tuple[tuple[str, ...], Fraction]:
    """The dimensions of a UCUM code, the one above the line first, and its factor to their base units."""
    above, *below = ucum.split("/")
    names = [above or "1", *below]
    for name in names:
        if name not in UNITS:
            raise UnitError(f"'{_code(name)}' is the UCUM code of '{name}'")
    factor = Fraction(UNITS[names[0]].factor)
    for name in below:
        factor /= Fraction(UNITS[name].factor)
    return tuple(UNITS[name].dimension for name in names), factor
