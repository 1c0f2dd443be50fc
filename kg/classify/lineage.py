"""Whether the criteria of an edition assign a blast population to the B, the T and the myeloid lineage, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from . import truth
from .criteria import GRADED, LINEAGES, Atom, Points, Rule, points, rules_of, table
from .phenotype import Finding, Phenotype, Result, label
from .truth import Truth
from .worlds import AS_EVERYWHERE, AS_PRINTED, AS_STRONG, DEFAULT, Reading, Worlds

# EGIL: a lineage counts above this many points. Source: MODPATH19, EGIL-HM, EGIL-AJCP03 (verified x3).
MORE_THAN = Decimal(2)
_READINGS = (AS_STRONG, AS_EVERYWHERE)
EGIL = "EGIL1998"


@dataclass(frozen=True)
class Score:
    """EGIL points of a lineage.

    At least `low`; at most `high` with every reported negative kept; at most `ceiling` where a negative without a
    compartment may have been looked for elsewhere.
    """

    low: Decimal
    high: Decimal
    ceiling: Decimal


@dataclass(frozen=True)
class Missing:
    """A smallest set of facts that would meet the lineage; `reported` if each is about a marker reported positive."""

    facts: tuple[str, ...]
    reported: bool


@dataclass(frozen=True)
class LineageVerdict:
    """What an edition says of a lineage.

    `default` is the answer if positive means strong, negative means everywhere and the unreported is negative;
    `readings` are those assumptions, one by one, that change it; `carried_by` the findings that meet it or, where it
    is undecided, speak for it; `against` those that speak against it; `vague` the markers of which a criterion asks the
    intensity and the report does not give it; `not_counted` findings of a place that no criterion asks about.
    """

    lineage: str
    truth: Truth
    default: Truth
    rules: tuple[str, ...]
    carried_by: tuple[Finding, ...]
    against: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    readings: tuple[tuple[str, Truth], ...]
    score: Score | None = None
    contradictory: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    not_counted: tuple[Finding, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that the verdict rests on."""
        return tuple(sorted({s for finding in (*self.carried_by, *self.against) for s in finding.statements}))


def worlds_of(phenotype: Phenotype, edition: str, reading: Reading = AS_PRINTED) -> Worlds:
    """Return the worlds of a phenotype under an edition."""
    return Worlds(phenotype, edition, reading, weak_may_be_strong=edition in GRADED)


def assign(phenotype: Phenotype, edition: str, lineage: str) -> LineageVerdict:
    """Judge one lineage by one edition."""
    return _by_score(phenotype, lineage) if edition == EGIL else _by_rules(phenotype, edition, lineage)


def assign_all(phenotype: Phenotype, edition: str) -> tuple[LineageVerdict, ...]:
    """Judge the three lineages by one edition."""
    return tuple(assign(phenotype, edition, lineage) for lineage in LINEAGES)


def holds(found: Worlds, rules: tuple[Rule, ...], given: frozenset[Atom] = frozenset()) -> Truth:
    """Return whether any of the rules holds in all, some or none of the worlds in which the given atoms hold.

    An atom that loses its weight to a lineage does so in the worlds in which that lineage is met.
    """
    atoms = tuple(dict.fromkeys(atom for rule in rules for atom in rule.atoms))
    rivals = {atom.unless: rules_of(found.edition, atom.unless) for atom in atoms if atom.unless}
    needed = (*atoms, *(atom for others in rivals.values() for rule in others for atom in rule.atoms))

    def worlds() -> Iterable[bool]:
        for world in found.over(needed):
            if not all(atom.holds(world) for atom in given):
                continue
            out = frozenset(name for name, others in rivals.items() if any(rule.holds(world) for rule in others))
            yield any(rule.holds(world, out) for rule in rules)

    return truth.over(worlds())


