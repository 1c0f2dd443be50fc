"""The table of profiles beside this file, from the published package, and a check of resources against it.

The package is `hl7.fhir.us.mcode` 4.0.0 (CC0-1.0); after `npm pack hl7.fhir.us.mcode@4.0.0` and unpacking it:
`python tests/kg/exchange/mcode/table.py package`. Kept of the snapshots: cardinalities, fixed and pattern values, types
of choices, types of what a reference points to, and required bindings to enumerated codes.
"""

import json
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("profiles.json")
URL = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
NAMES = (
    *("mcode-patient-bundle", "mcode-cancer-patient", "mcode-primary-cancer-condition", "mcode-cancer-disease-status"),
    *("mcode-cancer-related-medication-administration", "mcode-radiotherapy-course-summary", "mcode-human-specimen"),
    "mcode-genomic-variant",
)
# Value sets of FHIR R4 and US Core 6.1 that the package only names. Source: hl7.org/fhir/R4, hl7.org/fhir/us/core.
CODES = {
    "condition-clinical": ["active", "recurrence", "relapse", "inactive", "remission", "resolved"],
    "condition-ver-status": ["unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"],
    "us-core-problem-or-health-concern": ["problem-list-item", "health-concern"],
    "observation-status": [
        *("registered", "preliminary", "final", "amended"),
        *("corrected", "cancelled", "entered-in-error", "unknown"),
    ],
    "medication-admin-status": [
        *("in-progress", "not-done", "on-hold", "completed"),
        *("entered-in-error", "stopped", "unknown"),
    ],
    "event-status": [
        *("preparation", "in-progress", "not-done", "on-hold"),
        *("stopped", "completed", "entered-in-error", "unknown"),
    ],
    "administrative-gender": ["male", "female", "other", "unknown"],
    "specimen-status": ["available", "unavailable", "unsatisfactory", "entered-in-error"],
    "bundle-type": [
        *("document", "message", "transaction", "transaction-response", "batch"),
        *("batch-response", "history", "searchset", "collection"),
    ],
}


def made(package):
    """Return the table from the unpacked package."""
    folder = Path(package)
    definitions = {
        json.loads(path.read_text("utf-8"))["url"]: json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("StructureDefinition-*.json"))
    }
    profiles = {}
    for name in NAMES:
        definition = definitions[URL + name]
        rows = [_row(element, definitions) for element in definition["snapshot"]["element"]]
        profiles[URL + name] = {"type": definition["type"], "elements": [row for row in rows if len(row) > 1]}
    return {"source": "hl7.fhir.us.mcode 4.0.0, CC0-1.0", "profiles": profiles}


def _row(element, definitions):
    row = {"id": element["id"]}
    if element["min"] and "." in element["id"]:
        row["min"] = element["min"]
    if element["max"] != "*" and ("." in element["id"]):
        row["max"] = int(element["max"])
    for key, value in element.items():
        if key.startswith(("pattern", "fixed")):
            row["pattern"] = value
    types = element.get("type", [])
    if element["id"].endswith("[x]"):
        row["types"] = [one["code"] for one in types]
    targets = {url for one in types for url in one.get("targetProfile", ()) if one["code"] == "Reference"}
    kinds = {_kind(url, definitions) for url in targets}
    if kinds and "Resource" not in kinds:
        row["targets"] = sorted(kinds)
    if mcode := sorted(url for url in targets if url in {URL + name for name in NAMES}):
        row["profiles"] = mcode if len(targets) == len(mcode) else []
    if element["id"].startswith(("Patient.extension:", "Condition.extension:")) and types and types[0].get("profile"):
        row["url"] = types[0]["profile"][0]
    binding = element.get("binding", {})
    name = binding.get("valueSet", "").partition("|")[0].rpartition("/")[2]
    if binding.get("strength") == "required" and name in CODES:
        row["codes"] = CODES[name]
    if row.get("max") == 1 and len(row) == 2 and ":" not in element["id"]:
        del row["max"]  # what is single in FHIR itself, `fhir.resources` checks
    return row


def _kind(url, definitions):
    """The type of a profile: of the package, of FHIR itself, or of US Core, whose names hold it."""
    if url in definitions:
        return definitions[url]["type"]
    name = url.rpartition("/")[2]
    for part, kind in (
        ("us-core-condition", "Condition"),
        ("us-core-practitionerrole", "PractitionerRole"),
        ("us-core-practitioner", "Practitioner"),
        ("us-core-organization", "Organization"),
        ("us-core-patient", "Patient"),
        ("us-core-careteam", "CareTeam"),
        ("us-core-relatedperson", "RelatedPerson"),
        ("us-core-documentreference", "DocumentReference"),
    ):
        if name.startswith(part):
            return kind
    return name if name[:1].isupper() else "Resource"


