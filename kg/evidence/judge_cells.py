"""A cell of a table, read with the head of its column and the first cell of its row, where these complete it."""

import re
from collections.abc import Callable
from dataclasses import replace

from . import orders
from .amounts import amounts
from .judge_numbers import BESIDE, equals, misprinted
from .judge_terms import is_bare_sign, is_test
from .judge_times import ORDERS
from .look import SUPPORTED, TYPE, Cell, Look, Outcome, cannot_tell, contradicted
from .owners import Part
from .signs import denied, says_none, without_data
from .wording import SIGNED, forms, local, longest, mentions, property_cues

_COUNTED = re.compile(r"\b(?:after|since|following|post|from|before|prior to)\b.*", re.IGNORECASE)
_BRACKETS = re.compile(r" ?\([^()]*\)")
_NUMBERED = ("cycleNumber", "infusionNumber", "transplantNumber")

Judge = Callable[[Look, Part], Outcome]


def in_cell(look: Look, cell: Cell, judge: Judge, alone: Outcome) -> Outcome:
    """Judge a cell with its heads; `alone` is the outcome without, kept where they do not complete the cell."""
    said, text = look.statement, look.text
    if [part.text for part in look.parts] != [text]:
        return alone  # A cell of several clauses is a text of its own.
    if look.absent or look.no_data:
        if not _names_it(look, cell):
            return alone
        if look.no_data:
            return SUPPORTED if without_data(text) else alone
        return SUPPORTED if says_none(text) and not without_data(text) else alone
    if says_none(text) or without_data(text):
        return alone
    if said.property in BESIDE:
        return _beside(look, cell, alone)
    if look.term and local(look.term.iri) in SIGNED:
        return _signed(look, cell, alone)
    if look.term:
        return SUPPORTED if _heads_name(look, cell) else alone
    part = look.parts[0]
    reading = ""
    if said.property in _NUMBERED:
        reading = cell.row
    elif ORDERS.get(said.property) == "during" and look.tells_of(said.target, cell.row):
        return SUPPORTED if not orders.relates(cell.row) else alone
    elif said.property in ORDERS:
        head = _BRACKETS.sub("", cell.header)
        for reading in (f"{head} {text}", f"{head} {cell.row}"):
            if judge(look, replace(part, text=reading)).verdict == "supported":
                return SUPPORTED
        return alone
    elif said.property == "dayNumber" and cell.row:
        counted = [found[0] for head in cell.heads if (found := _COUNTED.search(head))]
        reading = f"{cell.row} ({', '.join(counted)})"
    elif said.property in {"startOffset", "endOffset"} and (found := _COUNTED.search(cell.header)):
        reading = f"{text} {re.sub('(?i)^from', 'after', found[0])}"
    if not reading:
        return alone
    outcome = judge(look, replace(part, text=reading))
    return outcome if outcome.verdict == "supported" else alone


def _names_it(look: Look, cell: Cell) -> bool:
    """Whether the head of the column, or the row, names what the statement denies or has no data on."""
    named = list(forms(look.term)) if look.term else list(property_cues(look.statement.property))
    return any(not denied(text, *span) for text in (cell.header, cell.row) for span in mentions(text, named))


def _heads_name(look: Look, cell: Cell) -> bool:
    """Whether a test or its method is named by the head of the column, an event by the row."""
    term = look.term
    if term is None or look.statement.suspected:
        return False
    if look.statement.property == TYPE and not is_test(look, term):
        return any(not denied(cell.row, *span) for span in longest(look.terms, term, cell.row))
    return look.statement.property in {TYPE, "method", "specimen"} and bool(longest(look.terms, term, cell.header))


def _beside(look: Look, cell: Cell, alone: Outcome) -> Outcome:
    """The only number of a cell is of what the head of its column names."""
    if misprinted(look) or not re.search(BESIDE[look.statement.property], cell.header, re.IGNORECASE):
        return alone
    every = amounts(look.text)
    return SUPPORTED if len(every) == 1 and equals(look, every[0]) else alone


def _signed(look: Look, cell: Cell, alone: Outcome) -> Outcome:
    """Judge a sign alone: under the head "MRD", "Negative" is the result of MRD."""
    name = local(look.term.iri) if look.term else ""
    if not look.term or not mentions(cell.header, forms(look.term)):
        return alone
    if is_bare_sign(look.text, name):
        return SUPPORTED
    opposite = {"+": "MRDNegative", "-": "MRDPositive"}[SIGNED[name]]
    if is_bare_sign(look.text, opposite):
        return contradicted("the text gives the other sign")
    return cannot_tell("that the level counts as such is the curator's reading") if amounts(look.text) else alone
