"""Releases: the same bytes from two processes, whole, described truly, and checked by the formats' own validators."""

import hashlib
import importlib.resources
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from kg import cases, files, pages, questions, release, store, tables
from kg.cli import main
from kg.errors import ReleaseError
from kg.vocabulary import BASE, DCTERMS, OWL, lkg

EXAMPLE = Path(__file__).parent / "cases" / "example"
DAY = "2030-01-31"
BUILD_AND_RELEASE = """
import pathlib, sys
from kg import build, release, store
cases, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
build.build([cases], folder / "store")
release.release(store.open_store(folder / "store"), [cases], folder / "release")
"""
VOID, DCAT = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/dcat#"


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two folders, in each a store of the example and its release, made by processes that hash with other keys."""
    folder = tmp_path_factory.mktemp("releases")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD_AND_RELEASE, EXAMPLE, folder / seed],
            env=os.environ | {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1896048000"},  # 2030-01-31
        )
        for seed in ("1", "2")
    ]
    assert [process.wait() for process in running] == [0, 0]
    return folder / "1", folder / "2"


@pytest.fixture(scope="module")
def made(two):
    return two[0] / "release"


@pytest.fixture(scope="module")
def quads(made):
    """What the release's own N-Quads say."""
    return list(parse(path=str(made / "cases" / "leukemia-kg.nq"), format=RdfFormat.N_QUADS))


def contents(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def described(made, name):
    found = Store()
    found.bulk_load(path=str(made / "description" / f"{name}.ttl"), format=RdfFormat.TURTLE)
    return found


# --- the same bytes, whole ---


def test_two_builds_and_releases_in_two_processes_give_the_same_bytes(two):
    """Pages, and exports in every form, are among the files. Python and Oxigraph hash with a key of the process."""
    one, other = (contents(folder / "release") for folder in two)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name].read_bytes() != other[name].read_bytes()] == []


def test_every_file_has_its_checksum(made):
    lines = (made / release.SUMS).read_text(encoding="utf-8").splitlines()
    sums = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    found = contents(made)
    assert sums.keys() == found.keys() - {release.SUMS}
    assert {name: hashlib.sha256(found[name].read_bytes()).hexdigest() for name in sums} == sums


def test_everything_that_somebody_needs_is_in_it(made):
    found = contents(made)
    assert {
        *(f"cases/leukemia-kg.{suffix}" for suffix in ("ttl", "jsonld", "trig", "nq", "rdf")),
        *("leukemia.ttl", "leukemia.owl", "ontology/context.jsonld", "ontology/frame.jsonld"),
        *("ontology/case.schema.json", "cases/patients.jsonld", "tables/statements.csv", "tables/patients.csv"),
        *("docs/index.html", "CHANGES.md", "README.md", "croissant.json", "ro-crate-metadata.json"),
        *(f"description/{name}.ttl" for name in ("void", "dcat", "prov")),
    } <= found.keys()
    for folder, own in ((files.SHAPES, "shapes"), (files.QUERIES, "queries")):
        assert {f"{own}/{path.name}" for path in folder.iterdir() if path.is_file()} <= found.keys()
    curated = {f"cases/curated/{path.relative_to(EXAMPLE).as_posix()}" for path in files.case_files([EXAMPLE])}
    assert curated
    assert curated <= found.keys()


def test_the_curated_files_of_a_release_are_cases_again(made):
    read = cases.read(files.case_files([made / "cases" / "curated"]))
    assert {case.subject for case in read if case.subject.startswith("patient/")}


def test_the_answers_are_those_of_the_store(made, two):
    opened = store.open_store(two[0] / "store")
    slug = "post-transplant-relapse-blinatumomab-dli-mrd-negative-cr"
    names = [name for name in contents(made) if name.startswith(f"answers/{slug}")]
    assert len(names) == 8
    given = {"reading": "held", "recurrence": "any"}
    wanted = tables.render(questions.ask(opened, questions.find(slug), given), "csv")
    text = (made / f"answers/{slug}__reading-held__recurrence-any.csv").read_text(encoding="utf-8")
    assert text == wanted + "\n"


def test_no_file_tells_of_the_machine(made, two):
    for name, path in contents(made).items():
        text = path.read_text(encoding="utf-8")
        assert str(two[0].parent) not in text, name
        assert str(EXAMPLE) not in text, name
        assert str(Path.home()) + "/" not in text or Path.home() == Path("/"), name


def test_the_ontology_is_dated_in_all_forms(made, quads):
    dated = NamedNode(f"{BASE}releases/{DAY}/leukemia.owl")
    version = NamedNode(f"{OWL}versionIRI")
    assert {q.object for q in quads if q.predicate == version} == {dated}
    for name, form in (("leukemia.owl", RdfFormat.RDF_XML), ("leukemia.ttl", RdfFormat.TURTLE)):
        found = parse(path=str(made / name), format=form)
        assert {q.object for q in found if q.predicate == version} == {dated}


