"""Keep what a check found beside the cases, so that the store can say of each statement who checked it and how.

The paper itself is not kept, so a build cannot check again; it reads this record, and drops the verdict of every
statement that has changed since.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ..errors import EvidenceError
from ..statements import Statement, iri_of, named
from ..vocabulary import PROV, lkg
from .check import CHECK_VERSION, Finding
from .record import Record

FILE_NAME = "evidence.tsv"
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")
_WORST_LAST = ("supported", "cannot tell", "not found", "contradicted")
_COLUMNS = ("statement", "digest", "verdict", "reason")
# Enough of a SHA-256 to tell one statement from its earlier wording.
_DIGEST_LENGTH = 16


def statement_digest(statement: Statement) -> str:
    """Return a digest of all that a statement says, its name left out."""
    return hashlib.sha256(repr(replace(statement, iri="")).encode()).hexdigest()[:_DIGEST_LENGTH]


def write(findings: Iterable[Finding], statements: Mapping[str, Statement], path: Path) -> None:
    """Write the record of a check.

    Raises:
        EvidenceError: the file cannot be written.
    """
    out = io.StringIO()
    out.write(f"# check version {CHECK_VERSION}; 'leukemia-kg evidence check --record' writes this file\n")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for finding in sorted(findings, key=lambda found: found.statement):
        reason = "" if finding.verdict == "supported" else finding.reason
        writer.writerow((finding.statement, statement_digest(statements[finding.statement]), finding.verdict, reason))
    try:
        path.write_text(out.getvalue(), encoding="utf-8")
    except OSError as error:
        raise EvidenceError(f"{path} cannot be written: {error.strerror}") from error


def read(path: Path, statements: Mapping[str, Statement]) -> Iterator[Triple]:
    """Yield verdict, reason and check version of each statement that has not changed since it was checked.

    Raises:
        EvidenceError: the file is not a record of a check.
    """
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    rows = csv.DictReader(io.StringIO(body), delimiter="\t")
    if not head.startswith("# check version ") or tuple(rows.fieldnames or ()) != _COLUMNS:
        raise EvidenceError(
            f"{path}: is not a record of a check; write it anew with 'leukemia-kg evidence check --record'"
        )
    checked_by = head.removeprefix("# check version ").split(";")[0]
    for row in rows:
        statement = statements.get(row["statement"])
        if statement is None or statement_digest(statement) != row["digest"]:
            continue
        node = named(statement.iri)
        yield Triple(node, lkg("evidenceVerdict"), Literal(row["verdict"]))
        yield Triple(node, lkg("checkVersion"), Literal(checked_by))
        if row["reason"]:
            yield Triple(node, lkg("evidenceReason"), Literal(row["reason"]))


def of_derived(quads: Iterable[Quad], checked: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the verdict of each derived fact: the worst of its premises, if all of them were checked."""
    verdict = lkg("evidenceVerdict")
    verdicts = {t.subject: iri_of(t.object) for t in checked if t.predicate == verdict}
    premises: defaultdict[NamedNode, list[NamedNode]] = defaultdict(list)
    for quad in quads:
        subject, source = quad.subject, quad.object
        if quad.predicate == _DERIVED_FROM and isinstance(subject, NamedNode) and isinstance(source, NamedNode):
            premises[subject].append(source)
    for fact, sources in premises.items():
        found = [verdicts[source] for source in sources if source in verdicts]
        if len(found) == len(sources):
            yield Triple(fact, verdict, Literal(max(found, key=_WORST_LAST.index)))
            yield Triple(fact, lkg("checkVersion"), Literal(CHECK_VERSION))


def publication_of(digests: frozenset[str], records: Mapping[str, Record], source: Path) -> str:
    """Return the publication that a text is: the one most of whose recorded passages stand in it.

    Raises:
        EvidenceError: no passage of any publication stands in the text.
    """
    shared = {
        name: sum(place.digest in digests for place in record.places.values()) for name, record in records.items()
    }
    best = max(shared, key=lambda name: (shared[name], name), default="")
    if not best or not shared[best]:
        known = ", ".join(sorted(records)) or "none"
        raise EvidenceError(
            f"{source}: is not the text of a publication cited here ({known}); no passage of it was found"
        )
    return best
