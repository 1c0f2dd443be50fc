"""The command line: arguments, one call, text and exit code. The only package that prints."""

from . import asking, curating, exchanging, linking, publishing
from .base import main

__all__ = ["asking", "curating", "exchanging", "linking", "main", "publishing"]
