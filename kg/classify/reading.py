"""Read a pathologist's line of markers, such as `CD19+ CD10+ MPO+ CD3- sCD22+ cCD79a(bright), CD20 neg`."""

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..errors import KgError
from ..vocabulary import BASE, terms
from .phenotype import HISTORIES, Finding, Karyotype, Lesion, Percent, Phenotype, Result, collected

LONGEST = 50_000  # characters; the sheet of one patient has a few hundred
_PREFIX = re.compile(r"sm|cy|s|m|c|n", re.IGNORECASE)
_PREFIXES = {"s": "surface", "m": "surface", "sm": "surface", "c": "cytoplasm", "cy": "cytoplasm", "n": "nucleus"}
_PLACE = re.compile(r"(surface|membrane|cytoplasmic|intracytoplasmic|cytoplasm|nuclear|nucleus)\b", re.IGNORECASE)
_PLACES = {
    "surface": "surface", "membrane": "surface", "cytoplasmic": "cytoplasm", "intracytoplasmic": "cytoplasm",
    "cytoplasm": "cytoplasm", "nuclear": "nucleus", "nucleus": "nucleus",
}  # fmt: skip
_BETWEEN = re.compile(r"(?:[\s,;.|/&]|and\b|#[^\n]*)+", re.IGNORECASE)
_GROUP = re.compile(r"(positive|pos|negative|neg)\b\s*(for\b\s*:?|:)?\s*", re.IGNORECASE)
_KARYOTYPE = re.compile(r'karyotype\s*:?\s*"([^"\n]*)"', re.IGNORECASE)
_PARTIAL = re.compile(r"\+\s*/\s*[-−–]|[-−–]\s*/\s*\+|±|(?:partial(?:ly)?|subset)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"[-−–]?(?:(?:negative|neg|absent)\b|not\s+detected\b)|\(-\)|[-−–]", re.IGNORECASE)
_POSITIVE = re.compile(r"[-−–]?(?:positive|pos|present|detected)\b|\(\+\)|\+{1,3}", re.IGNORECASE)
_INTENSITY = re.compile(
    r"(dim|weak(?:ly)?|low|bright|strong(?:ly)?|high|moderate(?:ly)?|variable|heterogeneous)\b", re.IGNORECASE
)
_INTENSITIES = {
    "dim": "weak", "weak": "weak", "weakly": "weak", "low": "weak", "bright": "strong", "strong": "strong",
    "strongly": "strong", "high": "strong", "variable": "heterogeneous", "heterogeneous": "heterogeneous",
}  # fmt: skip
_NUMBER = r"([0-9]{1,3}(?:\.[0-9]{1,4})?)"
_PERCENT = re.compile(rf"(>=|<=|[<>≥≤~])?\s*{_NUMBER}(?:\s*%?\s*[-–]\s*{_NUMBER})?\s*%")
_WORD = re.compile(r"[^\s,;]+")
_FULL = Decimal(100)


class MarkerTextError(KgError):
    """A line of markers cannot be read; `line` and `column` count from 1."""

    def __init__(self, text: str, position: int, message: str) -> None:
        self.line = text.count("\n", 0, position) + 1
        self.column = position - (text.rfind("\n", 0, position) + 1) + 1
        self.message = message
        super().__init__(f"{self.line}:{self.column}: {message}")


@functools.cache
def _names() -> Mapping[str, str]:
    """Return the local name of each marker, lesion and excluding disease by every name it has, case aside."""
    found: dict[str, str] = {}
    for term in terms().by_iri.values():
        local = term.iri.removeprefix(BASE)
        if (
            term.kind == "individual"
            and (terms().is_a(term, f"{BASE}Marker") or terms().is_a(term, f"{BASE}GeneticLesion"))
        ) or local in HISTORIES:
            found |= {name.casefold(): local for name in term.names}
    return found


@functools.cache
def _is_marker(local: str) -> bool:
    return terms().is_a(terms().by_iri[BASE + local], f"{BASE}Marker")


@functools.cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in _names()}, reverse=True))


