"""Pictures of courses as SVG: one patient's timeline, several patients' swimmer plot; the text of a template, no more.

What is certain is solid, what is only possible is hatched, what nothing bounds fades to the edge. Where no days are
known, the axis is the order alone, and says so. The same input gives the same bytes.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast
from zlib import crc32

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyoxigraph import Store

from .. import course
from ..statements import Said
from . import drawing, swimming
from .drawing import RIGHT, WIDTH, Scale, text_width, wrapped
from .layout import Axis, Extent, Layout, layout

_LEGEND = (
    "relapse", "relapse-extramedullary", "relapse-cns", "active", "remission", "transplant", "conditioning", "infusion", "cycle", "course",
    "radiation", "local", "support", "gvhd", "finding", "assessment", "milestone", "death", "follow-up",
)  # fmt: skip
# Room, in a swimmer plot in days, for the symbols of what follows the last day that is known.
_OPEN, _CLOSED = 220.0, 34.0
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def timeline(store: Store, patient: str, axis: Axis | None = None) -> str:
    """Return the timeline of a patient of a store as SVG.

    Raises:
        KgError: there is no such patient.
    """
    found = course.told(store, patient)
    return timeline_svg(found.said, found.positions, axis)


def swimmer(store: Store, patients: Sequence[str]) -> str:
    """Return a swimmer plot of patients of a store as SVG, in the order given.

    Raises:
        KgError: there is no such patient.
    """
    found = [course.told(store, patient) for patient in patients]
    return swimmer_svg([one.said for one in found], found[0].positions if found else {})


def timeline_svg(said: Said, positions: Mapping[str, int] | None = None, axis: Axis | None = None) -> str:
    """Return one patient's timeline as SVG; see `layout` for positions and axis."""
    laid = layout(said, positions, axis)
    scale = Scale([laid])
    heading = wrapped(laid.heading, WIDTH - 40)
    top = 86.0 + 15 * max(0, len(heading) - 1)
    lanes = drawing.lanes(laid, scale, top)
    bottom = lanes[-1].y + lanes[-1].height if lanes else top
    kinds = _kinds(glyph.kind for lane in lanes for item in lane.items for glyph in item.glyphs)
    items = [item for lane in lanes for item in lane.items]
    looks = [look for look, present in (
        ("certain", any(box.style == "certain" for item in items for box in item.boxes)),
        ("possible", any(box.style == "possible" for item in items for box in item.boxes)),
        ("fading", any(box.style in ("left", "right") for item in items for box in item.boxes)),
        ("onset", any(item.bracket for item in items)),
        ("chain", any(item.arrow for item in items)),
        ("suspected", any(mark.suspected for mark in laid.marks)),
    ) if present]  # fmt: skip
    return _render(
        "timeline.svg.j2", _prefix("timeline", laid.patient), _notes([laid], named=False), bottom, kinds, looks,
        layout=laid, heading=heading, lanes=lanes, top=top, left=scale.left, right=scale.right,
        ticks=scale.ticks(), columns=scale.columns(), axis_text=_axis_text(laid), desc=_described(laid),
    )  # fmt: skip


def swimmer_svg(saids: Sequence[Said], positions: Mapping[str, int] | None = None) -> str:
    """Return a swimmer plot as SVG: a row a patient, those with known days above those with an order alone."""
    laid = [layout(said, positions) for said in saids]
    shown = [swimming.shown(swimming.aligned(one)) for one in laid]
    panels: list[dict[str, Any]] = []
    bottom = 36.0
    for axis in ("days", "order"):
        of_axis = [one for one in shown if one.axis == axis]
        if not of_axis:
            continue
        scale, top = (
            Scale(of_axis, swimming.LEFT, RIGHT - swimming.ARROW, _OPEN if axis == "days" else _CLOSED),
            bottom + 52,
        )
        rows, bottom = [], top
        for one in of_axis:
            rows.append(swimming.swim(one, scale, bottom))
            bottom += rows[-1].height
        text = _axis_text(of_axis[0]) if axis == "order" else "days from the index event (day 0) of each patient"
        zero = scale.middle(Extent(0, 0)) if axis == "order" else None
        panels.append(
            {
                "zero": zero,
                "top": top,
                "bottom": bottom,
                "rows": rows,
                "ticks": scale.ticks(),
                "columns": scale.columns(),
                "text": text,
            }
        )
    kinds = _kinds(
        glyph.kind for panel in panels for row in panel["rows"] for item in row.items for glyph in item.glyphs
    )
    blocks = {mark.kind for one in shown for mark in one.marks} & {"cycle", "course"}
    looks = ["certain", "possible", "whisker", "arrow"] + (
        ["suspected"] if any(mark.suspected for one in shown for mark in one.marks) else []
    )
    names = ", ".join(one.patient for one in laid)
    return _render(
        "swimmer.svg.j2", _prefix("swimmer", *(one.patient for one in laid)), _notes(laid, named=True), bottom,
        [kind for kind in _LEGEND if kind in kinds or kind in blocks], looks,
        patients=names if len(laid) < 4 else f"{len(laid)} patients", panels=panels, left=swimming.LEFT, right=RIGHT,
        desc=" ".join(f"{one.patient}: {_described(one)}" for one in laid) or "No patients.",
    )  # fmt: skip


