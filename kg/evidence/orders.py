"""Order words: which of two things a text puts first."""

import re
from collections.abc import Iterable
from typing import Literal

from .wording import Span

Order = Literal["after", "before", "during", "start"]

# How far behind an order word the thing that it governs may stand.
REACH = 120

_WORDS = re.compile(
    r"\b(?:(?P<after>(?P<shortly>shortly |soon |immediately )?(?:(?:after|following|subsequent to|since)\b|post(?=[- ]?trans)))"
    r"|(?P<then>followed by\b|(?:and )?then\b|(?:stopped|discontinued|completed|ended) and\b)"
    r"|(?P<before>(?:before|prior to)\b|pre(?=-))"
    r"|(?P<during>(?:during|throughout|while|within|in|at|with|on)\b))",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:initiation|start|beginning|commencement) of|\bbaseline\b|\b(?:starting|initiating)\b|\b(?:was|were) (?:started|initiated|begun)\b",
    re.IGNORECASE,
)
_SAME_START = re.compile(r"\b(?:started|begun|initiated) (?:together )?with\b|\bsame day\b|\bsimultaneous", re.IGNORECASE)
_INVERSE: dict[Order, Order] = {"after": "before", "before": "after", "during": "during", "start": "start"}


def orders(text: str, one: Iterable[Span], other: Iterable[Span]) -> set[tuple[Order, bool]]:
    """Return how the text orders `one` relative to `other`, each with whether it says "shortly".

    An order word governs the nearer of the two behind it: in "relapse after HCT" and "after HCT, relapse" it is HCT.

    >>> text = "aGVHD before cycle 3, relapse after cycle 4"
    >>> orders(text, [(0, 5)], [(13, 20)]), orders(text, [(13, 20)], [(0, 5)])
    ({('before', False)}, {('after', False)})
    """
    ones, others, found = list(one), list(other), set[tuple[Order, bool]]()
    for word in _WORDS.finditer(text):
        governed = _next(word.end(), ones, others)
        if governed is None:
            continue
        left = ones if governed is others else others
        if word["then"] is not None:
            if any(span[0] < word.start() for span in left):
                found.add(("before" if governed is others else "after", False))
            continue
        order: Order = "after" if word["after"] else "before" if word["before"] else "during"
        found.add((order if governed is others else _INVERSE[order], word["shortly"] is not None))
    return found


def _next(at: int, ones: list[Span], others: list[Span]) -> list[Span] | None:
    def distance(spans: list[Span]) -> int:
        return min((start - at for start, _ in spans if at <= start <= at + REACH), default=REACH + 1)

    near, far = distance(ones), distance(others)
    if min(near, far) > REACH:
        return None
    return ones if near < far else others


def counts_from(text: str, end: int, anchor: Iterable[Span], *, back: bool) -> Literal["yes", "no", "unnamed"]:
    """Whether the duration that ends at `end` is counted from the anchor (`back`: towards the past)."""
    word = _WORDS.search(text, end, end + REACH)
    while word and word["during"]:
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
