"""YAML with positions: every scalar a string, every entry knows its file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..errors import CaseError, Place, Problem

# A case is some 100 kB; ten times that is a mistake or an attack, and reading it would only take memory.
MOST_BYTES = 2_000_000
MOST_DEPTH = 20
# YAML counts these as ends of lines, editors do not: every place after one would be wrong.
_ODD_BREAK = re.compile(r"[\x85\u2028\u2029]|\r(?!\n)")
# Not allowed in XML 1.0, or lost in it, so no RDF/XML could carry them: controls, lone surrogates, noncharacters. And
# what turns the direction of writing, so that a line is not what it looks like.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """A YAML value with its place: exactly one of `text`, `items`, `keys` is meant, told by `kind`."""

    kind: str  # scalar, list or mapping
    place: Place
    text: str = ""
    items: tuple[Entry, ...] = ()
    keys: dict[str, Entry] = field(default_factory=dict)
    key_places: dict[str, Place] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the items of a list, or the entry itself: a single value may stand for a list of one."""
        yield from self.items if self.kind == "list" else (self,)

    def get(self, key: str) -> Entry | None:
        """Return the value of a key of a mapping, if it is one and has it."""
        return self.keys.get(key)


def load(path: Path) -> Entry:
    """Read a YAML file.

    Raises:
        CaseError: the file cannot be read, is no YAML, or uses what case files do not need (aliases, tags, deep
            nesting, repeated keys); carries each place.
    """
    start = Place(path, 1, 1)
    text = text_of(path)
    content = text.encode()
    if odd := _ODD_BREAK.search(text):
        place = _place(path, content, len(text[: odd.start()].encode()))
        raise CaseError(
            [Problem(place, f"has the line break U+{ord(odd[0]):04X}, which editors do not count; write a space")]
        )
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            place = Place(path, event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else start
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise CaseError(
                    [
                        Problem(
                            place, "YAML anchors and aliases (& and *) are not used here; repeat it, or quote the text"
                        )
                    ]
                )
            if getattr(event, "tag", None):
                raise CaseError([Problem(place, "YAML tags (!) are not used here; leave it out, or quote the text")])
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        found = error.problem_mark or error.context_mark
        place = Place(path, found.line + 1, found.column + 1) if found else start
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        if found and any("\t" in line[: found.column + 1] for line in text.split("\n")[found.line : found.line + 1]):
            reason += " (there is a tab; indent with spaces)"
        raise CaseError([Problem(place, f"YAML: {reason}; nothing after this point was read")]) from error
    except yaml.reader.ReaderError as error:
        place = _place(path, content, error.position)
        raise CaseError([Problem(place, f"YAML: {error.reason}; leave the character out")]) from error
    except yaml.YAMLError as error:
        raise CaseError([Problem(start, f"YAML: {error}")]) from error
    except RecursionError as error:
        raise CaseError([Problem(start, "nested too deeply")]) from error
    if node is None:
        raise CaseError([Problem(start, "is empty; begin with 'publication:', 'patient:' or 'group:'")])
    problems: list[Problem] = []
    entry = _entry(node, path, problems, 0)
    if problems:
        raise CaseError(problems)
    return entry


def text_of(path: Path) -> str:
    """Return the text of a case file.

    Raises:
        CaseError: it is no regular file, cannot be read, is larger than any case is, or is not UTF-8.
    """
    start = Place(path, 1, 1)
    try:
        if path.exists() and not path.is_file():  # a pipe would never end, and a device has no size
            raise CaseError([Problem(start, "cannot be read: it is no regular file")])
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CaseError([Problem(start, f"cannot be read: {error.strerror}")]) from error
    if len(content) > MOST_BYTES:
        raise CaseError([Problem(start, f"larger than {MOST_BYTES} bytes; split the file by patient")])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise CaseError([Problem(_place(path, content, error.start), "is not UTF-8 text; save it as UTF-8")]) from error


def _place(path: Path, content: bytes, offset: int) -> Place:
    before = content[:offset]
    line = before.rpartition(b"\n")[2]
    return Place(path, before.count(b"\n") + 1, len(line.decode(errors="replace")) + 1)


def _entry(node: yaml.Node, path: Path, problems: list[Problem], depth: int) -> Entry:
    place = Place(path, node.start_mark.line + 1, node.start_mark.column + 1)
    if depth > MOST_DEPTH:
        problems.append(Problem(place, f"nested more than {MOST_DEPTH} levels deep"))
        return Entry("scalar", place)
    if isinstance(node, yaml.ScalarNode):
        problems += _unprintable(node, place)
        return Entry("scalar", place, text=node.value)
    if isinstance(node, yaml.SequenceNode):
        return Entry("list", place, items=tuple(_entry(item, path, problems, depth + 1) for item in node.value))
    keys: dict[str, Entry] = {}
    key_places: dict[str, Place] = {}
    for key, value in node.value:
        where = Place(path, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            problems.append(Problem(where, "a key must be plain text"))
        elif found := _unprintable(key, where):
            problems += found
        elif key.value in keys:
            problems.append(
                Problem(where, f"'{key.value}' is given twice; the first is in line {key_places[key.value].line}")
            )
        else:
            keys[key.value] = _entry(value, path, problems, depth + 1)
            key_places[key.value] = where
    return Entry("mapping", place, keys=keys, key_places=key_places)


def _unprintable(node: yaml.ScalarNode, place: Place) -> list[Problem]:
    found = _UNPRINTABLE.search(node.value)
    return [Problem(place, f"has the control character U+{ord(found[0]):04X}; leave it out")] if found else []