# --- descriptions ---


def value(found, subject, predicate):
    (quad,) = found.quads_for_pattern(subject, NamedNode(predicate), None, None)
    return quad.object.value


def test_void_counts_what_is_there(made, quads):
    """Counted again by SPARQL over the dump; a triple in two graphs is one."""
    found, dataset = described(made, "void"), lkg(f"releases/{DAY}")
    whole = Store()
    whole.bulk_extend(quads)

    def count(text):
        (row,) = whole.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {text} }}", use_default_graph_as_union=True)
        return row["n"].value

    assert value(found, dataset, f"{VOID}triples") == count("SELECT DISTINCT ?s ?p ?o { ?s ?p ?o }")
    assert value(found, dataset, f"{VOID}distinctSubjects") == count("SELECT DISTINCT ?s { ?s ?p ?o }")
    assert value(found, dataset, f"{VOID}distinctObjects") == count("SELECT DISTINCT ?o { ?s ?p ?o }")
    assert value(found, dataset, f"{VOID}classes") == count("SELECT DISTINCT ?c { ?s a ?c FILTER isIRI(?c) }")
    assert value(found, dataset, f"{VOID}properties") == count("SELECT DISTINCT ?p { ?s ?p ?o }")
    part = f"{dataset.value}/class/Statement"
    assert value(found, NamedNode(part), f"{VOID}entities") == count(f"SELECT DISTINCT ?s {{ ?s a <{BASE}Statement> }}")
    part = f"{dataset.value}/property/passage"
    assert value(found, NamedNode(part), f"{VOID}triples") == count(
        f"SELECT DISTINCT ?s ?o {{ ?s <{BASE}passage> ?o }}"
    )
    examples = {q.object for q in found.quads_for_pattern(dataset, NamedNode(f"{VOID}exampleResource"), None, None)}
    assert examples <= {q.subject for q in quads}
    assert len(examples) == 3


def test_links_to_other_vocabularies_are_linksets():
    from kg.description import Facts, void

    match = NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")
    facts = Facts("t", "d", "https://example.org/l", BASE, "1", DAY, "n", (), (), ())
    graph = lkg("graph/mappings")
    quads = [
        Quad(lkg("A"), match, NamedNode("http://example.org/x#1"), graph),
        Quad(lkg("B"), match, NamedNode("http://example.org/x#2"), graph),
        Quad(lkg("B"), match, NamedNode("http://example.org/y/2"), graph),
    ]
    found = Store()
    found.bulk_load(void.describe(facts, quads), format=RdfFormat.TURTLE)
    rows = found.query(
        f"SELECT ?space ?n {{ ?l a <{VOID}Linkset> ; <{VOID}linkPredicate> {match} ; <{VOID}triples> ?n ;"
        f" <{VOID}objectsTarget> / <{VOID}uriSpace> ?space }}"
    )
    assert {(row["space"].value, row["n"].value) for row in rows} == {
        ("http://example.org/x#", "2"),
        ("http://example.org/y/", "1"),
    }


def test_dcat_tells_size_and_checksum_of_each_file(made):
    found, all_files = described(made, "dcat"), contents(made)
    distributions = [q.object for q in found.quads_for_pattern(None, NamedNode(f"{DCAT}distribution"), None, None)]
    assert len(distributions) > 50
    for iri in distributions:
        path = all_files[iri.value.removeprefix(f"{BASE}releases/{DAY}/")]
        assert value(found, iri, f"{DCAT}byteSize") == str(path.stat().st_size)
        (checksum,) = found.quads_for_pattern(iri, NamedNode("http://spdx.org/rdf/terms#checksum"), None, None)
        digest = value(found, checksum.object, "http://spdx.org/rdf/terms#checksumValue")
        assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    issued = NamedNode(f"{DCTERMS}issued")
    assert {q.object.value for q in found.quads_for_pattern(None, issued, None, None)} == {DAY}


def test_prov_names_every_input_with_its_digest(made):
    found = described(made, "prov")
    used = NamedNode("http://www.w3.org/ns/prov#used")
    inputs = {q.object.value.removeprefix(f"{BASE}input/") for q in found.quads_for_pattern(None, used, None, None)}
    assert {"ontology/leukemia.ttl", "shapes/Relapse.ttl", "code"} <= inputs
    assert "cases/curated/example-2020-p1.yaml" in inputs
    digest = hashlib.sha256((EXAMPLE / "example-2020-p1.yaml").read_bytes()).hexdigest()
    node = lkg("input/cases/curated/example-2020-p1.yaml")
    assert value(found, node, f"{BASE}digest") == f"sha256:{digest}"


