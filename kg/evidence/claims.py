"""What each kind of statement demands of a text. Each judge looks at one part of a passage."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation

from ..vocabulary import BASE, Term
from . import orders
from .amounts import Amount, amounts, counted, dates, day_lists
from .look import SUPPORTED, TYPE, Look, Outcome, cannot_tell, contradicted, node_name, not_found, term_name
from .owners import Part
from .signs import denied, hedged, test_sign, without_data
from .wording import JUDGED, SIGNED, TOLD_BY_AGENT, Span, forms, local, mentions, names, phrase, yes_cue

Judge = Callable[[Look, Part], Outcome]

TIME = "http://www.w3.org/2006/time#"
_ORDERS: dict[str, orders.Order] = {
    f"{TIME}intervalAfter": "after",
    f"{TIME}intervalBefore": "before",
    f"{TIME}intervalIn": "during",
    f"{TIME}intervalEquals": "during",
    "afterCycle": "after",
    "shortlyAfter": "after",
    "atEndOf": "after",
}
# Properties that link two occurrents: the passage must tell of both.
_LINKS = {"shownBy", "disease", "treatmentFor", "resultOf", "cause"}
# A whole number by the noun that it counts or numbers.
_NOUNS = {"cycleNumber": "cycle", "cycleCount": "cycle", "fractionCount": "fraction", "infusionNumber": r"(?:DLI|infusion|dose)", "infusionCount": r"(?:DLI|infusion|dose)"}
_TIMES_A_DAY = {1: "(?:once daily|q\\.?d)", 2: r"(?:b\.?i\.?d|twice (?:daily|a day|per day))", 3: r"(?:t\.?i\.?d|three times (?:daily|a day))"}
# What a number without a name of its own stands beside.
_BESIDE = {
    "blastPercent": r"blasts?\b",
    "cellularityPercent": r"cellularity",
    "donorChimerismPercent": r"chimerism",
    "myeloidErythroidRatio": r"erythroid|M:E",
    "megakaryocytesPerHPF": r"megakaryocytes?",
    "cd3Dose": r"CD3\+",
    "cd34Dose": r"CD34\+",
}
_STILL = re.compile(r"\b(?:remain(?:s|ed)|continue[sd]|still|ongoing|maintain(?:s|ed)|persist(?:s|ed)|sustained)\b", re.IGNORECASE)
_BY_THEN = re.compile(r"\b(?:by|within|until|no later than) (?:the )?$", re.IGNORECASE)
_COMPARTMENTS = {"SurfaceCompartment": ("s", "sm", "m"), "CytoplasmicCompartment": ("c", "cy"), "NuclearCompartment": ("n",)}
_TESTS = ("Assessment", "AssayMethod")  # whose result may be negative without the test being denied
_GRADE_RANGE = re.compile(r"-[IV\d]")
_JOINT = 25  # what a comma or "and" between a number and a word weighs, in characters
_DOSE_LEVEL_REACH = 25


def judge_of(look: Look) -> Judge:
    """Return the judge for a statement, by its property and the kind of its value."""
    name = look.statement.property
    if name in _ORDERS:
        return _order
    special: dict[str, Judge] = {
        "atStartOf": _at_start, "stillAt": _still, "startOffset": _offset, "endOffset": _offset, "dayNumber": _days,
        "startDate": _date, "endDate": _date, "karyotype": _karyotype, "hlaMatch": _hla, "asDescribedIn": _cited,
        "fractionsPerDay": _times_a_day, "remissionNumber": _remission, "detectionCompartment": _compartment,
        "duration": _duration, "doseLevel": _dose_level, "antigenStatus": _marker, "antigenLoss": _marker,
    }  # fmt: skip
    if name in special:
        return special[name]
    if name in _NOUNS:
        return _count
    if name in _LINKS:
        return _link
    if "marker" in look.said.skeleton.get(look.statement.about, {}):
        return _marker
    if look.term:
        return _named
    kind = getattr(look.statement.value, "datatype", None) if look.statement.values else None
    if look.statement.unit or (kind and kind.value.endswith(("decimal", "integer"))):
        return _amount
    return _yes if kind and kind.value.endswith("boolean") else _words


# --- terms, their signs and markers ---


def _named(look: Look, part: Part) -> Outcome:
    term = look.term
    if term is None:
        return cannot_tell(f"the ontology has no '{look.statement.target}'")
    name = local(term.iri)
    given = _given(look, part, name)
    patterns = [*forms(term), *given]
    if look.printed:
        if not (names(look.terms, term, look.printed) or mentions(look.printed, given) or _is_bare_sign(look.printed, name)):
            return cannot_tell(_misnamed(look, term))
        if name in SIGNED and _signs(look.printed, forms(term)) - {"", SIGNED[name]}:
            return contradicted(f"the printed '{look.printed}' has the other sign")
        patterns += [] if _is_bare_sign(look.printed, name) else [phrase(look.printed)]
    if look.statement.property == TYPE and look.number_of(look.subject, "cycleNumber") is not None:
        return _cycle(look, part)
    spans = [span for span in mentions(part.text, patterns) if not _GRADE_RANGE.match(part.text, span[1])]
    if not spans:
        return cannot_tell(f"that it is a case of '{term.label}' is the curator's judgement; the text does not say it") if name in JUDGED else not_found(f"'{look.printed or term.label}' is not there")
    if look.no_data:
        return SUPPORTED if without_data(part.text) else contradicted("it does not say that there are no data")
    if name in SIGNED:
        return _signed(look, part, SIGNED[name])
    if any(look.terms.is_a(term, BASE + test) for test in _TESTS):
        return SUPPORTED if without_data(part.text) == look.absent else contradicted("the text speaks of the test as done" if look.absent else "the text says that it was not done")
    return _existence(look, part, spans)


def _given(look: Look, part: Part, name: str) -> list[re.Pattern[str]]:
    """Return the names of what was given, where these tell of a class that has no name of its own."""
    if look.statement.property != TYPE or name not in TOLD_BY_AGENT:
        return []
    return look.agents(look.subject) if re.search(TOLD_BY_AGENT[name], part.text, re.IGNORECASE) else []


def _is_bare_sign(printed: str, name: str) -> bool:
    """Whether "negative" or "positive" alone is printed for a result of that sign."""
    return printed.casefold() == {"+": "positive", "-": "negative"}.get(SIGNED.get(name, ""))


def _signs(text: str, patterns: Iterable[re.Pattern[str]]) -> set[str]:
    return {test_sign(text, *span) for span in mentions(text, patterns)}


def _misnamed(look: Look, term: Term) -> str:
    wider = [look.terms.by_iri[iri] for iri in look.terms.superclasses(term.iri) - {term.iri} if iri in look.terms.by_iri]
    named = next((each.label for each in wider if mentions(look.printed, forms(each))), "")
    less = f"names the wider '{named}' only" if named else f"is no name of '{term.label}'"
    return f"the printed '{look.printed}' {less}; give words that name it, or none"


def _existence(look: Look, part: Part, spans: list[Span]) -> Outcome:
    """Something is told, denied or suspected: the statement must say the same."""
    said = [span for span in spans if denied(part.text, *span) == look.absent]
    if not said:
        return contradicted("the text denies it" if not look.absent else "the text does not deny it")
    if not look.absent and all(hedged(part.text, start) for start, _ in said) != look.statement.suspected:
        return contradicted("the text gives it as a suspicion" if not look.statement.suspected else "the text does not give it as a suspicion")
    return SUPPORTED


def _signed(look: Look, part: Part, sign: str) -> Outcome:
    wanted = sign if not look.absent else {"+": "-", "-": "+"}[sign]
    found = _signs(part.text, forms(look.term)) if look.term else set()
    # "No abnormality" is told by its sign; "relapse" and "infiltration", told without any, are there.
    if wanted in found or (wanted == "+" and found == {""} and local(look.term.iri if look.term else "") == "LeukemiaDetected"):
        return SUPPORTED
    return contradicted(f"the text gives the other sign than {wanted}") if found - {""} else not_found(f"no sign ({wanted}) beside it")


def _cycle(look: Look, part: Part) -> Outcome:
    """A cycle of a drug: the passage must have its number, or as many, and the drug."""
    number = look.number_of(look.subject, "cycleNumber") or 0
    if not any(number in c.numbers or (c.total and number <= max(c.numbers)) for c in counted(part.text, "cycle")):
        return not_found(f"cycle {number} is not told")
    given = mentions(look.text, look.agents(look.subject))
    if not given:
        return not_found("the drug is not named")
    return contradicted("the text does not deny it") if look.absent else SUPPORTED


def _marker(look: Look, part: Part) -> Outcome:
    finding = look.said.skeleton.get(look.statement.about, {}).get("marker", ())
    term = look.terms.by_iri.get(_iri(look, finding[0])) if finding else look.term
    if term is None:
        return cannot_tell("the ontology has no such marker")
    negative = look.statement.property == "antigenLoss" or look.statement.target == "NegativeResult"
    if negative == look.absent and look.statement.target in {"NegativeResult", "PositiveResult"}:
        wanted = "+"
    else:
        wanted = "-" if negative != look.absent else "+"
    bodies = [form.pattern.removeprefix("(?<![A-Za-z0-9])").removesuffix("(?![A-Za-z0-9])") for form in forms(term)]
    marker = re.compile(rf"(?<![A-Za-z0-9])(?:sm|cy|[smcn])?(?:{'|'.join(bodies)})(?![A-Za-z0-9]|-(?!negativ|positiv)[a-z])")
    if look.printed:
        own = marker.match(look.printed)
        if not own:
            return contradicted(f"the printed '{look.printed}' is not {term.label}")
        if test_sign(look.printed, *own.span()) not in {"", wanted}:
            return contradicted(f"the printed '{look.printed}' has the other sign")
    spans = [match.span() for match in marker.finditer(part.text)]
    if not spans:
        return not_found(f"{term.label} is not there")
    for nth, (start, end) in enumerate(spans):
        following = part.text[start : spans[nth + 1][0] if nth + 1 < len(spans) else None]
        if test_sign(part.text, start, end) == wanted and (finding or not look.values_of(look.subject, "site") or _beside_site(look, following)):
            return SUPPORTED
    return contradicted(f"the text does not give {term.label} as {'negative' if wanted == '-' else 'positive'}")


def _beside_site(look: Look, text: str) -> bool:
    sites = [look.terms.by_iri.get(s.value.value) for s in look.values_of(look.subject, "site")]
    return any(mentions(text, forms(site)) for site in sites if site)


def _iri(look: Look, name: str) -> str:
    return next((iri for iri in (name, f"https://w3id.org/leukemia-kg/{name}") if iri in look.terms.by_iri), name)


def _compartment(look: Look, part: Part) -> Outcome:
    name = local(look.term.iri) if look.term else ""
    spelled = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_COMPARTMENTS.get(name, ('-',)))})(?=[A-Z])")
    if look.printed and not spelled.match(look.printed):
        return contradicted(f"the printed '{look.printed}' does not name the {term_name(look.term)}")
    if look.printed and phrase(look.printed).search(part.text):
        return contradicted("the text does not deny it") if look.absent else SUPPORTED
    return not_found(f"'{look.printed}' is not there") if look.printed else cannot_tell("give the marker as printed, with its prefix")


def _dose_level(look: Look, part: Part) -> Outcome:
    level = _named(look, part)
    if level.verdict != "supported" or not look.term:
        return level
    words = mentions(part.text, [*forms(look.term), *([phrase(look.printed)] if look.printed else [])])
    for start, end in mentions(part.text, look.agents(look.subject)):
        if any(0 <= start - stop <= _DOSE_LEVEL_REACH and " and " not in part.text[stop:start] for _, stop in words):
            return SUPPORTED
        if any(0 <= begin - end <= _DOSE_LEVEL_REACH and " and " not in part.text[end:begin] for begin, _ in words):
            return SUPPORTED
    return not_found("it does not stand beside the drug")


def _link(look: Look, part: Part) -> Outcome:
    if look.absent:
        return contradicted("the text does not deny it")
    if look.printed and not look.prints(look.printed):
        return not_found(f"'{look.printed}' is not there")
    target = look.statement.target
    if look.tells_of(target, part.text) or (look.printed and look.prints(look.printed)):
        return SUPPORTED
    return not_found(f"it does not tell of '{node_name(target)}'")


def _yes(look: Look, part: Part) -> Outcome:
    spans = mentions(part.text, [yes_cue(look.statement.property)])
    if not spans:
        return not_found(f"no word says whether it is '{look.statement.property}'")
    yes = look.statement.value.value == "true"
    said = any(not denied(part.text, *span) for span in spans)
    return SUPPORTED if said == (yes != look.absent) else contradicted("the text says the opposite")


# --- numbers ---


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _equal(look: Look, amount: Amount) -> bool:
    """Whether an amount of the text has the statement's number, upper end, comparator and unit."""
    said = look.statement
    unit = said.unit or ("%" if said.property.endswith("Percent") else "")
    upper = _decimal(said.upper) if said.upper else None
    return (amount.number, amount.upper, amount.comparator, amount.unit) == (_decimal(said.value.value), upper, said.comparator, unit)


