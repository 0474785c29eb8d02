"""Token ids are drawn again as they are asked for: prefixes, earlier rounds, streams that stay open or not, and memory."""

from __future__ import annotations

import itertools
import threading
import time
import tracemalloc
from functools import cache
from typing import Any

import numpy as np
import pytest
from both_kernels import using
from reference.generator import generate as generate_slowly
from watching import SOON_S, Stopper, no_threads_left
from workload_specs import SECOND, client, compact, constant, dist, explicit, mean_rate, turns

from blis_tui.problems import Cancelled
from blis_tui.spec.format.model import Cohort, Multimodal, Window, WorkloadSpec
from blis_tui.workload import kernel, tokens
from blis_tui.workload.generate import generate, generate_tuned
from blis_tui.workload.kernel.twin import token_ids
from blis_tui.workload.kernel.twin.random_stream import Stream
from blis_tui.workload.requests import Requests
from blis_tui.workload.tuning import Tuning

pytestmark = pytest.mark.usefixtures("each_kernel")


def ids(requests: Requests) -> list[tuple[list[int], list[int]]]:
    return [(inputs.tolist(), outputs.tolist()) for inputs, outputs in requests.tokens()]


def slow_ids(spec: WorkloadSpec) -> list[tuple[list[int], list[int]]]:
    return [(request.input, request.output) for request in generate_slowly(spec)]


def test_ids_are_int32_below_the_vocabulary_and_as_many_as_the_columns_say() -> None:
    requests = generate(explicit(client(input_distribution=dist("exponential", mean=9), prefix_group="g")))
    for (inputs, outputs), size, answer in zip(
        requests.tokens(), requests.input_tokens.tolist(), requests.output_tokens.tolist(), strict=True
    ):
        assert inputs.dtype == outputs.dtype == np.int32
        assert (len(inputs), len(outputs)) == (size, answer)
        for part in (inputs, outputs):
            assert part.min() >= 0
            assert part.max() < 128_000


def test_a_group_that_clients_and_cohorts_share_has_the_first_ones_length() -> None:
    first, second = client("a", prefix_group="prompt-1", prefix_length=9), client("b", prefix_group="prompt-1", prefix_length=30)
    requests = generate(explicit(first, second, client("c", prefix_group="other"), client("d")))
    begins: dict[str, set[tuple[int, ...]]] = {}
    for member, (inputs, _), prefix in zip(
        requests.client.tolist(), requests.tokens(), requests.prefix_tokens.tolist(), strict=True
    ):
        begins.setdefault("abcd"[member], set()).add(tuple(inputs[:prefix].tolist()))
    assert begins["a"] == begins["b"]
    assert [len(next(iter(begins[name]))) for name in "abcd"] == [9, 9, 50, 0]
    assert begins["c"] != begins["a"]


@pytest.mark.parametrize("name", ["g-0", "g-1", "g-9", "g-01", "g-", "-1", "g-12345678901", "gr\u00fc\u00df-2", "g-1\n"])
def test_names_that_look_numbered_are_told_apart(name: str) -> None:
    """Groups of a cohort are numbered; a client's group may be one of them, or only look so."""
    members = Cohort(
        id="co",
        population=3,
        rate_fraction=1.0,
        arrival=client().arrival,
        input_distribution=constant(1),
        output_distribution=constant(1),
        prefix_group="g",
        prefix_sharing="per_member",
        prefix_length=3,
    )
    spec = explicit(client("a", prefix_group=name, prefix_length=2), client("b", prefix_group="g-1"), cohorts=(members,))
    assert ids(generate(spec)) == slow_ids(spec)


def test_rounds_contain_the_rounds_before_them_literally() -> None:
    talk = turns(5, 400_000, accumulate=True)
    requests = generate(
        explicit(client(reasoning=talk, prefix_group="g", prefix_length=8, input_distribution=dist("exponential", mean=6)))
    )
    last: dict[int, list[int]] = {}
    for session, number, prefix, (inputs, outputs) in zip(
        requests.session.tolist(), requests.round.tolist(), requests.prefix_tokens.tolist(), ids(requests), strict=True
    ):
        assert prefix == 8
        assert number == 0 or inputs[: len(last[session])] == last[session]
        assert number or len(inputs) > 8
        last[session] = inputs + outputs
    assert len(last) > 20


