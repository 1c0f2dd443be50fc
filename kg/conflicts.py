"""Conflicts: the ones that curators recorded, and disagreements that nobody joined yet, found by checks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, Store

from . import course
from .projection import types_of
from .statements import Said, Statement, local
from .tables import Cell, Table
from .timeline import key, solve
from .vocabulary import RDF_TYPE, terms

COLUMNS = ("patient", "conflict", "kind", "says", "source", "preferred", "reason")
# Properties that one occurrent has once: two values are a disagreement. Sets, such as sites or agents, are not here.
SINGLE = frozenset(
    {
        "remissionNumber", "relapseNumber", "cycleNumber", "cycleCount", "transplantNumber", "hlaMatch", "donorType", "graftSource",
        "blastPercent", "cellularityPercent", "donorChimerismPercent", "mrdStatus", "grade", "dose", "cd3Dose", "cd34Dose",
        "fractionCount", "duration", "age", "sex", "isolated", "karyotype", "vitalStatus", "trialArm",
    }
)  # fmt: skip


def table(store: Store, patients: Sequence[str] = ()) -> Table:
    """Return a row for each statement in a conflict, recorded or found, of the patients named or of all."""
    rows: list[tuple[Cell, ...]] = []
    for patient in patients or course.patients(store):
        said = course.told(store, patient).said
        rows += recorded(said)
        rows += [row for name, kind, sides, reason in found(said) for row in _rows(said, name, kind, sides, (), reason)]
    return Table(COLUMNS, tuple(rows))


def recorded(said: Said) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each side of each conflict that curators recorded."""
    by_iri = {statement.iri: statement for statement in said.statements}
    for conflict in said.conflicts:
        sides = [by_iri[side] for side in conflict.between if side in by_iri]
        kind = terms().find(conflict.kind, "individual")
        yield from _rows(
            said, conflict.iri, kind.label if kind else conflict.kind, sides, conflict.prefers, conflict.reason
        )


def _rows(
    said: Said, name: str, kind: str, sides: Sequence[Statement], prefers: Sequence[str], reason: str
) -> Iterator[tuple[Cell, ...]]:
    for side in sides:
        preferred = "preferred" if side.iri in prefers else "overruled" if prefers else "open"
        cells = (
            said.subject.split("/", 1)[1],
            name.removeprefix("conflict/"),
            kind,
            course.in_words(side),
            " ".join(course.places(side)),
            preferred,
            reason,
        )
        yield tuple(map(Literal, cells))


def found(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    """Yield disagreements that no conflict joins: (name, kind, statements, what was noticed)."""
    joined = [frozenset(conflict.between) for conflict in said.conflicts]

    def fresh(sides: Sequence[Statement]) -> bool:
        names = {side.iri for side in sides}
        return len(names) > 1 and not any(len(names & group) > 1 for group in joined)

    for name, kind, sides, reason in (
        *_values(said),
        *_sets(said),
        *_counts(said),
        *_anchors(said),
        *_times(said),
        *_logic(said),
    ):
        if fresh(sides):
            yield f"found/{said.subject.split('/', 1)[1]}/{name}", kind, sides, reason


def _values(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    groups: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in said.statements:
        if statement.property in SINGLE and statement.asserts:
            groups[statement.about, statement.property].append(statement)
    for (about, name), sides in groups.items():
        if len({(tuple(map(str, side.values)), side.unit, side.comparator) for side in sides}) > 1:
            yield (
                f"{key(about) if '/' in about[8:] else about}/{name}",
                "value",
                sides,
                f"{name} is given different values",
            )


def _sets(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    """Sites of one occurrent that a table and the running text list differently."""
    groups: dict[str, list[Statement]] = defaultdict(list)
    for statement in said.statements:
        if statement.property == "site" and statement.asserts:
            groups[statement.about].append(statement)
    for about, sides in groups.items():
        tabled, written = (
            {str(value) for side in sides if _told_in(side, table=in_table) for value in side.values}
            for in_table in (True, False)
        )
        odd = [side for side in sides if {str(value) for value in side.values} & (tabled ^ written)]
        if tabled and written and odd:
            yield f"{key(about)}/site", "set", odd, "the table and the text list different sites"


def _told_in(statement: Statement, *, table: bool) -> bool:
    return any(("/table-" in place) == table for place in course.places(statement))


def _counts(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    """A number of cycles that is less than the number of a cycle told of."""
    for whole in said.occurrents:
        counted = [s for s in said.about(whole) if s.property == "cycleCount" and s.asserts]
        cycles = [node for node in said.occurrents if whole in said.skeleton[node].get("partOf", ())]
        numbers = [s for node in cycles for s in said.about(node) if s.property == "cycleNumber" and s.asserts]
        for count in counted:
            beyond = [number for number in numbers if int(number.value.value) > int(count.value.value)]
            if beyond:
                yield (
                    f"{key(whole)}/cycles",
                    "count",
                    [count, *beyond],
                    "a cycle is told of beyond the number of cycles",
                )


def _anchors(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    groups: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in said.statements:
        if statement.property in ("startOffset", "endOffset") and statement.asserts:
            groups[statement.about, statement.property].append(statement)
    for (about, name), sides in groups.items():
        anchors = {(side.anchor, side.anchor_point) for side in sides}
        lengths = {(str(side.values), side.unit) for side in sides}
        # 14 months from one event and 20 from another may both be true; one length from two, or two from one, are not
        if (len(anchors) == 1) != (len(lengths) == 1):
            yield (
                f"{key(about)}/{name}",
                "anchor",
                sides,
                "one time is counted from different starts, or given different lengths",
            )


def _times(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    contradiction = solve(said).contradiction()
    if contradiction:
        sides = [statement for statement in said.statements if statement.iri in contradiction.statements]
        yield "times", "order", sides, "these times cannot all hold"


def _logic(said: Said) -> Iterator[tuple[str, str, list[Statement], str]]:
    """A complete remission of all compartments, or of none named, that continues while extramedullary disease is told."""
    remissions = [n for n in said.occurrents if "CompleteRemission" in types_of(said, n)]
    extramedullary = [n for n in said.occurrents if "ExtramedullaryDisease" in types_of(said, n)]
    for remission in remissions:
        named = [s for s in said.about(remission) if s.property == "compartment"]
        if any(local(value.value) != "OverallCompartment" for s in named for value in s.values):
            continue
        lasting = [s for s in said.about(remission) if s.property in ("duration", "endOffset", "stillAt")]
        for node in extramedullary:
            telling = [s for s in said.about(node) if s.property == RDF_TYPE.value]
            if lasting and telling:
                reason = "a remission without a compartment is said to last, and extramedullary disease is told"
                yield f"{key(remission)}/{key(node)}", "logic", [*lasting[:1], *telling[:1]], reason
