"""The published criteria as data: rows of the tables beside this file, each with its source and whether it was verified."""

import csv
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path

from .phenotype import label

EDITIONS = ("WHO2008", "WHO2016", "EGIL1998", "ICC2022", "WHOHAEM5")
LINEAGES = ("B", "T", "Myeloid")
# Levels of expression in a world.
NEGATIVE, WEAK, STRONG = 0, 1, 2
# WHO-HAEM5 measures against half of the level of normal cells: what a report calls weak may exceed that.
GRADED = frozenset({"WHOHAEM5"})

_ATOM = re.compile(r"(\w+)(?:@(surface|cytoplasm|either))?(\+| strong| weak)(?: unless (\w+))?")
_COUNT = re.compile(r"(?:(up to )?(\d) of )?(.+)")

World = Mapping[tuple[str, str], int]


@functools.cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of one of the tables beside this file."""
    path = Path(__file__).with_name(f"{name}.tsv")
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t"))


@functools.cache
def usual_places() -> dict[str, str]:
    """Return where a marker is meant if a report does not say: `inside`, or `split` where criteria tell two places apart.

    Every other marker is meant on the surface.
    """
    return {row["marker"]: row["usual"] for row in table("markers")}


@dataclass(frozen=True)
class Atom:
    """That a marker is expressed, strongly or weakly, in a place; `unless` names a lineage that takes its weight away."""

    marker: str
    place: str
    level: str
    unless: str = ""

    @functools.cached_property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The places in which a world tells its level."""
        if usual_places().get(self.marker) != "split":
            return ((self.marker, ""),)
        places = ("surface", "cytoplasm") if self.place in ("either", "") else (self.place,)
        return tuple((self.marker, place) for place in places)

    def holds(self, world: World) -> bool:
        """Tell whether it holds in a world, `unless` apart."""
        level = max(world[key] for key in self.keys)
        if self.level == "weak":
            return level == WEAK
        return level >= (STRONG if self.level == "strong" else WEAK)

    def __str__(self) -> str:
        place = {"cytoplasm": "cytoplasmic ", "surface": "surface "}.get(self.place, "")
        name = f"{place}{label(self.marker)}"
        level = {"strong": "strongly expressed", "weak": "weakly expressed"}.get(self.level, "positive")
        return f"{name} is {level}"


@dataclass(frozen=True)
class Clause:
    """That at least, or at most, so many of some atoms hold."""

    count: int
    at_most: bool
    atoms: tuple[Atom, ...]

    def holds(self, world: World, out: frozenset[str] = frozenset()) -> bool:
        """Tell whether it holds in a world; atoms that a lineage in `out` takes the weight of do not count."""
        number = sum(atom.holds(world) and atom.unless not in out for atom in self.atoms)
        return number <= self.count if self.at_most else number >= self.count


@dataclass(frozen=True)
class Rule:
    """One row of the lineage criteria: all its clauses together meet the lineage."""

    edition: str
    lineage: str
    name: str
    clauses: tuple[Clause, ...]
    words: str
    source: str
    status: str

    @property
    def verified(self) -> bool:
        """Whether the row was read in a retrieved source."""
        return self.status.startswith("verified")

    @functools.cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """Every atom of the rule."""
        return tuple(dict.fromkeys(atom for clause in self.clauses for atom in clause.atoms))

    def holds(self, world: World, out: frozenset[str] = frozenset()) -> bool:
        """Tell whether it holds in a world."""
        return all(clause.holds(world, out) for clause in self.clauses)

    def ways(self) -> list[frozenset[Atom]]:
        """Return the smallest sets of atoms that meet it."""
        chosen = (combinations(clause.atoms, clause.count) for clause in self.clauses if not clause.at_most)
        return list(dict.fromkeys(frozenset(atom for part in way for atom in part) for way in product(*chosen)))


def parse(expression: str) -> tuple[Clause, ...]:
    """Read an expression such as `CD19 strong and 1 of CD79a strong, CD10 strong`.

    >>> [str(atom) for atom in parse("CD3@cytoplasm strong")[0].atoms]
    ['cytoplasmic CD3 is strongly expressed']
    """
    return tuple(_clause(part) for part in expression.split(" and "))


def _clause(text: str) -> Clause:
    found = _COUNT.fullmatch(text)
    if not found:
        raise ValueError(f"no clause: {text!r}")
    atoms = tuple(atom_of(part) for part in found[3].split(", "))
    count = int(found[2]) if found[2] else 1
    return Clause(count, bool(found[1]) or count == 0, atoms)


def atom_of(text: str) -> Atom:
    """Read one atom, such as `CD22@cytoplasm strong`."""
    found = _ATOM.fullmatch(text)
    if not found:
        raise ValueError(f"no atom: {text!r}")
    return Atom(found[1], found[2] or "", found[3].strip(), found[4] or "")


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Return every row of the lineage criteria."""
    return tuple(
        Rule(
            row["edition"],
            row["lineage"],
            row["rule"],
            parse(row["expression"]),
            row["words"],
            row["source"],
            row["status"],
        )
        for row in table("lineage")
    )


@functools.cache
def rules_of(edition: str, lineage: str) -> tuple[Rule, ...]:
    """Return the rules of which any one meets a lineage in an edition."""
    return tuple(rule for rule in rules() if (rule.edition, rule.lineage) == (edition, lineage))


@dataclass(frozen=True)
class Points:
    """One row of the EGIL table. Alternatives count once; what only some versions list counts to the upper bound alone."""

    lineage: str
    atom: Atom
    points: Decimal
    alternative: str
    some_versions: bool
    status: str


@functools.cache
def points() -> tuple[Points, ...]:
    """Return the EGIL table."""
    return tuple(
        Points(
            row["lineage"],
            atom_of(row["atom"]),
            Decimal(row["points"]),
            "" if row["note"] == "some versions" else row["note"],
            row["note"] == "some versions",
            row["status"],
        )
        for row in table("egil")
    )
