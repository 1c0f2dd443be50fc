"""Does a JSON value have the form that the format's own schema gives it? Asked of the protobuf descriptors of `phenopackets`."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..document import UNPRINTABLE, Document, Json, child

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
Problem = tuple[str, str, str]


def descriptor(name: str) -> Any:
    """Return the descriptor of a message of the format, such as `Phenopacket`."""
    from phenopackets.schema import v2

    return getattr(v2, name).DESCRIPTOR


def field(message: Any, key: str) -> Any:
    """Return the field of a message that a JSON key names, in either of its spellings, or none."""
    found = message.fields_by_camelcase_name.get(key) or message.fields_by_name.get(key)
    return found or next((one for one in message.fields if one.json_name == key), None)


def problems(document: Document, pointer: str, message: Any) -> Iterator[Problem]:
    """Yield rule, JSON pointer and message for everything in which a value departs from the schema."""
    value = document.at(pointer)
    if message.full_name == "google.protobuf.Timestamp":
        if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
            yield "wrong-type", pointer, "is no timestamp; write 2021-06-02T00:00:00Z"
        return
    if message.full_name.startswith("google.protobuf."):
        return
    if not isinstance(value, dict):
        yield "wrong-type", pointer, f"must be an object with the fields of {message.name}"
        return
    chosen: dict[str, str] = {}
    for key, part in value.items():
        here, found = child(pointer, key), field(message, key)
        if found is None:
            yield "unknown-field", here, f"{message.name} has no field '{key}', so what it is in is not understood"
        elif part is not None:
            oneof = found.containing_oneof
            if oneof is not None and oneof.name in chosen:
                yield "two-of-one", here, f"'{key}' and '{chosen[oneof.name]}' exclude each other; give one"
            elif oneof is not None:
                chosen[oneof.name] = key
            yield from _value(document, here, found, part)


def _value(document: Document, pointer: str, found: Any, value: Json) -> Iterator[Problem]:
    if _is_map(found):
        return
    if _repeated(found):
        if not isinstance(value, list):
            yield "wrong-type", pointer, "must be a list"
            return
        for number, item in enumerate(value):
            yield from _single(document, child(pointer, number), found, item)
        return
    yield from _single(document, pointer, found, value)


def _single(document: Document, pointer: str, found: Any, value: Json) -> Iterator[Problem]:
    kind = found.type
    if kind == found.TYPE_MESSAGE:
        yield from problems(document, pointer, found.message_type)
    elif kind == found.TYPE_ENUM:
        names = found.enum_type.values_by_name
        if not isinstance(value, str) or value not in names:
            yield "unknown-value", pointer, f"'{value}' is not one of {', '.join(names)}"
    elif kind == found.TYPE_STRING:
        if not isinstance(value, str):
            yield "wrong-type", pointer, "must be text"
        elif odd := UNPRINTABLE.search(value):
            yield "control-character", pointer, f"has the control character U+{ord(odd[0]):04X}"
    elif kind == found.TYPE_BOOL:
        if not isinstance(value, bool):
            yield "wrong-type", pointer, "must be true or false"
    elif kind in (found.TYPE_INT32, found.TYPE_INT64, found.TYPE_UINT32, found.TYPE_UINT64):
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,19}", str(value)):
            yield "wrong-type", pointer, "must be a whole number"
    elif kind == found.TYPE_DOUBLE and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        yield "wrong-type", pointer, "must be a number"


def _repeated(found: Any) -> bool:
    repeated = getattr(found, "is_repeated", None)
    return bool(found.label == found.LABEL_REPEATED if repeated is None else repeated)


def _is_map(found: Any) -> bool:
    return bool(found.message_type and found.message_type.GetOptions().map_entry)


def messages(document: Document, pointer: str, message: Any, wanted: str) -> Iterator[str]:
    """Yield the JSON pointers of all parts of a value that are messages of a kind, such as `TimeElement`."""
    value = document.at(pointer)
    if message.name == wanted:
        yield pointer
    for key, part in value.items() if isinstance(value, dict) else ():
        found = field(message, key)
        if found is None or not found.message_type or _is_map(found):
            continue
        here = child(pointer, key)
        if isinstance(part, list):
            for number in range(len(part)):
                yield from messages(document, child(here, number), found.message_type, wanted)
        else:
            yield from messages(document, here, found.message_type, wanted)
