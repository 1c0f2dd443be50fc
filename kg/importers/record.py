"""A patient's case file in the making, from a file that others wrote: each statement with its place, each value accounted for."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..errors import UnitError
from ..units import read_quantity
from ..vocabulary import terms
from .document import UNPRINTABLE, Document, Finding, Json, digest, printable

Yaml = dict[str, object]
KIND = "JSON value"
# The text of a JSON file is cited as it is; none of the rules for the text of papers is applied to it.
UNTOUCHED = "none"
_PLAIN = {"1", "/[HPF]"}  # units that case files do not write
_MOST_DIGITS = 20


@dataclass(frozen=True)
class Left:
    """A value that did not become part of the case, and why."""

    pointer: str
    reason: str


@dataclass
class Record:
    """One patient read from a document; `root` is the JSON pointer of what tells of them there."""

    document: Document
    root: str
    form: str
    patient: str
    source: str
    title: str
    primary: str = ""
    references: list[Yaml] = field(default_factory=list)
    general: Yaml = field(default_factory=dict)
    occurrents: dict[str, Yaml] = field(default_factory=dict)
    absent: list[Yaml] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _left: dict[str, str] = field(default_factory=dict)
    _passages: dict[str, str] = field(default_factory=dict)

    # --- accounting ---

    def use(self, *pointers: str) -> None:
        """Note that values, with all they hold, were understood."""
        for pointer in pointers:
            self._used.update(self.document.leaves(pointer))

    def forget(self, pointer: str) -> None:
        """Note that a value, with all it holds, was not understood after all."""
        self._used.difference_update(self.document.leaves(pointer))

    def leave(self, pointer: str, reason: str) -> None:
        """Note why a value, with all it holds, is not understood; what of it is used elsewhere stays understood."""
        self._left.setdefault(pointer, reason)

    def find(self, rule: str, pointer: str, message: str) -> None:
        """Note that a value is wrong; it and all it holds is left out."""
        self.findings.append(self.document.finding(rule, pointer, message))
        self.leave(pointer, message)

    def left(self) -> list[Left]:
        """Return every value that was not used, in the order of the file, each with the nearest reason given."""
        found = []
        for pointer in self.document.leaves(self.root):
            if pointer not in self._used:
                above = [pointer[:end] for end in range(len(pointer), -1, -1) if pointer[end : end + 1] in ("/", "")]
                reason = next((self._left[one] for one in above if one in self._left), "case files have no key for it")
                found.append(Left(pointer, reason))
        return found

    # --- statements ---

    def passage(self, pointer: str) -> str:
        """Return the id of the passage that is a value of the document."""
        name = (
            re.sub(r"[^a-z0-9.-]", "-", pointer.removeprefix(self.root).strip("/").replace("/", ".").lower())
            or "packet"
        )
        while self._passages.get(name, pointer) != pointer:
            name += "-"
        self._passages[name] = pointer
        return name

    def said(self, value: str, pointer: str, printed: str = "", **more: str) -> Yaml:
        """Return one value as a statement: what it is, as what it stands there, and where; its place counts as used."""
        self.use(pointer)
        words = {"printed": printed} if printed and printed != value and not UNPRINTABLE.search(printed) else {}
        return {"value": value, **words, **more, "at": self.passage(pointer)}

    def occurrent(self, name: str, kinds: Iterable[tuple[str, str, str]]) -> Yaml:
        """Return an occurrent by name, made if it is new; `kinds` are IRI of a class, pointer and words there."""
        made = self.occurrents.setdefault(name, {"type": []})
        types = made["type"]
        assert isinstance(types, list)  # noqa: S101 - set in the line above
        for iri, pointer, words in kinds:
            types.append(self.said(label(iri), pointer, words))
            made.setdefault("at", self.passage(pointer))
        return made

    def name(self, wanted: str) -> str:
        """Return a name for an occurrent that no other has: the wanted one with a number, in the order of asking."""
        numbers = (n for n in range(1, 1_000_000) if f"{wanted}-{n:03}" not in self.occurrents)
        return f"{wanted}-{next(numbers):03}"

    def amount(self, pointer: str, code: str, unit: str) -> str:
        """Return a number of a UCUM unit as case files write it, or nothing, and why; `unit` is the unit that its key implies."""
        exact = Decimal(self.document.raw(pointer))
        if abs(exact.adjusted()) > _MOST_DIGITS:
            self.leave(pointer, f"a number of more than {_MOST_DIGITS} digits")
            return ""
        number = format(exact, "f")
        text = number if unit in _PLAIN else f"{number}%" if unit == "%" else f"{number} {code}"
        try:
            read_quantity(text)
        except UnitError as error:
            self.leave(pointer, str(error))
            return ""
        return text

    # --- what is written ---

    def files(self) -> dict[str, bytes]:
        """Return the case's files by path: the publication stub, the patient's case, the import report."""
        folder = self.source
        return {
            f"{folder}/publication.yaml": self._yaml(self._publication()),
            f"{folder}/{self.patient}.yaml": self._yaml(self._case()),
            f"{folder}/{self.patient}.import.json": self.report(),
        }

    def _yaml(self, content: Yaml) -> bytes:
        import yaml

        head = f"# Imported by leukemia-kg from {printable(self.document.path.name)}; places are JSON pointers, '.' for '/'.\n"
        return (
            head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=None)
        ).encode()

    def _publication(self) -> Yaml:
        found: Yaml = {"publication": self.source, "title": self.title}
        found["text"] = {"digest": digest(self.document.text), "normalisation": UNTOUCHED}
        if self.references:
            found["references"] = {str(number): reference for number, reference in enumerate(self.references, 1)}
        found["passages"] = {name: self._place(pointer) for name, pointer in sorted(self._passages.items())}
        return found

    def _place(self, pointer: str) -> list[str]:
        start, end = self.document.span(pointer)
        return [KIND, f"{start}-{end}", digest(self.document.raw(pointer))]

    def _case(self) -> Yaml:
        found: Yaml = {"patient": self.patient, "told by": self.source}
        if self.primary:
            found["primary source"] = self.primary
        found |= _plain(self.general)
        if self.occurrents:
            found["occurrents"] = {name: _plain(keys) for name, keys in self.occurrents.items()}
        if self.absent:
            found["absent"] = self.absent
        return found

    def report(self) -> bytes:
        """Return the account of the file as JSON: how many values, which were not understood and why, what is wrong."""
        values, left = list(self.document.leaves(self.root)), self.left()
        report = {
            "importReport": 1,
            "format": self.form,
            "file": self.document.path.name,
            "patient": self.patient,
            "summary": {
                "values": len(values),
                "understood": len(values) - len(left),
                "not understood": len(left),
                "findings": len(self.findings),
            },
            "findings": [
                {
                    "rule": f.rule,
                    "pointer": f.pointer,
                    "line": f.place.line,
                    "column": f.place.column,
                    "message": f.message,
                }
                for f in self.findings
            ],
            "notUnderstood": [self._record(one) for one in left],
        }
        return json.dumps(report, indent=1, ensure_ascii=True).encode() + b"\n"

    def _record(self, left: Left) -> Mapping[str, object]:
        place = self.document.place(left.pointer)
        value = _shown(self.document.at(left.pointer))
        return {
            "pointer": left.pointer, "line": place.line, "column": place.column, "value": value, "reason": left.reason,
        }  # fmt: skip

    def sentence(self) -> str:
        """Return the summary in one line."""
        values, left = len(list(self.document.leaves(self.root))), self.left()
        return f"{self.patient}: {values} values: {values - len(left)} understood, {len(left)} not"


def _plain(keys: Yaml) -> Yaml:
    """Return keys with single values in place of lists of one."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in keys.items()}


def _shown(value: Json) -> object:
    return value if isinstance(value, str | int | bool | None) else str(value)


def label(iri: str) -> str:
    """Return the word by which case files call a term."""
    return terms().by_iri[iri].label


def slug_of(text: str) -> str:
    """Return an id as case files can spell it: lower case letters, digits, single hyphens; or nothing."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def add(made: Yaml, key: str, said: Yaml) -> None:
    """Add a statement to those of a key, unless the same is said there already; another value stands beside the first."""
    there = made.setdefault(key, [])
    assert isinstance(there, list)  # noqa: S101 - set in the line above
    if all(one.get("value", one.get("marker")) != said.get("value", said.get("marker")) for one in there):
        there.append(said)
