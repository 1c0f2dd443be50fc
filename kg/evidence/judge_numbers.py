"""What statements of numbers demand: number, unit, comparator, range; what they are of, and whose they are."""

import re
from decimal import Decimal, InvalidOperation

from .amounts import Amount, amounts, counted, day_lists
from .look import SUPPORTED, Look, Outcome, cannot_tell, contradicted, node_name, not_found, remissions
from .owners import Part
from .wording import NUMERIC, Span, forms, local, mentions, phrase

# A whole number by the noun that it counts or numbers.
NOUNS = {
    "cycleNumber": "cycle",
    "cycleCount": "cycle",
    "fractionCount": "fraction",
    "infusionNumber": r"(?:DLI|infusion|dose)",
    "infusionCount": r"(?:DLI|infusion|dose)",
    "priorTherapyCount": "(?:regimen|line|therapie)",
    "transplantNumber": r"(?:allo-?)?(?:HSCT|HCT|SCT|transplant(?:ation)?)",
}
_TIMES_A_DAY = {
    1: "(?:once daily|q\\.?d)",
    2: r"(?:b\.?i\.?d|twice (?:daily|a day|per day))",
    3: r"(?:t\.?i\.?d|three times (?:daily|a day))",
}
# What a number without a name of its own stands beside.
BESIDE = {
    "blastPercent": r"blasts?\b",
    "cellularityPercent": r"cellularity",
    "donorChimerismPercent": r"chimerism",
    "myeloidErythroidRatio": r"erythroid|M:E",
    "megakaryocytesPerHPF": r"megakaryocytes?",
    "cd3Dose": r"CD3\+",
    "cd34Dose": r"CD34\+",
    "level": r"MRD|residual disease",
}
# Comparators that a time's qualifier says already.
_SAID_BY_QUALIFIER = {"About": "~", "AtLeast": ">="}
_NONE = re.compile(r"\b(?:no|none|zero)\b", re.IGNORECASE)
_JOINT = 25  # what a comma or "and" between a number and a word weighs, in characters


def amount(look: Look, part: Part) -> Outcome:
    """A number with its unit and comparator, beside what it is of."""
    if decimal_of(look.statement.value.value) == 0 and _NONE.search(part.text):
        return (
            SUPPORTED
            if not look.absent and not look.statement.comparator
            else contradicted("the text says that there is none")
        )
    if wrong := misprinted(look):
        return wrong
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    every = amounts(part.text)
    found = [amount for amount in every if equals(look, amount)]
    if not found:
        number = decimal_of(look.statement.value.value)
        near = next((a for a in every if a.number == number), None)
        return (
            contradicted("the number stands there with another unit or comparator")
            if near
            else not_found(f"{look.statement.value.value} {look.statement.unit} is not there")
        )
    beside = BESIDE.get(look.statement.property)
    if not (beside or found[0].unit or look.printed):
        return cannot_tell("of what the bare number is: give the printed words")
    if beside:
        own = [_nearest(part.text, word.span(), every, found[0].unit) for word in re.finditer(beside, part.text)]
        if not own:
            return not_found("what the number is of is not there")
        return SUPPORTED if any(each in own for each in found) else contradicted("the number is that of something else")
    own = [each for each in found if _is_of_agent(look, part.text, each)]
    if own and not any(_has_its_days(look, part.text, each) for each in own):
        return contradicted("the text gives it on other days")
    return SUPPORTED if own else contradicted("another drug's dose")


def _has_its_days(look: Look, text: str, number: Amount) -> bool:
    """Whether the days next behind a dose are the occurrent's own, if it has any there."""
    stated = [s for s in look.values_of(look.subject, "dayNumber") if s.passages == look.statement.passages]
    behind = [days for start, _, days in day_lists(text) if start >= number.end]
    return not stated or not behind or any({int(v.value) for v in s.values} == behind[0] for s in stated)


def _nearest(text: str, word: Span, every: list[Amount], unit: str) -> Amount:
    return min((each for each in every if each.unit == unit), key=lambda each: _distance(text, each, word))


