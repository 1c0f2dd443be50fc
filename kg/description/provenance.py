"""PROV: what the build read, with digests, by which version of the code, from which publications."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from ..vocabulary import DCTERMS, PROV, RDFS, lkg
from .facts import Facts, date, node, turtle
from .void import DUMPS


def describe(facts: Facts) -> bytes:
    """Return the description as Turtle."""
    return turtle(_triples(facts))


def _triples(facts: Facts) -> Iterator[Triple]:
    activity, code = lkg(f"build/{facts.name}"), lkg(f"code/{facts.version}")
    inputs = {lkg(f"input/{found.name}"): found for found in facts.inputs}
    yield from node(
        activity,
        {
            "a": NamedNode(PROV + "Activity"),
            RDFS + "label": Literal("build of the graph from ontology, shapes, questions and cases", language="en"),
            lkg("digest").value: f"sha256:{facts.name}",
            lkg("codeVersion").value: facts.version,
            PROV + "used": list(inputs),
            PROV + "wasAssociatedWith": code,
        },
    )
    yield from node(
        code,
        {
            "a": [NamedNode(PROV + "SoftwareAgent"), NamedNode(PROV + "Agent")],
            RDFS + "label": f"leukemia-kg {facts.version}",
        },
    )
    for iri, found in inputs.items():
        digest = f"sha256:{found.sha256}"
        yield from node(iri, {"a": NamedNode(PROV + "Entity"), RDFS + "label": found.name, lkg("digest").value: digest})
    yield from node(
        facts.dataset,
        {
            "a": NamedNode(PROV + "Entity"),
            DCTERMS + "issued": date(facts.date),
            PROV + "wasGeneratedBy": activity,
            PROV + "wasDerivedFrom": [NamedNode(source.iri) for source in facts.publications],
        },
    )
    for file in facts.files:
        if file.path in DUMPS:
            yield from node(
                facts.file(file.path),
                {
                    "a": NamedNode(PROV + "Entity"),
                    lkg("digest").value: f"sha256:{file.sha256}",
                    PROV + "wasGeneratedBy": activity,
                    PROV + "specializationOf": facts.dataset,
                },
            )
