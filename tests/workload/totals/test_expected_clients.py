"""What is expected of each client, against what is generated over many seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from test_expected import COHORT, SEEDS, SPECS, TWO, client, compact, explicit

from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import Arrival
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.expected_clients import expect_clients

MORE = {
    "shared by a limit": explicit(client(rate_fraction=0.3), client(rate_fraction=0.7), horizon=0, num_requests=60),
    "a limit that may come first": explicit(client(rate_fraction=0.3), client(rate_fraction=0.7), num_requests=120),
    "cohorts": compact("2", TWO, cohorts=(COHORT,), horizon=14_000_000),
    "unequally dealt": compact("2", [(10, 5)]),
    "rounds unequally dealt": compact("2", [(10, 5)], chat=True),
}


@pytest.mark.parametrize("name", [*SPECS, *MORE])
def test_each_client_sends_what_is_expected(name: str) -> None:
    spec = {**SPECS, **MORE}[name]
    clients = expand(spec)
    means, deviations = expect_clients(clients, end_us(spec))
    assert means.shape == deviations.shape == (len(clients),)
    sample = np.array([np.bincount(generate(spec.replace(seed=seed)).client, minlength=len(clients)) for seed in range(SEEDS)])
    known = ~np.isnan(means)
    spread = np.where(np.isnan(deviations), sample.std(0), deviations)
    error = np.maximum(spread, 1e-6) / math.sqrt(SEEDS)
    assert (np.abs(sample.mean(0) - means)[known] < 4.5 * np.maximum(error, 1e-9)[known]).all()
    assert (sample.std(0)[known & (deviations == 0)] == 0).all()


@pytest.mark.parametrize("name", [name for name in [*SPECS, *MORE] if "limit" not in name])
def test_clients_together_are_what_is_expected_in_all(name: str) -> None:
    spec = {**SPECS, **MORE}[name]
    total = expect(expand(spec), end_us(spec)).total
    assert total is not None
    assert expect_clients(expand(spec), end_us(spec)).means.sum() == pytest.approx(total.mean)


def test_a_limit_that_cuts_stages_off_is_not_guessed_at() -> None:
    spec = compact("2", TWO, num_requests=150)
    assert np.isnan(expect_clients(expand(spec), end_us(spec)).means).all()


def test_gaps_that_vary_twice_as_much_make_counts_vary_twice_as_much() -> None:
    steady, bursty = (explicit(client(arrival=Arrival(process="gamma", cv=cv)), horizon=60_000_000) for cv in (0.5, 2.0))
    deviations = [expect_clients(expand(spec), 60_000_000).deviations[0] for spec in (steady, bursty)]
    assert deviations[1] == pytest.approx(4 * deviations[0])
    counts = [len(generate(bursty.replace(seed=seed))) for seed in range(SEEDS)]
    assert 0.7 < np.std(counts) / deviations[1] < 1.4


def test_rates_are_summed_once_however_many_clients_share_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    exact = math.fsum

    def counted(numbers: Iterable[float]) -> float:
        terms = list(numbers)
        added.append(len(terms))
        return exact(terms)

    spec = explicit(*[client(rate_fraction=1.0) for _ in range(200)], horizon=0, num_requests=60)
    monkeypatch.setattr(math, "fsum", counted)
    assert expect_clients(expand(spec), None).means == pytest.approx(np.full(200, 0.3))
    assert sum(added) < 10 * 200