def _by_rules(phenotype: Phenotype, edition: str, lineage: str) -> LineageVerdict:
    rules = rules_of(edition, lineage)
    printed = worlds_of(phenotype, edition)
    verdict = holds(printed, rules)
    meeting = tuple(rule for rule in rules if holds(printed, (rule,)) is Truth.MET)
    used = [atom for rule in (meeting or rules) for atom in rule.atoms]
    positive, negative, elsewhere = _speaking(phenotype, printed, used)
    readings = [(reading.words, holds(worlds_of(phenotype, edition, reading), rules)) for reading in _READINGS]
    return LineageVerdict(
        lineage,
        verdict,
        holds(worlds_of(phenotype, edition, DEFAULT), rules),
        tuple(rule.words for rule in (meeting or rules)),
        positive,
        () if verdict is Truth.MET else negative,
        _missing(phenotype, printed, rules) if verdict is Truth.UNDECIDED else (),
        tuple(one for one in readings if one[1] is not verdict),
        contradictory=_contradictory(printed, used),
        vague=_vague(positive, used),
        not_counted=elsewhere,
    )


def _vague(positive: Iterable[Finding], atoms: Iterable[Atom]) -> tuple[str, ...]:
    graded = {atom.marker for atom in atoms if atom.level != "+"}
    told = (f for f in positive if f.marker in graded and f.intensity not in ("weak", "strong"))
    return tuple(dict.fromkeys(label(finding.marker) for finding in told))


