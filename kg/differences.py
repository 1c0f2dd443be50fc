"""What changed between two states of the graph, in words: cases, statements, terms, axioms, answers, and whatever is left."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple, parse

from . import axioms, build, cases, course, files, questions, statements
from .errors import OntologyError, QueryError, ReleaseError
from .statements import Statement, iri_of, local
from .tables import Table
from .vocabulary import BASE, DEFINITION, OWL, RDFS, terms

# Where a release keeps the whole graph.
DATASET = "cases/leukemia-kg.nq"
_FORMATS = {".nq": RdfFormat.N_QUADS, ".trig": RdfFormat.TRIG}
_REPLACED_BY = "http://purl.obolibrary.org/obo/IAO_0100001"
# Graphs of which every triple is compared; all others follow from them.
_COMPARED = ("said", "ontology", "mappings")
_TERM_PARTS = {RDFS + "label": "label", DEFINITION: "definition", f"{OWL}deprecated": "deprecated"}
# The parts of terms; and the name of the release, which is another by its nature.
_TOLD_ELSEWHERE = frozenset({*_TERM_PARTS, f"{OWL}versionIRI", f"{OWL}priorVersion"})
_SENSES = {statements.PRESENT: "stated", statements.ABSENT: "stated absent", statements.NOT_AVAILABLE: "not available"}


@dataclass(frozen=True)
class Change:
    """One difference: of what kind (`statement changed`), what it is about, and in words."""

    kind: str
    about: str
    words: str


@dataclass(frozen=True)
class State:
    """The graph at one time: its quads, from which all that is compared is read."""

    name: str
    quads: tuple[Quad, ...] = field(repr=False)

    @cached_property
    def graphs(self) -> Mapping[str, list[Triple]]:
        """The triples of each named graph, by its name below `graph/`."""
        found: dict[str, list[Triple]] = defaultdict(list)
        for quad in self.quads:
            found[local(iri_of(quad.graph_name)).removeprefix("graph/")].append(quad.triple)
        return found

    @cached_property
    def statements(self) -> dict[str, Statement]:
        """Every statement by IRI."""
        said = [triple for name, found in self.graphs.items() if name.startswith("said/") for triple in found]
        return {statement.iri: statement for statement in statements.read(said, "").statements}

    @property
    def subjects(self) -> frozenset[str]:
        """The cases: each said graph, by the publication that tells it and its subject."""
        return frozenset(name.removeprefix("said/") for name in self.graphs if name.startswith("said/"))

    @cached_property
    def terms(self) -> dict[str, dict[str, str]]:
        """Label, definition and deprecation of each of our terms."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for triple in self.graphs.get("ontology", ()):
            name = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
            if name.startswith(BASE) and (part := _TERM_PARTS.get(triple.predicate.value)):
                found[name][part] = iri_of(triple.object)
            elif triple.predicate.value == _REPLACED_BY:
                found[name]["replaced by"] = iri_of(triple.object)
        return {name: parts for name, parts in found.items() if "label" in parts}

    @cached_property
    def axioms(self) -> frozenset[str] | None:
        """The axioms in words, or nothing if this version of the rules cannot read them."""
        try:
            return frozenset(axiom.words for axiom in axioms.rules(self.graphs.get("ontology", ())).axioms)
        except OntologyError:
            return None

    @property
    def can_be_asked(self) -> bool:
        """Whether it holds what follows from the statements, without which questions have no answers."""
        return any(name.startswith("derived/") for name in self.graphs)

    @cached_property
    def judged(self) -> frozenset[str]:
        """The questions whose temporal pattern was judged when this state was built."""
        patterns = self.graphs.get("patterns", ())
        return frozenset(iri_of(t.object) for t in patterns if t.predicate.value == f"{BASE}question")

    @cached_property
    def answers(self) -> dict[str, Table]:
        """The answer to every stored question with each choice of its parameters."""
        store = Store()
        store.bulk_extend(self.quads)
        return dict(every_answer(store))


def every_answer(store: Store) -> Iterator[tuple[str, Table]]:
    """Yield each stored question with each choice of its parameters as `slug name=value …`, and the answer."""
    for question in questions.catalogue():
        choices = [[(p.name, value) for value in p.values or (p.default,)] for p in question.parameters]
        for chosen in itertools.product(*choices):
            name = " ".join([question.slug, *("=".join(pair) for pair in chosen)])
            yield name, questions.ask(store, question, dict(chosen))


