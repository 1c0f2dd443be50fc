"""Find passages by their content: by words of a reader, or by digests recorded from another edition."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from .normalise import normalise
from .passages import Document, Passage

Status = Literal["unchanged", "moved", "ambiguous", "changed", "lost"]

_WORD = re.compile(r"[^\s,;:.()\"']+(?:[.,:'][^\s,;:.()\"']+)*")


class Place(Protocol):
    """What a publication's file records of a passage; a `Passage` is one."""

    @property
    def id(self) -> str:
        """Its short id."""

    @property
    def digest(self) -> str:
        """The digest of its text."""

    @property
    def start(self) -> int:
        """Where it begins in the normalised text."""

    @property
    def end(self) -> int:
        """Where it ends."""


P = TypeVar("P", bound=Place)


@dataclass(frozen=True, slots=True)
class Relocation:
    """Where a recorded passage stands in another edition.

    Attributes:
        id: The id that was recorded.
        status: `unchanged`: id, text and range are the same. `moved`: the text stands at `to`. `ambiguous`: it stands
            in several places; `to` is the next. `changed`: it is gone, and `to` bears the id with a new text. `lost`:
            it is gone.
        to: The passage in the new edition, if any.
    """

    id: str
    status: Status
    to: Passage | None


def locate(document: Document, query: str, limit: int = 5) -> list[tuple[Passage, float]]:
    """Find passages by content, best first.

    Where the query stands in the text as it is (after normalisation), the passages it lies in score 1. Otherwise the
    score is the share of the query's words that a passage has, lowered a little by the words it has besides.
    """
    wanted = normalise(query)
    if not wanted:
        return []
    if exact := _holding(document, wanted):
        return [(p, 1.0) for p in sorted(exact, key=lambda p: p.end - p.start)[:limit]]
    words = _words(wanted)
    scored = ((p, _likeness(words, _words(p.text))) for p in document.passages)
    return sorted((found for found in scored if found[1] > 0), key=lambda found: -found[1])[:limit]


def relocate(recorded: Iterable[Place], document: Document) -> tuple[Relocation, ...]:
    """Say of each recorded passage where its text stands in this edition of the paper.

    A text that stands in several places, as the words of table cells do, is matched in order where the recorded
    passages with this text are as many.
    """
    places = list(recorded)
    by_id = {p.id: p for p in document.passages}
    before, now = _by_digest(places), _by_digest(document.passages)

    def follow(place: Place) -> Relocation:
        same_id, same_text = by_id.get(place.id), now.get(place.digest, [])
        if same_id and (same_id.digest, same_id.start, same_id.end) == (place.digest, place.start, place.end):
            return Relocation(place.id, "unchanged", same_id)
        if not same_text:
            changed = same_id is not None and same_id.digest not in before
            return Relocation(place.id, "changed" if changed else "lost", same_id if changed else None)
        if len(same_text) == len(before[place.digest]):
            return Relocation(place.id, "moved", same_text[_rank(before[place.digest], place)])
        return Relocation(place.id, "ambiguous", same_text[min(_rank(same_text, place), len(same_text) - 1)])

    return tuple(follow(place) for place in places)


def _by_digest(places: Iterable[P]) -> dict[str, list[P]]:
    groups: defaultdict[str, list[P]] = defaultdict(list)
    for place in sorted(places, key=lambda p: p.start):
        groups[place.digest].append(place)
    return dict(groups)


def _rank(places: Sequence[Place], place: Place) -> int:
    return bisect_left(places, place.start, key=lambda p: p.start)


def _holding(document: Document, wanted: str) -> list[Passage]:
    ranges = [m.span() for m in re.finditer(re.escape(wanted), document.text)]
    held, first = [], 0
    for passage in document.passages:
        while first < len(ranges) and ranges[first][1] <= passage.start:
            first += 1
        if first < len(ranges) and ranges[first][0] < passage.end:
            held.append(passage)
    return held


def _words(text: str) -> Counter[str]:
    return Counter(word.casefold() for word in _WORD.findall(text))


def _likeness(wanted: Counter[str], found: Counter[str]) -> float:
    common = (wanted & found).total()
    return 0.9 * common / max(1, wanted.total()) + 0.09 * common / max(1, found.total())
