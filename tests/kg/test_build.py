"""Building: the same input gives the same store, and nothing that fails or is killed takes away the old one."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from pyoxigraph import Quad

from kg import assemble, build, cases, files, store
from kg.errors import CaseError, StoreError
from kg.vocabulary import RDF_TYPE, lkg

EXAMPLE = Path(__file__).parent / "cases" / "example"
SHORT = sorted(EXAMPLE.rglob("*.yaml"))
LEUKEMIA_KG = [sys.executable, "-c", "import sys; from kg.cli import main; sys.exit(main())"]


def copy_short_forms(target):
    """Copy the example as a user's own cases."""
    for path in SHORT:
        copy = target / path.relative_to(EXAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The example's store, built once; tests work on copies."""
    base = tmp_path_factory.mktemp("built")
    found = build.build([copy_short_forms(base / "cases")], base / "store")
    return base, found


@pytest.fixture
def folder(built, tmp_path):
    """A user's own cases, to be changed."""
    return shutil.copytree(built[0] / "cases", tmp_path / "cases")


@pytest.fixture
def target(built, tmp_path):
    """A folder with the store of these cases, to be put at risk."""
    return shutil.copytree(built[0] / "store", tmp_path / "store")


def command(*arguments):
    """Run leukemia-kg in a process of its own."""
    return subprocess.run(
        [*LEUKEMIA_KG, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tempfile.gettempdir(),  # so that the package tested is the one imported here, not the folder pytest stands in
    )


def quads(folder):
    """What the store of a folder holds, without the record of the build."""
    return {quad for quad in store.open_store(folder) if quad.graph_name != lkg("graph/build")}


def patients(folder):
    opened = store.open_store(folder)
    return {quad.subject.value.rsplit("/", 1)[-1] for quad in opened.quads_for_pattern(None, RDF_TYPE, lkg("Patient"))}


def test_two_builds_give_the_same_quads(built, folder, tmp_path):
    """Names of blank nodes included, so that graphs compare, diff and replace by plain set operations."""
    first, second = built[1], build.build([folder], tmp_path / "again")
    assert (first.name, first.quads, first.patients) == (second.name, second.quads, second.patients)
    one, two = (set(store.open_store(path)) for path in (built[0] / "store", tmp_path / "again"))
    assert len(one) > 10_000
    assert one == two


def test_the_build_counts_patients(built):
    assert built[1].patients == 2


def test_the_order_of_files_does_not_matter(folder):
    paths = sorted(folder.rglob("*.yaml"))
    one, two = (set(build.dataset(cases.read(ordered))) for ordered in (paths, paths[::-1]))
    assert one == two


def test_each_file_has_its_said_graph_and_each_patient_what_is_made_of_it(built):
    base, _ = built
    names = {graph.value for graph in store.open_store(base / "store").named_graphs()}
    read = cases.read(files.case_files([base / "cases"]))
    assert {case.graph.value for case in read} <= names
    for kind in ("projection", "possible", "timeline", "derived"):
        assert assemble.graph(kind, "patient/example-2020-p1").value in names
    assert {lkg("graph/ontology").value, lkg("graph/build").value, lkg("graph/patterns").value} <= names


def test_the_store_holds_what_the_files_say(built):
    base, _ = built
    found = quads(base / "store")
    for case in cases.read(files.case_files([base / "cases"])):
        said = {quad.triple for quad in found if quad.graph_name == case.graph}
        assert said == set(case.triples)


@pytest.mark.parametrize("seconds", [0.05, 0.7, 1.5])
def test_a_killed_build_leaves_the_old_store_answering(seconds, target):
    """SIGKILL at a moment of the build: the store is the old one, or the new one if it was already switched."""
    before, old = quads(target), store.current(target)
    process = subprocess.Popen([*LEUKEMIA_KG, "build", "--force", "--store", str(target)], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    assert process.wait() in (-signal.SIGKILL, 0)
    if store.current(target) == old:
        assert quads(target) == before
    else:
        assert "durer-2019-p1" in patients(target)


@pytest.mark.parametrize("step", ["bulk_extend", "flush", "rename", "write_text", "replace"])
def test_a_kill_at_each_step_of_writing_leaves_the_old_store_answering(step, target):
    """The process dies as it enters a step of `store.write`, at which it has done all steps before."""
    before = quads(target)
    script = f"""
import os, signal, pathlib
from pathlib import Path
import kg.store as store
from pyoxigraph import Literal, NamedNode, Quad, Store
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
class Dying:
    def __init__(self, path): self.store = Store(path)
    def bulk_extend(self, quads): die() if {step!r} == "bulk_extend" else self.store.bulk_extend(quads)
    def flush(self): die() if {step!r} == "flush" else self.store.flush()
store.Store = Dying
if {step!r} in ("rename", "write_text", "replace"):
    setattr(pathlib.Path, {step!r}, die)
node = NamedNode("https://example.org/x")
store.write([Quad(node, node, Literal("new"), node)], Path({str(target)!r}), "new")
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    assert quads(target) == before
    node = lkg("x")
    store.write([Quad(node, node, node, node)], target, "next")  # what the killed build left is in nobody's way
    assert len(store.open_store(target)) == 1


def test_bad_input_leaves_the_store_as_it_was(folder, target):
    before, current = quads(target), store.current(target)
    bad = folder / "example-2020-p2.yaml"
    bad.write_text(bad.read_text(encoding="utf-8").replace("sex: {value: male", "sex: {value: mael"), encoding="utf-8")
    with pytest.raises(CaseError, match=r"example-2020-p2\.yaml:6:14: unknown term 'mael'.*did you mean 'male'"):
        build.build([folder], target)
    assert store.current(target) == current
    assert quads(target) == before


def test_a_case_that_breaks_a_shape_leaves_the_store_as_it_was(folder, target):
    """A passage without a range passes the reader and is stopped by a shape, with its place."""
    before = quads(target)
    bad = folder / "publication.yaml"
    text = bad.read_text(encoding="utf-8")
    bad.write_text(text.replace("title: [title, 79-164, sha256:", "title: [title, all, sha256:"), encoding="utf-8")
    assert bad.read_text(encoding="utf-8") != text
    with pytest.raises(build.BuildError, match=r"publication\.yaml:\d+:\d+: violation: .*range of characters"):
        build.build([folder], target)
    assert quads(target) == before


def test_a_store_that_cannot_be_written_is_an_error_with_advice(folder, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match="--store"):
        build.build([folder], tmp_path / "file")


def test_no_store_is_an_error_with_advice(tmp_path):
    with pytest.raises(StoreError, match="run 'leukemia-kg build'"):
        store.open_store(tmp_path)


def test_old_stores_are_removed_but_the_previous_one(tmp_path):
    """Somebody may still read the previous store; older ones go, and so does what killed builds left long ago."""
    node = lkg("x")
    for name in ("one", "two", "three"):
        store.write([Quad(node, node, node, node)], tmp_path, name)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"two", "three"}


def test_a_rebuild_while_somebody_reads_does_not_disturb_them(target):
    reader = store.open_store(target)
    count = len(reader)
    node = lkg("x")
    store.write([Quad(node, node, node, node)], target, "other")
    assert len(reader) == count
    assert len(list(reader)) == count
    assert len(store.open_store(target)) == 1


# --- the command ---


def test_first_use_builds_and_says_so_and_the_next_does_not(folder, tmp_path):
    options = ["--cases", folder, "--only-cases", "--store", tmp_path / "store"]
    first = command("show", "example-2020-p2", *options)
    assert first.returncode == 0, first.stderr
    assert "building the store (first use, or its inputs have changed)" in first.stderr
    assert "example-2020-p2" in first.stdout
    second = command("show", "example-2020-p2", *options)
    assert "building" not in second.stderr
    assert second.stdout == first.stdout
    assert "up to date" in command("build", *options).stderr


def test_a_changed_case_causes_a_rebuild_that_is_told(folder, target):
    options = ["--cases", folder, "--only-cases", "--store", target]
    before = command("show", "example-2020-p2", *options)
    assert "building" not in before.stderr  # the copy is as good as the original
    assert "vital status: alive" in before.stdout
    path = folder / "example-2020-p2.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("vital status: alive", "vital status: dead"), encoding="utf-8"
    )
    after = command("show", "example-2020-p2", *options)
    assert "building the store (first use, or its inputs have changed)" in after.stderr
    assert "vital status: dead" in after.stdout


def test_what_makes_a_store_stale(folder, monkeypatch, tmp_path):
    """A changed case, ontology, shape, question or line of code gives another name."""
    parts = ("ONTOLOGY", "SHAPES", "QUERIES", "PACKAGE")
    for part in parts:
        copy = tmp_path / "checkout" / part
        shutil.copytree(getattr(files, part), copy, ignore=shutil.ignore_patterns("data", "__pycache__"))
        monkeypatch.setattr(files, part, copy)
    names = [build.input_digest([folder])]
    assert build.input_digest([folder]) == names[0]
    for place in (*(getattr(files, part) for part in parts), folder):
        first = next(path for path in sorted(place.rglob("*")) if path.suffix in {".py", ".rq", ".ttl", ".yaml"})
        first.write_text(first.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        names.append(build.input_digest([folder]))
    (folder / "example-2020-cohort.yaml").unlink()
    names.append(build.input_digest([folder]))
    assert len(set(names)) == len(names)


def test_a_users_cases_stand_beside_the_shipped_ones_or_replace_them(folder, tmp_path):
    beside, instead = tmp_path / "beside", tmp_path / "instead"
    assert command("build", "--cases", folder, "--store", beside).returncode == 0
    assert command("build", "--cases", folder, "--only-cases", "--store", instead).returncode == 0
    assert patients(beside) > {"example-2020-p1", "example-2020-p2", "durer-2019-p1"}
    assert patients(instead) == {"example-2020-p1", "example-2020-p2"}
    wrong = command("build", "--only-cases", "--store", instead)
    assert wrong.returncode == 2
    assert "--only-cases needs --cases" in wrong.stderr


def test_a_bad_case_of_a_user_is_told_with_its_place_and_exit_code(folder, tmp_path):
    (folder / "more.yaml").write_text(
        "patient: invented-p3\ntold by: example-2020\nsexx: {value: female}\n", encoding="utf-8"
    )
    (folder / "again.yaml").write_text("patient: [\n", encoding="utf-8")
    found = command("build", "--cases", folder, "--only-cases", "--store", tmp_path / "store")
    assert found.returncode == 3
    assert f"{folder / 'more.yaml'}:3:1: unknown key 'sexx'; did you mean 'sex'?" in found.stderr
    assert f"{folder / 'again.yaml'}:2:1: YAML: " in found.stderr
    assert "2 problems; nothing was changed" in found.stderr
    assert not (tmp_path / "store").exists()
    assert found.stdout == ""


def test_the_build_stays_out_of_the_checkout(store_folder):
    """The store of the tests is not the one that users have built."""
    assert store_folder != files.store_folder()
    assert store.current(store_folder)
