"""A release: everything that somebody needs who has only the release, described, with checksums, the same bytes each time."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from . import differences, export, files, pages, statements, tables
from .assemble import ONTOLOGY_GRAPH
from .description import Facts, Input, Source, catalogue, crate, croissant, provenance, void
from .description.facts import file_of
from .differences import State
from .errors import ReleaseError
from .statements import iri_of, local
from .vocabulary import BASE, DCTERMS, OWL, RDF_TYPE, compact, lkg

Progress = Callable[[str], None]
Content = tuple[str, bytes, str]

SUMS = "SHA256SUMS"
TITLE = "Published leukemia patients as a knowledge graph"
DESCRIPTION = (
    "Individual leukemia patients as published: what each source says of them, with its place in the paper, polarity and "
    "confidence, and what follows from it, apart. Published cases are selected and have no denominator."
)
_CREATOR = f"{BASE}contributors"
_DOI = "http://purl.org/ontology/bibo/doi"
_VERSION_IRI, _PRIOR = NamedNode(f"{OWL}versionIRI"), NamedNode(f"{OWL}priorVersion")
_EPOCH = "SOURCE_DATE_EPOCH"
_FORMS = {"turtle": "ttl", "jsonld": "jsonld", "trig": "trig", "nquads": "nq", "rdfxml": "rdf"}
_STATEMENT_COLUMNS = {
    "statement": "name of the statement",
    "subject": "patient or group that it is told of",
    "about": "patient, group, occurrent or part of one that it is about",
    "property": "label of the property",
    "value": "value: label of a term, name of an occurrent, or text; several are separated by '; '",
    "unit": "UCUM unit of the value",
    "polarity": "present, absent or not available",
    "confidence": "confirmed or suspected",
    "as_printed": "tokens of the value as printed",
    "passages": "places in the publication",
    "told_by": "publication that tells it",
    "primary_source": "publication that it retells",
    "evidence": "verdict of the check against the publication",
}
_SUBJECT_COLUMNS = {
    "id": "name of the patient or group",
    "kind": "patient or group",
    "told_by": "publications that tell of it",
    "statements": "number of statements",
    "passages": "number of passages cited",
}


@dataclass(frozen=True)
class Released:
    """What was written: the folder, its files, and the changes against the previous release, if one was given."""

    folder: Path
    files: int
    changes: int | None


def release(
    store: Store, case_folders: Sequence[Path], folder: Path, *,
    day: str = "", previous: Path | None = None, progress: Progress = lambda _: None,
) -> Released:  # fmt: skip
    """Write a release of a store that was built from the case folders; the old folder stays until the new one is whole.

    `day` is the date of the release, YYYY-MM-DD; without it SOURCE_DATE_EPOCH tells it, else the ontology.

    Raises:
        ReleaseError: the folder holds something else or cannot be written, a date is none, the previous release
            cannot be read.
    """
    _check_folder(folder)
    quads = export.quads(store)
    day = _day(day, quads)
    old = differences.load(previous) if previous else None
    changes = differences.compare(old, State("this release", tuple(quads))) if old else None
    prior = _one(old.quads, None, _VERSION_IRI) if old else None
    dated = list(_dated(quads, day, prior))
    contents: dict[str, bytes] = {}
    about: dict[str, str] = {}
    for path, content, words in _contents(store, dated, case_folders, progress):
        contents[path], about[path] = content, words
    contents["CHANGES.md"], about["CHANGES.md"] = (
        _changelog(day, changes, old).encode(),
        "changes since the previous release",
    )
    if changes is not None:
        contents["changes.json"] = (
            json.dumps(differences.records(changes), indent=1, ensure_ascii=False).encode() + b"\n"
        )
        about["changes.json"] = "the same, an object a change"
    contents["README.md"], about["README.md"] = _readme(day).encode(), "what is in this release"
    progress("describing")
    _describe(contents, about, dated, case_folders, day)
    progress("writing the release")
    _write(contents, folder)
    return Released(folder, len(contents), None if changes is None else len(changes))


def _day(given: str, quads: Iterable[Quad]) -> str:
    try:
        if given:
            return date.fromisoformat(given).isoformat()
        if epoch := os.environ.get(_EPOCH):
            return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseError(f"the date of the release is no day, write YYYY-MM-DD: {error}") from error
    found = _one(quads, None, NamedNode(f"{DCTERMS}modified"))
    if found is None:
        raise ReleaseError("neither --date nor SOURCE_DATE_EPOCH nor the ontology tells the date of the release")
    return iri_of(found)


def _one(quads: Iterable[Quad], subject: NamedNode | None, predicate: NamedNode) -> NamedNode | Literal | None:
    for quad in quads:
        found = quad.predicate == predicate and subject in (None, quad.subject)
        if found and isinstance(quad.object, NamedNode | Literal):
            return quad.object
    return None


def _dated(quads: Iterable[Quad], day: str, prior: NamedNode | Literal | None) -> Iterator[Quad]:
    """Yield the quads with the version IRI of this release, and that of the one before."""
    version = lkg(f"releases/{day}/leukemia.owl")
    for quad in quads:
        if quad.predicate == _VERSION_IRI:
            yield Quad(quad.subject, _VERSION_IRI, version, quad.graph_name)
            if isinstance(prior, NamedNode) and prior != version:
                yield Quad(quad.subject, _PRIOR, prior, quad.graph_name)
        else:
            yield quad


# --- what is in it ---


def _contents(store: Store, quads: list[Quad], case_folders: Sequence[Path], progress: Progress) -> Iterator[Content]:
    ontology = [quad for quad in quads if quad.graph_name == ONTOLOGY_GRAPH]
    yield "leukemia.ttl", export.FORMATS["turtle"].write(ontology), "the ontology"
    yield "leukemia.owl", export.FORMATS["rdfxml"].write(ontology), "the ontology, for OWL tools"
    for form, suffix in _FORMS.items():
        progress(f"writing {form}")
        yield f"cases/leukemia-kg.{suffix}", export.FORMATS[form].write(quads), f"the whole graph as {form}"
    progress("framing")
    said = [quad for quad in quads if "/graph/said/" in str(quad.graph_name)]
    yield "cases/patients.jsonld", export.jsonld.framed(said).content, "what is said, a patient one tree"
    yield from _copied(case_folders)
    yield from _answers(store)
    yield from _tables(quads)
    progress("writing pages")
    for path, text in pages.render(store):
        yield f"docs/{path}", text.encode(), "a page of the documentation"


def _copied(case_folders: Sequence[Path]) -> Iterator[Content]:
    """Yield the files that are shipped as they are: context, shapes, questions, mappings and the cases as curated."""
    for path in sorted(files.ONTOLOGY.glob("*.json*")):
        yield (
            f"ontology/{path.name}",
            path.read_bytes(),
            {".json": "JSON Schema of case files"}.get(path.suffix, path.stem),
        )
    yield "ontology/prefixes.ttl", (files.ONTOLOGY / "prefixes.ttl").read_bytes(), "the prefixes"
    for path in sorted((files.ONTOLOGY / "mappings").glob("*.tsv")):
        yield f"mappings/{path.name}", path.read_bytes(), f"mappings to {path.name.partition('.')[0]}"
    for folder, name in ((files.SHAPES, "shapes"), (files.QUERIES, "queries")):
        for path in sorted(found for found in folder.iterdir() if found.is_file()):
            yield f"{name}/{path.name}", path.read_bytes(), path.stem
    for name, path in _case_files(case_folders):
        yield f"cases/{name}", path.read_bytes(), f"{path.stem} as curated"


def _case_files(case_folders: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return the curated files by their names below their case folder."""
    found: dict[str, Path] = {}
    for folder in case_folders:
        for path in (*files.case_files([folder]), *files.evidence_files([folder])):
            name = f"curated/{path.relative_to(folder).as_posix()}"
            if name in found:
                raise ReleaseError(f"{found[name]} and {path} would have one name in the release; rename one folder")
            found[name] = path
    return sorted(found.items())


