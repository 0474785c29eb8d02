"""How lengths or gaps are spread: a small histogram, and below it some quantiles and the mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blis_tui.spec.format.model import Arrival, Distribution
from blis_tui.tui.jobs import Job

if TYPE_CHECKING:
    from blis_tui.workload.sampling.spread import Spread

BLOCKS = " ▁▂▃▄▅▆▇█"
_INDENT = "  "
_MEAN_WIDTH = 16
_WIDEST = 40
_KEPT = 64
_found: dict[Any, Spread] = {}
"""What was worked out last, to be shown at once."""


class Wanted(NamedTuple):
    """What is to be drawn: a distribution of lengths, or an arrival process at a rate in requests per microsecond."""

    what: Distribution | Arrival
    rate: float = 0.0

    def spread(self) -> Spread:
        """Work out how it is spread."""
        from blis_tui.workload.sampling.spread import gap_spread, length_spread

        return gap_spread(self.what, self.rate) if isinstance(self.what, Arrival) else length_spread(self.what)


class SpreadLines(Static):
    """Two lines below a distribution. What they show is worked out in a thread."""

    DEFAULT_CSS = "SpreadLines { height: 2; padding: 0 1 0 0; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, **options)
        self.wanted: Wanted | None = None
        self._why = ""
        self._job: Job[Spread] | None = None

    def ask(self, wanted: Wanted | None, why: str = "") -> None:
        """Show something else, or `why` there is nothing; what stands here stays until that is there."""
        if (wanted, why) == (self.wanted, self._why):
            return
        self._stop()
        self._why = why
        self.wanted = wanted
        if wanted is None or wanted in _found:
            self._draw()
        else:
            self._job = Job(self, lambda _: wanted.spread(), self._take, self._fail)

    def _take(self, spread: Spread) -> None:
        self._job = None
        if len(_found) >= _KEPT:
            _found.pop(next(iter(_found)))
        _found[self.wanted] = spread
        self._draw()

    def _fail(self, _: Exception) -> None:
        self._job = None
        self.update("")

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def on_resize(self, event: Resize) -> None:
        """Fit the histogram to the room there is."""
        self._draw()

    def on_unmount(self) -> None:
        """Work out nothing any more."""
        self._stop()

    def _draw(self) -> None:
        spread = _found.get(self.wanted)
        if spread is None or self.wanted is None:
            if self._job is None:
                self.update(Content.styled(f"{_INDENT}{self._why}", "$foreground-muted"))
            return
        gaps = isinstance(self.wanted.what, Arrival)
        self.update(spread_content(spread, self.size.width, _time if gaps else _number))


def spread_content(spread: Spread, width: int, write: Callable[[float], str]) -> Content:
    """Draw a spread in lines of some width."""
    low, high = spread.values[0], spread.quantile(0.99)
    if low == high == spread.values[-1]:
        return Content.styled(f"{_INDENT}always {write(low)}", "$foreground-muted")
    parts = [("p50", spread.quantile(0.5)), ("p90", spread.quantile(0.9)), ("p99", high)]
    told = "  ".join(f"{name} {write(value)}" for name, value in parts)
    columns = max(min(_WIDEST, width - len(_INDENT) - _MEAN_WIDTH), 4)
    bars = histogram(spread.histogram(columns, low, high))
    after = f" mean {write(spread.mean)}\n{_INDENT}{told}"
    return Content.assemble(_INDENT, (bars, "$text-primary"), (after, "$foreground-muted"))


def histogram(weights: list[float]) -> str:
    """Draw weights as bars; what is not nothing is seen."""
    most = max(weights, default=0.0) or 1.0
    return "".join(BLOCKS[0 if weight <= 0 else max(1, round(weight / most * (len(BLOCKS) - 1)))] for weight in weights)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value < 1e7 else f"{value:.2g}"


def _time(value: float) -> str:
    for size, unit in ((86_400e6, "days"), (3_600e6, "h"), (120e6, "min"), (1e6, "s"), (1e3, "ms")):
        if value >= size:
            return f"{value / (60e6 if unit == 'min' else size):.3g} {unit}" if value < 1e15 else "years"
    return f"{value:.3g} µs"
