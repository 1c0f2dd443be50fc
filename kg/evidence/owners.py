"""Whom a passage speaks of: which study, which of its patients; in tables by row, in prose by what was named last."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .passages import Document, Passage

_LIST = r"[0-9]{1,3}(?:(?:, and |, | and | & |-)[0-9]{1,3})*"
_PATIENTS = re.compile(
    rf"\b(?:patients?|pts?|cases?) (?:nos?\.? |#)?(?P<list>{_LIST})(?![0-9]|\.[0-9]|-[a-z])(?P<heading>\s?:)?",
    re.IGNORECASE,
)
_NO_AUTHORS = {"We", "He", "She", "They", "It", "Others", "Investigators", "Researchers", "Physicians", "Treatment"}
_ET_AL = re.compile(
    r"(?P<name>(?:\b(?:El|De|Van|Von|La|Le|Di|Al|Da|Del|Ben) ){0,2}\b[A-Z][^\W\d_]*(?:[-'][^\W\d_]+)*)"
    r"(?: et al\b| and (?:colleagues|co-?workers)\b)"
)
# "Oxbow treated 20 adults [1]": who is named first did it, and the reference says who it is.
_AUTHOR_DID = re.compile(
    r"(?:[A-Z][^\W\d_]+(?:[-'][A-Z][^\W\d_]+)*)(?: and [A-Z][^\W\d_]+(?:[-'][A-Z][^\W\d_]+)*)? "
    r"(?:reported|treated|described|studied|observed|found|showed|gave|used|presented|evaluated|analy[sz]ed)\b"
)
_CITATION = re.compile(r"\[(\d{1,3})[\d, -]{0,40}\]")
_OTHER_WORK = re.compile(r"\b(?:stud(?:y|ies)|reports?|series|trials?|cohorts?|analys[ei]s)\b", re.IGNORECASE)
_OWN_WORK = re.compile(
    r"\b(?:we (?:present|report|describe|tell)|our (?:patient|case|study|report)"
    r"|(?:present|this|current) (?:case|report|patient))\b",
    re.IGNORECASE,
)
_EVERYONE = re.compile(r"\b(?:both|all|(?:one|another|other|each)(?: one)?) patients?\b", re.IGNORECASE)
_REFERENCE = re.compile(r"ref-(\d+)(?:\.|$)")
_CELL = re.compile(r"(?P<table>.+)\.r(?P<row>\d+)\.c(?P<column>\d+)")
_HEADER = re.compile(r"(?P<table>.+)\.h\.c(?P<column>\d+)")
_CAPTION = re.compile(r"(?P<table>.+)\.caption")
# A first column that names studies or patients: by its header, or by what its cells look like.
_STUDIES = re.compile(
    r"\b(?:stud(?:y|ies)|authors?|references?|refs?|publications?|reports?|reported by|series|trials?)\b"
    r"(?! (?:days?|weeks?|months?|visits?)\b)",
    re.IGNORECASE,
)
_PATIENTS_HEADED = re.compile(
    r"(?:patients?|pts?|cases?|UPN|subjects?|ID)\.?(?: ?(?:nos?\.?|numbers?|#|ID|IDs))?", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"(?:P|Pt|UPN|#)?\s?0*([0-9]{1,3})\.?", re.IGNORECASE)
_AUTHOR_YEAR = re.compile(r"[A-Z][^\W\d_]+(?:[-' ][A-Z][^\W\d_]+)*,? \(?(?:19|20)\d\d\)?")
_HEADING = re.compile(rf"(?<=[^\s(]) (?=(?:Patients?|Cycles?) {_LIST}\s?:)")


@dataclass(frozen=True, slots=True)
class Owner:
    """A study (empty: the paper's own patients) and the numbers of its patients (empty: not told apart)."""

    study: str
    numbers: frozenset[int] = frozenset()

    def covers(self, other: "Owner") -> bool:
        """Whether what is said of this owner is said of that patient or group."""
        return self.study == other.study and (not self.numbers or not other.numbers or other.numbers <= self.numbers)

    def __str__(self) -> str:
        numbers = " and ".join(map(str, sorted(self.numbers)))
        return f"{f'patient {numbers}' if numbers else 'the patients'} of {self.study or 'the paper itself'}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a passage between semicolons or headings such as `Patient 2:`, with its owner."""

    text: str
    owner: Owner
    listed: tuple[int, ...]  # The patients in the order in which the passage names them, for "respectively".


def study_key(name: str) -> str:
    """Return a study's name for comparison: `El Chaer et al. (2018)` and `elchaer-2018` are both `elchaer`."""
    return re.sub(r"[\W\d_]+", "", name.partition(" et al")[0].partition("(")[0]).casefold()


def owners(document: Document, references: Mapping[int, str]) -> dict[str, Owner]:
    """Return the owner of each sentence and table cell; `references` are the ids by number in the list."""
    return (
        dict(_prose(document, references))
        | dict(_tables(document, references))
        | dict(_references(document, references))
    )


def cited_in(text: str) -> set[int]:
    """Return the numbers of the references that a text cites."""
    found: set[int] = set()
    for match in _CITATION.finditer(text):
        for low, high in re.findall(r"(\d{1,3})(?:-(\d{1,3}))?", match[0]):
            found |= set(range(int(low), min(int(high or low), int(low) + 50) + 1))
    return found


def numbers_of(text: str) -> tuple[int, ...]:
    """Return the patients that a text names by number, in order."""
    return tuple(dict.fromkeys(n for match in _PATIENTS.finditer(text) for n in _expand(match["list"])))


def parts(passage: Passage, owner: Owner) -> list[Part]:
    """Cut a passage where another patient or cycle is headed and at semicolons outside brackets."""
    found, heading, headed = [], owner, numbers_of(passage.text)
    for piece in _HEADING.split(passage.text):
        for text in _clauses(piece):
            named = numbers_of(text)
            own = Owner(owner.study, frozenset(named)) if named else heading
            if named and (match := _PATIENTS.match(text)) and match["heading"]:
                heading = own
            found.append(Part(text, own, named or headed))
    return found


def _clauses(text: str) -> Iterator[str]:
    start = depth = 0
    for at, character in enumerate(text):
        depth = max(0, depth + (character == "(") - (character == ")"))
        if character == ";" and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def _expand(numbers: str) -> Iterator[int]:
    for item in re.split(r", and |, | and | & ", numbers):
        low, _, high = item.partition("-")
        yield from range(int(low), min(int(high or low), int(low) + 50) + 1)


def _prose(document: Document, references: Mapping[int, str]) -> Iterator[tuple[str, Owner]]:
    study, numbers = "", frozenset[int]()
    for passage in document.passages:
        if passage.kind == "heading":
            study, numbers = "", frozenset()
        if passage.kind != "sentence":
            continue
        named = _study(passage.text, references)
        if named is not None:
            study, numbers = named, frozenset()
        if found := numbers_of(passage.text):
            numbers = frozenset(found)
        yield passage.id, Owner(study, frozenset() if _EVERYONE.search(passage.text) and not found else numbers)


def _study(text: str, references: Mapping[int, str]) -> str | None:
    """Return the study that a sentence turns to, or nothing where it stays."""
    if _OWN_WORK.search(text):
        return ""
    if found := _ET_AL.findall(text):
        return study_key(found[-1])
    cited = _CITATION.search(text)
    if cited and (_OTHER_WORK.search(text) or _names_author(text)):
        return study_key(references.get(int(cited[1]), f"reference {cited[1]}"))
    return None


def _names_author(text: str) -> bool:
    found = _AUTHOR_DID.match(text)
    return found is not None and text.partition(" ")[0] not in _NO_AUTHORS


def _names_study(text: str) -> bool:
    """Whether a cell names a study: by an author with others or a year, or as the paper's own."""
    return any(pattern.search(text) for pattern in (_ET_AL, _OWN_WORK)) or _AUTHOR_YEAR.match(text) is not None


def _references(document: Document, references: Mapping[int, str]) -> Iterator[tuple[str, Owner]]:
    for passage in document.passages:
        if entry := _REFERENCE.match(passage.id):
            yield passage.id, Owner(study_key(references.get(int(entry[1]), "")) or f"reference {entry[1]}")


def _tables(document: Document, references: Mapping[int, str]) -> Iterator[tuple[str, Owner]]:
    tables: defaultdict[str, dict[tuple[int, int], Passage]] = defaultdict(dict)
    headers: defaultdict[str, dict[int, str]] = defaultdict(dict)
    captions: dict[str, Owner] = {}
    for passage in document.passages:
        if passage.kind == "table cell" and (place := _CELL.fullmatch(passage.id)):
            tables[place["table"]][int(place["row"]), int(place["column"])] = passage
        elif passage.kind == "table header" and (place := _HEADER.fullmatch(passage.id)):
            headers[place["table"]][int(place["column"])] = passage.text
        elif passage.kind == "table caption" and (place := _CAPTION.fullmatch(passage.id)):
            captions[place["table"]] = Owner(
                _study(passage.text, references) or "", frozenset(numbers_of(passage.text))
            )
    for name, cells in tables.items():
        yield from _table(cells, headers[name], captions.get(name, Owner("")))


def _table(
    cells: dict[tuple[int, int], Passage], headers: Mapping[int, str], whole: Owner
) -> Iterator[tuple[str, Owner]]:
    """Yield whom each cell speaks of: by its row, if the first column names studies or patients, else by the caption."""
    studies, patients = dict[int, str](), defaultdict[int, frozenset[int]](lambda: whole.numbers)
    first = [cell.text for (_, column), cell in cells.items() if column == 1]
    by_study = _STUDIES.search(headers.get(1, "")) or any(map(_names_study, first))
    by_patient = _PATIENTS_HEADED.fullmatch(headers.get(1, ""))
    study, last = whole.study, max(row for row, _ in cells)
    numbered = frozenset[int]()
    for (row, column), cell in sorted(cells.items()):
        if column == 1:
            if _OWN_WORK.search(cell.text):
                study = ""
            elif by_study and not _PATIENTS.fullmatch(cell.text):
                study = study_key(cell.text)
            numbered = frozenset()
            if by_patient and (number := _BARE_NUMBER.fullmatch(cell.text)):
                numbered = frozenset({int(number[1])})
        studies[row] = study
        if numbered:
            patients[row] = numbered
        elif (match := _PATIENTS.match(cell.text)) and patients[row] == whole.numbers:
            patients[row] = frozenset(_expand(match["list"]))
    of_column = {at: frozenset(numbers_of(text)) for at, text in headers.items() if _PATIENTS.fullmatch(text)}
    for (row, column), cell in cells.items():
        numbers = patients[row] or of_column.get(column, frozenset())
        if numbers and not _PATIENTS.match(cell.text):
            # An empty cell below is filled by this one, as far as the study goes.
            below = row + 1
            while below <= last and (below, column) not in cells and (below, 1) not in cells:
                numbers |= patients[below]
                below += 1
        yield cell.id, Owner(studies[row], numbers)
