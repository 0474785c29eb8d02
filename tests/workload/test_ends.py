"""Where generation ends: at the horizon, or with the last window of clients and cohorts that all have windows."""

from __future__ import annotations

import numpy as np
import pytest
from workload_specs import SECOND, client, constant, dist, explicit, turns

from blis_tui.problems import SpecError
from blis_tui.spec.format.model import Arrival, Client, Cohort, Diurnal, Drain, Spike, Window, WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests


def cohort(**pattern: object) -> Cohort:
    same = {"rate_fraction": 1.0, "input_distribution": constant(3), "output_distribution": constant(2)}
    return Cohort(id="x", population=3, arrival=Arrival(process="poisson"), **same, **pattern)  # type: ignore[arg-type]


def same_requests(one: Requests, other: Requests) -> bool:
    columns = ("arrival_us", "client", "input_tokens", "output_tokens", "session", "round", "deadline_us")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


def test_one_window_of_five_seconds_at_100_a_second() -> None:
    spec = explicit(client("a", Window(end_us=5 * SECOND)), aggregate_rate=100.0, horizon=0)
    requests = generate(spec)
    assert requests.horizon_us == 5 * SECOND
    assert abs(len(requests) - 500) < 4 * 500**0.5
    assert requests.arrival_us[-1] < 5 * SECOND


LONG = 10**15
WINDOWS = (Window(end_us=3 * SECOND), Window(start_us=5 * SECOND, end_us=6 * SECOND))
TALKS: list[Client] = [
    client("a", *WINDOWS, reasoning=turns(4, 400_000)),
    client("a", *WINDOWS, reasoning=turns(4, 400_000, accumulate=True, single=True)),
    client("a", *(window.replace(trace_rate=2.0) for window in WINDOWS), reasoning=turns(4, 400_000)),
    client("a", *(window.replace(input_distribution=constant(9)) for window in WINDOWS)),
    client("a", *WINDOWS, input_distribution=dist("exponential", mean=8)),
]


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("version", ["1", "2"])
def test_the_end_of_the_last_window_changes_no_request(talk: Client, version: str) -> None:
    """Windows end all of it: a horizon far behind them gives the same requests as none, and as their end."""
    spec = explicit(talk, version=version, horizon=0)
    requests = generate(spec)
    assert len(requests)
    assert same_requests(requests, generate(spec.replace(horizon=6 * SECOND)))
    assert same_requests(requests, generate(spec.replace(horizon=LONG)))


@pytest.mark.parametrize(
    ("pattern", "end"),
    [
        ({"spike": Spike(start_time_us=SECOND, duration_us=4 * SECOND)}, 5 * SECOND),
        ({"spike": Spike(start_time_us=SECOND, duration_us=4 * SECOND, trace_rate=7.0)}, 5 * SECOND),
        ({"drain": Drain(start_time_us=SECOND, ramp_duration_us=2 * SECOND)}, 2_820_000),
        ({"diurnal": Diurnal(peak_hour=11, peak_to_trough_ratio=4.0)}, 23 * 3600 * SECOND + 900 * SECOND),
    ],
)
def test_patterns_of_cohorts_end_too(pattern: dict[str, object], end: int) -> None:
    spec = WorkloadSpec(version="2", seed=3, aggregate_rate=0.2 if "diurnal" in pattern else 20.0, cohorts=(cohort(**pattern),))
    requests = generate(spec)
    assert requests.horizon_us == end and len(requests)
    assert same_requests(requests, generate(spec.replace(horizon=LONG)))


def test_what_has_no_windows_never_ends() -> None:
    spec = explicit(client("a", *WINDOWS), client("b"), horizon=0)
    with pytest.raises(SpecError, match="the file never ends"):
        generate(spec)
    assert len(generate(spec.replace(num_requests=5))) == 5
