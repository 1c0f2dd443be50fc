"""Tolerant ISCN reader: clones, abnormalities, located diagnostics.

Published karyotypes bend the nomenclature. `read` never raises and never repairs in silence: what it cannot take at
face value stays in the result as it was printed, with a diagnostic that says what was found and how it was read.

>>> karyotype = read("45,XX,del(9)(p21),-20(11)/ 46,XX,del(9),del(20)(q11.1)")
>>> karyotype.verdict, [clone.cells for clone in karyotype.clones]
('nonstandard', [11, None])
>>> write(karyotype)
'45,XX,del(9)(p21),-20[11]/46,XX,del(9)(p21),del(20)(q11.1)'
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Severity = Literal["Violation", "Warning", "Info"]
Verdict = Literal["valid", "nonstandard", "invalid"]
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was found at `text[start:end]` of a karyotype, and how it was read.

    Codes: ISCN-TOKEN (not readable), ISCN-COUNT (modal number against the changes listed), ISCN-BAND (no such band, or
    too few or many), ISCN-T-ORDER, ISCN-NO-CELLS, ISCN-PAREN-COUNT (cells in parentheses), ISCN-ELIDED-BP (breakpoints
    not printed; Info if an earlier mention settles them), ISCN-U-MINUS (a dash for the minus sign), ISCN-WS (blank),
    ISCN-ACEN (centromeric band), ISCN-CHIM (`//`), ISCN-ISH (results of other methods, not read).
    """

    code: str
    severity: Severity
    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class Abnormality:
    """One change, such as `-20` or `der(22)t(9;22)(q34;q11.2)`; equal to another that says the same elsewhere.

    Attributes:
        kind: `gain` or `loss` of a whole chromosome, a key of `KINDS` or `MARKERS`, `inc` for an incomplete
            karyotype, or `unread`.
        breakpoints: One group of bands for each chromosome.
        sign: `+`, `-` or nothing.
        copies: Fewest and most, for `+1~3mar`.
        label: The number of a marker (`mar2`), or the unread text.
        parts: The rearrangements that made a derivative chromosome.
        inherited: It came with a reference to an earlier clone (`sl`, `sdl`, `idem`).
        back_reference: Its breakpoints were elided and taken from an earlier mention.
    """

    kind: str
    chromosomes: tuple[str, ...] = ()
    breakpoints: tuple[tuple[str, ...], ...] = ()
    sign: str = ""
    uncertain: bool = False
    copies: Interval = (1, 1)
    label: str = ""
    constitutional: bool = False
    parts: tuple["Abnormality", ...] = ()
    inherited: bool = False
    back_reference: bool = field(default=False, compare=False)
    text: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Clone:
    """One clone; `abnormalities` begins with those inherited through `stemline`, `sex` is resolved likewise.

    Attributes:
        modal: Chromosome number, the lower one where a range such as `43~45` is printed.
        ploidy: The printed ploidy level, such as `2n` or `3n-`.
        composite: `cells` counts a composite karyotype, `[cp20]`.
        donor: 0 for the patient's own cells, 1 and up for what follows each `//`.
    """

    modal: int | None
    sex: str
    abnormalities: tuple[Abnormality, ...] = ()
    cells: int | None = None
    composite: bool = False
    modal_upper: int | None = None
    ploidy: str = ""
    stemline: str = ""
    donor: int = 0
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Karyotype:
    """A karyotype as read; two are equal if their clones say the same.

    Attributes:
        donors: How many `//` stand in it; none of the clones need belong to a donor.
        tail: Results of other methods after the banded karyotype (`nuc ish ...`, `arr ...`), kept unread.
    """

    clones: tuple[Clone, ...]
    donors: int = 0
    tail: str = ""
    text: str = field(default="", compare=False)
    diagnostics: tuple[Diagnostic, ...] = field(default=(), compare=False)

    @property
    def verdict(self) -> Verdict:
        """The judgement that the worst diagnostic demands."""
        severities = {diagnostic.severity for diagnostic in self.diagnostics}
        if "Violation" in severities:
            return "invalid"
        return "nonstandard" if "Warning" in severities else "valid"


