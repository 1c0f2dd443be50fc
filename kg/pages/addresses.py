"""Where the page of a node lies."""

import re
from collections.abc import Mapping

from ..statements import local
from ..vocabulary import BASE, compact

_FOLDERS = {
    "class": "class",
    "individual": "value",
    "object": "property",
    "data": "property",
    "annotation": "property",
}


def folder_of(kind: str) -> str:
    """Return the folder of a kind of term; `about` and `About` differ by it where a disk does not tell case."""
    return _FOLDERS[kind]


def fragment(name: str) -> str:
    """Return a name as the fragment of an address and the id of an element."""
    return re.sub(r"[^\w.-]", "-", name)


class Addresses:
    """Addresses of terms, patients, groups, passages and publications; of any other node its own IRI."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = kinds

    def path(self, iri: str) -> str:
        """Return the file of a node's page, or nothing."""
        if kind := self._kinds.get(iri):
            return f"{folder_of(kind)}/{fragment(compact(iri).removeprefix('lkg:'))}.html"
        name = local(iri)
        parts = name.split("/")
        if parts[0] in ("patient", "group", "publication", "passage") and len(parts) > 1 and iri.startswith(BASE):
            folder = "publication" if parts[0] == "passage" else parts[0]
            return f"{folder}/{fragment(parts[1])}.html"
        return ""

    def href(self, iri: str, root: str) -> str:
        """Return the address of a node from a page that lies `root` below the index; nothing for what is no web address."""
        path = self.path(iri)
        if not path:
            return iri if iri.startswith(("https://", "http://")) and not iri.startswith(BASE) else ""
        part = "" if iri in self._kinds else "/".join(local(iri).split("/")[2:])
        return root + path + (f"#{fragment(part)}" if part else "")
