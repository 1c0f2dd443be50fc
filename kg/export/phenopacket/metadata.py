"""Where a packet comes from: its vocabularies, one resource for each prefix used, its papers, when and by what it was made."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from ...vocabulary import BASE
from ..codes import OWN
from ..draft import Json
from ..exchange import created, release_date
from .draft import Draft

SCHEMA_VERSION = "2.0"
_OBO = "http://purl.obolibrary.org/obo/"


@dataclass(frozen=True)
class _Vocabulary:
    """A vocabulary as a Resource names it; `version` where it is not read from the mappings."""

    name: str
    url: str
    iri_prefix: str
    version: str = ""


_VOCABULARIES = {
    "CHEBI": _Vocabulary("Chemical Entities of Biological Interest", f"{_OBO}chebi.owl", f"{_OBO}CHEBI_"),
    "ECO": _Vocabulary(
        "Evidence and Conclusion Ontology",
        f"{_OBO}eco.owl",
        f"{_OBO}ECO_",
        "as in the documentation of phenopacket-schema 2.0",
    ),
    "HP": _Vocabulary("Human Phenotype Ontology", f"{_OBO}hp.owl", f"{_OBO}HP_"),
    "MAXO": _Vocabulary("Medical Action Ontology", f"{_OBO}maxo.owl", f"{_OBO}MAXO_"),
    "MONDO": _Vocabulary("Mondo Disease Ontology", f"{_OBO}mondo.owl", f"{_OBO}MONDO_"),
    "NCIT": _Vocabulary("NCI Thesaurus", f"{_OBO}ncit.owl", f"{_OBO}NCIT_"),
    "OBI": _Vocabulary("Ontology for Biomedical Investigations", f"{_OBO}obi.owl", f"{_OBO}OBI_"),
    "PATO": _Vocabulary("Phenotype And Trait Ontology", f"{_OBO}pato.owl", f"{_OBO}PATO_"),
    "PR": _Vocabulary("Protein Ontology", f"{_OBO}pr.owl", f"{_OBO}PR_"),
    "SO": _Vocabulary("Sequence Ontology", f"{_OBO}so.owl", f"{_OBO}SO_"),
    "UBERON": _Vocabulary("Uber-anatomy Ontology", f"{_OBO}uberon.owl", f"{_OBO}UBERON_"),
    "UCUM": _Vocabulary("Unified Code for Units of Measure", "https://ucum.org/ucum", "https://ucum.org/ucum#", "2.1"),
    OWN: _Vocabulary("Leukemia case ontology", BASE, BASE),
}


def of(draft: Draft) -> Json:
    """Return a packet's metadata."""
    return {
        "created": f"{created():%Y-%m-%dT%H:%M:%SZ}",
        "createdBy": f"leukemia-kg {code_version()}",
        "resources": [_resource(prefix, read) for prefix, read in draft.coder.used.items()],
        "phenopacketSchemaVersion": SCHEMA_VERSION,
        "externalReferences": [
            {"id": paper.curie, "reference": paper.url, "description": paper.title}
            for paper in draft.patient.publications
            if paper.curie
        ],
    }


def code_version() -> str:
    """Return the version of this program."""
    try:
        return version("leukemia-kg")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "unknown"


def _resource(prefix: str, read: frozenset[str]) -> Json:
    """Return the resource of a prefix; its version is where the codes and labels used here were read."""
    found = _VOCABULARIES[prefix]
    stated = found.version or (release_date() if prefix == OWN else "; ".join(sorted(read)))
    return {
        "id": prefix.casefold(),
        "name": found.name,
        "url": found.url,
        "version": stated,
        "namespacePrefix": prefix,
        "iriPrefix": found.iri_prefix,
    }
