"""Counting what arrives over time, in bins and in the short spans within them."""

from __future__ import annotations

import numpy as np
import pytest

from blis_tui.workload.totals.bins import MOST_BINS, Bins, in_a_second, next_width_us, round_width_us, series, short_span_us

S, MIN, H, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


@pytest.mark.parametrize(
    ("end", "width"),
    [
        (0, 1), (1, 1), (60, 1), (61, 2), (120 * 1000, 2000), (60 * S, S), (60 * S + 1, 2 * S), (20 * MIN, 20 * S),
        (10 * MIN, 10 * S), (13 * MIN, 15 * S), (H, MIN), (2 * H, 2 * MIN), (24 * H, 30 * MIN), (7 * DAY, 3 * H),
        (30 * DAY, 12 * H), (31 * DAY, DAY), (365 * DAY, 7 * DAY), (2**63 - 1, -(-(2**63 - 1) // (60 * DAY)) * DAY),
    ],
)  # fmt: skip
def test_widths_are_round_and_bins_few(end: int, width: int) -> None:
    assert round_width_us(end) == width
    assert -(-end // width) <= MOST_BINS


@pytest.mark.parametrize(
    ("end", "seconds"),
    [
        (6 * S, [2, 2, 2]),
        (5 * S + 1, [2, 2, 1.000001]),  # more than half a bin stands for itself
        (5 * S, [2, 3]),
        (4 * S + 1, [2, 2.000001]),
        (S // 2, [0.5]),  # there is none before it
        (0, []),
    ],
)
def test_the_last_bin_is_no_sliver(end: int, seconds: list[float]) -> None:
    bins = Bins(2 * S, end)
    assert bins.seconds.tolist() == seconds
    assert bins.number == len(seconds)
    times = np.arange(0, end, S // 4)
    assert bins.of(times).tolist() == [min(time // (2 * S), len(seconds) - 1) for time in times.tolist()]


def test_rates_are_per_second_of_each_bin() -> None:
    arrivals = np.array([0, 1, 2, 2 * S, 2 * S + 1, 4 * S, 4 * S + 1, 4 * S + 2])
    counted = series(arrivals, Bins(2 * S, 5 * S + 1))
    assert counted.counts.tolist() == [3, 2, 3]
    assert counted.rates == pytest.approx([1.5, 1, 3 / 1.000001])
    joined = series(arrivals, Bins(2 * S, 5 * S))
    assert joined.counts.tolist() == [3, 5]
    assert joined.rates.tolist() == [1.5, 5 / 3]
    assert (joined.peak, joined.mean) == (5 / 3, 8 / 5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("end", [7 * S, 6 * S + 1, 5 * S + 500_000])
def test_a_series_is_what_a_walk_over_the_requests_finds(end: int, weighted: bool) -> None:
    random = np.random.default_rng(5)
    arrivals = np.sort(random.integers(0, 8 * S, 300))
    weights = random.integers(0, 9, 300).astype(np.int32)
    bins = Bins(2 * S, end)
    found = series(arrivals, bins, weights if weighted else None, S // 2)
    counts, spans = [0] * bins.number, dict[tuple[int, int], int]()
    for arrival, weight in zip(arrivals.tolist(), weights.tolist(), strict=True):
        if arrival < end:
            bin_ = min(arrival // (2 * S), bins.number - 1)
            counts[bin_] += weight if weighted else 1
            key = (bin_, arrival // (S // 2))
            spans[key] = spans.get(key, 0) + (weight if weighted else 1)
    assert found.counts.tolist() == counts
    assert found.fullest.tolist() == [max(spans[key] for key in spans if key[0] == number) for number in range(bins.number)]
    assert found.highest.tolist() == (2 * found.fullest).tolist()


def test_without_spans_the_highest_rate_is_the_mean() -> None:
    plain = series(np.array([0, S, 3 * S]), Bins(2 * S, 4 * S))
    assert not plain.has_spans
    assert plain.highest.tolist() == plain.rates.tolist() == [1, 0.5]


def test_spans_last_a_second_where_a_second_tells_something() -> None:
    bins = Bins(60 * S, 600 * S)
    burst = np.sort(np.concatenate([np.arange(0, 600 * S, 10 * S), np.full(30, 300 * S)]))
    assert short_span_us(burst, bins) == S
    assert short_span_us(burst, Bins(S, 600 * S)) == S  # no shorter than bins
    few = np.arange(0, 600 * S, S // 2)
    assert short_span_us(few, bins) == 10 * S  # twenty of them take 9.5 s
    assert short_span_us(few, Bins(15 * S, 600 * S)) == 15 * S  # which 10 s do not divide
    assert short_span_us(few[:19], bins) == short_span_us(few[:0], bins) == 60 * S


def test_the_fullest_second() -> None:
    arrivals = np.array([0, S - 1, S, S + 1, S + 2, 5 * S])
    assert in_a_second(arrivals) == 3
    assert in_a_second(arrivals, np.array([9, 9, 1, 1, 1, 1])) == 18
    assert in_a_second(arrivals[:0]) == 0


def test_no_time_has_no_bins() -> None:
    nothing = series(np.array([], np.int64), Bins(1, 0))
    assert (nothing.peak, nothing.mean, len(nothing.highest)) == (0, 0, 0)


def test_a_year_of_seconds_takes_no_more_memory_than_its_requests() -> None:
    arrivals = np.arange(0, 365 * DAY, DAY)
    counted = series(arrivals, Bins(round_width_us(365 * DAY), 365 * DAY), None, S)
    assert counted.fullest.tolist() == [1] * counted.bins.number
    assert in_a_second(arrivals) == 1


@pytest.mark.parametrize("weighted", [False, True])
def test_bins_of_a_part_of_the_time_are_those_of_all_of_it(weighted: bool) -> None:
    random = np.random.default_rng(6)
    arrivals = np.sort(random.integers(0, 20 * S, 500))
    weights = random.integers(0, 9, 500) if weighted else None
    whole, part = (series(arrivals, bins, weights, S // 2) for bins in (Bins(2 * S, 20 * S), Bins(2 * S, 14 * S, 6 * S)))
    assert part.counts.tolist() == whole.counts[3:7].tolist() and part.fullest.tolist() == whole.fullest[3:7].tolist()
    assert part.bins.edges.tolist() == whole.bins.edges[3:8].tolist()
    assert part.mean == pytest.approx(part.counts.sum() / 8)
    assert Bins(2 * S, 6 * S, 6 * S).number == 0


def test_the_next_widths_are_round() -> None:
    assert [next_width_us(width, 1) for width in (S, 30 * S, 12 * H, DAY, 3 * DAY)] == [2 * S, MIN, DAY, 2 * DAY, 4 * DAY]
    assert [next_width_us(width, -1) for width in (2 * S, MIN, DAY, 3 * DAY, 1)] == [S, 30 * S, 12 * H, 2 * DAY, 1]
