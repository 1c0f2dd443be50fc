"""How long a curator waits after saving: the largest shipped case, changed and checked again as `check --watch` does.

Once with the value of a statement changed, once with an occurrent added, which other files might name, so that all are
expanded anew; by each engine. The first check of a process also reads the shapes, the ontology and all cases. Wall
seconds are what one waits on this machine as busy as it is, CPU seconds what it takes.
Run it in an environment with the package and its extra `[fast]`: ``python benchmarks/recheck.py [SAVES]``.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from kg import assemble, cases, engines, files, findings, shapes, timeline, validate

NAME, ANCHOR, AGE = "durer-2019-p1.yaml", "  consent:\n", "age: {value: 51 a"
CHANGES = {
    "a value": lambda text, n: text.replace(AGE, f"age: {{value: {51 + n % 30} a"),
    "an occurrent": lambda text, n: text.replace(ANCHOR, f"  n{n}: {{type: death, at: case-presentation.s22}}\n{ANCHOR}"),
}  # fmt: skip


def timed(run) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and what came of it."""
    wall, cpu = perf_counter(), process_time()
    found = run()
    return perf_counter() - wall, process_time() - cpu, found


def saves(name: str, count: int) -> None:
    """Print the first check and the median of the following ones, for each kind of change."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(files.CASES, Path(made) / "data"))
        path = next(folder.rglob(NAME))
        text, reader = path.read_text(encoding="utf-8"), cases.Reader()

        def once():
            return findings.check([path], [folder], name, reader)

        wall, cpu, checked = timed(once)
        print(f"{name:8} first         {wall:6.3f} {cpu:6.3f}  {len(checked.findings)} findings", flush=True)
        for what, change in CHANGES.items():
            rows = []
            for n in range(1, count + 1):
                path.write_text(change(text, n), encoding="utf-8")
                rows.append(timed(once))
            assert not rows[-1][2].unreadable, rows[-1][2].findings
            walls, cpus, _ = zip(*rows, strict=True)
            print(f"{name:8} {what:13} {median(walls):6.3f} {median(cpus):6.3f}", flush=True)


def stages() -> None:
    """Print where the time of one re-check goes."""
    paths = files.case_files()
    path, reader = next(path for path in paths if path.name == NAME), cases.Reader()
    read = reader.read(paths)
    subject = next(case.subject for case in read if case.path == path)
    reader._loaded.pop(path)
    *reading, read = timed(lambda: reader.read(paths))
    mine = [case for case in read if case.subject == subject]
    *grouping, said = timed(lambda: assemble.by_subject(mine)[subject])
    *solving, _ = timed(lambda: timeline.solve(said))
    *making, facts = timed(lambda: next(validate.graphs(read, {subject}))[2])
    print(f"one file read again {reading[1]:.3f}, said {grouping[1]:.3f}, solved {solving[1]:.3f} CPU s")
    print(f"all of the graph of {len(facts)} triples {making[1]:.3f} CPU s")
    for name, engine in engines.ENGINES.items():
        engine(facts, shapes.shapes())
        print(f"{name} {min(timed(lambda e=engine: e(facts, shapes.shapes()))[1] for _ in range(3)):.3f} CPU s")


def main() -> None:
    """Print the table; each engine in a process of its own, so that the first check is one."""
    if sys.argv[1:2] == ["--one"]:
        saves(sys.argv[2], int(sys.argv[3]))
        return
    print("engine   check           wall    CPU", flush=True)
    for name in engines.ENGINES:
        subprocess.run([sys.executable, __file__, "--one", name, *(sys.argv[1:2] or ["10"])], check=True)
    stages()


if __name__ == "__main__":
    main()
