"""When clients are active: windows on a time line, and the curve of a cohort's pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blis_tui.numbers import roughly
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import Client, Cohort, Window, WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.tui.form.members.spread_lines import BLOCKS
from blis_tui.workload.expansion.activity import active_spans

_NEVER = "─"
_LABEL = 9
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
    windows = [window for window in windows_of(member)[:_MOST_WINDOWS] if 0 <= window.start_us < window.end_us]
    until = end_us(spec) if spec.horizon > 0 else None
    span = max((window.end_us for window in windows), default=0)
    if until is not None:
        span = max(span, min(until, 10 * span or until))
    if not windows or not span:
        return Content.styled("  always active", "$foreground-muted")
    end = roughly(span)
    columns = max(width - _LABEL - len(end) - 4, 4)
    parts = coverage(windows, span, columns)
    bars = "".join(_NEVER if part <= 0 else BLOCKS[max(1, round(part * (len(BLOCKS) - 1)))] for part in parts)
    told = [f"{sum(parts) / columns:.0%} of the time"]
    if isinstance(member, Cohort):
        least, most = (part * member.population for part in (min(parts), max(parts)))
        told = [f"{least:,.0f} – {most:,.0f} of {member.population:,} at a time"]
    if until is not None and until < span:
        told.append(f"the file ends at {roughly(until)}")
    after = f" {end}\n  {'; '.join(told)}"
    return Content.assemble(("  active 0", "$foreground-muted"), "├", (bars, "$text-accent"), "┤", (after, "$foreground-muted"))


def coverage(windows: Sequence[Window], span: int, columns: int) -> list[float]:
    """Return which part of each of some equal stretches of time, from 0 to `span`, is within a window."""
    covered = [0.0] * columns
    for start, end in active_spans(windows):
        first, last = start * columns / span, min(end, span) * columns / span
        for column in range(int(first), min(int(last) + 1, columns)):
            covered[column] += max(0.0, min(last, column + 1) - max(first, column))
    return [min(part, 1.0) for part in covered]
