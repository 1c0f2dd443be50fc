"""The ontology keeps to OWL 2 DL (W3C, OWL 2 Structural Specification, 3, 5.8 and 11; Mapping to RDF Graphs, 3).

Each rule is a function that returns what breaks it; each is shown to find a bad example.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg import files
from kg.vocabulary import BASE, OWL, RDF_TYPE, RDFS, XSD, prefixes

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RESERVED = (RDF, RDFS, OWL, XSD)
PROPERTY_KINDS = {OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty"}
KINDS = {OWL + "Class", RDFS + "Datatype", OWL + "NamedIndividual", OWL + "Ontology", *PROPERTY_KINDS}
CHARACTERISTICS = {
    OWL + f"{name}Property"
    for name in ("Functional", "InverseFunctional", "Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive")
}
TYPES = {*KINDS, *CHARACTERISTICS} | {
    OWL + name for name in ("Restriction", "AllDisjointClasses", "AllDisjointProperties", "AllDifferent", "Axiom")
}
CARDINALITIES = {
    OWL + f"{limit}ardinality" for limit in ("c", "minC", "maxC", "qualifiedC", "minQualifiedC", "maxQualifiedC")
}
FILLERS = {OWL + name for name in ("someValuesFrom", "allValuesFrom", "hasValue", "hasSelf")} | CARDINALITIES
ANNOTATIONS = {RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy")} | {
    OWL + name for name in ("deprecated", "versionInfo", "versionIRI", "priorVersion")
}
AXIOMS = {RDF + name for name in ("type", "first", "rest")} | {
    RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")
}
AXIOMS |= {
    OWL + name for name in ("equivalentClass", "disjointWith", "intersectionOf", "unionOf", "complementOf", "oneOf")
}
AXIOMS |= {OWL + name for name in ("equivalentProperty", "propertyDisjointWith", "inverseOf", "propertyChainAxiom")}
AXIOMS |= {OWL + name for name in ("members", "distinctMembers", "onProperty", "onClass", "sameAs", "differentFrom")}
AXIOMS |= {OWL + f"annotated{part}" for part in ("Source", "Property", "Target")}
CONSTANTS = {RDF + "nil", OWL + "Thing", OWL + "Nothing", RDFS + "Literal"}
# The datatypes of OWL 2 that the ontology has a use for; calendar dates are not among those of OWL 2, dateTime is.
DATATYPES = {
    XSD + name for name in ("string", "boolean", "decimal", "integer", "nonNegativeInteger", "anyURI", "dateTime")
}
DATATYPES |= {RDF + "langString"}
CALENDAR = {XSD + name for name in ("date", "gYearMonth", "gYear", "duration")}


def triples(store: Store, predicate: str = "") -> Iterator[tuple[str, str, str, Quad]]:
    for quad in store.quads_for_pattern(None, NamedNode(predicate) if predicate else None, None):
        yield str(quad.subject).strip("<>"), quad.predicate.value, str(quad.object).strip("<>"), quad


def kinds(store: Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, _, kind, _ in triples(store, RDF_TYPE.value):
        if kind in KINDS:
            found[name].add(kind)
        elif kind not in TYPES and not name.startswith("_:"):
            found[name].add(OWL + "NamedIndividual")
    return found


def is_annotation(predicate: str, known: dict[str, set[str]]) -> bool:
    return predicate in ANNOTATIONS or OWL + "AnnotationProperty" in known.get(predicate, ())


def untyped(store: Store) -> list[str]:
    """Each name has a declaration; what an annotation points to may lie elsewhere, unless it is ours."""
    known = kinds(store)
    found = set()
    for name, predicate, other, quad in triples(store):
        used = {name, predicate}
        ours = other.startswith(BASE) and OWL + "Ontology" not in known.get(name, ())
        if isinstance(quad.object, NamedNode) and (ours or not is_annotation(predicate, known)):
            used.add(other)
        found |= {iri for iri in used if iri not in known and not iri.startswith(("_:", *RESERVED))}
    return sorted(found)


def two_kinds_of_property(store: Store) -> list[str]:
    return sorted(name for name, found in kinds(store).items() if len(found & PROPERTY_KINDS) > 1)


def punning(store: Store) -> list[str]:
    """One name may stand for a class and an individual; we allow ourselves no other double use."""
    allowed = {OWL + "Class", OWL + "NamedIndividual"}
    return sorted(name for name, found in kinds(store).items() if len(found) > 1 and not found <= allowed)


def reserved(store: Store) -> list[str]:
    """The terms of RDF, RDFS, OWL and XSD are used where they belong, and nothing is stated about them."""
    found = set()
    for name, predicate, other, quad in triples(store):
        if name.startswith(RESERVED):
            found.add(name)
        if predicate.startswith(RESERVED) and predicate not in AXIOMS | FILLERS | ANNOTATIONS:
            found.add(predicate)
        if isinstance(quad.object, NamedNode) and other.startswith(RESERVED):
            allowed = TYPES if predicate == RDF_TYPE.value else CONSTANTS | DATATYPES | CALENDAR | ANNOTATIONS
            found |= {other} - allowed
    return sorted(found)


def wrong_side(store: Store) -> list[str]:
    """Classes and properties stand where such belong; a value is of the kind that its property takes."""
    known = kinds(store)

    def is_a(node: str, *kinds_: str) -> bool:
        return bool(known.get(node, set()) & {OWL + kind for kind in kinds_})

    found = []
    for name, predicate, other, quad in triples(store):
        literal, blank = isinstance(quad.object, Literal), isinstance(quad.object, BlankNode)
        local = predicate.removeprefix(OWL).removeprefix(RDFS)
        a_class = blank or is_a(other, "Class") or other in (OWL + "Thing", OWL + "Nothing")
        good = True
        if local in ("subClassOf", "equivalentClass", "disjointWith"):
            good = (name.startswith("_:") or is_a(name, "Class")) and a_class
        elif local in ("subPropertyOf", "equivalentProperty"):
            good = bool(known.get(name, set()) & known.get(other, set()) & PROPERTY_KINDS)
        elif local == "domain":
            good = bool(known.get(name, set()) & PROPERTY_KINDS) and a_class
        elif local in ("inverseOf", "propertyChainAxiom"):
            good = is_a(name, "ObjectProperty") and (blank or is_a(other, "ObjectProperty"))
        elif local == "range":
            good = a_class if is_a(name, "ObjectProperty") else other in DATATYPES
        elif local == "onProperty":
            good = is_a(other, "ObjectProperty", "DatatypeProperty")
        elif is_a(predicate, "ObjectProperty"):
            good = not literal
        elif is_a(predicate, "DatatypeProperty"):
            good = literal
        if not good:
            found.append(f"{name} {predicate} {other}")
    return sorted(found)


def restrictions(store: Store) -> list[str]:
    """A restriction is on one property and says one thing, of the kind that the property takes."""
    known = kinds(store)
    found = []
    for name, _, kind, quad in triples(store, RDF_TYPE.value):
        if kind != OWL + "Restriction":
            continue
        parts = list(store.quads_for_pattern(quad.subject, None, None))
        properties = [str(part.object).strip("<>") for part in parts if part.predicate.value == OWL + "onProperty"]
        fillers = [part for part in parts if part.predicate.value in FILLERS]
        if len(properties) != 1 or len(fillers) != 1:
            found.append(f"{name} on {properties}")
        elif fillers[0].predicate.value not in CARDINALITIES | {OWL + "hasSelf"}:
            data = OWL + "DatatypeProperty" in known.get(properties[0], ())
            filler = fillers[0].object
            takes_data = isinstance(filler, Literal) or (isinstance(filler, NamedNode) and filler.value in DATATYPES)
            found += [f"{name} on {properties}"] if data != takes_data else []
    return sorted(found)


def non_simple(store: Store) -> list[str]:
    """What is transitive or a chain, or above or inverse to such, takes none of these axioms (11.2)."""
    odd = {name for name, _, kind, _ in triples(store, RDF_TYPE.value) if kind == OWL + "TransitiveProperty"}
    odd |= {name for name, *_ in triples(store, OWL + "propertyChainAxiom")}
    links = {(name, other) for name, _, other, _ in triples(store, RDFS + "subPropertyOf")}
    for predicate in ("inverseOf", "equivalentProperty"):
        links |= {
            pair for name, _, other, _ in triples(store, OWL + predicate) for pair in ((name, other), (other, name))
        }
    while more := {other for name, other in links if name in odd} - odd:
        odd |= more
    forbidden = {OWL + f"{name}Property" for name in ("Functional", "InverseFunctional", "Asymmetric", "Irreflexive")}
    found = {name for name, _, kind, _ in triples(store, RDF_TYPE.value) if name in odd and kind in forbidden}
    for name, _, other, _ in triples(store, OWL + "propertyDisjointWith"):
        found |= {name, other} & odd
    for _, _, kind, quad in triples(store, RDF_TYPE.value):
        if kind == OWL + "AllDisjointProperties":
            found |= members(store, quad) & odd
    for _, _, other, quad in triples(store, OWL + "onProperty"):
        said = {part.predicate.value for part in store.quads_for_pattern(quad.subject, None, None)}
        if other in odd and said & (CARDINALITIES | {OWL + "hasSelf"}):
            found.add(other)
    return sorted(found)


def members(store: Store, axiom: Quad) -> set[str]:
    waiting = [quad.object for quad in store.quads_for_pattern(axiom.subject, NamedNode(OWL + "members"), None)]
    found = set()
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None):
            if quad.predicate.value == RDF + "first":
                found.add(str(quad.object).strip("<>"))
            elif quad.predicate.value == RDF + "rest":
                waiting.append(quad.object)
    return found


def datatypes(store: Store) -> list[str]:
    """Values are of datatypes of OWL 2; a calendar date stands in annotations only, which no reasoner reads."""
    known = kinds(store)
    found = []
    for name, predicate, other, quad in triples(store):
        allowed = DATATYPES | CALENDAR if is_annotation(predicate, known) else DATATYPES
        count = predicate in CARDINALITIES
        if isinstance(quad.object, Literal) and quad.object.datatype.value not in allowed and not count:
            found.append(f"{name} {predicate} {other}")
    return sorted(found)


RULES: dict[str, Callable[[Store], list[str]]] = {
    rule.__name__: rule
    for rule in (untyped, two_kinds_of_property, punning, reserved, wrong_side, restrictions, non_simple, datatypes)
}
GOOD = """
    lkg:A a owl:Class ; rdfs:label "a"@en . lkg:B a owl:Class ; rdfs:subClassOf lkg:A .
    lkg:x a owl:NamedIndividual , lkg:A ; lkg:p lkg:x ; lkg:q "x" .
    lkg:p a owl:ObjectProperty ; rdfs:domain lkg:A ; rdfs:range lkg:A ; rdfs:subPropertyOf lkg:r .
    lkg:q a owl:DatatypeProperty ; rdfs:range xsd:string .
    lkg:t a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:subPropertyOf lkg:r ; owl:inverseOf lkg:s .
    lkg:r a owl:ObjectProperty . lkg:s a owl:ObjectProperty . lkg:n a owl:AnnotationProperty .
    lkg:ontology a owl:Ontology ; lkg:n "2026-01-01"^^xsd:date , <http://example.org/elsewhere> .
