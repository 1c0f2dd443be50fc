"""Response and conditioning by published rules: intensity by dose, CR number, CR as reported against CR verifiable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .. import units
from ..errors import UnitError
from ..network import Atom
from ..projection import telling, types_of
from ..statements import ABSENT, Said, Statement
from ..timeline import Timeline, end, solve, start
from ..vocabulary import BASE, terms
from . import truth
from .criteria import table
from .gvhd import STAGES, Days, acute_grade, nih_categories
from .phenotype import label
from .truth import Truth

FEW_BLASTS = Decimal(5)  # percent in the marrow below which all three sets of criteria speak of remission (verified x2)
FOUR_WEEKS = 28
_REMISSION = "CR by "


@dataclass(frozen=True)
class RuleResult:
    """What a rule makes of one occurrent.

    `truth` says whether it bears out what is reported (`reported`), or holds where nothing is; `missing` what is not
    reported and would decide; `statements` what it rests on.
    """

    rule: str
    about: str
    reported: str
    truth: Truth
    words: str
    missing: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    verified: bool = True


@dataclass(frozen=True)
class Dose:
    """The total dose of irradiation or of a drug in a conditioning.

    `fractionated` is none where the report does not say.
    """

    agent: str
    number: Decimal
    unit: str
    fractionated: bool | None = None
    statements: tuple[str, ...] = ()


def myeloablative(doses: Sequence[Dose]) -> tuple[Truth, str, bool]:
    """Return whether doses make a conditioning myeloablative, why, and whether the rows used are verified.

    Doses below the bounds do not exclude it: another agent may not be reported.

    Unit: Gy, mg/kg, mg/m2, as in `intensity.tsv`.
    """
    told = [(_bound(dose, row), dose, row) for dose in doses for row in table("intensity") if _concerns(dose, row)]
    for wanted in (Truth.MET, Truth.UNDECIDED):
        for found, dose, row in told:
            if found is wanted and not (
                wanted is Truth.UNDECIDED and row["at_least"] == "met" and dose.fractionated is not None
            ):
                sign = "at least" if found is Truth.MET else "near"
                words = (
                    f"{label(dose.agent)} {_plain(dose.number)} {dose.unit}, {sign} the {row['least']} {row['unit']}"
                )
                given = "" if row["given"] == "any" else f" of {row['given']} irradiation"
                return found, f"{words}{given} from which conditioning counts as myeloablative", _verified(row)
    below = "; ".join(
        f"{label(dose.agent)} {_plain(dose.number)} {dose.unit} is below {row['least']}" for _, dose, row in told
    )
    return Truth.UNDECIDED, below or "no dose is reported to which a bound applies", True


def _concerns(dose: Dose, row: Mapping[str, str]) -> bool:
    if (dose.agent, dose.unit) != (row["agent"], row["unit"]):
        return False
    return row["given"] == "any" or dose.fractionated is None or dose.fractionated is (row["given"] == "fractionated")


def _bound(dose: Dose, row: Mapping[str, str]) -> Truth:
    least = Decimal(row["least"])
    if dose.number == least:
        reached = Truth.MET if row["at_least"] == "met" else Truth.UNDECIDED
    else:
        reached = Truth.MET if dose.number > least else Truth.NOT_MET
    if dose.fractionated is None and row["given"] == "single" and reached is Truth.MET:
        return Truth.UNDECIDED  # enough in one fraction, and it is not told whether there was one
    return reached


def _verified(row: Mapping[str, str]) -> bool:
    return row["status"].startswith("verified")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def remission(criteria: str, evidence: Mapping[str, bool | None]) -> tuple[Truth, tuple[str, ...], tuple[str, ...]]:
    """Return whether evidence meets a set's definition of CR, what is not reported, and what is not fulfilled.

    `evidence` gives each component of `response.tsv` as fulfilled, not fulfilled, or not reported.
    """
    rows = [row for row in table("response") if row["criteria"] == criteria]
    if not rows:
        raise ValueError(f"no criteria of complete remission by '{criteria}'")
    missing = tuple(row["words"] for row in rows if evidence.get(row["component"]) is None)
    failed = tuple(row["words"] for row in rows if evidence.get(row["component"]) is False)
    return (Truth.NOT_MET if failed else Truth.UNDECIDED if missing else Truth.MET), missing, failed


def remission_sets() -> tuple[str, ...]:
    """Return the sets of criteria that define a CR here."""
    return tuple(dict.fromkeys(row["criteria"] for row in table("response")))


def remission_number(reported: int, relapses: tuple[int, int]) -> Truth:
    """Return whether a CR's number is one more than the relapses told before it, between fewest and most.

    A relapse that is not told may have come before: a number above that is undecided, one below contradicted.
    Source: CIBMTR-ALL (verified).
    """
    fewest, most = relapses
    if reported < fewest + 1:
        return Truth.NOT_MET
    return Truth.MET if fewest == most == reported - 1 else Truth.UNDECIDED


def assess(solved: Timeline) -> tuple[RuleResult, ...]:
    """Apply every rule to a patient's occurrents."""
    said = solved.said
    unnumbered = _without_numbers(solved)
    found: list[RuleResult] = []
    for node in said.occurrents:
        kinds = types_of(said, node)
        if "Conditioning" in kinds:
            found += _conditioning(said, node, kinds)
        if "GraftVersusHostDisease" in kinds:
            found += _gvhd(solved, node, kinds)
            found += _acute_grade(said, node)
        if "CompleteRemission" in kinds:
            found += _number(unnumbered, said, node)
            found += _remission(solved, node)
    return tuple(found)


