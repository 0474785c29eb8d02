"""Which way of generating a spec takes: one of the two that BLIS has, or that of version-1 windows with rates."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blis_tui.spec.format.model import Client, Cohort, Multimodal, Window, WorkloadSpec

ORDINARY = "ordinary"
"""A client's gaps run on from time 0, and what lands outside its windows is thrown away."""
VARYING = "varying"
"""BLIS's time-varying path: windows override something, each is filled on its own, and clients without any send nothing."""
STEPPED = "stepped"
"""Version 1: windows carry rates in requests per second, and each is drawn at its own rate from its start."""

SAME_RATE = 1e-9
"""An aggregate_rate nearer to a mean than this part of it is taken to be that mean."""


def generation_path(spec: WorkloadSpec) -> str:
    """Return which way of generating a spec takes: `ORDINARY`, `VARYING` or `STEPPED`. The spec may have errors.

    Rates of windows are absolute in the expansions of version 1 alone: in several stages, and in files of clients that are
    such an expansion, which is told by an aggregate_rate that is the mean of their rates. Any other file goes BLIS's ways.
    """
    compact = spec.inference_perf
    if spec.rules == 1 and compact is not None and len(compact.stages) > 1:
        return STEPPED
    if not has_rate_windows(spec):
        return VARYING if any(_overrides(window) for window in _client_windows(spec)) else ORDINARY
    return STEPPED if spec.rules == 1 and compact is None and _is_expansion(spec) else VARYING


def has_rate_windows(spec: WorkloadSpec) -> bool:
    """Return whether any window of the file's clients and cohorts carries a trace_rate."""
    return any(cohort.spike is not None and cohort.spike.trace_rate is not None for cohort in spec.cohorts) or any(
        window.trace_rate is not None for window in _client_windows(spec)
    )


def mean_window_rate(windows: tuple[Window, ...]) -> float:
    """Return the time-weighted mean of a client's rates in its windows, in requests per second; 0 without windows."""
    span = sum(window.end_us - window.start_us for window in windows)
    return sum((window.trace_rate or 0.0) * (window.end_us - window.start_us) for window in windows) / span if span > 0 else 0.0


def is_chat(member: Client | Cohort) -> bool:
    """Return whether a client or cohort sends sessions of several rounds, and not single requests."""
    return member.turns is not None


def media_of(member: Client | Cohort, *, varying: bool) -> Multimodal | None:
    """Return of what kinds of token its requests are made; ``None`` for text alone, as sessions and virtual users have it."""
    users = isinstance(member, Client) and member.concurrency > 0
    return None if varying or users or is_chat(member) else member.multimodal


def lost_when_varying(member: Client | Cohort) -> tuple[str, ...]:
    """Return which fields of a client or cohort have values that BLIS leaves out on its time-varying path."""
    names = ("slo_target_us",) if is_chat(member) else ("prefix_group", "timeout", "multimodal")
    return tuple(name for name in names if getattr(member, name))


def _client_windows(spec: WorkloadSpec) -> Iterator[Window]:
    for client in spec.clients:
        if client.lifecycle is not None:
            yield from client.lifecycle.windows


def _overrides(window: Window) -> bool:
    """Return whether a window without a rate has anything of its own but its span."""
    own = (window.arrival, window.input_distribution, window.output_distribution)
    return any(value is not None for value in own)


def _is_expansion(spec: WorkloadSpec) -> bool:
    """Return whether every window has a rate, and aggregate_rate is the time-weighted mean of the clients' rates."""
    if any(window.trace_rate is None for window in _client_windows(spec)):
        return False
    mean = sum(mean_window_rate(client.lifecycle.windows) for client in spec.clients if client.lifecycle is not None)
    for cohort in spec.cohorts:
        if cohort.diurnal is not None or cohort.drain is not None:
            return False
        if cohort.spike is not None:
            if cohort.spike.trace_rate is None:
                return False
            mean += cohort.spike.trace_rate
    return 0 < mean < math.inf and abs(spec.aggregate_rate - mean) <= SAME_RATE * mean
