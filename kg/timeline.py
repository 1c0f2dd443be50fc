"""A patient's temporal network: from what is printed, by named rules and axioms, to solved bounds.

Every occurrent has two points, its start and its end, counted in hundredths of a day so that "before" can be strict
within one day. Every bound carries the statement it comes from and the rule by which it does, or the name of an axiom;
nothing that the text does not print enters without a name.
"""

import calendar
import datetime
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .errors import NetworkError, TooManyWorldsError
from .network import Bound, Network, Reason, worlds
from .projection import types_of, values_of
from .statements import Said, Statement, local
from .vocabulary import TIME

# One day in ticks: finer than a day only so that an order on one day can be strict.
DAY = 100
EPOCH = "calendar"  # the point that is the start of 1900-01-01
_EPOCH_DATE = datetime.date(1900, 1, 1)
_ONE_DAY = datetime.timedelta(days=1)
# A unit of time in days, fewest and most. A month being 28-31 days is the model's rule, and holds for any run of them.
UNIT_DAYS = {"d": (1, 1), "wk": (7, 7), "mo": (28, 31), "a": (365, 366)}

RULES = {
    "date": "a dated occurrent starts (or ends) within the day, month or year printed",
    "date-about": "'about' a day, month or year may be the one before or after it",
    "day-0": "the day of a transplantation is day 0, and the transplantation is given the whole of that day",
    "day-1": "day 1 of anything but a transplantation is the day on which it starts",
    "offset": "n units without a qualifier is from half a unit of the last printed digit less to one of it more; a month has 28 to 31 days",
    "offset-range": "'n-m units' is from the least that n units may be to the most that m units may be",
    "offset-by": "'by n units' is at most that",
    "by-day": "'by day n' of something is on one of its days up to n",
    "offset-at-least": "'still at n units' is at least that",
    "offset-about": "'about n units' is from half of it to twice it",
    "offset-anchor": "an offset counts from the start of a relapse, diagnosis, death or transplantation; from other anchors, unless said, it may count from start or end",
    "after-cycle": "'after cycle n' lies between the end of its treatment and the start of cycle n + 1; a remission or persisting disease was in force then, anything else began then",
    "order": "'before' and 'after' are strict; of a finding or state that is 'before' something, only the onset is",
    "during": "'during' is within; of a finding, its onset is",
    "shortly-after": "'shortly after' is after, without a bound",
    "in-force": "a state in force at a moment had begun and had not ended",
    "shown-by": "an assessment that shows a state or finding takes place while it holds",
    "given-for": "a treatment given for something begins after that has begun",
    "about-same-time": "'at about the same time as' is to overlap",
    "same-time": "'at the same time as' is to start together",
}
AXIOMS = {
    "axiom:day-0": RULES["day-0"],
    "axiom:extent": "nothing ends before it starts",
    "axiom:cycles": "the cycles of a course follow each other by number",
    "axiom:part": "a part of a course, a cycle or a period of active disease lies within it; of a finding, its onset does",
    "axiom:presentation-part": "what is examined at presentation lies within it; a symptom of it was there then and may have begun before",
    "axiom:presentation-end": "a presentation is over when antileukemic treatment begins",
    "axiom:conditioning": "conditioning begins on or before the day of its transplantation",
    "axiom:remission-number": "CR1 begins before any relapse; a later CR begins after the relapse told, if only one is",
    "axiom:first-cycle": "a course starts with its cycle 1, if no other treatment in it can have come before",
    "axiom:death": "death ends everything",
    "axiom:follow-up": "what is told began before the end of the follow-up told",
    "axiom:exclusive": "a complete, cytogenetic or molecular remission does not overlap a relapse that is neither extramedullary nor of residual disease only, nor an MRD-negative remission an MRD-positive one",
    "axiom:once": "an assessment, a diagnosis and a death take no more than a day",
}

# What papers leave out and readers know. Used only when asked for by name; whatever rests on it names it.
# Source: US prescribing information of blinatumomab (28 days of infusion, 14 days free, in induction and consolidation).
ASSUMPTIONS = {
    "blinatumomab-label": "a cycle of blinatumomab is 28 days of infusion, and the next starts on day 43, as labelled",
}
_LABEL_INFUSION_DAYS, _LABEL_CYCLE_DAYS = 28, 42

