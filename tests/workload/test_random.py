"""Random streams against the slow reference, draw by draw, and against values that Go is known to give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.go_rand import LENGTH, M64, TAP, Rand
from workload_specs import seeds

from blis_tui.workload.random.reader import FIRST_BLOCK, LARGEST_BLOCK
from blis_tui.workload.random.source import jump, seed_states
from blis_tui.workload.random.stream import Stream

REFUSED = (2**31 - 1) << 32  # the largest Int31: a token draw skips it
NEARLY_1 = 2**63 - 1  # rounds up to 1 as a Float64, which is drawn again
EXP_TAIL, NORM_TAIL = 0xFFFFFF00 << 31, 0x7FFFFF80 << 31  # strip 0, and beyond what is taken at once
EXP_WEDGE, NORM_WEDGE = 0xFFFFFF05 << 31, 0x7FFFFF85 << 31
SPECIAL = [REFUSED, NEARLY_1, EXP_TAIL, NORM_TAIL, EXP_WEDGE, NORM_WEDGE, (0x80000080 << 31) & M64, 0]


def leading_to(values: Sequence[int], place: int) -> list[int]:
    """Find the start from which a stream gives some values (up to 607) at a place, by stepping backwards."""
    padding = [(12345678901234567 * (n + 1)) & M64 for n in range(LENGTH - len(values))]
    sequence = [*values, *padding]  # x[place], x[place + 1], …, newest last
    for _ in range(place + LENGTH):
        sequence = [(sequence[606] - sequence[606 - TAP]) & M64, *sequence[:606]]
    return sequence


def shifted(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return values as fast streams keep them."""
    return np.array(values, np.uint64) << np.uint64(1)


def pair(start: Sequence[int]) -> tuple[Stream, Rand]:
    return Stream(shifted(start)), Rand(start=start)


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
    assert Stream.seeded(seed).int63() == first == Rand(seed).int63()


def test_variates_are_gos() -> None:
    stream = Stream.seeded(7)
    assert [stream.exponential() for _ in range(3)] == [0.8335252901937007, 0.8086169775385368, 0.2967855665893323]
    stream = Stream.seeded(7)
    assert [stream.normal() for _ in range(3)] == [-0.23991406883685507, 0.9121860780969651, 0.9260869520058198]
    assert Stream.seeded(7).tokens(3).tolist() == [57886, 5870, 103853]


