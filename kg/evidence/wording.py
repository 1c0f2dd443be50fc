"""How papers name a term: by its label, an exact synonym, or words that only such a thing is told with.

Names live in the ontology. What stands here is no name: "diagnosed" tells of a diagnosis and is no synonym of it.
"""

import re
from collections.abc import Iterable
from functools import cache

from ..vocabulary import BASE, Term, Terms

Span = tuple[int, int]

# Class or individual: words that tell of it. Patterns are matched as whole words, without regard to case.
CUES: dict[str, tuple[str, ...]] = {
    "AdverseEvent": ("adverse (?:events?|reactions?|effects?)", "AEs?", "toxicit(?:y|ies)", "complications?"),
    "AbnormalResult": ("abnormal",),
    "AcuteGvHD": ("acute (?:[a-z]+ (?:and [a-z]+ )?)?GVHD",),
    "AllogeneicHCT": (
        "allogeneic (?:transplants?|grafts?)",
        "(?:haplo-?(?:identical)?|(?:un)?related(?: donor)?|sibling|cord blood|(?:HLA-)?(?:mis)?matched)"
        r"[^,;.]{0,40} (?:transplant(?:s|ed|ations?)?|(?:HSCT|HCT|SCT))",
        r"(?:transplant(?:s|ed|ation)?|HSCT|HCT|SCT) [^,;.]{0,30}\bfrom (?:an?|his|her|the|their) [^,;.]{0,40}?"
        "(?:donor|brother|sister|sibling|mother|father|son|daughter)",
    ),
    "BloodCompartment": ("circulating blasts?", "peripheral blood"),
    "BloodExamination": (
        "peripheral blood", "blood smear", "(?:white blood cell|leukocyte|platelet|blood) counts?", "WBC",
    ),
    "BoneMarrowExamination": ("marrow", "BMBx?"),
    "CentralNervousSystem": ("CNS",),
    "ChimerismAssessment": ("chimerism",),
    "CNSLeukemiaTreatment": ("CNS (?:treatment|therapy)", r"CNS\b[^.;]{0,120} treated with",),
    "CompleteRemission": (r"CR\d?",),
    "CytogeneticAnalysis": ("cytogenetics?", "karyotypes?"),
    "Death": ("die[sd]", "deaths?", "deceased"),
    "Diagnosis": ("diagnosed", "diagnosis"),
    "DonorLymphocytes": ("DLIs?", "donor (?:lymphocyte|leukocyte)s? infusions?"),
    "ElevatedLiverFunctionTests": (
        "(?:elevated|increased|raised|high) (?:liver )?(?:transaminases|enzymes|LFTs?|AST|ALT)", "transaminitis",
        "(?:elevation|rise|increase) (?:of|in) (?:the )?(?:liver )?(?:transaminases|enzymes)",
    ),
    "ExtramedullaryDisease": ("extramedullary (?:involvement|disease|relapse|infiltration)", "mass(?:es)?",),
    "GvHDProphylaxis": (r"(?:GvHD|graft-versus-host disease)(?: \(GvHD\))? prophylaxis",),
    "FollowUp": ("follow[- ]?up", "followed", "remain(?:s|ed)", "continue[ds]", "alive"),
    "HematopoieticCellTransplantation": (
        "transplant(?:s|ed|ation|ations)?", "(?:allo-?)?(?:HSCT|HCT|SCT)", "stem[- ]cell infusions?",
    ),
    "IncreasedDose": ("higher", "increased"),
    "Immunophenotyping": ("(?:positive|negative) for", "immunophenotyp(?:e|ic|ing)", "flow cytometr(?:y|ic)"),
    "IntrathecalAdministration": ("intrathecal(?:ly)?",),
    "IntravenousRoute": (r"i\.?v\.?", "intravenous(?:ly)?"),
    "LeukemiaDetected": ("leuka?emia", "relapse", "involvement", "infiltration"),
    "LeukemiaNotDetected": ("leuka?emia", "blasts?", "disease"),
    "Female": ("wom[ae]n", "girl"),
    "Male": ("m[ae]n", "boy"),
    "MRDAssessment": ("MRD", "(?:(?:minimal|measurable) )?residual disease", "detectable disease", "nondetectable disease"),
    "MRDAxis": ("flow cytometr(?:y|ic)", "MRD"),
    "MRDNegative": ("MRD", "(?:minimal|measurable) residual disease", "disease"),
    "MRDPositive": ("MRD", "(?:minimal|measurable) residual disease", "disease"),
    "MarrowRelapse": (
        "marrow relapsed?", "relapsed? (?:with|by) [^,;.()]{0,30}blasts (?:in|on) (?:the |a )?(?:bone )?marrow",
    ),
    "MorphologicExamination": ("smears?", "morphologic(?:al)?"),
    "NoAbnormalityDetected": ("abnormalit(?:y|ies)",),
    "NotResolved": ("progress(?:ed|ion)", "persist(?:ed|ent)", "ongoing", "unresolved"),
    "NormalResult": ("normal",),
    "ImagingStudy": ("MRI", "CT", "PET", "imaging"),
    "Presentation": ("presented", "presenting", "presentation"),
    "ProgressiveDisease": ("progress(?:ed|ion|ive|es)",),
    "RadiotherapyCourse": ("radiation(?: therapy)?", "radiotherapy", "irradiat(?:ed|ion)"),
    "Relapse": ("relapse[ds]?", "recurrences?"),
    "SystemicCorticosteroid": ("steroids?", "corticosteroids?"),
    "TrialEnrolment": ("trial", "enrol(?:led|ment)", "randomi[sz]ed"),
    # What a group's number is: the words that go with such a number.
    "ArticleCount": ("articles?", "abstracts?", "publications?"),
    "CompleteRemissionRate": ("(?:CR|complete remission)(?: rate)?",),
    "DoseGiven": ("doses?",),
    "EventCount": (r"(?:one|two|three|four|five|no|\d+)\b", "numbers? of (?:events|deaths|relapses|patients)"),
    "MedianCycles": ("median",),
    "PatientCount": (r"\d+",),
    "ShareOfCases": (r"\d+(?:\.\d+)?%",),
}  # fmt: skip
# Classes that no paper names: telling of the drug given tells of them, where the words given here stand, too.
TOLD_BY_AGENT = {
    "DrugAdministration": "",
    "TreatmentCourse": "",
    "AntileukemicRegimenTreatment": "",
    "GvHDTreatment": "GVHD",
}
# Endpoints of which any number tells.
NUMERIC = {"EventCount", "PatientCount", "ShareOfCases"}
# Classes that a curator assigns by judgement where the text does not use the word.
JUDGED = {"AdverseEvent"}
# Classes and places that give a case its structure; papers print what happened there, hardly ever their names.
STRUCTURAL = {
    "ActiveDisease", "Administration", "AntileukemicRegimenTreatment", "AntileukemicTreatment", "BloodExamination",
    "Conditioning", "ConsolidationTherapy", "CytogeneticAnalysis", "Diagnosis", "DrugAdministration", "FollowUp",
    "GvHDProphylaxis", "GvHDTreatment", "Immunophenotyping", "InductionTherapy", "LineOfTherapy", "MaintenanceTherapy",
    "MolecularAnalysis", "NewlyDiagnosedDisease", "OverallCompartment", "Presentation", "SalvageTherapy",
    "SupportiveTreatment", "Treatment", "TreatmentCourse", "TreatmentCycle",
    "CytogeneticsAxis", "MolecularAxis", "MorphologyAxis", "MRDAxis",
}  # fmt: skip
# Properties that a paper names by other words than ours, where it says that it has no data on them.
PROPERTY_CUES: dict[str, tuple[str, ...]] = {
    "lesion": (
        "mutations?",
        "mutational",
        "fusions?",
        "rearrangements?",
        "molecular",
        "genetics?",
        # A gene: capitals and figures, but no abbreviation of another kind.
        r"(?-i:(?!CD\d|HLA|MRD|GVHD|DLI|HSCT|HCT|SCT|CRS?\b|CNS|CSF|TBI|CMV|EBV|MRI|PET)[A-Z][A-Z0-9]{2,6}(?:[-:]+[A-Z0-9]{2,7})?)",
    ),
    "karyotype": ("karyotype", "cytogenetics?", "chromosomes?"),
    "mrdStatus": ("MRD", "(?:minimal|measurable) residual disease"),
    "level": ("MRD", "(?:minimal|measurable) residual disease"),
    "donorChimerismPercent": ("chimerism",),
    "blastPercent": ("blasts?",),
    "donorType": ("donor",),
    "graftSource": ("graft", "stem cells?"),
    "dose": ("doses?", "dosing"),
    "causeOfDeath": ("cause of death", "died of"),
    "hlaMatch": ("HLA",),
    "grade": ("grades?", "grading", "severity"),
    "method": ("method", "technique"),
    "treatmentFor": ("indication",),
}
# A yes-or-no property: words that say yes.
YES_CUES = {
    "discontinued": "(?:stopped|switched|discontinued|withdrawn|held|interrupted)",
    "isolated": "isolated",
}
# Terms that give the result of a test on what their cues name, and that result's sign.
SIGNED = {
    "LeukemiaDetected": "+",
    "LeukemiaNotDetected": "-",
    "MRDNegative": "-",
    "MRDPositive": "+",
    "NoAbnormalityDetected": "-",
}

