"""The worlds that fit a phenotype: which levels each marker may have where, as far as its findings tell."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from .criteria import NEGATIVE, STRONG, WEAK, Atom, World, table, usual_places
from .phenotype import Finding, Phenotype, Result

Levels = frozenset[int]
Domain = frozenset[tuple[int, ...]]
_ALL = frozenset({NEGATIVE, WEAK, STRONG})
# Surface and cytoplasm of a marker whose places are told apart.
_SPLIT = ("surface", "cytoplasm")


@dataclass(frozen=True)
class Reading:
    """How what a report leaves open is read; all false is as printed."""

    strong: bool = False  # "positive" without an intensity means strongly expressed
    everywhere: bool = False  # "negative" without a compartment means negative in each
    closed: bool = False  # what is not reported is negative

    @property
    def words(self) -> str:
        """The assumptions in words."""
        told = (
            (self.strong, "'positive' means strongly expressed"),
            (self.everywhere, "'negative' without a compartment means negative in surface and cytoplasm"),
            (self.closed, "what is not reported is negative"),
        )
        return " and ".join(words for holds, words in told if holds)


AS_PRINTED, AS_STRONG = Reading(), Reading(strong=True)
AS_EVERYWHERE, DEFAULT = Reading(everywhere=True), Reading(strong=True, everywhere=True, closed=True)


@functools.cache
def _least(edition: str) -> dict[str, int]:
    return {row["place"]: int(row["least_percent"]) for row in table("thresholds") if row["edition"] == edition}


@dataclass(frozen=True)
class Worlds:
    """The worlds of a phenotype under an edition's thresholds and a reading."""

    phenotype: Phenotype
    edition: str
    reading: Reading = AS_PRINTED
    weak_may_be_strong: bool = False

    def domain(self, marker: str) -> Domain:
        """Return the joint levels that a marker may have in its places.

        Findings that contradict each other leave open what either of them allows.
        """
        split = usual_places().get(marker) == "split"
        every: Domain = frozenset(product(_ALL, repeat=2 if split else 1))
        allowed = [self._allowed(finding, every) for finding in self.phenotype.of(marker)]
        found = every.intersection(*allowed)
        if not found:
            found = frozenset().union(*allowed)
        if self.reading.closed and not any(one != every for one in allowed):
            return frozenset({(NEGATIVE,) * (2 if split else 1)})
        if self.reading.closed and split:
            found = _least_positive(found)
        return found

    def contradictory(self, marker: str) -> bool:
        """Tell whether no level fits all findings of a marker."""
        every: Domain = frozenset(product(_ALL, repeat=2 if usual_places().get(marker) == "split" else 1))
        return not every.intersection(*(self._allowed(finding, every) for finding in self.phenotype.of(marker)))

    def _allowed(self, finding: Finding, every: Domain) -> Domain:
        usual = usual_places().get(finding.marker, "surface")
        if usual == "split":
            levels = self._levels(
                finding, "surface" if finding.place == "surface" else "inside" if finding.place else ""
            )
            if finding.place in _SPLIT:
                n = _SPLIT.index(finding.place)
                return frozenset(pair for pair in every if pair[n] in levels)
            if finding.place:
                return every
            if self.reading.everywhere and finding.result is Result.NEGATIVE:
                return frozenset(pair for pair in every if set(pair) <= levels)
            return frozenset(pair for pair in every if set(pair) & levels)
        here = "surface" if finding.place == "surface" else "inside"
        if finding.place and here != usual:
            return every  # tested where the criteria do not look
        return frozenset((level,) for level in self._levels(finding, usual))

    def _levels(self, finding: Finding, place: str) -> Levels:
        if finding.result is Result.NEGATIVE:
            return frozenset({NEGATIVE})
        if finding.result is Result.PARTIAL and not self.reading.closed:
            return _ALL
        return self._counted(finding, place, self._positive(finding))

    def _positive(self, finding: Finding) -> Levels:
        if finding.intensity == "strong" or (self.reading.strong and not finding.intensity):
            return frozenset({STRONG})
        if finding.intensity == "weak" and not self.weak_may_be_strong:
            return frozenset({WEAK})
        return frozenset({WEAK, STRONG})

    def _counted(self, finding: Finding, place: str, levels: Levels) -> Levels:
        """Apply the share of blasts from which an edition counts a marker as positive."""
        least = _least(self.edition)
        if not finding.percent or not least:
            return levels
        bars = [least[place]] if place else list(least.values())
        low, high = finding.percent
        if high < min(bars):
            return frozenset({NEGATIVE})
        return levels if low >= max(bars) else levels | {NEGATIVE}

    def over(self, atoms: Iterable[Atom]) -> Iterator[World]:
        """Yield a world for each way in which the atoms may hold or not; worlds in which they agree are one."""
        asked: dict[str, list[Atom]] = {}
        for atom in atoms:
            asked.setdefault(atom.marker, []).append(atom)
        choices: list[list[World]] = []
        for marker, about in asked.items():
            places: Sequence[str] = _SPLIT if usual_places().get(marker) == "split" else ("",)
            parts = [{(marker, p): n for p, n in zip(places, levels, strict=True)} for levels in self._sorted(marker)]
            choices.append(list({tuple(atom.holds(part) for atom in about): part for part in parts}.values()))
        for chosen in product(*choices):
            yield {key: level for part in chosen for key, level in part.items()}

    def _sorted(self, marker: str) -> list[tuple[int, ...]]:
        return sorted(self.domain(marker))

    def values(self, atom: Atom) -> frozenset[bool]:
        """Return what an atom may be."""
        return frozenset(atom.holds(world) for world in self.over([atom]))


def _least_positive(found: Domain) -> Domain:
    """Return the joint levels with fewest positive places: what is not reported is negative there."""
    fewest = min(sum(level > NEGATIVE for level in pair) for pair in found)
    return frozenset(pair for pair in found if sum(level > NEGATIVE for level in pair) == fewest)
