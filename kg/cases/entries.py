"""YAML with positions: every scalar a string, every entry knows its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..errors import CaseError, Place, Problem

# A case is some 100 kB; ten times that is a mistake or an attack, and reading it would only take memory.
MOST_BYTES = 2_000_000
MOST_DEPTH = 20


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
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CaseError([Problem(start, f"larger than {MOST_BYTES} bytes; split the file by patient")])
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError([Problem(start, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise CaseError([Problem(start, f"is not UTF-8 text (byte {error.start}); save it as UTF-8")]) from error
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                mark = event.start_mark
                place = Place(path, mark.line + 1, mark.column + 1)
                raise CaseError([Problem(place, "YAML anchors and aliases (& and *) are not used here; repeat it, or quote the text")])
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        found = error.problem_mark or error.context_mark
        place = Place(path, found.line + 1, found.column + 1) if found else start
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise CaseError([Problem(place, f"YAML: {reason}; nothing after this point was read")]) from error
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


def _entry(node: yaml.Node, path: Path, problems: list[Problem], depth: int) -> Entry:
    place = Place(path, node.start_mark.line + 1, node.start_mark.column + 1)
    if depth > MOST_DEPTH:
        problems.append(Problem(place, f"nested more than {MOST_DEPTH} levels deep"))
        return Entry("scalar", place)
    if isinstance(node, yaml.ScalarNode):
        return Entry("scalar", place, text=node.value)
    if isinstance(node, yaml.SequenceNode):
        return Entry("list", place, items=tuple(_entry(item, path, problems, depth + 1) for item in node.value))
    keys: dict[str, Entry] = {}
    key_places: dict[str, Place] = {}
    for key, value in node.value:
        where = Place(path, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            problems.append(Problem(where, "a key must be plain text"))
        elif key.value in keys:
            problems.append(Problem(where, f"'{key.value}' is given twice; the first is in line {key_places[key.value].line}"))
        else:
            keys[key.value] = _entry(value, path, problems, depth + 1)
            key_places[key.value] = where
    return Entry("mapping", place, keys=keys, key_places=key_places)
