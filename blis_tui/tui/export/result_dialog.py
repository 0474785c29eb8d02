"""What an export has written, and the commands that use it, ready to be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from blis_tui.numbers import counted, spoken_size
from blis_tui.problems import Problem, printable
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS
from blis_tui.tui.export.commands import Command, commands_for
from blis_tui.tui.widgets.choice_list import ChoiceList
from blis_tui.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from blis_tui.formats.export import Exported
    from blis_tui.tui.base_app import BaseApp


_OTHER_LINES = 8
"""Lines that are neither in the list nor notes: the frame, the totals, the hint, and space around them."""


class ExportedDialog(Dialog[None]):
    """Lists files and commands; enter copies the highlighted one."""

    CSS_PATH = "result_dialog.tcss"
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", show=False),
        Binding("c,y", "copy", "Copy", show=False),
    ]

    def __init__(self, exported: Exported) -> None:
        super().__init__()
        self._exported = exported
        self._commands = commands_for(exported.paths, exported.provenance.get("replay"))
        self._texts = [*(command.line for command in self._commands), *(str(path) for path in exported.paths)]

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        document = self._exported.provenance
        sizes = [each["bytes"] for each in document["files"]]
        requests, clients = document["counts"]["requests"], document["counts"]["clients"]
        counts = "" if requests is None else f", {counted(requests, 'request')} of {counted(clients, 'client')}"
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Exported"
            yield Static(f"{len(self._exported.paths)} files{counts}, {spoken_size(sum(sizes))}", markup=False)
            yield ChoiceList(*self._options(sizes), markup=False)
            if self._exported.warnings:
                with VerticalScroll(id="remarks"):
                    for problem in self._exported.warnings:
                        yield Static(_remark(problem), markup=False)
            remarks = "   Tab notes" if self._exported.warnings else ""
            yield Static(f"⏎ copy   ↑↓ choose{remarks}   Esc close", classes="hint", markup=False)

    def on_resize(self, event: Resize) -> None:
        """Keep everything on the screen: what is long scrolls.

        In lines, since Textual passes over relative heights in a dialog that is as high as its content.
        """
        notes = event.size.height // 4 if self._exported.warnings else 0
        for remarks in self.query("#remarks"):
            remarks.styles.max_height = notes
        others = _OTHER_LINES + (notes + 1 if notes else 0)
        self.query_one(OptionList).styles.max_height = max(3, event.size.height - others)

    def _options(self, sizes: list[int]) -> list[Option | None]:
        """Return the commands, a line, and the files."""
        commands = [Option(_told(command)) for command in self._commands]
        ends = [*(f"   {spoken_size(size)}" for size in sizes), "   where it all came from"]
        files = [
            Option(Content.assemble(printable(str(path)), Content.styled(end, "dim")))
            for path, end in zip(self._exported.paths, ends, strict=True)
        ]
        return [*commands, *([None] if commands else []), *files]

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Copy what is chosen."""
        self._copy(event.option_index)

    def action_copy(self) -> None:
        """Copy what is highlighted."""
        self._copy(self.query_one(OptionList).highlighted)

    def _copy(self, index: int | None) -> None:
        from blis_tui.tui.filing.clipboard import copy

        app: BaseApp = self.app  # type: ignore[assignment]
        if index is not None:
            copy(app, self._texts[index])


def _told(command: Command) -> Content:
    """Return a command; below the tool's name, and what to know of it, where there are several."""
    line = Content(printable(command.line))
    if not command.tool:
        return line
    return Content.assemble(Content.styled(command.tool, "bold"), Content.styled(f"  {command.note}\n", "dim"), line)


def _remark(problem: Problem) -> Content:
    severity = problem.severity
    return Content.assemble(Content.styled(f"{SIGNS[severity]} ", COLOURS.get(severity, "dim")), printable(problem.message))
