"""Check mappings against an ontology: does each concept exist, is it current, is its label still the same?"""

from collections.abc import Iterable, Iterator

from ..errors import MappingError
from ..mappings import Mapping, canonical
from ..validate import Finding
from .vocabularies import Vocabulary


def check(rows: Iterable[Mapping], vocabulary: Vocabulary, *, partial: bool = False) -> tuple[int, list[Finding]]:
    """Return how many mappings the ontology speaks of, and what is wrong with them, in the order of the files.

    Only mappings to a vocabulary that the ontology has concepts of are looked at. `partial` says that the file holds
    a part of it, such as a slim or an import: then a concept that it lacks is no finding, and is not counted.

    Raises:
        MappingError: the ontology has no concept of any vocabulary that the rows map to.
    """
    rows = tuple(rows)
    ours = [row for row in rows if canonical(row.object_curie).partition(":")[0] in vocabulary.prefixes]
    if not ours:
        has, wanted = sorted(vocabulary.prefixes), sorted({row.prefix for row in rows})
        raise MappingError(f"{vocabulary.path} has no concept of a vocabulary that the mappings use: it has "
                           f"{', '.join(has) or 'none'}, the mappings use {', '.join(wanted) or 'none'}")  # fmt: skip
    known = vocabulary.concepts.keys() | vocabulary.merged.keys()
    looked_at = [row for row in ours if canonical(row.object_curie) in known or not partial]
    found = [finding for row in looked_at for finding in _judge(row, vocabulary)]
    return len(looked_at), sorted(found, key=lambda one: one.order)


def _judge(row: Mapping, vocabulary: Vocabulary) -> Iterator[Finding]:
    curie = canonical(row.object_curie)
    concept = vocabulary.concepts.get(curie)
    if concept is None:
        into = vocabulary.merged.get(curie)
        where = f"was merged into {_named(into, vocabulary)}; write that" if into else "is not in the ontology"
        yield finding("mapping-concept-exists", "Violation", row, f"{curie} {where}")
        return
    if concept.obsolete:
        instead = ", ".join(_named(one, vocabulary) for one in concept.replaced_by)
        hint = f"; it is replaced by {instead}" if instead else "; it names no replacement"
        yield finding("mapping-concept-is-current", "Violation", row, f"{curie} is obsolete{hint}")
    elif row.object_label and row.object_label != concept.label:
        was = " (now a synonym)" if row.object_label in concept.synonyms else ""
        message = f"{curie} is labelled '{concept.label}'; the mapping has '{row.object_label}'{was}"
        yield finding("mapping-label-is-current", "Warning", row, message)


def _named(curie: str, vocabulary: Vocabulary) -> str:
    concept = vocabulary.concepts.get(curie)
    return f"{curie} ({concept.label})" if concept and concept.label else curie


def finding(shape: str, severity: str, row: Mapping, message: str) -> Finding:
    """Return a finding at the line of a mapping, with our term as what was found."""
    return Finding(shape, severity, row.subject, row.predicate, row.subject_label, message, row.place)
