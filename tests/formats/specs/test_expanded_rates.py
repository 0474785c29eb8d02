"""Expanded files whose windows carry their rates: what BLIS makes of them, and what they say about it."""

from __future__ import annotations

import numpy as np
import pytest
from export_samples import EXAMPLES, chat, client, compact, constant, explicit, read_spec, written

from blis_tui.formats.source import Source
from blis_tui.formats.specs import expanded_rates
from blis_tui.spec.check import check
from blis_tui.spec.format.model import Arrival, Cohort, Distribution, Lifecycle, Multimodal, Spike, Window, WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate

SECOND = 1_000_000


def back(spec: WorkloadSpec) -> WorkloadSpec:
    """Write a spec and read it again: it must have no problems but infos."""
    checked = check(written(spec, "expanded-rates").decode())
    assert checked.spec is not None and checked.ok
    assert "lost-in-windows" not in [problem.code for problem in checked.problems]
    assert (checked.spec.version, checked.spec.aggregate_rate) == ("2", 0.0)
    return checked.spec


def said(spec: WorkloadSpec) -> str:
    (problem, *_) = expanded_rates.contents(Source(spec)).remarks
    assert (problem.code, problem.severity) == ("expanded-rates", "warning")
    return problem.message


def in_each_second(spec: WorkloadSpec, start: float, end: float) -> float:
    arrivals = generate(spec).arrival_us
    return int(((arrivals >= start * SECOND) & (arrivals < end * SECOND)).sum()) / (end - start)


def test_a_ramp_of_five_stages() -> None:
    ramp = read_spec((EXAMPLES / "ramp.yaml").read_text(encoding="utf-8"))
    spec = back(ramp)
    rates = [in_each_second(spec, start, start + 120) for start in range(0, 600, 120)]
    assert rates == [560 / 120, 1160 / 120, 1760 / 120, 2360 / 120, 2960 / 120]  # one request less of each of 40 clients
    requests = generate(spec)
    assert len(requests) == 8800  # as BLIS itself has it
    assert set(requests.input_tokens.tolist()) == {256} and not requests.prefix_tokens.any()
    text = said(ramp)
    assert "BLIS goes by it: 5 to 25 requests/s in the five stages." in text
    assert "8,800 requests in all, where the spec has about 9,000." in text
    assert "Single requests lose their prefixes: inputs have 256 tokens, not 1,280." in text


def test_each_window_has_the_rate_of_its_stage_over_the_clients() -> None:
    spec = back(compact(8.0, 20.0, horizon=9 * SECOND))
    assert [window.trace_rate for one in (spec.clients[0], spec.clients[4]) for window in one.lifecycle.windows] == [2.0, 5.0]
    assert spec.horizon == 9 * SECOND
    old = back(compact(8.0, 20.0, version="1", aggregate_rate=28.0))
    assert [window.trace_rate for window in old.clients[0].lifecycle.windows] == [4.0, 10.0]


def test_no_client_sends_more_than_a_request_per_microsecond() -> None:
    spec = back(compact(8.0, 9e18, horizon=9 * SECOND))
    assert [window.trace_rate for one in spec.clients for window in one.lifecycle.windows] == [2.0] * 4 + [1e6] * 4


@pytest.mark.parametrize("version", ["1", "2"])
def test_one_stage_gets_a_window(version: str) -> None:
    spec = compact(8.0, version=version)
    one = back(spec)
    assert one.clients[0].lifecycle.windows == (Window(end_us=5 * SECOND, trace_rate=2.0),)
    assert len(generate(one)) == 4 * 9
    assert f"36 requests in all, where the spec has {'' if version == '2' else 'about '}40." in said(spec)


def test_sessions_keep_their_prefixes_and_rounds() -> None:
    spec = compact(8.0, 20.0, chat=True, horizon=10 * SECOND)
    requests = generate(back(spec))
    assert (requests.prefix_tokens == 10).all() and len(np.unique(requests.session)) == 8
    assert requests.round.max() == 24
    assert "lose" not in said(spec)


