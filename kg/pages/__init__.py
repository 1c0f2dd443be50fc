"""Pages of the ontology as static HTML: a page a term, shapes, questions, patients and publications; no request goes out.

The templates know nothing of files: they call `href(iri)` for the address of a node, so that a web application can use
them with addresses of its own. The same store gives the same bytes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyoxigraph import Store

from .. import questions
from ..errors import ReleaseError
from ..statements import local
from ..vocabulary import BASE
from . import cases, checks, terms
from .addresses import Addresses, fragment

__all__ = ["Addresses", "environment", "render", "write"]

STATIC = Path(__file__).parent / "static"


@cache
def environment() -> Environment:
    """Return the templates' environment: everything is escaped, and a name that a template misspells is an error."""
    found = Environment(
        loader=PackageLoader("kg.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["fragment"] = fragment
    return found


def render(store: Store) -> Iterator[tuple[str, str]]:
    """Yield path and text of every page, style and script, in a stable order."""
    book = terms.Book(store)
    told = cases.Told(store)
    addresses = Addresses(book.kinds)
    site = {"title": book.title, "version": book.version, "licence": book.licence}

    def page(path: str, template: str, **values: Any) -> tuple[str, str]:
        root = "../" * path.count("/")

        def href(iri: str) -> str:
            return addresses.href(iri, root)

        return path, environment().get_template(template).render(site=site, root=root, href=href, **values) + "\n"

    entries = list(book.entries(told))
    asked = [(question, questions.ask(store, question, {})) for question in questions.catalogue()]
    yield page("index.html", "index.html.j2", counts=_counts(entries, told), questions=[q for q, _ in asked])
    yield page("classes.html", "classes.html.j2", roots=book.roots(), children=book.children)
    for kind, title in (("property", "Properties"), ("value", "Values")):
        listed = [entry for entry in entries if entry.folder == kind]
        yield page(f"{kind}/index.html", "list.html.j2", heading=title, entries=listed)
    for entry in entries:
        yield page(addresses.path(entry.iri), "term.html.j2", entry=entry)
    yield page("shapes.html", "shapes.html.j2", groups=checks.groups())
    for question, answer in asked:
        yield page(f"question/{question.slug}.html", "question.html.j2", question=question, answer=answer, text=_text)
    for subject in told.subjects:
        yield page(addresses.path(BASE + subject), "subject.html.j2", subject=subject, told=told, local=local)
    for publication in told.publications:
        yield page(addresses.path(publication.iri), "publication.html.j2", publication=publication)
    yield "static/index.js", _search_index(entries, addresses)
    for path in sorted(STATIC.iterdir()):
        yield f"static/{path.name}", path.read_text(encoding="utf-8")


def write(store: Store, folder: Path, progress: Callable[[str], None] = lambda _: None) -> int:
    """Write the pages into a folder, which may hold older ones, and return their number.

    Raises:
        ReleaseError: the folder holds something else, or cannot be written.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "static" / "index.js").is_file():
        raise ReleaseError(f"{folder} is not empty and holds no pages of ours; name another folder")
    number = 0
    try:
        for path, text in render(store):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
            number += 1
            if number % 100 == 0:
                progress(f"{number} pages")
    except OSError as error:
        raise ReleaseError(f"{folder} cannot be written: {error.strerror}") from error
    return number


def _counts(entries: list[terms.Entry], told: cases.Told) -> Mapping[str, int]:
    folders = [entry.folder for entry in entries]
    return {
        "classes": folders.count("class"),
        "properties": folders.count("property"),
        "values": folders.count("value"),
        "patients": sum(subject.startswith("patient/") for subject in told.subjects),
        "groups": sum(subject.startswith("group/") for subject in told.subjects),
    }


def _search_index(entries: list[terms.Entry], addresses: Addresses) -> str:
    """Return what the search box looks through, as a script: a page opened from a disk cannot fetch data."""
    rows = [[entry.label, entry.folder, addresses.path(entry.iri), entry.synonyms] for entry in entries]
    return "const terms = " + json.dumps(rows, ensure_ascii=True, separators=(",", ":")) + ";\n"


def _text(cell: Any) -> str:
    from .. import tables

    return tables.text(cell)