def load():
    """Return the committed table's profiles."""
    return json.loads(TABLE.read_text("utf-8"))["profiles"]


# --- the check ---


def problems(bundle, profiles=None):
    """Every way in which a bundle, or a resource of it, breaks the profile that it names."""
    profiles = load() if profiles is None else profiles
    resources = [entry["resource"] for entry in bundle["entry"]]
    by_name = {f"{one['resourceType']}/{one['id']}": one for one in resources}
    found = []
    for resource in (bundle, *resources):
        for url in resource.get("meta", {}).get("profile", ()):
            found += [
                f"{resource['resourceType']}/{resource['id']}: {problem}"
                for problem in _of(resource, profiles[url], by_name)
            ]
    return found


def _of(resource, profile, by_name):
    if resource["resourceType"] != profile["type"]:
        yield f"is no {profile['type']}"
        return
    rows = {row["id"]: row for row in profile["elements"]}
    for row in profile["elements"]:
        for holder, values in _places(resource, row["id"].split("."), rows):
            del holder
            yield from (f"{row['id']} {problem}" for problem in _wrong(values, row, by_name))


def _wrong(values, row, by_name):
    if len(values) < row.get("min", 0):
        yield f"is there {len(values)} times, not {row['min']}"
    if len(values) > row.get("max", len(values)):
        yield f"is there {len(values)} times, more than {row['max']}"
    for name, value in values:
        if "pattern" in row and ":" not in row["id"].rpartition(".")[2] and not matches(value, row["pattern"]):
            yield f"is {value}, not {row['pattern']}"
        if "types" in row and name.removeprefix(row["id"].rpartition(".")[2].partition("[")[0]).lower() not in {
            kind.lower() for kind in row["types"]
        }:
            yield f"is {name}, not of {row['types']}"
        if "codes" in row and ":" not in row["id"] and not set(codes_of(value)) & set(row["codes"]):
            yield f"is {codes_of(value)}, not of {row['codes']}"
        if isinstance(value, dict) and (target := value.get("reference")):
            if "targets" in row and target.partition("/")[0] not in row["targets"]:
                yield f"points to {target}, not to {row['targets']}"
            if wanted := row.get("profiles"):
                named = by_name[target].get("meta", {}).get("profile", [])
                if not set(named) & set(wanted):
                    yield f"points to {target}, which is none of {wanted}"


def _places(resource, parts, rows):
    """Yield each object that may hold the element, with the values that it has of it (name, value)."""
    holders = [resource]
    for depth in range(1, len(parts) - 1):
        prefix = ".".join(parts[: depth + 1])
        holders = [value for one in holders for _, value in _values(one, parts[depth], prefix, rows)]
    for holder in holders:
        if isinstance(holder, dict) and len(parts) > 1:
            yield holder, _values(holder, parts[-1], ".".join(parts), rows)


def _values(holder, part, prefix, rows):
    if not isinstance(holder, dict):
        return []
    name, _, sliced = part.partition(":")
    stem = name.removesuffix("[x]")
    keys = (
        [stem] if stem == name else [key for key in holder if key.startswith(stem) and key[len(stem) :][:1].isupper()]
    )
    found = []
    for key in keys:
        value = holder.get(key)
        found += [(key, one) for one in (value if isinstance(value, list) else [] if value is None else [value])]
    return [one for one in found if not sliced or _in_slice(one[1], prefix, rows)]


def _in_slice(value, prefix, rows):
    """Tell whether a value belongs to a slice: by its pattern, its codes, its url, or the pattern of its code."""
    row = rows.get(prefix, {})
    if prefix == "Bundle.entry:cancerPatient":
        return value["resource"]["resourceType"] == "Patient"
    if "pattern" in row:
        return matches(value, row["pattern"])
    if "codes" in row:
        return bool(set(codes_of(value)) & set(row["codes"]))
    if "url" in row:
        return value.get("url") == row["url"]
    code = rows.get(f"{prefix}.code", {}).get("pattern")
    return code is not None and matches(value.get("code", {}), code)


def codes_of(value):
    """The codes of a code, a Coding or a CodeableConcept."""
    if isinstance(value, str):
        return [value]
    return [one.get("code") for one in value.get("coding", [value])]


def matches(value, pattern):
    """Tell whether a value holds a pattern, as FHIR defines it: everything in the pattern, perhaps more."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(value[key], part) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(matches(one, part) for one in value) for part in pattern)
    return value == pattern


if __name__ == "__main__":
    TABLE.write_text(
        json.dumps(made(sys.argv[1]), indent=None, separators=(",", ":")).replace('{"id"', '\n{"id"') + "\n", "utf-8"
    )
