"""Sums over clients that are active at the same time, against sums made pair by pair."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.workload.expansion.coactive import Part, Spans, coactive_sums

LAST = 2**63 - 1
weights = st.sampled_from([0.1, 1.0, 1 / 3, 0.7, 1e-9, 1e9, 0.0])


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    """Draw a span, of any length and at any time, or near others."""
    longest = draw(st.sampled_from([3, 20, 1000, LAST]))
    start = draw(st.integers(0, longest - 1))
    return start, draw(st.one_of(st.integers(start + 1, longest), st.integers(start + 1, min(start + 4, LAST))))


@st.composite
def parts(draw: st.DrawFn) -> Part:
    own = tuple(draw(st.lists(spans(), max_size=draw(st.sampled_from([1, 1, 4])))))
    size = draw(st.sampled_from([1, 1, 1, 3, 40]))
    return Part(size, own, tuple(draw(weights) for _ in range(max(1, len(own)))))


def slow_sum(key: Spans, clients: list[Part]) -> float:
    total = 0.0
    for part in clients:
        meeting = [
            weight
            for weight, (start, end) in zip(part.weights, part.spans, strict=False)
            if any(start < until and since < end for since, until in key)
        ]
        for _ in range(part.size):
            total += (part.weights[0] if not part.spans else meeting[0]) if meeting or not part.spans else 0.0
    return total


@given(
    st.one_of(
        st.lists(spans().map(lambda span: (span,)), max_size=30),
        st.lists(st.lists(spans(), min_size=1, max_size=3).map(tuple), max_size=12),
    ),
    st.lists(parts(), max_size=20),
)
@settings(max_examples=400, deadline=None)
def test_sums_are_made_client_by_client(keys: list[Spans], clients: list[Part]) -> None:
    assert coactive_sums(keys, clients) == [slow_sum(key, clients) for key in keys]


def test_windows_that_share_their_sums_take_no_memory_for_each_pair() -> None:
    windows = [tuple((4 * number + client, 10_000 + number) for number in range(500)) for client in range(4)]
    clients = [Part(1, own, (1.0,) * 500) for own in windows]
    keys = [(span,) for own in windows for span in own]
    tracemalloc.start()
    sums = coactive_sums(keys, clients)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sums == [4.0] * len(keys)
    assert most < 8 * 500 * len(keys) / 4
