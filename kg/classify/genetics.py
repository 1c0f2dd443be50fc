"""Whether a lesion that defines or excludes an entity is reported: present, absent, or neither."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .. import karyotype
from ..vocabulary import BASE, Term, terms
from .criteria import table
from .phenotype import Phenotype, label
from .truth import Truth

_BANDS = re.compile(r"[pq][0-9]+")


@dataclass(frozen=True)
class Status:
    """A lesion's status: `MET` is reported present, `NOT_MET` reported absent; `words` says how it is known."""

    term: str
    truth: Truth
    words: str
    statements: tuple[str, ...]


@functools.cache
def _implied() -> dict[str, str]:
    return {row["lesion"]: row["implies"] for row in table("implied")}


def status(phenotype: Phenotype, term: str) -> Status:
    """Return what is reported of a lesion.

    A translocation or a transcript proves the lesion that it makes; that a karyotype does not show one disproves
    nothing, for fusions may be cryptic.
    """
    present = [lesion for lesion in phenotype.lesions if lesion.present and _proves(lesion.term, term)]
    shown = [(name, said) for name, said in _in_karyotype(phenotype) if _proves(name, term)]
    absent = [lesion for lesion in phenotype.lesions if not lesion.present and lesion.term == term]
    statements = tuple(
        sorted(
            {s for lesion in (*present, *absent) for s in lesion.statements} | {s for _, said in shown for s in said}
        )
    )
    name = label(term)
    if (present or shown) and absent:
        return Status(term, Truth.UNDECIDED, f"{name} reported both present and absent", statements)
    if present or shown:
        by = [label(lesion.term) for lesion in present if lesion.term != term] + [label(found) for found, _ in shown]
        words = f"{name} present" + (f" ({', '.join(by)})" if by else "")
        return Status(term, Truth.MET, words, statements)
    if absent:
        return Status(term, Truth.NOT_MET, f"{name} absent", statements)
    seen = "" if not phenotype.karyotypes else _unseen(term)
    return Status(term, Truth.UNDECIDED, f"{name} not reported{seen}", ())


def _proves(found: str, term: str) -> bool:
    return found == term or _implied().get(found) == term


def _unseen(term: str) -> str:
    if term in _implied().values():
        return " (not seen in the karyotype; FISH or PCR not reported)"
    return ""


def _in_karyotype(phenotype: Phenotype) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lesions that the karyotypes show, by breakpoints where these are given."""
    for found in phenotype.karyotypes:
        for clone in karyotype.read(found.text).clones:
            for abnormality in clone.abnormalities:
                if abnormality.kind in ("t", "inv") and not abnormality.uncertain:
                    name = f"{abnormality.kind}({';'.join(abnormality.chromosomes)})"
                    term = terms().find(name, "individual", f"{BASE}GeneticLesion")
                    if term and _same_bands(term, name, abnormality):
                        yield term.iri.removeprefix(BASE), found.statements


def _same_bands(term: Term, name: str, abnormality: karyotype.Abnormality) -> bool:
    bands = _major("".join(band for part in abnormality.breakpoints for band in part))
    written = [_major(one.removeprefix(name)) for one in term.names if one.startswith(name) and one != name]
    return not bands or bands in written


def _major(text: str) -> list[str]:
    """Return the bands without sub-bands: editions of the map refine `q34` to `q34.1`."""
    return _BANDS.findall(text)
