"""The results of a run, whichever tool measured them. Times are in µs; what a tool does not tell is ``None``, never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.measured.spread import UNKNOWN, Spread, spread

SENT, ANSWERED = "sent", "answered"
"""What a rate counts: requests when they are sent, or when they are answered."""


class Measured(NamedTuple):
    """What was measured of some requests: of a whole run, of one of its stages, of an SLO class.

    `requests` are all that were sent, `failures` those of them that were not answered as they should; `rate` is what was
    achieved and `requested_rate` what the tool aimed at, both per second. `number` is that of a stage, from 1, where the tool
    numbers its stages. `start_us` and `end_us` count from the start of the run. `itl` is the time between two tokens of an
    answer, `e2e` the time until it is complete.
    """

    name: str = ""
    number: int | None = None
    requests: int | None = None
    failures: int | None = None
    requested_rate: float | None = None
    rate: float | None = None
    start_us: int | None = None
    end_us: int | None = None
    ttft: Spread = UNKNOWN
    itl: Spread = UNKNOWN
    e2e: Spread = UNKNOWN


@dataclass(frozen=True, eq=False)
class Timings:
    """The requests of a run one by one, in the order of `sent_us`. Times of 64-bit floats are not known where they are NaN.

    `sent_us` and `planned_us`, when each was to be sent (``None`` where no tool tells it), count from the first request or, with
    `absolute`, from the start of the workload. Rates count requests when they are sent or, with `by_answers`, when
    they are answered. `slo_class` is a place in `slo_classes`, and ``None`` without classes.
    """

    sent_us: NDArray[np.int64]
    ok: NDArray[np.bool_]
    ttft_us: NDArray[np.float64]
    itl_us: NDArray[np.float64]
    e2e_us: NDArray[np.float64]
    planned_us: NDArray[np.int64] | None = None
    absolute: bool = False
    by_answers: bool = False
    slo_class: NDArray[np.int64] | None = None
    slo_classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many requests there are."""
        return len(self.sent_us)

    @property
    def due_us(self) -> NDArray[np.int64]:
        """When each request was to be sent, or was sent where that is not known: what says which stage it belongs to."""
        return self.sent_us if self.planned_us is None else self.planned_us

    @property
    def counted_us(self) -> NDArray[np.int64]:
        """When each request was sent; or each one that was answered, when it was."""
        return answered_us(self, np.ones(len(self), np.bool_)) if self.by_answers else self.sent_us


class Run(NamedTuple):
    """The results of a run.

    `name` is what people call it: its file or folder. `stages` is empty where the tool tells of the whole run only; there
    `timings` may still say what belongs to a stage. `counts` says what rates count. `notes` are sentences about what is not as
    one would think.
    """

    tool: str
    name: str
    paths: tuple[str, ...]
    whole: Measured
    stages: tuple[Measured, ...] = ()
    classes: tuple[Measured, ...] = ()
    timings: Timings | None = None
    counts: str = SENT
    notes: tuple[str, ...] = ()
    simulated: bool = False
    """Whether nothing real was measured."""
    outdated: bool = False
    """Whether it was simulated before the last changes of the text."""

    @property
    def origin(self) -> str:
        """Where it is from, in a few words."""
        return f"{self.tool}: {self.name}{' (before the last changes)' if self.outdated else ''}"

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return f"{'Simulated' if self.simulated else 'Measured'} by {self.origin}"


def measured(timings: Timings, chosen: NDArray[np.bool_] | None = None) -> Measured:
    """Sum up requests of a run, by default all. The rate is from the first request to the last.

    Times are those of requests that were answered as they should.
    """
    here = np.ones(len(timings), np.bool_) if chosen is None else chosen
    number, good = int(here.sum()), here & timings.ok
    sent = timings.sent_us[here]
    start, end = (int(sent.min()), int(sent.max())) if number else (0, 0)
    if timings.by_answers:
        rate = answer_rate(timings, here, end - start)
    else:
        rate = number / (end - start) * 1e6 if number and end > start else None
    return Measured(
        requests=number,
        failures=number - int(good.sum()),
        rate=rate,
        start_us=start,
        end_us=end,
        ttft=spread(timings.ttft_us[good]),
        itl=spread(timings.itl_us[good]),
        e2e=spread(timings.e2e_us[good]),
    )


def answered_us(timings: Timings, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return when those of some requests were answered that were."""
    moments = (timings.sent_us + timings.e2e_us)[chosen]
    return moments[~np.isnan(moments)].astype(np.int64)


def answer_rate(timings: Timings, chosen: NDArray[np.bool_], span_us: int) -> float | None:
    """Return how many of some requests were answered per second of their span or, where their answers took longer, of that."""
    moments = answered_us(timings, chosen)
    if not len(moments):
        return None
    span = max(span_us, int(moments.max() - moments.min()))
    return len(moments) / span * 1e6 if span else None


def in_all(parts: Sequence[Measured]) -> Measured:
    """Return what is known of parts together: their counts, if all are known; neither rates nor times can be added up."""
    requests, failures = [each.requests for each in parts], [each.failures for each in parts]
    return Measured(requests=_total(requests), failures=_total(failures))


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def measured_classes(timings: Timings) -> tuple[Measured, ...]:
    """Sum up the requests of each SLO class that occurs."""
    if timings.slo_class is None:
        return ()
    found = [(name, timings.slo_class == place) for place, name in enumerate(timings.slo_classes)]
    return tuple(measured(timings, chosen)._replace(name=name) for name, chosen in found if chosen.any())
