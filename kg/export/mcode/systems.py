"""Code systems as FHIR names them: the system of a CURIE's prefix, and how its codes are spelt.

Source: HL7 Terminology (terminology.hl7.org) and, for NCIT, SO and HGNC, the examples of mCODE STU4.
"""

from ...vocabulary import BASE
from ..codes import OWN

_OBO = "http://purl.obolibrary.org/obo/"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SYSTEMS = {
    "snomedct": SNOMED,
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "HP": "http://human-phenotype-ontology.org",
    "MONDO": f"{_OBO}mondo.owl",
    "MAXO": f"{_OBO}maxo.owl",
    "CHEBI": f"{_OBO}chebi.owl",
    "UBERON": f"{_OBO}uberon.owl",
    "OBI": f"{_OBO}obi.owl",
    "PATO": f"{_OBO}pato.owl",
    "PR": f"{_OBO}pr.owl",
    "SO": "http://www.sequenceontology.org/",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icdo": f"{TERMINOLOGY}icd-o-3",
    "hgnc": "http://www.genenames.org/geneId",
    OWN: BASE.rstrip("/"),
}
# Other names under which these systems are met.
ALSO = {"http://www.genenames.org": "hgnc", f"{_OBO}hp.owl": "HP", f"{_OBO}ncit.owl": "NCIT", f"{_OBO}so.owl": "SO"}
# Systems whose codes carry the prefix, as the ontologies of the OBO Foundry and HGNC write them.
_PREFIXED = {"HP", "MONDO", "MAXO", "CHEBI", "UBERON", "OBI", "PATO", "PR", "SO"}


def coding(curie: str) -> tuple[str, str]:
    """Return system and code of a CURIE.

    >>> coding("NCIT:C3161")[1], coding("HP:0001945")[1], coding("lkg:Relapse")
    ('C3161', 'HP:0001945', ('https://w3id.org/leukemia-kg', 'Relapse'))
    """
    prefix, _, code = curie.partition(":")
    return SYSTEMS[prefix], curie if prefix in _PREFIXED else code


def curie(system: str, code: str) -> str:
    """Return the CURIE of a coding, or nothing if the system is not known.

    >>> curie("http://www.genenames.org", "HGNC:1014"), curie("http://example.org", "1")
    ('hgnc:1014', '')
    """
    found = ALSO.get(system) or next((prefix for prefix, uri in SYSTEMS.items() if uri == system), "")
    return f"{found}:{code.rpartition(':')[2]}" if found else ""