def _conditioning(said: Said, node: str, kinds: frozenset[str]) -> Iterator[RuleResult]:
    parts = [part for part, keys in said.skeleton.items() if node in keys.get("partOf", ())]
    doses = [dose for part in (node, *parts) for dose in _doses(said, part)]
    bounded = {row["agent"] for row in table("intensity")}
    if not kinds & _INTENSITIES and not any(dose.agent in bounded for dose in doses):
        return
    verdict, words, verified = myeloablative(doses)
    reported = next((name for name in sorted(_INTENSITIES) if name in kinds), "")
    lower = reported in ("ReducedIntensityConditioning", "NonmyeloablativeConditioning")
    statements = {s for dose in doses for s in dose.statements}
    against = {Truth.MET: Truth.NOT_MET, Truth.UNDECIDED: Truth.UNDECIDED, Truth.NOT_MET: Truth.MET}
    yield RuleResult(
        "conditioning intensity by dose",
        node,
        reported,
        against[verdict] if lower else verdict,
        words,
        statements=tuple(sorted(statements)),
        verified=verified,
    )


_INTENSITIES = frozenset({"MyeloablativeConditioning", "ReducedIntensityConditioning", "NonmyeloablativeConditioning"})


def _doses(said: Said, node: str) -> Iterator[Dose]:
    days = telling(said, node, "dayNumber")
    number = len({value.value for day in days for value in day.values})
    if "TotalBodyIrradiation" in types_of(said, node):
        yield from _irradiation(said, node, number, tuple(day.iri for day in days))
    for agent in telling(said, node, "agent"):
        for statement in telling(said, node, "dose"):
            total = _amount(statement, "mg/m2" if "m2" in statement.unit else "mg/kg")
            if total is not None and len(agent.values) == 1:
                used = (agent.iri, statement.iri, *(day.iri for day in days))
                yield Dose(
                    agent.target, total * max(number, 1), "mg/m2" if "m2" in statement.unit else "mg/kg", None, used
                )


