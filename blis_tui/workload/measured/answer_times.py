"""What a run says about how long an answer takes: the assumed server that is like the one that was measured."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.numbers import latency
from blis_tui.workload.measured.run import Measured, Run
from blis_tui.workload.measured.spread import UNKNOWN, Spread
from blis_tui.workload.server import AssumedServer


class AnswerTimes(NamedTuple):
    """The time to the first token of an answer, and that between two tokens."""

    ttft: Spread
    itl: Spread

    @property
    def complete(self) -> bool:
        """Whether the means of both are known, which an assumption takes."""
        return self.ttft.mean is not None and self.itl.mean is not None

    def server(self, kv_bytes: int) -> AssumedServer:
        """Return the server that answers so on average, with the figures that are told of it."""
        assert self.ttft.mean is not None and self.itl.mean is not None
        return AssumedServer(_rounded(self.ttft.mean), _rounded(self.itl.mean), kv_bytes)


def answer_times(run: Run) -> AnswerTimes:
    """Return the answer times of a run: of the whole, or from the means of its stages."""
    return AnswerTimes(_spread(run, "ttft"), _spread(run, "itl"))


def _spread(run: Run, name: str) -> Spread:
    whole: Spread = getattr(run.whole, name)
    if whole.mean is not None:
        return whole
    parts = [(getattr(stage, name).mean, _answered(stage)) for stage in run.stages]
    known = [(mean, weight) for mean, weight in parts if mean is not None and weight]
    answered = sum(weight for _, weight in known)
    return Spread(sum(mean * weight for mean, weight in known) / answered) if answered else UNKNOWN


def _rounded(us: float) -> int:
    """Round to three figures: a mean is not known better, and the numbers are seen whole where they can be changed."""
    return round(float(f"{us:.3g}"))


def _answered(stage: Measured) -> int:
    return (stage.requests or 0) - (stage.failures or 0)


def spread_text(found: Spread) -> str:
    """Write a mean with its spread: ``182 ms ± 40.0 ms``, or with percentiles where no deviation is known."""
    if found.mean is None:
        return "not measured"
    if found.deviation is not None:
        return f"{latency(found.mean)} ± {latency(found.deviation)}"
    told = [f"{name} {latency(value)}" for name, value in (("p50", found.p50), ("p99", found.p99)) if value is not None]
    return latency(found.mean) + (f" ({', '.join(told)})" if told else "")
