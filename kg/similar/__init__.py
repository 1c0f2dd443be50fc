"""Rank published patients by what they share over the ontology, and say why.

The measure is simGIC: the information content of the shared terms, with all the wider terms they imply, over that of
all terms of either (Pesquita et al. 2008, Metrics for GO based protein semantic similarity, doi:10.1186/1471-2105-9-S5-S4).
For a description instead of a patient the denominator is the description's own content, Tversky's contrast with the
candidate's extras left out (Tversky 1977, doi:10.1037/0033-295X.84.4.327): what was not asked for is no difference.

Information content is -log p (Resnik 1999, doi:10.1613/jair.514). A dozen published cases are no frequencies, so p is
shrunk to the ontology: p = (n + k e) / (N + k), with n of the N patients of whom the attribute is told having the term,
e the share of the attribute's possible values that are or imply it, and k = 10, as if the ontology were ten more cases.
With N = 0 it is the ontology alone, with many cases their frequencies; a wider term is never less probable.

What is not reported is neither shared nor different. Hence two bounds: `at_least` counts as shared only what both are
told to have, `at_most` also what is told of one and not denied of the other; `compared` is the share of the content that
both speak of. Different are: two values of an attribute that has one (sex, age, disease, a marker, a donor), unless one
is merely wider, and a class that is told of one and stated absent of the other. What is only suspected or in an open
conflict, the order in time, and how often something was given are not compared. Groups of patients are never ranked.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from .. import course
from ..tables import Cell, Table
from ..vocabulary import XSD, lkg
from .features import ABSENCE, ATTRIBUTES, DescriptionError, Feature, Profile, closure, described, expected, profile_of

__all__ = [
    "ATTRIBUTES",
    "COLUMNS",
    "Corpus",
    "DescriptionError",
    "Feature",
    "Match",
    "Profile",
    "corpus",
    "described",
    "profile_of",
    "rank",
    "table",
]

MEASURE = (
    "at_least counts as shared what both are told to have, at_most also what is told of one and not denied of the other;"
    " compared is the share of the content that both speak of. Measure: simGIC, doi:10.1186/1471-2105-9-S5-S4."
)
# How many cases the ontology counts for when the frequency of a term is estimated.
PRIOR_CASES = 10
# Features named in a table's cell of what could not be compared; a `Match` has them all.
MOST_LISTED = 12
# Shared features with a smaller part of the whole are left out of a table's cell.
LEAST_LISTED = 0.0005
COLUMNS = ("patient", "at_least", "at_most", "compared", "shared", "different", "not_compared", "evidence")
_DECIMAL = NamedNode(XSD + "decimal")


@dataclass(frozen=True)
class Match:
    """One patient compared.

    `at_least` and `at_most` bound the similarity, `compared` is the share of the content that could be compared, all
    from 0 to 1. `shared` are the most specific shared features, each with its part of `at_least`, largest first;
    `different` are pairs of what the one and what the other is told; `only_asked` and `only_here` could not be compared;
    against a description there is no `only_here`, since what it leaves out was not asked.
    """

    patient: str
    at_least: float
    at_most: float
    compared: float
    shared: tuple[tuple[str, float], ...]
    different: tuple[tuple[str, str], ...]
    only_asked: tuple[str, ...]
    only_here: tuple[str, ...]
    places: tuple[str, ...]


class Corpus:
    """The published patients of a store, and the information content of each feature among them."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.profiles = tuple(profiles)
        self._having = Counter(feature for profile in self.profiles for feature in profile.closed)
        self._telling = Counter(
            attribute for profile in self.profiles for attribute in {feature.attribute for feature in profile.features}
        )
        self._present = Counter(
            term for profile in self.profiles for term in {f.term for f in profile.closed if f.attribute != ABSENCE}
        )

    def information(self, feature: Feature) -> float:
        """Return the information content of a feature in nats."""
        having = self._having[feature]
        # an absence is told of those of whom the class is stated either way
        absence = feature.attribute == ABSENCE
        told = having + self._present[feature.term] if absence else self._telling[feature.attribute]
        return -math.log((having + PRIOR_CASES * expected(feature)) / (told + PRIOR_CASES))

    def content(self, features: Iterable[Feature]) -> float:
        """Return the summed information content of features."""
        return math.fsum(map(self.information, sorted(features)))

    def compare(self, asked: Profile, other: Profile, *, symmetric: bool = True) -> Match:
        """Compare two profiles; without `symmetric`, only what is asked counts."""
        shared = asked.closed & other.closed
        here, there = asked.closed - shared, other.closed - shared
        against, against_other = _contradicted(here, asked, other), _contradicted(there, other, asked)
        differing, unknown = against, here - against
        if symmetric:
            differing, unknown = differing | against_other, unknown | (there - against_other)
        alike, differs, open_ = map(self.content, (shared, differing, unknown))
        whole = alike + differs + open_
        return Match(
            patient=other.name,
            at_least=_share(alike, whole),
            at_most=_share(alike + open_, whole),
            compared=_share(alike + differs, whole),
            shared=self._credited(shared, whole),
            different=_pairs(asked, other, against, against_other),
            only_asked=_labels(_specific(here - against)),
            only_here=_labels(_specific(there - against_other)) if symmetric else (),
            places=tuple(
                sorted({p for f in other.features if f in shared | against_other for p in other.places.get(f, ())})
            ),
        )

    def _credited(self, shared: frozenset[Feature], whole: float) -> tuple[tuple[str, float], ...]:
        """Give each shared feature's content to the most specific shared ones that imply it, in equal parts."""
        specific = _specific(shared)
        credit = dict.fromkeys(specific, 0.0)
        for feature in shared:
            holders = [one for one in specific if feature in closure(one)]
            for one in holders:
                credit[one] += self.information(feature) / len(holders)
        found = [(feature.label, _share(amount, whole)) for feature, amount in credit.items()]
        return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def _contradicted(features: Iterable[Feature], own: Profile, other: Profile) -> frozenset[Feature]:
    """Return those of the features, told of one and not of the other profile, that the other speaks against."""
    told = _specific(other.features)
    agreed = {one.attribute for one in told if one in own.features}
    present = {feature.term for feature in other.closed if feature.attribute != ABSENCE}
    found = set()
    for feature in features:
        values = [one for one in told if one.attribute == feature.attribute]
        implied = {one.term for one in closure(feature)}
        if feature.attribute == ABSENCE:
            differs = feature.term in present
        elif feature.single:
            alike = feature.attribute in agreed or any(one.term in implied for one in values)
            differs = bool(values) and not alike
        else:
            differs = bool(implied & other.absent)
        if differs:
            found.add(feature)
    return frozenset(found)


