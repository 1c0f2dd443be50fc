"""Times of a packet: which day is told, how old somebody was, and which times cannot all be true."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..part import Part

_DURATION = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


@dataclass(frozen=True)
class Span:
    """The days between which a time lies, both included; `clock` says from what they count: `birth` or `calendar`."""

    clock: str
    first: int
    last: int


def age(text: str) -> tuple[str, Span] | None:
    """Return an ISO 8601 duration as an age in one unit, empty where it takes two, and the days after birth that it spans.

    >>> age("P51Y")
    ('51 a', Span(clock='birth', first=18615, last=19031))
    >>> age("P1Y6M")[0], age("P3W")[0], age("P2Y3D")[0]
    ('18 mo', '3 wk', '')
    """
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    years, months, weeks, days = (int(part) if part else 0 for part in found.groups())
    low, high = years * 365 + months * 28 + weeks * 7 + days, years * 366 + months * 31 + weeks * 7 + days
    given = [bool(part) for part in found.groups()]
    step = 0 if given[3] else 6 if given[2] else 30 if given[1] else 365
    words = ""
    if given == [True, False, False, False]:
        words = f"{years} a"
    elif not (given[2] or given[3]):
        words = f"{years * 12 + months} mo"
    elif given == [False, False, True, False]:
        words = f"{weeks} wk"
    elif given == [False, False, False, True]:
        words = f"{days} d"
    return words, Span("birth", low, high + step)


def day(element: Part) -> str:
    """Return the calendar day of a TimeElement that is a timestamp, else nothing."""
    return date(element.get("timestamp").text)


def date(timestamp: str) -> str:
    """Return the calendar day of a timestamp, or nothing."""
    try:
        return datetime.date.fromisoformat(timestamp[:10]).isoformat()
    except ValueError:
        return ""


def spans(element: Part) -> Iterator[Span]:
    """Yield the days that a TimeElement spans, where it gives any; an interval or range as one span."""
    if found := age(element.path("age", "iso8601duration").text):
        yield found[1]
    low, high = (age(element.path("ageRange", end, "iso8601duration").text) for end in ("start", "end"))
    if low and high:
        yield Span("birth", low[1].first, high[1].last)
    start, end = (date(element.path("interval", end).text) for end in ("start", "end"))
    for first, last in ((day(element), day(element)), (start, end)):
        if first and last:
            yield Span("calendar", *(datetime.date.fromisoformat(text).toordinal() for text in (first, last)))


def contradictions(packet: Part, elements: Sequence[Part]) -> Iterator[tuple[str, Part, Part, str]]:
    """Yield rule, time, the time that it contradicts, and a message, for the TimeElements of a packet.

    Only what cannot be true is told: something told after the last encounter or after the death, an end before its start.
    """
    subject = packet.get("subject")
    last, death = subject.get("timeAtLastEncounter"), subject.path("vitalStatus", "timeOfDeath")
    for element in elements:
        if any(span.first > span.last for span in spans(element)):
            yield "time-backwards", element, element, "ends before it begins"
        if element.pointer in (last.pointer, death.pointer):
            continue
        if last and _after(element, last):
            yield "after-last-encounter", element, last, "lies after the time at the last encounter"
        if death and _after(element, death):
            yield "after-death", element, death, "lies after the death"
    for onset in (one for one in elements if one.pointer.endswith("/onset")):
        above = Part(onset.document, onset.pointer.removesuffix("/onset"))
        if (resolution := above.get("resolution")) and _after(onset, resolution):
            yield "time-backwards", onset, resolution, "lies after the resolution"


def _after(later: Part, limit: Part) -> bool:
    """Tell whether all of one time surely lies after all of another."""
    return any(one.clock == other.clock and one.first > other.last for one in spans(later) for other in spans(limit))
