"""Temporal patterns declared as data beside the questions, and their judgement for one patient.

A pattern names roles (one occurrent each), sets, and conditions between their end points. Every combination of
occurrents that fits the roles is judged as a whole over the solved timeline; the best one is the patient's outcome.
This is the one place that defines what `certain` and `possible` mean; stored questions read the outcomes.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from .errors import PatternError
from .network import AllOf, AnyOf, Atom, Certainty, Pattern, judge
from .projection import telling, types_of, values_of
from .statements import Said, Statement, local
from .timeline import Timeline, end, key, start
from .vocabulary import RDF_TYPE

_CONDITION = re.compile(r"(\w+)\.(start|end)\s*(<=|<|>=|>)\s*(\w+)\.(start|end)")
# Of an immunophenotyping: the markers of which one is found positive, or negative.
_SIGNS = {"positive for": "PositiveResult", "negative for": "NegativeResult"}
_FIT_KEYS = {
    *("is a", "is not a", "includes", "part of", "contains", "may contain", "same as", "other than", "follows"),
    *("only possible", "if", "if none", *_SIGNS),
}
_RANK = {Certainty.CERTAIN: 0, Certainty.POSSIBLE: 1, Certainty.IMPOSSIBLE: 2, Certainty.CONTRADICTORY: 2}
# Combinations of roles judged for one patient; more means that a role fits nearly everything.
MOST_COMBINATIONS = 2000
UNSTATED = "unstated"

Binding = dict[str, str]
Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Declared:
    """A pattern as declared in its file: the question it belongs to, its parameters and their values, and its parts.

    `each` names the roles that an answer may have several of; `measure` two end points whose distance is an answer.
    """

    question: str
    summary: str
    parameters: dict[str, list[str]]
    roles: dict[str, dict[str, Any]]
    sets: dict[str, dict[str, Any]]
    where: list[dict[str, Any]]
    each: tuple[str, ...] = ()
    measure: tuple[str, str] | None = None

    def variants(self) -> Iterator[dict[str, str]]:
        """Yield every combination of parameter values."""
        names = list(self.parameters)
        for values in itertools.product(*self.parameters.values()):
            yield dict(zip(names, values, strict=True))


@dataclass(frozen=True)
class Outcome:
    """What a pattern comes to for one patient.

    `certainty` is `certain`, `possible` or `impossible`; `decides` says what would decide a `possible` or what refutes;
    `premises` are the statements and axioms it rests on, `statements` the statements among them. `days` are the fewest
    and the most whole days between the end points that the pattern measures, None where nothing bounds them; `further`
    tells that another outcome of the same pattern and patient is better or stands before it.
    """

    question: str
    parameters: tuple[tuple[str, str], ...]
    certainty: Certainty
    binding: tuple[tuple[str, str], ...]
    decides: tuple[str, ...]
    premises: tuple[tuple[str, str], ...]
    days: tuple[int | None, int | None] = (None, None)
    further: bool = False

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements among the premises."""
        return tuple(sorted({source for source, _ in self.premises if source.startswith("statement/")}))


@dataclass(frozen=True)
class Credit:
    """An attribution: the response credited, and what it is credited to (drugs by local name)."""

    iri: str
    response: str
    agents: frozenset[str]


