"""cBioPortal: a study of the patients with clinical tables and timelines.

Days count from each patient's index event (its name stands in INDEX_EVENT), as case reports seldom tell the day of the
first diagnosis from which cBioPortal usually counts. An event whose day is only bounded is left out of the timeline, as
the format has one integer for a start; nothing is rounded to a day. Every patient has one sample, which the format
demands: it stands for the leukemia, no specimen. Format: https://docs.cbioportal.org/file-formats/.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .. import mappings
from ..course import TIMES
from ..statements import Statement
from ..timeline import Timeline, end, key, start
from ..vocabulary import BASE, RDF_TYPE, terms
from .exchange import Patient
from .loss import Ledger

STUDY = "leukemia_kg"
_YEARS = {"a", "y"}
# Classes of occurrents, the timeline they stand in, and its column that names them.
_TRACKS = {
    "Treatment": ("TREATMENT", "TREATMENT_TYPE"),
    "Assessment": ("LAB_TEST", "TEST"),
    "DiseaseState": ("STATUS", "STATUS"),
    "ClinicalFinding": ("TOXICITY", "TOXICITY"),
}
_DETAILS = {"TREATMENT": {"agent": "AGENT"}, "LAB_TEST": {"result": "RESULT", "mrdStatus": "RESULT"}}
_PATIENT = {
    "PATIENT_ID": ("Patient identifier", "Identifier of the patient in this knowledge graph", "STRING"),
    "SEX": ("Sex", "Sex as reported", "STRING"),
    "AGE": ("Age", "Age in years as reported, where it is told in years", "NUMBER"),
    "OS_STATUS": ("Overall survival status", "Deceased if a death is told; empty if no vital status is told", "STRING"),
    "INDEX_EVENT": ("Index event", "The event from whose start the days of the timelines count", "STRING"),
}
_SAMPLE = {
    "PATIENT_ID": ("Patient identifier", "Identifier of the patient in this knowledge graph", "STRING"),
    "SAMPLE_ID": ("Sample identifier", "Stands for the leukemia of the patient; no specimen", "STRING"),
    "ONCOTREE_CODE": ("OncoTree code", "Exact or wider OncoTree code of the reported diagnosis", "STRING"),
    "CANCER_TYPE_DETAILED": ("Diagnosis", "Diagnosis as reported", "STRING"),
}


def write(patients: Sequence[Patient], ledgers: Mapping[str, Ledger]) -> dict[str, bytes]:
    """Return the files of the study."""
    cases = [_Case(patient, ledgers[patient.id]) for patient in patients]
    files = {
        "meta_study.txt": _meta(
            type_of_cancer="leuk",
            name="Published leukemia patients",
            description="Individual patients as published; selected, without a denominator. Timelines hold exact days only.",
            add_global_case_list="true",
        )
    }
    tables = {
        ("clinical_patient", "PATIENT_ATTRIBUTES"): _clinical(_PATIENT, (case.attributes() for case in cases)),
        ("clinical_sample", "SAMPLE_ATTRIBUTES"): _clinical(_SAMPLE, (case.sample() for case in cases)),
    }
    for track, (kind, column) in _TRACKS.items():
        columns = ["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE", column, *_extra(kind)]
        events = [event for case in cases for event in case.events(track)]
        if events:
            tables[f"timeline_{kind.lower()}", "TIMELINE"] = "".join(_lines(columns, events)).encode()
    for (name, datatype), content in tables.items():
        files[f"data_{name}.txt"] = content
        files[f"meta_{name}.txt"] = _meta(
            genetic_alteration_type="CLINICAL", datatype=datatype, data_filename=f"data_{name}.txt"
        )
    return files


def _extra(kind: str) -> list[str]:
    return list(dict.fromkeys(_DETAILS.get(kind, {}).values()))


@dataclass
class _Case:
    """One patient's rows."""

    patient: Patient
    ledger: Ledger

    def __post_init__(self) -> None:
        self.said = self.patient.said
        self.timeline: Timeline = self.patient.timeline()

    def attributes(self) -> dict[str, str]:
        """Return the row of the patients' table."""
        about, place = self.said.subject, f"data_clinical_patient.txt#{self.patient.id}"
        row = {"PATIENT_ID": self.patient.id, "INDEX_EVENT": self.timeline.index}
        for statement in self.ledger.facts(about, "sex")[:1]:
            row["SEX"] = _labels([statement])
            self.ledger.keep(statement, place)
        for statement in self.ledger.facts(about, "age")[:1]:
            if statement.unit in _YEARS and not statement.comparator and not statement.upper:
                row["AGE"] = statement.value.value
                self.ledger.keep(statement, place)
            else:
                self.ledger.lack(statement, "comparator" if statement.comparator or statement.upper else "precision")
        deaths = [kind for node in self.said.occurrents for kind in self._kinds(node) if _is(kind, "Death")]
        if deaths:
            row["OS_STATUS"] = "1:DECEASED"
            self.ledger.keep(deaths, place)
        return row

    def sample(self) -> dict[str, str]:
        """Return the row of the samples' table: the reported diagnosis with its OncoTree code."""
        row = {"PATIENT_ID": self.patient.id, "SAMPLE_ID": f"{self.patient.id}-leukemia"}
        kinds = [kind for node in self.said.occurrents for kind in self._kinds(node) if _is(kind, "Disease")]
        if not kinds:
            return row
        # the narrowest of the classes told: the one with the most classes above it
        told = max(kinds, key=lambda kind: (len(terms().superclasses(kind.value.value)), kind.iri))
        row["CANCER_TYPE_DETAILED"] = _labels([told])
        # a near match could say more than is told, as an entity "not otherwise specified" does
        for code in mappings.load().of(told.value.value, "oncotree", predicates=("exact", "broad"))[:1]:
            row["ONCOTREE_CODE"] = code.object_curie.partition(":")[2]
        self.ledger.keep(told, f"data_clinical_sample.txt#{row['SAMPLE_ID']}")
        return row

    def events(self, track: str) -> list[dict[str, str]]:
        """Return the events of one class whose start is known to the day."""
        kind, column = _TRACKS[track]
        found = []
        for node in self.said.occurrents:
            kinds = [one for one in self._kinds(node) if _is(one, track)]
            if not kinds:
                continue
            times = [one for one in self.said.about(node) if one.property in TIMES]
            first, last = self._day(start(node)), self._day(end(node))
            if first is None:
                self.ledger.lack([*kinds, *times], "precision", "its day is not told, or told within bounds only")
                continue
            row = {"PATIENT_ID": self.patient.id, "START_DATE": str(first), "EVENT_TYPE": kind, column: _labels(kinds)}
            if last is not None and last != first:
                row["STOP_DATE"] = str(last)
            place = f"data_timeline_{kind.lower()}.txt#{self.patient.id} {key(node)}"
            self.ledger.keep([*kinds, *self._exact(times)], place)
            several = [one for one in self._exact(times) if len(one.values) > 1]
            self.ledger.lack(
                several, "precision", "its single days: the format has one span from the first to the last"
            )
            for name, detail in _DETAILS.get(kind, {}).items():
                if statements := self.ledger.facts(node, name):
                    row[detail] = "; ".join(filter(None, [row.get(detail, ""), _labels(statements)]))
                    self.ledger.keep(statements, place)
            found.append(row)
        return sorted(found, key=lambda row: (int(row["START_DATE"]), row[column]))

    def _exact(self, times: Iterable[Statement]) -> list[Statement]:
        return [
            one for one in times if one.property in ("dayNumber", "startDate") and one.asserts and not self._off(one)
        ]

    def _off(self, statement: Statement) -> bool:
        return statement.iri in self.said.overruled | self.said.unsettled

    def _kinds(self, node: str) -> list[Statement]:
        return self.ledger.facts(node, RDF_TYPE.value)

    def _day(self, point: str) -> int | None:
        """Return the day of a point counted from the index event, if every history has it on the same day."""
        if not self.timeline.consistent or not self.timeline.index:
            return None
        low, high = self.timeline.days(point, f"{self.timeline.index}.start")
        return low if low == high else None


def _is(statement: Statement, name: str) -> bool:
    return BASE + name in terms().superclasses(statement.value.value)


def _labels(statements: Iterable[Statement]) -> str:
    found = [terms().by_iri.get(value.value) for statement in statements for value in statement.values]
    return "; ".join(dict.fromkeys(term.label for term in found if term))


def _clinical(columns: Mapping[str, tuple[str, str, str]], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a clinical table: four header lines behind `#`, the names of the columns, the rows."""
    names, descriptions, types = zip(*columns.values(), strict=True)
    head = ["#" + "\t".join(line) + "\n" for line in (names, descriptions, types, ["1"] * len(columns))]
    return "".join([*head, *_lines(list(columns), rows)]).encode()


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> list[str]:
    table = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return ["\t".join(" ".join(cell.split()) for cell in line) + "\n" for line in table]


def _meta(**fields: str) -> bytes:
    return "".join(
        f"{name}: {value}\n" for name, value in {"cancer_study_identifier": STUDY, **fields}.items()
    ).encode()
