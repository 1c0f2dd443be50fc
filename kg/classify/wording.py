"""Classifications in plain sentences for a terminal, and as records for JSON."""

from collections.abc import Iterable, Iterator, Sequence

from . import NOT_VERIFIED, Classification, EditionResult
from .entity import Entity, Support
from .lineage import LineageVerdict, Missing
from .phenotype import Finding, label
from .truth import Truth

_NAMES = {"B": "B lineage", "T": "T lineage", "Myeloid": "myeloid lineage"}
_SHOWN = 3  # ways to meet a lineage that a terminal shows; records give all


def render(result: Classification) -> str:
    """Return a classification as plain sentences, an edition a paragraph."""
    return "\n".join(_lines(result))


def _lines(result: Classification) -> Iterator[str]:
    yield f"Read: {result.phenotype}" if str(result.phenotype) else "Read: no marker"
    for edition in result.editions:
        yield ""
        yield label(edition.edition) + ("" if edition.verified else f"  [{NOT_VERIFIED}]")
        for verdict in edition.lineages:
            yield from (f"  {line}" for line in _lineage(verdict))
        yield from (f"  {line}" for line in _entity(edition))
        yield from (f"  Note: {note}." for note in edition.notes)
    if result.support:
        yield ""
        yield "Reported diagnosis against reported markers"
        yield from (f"  {_support(one)}" for one in result.support)


def _lineage(verdict: LineageVerdict) -> Iterator[str]:
    head = f"{_NAMES[verdict.lineage]}: {verdict.truth.value}"
    if verdict.score:
        head += f", {_points(verdict)}"
    carried = _listed(verdict.carried_by)
    if verdict.truth is Truth.MET:
        yield f"{head}, by {carried}: {'; '.join(verdict.rules)}." if not verdict.score else f"{head}, by {carried}."
    elif verdict.truth is Truth.NOT_MET:
        yield f"{head}: {_listed(verdict.against) or carried} leave{'s' if len(verdict.against) == 1 else ''} no way to it."
    else:
        told = [f"{carried} speak{'' if ',' in carried else 's'} for it"] if carried else []
        told += [f"{_listed(verdict.against)} against it"] if verdict.against else []
        yield f"{head}{': ' + ', '.join(told) if told else ': nothing reported speaks for it'}."
        yield from (f"  {'Met' if truth is Truth.MET else 'Not met'} if {words}." for words, truth in verdict.readings)
        if verdict.vague:
            yield f"  Missing: the intensity of {', '.join(verdict.vague)}."
        unplaced = [
            f for f in verdict.against if not f.place and any("'negative'" in words for words, _ in verdict.readings)
        ]
        if unplaced:
            yield f"  Missing: in which compartment {_listed(unplaced)} was sought."
        yield from (f"  Met if {way}." for way in _ways(verdict))
    if verdict.not_counted:
        yield f"  Not counted, for the criteria look elsewhere: {_listed(verdict.not_counted)}."
    if verdict.contradictory:
        yield f"  Findings contradict each other: {', '.join(verdict.contradictory)}."


def _ways(verdict: LineageVerdict) -> list[str]:
    if verdict.score:
        markers = [missing.facts[0].removesuffix(" is positive") for missing in verdict.missing]
        return [f"one of these is positive, none of them reported as such: {', '.join(markers)}"] if markers else []
    near = [missing for missing in verdict.missing if missing.reported] or list(verdict.missing)
    shown = [_facts(missing.facts) + _unreported(missing) for missing in near[:_SHOWN]]
    further = len(verdict.missing) - len(shown)
    return [*shown[:-1], shown[-1] + (f" ({further} further ways)" if further > 1 else "")] if shown else []


def _facts(facts: Sequence[str]) -> str:
    """Join facts that say the same of several markers.

    >>> _facts(["CD19 is weakly expressed", "CD79a is strongly expressed", "CD10 is strongly expressed"])
    'CD19 is weakly expressed and CD79a and CD10 are strongly expressed'
    """
    told: dict[str, list[str]] = {}
    for fact in facts:
        marker, _, level = fact.rpartition(" is ")
        told.setdefault(level, []).append(marker)
    return " and ".join(
        f"{' and '.join(markers)} {'is' if len(markers) == 1 else 'are'} {level}" for level, markers in told.items()
    )


def _unreported(missing: Missing) -> str:
    return "" if missing.reported else ", which is not reported"


def _points(verdict: LineageVerdict) -> str:
    score = verdict.score
    if score is None:
        return ""
    text = f"score at least {score.low}, at most {score.high}"
    return (
        text
        if score.ceiling == score.high
        else f"{text} ({score.ceiling} if a negative marker was sought in one place only)"
    )


