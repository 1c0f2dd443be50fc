"""What the tests of exchange formats share: the shipped patients, and their packets."""

import json

import pytest

from kg.export import exchange


@pytest.fixture(scope="session")
def patients(shipped):
    found = exchange.read(shipped)
    assert len(found) == 12
    return found


@pytest.fixture(scope="session")
def written(patients):
    """The shipped patients as phenopackets, with their loss reports."""
    return exchange.write("phenopacket", patients)


@pytest.fixture(scope="session")
def packets(written):
    """The phenopackets of the shipped patients by patient."""
    return {name.partition(".")[0]: json.loads(content) for name, content in written.files.items()}
