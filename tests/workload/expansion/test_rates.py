"""Rates of clients that share one, against sums made pair by pair."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.generator import ordinary_rates, window_rate
from workload_specs import client, cohorts, explicit, windows

from blis_tui.spec.format.model import Client, Cohort, Lifecycle, Window, WorkloadSpec
from blis_tui.workload.expansion import rates as rates_module
from blis_tui.workload.expansion.coactive import Part, Spans, coactive_sums
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.generate import generate
from blis_tui.workload.totals.summary import summarise

fractions = st.sampled_from([0.1, 1.0, 1 / 3, 0.7, 1e-9, 1e9])


@st.composite
def shared_specs(draw: st.DrawFn, rated: bool) -> WorkloadSpec:
    rates = st.sampled_from([None, 0.1, 0.0, 3.0]) if rated else st.none()
    some = st.one_of(st.none(), windows(rates))
    clients = []
    for number in range(draw(st.integers(1, 6))):
        spans = draw(some)
        lifecycle = Lifecycle(windows=spans) if spans else None
        clients.append(client(f"c{number}", rate_fraction=draw(fractions), lifecycle=lifecycle))
    groups = tuple(draw(st.lists(cohorts(), max_size=2)))
    return explicit(*clients, cohorts=groups, aggregate_rate=draw(st.sampled_from([1.0, 0.3, 1e6])))


def members_of_blocks(spec: WorkloadSpec) -> tuple[list[Client], list[int]]:
    """Return all clients, and the block each belongs to."""
    clients = expand(spec)
    return list(clients), [number for number, block in enumerate(clients.blocks) for _ in range(block.size)]


@given(st.one_of(shared_specs(rated=False), shared_specs(rated=True)))
@settings(max_examples=150, deadline=None)
def test_shares_among_clients_active_at_the_same_time(spec: WorkloadSpec) -> None:
    clients, blocks = members_of_blocks(spec)
    rates = block_rates(expand(spec))
    assert [rates[block] for block in blocks] == ordinary_rates(clients, spec.aggregate_rate)


@given(shared_specs(rated=True))
@settings(max_examples=150, deadline=None)
def test_shares_of_windows(spec: WorkloadSpec) -> None:
    clients, blocks = members_of_blocks(spec)
    rates = WindowRates(expand(spec))
    for member, block in zip(clients, blocks, strict=True):
        for window in member.lifecycle.windows if member.lifecycle else ():
            expected = window_rate(member, window, clients, spec.aggregate_rate)
            assert rates.rate(expand(spec).blocks[block], window) == expected


def test_the_weights_of_windows_are_summed_once_for_a_workload_and_its_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(keys: Sequence[Spans], parts: Sequence[Part]) -> list[float]:
        asked.append(keys)
        return coactive_sums(keys, parts)

    monkeypatch.setattr(rates_module, "coactive_sums", counted)
    clients = [client(name, Window(start_us=0, end_us=10**6, trace_rate=rate)) for name, rate in (("a", 2.5), ("b", 1.0))]
    assert summarise(generate(explicit(*clients, aggregate_rate=50.0, horizon=900_000))).target is not None
    assert asked == [[((0, 900_000),)]]


def test_only_windows_that_are_cut_off_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(window: Window, **values: int) -> Window:
        made.append(values)
        return Window(**{**dict(window.given()), **values})

    windows = [Window(start_us=at, end_us=at + 900, trace_rate=1.0) for at in range(0, 50_000, 1000)]
    spec = explicit(client("a", *windows), aggregate_rate=50_000.0, horizon=49_500)
    monkeypatch.setattr(Window, "replace", counted)
    assert len(generate(spec)) > 0
    assert made == [{"end_us": 49_500}]


def test_aggregate_rate_0_takes_the_rates_of_windows_as_they_are() -> None:
    spec = explicit(client("a", Window(start_us=0, end_us=9, trace_rate=2.5)), aggregate_rate=0.0)
    clients = expand(spec)
    assert WindowRates(clients).rate(clients.blocks[0], Window(start_us=0, end_us=9, trace_rate=2.5)) == 2.5


def test_windows_without_any_weight_have_no_rate() -> None:
    spec = explicit(client("a", Window(start_us=0, end_us=9, trace_rate=0.0)))
    clients = expand(spec)
    assert WindowRates(clients).rate(clients.blocks[0], Window(start_us=0, end_us=9, trace_rate=0.0)) == 0.0


def test_a_large_cohort_is_summed_member_by_member() -> None:
    cohort = Cohort(id="co", population=70_001, rate_fraction=0.1, arrival=client().arrival, **lengths())
    clients = expand(explicit(client("a", rate_fraction=0.3), cohorts=(cohort,)))
    total = 0.3
    for _ in range(70_001):
        total += 0.1 / 70_001
    assert block_rates(clients) == [10.0 * (0.3 / total) / 1e6, 10.0 * (0.1 / 70_001 / total) / 1e6]


def test_shares_that_vanish_give_nothing() -> None:
    """A share of 5e-324 is 0 for each of three members, and BLIS skips clients without a rate."""
    cohort = Cohort(id="co", population=3, rate_fraction=5e-324, arrival=client().arrival, **lengths())
    assert block_rates(expand(explicit(cohorts=(cohort,)))) == [0.0]
    window = Window(start_us=0, end_us=9)
    assert block_rates(expand(explicit(client("a", window), cohorts=(cohort,)))) == [1e-5, 0.0]
    assert len(generate(explicit(cohorts=(cohort,)))) == 0


def lengths() -> dict[str, object]:
    return {"input_distribution": client().input_distribution, "output_distribution": client().output_distribution}
