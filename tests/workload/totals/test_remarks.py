"""What is said about the totals of a workload."""

from __future__ import annotations

import pytest
from workload_specs import SECOND, client, compact, constant, explicit, turns

from blis_tui.spec.format.model import Client, WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.remarks import limit_remark, limit_text


def talker(name: str = "a", rounds: int = 4, **fields: object) -> Client:
    return client(name, reasoning=turns(rounds, 3_500_000, accumulate=True), output_distribution=constant(5), **fields)


def limited(*clients: Client, **fields: object) -> WorkloadSpec:
    return explicit(*clients, **{"seed": 5, "aggregate_rate": 0.5, "horizon": 0, "num_requests": 20, **fields})


def test_twenty_asked_for_and_36_sent() -> None:
    """As BLIS itself has it, with answers of any length."""
    spec = limited(talker(input_distribution=constant(5)))
    assert len(generate(spec)) == 20
    assert limit_remark(generate(spec)) == (
        "num_requests only limits the plan: a run sends all rounds of its 9 sessions, 9 × 4 = 36 requests."
    )
    assert limit_text(spec) == "plan cut at 20 requests"


def test_what_a_run_goes_past_is_nowhere_exact() -> None:
    for spec in (limited(talker()), compact((20, 10), (30, 10), version="2", enable_multi_turn_chat=True, num_requests=100)):
        expected = expect(expand(spec), None)
        assert expected.total is not None and expected.total.mean == pytest.approx(spec.num_requests)
        assert not any(count.exact for count in (expected.total, *(stage.expected for stage in expected.stages)) if count)
    held = limited(client("a"))
    total = expect(expand(held), None).total
    assert total is not None and total.exact and limit_text(held) == "at most 20 requests"


def test_other_requests_count_once() -> None:
    spec = limited(
        talker("a"), talker("b", closed_loop=False), client("c"), aggregate_rate=3.0, num_requests=40, horizon=90 * SECOND
    )
    requests = generate(spec)
    own = requests.client == 0
    sessions = int((own & (requests.round == 0)).sum())
    others = int((~own).sum())
    sent = 4 * sessions + others
    assert limit_remark(requests) == (
        f"num_requests only limits the plan: a run sends all rounds of its {sessions} sessions, "
        f"{sessions} × 4 + {others} others = {sent} requests, fewer if the horizon comes first."
    )


def test_sessions_of_a_stage_have_the_rounds_they_were_dealt() -> None:
    spec = compact((20, 10), version="2", enable_multi_turn_chat=True, num_requests=150)
    text = limit_remark(generate(spec))
    assert text is not None and text.endswith("6 × 33 to 34 = 200 requests.")


def test_nothing_is_said_where_the_limit_holds() -> None:
    assert limit_remark(generate(limited(client("a")))) is None
    assert limit_remark(generate(limited(talker(closed_loop=False)))) is None
    whole = compact((20, 10), version="2", enable_multi_turn_chat=True, num_requests=200)
    assert limit_remark(generate(whole)) is None and len(generate(whole)) == 200
