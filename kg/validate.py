"""Run the shapes over cases and return findings with the place in the case file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import RdfFormat, Triple, serialize

from . import files
from .errors import Place
from .vocabulary import compact


@dataclass(frozen=True)
class Finding:
    """What a shape found: which, how grave, on what node and path, with what value, and where that was written."""

    shape: str
    severity: str
    focus: str
    path: str
    value: str
    message: str
    place: Place | None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        value = f" (found: {self.value})" if self.value else ""
        return f"{where}{self.severity.lower()}: {self.message}{value} [{self.focus}, {self.shape}]"


def check(triples: Sequence[Triple], places: Mapping[str, Place]) -> list[Finding]:
    """Validate triples against the shipped shapes with pySHACL, the reference engine.

    `places` maps the IRI of a node to where it was written.
    """
    import pyshacl
    import rdflib
    from rdflib.namespace import RDF, SH

    data = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    shapes = rdflib.Graph()
    for path in sorted(files.SHAPES.glob("*.ttl")):
        shapes.parse(path)
    shapes.parse(files.ONTOLOGY / "prefixes.ttl")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=True, inplace=True)
    if not isinstance(report, rdflib.Graph):
        raise TypeError(f"pySHACL returned {report!r} instead of a report")

    def text(node: Any, property_: Any) -> str:
        found = report.value(node, property_)
        return "" if found is None else compact(str(found))

    findings = [
        Finding(
            shape=text(result, SH.sourceConstraint) or text(result, SH.sourceShape),
            severity=text(result, SH.resultSeverity).removeprefix("sh:"),
            focus=text(result, SH.focusNode),
            path=text(result, SH.resultPath),
            value=text(result, SH.value),
            message=text(result, SH.resultMessage),
            place=places.get(str(report.value(result, SH.focusNode))),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    ]
    return sorted(findings, key=lambda f: (str(f.place), f.shape, f.focus, f.value))
