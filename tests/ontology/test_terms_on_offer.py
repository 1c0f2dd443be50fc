"""Every term is used somewhere, or belongs to vocabulary that is offered to curators; no offer is idle."""

import ast
import re
from pathlib import Path

import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from test_used_terms import CODE, PATTERNS, QUERIES, SHAPES, declared, names_in_code, names_in_pattern, names_in_sparql

from kg import files
from kg.vocabulary import BASE, terms

IN_SUBSET = "http://www.geneontology.org/formats/oboInOwl#inSubset"
ON_OFFER = BASE + "VocabularyOnOffer"
WORD = re.compile(r"[A-Za-z]\w+")


def ontology():
    return [quad.triple for path in files.ontology_files() for quad in parse(path=str(path), format=RdfFormat.TURTLE)]


def local_names(nodes):
    return {
        node.value.removeprefix(BASE) for node in nodes if isinstance(node, NamedNode) and node.value.startswith(BASE)
    }


def named_in_files():
    """The terms that code, stored questions, patterns and shapes name; code holds tables of bare local names as well."""
    found = set()
    for path in CODE:
        source = path.read_text(encoding="utf-8")
        texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
        found |= names_in_code(source) | {text for text in texts if isinstance(text, str) and WORD.fullmatch(text)}
    for path in QUERIES:
        found |= names_in_sparql(path.read_text(encoding="utf-8"))
    for path in PATTERNS:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        roles = [role for part in ("for", "with") for role in content.get(part, {}).values()]
        found |= {name for role in roles for _, name in names_in_pattern(role)}
    for path in SHAPES:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            found |= local_names((quad.predicate, quad.object))
            if isinstance(quad.object, Literal):
                found |= names_in_sparql(quad.object.value)
    return found


def named_in_cases(store):
    """The terms in the graphs of the cases, what is derived included; the ontology's own graph says nothing of use."""
    quads = (quad for quad in store if not quad.graph_name.value.endswith("/graph/ontology"))
    return {name for quad in quads for name in local_names((quad.predicate, quad.object))}


def used(store, triples):
    """The terms named somewhere, those in class expressions, and the classes above all of them."""
    found = named_in_files() | named_in_cases(store)
    for triple in triples:
        if isinstance(triple.subject, BlankNode):
            found |= local_names((triple.predicate, triple.object))
    by_iri = terms().by_iri
    starts = [by_iri[BASE + name] for name in found if BASE + name in by_iri]
    above = {
        class_
        for term in starts
        for start in ({term.iri} if term.kind == "class" else term.types)
        for class_ in terms().superclasses(start)
    }
    return (found | {iri.removeprefix(BASE) for iri in above}) & declared()


def offers(triples):
    return {
        triple.subject.value
        for triple in triples
        if triple.predicate.value == IN_SUBSET and triple.object.value == ON_OFFER
    }


def offered(name, marks):
    """Whether a term is marked, or lies below a class that is."""
    term = terms().by_iri[BASE + name]
    starts = {term.iri} if term.kind == "class" else {term.iri, *term.types}
    return {mark for start in starts for mark in terms().superclasses(start) & marks}


def test_every_term_is_used_or_on_offer_and_no_offer_is_idle(shipped):
    triples = ontology()
    marks = offers(triples)
    unused = declared() - used(shipped, triples) - {"VocabularyOnOffer"}
    assert len(unused) > 100
    assert sorted(name for name in unused if not offered(name, marks)) == []
    taken = {mark for name in unused for mark in offered(name, marks)}
    assert sorted(marks - taken) == []


def test_an_unused_term_below_no_offer_would_be_noticed():
    """The marks are on vocabulary; on the structure of the model there are none."""
    marks = offers(ontology())
    assert (
        not {BASE + name for name in ("Occurrent", "Statement", "VocabularyTerm", "Treatment", "DiseaseState")} & marks
    )
    assert not offered("Conflict", marks)
    assert offered("CD19", marks)
    assert Path(__file__).is_file()
