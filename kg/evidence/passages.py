"""A paper's text as passages: sentences, table cells, titles of references, each with a stable id and a digest.

The normalised text of a document, to which all ranges refer, has one line for each block, in the paper's order: a
paragraph, heading, list item or reference, normalised as a whole; a table has one line a row, its cells joined by
tabs. Marks of lists, headings and references (`- `, `## `, `18. `) are not part of it. A paragraph that a page break
or a table cuts in two is one line, and the table follows it.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, Self

from ..errors import EvidenceError
from .blocks import SECTION_NAMES, Block, read_blocks, section_name
from .normalise import normalise
from .sentences import ends_sentence, sentence_ranges

Kind = Literal[
    "title",
    "front matter",
    "keywords",
    "heading",
    "sentence",
    "table caption",
    "table header",
    "table cell",
    "table note",
    "figure caption",
    "reference",
    "reference title",
    "reference note",
]

# A paper has up to half a million characters and some thousand passages; these bounds keep hostile text to seconds.
MAX_CHARACTERS = 5_000_000
MAX_PASSAGES = 50_000
_MAX_SLUG = 60

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_KEYWORDS = re.compile(r"key ?words?\b", re.IGNORECASE)
_TABLE_RULE = re.compile(r"\|(?:\s*:?-{2,}:?\s*\|)+")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_EMPHASISED = re.compile(r"(?<!\*)\*([^*\n]{2,120})\*(?!\*)|(?<!\w)_([^_\n]{2,120})_(?!\w)")
_AUTHORS_END = re.compile(
    r"\b(?:[A-Z]{1,3}(?:, (?:Jr|Sr|I{2,3}))?|et al|Group|Consortium|Network|Investigators)\. (?=\S)"
)
_TITLE_END = re.compile(r"[.?!] (?=[^\W\d_a-z])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a document.

    Attributes:
        id: Short and stable: `case-presentation.s6`, `table-1.r4.c6`, `ref-18.title`.
        kind: What sort of text it is.
        section: The part of the id before the first dot.
        start: Where it begins in the document's normalised text, in characters.
        end: Where it ends.
        digest: `sha256:` and the hexadecimal digest of the text in UTF-8.
        text: The normalised text. It is never written to the repository.
    """

    id: str
    kind: Kind
    section: str
    start: int
    end: int
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A publication's normalised text and the passages in it, in order of their start."""

    text: str
    passages: tuple[Passage, ...]

    @classmethod
    def of(cls, source: str) -> Self:
        """Read a publication from its Markdown or plain text.

        Raises:
            EvidenceError: There is no text, too much of it, or none that a paper could have.
        """
        if len(source) > MAX_CHARACTERS:
            raise EvidenceError(f"{len(source)} characters are more than a paper has (limit {MAX_CHARACTERS}).")
        blocks = read_blocks(source)
        layout = _Layout("abstract" if any(_is_keywords(b) for b in blocks) else "opening")
        for block in blocks:
            layout.add(block)
        if not layout.passages:
            raise EvidenceError("There is no text in it.")
        return cls("\n".join(layout.lines), tuple(layout.passages))

    @property
    def digest(self) -> str:
        """The digest of the normalised text, which tells editions apart, whatever the format of the file."""
        return digest_of(self.text)

    def get(self, passage_id: str) -> Passage | None:
        """Return the passage with this id, if there is one."""
        return next((p for p in self.passages if p.id == passage_id), None)


def digest_of(text: str) -> str:
    """Return `sha256:` and the hexadecimal digest of the text in UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def passages(source: str) -> tuple[Passage, ...]:
    """Return the passages of a publication's text, as `Document.of` finds them."""
    return Document.of(source).passages


def _is_keywords(block: Block) -> bool:
    return block.sort == "paragraph" and _KEYWORDS.match(block.lines[0].lstrip("*_ \t\f")) is not None


