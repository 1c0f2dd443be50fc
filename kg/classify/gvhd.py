"""Graft-versus-host disease by published rules: NIH category by onset and features, acute grade by organ stages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from . import truth
from .criteria import table
from .truth import Truth

LAST_EARLY_DAY = 100  # NIH categories. Source: NIHCAT, STATP (verified x2)
STAGES: Mapping[str, int] = {"skin": 4, "liver": 4, "upper": 1, "lower": 4}  # highest stage of each organ (verified)
Days = tuple[int | None, int | None]


@dataclass(frozen=True)
class Category:
    """Whether an NIH category applies; `name` is its class."""

    name: str
    truth: Truth
    words: str
    verified: bool


def nih_categories(onset: Days, *, acute: bool | None, chronic: bool | None) -> tuple[Category, ...]:
    """Return every NIH category with whether it applies.

    Unit: days after transplantation; `None` is an open bound.
    Source: `gvhd_category.tsv`.
    """
    return tuple(
        Category(
            row["class"],
            truth.every(
                (_within(onset, row["onset"]), _feature(acute, row["acute"]), _feature(chronic, row["chronic"]))
            ),
            row["words"],
            row["status"].startswith("verified"),
        )
        for row in table("gvhd_category")
    )


def _within(onset: Days, asked: str) -> Truth:
    low, high = onset
    if not asked:
        return Truth.MET
    early = low is None or low <= LAST_EARLY_DAY
    late = high is None or high > LAST_EARLY_DAY
    return truth.of(not late, early) if asked.startswith("<=") else truth.of(not early, late)


def _feature(present: bool | None, asked: str) -> Truth:
    if present is None:
        return Truth.UNDECIDED
    return Truth.MET if present is (asked == "yes") else Truth.NOT_MET


@dataclass(frozen=True)
class Grades:
    """The overall grades that fit the stages told; several where a stage is missing, none where the rule has no row."""

    system: str
    grades: tuple[int, ...]
    missing: tuple[str, ...]
    verified: bool


def acute_grade(system: str, stages: Mapping[str, int], performance: str = "") -> Grades:
    """Return the overall grades of acute GvHD that fit the stages of skin, liver, upper and lower gut.

    Source: `gvhd_grade.tsv` (MAGIC and Keystone, not verified), `glucksberg.tsv` (verified once; it needs the fall of
    performance status, `mild`, `moderate` or `severe`, and leaves combinations without a grade).
    """
    for organ, stage in stages.items():
        if organ not in STAGES or not 0 <= stage <= STAGES[organ]:
            raise ValueError(f"no stage {stage} of '{organ}'; organs and their highest stages: {dict(STAGES)}")
    missing = tuple(organ for organ in STAGES if organ not in stages)
    if system == "Glucksberg1974":
        missing = tuple(organ for organ in missing if organ != "upper")
        found = {grade for world in _worlds(stages) for grade in _glucksberg(world, performance)}
        return Grades(system, tuple(sorted(found)), missing, verified=True)
    steps = {
        (row["organ"], int(row["stage"])): int(row["grade"]) for row in table("gvhd_grade") if row["system"] == system
    }
    if not steps:
        raise ValueError(f"no grading of acute GvHD by '{system}'")
    found = {max(steps.get(step, 0) for step in world.items()) for world in _worlds(stages)}
    return Grades(system, tuple(sorted(found)), missing, verified=False)


def _worlds(stages: Mapping[str, int]) -> Iterator[dict[str, int]]:
    ranges = [(stages[organ],) if organ in stages else range(top + 1) for organ, top in STAGES.items()]
    for world in product(*ranges):
        yield dict(zip(STAGES, world, strict=True))


def _glucksberg(world: Mapping[str, int], performance: str) -> Iterator[int]:
    if not any(world.values()):
        yield 0
    for row in table("glucksberg"):
        fits = all(
            _in_range(world[organ], row[name])
            for organ, name in (("skin", "skin"), ("liver", "liver"), ("lower", "gut"))
        )
        if fits and (not performance or performance == row["performance"]):
            yield int(row["grade"])


def _in_range(stage: int, written: str) -> bool:
    low, _, high = written.partition("-")
    return int(low) <= stage <= int(high or low)