def test_sessions_of_version_1_lose_rounds_behind_their_window() -> None:
    spec = compact(8.0, 20.0, chat=True, version="1")
    assert "BLIS goes by it: 8 to 20 sessions/s in the two stages." in said(spec)
    assert "Rounds are lost that come after the end of their session's window." in said(spec)
    assert len(generate(back(spec))) < len(generate(spec))


def test_what_is_lost_is_left_out_and_said() -> None:
    media = Multimodal(text_distribution=constant(3))
    plain = client("b", prefix_group="g", prefix_length=9, timeout=5, multimodal=media, slo_target_us=7)
    spec = explicit(chat(id="a", timeout=5, slo_target_us=7), plain)
    session, single = back(spec).clients
    assert (single.prefix_group, single.prefix_length, single.timeout, single.multimodal) == ("", 0, None, None)
    assert (session.prefix_group, session.timeout, session.slo_target_us, single.slo_target_us) == ("g", 5, None, 7)
    assert "Single requests lose their prefixes and timeouts and multimodal parts. Sessions lose their SLO targets." in said(spec)


def test_clients_keep_their_share_of_the_rate() -> None:
    """By their fractions, and where gaps are fitted by these."""
    windows = Lifecycle(windows=(Window(end_us=SECOND), Window(start_us=2 * SECOND, end_us=3 * SECOND)))
    gamma, weibull = (Arrival(process=name, shape=2.0, scale=1e5) for name in ("gamma", "weibull"))
    spec = explicit(
        client("a", rate_fraction=3.0), client("b", lifecycle=windows), client("c", arrival=gamma), client("d", arrival=weibull)
    )
    rates = [[window.trace_rate for window in one.lifecycle.windows] for one in back(spec).clients]
    assert rates[:2] == [[pytest.approx(10.0)], [pytest.approx(20.0 / 6)] * 2]
    assert rates[2:] == [[pytest.approx(5.0)], [pytest.approx(1e6 / (1e5 * 0.886226925))]]


def test_weights_become_rates() -> None:
    def weighed(rate: float) -> Lifecycle:
        return Lifecycle(windows=(Window(end_us=SECOND, trace_rate=rate), Window(start_us=5 * SECOND, end_us=6 * SECOND)))

    spec = explicit(client("a", lifecycle=weighed(0.75)), client("b", lifecycle=weighed(0.25)), client("c"), horizon=2 * SECOND)
    written_rates = [[window.trace_rate for window in one.lifecycle.windows] for one in back(spec).clients]
    assert written_rates == [[7.5, 0.0], [2.5, 0.0], [0.0]]
    before, after = generate(spec), generate(back(spec))
    assert before.arrival_us.tolist() == after.arrival_us.tolist()
    assert "lose" not in said(spec)  # BLIS leaves the same out of the spec itself


def test_cohorts_and_virtual_users() -> None:
    cohort = Cohort(
        id="x", population=4, rate_fraction=1.0, arrival=Arrival(process="poisson"), spike=Spike(duration_us=2 * SECOND),
        input_distribution=constant(3), output_distribution=constant(2), prefix_group="g", prefix_sharing="per_member",
    )  # fmt: skip
    users = client("u", rate_fraction=0.0, concurrency=3, prefix_group="g")
    spec = back(explicit(client("a"), users).replace(cohorts=(cohort,)))
    assert spec.clients[1] == users
    assert [one.id for one in spec.clients[2:]] == ["x-0", "x-1", "x-2", "x-3"]
    assert {(one.prefix_group, one.lifecycle.windows[0].trace_rate) for one in spec.clients[2:]} == {("", 2.5)}


def test_without_a_time_limit_the_windows_reach_as_far_as_the_requests() -> None:
    wild = Distribution(type="exponential", params={"mean": 5.0})
    spec = explicit(client("a", input_distribution=wild), client("b", rate_fraction=3.0), horizon=0, num_requests=70)
    assert back(spec).horizon == 0
    assert len(generate(back(spec))) == 70
    assert back(spec).clients[0].lifecycle.windows[0].end_us == 3_600_000


def test_names_are_those_of_the_clients() -> None:
    spec = compact(8.0, 20.0)
    assert [one.id for one in back(spec).clients] == [one.id for one in expand(spec)]
    assert expanded_rates.contents(Source(spec)).size == 8