def _printed_amount(look: Look) -> Outcome | None:
    """Return what is wrong with the printed number, if anything."""
    if not look.printed:
        return None
    said = look.statement
    for amount in amounts(look.printed):
        same = (amount.number, amount.upper, amount.comparator) == (_decimal(said.value.value), _decimal(said.upper) if said.upper else None, said.comparator)
        if same and (_equal(look, amount) or not amount.unit):
            return None
    return contradicted(f"the printed '{look.printed}' is not {said.value.value} {said.unit}".rstrip())


def _amount(look: Look, part: Part) -> Outcome:
    if wrong := _printed_amount(look):
        return wrong
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    every = amounts(part.text)
    found = [amount for amount in every if _equal(look, amount)]
    if not found:
        number = _decimal(look.statement.value.value)
        near = next((a for a in every if a.number == number), None)
        return contradicted("the number stands there with another unit or comparator") if near else not_found(f"{look.statement.value.value} {look.statement.unit} is not there")
    beside = _BESIDE.get(look.statement.property)
    words = [m.span() for m in re.finditer(beside, part.text)] if beside else mentions(part.text, look.agents(look.subject))
    if not words:
        return SUPPORTED if not beside else not_found("what the number is of is not there")
    rivals = [amount for amount in every if amount.unit == found[0].unit]
    nearest = [min(rivals, key=lambda a: _distance(part.text, a, word)) for word in words]  # noqa: B023 - used at once
    return SUPPORTED if any(amount in nearest for amount in found) else contradicted("the number is that of something else")


