"""Files of other projects in: one row and one module a format; each gives case files and says what it did not understand."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..export.exchange import ExchangeError, require
from .document import Document, DocumentError, Finding, read
from .record import Record

__all__ = ["IMPORTERS", "DocumentError", "Finding", "Imported", "Importer", "run"]


@dataclass(frozen=True)
class Importer:
    """A format: its name, the module of this package with `records(document) -> (records, findings)`, and its extra."""

    name: str
    module: str
    extra: str = ""
    needs: str = ""


IMPORTERS: dict[str, Importer] = {
    "phenopacket": Importer("GA4GH Phenopackets v2", "phenopacket", extra="exchange", needs="phenopackets"),
    "mcode": Importer("HL7 FHIR R4, mCODE STU4", "mcode", extra="exchange", needs="fhir.resources"),
}


@dataclass(frozen=True)
class Imported:
    """What came of some files: patients, what is wrong with parts of them, and the files that could not be read at all."""

    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    unreadable: tuple[DocumentError, ...]

    def files(self) -> Mapping[str, bytes]:
        """Return the case files and import reports by path."""
        return {name: content for record in self.records for name, content in record.files().items()}

    def save(self, folder: Path) -> list[Path]:
        """Write all files below a folder; return their paths.

        Raises:
            ExchangeError: the folder cannot be written.
        """
        found = []
        try:
            for name, content in self.files().items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                found.append(path)
        except OSError as error:
            raise ExchangeError(f"{folder} cannot be written: {error.strerror}; name another folder") from error
        return found


def run(form: str, paths: Sequence[Path]) -> Imported:
    """Read files of a format; whatever is wrong with one, the others are read.

    Raises:
        ExchangeError: the format needs an extra that is not installed.
    """
    importer = IMPORTERS[form]
    require(importer.extra, importer.needs)
    module = importlib.import_module(f".{importer.module}", __package__)
    records: list[Record] = []
    findings: list[Finding] = []
    unreadable: list[DocumentError] = []
    for path in paths:
        try:
            document: Document = read(path)
            made, found = module.records(document)
        except DocumentError as error:
            unreadable.append(error)
            continue
        findings += found
        for record in made:
            if record.source in {other.source for other in records}:
                message = (
                    f"patient '{record.patient}' was read already from another one of the same id; this one is left out"
                )
                findings.append(document.finding("repeated-patient", record.root, message))
            else:
                records.append(record)
    findings += _of(records)
    return Imported(tuple(records), tuple(findings), tuple(unreadable))


def _of(records: Iterable[Record]) -> Iterable[Finding]:
    return [finding for record in records for finding in record.findings]