# "CEBPA was not mutated" names the CEBPA mutation; the gene is the part that is denied or told.
_GENE_CHANGED = {
    "mutation": ("mutated", "mutations?"),
    "rearrangement": ("rearranged", "rearrangements?"),
    "deletion": ("deleted", "deletions?"),
    "amplification": ("amplified", "amplifications?"),
}
_GENE = re.compile(r"(?P<gene>[A-Z][A-Z0-9]{1,7}) (?P<change>mutation|rearrangement|deletion|amplification)")
_ARABIC = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_GRADE = re.compile(r"(?:overall )?grade (I{1,3}|IV)")
_JOINT = re.compile(r"\s+|(?<=\w)-(?=\w)")
_WORD = re.compile(r"(?:non-)?[^\W_]+", re.IGNORECASE)
# Nouns that say what kind of thing a term is; papers leave them out.
_HEADS = {"specimen", "examination", "compartment", "axis", "aspect", "route", "trial"}
_MOST_LETTERS_OF_AN_ABBREVIATION = 4


def local(iri: str) -> str:
    """Return a term's name without our namespace."""
    return iri.removeprefix(BASE)


@cache
def phrase(words: str) -> re.Pattern[str]:
    """Return a pattern for printed words: whole, hyphen or blank between them, signs kept, a plural allowed."""
    parts = [re.escape(part) for part in _JOINT.split(words.strip())]
    body = r"[\s-]+".join(part.replace("leukemia", "leuka?emia") for part in parts)
    plural = "s?" if words[-1:].isalpha() else ""
    abbreviation = words.isupper() and len(words) <= _MOST_LETTERS_OF_AN_ABBREVIATION
    return _whole(f"{body}{plural}", 0 if abbreviation else re.IGNORECASE)


