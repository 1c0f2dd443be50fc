"""Whole graphs of cases, and faults to spoil them with: loss, a wrong class, value, literal or link."""

import random
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kg import validate
from kg.cases import CaseFile
from kg.vocabulary import BASE, RDF_TYPE, XSD, terms

TYPES = ["integer", "decimal", "string", "boolean", "double", "date", "gYearMonth", "gYear", "dateTime", "duration"]
TEXTS = ["7", "-3", "+5", "007", "2.5", "2.50", "two", "true", "1e3", "NaN", "", " 7", "1_000", "2016-04", "2016-13"]
TEXTS += ["2016-04-31", "2016", "2016-04-01T00:00:00", "1000000000000000000000", "0.30000000000000004", "P1M"]


def graphs(read: Sequence[CaseFile]) -> list[list[Triple]]:
    """Return of each subject what the shapes look at."""
    return [list(triples) for _, _, triples in validate.graphs(read, {case.subject for case in read})]


def spoiled(triples: Sequence[Triple], rng: random.Random) -> list[Triple]:
    """Return a graph with one to five faults of any kind."""
    known = terms().by_iri
    classes = sorted(iri for iri, term in known.items() if term.kind == "class" and iri.startswith(BASE))
    individuals = sorted(iri for iri, term in known.items() if term.kind == "individual")
    triples = list(triples)
    for _ in range(rng.randrange(1, 6)):
        n = rng.randrange(len(triples))
        triple = triples[n]
        valued = [i for i, one in enumerate(triples) if isinstance(one.object, Literal)]
        match rng.randrange(7):
            case 0:
                del triples[n]
            case 1:
                triples.append(Triple(triple.subject, RDF_TYPE, NamedNode(rng.choice(classes))))
            case 2:
                triples[n] = Triple(triple.subject, triple.predicate, NamedNode(rng.choice(individuals)))
            case 3:
                triples.append(Triple(triple.subject, triple.predicate, rng.choice(triples).object))
            case 4:
                triples[n] = Triple(rng.choice(triples).subject, triple.predicate, triple.object)
            case 5 if valued:
                n = rng.choice(valued)
                old = triples[n]
                assert isinstance(old.object, Literal)
                number = Literal(str(rng.randrange(-5, 200)), datatype=old.object.datatype)
                triples[n] = Triple(old.subject, old.predicate, number)
            case _:
                n = rng.choice(valued or [n])
                literal = Literal(rng.choice(TEXTS), datatype=NamedNode(XSD + rng.choice(TYPES)))
                triples[n] = Triple(triples[n].subject, triples[n].predicate, literal)
    return list(dict.fromkeys(triples))