_ONSETS = frozenset({"Relapse", "Diagnosis", "Death", "HematopoieticCellTransplantation"})
# Remissions that no relapse of marrow or blood leaves in force; a partial one may be of the relapse itself.
_WHOLE = (
    *("CompleteRemission", "CompleteRemissionWithPartialHematologicRecovery"),
    *("CompleteRemissionWithIncompleteHematologicRecovery", "CytogeneticRemission", "MolecularRemission"),
)
_CONTAINERS = frozenset(
    {"TreatmentCourse", "TreatmentCycle", "Conditioning", "ActiveDisease", "SalvageTherapy", "InductionTherapy"}
)
_NOT_BEFORE = frozenset({f"{TIME}intervalIn", f"{TIME}intervalAfter", "afterCycle", "shortlyAfter"})
_MOMENTARY = frozenset({"Assessment", "Diagnosis", "Death"})


@dataclass(frozen=True)
class Contradiction:
    """Statements that cannot all hold, with the rules that make them clash; leaving out any one resolves it."""

    bounds: tuple[Bound, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements among the sources."""
        return tuple(
            sorted({bound.reason.source for bound in self.bounds if not bound.reason.source.startswith("axiom:")})
        )


@dataclass(frozen=True)
class Timeline:
    """The solved network of one patient: one world for each way to settle the conflicts that carry no preference.

    `too_many` tells that the conflicts leave more worlds than are solved; then only what holds without any of the
    conflicting statements is in the one world, and every pattern is at best possible.
    """

    said: Said
    networks: tuple[Network, ...]
    too_many: bool = False

    @cached_property
    def consistent(self) -> bool:
        """Whether some world has a solution."""
        return any(network.consistent for network in self.networks)

    def contradiction(self) -> Contradiction | None:
        """Return why no world has a solution, if none has."""
        return None if self.consistent else Contradiction(self.networks[0].contradiction())

    def days(self, point: str, relative_to: str) -> tuple[int | None, int | None]:
        """Return the bounds in whole days of `point` counted from `relative_to`, over all worlds."""
        spans = [network.span(point, relative_to) for network in self.networks if network.consistent]
        lows = [low for low, _ in spans]
        highs = [high for _, high in spans]
        low = None if None in lows or not lows else min(value for value in lows if value is not None) // DAY
        high = None if None in highs or not highs else max(value for value in highs if value is not None) // DAY
        return low, high

    def dates(self, point: str) -> tuple[datetime.date | None, datetime.date | None]:
        """Return the earliest and latest calendar date of a point, where anything printed fixes one."""
        if not any(EPOCH in network.points for network in self.networks):
            return None, None
        low, high = self.days(point, EPOCH)
        return _date(low), _date(high)

    @cached_property
    def index(self) -> str:
        """The occurrent whose start is day 0 of the patient: the first transplantation, else course, else diagnosis."""
        for wanted in ("HematopoieticCellTransplantation", "TreatmentCourse", "Diagnosis"):
            found = [node for node in self.said.occurrents if wanted in types_of(self.said, node)]
            if found:
                return key(found[0])
        return key(self.said.occurrents[0]) if self.said.occurrents else ""


def _date(days: int | None) -> datetime.date | None:
    if days is None or not 0 <= days < 100_000:
        return None
    return _EPOCH_DATE + datetime.timedelta(days=days)


def key(node: str) -> str:
    """Return the short name of an occurrent within its patient."""
    return node.split("/", 2)[2]


def start(node: str) -> str:
    """Return the start point of an occurrent."""
    return f"{key(node)}.start"


def end(node: str) -> str:
    """Return the end point of an occurrent."""
    return f"{key(node)}.end"


def solve(said: Said, assume: Sequence[str] = ()) -> Timeline:
    """Build and solve the temporal network of one patient.

    `assume` names members of `ASSUMPTIONS`, none by default: what they add is not in the paper, and its reasons say so.
    """
    reader = _Reader(said)
    overruled, unsettled = said.overruled, said.unsettled
    base = [
        *reader.axioms(),
        *(bound for name in assume for bound in reader.assumed(name)),
        *(bound for s in said.statements if s.iri not in overruled | unsettled for bound in reader.bounds(s)),
    ]
    by_iri = {statement.iri: statement for statement in said.statements}
    conflicts = []
    for conflict in said.conflicts:
        sides = [tuple(reader.bounds(by_iri[side])) for side in conflict.between if side in by_iri]
        if not conflict.prefers and any(sides):
            conflicts.append(sides)
    try:
        found = worlds(base, conflicts)
    except TooManyWorldsError:
        return Timeline(said, (reader.exclusive(Network(base)),), too_many=True)
    return Timeline(said, tuple(reader.exclusive(world) for world in found))


class _Reader:
    """Turns the statements of one patient into bounds."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.types: Mapping[str, frozenset[str]] = {node: types_of(said, node) for node in said.occurrents}
        self.parts: dict[str, list[str]] = defaultdict(list)
        for node in said.occurrents:
            for whole in said.skeleton[node].get("partOf", ()):
                self.parts[whole].append(node)
        self.cycles: dict[str, list[tuple[int, str, Statement]]] = defaultdict(list)
        for whole, parts in self.parts.items():
            for part in parts:
                for statement in said.about(part):
                    if statement.property == "cycleNumber" and statement.asserts:
                        self.cycles[whole].append((int(statement.value.value), part, statement))
        for numbered in self.cycles.values():
            numbered.sort(key=lambda found: (found[0], found[1], found[2].iri))

    def is_a(self, node: str, *names: str) -> bool:
        """Tell whether a node is of one of the classes."""
        return bool(self.types.get(node, frozenset()) & frozenset(names))

    # --- axioms ---

    def axioms(self) -> Iterator[Bound]:
        """Yield the bounds that hold of any history."""
        for node in self.said.occurrents:
            yield Bound(start(node), end(node), 0, _axiom("extent", node))
            if self.is_a(node, "HematopoieticCellTransplantation"):
                yield from _between(end(node), start(node), DAY - 1, DAY - 1, _axiom("day-0", node))
            elif self.is_a(node, *_MOMENTARY):
                yield Bound(end(node), start(node), DAY - 1, _axiom("once", node))
        for whole, numbered in self.cycles.items():
            for (number, cycle, _), (following, later, _) in itertools.pairwise(numbered):
                if following > number:
                    yield _before(end(cycle), start(later), _axiom("cycles", later))
            if numbered and numbered[0][0] == 1 and self._begins_with_cycles(whole):
                yield Bound(start(numbered[0][1]), start(whole), 0, _axiom("first-cycle", whole))
        for node in self.said.occurrents:
            if self.is_a(node, "Presentation"):
                yield from self._presentation(node, self.parts.get(node, ()))
        for whole, parts in self.parts.items():
            for part in parts:
                if self.is_a(whole, *_CONTAINERS):
                    yield from _within(part, whole, _axiom("part", part), onset=self.is_a(part, "ClinicalFinding"))
                if self.is_a(whole, "HematopoieticCellTransplantation") and self.is_a(part, "Conditioning"):
                    yield Bound(start(part), start(whole), 0, _axiom("conditioning", part))
        yield from self._numbered_remissions()
        for node in self.said.occurrents:
            if self.is_a(node, "Death"):
                for other in self.said.occurrents:
                    if other != node:
                        yield Bound(end(other), end(node), 0, _axiom("death", other))
            if self.is_a(node, "FollowUp"):
                for other in self.said.occurrents:
                    if other != node:
                        yield Bound(start(other), end(node), 0, _axiom("follow-up", other))

    def _begins_with_cycles(self, course: str) -> bool:
        """Tell whether each treatment in a course is one of its cycles or is told in or after one."""
        cycles = {cycle for _, cycle, _ in self.cycles[course]}
        others = (part for part in self.parts[course] if part not in cycles and self.is_a(part, "Treatment"))
        return all(
            any(
                statement.asserts and statement.property in _NOT_BEFORE and local(value.value) in cycles
                for statement in self.said.about(part)
                for value in statement.values
            )
            for part in others
        )

    def _presentation(self, whole: str, parts: Sequence[str]) -> Iterator[Bound]:
        for part in parts:
            reason = _axiom("presentation-part", part)
            if self.is_a(part, "ClinicalFinding"):
                yield Bound(start(part), end(whole), 0, reason)
                yield Bound(start(whole), end(part), 0, reason)
            else:
                yield from _within(part, whole, reason, onset=False)
        for node in self.said.occurrents:
            if self.is_a(node, "AntileukemicTreatment"):
                yield Bound(end(whole), start(node), 0, _axiom("presentation-end", node))

    def assumed(self, name: str) -> Iterator[Bound]:
        """Yield what a named assumption adds."""
        if name != "blinatumomab-label":
            raise NetworkError(f"there is no assumption '{name}'; there are: {', '.join(ASSUMPTIONS)}")
        cycles = [node for node in self.said.occurrents if self.is_a(node, "BlinatumomabCycle")]
        for cycle in cycles:
            reason = Reason(f"assumption:{name}/{key(cycle)}", ASSUMPTIONS[name])
            infusion = _LABEL_INFUSION_DAYS * DAY
            yield from _between(end(cycle), start(cycle), infusion - DAY, infusion - 1, reason)
            if following := self._next_cycle(cycle):
                label = _LABEL_CYCLE_DAYS * DAY
                yield from _between(start(following), start(cycle), label - DAY + 1, label + DAY - 1, reason)

    def _numbered_remissions(self) -> Iterator[Bound]:
        """A registry counts a remission as one more than the relapses before it."""
        relapses = [node for node in self.said.occurrents if self.is_a(node, "Relapse")]
        for node in self.said.occurrents:
            numbers = {int(value.value) for value in values_of(self.said, node, "remissionNumber")}
            for relapse in relapses:
                if numbers == {1}:
                    yield _before(start(node), start(relapse), _axiom("remission-number", node, relapse))
                elif numbers and len(relapses) == 1:
                    yield _before(start(relapse), start(node), _axiom("remission-number", node, relapse))

    def exclusive(self, network: Network) -> Network:
        """Add that states which exclude each other do not overlap, where the network already tells their order."""
        pairs = [(a, b) for a in self.said.occurrents for b in self.said.occurrents if self._exclude(a, b)]
        changed = network.consistent
        done: set[tuple[str, str]] = set()
        while changed:
            changed = False
            for first, second in pairs:
                reason = _axiom("exclusive", first, second)
                bound = _before(end(first), start(second), reason)
                reverse = _before(end(second), start(first), reason)
                if (first, second) not in done and not network.allows(reverse):
                    done.add((first, second))
                    network = network.adding([bound])
                    changed = network.consistent
                    if not network.consistent:
                        return network
        return network

    def _exclude(self, first: str, second: str) -> bool:
        if first == second or not self._marrow(first) or not self._marrow(second):
            return False
        for remission, relapse in ((first, second), (second, first)):
            elsewhere = self.is_a(relapse, "ExtramedullaryRelapse", "MRDRelapse")
            if self.is_a(remission, *_WHOLE) and self.is_a(relapse, "Relapse") and not elsewhere:
                return True
        status = [{local(value.value) for value in values_of(self.said, node, "mrdStatus")} for node in (first, second)]
        return {"MRDNegative"} in status and {"MRDPositive"} in status

    def _marrow(self, node: str) -> bool:
        named = {local(value.value) for value in values_of(self.said, node, "compartment")}
        return not named or bool(named & {"MarrowCompartment", "OverallCompartment", "BloodCompartment"})

    # --- statements ---

    def bounds(self, statement: Statement) -> Iterator[Bound]:
        """Yield the bounds that one statement of time gives; none for any other."""
        if not statement.asserts or not statement.values or statement.about not in self.types:
            return
        name = statement.property
        if name in ("startDate", "endDate"):
            yield from self._dated(statement)
        elif name in ("startOffset", "endOffset") and statement.anchor in self.types:
            yield from self._offset(statement)
        elif name == "dayNumber" and statement.anchor in self.types:
            yield from self._day(statement)
        elif name == "shownBy" and statement.target in self.types:
            reason = Reason(statement.iri, RULES["shown-by"])
            yield Bound(start(statement.about), end(statement.target), 0, reason)
            yield Bound(start(statement.target), end(statement.about), 0, reason)
        elif name == "treatmentFor" and statement.target in self.types:
            yield Bound(start(statement.target), start(statement.about), 0, Reason(statement.iri, RULES["given-for"]))
        elif statement.target in self.types:
            yield from self._order(statement, statement.target)

    def _point(self, statement: Statement) -> str:
        return end(statement.about) if statement.property.startswith("end") else start(statement.about)

    def _dated(self, statement: Statement) -> Iterator[Bound]:
        first, last = date_range(statement.value.value)
        rule = "date"
        if statement.qualifier == "About":
            rule = "date-about"
            first, _ = date_range(_neighbour(statement.value.value, first - _ONE_DAY))
            _, last = date_range(_neighbour(statement.value.value, last + _ONE_DAY))
        reason = Reason(statement.iri, RULES[rule])
        yield from _between(self._point(statement), EPOCH, _ticks(first) * DAY, _ticks(last) * DAY + DAY - 1, reason)
        if self.is_a(statement.about, "HematopoieticCellTransplantation", *_MOMENTARY):
            yield Bound(end(statement.about), EPOCH, _ticks(last) * DAY + DAY - 1, reason)

    def _offset(self, statement: Statement) -> Iterator[Bound]:
        low, high = offset_days(statement.value.value, statement.unit)
        upper = offset_days(statement.upper, statement.unit)[1] if statement.upper else high
        no_less, no_more, rule = low, upper, "offset-range" if statement.upper else "offset"
        if statement.qualifier == "About":
            no_less, no_more, rule = low // 2, upper * 2, "offset-about"
        early, late = self._anchor_points(statement)
        # A count of days runs from any hour of one day to any hour of another, except from a transplantation's own day.
        slack = 0 if self.is_a(statement.anchor, "HematopoieticCellTransplantation") else DAY - 1
        point, least, most = self._point(statement), no_less * DAY - slack, no_more * DAY + DAY - 1
        if statement.qualifier == "Before":
            least, most = -no_more * DAY - slack, -no_less * DAY + DAY - 1
        at_least = statement.qualifier == "AtLeast" or statement.comparator in (">", ">=")
        at_most = statement.qualifier == "ByThen" or statement.comparator in ("<", "<=")
        rule = "offset-at-least" if at_least else "offset-by" if at_most else rule
        if not at_most:
            yield Bound(early, point, -least, Reason(statement.iri, RULES[rule]))
        if not at_least:
            yield Bound(point, late, most, Reason(statement.iri, RULES[rule]))

    def _anchor_points(self, statement: Statement) -> tuple[str, str]:
        """Return the points from which the lower and the upper bound count."""
        anchor = statement.anchor
        if statement.anchor_point == "End":
            return end(anchor), end(anchor)
        if statement.anchor_point == "Start" or self.is_a(anchor, *_ONSETS):
            return start(anchor), start(anchor)
        return start(anchor), end(anchor)

    def _day(self, statement: Statement) -> Iterator[Bound]:
        transplant = self.is_a(statement.anchor, "HematopoieticCellTransplantation")
        rule = "day-0" if transplant else "day-1"
        days = sorted(int(value.value) - (0 if transplant else 1) for value in statement.values)
        first, last = days[0], days[-1]
        if statement.qualifier == "About":
            first, last, rule = min(first // 2, first * 2), max(last // 2, last * 2), "offset-about"
        reason, anchor, about = Reason(statement.iri, RULES[rule]), start(statement.anchor), statement.about
        if statement.qualifier == "ByThen":
            yield from _between(start(about), anchor, 0, last * DAY + DAY - 1, Reason(statement.iri, RULES["by-day"]))
            return
        several = len(days) > 1
        begins = (first, first) if several or statement.qualifier != "About" else (first, last)
        yield from _between(start(about), anchor, begins[0] * DAY, begins[1] * DAY + DAY - 1, reason)
        if several or self.is_a(about, "Administration", "Assessment"):
            ends = (last, last) if several or statement.qualifier != "About" else (first, last)
            yield from _between(end(about), anchor, ends[0] * DAY, ends[1] * DAY + DAY - 1, reason)

    def _order(self, statement: Statement, other: str) -> Iterator[Bound]:
        about, name, iri = statement.about, statement.property, statement.iri
        onset = self.is_a(about, "ClinicalFinding", "DiseaseState")
        if name == f"{TIME}intervalAfter":
            yield _before(end(other), start(about), Reason(iri, RULES["order"]))
        elif name == "shortlyAfter":
            yield _before(end(other), start(about), Reason(iri, RULES["shortly-after"]))
        elif name == f"{TIME}intervalBefore":
            yield _before(start(about) if onset else end(about), start(other), Reason(iri, RULES["order"]))
        elif name == f"{TIME}intervalIn":
            yield from _within(about, other, Reason(iri, RULES["during"]), onset=self.is_a(about, "ClinicalFinding"))
        elif name == f"{TIME}intervalEquals" and statement.qualifier == "About":
            yield Bound(start(about), end(other), 0, Reason(iri, RULES["about-same-time"]))
            yield Bound(start(other), end(about), 0, Reason(iri, RULES["about-same-time"]))
        elif name == f"{TIME}intervalEquals":
            yield from _between(start(about), start(other), 0, 0, Reason(iri, RULES["same-time"]))
        elif name == "afterCycle":
            yield from self._after_cycle(statement, other)
        elif name in ("atStartOf", "atEndOf"):
            moment = start(other) if name == "atStartOf" else end(other)
            reason = Reason(iri, RULES["in-force"])
            yield Bound(start(about), moment, 0, reason)
            yield Bound(moment, end(about), 0, reason)
        elif name == "stillAt":
            yield Bound(end(other), end(about), 0, Reason(iri, RULES["in-force"]))

    def _after_cycle(self, statement: Statement, cycle: str) -> Iterator[Bound]:
        about, reason = statement.about, Reason(statement.iri, RULES["after-cycle"])
        persists = self.is_a(about, "Remission") or (
            self.is_a(about, "ActiveDisease") and not self.is_a(about, "Relapse")
        )
        if persists:
            moment = f"{key(about)}@{statement.iri}"
            yield Bound(start(about), moment, 0, reason)
            yield Bound(moment, end(about), 0, reason)
        else:
            moment = start(about)
        yield Bound(end(cycle), moment, 0, reason)
        if following := self._next_cycle(cycle):
            yield _before(moment, start(following), reason)

    def _next_cycle(self, cycle: str) -> str:
        for numbered in self.cycles.values():
            numbers = [number for number, part, _ in numbered if part == cycle]
            later = [part for number, part, _ in numbered if numbers and number == numbers[0] + 1]
            if later:
                return later[0]
        return ""


def _axiom(name: str, *nodes: str) -> Reason:
    """Return an axiom as a reason, named for the occurrents it is applied to, so that premises stay few."""
    return Reason(f"axiom:{name}/{'/'.join(map(key, nodes))}", AXIOMS[f"axiom:{name}"])


def _before(earlier: str, later: str, reason: Reason) -> Bound:
    """Return the bound that one point lies strictly before another."""
    return Bound(earlier, later, -1, reason)


def _between(point: str, anchor: str, low: int, high: int, reason: Reason) -> Iterator[Bound]:
    yield Bound(anchor, point, -low, reason)
    yield Bound(point, anchor, high, reason)


def _within(part: str, whole: str, reason: Reason, *, onset: bool) -> Iterator[Bound]:
    yield Bound(start(whole), start(part), 0, reason)
    yield Bound(start(part) if onset else end(part), end(whole), 0, reason)


def date_range(text: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and last day of a date as precise as it is printed.

    >>> [str(day) for day in date_range("2016-04")]
    ['2016-04-01', '2016-04-30']
    """
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return datetime.date(parts[0], 1, 1), datetime.date(parts[0], 12, 31)
    if len(parts) == 2:
        year, month = parts
        return datetime.date(year, month, 1), datetime.date(year, month, calendar.monthrange(year, month)[1])
    return datetime.date.fromisoformat(text), datetime.date.fromisoformat(text)


def _neighbour(text: str, day: datetime.date) -> str:
    """Return the year, month or day, whichever `text` is, that holds a day."""
    return day.isoformat()[: len(text)]


def _ticks(date: datetime.date) -> int:
    return (date - _EPOCH_DATE).days


def offset_days(number: str, unit: str) -> tuple[int, int]:
    """Return the fewest and most whole days that "n units" may mean when no word limits it.

    An exact count of days is that day. Of longer units, n stands for half a step of its last digit less up to, but
    not including, one step more: 3 months is [2.5, 4) months of 28 to 31 days each.

    >>> offset_days("3", "mo")
    (70, 123)
    >>> offset_days("31", "d")
    (31, 31)
    """
    value = Decimal(number)
    fewest, most = UNIT_DAYS[unit]
    if unit == "d":
        return math.floor(value), math.ceil(value)
    step = Decimal(1).scaleb(min(0, int(value.normalize().as_tuple().exponent)))
    return max(0, math.ceil((value - step / 2) * fewest)), math.ceil((value + step) * most) - 1