@dataclass
class _Details:
    """What follows a name: result, compartment, intensity, percentage."""

    result: Result | None = None
    place: str = ""
    intensity: str = ""
    moderate: bool = False
    percent: Percent | None = None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.group: Result | None = None
        self.findings: list[Finding] = []
        self.lesions: list[Lesion] = []
        self.karyotypes: list[Karyotype] = []

    def error(self, position: int, message: str) -> MarkerTextError:
        return MarkerTextError(self.text, position, message)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def read(self) -> Phenotype:
        if len(self.text) > LONGEST:
            raise self.error(LONGEST, f"longer than {LONGEST} characters; give the sheet of one patient")
        while self.skip():
            if found := self.take(_KARYOTYPE):
                self.karyotypes.append(Karyotype(found[1]))
            elif found := self.take(_GROUP):
                self.group = Result.POSITIVE if found[1].casefold().startswith("pos") else Result.NEGATIVE
            else:
                self.item()
        return collected(self.findings, self.lesions, self.karyotypes)

    def skip(self) -> bool:
        """Pass what stands between items; a semicolon or a full stop ends "positive for"."""
        if found := self.take(_BETWEEN):
            sentence = re.sub(r"#[^\n]*", "", found[0])
            if ";" in sentence or "." in sentence:
                self.group = None
        return self.at < len(self.text)

    def item(self) -> None:
        start, place = self.at, ""
        if found := self.take(_PLACE):
            place = _PLACES[found[1].casefold()]
            while self.at < len(self.text) and self.text[self.at] in " \t:":
                self.at += 1
        name, prefix = self.name()
        if not name:
            raise self.unknown(self.at)
        written = self.text[start : self.at]
        details = self.details(written)
        details.result = details.result or self.implied(details)
        stated = {one for one in (place, prefix, details.place) if one}
        if len(stated) > 1:
            raise self.error(start, f"'{written}' names two compartments: {' and '.join(sorted(stated))}")
        if details.result is None:
            raise self.error(
                start, f"'{written}' says neither positive nor negative; write '{written}+' or '{written}-'"
            )
        if not _is_marker(name):
            if stated or details.intensity or details.percent or details.result is Result.PARTIAL:
                raise self.error(start, f"'{written}' is a lesion: it is present or absent, and nothing else")
            self.lesions.append(Lesion(name, details.result is Result.POSITIVE))
            return
        if details.result is Result.NEGATIVE and details.intensity:
            raise self.error(start, f"'{written}' is negative and {details.intensity}; write one of them")
        self.findings.append(Finding(name, details.result, next(iter(stated), ""), details.intensity, details.percent))

    def implied(self, details: _Details) -> Result | None:
        """Return the result of the group; an intensity is told of positive blasts only."""
        return Result.POSITIVE if details.intensity or details.moderate else self.group

    def name(self) -> tuple[str, str]:
        """Take a name, with the compartment of a prefix as in `sCD22`."""
        if found := self.known(self.at):
            self.at += found[1]
            return found[0], ""
        for length in (2, 1):
            prefix = _PREFIX.fullmatch(self.text[self.at : self.at + length])
            if prefix and (found := self.known(self.at + length)) and _is_marker(found[0]):
                self.at += length + found[1]
                return found[0], _PREFIXES[prefix[0].casefold()]
        return "", ""

    def known(self, at: int) -> tuple[str, int] | None:
        for length in _lengths():
            after = self.text[at + length : at + length + 1]
            if not after.isalnum() and (found := _names().get(self.text[at : at + length].casefold())):
                return found, min(length, len(self.text) - at)
        return None

    def unknown(self, at: int) -> MarkerTextError:
        word = _WORD.match(self.text, at)
        written = re.sub(r"[+±(−–-].*", "", word[0])[:40] if word else ""
        shown = written or self.text[at : at + 10].strip()
        close = difflib.get_close_matches(written.casefold(), list(_names()), n=1, cutoff=0.6) if written else []
        hint = ""
        if close:
            near = terms().by_iri[BASE + _names()[close[0]]]
            hint = f"; did you mean '{next(name for name in near.names if name.casefold() == close[0])}'?"
        return self.error(at, f"unknown marker '{shown}'{hint}")

    def details(self, written: str) -> _Details:
        found, depth = _Details(), 0
        opened = self.at
        while self.at < len(self.text):
            before = self.at
            if self.bracket(depth):
                depth += 1 if self.text[before] == "(" else -1
                opened = before if depth else opened
            elif self.text[self.at] in " \t:=^" or (depth and self.text[self.at] in ",;"):
                self.at += 1
            elif not self.detail(found, written):
                break
        if depth:
            raise self.error(
                opened, f"'{self.text[opened : opened + 20].splitlines()[0]}' is not understood after '{written}'"
            )
        return found

    def bracket(self, depth: int) -> bool:
        """Take a bracket, unless it is a sign such as `(+)` or closes nothing."""
        here = self.text[self.at]
        if (here == "(" and self.text[self.at : self.at + 3] not in ("(+)", "(-)")) or (here == ")" and depth):
            self.at += 1
            return True
        return False

    def detail(self, found: _Details, written: str) -> bool:
        """Take one detail; a sign word before "for" or a colon begins a new group."""
        start, group = self.at, _GROUP.match(self.text, self.at)
        if group and group[2]:
            return False
        for pattern, result in (
            (_PARTIAL, Result.PARTIAL),
            (_POSITIVE, Result.POSITIVE),
            (_NEGATIVE, Result.NEGATIVE),
        ):
            if self.take(pattern):
                if found.result not in (None, result):
                    raise self.error(start, f"'{written}' has two results")
                found.result = result
                return True
        if match := self.take(_INTENSITY):
            word = match[1].casefold()
            intensity = _INTENSITIES.get(word, "")
            if found.intensity not in ("", intensity):
                raise self.error(start, f"'{written}' has two intensities")
            found.intensity, found.moderate = intensity, found.moderate or not intensity
            return True
        if match := self.take(_PLACE):
            if found.place not in ("", _PLACES[match[1].casefold()]):
                raise self.error(start, f"'{written}' names two compartments")
            found.place = _PLACES[match[1].casefold()]
            return True
        if match := self.take(_PERCENT):
            if found.percent:
                raise self.error(start, f"'{written}' has two percentages")
            found.percent = self.percent(match, start)
            return True
        return False

    def percent(self, match: re.Match[str], start: int) -> Percent:
        comparator, low = match[1] or "", Decimal(match[2])
        high = Decimal(match[3]) if match[3] else low
        valid = low <= high <= _FULL
        if comparator in (">", ">=", "≥"):
            low, high = low.next_plus() if comparator == ">" else low, _FULL
        elif comparator in ("<", "<=", "≤"):
            low, high = Decimal(0), high.next_minus() if comparator == "<" else high
        if not valid or not low <= high:
            raise self.error(start, f"'{match[0]}' is no share of blasts")
        return (low, high)


def read_markers(text: str) -> Phenotype:
    """Read markers and lesions as a pathologist writes them; `#` begins a comment.

    Accepted are `+`, `-`, pos, neg, `±`, dim, weak, bright, strong, percentages, the prefixes s, c, cy, m, n and words
    for the compartment, "positive for …; negative for …", lesions such as `BCR::ABL1 absent`, and `karyotype "…"`.

    Raises:
        MarkerTextError: with line and column, and the nearest marker where a name is unknown.
    """
    return _Reader(text).read()
