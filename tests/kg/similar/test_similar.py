"""Similar patients: the laws of the measure, what is not reported, and ranks that can be followed by hand."""

import csv
import io
import math

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg import course, similar
from kg.cli import main
from kg.errors import KgError
from kg.similar.features import ABSENCE, ATTRIBUTES, Feature, Profile, age_band, closure, expected

# Features of every kind, wider and narrower ones among them.
POOL = [
    *(Feature("disease", name) for name in ("MPALBMyeloid", "MixedPhenotypeAcuteLeukemia", "BAcuteLymphoblasticLeukemia", "AcuteLeukemia")),
    *(Feature("treatment", name) for name in ("Blinatumomab", "BispecificTCellEngager", "HyperCVAD", "Cytarabine", "DonorLymphocyteInfusion")),
    *(Feature("disease state", name) for name in ("MarrowRelapse", "Relapse", "ExtramedullaryRelapse", "CompleteRemission")),
    *(Feature("finding", name) for name in ("CytokineReleaseSyndrome", "AcuteGraftVersusHostDisease", "AdverseEvent", "Tremor")),
    *(Feature(ABSENCE, name) for name in ("CytokineReleaseSyndrome", "AdverseEvent", "ExtramedullaryRelapse")),
    *(Feature(f"marker {name}", sign) for name in ("CD19", "MPO") for sign in ("positive", "negative", "partial")),
    *(age_band(years) for years in (9, 17, 25, 45, 51, 70)),
    Feature("sex", "Female"), Feature("sex", "Male"), Feature("site", "Lung"), Feature("outcome", "Death"),
]  # fmt: skip
profiles = st.frozensets(st.sampled_from(POOL), min_size=1, max_size=9).map(lambda features: Profile("drawn", features))


@pytest.fixture(scope="module")
def corpus(shipped):
    return similar.corpus(shipped)


@pytest.fixture(scope="module")
def ranked(corpus):
    """Rank by patient or description."""

    def of(name="", by=(), **given):
        asked = next(p for p in corpus.profiles if p.name == name) if name else similar.described(**given)
        return {match.patient: match for match in similar.rank(corpus, asked, by)}

    return of


# --- laws ---


@given(profiles, profiles)
def test_similarity_is_symmetric(corpus, first, second):
    there, back = corpus.compare(first, second), corpus.compare(second, first)
    for name in ("at_least", "at_most", "compared"):
        assert math.isclose(getattr(there, name), getattr(back, name), abs_tol=1e-12)
    assert there.only_asked == back.only_here
    assert {(b, a) for a, b in there.different} == set(back.different)


@given(profiles, profiles)
def test_nobody_is_more_similar_than_oneself(corpus, first, second):
    own = corpus.compare(first, first)
    assert own.at_least == pytest.approx(1) or corpus.content(first.closed) == 0
    assert (own.different, own.only_asked, own.only_here) == ((), (), ())
    assert corpus.compare(first, second).at_least <= own.at_least + 1e-12 or corpus.content(first.closed) == 0


@given(profiles, profiles)
def test_bounds_enclose_what_is_compared(corpus, first, second):
    for symmetric in (True, False):
        match = corpus.compare(first, second, symmetric=symmetric)
        assert 0 <= match.at_least <= match.at_most <= 1
        assert match.at_least <= match.compared + 1e-12
        # what is compared is shared or different; the rest is what could not be
        assert math.isclose(match.at_most - match.at_least, 1 - match.compared, abs_tol=1e-9) or not corpus.content(
            first.closed
        )


@given(profiles, profiles, st.sampled_from(POOL))
def test_one_more_shared_feature_never_lowers_the_lower_bound(corpus, first, second, feature):
    more = [Profile("drawn", profile.features | {feature}) for profile in (first, second)]
    assert corpus.compare(*more).at_least >= corpus.compare(first, second).at_least - 1e-12


