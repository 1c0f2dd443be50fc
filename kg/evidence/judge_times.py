"""What statements of time demand: dates, days with their sign, offsets with an anchor, order words with both sides."""

import re

from . import orders
from .amounts import amounts, counted, dates, day_lists
from .judge_numbers import decimal_of, equals, misprinted, own_in_list
from .look import SUPPORTED, Look, Outcome, cannot_tell, contradicted, node_name, not_found
from .owners import Part
from .wording import mentions, phrase

TIME = "http://www.w3.org/2006/time#"
ORDERS: dict[str, orders.Order] = {
    f"{TIME}intervalAfter": "after",
    f"{TIME}intervalBefore": "before",
    f"{TIME}intervalIn": "during",
    f"{TIME}intervalEquals": "during",
    "afterCycle": "after",
    "shortlyAfter": "after",
    "atEndOf": "after",
}
# Orders of which "then" and "later" tell; a cycle's end and nearness they do not.
_PLAIN = {f"{TIME}intervalAfter", f"{TIME}intervalBefore"}
_STILL = re.compile(
    r"\b(?:remain(?:s|ed)|continue[sd]|still|ongoing|maintain(?:s|ed)|persist(?:s|ed|ing)"
    r"|sustained|last(?:s|ed|ing)|endure[sd]|in force|never relapsed)\b",
    re.IGNORECASE,
)
_SIGNED_DAY = re.compile(r"[+-]\d")  # counted from the day of transplant, by custom
_BY_THEN = re.compile(r"\b(?:by|within|until|no later than) (?:the )?$", re.IGNORECASE)


def date(look: Look, part: Part) -> Outcome:
    """A date, as precise as it is printed."""
    date = look.statement.value.value
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and date not in {iso for _, _, iso in dates(look.printed)}:
        return contradicted(f"the printed '{look.printed}' is not {date}")
    return (
        SUPPORTED
        if date in {iso for _, _, iso in dates(part.text)}
        else not_found(f"{date} is not there, as precise as that")
    )


def days(look: Look, part: Part) -> Outcome:
    """Days counted from an anchor, with their signs; all of a list."""
    said = look.statement
    wanted = frozenset(int(value.value) for value in said.values)
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and wanted not in {
        days for _, _, days in day_lists(f"day {re.sub(r'^.*?days?', '', look.printed).strip()}")
    }:
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
        if (anchor or _SIGNED_DAY.search(part.text, start, end)) and _is_after_its_dose(look, part, start):
            return SUPPORTED
    return cannot_tell(f"from what the days are counted, or whose they are: see '{node_name(said.anchor)}'")


def offset(look: Look, part: Part) -> Outcome:
    """A duration counted from an anchor that the text names."""
    said = look.statement
    anchor = look.tells_of(said.anchor, part.text)
    if decimal_of(said.value.value) == 0 and not said.comparator:
        if orders.started_with(part.text) and look.tells_of(said.anchor, part.text) and not look.absent:
            return SUPPORTED
        return not_found("it does not say that both began together")
    if wrong := misprinted(look):
        return wrong
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    found = [amount for amount in amounts(part.text) if equals(look, amount)]
    if not found:
        return not_found(f"{said.value.value} {said.unit} is not there")
    own = own_in_list(look, part, found)
    if own.verdict != "supported":
        return own
    if said.qualifier == "AtLeast" and not _STILL.search(part.text):
        return not_found("no word says that it went on (remained, continued)")
    back = said.qualifier == "Before"
    counted_from = {orders.counts_from(part.text, amount.end, anchor, back=back) for amount in found}
    if counted_from == {"unnamed"} and look.number_of(said.anchor, "cycleNumber") is None:
        anchor = mentions(part.text, look.patterns(said.anchor, wide=True))
        counted_from = {orders.counts_from(part.text, amount.end, anchor, back=back) for amount in found}
    if "yes" in counted_from:
        return SUPPORTED
    if "no" in counted_from:
        return contradicted("the text counts to the other side of the anchor")
    return cannot_tell(f"from what the text counts: it does not name '{node_name(said.anchor)}'")


