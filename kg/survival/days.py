"""Days between what happened and a named origin: bounds from the solved timeline, and the words for what is open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..projection import types_of, values_of
from ..statements import Said, local
from ..timeline import Timeline, start


@dataclass(frozen=True)
class Days:
    """Bounds in whole days, each inclusive; `None` is an open side."""

    low: int | None
    high: int | None

    @property
    def bounds(self) -> str:
        """What is known of the day, in a word that never leaves an empty cell unexplained."""
        if self.low is None or self.high is None:
            open_side = {(True, True): "unbounded", (False, True): "no upper bound", (True, False): "no lower bound"}
            return open_side[self.low is None, self.high is None]
        return "exact" if self.low == self.high else "interval"


UNKNOWN = Days(None, None)


@dataclass(frozen=True)
class Origin:
    """A moment from which days are counted: the first told start of certain occurrents of a patient."""

    name: str
    say: str
    nodes: Callable[[Said], list[str]]


def _diagnoses(said: Said) -> list[str]:
    return of_class(said, "Diagnosis")


def _transplantations(said: Said) -> list[str]:
    return of_class(said, "HematopoieticCellTransplantation")


def _blinatumomab(said: Said) -> list[str]:
    """Return what starts blinatumomab: courses of it alone, first cycles and administrations.

    A course with other agents may begin with one of them, and a later cycle is not the first: neither stands for the start.
    """
    found = []
    for node in said.occurrents:
        types = types_of(said, node)
        agents = {local(value.value) for value in values_of(said, node, "agent")}
        if "BlinatumomabCycle" in types:
            starts = _first(said, node, "cycleNumber")
        elif "Administration" in types:
            starts = agents == {"Blinatumomab"}
        else:
            starts = "TreatmentCourse" in types and agents == {"Blinatumomab"}
        found += [node] if starts else []
    return found


def _donor_lymphocytes(said: Said) -> list[str]:
    """Return donor lymphocyte infusions; none if only a later one is told, since the first may have been long before."""
    found = of_class(said, "DonorLymphocyteInfusion")
    return found if any(_first(said, node, "infusionNumber") for node in found) else []


def _first(said: Said, node: str, number: str) -> bool:
    return {int(value.value) for value in values_of(said, node, number)} <= {1}


def of_class(said: Said, *names: str) -> list[str]:
    """Return the occurrents that are certainly of one of the classes."""
    return [node for node in said.occurrents if types_of(said, node) & set(names)]


ORIGINS = (
    Origin("diagnosis", "the diagnosis", _diagnoses),
    Origin("hct", "the first hematopoietic cell transplantation that is told", _transplantations),
    Origin("blinatumomab", "the first blinatumomab", _blinatumomab),
    Origin("dli", "the first donor lymphocyte infusion", _donor_lymphocytes),
)


def since(timeline: Timeline, point: str, origins: Sequence[str]) -> Days:
    """Return the bounds of a point in days from the earliest of the origins' starts; all open if there is no origin.

    Which of several is the earliest need not be known: the time since the first of them is the longest of the times since each.
    """
    if not origins or not timeline.consistent:
        return UNKNOWN
    spans = [timeline.days(point, start(origin)) for origin in origins]
    lows = [low for low, _ in spans if low is not None]
    highs = [high for _, high in spans if high is not None]
    return Days(max(lows, default=None), max(highs) if len(highs) == len(spans) else None)
