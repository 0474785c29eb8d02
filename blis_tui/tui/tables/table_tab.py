"""What the tabs with a table of the preview have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType

from blis_tui.tui.actions import bindings
from blis_tui.tui.document.messages import JumpRequested
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.preview.status_line import PreviewStatus
from blis_tui.tui.tables.client_places import place_of
from blis_tui.tui.widgets.line_table import LineTable
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from blis_tui.workload.expansion.clients import Expansion

Result = TypeVar("Result")


class TableTab(PreviewWidget):
    """A table, and a line above it that says what it is worth. What is not looked at waits."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("client-rows")]
    DEFAULT_CSS: ClassVar[str] = "TableTab { layout: vertical; }"
    noun = ""
    example = ""
    """What can be asked for besides words."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.preview: Preview | None = None
        self._job: Job[Any] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        yield LineTable(self.noun, example=self.example)

    @property
    def table(self) -> LineTable:
        """The table."""
        return self.query_one(LineTable)

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        self.preview = preview
        if displayed(self):
            self.fill(preview)

    def fill(self, preview: Preview) -> None:
        """Fill the table from the preview; called while the tab is displayed."""
        raise NotImplementedError

    def prepare(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        """Work something out in the background, in place of what is being worked out."""
        self.stop()

        def take(result: Result) -> None:
            self._job = None
            done(result)

        self._job = Job(self, lambda _: work(), take, lambda _: None)

    def stop(self) -> None:
        """Work out nothing any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def on_unmount(self) -> None:
        """Leave off what is not done."""
        self.stop()

    def client_at(self, index: int) -> tuple[Expansion, int] | None:
        """Return the client of a row of the source: the clients there are, and its number among them."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Clients of a trace have no form, and no text."""
        clients = self.preview.clients if self.preview is not None else None
        return action != "show_source" or clients is None or not clients.recorded

    def action_show_source(self, in_text: bool) -> None:
        """Go to the form of the client of the row under the cursor, or to its text."""
        index = self.table.rows.index
        client = self.client_at(index) if index is not None else None
        if client is not None:
            self.post_message(JumpRequested(place_of(*client), in_text=in_text))

    def show_client(self, clients: Expansion, index: int) -> None:
        """Show all of a client, with its requests."""
        from blis_tui.tui.tables.client_dialog import ClientDialog

        self.app.push_screen(ClientDialog(clients, index, self.preview))
