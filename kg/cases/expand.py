"""Expand the short form of a case file to the long form: JSON-LD nodes for occurrents and statements, with positions.

The expansion knows structure (who is an occurrent, which keys make statements); IRIs belong to the context, terms and
their kinds to the ontology. It judges form only: whether a case is complete or plausible is for the shapes.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from ..errors import KgError, Place, Problem
from ..vocabulary import BASE, TIME, Term, Terms, compact
from . import values
from .entries import Entry
from .values import Json

ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_MARKER = re.compile(r"(sm|cy|s|m|c|n)(?=[A-Z])(.+)")
_COMPARTMENTS = {
    "s": "SurfaceCompartment",
    "m": "SurfaceCompartment",
    "sm": "SurfaceCompartment",
    "c": "CytoplasmicCompartment",
    "cy": "CytoplasmicCompartment",
    "n": "NuclearCompartment",
}
_STATEMENT_KEYS = ("value", "absent", "not available", "at", "printed", "suspected", "primary source")
_CONFLICT_KEYS = ("conflict", "values", "prefer", "because")
_TIME_HEADS = (
    "date",
    "offset",
    "by",
    "day",
    "days",
    "after",
    "before",
    "during",
    "same time as",
    "after cycle",
    "shortly after",
    "at start of",
    "at end of",
    "still at",
)
_TIME_KEYS = (*_TIME_HEADS, "of", "from", "about", "at least", "at", "printed", "suspected", "primary source")
_ORDERS = {
    "after": f"{TIME}intervalAfter",
    "before": f"{TIME}intervalBefore",
    "during": f"{TIME}intervalIn",
    "same time as": f"{TIME}intervalEquals",
    "after cycle": f"{BASE}afterCycle",
    "shortly after": f"{BASE}shortlyAfter",
    "at start of": f"{BASE}atStartOf",
    "at end of": f"{BASE}atEndOf",
    "still at": f"{BASE}stillAt",
}
_CLASS_VALUED = {"setting", "countedEvent", "population", "causeOfDeath"}
_UNTIL = "'until:' takes a date, an offset or 'still at:'; every other time belongs under 'when:'"
_KINDS = {"value", "anchor", "order", "set", "logic", "count", "unit"}


@dataclass(frozen=True)
class Known:
    """What the files read together define: the passages of each publication, and the nodes that may be referred to."""

    passages: Mapping[str, Set[str]]
    nodes: Set[str]


@dataclass
class Expansion:
    """The long form of one file while it is made: its nodes, where each was written, and what is wrong."""

    terms: Terms
    known: Known
    told_by: str
    subject: str  # patient/durer-2019-p1, group/…, publication/…
    primary: str = ""
    nodes: dict[str, Json] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    # --- small tools ---

    def problem(self, place: Place, message: str) -> None:
        """Record something that the curator must mend, once: what is inherited is wrong in one place only."""
        found = Problem(place, message)
        if found not in self.problems:
            self.problems.append(found)

    def node(self, node_id: str, type_: str, place: Place, **keys: object) -> Json:
        """Add a node of the long form."""
        if node_id in self.nodes:
            self.problem(place, f"'{node_id}' is made twice; the first is in line {self.places[BASE + node_id].line}")
        found: Json = {"id": node_id, "type": type_, **keys}
        self.nodes[node_id] = found
        self.places[BASE + node_id] = place
        return found

    def check_keys(self, entry: Entry, allowed: Iterable[str]) -> bool:
        """Refuse keys that have no meaning here, with the nearest that has."""
        allowed = tuple(allowed)
        for key in entry.keys:
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, n=1)
                hint = f"did you mean '{close[0]}'?" if close else f"allowed here: {', '.join(allowed)}"
                self.problem(entry.key_places[key], f"unknown key '{key}'; {hint}")
        return all(key in allowed for key in entry.keys)

    def parts(self, root: Entry, head: str, *, ids: bool = False) -> Iterator[tuple[str, Entry]]:
        """Yield the keys of a mapping such as `results:` with their values; with `ids`, those that can be ids."""
        entry = root.get(head)
        if entry is None:
            return
        if entry.kind != "mapping":
            self.problem(entry.place, f"'{head}:' holds keys of its own, one for each")
        for key, value in entry.keys.items():
            if ids and not ID.fullmatch(key):
                self.problem(entry.key_places[key], f"'{key}' cannot be an id; use a-z, 0-9 and - only")
            else:
                yield key, value

    def yes(self, entry: Entry | None) -> bool:
        """Read a yes-or-no flag; a missing one is no."""
        if entry is None:
            return False
        if entry.text not in {"yes", "no"}:
            self.problem(entry.place, f"'{entry.text}' is neither yes nor no")
        return entry.text == "yes"

    def passage_ids(self, entry: Entry | None) -> list[str]:
        """Return the passages that an `at:` names, as node ids."""
        found = []
        passages = self.known.passages.get(self.told_by, frozenset())
        for item in entry or ():
            if item.text in passages:
                found.append(f"passage/{self.told_by}/{item.text}")
            else:
                close = difflib.get_close_matches(item.text, passages, n=1, cutoff=0.5)
                hint = f"; the nearest is '{close[0]}'" if close else ""
                self.problem(item.place, f"publication '{self.told_by}' has no passage '{item.text}'{hint}")
        return found

    def term(self, entry: Entry, kind: str, within: str = "") -> Term | None:
        """Look up a term of the ontology by the name written."""
        if entry.kind != "scalar":
            self.problem(entry.place, "a single name is expected here")
            return None
        found = self.terms.find(entry.text, kind, within)
        if found is None:
            expected = f" (a kind of {self.terms.by_iri[within].label})" if within in self.terms.by_iri else ""
            self.problem(
                entry.place, f"unknown term '{entry.text}'{expected}{self.terms.nearest(entry.text, kind, within)}"
            )
        return found

    def reference(self, entry: Entry) -> str:
        """Return the node that a written reference means: a key of this file, or `patient/key` of another."""
        text = entry.text
        choices = [f"{self.subject}/{text}", f"patient/{text}", f"group/{text}", f"publication/{text}"]
        for choice in choices:
            if choice in self.known.nodes:
                return choice
        here = [
            node.removeprefix(f"{self.subject}/") for node in self.known.nodes if node.startswith(f"{self.subject}/")
        ]
        hint = nearest(text, here) or nearest(text, [node.split("/", 1)[-1] for node in self.known.nodes])
        self.problem(entry.place, f"nothing here is called '{text}'{hint}")
        return ""

    # --- statements ---

    def statement(
        self, statement_id: str, about: str, prop: str, entry: Entry, at: Entry | None, **keys: object
    ) -> Json:
        """Add a statement whose options, if any, stand in `entry`."""
        options = entry if entry.kind == "mapping" else None

        def option(key: str) -> Entry | None:
            return options.get(key) if options else None

        passages = self.passage_ids(option("at") or at)
        if not (option("at") or at):
            self.problem(entry.place, "no passage; write 'at:' here or on what this belongs to")
        primary = option("primary source")
        polarity = "Absent" if option("absent") else "NotAvailable" if option("not available") else "Present"
        found = self.node(
            statement_id,
            "Statement",
            entry.place,
            about=about,
            property=compact(prop),
            polarity=polarity,
            confidence="Suspected" if self.yes(option("suspected")) else "Confirmed",
            passage=passages,
            source=f"publication/{self.told_by}",
            **keys,
        )
        if primary is not None:
            found["primarySource"] = self.reference(primary) or None
        elif self.primary:
            found["primarySource"] = f"publication/{self.primary}"
        if printed := option("printed"):
            found["asPrinted"] = printed.text
        return found

    def each_value(self, path: str, entry: Entry, key: str) -> Iterator[tuple[str, Entry]]:
        """Yield (statement id, value) for one value or a list; a conflict stands for its sides and is added."""
        items: list[Entry] = []
        conflicts: list[tuple[Entry, range]] = []
        for item in entry:
            if item.get("conflict") is None:
                items.append(item)
                continue
            self.check_keys(item, _CONFLICT_KEYS)
            sides = list(item.get("values") or ())
            conflicts.append((item, range(len(items), len(items) + len(sides))))
            items.extend(sides)
        base = f"{path}/{key}"
        ids = [base if len(items) == 1 else f"{base}/{n}" for n in range(1, len(items) + 1)]
        yield from ((f"statement/{self.told_by}/{id_}", item) for id_, item in zip(ids, items, strict=True))
        for n, (item, sides_at) in enumerate(conflicts, start=1):
            name = base if n == 1 else f"{base}/conflict-{n}"
            sides_ids = [f"statement/{self.told_by}/{ids[side]}" for side in sides_at]
            self.conflict(f"conflict/{self.told_by}/{name}", item, item.keys["conflict"], sides_ids)

    def conflict(self, conflict_id: str, entry: Entry, kind: Entry, ids: list[str]) -> None:
        """Add a conflict between statements, with its preference and reason if it has one."""
        if kind.text not in _KINDS:
            self.problem(kind.place, f"unknown kind of conflict '{kind.text}'; one of {', '.join(sorted(_KINDS))}")
        if len(ids) < 2:
            self.problem(entry.place, "a conflict needs two or more sides under 'values:' or 'between:'")
        found = self.node(
            conflict_id, "Conflict", entry.place, between=ids, conflictKind=f"{kind.text.title()}Conflict"
        )
        prefer, because = entry.get("prefer"), entry.get("because")
        if because is not None:
            found["reason"] = because.text
        preferred = []
        for side in prefer or ():
            if side.text.isdecimal() and 1 <= int(side.text) <= len(ids):
                preferred.append(ids[int(side.text) - 1])
            else:
                self.problem(
                    side.place, f"'prefer' is the number of the preferred side, 1 to {len(ids)}, or a list of them"
                )
        if preferred:
            found["prefers"] = preferred
        if prefer is not None and because is None:
            self.problem(prefer.place, "a preference needs its reason; write 'because:'")

    def property_statements(self, about: str, path: str, term: Term, entry: Entry, at: Entry | None) -> None:
        """Add the statements that a key with its value or values makes."""
        for statement_id, item in self.each_value(path, entry, term.iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]):
            if item.kind == "list":
                self.problem(item.place, "a list inside a list has no meaning here")
                continue
            if item.kind == "mapping" and not self.check_keys(item, _STATEMENT_KEYS):
                continue
            found = self.statement(statement_id, about, term.iri, item, at)
            value = item if item.kind == "scalar" else item.get("value") or item.get("absent")
            if value is None and not item.get("not available"):
                self.problem(item.place, "no value; write 'value:', 'absent:' or 'not available: yes'")
            elif value is not None:
                found.update(self.typed(term, value, found))

    def typed(self, term: Term, value: Entry, statement: Json) -> Json:
        """Return the keys that carry a written value, typed by what its property takes."""
        if value.kind != "scalar":
            self.problem(value.place, f"'{term.label}' takes a single value or a list of them")
            return {}
        local = term.iri.removeprefix(BASE)
        try:
            if term.range == f"{BASE}Quantity":
                statement.setdefault("asPrinted", value.text)
                return values.quantity(value.text)
            if term.kind == "data":
                statement.setdefault("asPrinted", value.text)
                return {"value": values.typed(value.text, term.range, local)}
        except KgError as error:
            self.problem(value.place, str(error))
            return {}
        if local in _CLASS_VALUED:
            found = self.term(value, "class")
        elif term.range and not {f"{BASE}VocabularyTerm", ""} & self.terms.superclasses(term.range):
            target = self.reference(value)
            return {"value": {"@id": target}} if target else {}
        else:
            found = self.term(value, "individual", term.range)
        return {"value": {"@id": found.iri}} if found else {}

    def properties(self, about: str, path: str, entry: Entry, reserved: Set[str], at: Entry | None) -> None:
        """Expand every key that is not reserved as a property of the ontology."""
        for key, value in entry.keys.items():
            if key in reserved:
                continue
            term = self.terms.find(key, "property")
            if term is None or not term.iri.startswith(BASE):
                self.problem(entry.key_places[key], f"unknown key '{key}'{self.terms.nearest(key, 'property')}")
            else:
                self.property_statements(about, path, term, value, at)

    # --- occurrents ---

    def occurrents(self, root: Entry) -> None:
        """Expand the occurrents of a patient."""
        for key, value in self.parts(root, "occurrents", ids=True):
            if value.kind != "mapping":
                self.problem(value.place, f"'{key}' needs keys of its own, such as 'type:' and 'at:'")
            else:
                self.occurrent(key, value, root.keys["occurrents"].key_places[key])

    def occurrent(self, key: str, entry: Entry, place: Place) -> None:
        """Expand one occurrent: its type, its times, its findings and every other key as a property."""
        node_id, at = f"{self.subject}/{key}", entry.get("at")
        path = node_id.split("/", 1)[1]
        node = self.node(node_id, "Occurrent", place, ofPatient=self.subject)
        type_ = entry.get("type")
        if type_ is None:
            self.problem(place, f"'{key}' has no 'type:'")
        else:
            for statement_id, item in self.each_value(path, type_, "type"):
                if item.kind == "mapping" and not self.check_keys(item, _STATEMENT_KEYS):
                    continue
                name = item if item.kind == "scalar" else item.get("value")
                found = self.statement(statement_id, node_id, "rdf:type", item, at)
                if name is None:
                    self.problem(item.place, "no value; what did not happen belongs under 'absent:' of the file")
                elif term := self.term(name, "class", f"{BASE}Occurrent"):
                    found["value"] = {"@id": term.iri}
        if part_of := entry.get("part of"):
            node["partOf"] = [target for item in part_of if (target := self.reference(item))]
        self.findings(node_id, path, entry, at)
        for head in ("when", "until"):
            if times := entry.get(head):
                self.times(node_id, path, head, times, at)
        self.properties(node_id, path, entry, {"type", "at", "part of", "when", "until", "positive", "negative"}, at)

    def findings(self, node_id: str, path: str, entry: Entry, at: Entry | None) -> None:
        """Expand `positive:` and `negative:` lists of markers, written as printed (`sCD22`, `cCD79a`)."""
        for key, result in (("positive", "PositiveResult"), ("negative", "NegativeResult")):
            for item in entry.get(key) or ():
                name = item if item.kind == "scalar" else item.get("marker")
                if name is None or name.kind != "scalar":
                    self.problem(item.place, "a finding needs 'marker:'")
                    continue
                extra = ("marker", "intensity", "percentage of positive blasts", "at", "printed", "suspected")
                if item.kind == "mapping" and not self.check_keys(item, extra):
                    continue
                self.finding(node_id, path, item, name, result, at)

    def finding(self, node_id: str, path: str, item: Entry, name: Entry, result: str, at: Entry | None) -> None:
        """Expand one marker finding."""
        compartment, marker = "", self.terms.find(name.text, "individual", f"{BASE}Marker")
        if marker is None and (prefixed := _MARKER.fullmatch(name.text)):
            compartment = _COMPARTMENTS[prefixed[1]]
            marker = self.terms.find(prefixed[2], "individual", f"{BASE}Marker")
        if marker is None:
            self.term(name, "individual", f"{BASE}Marker")
            return
        slug = re.sub(r"[^a-z0-9]+", "-", name.text.casefold()).strip("-")
        finding_id = f"{node_id}/{slug}"
        told = finding_id in self.nodes
        self.node(finding_id, "MarkerFinding", item.place, marker=compact(marker.iri), findingOf=node_id)
        if told:
            return
        base = f"statement/{self.told_by}/{path}/{slug}"
        options = item if item.kind == "mapping" else name
        found = self.statement(
            f"{base}/result", finding_id, f"{BASE}result", options, at, value={"@id": f"lkg:{result}"}
        )
        found.setdefault("asPrinted", name.text)
        if compartment:
            where = self.statement(
                f"{base}/detectionCompartment", finding_id, f"{BASE}detectionCompartment", name, item.get("at") or at
            )
            where.update(value={"@id": f"lkg:{compartment}"}, asPrinted=name.text)
        for key in ("intensity", "percentage of positive blasts"):
            term = self.terms.find(key, "property")
            if (value := item.get(key)) and term:
                self.property_statements(finding_id, f"{path}/{slug}", term, value, item.get("at") or at)

    # --- time ---

    def times(self, node_id: str, path: str, head: str, entry: Entry, at: Entry | None) -> None:
        """Expand `when:` (start, or the whole) or `until:` (end) to statements of time."""
        for statement_id, item in self.each_value(path, entry, head):
            if item.kind == "list":
                self.problem(item.place, "a list inside a list has no meaning here")
            else:
                self.time(statement_id, node_id, head, item, at)

    def time(self, statement_id: str, node_id: str, head: str, item: Entry, at: Entry | None) -> None:
        """Expand one statement of time."""
        end = "start" if head == "when" else "end"
        if item.kind == "scalar":
            self.time_value(self.statement(statement_id, node_id, f"{BASE}{end}Date", item, at), item)
            return
        heads = [key for key in _TIME_HEADS if item.get(key)]
        if not self.check_keys(item, _TIME_KEYS):
            return
        if "offset" in heads:
            heads = [key for key in heads if key not in {"after", "before"}]
        if len(heads) != 1:
            self.problem(item.place, f"one of {', '.join(_TIME_HEADS)} is expected here, not {len(heads)} of them")
            return
        key = heads[0]
        value = item.keys[key]
        if key == "date":
            found = self.statement(statement_id, node_id, f"{BASE}{end}Date", item, at)
            self.time_value(found, value)
        elif key in _ORDERS:
            if (head == "until") != (key == "still at"):
                self.problem(item.place, _UNTIL)
            target = self.reference(value)
            found = self.statement(statement_id, node_id, _ORDERS[key], item, at)
            if target:
                found["value"] = {"@id": target}
        else:
            self.anchored(statement_id, node_id, end, item, key, at)
            return
        if self.yes(item.get("about")):
            found["timeQualifier"] = "About"

    def anchored(self, statement_id: str, node_id: str, end: str, item: Entry, key: str, at: Entry | None) -> None:
        """Expand an offset or a day number, both counted from an anchor; `by:` takes either."""
        value = item.keys[key]
        counts_days = key != "offset" and (key != "by" or values.is_day(value.text))
        anchor = (item.get("after") or item.get("before")) if key == "offset" else item.get("of")
        if anchor is None:
            wanted = "'after:' or 'before:'" if key == "offset" else "'of:'"
            self.problem(item.place, f"from what is this counted? write {wanted} with the name of an occurrent")
            return
        if end == "end" and counts_days:
            self.problem(item.place, _UNTIL)
        if key == "by" and item.get("at least"):
            self.problem(item.place, "'by:' does not go with 'at least:'; leave one of them out")
        prop = f"{BASE}dayNumber" if counts_days else f"{BASE}{end}Offset"
        found = self.statement(statement_id, node_id, prop, item, at, anchor=self.reference(anchor) or None)
        if not counts_days:
            try:
                found.update(values.offset(value.text))
            except KgError as error:
                self.problem(value.place, str(error))
            found.setdefault("asPrinted", value.text)
            if item.get("before"):
                found["timeQualifier"] = "Before"
                if others := [other for other in ("after", "about", "at least") if item.get(other)]:
                    self.problem(item.place, f"'before:' does not go with '{others[0]}:'; leave one of them out")
        else:
            days = []
            for one in value:
                try:
                    days += [values.literal(str(day), "integer") for day in values.days(one.text)]
                except KgError as error:
                    self.problem(one.place, str(error))
            found["value"] = days
            found["unit"] = "d"
            found.setdefault("asPrinted", ", ".join(one.text for one in value))
        if point := item.get("from"):
            if point.text not in {"start", "end"}:
                self.problem(point.place, f"'{point.text}' is neither start nor end")
            found["anchorPoint"] = point.text.title()
        qualifier = "ByThen" if key == "by" else "About" if self.yes(item.get("about")) else ""
        qualifier = "AtLeast" if self.yes(item.get("at least")) else qualifier
        if qualifier:
            found["timeQualifier"] = qualifier

    def time_value(self, found: Json, value: Entry) -> None:
        """Give a statement of time its date."""
        try:
            found["value"] = values.date(value.text)
            found.setdefault("asPrinted", value.text)
        except KgError as error:
            self.problem(value.place, str(error))

    # --- what is not, what is not known, what disagrees, what is acknowledged ---

    def absences(self, entry: Entry, key: str) -> None:
        """Expand the file's `absent:` or `not available:` list: a class and the scope for which it is said."""
        polarity = "Absent" if key == "absent" else "NotAvailable"
        counts: dict[str, int] = {}
        for item in entry:
            if item.kind != "mapping" or not self.check_keys(item, ("what", "in", "at", "printed", "primary source")):
                if item.kind != "mapping":
                    self.problem(item.place, "write {what: …, in: …, at: …}")
                continue
            what, scope = item.get("what"), item.get("in")
            if what is None:
                self.problem(item.place, "'what:' is missing: the class that the source says this of")
                continue
            about = self.reference(scope) if scope else self.subject
            if not about:
                continue
            path = about.split("/", 1)[1]
            base = f"statement/{self.told_by}/{path}/{key.replace(' ', '-')}/{re.sub('[^a-z0-9]+', '-', what.text.casefold())}"
            counts[base] = counts.get(base, 0) + 1
            statement_id = base if counts[base] == 1 else f"{base}/{counts[base]}"
            term = self.terms.find(what.text, "class", f"{BASE}Occurrent")
            prop = None if term else self.terms.find(what.text, "property")
            if prop is not None and polarity == "NotAvailable":
                found = self.statement(statement_id, about, prop.iri, item, None)
            else:
                found = self.statement(statement_id, about, f"{BASE}occurrence", item, None)
                term = term or self.term(what, "class", f"{BASE}Occurrent")
                if term:
                    found["value"] = {"@id": term.iri}
            found["polarity"] = polarity

    def conflicts(self, entry: Entry) -> None:
        """Expand conflicts between statements made under different keys, named by their paths."""
        for n, item in enumerate(entry, start=1):
            if not self.check_keys(item, ("conflict", "between", "prefer", "because")):
                continue
            kind, between = item.get("conflict"), item.get("between")
            if kind is None or between is None:
                self.problem(item.place, "write 'conflict:' with its kind and 'between:' with the statements")
                continue
            ids = [self.statement_path(side) for side in between]
            if all(ids):
                self.conflict(f"conflict/{self.told_by}/{self.subject.split('/', 1)[1]}/{n}", item, kind, ids)

    def statement_path(self, entry: Entry) -> str:
        """Return the statement that `occurrent key` or `occurrent key 2` names."""
        prefix = f"statement/{self.told_by}/{self.subject.split('/', 1)[1]}/"
        occurrent, _, rest = entry.text.partition(" ")
        key, number = re.fullmatch(r"(.*?)(?: (\d+))?", rest).groups() if rest else (occurrent, None)  # type: ignore[union-attr]
        term = self.terms.find(key, "property")
        local = term.iri.rsplit("/", 1)[-1] if term and term.iri.startswith(BASE) else key
        for middle in (f"{occurrent}/{local}", local):
            for suffix in [f"/{number}"] if number else ["", "/1"]:
                if prefix + middle + suffix in self.nodes:
                    return prefix + middle + suffix
        self.problem(
            entry.place,
            f"no statement is called '{entry.text}'; write the occurrent, its key, and the number of the value if it has several",
        )
        return ""

    def acknowledgements(self, entry: Entry) -> None:
        """Expand the curator's remarks that a defect is the source's own."""
        for n, item in enumerate(entry, start=1):
            if not self.check_keys(item, ("rule", "on", "because")):
                continue
            rule, on, because = item.get("rule"), item.get("on"), item.get("because")
            if rule is None or on is None or because is None:
                self.problem(item.place, "an acknowledgement names its 'rule:', what it is 'on:', and 'because:'")
                continue
            about = self.reference(on) if on.text != self.subject.split("/", 1)[1] else self.subject
            self.node(
                f"acknowledgement/{self.told_by}/{self.subject.split('/', 1)[1]}/{n}",
                "Acknowledgement",
                item.place,
                acknowledges=rule.text,
                about=about or None,
                reason=because.text,
            )


def nearest(text: str, choices: Iterable[str]) -> str:
    """Return the choice nearest to a misspelt one, as a phrase for a message, or nothing."""
    close = difflib.get_close_matches(text, sorted(set(choices)), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