"""
BAD = [
    (untyped, "lkg:B rdfs:subClassOf lkg:Missing ."),
    (untyped, "lkg:B lkg:missing lkg:x ."),
    (untyped, "lkg:B lkg:n lkg:Missing ."),
    (untyped, "lkg:C a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( lkg:A lkg:Missing ) ] ."),
    (two_kinds_of_property, "lkg:p a owl:DatatypeProperty ."),
    (two_kinds_of_property, "lkg:n a owl:ObjectProperty ."),
    (punning, "lkg:p a owl:NamedIndividual ."),
    (punning, "lkg:p a lkg:A ."),
    (punning, "lkg:A a owl:AnnotationProperty ."),
    (reserved, "rdfs:label a owl:AnnotationProperty ."),
    (reserved, "lkg:C a rdfs:Class ."),
    (reserved, "lkg:u a rdf:Property ."),
    (reserved, "lkg:C owl:subClassOf lkg:A ."),
    (reserved, "lkg:q rdfs:range xsd:name ."),
    (wrong_side, "lkg:x rdfs:subClassOf lkg:A ."),
    (wrong_side, "lkg:B rdfs:subClassOf lkg:x ."),
    (wrong_side, "lkg:q rdfs:subPropertyOf lkg:p ."),
    (wrong_side, "lkg:p rdfs:domain lkg:x ."),
    (wrong_side, "lkg:q owl:inverseOf lkg:p ."),
    (wrong_side, "lkg:q rdfs:range lkg:A ."),
    (wrong_side, "lkg:q rdfs:range xsd:gYear ."),
    (wrong_side, 'lkg:x lkg:p "text" .'),
    (wrong_side, "lkg:x lkg:q lkg:x ."),
    (wrong_side, "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:n ; owl:hasValue lkg:x ] ."),
    (restrictions, "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ] ."),
    (restrictions, "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:someValuesFrom lkg:A ] ."),
    (restrictions, "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:q ; owl:someValuesFrom lkg:A ] ."),
    (restrictions, 'lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:p ; owl:hasValue "x" ] .'),
    (non_simple, "lkg:t a owl:IrreflexiveProperty ."),
    (non_simple, "lkg:r a owl:FunctionalProperty ."),
    (non_simple, "lkg:s a owl:AsymmetricProperty ."),
    (non_simple, "lkg:p owl:propertyDisjointWith lkg:t ."),
    (non_simple, "[] a owl:AllDisjointProperties ; owl:members ( lkg:p lkg:t ) ."),
    (non_simple, "lkg:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lkg:t ; owl:maxCardinality 1 ] ."),
    (non_simple, "lkg:c a owl:ObjectProperty , owl:IrreflexiveProperty ; owl:propertyChainAxiom ( lkg:p lkg:p ) ."),
    (datatypes, 'lkg:x lkg:q "2026-01"^^xsd:gYearMonth .'),
    (datatypes, 'lkg:x lkg:n "--05"^^xsd:gMonth .'),
]


def parsed(text: str) -> Store:
    head = "\n".join(f"@prefix {prefix}: <{space}> ." for prefix, space in prefixes().items())
    store = Store()
    store.extend(parse(f"{head}\n{text}", format=RdfFormat.TURTLE))
    return store


@pytest.fixture(scope="module")
def ontology() -> Store:
    store = Store()
    for path in files.ontology_files():
        store.extend(parse(path=str(path), format=RdfFormat.TURTLE, rename_blank_nodes=True))
    return store


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_ontology_keeps_the_rule(rule: Callable[[Store], list[str]], ontology: Store) -> None:
    assert len(ontology) > 1000, "the ontology was hardly read"
    assert rule(ontology) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_good_example_passes(rule: Callable[[Store], list[str]]) -> None:
    assert rule(parsed(GOOD)) == []


@pytest.mark.parametrize(("rule", "bad"), BAD, ids=[f"{rule.__name__}-{n}" for n, (rule, _) in enumerate(BAD)])
def test_a_bad_example_is_found(rule: Callable[[Store], list[str]], bad: str) -> None:
    assert rule(parsed(GOOD + bad))


def test_each_rule_has_bad_examples() -> None:
    assert {rule.__name__ for rule, _ in BAD} == set(RULES)
