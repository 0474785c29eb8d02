"""Token ids are drawn again as they are asked for: prefixes, earlier rounds, and memory."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from reference.generator import generate as generate_slowly
from workload_specs import SECOND, client, compact, constant, dist, explicit, turns

from blis_tui.problems import Cancelled
from blis_tui.spec.model import Cohort, Multimodal, Window, WorkloadSpec
from blis_tui.workload import slices, spool, threads, tokens
from blis_tui.workload.blocks import TokenBlock
from blis_tui.workload.generate import generate
from blis_tui.workload.random.source import State
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.requests import Requests
from blis_tui.workload.threads import made_ahead


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
        assert len(requests.hidden[0].arrival)


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


@pytest.mark.parametrize("most_open", [1, 3, 29, 30])
def test_streams_that_are_closed_between_requests_give_the_same(monkeypatch: pytest.MonkeyPatch, most_open: int) -> None:
    requests = generate(MANY)
    expected = ids(requests)
    opened = itertools.count()

    def counting(state: State, largest_block: int) -> Stream:
        next(opened)
        return Stream(state, largest_block)

    monkeypatch.setattr(tokens, "_MOST_OPEN", most_open)
    monkeypatch.setattr(tokens, "Stream", counting)
    assert ids(requests) == expected
    times = next(opened)
    assert times == 30 if most_open == 30 else times > 50


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


def test_requests_in_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = generate(MANY)
    expected = ids(requests)
    monkeypatch.setattr(tokens, "_AT_ONCE", 7)
    monkeypatch.setattr(tokens, "_DRAWN_AT_ONCE", 3)
    assert ids(requests) == expected


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


SPOOLED = {
    "one request each": compact((100, 10), version="2", prompts=50, users=20),
    "dealt": compact((300, 10), version="2", prompts=5, users=6, output_len=30),
    "stages": compact((30, 9), (90, 9), version="2", prompts=5, users=6, question_len=300),
    "windows": explicit(
        *(
            client(f"c{n}", Window(start_us=n * SECOND, end_us=(n + 9) * SECOND), input_distribution=dist("exponential", mean=90))
            for n in range(9)
        ),
    ),
}


@pytest.mark.parametrize("kind", SPOOLED)
@pytest.mark.parametrize("batch", [1, 7, 1 << 20])
def test_ids_that_are_spooled_to_disk_are_the_same(monkeypatch: pytest.MonkeyPatch, kind: str, batch: int) -> None:
    spec = SPOOLED[kind]
    monkeypatch.setattr(tokens, "MOST_CLIENTS", 0)
    monkeypatch.setattr(spool, "_BATCH_CLIENTS", batch)
    monkeypatch.setattr(spool, "_BATCH_IDS", 50 * batch)
    monkeypatch.setattr(slices, "_FIRST_IDS", 200)
    monkeypatch.setattr(slices, "_LEAST_IDS", 200)
    requests = generate(spec)
    found = [pair for block in requests.token_blocks(900) for pair in block.pairs()]
    assert [(inputs.tolist(), outputs.tolist()) for inputs, outputs in found] == slow_ids(spec)


def test_the_spool_is_deleted_when_reading_stops_early(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tokens, "MOST_CLIENTS", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(slices, "_FIRST_IDS", 200)
    monkeypatch.setattr(slices, "_LEAST_IDS", 200)
    blocks = generate(SPOOLED["dealt"]).token_blocks(100)
    starts = [next(blocks).start for _ in range(20)]
    assert starts == sorted(starts)
    del blocks
    assert not list(tmp_path.iterdir())


def cancel() -> None:
    raise Cancelled


@pytest.mark.parametrize("kind", ["one request each", "stages"])
def test_spooling_can_be_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    monkeypatch.setattr(tokens, "MOST_CLIENTS", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(slices, "_FIRST_IDS", 200)
    told: list[int] = []
    blocks = generate(SPOOLED[kind], threads=1).token_blocks(200, lambda: cancel() if told else None)
    next(blocks)
    told.append(1)
    with pytest.raises(Cancelled):
        next(blocks)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("worth", [1e-9, 1e9])
@pytest.mark.parametrize("stop", ["cancelled", "closed"])
def test_who_makes_blocks_ahead_stops_with_who_waits_for_them(stop: str, worth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_WORTH_S", worth)

    def endless(pulse: Callable[[], None]) -> Iterator[int]:
        yield from (1, 2)
        while True:
            pulse()

    told: list[int] = []
    ahead = made_ahead(endless, lambda: cancel() if told else None)
    assert [next(ahead), next(ahead)] == [1, 2]
    told.append(1)
    if stop == "closed":
        ahead.close()  # type: ignore[attr-defined]
    else:
        with pytest.raises(Cancelled):
            next(ahead)


@pytest.mark.parametrize("least", [1, 300, 5000])
def test_slices_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    monkeypatch.setattr(slices, "_FIRST_IDS", least)
    monkeypatch.setattr(slices, "_LEAST_IDS", least)
    monkeypatch.setattr(slices, "_IDS_PER_CLIENT", 0)
    for kind, spec in SPOOLED.items():
        for number in (1, 2):
            assert ids(generate(spec, threads=number)) == slow_ids(spec), kind


def test_blocks_are_made_ahead_only_where_using_them_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_WORTH_S", 0.01)
    made: list[int] = []

    def numbers(pulse: object) -> Iterator[int]:
        for number in range(9):
            made.append(threading.get_ident())
            yield number

    ahead = made_ahead(numbers, lambda: None)
    assert [next(ahead) for _ in range(4)] == [0, 1, 2, 3]
    time.sleep(0.02)
    assert list(ahead) == [4, 5, 6, 7, 8]
    assert made[:4] == [threading.get_ident()] * 4
    assert threading.get_ident() not in made[4:]


@pytest.mark.parametrize("worth", [1e-9, 1e9])
def test_blocks_are_made_ahead_only_once_a_second_is_asked_for(worth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_WORTH_S", worth)
    made: list[int] = []

    def blocks(pulse: object) -> Iterator[TokenBlock]:
        for number in range(4):
            made.append(number)
            if number == 3:
                raise KeyError("three")
            yield TokenBlock(number, number + 1, np.empty(0, np.int32), np.zeros(3, np.int64))

    ahead = made_ahead(blocks, lambda: None)
    assert next(ahead).start == 0 and made == [0]
    assert [next(ahead).start, next(ahead).start] == [1, 2]
    with pytest.raises(KeyError, match="three"):
        next(ahead)
    stopped = made_ahead(blocks, lambda: None)
    assert [next(stopped).start, next(stopped).start] == [0, 1]
    stopped.close()  # type: ignore[attr-defined]
    assert list(made_ahead(lambda pulse: iter(()), lambda: None)) == []
