"""A query with a time limit: in a process of its own, because the engine cannot be told to stop."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from .errors import KgError, QueryError, QueryTimeoutError
from .tables import Table


def query(folder: Path, text: str, seconds: float) -> Table | bool | str:
    """Run a SPARQL query on a store within a time limit; a graph comes back as Turtle.

    The process is started afresh rather than forked: it shares no open store, and it is the same on every system.

    Raises:
        QueryTimeoutError: it took longer; its process is gone.
        QueryError: it cannot be parsed or evaluated.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(folder, text, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise QueryTimeoutError(f"the query took longer than {seconds:g} s; make it narrower, or raise --timeout")
        found: Table | bool | str | KgError = ours.recv()
    except EOFError as error:
        raise QueryError("the process of the query ended without an answer; it may have run out of memory") from error
    finally:
        process.kill()
        process.join()
    if isinstance(found, KgError):
        raise found
    return found


def _work(folder: Path, text: str, answer: Connection) -> None:
    from pyoxigraph import RdfFormat, serialize

    from . import questions, store
    from .vocabulary import prefixes

    try:
        found = questions.query(store.open_store(folder), text)
        if not isinstance(found, Table | bool):
            found = (serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode()  # type: ignore[assignment]
        answer.send(found)
    except KgError as error:
        answer.send(error)
