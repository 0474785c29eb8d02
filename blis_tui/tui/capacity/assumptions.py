"""What is assumed of answers for the open file: changed, remembered, and recalled when the file is opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.problems import printable
from blis_tui.tui.preferences.remembered import Assumption, with_assumption
from blis_tui.tui.preview.state import Source
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.preferences.appearance import Appearance
    from blis_tui.tui.preview.previewer import Previewer


class Assumptions:
    """Keeps the assumption of each file beside its text, never in it."""

    def __init__(self, app: BaseApp, previewer: Previewer, appearance: Appearance) -> None:
        self._app = app
        self._previewer = previewer
        self._appearance = appearance

    def recall(self, given: AssumedServer | None = None) -> None:
        """Begin with what is given, else with what was assumed when the file was open last."""
        path, remembered = self._app.workspace.path, self._appearance.remembered.assumptions or {}
        found = remembered.get(str(path.absolute())) if path is not None else None
        server = given or (found.server if found is not None else AssumedServer())
        self._previewer.begin_with(server, shows_sent=given is not None or (found is not None and found.shows_sent))

    def assume(self, server: AssumedServer, source: Source | None = None) -> None:
        """Assume another answer time, from a run if it has a `source`, and show what is sent with it."""
        self._previewer.assume(server, source)
        self._remember()

    def assume_measured(self) -> None:
        """Assume the mean answer times of the run that is shown, and tell how they spread."""
        from blis_tui.workload.measured.answer_times import answer_times, spread_text

        run = self._app.preview.run
        if run is None:
            self._app.say("No run is shown to take answer times from.", timeout=3)
            return
        found, title = answer_times(run), printable(run.origin)
        first, each = spread_text(found.ttft), spread_text(found.itl)
        told = f"First token: {first}\nEach token: {each}"
        if not found.complete:
            self._app.say(f"{told}\nBoth are needed for the answer times.", title=title, severity="warning")
            return
        self.assume(found.server(self._app.preview.server.kv_bytes), Source(run.name, f"mean {first}, {each}"))
        self._app.say(f"{told}\nAnswers are assumed to take their means.", title=title, timeout=6)

    def toggle_sent(self) -> None:
        """Show conversations as they are sent, or as they are planned; say so where that is no question."""
        preview = self._app.preview
        if not preview.waits:
            self._app.say("Nothing in this file waits for answers: everything is sent as planned.")
        elif preview.made is not None and preview.made.planned is None:
            self._app.say("Virtual users have no plan: what they send depends on the answers.")
        else:
            self._previewer.toggle_sent()
            self._remember()

    def _remember(self) -> None:
        path, preview = self._app.workspace.path, self._app.preview
        if path is not None:
            assumption = Assumption(*preview.server, preview.shows_sent)
            known = with_assumption(self._appearance.remembered.assumptions, path, assumption)
            self._appearance.remember(assumptions=known)
