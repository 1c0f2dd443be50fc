"""Formats of other projects: one row and one module each; what they are given, and what they must give back.

A format is a module of this package with one function, `write(patients, ledgers) -> files`. It reads each `Patient`, makes
files by name, and tells each patient's `Ledger` which statement stands where; reports, their files, options and the
table in the README then come by themselves.
"""

import datetime
import importlib
import importlib.util
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store, Triple

from .. import assemble, course
from ..errors import KgError
from ..files import ROOT
from ..statements import Said, iri_of, local
from ..timeline import Timeline, solve
from ..vocabulary import DCTERMS, lkg
from .loss import Ledger, Report

BIBO = "http://purl.org/ontology/bibo/"
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


class ExchangeError(KgError):
    """A format cannot be written or read: an extra is not installed, or a patient is not in the store."""


@dataclass(frozen=True)
class Publication:
    """A paper that tells of a patient; fields that the case files do not give are empty."""

    id: str
    title: str = ""
    journal: str = ""
    issued: str = ""
    doi: str = ""
    pmid: str = ""

    @property
    def curie(self) -> str:
        """The paper's PMID or else DOI as a CURIE, or nothing."""
        return f"PMID:{self.pmid}" if self.pmid else f"doi:{self.doi}" if self.doi else ""

    @property
    def url(self) -> str:
        """Where the paper's DOI, or else its PMID, leads; or nothing."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}" if self.pmid else ""


@dataclass(frozen=True)
class Patient:
    """One patient as a format is given them: all that is said, and the papers in which it is, the first report first."""

    id: str
    said: Said
    publications: tuple[Publication, ...]
    judged: Mapping[str, tuple[Triple, ...]] = field(default_factory=dict)  # by judgement, those that hold or may hold

    def timeline(self) -> Timeline:
        """Solve the patient's times; costs some milliseconds."""
        return solve(self.said)


@dataclass(frozen=True)
class Exchange:
    """A format: its name, the module of this package that writes it, the extra it needs and what that imports.

    `suffix` ends the name of a patient's file or, where all patients share files, is empty. `leaves_out` is what the
    format keeps of no statement, in words; `disputes` tells that it can say that statements disagree.
    """

    name: str
    module: str
    suffix: str
    extra: str = ""
    needs: str = ""
    leaves_out: tuple[str, ...] = ()
    disputes: bool = False


FORMATS: dict[str, Exchange] = {
    "phenopacket": Exchange(
        "GA4GH Phenopackets v2",
        module="phenopacket",
        suffix=".phenopacket.json",
        leaves_out=(
            "the words as printed",
            "passages, except as evidence of phenotypic features",
            "the names of occurrents, except of measurements and biosamples, and what is part of what",
        ),
    ),
    "mcode": Exchange(
        "HL7 FHIR R4, mCODE STU4",
        module="mcode",
        suffix=".mcode.json",
        leaves_out=("the words as printed", "which passage tells which part of a resource"),
    ),
    "nanopub": Exchange("Nanopublications", "nanopub", ".nanopub.trig", disputes=True),
    "kgx": Exchange("KGX, Biolink", "kgx", "", leaves_out=("passages", "the words as printed")),
    "cbioportal": Exchange("cBioPortal", "cbioportal", "", leaves_out=("passages", "the words as printed")),
}


@dataclass(frozen=True)
class Written:
    """What a format made: files by name, and one loss report a patient."""

    files: Mapping[str, bytes]
    reports: tuple[Report, ...]

    def save(self, folder: Path) -> list[Path]:
        """Write all files and, beside them, the loss reports; return the paths in order.

        Raises:
            ExchangeError: the folder cannot be written.
        """
        content = {**self.files, **{loss_name(report): report.json() for report in self.reports}}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in content.items():
                (folder / name).write_bytes(data)
        except OSError as error:
            raise ExchangeError(f"{folder} cannot be written: {error.strerror}; name another folder") from error
        return [folder / name for name in content]


def loss_name(report: Report) -> str:
    """Return the name of a report's file."""
    return f"{report.subject.split('/', 1)[1]}.{report.form}.loss.json"


