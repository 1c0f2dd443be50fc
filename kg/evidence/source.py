"""Read a publication from a file: Markdown, plain text, or PDF with the extra `leukemia-kg[pdf]`."""

from pathlib import Path

from ..errors import EvidenceError
from .passages import MAX_CHARACTERS, Document

MAX_BYTES = 20_000_000


def read_source(path: Path) -> Document:
    """Read a publication from a Markdown, text or PDF file.

    Raises:
        EvidenceError: The file is missing, empty, over 20 MB, binary or not UTF-8; or it is a PDF that cannot be
            read, or the extra that reads it is not installed.
    """
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise EvidenceError(f"{path}: {size} bytes are more than a paper has (limit {MAX_BYTES}).")
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        return Document.of(_pdf_text(path) if content.startswith(b"%PDF-") else _decode(content))
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}") from error


def _decode(content: bytes) -> str:
    if b"\0" in content:
        raise EvidenceError("The file is binary, or UTF-16. Save the paper as UTF-8 text, Markdown or PDF.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError(f"Byte {error.start} is not UTF-8. Save the paper as UTF-8 text.") from error


def _pdf_text(path: Path) -> str:
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise EvidenceError("Reading a PDF needs an extra: pip install 'leukemia-kg[pdf]'.") from error
    text = ""
    try:
        for page in PdfReader(path).pages:
            text += page.extract_text() + "\f"
            if len(text) > MAX_CHARACTERS:
                break
    except Exception as error:  # pypdf lets errors of many kinds escape from a damaged file.
        raise EvidenceError(f"The PDF cannot be read ({error}). Save its text as UTF-8.") from error
    return text
