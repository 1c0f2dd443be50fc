"""What stands under an answer: who was asked, who could not be judged for want of a report, conflicts, and the warning."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store

from . import questions
from .catalogue import Fact, Need, Question
from .lineage import Lineage
from .statements import iri_of, local
from .tables import Table, text
from .vocabulary import BASE, RDF_TYPE, lkg, terms

SELECTED = (
    "Published cases are selected and have no denominator: a count or share of them is no response rate and no risk."
)
_NOT_REPORTED = "not reported: "


@dataclass(frozen=True)
class Foot:
    """What stands under an answer.

    `asked` and `returned` are ids of patients (`None` for an answer that is not about patients); `unjudged` tells by what
    is missing which of the asked could not be judged: a returned row of theirs says no more than "not reported"; `conflicts`
    are the open ones among the statements on which the rows rest, with their patient.
    """

    question: str
    summary: str
    parameters: dict[str, str]
    rows: int
    asked: tuple[str, ...] | None
    among: str
    returned: tuple[str, ...]
    certain: tuple[str, ...]
    unjudged: dict[str, tuple[str, ...]]
    conflicts: tuple[tuple[str, str], ...]
    warning: str

    @property
    def not_judged(self) -> tuple[str, ...]:
        """The patients who could not be judged, whatever is missing."""
        return tuple(sorted({patient for patients in self.unjudged.values() for patient in patients}))

    def meta(self) -> dict[str, object]:
        """Return it as data, for formats that machines read."""
        found: dict[str, object] = {
            "question": self.question,
            "summary": self.summary,
            "parameters": self.parameters,
            "rows": self.rows,
        }
        if self.asked is not None:
            found |= {
                "asked": list(self.asked),
                "asked_of": self.among or "every patient of the dataset",
                "answered": list(self.returned),
                "answered_with_certainty": list(self.certain),
                "not_judged": {what: list(patients) for what, patients in self.unjudged.items()},
                "open_conflicts": [{"conflict": name, "patient": patient} for name, patient in self.conflicts],
            }
        return found | ({"warning": self.warning} if self.warning else {})

    def lines(self) -> Iterator[str]:
        """Yield it in words."""
        readings = ", ".join(f"{name} = {value}" for name, value in self.parameters.items())
        yield f"{self.summary}{f' ({readings})' if readings else ''}"
        if self.asked is None:
            yield _plural(self.rows, "row")
        else:
            yield from self._patients(self.asked)
        if self.warning:
            yield self.warning

    def _patients(self, asked: tuple[str, ...]) -> Iterator[str]:
        of = f" with {self.among}" if self.among else ""
        possible = len(self.returned) - len(self.certain)
        sure = f" ({possible} of them only possible)" if possible else ""
        yield f"{_plural(len(asked), 'patient')} asked{of}, {len(self.returned)} in the answer{sure}."
        missing = self.not_judged
        if missing:
            shown = " (their rows say so)" if set(missing) <= set(self.returned) else ""
            part = ", in part or at all" if len(self.unjudged) > 1 else ""
            yield f"{len(missing)} could not be judged{part}{shown}; not reported:"
            for what, patients in self.unjudged.items():
                yield f"  {what}: {', '.join(patients)}"
        if self.conflicts:
            whose = ", ".join(sorted({patient for _, patient in self.conflicts}))
            yield (
                f"{_plural(len(self.conflicts), 'open conflict')} among the statements used, of {whose} "
                "('leukemia-kg conflicts' shows them)."
            )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def foot(store: Store, question: Question, given: Mapping[str, str], table: Table) -> Foot:
    """Return what stands under the answer that a question gave with these parameters."""
    parameters = {p.name: p.shown(given.get(p.name, p.default)) for p in question.parameters}
    about_patients = "patient" in table.columns
    asked = set(_patients(store)) if about_patients else set()
    for need in question.header.among:
        asked &= reported(store, need, only_present=True)
    returned, certain = _answered(table) if about_patients else (set(), set())
    return Foot(
        question=question.slug,
        summary=question.summary,
        parameters=parameters,
        rows=len(table.rows),
        asked=tuple(sorted(asked | returned)) if about_patients else None,
        among=" and ".join(map(words, question.header.among)),
        returned=tuple(sorted(returned)),
        certain=tuple(sorted(certain)),
        unjudged=_unjudged(store, question, given, asked) if about_patients else {},
        conflicts=tuple(_conflicts(store, question, given, table)) if about_patients else (),
        warning=SELECTED if about_patients or question.header.counts else "",
    )


def _answered(table: Table) -> tuple[set[str], set[str]]:
    """Return the patients of a table, and those of them with a certain row."""
    patient, certainty = table.columns.index("patient"), table.columns.index("certainty")
    rows = [(text(row[patient]), text(row[certainty])) for row in table.rows if row[patient]]  # else a row of a group
    return {name for name, _ in rows if name}, {name for name, sure in rows if name and sure == "certain"}


def _patients(store: Store) -> Iterator[str]:
    for quad in store.quads_for_pattern(None, RDF_TYPE, lkg("Patient")):
        yield local(iri_of(quad.subject)).split("/")[1]


def words(need: Need) -> str:
    """Return alternatives in words."""
    return " or ".join(dict.fromkeys(fact.words for fact in need))


def _unjudged(
    store: Store, question: Question, given: Mapping[str, str], asked: set[str]
) -> dict[str, tuple[str, ...]]:
    """Return who could not be judged, by what their sources do not report."""
    found: dict[str, set[str]] = {}
    for need in question.header.needs or ():
        found[words(need)] = asked - reported(store, need)
    for patient, reason in questions.refuted(store, question.slug, question.closed(given)):
        reasons = reason.split("; ")
        if patient in asked and all(one.startswith(_NOT_REPORTED) for one in reasons):
            for one in reasons:
                found.setdefault(one.removeprefix(_NOT_REPORTED), set()).add(patient)
    return {what: tuple(sorted(patients)) for what, patients in found.items() if patients}


def reported(store: Store, need: Need, *, only_present: bool = False) -> set[str]:
    """Return the patients of whom a source tells any of these facts, as present or (if that counts) as absent."""
    return {patient for fact in need for patient in _telling(store, fact, only_present)}


def _telling(store: Store, fact: Fact, only_present: bool) -> Iterator[str]:
    if fact.property:
        quads = store.quads_for_pattern(None, lkg("property"), NamedNode(fact.property))
        found = (_Told(store, quad) for quad in quads)
        for told in found:
            wide = not fact.value or any(fact.value in terms().superclasses(value) for value in told.values)
            if told.counts(only_present) and wide and (not fact.kind or fact.kind in told.kinds()):
                yield from told.patient()
        return
    kinds = [iri for iri in terms().by_iri if fact.kind in terms().superclasses(iri)]
    for kind in kinds:
        for quad in store.quads_for_pattern(None, RDF_TYPE, NamedNode(kind)):
            yield from _patient_of(iri_of(quad.subject))
        for quad in store.quads_for_pattern(None, lkg("value"), NamedNode(kind)):
            told = _Told(store, quad)
            if told.one("polarity") == f"{BASE}Present":
                yield from told.patient()
    if not only_present:
        for wider in terms().superclasses(fact.kind):  # who denies a wider kind denies this one
            for quad in store.quads_for_pattern(None, lkg("value"), NamedNode(wider)):
                told = _Told(store, quad)
                denied = told.one("polarity") == f"{BASE}Absent" and told.one("property") == f"{BASE}occurrence"
                if denied and told.is_within(fact.within):
                    yield from told.patient()


class _Told:
    """A statement, read as far as it is needed."""

    def __init__(self, store: Store, quad: Quad) -> None:
        self._store, self._node = store, quad.subject

    def all(self, name: str) -> list[str]:
        return [iri_of(quad.object) for quad in self._store.quads_for_pattern(self._node, lkg(name), None)]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def values(self) -> list[str]:
        return self.all("value")

    def counts(self, only_present: bool) -> bool:
        polarity = self.one("polarity")
        return polarity == f"{BASE}Present" or (not only_present and polarity == f"{BASE}Absent")

    def kinds(self) -> set[str]:
        about = NamedNode(self.one("about"))
        types = {iri_of(quad.object) for quad in self._store.quads_for_pattern(about, RDF_TYPE, None)}
        return {wider for type_ in types for wider in terms().superclasses(type_)}

    def is_within(self, term: str) -> bool:
        """Tell whether it is about the patient as a whole, or about something that bears a term."""
        about = self.one("about")
        if not term or local(about).count("/") == 1:
            return True
        bearing = self._store.quads_for_pattern(None, lkg("about"), NamedNode(about))
        values = {value for quad in bearing for value in _Told(self._store, quad).values}
        return any(term in terms().superclasses(value) for value in values)

    def patient(self) -> Iterable[str]:
        return _patient_of(self.one("about"))


def _patient_of(iri: str) -> Iterator[str]:
    """Yield the id of the patient to whom a node belongs."""
    if iri.startswith(f"{BASE}patient/"):
        yield local(iri).split("/")[1]


def _conflicts(store: Store, question: Question, given: Mapping[str, str], table: Table) -> Iterator[tuple[str, str]]:
    """Yield the open conflicts in which a statement stands that a row rests on."""
    lineage = Lineage(store, question, given)
    index = table.columns.index("patient")
    # a row may be of a group, and then names no patient
    for patient in sorted({text(row[index]) for row in table.rows} - {""}):
        said = lineage.said(patient)
        if not said.unsettled:
            continue
        rows = [row for row in table.rows if text(row[index]) == patient]
        used = {s.iri for row in rows for s in lineage.behind(patient, table.columns, row).statements}
        for conflict in said.conflicts:
            if not conflict.prefers and used & set(conflict.between):
                yield conflict.iri.removeprefix("conflict/"), patient
