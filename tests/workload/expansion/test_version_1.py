"""Version 1 with several stages: each at its own rate, in its own window."""

from __future__ import annotations

import numpy as np
import pytest
from workload_specs import SECOND, client, compact, constant, mean_rate, turns

from blis_tui.spec.format.model import Window, WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.usefixtures("each_kernel")

STAGES = [(20.0, 10), (90.0, 5), (2.0, 20)]
ENDS = np.cumsum([0, *(duration * SECOND for _, duration in STAGES)])
SEEDS = range(60)


def stage_counts(spec: WorkloadSpec) -> list[int]:
    counts, _ = np.histogram(generate(spec).arrival_us, bins=ENDS)
    return [int(count) for count in counts]


def test_every_stage_has_its_own_rate_over_many_seeds() -> None:
    counts = np.array([stage_counts(compact(*STAGES, seed=seed)) for seed in SEEDS])
    expected = np.array([rate * duration for rate, duration in STAGES])
    assert (abs(counts - expected) < 5 * expected**0.5).all()
    assert (abs(counts.sum(0) - len(SEEDS) * expected) < 4 * (len(SEEDS) * expected) ** 0.5).all()
    scatter = counts.var(0) / expected  # 1 for Poisson arrivals
    assert ((scatter > 0.5) & (scatter < 1.7)).all()


def test_the_mean_rate_is_not_what_stages_have() -> None:
    counts = stage_counts(compact((2, 100), (50, 100)))
    assert counts[0] < 26 * 10 / 2


@pytest.mark.parametrize("given", [20.0, 120.0])
def test_a_given_aggregate_rate_scales_all_stages(given: float) -> None:
    mean = sum(rate * duration for rate, duration in STAGES) / 35
    counts = np.sum([stage_counts(compact(*STAGES, seed=seed, aggregate_rate=given)) for seed in SEEDS], axis=0)
    expected = np.array([rate * duration for rate, duration in STAGES]) * given / mean * len(SEEDS)
    assert (abs(counts - expected) < 4 * expected**0.5).all()
    clients = expand(compact(*STAGES, aggregate_rate=given))
    assert clients.aggregate_rate == given
    assert clients.peak_rate == pytest.approx(90 * given / mean)


def test_an_aggregate_rate_that_is_nearly_the_mean_is_the_mean() -> None:
    spec = compact((8, 600), (20, 600))
    nearly = expand(spec.replace(aggregate_rate=14.0 * (1 + 5e-10)))
    assert nearly.aggregate_rate == 14.0
    assert list(nearly) == list(expand(spec))


def test_windows_hold_to_the_microsecond() -> None:
    """At gaps of some microseconds, requests fill a window to its last one and never leave it."""
    windows = (Window(start_us=1000, end_us=1009, trace_rate=300_000.0), Window(start_us=2000, end_us=2003, trace_rate=300_000.0))
    seen: set[int] = set()
    for seed in range(300):
        spec = WorkloadSpec(version="1", seed=seed, horizon=5000, aggregate_rate=300_000.0, clients=(client("a", *windows),))
        seen |= set(generate(spec).arrival_us.tolist())
    assert seen == set(range(1001, 1009)) | {2001, 2002}  # a gap is at least 1 µs


def test_windows_are_gone_through_as_written() -> None:
    early, late = Window(start_us=0, end_us=SECOND, trace_rate=50.0), Window(start_us=SECOND, end_us=2 * SECOND, trace_rate=50.0)
    spec = WorkloadSpec(version="1", horizon=2 * SECOND, aggregate_rate=50.0, clients=(client("a", early, late),))
    swapped = generate(spec.replace(clients=(client("a", late, early),))).arrival_us
    straight = generate(spec).arrival_us
    assert (np.diff(swapped) >= 0).all()
    assert straight[0] + SECOND == swapped[np.searchsorted(swapped, SECOND)]  # the stream's first gap belongs to the first window