class Kind(NamedTuple):
    """How a rearrangement is written: how many chromosomes, how many bands for each (fewest, most)."""

    chromosomes: Interval
    bands: Interval


# A fewest of 0 bands: ISCN lets the breakpoints of this kind be absent. Nothing else can be elided without a note.
KINDS = {
    "add": Kind((1, 1), (1, 1)),
    "del": Kind((1, 1), (1, 2)),
    "der": Kind((1, 4), (0, 1)),
    "dic": Kind((1, 3), (1, 1)),
    "dup": Kind((1, 1), (1, 2)),
    "fra": Kind((1, 1), (1, 1)),
    "hsr": Kind((1, 2), (1, 1)),
    "i": Kind((1, 1), (1, 1)),
    "ider": Kind((1, 1), (1, 1)),
    "idic": Kind((1, 1), (1, 1)),
    "ins": Kind((1, 3), (1, 3)),
    "inv": Kind((1, 1), (2, 2)),
    "psu dic": Kind((1, 3), (1, 1)),
    "qdp": Kind((1, 1), (1, 2)),
    "r": Kind((1, 3), (0, 2)),
    "rec": Kind((1, 1), (0, 1)),
    "rob": Kind((2, 2), (1, 1)),
    "t": Kind((2, 9), (1, 2)),
    "trc": Kind((1, 3), (1, 1)),
    "trp": Kind((1, 1), (1, 2)),
}
MARKERS = ("ace", "dmin", "mar", "r")  # what has no chromosome to name; `r` is a ring of unknown origin
_COMPOUND = {"der", "ider", "rec"}
_FUSED = {"der", "dic", "psu dic", "rob", "trc"}  # one chromosome stands where those named stood
_NOT_COUNTED = {"ace", "dmin"}

AUTOSOMES = tuple(str(number) for number in range(1, 23))
_RANK = {name: rank for rank, name in enumerate(("X", "Y", *AUTOSOMES, "?"))}

# How many bands the regions of each arm hold, from the centromere outwards: 9p "34" has p11-p13 and p21-p24.
# Source: UCSC table cytoBand of GRCh38 (the 850 bands of ISCN). Bands only:
# sub-bands depend on the resolution of the study and are not judged.
_BANDS = {
    "1": ("326", "2524"), "2": ("65", "447"), "3": ("46", "39"), "4": ("6", "385"),
    "5": ("5", "535"), "6": ("25", "67"), "7": ("52", "126"), "8": ("23", "34"),
    "9": ("34", "324"), "10": ("5", "16"), "11": ("5", "45"), "12": ("3", "54"),
    "13": ("3", "424"), "14": ("3", "342"), "15": ("3", "56"), "16": ("3", "34"),
    "17": ("3", "25"), "18": ("1", "23"), "19": ("3", "3"), "20": ("3", "3"),
    "21": ("3", "12"), "22": ("3", "3"), "X": ("12", "38"), "Y": ("1", "2"),
}  # fmt: skip
# The centromeric band is 11.1 except on these arms (same source, stain "acen").
_CENTROMERIC = {"11p": "11.11"}
_CENTROMERIC |= dict.fromkeys(("1q", "4p", "4q", "5p", "9q", "11q", "12q", "13q", "19p", "19q"), "11")

