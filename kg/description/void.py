"""VoID: how much of what the graph holds, counted over the union of all named graphs, and its links to others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ..statements import iri_of, local
from ..vocabulary import BASE, DCTERMS, RDF_TYPE, RDFS, lkg, prefixes
from .facts import VOID, Facts, node, turtle

_MATCH = ("http://www.w3.org/2004/02/skos/core#", "Match")
_COUNTED = "Counted over the union of all named graphs, what is only possible included."
# Serialisations of the whole graph; every other file of a release is a part of it or about it.
DUMPS = tuple(f"cases/leukemia-kg.{suffix}" for suffix in ("ttl", "jsonld", "trig", "nq", "rdf"))


def describe(facts: Facts, quads: Sequence[Quad]) -> bytes:
    """Return the description as Turtle."""
    return turtle(_triples(facts, quads))


def _triples(facts: Facts, quads: Sequence[Quad]) -> Iterator[Triple]:
    union = {quad.triple for quad in quads}
    dataset = facts.dataset
    classes, properties = _classes(union), _properties(union)
    parts: list[NamedNode] = []
    for name, members in sorted(classes.items()):
        parts.append(part := _part(dataset, "class", name))
        yield from node(part, {"a": _void("Dataset"), f"{VOID}class": NamedNode(name), f"{VOID}entities": len(members)})
    by_property: list[NamedNode] = []
    for name, found in sorted(properties.items()):
        by_property.append(part := _part(dataset, "property", name))
        yield from node(part, {"a": _void("Dataset"), f"{VOID}property": NamedNode(name)} | _sizes(found))
    subsets = [*_subsets(dataset, quads)]
    links = [*_linksets(dataset, union)]
    for subject, said in (*subsets, *links):
        yield from node(subject, said)
    yield from node(
        dataset,
        {
            "a": _void("Dataset"),
            DCTERMS + "title": Literal(facts.title, language="en"),
            DCTERMS + "description": Literal(f"{facts.description} {_COUNTED}", language="en"),
            DCTERMS + "license": NamedNode(facts.licence),
            f"{VOID}entities": len(
                {t.subject for t in union if isinstance(t.subject, NamedNode) and t.subject.value.startswith(BASE)}
            ),
            f"{VOID}classes": len(classes),
            f"{VOID}properties": len(properties),
            f"{VOID}uriSpace": BASE,
            f"{VOID}exampleResource": _examples(union),
            f"{VOID}vocabulary": [NamedNode(space) for space in _vocabularies([*classes, *properties])],
            f"{VOID}dataDump": [facts.file(file.path) for file in facts.files if file.path in DUMPS],
            f"{VOID}classPartition": parts,
            f"{VOID}propertyPartition": by_property,
            f"{VOID}subset": [subject for subject, _ in (*subsets, *links)],
        }
        | _sizes(union),
    )


def _void(name: str) -> NamedNode:
    return NamedNode(VOID + name)


def _sizes(triples: Iterable[Triple]) -> dict[str, object]:
    found = list(triples)
    return {
        f"{VOID}triples": len(found),
        f"{VOID}distinctSubjects": len({triple.subject for triple in found}),
        f"{VOID}distinctObjects": len({triple.object for triple in found}),
    }


def _part(dataset: NamedNode, kind: str, name: str) -> NamedNode:
    return NamedNode(f"{dataset.value}/{kind}/{local(name) if name.startswith(BASE) else _label(name)}")


def _label(name: str) -> str:
    """Return another namespace's name as a part of one of ours."""
    return "".join(c if c.isalnum() else "-" for c in name.split("://", 1)[-1])


def _classes(union: Iterable[Triple]) -> dict[str, set[object]]:
    found: dict[str, set[object]] = defaultdict(set)
    for triple in union:
        if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
            found[triple.object.value].add(triple.subject)
    return found


def _properties(union: Iterable[Triple]) -> dict[str, list[Triple]]:
    found: dict[str, list[Triple]] = defaultdict(list)
    for triple in union:
        found[triple.predicate.value].append(triple)
    return found


def _examples(union: Iterable[Triple]) -> list[NamedNode]:
    """Return one patient, one statement and one passage, the first by name."""
    found: list[NamedNode] = []
    for kind in ("Patient", "Statement", "Passage"):
        subjects = [iri_of(t.subject) for t in union if t.predicate == RDF_TYPE and t.object == lkg(kind)]
        found += [NamedNode(min(subjects))] if subjects else []
    return found


def _vocabularies(names: Iterable[str]) -> list[str]:
    spaces = {space for space in prefixes().values() if any(name.startswith(space) for name in names)}
    return sorted(spaces)


def _subsets(dataset: NamedNode, quads: Sequence[Quad]) -> Iterator[tuple[NamedNode, dict[str, object]]]:
    """Yield a subset for each kind of named graph: what was said, what follows, and so on."""
    kinds: dict[str, set[Triple]] = defaultdict(set)
    graphs: dict[str, set[object]] = defaultdict(set)
    for quad in quads:
        kind = local(iri_of(quad.graph_name)).split("/")[1]
        kinds[kind].add(quad.triple)
        graphs[kind].add(quad.graph_name)
    for kind, found in sorted(kinds.items()):
        title = f"{kind}: {len(graphs[kind])} named graph{'s' if len(graphs[kind]) > 1 else ''}"
        said = {"a": _void("Dataset"), DCTERMS + "title": Literal(title, language="en")}
        yield NamedNode(f"{dataset.value}/graphs/{kind}"), said | _sizes(found)


def _linksets(dataset: NamedNode, union: Iterable[Triple]) -> Iterator[tuple[NamedNode, dict[str, object]]]:
    """Yield the links to each other vocabulary by each predicate, and the vocabulary linked to."""
    counted: Counter[tuple[str, str]] = Counter()
    for triple in union:
        predicate = triple.predicate.value
        if predicate.startswith(_MATCH[0]) and predicate.endswith(_MATCH[1]) and isinstance(triple.object, NamedNode):
            counted[_target(triple.object.value), predicate] += 1
    declared = {space: prefix for prefix, space in prefixes().items()}
    for (space, predicate), count in sorted(counted.items()):
        name = declared.get(space) or _label(space)
        target = NamedNode(f"{dataset.value}/target/{name}")
        yield target, {"a": _void("Dataset"), f"{VOID}uriSpace": space, RDFS + "label": declared.get(space, space)}
        kind = predicate.removeprefix(_MATCH[0]).removesuffix(_MATCH[1])
        yield (
            NamedNode(f"{dataset.value}/links/{name}-{kind}"),
            {
                "a": _void("Linkset"),
                f"{VOID}subjectsTarget": dataset,
                f"{VOID}objectsTarget": target,
                f"{VOID}linkPredicate": NamedNode(predicate),
                f"{VOID}triples": count,
            },
        )


def _target(iri: str) -> str:
    """Return the namespace of another vocabulary's term: the longest declared one, else all up to its last part."""
    declared = [space for space in prefixes().values() if iri.startswith(space)]
    return max(declared, key=len, default=iri[: max(map(iri.rfind, "/#:_")) + 1])
