"""Generating tells how far it is, and stops when it is told to."""

from __future__ import annotations

import time

import pytest
from watching import SOON_S, Stopper, no_threads_left
from workload_specs import SECOND, client, compact, constant, dist, explicit, turns

from blis_tui.problems import Cancelled
from blis_tui.spec.format.model import Arrival, Client, Window, WorkloadSpec
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.usefixtures("each_kernel")


def lasting(*clients: Client, threads: int = 1, at_least_s: float = 0.3, **fields: object) -> tuple[list[float], float]:
    """Generate clients at rates that keep a kernel busy for some time; return what was told, and how long it took."""
    rate = 2000.0
    while True:
        told: list[float] = []
        began = time.monotonic()
        generate(explicit(*clients, aggregate_rate=rate, horizon=20 * SECOND, **fields), progress=told.append, threads=threads)
        took = time.monotonic() - began
        if took > at_least_s:
            return told, took
        rate *= 4 if took > at_least_s / 8 else 16


MANY_WINDOWS = [Window(start_us=start * SECOND, end_us=(start + 3) * SECOND) for start in (0, 5, 9, 15)]
RATED = [window.replace(trace_rate=1.0) for window in MANY_WINDOWS]
LASTING = {
    "one client": (client(output_distribution=constant(900)),),
    "several clients": tuple(client(f"c{n}", output_distribution=constant(300)) for n in range(7)),
    "windows": (client("a", *MANY_WINDOWS, output_distribution=constant(900)),),
    "windows with rates": (client("a", *RATED, output_distribution=constant(900)),),
    "windows out of order": (client("a", *reversed(RATED), output_distribution=constant(900)), client("b", *RATED)),
    "chat": (client(reasoning=turns(9, SECOND, accumulate=True)),),
}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("kind", LASTING)
def test_parts_grow_from_0_to_1(kind: str, threads: int) -> None:
    told, took = lasting(*LASTING[kind], threads=threads)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) > took / 0.5  # it is told every few hundredths of a second, on a machine that does nothing else


def test_parts_of_one_long_client_are_told_apart() -> None:
    told, _ = lasting(*LASTING["one client"])
    assert len({part for part in told if 0.0 < part < 1.0}) > 3


def test_progress_changes_nothing() -> None:
    spec = compact((5, 9), (20, 9))
    told = generate(spec, progress=lambda part: None)
    assert told.arrival_us.tolist() == generate(spec).arrival_us.tolist()


ENDLESS = dist("gaussian", mean=1.9e9, std_dev=1e8, min=1_500_000_000, max=2_000_000_000)
LONG = {
    "poisson": client(),
    "drawn lengths": client(input_distribution=dist("exponential", mean=30)),
    "gamma": client(arrival=Arrival(process="gamma", cv=2.0)),
    "constant": client(arrival=Arrival(process="constant")),
    "chat": client(reasoning=turns(9, accumulate=True)),
    "one session": client(reasoning=turns(10_000_000, -299, single=True), output_distribution=constant(300)),
    "drawn session": client(
        reasoning=turns(10_000_000, -299, single=True),
        input_distribution=dist("exponential", mean=30),
        output_distribution=constant(300),
    ),
    "long texts": client(output_distribution=constant(2_000_000_000)),
    "drawn long texts": client(output_distribution=ENDLESS),
    "long rounds": client(reasoning=turns(9), output_distribution=ENDLESS),
    "few within windows": client("a", Window(start_us=0, end_us=1), Window(start_us=10**9, end_us=10**9 + 1)),
    "sessions within windows": client(
        "a", Window(start_us=0, end_us=1), Window(start_us=10**9 - 1, end_us=10**9), reasoning=turns(2)
    ),
    "varying": client("a", Window(start_us=0, end_us=10**9, trace_rate=1.0)),
    "varying long texts": client("a", Window(start_us=0, end_us=10**9, trace_rate=1e-6), output_distribution=ENDLESS),
    "long prefix": client(prefix_group="g", prefix_length=2_000_000_000),
}


@pytest.mark.parametrize("kind", LONG)
def test_one_client_that_takes_long_can_be_stopped(kind: str) -> None:
    """Each takes minutes, or gigabytes, if it is not stopped."""
    stopper = Stopper(3)
    with no_threads_left():
        with pytest.raises(Cancelled):
            generate(explicit(LONG[kind], aggregate_rate=1e6, horizon=1000 * SECOND), progress=stopper)
        assert stopper.took_s < SOON_S
    assert stopper.calls == 4  # and is not called again
    assert stopper.parts[0] == 0.0
    assert stopper.parts == sorted(stopper.parts)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_many_clients_can_be_stopped_at_any_time(after: int, threads: int) -> None:
    spec = explicit(*(client(f"c{n}") for n in range(9)), aggregate_rate=1e6, horizon=900 * SECOND)
    stopper = Stopper(after)
    with no_threads_left():
        with pytest.raises(Cancelled):
            generate(spec, progress=stopper, threads=threads)
        assert stopper.took_s < SOON_S
    assert stopper.calls == after + 1


@pytest.mark.parametrize("users", [1, 9])
def test_a_stage_of_many_requests_can_be_stopped(users: int) -> None:
    stopper = Stopper(1)
    with no_threads_left(), pytest.raises(Cancelled):
        generate(compact((900_000.0 * users, 10), version="2", prompts=1, users=users), progress=stopper)
    assert stopper.took_s < SOON_S


def test_a_stage_of_many_rounds_can_be_stopped() -> None:
    stopper = Stopper(2)
    spec = compact((900_000.0, 10), version="2", prompts=1, users=1, enable_multi_turn_chat=True)
    with no_threads_left(), pytest.raises(Cancelled):
        generate(spec.replace(horizon=0), progress=stopper)
    assert stopper.took_s < SOON_S


@pytest.mark.parametrize("after", [0, 1, 3])
def test_what_the_callback_raises_comes_out_as_it_is(after: int) -> None:
    class OurOwn(Exception):
        pass

    with no_threads_left(), pytest.raises(OurOwn, match="stop"):
        generate(explicit(LONG["poisson"], aggregate_rate=1e6, horizon=1000 * SECOND), progress=Stopper(after, OurOwn("stop")))


def test_what_the_last_call_raises_comes_out_as_it_is() -> None:
    def fail(part: float) -> None:
        if part == 1.0:
            raise KeyError("last")

    with no_threads_left(), pytest.raises(KeyError, match="last"):
        generate(compact((5, 9)), progress=fail)


def test_after_a_stop_everything_is_generated_as_before() -> None:
    spec = compact((50, 20), (9, 30), prompts=10, users=10, output_len=3000)
    expected = generate(spec).arrival_us.tolist()
    for after in (0, 1, 5):
        with pytest.raises(Cancelled):
            generate(spec.replace(aggregate_rate=1e6, horizon=0, num_requests=10**9), progress=Stopper(after))
        assert generate(spec).arrival_us.tolist() == expected


def test_no_requests_are_no_failure() -> None:
    told: list[float] = []
    requests = generate(WorkloadSpec(version="2", clients=(client(),), aggregate_rate=1e-9, horizon=1), progress=told.append)
    assert told[-1] == 1.0
    assert len(requests) == 0
    assert list(requests.tokens()) == []
    for column in ("arrival_us", "client", "input_tokens", "output_tokens", "prefix_tokens", "session", "round", "reason_ratio"):
        assert len(getattr(requests, column)) == 0
    for column in ("deadline_us", "slo_target_us", "streaming", "text_tokens", "video_tokens"):
        assert len(getattr(requests, column)) == 0