def _irradiation(said: Said, node: str, days: int, used: tuple[str, ...]) -> Iterator[Dose]:
    """Yield the total dose of an irradiation: as reported, or dose per fraction by fractions."""
    each, per_day, count, total = (
        telling(said, node, name) for name in ("dosePerFraction", "fractionsPerDay", "fractionCount", "totalDose")
    )
    told = tuple(statement.iri for found in (each, per_day, count, total) for statement in found)
    fractions = int(count[0].value.value) if count else int(per_day[0].value.value) * days if per_day and days else None
    dose = _amount(total[0], "Gy") if total else _amount(each[0], "Gy") if each and fractions else None
    if dose is not None:
        sum_ = dose if total else dose * (fractions or 1)
        yield Dose("TotalBodyIrradiation", sum_, "Gy", None if fractions is None else fractions > 1, (*told, *used))


def _amount(statement: Statement, unit: str) -> Decimal | None:
    if statement.comparator or statement.upper or not statement.unit:
        return None
    try:
        return units.to(units.read_quantity(f"{statement.value.value} {statement.unit}"), unit).number
    except UnitError:
        return None  # a dose of another kind, such as 25 mg without a body weight


def _gvhd(solved: Timeline, node: str, kinds: frozenset[str]) -> Iterator[RuleResult]:
    acute = True if kinds & {"AcuteGvHD", "OverlapGvHD"} else False if "ClassicChronicGvHD" in kinds else None
    chronic = (
        True if kinds & {"ChronicGvHD"} else False if "ClassicAcuteGvHD" in kinds or "LateAcuteGvHD" in kinds else None
    )
    onset = _onset(solved, node)
    statements = tuple(s.iri for s in telling(solved.said, node, _TYPE))
    infused = any("DonorLymphocyteInfusion" in types_of(solved.said, other) for other in solved.said.occurrents)
    infusion = "; counting from a donor lymphocyte infusion instead is not verified" if infused else ""
    for category in nih_categories(onset, acute=acute, chronic=chronic):
        named = category.name in kinds
        if named or (category.truth is not Truth.NOT_MET and not kinds & _CATEGORIES):
            missing = []
            if category.truth is Truth.UNDECIDED:
                missing += ["the day of onset after transplantation"] if None in onset or onset[0] != onset[1] else []
                missing += ["whether there were acute features"] if acute is None else []
                missing += ["whether there were chronic features"] if chronic is None else []
            yield RuleResult(
                f"NIH category: {label(category.name)}", node, category.name if named else "", category.truth,
                f"{category.words}; onset {_span(onset)}{infusion}", tuple(missing), statements, category.verified,
            )  # fmt: skip


_STAGED = {"skin": "skinStage", "liver": "liverStage", "upper": "upperGutStage", "lower": "lowerGutStage"}
_GRADES = ("", "GradeI", "GradeII", "GradeIII", "GradeIV")
_GRADED_BY_STAGES = frozenset({"Glucksberg1974", "Keystone1995", "MAGIC2016"})


def _acute_grade(said: Said, node: str) -> Iterator[RuleResult]:
    """Yield whether the stages of organs give the grade that is told, by the system that is told."""
    stages: dict[str, int] = {}
    used: list[str] = []
    for organ, name in _STAGED.items():
        for statement in telling(said, node, name):
            stages[organ] = int(statement.target[-1])
            used.append(statement.iri)
    if any(stage > STAGES[organ] for organ, stage in stages.items()):
        return  # no stage of that organ, which the shapes tell
    for system in telling(said, node, "gradingSystem"):
        for grade in telling(said, node, "grade"):
            if not stages or system.target not in _GRADED_BY_STAGES or grade.target not in _GRADES:
                continue
            fits = acute_grade(system.target, stages)
            number = _GRADES.index(grade.target)
            verdict = Truth.NOT_MET if number not in fits.grades else truth.of(fits.grades == (number,), True)
            told = ", ".join(f"{organ} {stage}" for organ, stage in stages.items())
            give = " or ".join("I" * n if 0 < n < 4 else "IV" if n else "0" for n in fits.grades) or "no grade"
            yield RuleResult(
                "grade of acute GvHD by stages", node, grade.target, verdict, f"stages {told} give {give}",
                tuple(f"the stage of {organ}" for organ in fits.missing), (*used, system.iri, grade.iri), fits.verified,
            )  # fmt: skip


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_CATEGORIES = frozenset({"ClassicAcuteGvHD", "LateAcuteGvHD", "ClassicChronicGvHD", "OverlapGvHD"})