def _distance(text: str, amount: Amount, word: Span) -> int:
    low, high = sorted((word, (amount.start, amount.end)))
    between = text[low[1] : high[0]]
    return max(0, high[0] - low[1]) + _JOINT * (between.count(",") + between.count(" and ") + between.count(";"))


def _own_in_list(look: Look, part: Part, found: list[Amount]) -> Outcome:
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


def _duration(look: Look, part: Part) -> Outcome:
    found = _amount(look, part)
    if found.verdict != "supported":
        return found
    return _own_in_list(look, part, [amount for amount in amounts(part.text) if _equal(look, amount)])


def _offset(look: Look, part: Part) -> Outcome:
    said = look.statement
    anchor = look.tells_of(said.anchor, part.text)
    if _decimal(said.value.value) == 0:
        if orders.started_with(part.text) and look.tells_of(said.anchor, part.text) and not look.absent:
            return SUPPORTED
        return not_found("it does not say that both began together")
    if wrong := _printed_amount(look):
        return wrong
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    found = [amount for amount in amounts(part.text) if _equal(look, amount)]
    if not found:
        return not_found(f"{said.value.value} {said.unit} is not there")
    own = _own_in_list(look, part, found)
    if own.verdict != "supported":
        return own
    if said.qualifier == "AtLeast" and not _STILL.search(part.text):
        return not_found("no word says that it went on (remained, continued)")
    counted_from = {orders.counts_from(part.text, amount.end, anchor, back=said.qualifier == "Before") for amount in found}
    if "yes" in counted_from:
        return SUPPORTED
    if "no" in counted_from:
        return contradicted("the text counts to the other side of the anchor")
    return cannot_tell(f"from what the text counts: it does not name '{node_name(said.anchor)}'")


