"""Advice on compact files: each warning, and that its mend takes it away."""

from __future__ import annotations

import math
from typing import Any

import pytest
from spec_samples import CHAT, COMPACT, DROP, PREFIX, STAGES, changed, checked, client, codes, warning

from blis_tui.problems import INFO, WARNING, Path, Problem
from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import SetValue
from blis_tui.spec.mends import GENERATED_COUNT

ONE_STAGE = changed(COMPACT, (STAGES, [{"rate": 8.0, "duration": 600}]), (("horizon",), 600_000_000))
VERSION_1 = changed(COMPACT, (("version",), "1"))
ONE_STAGE_1 = changed(ONE_STAGE, (("version",), "1"))


def mended(data: dict[str, Any], problem: Problem, *changes: tuple[Path, Any]) -> list[str]:
    """Apply the problem's mend to the changed data and return the codes that are left."""
    assert problem.mend is not None
    before = checked(data, *changes)
    after = check(apply_edits(before.text, problem.mend.edits))
    assert after.ok
    assert codes(after).count(problem.code) < codes(before).count(problem.code)
    return codes(after)


def test_what_is_as_it_should_be_gets_no_advice() -> None:
    assert codes(checked(COMPACT)) == []
    assert codes(checked(ONE_STAGE)) == ["last-requests-at-the-end"]
    assert codes(checked(VERSION_1)) == codes(checked(ONE_STAGE_1)) == ["version-1"]


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("system_prompt_len", "gives 50 prefix tokens", 50),
        ("question_len", "gives 1 token", 1),
        ("output_len", "gives 1 token", 1),
    ],
)
def test_zero_lengths(name: str, words: str, value: int) -> None:
    for given in (0, DROP):
        change = ((*PREFIX, name), given)
        problem = warning("zero-length", COMPACT, change)
        assert problem.path == (*PREFIX, name) and words in problem.message
        assert problem.mend is not None and problem.mend.safe
        assert problem.mend.edits == (SetValue((*PREFIX, name), value),)
        assert mended(COMPACT, problem, change) == []


@pytest.mark.parametrize(
    ("data", "rate", "words"),
    [
        (ONE_STAGE, 8.3335, "of 5000.1 requests BLIS makes 5,000"),
        (changed(COMPACT, (CHAT, True)), 8.3335, "of 5000.1 requests BLIS makes 5,000"),
        (changed(ONE_STAGE, ((*STAGES, 0, "duration"), 100)), 2.3, "of 229.99999999999997 requests BLIS makes 229"),
    ],
)
def test_rate_times_duration_that_is_not_whole(data: dict[str, Any], rate: float, words: str) -> None:
    problem = warning("fraction-dropped", data, ((*STAGES, 0, "rate"), rate))
    assert problem.path == (*STAGES, 0, "rate") and words in problem.message.replace("5,000.1", "5000.1")


def test_fractions_do_not_matter_where_the_count_is_random() -> None:
    for data in (COMPACT, VERSION_1, ONE_STAGE_1):
        assert "fraction-dropped" not in codes(checked(data, ((*STAGES, 0, "rate"), 8.3335)))


def test_what_is_lost_by_rounding_alone_is_no_fraction() -> None:
    rate = math.nextafter(6 / 4439, 1)
    assert rate * 4439 == 6.000000000000001
    data = changed(ONE_STAGE, ((*STAGES, 0, "duration"), 4439))
    assert "fraction-dropped" not in codes(checked(data, ((*STAGES, 0, "rate"), rate)))


def test_fewer_requests_than_clients() -> None:
    problem = warning("fewer-requests-than-clients", COMPACT, ((*STAGES, 1, "rate"), 0.05))
    assert problem.severity == WARNING and problem.path == (*STAGES, 1, "rate")
    assert "about 30 requests for 45 clients" in problem.message
    problem = warning("fewer-requests-than-clients", ONE_STAGE_1, ((*STAGES, 0, "rate"), 0.05))
    assert "about 30 arrivals for 45 clients" in problem.message
    scaled = [(("aggregate_rate",), 0.05)]
    assert "about 60 arrivals" not in str(codes(checked(VERSION_1, *scaled)))
    assert "fewer-requests-than-clients" in codes(checked(VERSION_1, (("aggregate_rate",), 0.03)))


def test_sessions_that_miss_their_stage() -> None:
    stages = [{"rate": 1.0, "duration": 60}, {"rate": 8.0, "duration": 600}]
    change = [(CHAT, True), (STAGES, stages), (("horizon",), 660_000_000)]
    problem = warning("lost-sessions", COMPACT, *change)
    assert "each session 1 round, so that about 12 of 45 sessions" in problem.message
    assert "lost-sessions" not in codes(checked(ONE_STAGE, (CHAT, True)))


