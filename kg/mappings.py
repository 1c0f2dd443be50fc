"""What other vocabularies call our terms: the SSSOM sets in `ontology/mappings/`, read once, asked both ways."""

import csv
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pyoxigraph import Literal, NamedNode, Triple

from . import files
from .errors import MappingError, Place, UnknownConceptError
from .vocabulary import RDFS, SKOS, prefixes, terms

# SKOS mapping properties by their short names: the external concept is the same, nearly the same, wider or narrower
# than our term, or only related to it (the gene of a fusion, the assay of an antigen).
PREDICATES = ("exact", "close", "broad", "narrow", "related")
# Safe either way; the one in C where PyYAML has it, as forty headers are read before a question is asked.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# How an external concept stands to our term, in words.
_RELATION = {
    "exact": "the same as",
    "close": "near",
    "broad": "wider than",
    "narrow": "narrower than",
    "related": "related to",
}
# Prefixes that other projects write for a vocabulary of ours; the case of a prefix never counts.
_ALIASES = {"sctid": "snomedct", "snomed": "snomedct", "orphanet": "orphanet.ordo", "icd11.foundation": "icd11"}
_ALIASES |= {"uniprotkb": "uniprot", "rxcui": "rxnorm", "chembl": "chembl.compound", "pharmgkb": "pharmgkb.drug"}
# What `best` falls back on: never a narrower concept, which would say more of a patient than is known.
_BY_RANK = ("exact", "close", "broad")


@dataclass(frozen=True)
class Mapping:
    """One mapping of a term of ours to a concept of another vocabulary.

    `subject` and `object_iri` are IRIs; `predicate` is one of `PREDICATES` and read from our term: `broad` says that
    the external concept is the wider one. `object_label` is empty where the vocabulary's licence does not let labels be
    passed on. `source_version` names where identifier and label were read. `confidence` is from 0 to 1.
    `place` is the line of the row.
    """

    subject: str
    subject_label: str
    predicate: str
    object_curie: str
    object_iri: str
    object_label: str
    justification: str
    source_version: str
    confidence: float
    comment: str
    place: Place = field(compare=False)

    @property
    def relation(self) -> str:
        """How the external concept stands to our term, in words."""
        return _RELATION[self.predicate]

    @property
    def prefix(self) -> str:
        """The prefix of the external concept, as `ontology/prefixes.ttl` spells it."""
        return self.object_curie.partition(":")[0]

    def triple(self) -> Triple:
        """Return the mapping as one SKOS triple."""
        return Triple(NamedNode(self.subject), NamedNode(f"{SKOS}{self.predicate}Match"), NamedNode(self.object_iri))


class Mappings:
    """Mappings, found by our term or by the external concept."""

    def __init__(self, rows: Iterable[Mapping]) -> None:
        self.all = tuple(rows)
        self._of: dict[str, list[Mapping]] = defaultdict(list)
        self._to: dict[str, list[Mapping]] = defaultdict(list)
        for row in self.all:
            self._of[row.subject].append(row)
            self._to[row.object_iri].append(row)

    def of(self, term_iri: str, *wanted: str, predicates: Iterable[str] = ("exact",)) -> tuple[Mapping, ...]:
        """Return the mappings of a term to the vocabularies with those prefixes (to all, if none is named).

        >>> [one.object_curie for one in load().of("https://w3id.org/leukemia-kg/Blinatumomab", "NCIT", "rxnorm")]
        ['NCIT:C62528', 'rxnorm:1597258']
        """
        kinds = frozenset(predicates)
        if unknown := kinds - set(PREDICATES):
            raise ValueError(f"no predicate {', '.join(sorted(unknown))}; there are {', '.join(PREDICATES)}")
        found = self._of.get(term_iri, ())
        return tuple(row for row in found if row.predicate in kinds and (not wanted or row.prefix in wanted))

    def best(self, term_iri: str, prefix: str) -> Mapping | None:
        """Return the one mapping to use where a vocabulary must give a code: exact, else close, else broad.

        Its `predicate` says which it is. Within one predicate the higher confidence wins, then the first in the file.
        """
        found = self.of(term_iri, prefix, predicates=_BY_RANK)
        return min(found, key=lambda row: (_BY_RANK.index(row.predicate), -row.confidence), default=None)

    def terms(self, concept: str) -> tuple[str, ...]:
        """Return our terms that are the external concept or narrower than it; `concept` is a CURIE or an IRI.

        What falls under such a term falls under the concept. Close, narrower and related concepts do not say that; they
        are left to `to`. Subclasses are not added: `vocabulary.Terms` knows them.

        >>> load().terms("ncit:C82212")
        ('https://w3id.org/leukemia-kg/MPALBMyeloid',)
        """
        return tuple(dict.fromkeys(row.subject for row in self.to(concept) if row.predicate in ("exact", "broad")))

    def to(self, concept: str) -> tuple[Mapping, ...]:
        """Return every mapping to an external concept, by CURIE (the prefix in any case) or IRI."""
        return tuple(self._to.get(expand(concept), ()))


@functools.cache
def load() -> Mappings:
    """Return the shipped mappings.

    Raises:
        MappingError: a file is not SSSOM as written here; says where.
    """
    return Mappings(row for path in mapping_files() for row in read(path))


