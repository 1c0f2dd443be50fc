"""What a statement whose value is a term demands of a text: its name, its sign, its polarity."""

import re
from collections.abc import Iterable

from ..vocabulary import BASE, Term
from .amounts import counted
from .look import SUPPORTED, TYPE, Look, Outcome, cannot_tell, contradicted, not_found
from .owners import Part
from .signs import data_lacking, denied, hedged, not_done, result_sign, says_none, unreported, without_data
from .wording import (
    JUDGED,
    SIGNED,
    STRUCTURAL,
    TOLD_BY_AGENT,
    Span,
    forms,
    local,
    longest,
    mentions,
    names,
    phrase,
    siblings,
)

_TESTS = ("Assessment", "AssayMethod")  # whose result may be negative without the test being denied
# Words before the value of some properties of place.
_LEADS = {
    "upperLevel": re.compile(r"\bfrom (?:the )?$"),
    "lowerLevel": re.compile(r"(?:\bto (?:the )?|-)$"),
    "extensionSite": re.compile(r"\bexten(?:sion|ding|ded|ds) (?:in)?to (?:the )?[^,;]{0,30}$"),
}
_NEGATORS = re.compile(r"\b(?:no|not|without|absence of|absent|never|none|was|were)\b", re.IGNORECASE)
_GRADE_RANGE = re.compile(r"-[IV\d]")
_DOSE_LEVEL_REACH = 25


def named(look: Look, part: Part) -> Outcome:
    """A term is named, with the polarity, the sign and the hedge that the statement has."""
    term = look.term
    if term is None:
        return cannot_tell(f"the ontology has no '{look.statement.target}'")
    name = local(term.iri)
    given = _given(look, part, name)
    if look.printed:
        numbered = term.label.endswith("cycle") and _tells_of_cycle(look, look.printed)
        fits = names(look.terms, term, look.printed) or mentions(look.printed, given) or numbered
        fits = fits or ((look.absent or look.no_data) and _denies(look, part, term))
        if not (fits or is_bare_sign(look.printed, name)):
            if name in JUDGED:
                return cannot_tell(_judged(term))
            return cannot_tell(_misnamed(look, term))
        if name in SIGNED and signs_of(look.printed, forms(term)) - {"", SIGNED[name]}:
            return contradicted(f"the printed '{look.printed}' has the other sign")
    if look.statement.property == TYPE:
        is_numbered, is_cycle = look.number_of(look.subject, "cycleNumber") is not None, term.label.endswith("cycle")
        if is_cycle:
            return _cycle(look, part, term) if is_numbered else cannot_tell("which cycle it is: give its number")
        if is_numbered:
            return contradicted("it bears the number of a cycle")
    spans = _spans(look, part, term, given)
    if not spans:
        if name in JUDGED or look.statement.property == "endpoint":
            return cannot_tell(_judged(term))
        if name in STRUCTURAL and not look.printed and not look.absent and not look.no_data:
            return cannot_tell(f"papers do not print '{term.label}'; that this is one is the curator's reading")
        return not_found(f"'{look.printed or term.label}' is not there")
    if look.no_data:
        return _lacks_data(part, spans)
    if look.statement.property == "endpoint":
        return contradicted("the text gives it") if look.absent else SUPPORTED
    if name in SIGNED:
        return _signed(look, part, SIGNED[name])
    if is_test(look, term):
        return _test_done(look, part, spans)
    if look.statement.property in {"site", "compartment"} and (other := _named_with_type(look, part, term)):
        return contradicted(f"the text tells of it as '{other}'")
    return existence(look, part, spans)


def _judged(term: Term) -> str:
    return f"that it is a case of '{term.label}' is the curator's judgement; the text does not say it"


def _denies(look: Look, part: Part, term: Term) -> bool:
    """Whether printed words deny without the full name, "none", "no mutation", and the text itself names the thing."""
    if says_none(look.printed):
        return True
    rest = _NEGATORS.sub("", look.printed).strip()
    heads = re.findall(r"[A-Za-z]{4,}", rest.casefold())
    named = {word for name in term.names for word in re.findall(r"[A-Za-z]{4,}", name.casefold())}
    of_it = bool(heads) and any(head.rstrip("s") == word.rstrip("s") for head in heads for word in named)
    return rest != look.printed and of_it and bool(longest(look.terms, term, part.text))


def _given(look: Look, part: Part, name: str) -> list[re.Pattern[str]]:
    """Return the names of what was given, where these tell of a class that has no name of its own."""
    if look.statement.property != TYPE or name not in TOLD_BY_AGENT:
        return []
    return look.agents(look.subject) if re.search(TOLD_BY_AGENT[name], part.text, re.IGNORECASE) else []


def is_test(look: Look, term: Term) -> bool:
    """Whether a term is a test, or a method of one."""
    return any(look.terms.is_a(term, BASE + test) for test in _TESTS)


def is_bare_sign(printed: str, name: str) -> bool:
    """Whether "negative" or "positive" alone is printed for a result of that sign."""
    return printed.casefold() == {"+": "positive", "-": "negative"}.get(SIGNED.get(name, ""))


def signs_of(text: str, patterns: Iterable[re.Pattern[str]]) -> set[str]:
    """Return the signs that a text gives for what the patterns name."""
    return {result_sign(text, *span) for span in mentions(text, patterns)}


def _misnamed(look: Look, term: Term) -> str:
    wider = [
        look.terms.by_iri[iri] for iri in look.terms.superclasses(term.iri) - {term.iri} if iri in look.terms.by_iri
    ]
    named = next((each.label for each in wider if mentions(look.printed, forms(each))), "")
    less = f"names the wider '{named}' only" if named else f"is no name of '{term.label}'"
    return f"the printed '{look.printed}' {less}; give words that name it, or none"


