"""What a case must say: each constraint against its examples, each part of a constraint removed in turn, each rule counted.

`valid/<shape>.ttl` breaks nothing. `invalid/<shape>-<what>.ttl` is wrong in one way and says so in its first line,
`# violates: <shape> at <node>`. Names in the examples are relative to a base that the test gives to each file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, Triple, parse
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, RDF, SH

from kg import engines, files, validate
from kg.errors import Place
from kg.vocabulary import BASE

HERE = Path(__file__).parent
VALID = sorted(HERE.glob("valid/*.ttl"))
INVALID = sorted(HERE.glob("invalid/*.ttl"))
COVERAGE = files.SHAPES / "coverage.tsv"
URI_OF_SOURCE_FINDING = rdflib.URIRef(BASE + "sourceFinding")
SHAPES = sorted(files.SHAPES.glob("*.ttl"))
COMPONENTS = [
    SH.minCount,
    SH.maxCount,
    SH["class"],
    SH["in"],
    SH.pattern,
    SH.nodeKind,
    SH.minInclusive,
    SH.minExclusive,
    SH.maxInclusive,
    SH.sparql,
    SH.property,
    SH.targetClass,
]


def read(path: Path) -> list[Triple]:
    text = path.read_text(encoding="utf-8")
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=f"{BASE}{path.stem}/")]


def findings(paths: list[Path], engine: str = engines.REFERENCE) -> list[tuple[str, str]]:
    triples = [triple for path in paths for triple in read(path)]
    found = validate.check(triples, {}, engines.engine(engine))
    return sorted((finding.shape, finding.focus) for finding in found)


def expected(path: Path) -> tuple[str, str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    said = re.fullmatch(r"# violates: (\S+) at (\S+)", first)
    assert said, f"{path.name} does not begin with '# violates: <shape> at <node>'"
    return said[1], f"{path.stem}/{said[2]}"


@cache
def read_shapes(paths: tuple[Path, ...]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path)
    return graph


def shipped() -> rdflib.Graph:
    return read_shapes(tuple(SHAPES))


def local(node: object) -> str:
    return str(node).removeprefix(BASE)


def constraints(graph: rdflib.Graph) -> set[str]:
    """Return the names of all property shapes and SPARQL constraints."""
    kinds = (SH.PropertyShape, SH.SPARQLConstraint)
    return {local(node) for kind in kinds for node in graph.subjects(RDF.type, kind)}


@cache
def names() -> frozenset[str]:
    return frozenset(constraints(shipped()))


def shape_of(path: Path) -> str:
    return max((name for name in names() if path.stem.startswith(f"{name}-")), key=len, default="")


def examples(file: Path) -> list[Path]:
    """Return the examples of the constraints in one file of shapes; the others cannot notice a change in it."""
    mine = constraints(read_shapes((file,)))
    return [path for path in VALID if path.stem in mine] + [path for path in INVALID if shape_of(path) in mine]


@dataclass(frozen=True)
class Removal:
    """One part of a shape that is taken away: a whole component, or a member of its list of values."""

    file: Path
    shape: str
    component: rdflib.URIRef
    member: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.shape, self.component.fragment, local(self.member))))

    def apply(self, graph: rdflib.Graph) -> rdflib.Graph:
        """Take it away from the graph."""
        shape = rdflib.URIRef(BASE + self.shape)
        if self.component == SH["in"] and self.member:
            head = graph.value(shape, self.component)
            listed = Collection(graph, head)
            left = [item for item in listed if str(item) != self.member]
            listed.clear()
            Collection(graph, head, left)
        else:
            value = rdflib.URIRef(self.member) if self.member else None
            graph.remove((shape, self.component, value))
        return graph


def removals() -> Iterator[Removal]:
    for file in SHAPES:
        graph = read_shapes((file,))
        for component in COMPONENTS:
            for shape, value in sorted(graph.subject_objects(component)):
                if component in (SH.sparql, SH.property, SH.targetClass):
                    yield Removal(file, local(shape), component, str(value))
                else:
                    yield Removal(file, local(shape), component)
                if component == SH["in"]:
                    for item in Collection(graph, value):
                        yield Removal(file, local(shape), component, str(item))


REMOVALS = list(removals())


@pytest.fixture(scope="module")
def before() -> list[tuple[str, str]]:
    return findings([*VALID, *INVALID])


def test_every_constraint_has_a_valid_and_an_invalid_example() -> None:
    assert len(names()) > 100
    assert {path.stem for path in VALID} == names()
    assert {shape_of(path) for path in INVALID} == names()
    assert {path.name for path in HERE.iterdir() if path.is_dir()} - {"__pycache__"} == {"valid", "invalid"}


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_example_has_no_finding(path: Path) -> None:
    types = {str(t.object).strip("<>") for t in read(path) if t.predicate.value == str(RDF.type)}
    named = {re.split("[/#]", type_)[-1] for type_ in types}
    assert named & {path.stem.partition("-")[0], "Attribution"}, "no shape looks at this example"
    assert findings([path]) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_example_has_exactly_the_finding_that_it_names(path: Path) -> None:
    assert expected(path)[0] == shape_of(path)
    assert findings([path]) == [expected(path)]


def test_examples_keep_out_of_each_other_s_way(before: list[tuple[str, str]]) -> None:
    assert before == sorted(map(expected, INVALID))


def test_every_kind_of_component_is_removed_in_turn() -> None:
    """A component that no shape had before needs a place in COMPONENTS."""
    described = {SH.path, SH.name, SH.message, SH.severity, SH.prefixes, SH.select}
    used = {predicate for predicate in shipped().predicates() if str(predicate).startswith(str(SH))}
    assert used - described == set(COMPONENTS)
    assert {removal.component for removal in REMOVALS} == set(COMPONENTS)


@pytest.mark.parametrize("removal", REMOVALS, ids=str)
def test_some_example_notices_what_is_removed(
    removal: Removal, before: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutated = rdflib.Graph().parse(removal.file)
    whole, paths = len(mutated), examples(removal.file)
    assert len(removal.apply(mutated)) < whole
    mutated.serialize(tmp_path / "mutated.ttl", format="turtle")
    monkeypatch.setattr(files, "SHAPES", tmp_path)
    stems = {path.stem for path in paths}
    assert findings(paths, "fast") != [found for found in before if found[1].partition("/")[0] in stems]


@pytest.mark.parametrize("name", sorted(names()))
def test_a_constraint_says_what_it_demands_and_why(name: str) -> None:
    graph, shape = shipped(), rdflib.URIRef(BASE + name)
    assert re.fullmatch(r"[A-Z][A-Za-z]+-[a-z][A-Za-z0-9]*-[a-z0-9-]+", name), "<Class>-<property>-<demand>"
    messages = [str(message) for message in graph.objects(shape, SH.message)]
    assert len(messages) == 1
    assert messages[0].endswith(".")
    identifiers = {str(rule) for rule in graph.objects(shape, DCTERMS.identifier)}
    assert all(re.fullmatch(r"R\d\d", rule) for rule in identifiers)
    if (shape, URI_OF_SOURCE_FINDING, None) in graph:
        assert identifiers, "an acknowledgement names the rule that it settles"
    if (shape, RDF.type, SH.PropertyShape) in graph:
        assert graph.value(shape, DCTERMS.source)
        assert graph.value(shape, SH.name)
        assert graph.value(shape, SH.severity)
        kind, property_, _ = name.split("-", maxsplit=2)
        path = re.split("[/#]", str(graph.value(shape, SH.path)))[-1]
        assert path.casefold() in {property_.casefold(), f"{kind}{property_}".casefold()}


def test_a_finding_says_where_the_node_was_written() -> None:
    path = HERE / "invalid" / "Passage-characters-range-open.ttl"
    node, place = f"{BASE}{path.stem}/passage", Place(Path("case.yaml"), 12, 3)
    (finding,) = validate.check(read(path), {node: place})
    assert (finding.place, finding.value, finding.path, finding.severity) == (place, "120-", "characters", "Violation")
    assert str(finding).startswith("case.yaml:12:3: violation: A passage has one range of characters")


def coverage() -> dict[str, tuple[str, str]]:
    rows = [line.split("\t") for line in COVERAGE.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["rule", "status", "where"]
    assert [row[0] for row in rows[1:]] == [f"R{number:02d}" for number in range(1, 73)]
    return {rule: (status, where) for rule, status, where in rows[1:]}


def test_each_rule_is_covered_or_refused_with_a_reason() -> None:
    graph = shipped()
    by_rule: dict[str, set[str]] = {rule: set() for rule in coverage()}
    for shape, rule in graph.subject_objects(DCTERMS.identifier):
        by_rule[str(rule)].add(local(shape))
    for rule, (status, where) in coverage().items():
        assert status in ("covered", "covered in part", "by code", "merged", "refused"), rule
        assert where, rule
        assert bool(by_rule[rule]) == status.startswith("covered"), rule
        if by_rule[rule]:
            assert set(where.partition(": ")[0].split(" ")) == by_rule[rule], rule
