"""The capacity below the chart: the assumption, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.content import Content

from blis_tui.numbers import aligned
from blis_tui.tui.capacity.assumption_line import AssumptionLine
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview

if TYPE_CHECKING:
    from blis_tui.workload.totals.capacity import Capacity

ROOM = 26
"""Lines of the tab from which on the numbers are shown, and not the assumption alone."""
_GAP = "  "
_ALWAYS = 3
"""The columns that are always there: name, mean and peak."""
_LEAST = 7
"""The fewest columns that a stage takes, gap and all."""
_OF_A_REQUEST = " of a request"
_MUTED = "$foreground 60%"


class CapacityPane(PreviewWidget):
    """The assumption, always; the numbers where there is room."""

    DEFAULT_CSS: ClassVar[str] = """
    CapacityPane {
        layout: vertical; height: auto;
        & > CapacityNumbers { display: none; }
        &.-roomy > CapacityNumbers { display: block; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield AssumptionLine()
        yield CapacityNumbers()

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview: the two parts do."""

    def fit(self, lines: int) -> None:
        """Show the numbers if a tab of so many lines has room for them."""
        self.set_class(lines >= ROOM, "-roomy")


class CapacityNumbers(PreviewWidget):
    """The numbers. They have the same height whatever they are, so that nothing need be laid out anew."""

    DEFAULT_CSS: ClassVar[str] = """
    CapacityNumbers { height: 12; padding: 0 1; border-title-color: $foreground 60%; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._capacity: Capacity | None = None
        self._old = self._failed = False

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        shown = self._capacity, self._old, self._failed
        self._capacity, self._old = preview.capacity, preview.capacity_stale
        self._failed = preview.state in (FAILED, CANCELLED)
        if (self._capacity, self._old, self._failed) != shown:
            self.refresh()

    def render(self) -> Content:
        """Write the numbers, faint while they are of what was assumed or written before."""
        if self._capacity is None:
            hint = "No capacity: there are no requests." if self._failed else "The capacity is shown once there are requests …"
            return Content.styled(hint, _MUTED)
        text = capacity_text(self._capacity, self.content_size.width)
        return text.stylize("dim") if self._old else text


def capacity_text(found: Capacity, width: int) -> Content:
    """Write a capacity in lines of at most `width` columns: with as many stages as fit, and what else each number assumes."""
    from blis_tui.workload.totals.capacity_rows import LENGTH_HEADS, length_rows, rows

    numbers = rows(found, "")
    stages = found.stages[: width // _LEAST] if len(found.stages) > 1 else ()  # of a thousand only these may fit
    table = [(f"what is {found.basis}", "mean", "peak", *_titles(len(stages)))]
    for row in numbers:
        of_stages = (" / ".join(filter(None, row.of_stage(stage))) if row.of_stage is not None else "" for stage in stages)
        table.append((row.name, row.mean, row.peak, *of_stages))
    columns = _fitting(table, width, len(found.stages))
    hidden = len(found.stages) - (columns - _ALWAYS) if stages else 0
    head, *lines = aligned([row[:columns] for row in table])
    text = Content.styled(f"{head}{_GAP}{hidden} more" if hidden else head, _MUTED)
    always = max(map(len, aligned([row[:_ALWAYS] for row in table])))
    for line, row in zip(lines, numbers, strict=True):
        filled = line.ljust(len(head) if stages and row.of_stage is not None else always)
        fits = len(filled) + len(_GAP) + len(row.brief) <= width
        text += Content(f"\n{filled}") + (Content.styled(_GAP + row.brief, _MUTED) if fits else Content(""))
    head, *lines = lengths_text(length_rows(found), LENGTH_HEADS, width)
    return text + Content.styled(f"\n{head}", _MUTED) + Content("".join(f"\n{line}" for line in lines))


def lengths_text(rows: Sequence[tuple[str, ...]], heads: Sequence[str], width: int) -> list[str]:
    """Lay the lengths out; for a narrow column with what they are of in the head, and if need be without the mean."""
    short = [(_OF_A_REQUEST.strip(), *heads), *((name.removesuffix(_OF_A_REQUEST), *cells) for name, *cells in rows)]
    tables = ([("", *heads), *rows], short, [(name, *cells) for name, _, *cells in short])
    layouts = [aligned(table) for table in tables]
    return next((lines for lines in layouts if max(map(len, lines)) <= width), layouts[-1])


def _titles(stages: int) -> list[str]:
    return [f"stage {number}" for number in range(1, stages + 1)]


def _fitting(table: Sequence[Sequence[str]], width: int, stages: int) -> int:
    """Return how many columns of a table fit, at least those before the stages; where some do not, that has to be said, too."""
    more = len(_GAP) + len(f"{stages} more")
    ends = list(accumulate(len(_GAP) + max(len(row[column]) for row in table) for column in range(len(table[0]))))
    whole = ends[-1] - len(_GAP) <= width and len(ends) - _ALWAYS == stages
    fitting = sum(end - len(_GAP) + (0 if whole else more) <= width for end in ends)
    return max(fitting, _ALWAYS) if len(ends) > _ALWAYS else len(ends)
