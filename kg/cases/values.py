"""The one table that turns written values into typed ones: dates, numbers, quantities, offsets, HLA matches."""

import datetime
import re
from decimal import Decimal, InvalidOperation

from ..errors import KgError
from ..units import read_quantity
from ..vocabulary import XSD

Json = dict[str, object]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_HLA = re.compile(r"(\d{1,2})/(\d{1,2})")
_DAY = re.compile(r"(?:day )?([+-]?\d{1,4})")
_BOOLEANS = {"yes": "true", "true": "true", "no": "false", "false": "false"}
_CALENDAR = {"d", "wk", "mo", "a"}  # the units that a timeline can count in
_DAYS = re.compile(r"(?:days? )?([+-]?\d{1,4})-([+-]?\d{1,4})")
LONGEST_RANGE = 100  # no drug of a case report is given on more days in a row and listed by its days
EARLIEST_YEAR = 1900  # no case report of a leukemia with a date of treatment is older


class ValueFormError(KgError):
    """A written value does not have the form that its property asks for."""


def literal(value: str, datatype: str) -> Json:
    """Return a typed JSON-LD value."""
    return {"@value": value, "@type": f"xsd:{datatype}"}


def date(text: str) -> Json:
    """Return a date as precise as it is written: `2016`, `2016-04` or `2016-04-21`."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueFormError(f"'{text}' is not a date; write 2016, 2016-04 or 2016-04-21")
    year, month, day = found.groups()
    if not EARLIEST_YEAR <= int(year) <= datetime.date.today().year:
        raise ValueFormError(f"'{text}': there is no case from the year {year}")
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise ValueFormError(f"'{text}' is not in the calendar: {error}") from error
    return literal(text, "date" if day else "gYearMonth" if month else "gYear")


def hla_match(text: str) -> Json:
    """Return an HLA match written n/m, such as `10/10`."""
    found = _HLA.fullmatch(text)
    if not found or int(found[1]) > int(found[2]) or int(found[2]) not in {6, 8, 10, 12}:
        raise ValueFormError(f"'{text}' is not an HLA match; write n/m with m one of 6, 8, 10, 12, such as 10/10")
    return literal(text, "string")


def is_day(text: str) -> bool:
    """Tell whether a text is written as a day number."""
    return _DAY.fullmatch(text) is not None


def day(text: str) -> int:
    """Return a day number: `day -3`, `-3`, `+2` or `31`."""
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueFormError(f"'{text}' is not a day number; write day -3, day 7 or 31")
    return int(found[1])


def days(text: str) -> list[int]:
    """Return the day numbers of a day or of a range of days, both ends included: `1-7`, `day -3`.

    >>> days("1-3"), days("day -3"), days("-6--5")
    ([1, 2, 3], [-3], [-6, -5])
    """
    found = _DAYS.fullmatch(text)
    if not found:
        return [day(text)]
    first, last = int(found[1]), int(found[2])
    if not first < last <= first + LONGEST_RANGE:
        raise ValueFormError(f"'{text}' is not a range of days; write the first day, '-', and a later one")
    return list(range(first, last + 1))


def typed(text: str, datatype: str, local_name: str = "") -> Json:
    """Return a literal of an XSD datatype; HLA matches are strings with a form of their own."""
    if local_name == "hlaMatch":
        return hla_match(text)
    if local_name in {"startDate", "endDate"}:
        return date(text)
    kind = datatype.removeprefix(XSD)
    if kind == "integer":
        if not re.fullmatch(r"[+-]?\d{1,9}", text):
            raise ValueFormError(f"'{text}' is not a whole number")
        return literal(str(int(text)), kind)
    if kind == "decimal":
        number = text.removesuffix("%").strip()
        try:
            value = Decimal(number)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or "e" in number.casefold():
            raise ValueFormError(f"'{text}' is not a decimal number")
        return literal(f"{value:f}", kind)
    if kind == "boolean":
        if text not in _BOOLEANS:
            raise ValueFormError(f"'{text}' is neither yes nor no")
        return literal(_BOOLEANS[text], kind)
    return literal(text, "string")


def quantity(text: str) -> Json:
    """Return the keys of a statement whose value is a quantity: number, unit, comparator, upper end."""
    found = read_quantity(text)
    keys: Json = {"value": literal(f"{found.number:f}", "decimal"), "unit": found.ucum}
    if found.comparator:
        keys["valueComparator"] = found.comparator
    if found.upper is not None:
        keys["upperValue"] = literal(f"{found.upper:f}", "decimal")
    return keys


def offset(text: str) -> Json:
    """Return the keys of a statement that counts time from an anchor: a quantity of days, weeks, months or years."""
    keys = quantity(text)
    if keys["unit"] not in _CALENDAR:
        raise ValueFormError(f"'{text}' is not a time; write a number of days, weeks, months or years")
    if text.lstrip().startswith(("-", "\u2212")):
        raise ValueFormError(f"'{text}' is negative; write the number alone, and 'before:' in place of 'after:'")
    return keys
