"""Parameters of stored questions: a person's text becomes one RDF term, or is refused with what is allowed."""

import datetime
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from .. import lookup, mappings
from ..errors import QuestionError, UnknownTermError
from ..vocabulary import XSD, terms

TYPES = ("string", "iri", "integer", "decimal", "date")
_FORM = {"integer": r"[+-]?\d+", "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)"}
_EXAMPLE = {"integer": "28", "decimal": "0.5", "date": "2016-04-01"}
Term = NamedNode | Literal


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question.

    `type` is one of `TYPES`; `of` the IRI of the class whose subclasses or instances an `iri` parameter takes; `values`
    are the allowed ones if they are few, `query` a SELECT of ?value ?label that finds them in the graph; all texts are
    as the header gives them.
    """

    name: str
    default: str
    values: tuple[str, ...] = ()
    description: str = ""
    type: str = "string"
    of: str = ""
    query: str = ""

    def term(self, text: str) -> Term:
        """Return the term that a text means for this parameter; its allowed values are looked at by `bind`.

        Raises:
            QuestionError: it is not of the parameter's type.
        """
        if self.type == "string":
            return Literal(text if self.values or self.query else mappings.named(text))
        if self.type == "iri":
            try:
                return lookup.term(text, self.of)
            except UnknownTermError as error:
                raise QuestionError(f"'{self.name}': {error}") from error
        if not self._well_formed(text):
            raise QuestionError(f"'{self.name}' is of type {self.type} (such as {_EXAMPLE[self.type]}), not '{text}'")
        return Literal(text.strip(), datatype=NamedNode(XSD + self.type))

    def _well_formed(self, text: str) -> bool:
        if self.type != "date":
            return re.fullmatch(_FORM[self.type], text.strip(), re.ASCII) is not None
        try:
            datetime.date.fromisoformat(text.strip())
        except ValueError:
            return False
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip(), re.ASCII) is not None

    def bind(self, text: str, found: Sequence[tuple[Term, str]] | None = None) -> Term:
        """Return the term for a text, if it is allowed.

        Args:
            text: what a person wrote.
            found: the values and labels that the parameter's `query` found in a graph; None where no graph is at hand.

        Raises:
            QuestionError: it is not allowed; names what is, and the nearest.
        """
        label_of = {label.casefold(): value for value, label in found or ()}
        term = label_of.get(text.strip().casefold()) or self.term(text)
        allowed = {self.term(value): value for value in self.values}
        if found is not None:
            allowed = {value: label or value.value for value, label in found}
        if (self.values or found is not None) and term not in allowed:
            names = list(map(self.shown, allowed.values()))
            close = difflib.get_close_matches(text, names, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise QuestionError(f"'{self.name}' is one of {', '.join(names) or 'nothing'}, not '{text}'{hint}")
        return term

    @property
    def kind_of_value(self) -> str:
        """What it takes, in words, where the values are not listed."""
        kind = terms().by_iri[self.of].label if self.of in terms().by_iri else "term"
        return f"any {kind if self.type == 'iri' else 'text' if self.type == 'string' else self.type}"

    def shown(self, text: str) -> str:
        """Return a value as a person reads it: of an IRI the label."""
        if self.type != "iri":
            return text
        known = terms().by_iri.get(self.term(text).value) if text else None
        return known.label if known else text
