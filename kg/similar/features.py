"""What patients are compared by: features over the ontology, of a published patient or of a description."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode, Store

from .. import assemble, course
from ..classify import Phenotype, phenotypes_of, read_markers
from ..errors import KgError, QuestionError
from ..projection import telling, types_of
from ..statements import ABSENT, Said, Statement, local, named
from ..vocabulary import BASE, RDF_TYPE, Term, terms

ABSENCE = "stated absent"
# What a comparison can be limited to.
ATTRIBUTES = (
    "age", "sex", "disease", "marker", "genetic lesion", "treatment", "donor type", "graft source", "disease state", "site",
    "finding", "site of GvHD", "outcome", ABSENCE,
)  # fmt: skip
# Attributes whose values exclude each other unless one is wider; of all others, what is not told may still be so.
_SINGLE = frozenset({"disease", "age", "sex", "marker", "donor type", "graft source"})
_MARKER = "marker "
# Classes of occurrents by attribute, and the vocabularies of values by property and attribute.
_ROOTS = {"Disease": "disease", "Treatment": "treatment", "DiseaseState": "disease state", "ClinicalFinding": "finding"}
_VALUES = {"agent": "treatment", "regimen": "treatment", "donorType": "donor type", "graftSource": "graft source"}
_SCHEMES = {
    "treatment": ("Drug", "Regimen"), "sex": ("Sex",), "donor type": ("DonorType",), "graft source": ("GraftSource",),
    "site": ("AnatomicalSite",), "site of GvHD": ("AnatomicalSite",), "genetic lesion": ("GeneticLesion",),
}  # fmt: skip
# Too wide to tell patients apart, or no more than how a paper and its curator cut a treatment into parts.
_TOP = frozenset({"Administration", "DrugAdministration", "TreatmentCourse", "TreatmentCycle", "LineOfTherapy",
                  *_ROOTS, "Occurrent", "VocabularyTerm", "Drug", "Regimen", "AnatomicalSite", "GeneticLesion", "Sex",
                  "DonorType", "GraftSource", "Death"})  # fmt: skip
# An absence counts for the patient if it is told of the patient, a treatment or the follow-up, not of one infusion or cycle.
_WIDE_SCOPES = frozenset({"TreatmentCourse", "AntileukemicTreatment", "FollowUp"})
_NARROW_SCOPES = frozenset({"Administration", "TreatmentCycle"})
# Ages that trials part: children, younger and older adults. Decades lie within them.
_AGE_GROUPS = ((0, 18), (18, 40), (40, 60), (60, 120))
_OLDEST = 119
_SIGNS = ("positive", "negative", "partial")


class DescriptionError(QuestionError):
    """A description of a patient, or what to compare by, is not understood."""


@dataclass(frozen=True, order=True)
class Feature:
    """One value of one attribute; `term` is a local name of the ontology, an age band or a marker's sign."""

    attribute: str
    term: str

    @property
    def single(self) -> bool:
        """Whether the values of its attribute exclude each other."""
        return self.kind in _SINGLE

    @property
    def kind(self) -> str:
        """The member of `ATTRIBUTES` that its attribute is."""
        return "marker" if self.attribute.startswith(_MARKER) else self.attribute

    @property
    def label(self) -> str:
        """The feature in words."""
        known = terms().by_iri.get(BASE + self.term)
        word = known.label if known else self.term
        if self.attribute == ABSENCE:
            return f"no {word}"
        if self.kind == "marker":
            return f"{self.attribute.removeprefix(_MARKER)} {word}"
        return f"{self.attribute}: {word}" if self.attribute in ("site", "site of GvHD") else word


