"""The table of formats in the README, computed: what each exchange format keeps of the shipped patients.

After a change of a format or of the cases: `python -c "from kg.export import kept; kept.write()"`.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..files import ROOT
from . import exchange
from .exchange import FORMATS, Patient
from .loss import GROUPS, by_group

README = ROOT / "README.md"
BEGIN, END = "<!-- formats: computed by kg.export.kept -->\n", "<!-- formats: end -->\n"


def table(patients: Sequence[Patient]) -> str:
    """Return the table in Markdown: for each format and group of statements, per cent kept, kept in part and lost."""
    groups = [*GROUPS, "all"]
    lines = ["| format | " + " | ".join(groups) + " |", "|---" * (len(groups) + 1) + "|"]
    for form, row in FORMATS.items():
        found = by_group(exchange.write(form, patients).reports)
        counts = {**found, "all": sum(found.values(), Counter())}
        lines.append(f"| {row.name} (`{form}`) | " + " | ".join(_shares(counts[group]) for group in groups) + " |")
    return "\n".join(lines) + "\n"


def _shares(fates: Counter[str]) -> str:
    """Return the shares of the three fates in whole per cent that add up to 100."""
    total = sum(fates.values())
    if not total:
        return "-"
    kept, lost = (round(100 * fates[fate] / total) for fate in ("kept", "lost"))
    return f"{kept}/{100 - kept - lost}/{lost}"


def current(text: str) -> str:
    """Return the table that a README holds."""
    return text.partition(BEGIN)[2].partition(END)[0]


def write(path: Path = README) -> None:
    """Write the table anew, from a store of the shipped cases built for it."""
    import tempfile

    from .. import build, files, store

    with tempfile.TemporaryDirectory() as folder:
        build.build([files.CASES], Path(folder))
        fresh = table(exchange.read(store.open_store(Path(folder))))
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    path.write_text(f"{before}{begin}{fresh}{end}{after}", encoding="utf-8")