def test_version_2_chat() -> None:
    problem = warning("no-context", ONE_STAGE, (CHAT, True))
    assert problem.path == CHAT and "does not accumulate context" in problem.message
    assert "no-context" not in codes(checked(VERSION_1, (CHAT, True)))


def test_version_1_chat() -> None:
    for data in (VERSION_1, ONE_STAGE_1):
        assert "up to 5 times" in warning("chat-multiplies", data, (CHAT, True)).message
    assert "chat-multiplies" not in codes(checked(COMPACT, (CHAT, True)))


def test_rounds_that_come_late() -> None:
    problem = warning("late-rounds", ONE_STAGE, (CHAT, True))
    assert problem.severity == INFO and "falls past the horizon" in problem.message and "5.625 s" in problem.message
    assert "the end of its stage" in warning("late-rounds", COMPACT, (CHAT, True)).message
    longer = (("horizon",), 700_000_000)
    assert "late-rounds" not in codes(checked(ONE_STAGE, (CHAT, True), longer))


def test_version_2_overrides_the_aggregate_rate() -> None:
    change = (("aggregate_rate",), 22.0)
    problem = warning("rate-overridden", COMPACT, change)
    assert "of 22 is overridden by the sum of the stages' rates, 28" in problem.message
    assert problem.mend is not None and problem.mend.safe
    assert mended(COMPACT, problem, change) == []
    assert codes(checked(COMPACT, (("aggregate_rate",), 28.0))) == []
    assert codes(checked(COMPACT, (("aggregate_rate",), 0.0))) == []


def test_version_1_scales_to_the_aggregate_rate() -> None:
    change = (("aggregate_rate",), 21.0)
    problem = warning("rate-scaled", VERSION_1, change)
    assert "of 21 scales all stages by 1.5, as their mean is 14" in problem.message
    assert problem.mend is not None and not problem.mend.safe
    assert mended(VERSION_1, problem, change) == ["version-1"]
    assert codes(checked(VERSION_1, (("aggregate_rate",), 14.0 * (1 + 1e-12)))) == ["version-1"]


@pytest.mark.parametrize("data", [COMPACT, VERSION_1])
def test_a_negative_aggregate_rate_is_ignored(data: dict[str, Any]) -> None:
    change = (("aggregate_rate",), -3.0)
    problem = warning("rate-ignored", data, change)
    assert problem.mend is not None and problem.mend.safe
    assert "rate-ignored" not in mended(data, problem, change)


@pytest.mark.parametrize("data", [COMPACT, VERSION_1])
@pytest.mark.parametrize(("horizon", "stage"), [(1, 0), (599_999_999, 0), (600_000_000, 1), (1_199_999_999, 1)])
def test_the_horizon_cuts_stages(data: dict[str, Any], horizon: int, stage: int) -> None:
    change = (("horizon",), horizon)
    problem = warning("horizon-cuts", data, change)
    assert f"in stages[{stage}], before the stages' end at 1,200,000,000 µs" in problem.message
    assert problem.mend is not None and not problem.mend.safe
    assert "horizon-cuts" not in mended(data, problem, change)


def test_a_longer_horizon_is_fine_but_for_a_single_version_1_stage() -> None:
    longer = (("horizon",), 1_300_000_000)
    assert codes(checked(COMPACT, longer)) == []
    assert codes(checked(ONE_STAGE, longer)) == ["last-requests-at-the-end"]
    assert codes(checked(VERSION_1, longer)) == ["version-1"]
    problem = warning("past-the-stage", ONE_STAGE_1, longer)
    assert "clients go on" in problem.message
    assert mended(ONE_STAGE_1, problem, longer) == ["version-1"]


def test_a_count_takes_a_single_version_1_stage_past_its_end() -> None:
    open_end = [(("horizon",), DROP), (("num_requests",), 5000)]
    problem = warning("past-the-stage", ONE_STAGE_1, *open_end)
    assert problem.path == ("num_requests",)
    assert mended(ONE_STAGE_1, problem, *open_end) == ["version-1"]
    assert "past-the-stage" not in codes(checked(ONE_STAGE_1, open_end[0], (("num_requests",), 4000)))
    assert "past-the-stage" not in codes(checked(VERSION_1, *open_end))


