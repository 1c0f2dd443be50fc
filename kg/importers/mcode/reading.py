"""What all resources of a patient are read with: codes, dates, names of occurrents, what points to what."""

from collections.abc import Iterator, Sequence

from ...export.mcode.systems import SYSTEMS, UCUM, curie
from ...vocabulary import BASE, terms
from ..document import printable
from ..part import Part, candidates
from ..record import Record, Yaml, add, label, slug_of
from . import times
from .bundle import Bundle

# Systems that others may use and of which no term of ours is mapped; their codes are simply not understood.
_KNOWN = (
    *("http://loinc.org", "http://hl7.org/", "http://terminology.hl7.org/", "urn:", "http://unitsofmeasure.org"),
    *(
        "http://fdasis.nlm.nih.gov",
        "http://www.ama-assn.org/go/cpt",
        "http://varnomen.hgvs.org",
        "http://dicom.nema.org",
    ),
    *(
        "http://www.nlm.nih.gov/",
        "http://ncimeta.nci.nih.gov",
        "http://www.genenames.org",
        "http://www.ncbi.nlm.nih.gov",
    ),
    *("http://cancerstaging.org", "https://www.fda.gov", "http://nucc.org", "http://purl.obolibrary.org/obo/"),
)


class Reading:
    """One patient of a bundle being read into a record; `patient` is their resource, `resources` what is told of them."""

    def __init__(self, bundle: Bundle, patient: Part, resources: Sequence[Part]) -> None:
        document = bundle.document
        self.bundle = bundle
        self.patient = patient
        name = self._id()
        self.record = Record(document, "", "mcode", slug_of(name), f"mcode-{slug_of(name)}", f"mCODE bundle of {name}")
        self.resources = resources
        self.names: dict[str, str] = {}  # of occurrents, by the pointer of the resource
        self._prefix = f"{patient.get('id').text}."
        self._unknown: set[str] = set()
        self._distrusted: set[str] = set()
        for pointer, reason in bundle.left.items():
            self.record.leave(pointer, reason)
        self._distrust()

    def _id(self) -> str:
        """Return the patient's id: the one that we gave, else that of the resource."""
        given = (
            one.get("value").text
            for one in self.patient.items("identifier")
            if one.get("system").text == f"{BASE}patient"
        )
        return next((one for one in given if slug_of(one)), self.patient.get("id").text) or "patient"

    def of(self, *kinds: str) -> Iterator[Part]:
        """Yield the patient's resources of some types."""
        yield from (one for one in self.resources if one.get("resourceType").text in kinds)

    # --- what points to what ---

    def target(self, reference: Part) -> Part | None:
        """Return the resource that a Reference points to, if it is told of this patient; else say why there is none."""
        place = reference.get("reference")
        if not place:
            return None
        found = self.bundle.target(place.text)
        if place.text.startswith("#"):
            self.record.leave(reference.pointer, "points to a contained resource; those are not read")
        elif found is None:
            self.record.find("dangling-reference", place.pointer, f"'{place.text}' is no resource of the bundle")
        elif found not in self.resources:
            self.record.leave(reference.pointer, "points to what is left out")
        else:
            return found
        return None

    def relate(self, resource: Part, keys: Sequence[str], made: Yaml, key: str) -> None:
        """Say a reference, or each of a list of them, as a relation to an occurrent that has a name."""
        *above, last = keys
        holder = resource.path(*above)
        single = holder.get(last)
        for reference in [single] if single.get("reference") else list(holder.items(last)):
            found = self.target(reference)
            if found is None:
                continue
            if name := self.names.get(found.pointer):
                self.record.use(reference.pointer)
                if key == "part of":
                    made[key] = [*made.get(key, []), name]  # type: ignore[misc]
                else:
                    add(made, key, self.record.said(name, reference.pointer))
            else:
                self.record.leave(reference.pointer, "points to what is not understood")

    def focus(self, resource: Part) -> list[Part]:
        """Return the conditions that a resource is told to be about."""
        found = (self.bundle.target(one.get("reference").text) for one in resource.items("focus"))
        return [one for one in found if one and one.get("resourceType").text == "Condition"]

    def _distrust(self) -> None:
        """Find dates that cannot all be true; none of them is read, for nobody knows which is wrong."""
        for resource in self.resources:
            for rule, one, other, message in times.contradictions(resource, self.patient, self.focus(resource)):
                self.record.find(rule, one.pointer, f"{message} ({one.text}, {other.text}); neither date is read")
                self.record.leave(other.pointer, f"contradicted by {one.pointer}")
                self._distrusted |= {one.pointer, other.pointer}

    # --- codes, dates, numbers ---

    def concept(self, part: Part, *classes: str, kind: str = "", properties: frozenset[str] = frozenset()) -> str:
        """Return the IRI of the term that a CodeableConcept stands for, below one of our classes; else nothing, and say why.

        Each of its codings is to mean the same: if two of them stand for different terms, none is taken.
        """
        if not part:
            return ""
        codings = list(part.items("coding"))
        curies = {one.pointer: curie(one.get("system").text, one.get("code").text) for one in codings}
        self._check_systems(codings, curies)
        meant = {iri for found in curies.values() if found for iri in candidates(found) if iri in terms().by_iri}
        fitting = {
            iri
            for iri in meant
            if iri in properties
            or (
                kind in ("", terms().by_iri[iri].kind)
                and any(terms().is_a(terms().by_iri[iri], BASE + name) for name in classes)
            )
        }
        if len(fitting) == 1:
            return fitting.pop()
        told = ", ".join(filter(None, curies.values())) or part.get("text").text or "no code"
        known = ", ".join(sorted(map(label, fitting or meant)))
        why = f"it stands for {known}, not to be said here" if known else "no term of ours is exactly that"
        if len(fitting) > 1:
            why = f"its codes stand for different terms: {known}"
        self.record.leave(part.pointer, f"{printable(told)}: {why}")
        return ""

    def has(self, part: Part, system: str, *codes: str) -> bool:
        """Tell whether a CodeableConcept has one of some codes of a system."""
        return any(one.get("system").text == system and one.get("code").text in codes for one in part.items("coding"))

    def status(self, resource: Part, key: str) -> str:
        """Return the code of a status that FHIR itself names."""
        return next((one.get("code").text for one in resource.get(key).items("coding")), "")

    def _check_systems(self, codings: Sequence[Part], curies: dict[str, str]) -> None:
        for coding in codings:
            system = coding.get("system")
            named = system.text in SYSTEMS.values() or bool(curies[coding.pointer]) or system.text.startswith(_KNOWN)
            if not named and len(codings) == 1 and system.text not in self._unknown:
                self._unknown.add(system.text)
                shown = (
                    f"the code system '{printable(system.text)}' is not known" if system else "a code without a system"
                )
                where = system.pointer if system else coding.pointer
                self.record.find("unknown-system", where, f"{shown}; its codes are not understood")

    def said(self, part: Part, iri: str) -> Yaml:
        """Return a CodeableConcept as a statement, printed as the display of the coding that stands for it."""
        shown = (
            one.get("display").text
            for one in part.items("coding")
            if iri in candidates(curie(one.get("system").text, one.get("code").text))
        )
        return self.record.said(label(iri), part.pointer, next(filter(None, shown), ""))

    def put(self, made: Yaml, key: str, part: Part, *classes: str) -> None:
        """Add what a CodeableConcept stands for under a key."""
        if iri := self.concept(part, *classes, kind="individual"):
            add(made, key, self.said(part, iri))

    def amount(self, part: Part, unit: str) -> str:
        """Return a Quantity or Range as case files write it, or nothing, and why.

        `unit` is the UCUM unit that the key implies, and then case files want one number; empty for any unit.
        """
        low, high = (part.get("low"), part.get("high")) if part.get("low") or part.get("high") else (part, None)
        code, value, comparator = low.get("code").text, low.get("value"), low.get("comparator").text
        why = ""
        if not value or (high is not None and not high.get("value")):
            why = "has no value, or one end only"
        elif low.get("system").text != UCUM or unit not in ("", code) or (high and high.get("code").text != code):
            why = f"'{printable(code)}' is not UCUM {unit}".rstrip()
        elif unit and (high is not None or comparator):
            why = "a bound or a range; case files give one number"
        if why:
            self.record.leave(part.pointer, why)
            return ""
        text = self.record.amount(value.pointer, code, unit)
        if high is not None and text:
            upper = self.record.amount(high.get("value").pointer, code, unit)
            text = f"{text.split(' ')[0]}-{upper}" if upper else ""
        return f"{comparator} {text}" if comparator and text else text

    def when(self, made: Yaml, key: str, place: Part) -> None:
        """Put a date into an occurrent under `when` or `until`, as precise as it is told."""
        if not place or place.pointer in self._distrusted:
            return
        if found := times.date(place.text):
            made[key] = {"date": found, "printed": place.text, "at": self.record.passage(place.pointer)}
            self.record.use(place.pointer)
        else:
            self.record.leave(place.pointer, "is no day of the calendar")

    def lasted(self, made: Yaml, resource: Part, key: str) -> None:
        """Put what stands under `keyDateTime` or `keyPeriod`; where a time is told to be unknown, that is understood."""
        start, end = times.ends(resource, key)
        self.when(made, "when", start)
        self.when(made, "until", end)
        period = resource.get(f"{key}Period")
        for extension in period.items("extension"):
            if extension.get("valueCode").text == "unknown":
                self.record.use(extension.pointer)

    # --- occurrents ---

    def occurrent(self, resource: Part, iri: str, part: Part) -> Yaml:
        """Make the occurrent that a resource becomes, of a class that a part of it gives; its id is the name."""
        wanted = slug_of(resource.get("id").text.removeprefix(self._prefix))
        name = wanted if wanted and wanted not in self.record.occurrents else self.record.name(wanted or "occurrent")
        made = self.record.occurrent(name, [])
        self.kind(made, iri, part)
        made["at"] = self.record.passage(part.pointer)
        self.names[resource.pointer] = name
        used = ("resourceType", "id", "subject")
        self.record.use(*(one.pointer for key in used if (one := resource.get(key))))
        self.record.use(*(one.pointer for one in resource.get("meta").items("profile")))
        return made

    def drop(self, resource: Part) -> None:
        """Take back the occurrent that a resource was to become."""
        del self.record.occurrents[self.names.pop(resource.pointer)]
        self.record.forget(resource.pointer)

    def kind(self, made: Yaml, iri: str, part: Part) -> None:
        """Add a class to an occurrent."""
        add(made, "type", self.said(part, iri) if part.get("coding") else self.record.said(label(iri), part.pointer))

    def deny(self, resource: Part, iri: str, part: Part, free: Sequence[str]) -> None:
        """Deny a class of the patient, unless something limits what is denied: that would deny more than is told."""
        plain = {"resourceType", "id", "meta", "text", "subject", "recorder", "asserter", "recordedDate", *free}
        if limited := [key for key in resource.keys if key not in plain]:
            reason = f"denied only with its {' and '.join(limited)}; case files deny a class as a whole"
            self.record.leave(resource.pointer, reason)
            return
        said = self.said(part, iri)
        self.record.absent.append({"what": said.pop("value"), **said})
        self.record.use(
            *(one.pointer for key in ("resourceType", "id", "subject", *free) if (one := resource.get(key)))
        )
