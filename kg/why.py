"""Why a question returns a patient, or does not: from the answer back to statements and their places in papers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store, Triple

from . import answers, course, questions
from .catalogue import Question
from .errors import QueryError
from .lineage import DERIVED_FROM, Behind, Lineage
from .projection import telling
from .statements import Said, Statement, iri_of, local
from .tables import Table, text
from .vocabulary import RDF_TYPE, lkg, terms

_RETURNED = {
    "certain": "is returned, and that is certain",
    "possible": "is returned as possible",
    "refuted": "is not returned",
    "not returned": "is not returned",
}
# Columns that the sentences around a row say already.
_SAID_APART = {"patient", "certainty", "suspected", "would_decide", "evidence"}


@dataclass(frozen=True)
class Row:
    """One row of a patient: its cells that say something, by column, its certainty, and what it rests on."""

    cells: tuple[tuple[str, str], ...]
    certainty: str
    decides: str
    behind: Behind


@dataclass(frozen=True)
class Because:
    """The chain behind an outcome.

    Of a question with a temporal pattern: certainty, who plays which role, what it rests on, and the rules used. Of any
    other its `rows`, each with what it rests on; of a patient without a row what is `missing`, and the statements on what
    the question is about.
    """

    certainty: str
    roles: tuple[tuple[str, str], ...]
    decides: tuple[str, ...]
    statements: tuple[Statement, ...]
    claims: tuple[tuple[str, tuple[str, ...]], ...]
    rules: tuple[str, ...]
    triples: tuple[Triple, ...]
    rows: tuple[Row, ...] = ()
    missing: tuple[str, ...] = ()


def why(
    store: Store, question: Question, patient: str, given: Mapping[str, str], table: Table | None = None
) -> Because:
    """Return the chain behind a question's outcome for a patient; `table` is the answer, if it is at hand.

    Raises:
        KgError: there is no such patient.
        QuestionError: a parameter does not exist or does not take the value.
        QueryError: the question is not about patients.
    """
    lineage = Lineage(store, question, given)
    said = lineage.said(patient)
    judged = lineage.judged(patient)
    own = [] if judged is None else [quad.triple for quad in store.quads_for_pattern(judged, None, None)]
    if judged is None or _texts(own, "certainty") == [lkg("Refuted").value]:
        # an answer may have rows of those, too, to whom its pattern does not apply
        found = questions.ask(store, question, given) if table is None else table
        if judged is None or _has_rows(found, patient):
            return _by_rows(lineage, patient, given, found)
    bindings = _objects(own, lkg("binds"))
    roles = [quad.triple for binding in bindings for quad in store.quads_for_pattern(binding, None, None)]
    sources = _objects(own, DERIVED_FROM)
    premises = {local(source.value) for source in sources}
    behind = [quad.triple for source in sources for quad in store.quads_for_pattern(source, None, None)]
    return Because(
        certainty=local(_texts(own, "certainty")[0]).casefold(),
        roles=tuple(sorted(_roles(roles))),
        decides=tuple(sorted(_texts(own, "decidedBy"))),
        statements=tuple(statement for statement in said.statements if statement.iri in premises),
        claims=tuple(_claims(store, sources)),
        rules=tuple(sorted(_texts(own, "usesRule"))),
        triples=tuple(dict.fromkeys([*own, *roles, *behind])),
    )


def _by_rows(lineage: Lineage, patient: str, given: Mapping[str, str], table: Table) -> Because:
    if "patient" not in table.columns:
        raise QueryError(f"'{lineage.question.slug}' is not about patients: its rows name their evidence themselves")
    index = table.columns.index("patient")
    rows = [_row(lineage, patient, table, n) for n, row in enumerate(table.rows) if text(row[index]) == patient]
    foot = answers.foot(lineage.store, lineage.question, given, table)
    missing = tuple(what for what, patients in foot.unjudged.items() if patient in patients)
    sure = {row.certainty for row in rows}
    return Because(
        certainty="certain" if "certain" in sure else "possible" if sure else "not returned",
        roles=(),
        decides=tuple(sorted({row.decides for row in rows if row.decides})),
        statements=() if rows else tuple(lineage.about(patient)),
        claims=(),
        rules=(),
        triples=tuple(dict.fromkeys(triple for row in rows for triple in row.behind.triples)),
        rows=tuple(rows),
        missing=missing,
    )


def _has_rows(table: Table, patient: str) -> bool:
    index = table.columns.index("patient")
    return any(text(row[index]) == patient for row in table.rows)


def _row(lineage: Lineage, patient: str, table: Table, number: int) -> Row:
    cells = dict(zip(table.columns, map(text, table.rows[number]), strict=True))
    return Row(
        cells=tuple((name, cell) for name, cell in cells.items() if cell and name not in _SAID_APART),
        certainty=cells["certainty"],
        decides=cells.get("would_decide", ""),
        behind=lineage.behind(patient, table.columns, table.rows[number]),
    )


def _objects(triples: Sequence[Triple], predicate: NamedNode) -> list[NamedNode]:
    return [t.object for t in triples if t.predicate == predicate and isinstance(t.object, NamedNode)]


def _texts(triples: Sequence[Triple], name: str) -> list[str]:
    return [iri_of(triple.object) for triple in triples if triple.predicate == lkg(name)]


def _roles(triples: Sequence[Triple]) -> Iterator[tuple[str, str]]:
    names = {triple.subject: iri_of(triple.object) for triple in triples if triple.predicate == lkg("role")}
    for triple in triples:
        if triple.predicate == lkg("boundTo"):
            yield names[triple.subject], local(iri_of(triple.object))


def _claims(store: Store, sources: Sequence[NamedNode]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for source in sources:
        for quad in store.quads_for_pattern(source, lkg("paraphrase"), None):
            passages = store.quads_for_pattern(source, lkg("passage"), None)
            yield iri_of(quad.object), tuple(sorted(local(iri_of(p.object)).removeprefix("passage/") for p in passages))


def sentences(question: Question, patient: str, because: Because, said: Said) -> Iterator[str]:
    """Yield the chain in plain sentences."""
    yield f"{patient} {_RETURNED[because.certainty]}: {question.summary}."
    if because.rows or because.missing or because.certainty == "not returned":
        yield from _row_sentences(because, said)
        return
    for reason in because.decides:
        yield f"  {reason}"
    for role, node in because.roles:
        yield f"  {role}: {node.removeprefix('patient/')} ({_kinds(said, node)})"
    if because.statements or because.claims:
        yield "It rests on what is said:"
    for statement in because.statements:
        yield f"  {_in_words(statement, said)}"
    for paraphrase, places in because.claims:
        yield f"  the authors claim: {paraphrase}  [{' '.join(places)}]"
    if because.rules:
        yield "and on these rules:"
    for rule in because.rules:
        yield f"  {rule}"


def _row_sentences(because: Because, said: Said) -> Iterator[str]:
    for what in because.missing:
        yield f"  not reported: {what}"
    if not because.rows:
        yield (
            "What is said on what the question asks:"
            if because.statements
            else "Nothing is said on what the question asks."
        )
        yield from (f"  {_in_words(statement, said)}" for statement in because.statements)
    for row in because.rows:
        yield f"{row.certainty}: {'; '.join(f'{name} {cell}' for name, cell in row.cells)}"
        if row.decides:
            yield f"  open is {row.decides}"
        for statement in row.behind.statements:
            yield f"  {_in_words(statement, said)}"
        for rule in row.behind.rules:
            yield f"  by rule: {rule}"


def _in_words(statement: Statement, said: Said) -> str:
    """Return a statement in words, how it stands in a conflict, and its places."""
    standing = ""
    if statement.iri in said.overruled:
        standing = " (overruled in a conflict)"
    elif statement.iri in said.unsettled:
        standing = " (in an open conflict)"
    return f"{course.in_words(statement)}{standing}  [{' '.join(course.places(statement))}]"


def _kinds(said: Said, node: str) -> str:
    types = telling(said, node, RDF_TYPE.value, possible=True)
    found = [terms().by_iri[value.value].label for statement in types for value in statement.values]
    return ", ".join(dict.fromkeys(found)) or "reported"
