"""Requests that stand for a trace: generated, or with times of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import blis_tui
from blis_tui import Requests

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
LENGTHS = """
  input_distribution: {type: lognormal, params: {mu: 5.6, sigma: 0.8, max: 8192}}
  output_distribution: {type: exponential, params: {mean: 90, min: 4, max: 1000}}
"""


def made(text: str) -> Requests:
    """Generate a workload."""
    return blis_tui.generate(blis_tui.loads(text))


def one_client(count: int, more: str = "") -> Requests:
    """Requests of one client with lengths that vary."""
    return made(f"""
version: "2"
seed: 1
aggregate_rate: 1000
num_requests: {count}
clients:
- id: a
  rate_fraction: 1
  arrival: {{process: poisson}}
{LENGTHS}{more}""")


def at(times_us: Sequence[float] | np.ndarray, requests: Requests | None = None) -> Requests:
    """Requests that arrive at given times."""
    times = np.sort(np.asarray(times_us)).astype(np.int64)
    requests = requests or one_client(len(times))
    requests.columns = {**requests.columns, "arrival": times}
    requests.horizon_us = None
    return requests


def staged(rates: Sequence[float], seconds: int, seed: int = 1) -> np.ndarray:
    """Times of Poisson arrivals, in µs: so many seconds at each rate."""
    draws = np.random.default_rng(seed)
    counts = [draws.poisson(rate * seconds) for rate in rates]
    parts = [(number + draws.random(count)) * seconds * 1e6 for number, count in enumerate(counts)]
    return np.sort(np.concatenate(parts)).astype(np.int64)
