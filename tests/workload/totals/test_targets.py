"""What files aim at, against what is expected of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_expected import COHORT, SPECS, TWO, chat, client, compact, explicit, windows

from blis_tui.spec.check import check
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import Arrival, Spike, WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.targets import Target, target, target_steps

S = 1_000_000


def target_of(spec: WorkloadSpec, end: int) -> Target | None:
    clients = expand(spec)
    return target(clients, expect(clients, end_us(spec)).stages, end)


@pytest.mark.parametrize(
    ("spec", "end", "mean", "peak"),
    [
        (compact("2", TWO), 17 * S, 270 / 17, 30),
        (compact("2", TWO, horizon=15 * S), 15 * S, 210 / 15, 30),  # 3 s of the second stage
        (compact("2", TWO, horizon=10 * S), 10 * S, 10, 10),
        (compact("2", TWO, num_requests=60), 6 * S, 10, 10),
        (compact("2", [(10, 12)]), 12 * S + 1, 10, 10),  # a request stands at the very end
        (compact("2", TWO, chat=True), 17 * S, 270 / 17, 30),
        (compact("1", TWO, aggregate_rate=32.0), 17 * S, 32, 30 * 32 * 17 / 270),
        (compact("1", [(10, 12)], horizon=20 * S), 20 * S, 10, 10),
        (compact("2", [(10, 12)], cohorts=(COHORT,), horizon=14 * S), 14 * S, (120 + 5 * 14) / 14, 15),
        (explicit(client()), 6 * S, 20, 20),
        (explicit(client(), horizon=0, num_requests=30), S, 20, 20),
        (explicit(client("constant", rate_fraction=0.3), client(rate_fraction=0.7)), 6 * S, 20, 20),
        (explicit(client(reasoning=chat())), 6 * S, 20, 20),  # sessions
        (explicit(client(arrival=Arrival(process="gamma", shape=3.0, scale=20_000.0))), 6 * S, 1e6 / 60_000, 1e6 / 60_000),
        (explicit(client(lifecycle=windows((S, 3 * S), (2 * S, 4 * S)))), 6 * S, 10, 20),
        (explicit(client(lifecycle=windows((0, 2 * S), trace_rate=30.0)), aggregate_rate=0.0), 6 * S, 59 / 6, 29.5),
        (explicit(client(lifecycle=windows((0, 2 * S), trace_rate=30.0)), version="1", aggregate_rate=30.0), 6 * S, 10, 30),
    ],
)  # fmt: skip
def test_the_mean_and_the_peak_over_the_time(spec: WorkloadSpec, end: int, mean: float, peak: float) -> None:
    assert target_of(spec, end) == pytest.approx((mean, peak))


def test_two_spikes_do_not_last_all_the_time() -> None:
    spec = check((Path(__file__).parents[2] / "specs" / "spikes.yaml").read_bytes()).spec
    assert spec is not None
    assert target_of(spec, 60 * S) == pytest.approx((85.3 * 40 / 60, 85.3))


@pytest.mark.parametrize("name", [name for name in SPECS if not any(word in name for word in ("chat", "limited", "session"))])
def test_the_mean_is_what_is_expected_in_the_time(name: str) -> None:
    spec = SPECS[name]
    total = expect(expand(spec), end_us(spec)).total
    end = end_us(spec) or sum(stage.duration for stage in spec.inference_perf.stages) * S  # type: ignore[union-attr]
    found = target_of(spec, end)
    assert found is not None and total is not None
    assert found.mean * end / S == pytest.approx(total.mean, rel=0.06)  # gaps that are not random end early


@pytest.mark.parametrize(
    "spec",
    [
        explicit(client(reasoning=chat(single_session=True))),
        explicit(client(reasoning=chat(), lifecycle=windows((0, S), (2 * S, 4 * S)))),
        explicit(client(reasoning=chat(), lifecycle=windows((0, 4 * S), arrival=Arrival(process="constant")))),
        explicit(client(rate_fraction=0.0, concurrency=4), aggregate_rate=0.0),
    ],
)
def test_what_is_not_known_is_not_told(spec: WorkloadSpec) -> None:
    assert target_of(spec, 6 * S) is None


def test_no_time_has_no_target() -> None:
    assert target_of(explicit(client(lifecycle=windows((S, 2 * S)))), S) is None
    assert target_of(explicit(client()), 0) is None
    assert target_of(compact("2", TWO), 0) is None


def test_spikes_with_rates_of_their_own() -> None:
    spike = COHORT.replace(spike=Spike(start_time_us=S, duration_us=2 * S, trace_rate=40.0))
    assert target_of(WorkloadSpec(version="2", cohorts=(spike,), horizon=4 * S), 4 * S) == pytest.approx((4 * 19 / 4, 38))


def steps_of(spec: WorkloadSpec, end: int, most: int = 100) -> list[tuple[float, float, float]]:
    clients = expand(spec)
    return [tuple(step) for step in target_steps(clients, expect(clients, end_us(spec)).stages, end, most)]  # type: ignore[misc]


def test_what_is_aimed_at_changes_with_windows_and_cohorts() -> None:
    spike = COHORT.replace(spike=Spike(start_time_us=2 * S, duration_us=3 * S))
    overlapping = explicit(client(lifecycle=windows((S, 3 * S), (2 * S, 4 * S))), client(rate_fraction=1.0))
    assert steps_of(explicit(client()), 6 * S) == [(0, 6 * S, pytest.approx(20))]
    assert [(start, end) for start, end, _ in steps_of(overlapping, 6 * S)] == [
        (0, S),
        (S, 3 * S),
        (3 * S, 4 * S),
        (4 * S, 6 * S),
    ]
    found = steps_of(compact("2", [(10, 12)], cohorts=(spike,), horizon=14 * S), 14 * S)
    assert [(start, end) for start, end, _ in found] == [(0, 2 * S), (2 * S, 5 * S), (5 * S, 12 * S), (12 * S, 14 * S)]
    assert found[0][2] == 10 and found[1][2] > 10 and found[3][2] == 0


@pytest.mark.parametrize("most", [1, 2, 3, 50])
@pytest.mark.parametrize("name", [name for name in SPECS if not any(word in name for word in ("chat", "limited", "session"))])
def test_steps_are_as_high_as_the_mean_in_all(name: str, most: int) -> None:
    spec = SPECS[name]
    end = end_us(spec) or 20 * S
    found, mean = steps_of(spec, end, most), target_of(spec, end)
    assert mean is not None and len(found) <= most
    assert sum((stop - start) * rate for start, stop, rate in found) == pytest.approx(mean.mean * (found[-1][1] - found[0][0]))


def test_where_sessions_begin_is_not_guessed() -> None:
    assert steps_of(explicit(client(reasoning=chat(30, single_session=True))), 6 * S) == []