def test_rounds_that_do_not_accumulate_repeat_nothing() -> None:
    spec = explicit(
        client("a", reasoning=turns(3)), client("b", reasoning=turns(3, accumulate=True)), client("c"), aggregate_rate=3.0
    )
    requests = generate(spec)
    assert set(requests.input_tokens[requests.client == 0].tolist()) == {4}
    assert ids(requests) == slow_ids(spec)


@pytest.mark.parametrize("count", [0, 1, 5, 17])
@pytest.mark.parametrize("think_time_us", [300_000, -2, -5, -300_000])
def test_rounds_hidden_by_windows_the_end_or_the_count_are_still_repeated(think_time_us: int, count: int) -> None:
    """With a negative think time (which BLIS takes) later rounds arrive before earlier ones, even before time 0."""
    windows = [Window(start_us=n * 700_000, end_us=n * 700_000 + 350_000) for n in range(12)]
    talk = turns(6, think_time_us, accumulate=True)
    varied = dist("gaussian", mean=4, std_dev=3, min=1, max=9)
    spec = explicit(
        client("a", *windows, reasoning=talk, output_distribution=varied),
        client("b", reasoning=talk, rate_fraction=0.3, output_distribution=varied),
        client("c", rate_fraction=0.2),
        num_requests=count,
        horizon=6 * SECOND,
    )
    requests = generate(spec)
    assert ids(requests) == slow_ids(spec)
    if think_time_us > 0 and not count:
        windowed = requests.client == 0
        numbers = {session: set(requests.round[requests.session == session].tolist()) for session in requests.session[windowed]}
        assert any(max(rounds) >= len(rounds) for rounds in numbers.values())  # so that some rounds are not sent


def test_multimodal_parts_are_forgotten_by_chat_and_by_windows_with_rates() -> None:
    media = Multimodal(image_distribution=constant(9), image_count_distribution=constant(2))
    drawn = {"multimodal": media, "output_distribution": dist("exponential", mean=5)}
    plain = client("a", **drawn)
    for other in (
        client("b", reasoning=turns(2), **drawn),
        client("b", Window(start_us=0, end_us=9 * SECOND, trace_rate=2.0), **drawn),
    ):
        spec = explicit(plain, other)
        requests = generate(spec)
        assert set(requests.image_tokens[requests.client == 0].tolist()) <= {18}
        assert not requests.image_tokens[requests.client == 1].any()
        assert ids(requests) == slow_ids(spec)


MANY = compact((40, 8), (9, 8), prompts=5, users=6, enable_multi_turn_chat=True, seed=3)
TEXTS = compact((90, 8), version="2", prompts=5, users=6, seed=3)


@pytest.mark.parametrize("most_open", [1, 3, 29, 30])
def test_streams_that_are_closed_between_requests_give_the_same(
    monkeypatch: pytest.MonkeyPatch, most_open: int, each_kernel: str
) -> None:
    opened = itertools.count()

    def counting(*arguments: Any) -> Stream:
        next(opened)
        return Stream(*arguments)

    tuning = Tuning(most_open=most_open)
    monkeypatch.setattr(token_ids, "Stream", counting)
    for number in (1, 2):
        assert ids(generate_tuned(MANY, tuning, threads=number)) == slow_ids_of("chat of many")
    next(opened)
    before = next(opened)
    requests = generate_tuned(TEXTS, tuning)
    assert ids(requests) == slow_ids_of("texts of many")
    times = next(opened) - before - 1
    assert len(requests) == 720
    if each_kernel == "twin":
        expected = 30 if most_open == 30 else most_open + 1 + (30 - most_open - 1) * 24
        assert times == expected


WINDOWS = [Window(start_us=start * SECOND, end_us=(start + 5) * SECOND) for start in (9, 3, 0, 12)]
VARIED = dist("gaussian", mean=5, std_dev=4, min=1, max=12)


