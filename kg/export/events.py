"""Survival-ready tables as files: CSV, Parquet where pyarrow is installed, CSVW metadata and a dictionary to read.

Everything said of a column comes from `kg.survival.columns`.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from pyoxigraph import Store

from .. import survival
from ..errors import StoreError
from ..survival import Column, Layout, Row

# The name under which a CSVW processor finds the metadata by itself. Source: W3C Model for Tabular Data, 5.3.
METADATA, DICTIONARY = "csv-metadata.json", "dictionary.md"
_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_HOW = """\
## How to read them

Days are whole days from the start of the origin, both bounds inclusive. Nothing is imputed: a bound that does not follow
from what is reported is empty, and the column `bounds…` beside it says why.

```python
import numpy as np, pandas as pd
from lifelines import KaplanMeierFitter

times = pd.read_csv("endpoints.csv").query("endpoint == 'relapse-after-hct'").dropna(subset=["lower"])
# interval-censored (Turnbull): what is open stays open
KaplanMeierFitter().fit_interval_censoring(times.lower, times.upper.fillna(np.inf))
# as early as the reports allow
KaplanMeierFitter().fit(times.lower, event_observed=times.observed)
```

```r
times <- subset(read.csv("endpoints.csv"), endpoint == "relapse-after-hct" & !is.na(lower))
survival::survfit(survival::Surv(lower, upper, type = "interval2") ~ 1, data = times)
```

An event whose day nothing bounds (`observed` is 1, `upper` is empty) weighs in an interval-censored fit as one that comes
after `lower`: no more is known of its day. Groups of patients (cohorts) are not in these tables.
"""


def write(store: Store, folder: Path, patients: Sequence[str] = ()) -> list[Path]:
    """Write the tables of the patients named or of all, with metadata and dictionary, into a folder; return the files.

    Raises:
        KgError: there is no such patient.
        StoreError: the folder or a file cannot be written.
    """
    tables = survival.tables(store, patients)
    content: dict[str, bytes] = {f"{layout.name}.csv": _csv(layout, rows) for layout, rows in tables.items()}
    if find_spec("pyarrow"):
        content |= {f"{layout.name}.parquet": _parquet(layout, rows) for layout, rows in tables.items()}
    content[METADATA] = (json.dumps(metadata(list(tables)), indent=2, ensure_ascii=False) + "\n").encode()
    content[DICTIONARY] = dictionary(tables).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, found in content.items():
            (folder / name).write_bytes(found)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}; name another folder with -o") from error
    return [folder / name for name in content]


def _csv(layout: Layout, rows: Sequence[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, [column.name for column in layout.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _parquet(layout: Layout, rows: Sequence[Row]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    kinds = {"string": pyarrow.string(), "integer": pyarrow.int64()}
    schema = pyarrow.schema([(column.name, kinds[column.kind]) for column in layout.columns])
    cells = [{name: None if cell == "" else cell for name, cell in row.items()} for row in rows]
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(cells, schema), out)
    return out.getvalue()


def metadata(layouts: Sequence[Layout]) -> dict[str, object]:
    """Return the tables' description as W3C CSV on the Web metadata."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": "leukemia-kg: patients, events and endpoints",
        "dc:description": survival.WARNING,
        "dc:license": {"@id": _LICENSE},
        "tables": [_described(layout) for layout in layouts],
    }


def _described(layout: Layout) -> dict[str, object]:
    to_patients = {
        "columnReference": "patient",
        "reference": {"resource": "patients.csv", "columnReference": "patient"},
    }
    return {
        "url": f"{layout.name}.csv",
        "dc:description": layout.says,
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "datatype": _datatype(column),
                    "required": column.required,
                    "dc:description": column.says,
                }
                for column in layout.columns
            ],
            "primaryKey": list(layout.key),
            "foreignKeys": [to_patients] if layout.name != "patients" else [],
        },
    }


def _datatype(column: Column) -> str | dict[str, str]:
    """Return the datatype; of a column with few words, a pattern that holds them."""
    if column.words is None:
        return column.kind
    return {"base": "string", "format": "|".join(word for word, _ in column.words.meanings)}


def dictionary(tables: Mapping[Layout, Sequence[Row]]) -> str:
    """Return the data dictionary in Markdown."""
    return "\n".join(_dictionary(tables))


def _dictionary(tables: Mapping[Layout, Sequence[Row]]) -> Iterator[str]:
    yield f"# Data dictionary\n\n**{survival.WARNING}**\n\n{_HOW}"
    for layout, rows in tables.items():
        yield f"## {layout.name}.csv\n\n{layout.says} {len(rows)} rows; key: {', '.join(layout.key)}.\n"
        yield "| column | type | may be empty | what it says |\n|---|---|---|---|"
        for column in layout.columns:
            words = f" Words: see {column.words.name}." if column.words else ""
            yield f"| {column.name} | {column.kind} | {'no' if column.required else 'yes'} | {column.says}{words} |"
        yield ""
    for words_ in dict.fromkeys(column.words for layout in tables for column in layout.columns if column.words):
        yield f"## Words of {words_.name}\n"
        yield from (f"- **{word}**: {meaning}" for word, meaning in words_.meanings)
        yield ""