def _days(look: Look, part: Part) -> Outcome:
    said = look.statement
    wanted = frozenset(int(value.value) for value in said.values)
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and wanted not in {days for _, _, days in day_lists(f"day {re.sub(r'^.*?days?', '', look.printed).strip()}")}:
        return contradicted(f"the printed '{look.printed}' has other days")
    found = [(start, end) for start, end, days in day_lists(part.text) if days == wanted]
    if not found:
        return not_found(f"no 'day {', '.join(map(str, sorted(wanted)))}' with these signs")
    by_then = [_BY_THEN.search(part.text, max(0, start - 20), start) is not None for start, _ in found]
    if (said.qualifier == "ByThen") not in by_then:
        return contradicted("the text says 'by' that day" if any(by_then) else "the text says on that day, not by it")
    anchor = look.tells_of(said.anchor, part.text)
    for start, end in found:
        of = re.compile(r" (?:of|after) ").match(part.text, end)
        if of and not any(of.end() <= at <= of.end() + orders.REACH // 2 for at, _ in anchor):
            continue
        if (anchor or min(wanted) < 0) and _is_after_its_dose(look, part, start):
            return SUPPORTED
    return cannot_tell(f"from what the days are counted, or whose they are: see '{node_name(said.anchor)}'")


def _is_after_its_dose(look: Look, part: Part, start: int) -> bool:
    """Whether the dose next before some days is the occurrent's own, if it has one with a number there."""
    doses = [s for s in look.values_of(look.subject, "dose", "dosePerFraction") if look.text and s.passages == look.statement.passages]
    before = [a for a in amounts(part.text[:start]) if a.unit and a.unit != "%"]
    return not doses or not before or any(_decimal(s.value.value) == before[-1].number and s.unit == before[-1].unit for s in doses)


def _count(look: Look, part: Part) -> Outcome:
    name, number = look.statement.property, int(look.statement.value.value)
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if rival := _same_number(look):
        return contradicted(f"'{node_name(rival)}' is already number {number}")
    noun = _NOUNS[name]
    if look.printed:
        printed = look.printed if re.search(noun, look.printed, re.IGNORECASE) else f"{'cycle ' if look.printed.isdecimal() else ''}{look.printed} cycle"
        if not any(_counts(name, number, c.numbers, total=c.total, more=c.more) for c in counted(printed, noun) + counted(printed, "cycle")):
            return contradicted(f"the printed '{look.printed}' is not {number}")
    if any(_counts(name, number, c.numbers, total=c.total, more=c.more) for c in counted(part.text, noun)):
        return SUPPORTED
    return not_found(f"no {look.terms.by_iri[_iri(look, name)].label} {number}")


def _counts(name: str, number: int, numbers: frozenset[int], *, total: bool, more: bool) -> bool:
    if name.endswith("Count"):
        return total and not more and number in numbers
    if more:  # "two additional", after the first
        return 1 < number <= 1 + max(numbers)
    return number in numbers if not total else name == "cycleNumber" and number <= max(numbers)


def _same_number(look: Look) -> str:
    """Return another occurrent of the same course that bears the number already."""
    course = look.said.skeleton.get(look.subject, {}).get("partOf")
    for node, keys in look.said.skeleton.items():
        if course and node != look.subject and keys.get("partOf") == course:
            for other in look.values_of(node, look.statement.property):
                if other.value == look.statement.value and look.statement.property.endswith("Number"):
                    return node
    return ""


def _times_a_day(look: Look, part: Part) -> Outcome:
    times = re.compile(_TIMES_A_DAY.get(int(look.statement.value.value), r"(?!)"), re.IGNORECASE)
    if look.printed and not times.search(look.printed):
        return contradicted(f"the printed '{look.printed}' is not {look.statement.value.value} a day")
    if look.absent or not times.search(part.text):
        return not_found(f"no word says {look.statement.value.value} a day")
    return SUPPORTED


def _remission(look: Look, part: Part) -> Outcome:
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    number = re.compile(rf"\bCR ?{look.statement.value.value}\b")
    if look.printed and not number.search(look.printed):
        return contradicted(f"the printed '{look.printed}' is not number {look.statement.value.value}")
    return SUPPORTED if number.search(part.text) else not_found(f"CR{look.statement.value.value} is not there")


# --- dates, strings, citations ---


def _date(look: Look, part: Part) -> Outcome:
    date = look.statement.value.value
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and date not in {iso for _, _, iso in dates(look.printed)}:
        return contradicted(f"the printed '{look.printed}' is not {date}")
    return SUPPORTED if date in {iso for _, _, iso in dates(part.text)} else not_found(f"{date} is not there, as precise as that")


def _karyotype(look: Look, part: Part) -> Outcome:
    """The whole string: a count in brackets, a second clone, a trailing bracket left out is another karyotype."""
    value = look.statement.value.value
    letters = [re.escape(letter) for letter in re.sub(r"\s", "", value)]
    whole = re.compile(rf"(?<![\w\[\](),;/+?~-])(?:{r' ?'.join(letters)})(?!\s?[\[/(,;+?~-]|\w|\.\w)")
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and re.sub(r"\s", "", look.printed) != re.sub(r"\s", "", value):
        return contradicted("the printed string is another one")
    return SUPPORTED if whole.search(part.text) else not_found("the string, whole and unaltered, is not there")


def _hla(look: Look, part: Part) -> Outcome:
    value = look.statement.value.value
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and value not in look.printed:
        return contradicted(f"the printed '{look.printed}' is not {value}")
    return SUPPORTED if re.search(rf"(?<![\d/]){value}(?![\d/])", part.text) else not_found(f"{value} is not there")


def _cited(look: Look, part: Part) -> Outcome:
    wanted = look.statement.target.rpartition("/")[2]
    numbers = [number for number, reference in look.references.items() if reference == wanted]
    for cited in re.finditer(r"\[(\d{1,3}(?:[-,] ?\d{1,3}){0,20})\]", part.text):
        for item in re.split(r", ?", cited[1]):
            low, _, high = item.partition("-")
            if any(int(low) <= number <= int(high or low) for number in numbers):
                return SUPPORTED if not look.absent else contradicted("the text cites it")
    return not_found(f"it does not cite {wanted}")


def _words(look: Look, part: Part) -> Outcome:
    value = look.statement.value.value if look.statement.values else ""
    if look.printed and not phrase(value).search(look.printed):
        return contradicted(f"the printed '{look.printed}' is not '{value}'")
    spans = mentions(part.text, [phrase(value)])
    return _existence(look, part, spans) if spans else not_found(f"'{value}' is not there")


# --- order in time ---


def _order(look: Look, part: Part) -> Outcome:
    wanted, target = _ORDERS[look.statement.property], look.statement.target
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and (wrong := _printed_order(look, wanted, target)):
        return wrong
    anchor = look.tells_of(target, part.text)
    if not anchor:
        printed = look.printed and phrase(look.printed).search(part.text)
        return cannot_tell(f"that '{look.printed}' means '{node_name(target)}' is the curator's reading") if printed else not_found(f"it does not tell of '{node_name(target)}'")
    if wanted == "during" and part.text[anchor[0][1] :].lstrip().startswith(":"):
        return SUPPORTED
    subject = look.tells_of(look.subject, part.text, wide=False) or look.tells_of(look.subject, part.text)
    found = orders.orders(part.text, subject, [span for span in anchor if span not in subject])
    kinds = {kind for kind, shortly in found if shortly or look.statement.property != "shortlyAfter"}
    if wanted in kinds:
        return SUPPORTED
    if {"after": "before", "before": "after"}.get(wanted) in kinds:
        return contradicted("the text has them in the other order")
    return not_found(f"no word puts it {wanted} '{node_name(target)}'")


def _printed_order(look: Look, wanted: orders.Order, target: str) -> Outcome | None:
    """Return what is wrong with the printed words of an order: another cycle, or no order that the statement could mean."""
    cycle = look.number_of(target, "cycleNumber")
    told = counted(look.printed, "cycle")
    if cycle is not None and told and not any(max(c.numbers) == cycle if c.total else cycle in c.numbers for c in told):
        return contradicted(f"the printed '{look.printed}' is not cycle {cycle}")
    return None


def _at_start(look: Look, part: Part) -> Outcome:
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    for text in (part.text, look.header):
        if orders.at_start(text):
            return SUPPORTED if look.tells_of(look.statement.target, text) else not_found(f"it starts something else than '{node_name(look.statement.target)}'")
    return not_found("neither the text nor the head of its column speaks of a start")


def _still(look: Look, part: Part) -> Outcome:
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    return SUPPORTED if _STILL.search(part.text) else not_found("no word says that it went on")
