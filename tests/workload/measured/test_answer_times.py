"""The answer times of a run, and how a mean is told with its spread."""

from __future__ import annotations

import pytest

from blis_tui.workload.measured.answer_times import answer_times, spread_text
from blis_tui.workload.measured.run import Measured, Run
from blis_tui.workload.measured.spread import UNKNOWN, Spread
from blis_tui.workload.server import AssumedServer


def test_the_whole_run_comes_first() -> None:
    whole = Measured(ttft=Spread(182_400.6, 40_000), itl=Spread(19_999.5))
    found = answer_times(Run("tool", "run", (), whole, (Measured(requests=1, failures=0, ttft=Spread(1.0), itl=Spread(1.0)),)))
    assert found.complete
    assert found.server(4096) == AssumedServer(182_000, 20_000, 4096)


def test_means_of_stages_count_by_what_was_answered() -> None:
    stages = (
        Measured(requests=100, failures=0, ttft=Spread(100.0), itl=Spread(10.0)),
        Measured(requests=400, failures=100, ttft=Spread(200.0), itl=Spread(20.0)),
        Measured(requests=50, failures=50),
    )
    found = answer_times(Run("tool", "run", (), Measured(), stages))
    assert (found.ttft, found.itl) == (Spread(175.0), Spread(17.5))


def test_nothing_is_made_of_nothing() -> None:
    found = answer_times(Run("tool", "run", (), Measured(ttft=Spread(1.0)), (Measured(requests=5, failures=5),)))
    assert (found.itl, found.complete) == (UNKNOWN, False)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Spread(182_000, 40_000, 1.0), "182 ms ± 40.0 ms"),
        (Spread(182_000, None, 160_000, None, 540_000), "182 ms (p50 160 ms, p99 540 ms)"),
        (Spread(1_240_000), "1.24 s"),
        (UNKNOWN, "not measured"),
    ],
)
def test_means_are_told_with_their_spread(found: Spread, text: str) -> None:
    assert spread_text(found) == text
