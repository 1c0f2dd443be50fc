"""GA4GH Phenopackets v2 in: packets, families and cohorts become one case a patient; nothing is guessed.

A code becomes a term only where a mapping calls it exact, or it is one of ours. A part of the packet that breaks the
format's schema is left out whole: a field that is not understood may turn the meaning of those beside it.
"""

from collections.abc import Iterator

from ..document import Document, DocumentError, Finding, Json, child
from ..part import Part
from ..record import Record, slug_of
from . import actions, findings, measured
from .reading import Reading

# Fields that only version 1 has; some deny what the others tell, so that reading them as version 2 would turn a "no" around.
_OF_VERSION_1 = {"": ("htsFiles", "genes", "variants"), "subject": ("ageAtCollection",)}
_OF_FEATURES_1 = ("negated", "ageOfOnset", "ageRangeOfOnset", "classOfOnset")


def records(document: Document) -> tuple[list[Record], list[Finding]]:
    """Return the patients of a file, and what is wrong with it as a whole.

    Raises:
        DocumentError: it is no packet, family or cohort.
    """
    if not isinstance(document.value, dict):
        raise DocumentError(
            f"{document.place('')}: is no packet, family or cohort: it holds no object; nothing of it was read"
        )
    wrong: list[Finding] = []
    found: list[Record] = []
    pointers = list(_packets(document, document.value))
    if len(pointers) > 1:
        message = f"holds {len(pointers)} packets: each becomes a case of its own; what relates them is not read"
        wrong.append(document.finding("several-patients", "", message))
    for pointer in pointers:
        if old := _version(document, pointer):
            wrong.append(old)
        elif not (name := _id_of(Part(document, pointer))):
            message = "has neither 'id' nor 'subject.id': a patient needs one; nothing of this packet was read"
            wrong.append(document.finding("missing-id", pointer, message))
        else:
            found.append(_read(Reading(document, pointer, name)))
    return found, wrong


def _read(reading: Reading) -> Record:
    findings.read(reading)
    measured.read(reading)
    actions.read(reading)
    return reading.record


def _id_of(packet: Part) -> str:
    """Return a packet's own id, or else its subject's; a case file can spell letters, digits and hyphens of it.

    Subjects of different packets are often called the same, such as "patient 1".
    """
    found = (packet.get("id").text, packet.path("subject", "id").text)
    return next((one for one in found if slug_of(one)), "")


def _packets(document: Document, value: dict[str, Json]) -> Iterator[str]:
    """Yield the JSON pointers of all packets in a file."""
    if not {"proband", "relatives", "members"} & value.keys():
        if not {"subject", "metaData", "meta_data", "phenotypicFeatures", "phenotypic_features"} & value.keys():
            raise DocumentError(
                f"{document.place('')}: is no packet, family or cohort: it has neither subject nor metaData; nothing of it was read"
            )
        yield ""
        return
    if "proband" in value:
        yield "/proband"
    for name in ("relatives", "members"):
        items = value.get(name)
        for number in range(len(items) if isinstance(items, list) else 0):
            yield child(f"/{name}", number)


def _version(document: Document, pointer: str) -> Finding | None:
    """Return a finding if a packet is not of version 2; one without a version is, unless it has fields of version 1."""
    packet = Part(document, pointer)
    stated = packet.path("metaData", "phenopacketSchemaVersion") or Part(document, "").path(
        "metaData", "phenopacketSchemaVersion"
    )
    if stated and not (stated.text == "2" or stated.text.startswith("2.")):
        message = (
            f"is of version '{stated.text}', and only version 2 is read; convert it, for example with phenopacket-tools"
        )
        return document.finding("wrong-version", stated.pointer, message)
    old = [
        found
        for where, names in _OF_VERSION_1.items()
        for name in names
        if (found := packet.path(*filter(None, [where]), name))
    ]
    old += [found for one in packet.items("phenotypicFeatures") for name in _OF_FEATURES_1 if (found := one.get(name))]
    if not old:
        return None
    message = "is a field of version 1, and only version 2 is read; convert it, for example with phenopacket-tools"
    return document.finding("wrong-version", old[0].pointer, message)