def rated(*rates: float, **more: Any) -> list[Window]:
    """Give windows, which overlap and are out of order, rates and, every second, lengths of their own."""
    own = [{}, {"input_distribution": dist("exponential", mean=9)}, {"output_distribution": constant(3)}, {}]
    return [window.replace(trace_rate=rate, **fields, **more) for window, rate, fields in zip(WINDOWS, rates, own, strict=False)]


def talkers(think_time_us: int, accumulate: bool, *windows: Window, **more: Any) -> WorkloadSpec:
    """Write clients whose sessions overlap, if not for windows, and others beside them."""
    talk = turns(5, think_time_us, accumulate=accumulate, reason_ratio_distribution=dist("exponential", mean=30))
    drawn = {"input_distribution": VARIED, "output_distribution": dist("lognormal", mu=1.5, sigma=0.5)}
    return explicit(
        client("a", *windows, reasoning=talk, prefix_group="g", prefix_length=6, **drawn),
        client("b", *windows, reasoning=turns(3, think_time_us, accumulate=not accumulate), rate_fraction=0.5),
        client("c", *windows, rate_fraction=0.5, multimodal=Multimodal(text_distribution=VARIED), **drawn),
        **{"aggregate_rate": 6.0, **more},
    )


def stepped(*windows: Window) -> WorkloadSpec:
    members = [
        client(name, *windows, reasoning=turns(4, SECOND, accumulate=name == "a"), input_distribution=VARIED) for name in "ab"
    ]
    members.append(client("c", *windows, output_distribution=VARIED))
    return WorkloadSpec(version="1", seed=4, horizon=30 * SECOND, aggregate_rate=mean_rate(*members), clients=tuple(members))


