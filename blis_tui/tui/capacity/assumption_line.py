"""The line that says how long answers are assumed to take, and in which that is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input, Static

from blis_tui.problems import printable
from blis_tui.spec.format.fields import NUMBER, Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import Preview, Source
from blis_tui.workload.server import AssumedServer

_US_PER_MS, _BYTES_PER_KIB = 1000, 1024
_FIRST = Field(NUMBER, "Until the first token.", minimum=0, maximum=1e9, label="First token", unit="ms")
_EACH = Field(NUMBER, "For each output token.", minimum=0, maximum=1e9, label="Each token", unit="ms/token")
_MEMORY = Field(NUMBER, "KV memory per token.", minimum=0, maximum=1e9, default=0, label="KV memory", unit="KiB/token")
_AFTER = "] KiB/token"
_BEFORE = ("If an answer takes [", "] ms + [", "] ms/token; KV [")
_INPUT = 5
"""The columns of a number."""


@dataclass
class Assumed(Message):
    """Answers are assumed to take another time."""

    server: AssumedServer


class AssumptionLine(PreviewWidget):
    """Says what is assumed of answers; each number can be changed here, and is in force at once if it is one."""

    HELP_TITLE = "Answer times"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("assumption")]
    DEFAULT_CSS: ClassVar[str] = """
    AssumptionLine {
        layout: horizontal; height: 1; padding: 0 1; background: $panel;
        & > Static { width: auto; }
        & > #assumption-after { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & > NumberInput, & > NumberInput:focus { width: 5; padding: 0; background: $surface; }
        & > NumberInput:focus { background: $boost; }
        &.-wrong #assumption-after { color: $text-error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._server = AssumedServer()
        self._from: Source | None = None
        self._shown = False

    def compose(self) -> ComposeResult:
        """Lay out the sentence and its numbers."""
        first, each, kept = (Static(text, markup=False) for text in _BEFORE)
        yield first
        yield NumberInput("first", _FIRST, "")
        yield each
        yield NumberInput("each", _EACH, "")
        yield kept
        memory = NumberInput("memory", _MEMORY, "")
        memory.placeholder = "?"
        yield memory
        yield Static(_AFTER, id="assumption-after", markup=False)

    @property
    def _inputs(self) -> list[NumberInput]:
        return list(self.query(NumberInput))

    def show_preview(self, preview: Preview) -> None:
        """Show what is assumed, unless it is just being typed."""
        if preview.server != self._server or not self._shown:
            self._server, self._shown = preview.server, True
            for line, text in zip(self._inputs, _texts(preview.server), strict=True):
                if not line.has_focus:
                    with self.prevent(Input.Changed):
                        line.value = text
        if preview.server_from != self._from:
            self._from = preview.server_from
            self._say_after()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        if not self.has_class("-wrong"):
            self._say_after()

    def _say_after(self) -> None:
        """Say what is after the numbers: their unit, and the run that they are from."""
        room = self.content_size.width - sum(map(len, _BEFORE)) - _INPUT * len(_BEFORE)
        self.query_one("#assumption-after", Static).update(_after(self._from, room))

    @on(Input.Changed)
    def take(self, event: Input.Changed) -> None:
        """Assume what is typed, or say what is wrong with it."""
        event.stop()
        wrong = next((line for line in self._inputs if line.number is None), None)
        self.set_class(wrong is not None, "-wrong")
        if wrong is None:
            self._say_after()
        else:
            self.query_one("#assumption-after", Static).update(f"] {_complaint(wrong.value)}")
        first, each, memory = (line.number for line in self._inputs)
        if first is None or each is None or memory is None:
            return
        server = AssumedServer(round(first * _US_PER_MS), round(each * _US_PER_MS), round(memory * _BYTES_PER_KIB))
        if server != self._server:
            self._server = server
            self.post_message(Assumed(server))

    @on(Input.Submitted)
    def action_leave(self) -> None:
        """Go back to what is above."""
        chain = self.screen.focus_chain
        first = next((place for place, widget in enumerate(chain) if widget in self._inputs), 0)
        self.screen.set_focus(chain[first - 1])


def _after(source: Source | None, room: int) -> str:
    """Return the unit of the last number, and which run the answer times are from, in so many columns if that can be."""
    if source is None:
        return _AFTER
    name, told = printable(source.name), printable(source.told)
    choices = (f"{_AFTER}   from run {name}: {told}", f"{_AFTER}   from run {name}", f"{_AFTER}  ← run", "] KiB  ← run")
    return next((text for text in choices if cell_len(text) <= room), choices[-1])


def _complaint(text: str) -> str:
    """Say what is wrong with a number, briefly: there is no more room than its unit takes."""
    try:
        return "✗ not ≥ 0" if float(text) < 0 else "✗ too large"
    except ValueError:
        return "✗ not a number"


def _texts(server: AssumedServer) -> tuple[str, str, str]:
    memory = server.kv_bytes / _BYTES_PER_KIB
    return f"{server.ttft_us / _US_PER_MS:.12g}", f"{server.itl_us / _US_PER_MS:.12g}", f"{memory:.12g}" if memory else ""
