"""Times to an event with their censoring, as far as a case report carries them: intervals stay intervals.

An event whose day is open has an open interval, not an invented day; a patient of whom nothing more is told is free of
the event only up to the last moment at which they are told to be so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..projection import types_of, values_of
from ..statements import Said, local
from ..timeline import Timeline, end, start
from .days import ORIGINS, UNKNOWN, Days, Origin, of_class, since

Fit = Literal["certain", "possible"] | None
_MARROW = frozenset({"MarrowCompartment", "OverallCompartment"})


@dataclass(frozen=True)
class Endpoint:
    """A time to an event.

    `fits` says of an occurrent whether it is such an event; `free` names the occurrents that show the patient free of it
    while they last; with `prevalent`, who is in such a state when time begins is not at risk of reaching it.
    """

    name: str
    origin: Origin
    say: str
    fits: Callable[[Said, str], Fit]
    free: Callable[[Said], Sequence[str]]
    prevalent: bool = False


@dataclass(frozen=True)
class Time:
    """One patient's time to an endpoint.

    `days` has a lower bound exactly where the row can be analysed; `points` are the ends in the network that it rests on.
    """

    endpoint: Endpoint
    origins: tuple[str, ...]
    status: str
    observed: int | None
    days: Days
    events: tuple[str, ...]
    points: tuple[str, ...]


STATUSES = {
    "event": "it happened after the origin, at some time from lower to upper",
    "censored": "not told to have happened; the patient is told to be free of it at least until lower",
    "death first": "the patient died without it; counted as free of it until lower",
    "undecided": "told, but only suspected, or it may have come before the origin, or its kind is not reported",
    "not at risk": "already so when the time begins",
    "origin not reported": "the time has no start",
    "not reported": "nothing is told that bounds it",
    "contradictory": "the times reported cannot all hold",
}


def _relapse(said: Said, node: str) -> Fit:
    if "MRDRelapse" in types_of(said, node, possible=True):
        return None
    return _either(said, node, "Relapse")


def _either(said: Said, node: str, name: str) -> Fit:
    if name in types_of(said, node):
        return "certain"
    return "possible" if name in types_of(said, node, possible=True) else None


def _remission(said: Said, node: str) -> Fit:
    """A complete remission of the marrow, of all compartments, or of none named."""
    compartments = {local(value.value) for value in values_of(said, node, "compartment")}
    return _either(said, node, "CompleteRemission") if not compartments or compartments & _MARROW else None


def _mrd_negative(said: Said, node: str) -> Fit:
    fit = _remission(said, node)
    status = {local(value.value) for value in values_of(said, node, "mrdStatus")}
    if "MRDNegativeCompleteRemission" in types_of(said, node):
        status.add("MRDNegative")
    if fit is None or (status and "MRDNegative" not in status):
        return None
    return fit if status else "possible"


def _death(said: Said, node: str) -> Fit:
    return _either(said, node, "Death")


def _remissions(said: Said) -> list[str]:
    return [node for node in said.occurrents if _remission(said, node) == "certain"]


def _everything(said: Said) -> list[str]:
    return said.occurrents


def _nothing(_: Said) -> list[str]:
    return []


_DIAGNOSIS, _HCT, _BLINATUMOMAB, _ = ORIGINS
_RELAPSE = "first relapse (hematologic or extramedullary; one of residual disease only does not count)"
ENDPOINTS = (
    Endpoint("relapse-after-hct", _HCT, _RELAPSE, _relapse, _remissions),
    Endpoint(
        "remission-after-blinatumomab", _BLINATUMOMAB, "first complete remission of the marrow", _remission, _nothing, prevalent=True
    ),
    Endpoint(
        "mrd-negative-remission-after-blinatumomab", _BLINATUMOMAB, "first MRD-negative complete remission of the marrow",
        _mrd_negative, _nothing, prevalent=True,
    ),
    Endpoint("death-after-diagnosis", _DIAGNOSIS, "death from any cause", _death, _everything),
    Endpoint("death-after-hct", _HCT, "death from any cause", _death, _everything),
    Endpoint("death-after-blinatumomab", _BLINATUMOMAB, "death from any cause", _death, _everything),
)  # fmt: skip


def times(timeline: Timeline) -> Iterator[Time]:
    """Yield one time for each endpoint, with a status where there is none."""
    for endpoint in ENDPOINTS:
        yield time_to(endpoint, timeline)


def time_to(endpoint: Endpoint, timeline: Timeline) -> Time:
    """Return one patient's time to an endpoint."""
    said, origins = timeline.said, tuple(endpoint.origin.nodes(timeline.said))

    def outcome(status: str, observed: int | None = None, days: Days = UNKNOWN, events: Sequence[str] = (),
                points: Sequence[str] = ()) -> Time:  # fmt: skip
        return Time(endpoint, origins, status, observed, days, tuple(events), tuple(points))

    if not origins:
        return outcome("origin not reported")
    if not timeline.consistent:
        return outcome("contradictory")
    fits = {node: fit for node in said.occurrents if (fit := endpoint.fits(said, node))}
    begun = {node: since(timeline, start(node), origins) for node in fits}
    later = {node: days for node, days in begun.items() if days.high is None or days.high >= 0}
    if endpoint.prevalent:
        standing = [node for node, fit in fits.items() if fit == "certain" and _in_force(timeline, node, origins)]
        if standing:
            return outcome("not at risk", events=standing)
    certain = [
        node for node, days in later.items() if fits[node] == "certain" and days.low is not None and days.low >= 0
    ]
    if certain:
        # An earlier one that is only possible may have been the first: it lowers the lower bound and never the upper.
        low = min(max(0, days.low or 0) for days in later.values())
        highs = [days.high for node in certain if (days := later[node]).high is not None]
        first = [node for node in certain if not any(_before(timeline, other, node) for other in certain)]
        return outcome("event", 1, Days(low, min(highs, default=None)), first, list(map(start, later)))
    if later:
        return outcome("undecided", events=sorted(later))
    return _censored(endpoint, timeline, outcome)


def _censored(endpoint: Endpoint, timeline: Timeline, outcome: Callable[..., Time]) -> Time:
    origins = endpoint.origin.nodes(timeline.said)
    deaths = [node for node in of_class(timeline.said, "Death") if endpoint.fits(timeline.said, node) is None]
    free = {end(node): since(timeline, end(node), origins).low for node in endpoint.free(timeline.said)}
    free |= {start(node): since(timeline, start(node), origins).low for node in deaths}
    known = {point: low for point, low in free.items() if low is not None and low >= 0}
    if not known:
        return outcome("not reported")
    low = max(known.values())
    return outcome(
        "death first" if deaths else "censored", 0, Days(low, None), deaths, [p for p in known if known[p] == low]
    )


def _in_force(timeline: Timeline, node: str, origins: Sequence[str]) -> bool:
    """Whether a state had begun by the origin and lasted beyond it, in every solution."""
    begun, ended = since(timeline, start(node), origins), since(timeline, end(node), origins)
    return begun.high is not None and begun.high <= 0 and ended.low is not None and ended.low >= 0


def _before(timeline: Timeline, first: str, second: str) -> bool:
    return first != second and (timeline.days(start(first), start(second))[1] or 0) < 0
