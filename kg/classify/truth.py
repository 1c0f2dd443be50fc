"""Three-valued answers: met, not met, undecided. A verdict is what holds in every world that fits what is reported."""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """Whether a criterion holds in all worlds that fit what is reported, in none, or in some."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"


def over(worlds: Iterable[bool]) -> Truth:
    """Return what holds over the worlds; without any, nothing is decided.

    >>> over([True, True]), over([False]), over([True, False])
    (<Truth.MET: 'met'>, <Truth.NOT_MET: 'not met'>, <Truth.UNDECIDED: 'undecided'>)
    """
    found: set[bool] = set()
    for holds in worlds:
        found.add(holds)
        if len(found) == 2:
            return Truth.UNDECIDED
    if not found:
        return Truth.UNDECIDED
    return Truth.MET if found == {True} else Truth.NOT_MET


def of(low: bool, high: bool) -> Truth:
    """Return the truth of what holds at least if `low` and at most if `high`."""
    return Truth.MET if low else Truth.UNDECIDED if high else Truth.NOT_MET


def every(truths: Iterable[Truth]) -> Truth:
    """Return whether all of them are met."""
    found = set(truths)
    if Truth.NOT_MET in found:
        return Truth.NOT_MET
    return Truth.UNDECIDED if Truth.UNDECIDED in found else Truth.MET


def some(truths: Iterable[Truth]) -> Truth:
    """Return whether at least one of them is met."""
    found = set(truths)
    if Truth.MET in found:
        return Truth.MET
    return Truth.UNDECIDED if Truth.UNDECIDED in found else Truth.NOT_MET


def possible(truth: Truth) -> frozenset[bool]:
    """Return the values that a verdict leaves open."""
    return frozenset({True, False} if truth is Truth.UNDECIDED else {truth is Truth.MET})
