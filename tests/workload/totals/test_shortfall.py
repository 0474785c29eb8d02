"""How much less is sent than planned, and from which answer time on."""

from __future__ import annotations

from pathlib import Path

import pytest
from workload_specs import compact

from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import planned_and_sent
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.shortfall import Limit, limits, missed_text, shortfall

ROOT = Path(__file__).parents[3]
CHAT, POOL, TWO_STAGE = ("chat", "pool", "two-stage")


def example(name: str):  # type: ignore[no-untyped-def]
    return check((ROOT / "examples" / f"{name}.yaml").read_bytes())


def test_a_chat_says_how_much_less_it_sends_and_why() -> None:
    checked = example(CHAT)
    server = AssumedServer()
    plan, sent = planned_and_sent(checked.spec, server)
    assert plan is not None and sent is not None
    problem = shortfall(plan, sent, server)
    assert problem is not None and problem.severity == INFO and problem.line is None
    assert problem.message == (
        "1,821 of the 4,800 planned requests are sent, 62% fewer, if an answer takes 200 ms + 20 ms per token; "
        "stage 1 cannot reach 16.00 req/s however fast the answers are: 32 users / 16 req/s − 2 s think time = 0 s"
    )
    placed = checked.placed(problem)
    assert checked.text.splitlines()[placed.line - 1].strip() == "enable_multi_turn_chat: true"


@pytest.mark.parametrize(("name", "parts"), [(POOL, (False, True)), (TWO_STAGE, (True, False)), (CHAT, (True, True))])
def test_there_is_a_plan_without_users_and_something_else_is_sent_where_it_waits(name: str, parts: tuple[bool, bool]) -> None:
    found = planned_and_sent(example(name).spec, AssumedServer())
    assert tuple(requests is not None for requests in found) == parts
    if None in found:
        assert shortfall(*found, AssumedServer()) is None


def test_answers_that_take_no_time_fall_short_of_nothing() -> None:
    server = AssumedServer(0, 0)
    plan, sent = planned_and_sent(example(CHAT).spec, server)
    assert plan is not None and sent is not None and len(plan) == len(sent)
    assert shortfall(plan, sent, server) is None


def test_the_limit_is_users_by_rate_without_the_thinking() -> None:
    assert Limit(40, 5.0, 2_000_000).answer_us == 6_000_000
    assert Limit(40, 40.0, 2_000_000).answer_us == 0
    assert missed_text([None]) == ""
    both = [Limit(40, 4.0, 2_000_000), Limit(40, 5.0, 2_000_000)]
    assert missed_text(both) == (
        "stage 2 cannot reach 5.00 req/s once answers take more than 6 s: 40 users / 5 req/s − 2 s think time = 6 s"
    )
    assert missed_text([both[0], both[0]]).endswith("= 8 s; the same goes for all 2 stages")


def test_only_conversations_of_users_have_a_limit() -> None:
    assert limits(expand(compact((5, 9), (20, 9)))) == [None, None]
    assert limits(expand(example(POOL).spec)) == []
    (limit,) = limits(expand(example(CHAT).spec))
    assert limit == Limit(32, 16.0, 2_000_000)
