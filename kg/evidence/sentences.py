"""Cut normalised text into sentences, by a small rule of its own: ids must not change when a library does.

A sentence ends at `.`, `!` or `?`, with closing quotes and brackets and a citation (`.[29]`, `.^29`, `. [29]`) behind
it, when a blank and something that can open a sentence follow: a digit, a capital, or a word such as `cCD79a`.
Not so after an abbreviation that needs its continuation (`et al.`, `Fig. 2`), nor, unless a usual opening word
follows, after one that may end a sentence (`i.v.`, an initial), nor after a number that begins it (`1.`).
"""

import re
from collections.abc import Iterator

_CLOSE = r"[.!?][\"')\]]*"
_CITATION = r"(?: ?\[\d[\d, -]{0,60}\]|\^\d[\d,-]{0,60})"
_STOP = re.compile(rf"{_CLOSE}(?:{_CITATION}|(?<=[a-z)]\.)\d{{1,3}}(?:[,-]\d{{1,3}}){{0,20}})? (?=\S)")
_LAST_STOP = re.compile(rf"{_CLOSE}{_CITATION}?$")
_OPENING = re.compile(r"[\"'(\[]*(?:[^\W_a-z]|[a-z]{1,3}[A-Z])")
_LAST_WORD = re.compile(r"[^\s(\[]*$")
_FIRST_WORD = re.compile(r"\w+\b(?!\.)")
_INITIALS = re.compile(r"(?:\w\.-?)*[^\W\d]")

_NEVER_LAST = {
    "al", "vs", "cf", "ca", "approx", "viz", "resp", "e.g", "i.e", "Dr", "Drs", "Prof", "Mr", "Mrs", "Ms", "St",
    "Suppl",
}  # fmt: skip
_BEFORE_A_NUMBER = {"No", "Nos", "Fig", "Figs", "Ref", "Refs", "Eq", "Eqs", "Tab", "Vol", "p", "pp"}
_SOMETIMES_LAST = {"iv", "im", "sc", "po", "bid", "tid", "qid", "qd", "etc", "Inc", "Ltd", "Jr", "Sr"}
_USUAL_OPENINGS = {
    "A", "After", "All", "Although", "An", "As", "At", "Because", "Before", "Both", "By", "During", "Each", "For",
    "From", "He", "Her", "His", "However", "If", "In", "It", "No", "Of", "On", "One", "Our", "Patient", "Patients",
    "She", "Some", "The", "Their", "There", "Therefore", "These", "They", "This", "Those", "To", "We", "When", "While",
    "With",
}  # fmt: skip


def sentence_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence; together they cover the text but for the blanks between them."""
    start = 0
    for stop in _STOP.finditer(text):
        if _is_end(text, start, stop.start(), stop.end()):
            yield start, stop.end() - 1
            start = stop.end()
    if start < len(text):
        yield start, len(text)


def ends_sentence(text: str) -> bool:
    """Whether the text stops where a sentence may stop."""
    stop = _LAST_STOP.search(text, max(0, len(text) - 100))
    return stop is not None and _word_before(text, stop.start()) not in _NEVER_LAST


def _is_end(text: str, start: int, stop: int, following: int) -> bool:
    if not _OPENING.match(text, following):
        return False
    if text[stop] != ".":
        return True
    word = _word_before(text, stop)
    if word in _NEVER_LAST or (word.isdigit() and stop - start == len(word)):
        return False
    if word in _BEFORE_A_NUMBER:
        return not text[following].isdigit()
    if word in _SOMETIMES_LAST or _INITIALS.fullmatch(word):
        first = _FIRST_WORD.match(text, following)
        return first is not None and first[0] in _USUAL_OPENINGS
    return True


def _word_before(text: str, stop: int) -> str:
    found = _LAST_WORD.search(text[max(0, stop - 30) : stop])
    return found[0] if found else ""
