"""A JSON file with positions: every value by its JSON pointer, every use of it counted, so that nothing passes unseen."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from ..errors import KgError, Place

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
MOST_BYTES, MOST_DEPTH = 20_000_000, 60
_SPACE = re.compile(r"[ \t\r\n]*")
# No RDF/XML could carry them, or case files refuse them: controls, odd line breaks, lone surrogates, noncharacters.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class DocumentError(KgError):
    """A file is not readable as what it should be; the message begins with its place."""


@dataclass(frozen=True)
class Finding:
    """Something wrong in a file that others wrote: which rule it breaks, where (also as a JSON pointer), and what was done."""

    rule: str
    place: Place
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.rule}{f' at {self.pointer}' if self.pointer else ''}]"


class Document:
    """One JSON file: its value, and where each part of it stands.

    Args:
        path: The file, for messages.
        text: What it holds.

    Raises:
        DocumentError: it is no JSON, too deep, or repeats a key; says where.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        try:
            self.value: Json = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
            self._spans = dict(_spans(text, 0, ""))
        except json.JSONDecodeError as error:
            reason = "the file ends too early" if error.pos >= len(text.rstrip()) else error.msg
            raise DocumentError(
                f"{path}:{error.lineno}:{error.colno}: no JSON: {reason}; nothing of it was read"
            ) from None
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"{path}:1:1: {error}; nothing of it was read") from None

    def place(self, pointer: str) -> Place:
        """Return the line and column at which a value begins."""
        at = self._spans.get(pointer, (0, 0))[0]
        return Place(self.path, self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at))

    def raw(self, pointer: str) -> str:
        """Return a value as it stands in the file."""
        start, end = self._spans[pointer]
        return self.text[start:end]

    def span(self, pointer: str) -> tuple[int, int]:
        """Return the range of characters of a value, the end not included."""
        return self._spans[pointer]

    def leaves(self, pointer: str = "") -> Iterator[str]:
        """Yield the pointers of all values that hold no others, from a value downwards, in the order of the file."""
        yield from (_leaves(self.at(pointer), pointer))

    def at(self, pointer: str) -> Json:
        """Return the value at a pointer."""
        found = self.value
        for part in pointer.split("/")[1:]:
            if isinstance(found, list):
                found = found[int(part)]
            elif isinstance(found, dict):
                found = found[part.replace("~1", "/").replace("~0", "~")]
        return found

    def finding(self, rule: str, pointer: str, message: str) -> Finding:
        """Return a finding at a value."""
        return Finding(rule, self.place(pointer), pointer, message)


def read(path: Path) -> Document:
    """Read a JSON file.

    Raises:
        DocumentError: it cannot be read, is not UTF-8, too large, or no JSON.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DocumentError(f"{path}:1:1: larger than {MOST_BYTES} bytes; split the file")
        content = path.read_bytes()
        return Document(path, content.decode("utf-8-sig"))
    except OSError as error:
        raise DocumentError(f"{path}:1:1: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{path}:{line}:1: is not UTF-8 text; save it as UTF-8") from error


def digest(text: str) -> str:
    """Return the digest of a text as passages write it."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def printable(text: str) -> str:
    """Return a text on one line, without what no case file may hold."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())


def child(pointer: str, key: str | int) -> str:
    """Return the JSON pointer of a part of a value."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _no_number(name: str) -> Json:
    raise ValueError(f"{name} is no JSON number")


def _leaves(value: Json, pointer: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves(part, child(pointer, key))
    elif isinstance(value, list) and value:
        for number, part in enumerate(value):
            yield from _leaves(part, child(pointer, number))
    else:
        yield pointer


def _spans(text: str, at: int, pointer: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield pointer and range of a value and of all within it; the text is known to be JSON."""
    start = end = _skip(text, at)
    if pointer.count("/") > MOST_DEPTH:
        raise ValueError(f"nested more than {MOST_DEPTH} levels deep")
    if text[start] not in "{[":
        yield pointer, (start, json.JSONDecoder().raw_decode(text, start)[1])
        return
    mapping, end, number = text[start] == "{", _skip(text, start + 1), 0
    seen: set[str] = set()
    while text[end] not in "}]":
        part: str | int = number
        if mapping:
            part, end = json.JSONDecoder().raw_decode(text, end)
            if part in seen:
                raise json.JSONDecodeError(f"'{part}' is given twice", text, end)
            seen.add(str(part))
            end = _skip(text, end) + 1
        for inner, span in _spans(text, end, child(pointer, part)):
            yield inner, span
            end = max(end, span[1])
        end, number = _skip(text, end), number + 1
        if text[end] == ",":
            end = _skip(text, end + 1)
    yield pointer, (start, end + 1)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
