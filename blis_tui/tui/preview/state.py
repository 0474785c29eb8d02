"""What the preview shows: the generated requests of one revision of the text. Knows nothing of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from pathlib import Path

    from blis_tui.problems import Problem
    from blis_tui.tui.preview.budget import Generated
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.measured.run import Run
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.capacity import Capacity
    from blis_tui.workload.totals.expected import Expected
    from blis_tui.workload.totals.summary import Summary

EMPTY, RUNNING, READY, FAILED, CANCELLED = "empty", "running", "ready", "failed", "cancelled"


class Source(NamedTuple):
    """A run that answer times are from: its name, and its means with their spread."""

    name: str
    told: str


class Preview(NamedTuple):
    """One state of the preview.

    `made` is of the text with `revision`, `clients` and `expected` of the text with `clients_revision`: they need no
    generation and come first. While a newer preview is made, and when it failed or was cancelled, what was there before
    stays, to be shown as what it is: of an older text (`stale`, `clients_stale`).
    """

    state: str
    revision: int
    done: float = 0.0
    """The part that is done, while running."""
    seconds_left: float | None = None
    """How long it will take, while running; ``None`` as long as there is nothing to tell."""
    clients: Expansion | None = None
    expected: Expected | None = None
    """What all requests of `clients` can be expected to be, with nothing cut to the budget."""
    clients_revision: int = 0
    made: Generated | None = None
    """What was generated: all requests there are, or the first part, cut to the preview's budget."""
    problems: tuple[Problem, ...] = ()
    """Why it failed."""
    wanted: int = 0
    """The revision of the document's text."""
    server: AssumedServer = AssumedServer()
    """How long answers are assumed to take, whatever is shown."""
    shows_sent: bool = False
    """Whether conversations are shown as they are sent; virtual users always are, since there is no plan of them."""
    waits: bool = False
    """Whether any of the workload's requests wait for answers."""
    capacity: Capacity | None = None
    """What the text with `capacity_revision` asks of the server that is assumed there; it comes a little later than `made`."""
    capacity_revision: int = 0
    server_from: Source | None = None
    """The run that `server` has its answer times from, if they are from one."""
    run: Run | None = None
    """The results of a run that are shown over the workload."""
    comparison: Comparison | None = None
    """The run beside the text with `comparison_revision`; it comes a little later than `made`."""
    comparison_revision: int = 0
    remarks: tuple[Problem, ...] = ()
    """What only generation can tell of the text with `revision`."""
    trace: Path | None = None
    """The file of the trace that is shown; ``None`` for what is generated of the document."""

    @property
    def requests(self) -> Requests | None:
        """The requests that are shown."""
        return self.made.shown(sent=self.shows_sent).requests if self.made is not None else None

    @property
    def summary(self) -> Summary | None:
        """The totals of `requests`."""
        return self.made.shown(sent=self.shows_sent).summary if self.made is not None else None

    @property
    def plan(self) -> Requests | None:
        """What was planned, where what is sent instead is shown; ``None`` where that is the same or nothing."""
        planned = self.made.planned if self.made is not None and self.shows_sent and self.made.sent is not None else None
        return None if planned is None else planned.requests

    @property
    def complete(self) -> bool:
        """Whether `requests` are all there are."""
        return self.made is None or self.made.complete

    @property
    def stale(self) -> bool:
        """Whether `requests` and `summary` are of another text than the document's."""
        return self.revision != self.wanted

    @property
    def capacity_stale(self) -> bool:
        """Whether `capacity` is of another text, or of another assumption."""
        return self.capacity is None or self.capacity_revision != self.wanted or self.capacity.server != self.server

    @property
    def clients_stale(self) -> bool:
        """Whether `clients` and `expected` are of another text than the document's."""
        return self.clients_revision != self.wanted

    @property
    def cut_us(self) -> int | None:
        """The time before which `requests` are all there are, if they were cut to the budget."""
        return self.requests.horizon_us if self.requests is not None and not self.complete else None

    @property
    def total(self) -> float | None:
        """About how many requests there are in all, if `requests` were cut to the budget and that is known."""
        total = self.expected.total if self.expected is not None else None
        return total.mean if not self.complete and total is not None else None
