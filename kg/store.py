"""The quad store: an Oxigraph folder written whole and switched in, opened read-only by everyone else."""

import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from pyoxigraph import Quad, Store

from .errors import StoreError

CURRENT = "CURRENT"
# A half-written folder older than this was left by a build that was killed.
ABANDONED_SECONDS = 3600


def current(folder: Path) -> str:
    """Return the name of the store that answers, or nothing if none was built."""
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def open_store(folder: Path) -> Store:
    """Open the store that answers, read-only.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    name = current(folder)
    if not name:
        raise StoreError(f"no store in {folder}; run 'leukemia-kg build'")
    try:
        return Store.read_only(str(folder / name))
    except OSError as error:
        raise StoreError(
            f"the store {folder / name} cannot be opened ({error}); run 'leukemia-kg build --force'"
        ) from error


def write(quads: Iterable[Quad], folder: Path, name: str, check: Callable[[Store], None] = lambda _: None) -> None:
    """Write a store whole into a new folder, then switch to it; a build that is killed leaves the old one answering.

    `check` may raise before the switch: then, too, the old store answers.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        making = folder / f"making-{os.getpid()}-{time.time_ns()}"
        store = Store(str(making))
        store.bulk_extend(quads)
        store.flush()
        check(store)
        del store
        target = folder / name
        if target.exists():  # forced, or another process was faster
            target = folder / f"{name}-{time.time_ns()}"
        making.rename(target)
        previous = current(folder)
        switch = folder / f"{CURRENT}-{os.getpid()}"
        switch.write_text(target.name, encoding="utf-8")
        switch.replace(folder / CURRENT)
    except OSError as error:
        raise StoreError(f"cannot write the store in {folder}: {error}; choose another place with --store") from error
    _clean(folder, keep={target.name, previous})


def _clean(folder: Path, keep: set[str]) -> None:
    """Remove stores older than the previous one, which somebody may still read, and what killed builds left."""
    for path in folder.iterdir():
        unfinished = path.name.startswith("making-")
        if (
            path.is_dir()
            and path.name not in keep
            and (not unfinished or path.stat().st_mtime < time.time() - ABANDONED_SECONDS)
        ):
            shutil.rmtree(path, ignore_errors=True)
