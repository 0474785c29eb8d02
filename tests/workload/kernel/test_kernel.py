"""Both kernels make the same of any workload, wherever they stop and go on, and with any number of threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from both_kernels import KERNELS, using
from hypothesis import given
from hypothesis import strategies as st
from reference.generator import generate as generate_slowly
from reference_rows import rows
from workload_specs import (
    ODD_LENGTHS,
    SECOND,
    client,
    compact,
    compact_specs,
    constant,
    dist,
    explicit,
    explicit_specs,
    mean_rate,
    stepped_specs,
    thorough,
    turns,
)

from blis_tui.problems import SpecError
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import Arrival, Cohort, Lifecycle, Multimodal, Window, WorkloadSpec
from blis_tui.workload import kernel
from blis_tui.workload.client_programs import programs_of
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate_tuned
from blis_tui.workload.kernel.records import DONE, FULL, STOPPED, TOO_LONG, Programs, Sheet
from blis_tui.workload.tuning import Tuning
from blis_tui.workload.workers import Workers

ORDINARY = Tuning()
all_specs = st.one_of(explicit_specs(), explicit_specs(), compact_specs("1"), compact_specs("2"), stepped_specs())


def made(spec: WorkloadSpec, threads: int | None = None, most_tokens: int = 500, tuning: Tuning = ORDINARY) -> object:
    """Generate a spec; return all columns and ids, or the errors if it cannot be generated."""
    try:
        requests = generate_tuned(spec, tuning, threads=threads)
    except SpecError as error:
        return [(problem.code, problem.path, problem.message) for problem in error.problems]
    columns = {name: (str(column.dtype), column.tolist()) for name, column in requests.columns.items()}
    blocks = list(requests.token_blocks(most_tokens))
    bounds = [(block.start, block.stop, block.bounds.tolist()) for block in blocks]
    return columns, bounds, [block.ids.tolist() for block in blocks]


def ways() -> Iterator[tuple[str, int]]:
    """All kernels, and how many threads they may take (the plain one has use for one only)."""
    for name in KERNELS:
        for threads in (1, 2, 3) if name == "compiled" else (1,):
            yield name, threads


def same_in_all_ways(spec: WorkloadSpec, tunings: Sequence[Tuning] = (Tuning(1, 3),)) -> object:
    """Check that all kernels make the same of a spec, with any number of threads and sheets of any size; return it.

    Where sheets have few rows, the walk stops and goes on wherever it can.
    """
    expected = made(spec, threads=1)
    for name, threads in ways():
        for tuning in tunings:
            with using(name):
                assert made(spec, threads, tuning=tuning) == expected
    return expected


@given(spec=all_specs, first=st.integers(1, 3), most=st.integers(1, 3))
@thorough(150)
def test_random_specs(spec: WorkloadSpec, first: int, most: int) -> None:
    assert isinstance(same_in_all_ways(spec, [Tuning(first, most), ORDINARY]), tuple)  # no error


@given(spec=all_specs, rows_of_a_sheet=st.integers(1, 3))
@thorough(60)
def test_sheets_of_few_rows_give_what_the_reference_gives(spec: WorkloadSpec, rows_of_a_sheet: int) -> None:
    expected = generate_slowly(spec)
    for name in KERNELS:
        with using(name):
            assert rows(spec, threads=1, tuning=Tuning(rows_of_a_sheet, rows_of_a_sheet)) == expected


GAUSSIAN = dist("gaussian", mean=9, std_dev=6, min=3, max=20)
LOGNORMAL = dist("lognormal", mu=2, sigma=0.9)
EXPONENTIAL = dist("exponential", mean=30, min=2)
LENGTHS = [(GAUSSIAN, LOGNORMAL), (EXPONENTIAL, constant(3)), (constant(0), GAUSSIAN), (LOGNORMAL, LOGNORMAL)]
WINDOWS = [Window(start_us=n * 3 * SECOND, end_us=n * 3 * SECOND + SECOND) for n in range(1, 6)]
MEDIA = Multimodal(
    text_distribution=LOGNORMAL,
    image_distribution=constant(20),
    image_count_distribution=dist("empirical", **{"0": 1, "2": 1}),
    audio_distribution=EXPONENTIAL,
    audio_count_distribution=dist("gaussian", mean=1, std_dev=2, min=0, max=3),
)


def mixed(count: int, windows: Sequence[Window] = (), **more: Any) -> WorkloadSpec:
    """Write clients with all kinds of lengths."""
    members = []
    for number in range(count):
        given, answered = LENGTHS[number % 4]
        members.append(
            client(f"c{number}", *windows[number % 3 :], input_distribution=given, output_distribution=answered, **more)
        )
    return explicit(*members, aggregate_rate=60.0)


KINDS = {
    "always": mixed(30),
    "windows": mixed(16, WINDOWS).replace(aggregate_rate=300.0),
    "short windows": mixed(40, WINDOWS).replace(aggregate_rate=9.0),
    "a number": mixed(9).replace(num_requests=150, horizon=0),
    "a number within windows": mixed(9, WINDOWS).replace(num_requests=80),
    "every µs": mixed(8).replace(aggregate_rate=8e6, horizon=60),
    "very bursty gamma": mixed(8, arrival=Arrival(process="gamma", cv=11.0)),
    "gamma": mixed(8, arrival=Arrival(process="gamma", cv=2.0)),
    "weibull within windows": mixed(8, WINDOWS, arrival=Arrival(process="weibull", cv=0.6)),
    "constant within windows": mixed(8, WINDOWS, arrival=Arrival(process="constant")),
    "multimodal": mixed(8, multimodal=MEDIA),
    "chat": mixed(8, reasoning=turns(3, SECOND, accumulate=True, reason_ratio_distribution=EXPONENTIAL)).replace(
        aggregate_rate=9.0
    ),
    "all contents": explicit(
        client("a", multimodal=MEDIA), client("b", reasoning=turns(4, SECOND)), client("c", prefix_group="g", prefix_length=5)
    ),
    "some far longer": explicit(
        *(client(f"c{n}", rate_fraction=10.0**-n, input_distribution=GAUSSIAN) for n in range(6)), aggregate_rate=40.0
    ),
    "long texts": explicit(*(client(f"c{n}", output_distribution=constant(90 * n)) for n in range(9)), aggregate_rate=20.0),
    "a cohort": explicit(
        cohorts=(
            Cohort(
                id="co",
                population=30,
                rate_fraction=1.0,
                arrival=Arrival(process="poisson"),
                input_distribution=GAUSSIAN,
                output_distribution=EXPONENTIAL,
            ),
        ),
        aggregate_rate=40.0,
        horizon=9 * SECOND,
    ),
    "windows with rates": mixed(8, [window.replace(trace_rate=9.0) for window in reversed(WINDOWS)]).replace(aggregate_rate=90.0),
    "many stages": compact((400, 2), (700, 1), version="2", prompts=10, users=20, output_len=2),
    "dealt": compact((900, 1), version="2", prompts=10, users=19),
    "much dealt": compact((900, 1), version="2", prompts=1, users=7, question_len=40),
    "dealt rounds": compact((500, 1), (90, 3), version="2", prompts=1, users=7, enable_multi_turn_chat=True),
    "version 1": compact((60, 3), (9, 5), prompts=3, users=4, enable_multi_turn_chat=True),
}


@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds(kind: str) -> None:
    spec = KINDS[kind]
    same_in_all_ways(spec, [Tuning(2, 5), Tuning(64)])
    found = rows(spec, threads=2)
    assert found == generate_slowly(spec)
    assert len(found) > 20


@pytest.mark.parametrize("distribution", ODD_LENGTHS, ids=repr)
def test_odd_lengths_of_clients(distribution: Any) -> None:
    """Some of these lengths are too long for a request, though only by the way, so that the spec has no error."""
    spec = explicit(*(client(f"c{n}", input_distribution=distribution) for n in range(3)), horizon=2 * SECOND)
    outcome = same_in_all_ways(spec)
    if isinstance(outcome, tuple):
        assert rows(spec) == generate_slowly(spec)


# What cannot be generated


VAST = dist("gaussian", mean=1, std_dev=1e12, min=1, max=9e18)
HUGE = dist("gaussian", mean=-1e12, std_dev=1e12, min=1, max=9e18)
"""Half of the first and a sixth of the second are far too long, and almost all of the rest are 1."""
STEADY = Arrival(process="constant")
LAST = Window(start_us=2**63 - 9 * SECOND, end_us=2**63 - 1)
FAILING: dict[str, dict[str, Any]] = {
    "input": {"input_distribution": VAST},
    "output": {"output_distribution": HUGE},
    "input and output": {"input_distribution": VAST, "output_distribution": VAST},
    "rounds": {"reasoning": turns(3), "input_distribution": HUGE, "output_distribution": VAST},
    "images": {"multimodal": Multimodal(image_distribution=constant(1e6), image_count_distribution=constant(3000))},
    "drawn images": {"multimodal": Multimodal(image_distribution=VAST, image_count_distribution=constant(3))},
    "answer to images": {"multimodal": MEDIA, "output_distribution": VAST},
    "pauses": {"lifecycle": Lifecycle(windows=(LAST,)), "reasoning": turns(5, 3 * SECOND, single=True)},
}
TOO_LONG_KINDS = [kind for kind in FAILING if kind != "pauses"]


def some_of_many(kinds: Sequence[str], count: int, **more: Any) -> WorkloadSpec:
    """Write many clients, of which those of number 5, 8, 11, … are of some kinds that cannot be generated."""
    members = []
    for number in range(count):
        fields = FAILING[kinds[(number // 3) % len(kinds)]] if number >= 5 and number % 3 == 2 else {}
        members.append(client(f"c{number}", **fields))
    return explicit(*members, **{"aggregate_rate": 2.0 * count, "horizon": 5 * SECOND, **more})


@pytest.mark.parametrize("kind", FAILING)
def test_errors_are_the_same_in_all_ways(kind: str) -> None:
    more = {"horizon": 0, "num_requests": 100} if kind == "pauses" else {}
    (problem,) = same_in_all_ways(some_of_many([kind], 12, **more), [Tuning(1, 1), ORDINARY])  # type: ignore[misc]
    assert problem[1] == ()  # the spec itself has no error
    assert problem[0] == ("overflow" if kind == "pauses" else "too-long")


@given(kinds=st.lists(st.sampled_from(TOO_LONG_KINDS), min_size=1, max_size=4), count=st.integers(6, 90), seed=st.integers(0, 99))
@thorough(25)
def test_the_error_is_that_of_the_first_client_that_has_one(kinds: list[str], count: int, seed: int) -> None:
    """Whichever thread comes upon one first."""
    spec = some_of_many(kinds, count, seed=seed)
    expected = made(spec, threads=1)
    for name, threads in ways():
        with using(name):
            for _ in range(3):
                assert made(spec, threads) == expected


def test_arrivals_past_all_time_are_the_same_error_in_all_ways() -> None:
    for member in (client(), client(arrival=STEADY), client(arrival=Arrival(process="gamma", cv=0.5))):
        spec = explicit(member, horizon=0, num_requests=10_000, aggregate_rate=1e-9)
        (problem,) = same_in_all_ways(spec, [Tuning(3)])  # type: ignore[misc]
        assert problem[0] == "overflow"


def test_windows_whose_gaps_pass_all_time_are_the_same_error_in_all_ways() -> None:
    fitted = Arrival(process="weibull", shape=9.0, scale=8e18)
    window = Window(start_us=0, end_us=SECOND, trace_rate=1.0, arrival=fitted)
    (problem,) = same_in_all_ways(explicit(client("a", window)))  # type: ignore[misc]
    assert problem[0] == "overflow"


# The walk by itself


def programs_for(spec: WorkloadSpec) -> tuple[Programs, np.ndarray[Any, np.dtype[np.int64]]]:
    clients = expand(spec)
    return programs_of(clients, spec.horizon or INT64_MAX, INT64_MAX), np.arange(len(clients)) * 7 - 3


def walked(spec: WorkloadSpec, sizes: Sequence[int], cuts: Sequence[int]) -> list[tuple[Any, ...]]:
    """Walk through shares of the clients, into sheets of some sizes in turn, which may be filled by several shares."""
    programs, seeds = programs_for(spec)
    walk = kernel.Walk(programs, seeds, np.zeros(1, np.int32))
    sheets = [Sheet(sizes[0], chat=True, media=True)]
    edges = [0, *cuts, len(seeds)]
    for low, high in pairwise(edges):
        walk.begin(low, high)
        while (end := walk.fill(sheets[-1])) == FULL:
            assert sheets[-1].used == sheets[-1].rows
            sheets.append(Sheet(sizes[len(sheets) % len(sizes)], chat=True, media=True))
        assert end == DONE
        assert walk.done == high
    found: list[tuple[Any, ...]] = []
    for sheet in sheets:
        columns = sheet.filled()
        found += zip(
            *(columns[name].tolist() for name in columns if name != "media"), map(tuple, columns["media"].tolist()), strict=True
        )
    return found


MIXED = explicit(
    client("a", multimodal=MEDIA),
    client("b", reasoning=turns(4, SECOND, accumulate=True), output_distribution=GAUSSIAN),
    client("c", *WINDOWS),
    client("d", *WINDOWS, arrival=STEADY, reasoning=turns(2, 400_000)),
    client("e", reasoning=turns(9, SECOND, single=True)),
    client("f"),
)


@pytest.mark.usefixtures("each_kernel")
@pytest.mark.parametrize("spec", [MIXED, KINDS["windows with rates"], KINDS["dealt"], KINDS["dealt rounds"]])
def test_a_walk_goes_on_where_it_stopped(spec: WorkloadSpec) -> None:
    expected = walked(spec, [5000], [])
    assert 100 < len(expected) < 5000
    assert walked(spec, [1], []) == expected
    assert walked(spec, [1, 2, 3, 7], [1, 2, 4]) == expected
    assert walked(spec, [len(expected)], [3]) == expected
    assert walked(spec, [len(expected) - 1, 1, 50], [5]) == expected


@pytest.mark.usefixtures("each_kernel")
def test_a_walk_that_is_stopped_says_so() -> None:
    programs, seeds = programs_for(MIXED)
    walk = kernel.Walk(programs, seeds, np.ones(1, np.int32))
    walk.begin(0, len(seeds))
    assert walk.fill(Sheet(5000, chat=True, media=True)) == STOPPED


@pytest.mark.usefixtures("each_kernel")
def test_a_walk_that_fails_says_where_and_why() -> None:
    programs, seeds = programs_for(explicit(client("a"), client("b", output_distribution=VAST), client("c")))
    walk = kernel.Walk(programs, seeds, np.zeros(1, np.int32))
    walk.begin(0, 3)
    assert walk.fill(Sheet(5000, chat=False, media=False)) == TOO_LONG
    assert walk.failed_client == walk.done == 1
    assert walk.tokens > 2**31


@pytest.mark.usefixtures("each_kernel")
def test_clients_without_requests_are_passed_over() -> None:
    """Of windows with rates behind the horizon none is left, and a client without a rate takes no seed."""
    late = client("b", Window(start_us=25 * SECOND, end_us=30 * SECOND, trace_rate=2.0))
    early = client("a", Window(start_us=0, end_us=5 * SECOND, trace_rate=2.0))
    for members in ((late, early), (early, late), (late, late, early, late)):
        spec = explicit(*(member.replace(id=f"c{n}") for n, member in enumerate(members)))
        assert rows(spec) == generate_slowly(spec)
        assert len(rows(spec))
        stepped = spec.replace(version="1", aggregate_rate=mean_rate(*spec.clients))
        assert rows(stepped) == generate_slowly(stepped)


@pytest.mark.parametrize("count", [-3, 0, 2])
def test_fewer_pieces_than_none_are_none(count: int) -> None:
    """BLIS checks no counts of pieces; its loop over less than none of them ends at once."""
    fixed = dist("gaussian", mean=1, std_dev=1, min=count, max=count)
    drawn = dist("empirical", **{str(count): 1, "1": 1})
    for pieces in (fixed, drawn):
        for tokens in (constant(9), LOGNORMAL, dist("gaussian", mean=1, std_dev=1, min=0, max=0)):
            media = Multimodal(text_distribution=constant(5), image_distribution=tokens, image_count_distribution=pieces)
            spec = explicit(client(multimodal=media), horizon=4 * SECOND)
            for name in KERNELS:
                with using(name):
                    assert rows(spec, threads=1) == generate_slowly(spec)


def test_the_plain_kernel_needs_one_thread_only() -> None:
    """It holds Python's lock."""
    with using("twin"), Workers(5) as workers:
        assert workers.count == 1
    for name in KERNELS:
        if name == "compiled":
            with using(name), Workers(5) as workers:
                assert workers.count == 5
