"""The table of stages: they are added, moved and changed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import BindingType

from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import step_name, typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.document.messages import EditRequested, StepEnded
from blis_tui.tui.form.pending_edits import PendingEdits
from blis_tui.tui.form.stages.stage_cells import StageCells
from blis_tui.tui.form.stages.stage_rows import Row

FIRST_STAGE = {"rate": 1.0, "duration": 60}
"""What the first stage of a list begins as; further ones begin as a copy of the one before."""


class StageTable(StageCells):
    """The stages. What is done to them is asked for as an edit of the text; the cursor follows once that is made."""

    HELP_TITLE = "Stages"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("stages")]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.stages: tuple[Stage, ...] = ()
        self._wanted_row: int | None = None
        self._requests = PendingEdits(self)

    def show(self, rows: list[Row], row: int | None = None) -> None:
        """Show a state of the document; the cursor goes where the last edit wants it once the edit is made."""
        if self._wanted_row is not None and not self._requests.pending:
            row, self._wanted_row = self._wanted_row, None
        super().show(rows, row)

    def _ask(self, label: str, edit: Edit, row: int, merge: str | None = None) -> None:
        self.close_editor()
        self._wanted_row = row
        self._requests.ask(label, (edit,), merge)
        if merge is None:
            self.app.post_message(StepEnded())

    def action_add(self) -> None:
        """Add a stage below with the same numbers."""
        new = dict(FIRST_STAGE)
        if self.rows and self.stage is not None:
            new = {"rate": self.stage.rate, "duration": self.stage.duration}
        index = self.row + 1 if self.rows else 0
        self._ask("add a stage", Insert((*STAGES, index), new), index)

    @property
    def stage(self) -> Stage | None:
        """The stage under the cursor."""
        return self.stages[self.row] if self.row < len(self.stages) else None

    def action_duplicate(self) -> None:
        """Put a copy of the stage, comments included, after it."""
        if self.rows:
            self._ask(f"duplicate stage {self.row + 1}", Duplicate((*STAGES, self.row)), self.row + 1)

    def action_remove(self) -> None:
        """Remove the stage."""
        if self.rows:
            self._ask(f"remove stage {self.row + 1}", Remove((*STAGES, self.row)), self.row)

    def action_move(self, steps: int) -> None:
        """Move the stage up or down."""
        to = self.row + steps
        if 0 <= to < len(self.rows):
            self._ask(f"move stage {self.row + 1}", Move((*STAGES, self.row), to), to)

    def action_nudge(self, steps: int, large: bool = False) -> None:
        """Make the number under the cursor a step larger or smaller."""
        if self.row < len(self.rows) and not self._requests.pending:
            text = nudged(self.field, self.rows[self.row].texts[self.column] or "", steps, large)
            if text is not None:
                label = f"change {self.field.label.lower()} of stage {self.row + 1}"
                self._ask(label, typed(self.path, self.field, text), self.row, step_name(self.path))

    def action_shape(self, name: str) -> None:
        """Ask for stages that make a ramp, a triangle or a spike."""
        from blis_tui.tui.form.stages import shape_dialogs

        dialogs: dict[str, Callable[[tuple[Stage, ...], int], shape_dialogs.ShapeDialog]] = {
            "ramp": shape_dialogs.RampDialog, "triangle": shape_dialogs.TriangleDialog, "spike": shape_dialogs.SpikeDialog,
        }  # fmt: skip

        def make(edits: tuple[Edit, ...] | None) -> None:
            if edits:
                self.app.post_message(EditRequested(f"add a {name}", edits))
                self.app.post_message(StepEnded())

        self.app.push_screen(dialogs[name](self.stages, self.row), make)

    def action_scale(self) -> None:
        """Ask for a factor for the rates of all stages."""
        from blis_tui.tui.form.stages.scale_dialog import ScaleDialog

        if any(stage.rate > 0 for stage in self.stages):
            self.app.push_screen(ScaleDialog(self.stages), self._scale)

    def _scale(self, factor: float | None) -> None:
        from blis_tui.tui.form.stages.scale_dialog import scale

        if factor is not None:
            self.app.post_message(EditRequested(f"scale all rates by {factor:g}", scale(self.stages, factor)))
            self.app.post_message(StepEnded())
