"""What many tests share: one store of the shipped cases, and the example that shows every construct."""

from pathlib import Path

import pytest
from hypothesis import settings

from kg import assemble, build, cases, files, patterns, store
from kg.timeline import solve

# A busy machine is no failure; speed is measured in benchmarks.
settings.register_profile("leukemia-kg", deadline=None)
settings.load_profile("leukemia-kg")

EXAMPLE = Path(__file__).parent / "kg" / "cases" / "example"
INVENTED = 'publication: invented-2000\npassages: {s1: [sentence, 0-10, "sha256:00"]}\n'
INVENTED_PATIENT = "patient/invented-2000-p1"


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


@pytest.fixture(scope="session")
def judge_invented(tmp_path_factory):
    """A function of a question and the lines of its occurrents: outcomes by the values of the parameters, in order."""
    folder = tmp_path_factory.mktemp("pattern")
    (folder / "publication.yaml").write_text(INVENTED, encoding="utf-8")

    def judge(question, *occurrents):
        lines = "".join(f"  {occurrent}\n" for occurrent in occurrents)
        text = f"patient: invented-2000-p1\ntold by: invented-2000\noccurrents:\n{lines}"
        (folder / "patient.yaml").write_text(text, encoding="utf-8")
        said = assemble.by_subject(cases.read([folder / "publication.yaml", folder / "patient.yaml"]))[INVENTED_PATIENT]
        timeline = solve(said)
        assert timeline.consistent, timeline.contradiction()
        declared = patterns.load(files.QUERIES / f"{question}.yaml")
        return {tuple(dict(o.parameters).values()): o for o in patterns.outcomes(declared, timeline, [])}

    return judge
