"""Run the shapes over one graph: pySHACL, the reference, or a fast engine that must find the same.

An engine takes triples and shapes and returns results as the W3C's report has them. What no engine can compare, a
literal that is no value of its type, is told by `mistyped` and kept from both: pySHACL stops at some of them, orders
others after everything, and the fast engine does neither.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, parse, serialize

from .errors import EngineError
from .shapes import Shapes, wrong
from .statements import Node
from .vocabulary import RDF_TYPE, SH, XSD, compact, terms

if TYPE_CHECKING:
    import rdflib
    import shacl

# The types of literals that a case may hold: a number, a truth value, a calendar date as precise as it is printed, text.
_TYPES = ("integer", "decimal", "boolean", "date", "gYearMonth", "gYear", "dateTime", "duration")
_TEXTS = frozenset({f"{XSD}string", f"{XSD}anyURI", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})


@dataclass(frozen=True)
class Result:
    """One result of a validation report; `constraint` is empty where the shape itself is the constraint."""

    focus: Node
    path: Node | None
    value: Node | None
    severity: str
    component: str
    shape: str
    constraint: str
    messages: tuple[str, ...]

    def triples(self, node: BlankNode) -> list[Triple]:
        """Return the result as the W3C's report has it."""
        named = {"resultSeverity": self.severity, "sourceConstraintComponent": self.component}
        named |= {"sourceShape": self.shape, "sourceConstraint": self.constraint}
        keys: list[tuple[str, Node | None]] = [("focusNode", self.focus), ("resultPath", self.path)]
        keys += [("value", self.value), *((name, NamedNode(iri)) for name, iri in named.items() if iri)]
        keys += [("resultMessage", Literal(message)) for message in self.messages]
        told = [Triple(node, NamedNode(SH + key), value) for key, value in keys if value is not None]
        return [Triple(node, RDF_TYPE, NamedNode(f"{SH}ValidationResult")), *told]


Engine = Callable[[Sequence[Triple], Shapes], list[Result]]


def engine(name: str) -> Engine:
    """Return an engine by its name.

    Raises:
        EngineError: there is none of that name, or its package is not installed.
    """
    if name not in ENGINES:
        raise EngineError(f"no engine is called '{name}'; there are: {', '.join(ENGINES)}")
    return ENGINES[name]


# --- pySHACL ---


def with_pyshacl(triples: Sequence[Triple], shapes: Shapes) -> list[Result]:
    """Validate with pySHACL, each query translated once.

    Raises:
        ShapeError: a shape is wrong in a way that was not seen when it was read.
    """
    import pyshacl
    import rdflib
    from pyparsing import ParseException
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    try:
        _, found, text = pyshacl.validate(
            as_rdflib(triples), shacl_graph=_rdflib_shapes(shapes), advanced=True, inplace=True
        )
    except (ReportableRuntimeError, ShapeLoadError, ParseException) as error:
        raise wrong(error) from error
    if not isinstance(found, rdflib.Graph):
        raise wrong(text)
    return results([_from_rdflib(triple) for triple in found])


@functools.lru_cache(maxsize=2)
def _rdflib_shapes(shapes: Shapes) -> "rdflib.Graph":
    import rdflib

    found = rdflib.Graph()
    for triple in shapes.triples:
        found.add(_to_rdflib(triple))
    return found


@functools.lru_cache(maxsize=2048)
def _prepared(text: str, prefixes: tuple[tuple[str, str], ...]) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(text, initNs=dict(prefixes))


@functools.cache
def graph_class() -> "type[rdflib.Graph]":
    """Return a class of graph that translates each query once: pySHACL asks the same text again for every focus node."""
    import rdflib

    class Prepared(rdflib.Graph):
        @functools.cached_property
        def prefixes(self) -> tuple[tuple[str, str], ...]:
            return tuple((prefix, str(space)) for prefix, space in self.namespaces())

        def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(query_object, str) and not kwargs.get("initNs"):
                query_object = _prepared(query_object, self.prefixes)
            return super().query(query_object, *args, **kwargs)

    return Prepared


def as_rdflib(triples: Iterable[Triple]) -> "rdflib.Graph":
    """Return triples as a graph for pySHACL, each literal as it is written."""
    data = graph_class()()
    for triple in triples:
        data.add(_to_rdflib(triple))
    return data


def _to_rdflib(triple: Triple) -> tuple[Any, Any, Any]:
    return _term_of(triple.subject), _term_of(triple.predicate), _term_of(triple.object)