def _onset(solved: Timeline, node: str) -> Days:
    """Return the days from transplantation to onset; over all transplantations where there are several."""
    spans = [
        solved.days(start(node), start(other))
        for other in solved.said.occurrents
        if "HematopoieticCellTransplantation" in types_of(solved.said, other)
    ] if solved.consistent else []  # fmt: skip
    lows, highs = [low for low, _ in spans], [high for _, high in spans]
    known = [low for low in lows if low is not None]
    late = [high for high in highs if high is not None]
    return (
        min(known) if known and len(known) == len(lows) else None,
        max(late) if late and len(late) == len(highs) else None,
    )


def _span(onset: Days) -> str:
    low, high = onset
    if low is None and high is None:
        return "not told in days after transplantation"
    return f"between day {'…' if low is None else low} and day {'…' if high is None else high} after transplantation"


def _entails(solved: Timeline, earlier: str, later: str, days: int) -> bool:
    networks = [network for network in solved.networks if network.consistent]
    return bool(networks) and all(network.entails(Atom(earlier, later, days)) for network in networks)


def _without_numbers(solved: Timeline) -> Timeline:
    """Solve the timeline again without the numbers of remissions: what places a CR by its number cannot check it."""
    kept = tuple(statement for statement in solved.said.statements if statement.property != "remissionNumber")
    return solved if len(kept) == len(solved.said.statements) else solve(replace(solved.said, statements=kept))


def _number(solved: Timeline, said: Said, node: str) -> Iterator[RuleResult]:
    relapses = [other for other in said.occurrents if "Relapse" in types_of(said, other)]
    before = [other for other in relapses if _entails(solved, start(other), start(node), -1)]
    after = [other for other in relapses if _entails(solved, start(node), start(other), 0)]
    fewest, most = len(before), len(relapses) - len(after)
    told = f"{fewest} relapse{'' if fewest == 1 else 's'}" if fewest == most else f"{fewest} to {most} relapses"
    for statement in telling(said, node, "remissionNumber"):
        number = int(statement.value.value)
        verdict = remission_number(number, (fewest, most))
        missing = (f"{number - 1} relapse(s) before it",) if number > most + 1 else ()
        premises = {statement.iri, *(s.iri for other in before for s in telling(said, other, _TYPE))}
        yield RuleResult(
            "CR number = relapses before + 1", node, f"CR{number}", verdict, f"{told} told before it", missing,
            tuple(sorted(premises)),
        )  # fmt: skip


def _remission(solved: Timeline, node: str) -> Iterator[RuleResult]:
    told: dict[str, list[Evidence]] = {}
    for component, one in _evidence(solved, node):
        told.setdefault(component, []).append(one)
    # What is told both ways is left open.
    evidence = {
        component: found[0].fulfilled if len({one.fulfilled for one in found}) == 1 else None
        for component, found in told.items()
    }
    used = tuple(sorted({iri for found in told.values() for one in found for iri in one.statements}))
    of_marrow = any(value.target == "MarrowCompartment" for value in telling(solved.said, node, "compartment"))
    for criteria in remission_sets():
        verdict, missing, failed = remission(criteria, evidence)
        against = [one.words for found in told.values() for one in found if one.fulfilled is False]
        words = (
            "; ".join(against) if failed else "all components reported" if not missing else "reported, not verifiable"
        )
        words += "; reported as a remission of the marrow" if of_marrow else ""
        yield RuleResult(f"{_REMISSION}{label(criteria)}", node, "CompleteRemission", verdict, words, missing, used)


