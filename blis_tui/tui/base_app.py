"""What the controllers and dialogs may ask of the app: all they know of it, so that nothing of theirs depends on the app."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from textual.driver import Driver
    from textual.screen import Screen
    from textual.widget import Widget

    from blis_tui.problems import Path
    from blis_tui.spec.edits import Edit
    from blis_tui.tui.document.workspace import Workspace
    from blis_tui.tui.preferences.settings import Settings
    from blis_tui.tui.preview.state import Preview
    from blis_tui.tui.tuning import Tuning


class BaseApp(App[int]):
    """An app with one document on it, its settings and its preview."""

    workspace: Workspace
    settings: Settings
    settings_file: FilePath
    """The file that the settings were read from, or would be; the user's changes are written there."""
    tuning: Tuning
    problem_shown: tuple[str, Path] | None = None
    """Code and path of the problem that was gone to last."""

    def get_driver_class(self) -> type[Driver]:
        """Return what reads and writes the screen: in a terminal, our own."""
        from textual.drivers.linux_driver import LinuxDriver

        from blis_tui.tui.terminal_driver import TerminalDriver

        found = super().get_driver_class()
        return TerminalDriver if found is LinuxDriver else found

    @property
    def home(self) -> Screen[Any]:
        """The screen with the document; dialogs stand before it."""
        return self.screen_stack[0]

    @property
    @abstractmethod
    def preview(self) -> Preview:
        """The present state of the preview."""

    @abstractmethod
    def refresh_view(self) -> None:
        """Show the document's present state everywhere, check it if that is still to do, and preview it."""

    @abstractmethod
    def action_focus_list(self) -> None:
        """Go to the stages or clients."""

    @abstractmethod
    def document_opened(self) -> None:
        """Show another document as it was left."""

    @abstractmethod
    def edit(self, label: str, edits: Sequence[Edit], merge: str | None = None, *, shared: bool = False) -> bool:
        """Make edits of the text as one undo step; says so if they are refused.

        What aliases stand for may change, for all of them, only if `shared`.
        """

    @abstractmethod
    def write(self, text: str, label: str, merge: str | None = None) -> None:
        """Replace the whole text as one undo step."""

    @abstractmethod
    def show_in(self, parent: Widget) -> None:
        """Fill widgets that were just made with the document and its preview."""

    @abstractmethod
    async def show_difference(self, was_name: str, was: str, now_name: str, now: str) -> None:
        """Show what is different between two texts, and between their numbers, until the user closes it."""

    @abstractmethod
    async def show_trace(self, path: FilePath) -> str:
        """Show a trace until the user closes it; says so if it cannot be opened.

        Returns the text of the workload file that the user has made of it, empty for none.
        """

    def do(self, work: Coroutine[Any, Any, Any], group: str) -> None:
        """Run something that takes longer, or waits for an answer, beside the event loop's other work."""
        self.run_worker(work, group=group, exit_on_error=True)

    def say(self, text: str, *, title: str = "", severity: str = "information", timeout: float | None = None) -> None:
        """Show a short message, literally."""
        self.notify(text, title=title, severity=severity, timeout=timeout, markup=False)  # type: ignore[arg-type]