def _answers(store: Store) -> Iterator[Content]:
    for asked, answer in differences.every_answer(store):
        slug, *chosen = asked.split(" ")
        name = "__".join([slug, *(choice.replace("=", "-") for choice in chosen)])
        words = f"answer to {slug}" + (f" with {', '.join(chosen)}" if chosen else "")
        yield f"answers/{name}.csv", tables.render(answer, "csv").encode() + b"\n", words


def _tables(quads: Sequence[Quad]) -> Iterator[Content]:
    said = [quad.triple for quad in quads if "/graph/said/" in str(quad.graph_name)]
    verdicts = {local(iri_of(q.subject)): iri_of(q.object) for q in quads if q.predicate == lkg("evidenceVerdict")}
    found = statements.read(said, "").statements
    rows = [_statement_row(statement, verdicts) for statement in found]
    yield "tables/statements.csv", _csv(_STATEMENT_COLUMNS, rows), "what is said, one statement a row"
    kinds = {"patient": lkg("Patient"), "group": lkg("Cohort")}
    subjects = sorted(
        (local(iri_of(t.subject)), kind)
        for kind, class_ in kinds.items()
        for t in said
        if t.predicate == RDF_TYPE and t.object == class_
    )
    listed = []
    for name, kind in dict(subjects).items():
        own = [statement for statement in found if _subject(statement.about) == name]
        told = sorted({_last(statement.source) for statement in own})
        passages = {passage for statement in own for passage in statement.passages}
        listed.append((_last(name), kind, "; ".join(told), str(len(own)), str(len(passages))))
    yield "tables/patients.csv", _csv(_SUBJECT_COLUMNS, listed), "patients and groups"


