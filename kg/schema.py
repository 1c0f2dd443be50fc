"""A JSON Schema of case files in the short form, made of the ontology's labels and definitions.

An editor completes keys and terms by it and shows their definitions. It is looser than the reader, which knows what a
name refers to; whatever the reader accepts passes here. `ontology/case.schema.json` is what `text()` returns.
"""

import functools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from . import files
from .vocabulary import BASE, XSD, Term, Terms, terms

Json = dict[str, object]

PATH = files.ONTOLOGY / "case.schema.json"
_ID = f"{BASE}schema/case"
# Properties that the reader itself makes from the structure of a file, or that are derived: nobody writes them as keys.
_MADE = frozenset(
    {
        *("ofPatient", "partOf", "findingOf", "marker", "siteWithin", "speaksFor", "edition", "hasComponent"),
        *("hasClone", "hasAbnormality", "hasDiagnostic", "modalNumber", "sexChromosomes", "cellCount", "iscnText"),
        *("diagnosticCode", "characterStart", "characterEnd", "message", "abnormalityKind", "chromosome", "breakpoint"),
        *("number", "upperNumber", "ucumCode", "comparator", "detectionCompartment"),
    }
)
# What is told of a group or is one of its results; declared beside the statements, which have no keys of their own.
_OF_GROUPS = (
    *("cohortSize", "population", "setting", "intervention", "comparatorIntervention", "endpoint", "resultValue"),
    *("comparatorValue", "numerator", "denominator", "countedEvent", "treatmentGroup", "comparatorGroup"),
    *("prophylacticAgent", "ageGroup", "studyDesign", "resultRange", "assessedAfterCycles", "countedAmong"),
    *("countedBefore", "countedAfter", "statisticallySignificant"),
)
_CLASS_VALUED = frozenset({"setting", "countedEvent", "population", "causeOfDeath"})
_KEYS = {
    "at": "The passage that says so, by its id in publication.yaml; several form a list.",
    "printed": "The words or numbers that stand in the paper.",
    "suspected": "yes: the paper says it with reservation.",
    "primary source": "Who reported it first: the id of a reference.",
    "value": "What the paper says.",
    "absent": "What the paper says is not so.",
    "not available": "yes: the paper says that it has no data.",
    "type": "A class of the ontology.",
    "part of": "What this belongs to and lies within in time: a cycle in its course, a sign in its presentation.",
    "when": "The start, or the whole: a date as precise as printed, an offset, a day number or an order.",
    "until": "The end: a date, an offset, or 'still at:' for what held when last seen.",
    "positive": "Markers found, as printed: CD19, sCD22, cCD79a.",
    "negative": "Markers not found, as printed.",
    "conflict": "In what the statements disagree; all are kept.",
    "values": "The statements that disagree.",
    "between": "The statements that disagree, each as 'occurrent key', with a number if it has several.",
    "prefer": "The number of the side that counts, or a list of them.",
    "because": "The reason, in your own words.",
}
_TIMES = {
    "date": "A date as precise as printed: 2016, 2016-04, 2016-04-21.",
    "offset": "A time from something: 3 months; with 'after:' or 'before:'.",
    "by": "At or before a day or a time: day 27; with 'of:'.",
    "day": "A day number: day -3, 31; with 'of:'.",
    "days": "Several day numbers; the first is the start, the last the end; with 'of:'.",
    "after": "After something has ended; or what an offset counts from.",
    "before": "Before something begins; or what an offset counts back from.",
    "during": "Within something.",
    "same time as": "Starting together with something.",
    "after cycle": "After a cycle and before the next.",
    "shortly after": "After something, soon but without a bound.",
    "at start of": "In force when something began.",
    "at end of": "In force when something ended.",
    "still at": "Still so when something ended.",
    "of": "What a day number counts from.",
    "from": "From which end of the anchor: start or end.",
    "about": "yes: the paper says about.",
    "at least": "yes: still so when last seen (censored).",
}


def text() -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def write(path: Path = PATH) -> None:
    """Write the schema anew, after a change of the ontology."""
    path.write_text(text(), encoding="utf-8")