_CHROMOSOME = r"(?:[1-9]|1[0-9]|2[0-2]|X|Y|\?)"
_BAND = r"(?:cen|[pq](?:ter|[0-9?]{1,3}(?:\.[0-9?]{1,3})?)(?:~[pq]?[0-9.]{1,5})?)"
_NAMED = re.compile(rf"({_CHROMOSOME})([pq](?:[0-9?]\S*)?)?")
_GROUP = re.compile(rf"\?|(?:{_BAND})++")
_MODAL = re.compile(r"([0-9]{1,3})(?:[~-]([0-9]{1,3}))?(?:<([1-9]n[+-]?)>)?")
_SEX = re.compile(r"[XYU?]{1,8}c?")
_STEMLINE = re.compile(r"(?:(sl|idem)(?:[x×](2))?|sdl([0-9]{0,2}))")
_CELLS = re.compile(r"\[(cp)?([0-9]{1,4})\]\Z")
_PARENTHESISED_CELLS = re.compile(r"(?<!\A)\((cp)?([0-9]{1,4})\)\Z")
_HEAD = re.compile(r"(\?)?([+-])?(\?)?(?:([0-9]{1,2})(?:~([0-9]{1,2}))?(?=ace|dmin|mar|r))?")
_WHOLE = re.compile(rf"[1-9][0-9]|{_CHROMOSOME}")
_MARKER = re.compile(rf"({'|'.join(MARKERS)})([0-9]{{0,2}})(?![a-z(])")
_PART = re.compile(r"(psu dic|[a-z]+)\(([^()]*)\)(?:\(([^()]*)\))?")
_SUFFIX = re.compile(r"(c)?(?:[x×]([1-9][0-9]?))?\Z")
_NORMALISED = re.compile(r"(\s+)|([\u2010-\u2014\u2212])|.", re.DOTALL)
_OTHER_METHOD = re.compile(r"(?:\A|\.)\s*(?=(?:nuc\s+)?ish\b|arr\b|rsa\b)")


def read(text: str) -> Karyotype:
    """Read a karyotype; whatever is odd in it is kept and explained in `diagnostics`."""
    return _Reader(text).karyotype()


def write(karyotype: Karyotype) -> str:
    """Print a karyotype in canonical form: no blanks, cells in square brackets, no elided breakpoints."""
    sides = (
        "/".join(_write_clone(clone) for clone in karyotype.clones if clone.donor == donor)
        for donor in range(karyotype.donors + 1)
    )
    return ".".join(filter(None, ("//".join(sides), karyotype.tail)))


def monosomies(clone: Clone) -> tuple[str, ...]:
    """Autosomes of a near-diploid clone that are certainly lost, ascending.

    A loss is made up for by a gain, and by an added derivative of the same chromosome (`-7,+der(7)t(7;12)`, the
    older way to write `der(7)t(7;12)`).
    """
    if (_level(clone) or 2) != 2:
        return ()
    net: Counter[str] = Counter()
    for change in _certain(clone):
        if change.sign:
            net.update({name: int(f"{change.sign}{change.copies[0]}") for name in change.chromosomes})
    return tuple(name for name in AUTOSOMES if net[name] < 0)


def structural(clone: Clone) -> tuple[Abnormality, ...]:
    """Certain, acquired structural abnormalities, markers among them, without those a subclone lost again."""
    changes = [change for change in _certain(clone) if change.kind in KINDS or change.kind == "mar"]
    lost = {_identity(change) for change in changes if change.sign == "-"}
    return tuple(change for change in changes if change.sign != "-" and _identity(change) not in lost)


def is_monosomal_karyotype(clone: Clone) -> bool:
    """Whether a clone has two autosomal monosomies, or one and a structural abnormality.

    The definition belongs to AML and leaves core-binding-factor AML out, so a clone with t(8;21), inv(16) or
    t(16;16) is never monosomal. Uncertain changes (`?`) and constitutional ones (`c`) do not count.

    Source: ELN 2022, doi:10.1182/blood.2022016867; first in Breems 2008, doi:10.1200/JCO.2008.16.0259.
    """
    changes = structural(clone)
    if any(_region(change) in _CORE_BINDING_FACTOR for change in changes):
        return False
    lost = len(monosomies(clone))
    return lost > 1 or (lost == 1 and bool(changes))


# Source: ELN 2022, table of risk groups (doi:10.1182/blood.2022016867), to the band.
_CORE_BINDING_FACTOR = {
    ("t", ("8", "21"), ("q22", "q22")),
    ("inv", ("16",), ("p13", "q22")),
    ("t", ("16", "16"), ("p13", "q22")),
}


def _region(change: Abnormality) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return change.kind, change.chromosomes, tuple(band[:3] for group in change.breakpoints for band in group)


def _identity(change: Abnormality) -> tuple[object, ...]:
    return change.kind, change.chromosomes, change.breakpoints, change.parts, change.label


def _certain(clone: Clone) -> Iterator[Abnormality]:
    return (change for change in clone.abnormalities if not change.uncertain and not change.constitutional)


