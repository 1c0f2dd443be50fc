"""Where ontology, shapes, queries and cases lie: in a checkout or editable install, and in a wheel."""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent
# `kg/shipped/` exists in a wheel only; in a checkout the folders lie beside the package.
SHIPPED = PACKAGE / "shipped"
ROOT = SHIPPED if SHIPPED.is_dir() else PACKAGE.parent

ONTOLOGY = ROOT / "ontology"
SHAPES = ROOT / "shapes"
QUERIES = ROOT / "queries"
CASES = PACKAGE / "data"

STORE_VARIABLE = "LEUKEMIA_KG_STORE"


def store_folder() -> Path:
    """Return the folder that holds built stores: the environment's, the checkout's `build/`, or the user's cache."""
    if named := os.environ.get(STORE_VARIABLE):
        return Path(named)
    if ROOT != SHIPPED and (ROOT / "pyproject.toml").is_file():
        return ROOT / "build" / "store"
    if sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "leukemia-kg" / "store"


def ontology_files() -> list[Path]:
    """Return the Turtle files of the ontology, in name order."""
    return sorted(path for path in ONTOLOGY.glob("*.ttl") if path.name != "prefixes.ttl")


def case_files(folders: Iterable[Path] = (CASES,)) -> list[Path]:
    """Return the case files below the folders: YAML, JSON-LD and Turtle, in name order."""
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".jsonld", ".ttl"}
    )


def evidence_files(folders: Iterable[Path] = (CASES,)) -> list[Path]:
    """Return the records of evidence checks below the folders, in name order."""
    return sorted(path for folder in folders for path in folder.rglob("evidence.tsv"))


def digest(paths: Iterable[Path]) -> str:
    """Return a SHA-256 over names and contents of the files, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def code_files() -> Iterator[Path]:
    """Yield the package's own source files and tables: a changed rule makes a built store stale as a changed case does."""
    yield from sorted(
        p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".tsv"} and not {CASES, SHIPPED} & set(p.parents)
    )
