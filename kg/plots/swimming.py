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
        replace(mark, possible=moved(mark.possible), onset=moved(mark.onset), certain=mark.certain and moved(mark.certain), steps=moved(mark.steps))
        for mark in layout.marks
    ]
    return replace(layout, marks=tuple(marks), steps=layout.steps - layout.index_step, index_step=0)


def shown(layout: Layout) -> Layout:
    """Keep what a swimmer plot shows; a course only where no cycles of any course are told."""
    kinds = {kind for row in _ROWS for kind in row} - ({"course"} if any(mark.kind == "cycle" for mark in layout.marks) else set())
    return replace(layout, marks=tuple(mark for mark in layout.marks if mark.kind in kinds))


def swim(layout: Layout, scale: Scale, top: float) -> Swimmer:
    """Place one patient's marks."""
    placed = [mark for mark in layout.marks if mark.placed]
    windows: dict[Extent, list[int]] = defaultdict(list)
    for mark in placed:
        if mark.onset.low != mark.onset.high or mark.onset.low is None:
            windows[mark.onset] = sorted({*windows[mark.onset], _step(mark)})
    bottom, items = top + 6, []
    for row in _ROWS:
        groups: dict[object, list[Item]] = defaultdict(list)
        for mark in (mark for mark in placed if mark.kind in row):
            window = mark.onset in windows
            groups[mark.onset if window else mark.occurrents].append(_item(mark, scale, windows.get(mark.onset, []), first=mark.onset not in groups))
        made, bottom = packed([_spread(group) for group in groups.values()], bottom)
        items += made
    unplaced = [mark for mark in layout.marks if not mark.placed]
    more, bottom = flowed(unplaced, bottom, scale.left + 100, scale.right - 6, lambda mark: mark.label)
    title = (layout.patient, *wrapped(layout.heading, LEFT - 26, 11), f"day 0: {layout.index}" if layout.axis == "days" else "order only")
    height = max(bottom - top + 6, 15 * len(title) + 12)
    lasting = [mark for mark in layout.marks if set(mark.occurrents) & layout.lasting]
    arrow = None
    if lasting:
        own = next((item for item in items if item.mark is lasting[-1]), None)
        arrow = (round((own.y if own else top) + 10, 1), lasting[-1].label)
    return Swimmer(layout, title, round(top, 1), round(height, 1), tuple([*items, *more]), arrow)


def _step(mark: Mark) -> int:
    return mark.steps.low if mark.steps.low is not None else mark.steps.high or 0


def _item(mark: Mark, scale: Scale, order: Sequence[int], *, first: bool) -> Item:
    """Place a mark at its day or step, or on the whisker of its window: evenly among what may start there, in order."""
    low, high = scale.box(mark.onset)
    if order:
        cell = (high - low) / len(order)
        x, room = low + cell * (order.index(_step(mark)) + 0.5), cell
    else:
        x, room = (scale.middle(mark.onset), high - low)
    width = GLYPH + text_width(mark.note) if mark.note else GLYPH
    kind = f"relapse-{mark.lane}" if mark.kind == "relapse" and mark.lane != "marrow" else mark.kind
    glyph = Glyph(round(x, 1), 10, kind, mark.suspected)
    texts = (Text(round(x + 9, 1), 14, mark.note),) if mark.note else ()
    boxes: tuple[Box, ...] = ()
    if mark.kind in _BLOCKS:
        half = min(room, 46) / 2 - 1
        boxes = (Box(round(x - half, 1), round(2 * half, 1), "possible" if order else "certain"),)
        if not order and mark.kind == "course":
            boxes = tuple(bars(mark, scale))
        texts = (Text(round(x, 1), 14, mark.note, "middle"),) if mark.note else ()
        glyph = replace(glyph, y=-99) if mark.note else glyph
        width = 2 * half
    elif mark.kind == "remission" and not order:
        boxes = tuple(box for box in bars(mark, scale) if box.style == "certain")
    whisker = (round(low, 1), round(high, 1)) if order and first else None
    left, right = min(x - 8, *(box.x for box in boxes), x), max(x - 8 + width, *(box.x + box.width for box in boxes), x)
    glyphs = tuple(g for g in (glyph,) if g.y >= 0)
    return Item(mark, min(left, low if whisker else left), max(right, high if whisker else right), 20, boxes, whisker, glyphs, texts)


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


