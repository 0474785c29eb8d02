"""Random streams of both kernels against the slow reference, draw by draw, and against values that Go is known to give."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.go_rand import LENGTH, TAP, Rand
from streams import REFUSED, SPECIAL, leading_to, opened, pair
from workload_specs import seeds, thorough

from blis_tui.workload import kernel
from blis_tui.workload.kernel import RandomStream
from blis_tui.workload.kernel.seeding import extend, jump, seed_state

pytestmark = pytest.mark.usefixtures("each_kernel")

EDGES = [16, 64, TAP, LENGTH, 2 * TAP, LENGTH + TAP, 2730, 10 * LENGTH]
"""Places at which a kernel makes new values: a new stream makes few at first, and each kernel makes pieces of its own."""


@pytest.mark.parametrize(
    ("seed", "first"),
    [
        (1, 5577006791947779410),
        (0, 8717895732742165505),
        (7, 8475284246537043955),
        (2**63 - 1, 5577006791947779410),
        (-(2**63), 7681445645332086223),
    ],
)
def test_first_value_of_a_seed_is_gos(seed: int, first: int) -> None:
    assert kernel.RandomStream(seed).int63() == first == Rand(seed).int63()


def test_variates_are_gos() -> None:
    stream = kernel.RandomStream(7)
    assert [stream.exponential() for _ in range(3)] == [0.8335252901937007, 0.8086169775385368, 0.2967855665893323]
    stream = kernel.RandomStream(7)
    assert [stream.normal() for _ in range(3)] == [-0.23991406883685507, 0.9121860780969651, 0.9260869520058198]
    assert kernel.RandomStream(7).tokens(3).tolist() == [57886, 5870, 103853]


@given(seeds)
@thorough(25)
def test_states_of_seeds(seed: int) -> None:
    assert seed_state(seed).tolist() == Rand(seed).values


@pytest.mark.parametrize("steps", [0, 1, 606, 607, 608, 5000])
def test_jump_goes_as_many_steps(steps: int) -> None:
    slow = Rand(5)
    state = jump(seed_state(5), steps)
    for _ in range(steps):
        slow.uint64()
    assert state.tolist() == slow.values[-LENGTH:]


@pytest.mark.parametrize("pieces", [1, 2, 3, 9])
def test_values_made_many_at_once_are_those_made_step_by_step(pieces: int) -> None:
    slow = Rand(-5)
    values = np.empty(LENGTH + pieces * TAP, np.uint64)
    values[:LENGTH] = slow.values
    extend(values)
    assert values[LENGTH:].tolist() == [slow.uint64() for _ in range(pieces * TAP)]


@given(
    st.lists(seeds, min_size=1, max_size=3), st.sampled_from([0, 1, 2, *(edge + more for edge in EDGES for more in (-1, 0, 1))])
)
@thorough(40)
def test_first_values_of_many_seeds(numbers: list[int], count: int) -> None:
    for number in numbers:
        slow = Rand(number)
        stream = kernel.RandomStream(number)
        assert stream.int63s(count).tolist() == [slow.int63() for _ in range(count)]
        assert stream.int63() == slow.int63()
        assert stream.place == count + 1


def reference_run(slow: Rand, name: str, count: int) -> object:
    """Do slowly what a method of a stream does."""
    if name == "tokens":
        return slow.tokens(count)
    if name == "skip_tokens":
        slow.tokens(count)
    elif name == "int63s":
        return [slow.int63() for _ in range(count)]
    elif name == "seek":
        for _ in range(count):
            slow.uint64()
    else:
        draw = {"int63": slow.int63, "float64": slow.float64, "exponential": slow.exp, "normal": slow.norm}[name]
        return [draw() for _ in range(count % 40)]
    return None


def fast_run(stream: RandomStream, name: str, count: int) -> object:
    if name == "seek":
        return stream.seek(stream.place + count)
    if name in ("int63", "float64", "exponential", "normal"):
        return [getattr(stream, name)() for _ in range(count % 40)]
    result = getattr(stream, name)(count)
    return None if result is None else result.tolist()


def same_runs(stream: RandomStream, slow: Rand, sequence: list[tuple[str, int]]) -> None:
    for name, count in sequence:
        assert fast_run(stream, name, count) == reference_run(slow, name, count)
        assert stream.place == slow.taken
    assert stream.int63() == slow.int63()


steps = st.lists(
    st.tuples(
        st.sampled_from(["tokens", "skip_tokens", "int63s", "seek", "int63", "float64", "exponential", "normal"]),
        st.one_of(st.integers(0, 50), st.integers(0, 3000), st.sampled_from([*EDGES, 20_000])),
    ),
    max_size=8,
)


@given(st.lists(st.sampled_from(SPECIAL), max_size=30), st.one_of(st.integers(0, 60), st.integers(1060, 1100)), steps)
@thorough(120)
def test_any_draws_in_any_order(values: list[int], place: int, sequence: list[tuple[str, int]]) -> None:
    same_runs(*pair(leading_to(values, place)), sequence)


@given(seeds, steps)
@thorough(60)
def test_any_draws_of_a_seed_in_any_order(seed: int, sequence: list[tuple[str, int]]) -> None:
    same_runs(kernel.RandomStream(seed), Rand(seed), sequence)


@pytest.mark.parametrize("name", ["float64", "exponential", "normal"])
@given(st.lists(st.sampled_from(SPECIAL), min_size=1, max_size=12), st.sampled_from([0, 1, *(edge - 2 for edge in EDGES[2:6])]))
@thorough(80)
def test_one_kind_of_draws_with_rare_values(name: str, values: list[int], place: int) -> None:
    near = max(0, place - 30)
    stream, slow = pair(leading_to(values, place))
    same_runs(stream, slow, [("seek", near), *[(name, 1)] * (place - near + 20)])


@pytest.mark.parametrize("value", SPECIAL)
@pytest.mark.parametrize("name", ["float64", "exponential", "normal"])
def test_the_same_rare_value_several_times(name: str, value: int) -> None:
    for others in ([1, value], [2**62, value], [value, value], [2**63 - 2, 1]):
        same_runs(*pair(leading_to([value, *others], 0)), [(name, 3)])


@pytest.mark.parametrize("boundary", EDGES)
@pytest.mark.parametrize("offset", range(-3, 3))
@pytest.mark.parametrize("redraws", [1, 2, 4])
def test_tokens_drawn_again_at_the_end_of_a_piece(boundary: int, offset: int, redraws: int) -> None:
    start = leading_to([REFUSED] * redraws, boundary + offset)
    before = max(0, boundary - 50)
    near = jump(np.array(start, np.uint64), before).tolist()  # from here the slow stream starts
    for count in range(max(0, boundary - before - 5), boundary - before + 6):
        stream, skipping, slow = opened(start), opened(start), Rand(start=near)
        stream.seek(before)
        skipping.seek(before)
        assert stream.tokens(count).tolist() == slow.tokens(count)
        skipping.skip_tokens(count)
        assert stream.place == skipping.place == slow.taken + before
        assert stream.int63() == skipping.int63() == slow.int63()


REDRAWN = {0: 19455, 15: 7343, 16: 21233, 63: 9479, 64: 72533, 272: 75938}
"""Where a token draw skips a value, and a seed at which it does."""


@pytest.mark.parametrize("place", REDRAWN)
@pytest.mark.parametrize("more", [0, 1, 300, 2000])
def test_tokens_drawn_again_early_in_a_seeded_stream(place: int, more: int) -> None:
    seed, count = REDRAWN[place], place + 1 + more
    stream, skipping, sought, slow = kernel.RandomStream(seed), kernel.RandomStream(seed), kernel.RandomStream(seed), Rand(seed)
    ids = slow.tokens(count)
    assert slow.taken > count
    assert stream.tokens(count).tolist() == ids
    skipping.skip_tokens(count)
    sought.seek(place)
    assert sought.tokens(1 + more).tolist() == ids[place:]
    assert stream.place == skipping.place == sought.place == slow.taken
    assert stream.int63() == skipping.int63() == sought.int63() == slow.int63()


@pytest.mark.parametrize("size", [0, 1, 7, 300, 1500])
@pytest.mark.parametrize("place", [0, 1, 299, 300, 301, 1091, 1092, 2000])
def test_places_of_requests_whose_ids_are_passed_over(size: int, place: int) -> None:
    stream, slow = pair(leading_to([REFUSED, 5, REFUSED, REFUSED], place))
    for _ in range(12):
        assert stream.place == slow.taken
        slow.tokens(size)
        stream.skip_tokens(size)
    assert stream.place == slow.taken


def test_places_lead_back_to_the_same_tokens() -> None:
    stream, forward = kernel.RandomStream(11), kernel.RandomStream(11)
    places = []
    for _ in range(40):
        places.append(stream.place)
        stream.skip_tokens(5000)
    again = kernel.RandomStream(11)
    for place in places:
        again.seek(place)
        assert again.tokens(5000).tolist() == forward.tokens(5000).tolist()


def test_tokens_stay_as_they_were_when_the_stream_goes_on() -> None:
    stream = kernel.RandomStream(1)
    first = stream.tokens(500)
    kept = first.copy()
    stream.tokens(200_000)
    assert (first == kept).all()


def test_a_state_stays_as_it_was_when_a_stream_goes_on_from_it() -> None:
    state = seed_state(5)
    kept = state.copy()
    stream = kernel.RandomStream.from_state(state)
    assert stream.int63s(3000).tolist() == kernel.RandomStream(5).int63s(3000).tolist()
    assert (state == kept).all()


ENDLESS = 1 << 60


@pytest.mark.parametrize("name", ["skip_tokens", "seek"])
def test_a_stream_that_is_stopped_goes_no_further(name: str) -> None:
    """Either takes many years if it is not stopped."""
    getattr(kernel.RandomStream(1, np.ones(1, np.int32)), name)(ENDLESS)
    stop = np.zeros(1, np.int32)
    stream = kernel.RandomStream(1, stop)
    going = threading.Thread(target=getattr(stream, name), args=(ENDLESS,))
    going.start()
    time.sleep(0.05)
    assert going.is_alive()
    stop[0] = 1
    going.join(2.0)
    assert not going.is_alive()


def test_tokens_that_are_stopped_are_drawn_no_further() -> None:
    stop = np.zeros(1, np.int32)
    stream = kernel.RandomStream(1, stop)
    stream.skip_tokens(9)
    stop[0] = 1
    assert len(stream.tokens(10**6)) == 10**6
    assert stream.place == 9
