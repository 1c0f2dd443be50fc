"""DCAT 3: the dataset and its distributions, each with media type, size and checksum."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from ..vocabulary import BASE, DCTERMS, XSD
from .facts import DCAT, SPDX, Facts, File, date, node, turtle
from .void import DUMPS

_CONTEXT, _ONTOLOGY = "ontology/context.jsonld", "leukemia.owl"
_IANA = "https://www.iana.org/assignments/media-types/"
_DISTRIBUTED = ("answers/", "cases/", "leukemia.", "mappings/", "ontology/", "shapes/", "tables/")


def describe(facts: Facts) -> bytes:
    """Return the description as Turtle."""
    return turtle(_triples(facts))


def _triples(facts: Facts) -> Iterator[Triple]:
    listed = [file for file in facts.files if file.path.startswith(_DISTRIBUTED)]
    yield from node(
        NamedNode(BASE + "dataset"),
        {
            "a": NamedNode(DCAT + "DatasetSeries"),
            DCTERMS + "title": Literal(facts.title, language="en"),
            DCAT + "last": facts.dataset,
        },
    )
    yield from node(
        facts.dataset,
        {
            "a": NamedNode(DCAT + "Dataset"),
            DCTERMS + "title": Literal(facts.title, language="en"),
            DCTERMS + "description": Literal(facts.description, language="en"),
            DCTERMS + "identifier": facts.dataset.value,
            DCTERMS + "issued": date(facts.date),
            DCTERMS + "license": NamedNode(facts.licence),
            DCTERMS + "creator": NamedNode(facts.creator),
            DCTERMS + "publisher": NamedNode(facts.creator),
            DCTERMS + "language": NamedNode("http://publications.europa.eu/resource/authority/language/ENG"),
            DCTERMS + "source": [NamedNode(source.iri) for source in facts.publications],
            DCTERMS + "accrualPeriodicity": NamedNode(
                "http://publications.europa.eu/resource/authority/frequency/IRREG"
            ),
            DCAT + "version": facts.version,
            DCAT + "inSeries": NamedNode(BASE + "dataset"),
            DCAT + "keyword": [Literal(word, language="en") for word in KEYWORDS],
            DCAT + "distribution": [facts.file(file.path) for file in listed],
        },
    )
    for file in listed:
        yield from _distribution(facts, file)


KEYWORDS = ("leukemia", "mixed phenotype acute leukemia", "case report", "blinatumomab", "donor lymphocyte infusion")


def _distribution(facts: Facts, file: File) -> Iterator[Triple]:
    iri = facts.file(file.path)
    conforms = {
        path: facts.file(path)
        for path in (_CONTEXT if file.path.endswith(".jsonld") else "", _ONTOLOGY if file.path in DUMPS else "")
        if path and path != file.path
    }
    size = Literal(str(file.size), datatype=NamedNode(XSD + "nonNegativeInteger"))
    checksum = NamedNode(f"{iri.value}#checksum")
    yield from node(
        iri,
        {
            "a": NamedNode(DCAT + "Distribution"),
            DCTERMS + "title": Literal(file.about or file.path, language="en"),
            DCTERMS + "license": NamedNode(facts.licence),
            DCTERMS + "conformsTo": list(conforms.values()),
            DCAT + "downloadURL": iri,
            DCAT + "mediaType": NamedNode(_IANA + file.media_type),
            DCAT + "byteSize": size,
            SPDX + "checksum": checksum,
        },
    )
    yield from node(
        checksum,
        {
            "a": NamedNode(SPDX + "Checksum"),
            SPDX + "algorithm": NamedNode(SPDX + "checksumAlgorithm_sha256"),
            SPDX + "checksumValue": Literal(file.sha256, datatype=NamedNode(XSD + "hexBinary")),
        },
    )