@cache
def _whole(body: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?<![Nn]on[- ])(?:{body})(?![A-Za-z0-9])", flags)


@cache
def cues(name: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of the words that tell of a term, from the table above."""
    return tuple(_whole(cue) for cue in CUES.get(name, ()))


def yes_cue(name: str) -> re.Pattern[str]:
    """Return the words that say yes for a yes-or-no property: its cue, or its own name."""
    return _whole(YES_CUES.get(name, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)))


def printable(term: Term) -> list[str]:
    """Return the names of a term that a paper may print: not its local name, unless that is its label."""
    return [name for name in term.names if name != local(term.iri) or name == term.label]


def forms(term: Term) -> tuple[re.Pattern[str], ...]:
    """Return the patterns that name a term: label, exact synonyms, cues."""
    written, name = printable(term), local(term.iri)
    grades = [f"grade {_ARABIC[found[1]]}" for form in written if (found := _GRADE.fullmatch(form))]
    changed = (pattern for form in written if (found := _GENE.fullmatch(form)) for pattern in _changed(*found.groups()))
    return (*(phrase(form) for form in (*written, *grades)), *cues(name), *changed)


@cache
def _changed(gene: str, change: str) -> tuple[re.Pattern[str], ...]:
    verb, noun = _GENE_CHANGED[change]
    told = rf"(?: (?:was|were|is)(?: (?:also|again|not|never))?|-| has(?: not)? been)[ ]?{verb}"
    wild = r"| (?:(?:was|were|is) )?(?:of )?wild[ -]?type" if change == "mutation" else ""
    before = r"|(?<=wild-type )" if change == "mutation" else ""
    return (
        _whole(rf"{gene}(?={told}{wild})"),
        _whole(rf"(?:(?<={verb} ){before}){gene}"),
        _whole(rf"{noun} (?:of|in) (?:the )?{gene}"),
    )


def property_cues(name: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of the words for a property, from the table above."""
    return tuple(_whole(cue) for cue in PROPERTY_CUES.get(name, ()))


def wide_forms(terms: Terms, iri: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns that name a class or a class above it: enough to know what a sentence speaks of."""
    above = (terms.by_iri.get(each) for each in sorted(terms.superclasses(iri)))
    return tuple(form for term in above if term and local(term.iri) != "Occurrent" for form in forms(term))


def mentions(text: str, patterns: Iterable[re.Pattern[str]]) -> list[Span]:
    """Return where any of the patterns stands, from left to right."""
    return sorted({match.span() for pattern in patterns for match in pattern.finditer(text)})


def names(terms: Terms, term: Term, printed: str) -> bool:
    """Whether printed words can name a term: its name stands in them, or they are a part of it that no sibling has.

    >>> from ..vocabulary import terms
    >>> hct = terms().find("allogeneic hematopoietic cell transplantation", "class")
    >>> names(terms(), hct, "allogeneic"), names(terms(), hct, "hematopoietic"), names(terms(), hct, "autologous")
    (True, False, False)
    """
    if longest(terms, term, printed):
        return True
    words, own = _words(printed), [_words(form) for form in printable(term)]
    others = [[_words(form) for form in printable(sibling)] for sibling in siblings(terms, term)]
    if any(set(form) - _HEADS == set(words) - _HEADS for form in own):
        return True
    longest_own = max((len(form) for form in own if _runs_through(form, words)), default=0)
    if longest_own:
        return all(len(form) <= longest_own for other in others for form in other if _runs_through(form, words))
    return bool(words) and _are_of(words, own) and not any(_are_of(words, other) for other in others)


def longest(terms: Terms, term: Term, text: str) -> list[Span]:
    """Return where a term is named, but not where its name begins a sibling's: "left" in "left lateral"."""
    own = mentions(text, forms(term))
    if not own:
        return []
    longer = mentions(text, (pattern for sibling in siblings(terms, term) for pattern in forms(sibling)))
    return [(start, end) for start, end in own if not any(low <= start and end < high for low, high in longer)]


@cache
def siblings(terms: Terms, term: Term) -> tuple[Term, ...]:
    """Return the terms that a term could be mistaken for: of a common type, or below a common class."""
    parents = term.types or terms.parents[term.iri]
    return tuple(
        other
        for other in terms.by_iri.values()
        if other.iri != term.iri and other.kind == term.kind and parents & (other.types or terms.parents[other.iri])
    )


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _alike(one: str, other: str) -> bool:
    """Whether two words differ in their ending only: morphologic, morphology."""
    shortest = min(len(one), len(other))
    return one == other or (shortest > 4 and one[: max(5, shortest - 2)] == other[: max(5, shortest - 2)])


def _are_of(words: list[str], names_: list[list[str]]) -> bool:
    return any(all(any(_alike(word, part) for part in name) for word in words) for name in names_)


def _runs_through(name: list[str], words: list[str]) -> bool:
    """Whether the words of a name stand in this order, others between them: "acute skin GvHD" has "acute GvHD"."""
    rest = iter(words)
    return all(any(_alike(word, part) for word in rest) for part in name)
