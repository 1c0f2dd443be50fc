"""Numbers in a text with what makes them mean something: unit, comparator, sign, list, range; days, cycles, dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..errors import UnitError
from ..units import UNITS, read_quantity

_CARDINALS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
)
_ORDINALS = dict(
    zip(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
        range(1, 11),
        strict=True,
    )
)
_MONTHS = dict(
    zip(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], range(1, 13), strict=True)
)
_LONGEST_RANGE = 60

_N = rf"(?:[0-9]{{1,9}}(?:,[0-9]{{3}}(?![0-9])){{0,3}}(?:\.[0-9]{{1,9}})?|(?i:{'|'.join(_CARDINALS)})\b)"
_AND = r"(?:, and |, or |, | and | or | & | vs )"
_UNIT_NAMES = "|".join(
    re.escape(name)
    for name in sorted(
        {s for code, unit in UNITS.items() for s in (code, *unit.spellings) if code != "1"} - {"a"}, key=len
    )[::-1]
)
_PER = rf"(?:\s?/\s?|\sper\s)(?:{_UNIT_NAMES})"
_UNIT = rf"(?:(?:{_UNIT_NAMES})?(?:{_PER}){{1,3}}|(?:{_UNIT_NAMES}))(?![A-Za-z0-9^])"
_AMOUNT = re.compile(
    r"(?:(?P<comparator>[<>]=?|[≤≥≈~])|\b(?P<more>(?i:more|greater) than)|\b(?P<less>(?i:less|fewer|lower) than)"
    r"|\b(?P<about>about|approximately|around|circa))?\s?"
    rf"(?<![\w.^/,])(?<![\w)]-)(?P<numbers>{_N}(?:(?:{_AND}|-| to ){_N})*)"
    rf"(?![0-9])(?:\s?x\s?10\^(?P<power>-?[0-9]{{1,2}}))?(?:[\s-]?(?P<unit>{_UNIT}))?"
)
_WORD_NUMBER = re.compile(rf"\b(?:{'|'.join(_CARDINALS)})\b", re.IGNORECASE)
_COMPARATORS = {"≤": "<=", "≥": ">=", "≈": "~"}
_SQUARE = re.compile(r"(?<=\bm)\^(?=2\b)")
_DAY = r"[+-]?[0-9]{1,4}"
_DAY_OR_RANGE = rf"({_DAY})(?:(?: to | through |-)({_DAY}))?"
_DAYS = re.compile(rf"\bdays?\s?(?P<days>{_DAY_OR_RANGE}(?:{_AND}{_DAY_OR_RANGE})*)(?![0-9]|\.[0-9])", re.IGNORECASE)
_ORDINAL = "|".join((*_ORDINALS, r"[0-9]{1,2}(?:st|nd|rd|th)"))
_CARDINAL = "|".join((*_CARDINALS, "[0-9]{1,2}"))
_MORE = "(?: (?P<more>additional|further|more)| prior| previous)?"
_DATE = re.compile(
    r"(?:\b(?P<day>[0-9]{1,2}) )?\b(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
    r"(?: (?P<day2>[0-9]{1,2}),?)?,? (?P<year>[12][0-9]{3})\b"
    r"|(?<![\w.-])(?P<iso>[12][0-9]{3}(?:-[0-9]{2}(?:-[0-9]{2})?)?)(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text with its unit (UCUM, empty without one); the `nth` of a list of `of` such as "13 and 7 mo"."""

    start: int
    end: int
    comparator: str
    number: Decimal
    upper: Decimal | None
    unit: str
    nth: int = 0
    of: int = 1

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: the start of its list, and its place in the list."""
        return self.start, self.nth


@dataclass(frozen=True, slots=True)
class Counted:
    """Things told by number: `cycles 2 and 3` and `fourth cycle` name them, `two cycles` tells how many (`total`)."""

    start: int
    end: int
    numbers: frozenset[int]
    total: bool = False
    more: bool = False


def amounts(text: str) -> list[Amount]:
    """Return the numbers of a text with their units; "13 and 7 mo" gives both their unit, "2-4 wk" is one range."""
    return [amount for match in _AMOUNT.finditer(_SQUARE.sub("", text)) for amount in _of(match)] if text else []


def _of(match: re.Match[str]) -> Iterator[Amount]:
    power = f" x 10^{match['power']}" if match["power"] else ""
    worded = "~" if match["about"] else ">" if match["more"] else "<" if match["less"] else ""
    comparator = worded or _COMPARATORS.get(match["comparator"] or "", match["comparator"] or "")
    digits = _WORD_NUMBER.sub(lambda word: str(_CARDINALS[word[0].casefold()]), match["numbers"])
    items = re.split(_AND, digits)
    for nth, item in enumerate(items):
        try:
            read = read_quantity(f"{item.replace(' to ', '-')}{power} {match['unit'] or ''}")
        except UnitError:  # A range that runs downwards or a chain of numbers: 3-5-7, a page range, an identifier.
            continue
        # UCUM writes no unit as 1; a percentage is one.
        unit = "" if read.ucum == "1" else read.ucum
        yield Amount(match.start("numbers"), match.end(), comparator, read.number, read.upper, unit, nth, len(items))


def day_lists(text: str) -> list[tuple[int, int, frozenset[int]]]:
    """Return each day or list of days with its sign: `day -3` is not `day 3`, and `day-6, -5` is before the anchor."""
    found = []
    for match in _DAYS.finditer(text):
        days: set[int] = set()
        for item in re.split(_AND, match["days"]):
            if one := re.fullmatch(_DAY_OR_RANGE, item):
                low, high = int(one[1]), int(one[2] or one[1])
                days |= set(range(low, high + 1)) if low <= high <= low + _LONGEST_RANGE else {low, high}
        found.append((match.start(), match.end(), frozenset(days)))
    return found


def counted(text: str, noun: str) -> list[Counted]:
    """Return where a noun (a pattern in the singular, such as `cycle`) is numbered or counted."""
    return [
        *_numbered(
            text,
            re.compile(
                rf"\b{noun}s? (?P<list>[0-9]{{1,2}}(?:(?:{_AND}|-| to )[0-9]{{1,2}})*)(?![0-9]|\.[0-9])", re.IGNORECASE
            ),
        ),
        *_numbered(
            text,
            re.compile(
                rf"\b(?P<list>(?:{_ORDINAL})(?:{_AND}(?:{_ORDINAL}))*) "
                rf"(?:dose of |cycle of |allogeneic |autologous )?{noun}s?\b",
                re.IGNORECASE,
            ),
        ),
        *(
            Counted(m.start(), m.end(), frozenset({_number(m["count"])}), total=True, more=bool(m["more"]))
            for m in re.finditer(rf"\b(?P<count>{_CARDINAL}){_MORE} (?:cycles of )?{noun}s?\b", text, re.IGNORECASE)
        ),
    ]


def _numbered(text: str, pattern: re.Pattern[str]) -> Iterator[Counted]:
    for match in pattern.finditer(text):
        numbers: set[int] = set()
        for item in re.split(_AND, match["list"]):
            low, _, high = item.replace(" to ", "-").partition("-")
            numbers |= set(range(_number(low), min(_number(high or low), _number(low) + _LONGEST_RANGE) + 1))
        yield Counted(match.start(), match.end(), frozenset(numbers))


def _number(word: str) -> int:
    word = word.casefold()
    return _CARDINALS.get(word) or _ORDINALS.get(word) or int(word.rstrip("stndrh"))


def dates(text: str) -> list[tuple[int, int, str]]:
    """Return the dates of a text as ISO 8601, as precise as they are printed."""
    found = []
    for match in _DATE.finditer(text):
        day = match["day"] or match["day2"]
        month = f"-{_MONTHS[match['month'].casefold()]:02}" if match["month"] else ""
        iso = match["iso"] or f"{match['year']}{month}" + (f"-{int(day):02}" if day else "")
        found.append((match.start(), match.end(), iso))
    return found