def test_the_crate_passes_its_validator(made, tmp_path):
    """At the level REQUIRED, offline: the validator finds the context in its cache, as the package `rocrate` ships it.

    That package has the context of RO-Crate 1.3, which holds every term of 1.2.
    """
    assert crate_issues(made, tmp_path / "cache") == []


def test_a_crate_with_a_fault_would_be_noticed(made, tmp_path):
    """The data entities are not looked for here, so that the folder can be small."""
    document = json.loads((made / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    root = next(entity for entity in document["@graph"] if entity["@id"] == "./")
    document["@graph"] = document["@graph"][:5]
    root["hasPart"] = []
    del root["datePublished"]
    (tmp_path / "crate").mkdir()
    (tmp_path / "crate" / "ro-crate-metadata.json").write_text(json.dumps(document), encoding="utf-8")
    assert any("datePublished" in issue for issue in crate_issues(tmp_path / "crate", tmp_path / "cache"))


def crate_issues(folder, cache):
    """What roc-validator finds amiss at the level REQUIRED."""
    requests = pytest.importorskip("requests", reason="roc-validator is in the extra 'test'")
    services = pytest.importorskip("rocrate_validator.services", reason="roc-validator is in the extra 'test'")
    import urllib3
    from requests_cache import CachedSession
    from rocrate_validator.models import Severity

    context = importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()

    class Shipped(requests.adapters.BaseAdapter):
        def send(self, request, **_):
            found = requests.Response()
            found.status_code, found.url, found.request = 200, request.url, request
            found.headers["Content-Type"] = "application/ld+json"
            found.raw = urllib3.HTTPResponse(
                io.BytesIO(context), headers=found.headers, status=200, preload_content=False
            )
            return found

        def close(self):
            pass

    with CachedSession(str(cache), backend="sqlite", allowable_methods=("GET",), expire_after=-1) as session:
        session.mount("https://", Shipped())
        assert session.get("https://w3id.org/ro/crate/1.2/context").status_code == 200
    settings = services.ValidationSettings(
        rocrate_uri=str(folder),
        profile_identifier="ro-crate-1.2",
        requirement_severity=Severity.REQUIRED,
        offline=True,
        cache_path=str(cache),
    )
    return [str(issue.message) for issue in services.validate(settings).get_issues()]


def test_croissant_loads_the_tables(made):
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is in the extra 'test'")
    dataset = mlcroissant.Dataset(str(made / "croissant.json"))
    assert not dataset.metadata.issues.errors
    rows = [{key.partition("/")[2]: value for key, value in record.items()} for record in dataset.records("statements")]
    assert len(rows) == len((made / "tables" / "statements.csv").read_text(encoding="utf-8").splitlines()) - 1 > 50
    polarities = {row["polarity"] for row in rows}
    assert {b"present", b"absent", b"not available"} == polarities


# --- against the release before, and in its place ---


def test_a_release_in_the_place_of_another_tells_what_changed(two, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "render", lambda _: iter([("index.html", "")]))  # they have tests of their own
    folder = tmp_path / "release"
    folder.mkdir()
    for name in (release.SUMS, "ro-crate-metadata.json"):
        (folder / name).write_text("an older release", encoding="utf-8")
    old = two[1] / "release" / "cases" / "leukemia-kg.nq"
    before = tmp_path / "before.nq"
    lines = old.read_text(encoding="utf-8").splitlines(keepends=True)
    printed = next(line for line in lines if f"<{BASE}asPrinted>" in line and "/age>" in line)
    before.write_text("".join(line for line in lines if line != printed), encoding="utf-8")
    result = CliRunner().invoke(
        main,
        ["release", str(folder), "--store", str(two[0] / "store"), "--cases", str(EXAMPLE), "--only-cases",
         "--previous", str(before), "--date", "2031-02-03"],
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "1 change since" in result.stderr
    text = (folder / "CHANGES.md").read_text(encoding="utf-8")
    assert "## Statement changed" in text
    assert "printed none → " in text
    (change,) = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
    assert change["kind"] == "statement changed"
    ontology = (folder / "leukemia.ttl").read_text(encoding="utf-8")
    assert re.search(r"owl:priorVersion <releases/2030-01-31/leukemia.owl>", ontology)
    assert re.search(r"owl:versionIRI <releases/2031-02-03/leukemia.owl>", ontology)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_something_else_is_left_alone(shipped, tmp_path):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseError, match="not empty and is no release"):
        release.release(shipped, [files.CASES], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("day", ["yesterday", "2030-02-31", "31.1.2030"])
def test_a_date_that_is_none_is_refused(shipped, tmp_path, day):
    with pytest.raises(ReleaseError, match="write YYYY-MM-DD"):
        release.release(shipped, [files.CASES], tmp_path / "new", day=day)
    assert not (tmp_path / "new").exists()


def test_two_case_folders_with_one_name_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p1.yaml").write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseError, match="would have one name"):
        release._case_files([tmp_path / "a", tmp_path / "b"])