def load(path: Path) -> State:
    """Read a release, an N-Quads or TriG file, or a folder of case files, which are then solved and judged.

    Raises:
        ReleaseError: it is none of these, or cannot be read.
        CaseError: a case file cannot be read.
    """
    source = path / DATASET if (path / DATASET).is_file() else path
    try:
        if source.is_file() and source.suffix in _FORMATS:
            return State(str(path), tuple(parse(path=str(source), format=_FORMATS[source.suffix])))
    except (OSError, SyntaxError, ValueError) as error:
        raise ReleaseError(f"{source} cannot be read: {error}") from error
    found = files.case_files([source]) if source.is_dir() else []
    if not found:
        raise ReleaseError(f"{path} is no release, no .nq or .trig file and no folder of case files")
    return State(str(path), tuple(build.dataset(cases.read(found))))


def compare(old: State, new: State) -> list[Change]:
    """Return every difference, in a stable order; answers only if both states can be asked."""
    found = [*_cases(old, new), *_statements(old, new), *_terms(old, new), *_axioms(old, new), *_others(old, new)]
    if old.can_be_asked and new.can_be_asked:
        found += _answers(old, new)
    return found


def _cases(old: State, new: State) -> Iterator[Change]:
    for what, found in (("added", new.subjects - old.subjects), ("removed", old.subjects - new.subjects)):
        for name in sorted(found):
            teller, _, subject = name.partition("/")
            of_publication = subject == f"publication-{teller}"
            words = "publication" if of_publication else f"as told by {teller}"
            yield Change(f"case {what}", teller if of_publication else subject, words)


def _statements(old: State, new: State) -> Iterator[Change]:
    """Yield statements added, removed and changed; one that only moved in a list of several is the same."""
    before, after = _unmatched(old.statements, new.statements)
    for iri in sorted(after.keys() - before.keys()):
        yield Change("statement added", after[iri].about, _words(after[iri]))
    for iri in sorted(before.keys() - after.keys()):
        yield Change("statement removed", before[iri].about, _words(before[iri]))
    for iri in sorted(before.keys() & after.keys()):
        parts = "; ".join(_parts(before[iri], after[iri]))
        yield Change("statement changed", after[iri].about, f"{_said(before[iri])}: {parts}")


def _unmatched(
    old: Mapping[str, Statement], new: Mapping[str, Statement]
) -> tuple[dict[str, Statement], dict[str, Statement]]:
    """Return the statements of each side that the other side does not make, under whatever name."""

    def content(statement: Statement) -> str:
        return repr(replace(statement, iri=""))

    before, after = Counter(map(content, old.values())), Counter(map(content, new.values()))
    both = before & after

    def rest(side: Mapping[str, Statement], other: Mapping[str, Statement]) -> dict[str, Statement]:
        left = Counter(both)
        # Those with the same name and content are matched first, so that of equal ones the right one is left.
        order = sorted(side, key=lambda iri: (other.get(iri) != side[iri], iri))
        found = {}
        for iri in order:
            key = content(side[iri])
            if left[key]:
                left[key] -= 1
            else:
                found[iri] = side[iri]
        return found

    return rest(old, new), rest(new, old)


def _said(statement: Statement) -> str:
    return course.in_words(statement).partition(": ")[2]


def _words(statement: Statement) -> str:
    return f"{_said(statement)} [{' '.join(course.places(statement))}]"


def _parts(old: Statement, new: Statement) -> Iterator[str]:
    if old.polarity != new.polarity:
        yield f"{_SENSES.get(old.polarity, old.polarity)} → {_SENSES.get(new.polarity, new.polarity)}"
    if old.suspected != new.suspected:
        yield "confirmed → suspected" if new.suspected else "suspected → confirmed"
    if old.passages != new.passages:
        yield f"passages {' '.join(course.places(old))} → {' '.join(course.places(new))}"
    told = {"iri", "polarity", "suspected", "passages", "values"}
    if old.values != new.values:
        yield f"value {_values(old)} → {_values(new)}"
    for part, before, after in zip(fields(Statement), astuple(old), astuple(new), strict=True):
        if part.name not in told and before != after:
            yield f"{part.name.replace('_', ' ')} {_name(before) or 'none'} → {_name(after) or 'none'}"


def _values(statement: Statement) -> str:
    return ", ".join(_name(value.value) for value in statement.values) or "none"


def _name(value: str) -> str:
    """Return a term by its label, anything else as it is written."""
    known = terms().by_iri.get(value) or terms().by_iri.get(BASE + value)
    return known.label if known else local(value)