def _is_of_agent(look: Look, text: str, number: Amount) -> bool:
    """Whether a dose is that of the occurrent's drug: in brackets, of the drug before them; else of the nearest."""
    own = set(mentions(text, look.agents(look.subject)))
    drugs = sorted(own.union(*(mentions(text, look.agents(node)) for node in look.said.skeleton)))
    if not own:
        return True
    opened = text.rfind("(", 0, number.start)
    before = [drug for drug in drugs if drug[1] <= opened]
    if opened > text.rfind(")", 0, number.start) and before:
        return before[-1] in own
    return min(drugs, key=lambda drug: _distance(text, number, drug)) in own


def duration(look: Look, part: Part) -> Outcome:
    """A duration; told "respectively", the patient's own."""
    found = amount(look, part)
    if found.verdict != "supported":
        return found
    return own_in_list(look, part, [amount for amount in amounts(part.text) if equals(look, amount)])


def result(look: Look, part: Part) -> Outcome:
    """A group's result and that of the group compared with: "70 vs 54%" gives them in this order."""
    found = amount(look, part)
    if found.verdict == "supported" and not _is_of_endpoint(look, part.text):
        return contradicted("the text gives it for another endpoint")
    if look.statement.property in {"numerator", "denominator"}:
        return found
    first = look.statement.property == "resultValue"
    others = look.values_of(look.statement.about, "comparatorValue" if first else "resultValue")
    if found.verdict != "supported" or not others:
        return found
    own = [each.place for each in amounts(part.text) if equals(look, each)]
    other = [each.place for each in amounts(part.text) if each.number == decimal_of(others[0].value.value)]
    wrong = other and not any((one < two) == first and one != two for one in own for two in other)
    return contradicted("the text gives it for the other group") if wrong else found


def _is_of_endpoint(look: Look, text: str) -> bool:
    """Whether the endpoint named next before a number is the result's own, if any is named."""
    named: list[tuple[int, str]] = []
    for node in look.said.skeleton:
        for said in look.values_of(node, "endpoint"):
            term = look.terms.by_iri.get(said.value.value)
            if term and local(term.iri) in NUMERIC:
                continue
            words = [phrase(said.printed)] if said.printed else list(forms(term)) if term else []
            named += [(end, node) for _, end in mentions(text, words)]
    for each in amounts(text):
        before = [end for end, _ in named if end <= each.start and look.values_of(look.statement.about, "endpoint")]
        if equals(look, each) and (not before or (max(before), look.statement.about) in named):
            return True
    return decimal_of(look.statement.value.value) == 0


def count(look: Look, part: Part) -> Outcome:
    """A whole number that numbers or counts things: the third cycle, 15 fractions."""
    name, number = look.statement.property, int(look.statement.value.value)
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if rival := _same_number(look):
        return contradicted(f"'{node_name(rival)}' is already number {number}")
    noun = NOUNS[name]
    if look.printed:
        named = re.search(noun, look.printed, re.IGNORECASE)
        numbered = f"cycle {look.printed}" if look.printed.isdecimal() else f"{look.printed} cycle"
        printed = look.printed if named else numbered
        if not any(
            _counts(name, number, c.numbers, total=c.total, more=c.more)
            for c in counted(printed, noun) + counted(printed, "cycle")
        ):
            return contradicted(f"the printed '{look.printed}' is not {number}")
    if any(_counts(name, number, c.numbers, total=c.total, more=c.more) for c in counted(part.text, noun)):
        return SUPPORTED
    if look.is_bare:
        return not_found(f"'{look.printed}' is not printed in {look.passage}, nor as a word")
    return not_found(f"no {look.terms.by_iri[look.iri(name)].label} {number}")


def times_a_day(look: Look, part: Part) -> Outcome:
    """How often a day."""
    times = re.compile(_TIMES_A_DAY.get(int(look.statement.value.value), r"(?!)"), re.IGNORECASE)
    if look.printed and not times.search(look.printed):
        return contradicted(f"the printed '{look.printed}' is not {look.statement.value.value} a day")
    if look.absent or not times.search(part.text):
        return not_found(f"no word says {look.statement.value.value} a day")
    return SUPPORTED


def remission(look: Look, part: Part) -> Outcome:
    """Which complete remission it is."""
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    number = int(look.statement.value.value)
    if look.printed and not look.is_bare and not _is_remission(number, look.printed):
        if not _ranks(look.printed):
            return cannot_tell(f"that '{look.printed}' means number {number} is the curator's reading")
        return contradicted(f"the printed '{look.printed}' is not number {number}")
    if _is_remission(number, part.text):
        return SUPPORTED
    if look.is_bare:
        return not_found(f"'{look.printed}' is not printed in {look.passage}, nor 'CR{number}' or a word for its rank")
    return not_found(f"CR{number} is not there")


