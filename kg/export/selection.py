"""Which part of the dataset is written: some patients or publications, what was said or what follows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store

from ..errors import SelectionError
from ..statements import local

# Graphs of what people wrote; those of any other kind follow from them.
_ASSERTED = frozenset({"ontology", "mappings", "patterns", "said"})
# Graphs that are neither about a patient or group nor of a publication.
_SHARED = frozenset({"ontology", "mappings", "patterns", "build"})


@dataclass(frozen=True)
class Selection:
    """What to write: all if empty; `follows` is True for what follows only, False for what was said only."""

    patients: frozenset[str] = frozenset()
    publications: frozenset[str] = frozenset()
    follows: bool | None = None


@dataclass(frozen=True)
class _Graph:
    """A named graph by its name's parts: its kind, the publication that tells (said graphs, evidence) and the subject."""

    kind: str
    publication: str
    subject: str

    @property
    def describes_publication(self) -> bool:
        """Whether it is about a publication: its passages and claims, or the check of statements against it."""
        return self.kind == "evidence" or (self.kind == "said" and self.subject == f"publication-{self.publication}")


def _graph(name: str) -> _Graph:
    kind, *rest = local(name).removeprefix("graph/").split("/")
    if kind == "said":
        return _Graph(kind, rest[0], rest[1] if len(rest) > 1 else "")
    if kind == "evidence":
        return _Graph(kind, rest[0], "")
    return _Graph(kind, "", rest[0] if rest else "")


def select(store: Store, chosen: Selection) -> list[Quad]:
    """Return the quads chosen.

    With patients or publications named: all graphs about those patients, and about whom those publications tell; of
    publications and passages what these graphs cite; the verdicts of evidence on their statements. Ontology, mappings
    and patterns, which all cases share, are left out then.

    Raises:
        SelectionError: the store does not hold a patient or publication; names those that it holds.
    """
    graphs = {graph.value: _graph(graph.value) for graph in store.named_graphs() if isinstance(graph, NamedNode)}
    names = [name for name, graph in graphs.items() if chosen.follows in (None, graph.kind not in _ASSERTED)]
    if not chosen.patients and not chosen.publications:
        return _of(store, names)
    subjects = _subjects(chosen, graphs.values())
    whole = [name for name in names if graphs[name].kind not in _SHARED and _named(graphs[name], chosen, subjects)]
    found = _of(store, whole)
    # All said graphs of the subjects count here, so that a choice of what follows still finds its verdicts.
    said = [name for name, graph in graphs.items() if graph.kind == "said" and _named(graph, chosen, subjects)]
    mentioned = {node for quad in _of(store, said) for node in (quad.subject, quad.object)}
    mentioned |= {quad.subject for quad in found}
    partly = [name for name in names if name not in whole and graphs[name].describes_publication]
    return [*found, *(quad for quad in _of(store, partly) if quad.subject in mentioned)]


def _subjects(chosen: Selection, graphs: Collection[_Graph]) -> frozenset[str]:
    said = [graph for graph in graphs if graph.kind == "said"]
    patients = {graph.subject for graph in said if not graph.describes_publication}
    publications = {graph.publication for graph in said}
    for what, asked, known in (
        ("patient", chosen.patients, patients),
        ("publication", chosen.publications, publications),
    ):
        if unknown := sorted(asked - known):
            raise SelectionError(f"no {what} '{unknown[0]}'; there are: {', '.join(sorted(known))}")
    told = {graph.subject for graph in said if graph.publication in chosen.publications}
    return chosen.patients | told


def _named(graph: _Graph, chosen: Selection, subjects: frozenset[str]) -> bool:
    if graph.describes_publication:
        return graph.publication in chosen.publications
    return graph.subject in subjects


def _of(store: Store, names: Iterable[str]) -> list[Quad]:
    return [quad for name in sorted(names) for quad in store.quads_for_pattern(None, None, None, NamedNode(name))]
