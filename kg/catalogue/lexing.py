"""What in a SPARQL text is code: strings, IRIs and comments blanked out, and the terms that it names."""

import re
from collections.abc import Iterator

from ..vocabulary import prefixes

_TEXT = re.compile(
    r"'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
    r"|(?P<iri><[^<>\"{}|^`\\\s]*>)|#[^\n]*"
)
_PREFIX = re.compile(r"(?i)\bPREFIX\s+([\w-]*):\s*<([^>]*)>")
_NAME = re.compile(r"(?<![\w?$:\\-])([A-Za-z][\w-]*|):((?:[\w-]|\\.|\.(?=\w))+)")


def bare(text: str) -> str:
    """Return a query with strings, IRIs and comments as spaces, so that every position stays."""
    return _TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _declarations(text: str) -> list[re.Match[str]]:
    code = _TEXT.sub(lambda found: found[0] if found["iri"] else " " * len(found[0]), text)
    return list(_PREFIX.finditer(code))


def declared(text: str) -> dict[str, str]:
    """Return the prefixes that a query declares."""
    return {found[1]: found[2] for found in _declarations(text)}


def undeclared(text: str) -> dict[str, int]:
    """Return the prefixes that a query uses without declaring them, each with the position of its first use."""
    known, code = declared(text), bare(text)
    found = ((match[1], match.start()) for match in _NAME.finditer(code) if match[1] not in known)
    return dict(reversed(list(found)))


def named_iris(text: str) -> Iterator[tuple[str, int]]:
    """Yield every IRI that a query names, written out or by prefix, with its position; declarations are not uses."""
    known = declared(text)
    declarations = [range(*found.span()) for found in _declarations(text)]
    for found in _TEXT.finditer(text):
        if found["iri"] and not any(found.start() in span for span in declarations):
            yield found[0][1:-1], found.start()
    for found in _NAME.finditer(bare(text)):
        if found[1] in known:
            yield known[found[1]] + found[2].replace("\\", ""), found.start()


def prefix_hint(name: str) -> str:
    """Return what to write for a prefix that is used and not declared."""
    space = prefixes().get(name)
    return f"write PREFIX {name}: <{space}>" if space else f"known prefixes: {', '.join(sorted(prefixes()))}"
