"""Which entity of an edition the lineages and lesions make, what that rests on by default, and its codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from .. import vocabulary
from . import genetics, truth
from .criteria import EDITIONS, LINEAGES, table
from .genetics import Status
from .lineage import LineageVerdict, undifferentiated
from .phenotype import Phenotype, Reported, Result, label
from .truth import Truth
from .worlds import DEFAULT

Combination = frozenset[str]
# EGIL's entity needs points in the myeloid lineage and one of these. Source: MODPATH19, EGIL-HM (verified x3).
_LYMPHOID = frozenset({"B", "T"})


@dataclass(frozen=True)
class Code:
    """A code of an entity; `verified` tells whether it was read in a retrieved source."""

    system: str
    code: str
    verified: bool


@dataclass(frozen=True)
class Entity:
    """The entity that follows, a class of the ontology by local name; empty if none does.

    `proven` if it holds in every world; otherwise it is the default of the assumptions in `defaults_on`.
    `alternatives` are the other entities left open, `exclusions` what was checked with its outcome.
    """

    name: str
    words: str
    proven: bool
    defaults_on: tuple[str, ...]
    exclusions: tuple[Status, ...]
    alternatives: tuple[str, ...]
    codes: tuple[Code, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    lesion: str
    lineages: str
    name: str
    codes: tuple[Code, ...]

    def fits(self, met: Combination, bare: bool | None) -> bool:
        """Tell whether it fits the lineages met; `bare` says if criteria of undifferentiated leukemia hold."""
        if self.lineages == "mixed":
            return len(met) > 1
        if self.lineages in ("undifferentiated", "neither"):
            return not met and bare is (self.lineages == "undifferentiated")
        return met == frozenset(self.lineages.split())


def _rows(edition: str) -> list[_Row]:
    found = []
    for row in table("entities"):
        if row["edition"] == edition:
            codes = [
                ("ICD-O-3", row["icd_o_3"], row["icd_o_status"]),
                ("SNOMED CT", row["snomed_ct"], row["snomed_status"]),
            ]
            kept = tuple(Code(system, code, status == "verified") for system, code, status in codes if code)
            found.append(_Row(row["lesion"], row["lineages"], row["class"], kept))
    return found


def decide(phenotype: Phenotype, edition: str, verdicts: tuple[LineageVerdict, ...]) -> Entity:
    """Return the entity of an edition."""
    rows = _rows(edition)
    lesions = {row.lesion: genetics.status(phenotype, row.lesion) for row in rows if row.lesion}
    excluded = tuple(
        genetics.status(phenotype, row["lesion"]) for row in table("exclusions") if row["edition"] == edition
    )
    genetic = {s for one in (*lesions.values(), *excluded) for s in one.statements}
    statements = tuple(sorted(genetic | {s for verdict in verdicts for s in verdict.statements}))
    exclusion = truth.some(one.truth for one in excluded)
    bare = undifferentiated(phenotype, edition)
    default_bare = undifferentiated(phenotype, edition, DEFAULT) is Truth.MET if _told(phenotype) else None
    met = frozenset(verdict.lineage for verdict in verdicts if verdict.default is Truth.MET)
    open_ = dict.fromkeys(_possible(rows, verdicts, lesions, bare))
    name = _entity(rows, met, default_bare, {lesion for lesion, one in lesions.items() if one.truth is Truth.MET})
    if exclusion is Truth.MET:
        why = "; ".join(one.words for one in excluded if one.truth is Truth.MET)
        return Entity("", f"no leukemia of ambiguous lineage: {why}", True, (), excluded, (), (), statements)
    proven = list(open_) == [name] and exclusion is Truth.NOT_MET
    words = label(name) if name else _none(met, default_bare)
    defaults = () if proven or not name else tuple(_defaults(rows, name, verdicts, lesions, excluded))
    codes = next((row.codes for row in rows if row.name == name), ())
    others = tuple(other for other in open_ if other and other != name)
    return Entity(name, words, proven, defaults, excluded, others, codes, statements)


def _told(phenotype: Phenotype) -> bool:
    """Tell whether all markers whose absence defines undifferentiated leukemia are reported at all."""
    return {"CD3", "MPO", "CD22", "CD79a", "CD19"} <= {finding.marker for finding in phenotype.findings}


def _entity(rows: Iterable[_Row], met: Combination, bare: bool | None, present: set[str]) -> str:
    fitting = (row for row in rows if (not row.lesion or row.lesion in present) and row.fits(met, bare))
    return next((row.name for row in fitting), "")


def _possible(
    rows: list[_Row], verdicts: tuple[LineageVerdict, ...], lesions: dict[str, Status], bare: Truth
) -> Iterator[str]:
    """Yield every entity that some world leads to, or nothing for a world that leads to none."""
    combinations = product(*(truth.possible(verdict.truth) for verdict in verdicts))
    names = list(lesions)
    worlds = list(product(*(truth.possible(lesions[name].truth) for name in names)))
    for values in combinations:
        met = frozenset(lineage for lineage, value in zip(LINEAGES, values, strict=True) if value)
        for found in worlds:
            present = {name for name, value in zip(names, found, strict=True) if value}
            for without in truth.possible(bare):
                yield _entity(rows, met, without, present)


def _none(met: Combination, bare: bool | None) -> str:
    if len(met) == 1:
        return f"no mixed phenotype: as read, only the {_lineage(next(iter(met)))} lineage"
    if met:
        return (
            "no entity of this edition: as read, the "
            + " and ".join(_lineage(one) for one in sorted(met))
            + " lineages"
        )
    return "no entity: as read, no lineage" if bare is not None else "no entity: too little is reported"


def _lineage(name: str) -> str:
    return "myeloid" if name == "Myeloid" else name


def _defaults(
    rows: list[_Row],
    name: str,
    verdicts: tuple[LineageVerdict, ...],
    lesions: dict[str, Status],
    excluded: tuple[Status, ...],
) -> Iterator[str]:
    for verdict in verdicts:
        if verdict.default is Truth.UNDECIDED:
            yield f"the {_lineage(verdict.lineage)} lineage left out: it stays undecided by every plain reading"
        elif verdict.truth is Truth.UNDECIDED:
            yield f"the {_lineage(verdict.lineage)} lineage taken as {verdict.default.value}: {_assumed(verdict)}"
    own = next((row.lesion for row in rows if row.name == name), "")
    for lesion, one in lesions.items():
        if one.truth is Truth.UNDECIDED and lesion != own:
            yield one.words
    yield from (one.words for one in excluded if one.truth is Truth.UNDECIDED)


def _assumed(verdict: LineageVerdict) -> str:
    """Tell by which assumptions the default of an undecided lineage comes about."""
    told = []
    if verdict.vague and verdict.default is Truth.MET:
        told.append(f"positive {', '.join(verdict.vague)} read as strongly expressed")
    unplaced = [label(f.marker) for f in verdict.against if not f.place and f.marker in ("CD3", "CD22", "IgM")]
    if unplaced and verdict.default is Truth.NOT_MET:
        told.append(
            f"negative {', '.join(dict.fromkeys(unplaced))} read as negative on the surface and in the cytoplasm"
        )
    if verdict.default is Truth.NOT_MET and not (unplaced and verdict.score is None):
        told.append("markers that are not reported read as negative")
    if any(f.result is Result.PARTIAL for f in (*verdict.carried_by, *verdict.against)):
        told.append("partial expression read as positive")
    return "; ".join(told) or "what is left open read as the plain word suggests"


@dataclass(frozen=True)
class Support:
    """Whether the reported markers bear a reported diagnosis out: met is supported, not met contradicted."""

    reported: str
    edition: str
    truth: Truth
    words: str
    rules: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The verdict in a word."""
        return {Truth.MET: "supported", Truth.NOT_MET: "contradicted", Truth.UNDECIDED: "not shown"}[self.truth]


