"""From a solved timeline to marks: which lane, what kind, how certainly from when to when; no pixels, no SVG.

Extents are in days from the index event where days are known, else in steps of the solved order. `certain` is from the
latest start to the earliest end, `possible` from the earliest start to the latest end; None is an end that nothing
bounds. Steps are no dates: a step is a column of the picture, and means "after the one before it" and no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .. import course
from ..course import Told
from ..network import Atom
from ..statements import PRESENT, Said
from ..timeline import Timeline, end, key, start
from .words import Words, is_time

Axis = Literal["days", "order"]
# With so many marks, besides the index event, that begin within known days, an axis of days tells more than an order.
_ENOUGH_IN_DAYS = 3


@dataclass(frozen=True)
class Extent:
    """From `low` to `high`, both included; None where nothing bounds it."""

    low: int | None
    high: int | None

    @property
    def known(self) -> bool:
        """Whether both ends are bounded."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Mark:
    """One occurrent, or several of one kind and time, as something to draw.

    `onset` holds the possible starts; `steps` the places that its start may have in the solved order; `placed` tells
    whether anything is known of its time but that the report tells it.
    """

    occurrents: tuple[str, ...]
    lane: str
    kind: str
    label: str
    short: str
    note: str
    when: str
    title: str
    certain: Extent | None
    possible: Extent
    onset: Extent
    steps: Extent
    suspected: bool
    placed: bool

    @property
    def symbol(self) -> str:
        """The kind of symbol: a relapse outside the marrow has one of its own."""
        return f"relapse-{self.lane}" if self.kind == "relapse" and self.lane != "marrow" else self.kind

    @property
    def exact(self) -> bool:
        """Whether it is known to the day, or the step, and takes no more than that."""
        return self.possible.known and self.possible.low == self.possible.high


@dataclass(frozen=True)
class Layout:
    """All that a picture of one patient shows, in the solved order and, where that is open, as told."""

    patient: str
    heading: str
    axis: Axis
    index: str
    index_step: int
    steps: int
    marks: tuple[Mark, ...]
    course: tuple[str, ...]
    absent: tuple[str, ...]
    conflicts: tuple[str, ...]
    lasting: frozenset[str]


@dataclass(frozen=True)
class _Span:
    """The bounds of a start and of an end."""

    start: Extent
    end: Extent

    @property
    def certain(self) -> Extent | None:
        low, high = self.start.high, self.end.low
        return Extent(low, high) if low is not None and high is not None and low <= high else None

    @property
    def possible(self) -> Extent:
        return Extent(self.start.low, self.end.high)


def layout(said: Said, positions: Mapping[str, int] | None = None, axis: Axis | None = None) -> Layout:
    """Lay a patient's course out.

    Args:
        said: What is said of the patient.
        positions: Where passages begin in their publications, to tell in the paper's order what is open in time.
        axis: Days or order only; by default days, if three occurrents besides the index begin within known days.
    """
    timeline, lines = course.course(Told(said, dict(positions or {})))
    words, lines_of = Words(said), {line.name: line for line in lines}
    nodes = {key(node): node for node in said.occurrents}
    drawn = [nodes[line.name] for line in lines if words.lane(nodes[line.name])]
    order = _Order(timeline, drawn)
    in_days = {node: _in_days(timeline, words, node) for node in drawn}
    axis = axis or _axis(timeline, list(in_days.values()))
    told = [in_days[node].end.high for node in drawn if words.kind(node) in ("follow-up", "death")]
    horizon = order.steps if axis == "order" else min((day for day in told if day is not None), default=None)
    marks = []
    for node in drawn:
        span = in_days[node] if axis == "days" else order.span(node)
        line = lines_of[key(node)]
        marks.append(
            Mark(
                occurrents=(key(node),),
                lane=words.lane(node),
                kind=words.kind(node),
                label=words.label(node),
                short=words.short(node),
                note=words.note(node),
                when=words.when(node),
                title=_title(words, node, line, axis),
                certain=span.certain,
                possible=span.possible,
                onset=span.start,
                steps=order.span(node).start,
                suspected=words.suspected(node),
                placed=_placed(span, horizon),
            )
        )
    return Layout(
        patient=said.subject.split("/", 1)[1],
        heading=words.heading(),
        axis=axis,
        index=next((words.called(node) for node in drawn if key(node) == timeline.index), timeline.index),
        index_step=next((order.span(node).start.low or 0 for node in drawn if key(node) == timeline.index), 0),
        steps=order.steps,
        marks=tuple(_merged(marks)),
        course=tuple(_sentence(words, nodes[line.name]) for line in lines if nodes[line.name] in in_days),
        absent=tuple(_absences(words)),
        conflicts=tuple(_conflicts(timeline, words, set(drawn))),
        lasting=frozenset(key(node) for node in drawn if words.lasts(node)),
    )


