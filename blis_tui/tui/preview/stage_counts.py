"""How many requests the stages make: what the preview expects of them, which is known a moment after the text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from blis_tui.numbers import mean
from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview

if TYPE_CHECKING:
    from blis_tui.spec.format.model import Stage
    from blis_tui.workload.totals.counts import Count
    from blis_tui.workload.totals.expected import Stage as Expected

COMING, NONE = "…", "–"
NOT_REACHED = "not reached"
"""What is said of stages past the horizon."""


class StageCounts:
    """The expected requests of each stage. Those of an older text stand only for stages that are as they were."""

    def __init__(self) -> None:
        self._stages: Sequence[Stage] = ()
        self._expected: Sequence[Expected] = ()
        self._missing = COMING
        self.is_older = False
        """Whether they are of an older text, and new ones are on their way."""

    def take(self, preview: Preview) -> bool:
        """Take over what a preview knows; returns whether that is something new."""
        before = (self._stages, self._expected, self._missing)
        if preview.clients is not None and preview.expected is not None and not preview.clients_stale:
            compact = preview.clients.spec.inference_perf
            self._stages = compact.stages if compact is not None else ()
            self._expected = preview.expected.stages
            self._missing, self.is_older = COMING, False
        elif preview.state in (FAILED, CANCELLED):
            self._stages, self._expected = (), ()
            self._missing, self.is_older = NONE, False
        else:
            self._missing, self.is_older = COMING, True
        return before != (self._stages, self._expected, self._missing)

    def forget(self) -> None:
        """Let go of what is of an older text."""
        self._stages, self._expected = (), ()

    def texts(self, stages: Sequence[Stage]) -> list[str]:
        """Write what is expected of each stage."""
        known = zip(self._stages, self._expected, strict=True)
        found = [_text(aim) if old == new else self._missing for (old, aim), new in zip(known, stages, strict=False)]
        return found + [self._missing] * (len(stages) - len(found))

    def total(self, stages: Sequence[Stage]) -> str:
        """Write what is expected of all stages; empty if that is not known."""
        if tuple(stages) != tuple(self._stages):
            return self._missing if self._missing == COMING else ""
        known = [stage.expected for stage in self._expected if stage.expected is not None]
        return mean(math.fsum(count.mean for count in known)) if len(known) == len(self._expected) else ""


def _text(stage: Expected) -> str:
    return count_text(stage.expected) if stage.start_us < stage.end_us else NOT_REACHED


def count_text(count: Count | None) -> str:
    """Write how many are expected."""
    return "?" if count is None else mean(count.mean)