@dataclass(frozen=True)
class Evidence:
    """What is reported on one component of a CR."""

    fulfilled: bool
    words: str
    statements: tuple[str, ...] = ()


def _evidence(solved: Timeline, node: str) -> Iterator[tuple[str, Evidence]]:
    """Yield what is reported on each component of a CR; what the model has no place for is not reported."""
    said = solved.said
    shown = [statement.target for statement in telling(said, node, "shownBy")]
    for name, kind, least in (("marrow", "BoneMarrowExamination", FEW_BLASTS), ("blood", "BloodExamination", None)):
        for assessment in shown:
            if kind in types_of(said, assessment):
                for statement in telling(said, assessment, "blastPercent"):
                    percent = Decimal(statement.value.value)
                    fulfilled = percent < least if least is not None else percent == 0
                    yield name, Evidence(fulfilled, f"{percent} % blasts in the {name}", (statement.iri,))
    for statement in said.about(node):
        if (
            statement.property == "occurrence"
            and statement.polarity == ABSENT
            and _covers(statement, "ExtramedullaryDisease")
        ):
            yield "extramedullary", Evidence(True, "no extramedullary disease", (statement.iri,))
    for other in said.occurrents:
        within = "ExtramedullaryDisease" in types_of(said, other) and (
            _entails(solved, start(node), start(other), 0) and _entails(solved, start(other), end(node), 0)
        )
        if within:
            words = f"{other.split('/', 2)[-1]} began within it: from then on no remission of all sites"
            yield "extramedullary", Evidence(False, words, tuple(s.iri for s in telling(said, other, _TYPE)))
    low, high = solved.days(end(node), start(node)) if solved.consistent else (None, None)
    if low is not None and low >= FOUR_WEEKS:
        yield "weeks", Evidence(True, f"{low} days at least")
    elif high is not None and high < FOUR_WEEKS:
        yield "weeks", Evidence(False, f"{high} days at most")


def _covers(statement: Statement, name: str) -> bool:
    return any(value.value in terms().superclasses(BASE + name) for value in statement.values)


def render_rules(results: Sequence[RuleResult]) -> str:
    """Return the results of rules as plain sentences; sets of criteria that come to the same are told together."""
    groups: dict[tuple[str, ...], list[RuleResult]] = {}
    for result in results:
        alike = result.rule if not result.rule.startswith(_REMISSION) else _REMISSION
        groups.setdefault((result.about, result.reported, alike, result.truth.value, result.words), []).append(result)
    return "\n".join(line for group in groups.values() for line in _lines(group))


def _lines(group: Sequence[RuleResult]) -> Iterator[str]:
    first = group[0]
    name = first.about.split("/", 2)[-1]
    reported = f", reported as {label(first.reported)}" if first.reported else ""
    rule = ", ".join([first.rule, *(other.rule.removeprefix(_REMISSION) for other in group[1:])])
    flag = "" if all(result.verified for result in group) else "  [criteria not verified against the primary source]"
    yield f"{name}{reported}: {rule}: {first.truth.value} ({first.words}).{flag}"
    shared = [words for words in first.missing if all(words in result.missing for result in group)]
    if shared:
        yield f"  Not reported: {'; '.join(shared)}."
    for result in group:
        own = [words for words in result.missing if words not in shared]
        if own:
            yield f"  Not reported, for {result.rule.removeprefix(_REMISSION)}: {'; '.join(own)}."


def rule_records(results: Sequence[RuleResult]) -> list[dict[str, object]]:
    """Return the results of rules as records for JSON."""
    return [
        {
            "rule": result.rule, "about": result.about, "reported": result.reported or None,
            "verdict": result.truth.value, "words": result.words, "missing": list(result.missing),
            "statements": list(result.statements), "criteria_verified": result.verified,
        }
        for result in results
    ]  # fmt: skip
