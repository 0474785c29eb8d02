"""Keeps the preview fresh in the background: waits for a pause in typing, computes in a thread, drops what is stale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.budget import Generated, Outline, capacity_of, compared, make, outline, reasons, remarks_of, waits
from blis_tui.tui.preview.state import CANCELLED, EMPTY, FAILED, READY, RUNNING, Preview, Source
from blis_tui.tui.tuning import Tuning
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

    from blis_tui.spec.check import Checked
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.document.workspace import View
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.measured.run import Run
    from blis_tui.workload.totals.capacity import Capacity


@dataclass(eq=False)
class PreviewChanged(Message):
    """The preview has a new state."""

    preview: Preview

    def can_replace(self, message: Message) -> bool:
        """Only the newest state counts."""
        return isinstance(message, PreviewChanged)


class Previewer:
    """Makes previews for the app. The newest request wins: an older one is cancelled and its result dropped."""

    def __init__(self, app: App[int], tuning: Tuning) -> None:
        self._app = app
        self.tuning = tuning
        self.preview = Preview(EMPTY, 0)
        self._view: View | None = None
        self._started = False
        self._unchecked = False
        self._timer: Timer | None = None
        self._job: Job[Generated] | Job[Capacity] | None = None
        self._comparing: Job[Comparison] | None = None

    def start(self) -> None:
        """Begin, once the first frame is painted: NumPy is loaded only now."""
        self._started = True
        if self._view is not None:
            self.request(self._view)

    def request(self, view: View) -> None:
        """Ask for a preview of a view; what cannot be generated, or is not checked yet, has none."""
        self._view = view
        if not self._started:
            return
        if view.checked is None:
            self._outdate(view)
        elif view.revision != self.preview.wanted or self._unchecked or self.preview.state == EMPTY:
            self._begin(view, self.tuning.pause_s, whole=False)

    def refresh(self, *, whole: bool = True) -> None:
        """Make the preview again, at once and, if `whole`, with all requests, up to `Tuning.most_ever`."""
        if self._view is not None and self._view.checked is not None:
            self._begin(self._view, 0.0, whole=whole)

    def server_for(self, spec: WorkloadSpec) -> AssumedServer | None:
        """Return what is assumed of answers where a spec's requests are shown as sent, ``None`` where they are as planned."""
        users, sessions = waits(spec)
        return self.preview.server if users or (sessions and self.preview.shows_sent) else None

    def begin_with(self, server: AssumedServer, *, shows_sent: bool, source: Source | None = None) -> None:
        """Assume an answer time for a document that is not shown yet; `source` is the run that it is from."""
        self.preview = self.preview._replace(server=server, shows_sent=shows_sent, server_from=source)

    def overlay(self, run: Run | None) -> None:
        """Show the results of a run over the workload, or no longer."""
        self._tell(self.preview._replace(run=run, comparison=None))
        self._compare()

    def _compare(self) -> None:
        """Hold the run against what was generated last, beside what is shown already."""
        if self._comparing is not None:
            self._comparing.cancel()
        made, run, revision, clients = self.preview.made, self.preview.run, self.preview.revision, self.preview.clients
        if made is None or run is None or clients is None or revision != self.preview.clients_revision:
            return  # there will be more soon

        def take(found: Comparison) -> None:
            self._tell(self.preview._replace(comparison=found, comparison_revision=revision))

        self._comparing = Job(self._app, lambda _: compared(made, run, clients), take, lambda _: None)

    def assume(self, server: AssumedServer, source: Source | None = None) -> None:
        """Assume another answer time, from a run if it has a `source`, and show what is sent with it."""
        self.begin_with(server, shows_sent=True, source=source)
        preview, view = self.preview, self._view
        if preview.state == READY and not preview.stale and preview.made is not None and preview.made.sent is None:
            self._tell(preview)  # nothing waits, so that all is sent as before
            self._measure(preview.made, self.tuning.pause_s)
        elif view is not None and view.checked is not None:
            self._begin(view, self.tuning.pause_s, whole=False)
        else:
            self._tell(preview)

    def toggle_sent(self) -> None:
        """Show what is sent instead of what is planned, or the other way round."""
        self._tell(self.preview._replace(shows_sent=not self.preview.shows_sent))

    def cancel(self) -> bool:
        """Stop the preview that is being made; returns whether there was one."""
        running = self.preview.state == RUNNING
        self._stop()
        if running:
            self._tell(self.preview._replace(state=CANCELLED, seconds_left=None))
        return running

    def _outdate(self, view: View) -> None:
        """Take note of a newer text that is still being checked: what is shown is not of it."""
        if view.revision != self.preview.wanted:
            self._stop()
            self._unchecked = True
            self._tell(self.preview._replace(state=RUNNING, wanted=view.revision, done=0.0, seconds_left=None, problems=()))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self._timer = self._job = None

    def _begin(self, view: View, pause: float, *, whole: bool) -> None:
        assert view.checked is not None
        self._stop()
        self._unchecked = False
        old = self.preview._replace(wanted=view.revision, done=0.0, seconds_left=None, problems=())
        if not view.checked.ok or view.checked.spec is None:
            self._tell(old._replace(state=FAILED, problems=view.checked.errors))
            return
        checked, spec = view.checked, view.checked.spec
        self._tell(old._replace(state=RUNNING))
        if pause:
            self._timer = self._app.set_timer(pause, lambda: self._make(checked, spec, whole=whole))
        else:
            self._make(checked, spec, whole=whole)

    def _make(self, checked: Checked, spec: WorkloadSpec, *, whole: bool) -> None:
        server = self.preview.server
        self.preview = self.preview._replace(waits=any(waits(spec)))

        def work(job: Job[Generated]) -> Generated:
            found = outline(spec)
            job.tell(self._take_outline, found)
            job.check()
            return make(found, job.progress, self.tuning, server, whole=whole)

        self._job = Job(self._app, work, partial(self._take, checked), self._fail, self._take_progress)

    def _take_outline(self, found: Outline) -> None:
        preview = self.preview
        self._tell(preview._replace(clients=found.clients, clients_revision=preview.wanted, expected=found.expected))

    def _take_progress(self, done: float, seconds_left: float | None) -> None:
        self._tell(self.preview._replace(done=done, seconds_left=seconds_left))

    def _take(self, checked: Checked, made: Generated) -> None:
        preview = self.preview
        remarks = tuple(checked.placed(remark) for remark in remarks_of(made, preview.server))
        ready = preview._replace(state=READY, revision=preview.wanted, done=1.0, seconds_left=None, made=made, remarks=remarks)
        self._tell(ready)
        self._measure(made, 0.0)
        self._compare()

    def _measure(self, made: Generated, pause: float) -> None:
        """Sum up the capacity, beside what is shown already: of millions of requests that takes another while."""
        self._stop()
        server = self.preview.server

        def begin() -> None:
            self._job = Job(self._app, lambda _: capacity_of(made, server), self._take_capacity, lambda _: None)

        if pause:
            self._timer = self._app.set_timer(pause, begin)
        else:
            begin()

    def _take_capacity(self, capacity: Capacity) -> None:
        self._tell(self.preview._replace(capacity=capacity, capacity_revision=self.preview.revision))

    def _fail(self, error: Exception) -> None:
        self._tell(self.preview._replace(state=FAILED, seconds_left=None, problems=reasons(error)))

    def _tell(self, preview: Preview) -> None:
        self.preview = preview
        self._app.post_message(PreviewChanged(preview))
