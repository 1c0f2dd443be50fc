"""What a mark is called, which lane it goes in and what kind it is: the vocabulary of the pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .. import course
from ..projection import TIME_PROPERTIES, telling, types_of, values_of
from ..statements import ABSENT, Said, Statement, Value, local
from ..timeline import key
from ..vocabulary import BASE, RDF_TYPE, TIME, terms

LANES = {
    "milestones": "Milestones",
    "marrow": "Disease: marrow, blood",
    "cns": "Disease: CNS",
    "extramedullary": "Disease: extramedullary",
    "systemic": "Systemic treatment",
    "cells": "Transplantation, cell therapy",
    "local": "Radiotherapy, intrathecal, surgery",
    "support": "Immunosuppression, support",
    "findings": "GvHD, adverse events, findings",
    "assessments": "Assessments",
}
# The first class that an occurrent is of gives its lane and kind. What is no event of the course has neither.
_DRAWN = (
    ("Death", "milestones", "death"),
    ("FollowUp", "milestones", "follow-up"),
    ("Diagnosis", "milestones", "milestone"),
    ("Presentation", "milestones", "milestone"),
    ("TrialEnrolment", "milestones", "milestone"),
    ("Relapse", "marrow", "relapse"),
    ("Remission", "marrow", "remission"),
    ("DiseaseState", "marrow", "active"),
    ("HematopoieticCellTransplantation", "cells", "transplant"),
    ("Conditioning", "cells", "conditioning"),
    ("Lymphodepletion", "cells", "conditioning"),
    ("CellInfusion", "cells", "infusion"),
    ("IntrathecalAdministration", "local", "local"),
    ("RadiotherapyCourse", "local", "radiation"),
    ("SurgicalProcedure", "local", "local"),
    ("CNSDirectedTreatment", "local", "local"),
    ("ImmunosuppressiveTreatment", "support", "support"),
    ("ImmunosuppressionWithdrawal", "support", "support"),
    ("SupportiveTreatment", "support", "support"),
    ("TreatmentOfOtherDisorder", "support", "support"),
    ("TreatmentCycle", "systemic", "cycle"),
    ("BlinatumomabCycle", "systemic", "cycle"),
    ("Treatment", "systemic", "course"),
    ("GraftVersusHostDisease", "findings", "gvhd"),
    ("ClinicalFinding", "findings", "finding"),
    ("Assessment", "assessments", "assessment"),
)
# Parts of these go where the whole goes, whatever they are: a drug or total body irradiation of a conditioning.
_TAKING_PARTS = frozenset({"Conditioning", "Lymphodepletion", "ImmunosuppressiveTreatment", "SupportiveTreatment"})
_MOMENTARY = frozenset({"Assessment", "Diagnosis", "Death", "HematopoieticCellTransplantation"})
# What the field calls these in running text.
_SHORT = {
    "AllogeneicHCT": "allo-HCT",
    "AutologousHCT": "auto-HCT",
    "HematopoieticCellTransplantation": "HCT",
    "DonorLymphocyteInfusion": "DLI",
    "TherapeuticDLI": "therapeutic DLI",
    "ProphylacticDLI": "prophylactic DLI",
    "PreemptiveDLI": "pre-emptive DLI",
    "CARTCellInfusion": "CAR T cells",
    "CompleteRemission": "CR",
    "MRDNegativeCompleteRemission": "CR, MRD-negative",
    "MRDPositiveCompleteRemission": "CR, MRD-positive",
    "CompleteRemissionWithIncompleteHematologicRecovery": "CRi",
    "CompleteRemissionWithPartialHematologicRecovery": "CRh",
    "PartialRemission": "PR",
    "GraftVersusHostDisease": "GvHD",
    "AcuteGvHD": "acute GvHD",
    "ClassicAcuteGvHD": "classic acute GvHD",
    "LateAcuteGvHD": "late acute GvHD",
    "LateOnsetAcuteGvHD": "late-onset acute GvHD",
    "PersistentAcuteGvHD": "persistent acute GvHD",
    "RecurrentAcuteGvHD": "recurrent acute GvHD",
    "ChronicGvHD": "chronic GvHD",
    "ClassicChronicGvHD": "classic chronic GvHD",
    "OverlapGvHD": "overlap GvHD",
    "SteroidRefractoryGvHD": "steroid-refractory GvHD",
    "CytokineReleaseSyndrome": "CRS",
    "TotalBodyIrradiation": "TBI",
    "BoneMarrowExamination": "marrow",
    "BloodExamination": "blood",
    "MRDAssessment": "MRD",
    "ChimerismAssessment": "chimerism",
    "CytogeneticAnalysis": "cytogenetics",
    "MolecularAnalysis": "molecular analysis",
    "IntrathecalAdministration": "intrathecal",
    "RadiotherapyCourse": "radiotherapy",
    "TreatmentCourse": "course",
    "TreatmentCycle": "cycle",
    "MixedPhenotypeAcuteLeukemia": "MPAL",
    "ImagingStudy": "imaging",
    "DonorLymphocytes": "DLI",
    "RabbitAntithymocyteGlobulin": "rabbit ATG",
}
# Classes too broad to name an occurrent that has another class as well.
_BROAD = frozenset(
    {
        "AdverseEvent",
        "TreatmentCourse",
        "AntileukemicRegimenTreatment",
        "Chemotherapy",
        "Immunotherapy",
        "ClinicalFinding",
    }
)


@dataclass(frozen=True)
class Words:
    """The words for one patient's occurrents."""

    said: Said

    @cached_property
    def _types(self) -> dict[str, frozenset[str]]:
        return {node: types_of(self.said, node, possible=True) for node in self.said.occurrents}

    def _drawn(self, node: str) -> tuple[str, str]:
        types = self._types[node]
        lane, kind = next(((lane, kind) for name, lane, kind in _DRAWN if name in types), ("", ""))
        wholes = [whole for whole in self.said.skeleton[node].get("partOf", ()) if whole in self._types]
        for whole in wholes if lane in ("systemic", "local") else ():
            if self._types[whole] & _TAKING_PARTS:
                return self._drawn(whole)
        return lane, kind

    def lane(self, node: str) -> str:
        """Return the lane of an occurrent, nothing for what is no event of the course."""
        lane, _ = self._drawn(node)
        return self._compartment(node) if lane == "marrow" else lane

    def kind(self, node: str) -> str:
        """Return the kind of mark."""
        return self._drawn(node)[1]

    def _compartment(self, node: str) -> str:
        named = {local(value.value) for value in values_of(self.said, node, "compartment", possible=True)}
        types = self._types[node]
        if types & {"CNSRelapse"} or named == {"CNSCompartment"}:
            return "cns"
        outside = types & {"ExtramedullaryDisease"} or named == {"ExtramedullaryCompartment"}
        return "extramedullary" if outside and not types & {"HematologicRelapse"} else "marrow"

    def momentary(self, node: str) -> bool:
        """Tell whether an occurrent takes no more than a day."""
        return bool(self._types[node] & _MOMENTARY)

    def state(self, node: str) -> bool:
        """Tell whether an occurrent is a state or finding, which lasts until something ends it."""
        return bool(self._types[node] & {"DiseaseState", "ClinicalFinding"})

    def suspected(self, node: str) -> bool:
        """Tell whether what an occurrent is, is only suspected or in open conflict."""
        return not telling(self.said, node, RDF_TYPE.value)

    def lasts(self, node: str) -> bool:
        """Tell whether a remission is said to hold at the last report."""
        said = [s for s in self.said.about(node) if s.asserts and s.iri not in self.said.overruled]
        still = any(s.property == "stillAt" or (s.property == "endOffset" and s.qualifier == "AtLeast") for s in said)
        return self.kind(node) == "remission" and still

    # --- names ---

    def _names(self, node: str, name: str) -> list[str]:
        return sorted({_shown(value) for value in values_of(self.said, node, name, possible=True)})

    def _classes(self, node: str) -> list[str]:
        """Return the most specific classes said, the broad ones only where there is no other."""
        found = [value.value for value in values_of(self.said, node, RDF_TYPE.value, possible=True)]
        above = {iri for one in found for iri in terms().superclasses(one) - {one}}
        specific = sorted({local(iri) for iri in found if iri not in above})
        return [name for name in specific if name not in _BROAD] or specific

    def _class_words(self, node: str) -> str:
        return " / ".join(_SHORT.get(name, _label(BASE + name)) for name in self._classes(node)) or key(node)

    def short(self, node: str) -> str:
        """Return the shortest name: `CR2`, `DLI 1`, `allo-HCT`, `cycle 3`."""
        kind, text = self.kind(node), self._class_words(node)
        if kind == "cycle":
            return " ".join(["cycle", *self._names(node, "cycleNumber")])
        for name in ("remissionNumber", "relapseNumber", "infusionNumber", "transplantNumber"):
            if numbers := self._names(node, name):
                return f"{text} {numbers[0]}"
        return text

    def label(self, node: str) -> str:
        """Return a name with what a reader wants beside it: grade and site, MRD status, agents."""
        kind, text = self.kind(node), self.short(node)
        agents = " + ".join(self._names(node, "regimen") or self._names(node, "agent"))
        if kind == "cycle":
            return f"{agents} {text}".strip()
        if kind in ("course", "support", "conditioning", "local", "infusion"):
            plain = set(self._classes(node)) <= {
                "DrugAdministration",
                "TreatmentCourse",
                "AntileukemicRegimenTreatment",
            }
            if agents and plain:
                return f"{agents} course" if "TreatmentCourse" in self._classes(node) else agents
            return f"{text}: {agents}" if agents and kind != "infusion" else text
        details = ", ".join(detail for detail in self._details(node, kind) if detail)
        if kind == "assessment":
            return f"{text} ({details})" if details else text
        return f"{text}, {details}" if details else text

    def _details(self, node: str, kind: str) -> Iterator[str]:
        if kind == "remission":
            yield from (name for name in self._names(node, "mrdStatus") if name not in self._class_words(node))
        elif kind == "gvhd":
            yield from self._names(node, "grade")
            yield "/".join(self._names(node, "site"))
        elif kind in ("relapse", "active"):
            yield "/".join(self._names(node, "site"))
        elif kind == "radiation":
            yield "".join(f"{number} fractions" for number in self._names(node, "fractionCount")[:1])
        elif kind == "milestone":
            yield "".join(self._names(node, "trial")[:1])
        elif kind == "assessment":
            yield from (f"{blasts}% blasts" for blasts in self._names(node, "blastPercent")[:1])
            yield from (f"{donor}% donor" for donor in self._names(node, "donorChimerismPercent")[:1])
            yield from self._names(node, "mrdStatus")[:1] or self._names(node, "result")[:1]
            yield from self._names(node, "site")[:1]

    def note(self, node: str) -> str:
        """Return what stands beside a symbol without a label: the number of a cycle, the grade of a finding."""
        name = {"cycle": "cycleNumber", "gvhd": "grade"}.get(self.kind(node), "")
        return "/".join(text.removeprefix("grade ") for text in self._names(node, name)) if name else ""

    def heading(self) -> str:
        """Return the patient's disease, sex and age in a line."""
        sex, age = self._names(self.said.subject, "sex"), self._names(self.said.subject, "age")
        diseases = [node for node in self.said.occurrents if "Disease" in self._types[node]]
        parts = [" / ".join(_label(BASE + name) for name in self._classes(node)) for node in diseases]
        return ", ".join([*parts, *sex, *(f"{years} years" for years in age[:1])])

    # --- times and other statements ---

    def times(self, node: str) -> list[Statement]:
        """Return the statements of an occurrent's time that are not overruled, the most telling first."""
        found = [s for s in self.said.about(node) if is_time(s) and s.values and s.iri not in self.said.overruled]
        return sorted(
            found, key=lambda s: (s.property.startswith("end") or s.property == "stillAt", not s.asserts, _rank(s))
        )

    def when(self, node: str) -> str:
        """Return the most telling time of an occurrent in words, or that it is part of something."""
        if times := self.times(node):
            return self.time(times[0])
        wholes = [
            whole for whole in self.said.skeleton[node].get("partOf", ()) if whole in self._types and self.lane(whole)
        ]
        return f"part of {self.called(wholes[0])}" if wholes else ""

    def time(self, statement: Statement) -> str:
        """Return a statement of time in words, other occurrents by their short names instead of their keys."""
        if statement.property == "startDate" and statement.printed and statement.asserts:
            return statement.printed
        text = course.in_words(statement).removeprefix(f"{key(statement.about)}: ")
        text = text.replace("in force at the start of", "at the start of").replace(
            "in force at the end of", "at the end of"
        )
        other = statement.anchor or statement.target
        if other not in self._types:
            return text
        text = text.replace("after cycle ", "after ")
        before, found, behind = text.rpartition(key(other))
        return f"{before}{self.called(other)}{behind}" if found else text

    def called(self, node: str) -> str:
        """Return what an occurrent is called where it is mentioned: its short name, of a plain course its agents."""
        if self.kind(node) == "course" and set(self._classes(node)) <= {
            "TreatmentCourse",
            "AntileukemicRegimenTreatment",
        }:
            return self.label(node)
        return self.short(node)

    def stated(self, statement: Statement) -> str:
        """Return any statement in words, its subject by its name."""
        if is_time(statement) and statement.about in self._types:
            return f"{self.short(statement.about)} {self.time(statement)}"
        return course.in_words(statement)

    def absence(self, statement: Statement) -> str:
        """Return what is stated absent or not available, and where."""
        what = ", ".join(_shown(value) for value in statement.values)
        where = (
            f" ({self.called(statement.about)})"
            if statement.about in self._types and self.lane(statement.about)
            else ""
        )
        if statement.property not in ("occurrence", RDF_TYPE.value):
            what = f"{_label(BASE + statement.property)} {what}"
        return f"no {what}{where}" if statement.polarity == ABSENT else f"{what} not available{where}"


def is_time(statement: Statement) -> bool:
    """Tell whether a statement is about when something was."""
    name = statement.property
    return name in TIME_PROPERTIES or name in ("startDate", "endDate") or name.startswith(TIME)


def _rank(statement: Statement) -> int:
    order: Sequence[str] = ("startDate", "dayNumber", "startOffset", "afterCycle", f"{TIME}intervalIn")
    return order.index(statement.property) if statement.property in order else len(order)


def _label(iri: str) -> str:
    known = terms().by_iri.get(iri)
    return known.label if known else local(iri)


def _shown(value: Value) -> str:
    name = local(value.value)
    return _SHORT.get(name) or _label(value.value).rsplit("/", 1)[-1]