@given(profiles, profiles)
def test_what_is_not_told_never_makes_a_difference(corpus, first, second):
    """A feature of another attribute, told of one only, leaves what is shared and what differs as it was."""
    extra = Feature("genetic lesion", "Hyperdiploidy")
    before, after = corpus.compare(first, second), corpus.compare(Profile("drawn", first.features | {extra}), second)
    assert before.different == after.different
    assert [name for name, _ in before.shared] == [name for name, _ in after.shared]
    assert after.at_least <= before.at_least + 1e-12
    assert after.at_most >= before.at_most - 1e-12
    assert after.compared <= before.compared + 1e-12


@given(profiles, profiles)
def test_contributions_add_up(corpus, first, second):
    match = corpus.compare(first, second)
    assert math.fsum(part for _, part in match.shared) == pytest.approx(match.at_least, abs=1e-9)


@pytest.mark.parametrize("feature", POOL, ids=lambda feature: f"{feature.attribute}-{feature.term}".replace(" ", "-"))
def test_a_wider_term_says_no_more(corpus, feature):
    assert 0 < expected(feature) <= 1
    assert corpus.information(feature) >= 0
    for wider in closure(feature):
        assert expected(wider) >= expected(feature)
        assert corpus.information(wider) <= corpus.information(feature) + 1e-12


def test_information_is_shrunk_to_the_ontology():
    """With no cases the ontology alone counts; with many, their frequencies do."""
    female = Feature("sex", "Female")
    assert similar.Corpus([]).information(female) == pytest.approx(-math.log(expected(female)))
    many = similar.Corpus([Profile(str(n), frozenset({female})) for n in range(2_000)])
    assert many.information(female) < 0.01
    untold = similar.Corpus([Profile("x", frozenset({Feature("site", "Lung")}))])  # sex not told: not counted
    assert untold.information(female) == pytest.approx(-math.log(expected(female)))


# --- what is told, denied, and not told ---


def test_a_marker_told_both_ways_differs_and_one_not_told_does_not(corpus):
    positive, negative = (Profile(s, frozenset({Feature("marker CD19", s)})) for s in ("positive", "negative"))
    assert corpus.compare(positive, negative).different == (("CD19 positive", "CD19 negative"),)
    other = Profile("x", frozenset({Feature("marker MPO", "positive")}))
    found = corpus.compare(positive, other)
    assert (found.different, found.at_least, found.at_most, found.compared) == ((), 0, 1, 0)


def test_a_wider_disease_is_no_other_disease(corpus):
    narrow, wide = (
        Profile(n, frozenset({Feature("disease", n)})) for n in ("MPALBMyeloid", "MixedPhenotypeAcuteLeukemia")
    )
    found = corpus.compare(narrow, wide)
    assert found.different == ()
    assert found.at_most == 1
    other = Profile("x", frozenset({Feature("disease", "BAcuteLymphoblasticLeukemia")}))
    assert corpus.compare(wide, other).different


def test_stated_absent_speaks_against_present(corpus):
    absent = Profile("a", frozenset({Feature(ABSENCE, "AdverseEvent")}))
    present = Profile("b", frozenset({Feature("finding", "CytokineReleaseSyndrome")}))
    found = corpus.compare(absent, present)
    assert found.different == (("no adverse event", "cytokine release syndrome"),)
    assert found.at_most < 1
    unrelated = Profile("c", frozenset({Feature("finding", "Tremor")}))
    assert (
        corpus.compare(Profile("d", frozenset({Feature(ABSENCE, "CytokineReleaseSyndrome")})), unrelated).different
        == ()
    )


def test_suspected_is_not_compared_and_absent_in_one_infusion_is_no_absence(corpus):
    features = {profile.name: profile.features for profile in corpus.profiles}
    assert not [f for f in features["khan-2016-p1"] if "GraftVersusHost" in f.term]
    assert Feature(ABSENCE, "AdverseEvent") not in features["durer-2019-p1"]  # in dli-1 only
    assert Feature(ABSENCE, "AdverseEvent") in features["elchaer-2018-p1"]  # in the course
    assert Feature(ABSENCE, "AdverseEvent") not in features["paul-2017-p1"]  # who had GvHD


