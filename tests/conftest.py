"""What many tests share: one store of the shipped cases, and the example that shows every construct."""

from pathlib import Path

import pytest

from kg import assemble, build, cases, files, store

EXAMPLE = Path(__file__).parent / "kg" / "cases" / "example"


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory):
    """A folder with a store of the shipped cases, built once."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    build.build([files.CASES], folder)
    return folder


@pytest.fixture(scope="session")
def shipped(store_folder):
    """The store of the shipped cases, open for reading."""
    return store.open_store(store_folder)


@pytest.fixture(scope="session")
def example_files():
    """The example's case files in the short form."""
    found = sorted(EXAMPLE.rglob("*.yaml"))
    assert len(found) == 6
    return found


@pytest.fixture(scope="session")
def example_cases(example_files):
    """The example, read."""
    return cases.read(example_files)


@pytest.fixture(scope="session")
def example(example_cases):
    """What the example says of each of its subjects, over all files."""
    return assemble.by_subject(example_cases)
