"""The cells of the table of stages, edited in place."""

from __future__ import annotations

from typing import Any

from textual import events

from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.document.messages import StepEnded
from blis_tui.tui.form.stages.stage_grid import NUMBER_WIDTH, StageGrid
from blis_tui.tui.form.stages.stage_rows import CELLS, Row
from blis_tui.tui.form.value_input import BEGIN_A_NUMBER, ValueInput

_LEAVING = ("enter", "escape", "tab", "shift+tab")


class StageCells(StageGrid):
    """A table of stages of which one cell at a time is edited."""

    DEFAULT_CSS = """
    StageCells ValueInput { position: absolute; display: none; width: 8; }
    StageCells ValueInput.-open { display: block; }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._editor: ValueInput | None = None

    def make_editor(self) -> ValueInput:
        """Make the line to type in, which appears where a cell is edited, if it is not there yet."""
        if self._editor is None:
            name, field = CELLS[0]
            self._editor = ValueInput(field, (*STAGES, 0, name), field.label, is_cell=True)
            self.mount(self._editor)
        return self._editor

    def show(self, rows: list[Row], row: int | None = None) -> None:
        """Show a state of the document, in the cell that is edited too; a cell that is not there any more is closed."""
        if rows == self.rows and row is None:
            return
        before = len(self.rows)
        super().show(rows, row)
        if self.is_editing:
            if self.editor.path[len(STAGES)] >= len(rows) or len(rows) != before:  # type: ignore[operator]
                self.close_editor()
            else:
                self.editor.show_text(rows[self.row].texts[self.column])

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click edits."""
        if event.widget is not self:
            return
        column = (event.x - NUMBER_WIDTH) // self.cell_width
        if event.y < len(self.rows):
            self.go_to(event.y, column)
            if event.chain == 2 and 0 <= column < len(CELLS):
                self.action_edit()

    @property
    def editor(self) -> ValueInput:
        """The line to type in."""
        return self.make_editor()

    @property
    def is_editing(self) -> bool:
        """Whether a cell is being edited."""
        return self._editor is not None and self._editor.has_class("-open")

    def action_edit(self) -> None:
        """Edit the cell under the cursor."""
        if self.row < len(self.rows):
            self._open_editor()

    def _open_editor(self, first: str = "") -> None:
        editor = self.editor
        label = f"{self.field.label.lower()} of stage {self.row + 1}"
        editor.begin(self.field, self.path, label, self.rows[self.row].texts[self.column])
        editor.styles.offset = (NUMBER_WIDTH + self.column * self.cell_width + 1, self.row)
        editor.styles.width = self.cell_width - 1
        editor.add_class("-open")
        editor.select_on_focus = False  # all is selected here; the focus comes later, and something may be typed by then
        self.screen.set_focus(editor)
        editor.select_all()
        if first:
            editor.value = first
            editor.cursor_position = len(first)
        else:
            editor.open()

    def close_editor(self) -> None:
        """End the editing of a cell."""
        if self.is_editing:
            if self.editor.has_focus:
                self.screen.set_focus(self)
            self.editor.remove_class("-open")

    def on_key(self, event: events.Key) -> None:
        """Begin to edit a cell with the figure that is typed; go from cell to cell with tab while editing."""
        if self.is_editing and (event.key in _LEAVING or (event.key in ("up", "down") and not self.editor.is_opened)):
            event.stop()
            event.prevent_default()
            self._leave_cell(event.key)
        elif self.is_editing and event.is_printable and event.character:  # came before the cell had the focus
            event.stop()
            event.prevent_default()
            self.editor.replace(event.character, *sorted(self.editor.selection))
        elif self.has_focus and event.character and event.character in BEGIN_A_NUMBER and self.row < len(self.rows):
            event.stop()
            event.prevent_default()
            self._open_editor(event.character)

    def on_descendant_blur(self) -> None:
        """Close the line to type in when the focus goes elsewhere."""
        if self._editor is not None:
            self._editor.remove_class("-open")

    def _leave_cell(self, key: str) -> None:
        place = self.row * len(CELLS) + self.column + {"tab": 1, "shift+tab": -1}.get(key, 0)
        if "tab" in key and 0 <= place < len(self.rows) * len(CELLS):
            self.app.post_message(StepEnded())
            self.go_to(*divmod(place, len(CELLS)))
            self._open_editor()
        else:
            self.close_editor()
            self.go_to(self.row + {"up": -1, "down": 1}.get(key, 0), self.column)