def _spans(look: Look, part: Part, term: Term, given: list[re.Pattern[str]]) -> list[Span]:
    """Return where the term is named: within the printed words, where these stand, and behind a lead."""
    own = sorted({*longest(look.terms, term, part.text), *mentions(part.text, given)})
    own = [span for span in own if not _GRADE_RANGE.match(part.text, span[1])]
    if look.printed and not is_bare_sign(look.printed, local(term.iri)) and not says_none(look.printed):
        copied = mentions(part.text, [phrase(look.printed)])
        inner = [(start, end) for start, end in own if any(low <= start and end <= high for low, high in copied)]
        own = inner or copied or own
    lead = _LEADS.get(look.statement.property)
    if lead:
        return [span for span in own if lead.search(part.text, max(0, span[0] - 60), span[0])]
    if look.statement.property == "site":
        return [span for span in own if not _LEADS["extensionSite"].search(part.text, max(0, span[0] - 60), span[0])]
    return own


def _named_with_type(look: Look, part: Part, term: Term) -> str:
    """Return the words that name the occurrent with another site: "lung mass" where "sacrum" is claimed."""
    for statement in look.values_of(look.subject, TYPE):
        words = statement.printed
        if words and phrase(words).search(part.text) and not mentions(words, forms(term)):
            known = {s.value.value for s in look.values_of(look.subject, look.statement.property)}
            named = [other for other in siblings(look.terms, term) if mentions(words, forms(other))]
            if named and not any(other.iri in known for other in named):
                return words
    return ""


def existence(look: Look, part: Part, spans: list[Span]) -> Outcome:
    """Something is told, denied or suspected: the statement must say the same."""
    said = [span for span in spans if denied(part.text, *span) == look.absent]
    if not said and not look.absent and all(unreported(part.text, end) for _, end in spans):
        return cannot_tell("the text says that it was not reported, which may be of it or of something about it")
    if not said or (look.absent and said != spans):
        return contradicted("the text denies it" if not look.absent else "the text does not deny it")
    if not look.absent and all(hedged(part.text, start) for start, _ in said) != look.statement.suspected:
        return contradicted(
            "the text gives it as a suspicion"
            if not look.statement.suspected
            else "the text does not give it as a suspicion"
        )
    return SUPPORTED


def _lacks_data(part: Part, spans: list[Span]) -> Outcome:
    """The text has no data on something: said of it, or of all that the text tells of."""
    if not without_data(part.text):
        return not_found("no word says that there are no data, or none was done")
    if any(data_lacking(part.text, *span) for span in spans):
        return SUPPORTED
    return contradicted("the text gives a result") if _has_result(part, spans) else SUPPORTED


def _has_result(part: Part, spans: list[Span]) -> bool:
    return any(result_sign(part.text, *span) for span in spans)


def _test_done(look: Look, part: Part, spans: list[Span]) -> Outcome:
    """A test with a negative result was done."""
    lacking = any(data_lacking(part.text, *span) for span in spans)
    if not (lacking or not without_data(part.text) or _has_result(part, spans)):
        return cannot_tell("the text has no data on something: whether on this, a person must see")
    if lacking and not_done(part.text):
        return SUPPORTED if look.absent else contradicted("the text says that it was not done")
    if look.absent or lacking:
        return contradicted("the text speaks of the test as done" if look.absent else "the text has no data on it")
    return SUPPORTED


def _signed(look: Look, part: Part, sign: str) -> Outcome:
    wanted = sign if not look.absent else {"+": "-", "-": "+"}[sign]
    found = signs_of(part.text, forms(look.term)) if look.term else set()
    # "No abnormality" is told by its sign; "relapse" and "infiltration", told without any, are there.
    if wanted in found or (
        wanted == "+" and found == {""} and local(look.term.iri if look.term else "") == "LeukemiaDetected"
    ):
        return SUPPORTED
    return (
        contradicted(f"the text gives the other sign than {wanted}")
        if found - {""}
        else not_found(f"no sign ({wanted}) beside it")
    )


def _tells_of_cycle(look: Look, text: str) -> bool:
    """Whether a text names the cycle by its number, or tells of as many."""
    number = look.number_of(look.subject, "cycleNumber") or 0
    return any(number in c.numbers or (c.total and 0 < number <= max(c.numbers)) for c in counted(text, "cycle"))


def _cycle(look: Look, part: Part, term: Term) -> Outcome:
    """A cycle of a drug: the passage must have its number, or as many, and the drug."""
    if look.number_of(look.subject, "cycleNumber") is not None and not _tells_of_cycle(look, part.text):
        return not_found("a cycle of its number is not told")
    if not mentions(part.text, [phrase("cycle")]):
        return not_found("no cycle is told")
    drug = term.label.removesuffix("cycle").strip()
    given = look.agents(look.subject) if drug == "treatment" else [phrase(drug), *forms(term)]
    if given and not mentions(look.text, given):
        return not_found(f"the drug of a {term.label} is not named")
    return contradicted("the text does not deny it") if look.absent else SUPPORTED


def dose_level(look: Look, part: Part) -> Outcome:
    """A dose is low or high: beside the drug."""
    level = named(look, part)
    if level.verdict != "supported" or not look.term:
        return level
    words = mentions(part.text, [*forms(look.term), *([phrase(look.printed)] if look.printed else [])])
    for start, end in mentions(part.text, look.agents(look.subject)):
        if any(0 <= start - stop <= _DOSE_LEVEL_REACH and " and " not in part.text[stop:start] for _, stop in words):
            return SUPPORTED
        if any(0 <= begin - end <= _DOSE_LEVEL_REACH and " and " not in part.text[end:begin] for begin, _ in words):
            return SUPPORTED
    return not_found("it does not stand beside the drug")
