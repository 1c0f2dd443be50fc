"""Order words: which of two things a text puts first."""

import re
from collections.abc import Iterable
from typing import Literal

from .wording import Span

Order = Literal["after", "before", "during", "start"]

# How far behind an order word the thing that it governs may stand.
REACH = 120
_NEAR = 60
_NEAR_POST = 15
# An order word this near to the start of its clause stands before what it orders: "3 months after HCT, relapse".
_OPENING = 15

_WORDS = re.compile(
    r"\b(?:(?P<after>(?P<shortly>shortly |soon |immediately )?"
    r"(?:(?:after|following|subsequent to|since)\b|post(?=[- ]?(?:trans|stem|allo|HSCT|HCT|SCT))))"
    r"|(?P<then>(?:followed by|switched to|changed to|(?:and )?then|(?:stopped|discontinued|completed|ended) and)\b)"
    r"|(?P<prior>(?:prior|previous|preceding|earlier)\b(?! to\b))"
    r"|(?P<before>(?:before|prior to)\b|pre(?=-))"
    r"|(?P<during>(?:during|throughout|while|within|in|at|with|on)\b))",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:initiation|start|beginning|commencement) of|\bbaseline\b|\b(?:starting|initiating)\b"
    r"|\b(?:was|were) (?:started|initiated|begun)\b",
    re.IGNORECASE,
)
_END = re.compile(r"\b(?:end|completion) of\b", re.IGNORECASE)
_CLAUSE_GOES_ON = re.compile(
    r", and |\band (?:continued|remained|achieved|reached) |\bsuggest(?:s|ing|ed) ", re.IGNORECASE
)
_SAME_START = re.compile(
    r"\b(?:started|begun|initiated) (?:together )?with\b|\bsame day\b|\bsimultaneous", re.IGNORECASE
)
_SEQUEL = re.compile(
    r"\b(?:later(?! than\b)|subsequently|thereafter|afterwards?|then|next|followed(?! by\b| up\b| for\b))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:] |, (?:and |but |then )?|\band (?=then |subsequently |thereafter )", re.IGNORECASE)
_INVERSE: dict[Order, Order] = {"after": "before", "before": "after", "during": "during", "start": "start"}


def orders(text: str, one: Iterable[Span], other: Iterable[Span]) -> set[tuple[Order, bool]]:
    """Return how the text orders `one` relative to `other`, each with whether it says "shortly".

    An order word governs the nearer of the two behind it: in "relapse after HCT" and "after HCT, relapse" it is HCT.

    >>> text = "aGVHD before cycle 3, relapse after cycle 4"
    >>> orders(text, [(0, 5)], [(13, 20)]), orders(text, [(13, 20)], [(0, 5)])
    ({('before', False)}, {('after', False)})
    """
    sides, found = (list(one), list(other)), set[tuple[Order, bool]]()
    begun, taken = 0, set[int]()  # Behind the order word before, and what that word governs.
    for word in _WORDS.finditer(text):
        reach = _NEAR_POST if word[0].casefold() == "post" else _NEAR
        side, at = _next(word.end(), sides, reach)
        if side is None:
            continue
        if word["prior"]:
            if sides[1 - side]:
                found.add(("after" if side == 1 else "before", False))
            continue
        mains = [start for start, _ in sides[1 - side] if start not in taken or word["during"]]
        on_left = any(begun <= start < word.start() for start in mains)
        free = word["during"] or reach < _NEAR or _opens(text, word.start())
        on_right = any(start > at and (free or _CLAUSE_GOES_ON.search(text, at, start)) for start in mains)
        if on_left or (on_right and not word["then"]):
            order: Order = "after" if word["after"] else "before" if word["before"] or word["then"] else "during"
            found.add((order if side == 1 else _INVERSE[order], word["shortly"] is not None))
        if not word["during"]:
            begun = word.end()
        if word["after"] or word["before"]:
            taken.add(at)
    return found


def goes_on(text: str) -> bool:
    """Whether a sentence says that what it tells came after what was told before: "followed", "then", "later"."""
    return _SEQUEL.search(text) is not None


def relates(text: str) -> bool:
    """Whether a text has a word of order."""
    return _WORDS.search(text) is not None or goes_on(text)


def sequel(text: str, one: Iterable[Span], other: Iterable[Span]) -> set[Order]:
    """Return the order of two things of which the later clause says "later", "then", "subsequently".

    >>> sequel("A was given, and B some weeks later", [(17, 18)], [(0, 1)])
    {'after'}
    """
    found: set[Order] = set()
    sides = list(one), list(other)
    for word in _SEQUEL.finditer(text):
        begin = max((m.end() for m in _CLAUSE.finditer(text, 0, word.start())), default=0)
        end = next((m.start() for m in _CLAUSE.finditer(text, word.end())), len(text))
        inside = [any(begin <= start < end for start, _ in side) for side in sides]
        earlier = [any(start < begin for start, _ in side) for side in sides]
        if begin and inside[0] and earlier[1] and not inside[1]:
            found.add("after")
        if begin and inside[1] and earlier[0] and not inside[0]:
            found.add("before")
    return found


def _opens(text: str, at: int) -> bool:
    """Whether a place is at the start of a clause."""
    return at - max(text.rfind(mark, 0, at) for mark in ",;:(.") <= _OPENING


def _next(at: int, sides: tuple[list[Span], list[Span]], reach: int) -> tuple[int | None, int]:
    """Return which side (0 or 1) stands next behind a place, and where; the other side where both stand there."""
    near = [(start, 1 - side) for side in (1, 0) for start, _ in sides[side] if at <= start <= at + reach]
    start, inverted = min(near, default=(0, 2))
    return (None, 0) if inverted == 2 else (1 - inverted, start)


def at_end(text: str, anchor: Iterable[Span]) -> bool:
    """Whether something is told as at the end of the anchor."""
    return any(0 <= start - end.end() <= _NEAR for end in _END.finditer(text) for start, _ in anchor)


def counts_from(text: str, end: int, anchor: Iterable[Span], *, back: bool) -> Literal["yes", "no", "unnamed"]:
    """Whether the duration that ends at `end` is counted from the anchor (`back`: towards the past)."""
    word = _WORDS.search(text, end, end + REACH)
    while word and (word["during"] or word["prior"]):
        word = _WORDS.search(text, word.end(), end + REACH)
    if word is None:
        return "unnamed"
    if (word["before"] is not None) != back or word["then"]:
        return "no"
    return "yes" if any(word.end() <= start <= word.end() + REACH for start, _ in anchor) else "unnamed"


def at_start(text: str) -> bool:
    """Whether a text speaks of the start of something."""
    return _START.search(text) is not None


def started_with(text: str) -> bool:
    """Whether a text says that two things began together."""
    return _SAME_START.search(text) is not None
