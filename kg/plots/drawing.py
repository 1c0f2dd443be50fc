"""From marks to places on the page: bars, symbols and labels that do not run into each other; still no SVG."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .layout import Extent, Layout, Mark
from .words import LANES

WIDTH = 1000
LEFT, RIGHT = 166.0, 984.0  # of the part with a time axis
LABEL = 11.5  # font size of labels
BAR, LINE, GAP = 12.0, 14.0, 7.0  # height of a bar and of a line of text; space between marks in a row
GLYPH = 15.0  # width of a symbol with its space
_FADE = 34.0  # beyond the first and last day known, for ends that nothing bounds
_THIN = 3.0  # least width of a bar
# Days between ticks: the first that leaves at most so many.
_TICKS, _MOST_TICKS = (1, 2, 5, 7, 14, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000), 11
# Width of characters in a common sans-serif face, in font sizes; generous, since the reader's font may be wider.
_NARROW, _WIDE = frozenset("iljtfrI.,;:'|()[]!/ “”·"), frozenset("mwMWABCDEGHKNOPQRSUVXYZ+%")
# Kinds that are a symbol where they are known to the step; others are a bar.
_SYMBOLS = frozenset({"death", "follow-up", "milestone", "transplant", "infusion", "assessment"})
_CHAINED = frozenset({"cycle", "infusion"})


@dataclass(frozen=True)
class Box:
    """A bar, or a part of one: `certain`, `possible`, or fading to the `left` or `right`."""

    x: float
    width: float
    style: str


@dataclass(frozen=True)
class Text:
    """One line of text, `end`-anchored where it stands left of its mark."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Glyph:
    """The symbol of a kind."""

    x: float
    y: float
    kind: str
    hollow: bool = False


@dataclass(frozen=True)
class Item:
    """One mark on the page: everything relative to the top of its row at `y`; it takes `left` to `right`."""

    mark: Mark
    left: float
    right: float
    height: float
    boxes: tuple[Box, ...] = ()
    bracket: tuple[float, float] | None = None
    glyphs: tuple[Glyph, ...] = ()
    texts: tuple[Text, ...] = ()
    arrow: tuple[float, ...] = ()
    y: float = 0


@dataclass(frozen=True)
class Lane:
    """One lane: its title in lines, its items, and those whose time is not stated with their strip's top."""

    title: tuple[str, ...]
    y: float
    height: float
    items: tuple[Item, ...]
    strip: float | None


def text_width(text: str, size: float = LABEL) -> float:
    """Return about how wide a text is."""
    return size * sum(0.31 if c in _NARROW else 0.74 if c in _WIDE else 0.57 for c in text)