def _csv(columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> bytes:
    return tables.render(tables.of_texts(tuple(columns), rows), "csv").encode() + b"\n"


def _subject(about: str) -> str:
    return "/".join(about.split("/")[:2])


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _statement_row(statement: statements.Statement, verdicts: Mapping[str, str]) -> tuple[str, ...]:
    name = statement.property if "://" in statement.property else BASE + statement.property
    values = [
        tables.text(value)
        if isinstance(value, Literal) or not value.value.startswith(f"{BASE}patient/")
        else local(value.value)
        for value in statement.values
    ]
    return (
        statement.iri.removeprefix("statement/"),
        _last(_subject(statement.about)),
        statement.about.split("/", 1)[-1],
        tables.text(NamedNode(name)),
        "; ".join([statement.comparator + ", ".join(values)] if statement.comparator else values),
        statement.unit,
        tables.text(lkg(statement.polarity)),
        "suspected" if statement.suspected else "confirmed",
        statement.printed,
        " ".join(passage.removeprefix("passage/") for passage in statement.passages),
        _last(statement.source),
        _last(statement.primary_source),
        verdicts.get(statement.iri, ""),
    )


# --- what is told of it ---


def _describe(
    contents: dict[str, bytes], about: Mapping[str, str], quads: list[Quad], case_folders: Sequence[Path], day: str
) -> None:
    """Add the descriptions, each of which tells of what was there before it, and the checksums of all."""
    facts = _facts(quads, case_folders, day)

    def known() -> Facts:
        listed = (file_of(path, content, about.get(path, "")) for path, content in sorted(contents.items()))
        return replace(facts, files=tuple(listed))

    # Each of these tells of the data, none of another; so their order does not matter.
    data = known()
    contents["description/void.ttl"] = void.describe(data, quads)
    contents["description/dcat.ttl"] = catalogue.describe(data)
    contents["description/prov.ttl"] = provenance.describe(data)
    tabular = {path: _header(content) for path, content in contents.items() if path.startswith(("tables/", "answers/"))}
    meanings = _STATEMENT_COLUMNS | _SUBJECT_COLUMNS
    contents[croissant.NAME] = croissant.describe(data, tabular, meanings)
    contents[crate.NAME] = crate.describe(known())
    sums = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(contents.items()))
    contents[SUMS] = "".join(sums).encode()


def _header(content: bytes) -> list[str]:
    return content.decode().partition("\n")[0].split(",")