def order(look: Look, part: Part) -> Outcome:
    """An order of two things: an order word stands between both, in this direction."""
    wanted, target = ORDERS[look.statement.property], look.statement.target
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if look.printed and (wrong := _printed_order(look, target)):
        return wrong
    anchor = look.tells_of(target, part.text)
    if not anchor and wanted in {"after", "before"} and orders.goes_on(part.text) and look.statement.property in _PLAIN:
        if look.before and look.tells_of(look.subject, part.text) and look.tells_of(target, look.before):
            return SUPPORTED if wanted == "after" else contradicted("the text has them in the other order")
        return cannot_tell(f"what it followed: neither this sentence nor the one before names '{node_name(target)}'")
    if not anchor:
        printed = look.printed and phrase(look.printed).search(part.text)
        return (
            cannot_tell(f"that '{look.printed}' means '{node_name(target)}' is the curator's reading")
            if printed
            else not_found(f"it does not tell of '{node_name(target)}'")
        )
    if wanted == "during" and part.text[anchor[0][1] :].lstrip().startswith(":"):
        return SUPPORTED
    subject = look.tells_of(look.subject, part.text, wide=False) or look.tells_of(look.subject, part.text)
    found = orders.orders(part.text, subject, [span for span in anchor if span not in subject])
    if wanted in {"after", "before"}:
        found |= {(kind, False) for kind in orders.sequel(part.text, subject, anchor)}
    kinds = {kind for kind, shortly in found if shortly or look.statement.property != "shortlyAfter"}
    if wanted in kinds or (look.statement.property == "atEndOf" and orders.at_end(part.text, anchor)):
        return SUPPORTED
    if {"after": "before", "before": "after"}.get(wanted) in kinds:
        return contradicted("the text has them in the other order")
    if wanted == "after" and orders.at_end(part.text, anchor):
        return cannot_tell(f"the text says 'at the end of', not after '{node_name(target)}'")
    return not_found(f"no word puts it {wanted} '{node_name(target)}'")


def _printed_order(look: Look, target: str) -> Outcome | None:
    """Return what is wrong with the printed words of an order: they tell of another cycle."""
    cycle = look.number_of(target, "cycleNumber")
    told = counted(look.printed, "cycle")
    if cycle is not None and told and not any(max(c.numbers) == cycle if c.total else cycle in c.numbers for c in told):
        return contradicted(f"the printed '{look.printed}' is not cycle {cycle}")
    return None


def at_start(look: Look, part: Part) -> Outcome:
    """Something was so at the start of something: told by the text or by the head of its column."""
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    for text in (part.text, look.header):
        if orders.at_start(text):
            return (
                SUPPORTED
                if look.tells_of(look.statement.target, text)
                else not_found(f"it starts something else than '{node_name(look.statement.target)}'")
            )
    return not_found("neither the text nor the head of its column speaks of a start")


def still(look: Look, part: Part) -> Outcome:
    """Something went on."""
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    if not _STILL.search(part.text):
        return not_found("no word says that it went on")
    target = look.statement.target
    return SUPPORTED if look.tells_of(target, part.text) else not_found(f"it does not tell of '{node_name(target)}'")


def _is_after_its_dose(look: Look, part: Part, start: int) -> bool:
    """Whether the dose next before some days is the occurrent's own, if it has one with a number there."""
    doses = [
        s
        for s in look.values_of(look.subject, "dose", "dosePerFraction")
        if look.text and s.passages == look.statement.passages
    ]
    before = [a for a in amounts(part.text[:start]) if a.unit and a.unit != "%"]
    return (
        not doses
        or not before
        or any(decimal_of(s.value.value) == before[-1].number and s.unit == before[-1].unit for s in doses)
    )
