"""Writing requests and other formats: what, where to, how large; progress; and what to do with it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, Label, ProgressBar, Static

from blis_tui.files.errors import AlreadyExists
from blis_tui.numbers import time_left
from blis_tui.problems import Problem, SpecError, printable
from blis_tui.tui.export.export_job import ExportChoice, ExportJob
from blis_tui.tui.export.format_list import FormatList
from blis_tui.tui.export.option_lines import OptionLines
from blis_tui.tui.filing.folder_listing import holds, homely, resolve_typed
from blis_tui.tui.preferences.remembered import Exporting
from blis_tui.tui.preview.state import READY, Preview
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from blis_tui.formats.export import Exported
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.document.workspace import View
    from blis_tui.tui.preferences.appearance import Appearance

FOLDER = "out"
"""Where exports go unless another folder is named: not beside the file, which the format `yaml` would overwrite."""
CLEAN_UP_S = 5.0
"""How long leaving waits for half-written files to be removed."""


async def export(app: BaseApp, appearance: Appearance) -> None:
    """Ask what to export, do it, and show what came of it; tells why if the spec cannot be exported."""
    view = app.workspace.view
    if view.checked is None:
        app.say("The text is still being checked; try again in a moment.", severity="warning", timeout=3)
    elif not view.checked.ok:
        count = len(view.checked.errors)
        app.say(
            f"Fix {'the error' if count == 1 else f'the {count:,} errors'} first: F2 goes there.",
            title="This text cannot be exported",
            severity="error",
        )
    else:
        exported = await app.push_screen_wait(ExportDialog(view, appearance))
        if exported is not None:
            from blis_tui.tui.export.result_dialog import ExportedDialog

            await app.push_screen_wait(ExportedDialog(exported))


class _Choice(VerticalScroll, inherit_bindings=False):
    """Scrolls by pages alone, and leaves the arrows to the dialog, which moves among the fields with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]