def _level(clone: Clone) -> int | None:
    """Ploidy level: as printed, else by ISCN's ranges (35-57 near-diploid ...), which are multiples of 23 rounded."""
    if clone.ploidy:
        return int(clone.ploidy[0])
    return None if clone.modal is None else round(clone.modal / 23)


def _write_clone(clone: Clone) -> str:
    modal = "" if clone.modal is None else str(clone.modal)
    modal += f"~{clone.modal_upper}" if clone.modal_upper else ""
    modal += f"<{clone.ploidy}>" if clone.ploidy else ""
    own = (_write_abnormality(change) for change in clone.abnormalities if not change.inherited)
    cells = "" if clone.cells is None else f"[{'cp' if clone.composite else ''}{clone.cells}]"
    return ",".join(filter(None, (modal, clone.stemline or clone.sex, *own))) + cells


def _write_abnormality(change: Abnormality) -> str:
    head = change.sign + "?" * change.uncertain
    fewest, most = change.copies
    number = "" if most == 1 else str(most) if fewest == most else f"{fewest}~{most}"
    suffix = "c" * change.constitutional + (f"x{number}" if number else "")
    if change.kind in ("unread", "inc"):
        return change.label or change.kind
    if change.kind in ("gain", "loss"):
        return head + change.chromosomes[0] + suffix
    if not change.chromosomes:
        return f"{head}{number}{change.kind}{change.label}" + "c" * change.constitutional
    chromosomes = ";".join(change.chromosomes)
    bands = ";".join("".join(group) for group in change.breakpoints)
    parts = "".join(map(_write_abnormality, change.parts))
    return f"{head}{change.kind}({chromosomes})" + f"({bands})" * bool(bands) + parts + suffix


def _parse(written: str) -> Abnormality | None:
    """Read one abnormality, judging its syntax only."""
    if written == "inc":
        return Abnormality("inc", text=written)
    head = _HEAD.match(written)
    if head is None:  # never so, every part of the pattern is optional
        return None
    before, sign, after, fewest, most = head.groups()
    if (whole := _WHOLE.match(written, head.end())) and sign:
        found = Abnormality("gain" if sign == "+" else "loss", (whole[0],))
        at = whole.end()
    elif marker := _MARKER.match(written, head.end()):
        found, at = Abnormality(marker[1], label=marker[2]), marker.end()
    else:
        parts, at = _parse_parts(written, head.end())
        if not parts or (len(parts) > 1 and parts[0].kind not in _COMPOUND):
            return None
        found = replace(parts[0], parts=tuple(parts[1:]))
    suffix = _SUFFIX.match(written, at)
    if not suffix or (suffix[2] and fewest) or not set(found.chromosomes) <= _RANK.keys():
        return None
    low, high = int(suffix[2] or fewest or 1), int(suffix[2] or most or fewest or 1)
    return replace(
        found,
        sign=sign or "",
        uncertain=bool(before or after),
        copies=(low, high),
        constitutional=bool(suffix[1]),
        text=written,
    )


def _parse_parts(token: str, at: int) -> tuple[list[Abnormality], int]:
    """Read `der(9)inv(9)(p13q34)t(9;22)(q34;q11.2)` and its like, as far as it can be read."""
    parts: list[Abnormality] = []
    while (match := _PART.match(token, at)) and match[1] in KINDS:
        named = [_NAMED.fullmatch(name) for name in match[2].split(";")]
        groups = match[3].split(";") if match[3] is not None else []
        short = [f"{name[2]}?" if len(name[2]) == 1 else name[2] for name in named if name and name[2]]
        if not all(named) or (short and groups) or not all(map(_GROUP.fullmatch, groups := groups or short)):
            break
        bands = tuple(tuple(re.findall(rf"\?(?=\Z)|{_BAND}", group)) for group in groups)
        parts.append(Abnormality(match[1], tuple(name[1] for name in named if name), bands, text=match[0]))
        at = match.end()
    return parts, at


