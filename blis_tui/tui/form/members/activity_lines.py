"""When clients are active: windows on a time line, and the curve of a cohort's pattern."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blis_tui.numbers import roughly
from blis_tui.spec.format.model import Client, Cohort, Window, WorkloadSpec
from blis_tui.spec.format.windows import DRAIN_STEPS, windows_of
from blis_tui.tui.form.members.spread_lines import BLOCKS
from blis_tui.workload.expansion.activity import active_spans

_NEVER = "─"
_LABEL = 9
_DAY_US = 86_400_000_000
_MOST_WINDOWS = 20_000


class ActivityLines(Static):
    """A time line, and below it what it says."""

    DEFAULT_CSS = "ActivityLines { height: 2; padding: 0 1 0 0; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, **options)
        self._shown: tuple[WorkloadSpec, Client | Cohort] | None = None

    def ask(self, spec: WorkloadSpec, member: Client | Cohort) -> None:
        """Show when a client, or the members of a cohort, are active."""
        self._shown = spec, member
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Fit the line to the room there is."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is not None and self.size.width:
            self.update(activity_content(*self._shown, self.size.width))


def activity_content(spec: WorkloadSpec, member: Client | Cohort, width: int) -> Content:
    """Draw when a client, or the members of a cohort, are active, in lines of some width."""
    try:
        found = windows_of(member)
    except (ArithmeticError, ValueError):  # of values that are out of their range
        return Content.styled("  the pattern has errors", "$foreground-muted")
    if not found:
        return Content.styled("  always active", "$foreground-muted")
    windows = [window for window in found[:_MOST_WINDOWS] if 0 <= window.start_us < window.end_us]
    if not windows:
        return Content.styled("  never active", "$foreground-muted")
    span = max(window.end_us for window in windows)
    until = spec.horizon if spec.horizon > 0 else span
    span, step = max(span, min(until, 10 * span)), 0
    room = max(width - _LABEL - len(roughly(span)) - 4, 4)
    if isinstance(member, Cohort) and member.drain is not None:
        step = member.drain.ramp_duration_us // DRAIN_STEPS
    if isinstance(member, Cohort) and member.diurnal is not None:
        span, step = max(span, _DAY_US), _DAY_US // 24
        room = max((count for count in (48, 24) if count <= room), default=12)
    parts = coverage(windows, span, room, step)
    bars = "".join(_NEVER if part <= 0 else BLOCKS[max(1, round(part * (len(BLOCKS) - 1)))] for part in parts)
    told = [f"{sum(parts) / room:.0%} of the time"]
    if isinstance(member, Cohort):
        least, most = (part * member.population for part in (min(parts), max(parts)))
        told = [f"{least:,.0f} – {most:,.0f} of {member.population:,} at a time"]
    if until < span:
        told.append(f"the file ends at {roughly(until)}")
    after = f" {roughly(span)}\n  {'; '.join(told)}"
    return Content.assemble(("  active 0", "$foreground-muted"), "├", (bars, "$text-primary"), "┤", (after, "$foreground-muted"))


def coverage(windows: Sequence[Window], span: int, columns: int, step: int = 0) -> list[float]:
    """Return how much is within a window around the middle of each of some equal stretches of time from 0 to `span`.

    What is looked at is as long as the stretch, or as `step` if that is longer: patterns fill a part of each step.
    """
    length = max(span / columns, step)
    spans = active_spans(windows)
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    covered = []
    for column in range(columns):
        middle = (column + 0.5) * span / columns
        low, high = max(middle - length / 2, 0.0), min(middle + length / 2, span)
        near = spans[bisect_right(ends, low) : bisect_left(starts, high)]
        covered.append(sum(min(end, high) - max(start, low) for start, end in near) / (high - low))
    return covered
