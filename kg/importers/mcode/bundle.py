"""A bundle's resources: which may be read, whose they are, and what a reference points to."""

from collections.abc import Iterator

from ..document import Document, DocumentError, Finding
from ..part import Part
from . import form

# A bundle that tells what is; the others ask for something to be done, or tell what was before.
_READ = ("collection", "document", "searchset")


class Bundle:
    """The resources of a bundle by type, each read only if it keeps to FHIR R4 and to the profile that it names.

    Raises:
        DocumentError: the file is no bundle.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root = Part(document, "")
        kind = self.root.get("resourceType").text
        if kind != "Bundle":
            what = f"is a {kind}; put a patient's resources into a bundle" if kind else "has no 'resourceType'"
            raise DocumentError(f"{document.place('')}: is no FHIR bundle: it {what}; nothing of it was read")
        self.findings: list[Finding] = []
        self.resources: list[Part] = []
        self.left: dict[str, str] = {}
        self._by_name: dict[str, Part] = {}
        self._ambiguous: set[str] = set()
        self._check_bundle()
        for entry in self.root.items("entry"):
            self._add(entry)

    def of(self, *kinds: str) -> Iterator[Part]:
        """Yield the resources of some types, in the order of the file."""
        yield from (one for one in self.resources if one.get("resourceType").text in kinds)

    def find(self, rule: str, pointer: str, message: str) -> None:
        """Note that a value is wrong; what it is in is left out."""
        self.findings.append(self.document.finding(rule, pointer, message))
        self.left.setdefault(pointer, message)

    def target(self, reference: str) -> Part | None:
        """Return the resource to which a reference points: by its url, or by the end of it, as type and id."""
        return self._by_name.get(reference.partition("/_history")[0])

    def _check_bundle(self) -> None:
        kind = self.root.get("type")
        for rule, pointer, message in form._of_profiles(self.root, "Bundle"):
            self.find(rule, pointer, message)
        if kind.text not in _READ:
            message = f"a bundle of type '{kind.text}' does not tell what is; send one of type {', '.join(_READ)}"
            self.find("wrong-bundle", kind.pointer, message)

    def _add(self, entry: Part) -> None:
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if self.root.get("type").text not in _READ:
            return
        if not resource.keys:
            self.find("no-resource", entry.pointer, "holds no resource")
            return
        wrong = list(form.problems(self.document, resource))
        for rule, pointer, message in wrong:
            self.find(rule, pointer, message)
        if wrong:
            self.left[resource.pointer] = f"left out whole: {wrong[0][1]} {wrong[0][2]}"
        name = f"{resource.get('resourceType').text}/{resource.get('id').text}" if resource.get("id") else ""
        for known in {name, url.text} - {""}:
            if known in self._by_name:
                where = resource.get("id") if known == name else url
                message = f"'{known}' is in the bundle already, at {self._by_name[known].pointer}; this one is left out"
                self.find("repeated-id", where.pointer, message)
                self.left.setdefault(resource.pointer, message)
                return
        self._by_name |= dict.fromkeys({name, url.text} - {""}, resource)
        if not wrong:
            self.resources.append(resource)