def mapping_files() -> list[Path]:
    """Return the shipped SSSOM sets, in name order."""
    return sorted((files.ONTOLOGY / "mappings").glob("*.sssom.tsv"))


def read(path: Path) -> Iterator[Mapping]:
    """Yield the rows of one of our SSSOM sets: a YAML header behind `#`, then tab-separated columns.

    Sets written elsewhere are read by the `sssom-pydantic` library in `links`, which takes half a second to import.

    Raises:
        MappingError: the header is no YAML, a column is missing, or a CURIE has a prefix that the header lacks.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line[1:] for line in lines if line.startswith("#")]
    try:
        spaces = yaml.load("\n".join(head), _LOADER)["curie_map"]  # noqa: S506 - a safe loader, in C or not
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise MappingError(f"{path}:1: the header needs 'curie_map:' as YAML behind '#': {error}") from error
    for number, row in enumerate(csv.DictReader(lines[len(head) :], delimiter="\t"), len(head) + 2):
        try:
            yield Mapping(
                subject=_iri(row["subject_id"], spaces),
                subject_label=row["subject_label"],
                predicate=_predicate(row["predicate_id"]),
                object_curie=row["object_id"],
                object_iri=_iri(row["object_id"], spaces),
                object_label=row.get("object_label") or "",
                justification=row["mapping_justification"],
                source_version=row.get("object_source_version") or "",
                confidence=float(row.get("confidence") or 1),
                comment=row.get("comment") or "",
                place=Place(path, number, 1),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise MappingError(f"{path}:{number}: {error!s}: a row has a CURIE of the header's curie_map in subject_id and "
                               "object_id, a skos mapping property, a mapping_justification and labels") from error  # fmt: skip


def _iri(curie: str, spaces: dict[str, str]) -> str:
    prefix, _, local = curie.partition(":")
    return spaces[prefix] + local


def _predicate(curie: str) -> str:
    name = curie.removeprefix("skos:").removesuffix("Match")
    if curie != f"skos:{name}Match" or name not in PREDICATES:
        raise ValueError(f"'{curie}' is no mapping property of SKOS")
    return name


def expand(concept: str) -> str:
    """Return the IRI of a CURIE whose prefix is declared, in whatever case it is written; anything else unchanged.

    >>> expand("mondo:0850451")
    'http://purl.obolibrary.org/obo/MONDO_0850451'
    """
    curie = canonical(concept)
    prefix, _, local = curie.partition(":")
    return prefixes()[prefix] + local if prefix in prefixes() else concept


def canonical(concept: str) -> str:
    """Return a CURIE or IRI as the CURIE that we write, where its vocabulary is one of ours; else unchanged.

    >>> canonical("SCTID:91857003"), canonical("http://purl.obolibrary.org/obo/DOID_9953")
    ('snomedct:91857003', 'DOID:9953')
    """
    prefix, colon, local = concept.partition(":")
    if local.startswith("//"):
        found = (name for name, space in prefixes().items() if concept.startswith(space) and len(concept) > len(space))
        name = next(found, "")
        return f"{name}:{concept.removeprefix(prefixes()[name])}" if name else concept
    known = _spellings().get(_ALIASES.get(prefix.casefold(), prefix.casefold()))
    return f"{known}:{local}" if colon and known else concept


def is_external(text: str) -> bool:
    """Tell whether a text is a CURIE with the prefix of a mapped vocabulary, or an IRI that is mapped."""
    return ":" in text and (canonical(text).partition(":")[0] in _mapped_prefixes() or bool(load().to(text)))


@functools.cache
def _spellings() -> dict[str, str]:
    return {prefix.casefold(): prefix for prefix in prefixes()}


@functools.cache
def _mapped_prefixes() -> frozenset[str]:
    return frozenset(row.prefix for row in load().all)


def named(text: str) -> str:
    """Return the label of our term that an external concept means; any other text unchanged.

    Where a parameter takes a term's name, this lets it take a code of another vocabulary. An exact match is meant
    before terms that are narrower than the concept; of these there must be one that covers the others.

    Raises:
        UnknownConceptError: no term of ours falls under the concept, or several without a common one; names what there is.
    """
    if not is_external(text):
        return text
    rows = load().to(text)
    under = [row for row in rows if row.predicate in ("exact", "broad")]
    found = {row.subject: row for row in [row for row in under if row.predicate == "exact"] or under}
    tops = [row for iri, row in found.items() if not (terms().superclasses(iri) - {iri}) & found.keys()]
    if len(tops) == 1:
        return tops[0].subject_label
    if tops:
        labels = ", ".join(f"'{row.subject_label}'" for row in tops)
        raise UnknownConceptError(f"{text} is wider than several of our terms: {labels}; ask for one of them")
    others = "; ".join(f"{row.relation} our '{row.subject_label}'" for row in rows)
    hint = f"; it is {others}" if others else " ('leukemia-kg terms' lists our terms)"
    raise UnknownConceptError(f"no term of ours falls under {text}{hint}")


def triples(mappings: Mappings) -> Iterator[Triple]:
    """Yield each mapping as a SKOS triple, and the labels of the external concepts that may be passed on."""
    labelled = set()
    for row in mappings.all:
        yield row.triple()
        if row.object_label and row.object_iri not in labelled:
            labelled.add(row.object_iri)
            yield Triple(NamedNode(row.object_iri), NamedNode(RDFS + "label"), Literal(row.object_label, language="en"))
