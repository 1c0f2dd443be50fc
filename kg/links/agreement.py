"""Compare our mappings with a set that others made, such as Mondo's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import MappingError
from ..mappings import Mapping, canonical
from ..validate import Finding
from .checks import finding

_INVERSE = {"exact": "exact", "close": "close", "related": "related", "broad": "narrow", "narrow": "broad"}


@dataclass(frozen=True)
class Agreement:
    """How two sets agree on what both speak of: how many rows are the same, and a finding for each that is not.

    A difference that our row explains in its comment is an Info, one that it does not explain a Violation; what the
    other set has and ours lacks is an Info too.
    """

    same: int
    conflicts: tuple[Finding, ...]
    explained: tuple[Finding, ...]
    missing: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All differences in the order of our files."""
        return tuple(sorted((*self.conflicts, *self.explained, *self.missing), key=lambda one: one.order))


@dataclass(frozen=True)
class _Theirs:
    """One row of the other set: concepts as the CURIEs that we write, a predicate by its short name."""

    subject: str
    predicate: str
    object: str


def agreement(rows: Iterable[Mapping], path: Path) -> Agreement:
    """Compare mappings with the SSSOM set in a file.

    A row `a exact b` of theirs speaks of a term of ours that is exactly `a`: it should be exactly `b`, by their word.
    Rows on vocabularies that we do not map to are passed over.

    Raises:
        MappingError: the file is no SSSOM, or the extra `links` is not installed.
    """
    rows = tuple(rows)
    ours = {(row.subject, canonical(row.object_curie)): row for row in rows}
    exactly = {(row.subject, row.prefix): row for row in reversed(rows) if row.predicate == "exact"}
    anchors: dict[str, list[Mapping]] = {}
    for row in rows:
        if row.predicate == "exact":
            anchors.setdefault(canonical(row.object_curie), []).append(row)
    vocabularies = {row.prefix for row in rows}
    same = 0
    found: dict[str, list[Finding]] = {"conflict": [], "explained": [], "missing": []}
    for theirs in _read(path):
        for anchor, implied in _implied(theirs, anchors):
            if implied.object.partition(":")[0] not in vocabularies:
                continue
            held = ours.get((anchor.subject, implied.object))
            if held and held.predicate == implied.predicate:
                same += 1
                continue
            # Where they say exact, our term may be exactly another concept of that vocabulary.
            rival = (
                exactly.get((anchor.subject, implied.object.partition(":")[0]))
                if implied.predicate == "exact"
                else None
            )
            kind, difference = _differs(anchor, implied, held or rival, path)
            found[kind].append(difference)
    return Agreement(same, tuple(found["conflict"]), tuple(found["explained"]), tuple(found["missing"]))


def _implied(theirs: _Theirs, anchors: dict[str, list[Mapping]]) -> Iterator[tuple[Mapping, _Theirs]]:
    """Yield what a row of theirs says of our terms, seen from either end, each pair of concepts once."""
    forward = anchors.get(theirs.subject, [])
    for anchor in forward:
        yield anchor, theirs
    turned = _Theirs(theirs.object, _INVERSE[theirs.predicate], theirs.subject)
    seen = {anchor.subject for anchor in forward}
    for anchor in anchors.get(theirs.object, []):
        if anchor.subject not in seen:
            yield anchor, turned


def _differs(anchor: Mapping, theirs: _Theirs, ours: Mapping | None, path: Path) -> tuple[str, Finding]:
    says = f"{path.name} has {theirs.subject} {theirs.predicate}Match {theirs.object}"
    if ours is None:
        return "missing", finding("mapping-also-elsewhere", "Info", anchor, f"{says}; we have no row for it")
    has = f"we have {ours.predicate}Match {ours.object_curie}"
    if ours.comment:
        return "explained", finding("mapping-differs", "Info", ours, f"{says}; {has}, and say: {ours.comment}")
    message = f"{says}; {has} without a comment that says why"
    return "conflict", finding("mapping-differs", "Violation", ours, message)


def _read(path: Path) -> Iterator[_Theirs]:
    """Yield the rows of a set with a SKOS predicate; negative ones are left out, as they equate nothing."""
    try:
        import sssom_pydantic
    except ModuleNotFoundError as error:
        raise MappingError("comparing with another set needs the extra: pip install 'leukemia-kg[links]'") from error
    try:
        mappings, _, _, refused = sssom_pydantic.read(path, return_errors=True)
    except Exception as error:  # its kinds are many: pydantic's, curies', csv's, the system's
        raise MappingError(f"{path} cannot be read as SSSOM: {' '.join(str(error).split())[:300]}") from error
    for row in refused:  # the library counts from the row of columns on as from 0
        why = " ".join(str(row.exception).split())[:300]
        raise MappingError(f"{path}:{row.line_number + 1}:1: no row of SSSOM: {why}")
    for one in mappings:
        name = one.predicate.curie.removeprefix("skos:").removesuffix("Match")
        if name in _INVERSE and one.predicate.curie == f"skos:{name}Match" and one.predicate_modifier is None:
            yield _Theirs(canonical(one.subject.curie), name, canonical(one.object.curie))
