"""Counting requests and tokens over time."""

from __future__ import annotations

import numpy as np
import pytest

from blis_tui.spec.check import check
from blis_tui.workload.bins import MOST_BINS, Bins, binned, round_width_us
from blis_tui.workload.generate import generate

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


def test_rates_are_per_second_of_each_bin() -> None:
    bins = Bins(2 * S, 5 * S, np.array([4, 2, 3]), np.array([40, 20, 30]))
    assert bins.seconds.tolist() == [2, 2, 1]
    assert bins.rates(bins.requests).tolist() == [2, 1, 3]
    assert bins.mean(bins.tokens) == 18


def test_a_cut_short_bin_makes_no_peak() -> None:
    cut = Bins(2 * S, 5 * S, np.array([4, 2, 3]), np.array([0, 0, 0]))
    assert cut.peak(cut.requests) == 2
    assert cut._replace(end_us=6 * S).peak(cut.requests) == 2
    only = Bins(2 * S, S, np.array([4]), np.array([4]))
    assert only.peak(only.requests) == 4


def test_every_request_before_the_end_is_in_one_bin() -> None:
    checked = check(
        "version: '2'\nhorizon: 7_000_000\ninference_perf: {stages: [{rate: 30, duration: 8}], shared_prefix: {"
        "num_unique_system_prompts: 1, num_users_per_system_prompt: 2, system_prompt_len: 3, question_len: 4, "
        "output_len: 5}}".replace("_000_000", "000000")
    )
    assert checked.spec is not None
    requests = generate(checked.spec)
    bins = binned(requests, 7 * S, 2 * S)
    arrivals = requests.arrival_us
    assert bins.requests.tolist() == [np.count_nonzero(arrivals // (2 * S) == number) for number in range(4)]
    assert bins.requests.sum() == len(requests)
    assert bins.tokens.tolist() == (bins.requests * 12).tolist()
    assert binned(requests, 3 * S).requests.sum() == np.count_nonzero(arrivals < 3 * S)


def test_no_time_has_no_bins() -> None:
    bins = Bins(1, 0, np.array([], np.int64), np.array([], np.int64))
    assert bins.peak(bins.requests) == 0
    assert bins.mean(bins.requests) == 0