def test_populations_that_express_a_marker_differently_leave_it_out(corpus):
    features = next(profile.features for profile in corpus.profiles if profile.name == "ueda-2016-p1")
    assert not [
        feature for feature in features if feature.attribute == "marker CD19"
    ]  # one mass positive, one negative


# --- the shipped patients ---


def test_patients_like_a_described_one(ranked):
    found = ranked(age=45, sex="female", disease="B/myeloid MPAL", markers="CD19+ MPO+", therapy=["blinatumomab"])
    assert list(found)[:2] == ["alcharakh-2016-p1", "durer-2019-p1"]
    best, second = found["alcharakh-2016-p1"], found["durer-2019-p1"]
    assert best.different == ()
    assert best.only_asked == ("MPO positive", "female")  # told of this patient neither way
    assert second.compared == pytest.approx(1)
    assert second.different == (("age 40-49", "age 50-59"),)
    assert second.only_here == ()  # what was not asked for
    assert {name for name, _ in second.shared} >= {"female", "MPO positive", "age 40-59"}
    assert "durer-2019/case-presentation.s3" in second.places
    assert found["ueda-2016-p1"].different == (
        ("B/myeloid mixed phenotype acute leukemia", "B acute lymphoblastic leukemia"),
    )


def test_by_one_attribute(ranked):
    found = ranked("durer-2019-p1", by=["disease"])
    assert {name for name, match in found.items() if match.at_least == 1} == {"elchaer-2018-p1", "elchaer-2018-p2"}
    assert 0 < found["alcharakh-2016-p1"].at_least < 1  # also called biphenotypic
    assert found["alcharakh-2016-p1"].different == ()


def test_a_patient_is_not_ranked_with_themself_and_no_group_is(ranked, shipped):
    found = ranked("durer-2019-p1")
    assert set(found) == set(course.patients(shipped)) - {"durer-2019-p1"}
    assert [match.at_least for match in found.values()] == sorted((m.at_least for m in found.values()), reverse=True)
    with pytest.raises(KgError, match="no patient"):
        similar.profile_of(shipped, "ueda-2016-cohort")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"disease": "B/myeloid MPALL"}, "did you mean 'B/myeloid MPAL'"),
        ({"therapy": ["blinatumumab"]}, "did you mean 'blinatumomab'"),
        ({"sex": "femal"}, "did you mean 'female'"),
        ({"markers": "CD19?"}, "neither positive nor negative"),
        ({"feature": ["marow relapse"]}, "did you mean 'marrow relapse'"),
        ({"age": 200}, "0 to 119"),
        ({}, "nothing is described"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_understood_is_told(given, message):
    with pytest.raises(KgError) as error:
        similar.described(**given)
    assert message in str(error.value)


def test_attributes_are_checked(corpus):
    asked = similar.described(sex="female")
    with pytest.raises(KgError, match="donor type"):
        similar.rank(corpus, asked, ["donor"])
    with pytest.raises(KgError, match="nothing is told"):
        similar.rank(corpus, asked, ["disease"])
    assert {feature.kind for profile in corpus.profiles for feature in profile.features} <= set(ATTRIBUTES)


def test_the_command(store_folder):
    def run(*arguments):
        return CliRunner().invoke(main, ["similar", "--store", str(store_folder), *arguments])

    found = run("durer-2019-p1", "--by", "disease", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert found.exit_code == 0
    assert tuple(rows[0]) == similar.COLUMNS
    assert (rows[0]["patient"], rows[0]["at_least"]) == ("elchaer-2018-p1", "1.000")
    assert "10.1186/1471-2105-9-S5-S4" in found.stderr
    assert run().exit_code == 2
    assert run("durer-2019-p1", "--age", "45").exit_code == 2
    assert run("--disease", "flu").exit_code == 2
    assert run("--sex", "female", "--by", "gender").exit_code == 2
    assert run("nobody").exit_code == 1
    described = run("--absent", "cytokine release syndrome", "--feature", "marrow relapse", "-f", "csv")
    differing = {row["patient"]: row["different"] for row in csv.DictReader(io.StringIO(described.stdout))}
    assert differing["linder-2016-p1"] == "no cytokine release syndrome against cytokine release syndrome"