def support(
    phenotype: Phenotype, reported: Reported, edition: str, verdicts: tuple[LineageVerdict, ...]
) -> Support | None:
    """Return whether an edition's criteria bear a reported diagnosis out; none if they have nothing to say of it."""
    iri = vocabulary.BASE + reported.name
    above = {one.removeprefix(vocabulary.BASE) for one in vocabulary.terms().superclasses(iri)}
    if not _of_edition(reported.name, edition):
        return None
    row = next((row for row in table("diagnoses") if row["class"] in above), None)
    if row is None or ((row["lineages"] == "biphenotypic") != (edition == "EGIL1998")):
        return None
    answers = set()
    for values in product(*(truth.possible(verdict.truth) for verdict in verdicts)):
        met = frozenset(lineage for lineage, value in zip(LINEAGES, values, strict=True) if value)
        answers.add(True if _asked(row["lineages"], met) else None if _asked(row["tolerated"], met) else False)
    found = Truth.MET if answers == {True} else Truth.NOT_MET if answers == {False} else Truth.UNDECIDED
    lesion = genetics.status(phenotype, row["lesion"]) if row["lesion"] else None
    if lesion:
        found = truth.every((found, lesion.truth))
    words = ", ".join([_told_of(verdict) for verdict in verdicts] + ([lesion.words] if lesion else []))
    rules = tuple(f"{_lineage(verdict.lineage)} lineage: {rule}" for verdict in verdicts for rule in verdict.rules)
    statements = {*reported.statements, *(s for verdict in verdicts for s in verdict.statements)}
    return Support(reported.name, edition, found, words, rules, tuple(sorted(statements)))


def _told_of(verdict: LineageVerdict) -> str:
    by = ", ".join(map(str, (*verdict.carried_by, *verdict.against)))
    return f"{_lineage(verdict.lineage)} {verdict.truth.value}" + (f" by {by}" if by else "")


def _of_edition(name: str, edition: str) -> bool:
    """Tell whether a class belongs to the edition, or to none."""
    return name.endswith(edition) or not any(name.endswith(other) for other in EDITIONS)


def _asked(lineages: str, met: Combination) -> bool:
    """Tell whether lineages met are those that a diagnosis asks for; `or` joins alternatives."""
    return any(_fits(one, met) for one in lineages.split(" or ")) if lineages else False


def _fits(asked: str, met: Combination) -> bool:
    if asked == "mixed":
        return len(met) > 1
    if asked == "none":
        return not met
    if asked == "biphenotypic":
        return "Myeloid" in met and bool(met & _LYMPHOID)
    return met == frozenset(asked.split())
