"""Clients that are walked through side by side make what each makes alone, whatever happens in their streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.generator import generate as generate_slowly
from reference.go_rand import Rand
from reference.samplers import to_int
from test_random import SPECIAL, leading_to, shifted
from test_reference import rows as rows_of
from workload_specs import SECOND, client, compact, compact_specs, constant, explicit, stepped_specs

from blis_tui.spec.model import Window, WorkloadSpec
from blis_tui.workload import slices, streams, walked
from blis_tui.workload.activity import Activity, Limits
from blis_tui.workload.generate import generate
from blis_tui.workload.lanes import Job, Lanes, lanes_over_soonest, longest_lane
from blis_tui.workload.random.side_by_side import Opening, SideBySide
from blis_tui.workload.random.source import first_values, seed_states
from blis_tui.workload.walk import Leg, Plan, PoissonWalk

thorough = settings(max_examples=60, deadline=None)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks so small that short walks see all there is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walked, "_BLOCK_VALUES", 600)
        patch.setattr(streams, "_AT_ONCE", 600)
        patch.setattr(slices, "_FIRST_IDS", 300)
        patch.setattr(slices, "_LEAST_IDS", 300)
        patch.setattr(slices, "_IDS_PER_CLIENT", 0)
        yield


@pytest.mark.parametrize("threads", [1, 2])
@given(spec=st.one_of(compact_specs("2"), compact_specs("1"), stepped_specs()))
@thorough
def test_any_number_of_threads_gives_the_same(threads: int, spec: WorkloadSpec) -> None:
    assert rows_of(spec, threads=threads) == generate_slowly(spec)


WINDOWS = [Window(start_us=n * 3 * SECOND, end_us=n * 3 * SECOND + SECOND) for n in range(1, 6)]
CASES = {
    "many short": compact((400, 5), (700, 5), version="2", prompts=10, users=40, output_len=2),
    "windows": explicit(*(client(f"c{n}", *WINDOWS[n % 3 :]) for n in range(9)), aggregate_rate=200.0),
    "short windows": explicit(*(client(f"c{n}", *WINDOWS[n % 3 :]) for n in range(40)), aggregate_rate=9.0),
    "long texts": explicit(*(client(f"c{n}", output_distribution=constant(90 * n)) for n in range(9)), aggregate_rate=20.0),
    "a number": explicit(*(client(f"c{n}") for n in range(9)), aggregate_rate=400.0, num_requests=300, horizon=0),
    "every µs": explicit(*(client(f"c{n}") for n in range(3)), aggregate_rate=3e6, horizon=300),
    "many dealt": compact((900, 1), version="2", prompts=10, users=20),
    "much dealt": compact((900, 1), version="2", prompts=1, users=3, question_len=200),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", CASES)
def test_all_kinds(kind: str, threads: int) -> None:
    assert rows_of(CASES[kind], threads=threads) == generate_slowly(CASES[kind])


def test_streams_of_which_more_ids_are_skipped_than_there_are_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = explicit(*(client(f"c{n}", output_distribution=constant(60_000)) for n in range(3)), aggregate_rate=2.0)
    expected = generate(spec, threads=1)
    ids = np.concatenate([block.ids for block in expected.token_blocks()])
    drawn: list[int] = []
    long = streams.Streams._long

    def counted(self: streams.Streams, clients: Any, places: Any, ends: Any, spare: int) -> Any:
        drawn.append(spare)
        return long(self, clients, places, ends, spare)

    monkeypatch.setattr(streams, "_SPARE", 0)
    monkeypatch.setattr(streams.Streams, "_long", counted)
    again = np.concatenate([block.ids for block in expected.token_blocks()])
    assert max(drawn) > 0
    assert (again == ids).all()


def test_lanes_are_as_many_as_leave_few_of_them_idle() -> None:
    most = 16
    for values in ([100] * 45, [100] * 9, [100] * 17, [1000] + [1] * 8, [5], list(range(100, 55, -1))):
        width = lanes_over_soonest(np.array(values), most)
        assert 1 <= width <= most
        assert width * longest_lane(np.array(values), width) <= 1.1 * sum(values), values
    assert longest_lane(np.array([5, 3, 3, 1]), 2) == 6


def walk_slowly(rand: Rand, rate: float, tokens: int, until: int) -> list[tuple[int, int]]:
    time, made = 0, []
    while True:
        time += max(1, to_int(rand.exp() / rate))
        if time >= until:
            return made
        made.append((time, rand.taken))
        rand.tokens(tokens)


@given(
    st.lists(st.lists(st.sampled_from(SPECIAL), max_size=12), min_size=1, max_size=3),
    st.one_of(st.integers(0, 60), st.integers(520, 560)),
    st.sampled_from([0, 1, 2, 9, 270, 1400]),
)
@thorough
def test_walks_through_streams_with_rare_values(values: list[list[int]], place: int, tokens: int) -> None:
    starts = [leading_to(each, place) for each in values]
    rate, until = 1e-4, 10_000 * max(9, 1500 // (tokens + 1))
    plan = Plan((Leg(Limits(Activity(()), until, 1 << 60), rate),), (tokens, 0), 0, 1 << 60)
    lanes = Lanes(len(starts), 300, PoissonWalk)
    jobs = [Job(number, 0, plan, plan.values) for number in range(len(starts))]
    lanes.run(((job, shifted(start)) for job, start in zip(jobs, starts, strict=True)), lambda made: None)
    found: list[list[tuple[int, int]]] = [[] for _ in starts]
    for arrivals, places, clients in lanes.walk.found():
        for arrival, at, number in zip(arrivals.tolist(), places.tolist(), clients.tolist(), strict=True):
            found[number].append((arrival, at))
    for start, made in zip(starts, found, strict=True):
        assert sorted(made) == walk_slowly(Rand(start=start), rate, tokens, until)


def test_streams_side_by_side_are_the_streams() -> None:
    seeds = np.array([1, -5, 2**40])
    engine = SideBySide(3, 300)
    for lane, state in enumerate(seed_states(seeds)):
        engine.load(lane, state)
    slow = [Rand(int(seed)) for seed in seeds]
    for _ in range(4):
        engine.advance()
        for lane, rand in enumerate(slow):
            assert (engine.values[lane] == shifted([rand.uint64() for _ in range(engine.rows)])).all()


@pytest.mark.parametrize("rows", [1, 2, 100, 273])
def test_first_values_need_no_whole_state(rows: int) -> None:
    seeds = np.array([1, 0, -7, 2**62, 2**31 - 1])
    values = first_values(seeds, rows)
    for lane, seed in enumerate(seeds):
        rand = Rand(int(seed))
        assert (values[:, lane] == shifted([rand.uint64() for _ in range(rows)])).all()
    assert Opening(seeds, rows).values.tolist() == values.tolist()