@dataclass(frozen=True)
class Profile:
    """The features told of a patient or given in a description, each with its places in papers."""

    name: str
    features: frozenset[Feature]
    places: Mapping[Feature, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def limited(self, attributes: Sequence[str]) -> "Profile":
        """Return the profile with the attributes named only; with all of them if none is named."""
        if not attributes:
            return self
        return replace(self, features=frozenset(f for f in self.features if f.kind in attributes))

    @functools.cached_property
    def closed(self) -> frozenset[Feature]:
        """The features with all that they imply by the ontology."""
        return frozenset(wider for feature in self.features for wider in closure(feature))

    @functools.cached_property
    def absent(self) -> frozenset[str]:
        """The classes stated absent."""
        return frozenset(feature.term for feature in self.features if feature.attribute == ABSENCE)


@functools.cache
def closure(feature: Feature) -> frozenset[Feature]:
    """Return a feature and what it implies: wider classes, the group of an age, positive where part of blasts is."""
    if feature.attribute == "age":
        low, high = (int(year) for year in feature.term.removeprefix("age ").split("-"))
        group = next(((a, b) for a, b in _AGE_GROUPS if a <= low and high < b), (low, high + 1))
        return frozenset({feature, Feature("age", f"age {group[0]}-{group[1] - 1}")})
    if feature.term == "partial":
        return frozenset({feature, Feature(feature.attribute, "positive")})
    if feature.attribute == ABSENCE:
        return frozenset({feature})
    known = terms().by_iri.get(BASE + feature.term)
    starts = () if known is None else (known.iri,) if known.kind == "class" else known.types
    wider = {local(above) for start in starts for above in terms().superclasses(start)} - _TOP
    return frozenset({feature, *(Feature(feature.attribute, name) for name in wider)})


def age_band(years: int) -> Feature:
    """Return the decade of an age, cut where age groups part.

    >>> age_band(51).term, age_band(17).term
    ('age 50-59', 'age 10-17')
    """
    low, high = years // 10 * 10, years // 10 * 10 + 9
    start, stop = next((a, b) for a, b in _AGE_GROUPS if a <= years < b)
    return Feature("age", f"age {max(low, start)}-{min(high, stop - 1)}")


@functools.cache
def expected(feature: Feature) -> float:
    """Return the share of an attribute's possible values that are or imply the feature: how common a blind draw makes it."""
    if feature.attribute == ABSENCE:
        return 0.5
    counted, total = _universe(feature.kind)
    return max(counted[feature.term], 1) / total


@functools.cache
def _universe(attribute: str) -> tuple[Counter[str], int]:
    if attribute == "age":
        drawn = [age_band(years) for years in range(_OLDEST + 1)]
    elif attribute == "marker":
        drawn = [Feature(_MARKER, sign) for sign in _SIGNS]
    else:
        drawn = [Feature(attribute, local(term.iri)) for term in terms().by_iri.values() if _possible(term, attribute)]
    counted = Counter(wider.term for feature in drawn for wider in closure(feature))
    return counted, max(len(drawn), 1)


def _possible(term: Term, attribute: str) -> bool:
    roots = (
        [root for root, name in _ROOTS.items() if name == attribute]
        if term.kind == "class"
        else _SCHEMES.get(attribute, ())
    )
    if local(term.iri) in _TOP or term.kind not in ("class", "individual"):
        return False
    return any(terms().is_a(term, BASE + root) for root in roots)


# --- a published patient ---


def profile_of(store: Store, patient: str) -> Profile:
    """Return the features of a published patient: what is present, confirmed and preferred, what follows, what is denied.

    Raises:
        KgError: there is no such patient; a group of patients is none.
    """
    if patient not in course.patients(store):
        raise KgError(f"no patient '{patient}'; there are: {', '.join(course.patients(store))}")
    said = course.told(store, patient).said
    found: dict[Feature, set[str]] = {}
    for feature, places in (*_personal(said), *_classes(said, store), *_details(said), *_phenotype(said)):
        found.setdefault(feature, set()).update(places)
    present = {wider.term for feature in found for wider in closure(feature)}
    for feature, places in _absences(said):
        if feature.term not in present:  # denied of one part of the course, told of another
            found.setdefault(feature, set()).update(places)
    return Profile(patient, frozenset(found), {feature: tuple(sorted(places)) for feature, places in found.items()})


_Found = tuple[Feature, list[str]]


def _places(statements: Iterable[Statement]) -> list[str]:
    return [place for statement in statements for place in course.places(statement)]


def _personal(said: Said) -> Iterator[_Found]:
    for statement in telling(said, said.subject, "age"):
        if statement.unit == "a":
            yield age_band(min(int(float(statement.value.value)), _OLDEST)), _places([statement])
    for statement in telling(said, said.subject, "sex"):
        yield Feature("sex", statement.target), _places([statement])


def _classes(said: Said, store: Store) -> Iterator[_Found]:
    """Yield the most specific classes of each occurrent, those that follow by the ontology among them."""
    graph = assemble.graph("derived", said.subject)
    for node in said.occurrents:
        told = telling(said, node, RDF_TYPE.value)
        classes = {value.value for statement in told for value in statement.values}
        derived = store.quads_for_pattern(named(node), RDF_TYPE, None, graph)
        classes |= {quad.object.value for quad in derived if isinstance(quad.object, NamedNode)}
        wider = {above for iri in classes for above in terms().superclasses(iri) if above != iri}
        for iri in classes - wider:
            above = {local(one) for one in terms().superclasses(iri)}
            for root, attribute in _ROOTS.items():
                if root in above and local(iri) not in _TOP:
                    yield Feature(attribute, local(iri)), _places(told)
            if "Death" in above:
                yield Feature("outcome", "Death"), _places(told)


def _details(said: Said) -> Iterator[_Found]:
    """Yield agents, regimens, donors and grafts, and the sites of disease and of GvHD."""
    for node in said.occurrents:
        types = types_of(said, node)
        sited = "site" if "DiseaseState" in types else "site of GvHD" if "GraftVersusHostDisease" in types else ""
        for property_, attribute in (*_VALUES.items(), *((("site", sited),) if sited else ())):
            for statement in telling(said, node, property_):
                for value in statement.values:
                    yield Feature(attribute, local(value.value)), _places([statement])


def _phenotype(said: Said) -> Iterator[_Found]:
    """Yield markers and lesions; a marker that populations of one patient express differently is left out."""
    by_iri = {statement.iri: statement for statement in said.statements}
    found: dict[Feature, list[str]] = {}
    for phenotype in phenotypes_of(said):
        for feature, statements in _of_phenotype(phenotype):
            found.setdefault(feature, []).extend(_places(by_iri[iri] for iri in statements if iri in by_iri))
    signs = Counter(feature.attribute for feature in found)
    yield from ((f, places) for f, places in found.items() if not f.single or signs[f.attribute] == 1)


def _of_phenotype(phenotype: Phenotype) -> Iterator[tuple[Feature, Sequence[str]]]:
    for finding in phenotype.findings:
        marker = terms().by_iri[BASE + finding.marker].label
        yield Feature(_MARKER + marker, finding.result.value.removesuffix("Result").casefold()), finding.statements
    for lesion in phenotype.lesions:
        yield Feature("genetic lesion" if lesion.present else ABSENCE, lesion.term), lesion.statements


def _absences(said: Said) -> Iterator[_Found]:
    for statement in said.statements:
        scope = types_of(said, statement.about)
        wide = statement.about == said.subject or (scope & _WIDE_SCOPES and not scope & _NARROW_SCOPES)
        settled = statement.iri not in said.overruled | said.unsettled and not statement.suspected
        if statement.polarity == ABSENT and statement.property == "occurrence" and wide and settled:
            yield from ((Feature(ABSENCE, local(value.value)), _places([statement])) for value in statement.values)


# --- a description ---


def described(
    *,
    age: int | None = None,
    sex: str = "",
    disease: str = "",
    markers: str = "",
    therapy: Sequence[str] = (),
    feature: Sequence[str] = (),
    absent: Sequence[str] = (),
) -> Profile:
    """Return the features of a description, in the ontology's words.

    Args:
        age: in years.
        sex: female or male.
        disease: a leukemia, by any of its names.
        markers: as a pathologist writes them, `CD19+ MPO+ CD3-`.
        therapy: drugs, regimens or kinds of treatment.
        feature: states of the disease and findings, such as `marrow relapse`.
        absent: kinds of findings or states that are known to be absent.

    Raises:
        DescriptionError: a name is unknown; names the nearest. Nothing is described.
        MarkerTextError: the markers cannot be read; tells where.
    """
    found: set[Feature] = set()
    if age is not None:
        if not 0 <= age <= _OLDEST:
            raise DescriptionError(f"an age is from 0 to {_OLDEST} years, not {age}")
        found.add(age_band(age))
    if sex:
        found.add(_feature(sex, "sex"))
    if disease:
        found.add(_feature(disease, "disease"))
    found |= {_feature(name, "treatment") for name in therapy}
    found |= {_feature(name, "disease state", "finding") for name in feature}
    found |= {Feature(ABSENCE, _feature(name, "finding", "disease state").term) for name in absent}
    if markers:
        found |= {one for one, _ in _of_phenotype(read_markers(markers))}
    if not found:
        raise DescriptionError(
            "nothing is described: give at least one of age, sex, disease, markers, therapy, feature, absent"
        )
    return Profile("the description", frozenset(found))


def _feature(name: str, *attributes: str) -> Feature:
    near = ""
    for attribute in attributes:
        roots = [("individual", scheme) for scheme in _SCHEMES.get(attribute, ())]
        roots += [("class", root) for root, kind in _ROOTS.items() if kind == attribute]
        for kind, root in roots:
            if term := terms().find(name, kind, BASE + root):
                return Feature(attribute, local(term.iri))
            near = near or terms().nearest(name, kind, BASE + root)
    raise DescriptionError(f"no {' or '.join(attributes)} is called '{name}'{near}")