class ExportDialog(Dialog["Exported | None"]):
    """Exports one state of the document. Returns what was written, ``None`` if nothing was."""

    CSS_PATH = "export_dialog.tcss"
    AUTO_FOCUS = "Checkbox"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", show=False),
        Binding("enter", "export", "Export", show=False),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, view: View, appearance: Appearance) -> None:
        super().__init__()
        assert view.checked is not None and view.checked.spec is not None
        self._view = view
        self._spec = view.checked.spec
        self._appearance = appearance
        self._exporting: ExportJob | None = None
        self._looking: ExportChoice | None = None

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        path = self._view.path
        folder = (path.absolute().parent if path is not None else Path.cwd()) / FOLDER
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Export"
            with _Choice(can_focus=False, id="choice"):
                yield FormatList(self._view)
                with Horizontal(classes="line"):
                    yield Label("Folder")
                    yield Input(homely(folder), id="folder", compact=True, select_on_focus=False)
                with Horizontal(classes="line"):
                    yield Label("Name")
                    yield Input(path.stem if path is not None else "workload", id="stem", compact=True, select_on_focus=False)
                yield OptionLines(self._appearance.remembered.exporting or Exporting())
                yield TickBox("Overwrite existing files", id="force", compact=True)
                yield Static(id="files", markup=False)
            yield Static(id="told", markup=False)
            with Horizontal(id="progress"):
                yield ProgressBar(total=1.0, show_eta=False)
                yield Static(id="doing", markup=False)
            with Horizontal(classes="answers"):
                yield Button("Export", id="export", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        """Show what would be written."""
        app: BaseApp = self.app  # type: ignore[assignment]
        self.query_one("#progress").display = False
        app.show_in(self)
        self._show_files()

    def on_unmount(self) -> None:
        """Leave nothing half-written, however the dialog ends."""
        if self._exporting is not None and not self._exporting.finished:
            self._exporting.cancel(CLEAN_UP_S)

    def _choice(self) -> ExportChoice:
        formats = self.query_one(FormatList)
        preview: Preview = self.app.preview  # type: ignore[attr-defined]
        at_hand = preview.state == READY and preview.complete and preview.revision == self._view.revision
        return ExportChoice(
            self._spec,
            self._view.text,
            str(self._view.path) if self._view.path is not None else "",
            resolve_typed(Path.cwd(), self.query_one("#folder", Input).value.strip() or "."),
            self.query_one("#stem", Input).value.strip(),
            formats.chosen,
            self.query_one("#tokens", Checkbox).value,
            self.query_one("#force", Checkbox).value,
            preview.requests if at_hand else None,
            self._view.encoding,
            self.app.previewer.server_for(self._spec),  # type: ignore[attr-defined]
            self.query_one(OptionLines).options,
        )

    @on(Checkbox.Changed)
    @on(Input.Changed)
    def _show_files(self) -> None:
        """Show the files, and which of them exist."""
        formats, options = self.query_one(FormatList), self.query_one(OptionLines)
        options.show_for(formats.chosen)
        formats.show_sizes(tokens=self.query_one("#tokens", Checkbox).value, exact=options.options.exact)
        self.query_one("#export", Button).disabled = self._refusal() is not None
        self._tell(self._refusal() or "")
        self._looking = self._choice()
        self.call_later(self._look, self._looking)

    def _refusal(self) -> str | None:
        stem = self.query_one("#stem", Input).value.strip()
        if not self.query_one(FormatList).chosen:
            return "Choose a format."
        if not stem or "/" in stem or "\0" in stem:
            return "Give the files a name without a slash; the extensions are added to it."
        return self.query_one(OptionLines).refusal

    async def _look(self, choice: ExportChoice) -> None:
        found = await asyncio.to_thread(lambda: [holds(path.exists) for path in choice.files])
        if choice is not self._looking:
            return
        lines = [Content.styled(f"{len(found)} files in {printable(homely(choice.folder))}", "bold")]
        for path, exists in zip(choice.files, found, strict=True):
            mark = (
                Content.styled("  exists: overwritten" if choice.force else "  ✗ exists already", "$text-warning")
                if exists
                else ""
            )
            lines.append(Content.assemble("  ", printable(path.name), mark))
        self.query_one("#files", Static).update(Content("\n").join(lines))

    @on(Button.Pressed, "#export")
    @on(Input.Submitted)
    def start(self) -> None:
        """Begin to write."""
        if self._exporting is not None or self._refusal() is not None:
            return
        self._appearance.remember(exporting=self.query_one(OptionLines).typed)
        self.query_one("#choice").disabled = True
        self.query_one("#export", Button).disabled = True
        self.query_one("#cancel", Button).focus()
        self.query_one("#progress").display = True
        self._tell("")
        self._show_progress("Starting", 0.0, None)
        self._exporting = ExportJob(self, self._choice(), self._take, self._fail, self._show_progress)

    def action_export(self) -> None:
        """Begin to write, whatever has the focus."""
        self.start()

    def _show_progress(self, doing: str, done: float, seconds_left: float | None) -> None:
        left = f", {time_left(seconds_left)} left" if seconds_left is not None else ""
        self.query_one(ProgressBar).update(progress=done)
        self.query_one("#doing", Static).update(f"{doing}{left}")

    def _take(self, exported: Exported) -> None:
        self.dismiss(exported)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, AlreadyExists):
            self._restore(f"{error}. Tick “Overwrite existing files” to replace it. Nothing was written.")
        elif isinstance(error, SpecError):
            problems: tuple[Problem, ...] = error.problems
            self._restore(f"{problems[0].message if problems else error}. Nothing was written.")
        elif isinstance(error, MemoryError):
            self._restore("There is not enough memory for it. Nothing was written.")
        else:
            self._restore(f"{error}. Nothing was written.")

    def _restore(self, told: str) -> None:
        self._exporting = None
        self.query_one("#choice").disabled = False
        self.query_one("#export", Button).disabled = False
        self.query_one("#progress").display = False
        self._tell(told)

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Stop the export if there is one, else close the dialog."""
        if self._exporting is None:
            self.dismiss(None)
            return
        exporting, self._exporting = self._exporting, None
        self.run_worker(self._stop(exporting))

    async def _stop(self, exporting: ExportJob) -> None:
        self._show_progress("Removing what was written", 1.0, None)
        await asyncio.to_thread(exporting.cancel, CLEAN_UP_S)
        self._restore("Cancelled. Nothing was written.")
        self.query_one("#export", Button).focus()

    def _tell(self, text: str) -> None:
        self.query_one("#told", Static).update(printable(text))