def _in_days(timeline: Timeline, words: Words, node: str) -> _Span:
    zero = f"{timeline.index}.start"
    if words.kind(node) == "follow-up":  # only its end is an event
        last = Extent(*timeline.days(end(node), zero))
        return _Span(last, last)
    first = Extent(*timeline.days(start(node), zero))
    return _Span(first, first if words.momentary(node) else Extent(*timeline.days(end(node), zero)))


def _placed(span: _Span, horizon: int | None) -> bool:
    """Tell whether more is known of a time than that it was before the end of what is told."""
    late = span.start.high is not None and (horizon is None or span.start.high < horizon)
    return late or span.start.low is not None or span.end.low is not None


def _axis(timeline: Timeline, spans: Sequence[_Span]) -> Axis:
    known = sum(span.start.known and span.start != Extent(0, 0) for span in spans)
    return "days" if timeline.consistent and known >= _ENOUGH_IN_DAYS else "order"


# --- the order, in steps ---


class _Order:
    """Columns for points in time whose order is known: each stands as many steps in as its longest chain before it."""

    def __init__(self, timeline: Timeline, nodes: Sequence[str]) -> None:
        self._networks = [network for network in timeline.networks if network.consistent]
        self._words = Words(timeline.said)
        owners = {key(node): node for node in nodes}
        named = {point for network in self._networks for point in network.points}
        self._owner = {point: owners[name] for point in named if (name := _owner(point)) in owners}
        points = sorted(self._owner)
        at_most = {(a, b): self._entailed(a, b, 0) for a in points for b in points if a != b}
        self._same = {p: min([p, *(q for q in points if q != p and at_most[p, q] and at_most[q, p])]) for p in points}
        self._steps: dict[str, dict[str, int]] = {self._same[p]: {} for p in points}
        for (first, second), holds in at_most.items():
            one, other = self._same[first], self._same[second]
            if holds and one != other:
                self._steps[one][other] = max(self._steps[one].get(other, 0), self._step(first, second))
        self._before: dict[str, dict[str, int]] = {p: {} for p in self._steps}
        for first, followers in self._steps.items():
            for second, step in followers.items():
                self._before[second][first] = step
        self._early = self._longest(self._before)
        late = self._longest(self._steps)
        self.steps = max(self._early.values(), default=0)
        self._late = {point: self.steps - length for point, length in late.items()}

    def _entailed(self, earlier: str, later: str, ticks: int) -> bool:
        return all(network.entails(Atom(earlier, later, ticks)) for network in self._networks)

    def _step(self, first: str, second: str) -> int:
        """Return 1 where the second needs a column after the first's, 0 where they may share one."""
        if first.endswith(".end") and not second.endswith(".end") and self._owner[first] != self._owner[second]:
            return 1
        return int(first.endswith(".end") == second.endswith(".end") and self._entailed(first, second, -1))

    def _longest(self, neighbours: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
        found: dict[str, int] = {}
        waiting = sorted(
            neighbours, key=lambda point: (len(neighbours[point]), point)
        )  # a closed order: fewer come first
        for point in waiting:
            found[point] = max((found[other] + step for other, step in neighbours[point].items()), default=0)
        return found

    def span(self, node: str) -> _Span:
        first, last = self._same.get(start(node)), self._same.get(end(node))
        if first is None or last is None:
            return _Span(Extent(None, None), Extent(None, None))
        lasts = not self._steps[last] and (self._words.state(node) or self._late[last] > self._early[last])
        beginning = Extent(self._low(first), self._late[first])
        ending = Extent(self._low(last), None if lasts else self._late[last])
        if self._words.kind(node) == "follow-up":  # only its end is an event
            return _Span(ending, ending)
        if self._words.momentary(node):  # what comes before it bounds its end, what follows bounds its start
            low = ending.low if ending.low is not None else beginning.low
            once = Extent(low, max(low or 0, self._late[first]))
            return _Span(once, once)
        return _Span(beginning, ending)

    def _low(self, point: str) -> int | None:
        """Return the first step that a point may have, None if nothing comes before it and it need not be the first."""
        early = self._early[point]
        return early if any(self._before[point].values()) or self._late[point] == early else None


def _owner(point: str) -> str:
    return point.split("@", maxsplit=1)[0] if "@" in point else point.rsplit(".", 1)[0]


# --- marks that say the same ---


def _merged(marks: Iterable[Mark]) -> list[Mark]:
    """Join findings, and assessments, that share their times: one mark with all their labels."""
    joined: dict[object, Mark] = {}
    for mark in marks:
        same: object = mark.occurrents
        if mark.kind in ("finding", "assessment") and mark.placed:
            same = (
                mark.lane,
                mark.kind,
                mark.certain,
                mark.possible,
                mark.onset,
                mark.steps,
                mark.suspected,
                mark.when,
            )
        other = joined.get(same)
        joined[same] = mark if other is None else _joined(other, mark)
    return list(joined.values())


def _joined(first: Mark, second: Mark) -> Mark:
    values = first.__dict__ | {
        "occurrents": first.occurrents + second.occurrents,
        "label": f"{first.label}, {second.label}",
        "title": f"{first.title}\n\n{second.title}",
    }
    return Mark(**values)


# --- in words ---


def _title(words: Words, node: str, line: course.Line, axis: Axis) -> str:
    printed = dict.fromkeys(f"“{statement.printed}”" for statement in words.times(node) if statement.printed)
    reported = f"{line.reported}, printed {', '.join(printed)}" if printed else line.reported
    solved = [f"start, solved: {line.solved}"] if axis == "days" and line.solved else []
    suspected = ["suspected"] if words.suspected(node) else []
    return "\n".join(
        [words.label(node), *suspected, f"time as reported: {reported}", *solved, f"source: {' '.join(line.places)}"]
    )


def _sentence(words: Words, node: str) -> str:
    when = words.when(node) or "time not stated"
    return f"{words.label(node)}{' (suspected)' if words.suspected(node) else ''}: {when}"


def _absences(words: Words) -> Iterable[str]:
    found = [statement for statement in words.said.statements if statement.polarity != PRESENT and statement.values]
    return dict.fromkeys(words.absence(statement) for statement in found)


def _conflicts(timeline: Timeline, words: Words, drawn: set[str]) -> Iterable[str]:
    by_iri = {statement.iri: statement for statement in words.said.statements}
    for conflict in words.said.conflicts:
        sides = [by_iri[side] for side in conflict.between if side in by_iri]
        if any(is_time(side) and side.about in drawn for side in sides):
            told = " against ".join(
                dict.fromkeys(
                    f"{words.stated(side)}{' (preferred)' if side.iri in conflict.prefers else ''}" for side in sides
                )
            )
            yield f"{told}{f'; {conflict.reason}' if conflict.reason else ''}"
    contradiction = timeline.contradiction()
    if contradiction:
        sides = [by_iri[name] for name in contradiction.statements if name in by_iri]
        yield "the times told cannot all hold, so nothing is placed: " + "; ".join(map(words.stated, sides))