def wrapped(text: str, width: float, size: float = LABEL) -> list[str]:
    """Break a text into lines of at most about `width`; a word that is longer stays whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


class Scale:
    """Where days, or steps, stand on the page."""

    def __init__(
        self, layouts: Sequence[Layout], left: float = LEFT, right: float = RIGHT, room: float = _FADE
    ) -> None:
        """Fit the layouts between `left` and `right`, with so much room on the right for what nothing bounds."""
        self.axis = layouts[0].axis
        self.left, self.right = left, right
        marks = [mark for layout in layouts for mark in layout.marks if mark.placed]
        extents = [extent for mark in marks for extent in (mark.possible, mark.onset, mark.certain) if extent]
        known = [bound for extent in extents for bound in (extent.low, extent.high) if bound is not None]
        self.low, self.high = min(known, default=0), max(known, default=0)
        if self.axis == "order":
            self.high = max(self.high, *(layout.steps for layout in layouts))
            self.low = min(self.low, 0)
        # A step takes a column; a day is a point, so that many of them can be told apart from few.
        self._unit = (right - left - _FADE - room) / max(1, self.high - self.low + (self.axis == "order"))

    def at(self, value: int) -> float:
        """Return where a day, or the left edge of a step, stands."""
        return round(self.left + _FADE + (value - self.low) * self._unit, 1)

    def box(self, extent: Extent) -> tuple[float, float]:
        """Return the left and right of an extent, an open end being the edge."""
        behind = 1 if self.axis == "order" else 0
        low = self.left if extent.low is None else self.at(extent.low)
        high = self.right if extent.high is None else self.at(extent.high + behind)
        if self.axis == "order":
            low, high = (low if extent.low is None else low + 2), (high if extent.high is None else high - 2)
        return low, max(high, low + _THIN)

    def middle(self, extent: Extent) -> float:
        """Return the middle of an extent."""
        low, high = self.box(extent)
        return round(low + (high - low) / 2, 1) if self.axis == "order" else low

    def ticks(self) -> list[tuple[float, int]]:
        """Return the days to print; none where there is only an order."""
        if self.axis == "order":
            return []
        span = max(1, self.high - self.low)
        step = next((step for step in _TICKS if span / step <= _MOST_TICKS), span)
        first = -(-self.low // step) * step
        return [(self.at(day), day) for day in range(first, self.high + 1, step)]

    def columns(self) -> list[tuple[float, float]]:
        """Return the left and width of every second step, to shade."""
        if self.axis == "days":
            return []
        return [(self.at(step), round(self._unit, 1)) for step in range(self.low, self.high + 1, 2)]


# --- one mark ---


def bars(mark: Mark, scale: Scale) -> list[Box]:
    """Return the bars of a mark: hatched where possible, fading where unbounded, solid on top where certain."""
    low, high = scale.box(mark.possible)
    inner = [bound for extent in (mark.certain, mark.onset, mark.possible) if extent for bound in scale.box(extent)]
    known = [x for x in inner if scale.left < x < scale.right]
    found = []
    if mark.possible.low is None:
        until = min(known, default=scale.left + (scale.right - scale.left) / 2)
        found.append(Box(low, until - low, "left"))
        low = until
    if mark.possible.high is None:
        since = max([low, *(x for x in known)], default=low)
        found.append(Box(since, high - since, "right"))
        high = since
    if high - low > 0.5 and not (mark.certain and scale.box(mark.certain) == (low, high)):
        found.insert(0, Box(low, high - low, "possible"))
    if mark.certain:
        sure = scale.box(mark.certain)
        found.append(Box(sure[0], sure[1] - sure[0], "certain"))
    return [Box(round(box.x, 1), round(box.width, 1), box.style) for box in found]


def bracket(mark: Mark, scale: Scale) -> tuple[float, float] | None:
    """Return where a start must lie, if that is less than the whole extent and more than a point."""
    if not mark.onset.known or mark.onset.low == mark.onset.high or mark.onset == mark.possible:
        return None
    return scale.box(mark.onset)


def labelled(mark: Mark, scale: Scale) -> Item:
    """Place a mark and its label: inside its bar, right of it, left of it, or broken into lines where there is most room.

    What does not fit in one line is first told without its time, and a cycle in its bar by its number alone.
    """
    point = mark.exact and (scale.axis == "days" or mark.kind in _SYMBOLS)
    low, high = scale.box(mark.possible)
    middle = scale.middle(mark.possible)
    if point:
        low, high = middle - 8, middle + 8
    head = 0.0 if point else GLYPH
    made = () if point else tuple(bars(mark, scale))
    # in a bar that is open to the left, text starts where something is known
    starts = [max(low, min((box.x for box in made if box.style != "left"), default=low)) + 4, low + 4]
    texts = [mark.label if mark.exact or not mark.when else f"{mark.label} · {mark.when}", mark.label]
    if mark.kind == "cycle" and mark.exact and not point:
        starts, texts = (
            [low + 4],
            [text for text in (mark.label, mark.short) if text_width(text) + head < high - low - 4] or texts,
        )
    tries = [
        (text, place, start) for text in texts for place in range(3) for start in (starts if place == 0 else [0.0])
    ]

    def room(place: int, start: float) -> float:
        return (0.0 if point else high - start - 2, scale.right - high - 5, low - scale.left - 5)[place]

    fitting = [one for one in tries if text_width(one[0]) + head <= room(*one[1:])]
    text, place, start = fitting[0] if fitting else max(tries[len(tries) // 2 :], key=lambda one: room(*one[1:]))
    lines = wrapped(text, room(place, start) - head)
    widest = max(map(text_width, lines)) + head
    height = max(BAR + 8, LINE * len(lines) + 6)
    first = height / 2 - LINE * (len(lines) - 1) / 2 + 4
    left = (start, high + 5, low - 5 - widest)[place]
    x, anchor, at = (low - 5 - head, "end", low - 5 - 6) if place == 2 else (left + head, "start", left + 6)
    return Item(
        mark, min(low, left), max(high, left + widest), height,
        boxes=made, bracket=None if point else bracket(mark, scale),
        glyphs=(Glyph(round(middle if point else at, 1), round(height / 2, 1), mark.symbol, mark.suspected),),
        texts=tuple(Text(round(x, 1), round(first + LINE * i, 1), line, anchor) for i, line in enumerate(lines)),
    )  # fmt: skip


def chained(marks: Sequence[Mark], columns: Sequence[int], scale: Scale) -> list[Item]:
    """Place marks of one window and a known order as arrows in a row: the order is told, the days are not."""
    low, high = scale.box(marks[0].possible)
    cell = (high - low) / len(columns)
    made = []
    for mark in marks:
        left = low + cell * columns.index(mark.steps.low or 0)
        text = mark.short if mark.kind == "cycle" else f"{mark.short}, {mark.when}" if mark.when else mark.short
        lines = wrapped(text, cell - 24)
        if max(map(text_width, lines)) > scale.right - left - 22:
            # at the page's edge the number alone, or nothing; the title tells the rest
            number = text.rsplit(" ", 1)[-1]
            lines = [number] if text_width(number) <= scale.right - left - 22 else []
        height = max(BAR + 8, LINE * len(lines) + 8)
        first = height / 2 - LINE * (len(lines) - 1) / 2 + 4
        texts = tuple(Text(round(left + 22, 1), round(first + LINE * i, 1), line) for i, line in enumerate(lines))
        glyph = Glyph(round(left + 14, 1), round(height / 2, 1), mark.symbol, mark.suspected)
        made.append(
            Item(
                mark,
                left,
                left + cell,
                height,
                glyphs=(glyph,),
                texts=texts,
                arrow=(round(left + 1, 1), round(left + cell - 1, 1)),
            )
        )
    tallest = max(item.height for item in made)
    return [_centred(item, tallest) for item in made]


def _centred(item: Item, height: float) -> Item:
    shift = (height - item.height) / 2
    glyphs = tuple(replace(glyph, y=round(glyph.y + shift, 1)) for glyph in item.glyphs)
    texts = tuple(replace(text, y=round(text.y + shift, 1)) for text in item.texts)
    return replace(item, height=height, glyphs=glyphs, texts=texts)


def chains(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Return runs of cycles, or of infusions, that share a window in which their order is certain."""
    groups: dict[object, list[Mark]] = defaultdict(list)
    for mark in marks:
        if (
            mark.placed
            and mark.kind in _CHAINED
            and mark.possible.low is not None
            and mark.certain is None
            and mark.steps.low is not None
        ):
            groups[mark.lane, mark.kind, mark.possible].append(mark)
    return [group for group in groups.values() if len(group) > 1 and _ordered(group)]