def _entity(edition: EditionResult) -> Iterator[str]:
    entity = edition.entity
    if not entity.name:
        yield f"Entity: {entity.words}."
    elif entity.proven:
        yield f"Entity: {entity.words}, in every reading of what is reported."
    else:
        yield f"Entity: {entity.words}, by default:"
        yield from (f"  {one}." for one in _shortened(entity.defaults_on))
    if entity.codes:
        yield f"  Codes: {', '.join(_code(entity))}."
    checked = [one.words for one in entity.exclusions if one.truth is not Truth.UNDECIDED]
    if checked and entity.name:
        yield f"  Exclusions checked: {'; '.join(checked)}."
    if entity.alternatives:
        yield f"  Left open as well: {'; '.join(label(name) for name in entity.alternatives)}."


def _shortened(defaults: Iterable[str]) -> list[str]:
    """Join what is "not reported" in the same way."""
    told: dict[str, list[str]] = {}
    for one in defaults:
        name, reported, how = one.partition(" not reported")
        told.setdefault(reported + how if reported else one, []).append(name)
    return [f"{', '.join(names)}{rest}" if rest.startswith(" not reported") else rest for rest, names in told.items()]


def _code(entity: Entity) -> Iterator[str]:
    for code in entity.codes:
        yield f"{code.system} {code.code}{'' if code.verified else ' (code not verified)'}"


def _support(one: Support) -> str:
    return f"{label(one.reported)}: {one.verdict} by {label(one.edition)} ({one.words})."


def _listed(findings: Sequence[Finding]) -> str:
    return ", ".join(map(str, findings))


def records(result: Classification) -> list[dict[str, object]]:
    """Return a record for each edition, with everything that the sentences tell and all that they shorten."""
    return [
        {
            "phenotype": str(result.phenotype),
            "assessment": result.phenotype.node,
            "edition": edition.edition,
            "criteria_verified": edition.verified,
            "lineages": [_lineage_record(verdict) for verdict in edition.lineages],
            "entity": _entity_record(edition.entity),
            "notes": list(edition.notes),
            "reported_diagnoses": [
                {
                    "diagnosis": one.reported,
                    "verdict": one.verdict,
                    "trace": one.words,
                    "rules": list(one.rules),
                    "statements": list(one.statements),
                }
                for one in result.support
                if one.edition == edition.edition
            ],
        }
        for edition in result.editions
    ]


COLUMNS = (
    "edition",
    "criteria",
    "lineage",
    "verdict",
    "at_least",
    "at_most",
    "carried_by",
    "met_if",
    "entity",
    "entity_by",
)


def rows(result: Classification) -> list[tuple[str, ...]]:
    """Return a row of `COLUMNS` for each lineage of each edition, for tables that cannot nest."""
    return [
        (
            edition.edition,
            "verified" if edition.verified else "not verified",
            verdict.lineage,
            verdict.truth.value,
            str(verdict.score.low) if verdict.score else "",
            str(verdict.score.ceiling) if verdict.score else "",
            _listed(verdict.carried_by),
            "; ".join(_facts(missing.facts) for missing in verdict.missing),
            edition.entity.name,
            ("proof" if edition.entity.proven else "default") if edition.entity.name else "",
        )
        for edition in result.editions
        for verdict in edition.lineages
    ]


def _lineage_record(verdict: LineageVerdict) -> dict[str, object]:
    score = verdict.score
    return {
        "lineage": verdict.lineage,
        "verdict": verdict.truth.value,
        "by_default": verdict.default.value,
        "score": {"at_least": str(score.low), "at_most": str(score.high), "at_most_if_placed": str(score.ceiling)}
        if score
        else None,
        "rules": list(verdict.rules),
        "carried_by": _texts(verdict.carried_by),
        "against": _texts(verdict.against),
        "met_if": [list(missing.facts) for missing in verdict.missing],
        "readings": [{"if": words, "verdict": truth.value} for words, truth in verdict.readings],
        "not_counted": _texts(verdict.not_counted),
        "intensity_missing": list(verdict.vague),
        "contradictory": list(verdict.contradictory),
        "statements": list(verdict.statements),
    }


def _entity_record(entity: Entity) -> dict[str, object]:
    return {
        "class": entity.name or None,
        "label": entity.words,
        "proven": entity.proven,
        "defaults_on": list(entity.defaults_on),
        "exclusions": [{"exclusion": one.words, "verdict": one.truth.value} for one in entity.exclusions],
        "alternatives": list(entity.alternatives),
        "codes": [{"system": code.system, "code": code.code, "verified": code.verified} for code in entity.codes],
    }


def _texts(findings: Iterable[Finding]) -> list[str]:
    return [str(finding) for finding in findings]
