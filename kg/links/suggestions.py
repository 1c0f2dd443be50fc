"""Propose concepts for terms that a vocabulary has no mapping of, by their names. Nothing here is accepted by itself."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path

from ..errors import MappingError
from ..mappings import Mapping
from ..vocabulary import BASE, Term, prefixes, terms
from .vocabularies import Concept, Vocabulary

# Below this an abbreviation is a coincidence more often than a name.
_SHORTEST = 4
_JUSTIFIED = {True: "LexicalMatching", False: "LexicalSimilarityThresholdMatching"}
_MEASURE = "https://rapidfuzz.github.io/RapidFuzz/Usage/fuzz.html#ratio"


@dataclass(frozen=True)
class Candidate:
    """A concept that a term might be: the names that met, whether they are equal but for form, and a score to 1."""

    term: Term
    concept: Concept
    our_name: str
    their_name: str
    equal: bool
    score: float


def suggest(rows: Iterable[Mapping], vocabulary: Vocabulary, *, least: float = 0.9, most: int = 3) -> list[Candidate]:
    """Return candidates for our classes and individuals that have no mapping to the ontology's vocabularies.

    Names are compared without case, punctuation and order of words; where one is equal then, those that only resemble it
    are left out. The score is the ratio of RapidFuzz (normalised
    InDel similarity, from 0 to 1), less a hundredth for each synonym in play; at most `most` a term, best first. Obsolete
    concepts and those that are mapped already are not proposed.

    Raises:
        MappingError: the extra `links` is not installed.
    """
    rows = tuple(rows)
    mapped = {(row.subject, row.prefix) for row in rows}
    taken = {row.object_curie for row in rows if row.predicate == "exact"}
    names = _names(
        concept
        for concept in vocabulary.concepts.values()
        if not concept.obsolete and concept.id not in taken and "://" not in concept.id
    )
    found = []
    for term in _ours():
        best: dict[str, Candidate] = {}
        for candidate in _candidates(term, names, least):
            prefix = candidate.concept.id.partition(":")[0]
            known = best.get(candidate.concept.id)
            if (term.iri, prefix) not in mapped and (known is None or candidate.score > known.score):
                best[candidate.concept.id] = candidate
        equal = [one for one in best.values() if one.equal]
        found += sorted(equal or best.values(), key=lambda one: (-one.score, one.concept.id))[:most]
    return found


def _ours() -> list[Term]:
    known = terms().by_iri.values()
    found = [term for term in known if term.iri.startswith(BASE) and term.kind in ("class", "individual")]
    return sorted(found, key=lambda term: term.label.casefold())


def _form(name: str) -> str:
    return " ".join(sorted(re.findall(r"[^\W_]+", name.casefold().replace("aemia", "emia"))))


def _names(concepts: Iterable[Concept]) -> dict[str, list[tuple[Concept, str]]]:
    found: dict[str, list[tuple[Concept, str]]] = defaultdict(list)
    for concept in concepts:
        for name in dict.fromkeys((concept.label, *concept.synonyms)):
            if form := _form(name):
                found[form].append((concept, name))
    return found


def _candidates(term: Term, names: Dictionary[str, Sequence[tuple[Concept, str]]], least: float) -> Iterator[Candidate]:
    try:
        from rapidfuzz import fuzz, process
    except ModuleNotFoundError as error:
        raise MappingError("suggesting needs the extra: pip install 'leukemia-kg[links]'") from error
    for name in term.names:
        form = _form(name)
        if form in names:
            met = [(form, 100.0)]
        elif len(form) < _SHORTEST:
            continue
        else:
            met = [
                (other, score)
                for other, score, _ in process.extract(form, names.keys(), scorer=fuzz.ratio, score_cutoff=least * 100)
            ]
        for other, percent in met:
            for concept, their_name in names[other]:
                score = percent / 100 - 0.01 * (name != term.label) - 0.01 * (their_name != concept.label)
                if score >= least:
                    yield Candidate(term, concept, name, their_name, form == other, round(score, 3))


def write(candidates: Iterable[Candidate], path: Path) -> None:
    """Write candidates as an SSSOM set for somebody to judge; its rows say closeMatch, since nobody has looked yet.

    Raises:
        MappingError: the file cannot be written, or the extra `links` is not installed.
    """
    try:
        import curies
        import sssom_pydantic
    except ModuleNotFoundError as error:
        raise MappingError("writing SSSOM needs the extra: pip install 'leukemia-kg[links]'") from error
    candidates = tuple(candidates)
    used = {one.concept.id.partition(":")[0] for one in candidates}
    spaces = {name: f"http://purl.obolibrary.org/obo/{name}_" for name in used - prefixes().keys()}
    spaces |= {**prefixes(), "semapv": "https://w3id.org/semapv/vocab/"}
    rows = [
        sssom_pydantic.SemanticMapping(
            subject=curies.NamedReference.from_curie(f"lkg:{one.term.iri.removeprefix(BASE)}", name=one.term.label),
            predicate=curies.NamableReference.from_curie("skos:closeMatch"),
            object=curies.NamedReference.from_curie(one.concept.id, name=one.concept.label),
            justification=curies.Reference.from_curie(f"semapv:{_JUSTIFIED[one.equal]}"),
            confidence=one.score,
            similarity_score=one.score,
            similarity_measure=_MEASURE,
            comment=f"candidate, not judged: our '{one.our_name}', their '{one.their_name}'",
        )
        for one in candidates
    ]
    about = sssom_pydantic.MappingSet.model_validate(
        {
            "id": f"{BASE}mappings/candidates",
            "title": "Candidates for mappings, not judged",
            "license": "https://creativecommons.org/licenses/by/4.0/",
        }
    )
    try:
        sssom_pydantic.write(rows, path, metadata=about, converter=curies.Converter.from_prefix_map(spaces))
    except OSError as error:
        raise MappingError(f"{path} cannot be written: {error.strerror}") from error
