"""Our mappings against what others publish: an ontology's own file, another set of mappings; and candidates for more.

Needs the extra `links`.
"""

from .agreement import Agreement, agreement
from .checks import check
from .suggestions import suggest, write
from .vocabularies import Concept, Vocabulary, read

__all__ = ["Agreement", "Concept", "Vocabulary", "agreement", "check", "read", "suggest", "write"]