def _ranks(text: str) -> set[int]:
    """Return the numbers that a text gives remissions: "CR2", "first complete remission"."""
    ranked = {number for found in remissions(text) for number in found.numbers}
    return ranked | {int(found[1]) for found in re.finditer(r"\bCRi?[ -]?(\d)\b", text)}


def _is_remission(number: int, text: str) -> bool:
    return number in _ranks(text)


def decimal_of(text: str) -> Decimal | None:
    """Return a number, or nothing where the text is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def equals(look: Look, amount: Amount) -> bool:
    """Whether an amount of the text has the statement's number, upper end, comparator and unit."""
    said = look.statement
    unit = said.unit.removeprefix("1") or ("%" if "percent" in said.property.casefold() else "")
    upper = decimal_of(said.upper) if said.upper else None
    told = (
        ""
        if amount.comparator in {"~", _SAID_BY_QUALIFIER.get(said.qualifier)} and said.qualifier
        else amount.comparator
    )
    return (amount.number, amount.upper, told, amount.unit) == (
        decimal_of(said.value.value),
        upper,
        said.comparator,
        unit,
    )


def misprinted(look: Look) -> Outcome | None:
    """Return what is wrong with the printed number, if anything."""
    if not look.printed:
        return None
    said = look.statement
    for amount in amounts(look.printed):
        same = (amount.number, amount.upper, amount.comparator) == (
            decimal_of(said.value.value),
            decimal_of(said.upper) if said.upper else None,
            said.comparator,
        )
        if same and (equals(look, amount) or not amount.unit):
            return None
    if not amounts(look.printed):
        return cannot_tell(f"that '{look.printed}' means {said.value.value}: no number is read in it")
    return contradicted(f"the printed '{look.printed}' is not {said.value.value} {said.unit}".rstrip())


def own_in_list(look: Look, part: Part, found: list[Amount]) -> Outcome:
    """Of numbers told "respectively", the one that is the patient's or the occurrent's own."""
    lists = [amount for amount in found if amount.of > 1]
    if len(lists) < len(found) or "respectively" not in part.text:
        return SUPPORTED
    patient = _patient_number(look)
    for amount in lists:
        if len(part.listed) == amount.of:
            if patient in part.listed and part.listed.index(patient) == amount.nth:
                return SUPPORTED
            continue
        told = re.sub(r"\([^()]*\)", "", part.text[: amount.start])
        conjuncts = re.split(r", and |, | and ", told)
        if len(conjuncts) != amount.of:
            return cannot_tell("which of the things told 'respectively' each number belongs to")
        if look.tells_of(look.subject, conjuncts[amount.nth], wide=False):
            return SUPPORTED
    return contradicted("'respectively' gives the number to another")


def _patient_number(look: Look) -> int:
    found = re.search(r"-p(\d+)(?:/|$)", look.statement.about)
    return int(found[1]) if found else 0


def _distance(text: str, amount: Amount, word: Span) -> int:
    low, high = sorted((word, (amount.start, amount.end)))
    between = text[low[1] : high[0]]
    return max(0, high[0] - low[1]) + _JOINT * (between.count(",") + between.count(" and ") + between.count(";"))


def _counts(name: str, number: int, numbers: frozenset[int], *, total: bool, more: bool) -> bool:
    if name.endswith("Count"):
        return total and not more and number in numbers
    if more:  # "two additional", after the first
        return 1 < number <= 1 + max(numbers)
    return number in numbers if not total else name == "cycleNumber" and number <= max(numbers)


def _same_number(look: Look) -> str:
    """Return another occurrent of the same course, or another infusion of none, that bears the number already."""
    is_infusion = look.statement.property == "infusionNumber"
    course = look.said.skeleton.get(look.subject, {}).get("partOf")
    for node, keys in look.said.skeleton.items():
        if (course or is_infusion) and node != look.subject and keys.get("partOf") == course:
            for other in look.values_of(node, look.statement.property):
                if other.value == look.statement.value and look.statement.property.endswith("Number"):
                    return node
    return ""
