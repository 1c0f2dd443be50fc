"""What statements demand whose value is a word, a yes, a string to be kept whole, a citation or another thing told."""

import re

from .judge_terms import existence
from .look import SUPPORTED, Look, Outcome, cannot_tell, contradicted, node_name, not_found
from .owners import Part
from .signs import data_lacking, denied, without_data
from .wording import forms, local, mentions, phrase, property_cues, yes_cue


def link(look: Look, part: Part) -> Outcome:
    """Two things belong together: the text tells of both."""
    if look.absent:
        return contradicted("the text does not deny it")
    if look.printed and not look.prints(look.printed):
        return not_found(f"'{look.printed}' is not there")
    target = look.statement.target
    if look.tells_of(target, part.text) or (look.printed and look.prints(look.printed)):
        return SUPPORTED
    return not_found(f"it does not tell of '{node_name(target)}'")


def no_value(look: Look, part: Part) -> Outcome:
    """A property of which the source has no data."""
    if not look.no_data:
        return contradicted("it does not say so")
    spans = mentions(part.text, [phrase(look.printed)] if look.printed else _names_of_property(look))
    if not spans:
        if look.printed:
            return not_found(f"'{look.printed}' is not there")
        return not_found(f"no word for '{look.statement.property}' is there; give the printed words")
    if not without_data(part.text):
        return not_found("no word says that there are no data, or none was done")
    if any(data_lacking(part.text, *span) for span in spans):
        return SUPPORTED
    return cannot_tell("the text has no data on something: whether on this, a person must see")


def _names_of_property(look: Look) -> list[re.Pattern[str]]:
    """Return what names a property: its label, words for it, its values."""
    property_ = look.terms.by_iri.get(look.iri(look.statement.property))
    if property_ is None:
        return []
    values = [
        term
        for term in look.terms.by_iri.values()
        if property_.range and any(property_.range in look.terms.superclasses(kind) for kind in term.types)
    ]
    named = [phrase(property_.label), *property_cues(local(property_.iri))]
    return named + [form for term in values for form in forms(term)]


def yes(look: Look, part: Part) -> Outcome:
    """A yes-or-no property."""
    spans = mentions(part.text, [yes_cue(look.statement.property)])
    if not spans:
        return not_found(f"no word says whether it is '{look.statement.property}'")
    yes = look.statement.value.value == "true"
    said = any(not denied(part.text, *span) for span in spans)
    return SUPPORTED if said == (yes != look.absent) else contradicted("the text says the opposite")


def words(look: Look, part: Part) -> Outcome:
    """Words of the source's own."""
    value = look.statement.value.value if look.statement.values else ""
    if look.printed and not phrase(value).search(look.printed):
        return contradicted(f"the printed '{look.printed}' is not '{value}'")
    spans = mentions(part.text, [phrase(value)])
    return existence(look, part, spans) if spans else not_found(f"'{value}' is not there")


def karyotype(look: Look, part: Part) -> Outcome:
    """The whole string: a count in brackets, a second clone, a trailing bracket left out is another karyotype."""
    value = look.statement.value.value
    letters = [re.escape(letter) for letter in re.sub(r"\s", "", value)]
    whole = re.compile(rf"(?<![\w\[\](),;/+?~-])(?:{r' ?'.join(letters)})(?!\s?[\[/(,;+?~-]|\w|\.\w)")
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and re.sub(r"\s", "", look.printed) != re.sub(r"\s", "", value):
        return contradicted("the printed string is another one")
    return SUPPORTED if whole.search(part.text) else not_found("the string, whole and unaltered, is not there")


def hla_match(look: Look, part: Part) -> Outcome:
    """A match of n of m loci."""
    value = look.statement.value.value
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and value not in look.printed:
        return contradicted(f"the printed '{look.printed}' is not {value}")
    return SUPPORTED if re.search(rf"(?<![\d/]){value}(?![\d/])", part.text) else not_found(f"{value} is not there")


def citation(look: Look, part: Part) -> Outcome:
    """A reference, by its number in the list."""
    wanted = look.statement.target.rpartition("/")[2]
    numbers = [number for number, reference in look.references.items() if reference == wanted]
    for cited in re.finditer(r"\[(\d{1,3}(?:[-,] ?\d{1,3}){0,20})\]", part.text):
        for item in re.split(r", ?", cited[1]):
            low, _, high = item.partition("-")
            if any(int(low) <= number <= int(high or low) for number in numbers):
                return SUPPORTED if not look.absent else contradicted("the text cites it")
    return not_found(f"it does not cite {wanted}")
