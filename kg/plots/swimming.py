"""From several patients' marks to the rows of a swimmer plot: symbols and blocks, most of them without a label."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .drawing import GLYPH, Box, Glyph, Item, Scale, Text, bars, flowed, packed, text_width, wrapped
from .layout import Extent, Layout, Mark

# Rows within a patient's row, from the top, and the kinds that each holds.
_ROWS = (("relapse", "remission", "death"), ("transplant", "infusion"), ("cycle", "course", "radiation"), ("gvhd",))
_BLOCKS = frozenset({"cycle", "course"})
LEFT = 190.0
ARROW = 28.0  # kept free at the right edge for the arrow of a remission that lasts


@dataclass(frozen=True)
class Swimmer:
    """One patient's row; `lasts` is where the arrow of a remission that holds at the last report starts."""

    layout: Layout
    title: tuple[str, ...]
    y: float
    height: float
    items: tuple[Item, ...]
    lasts: tuple[float, str] | None


def aligned(layout: Layout) -> Layout:
    """Count the steps of an order from the index event, so that rows stand under each other by it."""
    if layout.axis == "days":
        return layout

    def moved(extent: Extent) -> Extent:
        return Extent(*(None if bound is None else bound - layout.index_step for bound in (extent.low, extent.high)))

    marks = [
        replace(
            mark,
            possible=moved(mark.possible),
            onset=moved(mark.onset),
            certain=mark.certain and moved(mark.certain),
            steps=moved(mark.steps),
        )
        for mark in layout.marks
    ]
    return replace(layout, marks=tuple(marks), steps=layout.steps - layout.index_step, index_step=0)


def shown(layout: Layout) -> Layout:
    """Keep what a swimmer plot shows; a course only where no cycles of any course are told."""
    kinds = {kind for row in _ROWS for kind in row} - (
        {"course"} if any(mark.kind == "cycle" for mark in layout.marks) else set()
    )
    return replace(layout, marks=tuple(mark for mark in layout.marks if mark.kind in kinds))


def swim(layout: Layout, scale: Scale, top: float) -> Swimmer:
    """Place one patient's marks."""
    placed = [mark for mark in layout.marks if mark.placed]
    at = _places(placed, scale)
    bottom, items = top + 6, []
    for row in _ROWS:
        groups: dict[object, list[Item]] = defaultdict(list)
        for mark in (mark for mark in placed if mark.kind in row):
            name = mark.occurrents if mark.onset.known and mark.onset.low == mark.onset.high else mark.onset
            item = _item(mark, scale, *at[mark.occurrents], first=name not in groups)
            groups[name].append(item)
        made, bottom = packed([_spread(group) for group in groups.values()], bottom)
        items += made
    unplaced = [mark for mark in layout.marks if not mark.placed]
    more, bottom = flowed(unplaced, bottom, scale.left + 100, scale.right - 6, lambda mark: mark.label)
    title = (
        layout.patient,
        *wrapped(layout.heading, LEFT - 26, 11),
        f"day 0: {layout.index}" if layout.axis == "days" else f"order only, from {layout.index}",
    )
    height = max(bottom - top + 6, 15 * len(title) + 12)
    lasting = [
        mark for mark in layout.marks if set(mark.occurrents) & layout.lasting and not _ended(mark, layout.marks)
    ]
    arrow = None
    if lasting:
        own = next((item for item in items if item.mark is lasting[-1]), None)
        arrow = (round((own.y if own else top) + 10, 1), lasting[-1].label)
    return Swimmer(layout, title, round(top, 1), round(height, 1), (*items, *more), arrow)


def _ended(remission: Mark, marks: Sequence[Mark]) -> bool:
    """Tell whether death, or a relapse of the same compartment, surely came after a remission."""
    late = remission.steps.high
    ends = [mark for mark in marks if mark.kind == "death" or (mark.kind == "relapse" and mark.lane == remission.lane)]
    return any(late is not None and mark.steps.low is not None and mark.steps.low > late for mark in ends)


