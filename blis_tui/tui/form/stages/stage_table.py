"""The table of stages: a row each, whose cells are edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from blis_tui.problems import ERROR, WARNING, Path, Problem
from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, SetValue
from blis_tui.spec.fields import Field
from blis_tui.spec.model import Stage
from blis_tui.spec.nodes import ALIAS, MAPPING, SEQUENCE, Node, Tree, key_name
from blis_tui.spec.validate_compact import STAGES
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import shown_at, shown_text, step_name, typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.document.messages import EditRequested, StepEnded
from blis_tui.tui.document.severity_marks import SIGNS
from blis_tui.tui.form.field_rows import PendingEdits, ValueInput

CELLS = tuple(Stage.fields.items())
"""The fields of a stage, a column each."""
NUMBER_WIDTH = 5
NARROWEST_CELL, WIDEST_CELL = 6, 14
FIRST_STAGE = {"rate": 1.0, "duration": 60}
"""What the first stage of a list begins as; further ones begin as a copy of the one before."""


class Row(NamedTuple):
    """What the table shows of one stage."""

    texts: tuple[str | None, ...]
    """The characters of each field; ``None`` where the text has nothing."""
    requests: str
    """How many requests are expected of it."""
    problems: tuple[Problem, ...] = ()

    def problem_of(self, name: str) -> Problem | None:
        """Return the first problem of a field, or else of the stage as a whole."""
        own = (problem for problem in self.problems if problem.path[-1:] == (name,))
        return next(own, next((problem for problem in self.problems if isinstance(problem.path[-1], int)), None))


def stage_rows(tree: Tree, stages: tuple[Stage, ...], problems: dict[int, list[Problem]], requests: Sequence[str]) -> list[Row]:
    """Make the rows for the stages of a text; `problems` are those of each stage by its index, `requests` one each."""
    located = tree.find(STAGES)
    nodes = located.items if located is not None and located.kind == SEQUENCE else []
    rows = []
    for index in range(len(stages)):
        own = tuple(problems.get(index, ()))
        texts = _texts(tree, nodes[index], index) if index < len(nodes) else (None, None)
        rows.append(Row(texts, requests[index], own))
    return rows


def _texts(tree: Tree, node: Node, index: int) -> tuple[str | None, ...]:
    """Return the characters of each field of a stage; merges and aliases are rare and looked up one by one."""
    pairs = {key_name(key): value for key, value in node.items} if node.kind == MAPPING else {}
    if node.kind == ALIAS or "<<" in pairs or any(value.kind == ALIAS for value in pairs.values()):
        return tuple(shown_at(tree, (*STAGES, index, name), field) for name, field in CELLS)
    return tuple(shown_text(tree, pairs[name], field) if name in pairs else None for name, field in CELLS)


class StageTable(Widget, can_focus=True, can_focus_children=True):
    """The stages: only the lines on the screen are drawn, and one cell at a time is edited."""

    HELP_TITLE = "Stages"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("stages")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stages--row", "stages--cursor", "stages--here", "stages--muted", "stages--error", "stages--warning",
    }  # fmt: skip
    DEFAULT_CSS = """
    StageTable { height: auto; }
    StageTable ValueInput { position: absolute; display: none; width: 8; }
    StageTable ValueInput.-open { display: block; }
    StageTable .stages--here { background: $surface; text-style: bold; }
    StageTable .stages--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    StageTable .stages--muted { color: $foreground-muted; }
    StageTable .stages--error { color: $text-error; text-style: bold; }
    StageTable .stages--warning { color: $text-warning; text-style: bold; }
    """

    class Moved(Message):
        """The cursor is on another cell."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.rows: list[Row] = []
        self.row = 0
        self.column = 0
        self._wanted_row: int | None = None
        self._editor: ValueInput | None = None
        self._requests = PendingEdits(self)

    def make_editor(self) -> ValueInput:
        """Make the line to type in, which appears where a cell is edited, if it is not there yet."""
        if self._editor is None:
            name, field = CELLS[0]
            self._editor = ValueInput(field, (*STAGES, 0, name), field.label, is_cell=True)
            self.mount(self._editor)
        return self._editor

    # what is shown

    def show(self, rows: list[Row]) -> None:
        """Show a state of the document."""
        if rows == self.rows and self._wanted_row is None:
            return
        old, self.rows = self.rows, rows
        if self._wanted_row is not None and not self._requests.pending:
            self.row, self._wanted_row = self._wanted_row, None
        self.row = min(max(self.row, 0), max(len(rows) - 1, 0))
        if self.is_editing:
            if self.editor.path[len(STAGES)] >= len(rows) or len(rows) != len(old):  # type: ignore[operator]
                self.close_editor()
            else:
                self.editor.show_text(rows[self.row].texts[self.column])
        if len(old) != len(rows):
            self.refresh(layout=True)
        for index, row in enumerate(rows):
            if index >= len(old) or old[index] != row:
                self.refresh(Region(0, index, self.size.width, 1))
        self._tell()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line a stage, one at least."""
        return max(len(self.rows), 1)

    @property
    def cell_width(self) -> int:
        """Cells for each column behind the number."""
        return min(max((self.size.width - NUMBER_WIDTH) // 3, NARROWEST_CELL), WIDEST_CELL)

    def header(self) -> str:
        """Return the line that stands above the columns."""
        width = self.cell_width
        names = [f"{field.label.lower()} {field.unit}" for _, field in CELLS]
        return "   # " + "".join(_fitted(name, width) for name in [*names, "requests"])

    def render_line(self, y: int) -> Strip:
        """Draw one stage."""
        width = self.size.width
        base = self.rich_style
        if y >= len(self.rows):
            text = "  no stages: press a to add one" if y == 0 else ""
            muted = base + self.get_component_rich_style("stages--muted", partial=True)
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        row, here = self.rows[y], y == self.row
        if here:
            base += self.get_component_rich_style("stages--here", partial=True)
        focused = here and self.has_focus
        segments = [Segment(f"{'▸' if here else ' '}{y + 1:>3} ", base)]
        for index, (name, _) in enumerate(CELLS):
            style = base
            problem = row.problem_of(name)
            if problem is not None and problem.severity in (ERROR, WARNING):
                style += self.get_component_rich_style(f"stages--{problem.severity}", partial=True)
            if focused and index == self.column:
                style += self.get_component_rich_style("stages--cursor", partial=True)
            glyph = SIGNS[problem.severity] if problem else ""
            segments += _cell(row.texts[index], glyph, self.cell_width, base, style)
        muted = base + self.get_component_rich_style("stages--muted", partial=True)
        segments.append(Segment(_fitted(row.requests, self.cell_width), muted))
        return Strip(segments).adjust_cell_length(width, base)

    # the cursor

    @property
    def field(self) -> Field:
        """The field of the cursor's column."""
        return CELLS[self.column][1]

    @property
    def path(self) -> Path:
        """The path of the cursor's cell."""
        return (*STAGES, self.row, CELLS[self.column][0])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the cursor's cell, and of its stage as a whole."""
        if self.row >= len(self.rows):
            return ()
        ends = (CELLS[self.column][0], self.row)
        return tuple(problem for problem in self.rows[self.row].problems if problem.path[-1] in ends)

    def go_to(self, row: int, column: int) -> None:
        """Put the cursor on a cell."""
        row, column = min(max(row, 0), max(len(self.rows) - 1, 0)), min(max(column, 0), len(CELLS) - 1)
        if (row, column) != (self.row, self.column):
            self.row, self.column = row, column
            self.refresh()
            self._tell()
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        """Bring the cursor's row into view, in the table and in the column that holds it."""
        region = Region(0, self.row, self.size.width, 1)
        for holder in self.ancestors:
            if isinstance(holder, ScrollableContainer):
                holder.scroll_to_region(region, animate=False)
                region = region.translate(-holder.scroll_offset)
            if isinstance(holder, Widget):
                region = region.translate(holder.virtual_region.offset)

    def _tell(self) -> None:
        self.post_message(self.Moved())

    def action_go(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self.go_to(self.row + rows, self.column + columns)

    def action_end(self, last: bool) -> None:
        """Go to the first or the last stage."""
        self.go_to(len(self.rows) - 1 if last else 0, self.column)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click edits."""
        if event.widget is not self:
            return
        column = (event.x - NUMBER_WIDTH) // self.cell_width
        if event.y < len(self.rows):
            self.go_to(event.y, column)
            if event.chain == 2 and 0 <= column < len(CELLS):
                self.action_edit()

    # editing a cell

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
        editor.select_on_focus = not first
        self.screen.set_focus(editor)
        editor.select_all()
        if first:
            editor.value = first
            editor.cursor_position = len(first)

    def close_editor(self) -> None:
        """End the editing of a cell."""
        if self.is_editing:
            if self.editor.has_focus:
                self.screen.set_focus(self)
            self.editor.remove_class("-open")

    def on_key(self, event: events.Key) -> None:
        """Begin to edit a cell with the figure that is typed; go from cell to cell with tab while editing."""
        if self.is_editing and event.key in ("enter", "escape", "tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            self._leave_cell(event.key)
        elif self.is_editing and event.is_printable and event.character:  # came before the cell had the focus
            event.stop()
            event.prevent_default()
            self.editor.insert_text_at_cursor(event.character)
        elif self.has_focus and event.character and event.character in "0123456789." and self.row < len(self.rows):
            event.stop()
            event.prevent_default()
            self._open_editor(event.character)

    def on_descendant_blur(self) -> None:
        """Close the line to type in when the focus goes elsewhere."""
        if self._editor is not None:
            self._editor.remove_class("-open")

    def _leave_cell(self, key: str) -> None:
        if key == "escape":
            self.editor.action_revert()
        place = self.row * len(CELLS) + self.column + {"tab": 1, "shift+tab": -1}.get(key, 0)
        if "tab" in key and 0 <= place < len(self.rows) * len(CELLS):
            self.app.post_message(StepEnded())
            self.go_to(*divmod(place, len(CELLS)))
            self._open_editor()
        else:
            self.close_editor()

    # the stages

    def _ask(self, label: str, edit: Edit, row: int, merge: str | None = None) -> None:
        self.close_editor()
        self._wanted_row = row
        self._requests.ask(label, edit, merge)
        if merge is None:
            self.app.post_message(StepEnded())

    def action_add(self) -> None:
        """Add a stage behind this one, like it."""
        new = dict(FIRST_STAGE)
        if self.rows and self.stage is not None:
            new = {"rate": self.stage.rate, "duration": self.stage.duration}
        index = self.row + 1 if self.rows else 0
        self._ask("add a stage", Insert((*STAGES, index), new), index)

    stages: tuple[Stage, ...] = ()

    @property
    def stage(self) -> Stage | None:
        """The stage under the cursor."""
        return self.stages[self.row] if self.row < len(self.stages) else None

    def action_duplicate(self) -> None:
        """Put a copy of the stage, comments included, behind it."""
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

    def action_ramp(self) -> None:
        """Ask for a ramp of stages."""
        from blis_tui.tui.form.stages.ramp_dialog import RampDialog

        self.app.push_screen(RampDialog(self.stages, self.row), self._make_ramp)

    def _make_ramp(self, edits: tuple[Edit, ...] | None) -> None:
        if edits:
            self.app.post_message(EditRequested("add a ramp", edits))
            self.app.post_message(StepEnded())

    def action_scale(self) -> None:
        """Ask for a factor for the rates of all stages."""
        from blis_tui.tui.form.stages.scale_dialog import ScaleDialog

        if self.stages:
            self.app.push_screen(ScaleDialog(self.stages), self._scale)

    def _scale(self, factor: float | None) -> None:
        if factor is None:
            return
        from blis_tui.tui.form.stages.scale_dialog import scaled

        edits = tuple(
            SetValue((*STAGES, index, "rate"), scaled(stage.rate, factor))
            for index, stage in enumerate(self.stages)
            if stage.rate > 0
        )
        self.app.post_message(EditRequested(f"scale all rates by {factor:g}", edits))
        self.app.post_message(StepEnded())


def _fitted(text: str, width: int) -> str:
    """Put a text at the right end of a cell, one blank before it at least; cut it if it is too long."""
    content = Content(text).truncate(width - 1, ellipsis=True)
    return " " * (width - content.cell_length) + content.plain


def _cell(text: str | None, glyph: str, width: int, base: RichStyle, style: RichStyle) -> list[Segment]:
    content = Content(glyph + (text or ("" if glyph else "–"))).truncate(width - 1, ellipsis=True)
    return [Segment(" " * (width - content.cell_length), base), Segment(content.plain, style)]
