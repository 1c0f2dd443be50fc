"""Read the shapes and refuse those that are themselves wrong, by file and line: no engine says of its own accord what it left out."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse, serialize

from . import files
from .errors import Place, Problem, ShapeError
from .statements import Node
from .vocabulary import BASE, DCTERMS, RDF_TYPE, SH, compact, lkg

SEVERITIES = frozenset(SH + name for name in ("Violation", "Warning", "Info"))
_SOURCE_FINDING = lkg("sourceFinding").value
_PARTS = (f"{SH}property", f"{SH}sparql")
_QUOTED = re.compile(r'"[^"\n]*"|<[^>\s]*>')
_FORBIDDEN = re.compile(r"\b(MINUS|VALUES|SERVICE)\b", re.IGNORECASE)
_RETURNED = re.compile(r"\bSELECT\b[^{]*", re.IGNORECASE)
_AT_IN_QUERY = re.compile(r"(\d+):(\d+): ")


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes as triples, ready for an engine, and what a finding needs to know of each constraint."""

    triples: tuple[Triple, ...]

    @cached_property
    def text(self) -> str:
        """All shapes as N-Triples, for engines that read text."""
        return (serialize(self.triples, format=RdfFormat.N_TRIPLES) or b"").decode()

    @cached_property
    def rules(self) -> dict[str, tuple[str, ...]]:
        """The identifiers of the rules behind each constraint, by its IRI."""
        found: dict[str, list[str]] = defaultdict(list)
        for triple in self.triples:
            if triple.predicate.value == f"{DCTERMS}identifier" and isinstance(triple.object, Literal):
                found[_text(triple.subject)].append(triple.object.value)
        return {iri: tuple(sorted(rules)) for iri, rules in found.items()}

    @cached_property
    def of_source(self) -> frozenset[str]:
        """The constraints whose findings may be defects of the source."""
        return frozenset(_text(t.subject) for t in self.triples if t.predicate.value == _SOURCE_FINDING)


def wrong(reason: object) -> ShapeError:
    """Return the error of an engine that stumbles on a shape, which has no line to name."""
    return ShapeError([Problem(Place(files.SHAPES, 1, 1), f"a shape is itself wrong: {reason}")])