def _terms(old: State, new: State) -> Iterator[Change]:
    for iri in sorted(new.terms.keys() - old.terms.keys()):
        yield Change("term added", local(iri), new.terms[iri]["label"])
    for iri in sorted(old.terms.keys() - new.terms.keys()):
        yield Change("term removed", local(iri), old.terms[iri]["label"])
    both = [(local(iri), old.terms[iri], new.terms[iri]) for iri in sorted(old.terms.keys() & new.terms.keys())]
    for name, before, after in both:
        if after.get("deprecated") == "true" != before.get("deprecated"):
            instead = f"; use {local(after['replaced by'])}" if "replaced by" in after else ""
            yield Change("term deprecated", name, after["label"] + instead)
    for name, before, after in both:
        for part in ("label", "definition"):
            if before.get(part) != after.get(part):
                yield Change(
                    "term changed", name, f"{part}: {before.get(part) or 'none'} → {after.get(part) or 'none'}"
                )


def _axioms(old: State, new: State) -> Iterator[Change]:
    if old.axioms is None or new.axioms is None:
        unread = old if old.axioms is None else new
        yield Change("axioms unknown", unread.name, "these axioms cannot be read by the present rules")
        return
    yield from (Change("axiom removed", "", words) for words in sorted(old.axioms - new.axioms))
    yield from (Change("axiom added", "", words) for words in sorted(new.axioms - old.axioms))


def _others(old: State, new: State) -> Iterator[Change]:
    """Yield how many other triples differ, by what they are about, so that no difference goes unsaid."""
    before, after = _rest(old), _rest(new)
    for what, found in (("removed", before - after), ("added", after - before)):
        counted = Counter(kind for kind, _ in found)
        for kind, count in sorted(counted.items()):
            yield Change(f"other {what}", kind, f"{count} {'triple' if count == 1 else 'triples'}")


def _rest(state: State) -> set[tuple[str, Triple]]:
    told = {NamedNode(BASE + iri) for iri in state.statements}
    return {
        ("mappings" if name == "mappings" else _kind(triple), triple)
        for name, found in state.graphs.items()
        if name.split("/")[0] in _COMPARED
        for triple in found
        if triple.subject not in told
        and triple.predicate.value not in _TOLD_ELSEWHERE
        # Blank nodes stand in axioms, which are compared in words; their names mean nothing.
        and not isinstance(triple.subject, BlankNode)
        and not isinstance(triple.object, BlankNode)
    }


def _kind(triple: Triple) -> str:
    name = local(iri_of(triple.subject))
    return name.split("/")[0] if "/" in name and "://" not in name else "ontology"


def _answers(old: State, new: State) -> Iterator[Change]:
    try:
        pairs = [(name, old.answers[name], new.answers[name]) for name in sorted(new.answers)]
    except QueryError as error:
        yield Change("answers unknown", "", str(error))
        return
    for slug in sorted(old.judged ^ new.judged):
        yield Change("answer unknown", slug, "one of the two was built without the question's temporal pattern")
    for name, before, after in pairs:
        if name.split(" ")[0] in old.judged ^ new.judged:
            continue
        rows_before, rows_after = _by_patient(before), _by_patient(after)
        for key in sorted(rows_before.keys() | rows_after.keys()):
            gone, come = rows_before[key] - rows_after[key], rows_after[key] - rows_before[key]
            if not gone and not come:
                continue
            change = _row_change(before.columns, after.columns, sum(gone.values()), sum(come.values()), gone, come)
            yield Change("answer changed", name, f"{key}: {change}")


def _by_patient(table: Table) -> defaultdict[str, Counter[tuple[str, ...]]]:
    column = table.columns.index("patient") if "patient" in table.columns else 0
    found: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for row in table.texts():
        found[row[column]][tuple(row)] += 1
    return found


def _row_change(
    columns: Sequence[str], columns_after: Sequence[str], less: int, more: int,
    gone: Counter[tuple[str, ...]], come: Counter[tuple[str, ...]],
) -> str:  # fmt: skip
    if less == more == 1 and columns == columns_after:
        (before,), (after,) = gone, come
        return "; ".join(
            f"{name} {old or 'none'} → {new or 'none'}"
            for name, old, new in zip(columns, before, after, strict=True)
            if old != new
        )
    if not less:
        return "newly returned" if more == 1 else f"{more} rows newly returned"
    if not more:
        return "no longer returned" if less == 1 else f"{less} rows no longer returned"
    return f"{less} rows replaced by {more}"


def render(changes: Iterable[Change]) -> str:
    """Return the changes as text, under a heading for each kind with their number."""
    lines = []
    for kind, group in itertools.groupby(changes, key=lambda change: change.kind):
        found = list(group)
        lines.append(f"{kind}: {len(found)}")
        lines += [f"  {change.about}: {change.words}" if change.about else f"  {change.words}" for change in found]
    return "\n".join(lines)


def records(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Return one object a change."""
    return [{"kind": change.kind, "about": change.about, "words": change.words} for change in changes]
