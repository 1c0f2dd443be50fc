"""Read case files: the YAML short form, its JSON-LD long form, or Turtle, to triples with positions. Judges form only."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from .. import files
from ..errors import CaseError, Place, Problem
from ..vocabulary import BASE, DCTERMS, RDF_TYPE, Terms, lkg, terms
from . import subjects
from .entries import Entry, load, text_of
from .expand import Expansion, Known, nearest

__all__ = ["CaseFile", "Reader", "read"]

_ROOTS = ("publication", "patient", "group")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class CaseFile:
    """One case file: the node it is of, its named graph, its triples, and where each node was written."""

    path: Path
    subject: str
    told_by: str
    graph: NamedNode
    triples: tuple[Triple, ...]
    places: dict[str, Place]
    long_form: dict[str, object] | None


@cache
def context() -> dict[str, object]:
    """Return the shipped JSON-LD context."""
    found: dict[str, object] = json.loads((files.ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))
    return found


def read(paths: Sequence[Path], vocabulary: Terms | None = None) -> list[CaseFile]:
    """Read case files that belong together: what one defines, the others may name.

    Raises:
        CaseError: with every problem found; after a syntax error nothing more of that file.
    """
    return Reader(vocabulary).read(paths)


class Reader:
    """Reads case files again and again; what has not changed since the last time is not read again."""

    def __init__(self, vocabulary: Terms | None = None) -> None:
        self._vocabulary = vocabulary or terms()
        self._loaded: dict[Path, tuple[tuple[int, int], Entry | CaseFile]] = {}
        self._expanded: dict[Path, tuple[Entry, Known, Expansion]] = {}
        self._made: dict[Path, tuple[Expansion, CaseFile]] = {}

    def read(self, paths: Sequence[Path]) -> list[CaseFile]:
        """Read case files that belong together, as `read` does."""
        problems: list[Problem] = []
        roots: list[tuple[Path, Entry]] = []
        found: list[CaseFile] = []
        for path in paths:
            try:
                loaded = self._load(path)
            except CaseError as error:
                problems += error.problems
            else:
                if isinstance(loaded, CaseFile):
                    found.append(loaded)
                else:
                    roots.append((path, loaded))
        known = Known(passages=_passages(roots), nodes=_nodes(roots) | _nodes_of_rdf(found))
        expansions = [(path, root, self._expand(path, root, known)) for path, root in roots]
        problems += _made_twice(expansions)
        for path, _, expansion in expansions:
            problems += expansion.problems
            if not problems:
                found.append(self._make(path, expansion))
        if problems:
            raise CaseError(problems)
        return found

    def _load(self, path: Path) -> Entry | CaseFile:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:  # what is wrong with the file is told by reading it
            stamp = (0, 0)
        if path not in self._loaded or self._loaded[path][0] != stamp:
            self._loaded[path] = (stamp, _rdf(path) if path.suffix in {".jsonld", ".ttl"} else load(path))
        return self._loaded[path][1]

    def _expand(self, path: Path, root: Entry, known: Known) -> Expansion:
        of, with_, made = self._expanded.get(path, (None, None, None))
        if made is None or of is not root or with_ != known:
            made = _expand(root, known, self._vocabulary)
            self._expanded[path] = (root, known, made)
        return made

    def _make(self, path: Path, expansion: Expansion) -> CaseFile:
        of, made = self._made.get(path, (None, None))
        if made is None or of is not expansion:
            made = _case_file(path, expansion)
            self._made[path] = (expansion, made)
        return made


def _made_twice(expansions: Iterable[tuple[Path, Entry, Expansion]]) -> Iterator[Problem]:
    """Yield publications and statements that two files describe."""
    made: dict[str, Place] = {}
    publications: dict[str, Place] = {}
    for _, root, expansion in expansions:
        if entry := root.get("publication"):
            first = publications.setdefault(entry.text, entry.place)
            if first != entry.place:
                message = f"publication '{entry.text}' is also described in {first}; keep one of the files"
                yield Problem(entry.place, message)
        for iri, place in expansion.places.items():
            if iri.startswith(f"{BASE}statement/") and iri in made:
                message = f"'{iri.removeprefix(BASE)}' is also made in {made[iri]}; is the patient curated twice?"
                yield Problem(place, message)
        made |= expansion.places


def _nodes_of_rdf(found: Iterable[CaseFile]) -> frozenset[str]:
    return frozenset(
        triple.subject.value.removeprefix(BASE)
        for case in found
        for triple in case.triples
        if isinstance(triple.subject, NamedNode)
    )


def _text(root: Entry, key: str) -> str:
    entry = root.get(key)
    return entry.text if entry else ""


def _keys(root: Entry, key: str) -> frozenset[str]:
    entry = root.get(key)
    return frozenset(entry.keys) if entry else frozenset()


def _passages(roots: Iterable[tuple[Path, Entry]]) -> dict[str, frozenset[str]]:
    """Return the ids of the passages of each publication."""
    found: dict[str, frozenset[str]] = {}
    for _, root in roots:
        if name := _text(root, "publication"):
            found[name] = found.get(name, frozenset()) | _keys(root, "passages")
    return found


def _nodes(roots: Iterable[tuple[Path, Entry]]) -> frozenset[str]:
    """Return every node that the files define and that another may refer to."""
    found = set()
    for _, root in roots:
        for kind in _ROOTS:
            if name := _text(root, kind):
                subject = f"{kind}/{name}"
                parts = _keys(root, "occurrents") | _keys(root, "results")
                found |= {subject, *(f"{subject}/{part}" for part in parts)}
        references = root.get("references")
        for reference in references.keys.values() if references else ():
            found.add(f"publication/{_text(reference, 'id')}")
    return frozenset(found)


def _expand(root: Entry, known: Known, vocabulary: Terms) -> Expansion:
    kind = next((kind for kind in _ROOTS if root.get(kind)), "")
    name = _text(root, kind)
    told_by = name if kind == "publication" else _text(root, "told by")
    expansion = Expansion(
        terms=vocabulary, known=known, told_by=told_by, subject=f"{kind}/{name}", primary=_text(root, "primary source")
    )
    if not kind:
        expansion.problem(root.place, "begins with none of 'publication:', 'patient:' and 'group:'")
    elif not _ID.fullmatch(name):
        expansion.problem(
            root.keys[kind].place, f"'{name}' cannot be an id; use a-z, 0-9 and - only, such as ueda-2016-p1"
        )
    elif told_by not in known.passages:
        entry = root.get("told by")
        expansion.problem(
            entry.place if entry else root.place,
            f"'told by:' must name a publication that is read too; '{told_by}' is not{nearest(told_by, known.passages)}",
        )
    else:
        primary = root.get("primary source")
        if primary and f"publication/{primary.text}" not in known.nodes:
            publications = [
                node.removeprefix("publication/") for node in known.nodes if node.startswith("publication/")
            ]
            expansion.problem(
                primary.place,
                f"no publication or reference is called '{primary.text}'{nearest(primary.text, publications)}",
            )
        getattr(subjects, kind)(expansion, root)
    return expansion


def _case_file(path: Path, expansion: Expansion) -> CaseFile:
    stem = (
        expansion.subject.replace("/", "-", 1)
        if expansion.subject.startswith("publication/")
        else expansion.subject.split("/", 1)[1]
    )
    graph = f"graph/said/{expansion.told_by}/{stem}"
    nodes = [{key: value for key, value in node.items() if value is not None} for node in expansion.nodes.values()]
    long_form: dict[str, object] = {**context(), "@graph": nodes}
    triples = _parse_json_ld(json.dumps(long_form))
    return CaseFile(
        path, expansion.subject, expansion.told_by, NamedNode(BASE + graph), triples, expansion.places, long_form
    )


def _parse_json_ld(text: str) -> tuple[Triple, ...]:
    return tuple(dict.fromkeys(quad.triple for quad in parse(text, format=RdfFormat.JSON_LD, base_iri=BASE)))


def _subject(triples: Iterable[Triple]) -> str:
    """Return what a file in RDF speaks of: its patients or groups, else the publication that its passages are part of."""
    found: dict[str, set[str]] = {"case": set(), "publication": set()}
    for triple in triples:
        if (
            triple.predicate == RDF_TYPE
            and triple.object in (lkg("Patient"), lkg("Cohort"))
            and isinstance(triple.subject, NamedNode)
        ):
            found["case"].add(triple.subject.value.removeprefix(BASE))
        elif triple.predicate.value == f"{DCTERMS}isPartOf" and isinstance(triple.object, NamedNode):
            found["publication"].add(triple.object.value.removeprefix(BASE))
    return " ".join(sorted(found["case"] or found["publication"]))


def _rdf(path: Path) -> CaseFile:
    """Read a case that a program wrote: the long form as JSON-LD, or Turtle."""
    text = text_of(path)
    try:
        if path.suffix == ".jsonld":
            document = json.loads(text)
            if isinstance(document, dict) and document.get("@context") == "context.jsonld":
                document |= context()
            triples = _parse_json_ld(json.dumps(document))
        else:
            triples = tuple(quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=BASE))
    except json.JSONDecodeError as error:
        raise CaseError([Problem(Place(path, error.lineno, error.colno), f"JSON: {error.msg}")]) from error
    except SyntaxError as error:
        raise CaseError([Problem(Place(path, error.lineno or 1, error.offset or 1), error.msg)]) from error
    except RecursionError as error:
        raise CaseError([Problem(Place(path, 1, 1), "nested too deeply")]) from error
    start = Place(path, 1, 1)
    if not triples:
        raise CaseError(
            [
                Problem(
                    start,
                    "says nothing; write nodes under '@graph' (JSON-LD) or triples (Turtle), each node with an IRI",
                )
            ]
        )
    places = {triple.subject.value: start for triple in triples if isinstance(triple.subject, NamedNode)}
    if len(places) != len({triple.subject for triple in triples}):
        raise CaseError([Problem(start, "has blank nodes; every node of a case needs an IRI")])
    subject = _subject(triples) or f"publication/{path.stem}"
    if " " in subject:
        raise CaseError([Problem(start, f"speaks of several patients or groups ({subject}); write a file for each")])
    sources = {
        t.object.value for t in triples if t.predicate.value == f"{DCTERMS}source" and isinstance(t.object, NamedNode)
    }
    told_by = min(sources, default=BASE + subject).rsplit("/", 1)[-1]
    return CaseFile(
        path=path,
        subject=subject,
        told_by=told_by,
        graph=NamedNode(f"{BASE}graph/said/{told_by}/{path.stem}"),
        triples=triples,
        places=places,
        long_form=None,
    )
