"""Design LLM-serving workloads: read BLIS workload files, check them, and make the exact requests they stand for.

>>> import blis_tui
>>> spec = blis_tui.load("two-stage.yaml")          # raises SpecError, which carries the problems
>>> requests = blis_tui.generate(spec)
>>> len(requests), requests.arrival_us, requests.input_tokens
>>> for input_ids, output_ids in requests.tokens(): ...
>>> blis_tui.export(spec, "out", ["csv"])

Importing the package costs next to nothing; each name is fetched when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for true by its name; importing `typing` would cost more than all the rest
if TYPE_CHECKING:
    from typing import Any

    from blis_tui.files.errors import WriteError as WriteError
    from blis_tui.formats.export import export as export
    from blis_tui.formats.table import FormatError as FormatError
    from blis_tui.problems import Cancelled as Cancelled
    from blis_tui.problems import Mend as Mend
    from blis_tui.problems import Problem as Problem
    from blis_tui.problems import SpecError as SpecError
    from blis_tui.reading import load as load
    from blis_tui.reading import loads as loads
    from blis_tui.spec.check import Checked as Checked
    from blis_tui.spec.check import check as check
    from blis_tui.spec.format.model import WorkloadSpec as WorkloadSpec
    from blis_tui.spec.rules.file_errors import validate as validate
    from blis_tui.workload.expansion.clients import Expansion as Expansion
    from blis_tui.workload.expansion.compact import expand as expand
    from blis_tui.workload.generate import generate as generate
    from blis_tui.workload.requests import Requests as Requests
    from blis_tui.workload.server import AssumedServer as AssumedServer
    from blis_tui.workload.totals.summary import summarise as summarise

    __version__: str

_HOMES = {
    "AssumedServer": "workload.server",
    "Cancelled": "problems",
    "Checked": "spec.check",
    "Expansion": "workload.expansion.clients",
    "FormatError": "formats.table",
    "Mend": "problems",
    "Problem": "problems",
    "Requests": "workload.requests",
    "SpecError": "problems",
    "WorkloadSpec": "spec.format.model",
    "WriteError": "files.errors",
    "check": "spec.check",
    "expand": "workload.expansion.compact",
    "export": "formats.export",
    "generate": "workload.generate",
    "load": "reading",
    "loads": "reading",
    "summarise": "workload.totals.summary",
    "validate": "spec.rules.file_errors",
}

__all__ = [
    "AssumedServer",
    "Cancelled",
    "Checked",
    "Expansion",
    "FormatError",
    "Mend",
    "Problem",
    "Requests",
    "SpecError",
    "WorkloadSpec",
    "WriteError",
    "__version__",
    "check",
    "expand",
    "export",
    "generate",
    "load",
    "loads",
    "summarise",
    "validate",
]


if not TYPE_CHECKING:  # type checkers see the names above, and that there are no others

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name == "__version__":
            value = import_module("blis_tui.version").VERSION
        elif name in _HOMES:
            value = getattr(import_module(f"blis_tui.{_HOMES[name]}"), name)
        else:
            raise AttributeError(f"module 'blis_tui' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