@functools.cache
def schema() -> Json:
    """Return the schema of all three kinds of files, draft 2020-12."""
    told: dict[str, Json] = {}
    clinical = {name: term for name, term in _properties().items() if name not in _MADE}
    defs: Json = {
        **_simple(),
        **_vocabulary(),
        "occurrentClass": {"anyOf": [{"$ref": f"#/$defs/classes.{group}"} for group in _class_groups()]},
        **{f"classes.{group}": _choices(members) for group, members in _class_groups().items()},
        "time": _one_or_many({"anyOf": [{"$ref": "#/$defs/date"}, _time(), _conflict({"$ref": "#/$defs/oneTime"})]}),
        "oneTime": {"anyOf": [{"$ref": "#/$defs/date"}, _time()]},
        "markers": _one_or_many({"anyOf": [{"$ref": "#/$defs/marker"}, _finding()]}),
        "occurrent": _occurrent(clinical, told),
        "result": _object({"at": _at()}, clinical | _group_properties(), told),
        "absence": _absence(),
        "conflict": _conflict_between(),
        "acknowledgement": _acknowledgement(),
        "patient": _patient(clinical, told),
        "group": _group(clinical, told),
        "publication": _publication(),
    }
    defs |= dict(sorted(told.items()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": "A case file of leukemia-kg",
        "description": "Generated from the ontology; see tests/kg/cases/example for a file that shows every construct.",
        "type": "object",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in ("patient", "group", "publication")],
        "$defs": defs,
    }


# --- small parts ---


def _simple() -> Json:
    scalar: Json = {"type": ["string", "number", "boolean"]}
    return {
        "scalar": scalar,
        "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "reference": {
            "type": "string",
            "description": "The key of an occurrent of this file, or patient/key of another.",
        },
        "passage": {"type": ["string", "number"], "pattern": "^[a-z0-9.-]+$"},
        "yesNo": {"enum": ["yes", "no", "true", "false", True, False]},
        "date": {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
                {"type": "integer", "minimum": 1900, "maximum": 2999},
            ]
        },
        "quantity": {
            "type": ["string", "number"],
            "examples": ["28 mcg/day", "3-4 weeks", "< 0.01 %", "5.07 x 10^6 /kg"],
        },
        "decimal": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[-+]?[0-9.]+ ?%?$"}]},
        "integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[-+]?[0-9]{1,9}$"}]},
        "hlaMatch": {"type": "string", "pattern": "^[0-9]{1,2}/(6|8|10|12)$", "examples": ["10/10"]},
        "marker": {"anyOf": [{"$ref": "#/$defs/Marker"}, {"type": "string", "pattern": "^(sm|cy|s|m|c|n)[A-Z]"}]},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _at() -> Json:
    return {"description": _KEYS["at"], **_one_or_many(_ref("passage"))}


def _one_or_many(item: Json) -> Json:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _described(name: str, what: Json) -> Json:
    return {"description": _KEYS[name], **what}


def _closed(properties: Mapping[str, Json], required: Sequence[str] = (), **more: object) -> Json:
    found: Json = {"type": "object", "additionalProperties": False, "properties": dict(properties), **more}
    return found | ({"required": list(required)} if required else {})


def _choices(members: Iterable[Term]) -> Json:
    """Return all names of terms, labels before synonyms, with the definitions that editors show beside them."""
    members = tuple(members)
    shown = {term.label: term.definition for term in members}
    for term in members:
        for name in term.names:
            shown.setdefault(name, f"another name of: {term.label}")
    return {"enum": list(shown), "markdownEnumDescriptions": list(shown.values())}


def _options(value: Json) -> Json:
    return _closed(
        {
            "value": _described("value", value),
            "absent": _described("absent", value),
            "not available": _described("not available", _ref("yesNo")),
            "at": _at(),
            "printed": _described("printed", _ref("scalar")),
            "suspected": _described("suspected", _ref("yesNo")),
            "primary source": _described("primary source", _ref("reference")),
        }
    )


def _conflict(side: Json) -> Json:
    kinds: Json = {"enum": ["value", "anchor", "order", "set", "logic", "count", "unit"]}
    return _closed(
        {
            "conflict": _described("conflict", kinds),
            "values": _described("values", {"type": "array", "items": side, "minItems": 2}),
            "prefer": _described("prefer", _one_or_many(_ref("integer"))),
            "because": _described("because", _ref("scalar")),
        },
        ["conflict", "values"],
    )


def _told(value: str, told: dict[str, Json]) -> Json:
    """Return what a key takes whose plain value is `value`: it, it with options, a conflict, or a list of these."""
    name = f"told.{value}"
    one = f"{name}.one"
    if name not in told:
        told[one] = {"anyOf": [_ref(value), _options(_ref(value))]}
        told[name] = _one_or_many({"anyOf": [_ref(one), _conflict(_ref(one))]})
    return _ref(name)


def _time() -> Json:
    yes, anchor = _ref("yesNo"), _ref("reference")
    values: dict[str, Json] = dict.fromkeys(_TIMES, anchor)
    values |= {"date": _ref("date"), "offset": _ref("quantity"), "by": _ref("quantity"), "day": _ref("quantity")}
    values |= {"days": _one_or_many(_ref("quantity")), "from": {"enum": ["start", "end"]}}
    values |= {"about": yes, "at least": yes}
    properties = {key: {"description": _TIMES[key], **value} for key, value in values.items()}
    options = _options({})["properties"]
    if not isinstance(options, dict):
        raise TypeError("options are properties of an object")
    return _closed(properties | {key: options[key] for key in ("at", "printed", "suspected", "primary source")})