def _slug(heading: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", section_name(heading)).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUG.sub("-", ascii_only)[:_MAX_SLUG].strip("-") or "section"


@dataclass(slots=True)
class _Layout:
    """The document as it grows, block by block."""

    section: str
    lines: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    length: int = 0
    in_front: bool = True
    has_title: bool = False
    names: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    table: str = ""
    table_ahead: str = ""
    table_without_caption: str = ""

    def add(self, block: Block) -> None:
        match block.sort:
            case "heading":
                self._heading(normalise(block.source))
            case "table":
                self._table(block)
            case "table caption":
                self._table_caption(block)
            case "table note":
                self._whole(self._name(f"{self.table}.note"), "table note", normalise(block.source))
            case "figure caption":
                name = self._name(f"figure-{block.number}")
                self._whole(f"{name}.caption", "figure caption", normalise(block.source))
            case "reference":
                self._reference(block)
            case _:
                self._prose(block)

    def _heading(self, text: str) -> None:
        if self.in_front and not self.has_title and section_name(text) not in SECTION_NAMES:
            self.has_title = True
            self._whole(self._name("title"), "title", text)
        else:
            self.in_front = False
            self.section = self._name(_slug(text))
            self._whole(f"{self.section}.heading", "heading", text)

    def _prose(self, block: Block) -> None:
        text = normalise(block.source)
        if self.in_front and _is_keywords(block):
            self._whole(self._name("keywords"), "keywords", text)
            self.section = "introduction"
        elif self.in_front and (text.startswith(("^", "*")) or not ends_sentence(text)):
            self._whole(self._numbered("front.p"), "front matter", text)
        elif block.number:
            self._sentences(f"ref-{block.number}.note", "reference note", text)
        else:
            self._sentences(self.section, "sentence", text)

    def _sentences(self, name: str, kind: Kind, text: str) -> None:
        self.names.add(name)
        line = self._line(text)
        for start, end in sentence_ranges(text):
            self._passage(self._numbered(f"{name}.s"), kind, line + start, text[start:end])

    def _table_caption(self, block: Block) -> None:
        name = f"table-{block.number}"
        if name == self.table_without_caption:
            self.table_without_caption = ""
        else:
            name = self.table_ahead = self._name(name)
        self._whole(f"{name}.caption", "table caption", normalise(block.source))

    def _table(self, block: Block) -> None:
        self.tables += 1
        if self.table_ahead:
            self.table, self.table_ahead, self.table_without_caption = self.table_ahead, "", ""
        else:
            self.table = self.table_without_caption = self._name(f"table-{self.tables}")
        rows = [line.strip() for line in block.lines]
        if len(rows) > 1 and _TABLE_RULE.fullmatch(rows[1]):
            self._row("h", "table header", rows[0])
            rows = rows[2:]
        for number, row in enumerate(rows, start=1):
            self._row(f"r{number}", "table cell", row)

    def _row(self, row: str, kind: Kind, source: str) -> None:
        cells = [normalise(cell) for cell in _CELL_BORDER.split(source)[1:-1]]
        start = self._line("\t".join(cells))
        for column, cell in enumerate(cells, start=1):
            if cell:
                self._passage(f"{self.table}.{row}.c{column}", kind, start, cell)
            start += len(cell) + 1

    def _reference(self, block: Block) -> None:
        text = normalise(block.source)
        name = self._name(f"ref-{block.number}")
        line = self._whole(name, "reference", text)
        if title := _title_range(block.source, text):
            self._passage(f"{name}.title", "reference title", line + title[0], text[slice(*title)])

    def _whole(self, passage_id: str, kind: Kind, text: str) -> int:
        """Add a line that is one passage; return its start."""
        start = self._line(text)
        self._passage(passage_id, kind, start, text)
        return start

    def _line(self, text: str) -> int:
        start = self.length
        self.lines.append(text)
        self.length += len(text) + 1
        return start

    def _passage(self, passage_id: str, kind: Kind, start: int, text: str) -> None:
        if not text:
            return
        if len(self.passages) == MAX_PASSAGES:
            raise EvidenceError(f"There are more than {MAX_PASSAGES} passages: this is not one paper.")
        section = passage_id.partition(".")[0]
        place = Passage(passage_id, kind, section, start, start + len(text), digest_of(text), text)
        self.passages.append(place)

    def _numbered(self, stem: str) -> str:
        self.counts[stem] += 1
        return f"{stem}{self.counts[stem]}"

    def _name(self, wanted: str) -> str:
        """Return the name, with a number if it is taken: `methods`, `methods-2`."""
        name = wanted
        while name in self.names:
            self.counts[wanted] += 1
            name = f"{wanted}-{self.counts[wanted] + 1}"
        self.names.add(name)
        return name


def _title_range(source: str, entry: str) -> tuple[int, int] | None:
    """Find the title in a reference: behind the authors, before the journal (the last words set in italics)."""
    authors = _AUTHORS_END.search(entry)
    if not authors:
        return None
    start = authors.end()
    journals = [m for m in _EMPHASISED.finditer(source) if m.start() > 0]
    before_journal = normalise(source[: journals[-1].start()]) if journals else ""
    if entry.startswith(before_journal) and len(before_journal) > start:
        end = len(before_journal)
    elif stop := _TITLE_END.search(entry, start):
        end = stop.start() + 1
    else:
        return None
    return start, end - entry[start:end].endswith(".")
