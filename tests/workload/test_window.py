"""Blocks made by one addition are those made step by step, and no two processes write into the same memory."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.go_rand import LENGTH, Rand
from test_random import shifted

from blis_tui.reading import load
from blis_tui.spec.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.random import window
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.window import Window


@pytest.fixture
def no_mapping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which memory can't be mapped twice."""
    yield from without_mapping(monkeypatch)


def without_mapping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(size: int) -> None:
        raise OSError

    monkeypatch.setattr(window, "_mapped_twice", refuse)
    window._in_order.cache_clear()
    window._spare.clear()
    yield
    window._in_order.cache_clear()
    window._spare.clear()


def check(streams: int, length: int, blocks: int) -> None:
    seeds = np.arange(streams) - 1
    made = Window(streams, length)
    made.states[:] = seed_states(seeds)
    made.extend(length)
    slow = [Rand(int(seed)) for seed in seeds]
    for block in range(blocks):
        if block:
            made.advance()
        for row, rand in zip(made.made, slow, strict=True):
            assert (row == shifted([rand.uint64() for _ in range(length)])).all()


def test_ctrl_c_while_memory_is_borrowed_leaves_nothing_to_release(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(size: int) -> None:
        raise KeyboardInterrupt

    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    monkeypatch.setattr(window, "_borrowed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Window(1, 5000)
    gc.collect()
    assert complaints == []


@given(st.integers(1, 12), st.integers(1, 1500), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_one_addition_makes_what_steps_make(streams: int, length: int, blocks: int) -> None:
    check(streams, length, blocks)


@pytest.mark.parametrize(("streams", "length"), [(1, 1), (1, 2000), (5, 300), (12, 700)])
@pytest.mark.usefixtures("no_mapping")
def test_pieces_make_the_same_where_memory_is_not_mapped_twice(streams: int, length: int) -> None:
    check(streams, length, 3)
    assert not window._in_order()


@pytest.mark.parametrize("name", ["ip-five-stage", "clients-and-cohorts"])
def test_requests_are_the_same_where_memory_is_not_mapped_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(Path(__file__).parent.parent / "golden" / f"{name}.yaml")
    expected = made_of(spec)
    for _ in without_mapping(monkeypatch):
        assert made_of(spec) == expected
        assert not window._in_order()


def made_of(spec: WorkloadSpec) -> list[bytes]:
    requests = generate(spec, threads=1)
    return [requests.arrival_us.tobytes(), *(block.ids.tobytes() for block in requests.token_blocks())]


def test_large_blocks_are_made_in_order() -> None:
    assert window._in_order()  # or this machine makes all of them by pieces
    rows = 300_000
    made = Window(2, rows)
    made.states[:] = seed_states(np.array([3, 4]))
    made.extend(rows)
    older, newer = made.values[:, :rows], made.values[:, 334 : 334 + rows]
    assert (made.values[:, LENGTH:] == older + newer).all()


def test_memory_that_overlaps_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy that works on copies, as it does with operands that overlap the result, must not be relied upon."""

    def on_copies(sums: window._Sums) -> None:
        for older, newer, result in zip(*sums, strict=True):
            result[:] = older.copy() + newer.copy()

    monkeypatch.setattr(window, "_add", on_copies)
    window._in_order.cache_clear()
    assert not window._in_order()
    window._in_order.cache_clear()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_memory_of_its_own() -> None:
    kept = Window(1, 1000)
    del kept
    assert window._spare
    child = os.fork()
    if not child:
        os._exit(len(window._spare))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert window._spare


@pytest.mark.parametrize("in_memory", [True, False])
def test_memory_is_mapped_twice_with_and_without_files_in_memory(in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    written, read = window._mapped_twice(5000)
    written[:] = np.arange(5000)
    assert (read == np.arange(5000)).all()


def test_blocks_are_made_by_pieces_where_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert window._in_order()
    window._spare.clear()

    def refuse(size: int) -> None:
        raise OSError

    monkeypatch.setattr(window, "_mapped_twice", refuse)
    check(3, 700, 2)
    window._spare.clear()


def test_spare_memory_is_used_again() -> None:
    window._spare.clear()
    first = Window(1, 1000)
    memory = first._memory
    del first
    assert Window(2, 500)._memory is memory