def _specific(features: Iterable[Feature]) -> list[Feature]:
    """Return the features that no other of them implies."""
    all_of = frozenset(features)
    implied = {wider for feature in all_of for wider in closure(feature) if wider != feature}
    return sorted(all_of - implied)


def _labels(features: Iterable[Feature]) -> tuple[str, ...]:
    return tuple(sorted({feature.label for feature in features}))


def _pairs(
    asked: Profile, other: Profile, against: Iterable[Feature], against_other: Iterable[Feature]
) -> tuple[tuple[str, str], ...]:
    """Return what differs, as told of the one and of the other."""
    found = set()
    for feature in {*_specific(against), *_specific(against_other)}:
        if feature.single:
            values = [
                [f.label for f in _specific(p.features) if f.attribute == feature.attribute] for p in (asked, other)
            ]
            found.add((", ".join(values[0]), ", ".join(values[1])))
        elif feature.attribute != ABSENCE:
            denied = ", ".join(
                Feature(ABSENCE, f.term).label for f in closure(feature) if f.term in asked.absent | other.absent
            )
            found.add((feature.label, denied) if feature in asked.closed else (denied, feature.label))
    return tuple(sorted(found))


def corpus(store: Store) -> Corpus:
    """Return the published patients of a store, ready to be compared."""
    return Corpus(profile_of(store, patient) for patient in course.patients(store))


def rank(among: Corpus, asked: Profile, by: Sequence[str] = ()) -> list[Match]:
    """Return the patients of a corpus by similarity, most similar first; one who is asked about is left out.

    A patient of the corpus is compared with both sides' features, a description with its own only. `by` names the
    attributes to compare, all by default.

    Raises:
        DescriptionError: an attribute is unknown, or nothing is told of the attributes named.
    """
    if unknown := [name for name in by if name not in ATTRIBUTES]:
        raise DescriptionError(f"there is no attribute '{unknown[0]}'; there are: {', '.join(ATTRIBUTES)}")
    limited = asked.limited(by)
    if not limited.features:
        raise DescriptionError(f"of {asked.name} nothing is told of {', '.join(by)}: there is nothing to compare")
    symmetric = asked in among.profiles
    others = (other.limited(by) for other in among.profiles if other.name != asked.name)
    found = [among.compare(limited, other, symmetric=symmetric) for other in others]
    return sorted(found, key=lambda match: (-match.at_least, -match.at_most, match.patient))


def table(matches: Sequence[Match]) -> Table:
    """Return matches as a table; where features could not be compared, how many and the first of them."""
    rows: list[tuple[Cell, ...]] = []
    for match in matches:
        numbers = (match.at_least, match.at_most, match.compared)
        words = (
            "; ".join(f"{name} {part:.3f}" for name, part in match.shared if part >= LEAST_LISTED),
            "; ".join(f"{one} against {other}" for one, other in match.different),
            "; ".join(
                filter(None, (_listed("asked only", match.only_asked), _listed("told only here", match.only_here)))
            ),
            " ".join(match.places),
        )
        rows.append(
            (
                lkg(f"patient/{match.patient}"),
                *(Literal(f"{n:.3f}", datatype=_DECIMAL) for n in numbers),
                *map(Literal, words),
            )
        )
    return Table(COLUMNS, tuple(rows))


def _listed(heading: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"{heading} ({len(names)}): {', '.join(names[:MOST_LISTED])}{more}" if names else ""
