"""The JSON Schema of case files and the template of a new one."""

import copy
import json
import re
from pathlib import Path

import pytest
import yaml

from kg import cases, files, findings, schema, template
from kg.cases.values import ValueFormError
from kg.vocabulary import terms

jsonschema = pytest.importorskip("jsonschema")
HERE = Path(__file__).parent
EXAMPLE = HERE / "cases" / "example"
CASES = [*sorted(files.CASES.rglob("*.yaml")), *sorted(EXAMPLE.rglob("*.yaml"))]
KINDS = ("patient", "group", "publication")


@pytest.fixture(scope="module")
def whole():
    return jsonschema.Draft202012Validator(schema.schema())


class Editor(yaml.SafeLoader):
    """YAML 1.2, which editors read: 'on' and 'yes' are words; dates, too, stay text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        key: [
            (tag, re.compile("true|false") if tag.endswith(":bool") else pattern)
            for tag, pattern in resolvers
            if not tag.endswith(":timestamp")
        ]
        for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def plain(path):
    """A case file as an editor reads it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Editor)


def test_the_committed_schema_is_up_to_date():
    assert schema.PATH.read_text(encoding="utf-8") == schema.text(), (
        "run: python -c 'from kg import schema; schema.write()'"
    )


def test_the_schema_is_one(whole):
    whole.check_schema(json.loads(schema.text()))
    references = set()

    def collect(node):
        if isinstance(node, dict):
            references.update([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(schema.schema())
    defined = {f"#/$defs/{name}" for name in schema.schema()["$defs"]}
    assert references <= defined
    assert len(references) > 50


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_case_file_validates(whole, path):
    found = plain(path)
    (kind,) = [kind for kind in KINDS if kind in found]
    only = jsonschema.Draft202012Validator({**schema.schema(), "oneOf": [{"$ref": f"#/$defs/{kind}"}]})
    assert [error.message[:200] for error in only.iter_errors(found)] == []
    assert whole.is_valid(found)


def test_the_cases_were_found():
    assert len(CASES) > 25


@pytest.mark.parametrize(
    "change",
    [
        lambda case: case.update(seks="female"),
        lambda case: case.pop("told by"),
        lambda case: case["occurrents"]["hct"].pop("type"),
        lambda case: case["occurrents"]["hct"].update(type="no such class"),
        lambda case: case["occurrents"]["hct"].update({"donor type": "a stranger"}),
        lambda case: case["occurrents"]["hct"].update({"HLA match": "10/11"}),
        lambda case: case["occurrents"]["hct"].update(when="in spring"),
        lambda case: case["occurrents"]["hct"].update(donor_type="unrelated donor"),
        lambda case: case.update(acknowledged=[{"rule": "R44"}]),
    ],
    ids=["key", "told-by", "no-type", "class", "term", "match", "date", "misspelt", "acknowledged"],
)
def test_what_an_editor_should_mark_is_marked(whole, change):
    case = copy.deepcopy(plain(EXAMPLE / "example-2020-p1.yaml"))
    assert whole.is_valid(case)
    change(case)
    assert not whole.is_valid(case)


def test_keys_and_terms_carry_the_ontology_s_definitions():
    occurrent = schema.schema()["$defs"]["occurrent"]["properties"]
    by_label = {term.label: term for term in terms().by_iri.values()}
    for key in ("agent", "dose", "donor type", "MRD status", "blast percentage"):
        assert occurrent[key]["description"] == by_label[key].definition
    shown = schema.schema()["$defs"]["of.DonorType"]
    donors = dict(zip(shown["enum"], shown["markdownEnumDescriptions"], strict=True))
    assert donors["unrelated donor"] == by_label["unrelated donor"].definition
    assert all(donors.values())


# What the blanks of the template are filled with, in their order; by the line in which they stand where that differs.
FILLED = {
    "age:": ["40", "case-presentation.s1"],
    "sex:": ["female", "case-presentation.s1"],
    "when: …": ["2015-03"],
    "lesion:": ["BCR::ABL1"],
    "positive:": ["cCD79a"],
    "negative:": ["CD5"],
    "blast percentage:": ["63.2"],
    "karyotype:": ["46,XX[20]"],
    "regimen given:": ["hyper-CVAD"],
    "compartment:": ["overall compartment"],
    "MRD status:": ["MRD-negative"],
    "by: day": ["28"],
    "method:": ["flow cytometry"],
    "sensitivity:": ["0.01"],
    "donor type:": ["unrelated donor"],
    "HLA match:": ["10/10"],
    "graft source:": ["peripheral blood stem cell graft"],
    "agent:": ["methotrexate"],
    "offset:": ["12"],
    "vital status:": ["alive", "case-presentation.s21"],
    "in: induction": ["tumor lysis syndrome", "none", "case-presentation.s7"],
    "in: hct": ["chimerism assessment", "case-presentation.s8"],
    "at: …": ["case-presentation.s8"],
}


def filled(text):
    lines = []
    types = iter(("B acute lymphoblastic leukemia", "conditioning"))
    for line in text.splitlines():
        if not line.lstrip().startswith("#") and template.BLANK in line:
            values = next((found for key, found in FILLED.items() if re.search(rf"(?:^|[ {{]){key}", line)), None)
            values = [next(types)] if line.strip() == "type: …" else values
            assert values, f"nothing to fill in: {line}"
            parts = line.split(template.BLANK)
            line = "".join(part for pair in zip(parts, [*values, ""], strict=True) for part in pair)  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines) + "\n"


def test_the_template_passes_once_it_is_filled(tmp_path, whole):
    for name in ("publication.yaml",):
        (tmp_path / name).write_text(
            (EXAMPLE / name).read_text(encoding="utf-8").replace("about: example-2020-p1, ", ""), encoding="utf-8"
        )
    text = (tmp_path / "publication.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("claims:")
    (tmp_path / "publication.yaml").write_text(head + "passages:" + rest.partition("passages:")[2], encoding="utf-8")
    case = tmp_path / "new-2020-p1.yaml"
    case.write_text(filled(template.new("new-2020-p1", "example-2020")), encoding="utf-8")
    found = findings.check([case], [])
    assert not found.unreadable, findings.render(found, "text")
    assert found.violations == ()
    assert [f.shape for f in found.findings if f.severity == "Warning"] == ["Disease-lesion-inhibitor"]
    assert whole.is_valid(plain(case))
    assert {c.subject for c in cases.read(sorted(tmp_path.glob("*.yaml")))} >= {"patient/new-2020-p1"}


def test_what_is_not_filled_is_told_with_its_place(tmp_path):
    (tmp_path / "publication.yaml").write_text(
        (EXAMPLE / "publication.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    case = tmp_path / "new-2020-p1.yaml"
    case.write_text(template.new("new-2020-p1", "example-2020"), encoding="utf-8")
    found = findings.check([case], [])
    assert found.unreadable
    blanks = [
        n
        for n, line in enumerate(case.read_text(encoding="utf-8").splitlines(), start=1)
        if "…" in line.partition("#")[0]
    ]
    told = {f.place.line for f in found.findings if f.place.file == case}
    # A karyotype may be any text, and what the file says at its end was not reached.
    assert len(set(blanks) - told) < 6
    assert len(told) > 25


@pytest.mark.parametrize("name", ["Ueda", "a b", "", "x/y", "…"])
def test_a_template_needs_ids(name):
    with pytest.raises(ValueFormError):
        template.new(name, "example-2020")
