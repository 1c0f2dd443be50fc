"""The cut of the package: who may import whom, who prints, how long a file may be, what a file may not hold."""

import ast
import getpass
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KG = ROOT / "kg"
FILES = sorted(KG.rglob("*.py"))
# A module imports only from those above it. `evidence` checks statements and so stands below them.
ORDER = [  # fmt: skip - one module a line: two people add modules without a conflict
    "errors",
    "files",
    "vocabulary",
    "units",
    "karyotype",
    "cases",
    "schema",
    "template",
    "statements",
    "evidence",
    "mappings",
    "lookup",
    "assemble",
    "projection",
    "computed",
    "network",
    "timeline",
    "patterns",
    "derived",
    "orders",
    "horn",
    "axioms",
    "reason",
    "classify",
    "shapes",
    "engines",
    "validate",
    "findings",
    "links",
    "catalogue",
    "store",
    "build",
    "tables",
    "questions",
    "running",
    "course",
    "lineage",
    "answers",
    "why",
    "conflicts",
    "checking",
    "plots",
    "similar",
    "survival",
    "export",
    "importers",
    "pages",
    "differences",
    "graph",
    "description",
    "release",
    "cli",
]
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "misc"}
MOST_LINES = 600
PRINTER = "cli"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return the module of a file, or the subpackage: the first part of its path below the package."""
    return path.relative_to(KG).parts[0].removesuffix(".py")


def imports(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """Yield line and target of each relative import: a module of the package, wherever in the file the import stands."""
    package = path.relative_to(KG).parts[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            target = (*base, *(node.module.split(".") if node.module else ()))
            yield from ((node.lineno, target[0] if target else alias.name) for alias in node.names)


def imported_from_below(path: Path, source: str, order: list[str]) -> list[str]:
    own = module_of(path)
    allowed = {*order[: order.index(own)], own}
    return [
        f"{name_of(path)}:{line} imports {target}" for line, target in imports(path, source) if target not in allowed
    ]


def absolute_imports(source: str) -> list[int]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [node.lineno for alias in node.names if alias.name.split(".")[0] in ("kg", "leukemia_kg")]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [node.lineno] if (node.module or "").split(".")[0] in ("kg", "leukemia_kg") else []
    return found


def prints(source: str) -> list[str]:
    """Return the lines that write to the terminal."""
    found = []
    for node in ast.walk(ast.parse(source)):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if re.fullmatch(
            r"print|pprint|(click\.)?s?echo|sys\.(stdout|stderr)\..*|(rich\.console\.)?Console|pprint\.pprint", called
        ):
            found.append(f"{node.lineno}: {called}")
    return found


def test_the_package_was_found() -> None:
    assert len(FILES) > 30
    assert {"cli", "cases", "evidence"} <= {module_of(path) for path in FILES}


def test_every_module_has_its_place_in_the_order() -> None:
    modules = {module_of(path) for path in FILES} - {"__init__"}
    assert modules == set(ORDER)
    assert len(ORDER) == len(set(ORDER))


def test_the_readme_lists_the_modules_in_this_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| module | single responsibility |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert [name.strip("/") for row in rows for name in re.findall("`([^`]+)`", row)] == ORDER


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_imports_only_from_those_above_it(path: Path) -> None:
    order = [*ORDER, "__init__"]
    assert imported_from_below(path, path.read_text(encoding="utf-8"), order) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_inside_the_package_are_relative(path: Path) -> None:
    assert absolute_imports(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_tell_what_a_module_does(path: Path) -> None:
    parts = {word for part in path.relative_to(ROOT).with_suffix("").parts for word in part.split("_")}
    assert not parts & FORBIDDEN_NAMES


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_is_longer_than_one_wants_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path) != PRINTER], ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    assert prints(path.read_text(encoding="utf-8")) == []


def tracked() -> list[Path]:
    """Return the files under version control; without git, those of the shipped folders."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True
        ).stdout
        return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
    folders = ("kg", "ontology", "shapes", "queries", "tests", "benchmarks")
    return [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def machine_paths(text: str) -> list[str]:
    """Return what only exists here: the checkout, the environment, a home folder, the top folders of a build machine."""
    places = {str(ROOT), sys.prefix, str(Path.home()), f"/home/{getpass.getuser()}"} - {"/"}
    known = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    top = r"/(?:work|root|home|Users|private|mnt)/[\w.-]+|[A-Z]:\\Users\\\w+"
    return re.findall(rf"(?<![\w.:/~-])(?:(?:{known})(?![\w-])|{top})", text)


def test_no_file_holds_a_path_of_this_machine() -> None:
    texts = {path: text for path in tracked() if (text := text_of(path))}
    assert len(texts) > 50
    assert {name_of(path): found for path, text in texts.items() if (found := machine_paths(text))} == {}


def test_what_is_forbidden_would_be_noticed() -> None:
    lower = "from . import build, files\nfrom .cli import main\ndef f():\n    from .store import current\n"
    assert [one.split()[-1] for one in imported_from_below(KG / "store.py", lower, ORDER)] == ["build", "cli"]
    nested = "from ..statements import Said\nfrom .. import build\nfrom . import signs\nfrom .look import Look\n"
    assert [one.split()[-1] for one in imported_from_below(KG / "evidence" / "check.py", nested, ORDER)] == ["build"]
    assert absolute_imports("import kg\nimport kg.units\nfrom kg import units\nimport kgx\nfrom . import units\n") == [
        1,
        2,
        3,
    ]
    assert len(prints("print(1)\nclick.echo(1)\nsys.stderr.write('x')\nConsole()\npprint(1)\nlogger.info('x')\n")) == 5
    slash = "/"
    bad = f"see {slash}work/notes and {slash}home/ann/x, {slash}root/y; not https://a.org/work/b nor network/work/c"
    assert len(machine_paths(f"{bad} {ROOT}")) == 4
