"""leukemia-kg: individual leukemia patients as published, as a graph that can be questioned and believed.

`kg.open()` opens the graph; see `kg.Graph`. Names are loaded when they are first used, so that `import kg` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .build import BuildError
    from .errors import CaseError, KgError, MissingExtraError, QueryError, QuestionError, StoreError
    from .graph import Answer, Graph, Patient, Why
    from .graph import open_graph as open  # noqa: A004 - read as kg.open
    from .validate import Finding

    __version__: str

# Where each public name lives; `from kg import NAME` loads that module and no other.
_HOMES = {
    "open": "graph.open_graph",
    "Graph": "graph.Graph",
    "Answer": "graph.Answer",
    "Patient": "graph.Patient",
    "Why": "graph.Why",
    "Finding": "validate.Finding",
    "KgError": "errors.KgError",
    "CaseError": "errors.CaseError",
    "BuildError": "build.BuildError",
    "QuestionError": "errors.QuestionError",
    "QueryError": "errors.QueryError",
    "StoreError": "errors.StoreError",
    "MissingExtraError": "errors.MissingExtraError",
}
__all__ = [
    "Answer", "BuildError", "CaseError", "Finding", "Graph", "KgError", "MissingExtraError", "Patient", "QueryError",
    "QuestionError", "StoreError", "Why", "__version__", "open",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("leukemia-kg")
        except PackageNotFoundError:  # run from a checkout that was not installed
            return "unknown"
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name].split(".")
    found = getattr(import_module(f".{module}", __name__), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
