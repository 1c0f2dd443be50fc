"""What a statement about an antigen demands of a text: the marker in the list, or with the sign, of its result."""

import re

from ..vocabulary import Term
from .amounts import amounts
from .judge_numbers import equals, misprinted
from .look import SUPPORTED, Look, Outcome, cannot_tell, contradicted, not_found, term_name
from .owners import Part
from .signs import result_sign
from .wording import forms, local, mentions, phrase, siblings

_ITEM = re.compile(r"[,;] (?:and |or )?|\b(?:and|or|but) ")
_COMPARTMENTS = {
    "SurfaceCompartment": ("s", "sm", "m"),
    "CytoplasmicCompartment": ("c", "cy"),
    "NuclearCompartment": ("n",),
}


def marker(look: Look, part: Part) -> Outcome:
    """An antigen is positive or negative: by its list, by the sign behind it, beside its own site."""
    finding = look.said.skeleton.get(look.statement.about, {}).get("marker", ())
    term = look.terms.by_iri.get(look.iri(finding[0])) if finding else look.term
    if term is None:
        return cannot_tell("the ontology has no such marker")
    negative = look.statement.property == "antigenLoss" or look.statement.target == "NegativeResult"
    if negative == look.absent and look.statement.target in {"NegativeResult", "PositiveResult"}:
        wanted = "+"
    else:
        wanted = "-" if negative != look.absent else "+"
    marker = _named(term)
    if look.printed:
        own = marker.search(look.printed)
        if not own:
            return contradicted(f"the printed '{look.printed}' is not {term.label}")
        if result_sign(look.printed, *own.span()) not in {"", wanted}:
            return contradicted(f"the printed '{look.printed}' has the other sign")
    spans = [match.span() for match in marker.finditer(part.text)]
    if not spans:
        return not_found(f"{term.label} is not there")
    for nth, (start, end) in enumerate(spans):
        following = part.text[start : spans[nth + 1][0] if nth + 1 < len(spans) else None]
        if result_sign(part.text, start, end) == wanted and (
            finding or not look.values_of(look.subject, "site") or _beside_site(look, following)
        ):
            return SUPPORTED
    return contradicted(f"the text does not give {term.label} as {'negative' if wanted == '-' else 'positive'}")


def _named(term: Term) -> re.Pattern[str]:
    """Return the pattern of a marker's names, with the prefix of a compartment."""
    bodies = [form.pattern.removeprefix("(?<![A-Za-z0-9])").removesuffix("(?![A-Za-z0-9])") for form in forms(term)]
    return re.compile(
        rf"(?<![A-Za-z0-9])(?:sm|cy|[smcn])?(?:{'|'.join(bodies)})(?![A-Za-z0-9]|-(?!negativ|positiv)[a-z])"
    )


def _own_stretch(look: Look, text: str) -> tuple[str, int, int] | None:
    """Return the item of a list that names the finding's marker, and where in it: "strongly positive for CD19 (95%)"."""
    finding = look.said.skeleton.get(look.statement.about, {}).get("marker", ())
    term = look.terms.by_iri.get(look.iri(finding[0])) if finding else None
    found = _named(term).search(text) if term else None
    if not found:
        return None
    opened = [m.end() for m in _ITEM.finditer(text, 0, found.start())]
    closed = _ITEM.search(text, found.end())
    begin = opened[-1] if opened else 0
    return text[begin : closed.start() if closed else None], found.start() - begin, found.end() - begin


def share(look: Look, part: Part) -> Outcome:
    """The share of blasts on which a marker is found stands beside the marker."""
    if wrong := misprinted(look):
        return wrong
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    own = _own_stretch(look, part.text)
    if own is None:
        return not_found("the marker is not there")
    given = [amount for amount in amounts(own[0][own[2] :]) if amount.unit == "%"]
    if any(equals(look, amount) for amount in given):
        return SUPPORTED
    return contradicted("the text gives another share") if given else not_found("no share stands beside the marker")


def intensity(look: Look, part: Part) -> Outcome:
    """How strongly a marker is expressed: by a word beside it, "CD34 (dim)", "weakly positive for CD10"."""
    own = _own_stretch(look, part.text)
    if look.term is None or own is None:
        return not_found("the marker is not there")
    if look.absent or look.no_data:
        return contradicted("the text gives it")
    told = [term for term in (look.term, *siblings(look.terms, look.term)) if mentions(own[0], _degree(term))]
    if look.term in told:
        return SUPPORTED
    return (
        contradicted("the text gives another one") if told else not_found(f"no word for '{look.term.label}' is there")
    )


def _degree(term: Term) -> list[re.Pattern[str]]:
    adverbs = {"weak": "(?:weakly|dimly)", "strong": "(?:strongly|brightly)"}.get(term.label.partition(" ")[0])
    return [*forms(term), *([re.compile(rf"\b{adverbs}\b", re.IGNORECASE)] if adverbs else [])]


def _beside_site(look: Look, text: str) -> bool:
    sites = [look.terms.by_iri.get(s.value.value) for s in look.values_of(look.subject, "site")]
    return any(mentions(text, forms(site)) for site in sites if site)


def compartment(look: Look, part: Part) -> Outcome:
    """An antigen was sought on the surface or in the cytoplasm: by the prefix of its name."""
    name = local(look.term.iri) if look.term else ""
    spelled = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_COMPARTMENTS.get(name, ('-',)))})(?=[A-Z])")
    if look.printed and not spelled.match(look.printed):
        return contradicted(f"the printed '{look.printed}' does not name the {term_name(look.term)}")
    if look.printed and phrase(look.printed).search(part.text):
        return contradicted("the text does not deny it") if look.absent else SUPPORTED
    return (
        not_found(f"'{look.printed}' is not there")
        if look.printed
        else cannot_tell("give the marker as printed, with its prefix")
    )
