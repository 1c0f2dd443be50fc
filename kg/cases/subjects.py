"""Expand the three kinds of case files, each by its own keys: a patient, a group, a publication."""

from ..errors import KgError
from ..vocabulary import BASE
from . import values
from .entries import Entry
from .expand import ID, Expansion
from .values import Json

_SHARED = frozenset({"told by", "primary source", "at", "absent", "not available", "conflicts", "acknowledged"})


def patient(expansion: Expansion, root: Entry) -> None:
    """Expand the file of a patient."""
    reserved = {"patient", "occurrents", *_SHARED}
    subject = expansion.subject
    expansion.node(subject, "Patient", root.place)
    expansion.properties(subject, subject.split("/", 1)[1], root, reserved, root.get("at"))
    expansion.occurrents(root)
    _remarks(expansion, root)


def group(expansion: Expansion, root: Entry) -> None:
    """Expand the file of a group: what is said of it as a whole, and its results."""
    reserved = {"group", "results", "members", *_SHARED}
    subject = expansion.subject
    path = subject.split("/", 1)[1]
    node = expansion.node(subject, "Cohort", root.place)
    if members := root.get("members"):
        node["hasMember"] = [found for item in members if (found := expansion.reference(item))]
    expansion.properties(subject, path, root, reserved, root.get("at"))
    for key, value in expansion.parts(root, "results", ids=True):
        expansion.node(f"{subject}/{key}", "CohortResult", value.place, ofCohort=subject)
        expansion.properties(f"{subject}/{key}", f"{path}/{key}", value, {"at"}, value.get("at"))
    _remarks(expansion, root)


def _remarks(expansion: Expansion, root: Entry) -> None:
    """Expand what patients and groups share: what is not, what is not known, what disagrees, what is acknowledged."""
    for key in ("absent", "not available"):
        if entry := root.get(key):
            expansion.absences(entry, key)
    if entry := root.get("conflicts"):
        expansion.conflicts(entry)
    if entry := root.get("acknowledged"):
        expansion.acknowledgements(entry)


_DATES = {"issued": "issued", "submitted": "submitted", "accepted": "accepted", "searched until": "searchedUntil"}
_BIBLIOGRAPHY = ("title", "journal", "volume", "issue", "pages", "doi", "pmid", *_DATES)


def _describe(expansion: Expansion, node: Json, entry: Entry) -> None:
    for key in _BIBLIOGRAPHY:
        if value := entry.get(key):
            if value.kind != "scalar":
                expansion.problem(value.place, f"'{key}' takes a single value")
                continue
            try:
                node[_DATES.get(key, key)] = values.date(value.text) if key in _DATES else value.text
            except KgError as error:
                expansion.problem(value.place, str(error))


def publication(expansion: Expansion, root: Entry) -> None:
    """Expand the file of a publication: bibliography, passages, references, claims of its authors."""
    keys = ("publication", *_BIBLIOGRAPHY, "text", "passages", "references", "claims", "acknowledged", "conflicts")
    expansion.check_keys(root, keys)
    me = expansion.told_by
    node = expansion.node(expansion.subject, "bibo:AcademicArticle", root.place)
    _describe(expansion, node, root)
    if text := root.get("text"):
        expansion.check_keys(text, ("digest", "normalisation"))
        node.update({key: value.text for key, value in text.keys.items()})
    for key, value in expansion.parts(root, "passages"):
        parts = [item.text for item in value]
        if not ID.fullmatch(key) or len(parts) != 3:
            expansion.problem(
                value.place, "a passage is written 'id: [kind, start-end, sha256:…]' with an id of a-z, 0-9, - and ."
            )
            continue
        kind, characters, digest = parts
        expansion.node(
            f"passage/{me}/{key}", "Passage", value.place, isPartOf=expansion.subject,
            passageKind=kind, characters=characters, digest=digest,
        )  # fmt: skip
    cited = []
    for number, value in expansion.parts(root, "references"):
        if not expansion.check_keys(value, ("id", *_BIBLIOGRAPHY)):
            continue
        name = value.get("id")
        if name is None or not ID.fullmatch(name.text) or not number.isdecimal():
            expansion.problem(value.place, "a reference is written 'number: {id: ueda-2016, title: …}'")
            continue
        reference = expansion.node(f"publication/{name.text}", "bibo:AcademicArticle", value.place)
        _describe(expansion, reference, value)
        expansion.node(
            f"publication/{me}/reference/{number}", "Reference", value.place,
            isPartOf=expansion.subject, cites=f"publication/{name.text}", referenceNumber=number,
        )  # fmt: skip
        cited.append(f"publication/{name.text}")
    node["cites"] = cited
    for key, value in expansion.parts(root, "claims", ids=True):
        _claim(expansion, key, value)
    if entry := root.get("acknowledged"):
        expansion.acknowledgements(entry)


def _claim(expansion: Expansion, key: str, entry: Entry) -> None:
    if not expansion.check_keys(entry, ("kind", "about", "credits", "response", "says", "at", "primary source")):
        return
    attribution = entry.get("credits") is not None
    passages = expansion.passage_ids(entry.get("at"))
    says = entry.get("says")
    if not passages or says is None:
        expansion.problem(entry.place, "a claim needs 'at:' and 'says:' (in your own words)")
    kinds = [
        term.iri for item in entry.get("kind") or () if (term := expansion.term(item, "individual", f"{BASE}ClaimKind"))
    ]
    node = expansion.node(
        f"claim/{expansion.told_by}/{key}",
        "Attribution" if attribution else "AuthorClaim",
        entry.place,
        source=expansion.subject,
        passage=passages,
        claimKind=kinds,
        paraphrase=says.text if says else None,
        about=[found for item in entry.get("about") or () if (found := expansion.reference(item))],
    )
    if primary := entry.get("primary source"):
        node["primarySource"] = expansion.reference(primary) or None
    if attribution:
        credited = []
        for item in entry.get("credits") or ():
            term = expansion.terms.find(item.text, "individual")
            credited.append(term.iri if term else expansion.reference(item))
        node["creditedTo"] = [found for found in credited if found]
        node["creditedResponse"] = [
            found for item in entry.get("response") or () if (found := expansion.reference(item))
        ]
