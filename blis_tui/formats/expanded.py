"""Format `expanded`: the explicit clients of a spec as a workload file of its own.

The clients are those that `blis convert inference-perf` writes, and BLIS's `ExpandCohorts` makes of cohorts. Horizon,
number of requests, category and goodput targets of the spec, which that command forgets, are kept; so is the version.
Reading the file back and generating gives the same requests, with two exceptions, told in a comment at the top of the
file and by `warnings`:

- Compact specs of version 2: BLIS gives their clients exact rates or counts that no file can say (but for chat in a
  single stage, which has none), so the expanded file is for reading.
- A spec with neither horizon nor num_requests, which a compact file may lack and a file of clients may not. A compact
  spec of version 1 ends after its stages; its expanded file carries that as its horizon.

In version 1 the windows of several stages carry absolute rates. BLIS knows no such rule and would take them for
proportions, whence another comment and warning.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from blis_tui.formats.source import Source
from blis_tui.formats.yaml_text import block, entry
from blis_tui.problems import ERROR, WARNING, Problem, SpecError
from blis_tui.spec.facts import end_us
from blis_tui.spec.generation import STEPPED, generation_path, mean_window_rate
from blis_tui.spec.model import Client, WorkloadSpec
from blis_tui.workload.clients import Expansion

_CLIENTS_PER_CHUNK = 256
_REMEMBERED = 1000


def chunks(source: Source) -> Iterator[tuple[str, int]]:
    """Give the file's text in pieces, each with the number of clients in it."""
    expansion = _expansion(source)
    comment = ["The explicit clients of a workload spec.", *(problem.message for problem in warnings(source))]
    lines = [f"# {line}\n" for part in comment for line in textwrap.wrap(part, 100)]
    yield f"{''.join(lines)}{block(_head(source.spec, expansion))}clients:\n", 0
    piece: list[str] = []
    write = _Repeater()
    for client in expansion:
        piece.append(write(client))
        if len(piece) == _CLIENTS_PER_CHUNK:
            yield "".join(piece), len(piece)
            piece = []
    yield "".join(piece), len(piece)


class _Repeater:
    """Writes clients as items of a list. What is the same object in many clients is made into text once."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, int], tuple[Any, str]] = {}

    def __call__(self, client: Client) -> str:
        lines = [self._entry(name, value) for name, value in client.given()]
        return f"  - {''.join(lines)[4:]}"

    def _entry(self, name: str, value: Any) -> str:
        if isinstance(value, str | float | int):
            return entry(name, value, "    ")
        known = self._written.get((name, id(value)))
        if known is None or known[0] is not value:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            known = self._written[name, id(value)] = value, entry(name, value, "    ")
        return known[1]


def size(source: Source) -> int:
    """Return how many clients `chunks` will write."""
    return len(_expansion(source))


def _expansion(source: Source) -> Expansion:
    """Return the clients, unless there are more in a data set that is not read here."""
    if source.spec.servegen_data is not None:
        text = "servegen_data: the clients of a ServeGen data set cannot be expanded here; convert it with BLIS first"
        raise SpecError([Problem("not-generated", ERROR, ("servegen_data",), text)])
    return source.expansion


def warnings(source: Source) -> list[Problem]:
    """Say where what is generated from the file differs from what the spec gives."""
    spec, expansion = source.spec, source.expansion
    found = []
    if any(each.exact_rate is not None or each.spread_us is not None for each in expansion.blocks):
        found.append(
            _warning(
                "expanded-inexact",
                "This expanded file is for reading: YAML cannot say a stage's exact rate or number of requests, so "
                "other requests come from it than from the compact spec. The compact file and the exported requests "
                "are exact.",
            )
        )
    if generation_path(spec) == STEPPED:
        found.append(
            _warning(
                "expanded-version-1",
                "In this expanded file, as in any of version 1, a window's trace_rate is in requests per second. "
                "BLIS upgrades the file to version 2 and would read the rates as proportions of aggregate_rate.",
            )
        )
    if not end_us(spec) and not spec.num_requests:
        found.append(
            _warning(
                "expanded-open-ended",
                "This expanded file has no end: give it a horizon or a num_requests before requests are generated from it.",
            )
        )
    return found


def _warning(code: str, message: str) -> Problem:
    return Problem(code, WARNING, (), message)


def _head(spec: WorkloadSpec, expansion: Expansion) -> WorkloadSpec:
    """Return the spec without what the clients take the place of."""
    return spec.replace(
        version="1" if spec.rules == 1 else spec.version,
        category=expansion.category,
        aggregate_rate=_aggregate_rate(expansion),
        horizon=end_us(spec) or 0,
        clients=(),
        cohorts=(),
        servegen_data=None,
        inference_perf=None,
    )


def _aggregate_rate(expansion: Expansion) -> float:
    """Return the rate to write: of version-1 windows with rates that of all clients, by which such a file is known again."""
    spec, rate = expansion.spec, expansion.aggregate_rate
    if spec.inference_perf is not None and generation_path(spec) == STEPPED:
        for cohort in expansion.blocks[1:]:
            windows = cohort.template.lifecycle.windows if cohort.template.lifecycle is not None else ()
            rate += cohort.size * mean_window_rate(windows)
    return rate