# --- what both share ---

_LOOKS = {
    "certain": "certain",
    "possible": "possible",
    "fading": "nothing bounds it",
    "onset": "starts within",
    "chain": "in this order; days not known",
    "suspected": "hollow: suspected",
    "whisker": "somewhere here; symbols in their order, not at days",
    "arrow": "remission in force at the last report",
}


def _render(
    template: str,
    prefix: str,
    notes: Sequence[str],
    bottom: float,
    kinds: Sequence[str],
    looks: Sequence[str],
    **values: Any,
) -> str:
    legend, legend_height = _flow([(kind, _names()[kind]) for kind in kinds], 22, 24)
    look_row, look_height = _flow([(look, _LOOKS[look]) for look in looks], 16, 52)
    footer = [line for note in notes for line in wrapped(note, WIDTH - 40)]
    footer_top = bottom + 8 + legend_height + look_height + 18
    sample = next((kind for kind in ("cycle", "remission", *kinds) if kind in kinds), "cycle")
    text = _environment().get_template(template).render(
        prefix=prefix, width=WIDTH, height=round(footer_top + 15 * len(footer) + 6), bottom=bottom, footer_top=footer_top, footer=footer,
        kinds=list(dict.fromkeys([*kinds, *(kind.split("-")[0] for kind in kinds if kind.startswith("relapse-")), sample])), sample=sample, legend=[(x, y, kind) for x, y, kind, _ in legend],
        legend_height=legend_height, looks=look_row, **values,
    )  # fmt: skip
    return _NOT_XML.sub("\ufffd", text) + "\n"


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("kg", "plots"), autoescape=True, undefined=StrictUndefined)


@cache
def _names() -> Mapping[str, str]:
    """Return the legend's words for kinds, which stand with their looks in the template."""
    return cast("Mapping[str, str]", getattr(_environment().get_template("shapes.svg.j2").module, "names"))  # noqa: B009 - the template's name


def _flow(
    entries: Sequence[tuple[str, str]], left: float, head: float
) -> tuple[list[tuple[float, float, str, str]], float]:
    """Place a legend's entries like words; return them and their height."""
    x, y, made = left, 12.0, []
    for name, words in entries:
        width = head + text_width(words)
        if x > left and x + width > WIDTH - 16:
            x, y = left, y + 20
        made.append((round(x, 1), y, name, words))
        x += width + 8
    return made, y + 12 if made else 0.0


def _kinds(found: Any) -> list[str]:
    present = set(found)
    return [kind for kind in _LEGEND if kind in present]


def _prefix(picture: str, *patients: str) -> str:
    """Return an id that no other picture of other patients has on the same page."""
    name = patients[0] if len(patients) == 1 else f"{len(patients)}-{crc32(' '.join(patients).encode()):08x}"
    return re.sub(r"[^A-Za-z0-9-]", "_", f"{picture}-{name}")


def _axis_text(laid: Layout) -> str:
    if laid.axis == "days":
        return f"days from {laid.index} (day 0)"
    return "order only: columns follow each other as told; widths are no durations"


def _described(laid: Layout) -> str:
    """Return the course in order in words, for those who do not see the picture."""
    axis = f"Times in days from {laid.index}." if laid.axis == "days" else "In order only, without dates."
    steps = "; ".join(f"{number}. {line}" for number, line in enumerate(laid.course, 1)) or "nothing is told"
    absent = f" Stated absent or not available: {'; '.join(laid.absent)}." if laid.absent else ""
    return f"{laid.heading}. {axis} Course in order: {steps}.{absent}"


def _notes(layouts: Sequence[Layout], *, named: bool) -> list[str]:
    notes = []
    for laid in layouts:
        who = f"{laid.patient}: " if named else ""
        if laid.absent:
            notes.append(f"{who}stated absent or not available: {'; '.join(laid.absent)}.")
        notes += [f"{who}sources disagree: {conflict}." for conflict in laid.conflicts]
    return notes