def _band_exists(chromosome: str, band: str) -> bool:
    if "?" in chromosome + band or band == "cen" or band.endswith("ter"):
        return True
    number = re.split(r"[.~]", band[1:])[0]
    if number == "10":  # p10 and q10 are ISCN's names for the two faces of the centromere
        return True
    regions = _BANDS[chromosome]["pq".index(band[0])]
    region, within = int(number[0]), number[1:]
    if not 1 <= region <= len(regions):
        return False
    return not within or 1 <= int(within) <= int(regions[region - 1])


def _effect(change: Abnormality, *, sex_written: bool) -> Interval:
    """By how much a change moves the chromosome number, fewest and most.

    A clone that writes its sex chromosomes may have left out of them the one that is lost (`45,X,-Y`) or altered
    (`46,X,inv(X)...`); both customs are accepted.
    """
    low, high = change.copies
    sex = sum(name in ("X", "Y") for name in change.chromosomes) if sex_written else 0
    if change.kind in _NOT_COUNTED:
        return 0, 0
    if change.sign == "+":
        return low, high
    if change.sign == "-":
        return -high, 0 if sex else -low
    if change.chromosomes:
        fused = 1 - len(change.chromosomes) if change.kind in _FUSED else 0
        return fused, fused + sex
    return 0, high