def _speaking(
    phenotype: Phenotype, found: Worlds, atoms: Iterable[Atom]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings that speak for the atoms, those against, and those of places that none of them asks about."""
    positive, negative, elsewhere = [], [], []
    for marker in dict.fromkeys(atom.marker for atom in atoms):
        asked = [atom for atom in atoms if atom.marker == marker]
        for finding in phenotype.of(marker):
            alone = Worlds(Phenotype((finding,)), found.edition, found.reading, found.weak_may_be_strong)
            if _elsewhere(finding, asked) or alone.domain(marker) == _open(found, marker):
                elsewhere.append(finding)
            elif finding.result is Result.NEGATIVE or not any(True in alone.values(atom) for atom in asked):
                negative.append(finding)
            else:
                positive.append(finding)
    return tuple(positive), tuple(negative), tuple(elsewhere)


def _open(found: Worlds, marker: str) -> frozenset[tuple[int, ...]]:
    return Worlds(Phenotype(()), found.edition).domain(marker)


def _elsewhere(finding: Finding, asked: Iterable[Atom]) -> bool:
    """Tell whether a finding is of a place that none of the atoms asks about, such as surface CD22."""
    places = {place for atom in asked for _, place in atom.keys}
    return bool(finding.place) and places <= {"surface", "cytoplasm"} and bool(places) and finding.place not in places


def _contradictory(found: Worlds, atoms: Iterable[Atom]) -> tuple[str, ...]:
    return tuple(label(marker) for marker in sorted({atom.marker for atom in atoms}) if found.contradictory(marker))


def _missing(phenotype: Phenotype, found: Worlds, rules: tuple[Rule, ...]) -> tuple[Missing, ...]:
    """Return the smallest sets of open facts that would meet a lineage, those about reported positives first."""
    open_, never = frozenset({True, False}), frozenset({False})
    values = {atom: found.values(atom) for rule in rules for atom in rule.atoms}
    ways: list[frozenset[Atom]] = []
    for rule in rules:
        for way in rule.ways():
            if all(values[atom] != never for atom in way):
                ways.append(_without_needless(found, rules, frozenset(atom for atom in way if values[atom] == open_)))
    smallest = [way for way in dict.fromkeys(ways) if way and not any(other < way for other in ways)]
    order = {atom: n for n, atom in enumerate(values)}
    known = {atom for atom in values if _told_positive(found, phenotype, atom)}
    told = [
        Missing(tuple(str(atom) for atom in sorted(way, key=order.__getitem__)), way <= known)
        for way in sorted(smallest, key=lambda way: (not way <= known, len(way), sorted(order[atom] for atom in way)))
    ]
    return tuple(told)


def _without_needless(found: Worlds, rules: tuple[Rule, ...], way: frozenset[Atom]) -> frozenset[Atom]:
    """Leave out an intensity that does not matter: CD19 may be strong or weak where two other markers are strong."""
    levels = {(atom.marker, atom.level) for rule in rules for atom in rule.atoms}
    for atom in sorted(way, key=str):
        graded = {(atom.marker, "weak"), (atom.marker, "strong")} <= levels
        if graded and len(way) > 1 and holds(found, rules, way - {atom}) is Truth.MET:
            way -= {atom}
    return way


def _told_positive(found: Worlds, phenotype: Phenotype, atom: Atom) -> bool:
    """Tell whether the marker is reported positive in a place that the atom asks about, so that only detail is missing."""
    weaker = Atom(atom.marker, atom.place, "+")
    return bool(phenotype.of(atom.marker)) and found.values(weaker) == frozenset({True})


def _by_score(phenotype: Phenotype, lineage: str) -> LineageVerdict:
    rows = [row for row in points() if row.lineage == lineage]
    printed, kept = worlds_of(phenotype, EGIL), worlds_of(phenotype, EGIL, AS_EVERYWHERE)
    score = Score(_total(printed, rows, low=True), _total(kept, rows, low=False), _total(printed, rows, low=False))
    verdict = truth.of(score.low > MORE_THAN, score.ceiling > MORE_THAN)
    atoms = [row.atom for row in rows]
    positive, negative, elsewhere = _speaking(phenotype, printed, atoms)
    kept_verdict = truth.of(score.low > MORE_THAN, score.high > MORE_THAN)
    default = _total(worlds_of(phenotype, EGIL, DEFAULT), rows, low=True) > MORE_THAN
    open_ = [row for row in rows if printed.values(row.atom) == frozenset({True, False})]
    return LineageVerdict(
        lineage,
        verdict,
        Truth.MET if default else Truth.NOT_MET,
        (f"more than {MORE_THAN} points of the EGIL table",),
        positive,
        () if verdict is Truth.MET else negative,
        _points_missing(score.low, open_) if verdict is Truth.UNDECIDED else (),
        () if kept_verdict is verdict else ((AS_EVERYWHERE.words, kept_verdict),),
        score,
        _contradictory(printed, atoms),
        not_counted=elsewhere,
    )


def _total(found: Worlds, rows: Iterable[Points], *, low: bool) -> Decimal:
    """Add the points that are certain, or those that are possible; alternatives count once."""
    total, alternatives = Decimal(0), dict[str, Decimal]()
    for row in rows:
        values = found.values(row.atom)
        if (False in values or row.some_versions) if low else True not in values:
            continue
        if row.alternative:
            alternatives[row.alternative] = max(alternatives.get(row.alternative, Decimal(0)), row.points)
        else:
            total += row.points
    return total + sum(alternatives.values(), Decimal(0))


def _points_missing(low: Decimal, rows: Iterable[Points]) -> tuple[Missing, ...]:
    """Return the single markers that would bring a score above the limit."""
    return tuple(
        Missing((str(row.atom),), reported=False)
        for row in rows
        if low + row.points > MORE_THAN and not row.some_versions
    )


def notes_of(phenotype: Phenotype, edition: str) -> tuple[str, ...]:
    """Return the qualifiers of an edition that the phenotype touches."""
    reported = {finding.marker for finding in phenotype.findings}
    return tuple(
        row["words"] + ("" if row["status"].startswith("verified") else " (not verified against the primary source)")
        for row in table("notes")
        if row["edition"] == edition and _touches(row["about"], phenotype, reported)
    )


def _touches(about: str, phenotype: Phenotype, reported: set[str]) -> bool:
    marker, _, place = about.partition("@")
    if not marker:
        return True
    if marker.startswith("del("):
        return any(marker in karyotype.text for karyotype in phenotype.karyotypes)
    if place:
        return any(f.place in ("", place) and f.result is not Result.NEGATIVE for f in phenotype.of(marker))
    return marker in reported


def undifferentiated(phenotype: Phenotype, edition: str, reading: Reading = AS_PRINTED) -> Truth:
    """Return whether the edition's criteria of undifferentiated leukemia hold; its clauses share no marker but CD3.

    Counted clause by clause, for the worlds of twenty markers are too many.
    """
    found = worlds_of(phenotype, edition, reading)
    return truth.some(
        truth.every(_clause(found, clause.count, clause.atoms) for clause in rule.clauses)
        for rule in rules_of(edition, "none")
    )


def _clause(found: Worlds, most: int, atoms: Iterable[Atom]) -> Truth:
    values = [found.values(atom) for atom in atoms]
    certain, possible = sum(False not in value for value in values), sum(True in value for value in values)
    return truth.of(possible <= most, certain <= most)