def write(form: str, patients: Sequence[Patient]) -> Written:
    """Write patients in a format, with the account of every statement.

    Raises:
        ExchangeError: the format needs an extra that is not installed.
    """
    exchange = FORMATS[form]
    require(exchange.extra, exchange.needs)
    ledgers = {patient.id: Ledger(patient.said, disputes=exchange.disputes) for patient in patients}
    module = importlib.import_module(f".{exchange.module}", __package__)
    files: dict[str, bytes] = module.write(patients, ledgers)
    reports = (
        ledger.report(
            form, [n for n in files if not exchange.suffix or n == f"{name}{exchange.suffix}"], exchange.leaves_out
        )
        for name, ledger in ledgers.items()
    )
    return Written(files, tuple(reports))


def require(extra: str, needs: str) -> None:
    """Make sure that the module `needs` of an optional extra can be imported; nothing if there is none.

    Raises:
        ExchangeError: it cannot; says what to install.
    """
    if needs and not all(importlib.util.find_spec(one) for one in (needs.partition(".")[0], needs)):
        raise ExchangeError(f"this needs the package '{needs}': pip install 'leukemia-kg[{extra}]'")


def read(store: Store, names: Iterable[str] = ()) -> list[Patient]:
    """Return patients of a store by id, all of them if none is named, in the order of their ids.

    Raises:
        KgError: the store holds nothing of one of them; names those there are.
    """
    return [patient_of(store, name) for name in sorted(set(names) or course.patients(store))]


def patient_of(store: Store, name: str) -> Patient:
    """Return one patient of a store with the papers that tell of them."""
    said = course.told(store, name).said
    first = {local(s.primary_source) for s in said.statements if s.primary_source}
    sources = {local(s.source) for s in said.statements if s.source}
    ids = [*sorted(first), *sorted(sources - first)]
    return Patient(name, said, tuple(publication_of(store, one) for one in ids), _judged(store, said.subject))


def _judged(store: Store, subject: str) -> dict[str, tuple[Triple, ...]]:
    """Return what the declared patterns come to for a patient, each judgement with its bound roles."""
    graph = assemble.graph("derived", subject)

    def about(node: object) -> list[Triple]:
        return [quad.triple for quad in store.quads_for_pattern(NamedNode(iri_of(node)), None, None, graph)]

    found = {}
    for category in ("Certain", "Possible"):
        for quad in store.quads_for_pattern(None, lkg("certainty"), lkg(category), graph):
            triples = about(quad.subject)
            roles = [role for triple in triples if triple.predicate == lkg("binds") for role in about(triple.object)]
            found[local(iri_of(quad.subject)).rstrip("/")] = (*triples, *roles)
    return dict(sorted(found.items()))


def publication_of(store: Store, name: str) -> Publication:
    """Return what the said graphs of a store hold of a paper, by local name such as `publication/durer-2019`."""
    found: dict[str, str] = {}
    for quad in store.quads_for_pattern(lkg(name), None, None):
        if isinstance(quad.object, Literal) and local(iri_of(quad.graph_name)).startswith("graph/said/"):
            found.setdefault(quad.predicate.value, quad.object.value)
    return Publication(
        id=name.removeprefix("publication/"),
        title=found.get(f"{DCTERMS}title", ""),
        journal=found.get(f"{DCTERMS}bibliographicCitation", ""),
        issued=found.get(f"{DCTERMS}issued", ""),
        doi=found.get(f"{BIBO}doi", ""),
        pmid=found.get(f"{BIBO}pmid", ""),
    )


def created() -> datetime.datetime:
    """Return the time that formats which demand one are given, in UTC; never the clock, so that bytes do not change.

    It is `SOURCE_DATE_EPOCH` if the environment sets it, else midnight of the day on which the ontology that the data
    speak says it was last modified, which is the day of the release.

    Raises:
        ExchangeError: the variable holds no number of seconds.
    """
    if seconds := os.environ.get(EPOCH_VARIABLE):
        try:
            return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
        except (ValueError, OverflowError, OSError):
            raise ExchangeError(f"{EPOCH_VARIABLE} must be seconds since 1970, not '{seconds}'") from None
    day = datetime.date.fromisoformat(release_date())
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def release_date() -> str:
    """Return the date of the release, `YYYY-MM-DD`, from the header of the shipped ontology."""
    from pyoxigraph import RdfFormat, parse

    for quad in parse(path=str(ROOT / "ontology" / "leukemia.ttl"), format=RdfFormat.TURTLE):
        if quad.predicate.value == f"{DCTERMS}modified":
            return iri_of(quad.object)
    raise ExchangeError("the shipped ontology does not say when it was modified")