def _ordered(marks: Sequence[Mark]) -> bool:
    steps = sorted((mark.steps.low or 0, mark.steps.high or 0) for mark in marks)
    return all(first[1] < second[0] for first, second in pairwise(steps))


# --- rows ---


def packed(groups: Iterable[Sequence[Item]], top: float) -> tuple[list[Item], float]:
    """Place groups of items in the first row where they run into nothing; return them and where the rows end."""
    rows: list[list[Sequence[Item]]] = []
    for group in groups:
        low, high = min(item.left for item in group), max(item.right for item in group)
        free = next(
            (row for row in rows if all(high + GAP < left or right + GAP < low for left, right in map(_reach, row))),
            None,
        )
        if free is None:
            rows.append(free := [])
        free.append(group)
    placed: list[Item] = []
    for row in rows:
        height = max(item.height for group in row for item in group)
        placed += [replace(_centred(item, height), y=round(top, 1)) for group in row for item in group]
        top += height
    return placed, top


def _reach(group: Sequence[Item]) -> tuple[float, float]:
    return min(item.left for item in group), max(item.right for item in group)


def flowed(
    marks: Sequence[Mark], top: float, left: float, right: float, name: Callable[[Mark], str]
) -> tuple[list[Item], float]:
    """Place marks without a known time one after the other, like words."""
    x, y, made = left, top, []
    for mark in marks:
        lines = wrapped(name(mark), right - left - GLYPH)
        width = max(map(text_width, lines)) + GLYPH
        if x > left and x + width > right:
            x, y = left, y + LINE + 5
        texts = tuple(Text(round(x + GLYPH, 1), round(14 + LINE * i, 1), line) for i, line in enumerate(lines))
        made.append(
            Item(
                mark,
                x,
                x + width,
                0,
                glyphs=(Glyph(round(x + 6, 1), 10, mark.symbol, mark.suspected),),
                texts=texts,
                y=round(y, 1),
            )
        )
        y += LINE * (len(lines) - 1)
        x += width + 14
    return made, y + LINE + 6 if marks else top


def lanes(layout: Layout, scale: Scale, top: float) -> list[Lane]:
    """Place all marks of a patient, lane by lane."""
    runs = chains(layout.marks)
    windows: dict[Extent, set[int]] = defaultdict(set)
    for run in runs:
        windows[run[0].possible] |= {mark.steps.low or 0 for mark in run}
    made = []
    for name, title in LANES.items():
        marks = [mark for mark in layout.marks if mark.lane == name]
        if not marks:
            continue
        groups: list[Sequence[Item]] = []
        for mark in marks:
            run = next((run for run in runs if mark in run), [])
            if not mark.placed or (run and mark is not run[0]):
                continue
            groups.append(chained(run, sorted(windows[mark.possible]), scale) if run else [labelled(mark, scale)])
        items, bottom = packed(groups, top + 4)
        unplaced = [mark for mark in marks if not mark.placed]
        strip = bottom + 1 if unplaced else None
        if unplaced:
            more, bottom = flowed(
                unplaced,
                bottom + 2,
                scale.left + 100,
                scale.right - 6,
                lambda mark: f"{mark.label} · {mark.when}" if mark.when else mark.label,
            )
            items += more
        lines = tuple(wrapped(title, LEFT - 24, 12.5))
        bottom = max(bottom + 4, top + 16 * len(lines) + 8)
        made.append(Lane(lines, round(top, 1), round(bottom - top, 1), tuple(items), strip and round(strip, 1)))
        top = bottom
    return made
