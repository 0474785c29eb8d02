"""What is different between two texts, and between what comes of them; also shown before the whole text is changed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import Static

from blis_tui.numbers import time_left
from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.compare.difference_lines import diff_lines, number_lines
from blis_tui.tui.compare.differences import Side, diff, rows, side
from blis_tui.tui.filing.disk import OpenError, read_document
from blis_tui.tui.filing.file_dialog import OpenDialog
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.budget import Outline
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.lines_view import LinesView, Run
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.preview.state import Preview

WIDE = 160
"""From so many columns on the parts stand side by side."""


class Compared(NamedTuple):
    """The two texts, what they are called, and what is known of the new one already."""

    was_name: str
    was: str
    now_name: str
    now: str
    known: Side | None = None
    server: AssumedServer = AssumedServer()
    """How long answers are assumed to take, for users that wait for them."""


class ChooseOther(OpenDialog):
    """Chooses the file to compare with."""

    title_text = "Compare with"
    hint = "⏎ compare   ↑↓ choose   ⌫ parent folder   . hidden files   Esc cancel"


class CompareDialog(Dialog[bool]):
    """Shows the difference of two texts and of their numbers; returns whether to go ahead, if that is asked."""

    CSS_PATH = "compare_dialog.tcss"
    AUTO_FOCUS = "#numbers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]

    def __init__(self, compared: Compared, *, title: str = "Compare", question: str = "", folder: Path | None = None) -> None:
        super().__init__()
        self._compared = compared
        self._title = title
        self._question = question
        self._folder = folder or Path.cwd()
        self._job: Job[list[list[Run]]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out both parts under their headline, the numbers first."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            yield Static(id="sides", markup=False)
            with Container(id="halves"):
                yield LinesView(id="numbers")
                yield LinesView(id="diff")
            yield Static(self._hint(), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin to compare."""
        self.query_one("#diff").border_title = "Text"
        self.query_one("#numbers").border_title = "Numbers"
        self._begin()

    def on_resize(self) -> None:
        """Put the parts side by side where there is room."""
        self.set_class(self.size.width >= WIDE, "-beside")

    def on_unmount(self) -> None:
        """Leave off what is not done."""
        if self._job is not None:
            self._job.cancel()

    def _hint(self) -> str:
        ways = "Tab other pane   ↑↓←→ hjkl scroll"
        if self._question:
            return f"⏎ {self._question}   Esc keep it as it is   {ways}"
        return f"o other file…   Esc close   {ways}"

    def _begin(self) -> None:
        if self._job is not None:
            self._job.cancel()
        compared = self._compared
        headline = f"- {printable(compared.was_name)}   + {printable(compared.now_name)}"
        self.query_one("#sides", Static).update(headline)
        self._say("⟳ Comparing…")
        self.query_one("#diff", LinesView).show([[("⟳ Comparing…", "muted")]])
        tuning = cast("BaseApp", self.app).tuning

        def work(job: Job[list[list[Run]]]) -> list[list[Run]]:
            job.tell(self._take_diff, diff_lines(diff(compared.was, compared.now)))
            job.check()
            was = side(compared.was, lambda done: job.progress(done / 2), tuning, compared.server)
            now = compared.known or side(compared.now, lambda done: job.progress(0.5 + done / 2), tuning, compared.server)
            return number_lines(rows(was, now, tuning))

        self._job = Job(self, work, self._take, self._fail, self._progress)

    def _take_diff(self, lines: list[list[Run]]) -> None:
        self.query_one("#diff", LinesView).show(lines or [[("The texts are identical.", "muted")]])

    def _take(self, lines: list[list[Run]]) -> None:
        self.query_one("#numbers", LinesView).show(lines)

    def _fail(self, error: Exception) -> None:
        self._say(f"✗ The numbers cannot be compared: {type(error).__name__}: {error}")

    def _progress(self, done: float, left: float | None) -> None:
        self._say(f"⟳ Generating both: {done:.0%}" + (f", {time_left(left)} left" if left is not None else ""))

    def _say(self, text: str) -> None:
        self.query_one("#numbers", LinesView).show([[(printable(text), "muted")]])

    def action_accept(self) -> None:
        """Go ahead, where that is asked."""
        if self._question:
            self.dismiss(True)

    def action_close(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)

    def action_other(self) -> None:
        """Compare with another file."""
        if not self._question:
            self.run_worker(self._choose(), group="compare", exclusive=True)

    async def _choose(self) -> None:
        path = await self.app.push_screen_wait(ChooseOther(self._folder))
        if path is None:
            return
        try:
            document = await asyncio.to_thread(read_document, path)
        except OpenError as error:
            self.notify(str(error), title="Not compared", severity="warning", markup=False)
            return
        self._folder = path.parent
        self._compared = self._compared._replace(was=document.text, was_name=path.name)
        self._begin()


async def compare(app: BaseApp) -> None:
    """Show what changed since the file was saved, or the difference to another file."""
    workspace = app.workspace
    name = workspace.path.name if workspace.path is not None else "untitled"
    folder = workspace.path.absolute().parent if workspace.path is not None else None
    saved = workspace.saved_text
    was_name = f"{name} as saved" if saved is not None else "nothing saved yet"
    known = known_side(app.preview, workspace.revision)
    compared = Compared(was_name, saved or "", f"{name} now", workspace.text, known, app.preview.server)
    await app.push_screen_wait(CompareDialog(compared, folder=folder))


def known_side(preview: Preview, revision: int) -> Side | None:
    """Return what a preview tells of the text with a revision, if it is of that text."""
    if preview.stale or preview.revision != revision or preview.made is None:
        return None
    if preview.clients is None or preview.expected is None:
        return None
    return Side(Outline(preview.clients, preview.expected), preview.made, "")
