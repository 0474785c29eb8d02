"""Files of explicit clients, which the formats `expanded` and `expanded-rates` write: comment, head and clients."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from blis_tui.formats.source import Source
from blis_tui.formats.yaml_text import block, entry
from blis_tui.numbers import counted, whole
from blis_tui.problems import ERROR, INFO, Problem, SpecError
from blis_tui.spec.format.facts import end_us, stage_requests, stages_end_us
from blis_tui.spec.format.model import Client, WorkloadSpec
from blis_tui.workload.expansion.clients import ClientBlock, Expansion

_CLIENTS_PER_CHUNK = 256
_REMEMBERED = 1000


class ClientFile(NamedTuple):
    """What a file consists of: the spec without clients, the clients, and what its reader should know."""

    head: WorkloadSpec
    clients: Expansion
    remarks: tuple[Problem, ...]

    @property
    def size(self) -> int:
        """How many clients there are."""
        return len(self.clients)

    def chunks(self) -> Iterator[tuple[str, int]]:
        """Give the text in pieces, each with the number of clients in it."""
        comment = ["The explicit clients of a workload spec.", *(problem.message for problem in self.remarks)]
        lines = [f"# {line}\n" for part in comment for line in textwrap.wrap(part, 100, break_on_hyphens=False)]
        rate = "" if self.head.aggregate_rate else entry("aggregate_rate", 0)  # a default that is written out: rates are absolute
        yield f"{''.join(lines)}{block(self.head)}{rate}clients:\n", 0
        piece: list[str] = []
        write = _Repeater()
        for client in self.clients:
            piece.append(write(client))
            if len(piece) == _CLIENTS_PER_CHUNK:
                yield "".join(piece), len(piece)
                piece = []
        yield "".join(piece), len(piece)


def clients_of(source: Source) -> Expansion:
    """Return the clients, unless there are more in a data set that is not read here."""
    if source.spec.servegen_data is not None:
        text = "servegen_data: the clients of a ServeGen data set cannot be expanded here; convert it with BLIS first"
        raise SpecError([Problem("not-generated", ERROR, ("servegen_data",), text)])
    return source.expansion


def head_of(clients: Expansion, *, version: str, aggregate_rate: float) -> WorkloadSpec:
    """Return a spec without what the clients take the place of."""
    return clients.spec.replace(
        version=version,
        category=clients.category,
        aggregate_rate=aggregate_rate,
        clients=(),
        cohorts=(),
        servegen_data=None,
        inference_perf=None,
    )


def with_an_end(head: WorkloadSpec, clients: Expansion) -> tuple[WorkloadSpec, list[Problem]]:
    """Give a head an end if the spec has none, as BLIS wants one of every file; return also what to say about it."""
    if head.horizon or head.num_requests:
        return head, []
    spec, compact = clients.spec, clients.spec.inference_perf
    windowless = not all(windows_in(block) for block in clients.blocks)
    if windowless and compact is not None and len(clients.blocks) == 1 and spec.rules == 2:
        requests = stage_requests(compact.stages[0])
        return head.replace(num_requests=requests), [_an_end(f"num_requests is the stage's {counted(requests, 'request')}")]
    end = end_us(spec)
    if end is None:
        ends = [window.end_us for block in clients.blocks for window in windows_in(block)]
        end = max([0 if compact is None else stages_end_us(compact), *ends])
    what = "the stage" if windowless else "the last window"
    return head.replace(horizon=end), [_an_end(f"the horizon is the end of {what}, at {end:,} µs")]


def _an_end(what: str) -> Problem:
    text = f"The spec has neither horizon nor num_requests, and BLIS refuses files that have neither: here {what}."
    return Problem("expanded-end", INFO, (), text)


def windows_in(block: ClientBlock) -> Sequence[Any]:
    """Return the windows of the clients of a block."""
    return block.template.lifecycle.windows if block.template.lifecycle is not None else ()


def arrivals_of(block: ClientBlock) -> str:
    """Name what the arrivals of a block's clients are: requests, or beginnings of sessions."""
    turns = block.template.reasoning.multi_turn if block.template.reasoning is not None else None
    return "requests" if turns is None or turns.single_session else "sessions"


def short(value: float) -> str:
    """Write a number in a sentence: three figures, no fraction where there is none."""
    return whole(value) if value >= 1000 or value == round(value) else f"{value:.3g}"


def span(values: Sequence[float]) -> str:
    """Write from where to where numbers go: ``5 to 25``, or ``8`` if they are all written alike."""
    low, high = short(min(values)), short(max(values))
    return low if low == high else f"{low} to {high}"


def stages(count: int) -> str:
    """Write how many stages there are, few of them in words: ``five stages``."""
    words = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return f"{words[count - 2] if 2 <= count <= 10 else f'{count:,}'} stages"


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
