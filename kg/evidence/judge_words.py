"""What statements demand whose value is a word, a yes, a string to be kept whole, a citation or another thing told."""

import re

from .judge_terms import existence
from .look import SUPPORTED, Look, Outcome, contradicted, node_name, not_found
from .owners import Part
from .signs import denied, without_data
from .wording import mentions, phrase, yes_cue


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
    property_ = look.terms.by_iri.get(look.iri(look.statement.property))
    named = [phrase(look.printed)] if look.printed else [phrase(property_.label)] if property_ else []
    if not mentions(part.text, named):
        return not_found(f"'{look.printed or look.statement.property}' is not there")
    return (
        SUPPORTED
        if look.no_data and without_data(part.text)
        else contradicted("it does not say that there are no data")
    )


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
