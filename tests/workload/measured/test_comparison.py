"""Holding runs against files: which stage is which, what was missed, and what is said about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from blis_tui.reading import loads
from blis_tui.workload.generate import generate
from blis_tui.workload.measured.comparison import Comparison, compare
from blis_tui.workload.measured.design import Aim, Design, design
from blis_tui.workload.measured.rows import HEADS, table
from blis_tui.workload.measured.run import ANSWERED, Measured, Run, Timings, measured
from blis_tui.workload.measured.spread import UNKNOWN, Spread, spread
from blis_tui.workload.totals.summary import summarise

SPEC = """\
version: "{version}"
seed: 42
horizon: 60000000
inference_perf:
  stages: [{{rate: 8.0, duration: 30}}, {{rate: 20.0, duration: 30}}]
  shared_prefix:
    {{num_unique_system_prompts: 2, num_users_per_system_prompt: 3, system_prompt_len: 10, question_len: 10, output_len: 10, enable_multi_turn_chat: {chat}}}
"""
TIMES = Spread(1.0, None, 1.0, 2.0, 3.0)


def wanted(*rates: float, seconds: int = 30) -> Design:
    """Return what a file with stages of these rates wants: as many requests as they come to."""
    length = seconds * 1_000_000
    aims = tuple(Aim(place * length, (place + 1) * length, rate, rate, round(rate * seconds)) for place, rate in enumerate(rates))
    total = sum(aim.planned or 0 for aim in aims)
    return Design(aims, Aim(0, length * len(rates), total / (seconds * max(len(rates), 1)), None, total), 0)


def stage(rate: float | None = None, achieved: float | None = None, *, number: int | None = None, **more: Any) -> Measured:
    """Return a stage of a run."""
    values = {"requests": 100, "failures": 0, "ttft": TIMES} | more
    return Measured(number=number, requested_rate=rate, rate=rate if achieved is None else achieved, **values)


def held(stages: list[Measured], *rates: float, **more: Any) -> Comparison:
    """Hold a run of some stages against a file with stages of these rates."""
    return compare(Run("tool", "run", (), Measured(), tuple(stages), **more), wanted(*rates))


def found(comparison: Comparison) -> list[float | None]:
    """Return the rates that were requested in what was matched to each stage."""
    return [row.measured.requested_rate if row.measured else None for row in comparison.stages]


def at(sent_s: list[float], planned_s: list[float] | None = None, **more: Any) -> Timings:
    """Return requests that were sent at some times."""
    nothing = np.full(len(sent_s), np.nan)
    planned = None if planned_s is None else np.rint(np.array(planned_s) * 1e6).astype(np.int64)
    sent = np.rint(np.array(sent_s) * 1e6).astype(np.int64)
    return Timings(sent, np.ones(len(sent_s), np.bool_), nothing, nothing, np.full(len(sent_s), 1e6), planned, **more)


def test_stages_with_numbers_are_known_by_them() -> None:
    comparison = held([stage(20.0, number=2)], 8.0, 20.0, 8.0)
    assert found(comparison) == [None, 20.0, None]
    assert comparison.remarks == ("The run has 1 stage only: nothing was measured in stages 1 and 3.",)


def test_numbers_with_another_rate_are_not_believed() -> None:
    assert found(held([stage(20.0, number=1)], 8.0, 20.0)) == [None, 20.0]


def test_as_many_stages_are_in_the_same_order_and_other_rates_are_told() -> None:
    comparison = held([stage(8.0), stage(12.0)], 8.0, 20.0)
    assert found(comparison) == [8.0, 12.0]
    assert comparison.remarks == ("The run was of other rates: stage 2 at 12.00/s instead of 20.00/s.",)


@pytest.mark.parametrize(
    ("rates", "of_file", "places"),
    [
        ([20.0], [8.0, 20.0, 30.0], [None, 20.0, None]),
        ([8.0, 30.0], [8.0, 20.0, 30.0], [8.0, None, 30.0]),
        ([20.0, 8.0], [8.0, 20.0, 8.0], [None, 20.0, 8.0]),
        ([8.0, 8.0], [8.0, 20.0, 8.0], [8.0, None, 8.0]),
        ([8.0], [8.0, 20.0, 8.0], None),
        ([9.0], [8.0, 20.0, 8.0], None),
        ([20.0, 30.0, 8.0], [8.0, 20.0], None),
    ],
)
def test_fewer_stages_are_known_by_their_rates_or_not_at_all(
    rates: list[float], of_file: list[float], places: list[float | None] | None
) -> None:
    comparison = held([stage(rate) for rate in rates], *of_file)
    assert found(comparison) == (places or [None] * len(of_file))
    assert len(comparison.others) == (0 if places else len(rates))
    assert any("do not say which is which" in text for text in comparison.remarks) == (places is None)


def test_stages_of_a_file_without_are_listed_by_themselves() -> None:
    comparison = held([stage(8.0), stage(20.0)])
    assert (comparison.stages, [row.name for row in comparison.others]) == ((), ["run's 1", "run's 2"])


def test_a_run_without_stages_is_the_only_stage_of_a_file() -> None:
    run = Run("tool", "run", (), stage(None, 7.9), counts=ANSWERED)
    assert [row[0] for row in table(compare(run, wanted(8.0)))] == ["stage", "1"]
    several = compare(run, wanted(8.0, 20.0))
    assert found(several) == [None, None]
    assert "nothing is known of the 2 stages" in several.remarks[0]


def test_requests_count_for_the_stage_in_which_they_were_due() -> None:
    timings = at([0.0, 1.0, 31.0, 45.0], [0.0, 1.0, 29.0, 45.0])
    comparison = compare(Run("tool", "run", (), measured(timings), timings=timings), wanted(8.0, 20.0))
    first, second = (row.measured for row in comparison.stages)
    assert first is not None
    assert second is not None
    assert (first.requests, second.requests) == (3, 1)
    assert (first.rate, second.rate) == (pytest.approx(2 / 30), pytest.approx(2 / 30))
    assert "the stage in which it was due" in comparison.remarks[0]


def test_times_begin_with_the_first_request_of_the_file() -> None:
    timings = at([0.0, 29.5])
    late = wanted(8.0, 20.0)._replace(first_us=1_000_000)
    counts = [
        row.measured.requests if row.measured else None
        for row in compare(Run("t", "r", (), measured(timings), timings=timings), late).stages
    ]
    assert counts == [1, 1]
    timings = at([0.0, 29.5], absolute=True)
    comparison = compare(Run("t", "r", (), measured(timings), timings=timings), late)
    assert [row.measured.requests if row.measured else None for row in comparison.stages] == [2, None]
    assert "Nothing was measured in stage 2." in comparison.remarks


def test_requests_after_the_last_stage_are_told() -> None:
    timings = at([0.0, 45.0, 61.0])
    comparison = compare(Run("t", "r", (), measured(timings), timings=timings), wanted(8.0, 20.0))
    assert "1 request was sent after the last stage." in comparison.remarks


@pytest.mark.parametrize(
    ("achieved", "text"), [(9.6, ""), (9.0, "Stage 1 achieved 9.00 of 10.00 requests/s: 10% short of its target.")]
)
def test_a_stage_that_falls_short_says_so(achieved: float, text: str) -> None:
    assert held([stage(10.0, achieved)], 10.0).findings == ((text,) if text else ())


def test_no_more_than_what_is_planned_can_be_achieved() -> None:
    few = wanted(10.0)
    few = few._replace(stages=(few.stages[0]._replace(planned=270),))
    enough, less = (compare(Run("t", "r", (), Measured(), (stage(10.0, rate),)), few).findings for rate in (8.9, 5.0))
    assert enough == ()
    assert less == ("Stage 1 achieved 5.00 of 10.00 requests/s: 50% short of its target, of which 9.00 were planned.",)


def test_more_than_the_target_raises_a_question() -> None:
    assert "is it a run of this file?" in held([stage(10.0, 30.0)], 10.0).findings[0]


def test_failures_are_told() -> None:
    texts = held([stage(8.0, failures=12), stage(20.0, failures=100, ttft=UNKNOWN)], 8.0, 20.0).findings
    assert texts == ("Stage 1: 12 of 100 requests failed.", "Stage 2: all of 100 requests failed, so there are no times.")


def test_another_number_of_requests_is_told() -> None:
    run = Run("tool", "run", (), Measured(requests=100), (stage(8.0),))
    assert compare(run, wanted(8.0)).remarks == ("The run sent 100 requests, where the file plans 240.",)


def test_what_is_not_known_is_no_zero() -> None:
    rows = table(compare(Run("tool", "run", (), Measured(), (Measured(), Measured(rate=19.9))), wanted(8.0, 20.0)))
    assert rows[0] == HEADS
    assert rows[1] == ("1", "8.00", "240", "–", "–", "–", "–", "–", "–", "–")
    assert rows[2][4] == "19.90"


def test_a_spread_leaves_out_what_is_not_known() -> None:
    assert spread(np.array([np.nan, 10.0, 20.0])) == pytest.approx(Spread(15.0, 5.0, 15.0, 19.0, 19.9))
    assert spread(np.array([np.nan])) == UNKNOWN


@pytest.mark.parametrize(("version", "chat"), [("2", "false"), ("1", "false"), ("2", "true"), ("1", "true")])
def test_what_a_file_wants(version: str, chat: str) -> None:
    requests = generate(loads(SPEC.format(version=version, chat=chat)))
    found = design(requests, summarise(requests))
    assert [(aim.start_us, aim.end_us, aim.stated) for aim in found.stages] == [
        (0, 30_000_000, 8.0),
        (30_000_000, 60_000_000, 20.0),
    ]
    assert sum(aim.planned or 0 for aim in found.stages) == found.whole.planned == len(requests)
    sessions = (version, chat) == ("1", "true")
    first = found.stages[0]
    assert first.target is not None
    assert (first.target > 8.0) if sessions else (first.target == 8.0)
    assert found.whole.target == pytest.approx(sum(aim.target or 0.0 for aim in found.stages) / 2)
    assert found.first_us == requests.arrival_us[0]


def test_what_is_known_of_a_part_is_not_taken_for_the_whole() -> None:
    spec = loads(SPEC.format(version="2", chat="false"))
    whole, part = generate(spec), generate(spec.replace(horizon=40_000_000))
    found = design(part, summarise(part), whole.clients)
    assert [(aim.start_us, aim.end_us) for aim in found.stages] == [(0, 30_000_000), (30_000_000, 60_000_000)]
    assert [aim.planned is None for aim in (*found.stages, found.whole)] == [False, True, True]
    assert found.whole.end_us == 60_000_000
