"""Places in papers, and whether they say what is claimed: one normal form, passages, the check with its sign."""

from .check import CHECK_VERSION, Finding, check, check_derived
from .finding import Place, Relocation, Status, locate, relocate
from .keeping import FILE_NAME, publication_of
from .look import Verdict
from .normalise import NORMALISATION_VERSION, RULES, Rule, normalise
from .passages import Document, Kind, Passage, digest_of, passages
from .record import Reading, Record
from .report import Summary, check_all, index_yaml, moved, read_records, show, summarise, triples
from .source import read_source

__all__ = [
    "CHECK_VERSION",
    "FILE_NAME",
    "NORMALISATION_VERSION",
    "RULES",
    "Document",
    "Finding",
    "Kind",
    "Passage",
    "Place",
    "Reading",
    "Record",
    "Relocation",
    "Rule",
    "Status",
    "Summary",
    "Verdict",
    "check",
    "check_all",
    "check_derived",
    "digest_of",
    "index_yaml",
    "locate",
    "moved",
    "normalise",
    "passages",
    "publication_of",
    "read_records",
    "read_source",
    "relocate",
    "show",
    "summarise",
    "triples",
]
