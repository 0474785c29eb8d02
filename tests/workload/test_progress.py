"""Generating tells how far it is, and stops when it is told to."""

from __future__ import annotations

import itertools

import pytest
from workload_specs import SECOND, client, compact, constant, dist, explicit, turns

from blis_tui.problems import Cancelled
from blis_tui.spec.model import Arrival, Window, WorkloadSpec
from blis_tui.workload.generate import generate


def test_parts_grow_from_0_to_1() -> None:
    told: list[float] = []
    generate(compact((50, 60), (20, 60), prompts=20, users=20, output_len=5000), progress=told.append, threads=1)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(set(told)) > 20


def test_progress_changes_nothing() -> None:
    spec = compact((5, 9), (20, 9))
    told = generate(spec, progress=lambda part: None)
    assert told.arrival_us.tolist() == generate(spec).arrival_us.tolist()


LONG = {
    "poisson": client(),
    "drawn lengths": client(input_distribution=dist("exponential", mean=30)),
    "gamma": client(arrival=Arrival(process="gamma", cv=2.0)),
    "constant": client(arrival=Arrival(process="constant")),
    "chat": client(reasoning=turns(9, accumulate=True)),
    "one session": client(reasoning=turns(4_000_000, 1, single=True)),
    "drawn session": client(reasoning=turns(4_000_000, 1, single=True), input_distribution=dist("exponential", mean=30)),
    "long texts": client(output_distribution=constant(2_000_000_000)),
    "few within windows": client("a", Window(start_us=0, end_us=1), Window(start_us=10**9, end_us=10**9 + 1)),
    "varying": client("a", Window(start_us=0, end_us=10**9, trace_rate=1.0)),
    "long prefix": client(prefix_group="g", prefix_length=2_000_000_000),
}


@pytest.mark.parametrize("kind", LONG)
def test_one_client_that_takes_long_can_be_stopped(kind: str) -> None:
    """Each takes minutes, or gigabytes, if it is not stopped."""
    spec = explicit(LONG[kind], aggregate_rate=1e6, horizon=1000 * SECOND)
    calls = itertools.count()

    def stop_soon(part: float) -> None:
        if next(calls) == 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(spec, progress=stop_soon)
    assert next(calls) == 31  # and is not called again


def test_a_stage_of_many_requests_can_be_stopped() -> None:
    spec = compact((900_000.0, 10), version="2", prompts=1, users=1)
    with pytest.raises(Cancelled):
        generate(spec, progress=cancel_after(90))


def cancel_after(count: int):  # type: ignore[no-untyped-def]
    calls = itertools.count()

    def progress(part: float) -> None:
        if next(calls) == count:
            raise Cancelled

    return progress


def test_what_the_callback_raises_comes_out_as_it_is() -> None:
    class OurOwn(Exception):
        pass

    def fail(part: float) -> None:
        raise OurOwn("stop")

    with pytest.raises(OurOwn, match="stop"):
        generate(compact((5, 9)), progress=fail)


def test_after_a_stop_everything_is_generated_as_before() -> None:
    spec = compact((50, 20), (9, 30), prompts=10, users=10, output_len=3000)
    expected = generate(spec).arrival_us.tolist()
    for count in (0, 1, 5):
        with pytest.raises(Cancelled):
            generate(spec, progress=cancel_after(count), threads=1)
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
