"""Describe a release: VoID and DCAT with computed counts, PROV of the build, RO-Crate, Croissant."""

from . import catalogue, crate, croissant, provenance, void
from .facts import Facts, File, Input, Source

__all__ = ["Facts", "File", "Input", "Source", "catalogue", "crate", "croissant", "provenance", "void"]
