"""The graph for programs and notebooks: ask, show, compare, add a case. What `import kg` offers.

>>> import kg
>>> graph = kg.open()
>>> len(graph.patients())
12
>>> answer = graph.ask("post-transplant-relapse-blinatumomab-dli-mrd-negative-cr", reading="held")
>>> [(row["patient"], row["certainty"]) for row in answer]
[('durer-2019-p1', 'certain'), ('paul-2017-p1', 'possible'), ('ueda-2016-p1', 'possible')]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pyoxigraph import QueryTriples, RdfFormat, Store, serialize

from . import answers, build, conflicts, course, files, plots, questions, similar, store
from . import why as reasons
from .course import Line
from .errors import KgError, MissingExtraError, StoreError
from .tables import Table, of_texts, render
from .validate import Finding
from .vocabulary import prefixes

if TYPE_CHECKING:
    import pandas
    import polars

_DESCRIBED = ("age", "sex", "disease", "markers", "therapy", "feature", "absent")
_COURSE = ("event", "kind", "when", "from_index", "details", "evidence")


@dataclass(frozen=True, repr=False)
class Answer:
    """A table of RDF terms with what belongs to it: `meta` as data, `notes` in words, such as the warning under a count.

    >>> import kg
    >>> answer = kg.open().conflicts("durer-2019-p1")
    >>> answer.columns[:3]
    ('patient', 'conflict', 'kind')
    >>> sorted({row["preferred"] for row in answer})
    ['overruled', 'preferred']
    """

    table: Table
    meta: Mapping[str, object]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<kg.Answer: {len(self)} rows of {', '.join(self.columns)}>"

    def __str__(self) -> str:
        return render(self.table, "md")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order asked."""
        return self.table.columns

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as tuples of Python values; an unbound cell is None."""
        return [tuple(record.values()) for record in self.to_dicts()]

    def __len__(self) -> int:
        return len(self.table.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.to_dicts())

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a row; patients by id, terms by label, numbers as numbers."""
        return [dict(record) for record in self.table.records()]

    def to_pandas(self) -> "pandas.DataFrame":
        """Return a pandas data frame of nullable columns.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        _needs("pandas")
        import pandas

        return pandas.DataFrame(self.to_dicts(), columns=list(self.columns)).convert_dtypes()

    def to_polars(self) -> "polars.DataFrame":
        """Return a polars data frame.

        Raises:
            MissingExtraError: polars is not installed.
        """
        _needs("polars")
        import polars

        return polars.DataFrame(self.to_dicts(), schema=list(self.columns), infer_schema_length=None)

    def _repr_html_(self) -> str:
        return f"<div>{self.table._repr_html_()}{_paragraphs(self.notes)}</div>"


def _paragraphs(lines: Sequence[str]) -> str:
    """Return lines as HTML: a paragraph each, and a list of those that are indented."""
    parts = []
    for indented, group in groupby(lines, key=lambda line: line.startswith(" ")):
        mark = "li" if indented else "p"
        items = "".join(f"<{mark}>{escape(line.strip())}</{mark}>" for line in group)
        parts.append(f"<ul>{items}</ul>" if indented else items)
    return "".join(parts)


def _needs(package: str) -> None:
    if find_spec(package) is None:
        raise MissingExtraError(package)


@dataclass(frozen=True)
class Why:
    """The chain behind an outcome: its certainty and the sentences that lead back to statements, places and rules."""

    certainty: str
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return f"<div><p><strong>{escape(self.sentences[0])}</strong></p>{_paragraphs(self.sentences[1:])}</div>"


class Patient:
    """A published patient: what is told of them as a whole, the course in order, and its picture.

    >>> import kg
    >>> patient = kg.open().patient("ueda-2016-p1")
    >>> patient
    Patient('ueda-2016-p1')
    >>> [row["when"] for row in patient.course if row["event"] == "em-relapse"]
    ['6 months after the start of blina-dli; 6 mo after blina-1']
    >>> patient.timeline()[:4]
    '<svg'
    """

    def __init__(self, opened: Store, patient: str) -> None:
        self.id = patient
        self._store = opened
        self._told = course.told(opened, patient)

    def __repr__(self) -> str:
        return f"Patient({self.id!r})"

    @property
    def general(self) -> tuple[str, ...]:
        """What is told of the patient as a whole, each with its places."""
        return tuple(course.general(self._told.said))

    @cached_property
    def _lines(self) -> tuple[str, list[Line]]:
        timeline, lines = course.course(self._told)
        return timeline.index, lines

    @property
    def course(self) -> Answer:
        """Everything told, in solved order: when, in the words of the source, and in days from the index event."""
        index, lines = self._lines
        rows = [
            (line.name, line.kinds, line.reported, line.solved, "; ".join(line.details), " ".join(line.places))
            for line in lines
        ]
        return Answer(of_texts(_COURSE, rows), {"patient": self.id}, (f"days count from the start of {index}",))

    def timeline(self, axis: Literal["days", "order"] | None = None) -> str:
        """Return the course as a picture, SVG."""
        return plots.timeline(self._store, self.id, axis)

    def conflicts(self) -> Answer:
        """Return the statements on the patient that disagree, with the preferred one and why."""
        return Answer(conflicts.table(self._store, [self.id]), {"patient": self.id})

    def _repr_html_(self) -> str:
        general = _paragraphs([f"  {line}" for line in self.general])
        folded = [("course", self.course), ("statements that disagree", self.conflicts())]
        tables = "".join(
            f"<details><summary>{title}</summary>{table._repr_html_()}</details>"
            for title, table in folded
            if len(table)
        )
        return f"<div><h3>{escape(self.id)}</h3>{general}<div>{self.timeline()}</div>{tables}</div>"


class Graph:
    """The graph of published patients, open for reading. Made by `kg.open`."""

    def __init__(self, case_folders: Sequence[Path], store_folder: Path) -> None:
        self._case_folders, self._folder = tuple(case_folders), store_folder
        self.store = _built(self._case_folders, store_folder)

    def __repr__(self) -> str:
        return f"<kg.Graph of {len(self.patients())} patients>"

    def patients(self) -> list[str]:
        """Return the ids of the patients."""
        return course.patients(self.store)

    def patient(self, patient: str) -> Patient:
        """Return a patient.

        Raises:
            KgError: there is no such patient; names those there are.
        """
        self._check(patient)
        return Patient(self.store, patient)

    @cached_property
    def _corpus(self) -> similar.Corpus:
        return similar.corpus(self.store)

    def _check(self, *named: str) -> None:
        for patient in named:
            if patient not in self.patients():
                raise KgError(f"no patient '{patient}'; there are: {', '.join(self.patients())}")

    def questions(self) -> Answer:
        """Return the stored questions: the name to ask by, what is asked, and the parameters with values and default.

        >>> import kg
        >>> "gvhd-and-dli" in [row["question"] for row in kg.open().questions()]
        True
        """
        rows = [
            (question.slug, question.summary, "; ".join(
                f"{p.name}: {' | '.join(p.values) or 'any'} (default {p.default})" for p in question.parameters))
            for question in questions.catalogue()
        ]  # fmt: skip
        return Answer(of_texts(("question", "summary", "parameters"), rows), {})

    def ask(self, question: str, /, **parameters: str | int) -> Answer:
        """Ask a stored question.

        The answer's `meta` names the question, its parameters, the patients asked, answered and not judged for want of a
        report, open conflicts, and, where a temporal pattern is declared, who is not returned and why (`not_returned`).

        Raises:
            QuestionError: there is no such question, or it does not take the parameter or value; names what there is.

        >>> import kg
        >>> answer = kg.open().ask("post-transplant-relapse-blinatumomab-dli-mrd-negative-cr", reading="attributed")
        >>> [row["patient"] for row in answer], len(answer.meta["asked"])
        (['durer-2019-p1'], 12)
        """
        found = questions.find(question)
        given = {name: str(value) for name, value in parameters.items()}
        table = questions.ask(self.store, found, given)
        foot = answers.foot(self.store, found, given, table)
        not_returned = dict(questions.refuted(self.store, found.slug, found.closed(given)))
        return Answer(table, foot.meta() | {"not_returned": not_returned}, tuple(foot.lines()))

    def why(self, question: str, patient: str, /, **parameters: str | int) -> Why:
        """Say why a question returns a patient or does not, back to statements, places and rules.

        Raises:
            KgError: there is no such patient.
            QuestionError: there is no such question or parameter, or it declares no temporal pattern.

        >>> import kg
        >>> print(kg.open().why("post-transplant-relapse-blinatumomab-dli-mrd-negative-cr", "linder-2016-p1").certainty)
        refuted
        """
        self._check(patient)
        found = questions.find(question)
        given = {name: str(value) for name, value in parameters.items()}
        found.bound(given)
        because = reasons.why(self.store, found, patient, given)
        said = course.told(self.store, patient).said
        return Why(because.certainty, tuple(reasons.sentences(found, patient, because, said)))

    def similar(self, patient: str | None = None, /, *, by: Sequence[str] = (), **described: Any) -> Answer:
        """Rank patients by what they share with a patient, or with a description.

        Args:
            patient: a patient of the graph; or none and a description by keywords.
            by: attributes to compare, all by default.
            described: `age`, `sex`, `disease`, `markers`, `therapy`, `feature`, `absent`, as `kg.similar.described` takes them.

        Returns:
            A row a patient, most similar first; `meta["matches"]` has every shared, different and uncompared feature.

        Raises:
            KgError: there is no such patient, or a word of the description is unknown; names the nearest.

        >>> import kg
        >>> answer = kg.open().similar(age=45, disease="B/myeloid MPAL", therapy=["blinatumomab"])
        >>> answer.to_dicts()[0]["patient"]
        'alcharakh-2016-p1'
        """
        if (patient is None) != bool(described):
            raise KgError(f"name a patient, or describe one by {', '.join(_DESCRIBED)}")
        if unknown := sorted(set(described) - set(_DESCRIBED)):
            raise KgError(f"a patient is described by {', '.join(_DESCRIBED)}, not by '{unknown[0]}'")
        asked = similar.described(**described) if patient is None else similar.profile_of(self.store, patient)
        matches = similar.rank(self._corpus, asked, by)
        return Answer(similar.table(matches), {"matches": tuple(matches)}, (similar.MEASURE,))

    def conflicts(self, *patients: str) -> Answer:
        """Return the statements that disagree, of the patients named or of all."""
        self._check(*patients)
        return Answer(conflicts.table(self.store, patients), {})

    def sparql(self, query: str) -> Answer | bool | str:
        """Run a SPARQL query over the union of all graphs: a table, true or false, or Turtle.

        Raises:
            QueryError: it cannot be parsed or evaluated.

        >>> import kg
        >>> kg.open().sparql("ASK { ?patient a <https://w3id.org/leukemia-kg/Patient> }")
        True
        """
        found = questions.query(self.store, query)
        if isinstance(found, QueryTriples):
            return (serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode()
        return Answer(found, {}) if isinstance(found, Table) else found

    def add_case(self, path: str | Path) -> tuple[Finding, ...]:
        """Add a folder of case files, and return the findings on them that are not settled, those to mend first.

        The graph is built beside the one that was opened and holds it and the new cases; if a finding is a violation,
        nothing changes. A file stands for its folder, where the publication it cites lies.

        Raises:
            CaseError: a file cannot be read; tells every problem by file, line and column.
            StoreError: there is no such folder, or the graph cannot be written beside the store.
        """
        folder = Path(path)
        folder = folder.parent if folder.is_file() else folder
        if not folder.is_dir():
            raise StoreError(f"{path}: there is no such folder of case files")
        wider = (*self._case_folders, *([] if folder in self._case_folders else [folder]))
        beside = self._folder.with_name(f"{self._folder.name}-beside")
        try:
            made = build.build(wider, beside)
        except build.BuildError as error:
            return _within(folder, error.findings)
        self._case_folders, self.store = wider, store.open_store(beside)
        self.__dict__.pop("_corpus", None)
        return _within(folder, made.findings)


def _within(folder: Path, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the open findings on the files of a folder, violations first."""
    here = folder.resolve()
    own = [f for f in findings if not f.settled and (f.place is None or here in f.place.file.resolve().parents)]
    return tuple(sorted(own, key=lambda finding: (finding.severity != "Violation", finding.order)))


def _built(case_folders: Sequence[Path], folder: Path) -> Store:
    if not store.current(folder).startswith(build.input_digest(case_folders)):
        build.build(case_folders, folder)
    return store.open_store(folder)


def open_graph(
    store: str | Path | None = None, cases: str | Path | Sequence[str | Path] = (), *, only_cases: bool = False
) -> Graph:
    """Open the graph of published patients, building it first where that is needed (a few seconds).

    Args:
        store: the folder of the store; by default the checkout's `build/` or the user's cache.
        cases: folders of case files, besides the shipped ones.
        only_cases: leave the shipped cases out.

    Raises:
        CaseError: a case file cannot be read.
        BuildError: cases break what every case must say; carries the findings.
        StoreError: the store cannot be written or read.
    """
    own = [Path(cases)] if isinstance(cases, str | Path) else [Path(folder) for folder in cases]
    if missing := [str(folder) for folder in own if not folder.is_dir()]:
        raise KgError(f"{missing[0]}: there is no such folder of case files")
    if only_cases and not own:
        raise KgError("only_cases needs cases: a folder of case files")
    folders = [*([] if only_cases else [files.CASES]), *own]
    return Graph(folders, Path(store) if store is not None else files.store_folder())
