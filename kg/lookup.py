"""From what a person writes for a term - its label, a CURIE, an IRI - to the term."""

import difflib
import re

from pyoxigraph import NamedNode

from . import mappings
from .errors import UnknownTermError
from .vocabulary import BASE, prefixes, terms

_KINDS = ("class", "individual", "property")
_CURIE = re.compile(r"([A-Za-z][\w.-]*):(\S+)")


def term(text: str, within: str = "") -> NamedNode:
    """Return the term that a text means.

    Args:
        text: a label, exact synonym or local name of the ontology, in any case; a CURIE with a declared prefix; an IRI,
            with or without angle brackets; or a concept of a mapped vocabulary as CURIE or IRI, such as `NCIT:C82212`.
        within: the IRI of a class; only terms below it, or typed by a class below it, are meant. For `lkg:Patient` the
            text may be a patient's id.

    Raises:
        UnknownTermError: nothing has that name; names the nearest.
        UnknownConceptError: no single term of ours falls under a concept of another vocabulary; says what is near.
    """
    given = mappings.named(text.strip())
    if within == f"{BASE}Patient" and re.fullmatch(r"[\w.-]+", given):
        return NamedNode(f"{BASE}patient/{given}")
    for kind in _KINDS:
        if found := terms().find(given, kind, within):
            return NamedNode(found.iri)
    if iri := _iri(given):
        known = terms().by_iri.get(iri.value)
        instance = iri.value.removeprefix(BASE).count("/") > 0
        if iri.value.startswith(BASE) and not known and not instance:
            raise UnknownTermError(f"the ontology has no term {text}{_nearest(iri.value.removeprefix(BASE), within)}")
        if known and within and not terms().is_a(known, within):
            raise UnknownTermError(f"{text} ({known.label}) is no {terms().by_iri[within].label}")
        return iri
    kind_of = f"no {terms().by_iri[within].label}" if within in terms().by_iri else "no term"
    raise UnknownTermError(f"there is {kind_of} '{text}'{_nearest(given, within)}")


def _iri(text: str) -> NamedNode | None:
    bare = text.removeprefix("<").removesuffix(">")
    try:
        if "://" in bare:
            return NamedNode(bare)
        if (found := _CURIE.fullmatch(text)) and found[1] in prefixes():
            return NamedNode(prefixes()[found[1]] + found[2])
    except ValueError as error:
        raise UnknownTermError(f"'{text}' is no IRI: {error}") from error
    return None


def _nearest(name: str, within: str) -> str:
    """Return the nearest name of any kind as a phrase, or nothing."""
    found = {hint.split("'")[1]: hint for kind in _KINDS if (hint := terms().nearest(name, kind, within))}
    close = difflib.get_close_matches(name.casefold(), [known.casefold() for known in found], n=1, cutoff=0)
    return next((hint for known, hint in found.items() if close and known.casefold() == close[0]), "")