def load(path: Path) -> Declared:
    """Read a declared pattern.

    Raises:
        PatternError: the file is malformed or uses a key, role or parameter that does not exist; names file and part.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PatternError(f"{path}: {error}") from error
    wanted = {"summary", "parameters", "for", "with", "where", "each", "measure"}
    if not isinstance(raw, dict) or set(raw) - wanted or not raw.get("for") or not raw.get("where"):
        raise PatternError(
            f"{path}: a pattern has the keys {', '.join(sorted(wanted))}; 'for' and 'where' are required"
        )
    declared = Declared(
        question=path.stem,
        summary=raw.get("summary", path.stem),
        parameters=raw.get("parameters") or {},
        roles=raw["for"],
        sets=raw.get("with") or {},
        where=raw["where"],
        each=tuple(raw.get("each") or ()),
        measure=(raw["measure"]["from"], raw["measure"]["to"]) if "measure" in raw else None,
    )
    _check(declared, path)
    return declared


def _check(declared: Declared, path: Path) -> None:
    names = {**declared.roles, **declared.sets}
    # a role sees those declared before it, a set and a condition see all
    earlier: list[str] = []
    parts: list[tuple[str, dict[str, Any], Collection[str]]] = [
        (f"where {line}", line, names) for line in declared.where
    ]
    for name, role in names.items():
        if "say" not in role or not isinstance(role.get("any of"), list):
            raise PatternError(f"{path}: '{name}' needs 'say' and a list 'any of'")
        seen: Collection[str] = tuple(earlier) if name in declared.roles else names
        parts += [(f"{name} {fit}", fit, seen) for fit in role["any of"]]
        earlier.append(name)
    for place, part, known in parts:
        for parameter, values in (part.get("if") or {}).items():
            listed = values if isinstance(values, list) else [values]
            if not set(listed) <= set(declared.parameters.get(parameter, ())):
                raise PatternError(f"{path}: {place}: no parameter '{parameter}' with values {listed}")
        for reference in (
            "part of",
            "contains",
            "may contain",
            "same as",
            "other than",
            "follows",
            "some",
            "all",
            "none",
        ):
            if reference in part and part[reference] not in known:
                raise PatternError(f"{path}: {place}: no role '{part[reference]}' above it")
    for line in declared.where:
        for condition in _conditions(line):
            for name in _parse(condition, path)[::2]:
                if name.split(".")[0] not in names:
                    raise PatternError(f"{path}: where '{condition}': no role '{name.split('.')[0]}'")
    for name in (*declared.each, *(point.split(".")[0] for point in declared.measure or ())):
        if name not in declared.roles:
            raise PatternError(f"{path}: 'each' and 'measure' name roles under 'for', not '{name}'")


def _conditions(line: Mapping[str, Any]) -> list[str]:
    """Return the conditions of a line: one, or several of which any is enough."""
    that = line.get("that", [])
    return that if isinstance(that, list) else [that]


def _parse(condition: str, path: Path | None = None) -> tuple[str, str, str]:
    found = _CONDITION.fullmatch(condition)
    if not found:
        raise PatternError(f"{path or ''}: '{condition}' is not 'role.start <= role.end'")
    return f"{found[1]}.{found[2]}", found[3], f"{found[4]}.{found[5]}"


def _applies(part: Mapping[str, Any], parameters: Parameters) -> bool:
    return all(
        parameters[name] in (values if isinstance(values, list) else [values])
        for name, values in (part.get("if") or {}).items()
    )


@dataclass(frozen=True)
class _Fit:
    """An occurrent that fits a role: the statements by which it does, and why it fits only possibly, if so."""

    node: str
    statements: tuple[str, ...]
    reservation: str = ""


def outcomes(declared: Declared, timeline: Timeline, credits_: Sequence[Credit]) -> Iterator[Outcome]:
    """Yield the outcomes of each variant of a pattern for one patient: the best first, then others that `each` asks for.

    What is impossible is told only where nothing else is: its reason is why the patient is not returned.
    """
    for parameters in declared.variants():
        yield from _Judge(declared, timeline, credits_, parameters).outcomes()


class _Judge:
    """Judges one variant of a pattern for one patient."""

    def __init__(
        self, declared: Declared, timeline: Timeline, credits_: Sequence[Credit], parameters: Parameters
    ) -> None:
        self.declared, self.timeline, self.parameters = declared, timeline, parameters
        self.said: Said = timeline.said
        self.credits = credits_

    def outcomes(self) -> Iterator[Outcome]:
        """Yield the best outcome over all combinations that fit the roles, then the best for each other choice of `each`."""
        best: dict[tuple[str, ...], Outcome] = {}
        for found in sorted(self._all(), key=lambda one: (_RANK[one.certainty], len(one.decides), one.binding)):
            best.setdefault(tuple(dict(found.binding).get(name, "") for name in self.declared.each), found)
        for n, found in enumerate(best.values()):
            if n == 0 or found.certainty is not Certainty.IMPOSSIBLE:
                yield replace(found, further=n > 0)

    def _all(self) -> list[Outcome]:
        chosen: list[dict[str, _Fit]] = [{}]
        for name, role in self.declared.roles.items():
            chosen = [
                {**one, name: fit} for one in chosen for fit in self._fitting(role, {by: one[by].node for by in one})
            ]
            if not chosen:
                return [self._result(Certainty.IMPOSSIBLE, {}, (f"not reported: {role['say']}",), ())]
            if len(chosen) > MOST_COMBINATIONS:
                told = "too many occurrents fit the roles to judge them all"
                return [self._result(Certainty.POSSIBLE, {}, (told,), ())]
        return [self._judged(one) for one in chosen]

    def _result(
        self, certainty: Certainty, binding: Binding, decides: Iterable[str], premises: Iterable[tuple[str, str]]
    ) -> Outcome:
        return Outcome(
            question=self.declared.question,
            parameters=tuple(self.parameters.items()),
            certainty=certainty,
            binding=tuple(sorted(binding.items())),
            decides=tuple(dict.fromkeys(decides)),
            premises=tuple(sorted(set(premises))),
        )

    def _judged(self, chosen: dict[str, _Fit]) -> Outcome:
        binding = {name: fit.node for name, fit in chosen.items()}
        sets = {name: self._fitting(role, binding) for name, role in self.declared.sets.items()}
        reservations = [fit.reservation for fit in chosen.values() if fit.reservation]
        premises = {(statement, "") for fit in chosen.values() for statement in fit.statements}
        parts: list[tuple[str, Pattern]] = []
        for line in self.declared.where:
            if not _applies(line, self.parameters):
                continue
            if line.get("none"):
                if any(not fit.reservation for fit in sets[line["none"]]):
                    return self._result(Certainty.IMPOSSIBLE, binding, (f"not so: {line['say']}",), premises)
                reservations += [fit.reservation for fit in sets[line["none"]]]
                continue
            quantified = line.get("some") or line.get("all")
            if quantified is None:
                parts.append((line["say"], _any(line, binding)))
                continue
            members = sets[quantified]
            firm = [fit for fit in members if not fit.reservation]
            if line.get("some") and not members:
                return self._result(Certainty.IMPOSSIBLE, binding, (f"not reported: {line['say']}",), premises)
            if line.get("some") and not firm:
                reservations += [fit.reservation for fit in members]
            used = firm or members if line.get("some") else firm
            premises |= {(statement, "") for fit in used[:1] for statement in fit.statements}
            if "that" in line:
                atoms = tuple(_any(line, {**binding, quantified: fit.node}) for fit in used)
                parts.append((line["say"], AnyOf(atoms) if line.get("some") else AllOf(atoms)))
        for name, role in self.declared.roles.items():
            credited = role.get("credited to")
            if credited and _applies(credited, self.parameters):
                found = [
                    one
                    for one in self.credits
                    if one.response == binding[name] and one.agents >= set(credited["agents"])
                ]
                if not found:
                    return self._result(
                        Certainty.IMPOSSIBLE,
                        binding,
                        (f"no author credits {role['say']} to the combination",),
                        premises,
                    )
                premises |= {(one.iri, "attribution") for one in found}
        return self._over_time(binding, parts, reservations, premises)

    def _over_time(
        self,
        binding: Binding,
        parts: list[tuple[str, Pattern]],
        reservations: list[str],
        premises: set[tuple[str, str]],
    ) -> Outcome:
        networks = self.timeline.networks
        verdict = judge(networks, AllOf(tuple(pattern for _, pattern in parts)))
        premises |= {(bound.reason.source, bound.reason.rule) for bound in verdict.premises}
        if verdict.certainty is Certainty.CONTRADICTORY:
            return self._result(Certainty.POSSIBLE, binding, ("the times reported contradict each other",), premises)
        if verdict.certainty is Certainty.IMPOSSIBLE:
            failed = [say for say, pattern in parts if judge(networks, pattern).certainty is Certainty.IMPOSSIBLE]
            reason = failed or [f"not together: {'; '.join(say for say, _ in parts)}"]
            return self._result(Certainty.IMPOSSIBLE, binding, [f"refuted by time: {say}" for say in reason], premises)
        if verdict.certainty is Certainty.POSSIBLE:
            undecided = [say for say, pattern in parts if judge(networks, pattern).certainty is Certainty.POSSIBLE]
            reservations = [
                *reservations,
                *(f"not reported whether {say}" for say in undecided or ["all hold together"]),
            ]
        if self.timeline.too_many:
            reservations.append("its conflicts leave more readings than are judged one by one")
        certainty = Certainty.POSSIBLE if reservations else Certainty.CERTAIN
        if not self.declared.measure:
            return self._result(certainty, binding, reservations, premises)
        first, last = (_point(name, binding) for name in self.declared.measure)
        days = self.timeline.days(last, first)
        for network in (network for network in networks if network.consistent):
            for known, ends in zip(days, ((first, last), (last, first)), strict=True):
                if known is not None:
                    premises |= {(bound.reason.source, bound.reason.rule) for bound in network.explain(*ends)}
        return replace(self._result(certainty, binding, reservations, premises), days=days)

    # --- which occurrents fit ---

    def _fitting(self, role: Mapping[str, Any], binding: Binding) -> list[_Fit]:
        found: dict[str, _Fit] = {}
        for spec in role["any of"]:
            if not _applies(spec, self.parameters) or (spec.get("if none") and found):
                continue
            for node in self.said.occurrents:
                fit = self._fit(node, spec, binding)
                if fit and (node not in found or (found[node].reservation and not fit.reservation)):
                    found[node] = fit
        return list(found.values())

    def _fit(self, node: str, spec: Mapping[str, Any], binding: Binding) -> _Fit | None:
        if "same as" in spec and node != binding[spec["same as"]]:
            return None
        if "other than" in spec and node == binding[spec["other than"]]:
            return None
        if "part of" in spec and binding[spec["part of"]] not in self.said.skeleton[node].get("partOf", ()):
            return None
        if "contains" in spec and node not in self.said.skeleton[binding[spec["contains"]]].get("partOf", ()):
            return None
        # where no whole is told, it may be this one
        if "may contain" in spec and self.said.skeleton[binding[spec["may contain"]]].get("partOf"):
            return None
        if "follows" in spec and not self._follows(node, binding[spec["follows"]]):
            return None
        if "includes" in spec and not self._includes(node, spec["includes"]):
            return None
        statements: list[Statement] = []
        reservations = [spec["only possible"]] if "only possible" in spec else []
        if not self._typed(node, spec, statements, reservations):
            return None
        for name, wanted in spec.items():
            if name not in _FIT_KEYS and not self._valued(node, name, wanted, statements, reservations):
                return None
        for sign, result in _SIGNS.items():
            findings = self._findings(node, spec[sign]) if sign in spec else []
            if sign in spec and not any(
                self._valued(one, "result", result, statements, reservations) for one in findings
            ):
                return None
        return _Fit(node, tuple(sorted({statement.iri for statement in statements})), "; ".join(reservations))

    def _typed(self, node: str, spec: Mapping[str, Any], statements: list[Statement], reservations: list[str]) -> bool:
        wanted, unwanted = spec.get("is a"), spec.get("is not a")
        if unwanted and unwanted in types_of(self.said, node, possible=True):
            return False
        if wanted is None:
            return True
        possible = wanted in types_of(self.said, node, possible=True)
        if possible and wanted not in types_of(self.said, node):
            reservations.append(f"{key(node)} is only suspected, or told differently")
        statements += telling(self.said, node, RDF_TYPE.value, possible=True) if possible else []
        return possible

    def _valued(self, node: str, name: str, wanted: Any, statements: list[Statement], reservations: list[str]) -> bool:
        allowed = set(wanted if isinstance(wanted, list) else [wanted])
        firm = {local(value.value) for value in values_of(self.said, node, name)}
        loose = {local(value.value) for value in values_of(self.said, node, name, possible=True)}
        if not loose:
            return UNSTATED in allowed
        if not loose & allowed:
            return False
        if not firm & allowed:
            reservations.append(f"{name} of {key(node)} is only suspected, or told differently")
        statements += telling(self.said, node, name, possible=True)
        return True

    def _findings(self, panel: str, markers: Sequence[str]) -> list[str]:
        """Return the marker findings of an immunophenotyping for any of the markers."""
        return [
            node
            for node, keys in self.said.skeleton.items()
            if panel in keys.get("findingOf", ()) and set(keys.get("marker", ())) & set(markers)
        ]

    def _includes(self, node: str, wanted: str) -> bool:
        return any(
            node in self.said.skeleton[part].get("partOf", ()) and wanted in types_of(self.said, part)
            for part in self.said.occurrents
        )

    def _follows(self, node: str, course: str) -> bool:
        if node == course or course in self.said.skeleton[node].get("partOf", ()):
            return False
        after = Atom(start(course), start(node), 0)
        return all(network.entails(after) for network in self.timeline.networks if network.consistent)


def _any(line: Mapping[str, Any], binding: Binding) -> Pattern:
    atoms = tuple(_atom(condition, binding) for condition in _conditions(line))
    return atoms[0] if len(atoms) == 1 else AnyOf(atoms)


def _atom(condition: str, binding: Binding) -> Atom:
    left, sign, right = _parse(condition)
    first, second = _point(left, binding), _point(right, binding)
    if sign in (">", ">="):
        first, second = second, first
    return Atom(first, second, -1 if sign in ("<", ">") else 0)


def _point(name: str, binding: Binding) -> str:
    role, which = name.split(".")
    return start(binding[role]) if which == "start" else end(binding[role])


def credits_of(publications: Iterable[Said], patients: Mapping[str, Said]) -> list[Credit]:
    """Return what authors credit: every attribution with its response and the drugs it credits.

    A course that is credited stands for the drugs that statements give it.
    """
    found = []
    for publication in publications:
        for iri, node in publication.skeleton.items():
            if "Attribution" not in node["type"]:
                continue
            agents: set[str] = set()
            for credited in node.get("creditedTo", ()):
                patient = patients.get("/".join(credited.split("/")[:2]))
                if patient and "/" in credited:
                    agents |= {local(value.value) for value in values_of(patient, credited, "agent")}
                else:
                    agents.add(credited)
            found += [Credit(iri, response, frozenset(agents)) for response in node.get("creditedResponse", ())]
    return found
