"""How many requests the stages make: what the preview expects of them, which is known a moment after the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview

if TYPE_CHECKING:
    from blis_tui.spec.format.model import Stage
    from blis_tui.workload.totals.counts import Count

COMING, NONE = "…", "–"


class StageCounts:
    """The expected requests of each stage. Those of an older text stand only for stages that are as they were."""

    def __init__(self) -> None:
        self._stages: Sequence[Stage] = ()
        self._counts: Sequence[Count | None] = ()
        self._missing = COMING
        self.is_older = False
        """Whether they are of an older text, and new ones are on their way."""

    def take(self, preview: Preview) -> bool:
        """Take over what a preview knows; returns whether that is something new."""
        before = (self._stages, self._counts, self._missing)
        if preview.clients is not None and preview.expected is not None and not preview.clients_stale:
            compact = preview.clients.spec.inference_perf
            self._stages = compact.stages if compact is not None else ()
            self._counts = [stage.expected for stage in preview.expected.stages]
            self._missing, self.is_older = COMING, False
        elif preview.state in (FAILED, CANCELLED):
            self._stages, self._counts = (), ()
            self._missing, self.is_older = NONE, False
        else:
            self._missing, self.is_older = COMING, True
        return before != (self._stages, self._counts, self._missing)

    def forget(self) -> None:
        """Let go of what is of an older text."""
        self._stages, self._counts = (), ()

    def texts(self, stages: Sequence[Stage]) -> list[str]:
        """Write what is expected of each stage."""
        known = zip(self._stages, self._counts, strict=True)
        found = [count_text(count) if old == new else self._missing for (old, count), new in zip(known, stages, strict=False)]
        return found + [self._missing] * (len(stages) - len(found))

    def total(self, stages: Sequence[Stage]) -> str:
        """Write what is expected of all stages; empty if that is not known."""
        if tuple(stages) != tuple(self._stages):
            return self._missing if self._missing == COMING else ""
        known = [count for count in self._counts if count is not None]
        return mean_text(sum(count.mean for count in known)) if len(known) == len(self._counts) else ""


def count_text(count: Count | None) -> str:
    """Write how many are expected."""
    return "?" if count is None else mean_text(count.mean)


def mean_text(mean: float) -> str:
    """Write an expected number as a whole one."""
    return f"{mean:,.0f}" if mean < 1e15 else "∞"
