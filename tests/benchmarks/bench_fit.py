"""Fitting: how long a workload takes that is like a million requests, beside generating as many. See README.md."""

from __future__ import annotations

import statistics

import numpy as np
from measuring import Row, in_turn, ratio

from blis_tui.reading import loads
from blis_tui.workload.fitting.choices import LENGTHS, Choices
from blis_tui.workload.fitting.fit import fit
from blis_tui.workload.fitting.parts.stages import MOST_STAGES, find_stages
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

REQUESTS = 1_000_000
WANTED_S = 6.0
WANTED_STAGES_S = 2.0
_GENERATING = "generating them"
_DAY = f"""
version: "2"
seed: 1
aggregate_rate: 1000
num_requests: {REQUESTS}
clients:
- id: a
  rate_fraction: 3
  arrival: {{process: poisson}}
  input_distribution: {{type: lognormal, params: {{mu: 5.6, sigma: 0.8, max: 8192}}}}
  output_distribution: {{type: exponential, params: {{mean: 90, min: 4, max: 1000}}}}
- id: b
  rate_fraction: 1
  arrival: {{process: gamma, cv: 2}}
  input_distribution: {{type: gaussian, params: {{mean: 400, std_dev: 90, min: 1, max: 900}}}}
  output_distribution: {{type: exponential, params: {{mean: 90, min: 4, max: 1000}}}}
  prefix_group: p
  prefix_length: 300
"""


def measure(runs: int) -> list[Row]:
    """Fit a million requests of an hour whose rate rises and falls, and find its stages alone."""
    requests = _hour()
    end_us = int(requests.arrival_us[-1]) + 1
    cases = {
        _GENERATING: lambda: generate(loads(_DAY)),
        "stages": lambda: find_stages(requests.arrival_us, requests.client, 2, end_us, MOST_STAGES),
        **{name: lambda name=name: fit(requests, Choices(name)) for name in LENGTHS},  # type: ignore[misc]
    }
    seconds = in_turn(cases, max(runs // 3, 1))
    rows = [Row(f"find the stages of {REQUESTS:,} requests", statistics.median(seconds["stages"]), "s", wanted=WANTED_STAGES_S)]
    for name in LENGTHS:
        took = statistics.median(seconds[name])
        rows.append(Row(f"fit {REQUESTS:,} requests, {name}", took, "s", wanted=WANTED_S))
        rows.append(Row(f"… to generating as many ({name})", took, "s", ratio(seconds[name], seconds[_GENERATING]), _GENERATING))
    return rows


def _hour() -> Requests:
    requests = generate(loads(_DAY))
    part = (np.arange(len(requests)) + 0.5) / len(requests)
    grid = np.linspace(0, 1, 10_001)
    reached = grid + 0.6 * (1 - np.cos(2 * np.pi * grid)) / (2 * np.pi)
    times = np.interp(part, reached / reached[-1], grid) * 3600e6
    noise = np.random.default_rng(1).exponential(3600, len(requests))
    requests.columns["arrival"] = np.sort(times + noise).astype(np.int64)
    return requests