def _finding() -> Json:
    known = _properties()
    return _closed(
        {
            "marker": _ref("marker"),
            "intensity": _described("value", _ref("ExpressionIntensity")),
            known["percentPositive"].label: {"description": known["percentPositive"].definition, **_ref("decimal")},
            "at": _at(),
            "printed": _described("printed", _ref("scalar")),
            "suspected": _described("suspected", _ref("yesNo")),
        },
        ["marker"],
    )


# --- the ontology's part ---


@functools.cache
def _properties() -> dict[str, Term]:
    """Return the properties of our own namespace that describe the clinical world, by local name."""
    found = {iri.removeprefix(BASE): term for iri, term in terms().by_iri.items() if iri.startswith(BASE)}
    own = _declared_beside_statements()
    return {
        name: term for name, term in found.items() if term.kind in ("object", "data", "annotation") and name not in own
    }


@functools.cache
def _declared_beside_statements() -> frozenset[str]:
    paths = [path for path in files.ontology_files() if path.stem in ("statement", "validation")]
    return frozenset(iri.removeprefix(BASE) for iri in Terms(paths).by_iri)


def _group_properties() -> dict[str, Term]:
    return {name: terms().by_iri[BASE + name] for name in _OF_GROUPS}


def _members() -> dict[str, list[Term]]:
    """Return the vocabulary terms by the classes that they are declared of."""
    found: dict[str, list[Term]] = defaultdict(list)
    for term in terms().by_iri.values():
        for type_ in sorted(term.types) if term.kind == "individual" else ():
            if type_.startswith(BASE):
                found[type_.removeprefix(BASE)].append(term)
    return found


@functools.cache
def _vocabulary() -> Json:
    """Return a definition for each class of vocabulary terms: its own members, and those of the classes below it."""
    members = _members()
    below: dict[str, set[str]] = defaultdict(set)
    for name in members:
        for above in terms().superclasses(BASE + name):
            below[above.removeprefix(BASE)].add(name)
    found: Json = {f"of.{name}": _choices(members[name]) for name in sorted(members)}
    for name in sorted(below):
        found[name] = {"anyOf": [_ref(f"of.{one}") for one in sorted(below[name])]}
    return found


@functools.cache
def _class_groups() -> dict[str, list[Term]]:
    """Return the classes of occurrents, grouped by the first level below it, each in one group."""
    top = BASE + "Occurrent"
    found: dict[str, list[Term]] = defaultdict(list)
    for iri, term in sorted(terms().by_iri.items()):
        above = terms().superclasses(iri) if term.kind == "class" else frozenset()
        if top in above and iri != top:
            heads = sorted(one for one in above if top in terms().parents.get(one, ()))
            found[(heads[0] if heads else iri).removeprefix(BASE)].append(term)
    return dict(sorted(found.items()))


def _value(name: str, term: Term) -> str:
    """Return the definition that the plain value of a property has."""
    kind = term.range.removeprefix(XSD)
    if name == "hlaMatch":
        return name
    if name in _CLASS_VALUED:
        return "occurrentClass"
    if term.range == f"{BASE}Quantity":
        return "quantity"
    if term.kind == "data":
        return {"integer": "integer", "decimal": "decimal", "boolean": "yesNo"}.get(kind, "scalar")
    local = term.range.removeprefix(BASE)
    vocabulary = f"{BASE}VocabularyTerm" in terms().superclasses(term.range) if term.range else False
    return local if vocabulary and local in _vocabulary() else "reference"


def _object(
    structure: Mapping[str, Json], keys: Mapping[str, Term], told: dict[str, Json], required: Sequence[str] = ()
) -> Json:
    """Return an object with keys of its own and one for each property: by label, to be completed, or by another name."""
    properties: dict[str, Json] = dict(structure)
    others: Json = {}
    for name, term in sorted(keys.items(), key=lambda found: found[1].label):
        value = {"description": term.definition, **_told(_value(name, term), told)}
        properties.setdefault(term.label, value)
        rest = [other for other in term.names if other != term.label]
        if rest:
            others[f"^({'|'.join(map(re.escape, rest))})$"] = _told(_value(name, term), told)
    return _closed(properties, required, patternProperties=others)


def _occurrent(keys: Mapping[str, Term], told: dict[str, Json]) -> Json:
    structure = {
        "type": _described("type", _told("occurrentClass", told)),
        "at": _at(),
        "part of": _described("part of", _one_or_many(_ref("reference"))),
        "when": _described("when", _ref("time")),
        "until": _described("until", _ref("time")),
        "positive": _described("positive", _ref("markers")),
        "negative": _described("negative", _ref("markers")),
    }
    return _object(structure, keys, told, ["type"])