@given(st.lists(seeds, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_many_seeds_at_once(numbers: list[int]) -> None:
    states = seed_states(np.array(numbers, np.int64))
    for number, state in zip(numbers, states, strict=True):
        assert (state == shifted(Rand(number).values)).all()


def test_seeding_leaves_the_seeds_alone() -> None:
    numbers = np.array([0, -1, 2**31], np.int64)
    seed_states(numbers)
    assert numbers.tolist() == [0, -1, 2**31]


@pytest.mark.parametrize("steps", [0, 1, 606, 607, 608, 5000])
def test_jump_goes_as_many_steps(steps: int) -> None:
    slow = Rand(5)
    state = jump(seed_states(np.array([5]))[0], steps)
    for _ in range(steps):
        slow.uint64()
    assert (state == shifted(slow.values[-LENGTH:])).all()


def reference_run(slow: Rand, name: str, count: int) -> object:
    """Do slowly what a method of a stream does."""
    if name == "tokens":
        return slow.tokens(count)
    if name == "skip_tokens":
        slow.tokens(count)
    elif name == "int63s":
        return [slow.int63() for _ in range(count)]
    elif name == "exponentials":
        return [slow.exp() for _ in range(count)]
    elif name == "seek":
        for _ in range(count):
            slow.uint64()
    else:
        draw = {"int63": slow.int63, "float64": slow.float64, "exponential": slow.exp, "normal": slow.norm}[name]
        return [draw() for _ in range(count % 40)]
    return None


def fast_run(stream: Stream, name: str, count: int) -> object:
    if name == "seek":
        return stream.seek(stream.at + count)
    if name in ("int63", "float64", "exponential", "normal"):
        return [getattr(stream, name)() for _ in range(count % 40)]
    result = getattr(stream, name)(count)
    return None if result is None else result.tolist()


steps = st.lists(
    st.tuples(
        st.sampled_from(["tokens", "skip_tokens", "int63s", "exponentials", "seek", "int63", "float64", "exponential", "normal"]),
        st.one_of(st.integers(0, 50), st.integers(0, 3000), st.sampled_from([FIRST_BLOCK, 20_000])),
    ),
    max_size=8,
)


@given(st.lists(st.sampled_from(SPECIAL), max_size=30), st.one_of(st.integers(0, 60), st.integers(1060, 1100)), steps)
@settings(max_examples=120, deadline=None)
def test_any_draws_in_any_order(values: list[int], place: int, sequence: list[tuple[str, int]]) -> None:
    stream, slow = pair(leading_to(values, place))
    for name, count in sequence:
        assert fast_run(stream, name, count) == reference_run(slow, name, count)
        assert stream.at == slow.taken
    assert stream.int63() == slow.int63()


@pytest.mark.parametrize("boundary", [FIRST_BLOCK, 17 * FIRST_BLOCK])
@pytest.mark.parametrize("offset", range(-3, 3))
@pytest.mark.parametrize("redraws", [1, 2, 4])
def test_tokens_drawn_again_at_the_end_of_a_block(boundary: int, offset: int, redraws: int) -> None:
    start = leading_to([REFUSED] * redraws, boundary + offset)
    near = jump(np.array(start, np.uint64), boundary - 50).tolist()  # from here the slow stream starts
    for count in range(45, 56):
        stream, skipping, slow = pair(start)[0], pair(start)[0], Rand(start=near)
        stream.seek(boundary - 50)
        skipping.seek(boundary - 50)
        assert stream.tokens(count).tolist() == slow.tokens(count)
        skipping.skip_tokens(count)
        assert stream.at == skipping.at == slow.taken + boundary - 50
        assert stream.int63() == skipping.int63() == slow.int63()


@pytest.mark.parametrize("size", [0, 1, 7, 300, 1500])
@pytest.mark.parametrize("place", [0, 1, 299, 300, 301, 1091, 1092, 2000])
def test_places_of_items(size: int, place: int) -> None:
    start = leading_to([REFUSED, 5, REFUSED, REFUSED], place)
    stream, slow = pair(start)
    places = []
    for _ in range(12):
        places.append(slow.taken)
        slow.tokens(size)
    assert stream.item_places(12, size).tolist() == places
    assert stream.at == slow.taken


@given(
    st.lists(st.sampled_from(SPECIAL), max_size=12),
    st.one_of(st.integers(0, 60), st.integers(1060, 1100)),
    st.lists(st.integers(0, 1200), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_many_exponentials_at_once(values: list[int], place: int, counts: list[int]) -> None:
    stream, slow = pair(leading_to(values, place))
    for count in counts:
        assert stream.exponentials(count).tolist() == [slow.exp() for _ in range(count)]
        assert stream.at == slow.taken


def test_places_lead_back_to_the_same_tokens() -> None:
    stream = Stream.seeded(11)
    places = stream.item_places(40, 5000)
    again, forward = Stream.seeded(11), Stream.seeded(11)
    for place in places.tolist():
        again.seek(place)
        assert again.tokens(5000).tolist() == forward.tokens(5000).tolist()


def test_tokens_stay_as_they_were_when_the_stream_goes_on() -> None:
    stream = Stream.seeded(1)
    first = stream.tokens(500)
    kept = first.copy()
    stream.tokens(200_000)
    assert (first == kept).all()


def test_a_pulse_is_felt_with_every_block() -> None:
    beats: list[int] = []
    stream = Stream.seeded(1, pulse=lambda: beats.append(1))
    stream.skip_tokens(10 * LARGEST_BLOCK)
    assert len(beats) >= 10


def test_small_blocks_give_the_same_stream() -> None:
    state = seed_states(np.array([5]))[0]
    assert Stream(state, largest_block=FIRST_BLOCK).tokens(9000).tolist() == Stream(state).tokens(9000).tolist()
