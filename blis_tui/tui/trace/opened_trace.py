"""A trace as the tabs show it: its requests stand where those of the preview do. Knows nothing of the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.tui.preview.budget import Generated, Made
from blis_tui.tui.preview.state import READY, Preview
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from blis_tui.formats.traces.trace import Trace
    from blis_tui.workload.progress import Progress


class OpenedTrace(NamedTuple):
    """A trace, and what the tabs are to show of it."""

    trace: Trace
    preview: Preview


def opened(path: Path, max_size: int | None, block_size: int | None, server: AssumedServer, progress: Progress) -> OpenedTrace:
    """Read a trace and sum it up; `block_size` is that of a mooncake trace, if it is known.

    `progress` is called often and may raise `Cancelled`. Raises `SpecError`.
    """
    from blis_tui.formats.traces.opening import open_trace, opening_of
    from blis_tui.workload.totals.expected import expect
    from blis_tui.workload.totals.summary import summarise

    trace = open_trace(path, opening_of(max_size, block_size), progress)
    requests = trace.requests
    made = Generated(Made(requests, summarise(requests)), None, complete=True)
    progress(1.0)
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
