"""Findings in the curator's terms: of which files, as text, JSON, SARIF or the W3C's report; and what a case still lacks.

A file is checked together with the files it needs: its folder's, and those of the folders given.
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from . import cases, engines, files, validate
from .cases import CaseFile
from .engines import Result
from .errors import CaseError, visible
from .projection import types_of, values_of
from .statements import ABSENT, Said
from .validate import Finding
from .vocabulary import BASE, DCTERMS, RDF_TYPE, SH, TIME, prefixes, terms

FORMS = ("text", "json", "sarif", "turtle")
_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_SUFFIXES = {".yaml", ".yml", ".jsonld", ".ttl"}
_FORM = "form"  # the shape of what the reader refuses


@dataclass(frozen=True)
class Checked:
    """What came of a check: the findings in the order of files and lines, and the cases that could be read."""

    findings: tuple[Finding, ...]
    read: tuple[CaseFile, ...]
    results: tuple[Result, ...]
    unreadable: bool = False

    @property
    def violations(self) -> tuple[Finding, ...]:
        """What the curator must mend."""
        return tuple(validate.violations(self.findings))


def check(
    paths: Sequence[Path] = (),
    folders: Iterable[Path] = (files.CASES,),
    engine: str = engines.REFERENCE,
    reader: cases.Reader | None = None,
) -> Checked:
    """Check files, or everything in the folders if no file is named.

    What is refused on reading comes back as findings too, and then as the only ones: there is no graph to validate.
    A `reader` that is kept does not read again what has not changed.
    """
    run = engines.engine(engine)
    try:
        read = (reader or cases.Reader()).read(_needed(paths, folders))
    except CaseError as error:
        return Checked(tuple(_refused(error)), (), (), unreadable=True)
    found, results = validate.check_reporting(read, paths, run)
    return Checked(tuple(found), tuple(read), tuple(results))


def _needed(paths: Iterable[Path], folders: Iterable[Path]) -> list[Path]:
    """Return the files to read: those of the folders, those named, and their neighbours, which describe the paper."""
    found = {path.resolve(): path for path in files.case_files(folders)}
    for path in paths:
        beside = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
        for near in [path, *(one for one in beside if one.suffix in _SUFFIXES and one.is_file())]:
            found.setdefault(near.resolve(), near)
    return sorted(found.values())


def _refused(error: CaseError) -> list[Finding]:
    return [
        Finding(_FORM, "Violation", problem.place.file.stem, "", "", problem.message, problem.place)
        for problem in error.problems
    ]


# --- renderers ---


def render(checked: Checked, form: str, *, settled: bool = False, base: Path | None = None) -> str:
    """Return findings in one of `FORMS`; file names are relative to `base` where they lie below it.

    What an acknowledgement settles is left out of the text unless asked for; the other forms carry it, marked.
    """
    base = (base or Path.cwd()).resolve()
    if form == "json":
        return json.dumps([_json(finding, base) for finding in checked.findings], ensure_ascii=False, indent=2)
    if form == "sarif":
        return json.dumps(sarif(checked.findings, base), ensure_ascii=False, indent=2)
    if form == "turtle":
        return report(checked)
    return "\n".join(_line(finding, base) for finding in checked.findings if settled or not finding.settled)


def _file(finding: Finding, base: Path) -> str:
    if finding.place is None:
        return ""
    path = finding.place.file.resolve()
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def _line(finding: Finding, base: Path) -> str:
    place = f"{_file(finding, base)}:{finding.place.line}:{finding.place.column}: " if finding.place else ""
    notes = [f"found: {visible(finding.value)}" if finding.value else "", f"at {' '.join(finding.passages)}".strip()]
    note = "; ".join(note for note in notes if note not in ("", "at"))
    rule = " ".join([*finding.rules, finding.shape])
    settled = f" settled: {visible(finding.settled)}" if finding.settled else ""
    return (
        f"{place}{finding.severity.lower()}: {visible(finding.message)}{f' ({note})' if note else ''} [{rule}]{settled}"
    )


def _json(finding: Finding, base: Path) -> dict[str, object]:
    place = finding.place
    return {
        "file": _file(finding, base),
        "line": place.line if place else None,
        "column": place.column if place else None,
        "severity": finding.severity.lower(),
        "message": finding.message,
        "found": finding.value,
        "passages": list(finding.passages),
        "rules": list(finding.rules),
        "shape": finding.shape,
        "focus": finding.focus,
        "path": finding.path,
        "settled": finding.settled or None,
    }


def sarif(findings: Sequence[Finding], base: Path) -> dict[str, Any]:
    """Return findings as a SARIF 2.1.0 log, which editors and code review show; settled ones are suppressed in it."""
    shapes = sorted({finding.shape for finding in findings})
    rules = [
        {"id": shape, "name": shape, "shortDescription": {"text": _description(shape, findings)}} for shape in shapes
    ]
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "leukemia-kg", "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, shapes.index(finding.shape), base) for finding in findings],
            }
        ],
    }


def _description(shape: str, findings: Sequence[Finding]) -> str:
    rules = sorted({rule for finding in findings if finding.shape == shape for rule in finding.rules})
    return f"{shape} ({', '.join(rules)})" if rules else shape


def _result(finding: Finding, index: int, base: Path) -> dict[str, Any]:
    note = f" Found: {finding.value}." if finding.value else ""
    paper = f" In the paper: {' '.join(finding.passages)}." if finding.passages else ""
    found: dict[str, Any] = {
        "ruleId": finding.shape,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}{note}{paper}"},
    }
    if place := finding.place:
        path = place.file.resolve()
        uri = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_uri()
        region = {"startLine": place.line, "startColumn": place.column}
        found["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]
    if finding.settled:
        found["suppressions"] = [{"kind": "inSource", "justification": finding.settled}]
    return found


def report(checked: Checked) -> str:
    """Return the W3C's validation report of all graphs as Turtle, in an order that is always the same."""
    root = BlankNode("report")
    triples = [
        Triple(root, RDF_TYPE, NamedNode(f"{SH}ValidationReport")),
        Triple(root, NamedNode(f"{SH}conforms"), Literal(not checked.results)),
    ]
    for n, result in enumerate(sorted(checked.results, key=str), start=1):
        node = BlankNode(f"result{n:04d}")
        triples += [Triple(root, NamedNode(f"{SH}result"), node), *result.triples(node)]
    return (serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode()


# --- watching ---


def watch(
    paths: Sequence[Path],
    callback: Callable[[Sequence[Path]], bool | None],
    *,
    every_seconds: float = 0.2,
    folders: Iterable[Path] = (),
) -> None:
    """Call back with the files that changed, first with all of them, until the callback returns False.

    Looks at the times of change of the files named and of the case files in the folders; a new file is a change.
    """
    folders = tuple(folders)
    seen: dict[Path, int] = {}
    while True:
        now = {path: _stamp(path) for path in dict.fromkeys([*paths, *files.case_files(folders)])}
        changed = [path for path, stamp in now.items() if seen.get(path) != stamp]
        gone = seen.keys() - now.keys()
        if (changed or gone) and callback(sorted({*changed, *gone})) is False:
            return
        seen = now
        time.sleep(every_seconds)


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # between the two steps of an editor that saves by renaming
        return 0


# --- how complete a case is ---


@dataclass(frozen=True)
class CareItem:
    """One item of the CARE checklist: its number, what it asks, how much it weighs, and how far the case has it."""

    number: str
    asks: str
    weight: int
    has: float  # 1 in full, 0.5 in part, 0 not
    lacks: str


@dataclass(frozen=True)
class Care:
    """How much of what a case report should tell is told of a patient, from 0 to 1, and item by item."""

    subject: str
    score: float
    items: tuple[CareItem, ...]

    @property
    def missing(self) -> tuple[CareItem, ...]:
        """The items that are not there in full."""
        return tuple(item for item in self.items if item.has < 1)


def care(said: Said, publication: Iterable[Triple] = ()) -> Care:
    """Judge how complete a case is by the CARE checklist, from what its statements say.

    Keywords, reasoning, challenges, history and the patient's own view (2, 5c, 8b, 8c, 12) are not in the model and
    are not counted. `publication` holds the triples of the papers that tell the case.

    Source: CARE 2013 checklist; weights are a proposal of this project (clinical table care_completeness).
    """
    look = _Look(said, tuple(publication))
    items = (
        CareItem("1", "title with 'case report'", 1, *_either(look.title("case report"), "the words 'case report' in the title")),
        CareItem("3", "abstract", 1, *_either(look.section("abstract"), "passages of an abstract")),
        CareItem("4", "introduction", 1, *_either(look.section("introduction"), "passages of an introduction")),
        CareItem("5a", "age and sex", 2, *look.properties(said.subject, "age", "sex")),
        CareItem("5b", "main symptoms", 1, *_either(look.part_of("ClinicalFinding", "Presentation"), "findings that are part of a presentation")),
        CareItem("5d", "earlier treatment with its outcome", 1, *look.kinds("AntileukemicTreatment", "Remission")),
        CareItem("6", "clinical findings", 1, *look.kinds("ClinicalFinding", "BloodExamination")),
        CareItem("7", "dates or times of the main events", 2, *look.timed("Diagnosis", "AntileukemicTreatment", "Relapse", "Remission")),
        CareItem("8a", "diagnostic methods", 3, *look.kinds("BoneMarrowExamination", "Immunophenotyping", "CytogeneticAnalysis", "MolecularAnalysis")),
        CareItem("8d", "prognostic features", 2, *look.given("karyotype", "lesion")),
        CareItem("9a", "kind of treatment", 3, *look.given("agent")),
        CareItem("9b", "dose of each drug and cycle", 3, *look.dosed("DrugAdministration", "BlinatumomabCycle", "CellInfusion")),
        CareItem("9c", "changes of treatment with their reason", 1, *look.given("treatmentFor", "discontinued")),
        CareItem("10a", "outcome with its site and MRD", 3, *look.given("compartment", "mrdStatus")),
        CareItem("10b", "tests at follow-up with their times", 3, *look.timed("Assessment")),
        CareItem("10c", "tolerability", 1, *_either(look.adverse(), "adverse events, or that there were none, as the paper says")),
        CareItem("10d", "adverse events", 3, *look.toxicity()),
        CareItem("11", "discussion", 1, *_either(look.section("discussion"), "passages of a discussion")),
        CareItem("13", "informed consent", 1, *look.kinds("InformedConsent")),
    )  # fmt: skip
    score = sum(item.weight * item.has for item in items) / sum(item.weight for item in items)
    return Care(said.subject, score, items)


def _either(there: bool, what: str) -> tuple[float, str]:
    return (1.0, "") if there else (0.0, what)


def _share(found: Sequence[str], missing: Sequence[str]) -> tuple[float, str]:
    """Return 1, 0.5 or 0 for all, some and none, and what is missing."""
    return (1.0 if not missing else 0.5 if found else 0.0), ", ".join(missing)


class _Look:
    """Looks into what is said of one patient."""

    def __init__(self, said: Said, publication: Sequence[Triple]) -> None:
        self.said = said
        self.types = {node: types_of(said, node) for node in said.occurrents}
        self.titles = [
            t.object.value
            for t in publication
            if t.predicate.value == f"{DCTERMS}title" and isinstance(t.object, Literal)
        ]
        self.places = {
            t.subject.value.rsplit("/", 1)[-1]
            for t in publication
            if isinstance(t.subject, NamedNode) and "/passage/" in t.subject.value
        }

    def title(self, words: str) -> bool:
        return any(words in title.casefold() for title in self.titles)

    def section(self, name: str) -> bool:
        return any(place.startswith(name) for place in self.places)

    def of(self, *names: str) -> list[str]:
        return [node for node, types in self.types.items() if types & set(names)]

    def part_of(self, part: str, whole: str) -> bool:
        wholes = set(self.of(whole))
        return any(wholes & set(self.said.skeleton[node].get("partOf", ())) for node in self.of(part))

    def kinds(self, *names: str) -> tuple[float, str]:
        return _share([n for n in names if self.of(n)], [_label(n) for n in names if not self.of(n)])

    def properties(self, node: str, *names: str) -> tuple[float, str]:
        there = {name for name in names if values_of(self.said, node, name)}
        return _share([*there], [_label(name) for name in names if name not in there])

    def given(self, *names: str) -> tuple[float, str]:
        there = {s.property for s in self.said.statements if s.asserts}
        return _share([n for n in names if n in there], [_label(n) for n in names if n not in there])

    def timed(self, *names: str) -> tuple[float, str]:
        times = ("startDate", "startOffset", "dayNumber", "afterCycle")
        told = {s.about for s in self.said.statements if s.property in times or s.property.startswith(TIME)}
        nodes = self.of(*names)
        missing = [node.split("/", 2)[-1] for node in nodes if node not in told]
        return _share([n for n in nodes if n in told], missing) if nodes else (0.0, ", ".join(map(_label, names)))

    def dosed(self, *names: str) -> tuple[float, str]:
        doses = ("dose", "doseLevel", "totalDose", "cd3Dose", "cd34Dose")
        nodes = self.of(*names)
        told = [n for n in nodes if any(values_of(self.said, n, dose) for dose in doses)]
        missing = [node.split("/", 2)[-1] for node in nodes if node not in told]
        return _share(told, missing) if nodes else (0.0, "doses")

    def adverse(self) -> bool:
        return bool(self.of("AdverseEvent")) or any(s.polarity == ABSENT for s in self.said.statements)

    def toxicity(self) -> tuple[float, str]:
        """Whether cytokine release, neurotoxicity and GvHD are told or denied."""
        denied = {
            value.value.rsplit("/", 1)[-1] for s in self.said.statements if s.polarity == ABSENT for value in s.values
        }
        names = ("CytokineReleaseSyndrome", "Neurotoxicity", "GraftVersusHostDisease")
        told = [n for n in names if self.of(n) or n in denied]
        return _share(told, [_label(n) for n in names if n not in told])


def _label(name: str) -> str:
    known = terms().by_iri.get(BASE + name)
    return known.label if known else name