def test_the_horizon_ends_stages_and_windows_behind_it_draw_nothing() -> None:
    spec = compact(*STAGES)
    cut = generate(spec.replace(horizon=12 * SECOND))
    everything = generate(spec).arrival_us
    assert cut.horizon_us == 12 * SECOND
    assert cut.arrival_us.tolist() == everything[everything < 12 * SECOND].tolist()
    assert generate(spec).horizon_us == 35 * SECOND


def test_num_requests_alone_leaves_the_end_open() -> None:
    requests = generate(compact((5, 10), num_requests=400))
    assert requests.horizon_us is None
    assert len(requests) == 400
    assert requests.arrival_us[-1] > 60 * SECOND


def test_a_client_stops_after_twice_num_requests() -> None:
    spec = compact(*STAGES, prompts=1, users=1, num_requests=3, horizon=35 * SECOND)
    requests = generate(spec)
    assert len(requests) == 3
    assert {len(column) for column in requests.columns.values()} == {3}
    windows = tuple(Window(start_us=n * SECOND, end_us=(n + 1) * SECOND, trace_rate=2.0) for n in range(30))
    later = spec.replace(inference_perf=None, aggregate_rate=2.0, clients=(client("a", *reversed(windows)),))
    assert generate(later).arrival_us.min() > 20 * SECOND  # six were made of the windows drawn first


def test_chat_has_five_rounds_but_for_those_outside() -> None:
    spec = compact((3, 20), (6, 20), enable_multi_turn_chat=True, output_len=9)
    requests = generate(spec)
    sessions: dict[int, list[int]] = {}
    for session, number, arrival in zip(
        requests.session.tolist(), requests.round.tolist(), requests.arrival_us.tolist(), strict=True
    ):
        sessions.setdefault(session, []).append(arrival)
        assert arrival == sessions[session][0] + number * 500_009
        assert arrival < 40 * SECOND
    expected = 180 * 1.0
    assert abs(len(sessions) - expected) < 4 * expected**0.5
    for times in sessions.values():
        assert len(times) == min(5, -((times[0] - 40 * SECOND) // 500_009))
    first, context = requests.round == 0, requests.input_tokens
    assert (context[first] == 7 + 5).all()
    assert (context == 12 + requests.round * (5 + 9)).all()


def test_rounds_between_windows_are_dropped_and_yet_remembered() -> None:
    windows = (
        Window(start_us=0, end_us=SECOND, trace_rate=20.0),
        Window(start_us=1_500_000, end_us=3 * SECOND, trace_rate=0.001),
    )
    talk = turns(4, 600_000, accumulate=True)
    talker = client("a", *windows, reasoning=talk, output_distribution=constant(5))
    spec = WorkloadSpec(version="1", horizon=3 * SECOND, aggregate_rate=mean_rate(talker), clients=(talker,))
    requests = generate(spec)
    inside = (requests.arrival_us < SECOND) | (requests.arrival_us >= 1_500_000)
    assert inside.all()
    rounds = dict.fromkeys(requests.session.tolist(), 0)
    for session, number in zip(requests.session.tolist(), requests.round.tolist(), strict=True):
        rounds[session] |= 1 << number
    assert any(bin(mask)[2:].strip("0").count("0") for mask in rounds.values())  # some have gaps within
    for number, inputs, (ids, _) in zip(requests.round.tolist(), requests.input_tokens.tolist(), requests.tokens(), strict=True):
        assert len(ids) == inputs == 4 + number * (4 + 5)


def test_windows_with_weights_go_by_version_2_whatever_the_version() -> None:
    """A rate of 0.5 in a file whose aggregate_rate is 20 is no absolute rate: every BLIS reads it as a share."""
    window = Window(end_us=10 * SECOND, trace_rate=0.5)
    specs = [
        WorkloadSpec(version=version, seed=1, aggregate_rate=20.0, horizon=10 * SECOND, clients=(client("a", window),))
        for version in ("", "1", "2")
    ]
    counts = [len(generate(spec)) for spec in specs]
    assert counts == [199, 199, 199]
    arrivals = [generate(spec).arrival_us.tolist() for spec in specs]
    assert arrivals[0] == arrivals[1] == arrivals[2]
