"""Dates of FHIR: as precise as they are written, and which of them cannot all be true."""

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..part import Part

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?")


@dataclass(frozen=True)
class Span:
    """The days between which a date lies, both included."""

    first: datetime.date
    last: datetime.date


def date(text: str) -> str:
    """Return a dateTime as case files write it, without its time of day, or nothing.

    >>> date("2016-04"), date("2016-04-01T10:00:00Z"), date("2016-02-30")
    ('2016-04', '2016-04-01', '')
    """
    return text[:10] if span(text) else ""


def span(text: str) -> Span | None:
    """Return the days on which a dateTime may lie.

    >>> span("2016-02").last.day
    29
    """
    found = _DATE.fullmatch(text)
    try:
        if not found:
            return None
        year, month, day = (int(part) if part else 0 for part in found.groups())
        last_month = month or 12
        last = day or calendar.monthrange(year, last_month)[1]
        return Span(datetime.date(year, month or 1, day or 1), datetime.date(year, last_month, last))
    except (ValueError, calendar.IllegalMonthError):
        return None


def before(one: Part, other: Part) -> bool:
    """Tell whether one date surely lies before another."""
    first, second = span(one.text), span(other.text)
    return bool(first and second and first.last < second.first)


def ends(resource: Part, key: str) -> tuple[Part, Part]:
    """Return begin and end of what is told under a key, as `keyDateTime` or `keyPeriod`."""
    at, period = resource.get(f"{key}DateTime"), resource.get(f"{key}Period")
    return at or period.get("start"), period.get("end")


def contradictions(resource: Part, patient: Part, focus: list[Part]) -> Iterator[tuple[str, Part, Part, str]]:
    """Yield rule, date, the date that it contradicts, and a message; `focus` are the conditions that the resource is of."""
    for key in ("effective", "performed", "onset"):
        start, end = ends(resource, key)
        end = end or (resource.get("abatementDateTime") if key == "onset" else end)
        if before(end, start):
            yield "time-backwards", end, start, "lies before the begin"
        if before(start, patient.get("birthDate")):
            yield "before-birth", start, patient.get("birthDate"), "lies before the birth"
        if before(patient.get("deceasedDateTime"), start):
            yield "after-death", start, patient.get("deceasedDateTime"), "lies after the death"
        for condition in focus:
            onset = ends(condition, "onset")[0]
            if before(start, onset):
                yield "before-onset", start, onset, "lies before the onset of the condition that it is about"
