"""Which judge a statement comes before, by its property and the kind of its value."""

from collections.abc import Callable

from pyoxigraph import Literal

from .judge_markers import compartment, intensity, marker, share
from .judge_numbers import NOUNS, amount, count, duration, remission, result, times_a_day
from .judge_terms import dose_level, named
from .judge_times import ORDERS, at_start, date, days, offset, order, still
from .judge_words import citation, hla_match, karyotype, link, no_value, words, yes
from .look import Look, Outcome
from .owners import Part

Judge = Callable[[Look, Part], Outcome]


def judge_of(look: Look) -> Judge:
    """Return the judge for a statement, by its property and the kind of its value."""
    name = look.statement.property
    if not look.statement.values:
        return no_value
    if name in ORDERS:
        return order
    special: dict[str, Judge] = {
        "atStartOf": at_start, "stillAt": still, "startOffset": offset, "endOffset": offset, "dayNumber": days,
        "startDate": date, "endDate": date, "karyotype": karyotype, "hlaMatch": hla_match, "asDescribedIn": citation,
        "fractionsPerDay": times_a_day, "remissionNumber": remission, "detectionCompartment": compartment,
        "duration": duration, "doseLevel": dose_level, "resultValue": result, "comparatorValue": result, "numerator": result, "denominator": result, "antigenStatus": marker, "antigenLoss": marker,
        "percentPositive": share, "intensity": intensity,
    }  # fmt: skip
    if name in special:
        return special[name]
    if name in NOUNS:
        return count
    if look.statement.target in look.said.skeleton:
        return link
    if "marker" in look.said.skeleton.get(look.statement.about, {}):
        return marker
    if look.term:
        return named
    value = look.statement.value if look.statement.values else None
    kind = value.datatype.value if isinstance(value, Literal) else ""
    if look.statement.unit or kind.endswith(("decimal", "integer")):
        return amount
    return yes if kind.endswith("boolean") else words
