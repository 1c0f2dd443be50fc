"""Check what is said against the paper: each passage is where it says, and carries the statement with its sign."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..statements import Said, Statement
from ..vocabulary import Terms
from .claims import Judge, judge_of
from .judge_cells import in_cell
from .judge_times import order
from .look import SUPPORTED, Cell, Look, Outcome, Verdict, cannot_tell, node_name, not_found, own_stretch
from .owners import Owner, Part, parts, study_key
from .passages import Passage
from .record import Cited, Reading

CHECK_VERSION = "2"

# Of several outcomes, the first of these that occurs is the statement's.
_WORST_FIRST: tuple[Verdict, ...] = ("contradicted", "not found", "cannot tell", "supported")
_BEST_FIRST: tuple[Verdict, ...] = ("supported", "contradicted", "cannot tell", "not found")
# The longest sentence or cell that is read; the paper's own longest has some 500 characters.
_LONGEST = 20_000
_PATIENT = re.compile(r"(?P<study>.+)-p(?P<number>\d+)")
# Properties whose value says what it is of: a sentence may name it apart from its occurrent.
_TELL_THEMSELVES = {"lesion", "mrdStatus", "shownBy"}
_CELL = re.compile(r"(?P<table>.+)\.r\d+\.(?P<column>c\d+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check says of one statement.

    Attributes:
        statement: Its local name.
        verdict: `supported`: every passage that it cites carries it. `contradicted`: one says otherwise. `not found`:
            one does not have it, or is not there. `cannot tell`: a person has to look.
        reason: Why it is not supported, for a curator; empty if it is.
        passage: The passage that decided.
    """

    statement: str
    verdict: Verdict
    reason: str
    passage: str


def check(statement: Statement, reading: Reading, said: Said, terms: Terms) -> Finding:
    """Check one statement against a paper.

    Args:
        statement: What is said.
        reading: The paper, beside what its publication's file records of it.
        said: All that is said of the statement's patient in the same file; its skeleton tells what refers to what.
        terms: The ontology's terms: names by which a paper may call them.
    """
    looks, outcomes = [], []
    for cited in statement.passages:
        name = cited.rpartition("/")[2]
        passage, moved = _place(reading, reading.record.places.get(name), name)
        if passage is None:
            outcomes.append((moved, name))
            continue
        if len(passage.text) > _LONGEST:
            outcomes.append(
                (cannot_tell(f"{len(passage.text)} characters are no sentence; mend the text of the paper"), name)
            )
            continue
        look = _look(statement, passage, reading, said, terms)
        looks.append(look)
        outcomes.append((_judge(look, reading.owners.get(passage.id, Owner(""))), name))
    if not outcomes:
        return Finding(statement.iri, "not found", "no passage is cited", "")
    if statement.printed and looks and not any(look.prints(statement.printed) for look in looks):
        misquoted = not_found(f"no passage cited prints '{statement.printed}'")
        outcomes = [(misquoted if outcome.verdict == "supported" else outcome, name) for outcome, name in outcomes]
    outcomes = [(_hinted(outcome, outcomes), name) for outcome, name in outcomes]
    outcome, name = min(outcomes, key=lambda found: _WORST_FIRST.index(found[0].verdict))
    return Finding(statement.iri, outcome.verdict, outcome.reason, name)


def _hinted(outcome: Outcome, among: list[tuple[Outcome, str]]) -> Outcome:
    """Say of a passage that is silent which other of those cited has it."""
    carrying = next((name for other, name in among if other.verdict == "supported"), "")
    if outcome.verdict != "not found" or not carrying:
        return outcome
    return not_found(f"{outcome.reason}; {carrying} has it: cite that alone")


def check_derived(fact: str, premises: Iterable[Finding]) -> Finding:
    """Check a derived fact through its premises: it is as well supported as the worst of them."""
    found = list(premises)
    if not found:
        return Finding(fact, "cannot tell", "it names no premise", "")
    worst = min(found, key=lambda finding: _WORST_FIRST.index(finding.verdict))
    if worst.verdict == "supported":
        return Finding(fact, "supported", "", worst.passage)
    return Finding(fact, worst.verdict, f"its premise {worst.statement}: {worst.reason}", worst.passage)


def _place(reading: Reading, cited: Cited | None, name: str) -> tuple[Passage | None, Outcome]:
    """Return the passage with the digest recorded: where it is recorded, or where it went in another edition."""
    if cited is None:
        return None, not_found(f"the publication's file has no passage '{name}'")
    here = reading.by_id.get(name)
    if here and (here.digest, here.start, here.end) == (cited.digest, cited.start, cited.end):
        return here, SUPPORTED
    move = reading.moves[name]
    if move.status == "moved" and not reading.is_cited_edition and move.to:
        return move.to, SUPPORTED
    if move.to is None:
        return None, not_found("its text stands nowhere in this copy of the paper")
    hint = {"changed": "the place has another text now", "ambiguous": "its text stands in several places"}
    return None, not_found(
        f"{hint.get(move.status, 'its text stands elsewhere')}; see {move.to.id} ({move.to.start}-{move.to.end})"
    )


