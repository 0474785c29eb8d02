"""The windows in which a client is active, as a list in its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from blis_tui.numbers import duration, rate
from blis_tui.problems import Path
from blis_tui.spec.edits import Duplicate, Edit, Insert, Remove, SetValue
from blis_tui.spec.format.fields import Field
from blis_tui.spec.format.model import Window
from blis_tui.tui.actions import bindings
from blis_tui.tui.form.record_list import Cell, RecordList

_MINUTE_US = 60_000_000


class WindowList(RecordList):
    """The windows of one client; the form below shows the one under the cursor."""

    HELP_TITLE = "Windows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("windows")]

    def __init__(self, path: Path, field: Field, **options: Any) -> None:
        super().__init__(path, field, "window", **options)
        self.windows: Sequence[Window] = ()

    def show_windows(self, path: Path, windows: Sequence[Window], marks: Mapping[int, str]) -> None:
        """Show the windows at a path; those of another client are shown from the first on."""
        if path != self.path:
            self.path, self.row = path, 0
        self.windows = windows
        cells = [
            Cell("window", 22, lambda index: _span(windows[index]), right=False),
            Cell("lasts", 10, lambda index: duration(max(windows[index].end_us - windows[index].start_us, 0))),
            Cell("own rate", 9, lambda index: _own_rate(windows[index])),
        ]
        self.show(cells, len(windows), marks)

    def addition(self, index: int) -> tuple[Edit, ...]:
        """Return the edit that adds a window after another one, as long as that."""
        before = self.windows[index - 1] if 0 < index <= len(self.windows) else None
        start = before.end_us if before is not None else 0
        length = before.end_us - before.start_us if before is not None else 0
        return (Insert((*self.path, index), {"start_us": start, "end_us": start + (length if length > 0 else _MINUTE_US)}),)

    def duplication(self, index: int) -> tuple[Edit, ...]:
        """Return the edits that put a copy of a window, overrides and all, right behind it in time."""
        window = self.windows[index]
        length = max(window.end_us - window.start_us, 1)
        copy = (*self.path, index + 1)
        return (
            Duplicate((*self.path, index)),
            SetValue((*copy, "start_us"), window.end_us),
            SetValue((*copy, "end_us"), window.end_us + length),
        )

    def removal(self, index: int) -> tuple[Edit, ...]:
        """Return the edit that removes a window; with the last one the client is always active again."""
        return (Remove((*self.path, index) if len(self.windows) > 1 else self.path[:-1]),)

    def action_split(self) -> None:
        """Split the window into two, each half as long."""
        if self.row >= len(self.windows):
            return
        window = self.windows[self.row]
        middle = (window.start_us + window.end_us) // 2
        if window.start_us < middle < window.end_us:
            here, after = (*self.path, self.row), (*self.path, self.row + 1)
            edits = (Duplicate(here), SetValue((*here, "end_us"), middle), SetValue((*after, "start_us"), middle))
            self.ask(f"split window {self.row + 1}", edits, self.row)


def _span(window: Window) -> str:
    return f"{duration(max(window.start_us, 0))} – {duration(max(window.end_us, 0))}"


def _own_rate(window: Window) -> str:
    return "" if window.trace_rate is None else rate(window.trace_rate)
