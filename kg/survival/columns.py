"""The columns of the survival-ready tables, each described once: headers, types and the data dictionary come from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .days import ORIGINS
from .endpoints import ENDPOINTS, STATUSES

Kind = Literal["string", "integer"]


@dataclass(frozen=True)
class Words:
    """The words that a column may hold, each with what it means."""

    name: str
    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """A column: its name, the datatype of its cells, what it says, whether it is never empty, and its words if they are few."""

    name: str
    kind: Kind
    says: str
    required: bool = False
    words: Words | None = None


@dataclass(frozen=True)
class Layout:
    """A table: its name, what a row is, its columns and its key."""

    name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


WARNING = (
    "Published cases are selected: patients are reported because something remarkable happened to them, in the shipped cases mostly"
    " because they relapsed and were given blinatumomab. They have no denominator, enter follow-up late, and are followed as long as"
    " the report found worth telling. A curve fitted to these rows describes these rows; it is no estimate of the survival,"
    " the response or the relapse of any population."
)
# fmt: off - tables read as tables
_BOUNDS = Words(
    "bounds",
    (
        ("exact", "both bounds are one day"),
        ("interval", "both bounds are known and differ"),
        ("no upper bound", "at least the lower bound; nothing reported says how much later"),
        ("no lower bound", "at most the upper bound; nothing reported says how much earlier"),
        ("unbounded", "nothing reported bounds it"),
        ("origin not reported", "the moment from which days would count is not reported for this patient"),
        ("contradictory", "the times reported for this patient cannot all hold"),
    ),
)
_STATUS = Words("status", tuple(STATUSES.items()))
_ENDPOINT = Words("endpoint", tuple((e.name, f"{e.say}, counted from {e.origin.say}") for e in ENDPOINTS))
_VITAL = Words(
    "vital_status",
    (
        ("dead", "a death is told"),
        ("alive", "stated to be alive when last told"),
        ("not stated", "neither; who is told to be in remission at some time was alive then, see the followed columns"),
    ),
)
_CERTAINTY = Words(
    "certainty",
    (("certain", "told without reservation"), ("possible", "only suspected, or in a conflict that is not settled")),
)
_END = Words(
    "end_status",
    (
        ("told", "that it ended is reported"),
        ("censored", "it still held when last told of, so that its end has no upper bound"),
        ("implied", "nothing is said of its end, but what else is told bounds it"),
        ("not reported", "nothing is said of its end"),
    ),
)
_CONFLICT = Words(
    "conflict",
    (
        ("open", "no side is preferred; what hangs on it is left out of the other columns"),
        ("settled", "one side is preferred, with a reason"),
    ),
)
_PATIENT = Column("patient", "string", "Identifier of the patient.", required=True)
_EVIDENCE = "Places in papers, as publication/passage, that the row rests on."


def _bounds(what: str, prefix: str) -> Iterator[Column]:
    for origin in ORIGINS:
        yield Column(
            f"{prefix}day_min_from_{origin.name}", "integer", f"{what}: earliest day, counted from {origin.say}."
        )
        yield Column(
            f"{prefix}day_max_from_{origin.name}", "integer", f"{what}: latest day, counted from {origin.say}."
        )
        yield Column(
            f"{prefix}bounds_from_{origin.name}",
            "string",
            "What is known of the two cells before, and why one is empty.",
            required=True,
            words=_BOUNDS,
        )


PATIENTS = Layout(
    "patients",
    "One row a patient.",
    (
        _PATIENT,
        Column("told_by", "string", "Publications that this graph read of the patient.", required=True),
        Column("primary_source", "string", "Publications that first reported the patient, if others than those read."),
        Column(
            "disease",
            "string",
            "The leukemia as named, by its most specific classes; several are separated by semicolons.",
        ),
        Column("age_years", "integer", "Age in completed years, at the moment for which the paper gives it."),
        Column("sex", "string", "Sex as reported."),
        Column(
            "not_reported",
            "string",
            "Which of disease, age_years and sex are empty because nothing is reported of them.",
        ),
        Column("vital_status", "string", "Whether a death is told.", required=True, words=_VITAL),
        *(
            Column(f"{origin.name}_events", "string", f"The events whose first is {origin.say}; empty if not reported.")
            for origin in ORIGINS
        ),
        *_bounds("The last moment at which the patient is told of, alive or dying", "followed_"),
        Column(
            "stated_absent",
            "string",
            "What is stated not to have occurred, and within which event. What is not listed here or in events is not reported, which is not the same.",
        ),
        Column("not_available", "string", "What is stated to be missing, and of which event."),
        Column(
            "open_conflicts",
            "integer",
            "Conflicts between statements without a preferred side; what hangs on them is left open.",
            required=True,
        ),
        Column(
            "settled_conflicts",
            "integer",
            "Conflicts of which one side is preferred, with a reason; the tables hold that side.",
            required=True,
        ),
        Column("evidence", "string", _EVIDENCE),
    ),
    ("patient",),
)

EVENTS = Layout(
    "events",
    "One row an event: everything that is told to have happened to a patient, once, however many sources tell it.",
    (
        _PATIENT,
        Column("event", "string", "Identifier of the event within the patient.", required=True),
        Column(
            "category", "string", "Broad kind of event: one of the classes that the next column narrows.", required=True
        ),
        Column("kind", "string", "Its most specific classes; several are separated by semicolons.", required=True),
        Column("certainty", "string", "Whether that it happened is certain.", required=True, words=_CERTAINTY),
        Column("part_of", "string", "The event of which it is a part, such as the course of a cycle."),
        Column("number", "string", "Its number as told: of a remission, relapse, cycle, infusion or transplantation."),
        Column("agents", "string", "Agents given."),
        Column("sites", "string", "Sites named without an open conflict."),
        Column("compartment", "string", "Compartment of a remission or relapse; empty if not stated."),
        Column(
            "mrd_status",
            "string",
            "Status of minimal residual disease; empty if not stated, which is neither negative nor positive.",
        ),
        Column("grade", "string", "Grade as reported."),
        Column(
            "time_reported",
            "string",
            "The time in the words of the source; 'not stated' if there is none.",
            required=True,
        ),
        Column("duration", "string", "A duration that is told; it is not used for bounds where its start is not told."),
        *_bounds("Start of the event", ""),
        *_bounds("End of the event", "end_"),
        Column(
            "end_status",
            "string",
            "Of a state, a finding or the follow-up: whether an end is told. Empty for other events.",
            words=_END,
        ),
        Column(
            "conflict",
            "string",
            "Whether a statement on the event is in a conflict; empty if none is.",
            words=_CONFLICT,
        ),
        Column("evidence", "string", _EVIDENCE, required=True),
    ),
    ("patient", "event"),
)

TIMES = Layout(
    "endpoints",
    "One row a patient and endpoint: a time to an event, censored by interval. lower and upper are what interval-censored estimators take.",
    (
        _PATIENT,
        Column("endpoint", "string", "The time that the row is about.", required=True, words=_ENDPOINT),
        Column("status", "string", "What the row tells.", required=True, words=_STATUS),
        Column(
            "observed",
            "integer",
            "1: the event is told; 0: it is not, and the patient was free of it until lower; empty: the row cannot be analysed.",
        ),
        Column(
            "lower", "integer", "The event comes at this day or later. Filled exactly in rows that can be analysed."
        ),
        Column(
            "upper",
            "integer",
            "The event comes at this day or earlier; empty is no upper bound, both of a censored row and of an event whose day nothing bounds.",
        ),
        Column(
            "bounds",
            "string",
            "What is known of lower and upper, and why upper is empty; empty where status says why there are neither.",
            words=_BOUNDS,
        ),
        Column("origin_events", "string", "The events whose first is the origin; empty if not reported."),
        Column(
            "events",
            "string",
            "The events that are the endpoint, or why the patient is not at risk or the row undecided.",
        ),
        Column("evidence", "string", _EVIDENCE),
    ),
    ("patient", "endpoint"),
)
# fmt: on

LAYOUTS = (PATIENTS, EVENTS, TIMES)
