"""A trace as the tabs show it: its requests stand where those of the preview do. Knows nothing of the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.tui.preview.budget import Generated, Made
from blis_tui.tui.preview.state import READY, Preview
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from blis_tui.formats.traces.trace import Trace


class OpenedTrace(NamedTuple):
    """A trace, and what the tabs are to show of it."""

    trace: Trace
    preview: Preview


def opened(path: Path, max_size: int | None, server: AssumedServer, check: Callable[[], None]) -> OpenedTrace:
    """Read a trace and sum it up. `check` is called often and may raise `Cancelled`. Raises `SpecError`."""
    from blis_tui.formats.traces.opening import open_trace, opening_of
    from blis_tui.workload.totals.expected import expect
    from blis_tui.workload.totals.summary import summarise

    trace = open_trace(path, opening_of(max_size), check)
    requests = trace.requests
    made = Generated(Made(requests, summarise(requests)), None, complete=True)
    check()
    preview = Preview(
        READY,
        0,
        done=1.0,
        clients=requests.clients,
        expected=expect(requests.clients, None),
        made=made,
        server=server,
        remarks=trace.notes,
        trace=path,
    )
    return OpenedTrace(trace, preview)