ALL_KINDS = {
    "chat of many": MANY,
    "texts of many": TEXTS,
    "sessions that overlap": talkers(3 * SECOND, False),
    "sessions that overlap and accumulate": talkers(3 * SECOND, True),
    "rounds at once": talkers(0, True, horizon=8 * SECOND),
    "rounds back in time": talkers(-700_000, True),
    "the first only": talkers(3 * SECOND, True, num_requests=90),
    "windows": talkers(SECOND, True, *WINDOWS),
    "windows with lengths": talkers(SECOND, True, *rated(3.0, 2.0, 1.0, 4.0)),
    "windows with lengths and much overlap": talkers(4 * SECOND, False, *rated(9.0, 9.0, 9.0, 9.0)),
    "windows with absolute rates": talkers(SECOND, True, *rated(1.5, 1.0, 2.0, 1.0), aggregate_rate=0.0),
    "one session in each window": explicit(
        client("a", *rated(2.0, 2.0, 2.0, 2.0), reasoning=turns(6, SECOND // 2, accumulate=True, single=True)),
        client("b", *rated(1.0, 3.0, 1.0, 1.0), output_distribution=VARIED),
    ),
    "version 1, windows out of order": stepped(
        *(Window(start_us=n * SECOND, end_us=(n + 3) * SECOND, trace_rate=2.0) for n in (9, 0, 5))
    ),
    "many with several requests": explicit(
        *(client(f"c{n}", output_distribution=VARIED) for n in range(60)), aggregate_rate=30.0
    ),
    "many with several sessions": explicit(
        *(client(f"c{n}", reasoning=turns(3, SECOND, accumulate=n % 2 == 0)) for n in range(40)), aggregate_rate=6.0
    ),
}


@cache
def slow_ids_of(kind: str) -> list[tuple[list[int], list[int]]]:
    return slow_ids(ALL_KINDS[kind])


@pytest.mark.parametrize("most_open", [1, 7, Tuning().most_open])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_ids_of_all_kinds(kind: str, most_open: int) -> None:
    expected = slow_ids_of(kind)
    assert len(expected) > 50
    for number in (1, 2, 3) if kernel.COMPILED else (1,):
        requests = generate_tuned(ALL_KINDS[kind], Tuning(most_open=most_open), threads=number)
        found = [pair for block in requests.token_blocks(700) for pair in block.pairs()]
        assert [(inputs.tolist(), outputs.tolist()) for inputs, outputs in found] == expected


def test_iterating_may_stop_anywhere_and_begin_again() -> None:
    requests = generate(MANY)
    everything = ids(requests)
    first, second = requests.tokens(), requests.tokens()
    for count, expected in enumerate(everything):
        if count < 40:
            assert [part.tolist() for part in next(first)] == list(expected)
        assert [part.tolist() for part in next(second)] == list(expected)
    assert next(second, None) is None
    assert [part.tolist() for part in next(first)] == list(everything[40])


LARGE = {
    "single requests": compact((120, 100), (60, 50), prompts=3, users=3, question_len=3000, output_len=1000),
    "accumulating chat": explicit(
        *(client(f"c{n}", reasoning=turns(10, 10_000, accumulate=True), output_distribution=constant(400)) for n in range(4)),
        aggregate_rate=25.0,
        horizon=40 * SECOND,
    ),
}


@pytest.mark.parametrize("kind", LARGE)
def test_memory_holds_a_part_of_the_ids_only(kind: str) -> None:
    requests = generate(LARGE[kind])
    total = 4 * int(requests.input_tokens.sum() + requests.output_tokens.sum())
    assert total > 60_000_000
    for _ in itertools.islice(requests.tokens(), 10):
        pass
    tracemalloc.start()
    for _ in requests.tokens():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < total / 5


def test_ids_cannot_be_changed_by_mistake() -> None:
    inputs, _ = next(iter(generate(explicit(client())).tokens()))
    with pytest.raises(ValueError, match="read-only"):
        inputs[0] = 1


@pytest.mark.parametrize("most_tokens", [1, 30, 1 << 20])
def test_blocks_hold_the_ids_of_many_requests_end_to_end(most_tokens: int) -> None:
    talk = turns(4, 300_000, accumulate=True)
    varied = dist("exponential", mean=6)
    spec = explicit(
        client("a", reasoning=talk, prefix_group="g", prefix_length=8, input_distribution=varied),
        client("b", output_distribution=varied),
    )
    requests = generate(spec)
    found: list[tuple[list[int], list[int]]] = []
    for block in requests.token_blocks(most_tokens):
        assert (block.start, block.stop - block.start) == (len(found), (len(block.bounds) - 1) // 2)
        assert block.ids.dtype == np.int32 and block.bounds.dtype == np.int64
        assert block.bounds[0] == 0 and block.bounds[-1] == len(block.ids)
        assert len(block.ids) <= most_tokens or block.stop == block.start + 1
        found += [(inputs.tolist(), outputs.tolist()) for inputs, outputs in block.pairs()]
    assert found == slow_ids(spec)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("most_tokens", [1, 100, 900, 1 << 20])
def test_blocks_of_any_size_give_the_same(most_tokens: int, threads: int) -> None:
    for kind in ("chat of many", "windows with lengths"):
        requests = generate(ALL_KINDS[kind], threads=threads)
        found = [pair for block in requests.token_blocks(most_tokens) for pair in block.pairs()]
        assert [(inputs.tolist(), outputs.tolist()) for inputs, outputs in found] == slow_ids_of(kind)


def test_blocks_are_cut_where_the_next_request_would_not_fit() -> None:
    """However many requests are looked at at once, of which some are longer than all that a block holds."""
    requests = generate(explicit(client(output_distribution=dist("exponential", mean=400)), aggregate_rate=50.0))
    assert len(requests) > 900
    sizes = (requests.input_tokens + requests.output_tokens).tolist()
    for most_tokens in (1, 5, 64, 1000, 30_000):
        start = 0
        while start < len(requests):
            stop, bounds = tokens.cut(requests.input_tokens, requests.output_tokens, start, most_tokens)
            assert bounds.tolist()[::2] == [0, *itertools.accumulate(sizes[start:stop])]
            assert sum(sizes[start:stop]) <= most_tokens or stop == start + 1
            assert stop == len(requests) or sum(sizes[start : stop + 1]) > most_tokens
            start = stop


PIECES = explicit(*(client(f"c{n}", output_distribution=constant(20_000)) for n in range(5)), aggregate_rate=30.0)
ENORMOUS = explicit(client(output_distribution=constant(200_000_000)), aggregate_rate=1.0, horizon=9 * SECOND, num_requests=1)
PREFIXED = explicit(client(prefix_group="g", prefix_length=200_000_000), aggregate_rate=1.0, horizon=9 * SECOND, num_requests=1)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("end", ["closed", "dropped", "all read"])
def test_threads_end_with_the_reading(end: str, threads: int) -> None:
    with no_threads_left():
        blocks = generate(PIECES, threads=threads).token_blocks(100_000)
        next(blocks)
        next(blocks)
        if end == "closed":
            blocks.close()  # type: ignore[attr-defined]
        elif end == "all read":
            assert len(list(blocks)) > 50
        del blocks


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("most_tokens", [1_000_000, 5_000_000])
def test_reading_may_stop_while_the_next_block_is_being_made(threads: int, most_tokens: int) -> None:
    requests = generate(PIECES, threads=threads)
    expected = next(requests.token_blocks(most_tokens))
    for wait in (0, 1, 2, 3, 5) * 3:
        with no_threads_left():
            blocks = requests.token_blocks(most_tokens)
            block = next(blocks)
            time.sleep(wait / 1000)
            del blocks
        assert (block.ids == expected.ids).all()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("spec", [ENORMOUS, PREFIXED], ids=["request", "prefix"])
def test_reading_can_be_stopped_within_one_enormous_request(spec: WorkloadSpec, threads: int) -> None:
    requests = generate(spec, threads=threads)
    stopper = Stopper()
    with no_threads_left():
        blocks = requests.token_blocks(pulse=stopper)
        with pytest.raises(Cancelled):
            next(blocks)
        assert stopper.took_s < SOON_S
        assert next(blocks, None) is None
    assert stopper.calls == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_reading_can_be_stopped_on_the_way_to_a_far_request(threads: int) -> None:
    """What is drawn for later windows that are written first has to be passed over, though none of it is sent."""
    windows = [Window(start_us=start * SECOND, end_us=(start + 4) * SECOND, trace_rate=1.0) for start in (10, 0)]
    windows[0] = windows[0].replace(output_distribution=constant(100_000_000))
    requests = generate(explicit(client("a", *windows), aggregate_rate=1.0, num_requests=1), threads=threads)
    assert requests.columns["place"].tolist() > [300_000_000]
    assert requests.output_tokens.tolist() == [2]
    stopper = Stopper(1)
    with no_threads_left(), pytest.raises(Cancelled):
        next(requests.token_blocks(pulse=stopper))
    assert stopper.took_s < SOON_S


def test_what_a_pulse_raises_comes_out_as_it_is() -> None:
    class OurOwn(Exception):
        pass

    with no_threads_left(), pytest.raises(OurOwn, match="stop"):
        next(generate(ENORMOUS).token_blocks(pulse=Stopper(0, OurOwn("stop"))))


def test_after_a_stop_everything_is_read_as_before() -> None:
    requests, enormous = generate(PIECES), generate(ENORMOUS)
    expected = [block.ids.tobytes() for block in requests.token_blocks(5_000_000)]
    for count in range(3):
        blocks = requests.token_blocks(5_000_000)
        for _ in range(count):
            next(blocks)
        del blocks
        with pytest.raises(Cancelled):
            next(enormous.token_blocks(pulse=Stopper(count)))
        assert [block.ids.tobytes() for block in requests.token_blocks(5_000_000)] == expected


def test_readers_may_be_closed_again_and_early() -> None:
    requests = generate(MANY, threads=1)
    none = (np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))
    made = kernel.Readers(
        requests.programs, requests.seeds, np.zeros(1, np.int32), tokens._rows(requests.drawing), none, part=0, parts=1, most=99
    )
    made.close()
    made.close()
    del made


def test_two_kernels_can_read_what_either_generated(each_kernel: str) -> None:
    requests = generate(MANY)
    for name in ("twin", each_kernel):
        with using(name):
            assert ids(requests) == slow_ids_of("chat of many")


def test_no_thread_is_started_before_the_first_block() -> None:
    before = threading.active_count()
    blocks = generate(PIECES, threads=2).token_blocks()
    assert threading.active_count() == before
    next(blocks)
    del blocks
    assert threading.active_count() == before