def _step(mark: Mark) -> int:
    return mark.steps.low if mark.steps.low is not None else mark.steps.high or 0


def _places(marks: Sequence[Mark], scale: Scale) -> dict[tuple[str, ...], tuple[float, float]]:
    """Return where each mark's symbol stands and how wide it may be.

    Marks that may start within the same window are spread evenly over it by their order, and right of what is before them.
    """
    windows: dict[Extent, list[Mark]] = defaultdict(list)
    for mark in sorted(marks, key=_step):
        windows[mark.onset].append(mark)
    exact = [group for window, group in windows.items() if window.known and window.low == window.high]
    open_ = sorted((group for group in windows.values() if group not in exact), key=lambda group: _step(group[0]))
    placed: dict[tuple[str, ...], tuple[float, float]] = {}
    for group in (*exact, *open_):
        low, high = scale.box(group[0].onset)
        if group in exact:
            placed |= {mark.occurrents: (scale.middle(mark.onset), high - low) for mark in group}
            continue
        first = min(mark.steps.low if mark.steps.low is not None else -1_000_000 for mark in group)
        earlier = [
            placed[mark.occurrents][0] for mark in marks if mark.occurrents in placed and (mark.steps.high or 0) < first
        ]
        low = max(low, *(min(x + GLYPH, high - GLYPH) for x in earlier), low)
        order = sorted({_step(mark) for mark in group})
        cell = (high - low) / len(order)
        placed |= {mark.occurrents: (low + cell * (order.index(_step(mark)) + 0.5), cell) for mark in group}
    return placed


def _item(mark: Mark, scale: Scale, x: float, room: float, *, first: bool) -> Item:
    """Place a mark's symbol or block, with the whisker of its window if it is the first on it."""
    low, high = scale.box(mark.onset)
    sure = mark.onset.known and mark.onset.low == mark.onset.high
    glyphs: tuple[Glyph, ...] = (Glyph(round(x, 1), 10, mark.symbol, mark.suspected),)
    texts = (Text(round(x + 9, 1), 14, mark.note),) if mark.note else ()
    boxes: tuple[Box, ...] = ()
    if mark.kind in _BLOCKS:
        half = min(room, 46) / 2 - 1
        boxes = (Box(round(x - half, 1), round(2 * half, 1), "certain" if sure else "possible"),)
        if sure and mark.kind == "course":
            boxes = tuple(bars(mark, scale))
        if mark.note:
            glyphs, texts = (), (Text(round(x, 1), 14, mark.note, "middle"),)
    elif mark.kind == "remission" and sure:
        boxes = tuple(box for box in bars(mark, scale) if box.style == "certain")
    whisker = None if sure or not first else (round(low, 1), round(high, 1))
    ends = [
        x - 8,
        x + 8 + text_width(mark.note),
        *(whisker or ()),
        *(edge for box in boxes for edge in (box.x, box.x + box.width)),
    ]
    return Item(mark, min(ends), max(ends), 20, boxes, whisker, glyphs, texts)


def _spread(group: Sequence[Item]) -> Sequence[Item]:
    """Move apart what would stand on one another: marks of one step on one whisker."""
    moved: list[Item] = []
    for item in group:
        shift = 0.0
        while any(abs(_at(other) - _at(item) - shift) < GLYPH for other in moved):
            shift += GLYPH
        glyphs = tuple(replace(glyph, x=round(glyph.x + shift, 1)) for glyph in item.glyphs)
        texts = tuple(replace(text, x=round(text.x + shift, 1)) for text in item.texts)
        boxes = tuple(replace(box, x=round(box.x + shift, 1)) for box in item.boxes)
        moved.append(replace(item, glyphs=glyphs, texts=texts, boxes=boxes))
    return moved


def _at(item: Item) -> float:
    return item.glyphs[0].x if item.glyphs else item.texts[0].x