def test_one_request_each_comes_at_the_very_end() -> None:
    rate = ((*STAGES, 0, "rate"), 0.1)  # 60 requests of 45 clients
    problem = warning("one-request-each", ONE_STAGE, rate)
    assert "30 of 45 clients one request only" in problem.message and "the horizon cuts it off" in problem.message
    problem = warning("one-request-each", ONE_STAGE, rate, (("horizon",), 700_000_000))
    assert "cuts it off" not in problem.message
    each = warning("one-request-each", ONE_STAGE, ((*STAGES, 0, "rate"), 0.075))
    assert "each of the 45 clients" in each.message
    one = [((*PREFIX, name), 1) for name in ("num_unique_system_prompts", "num_users_per_system_prompt")]
    assert (
        "gives the client one" in warning("one-request-each", ONE_STAGE, *one, (STAGES, [{"rate": 0.1, "duration": 10}])).message
    )
    assert "one-request-each" not in codes(checked(ONE_STAGE, rate, (("horizon",), 500_000_000)))


def test_the_last_requests_of_all_clients_come_at_once() -> None:
    problem = warning("last-requests-at-the-end", ONE_STAGE)
    assert problem.severity == INFO and problem.path == (*STAGES, 0, "rate")
    assert "45 at once where 8 a second are meant" in problem.message
    for changes in ([(CHAT, True)], [(("horizon",), 599_000_000)], [((*STAGES, 0, "rate"), 45.0)], [((*STAGES, 0, "rate"), 0.1)]):
        assert "last-requests-at-the-end" not in codes(checked(ONE_STAGE, *changes))
    for data in (COMPACT, ONE_STAGE_1):
        assert "last-requests-at-the-end" not in codes(checked(data))


def test_neither_horizon_nor_count_with_one_stage_of_version_2() -> None:
    for data in (ONE_STAGE, changed(ONE_STAGE, (CHAT, True))):
        change = (("horizon",), DROP)
        problem = warning("no-end", data, change)
        assert problem.path == ("horizon",) and "BLIS refuses the file" in problem.message
        assert "stop the simulation while requests still run" in problem.message
        assert problem.mend is not None and problem.mend.safe
        assert problem.mend.edits == (SetValue(("num_requests",), 4800),)
        assert "no-end" not in mended(data, problem, change)


@pytest.mark.parametrize(
    ("data", "safe"),
    [
        (COMPACT, True),
        (VERSION_1, True),
        (ONE_STAGE_1, True),
        (changed(ONE_STAGE, (("cohorts",), [client("x", population=2, spike={"duration_us": 9})])), True),
        (changed(VERSION_1, (CHAT, True)), True),
        (changed(VERSION_1, (CHAT, True), (STAGES, [{"rate": 8.0, "duration": 5}])), False),
        (
            changed(
                COMPACT,
                (
                    ("cohorts",),
                    [client("x", population=2, spike={"duration_us": 9}, reasoning={"multi_turn": {"max_rounds": 2}})],
                ),
            ),
            False,
        ),
    ],
)
def test_neither_horizon_nor_count_elsewhere(data: dict[str, Any], safe: bool) -> None:
    problem = warning("no-end", data, (("horizon",), DROP))
    assert problem.mend is not None
    assert problem.mend.edits == (SetValue(("num_requests",), GENERATED_COUNT),)
    assert problem.mend.safe is safe
    assert repr(GENERATED_COUNT) == "GENERATED_COUNT"


def test_a_count_of_nothing_is_no_mend() -> None:
    users = (*PREFIX, "num_users_per_system_prompt")
    found = checked(ONE_STAGE, (("horizon",), DROP), ((*STAGES, 0, "rate"), 1e-9), (users, DROP))
    (problem,) = (each for each in found.problems if each.code == "no-end")
    assert problem.mend is None


def test_no_advice_on_what_is_wrong() -> None:
    assert codes(checked(ONE_STAGE, ((*STAGES, 0, "rate"), -1.0), (("horizon",), 5))) == ["out-of-range"]
    changes = [((*PREFIX, "question_len"), -1), (CHAT, True), (("horizon",), 5)]
    assert codes(checked(COMPACT, *changes)) == ["horizon-cuts", "out-of-range", "no-context", "late-rounds"]
    assert codes(checked(VERSION_1, (PREFIX, DROP), (("horizon",), 5))) == ["version-1", "missing"]
    users = ((*PREFIX, "num_users_per_system_prompt"), 0)
    assert codes(checked(COMPACT, users, (("horizon",), DROP))) == ["no-end", "out-of-range"]
    assert codes(checked(COMPACT, (("horizon",), -1))) == ["out-of-range"]
    assert codes(checked(COMPACT, (STAGES, []), (("horizon",), 5))) == ["missing"]