# --- files ---


def _head(kind: str, what: str) -> dict[str, Json]:
    return {
        kind: {"description": what, **_ref("id")},
        "told by": {"description": "The publication whose passages are cited here.", **_ref("id")},
        "primary source": _described("primary source", _ref("reference")),
        "at": _at(),
        "absent": {"description": "What the paper says did not happen.", "type": "array", "items": _ref("absence")},
        "not available": {
            "description": "What the paper says it has no data on.",
            "type": "array",
            "items": _ref("absence"),
        },
        "conflicts": {
            "description": "Statements under different keys that disagree.",
            "type": "array",
            "items": _ref("conflict"),
        },
        "acknowledged": {
            "description": "Defects of the paper itself that you have seen and transcribed as they are.",
            "type": "array",
            "items": _ref("acknowledgement"),
        },
    }


def _patient(keys: Mapping[str, Term], told: dict[str, Json]) -> Json:
    occurrents: Json = {
        "description": "Things that happened or held, one key each, however many passages tell of them.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9]+([.-][a-z0-9]+)*$"},
        "additionalProperties": _ref("occurrent"),
    }
    head = _head("patient", "The patient's id, whoever tells of them: <first report>-p<number>.")
    return _object({**head, "occurrents": occurrents}, keys, told, ["patient", "told by"])


def _group(keys: Mapping[str, Term], told: dict[str, Json]) -> Json:
    results: Json = {
        "description": "What was measured, for whom, compared with what; one key each.",
        "type": "object",
        "additionalProperties": _ref("result"),
    }
    members = {"description": "Members that are reported one by one as well.", **_one_or_many(_ref("reference"))}
    structure = {**_head("group", "The id of the group."), "results": results, "members": members}
    return _object(structure, {**keys, **_group_properties()}, told, ["group", "told by"])


def _absence() -> Json:
    return _closed(
        {
            "what": {"description": "A class, or a property that is not available.", "type": "string"},
            "in": {"description": "Where: an occurrent; without it, the patient as a whole.", **_ref("reference")},
            "at": _at(),
            "printed": _described("printed", _ref("scalar")),
            "primary source": _described("primary source", _ref("reference")),
        },
        ["what"],
    )


def _conflict_between() -> Json:
    found = _conflict({})
    properties = dict(found["properties"])  # type: ignore[call-overload]
    del properties["values"]
    between: Json = {"type": "array", "items": _ref("scalar"), "minItems": 2}
    return _closed(properties | {"between": _described("between", between)}, ["conflict", "between"])


def _acknowledgement() -> Json:
    rules: Json = {"description": "The rule that found it, such as R44.", "type": "string", "pattern": "^[A-Z]+[0-9]+$"}
    return _closed(
        {
            "rule": rules,
            "on": {"description": "What it was found on: an occurrent, or the file's own id.", **_ref("reference")},
            "because": _described("because", _ref("scalar")),
        },
        ["rule", "on", "because"],
    )


def _publication() -> Json:
    scalar: Json = _ref("scalar")
    bibliography: dict[str, Json] = dict.fromkeys(
        ("title", "journal", "volume", "issue", "pages", "doi", "pmid"), scalar
    )
    bibliography |= {key: _ref("date") for key in ("issued", "submitted", "accepted", "searched until")}
    claim = _closed(
        {
            "kind": _one_or_many(_ref("ClaimKind")),
            "about": _one_or_many(_ref("reference")),
            "credits": {"description": "What a response is credited to.", **_one_or_many(_ref("reference"))},
            "response": {"description": "The response that is credited.", **_one_or_many(_ref("reference"))},
            "says": {"description": "What the authors claim, in your own words.", **_ref("scalar")},
            "at": _at(),
            "primary source": _described("primary source", _ref("reference")),
        },
        ["says", "at"],
    )
    passage: Json = {"type": "array", "items": _ref("scalar"), "minItems": 3, "maxItems": 3}
    head = _head("publication", "The id of the publication, such as durer-2019.")
    return _closed(
        {
            "publication": head["publication"],
            **bibliography,
            "text": _closed({"digest": _ref("scalar"), "normalisation": _ref("scalar")}),
            "passages": {
                "description": "Places, not text: id, then [kind, range of characters, digest].",
                "type": "object",
                "additionalProperties": passage,
            },
            "references": {
                "type": "object",
                "additionalProperties": _closed({"id": _ref("id"), **bibliography}, ["id"]),
            },
            "claims": {"type": "object", "additionalProperties": claim},
            "acknowledged": head["acknowledged"],
            "conflicts": head["conflicts"],
        },
        ["publication"],
    )