@functools.lru_cache(maxsize=20_000)
def _term_of(node: Node) -> Any:
    import rdflib

    if isinstance(node, NamedNode):
        return rdflib.URIRef(node.value)
    if isinstance(node, Literal):
        plain = node.language is None and node.datatype.value == f"{XSD}string"
        datatype = None if plain or node.language else rdflib.URIRef(node.datatype.value)
        return rdflib.Literal(node.value, lang=node.language, datatype=datatype, normalize=False)
    if isinstance(node, BlankNode):
        return rdflib.BNode(node.value)
    raise TypeError(f"{node} is no term of RDF 1.1")


def _from_rdflib(triple: Any) -> Triple:
    import rdflib

    def term(node: Any) -> Any:
        if isinstance(node, rdflib.Literal):
            if node.language:
                return Literal(str(node), language=node.language)
            return Literal(str(node), datatype=NamedNode(str(node.datatype or f"{XSD}string")))
        return BlankNode(str(node)) if isinstance(node, rdflib.BNode) else NamedNode(str(node))

    subject, predicate, object_ = map(term, triple)
    return Triple(subject, predicate, object_)


# --- the fast engine ---


def with_shacl(triples: Sequence[Triple], shapes: Shapes) -> list[Result]:
    """Validate with the package `shacl`, written in Rust.

    Raises:
        EngineError: the extra `[fast]` is not installed.
        ShapeError: a shape is wrong in a way that was not seen when it was read.
    """
    data = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
    try:
        report = _compiled(shapes).validate_text(data, format="ntriples").serialize("ntriples")
    except ValueError as error:
        raise wrong(error) from error
    return results(quad.triple for quad in parse(report, format=RdfFormat.N_TRIPLES))


@functools.lru_cache(maxsize=2)
def _compiled(shapes: Shapes) -> "shacl.Shapes":
    try:
        import shacl
    except ImportError as error:
        raise EngineError("the fast engine is not installed; run: pip install 'leukemia-kg[fast]'") from error
    return shacl.Shapes.from_text(shapes.text, format="ntriples")


ENGINES: dict[str, Engine] = {"pyshacl": with_pyshacl, "fast": with_shacl}
REFERENCE = "pyshacl"


# --- reports ---


def results(report: Iterable[Triple]) -> list[Result]:
    """Read the results out of a validation report."""
    about: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for triple in report:
        about[triple.subject][triple.predicate.value].append(triple.object)
    kind = NamedNode(f"{SH}ValidationResult")
    return [_result(keys) for keys in about.values() if kind in keys[RDF_TYPE.value]]


def _result(keys: dict[str, list[Node]]) -> Result:
    def one(name: str) -> Node | None:
        return next(iter(keys[SH + name]), None)

    def iri(name: str) -> str:
        node = one(name)
        return node.value if isinstance(node, NamedNode) else ""

    focus = one("focusNode")
    if focus is None:
        raise EngineError("a result names no node")
    return Result(
        focus=focus,
        path=one("resultPath"),
        value=one("value"),
        severity=iri("resultSeverity"),
        component=iri("sourceConstraintComponent"),
        shape=iri("sourceShape"),
        constraint=iri("sourceConstraint"),
        messages=tuple(sorted(node.value for node in keys[f"{SH}resultMessage"] if isinstance(node, Literal))),
    )


# --- what no engine can compare ---


def mistyped(triples: Iterable[Triple]) -> list[tuple[Triple, str]]:
    """Return the triples whose literal is no value of its type, or of a type that its property does not take, and why."""
    found = []
    for triple in triples:
        literal = triple.object
        if isinstance(literal, Literal) and (reason := _mistyped(literal, triple.predicate.value)):
            found.append((triple, reason))
    return found


@functools.lru_cache(maxsize=20_000)
def _mistyped(literal: Literal, property_: str) -> str:
    datatype = literal.datatype.value
    name = datatype.removeprefix(XSD)
    if datatype not in _TEXTS and name not in _TYPES:
        return f"{compact(datatype)} is no type of a value in a case; there are xsd:string, xsd:{', xsd:'.join(_TYPES)}"
    if name in _TYPES and not _is_value(literal.value, name):
        return f"'{literal.value}' is no {compact(datatype)}"
    known = terms().by_iri.get(property_)
    wanted = known.range if known and known.range.startswith(XSD) else ""
    taken = {wanted, f"{XSD}integer"} if wanted == f"{XSD}decimal" else {wanted}
    if wanted and datatype not in taken:
        return f"'{literal.value}' is {compact(datatype)}, and a value here is {compact(wanted)}"
    return ""


@functools.cache
def _empty_store() -> Store:
    return Store()


def _is_value(text: str, name: str) -> bool:
    """Ask Oxigraph whether a text is a value of a type of XML Schema."""
    asked = f"SELECT ?made WHERE {{ BIND(<{XSD}{name}>({Literal(text)}) AS ?made) }}"
    return any(row["made"] is not None for row in _empty_store().query(asked))  # type: ignore[union-attr]
