"""What the shapes demand, by file: the message that a curator reads, how grave it is, and its sources."""

from collections import defaultdict
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, parse

from .. import files
from ..statements import iri_of, local
from ..vocabulary import DCTERMS

_SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True)
class Demand:
    """One demand of a shape."""

    name: str
    message: str
    severity: str
    rule: str
    sources: tuple[str, ...]
    of_source: bool


def groups() -> list[tuple[str, list[Demand]]]:
    """Return the demands of each shapes file, by the class that the file is named after."""
    return [(path.stem, found) for path in sorted(files.SHAPES.glob("*.ttl")) if (found := _demands(str(path)))]


def _demands(path: str) -> list[Demand]:
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode):
            said[local(quad.subject.value)][quad.predicate.value].append(iri_of(quad.object))
    holder = {
        local(part): name for name, keys in said.items() for key in ("property", "sparql") for part in keys[_SH + key]
    }
    found = []
    for name, keys in sorted(said.items()):
        if not keys[f"{_SH}message"]:
            continue
        grave = keys[f"{_SH}severity"] or said[holder.get(name, name)][f"{_SH}severity"] or [f"{_SH}Violation"]
        found.append(
            Demand(
                name=name,
                message=keys[f"{_SH}message"][0],
                severity=grave[0].removeprefix(_SH).lower(),
                rule=next(iter(keys[f"{DCTERMS}identifier"]), ""),
                sources=tuple(sorted(keys[f"{DCTERMS}source"])),
                of_source="true" in keys["https://w3id.org/leukemia-kg/sourceFinding"],
            )
        )
    return found
