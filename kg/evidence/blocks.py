"""Cut a Markdown or plain text into blocks: headings, paragraphs, list items, references, captions, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..errors import EvidenceError
from .normalise import normalise
from .sentences import ends_sentence

Sort = Literal[
    "heading", "paragraph", "item", "reference", "table", "table caption", "table note", "figure caption"
]  # fmt: skip

# A paper has some thousand lines and cells.
MAX_LINES_AND_CELLS = 200_000

# A line of its own with one of these names is a heading in plain text, too.
SECTION_NAMES = {
    "abstract", "background", "introduction", "methods", "materials and methods", "case", "case report",
    "case presentation", "case description", "results", "discussion", "conclusion", "conclusions", "references",
    "bibliography", "literature cited", "acknowledgements", "acknowledgments", "keywords", "key points",
    "summary points",
}  # fmt: skip
_REFERENCES = {"references", "bibliography", "literature cited"}
# What a break is looked for in; longer than any citation behind a full stop.
_TAIL = 200

_LINE = re.compile(r"\r\n?|\n|(?=\f)")
_HEADING = re.compile(r"#{1,6}\s+(\S.*)")
_SECTION_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+")
_SEPARATOR = re.compile(r"|(?:\{\d+\})?[-*_=]{3,}|\d{1,4}")
_BULLET = re.compile(r"\s*[-*•●▪◦]\s+(?=\S)")
_NUMBER = re.compile(r"\s*(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+(?=\S)")
_CAPTION = re.compile(r"[*_]{0,3}(Table|Fig(?:ure|\.)?)\s+(\d{1,3})[*_]{0,3}[.:|]", re.IGNORECASE)
_TABLE_NOTE = re.compile(r"[*_]*(?:<sup>|[†‡§¶^]|Notes?\b|Abbreviations?\b|\S{1,12}: (?:[^;]{1,200};|[^;.]{1,80}\.?$))")


@dataclass(slots=True)
class Block:
    """Lines that belong together, as they stand in the source but for the mark before them.

    Attributes:
        sort: What they are.
        lines: The lines.
        number: Of a caption or reference, its number; of an item, that of the reference above it, or 0.
    """

    sort: Sort
    lines: list[str]
    number: int = 0

    @property
    def source(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def section_name(heading: str) -> str:
    """Return a heading without its number, in small letters."""
    return _SECTION_NUMBER.sub("", heading.strip("*_ "), count=1).rstrip(".:*_ ").casefold()


def read_blocks(source: str) -> list[Block]:
    """Return the blocks of a text; a paragraph that a page break or a table cuts in two is one block.

    Raises:
        EvidenceError: There are more lines or cells of tables than any paper has.
    """
    if (size := source.count("\n") + source.count("|")) > MAX_LINES_AND_CELLS:
        raise EvidenceError(f"{size} lines and cells are more than a paper has (limit {MAX_LINES_AND_CELLS}).")
    mended: list[Block] = []
    broken: Block | None = None
    for block in _cut(source):
        if block.sort == "paragraph":
            if broken and _goes_on(broken, block):
                broken.lines += block.lines
                continue
            if mended and mended[-1].sort == "table" and _TABLE_NOTE.match(block.lines[0].strip()):
                block.sort = "table note"
        if block.sort in {"paragraph", "item", "reference"}:
            broken = block
        elif block.sort == "heading":
            broken = None
        mended.append(block)
    return mended


def _goes_on(broken: Block, rest: Block) -> bool:
    """Whether a sentence goes on: it has not ended, and stops at a comma or continues with a small letter."""
    before, after = normalise(broken.lines[-1][-_TAIL:]), rest.lines[0].lstrip("*_ \t\f")
    return not ends_sentence(before) and (before.endswith((",", ";")) or after[:1].islower())


def _cut(source: str) -> Iterator[Block]:
    block: Block | None = None
    reference: int | None = None  # None outside the list of references, else the number of the last one.
    for line in _LINE.split(source):
        if line.startswith("\f") or _SEPARATOR.fullmatch(line.strip()):
            if block:
                yield block
            block = None
        begun = _begin(line, block, reference)
        if begun and block:
            yield block
        if begun:
            block = begun
        elif block:
            block.lines.append(line)
        if begun and begun.sort == "heading":
            reference = 0 if section_name(begun.source) in _REFERENCES else None
        elif begun and begun.sort == "reference":
            reference = begun.number
    if block:
        yield block


def _begin(line: str, block: Block | None, reference: int | None) -> Block | None:
    """Return the block that this line begins, or nothing where it goes on with the block before it."""
    stripped = line.strip()
    if _SEPARATOR.fullmatch(stripped):
        return None
    if heading := _heading(stripped):
        return Block("heading", [heading])
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1:
        return None if block and block.sort == "table" else Block("table", [line])
    numbered = _NUMBER.match(line) if reference is not None else None
    if numbered and reference is not None and int(numbered[1] or numbered[2]) == reference + 1:
        return Block("reference", [line[numbered.end() :]], reference + 1)
    fresh = block is None or block.sort in {"heading", "table"}
    bullet = _BULLET.match(line)
    # Within a paragraph `- ` or `+ ` at the start of a line is text: a sign, or a dash.
    if bullet and (fresh or (block and block.sort in {"item", "reference"})):
        return Block("item", [line[bullet.end() :]], reference or 0)
    if fresh:
        return _caption(line) or Block("paragraph", [line])
    return None


def _caption(line: str) -> Block | None:
    found = _CAPTION.match(line.strip())
    if not found:
        return None
    return Block("table caption" if found[1].casefold() == "table" else "figure caption", [line], int(found[2]))


def _heading(line: str) -> str:
    if marked := _HEADING.fullmatch(line):
        return marked[1].rstrip("#").rstrip()
    return line if len(line) < _TAIL and section_name(line) in SECTION_NAMES else ""