def _facts(quads: Sequence[Quad], case_folders: Sequence[Path], day: str) -> Facts:
    licence = _one(quads, None, NamedNode(f"{DCTERMS}license"))
    version = _one(quads, None, lkg("codeVersion"))
    build = next((iri_of(q.object) for q in quads if q.predicate == lkg("digest") and "/build/" in str(q.subject)), "")
    told_by = {quad.object for quad in quads if quad.predicate == NamedNode(f"{DCTERMS}source")}
    dois = {q.subject: iri_of(q.object) for q in quads if q.predicate == NamedNode(_DOI)}
    titles = {q.subject: iri_of(q.object) for q in quads if q.predicate == NamedNode(f"{DCTERMS}title")}
    sources = [
        Source(f"https://doi.org/{dois[node]}" if node in dois else iri_of(node), titles.get(node, iri_of(node)))
        for node in told_by
        if isinstance(node, NamedNode) and node.value.startswith(f"{BASE}publication/")
    ]
    return Facts(
        title=TITLE,
        description=DESCRIPTION,
        licence=iri_of(licence) if licence else "",
        creator=_CREATOR,
        version=iri_of(version) if version else "unknown",
        date=day,
        name=build.removeprefix("sha256:"),
        publications=tuple(sorted(sources, key=lambda source: source.iri)),
        files=(),
        inputs=tuple(_inputs(case_folders)),
    )


def _inputs(case_folders: Sequence[Path]) -> Iterator[Input]:
    """Yield the files that a build reads, by names that tell nothing of the machine; the code as one."""
    for folder, name in ((files.ONTOLOGY, "ontology"), (files.SHAPES, "shapes"), (files.QUERIES, "queries")):
        for path in sorted(found for found in folder.rglob("*") if found.is_file()):
            yield Input(f"{name}/{path.relative_to(folder).as_posix()}", hashlib.sha256(path.read_bytes()).hexdigest())
    for name, path in _case_files(case_folders):
        yield Input(f"cases/{name}", hashlib.sha256(path.read_bytes()).hexdigest())
    yield Input("code", files.digest(files.code_files()))


def _changelog(day: str, changes: Sequence[differences.Change] | None, old: State | None) -> str:
    if changes is None or old is None:
        return f"# Release {day}\n\nThe first release, or one without a previous one to compare with.\n"
    version = _one(old.quads, None, _VERSION_IRI)
    since = compact(iri_of(version)) if version else "the previous release"
    lines = [f"# Release {day}", "", f"Changes since {since}.", ""]
    kind = ""
    for change in changes:
        if change.kind != kind:
            kind = change.kind
            lines += ["", f"## {kind[0].upper()}{kind[1:]}", ""]
        lines.append(f"- {change.about}: {change.words}" if change.about else f"- {change.words}")
    return "\n".join([*lines, *([] if changes else ["Nothing."])]) + "\n"


def _readme(day: str) -> str:
    return f"""# {TITLE}: release {day}

{DESCRIPTION}

- `docs/index.html`: pages of the ontology, its use, shapes and questions
- `cases/`: the whole graph in five forms (`leukemia-kg.*`), what is said as one tree a patient (`patients.jsonld`), and the files as curated
- `tables/`, `answers/`: patients, statements, and the answer to every stored question with each choice of its parameters
- `leukemia.ttl`, `leukemia.owl`: what the words mean; `ontology/` has the JSON-LD context and frame and the JSON Schema of case files
- `mappings/`, `shapes/`, `queries/`: what others call it, what a case must say, what can be asked
- `description/` (VoID, DCAT, PROV), `{crate.NAME}`, `{croissant.NAME}`: this release for machines
- `CHANGES.md`: what changed since the previous release; `{SUMS}`: `sha256sum -c {SUMS}` checks every file

Licence: CC BY 4.0. Names under {BASE} are names; they are not registered yet and do not resolve.
"""


# --- writing ---


def is_release(folder: Path) -> bool:
    """Tell whether a folder is one that `release` wrote."""
    return (folder / SUMS).is_file() and (folder / crate.NAME).is_file()


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ReleaseError(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not is_release(folder):
        raise ReleaseError(f"{folder} is not empty and is no release; name another folder")


def _write(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write beside the folder, then rename: whoever looks sees the old release or the new one."""
    making = folder.with_name(f".{folder.name}-{os.getpid()}")
    leaving = folder.with_name(f".{folder.name}-{os.getpid()}-old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for path, content in sorted(contents.items()):
            (making / path).parent.mkdir(parents=True, exist_ok=True)
            (making / path).write_bytes(content)
        if folder.exists():
            folder.rename(leaving)
        making.rename(folder)
    except OSError as error:
        if leaving.exists() and not folder.exists():
            leaving.rename(folder)
        raise ReleaseError(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        for rest in (making, leaving):
            shutil.rmtree(rest, ignore_errors=True)
