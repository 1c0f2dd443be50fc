"""The command line: arguments, one call, text and exit code. The only package that prints."""

from . import asking, curating, linking
from .base import main

__all__ = ["asking", "curating", "linking", "main"]
