"""Falsify statements one token at a time, without any help of the code under test.

Each flip comes in up to three versions: with the printed words as they were (the value was entered wrongly), without them,
and with printed words falsified alike (the paper was misread). A flip is caught only if all of them are.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from kg.statements import Said, Statement
from kg.vocabulary import BASE, Term, Terms

TIME = "http://www.w3.org/2006/time#"
AFTER = {f"{TIME}intervalAfter", "afterCycle", "shortlyAfter", "atEndOf"}
OPPOSITES = {
    "PositiveResult": "NegativeResult",
    "MRDNegative": "MRDPositive",
    "LeukemiaDetected": "LeukemiaNotDetected",
    "AbnormalResult": "NormalResult",
}
OPPOSITES |= {value: key for key, value in OPPOSITES.items()}
UNITS = {
    "ug": ("μg", "mcg", "mg"), "mg": ("mg", "mg", "μg"), "mg/kg": ("mg/kg", "mg/kg", "mg"), "cGy": ("cGY", "cGy", "Gy"),
    "mo": ("months", "mo", "weeks"), "wk": ("week", "wk", "day"), "d": ("days", "d", "weeks"), "/kg": ("/kg", "/kg", ""),
    "a": ("year", "a", "month"),
}  # fmt: skip
UCUM = {"mg": "mg", "μg": "ug", "Gy": "Gy", "weeks": "wk", "day": "d", "month": "mo", "": ""}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WORDS = {
    "after": "before",
    "before": "after",
    "following": "before",
    "post": "pre",
    "After": "Before",
    "Post": "Pre",
    "positive": "negative",
    "negative": "positive",
    "Positive": "Negative",
    "Negative": "Positive",
}
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
ORDINALS = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


@dataclass(frozen=True)
class Flip:
    """A falsified statement in its versions; `to` says what it became."""

    kind: str
    to: str
    versions: tuple[Statement, ...]
    said: Callable[[Statement], Said] | None = None


def flips(statement: Statement, said: Said, everyone: list[Said], terms: Terms, text: str) -> Iterator[Flip]:
    """Yield every flip of a statement that makes it false; `text` is what it cites, `everyone` all cases of the paper."""
    for flip in (
        *_polarity(statement), *_signs(statement, said), *_numbers(statement), *_units(statement), *_strings(statement),
        *_dates(statement), *_orders(statement), *_cycles(statement, said), *_terms(statement, terms, text),
        *_neighbours(statement, everyone),
    ):  # fmt: skip
        first = flip.versions[0]
        if not any(_same(first, other) for other in said.statements if other.iri != statement.iri):
            yield flip


def _same(one: Statement, other: Statement) -> bool:
    return (one.about, one.property, one.values, one.polarity, one.anchor, one.unit) == (
        other.about, other.property, other.values, other.polarity, other.anchor, other.unit,
    )  # fmt: skip


def _flip(kind: str, to: object, changed: Statement, printed: str | None = None) -> Flip:
    versions = [changed]
    if changed.printed:
        versions.append(replace(changed, printed=""))
    if printed and printed != changed.printed:
        versions.append(replace(changed, printed=printed))
    return Flip(kind, str(to), tuple(versions))


def _literal(old: Statement, text: str, at: int = 0) -> tuple[Literal, ...]:
    values = list(old.values)
    datatype = values[at].datatype if isinstance(values[at], Literal) else None
    values[at] = Literal(text, datatype=datatype)
    return tuple(values)


def _number(statement: Statement) -> str:
    found = [
        value.value
        for value in statement.values
        if isinstance(value, Literal) and value.datatype.value.endswith(("decimal", "integer"))
    ]
    return found[0] if found else ""


def _polarity(old: Statement) -> Iterator[Flip]:
    if old.polarity == "NotAvailable":
        yield _flip("not available to present", "present", replace(old, polarity="Present"))
        yield _flip("not available to absent", "absent", replace(old, polarity="Absent"))
        return
    other = "Absent" if old.polarity == "Present" else "Present"
    yield _flip(f"{old.polarity} to {other}".lower(), other, replace(old, polarity=other))


def _swap_words(printed: str) -> str:
    return re.sub("|".join(rf"\b{word}" for word in WORDS), lambda m: WORDS[m[0]], printed)


def _signs(old: Statement, said: Said) -> Iterator[Flip]:
    if (other := OPPOSITES.get(old.target)) and old.values:
        yield _flip("sign", other, replace(old, values=(NamedNode(BASE + other),)), _swap_words(old.printed))
    if old.property in {"antigenStatus", "antigenLoss"}:
        other = "antigenLoss" if old.property == "antigenStatus" else "antigenStatus"
        printed = old.printed.translate(str.maketrans("+-", "-+"))
        yield _flip("sign", other, replace(old, property=other), printed)
    marker = said.skeleton.get(old.about, {}).get("marker")
    if marker and old.property == "result":
        for node, keys in said.skeleton.items():
            if "marker" in keys and keys.get("findingOf") == said.skeleton[old.about]["findingOf"]:
                twin = next((s for s in said.about(node) if s.property == "result"), None)
                if twin and twin.target != old.target:
                    # This list's result, said of a marker that stands in the other list.
                    yield _flip(
                        "marker of the other list", keys["marker"], replace(old, about=node, printed=twin.printed)
                    )


def _numbers(old: Statement) -> Iterator[Flip]:
    number = _number(old)
    if not number:
        return
    if old.property == "dayNumber":
        for at, value in enumerate(old.values):
            day = int(value.value)
            printed = re.sub(
                rf"(?<!\d){re.escape(f'{day:+}' if day < 0 or f'+{day}' in old.printed else str(day))}(?!\d)",
                f"{-day:+}",
                old.printed,
            )
            yield _flip("sign of a day", -day, replace(old, values=_literal(old, str(-day), at)), printed)
        if len(old.values) > 1:
            yield _flip("a day left out", old.values[1:], replace(old, values=old.values[1:]))
        if old.qualifier == "ByThen":
            yield _flip("by then", "on that day", replace(old, qualifier=""), old.printed.replace("by ", "on "))
        return
    other = (
        number[::-1].strip(".")
        if len(number) > 1 and number[::-1] != number and number[-1] != "0"
        else str(int(float(number)) + 1)
    )
    yield _flip("number", other, replace(old, values=_literal(old, other)), _renumber(old.printed, number, other))
    if old.unit or old.property.endswith("Percent"):
        for sign in {"<", ">="} - {old.comparator}:
            yield _flip("comparator", sign, replace(old, comparator=sign), f"{sign} {old.printed}")
        if old.comparator:
            yield _flip("comparator", "none", replace(old, comparator=""), old.printed.lstrip("<>=≤≥ "))


def _renumber(printed: str, number: str, other: str) -> str:
    changed = re.sub(rf"(?<![\d.]){re.escape(number)}(?![\d.])", other, printed)
    if changed == printed and number.isdecimal() and int(number) <= 10 and other.isdecimal() and int(other) <= 10:
        for words in (NUMBERS, ORDINALS):
            changed = re.sub(rf"\b{words[int(number)]}\b", words[int(other)], changed)
    return changed


def _units(old: Statement) -> Iterator[Flip]:
    if old.unit in UNITS and old.property != "dayNumber":
        long, short, other = UNITS[old.unit]
        printed = next((old.printed.replace(unit, other) for unit in (long, short) if unit in old.printed), "")
        yield _flip("unit", UCUM.get(other, other), replace(old, unit=UCUM[other]), printed)


def _strings(old: Statement) -> Iterator[Flip]:
    if not old.values:
        return
    value = old.values[0].value
    if old.property == "karyotype":
        without = {
            re.sub(r"\[\d+\]|(?<=\d)\((\d+)\)(?=/)", "", value, count=1),
            re.sub(r"\[\d+\]$", "", value),
            value.rpartition("/")[0],
        }
        flipped = {
            re.sub(r"-(?=\d)", "+", value, count=1),
            re.sub(r"\bXX\b", "XY", value),
            re.sub(r"\bXY\b", "XX", value),
        }
        for other in sorted((without | flipped) - {value, ""}):
            yield _flip("karyotype", other, replace(old, values=_literal(old, other)), other)
    if old.property == "hlaMatch":
        for other in {"10/10", "9/10", "8/10"} - {value}:
            yield _flip("HLA", other, replace(old, values=_literal(old, other)), other)
    if isinstance(old.values[0], Literal) and old.values[0].datatype.value.endswith("boolean"):
        other = "false" if value == "true" else "true"
        yield _flip("yes and no", other, replace(old, values=_literal(old, other)))
    if old.property == "asDescribedIn":
        yield _flip("reference", "another", replace(old, values=(NamedNode(f"{BASE}publication/ueda-2016"),)))


def _dates(old: Statement) -> Iterator[Flip]:
    if old.property not in {"startDate", "endDate"}:
        return
    year, *rest = old.values[0].value.split("-")
    yield _flip(
        "year",
        int(year) + 1,
        replace(old, values=_literal(old, "-".join([str(int(year) + 1), *rest]))),
        old.printed.replace(year, str(int(year) + 1)),
    )
    if rest:
        month = int(rest[0])
        other = f"{year}-{month - 1 or 12:02}"
        printed = old.printed.replace(MONTHS[month - 1], MONTHS[month - 2])
        yield _flip("month", other, replace(old, values=_literal(old, other)), printed)


def _orders(old: Statement) -> Iterator[Flip]:
    if old.property in AFTER:
        yield _flip(
            "after to before", "before", replace(old, property=f"{TIME}intervalBefore"), _swap_words(old.printed)
        )
    if old.property == f"{TIME}intervalBefore":
        yield _flip("before to after", "after", replace(old, property=f"{TIME}intervalAfter"), _swap_words(old.printed))
    if old.property in {"startOffset", "endOffset"} and not old.qualifier and old.values[0].value != "0":
        yield _flip("after to before", "counted back", replace(old, qualifier="Before"))


def _cycles(old: Statement, said: Said) -> Iterator[Flip]:
    if old.values and old.property in {"cycleNumber", "infusionNumber", "remissionNumber", "cycleCount"}:
        n = int(old.values[0].value)
        for other in {n + 1, n - 1} - {0}:
            yield _flip(
                "cycle or count",
                other,
                replace(old, values=_literal(old, str(other))),
                _renumber(old.printed, str(n), str(other)),
            )
    for target, put in ((old.target, "values"), (old.anchor, "anchor")):
        if found := re.fullmatch(r"(patient/.+-)(\d+)", target):
            n = int(found[2])
            for other in (f"{found[1]}{n + 1}", f"{found[1]}{n - 1}"):
                if other in said.skeleton and other != old.about and _is_cycle(said, target) and _is_cycle(said, other):
                    value = (NamedNode(BASE + other),) if put == "values" else other
                    m = other.rpartition("-")[2]
                    yield _flip(
                        "cycle of an order",
                        other.rpartition("/")[2],
                        replace(old, **{put: value}),
                        _renumber(old.printed, str(n), m),
                    )


def _is_cycle(said: Said, node: str) -> bool:
    return any(s.property == "cycleNumber" for s in said.about(node))


def _terms(old: Statement, terms: Terms, text: str) -> Iterator[Flip]:
    """Replace a term by others of its kind: those that the passage names, and two more."""
    term = terms.by_iri.get(old.values[0].value) if old.values else None
    if term is None or old.target in OPPOSITES or old.property == "occurrence":
        return
    others = [other for other in terms.by_iri.values() if other.kind == term.kind and _related(terms, term, other)]
    there = [other for other in others if any(name.casefold() in text.casefold() for name in other.names)]
    for other in [*there, *[other for other in others if other not in there][:2]]:
        kind = "grade" if old.property == "grade" else "class" if term.kind == "class" else f"another {old.property}"
        yield _flip(kind, other.label, replace(old, values=(NamedNode(other.iri),)))


def _related(terms: Terms, term: Term, other: Term) -> bool:
    if other.iri == term.iri or other.iri in terms.superclasses(term.iri) or term.iri in terms.superclasses(other.iri):
        return False
    return bool((term.types or terms.parents[term.iri]) & (other.types or terms.parents[other.iri]))


def _neighbours(old: Statement, everyone: list[Said]) -> Iterator[Flip]:
    """Replace a number by one that the same passage gives for another patient, occurrent or property."""
    number = _number(old)
    if not number:
        return
    seen = set()
    for said in everyone:
        for other in said.statements:
            near = set(other.passages) & set(old.passages)
            if (
                near
                and _number(other)
                and other.unit == old.unit
                and (other.property == old.property or old.unit)
                and other.values != old.values
            ):
                kind = "number of another patient" if said.subject not in old.about else "number of another thing"
                if other.values not in seen and (other.property == "dayNumber") == (old.property == "dayNumber"):
                    seen.add(other.values)
                    yield _flip(
                        kind, [value.value for value in other.values], replace(old, values=other.values), other.printed
                    )


def other_patients(said: Said, everyone: list[Said]) -> Iterator[tuple[Said, Said]]:
    """Yield the case told of each other patient of the same study, and that patient's own case."""
    study, _, number = said.subject.rpartition("-p")
    for other in everyone:
        if other.subject != said.subject and number.isdecimal() and re.fullmatch(rf"{study}-p\d+", other.subject):
            yield _renamed(said, other.subject), other


def _renamed(said: Said, subject: str) -> Said:
    old, new = said.subject + "/", subject + "/"

    def name(text: str) -> str:
        return subject if text == said.subject else text.replace(old, new)

    def rename(statement: Statement) -> Statement:
        values = tuple(
            NamedNode(BASE + name(v.value.removeprefix(BASE)))
            if isinstance(v, NamedNode) and v.value.startswith(BASE)
            else v
            for v in statement.values
        )
        return replace(statement, about=name(statement.about), anchor=name(statement.anchor), values=values)

    skeleton = {
        name(node): {key: tuple(map(name, values)) for key, values in keys.items()}
        for node, keys in said.skeleton.items()
    }
    return replace(said, subject=subject, statements=tuple(map(rename, said.statements)), skeleton=skeleton)
