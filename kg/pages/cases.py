"""What the pages tell of cases: which terms they use and where that stands, their statements, the passages cited."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Store, Triple

from .. import course, statements
from ..statements import Said, Statement, iri_of, local
from ..vocabulary import BASE, DCTERMS, RDF_TYPE, lkg


@dataclass(frozen=True)
class Place:
    """A passage that is cited: its IRI and its short name."""

    iri: str
    name: str


@dataclass(frozen=True)
class Use:
    """How statements about one patient or group use a term: how many in which sense ("1 stated absent"), and where."""

    iri: str
    name: str
    senses: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Line:
    """One statement in words, and its passages."""

    words: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Passage:
    """A passage of a publication and the statements that cite it, each as (IRI of its subject, words)."""

    name: str
    kind: str
    characters: str
    digest: str
    cited_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Publication:
    """A publication with its bibliography and passages in their order."""

    iri: str
    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    doi: str
    passages: tuple[Passage, ...]


class Told:
    """All statements of a store, by subject, by term and by passage."""

    def __init__(self, store: Store) -> None:
        triples: dict[str, list[Triple]] = defaultdict(list)
        described: list[Triple] = []
        for graph in store.named_graphs():
            parts = local(iri_of(graph)).split("/")
            if parts[:2] != ["graph", "said"]:
                continue
            found = [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]
            described += found if parts[3] == f"publication-{parts[2]}" else []
            for subject in sorted({_subject(triple) for triple in found} - {""}):
                triples[subject] += found
        self._said: dict[str, Said] = {name: statements.read(found, name) for name, found in sorted(triples.items())}
        self.subjects = tuple(self._said)
        self._by_term: dict[str, list[tuple[str, Statement]]] = defaultdict(list)
        self._by_passage: dict[str, list[tuple[str, Statement]]] = defaultdict(list)
        for subject, said in self._said.items():
            for statement in said.statements:
                for name in {_full(statement.property), *(value.value for value in statement.values)}:
                    self._by_term[name].append((subject, statement))
                for passage in statement.passages:
                    self._by_passage[passage].append((subject, statement))
        self.publications = tuple(self._publications(described))
        told_of = {
            BASE + name for said in self._said.values() for name in (said.subject, *(s.about for s in said.statements))
        }
        self._derived: dict[str, set[str]] = defaultdict(set)
        for quad in store.quads_for_pattern(None, RDF_TYPE, None):
            if "/graph/derived/" in str(quad.graph_name) and iri_of(quad.subject) in told_of:
                self._derived[iri_of(quad.object)].add(iri_of(quad.subject))

    def uses(self, iris: Iterable[str], without: str = "") -> tuple[Use, ...]:
        """Return the use of some terms by patient or group; `without` leaves out statements that use that term itself."""
        left_out = {id(statement) for _, statement in self._by_term.get(without, ())}
        found: dict[str, dict[str, Statement]] = defaultdict(dict)
        for iri in iris:
            for subject, statement in self._by_term.get(iri, ()):
                if id(statement) not in left_out:
                    found[subject][statement.iri] = statement
        return tuple(_use(subject, list(used.values())) for subject, used in sorted(found.items()))

    def derived(self, iri: str) -> tuple[str, ...]:
        """Return the patients and the things told of them that belong to a class by what was derived."""
        return tuple(sorted(node for node in self._derived.get(iri, ()) if node.startswith(f"{BASE}patient/")))

    def lines(self, subject: str) -> list[tuple[str, list[Line]]]:
        """Return what is said of a patient or group: each thing told of, by name, and the statements about it."""
        said = self._said[subject]
        found: dict[str, list[Line]] = defaultdict(list)
        for statement in sorted(said.statements, key=lambda one: (one.property != RDF_TYPE.value, one.iri)):
            name = statement.about.removeprefix(f"{subject}/") if statement.about != subject else ""
            words = course.in_words(statement).partition(": ")[2]
            found[name].append(Line(words, _places(statement.passages)))
        return sorted(found.items())

    def conflicts(self, subject: str) -> list[tuple[str, list[str]]]:
        """Return the conflicts of a patient or group: the reason for a preference, and the statements in words."""
        said = self._said[subject]
        named = {statement.iri: statement for statement in said.statements}
        return [
            (
                conflict.reason or "no side is preferred",
                [
                    course.in_words(named[side]) + (" (preferred)" if side in conflict.prefers else "")
                    for side in conflict.between
                    if side in named
                ],
            )
            for conflict in said.conflicts
        ]

    def _publications(self, described: list[Triple]) -> Iterable[Publication]:
        nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for triple in described:
            nodes[local(iri_of(triple.subject))][local(triple.predicate.value)].append(iri_of(triple.object))
        passages: dict[str, list[str]] = defaultdict(list)
        for name, said in nodes.items():
            if name.startswith("passage/"):
                passages[local(said[f"{DCTERMS}isPartOf"][0])].append(name)
        for name in sorted(passages):
            said = nodes[name]
            ordered = sorted(passages[name], key=lambda one: (int(nodes[one]["characters"][0].split("-")[0]), one))
            wanted = (
                ("journal", f"{DCTERMS}bibliographicCitation"),
                ("year", f"{DCTERMS}issued"),
                ("digest of the text", "digest"),
            )
            yield Publication(
                iri=BASE + name,
                name=name.split("/", 1)[1],
                title=next(iter(said[f"{DCTERMS}title"]), name),
                facts=tuple((label, said[key][0]) for label, key in wanted if said[key]),
                doi=next(iter(said["http://purl.org/ontology/bibo/doi"]), ""),
                passages=tuple(self._passage(one, nodes[one]) for one in ordered),
            )

    def _passage(self, name: str, said: dict[str, list[str]]) -> Passage:
        cited = [(BASE + s.about, course.in_words(s)) for _, s in self._by_passage.get(name, ())]
        return Passage(
            name=name.split("/", 2)[2],
            kind=said["passageKind"][0],
            characters=said["characters"][0],
            digest=said["digest"][0],
            cited_by=tuple(cited),
        )


def _subject(triple: Triple) -> str:
    """Return the patient or group that a triple declares, or nothing."""
    declared = triple.predicate == RDF_TYPE and triple.object in (lkg("Patient"), lkg("Cohort"))
    return local(iri_of(triple.subject)) if declared else ""


def _full(name: str) -> str:
    return name if "://" in name else BASE + name


def _use(subject: str, used: list[Statement]) -> Use:
    senses = Counter(
        "stated absent" if s.polarity == statements.ABSENT
        else "stated not available" if s.polarity == statements.NOT_AVAILABLE
        else "suspected" if s.suspected
        else "affirmed"
        for s in used
    )  # fmt: skip
    passages = sorted({passage for statement in used for passage in statement.passages})
    counted = tuple(f"{count} {sense}" for sense, count in sorted(senses.items()))
    return Use(BASE + subject, subject.split("/", 1)[1], counted, _places(passages))


def _places(passages: Iterable[str]) -> tuple[Place, ...]:
    return tuple(Place(BASE + passage, passage.removeprefix("passage/")) for passage in passages)
