"""The options of an export, a line each; of those that not every format could use, only what the chosen ones do is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Checkbox, Input, Label

from blis_tui.formats.interop.target import Target
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.table import BLOCK_SIZE, EXACTLY, FULL_ROUNDS, TARGET, find_formats
from blis_tui.tui.preferences.remembered import Exporting
from blis_tui.tui.widgets.tick_box import TickBox


class _Field(NamedTuple):
    """A line to type in: of which option, what it is called, and what stands there while it is empty."""

    option: str
    label: str
    placeholder: str


_FIELDS = {
    "server": _Field(TARGET, "Server", "URL, else left to be filled in"),
    "model": _Field(TARGET, "Model", "left to be filled in"),
    "tokenizer": _Field(TARGET, "Tokenizer", "the model's"),
    "block_size": _Field(BLOCK_SIZE, "Block size", "chosen: up to 512 tokens, so that prefixes fit"),
}
"""The lines by their fields in `Exporting`."""
_BOXES = {
    EXACTLY: "Keep the exact arrival times, as a trace beside the inference-perf config",
    FULL_ROUNDS: "Write complete inputs of rounds that repeat earlier ones into blis-trace",
}


class OptionLines(Vertical):
    """The options; those of `Exporting` begin as they were left."""

    def __init__(self, before: Exporting) -> None:
        super().__init__()
        self._before = before

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        for name, field in _FIELDS.items():
            with Horizontal(classes=f"line uses-{field.option}"):
                yield Label(field.label)
                value = getattr(self._before, name)
                yield Input(value, field.placeholder, id=name, compact=True, select_on_focus=False)
        yield TickBox("Include token ids in the formats that can hold them", id="tokens", compact=True)
        for option, label in _BOXES.items():
            yield TickBox(label, id=option, classes=f"uses-{option}", compact=True)

    def show_for(self, names: Iterable[str]) -> None:
        """Show the options that some formats use, and no others."""
        used = {option for each in find_formats(names) for option in each.uses}
        for option in ExportOptions._fields:
            for line in self.query(f".uses-{option}"):
                line.display = option in used

    @property
    def typed(self) -> Exporting:
        """What stands in the lines, to be remembered."""
        return Exporting(**{name: self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS})

    @property
    def refusal(self) -> str | None:
        """Why what was typed cannot be used; only of a line that is shown."""
        shown = self.query_one(f".uses-{BLOCK_SIZE}").display
        if shown and self.typed.block_size and not _whole(self.typed.block_size):
            return "Give the block size as a whole number of tokens from 1 up, or leave it to be chosen."
        return None

    @property
    def options(self) -> ExportOptions:
        """What is chosen; formats pass over what they do not use, and so over lines that are not shown."""
        typed = self.typed
        return ExportOptions(
            Target(typed.server, typed.model, typed.tokenizer),
            exact=self.query_one(f"#{EXACTLY}", Checkbox).value,
            full_rounds=self.query_one(f"#{FULL_ROUNDS}", Checkbox).value,
            block_size=_whole(typed.block_size),
        )


def _whole(text: str) -> int | None:
    """Return the number that a text is, ``None`` for any that is no number of tokens."""
    return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,8}", text) else None