class _Reader:
    """The state of reading one text: what was found so far, and what later clones may refer to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.clones: list[Clone] = []
        # For each clone, the chromosome numbers its contents allow, one interval for each likely ploidy level.
        self.expected: list[list[Interval]] = []
        # For each clone, what its subclones inherit; kept, so that a thousand subclones share one tuple's items.
        self.inheritable: list[tuple[Abnormality, ...]] = []
        self.defined: dict[tuple[str, tuple[str, ...]], set[tuple[tuple[str, ...], ...]]] = {}
        other = _OTHER_METHOD.search(text)
        self.tail = text[other.end() :] if other else ""
        if other:
            self.note("ISCN-ISH", "Info", (other.end(), len(text)), "results of another method are kept and not read")
        # The text without blanks and with one sign for minus, and where each character came from.
        self.clean, self.origin = self.normalise(other.start() if other else len(text))

    def note(self, code: str, severity: Severity, where: Interval, message: str) -> None:
        self.diagnostics.append(Diagnostic(code, severity, *where, message))

    def normalise(self, end: int) -> tuple[str, list[int]]:
        characters, origin = [], []
        for match in _NORMALISED.finditer(self.text, 0, end):
            character = match[0]
            if match[1]:
                self.note("ISCN-WS", "Info", match.span(), "a blank where ISCN has none; passed over")
                before, after = self.text[match.start() - 1 : match.start()], self.text[match.end() : match.end() + 1]
                if not (before.isalnum() and after.isalnum()):
                    continue
                character = " "  # joining two words or numbers would make a new one that nobody wrote
            elif match[2]:
                name = f"U+{ord(character):04X}"
                self.note("ISCN-U-MINUS", "Warning", match.span(), f"{name} is not the hyphen-minus; read as '-'")
                character = "-"
            characters.append(character)
            origin.append(match.start())
        return "".join(characters), [*origin, end]

    def span(self, start: int, end: int) -> Interval:
        """Where a stretch of the clean text lies in the original."""
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]

    def karyotype(self) -> Karyotype:
        sides = self.clean.split("//")
        start = 0
        for donor, side in enumerate(sides):
            if donor:
                message = "'//' separates the patient's own cells from a donor's"
                self.note("ISCN-CHIM", "Info", self.span(start - 2, start), message)
            first, at = len(self.clones), start
            for piece in side.split("/") if side else ():
                if piece:
                    self.read_clone(piece, at, first, donor)
                else:
                    self.note("ISCN-TOKEN", "Violation", self.span(at, at), "nothing beside '/'; passed over")
                at += len(piece) + 1
            start += len(side) + 2
        if not self.clones and not self.tail:
            self.note("ISCN-TOKEN", "Violation", (0, len(self.text)), "no karyotype found")
        diagnostics = sorted(self.diagnostics, key=lambda found: (found.start, found.end, found.code))
        return Karyotype(tuple(self.clones), len(sides) - 1, self.tail, self.text, tuple(diagnostics))

    def read_clone(self, piece: str, at: int, first: int, donor: int) -> None:
        where = self.span(at, at + len(piece))
        cells = _CELLS.search(piece)
        tokens = []
        for token in piece[: cells.start() if cells else None].split(","):
            tokens.append((token, at))
            at += len(token) + 1
        if not cells:
            cells = self.parenthesised_cells(tokens)
        if not cells:
            self.note("ISCN-NO-CELLS", "Warning", where, "no number of cells in square brackets; left unknown")
        modal = _MODAL.fullmatch(tokens[0][0])
        if modal:
            tokens.pop(0)
        else:
            self.note("ISCN-TOKEN", "Violation", where, "a modal number was expected first; left unknown")
        number, upper, ploidy = modal.groups() if modal else (None, None, None)
        clone = Clone(
            int(number) if number else None,
            "",
            cells=int(cells[2]) if cells else None,
            composite=bool(cells and cells[1]),
            modal_upper=int(upper) if upper else None,
            ploidy=ploidy or "",
            donor=donor,
            start=where[0],
            end=where[1],
        )
        clone, expected = self.read_sex(clone, tokens, first)
        own = tuple(self.read_abnormality(token, at) for token, at in tokens)
        self.inheritable.append(clone.abnormalities + tuple(replace(change, inherited=True) for change in own))
        clone = replace(clone, abnormalities=clone.abnormalities + own)
        self.clones.append(clone)
        self.expected.append(self.check_count(clone, own, expected))

    def parenthesised_cells(self, tokens: list[tuple[str, int]]) -> re.Match[str] | None:
        """Take `(11)` off the last token if that leaves something complete, as in `-20(11)`."""
        token, at = tokens[-1]
        cells = _PARENTHESISED_CELLS.search(token)
        if not cells or _parse(token):
            return None
        rest = token[: cells.start()]
        change = _parse(rest)
        complete = change and (change.breakpoints or change.parts or change.kind not in KINDS)
        if not complete and not _SEX.fullmatch(rest) and not _STEMLINE.fullmatch(rest):
            return None
        tokens[-1] = rest, at
        where = self.span(at + cells.start(), at + len(token))
        message = f"'{cells[0]}' after '{rest}': parentheses enclose altered chromosomes and breakpoints; read as"
        self.note("ISCN-PAREN-COUNT", "Warning", where, f"{message} the cell count [{cells[1] or ''}{cells[2]}]")
        return cells

    def read_sex(self, clone: Clone, tokens: list[tuple[str, int]], first: int) -> tuple[Clone, list[Interval]]:
        """Take the sex chromosomes, or the reference to an earlier clone, off the tokens."""
        token, at = tokens[0] if tokens else ("", 0)
        if _SEX.fullmatch(token):
            tokens.pop(0)
            size = len(token.removesuffix("c"))
            levels = {_level(clone)} if clone.ploidy else {_level(clone), 2}
            known = clone.modal is not None and not {"U", "?"} & set(token)
            bases = [22 * level + size for level in levels if level] if known else []
            return replace(clone, sex=token), [(base, base) for base in bases]
        reference = _STEMLINE.fullmatch(token)
        if not reference:
            message = "sex chromosomes, or a reference such as sl, were expected after the modal number; left unknown"
            self.note("ISCN-TOKEN", "Violation", (clone.start, clone.end), message)
            return clone, []
        tokens.pop(0)
        # sl and idem mean the clone listed first, sdl1 or sdl the second, sdl2 the third.
        source = first if reference[1] else first + int(reference[3] or 1)
        if source >= len(self.clones):
            message = f"'{token}' refers to no earlier clone; kept as written"
            self.note("ISCN-TOKEN", "Violation", self.span(at, at + len(token)), message)
            return replace(clone, stemline=token), []
        times = int(reference[2] or 1)
        expected = [(times * low, times * high) for low, high in self.expected[source]]
        inherited = self.inheritable[source] * times
        return replace(clone, sex=self.clones[source].sex * times, stemline=token, abnormalities=inherited), expected

    def read_abnormality(self, token: str, at: int) -> Abnormality:
        where = self.span(at, at + len(token))
        change = _parse(token)
        if change:
            change = self.resolve(change, where)
        else:
            shown = f"'{token[:40]}{'...' if token[40:] else ''}'" if token else "nothing between two commas"
            self.note("ISCN-TOKEN", "Violation", where, f"{shown} is no abnormality ISCN knows; kept as written")
            change = Abnormality("unread", label=token)
        return replace(change, text=self.text[slice(*where)], start=where[0], end=where[1])

    def resolve(self, change: Abnormality, where: Interval) -> Abnormality:
        """Check a rearrangement and what it is made of; fill elided breakpoints from an earlier mention."""
        if change.kind not in KINDS or not change.chromosomes:
            return change
        parts = tuple(replace(self.resolve(part, where), start=where[0], end=where[1]) for part in change.parts)
        change = replace(change, parts=parts)
        known = self.defined.setdefault((change.kind, change.chromosomes), set())
        if change.breakpoints:
            self.check_bands(change, where)
            known.add(change.breakpoints)
        elif KINDS[change.kind].bands[0] and not parts:  # with parts, it is they that name the breakpoints
            if len(known) == 1:
                (breakpoints,) = known
                change = replace(change, breakpoints=breakpoints, back_reference=True)
                message = f"breakpoints elided; read as {_write_abnormality(change)}, named earlier"
                self.note("ISCN-ELIDED-BP", "Info", where, message)
            else:
                reason = "earlier mentions differ" if known else "nothing earlier names them"
                self.note("ISCN-ELIDED-BP", "Warning", where, f"breakpoints absent and {reason}; left unknown")
        if change.kind == "t" and change.chromosomes[0] != min(change.chromosomes, key=lambda name: _RANK[name]):
            message = "a translocation lists the sex or the lowest chromosome first; kept in the written order"
            self.note("ISCN-T-ORDER", "Warning", where, message)
        return change

    def check_bands(self, change: Abnormality, where: Interval) -> None:
        kind = KINDS[change.kind]
        if re.match(r"[^()]*\([^()]*[pq]", change.text):
            message = f"the arm stands among the chromosomes; read as {_write_abnormality(change)}"
            self.note("ISCN-ELIDED-BP", "Warning", where, message)
        elif not all(kind.bands[0] <= len(group) <= kind.bands[1] or group == ("?",) for group in change.breakpoints):
            message = f"{change.kind} has {kind.bands[0]} to {kind.bands[1]} bands a chromosome; kept as written"
            self.note("ISCN-BAND", "Violation", where, message)
        low, high = kind.chromosomes
        if len(change.breakpoints) != len(change.chromosomes) or not low <= len(change.chromosomes) <= high:
            message = f"{change.kind} and its groups of breakpoints do not fit its chromosomes; kept as written"
            self.note("ISCN-BAND", "Violation", where, message)
        for chromosome, group in zip(change.chromosomes, change.breakpoints, strict=False):
            for band in group:
                if not _band_exists(chromosome, band):
                    message = f"chromosome {chromosome} has no band {band}; kept as written"
                    self.note("ISCN-BAND", "Violation", where, message)
                elif band[1:] == _CENTROMERIC.get(chromosome + band[0], "11.1"):
                    self.note("ISCN-ACEN", "Info", where, f"{chromosome}{band} is the centromeric band")

    def check_count(self, clone: Clone, own: tuple[Abnormality, ...], bases: list[Interval]) -> list[Interval]:
        """Compare the modal number with what the clone lists; return the numbers its subclones start from."""
        if any(change.kind in ("unread", "inc") for change in own):
            return []
        effects = [_effect(change, sex_written=not clone.stemline) for change in own]
        low, high = sum(effect[0] for effect in effects), sum(effect[1] for effect in effects)
        expected = [(start + low, end + high) for start, end in bases]
        # A range or a composite karyotype lists changes that no single cell need have together.
        if clone.modal is None or clone.modal_upper is not None or clone.composite:
            return expected
        fitting = [span for span in expected if span[0] <= clone.modal <= span[1]]
        if expected and not fitting:
            likely = " or ".join(str(a) if a == b else f"{a} to {b}" for a, b in sorted(expected))
            message = f"modal number {clone.modal}, but the changes listed make {likely}; kept as written"
            self.note("ISCN-COUNT", "Violation", (clone.start, clone.end), message)
        return fitting or expected