def _look(statement: Statement, passage: Passage, reading: Reading, said: Said, terms: Terms) -> Look:
    cell = _CELL.fullmatch(passage.id)
    header = reading.by_id.get(f"{cell['table']}.h.{cell['column']}") if cell else None
    subject = subject_of(said.subject, statement.primary_source, reading.record.publication)
    owner = reading.owners.get(passage.id, Owner(""))
    if subject and subject.study in reading.cited_in(passage):
        owner = Owner(subject.study, owner.numbers)
    own = tuple(part for part in parts(passage, owner) if subject is None or part.owner.covers(subject))
    return Look(
        statement,
        said,
        terms,
        passage.text,
        own,
        header.text if header else "",
        dict(reading.record.references),
        passage.id,
        _cell(passage.id, reading),
        _before(passage, reading),
    )


def _cell(name: str, reading: Reading) -> Cell | None:
    """Return what gives a table's cell its meaning."""
    found = _CELL.fullmatch(name)
    if not found:
        return None
    heads = {head.id.rpartition(".")[2]: head.text for head in reading.heads.get(found["table"], ())}
    row = reading.by_id.get(f"{name.rpartition('.')[0]}.c1")
    return Cell(heads.get(found["column"], ""), row.text if row and row.id != name else "", tuple(heads.values()))


def _before(passage: Passage, reading: Reading) -> str:
    """Return the sentence before in the same section, if it speaks of the same patient."""
    section, _, number = passage.id.rpartition(".s")
    before = reading.by_id.get(f"{section}.s{int(number) - 1}") if passage.kind == "sentence" else None
    same = before and reading.owners.get(before.id) == reading.owners.get(passage.id)
    return before.text if before and same else ""


def subject_of(subject: str, primary_source: str, publication: str) -> Owner | None:
    """Return whom statements of a file are about: `patient/ueda-2016-p2` is patient 2 of ueda.

    A group is that of its primary source; without one it may be any that the paper speaks of.
    """
    name = subject.rpartition("/")[2]
    if found := _PATIENT.fullmatch(name):
        own = found["study"] == publication
        return Owner("" if own else study_key(found["study"]), frozenset({int(found["number"])}))
    primary = primary_source.rpartition("/")[2]
    return Owner(study_key(primary)) if primary and primary != publication else None


def _judge(look: Look, owner: Owner) -> Outcome:
    if not look.parts:
        return not_found(f"the passage speaks of {owner}")
    judge = judge_of(look)
    candidates = list(look.parts)
    tells_itself = look.statement.property in _TELL_THEMSELVES
    if len(look.parts) > 1 and not look.is_of_patient and look.statement.polarity == "Present" and not _is_type(look):
        candidates = [part for part in look.parts if look.tells_of(look.subject, part.text, wide=False)]
        candidates = candidates or [part for part in look.parts if look.tells_of(look.subject, part.text)]
        if not candidates and not tells_itself:
            return cannot_tell(f"no part of the passage names what '{node_name(look.subject)}' is")
    best = _best(look, judge, candidates)
    others = [part for part in look.parts if part not in candidates]
    if best.verdict in {"not found", "cannot tell"} and others:
        told = _best(look, judge, others)
        if tells_itself and told.verdict != "not found":
            best = told
        elif told.verdict == "supported" and best.verdict == "not found":
            best = cannot_tell(f"another part of the passage says it; whether of '{node_name(look.subject)}', is open")
    apart = best.verdict == "not found" and look.statement.target in look.said.skeleton
    if apart and any(look.tells_of(look.statement.target, part.text) for part in others):
        best = cannot_tell(f"'{node_name(look.statement.target)}' stands in another part of the passage")
    if look.cell and best.verdict in {"not found", "cannot tell"}:
        best = in_cell(look, look.cell, judge, best)
    return best


def _best(look: Look, judge: Judge, among: list[Part]) -> Outcome:
    # An order may be between two infusions.
    cut = judge is not order or look.number_of(look.statement.target, "infusionNumber") is None
    found = [judge(look, replace(part, text=own_stretch(look, part.text) if cut else part.text)) for part in among]
    return min(found, key=lambda outcome: _BEST_FIRST.index(outcome.verdict), default=not_found("it is not there"))


def _is_type(look: Look) -> bool:
    return look.statement.property.endswith("#type")
