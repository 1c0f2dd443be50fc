"""Check what is said against the paper: each passage is where it says, and carries the statement with its sign."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..statements import Said, Statement
from ..vocabulary import Terms
from .claims import judge_of
from .look import SUPPORTED, Look, Outcome, Verdict, cannot_tell, node_name, not_found, own_stretch
from .owners import Owner, parts, study_key
from .passages import Passage
from .record import Cited, Reading

CHECK_VERSION = "1"

# Of several outcomes, the first of these that occurs is the statement's.
_WORST_FIRST: tuple[Verdict, ...] = ("contradicted", "not found", "cannot tell", "supported")
_BEST_FIRST: tuple[Verdict, ...] = ("supported", "contradicted", "cannot tell", "not found")
# The longest sentence or cell that is read; the paper's own longest has some 500 characters.
_LONGEST = 20_000
_PATIENT = re.compile(r"(?P<study>.+)-p(?P<number>\d+)")
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
    outcome, name = min(outcomes, key=lambda found: _WORST_FIRST.index(found[0].verdict))
    return Finding(statement.iri, outcome.verdict, outcome.reason, name)


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
        statement, said, terms, passage.text, own, header.text if header else "", dict(reading.record.references)
    )


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
    if len(look.parts) > 1 and not look.is_of_patient and look.statement.polarity == "Present" and not _is_type(look):
        candidates = [part for part in look.parts if look.tells_of(look.subject, part.text, wide=False)]
        candidates = candidates or [part for part in look.parts if look.tells_of(look.subject, part.text)]
        if not candidates:
            return cannot_tell(f"no part of the passage names what '{node_name(look.subject)}' is")
    found = [judge(look, replace(part, text=own_stretch(look, part.text))) for part in candidates]
    return min(found, key=lambda outcome: _BEST_FIRST.index(outcome.verdict))


def _is_type(look: Look) -> bool:
    return look.statement.property.endswith("#type")