def shapes() -> Shapes:
    """Return the shipped shapes with the prefixes of their queries, read again when a file has changed.

    Raises:
        ShapeError: a file is no Turtle, or a shape in it is itself wrong; carries every problem with its place.
    """
    paths = [*sorted(files.SHAPES.glob("*.ttl")), files.ONTOLOGY / "prefixes.ttl"]
    return _read(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@functools.lru_cache(maxsize=8)
def _read(stamps: tuple[tuple[Path, int, int], ...]) -> Shapes:
    read: list[_File] = []
    problems: list[Problem] = []
    for path, _, _ in stamps:
        try:
            read.append(_File.read(path))
        except ShapeError as error:
            problems += error.problems
    queries_begin = _prefixes(triple for file in read for triple in file.triples)
    for file in read:
        problems += file.problems(queries_begin)
    if problems:
        raise ShapeError(problems)
    return Shapes(tuple(hoisted([triple for file in read for triple in file.triples])))


def hoisted(triples: Sequence[Triple]) -> list[Triple]:
    """Give each property shape the target class of its node shape: it means the same, and pySHACL takes all nodes at once."""
    targets: dict[Node, list[Node]] = defaultdict(list)
    for triple in triples:
        if triple.predicate.value == f"{SH}targetClass":
            targets[triple.subject].append(triple.object)
    found = []
    for triple in triples:
        if triple.predicate.value != f"{SH}property" or not targets[triple.subject]:
            found.append(triple)
        elif not isinstance(triple.object, Literal):
            target = NamedNode(f"{SH}targetClass")
            found += [Triple(triple.object, target, class_) for class_ in targets[triple.subject]]
    return found


# --- what is wrong with a shape ---


@dataclass(frozen=True)
class _File:
    """One file of shapes: its text, to find places in, and its nodes."""

    path: Path
    text: str
    triples: tuple[Triple, ...]

    @classmethod
    def read(cls, path: Path) -> "_File":
        try:
            text = path.read_text(encoding="utf-8")
            quads = parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True)
            return cls(path, text, tuple(quad.triple for quad in quads))
        except SyntaxError as error:
            place = Place(path, error.lineno or 1, error.offset or 1)
            raise ShapeError([Problem(place, f"cannot be read as shapes: {error.msg}")]) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ShapeError([Problem(Place(path, 1, 1), f"cannot be read as shapes: {error}")]) from error

    @cached_property
    def nodes(self) -> dict[Node, dict[str, list[Node]]]:
        """The values of each node by the IRI of the property."""
        found: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            found[triple.subject][triple.predicate.value].append(triple.object)
        return found

    def problems(self, queries_begin: str) -> Iterator[Problem]:
        """Yield what an engine would pass over in silence or stumble on."""
        shape_kinds = {f"{SH}NodeShape", f"{SH}PropertyShape", f"{SH}SPARQLConstraint"}
        parts = {part for about in self.nodes.values() for key in _PARTS for part in about[key]}
        for node, about in self.nodes.items():
            for key in about:
                if key.startswith(SH) and not _known(key):
                    yield self.problem(node, f"SHACL has no {compact(key)}", compact(key))
            for severity in about[f"{SH}severity"]:
                if _text(severity) not in SEVERITIES:
                    yield self.problem(
                        node, "a severity is sh:Violation, sh:Warning or sh:Info", compact(_text(severity))
                    )
            if node in parts or shape_kinds & set(map(_text, about[RDF_TYPE.value])):
                yield from self._of_shape(node, about, node in parts)
            for query in about[f"{SH}select"]:
                yield from self._of_query(node, _text(query), queries_begin)
        for part in parts - self.nodes.keys():
            yield self.problem(part, f"{compact(_text(part))} is used here and described nowhere in this file")

    def _of_shape(self, node: Node, about: dict[str, list[Node]], is_part: bool) -> Iterator[Problem]:
        kinds = set(map(_text, about[RDF_TYPE.value]))
        if not isinstance(node, NamedNode):
            yield self.problem(node, "a shape has no name; write it as lkg:<Class>-<property>-<demand>")
        if is_part or f"{SH}NodeShape" not in kinds:
            if not about[f"{SH}message"]:
                yield self.problem(node, "a shape has no sh:message; say what is wrong and what to write")
            if not about[f"{SH}path"] and not about[f"{SH}select"]:
                yield self.problem(node, "a shape has neither sh:path nor sh:select")

    def _of_query(self, node: Node, query: str, queries_begin: str) -> Iterator[Problem]:
        try:
            Store().query(queries_begin + query)
        except SyntaxError as error:
            found = _AT_IN_QUERY.search(error.msg)
            line = self.text[: max(self.text.find(query), 0)].count("\n") + int(found[1] if found else 1)
            column = int(found[2]) - (len(queries_begin) if found[1] == "1" else 0) if found else 1
            reason = error.msg[found.end() :] if found else error.msg
            name = compact(_text(node))
            yield Problem(Place(self.path, line, max(column, 1)), f"the sh:select of {name} is no SPARQL: {reason}")
            return
        bare = _QUOTED.sub("", query)
        if not all("$this" in returned for returned in _RETURNED.findall(bare)):
            yield self.problem(node, "a SELECT does not return $this")
        if found := _FORBIDDEN.search(bare):
            yield self.problem(node, "SHACL allows no MINUS, VALUES or SERVICE in a query", found[0])

    def problem(self, node: Node, message: str, word: str = "") -> Problem:
        """Return a problem at the first line that has the word after the node's beginning, or at that beginning."""
        offset = self._begin(node)
        if word:
            offset = max(self.text.find(word, offset), offset)
        line_start = self.text.rfind("\n", 0, offset) + 1
        name = f" [{compact(node.value)}]" if isinstance(node, NamedNode) else ""
        found = f" ({word})" if word and word not in message else ""
        place = Place(self.path, self.text.count("\n", 0, offset) + 1, offset - line_start + 1)
        return Problem(place, f"a shape is itself wrong: {message}{found}{name}")

    def _begin(self, node: Node) -> int:
        """Return where a node is described: at its name at the start of a line, or at the first text that it alone has."""
        if isinstance(node, NamedNode):
            name = re.escape(node.value.removeprefix(BASE))
            described = re.search(rf"^\S*[:/]{name}(?![\w-])", self.text, re.MULTILINE)
            used = re.search(rf"{name}(?![\w-])", self.text)
            found = described or used
            return found.start() if found else 0
        values = [_text(value) for found in self.nodes[node].values() for value in found]
        return max((self.text.find(value) for value in ["", *values]), default=0)


def _known(iri: str) -> bool:
    """Tell whether SHACL defines a term."""
    from rdflib.namespace import SH as KNOWN

    return iri in KNOWN


def _text(node: object) -> str:
    return node.value if isinstance(node, NamedNode | Literal) else ""


def _prefixes(triples: Iterable[Triple]) -> str:
    """Return the declared prefixes as the beginning of a query, in one line: lines of what follows keep their numbers."""
    about: dict[Node, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        if triple.predicate.value in (f"{SH}prefix", f"{SH}namespace"):
            about[triple.subject][triple.predicate.value] = _text(triple.object)
    declared = [(one.get(f"{SH}prefix"), one.get(f"{SH}namespace")) for one in about.values()]
    return "".join(f"PREFIX {prefix}: <{space}> " for prefix, space in declared if prefix and space)
