"""Places in papers: one normal form of the text, passages with stable ids, and finding them again."""

from .finding import Place, Relocation, Status, locate, relocate
from .normalise import NORMALISATION_VERSION, RULES, Rule, normalise
from .passages import Document, Kind, Passage, digest_of, passages
from .source import read_source

__all__ = [
    "NORMALISATION_VERSION",
    "RULES",
    "Document",
    "Kind",
    "Passage",
    "Place",
    "Relocation",
    "Rule",
    "Status",
    "digest_of",
    "locate",
    "normalise",
    "passages",
    "read_source",
    "relocate",
]
