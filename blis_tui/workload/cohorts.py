"""Expanding a cohort into its members, with the windows of its pattern."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blis_tui.spec.model import Client, Cohort, Diurnal, Drain, Lifecycle, Spike, Window
from blis_tui.workload.clients import ClientBlock, Name, Names

_HOURS = 24
_US_PER_HOUR = 3_600_000_000
_DRAIN_STEPS = 10
_SAME_FIELDS = tuple(
    name for name in Client.fields if name in Cohort.fields and name not in ("id", "prefix_group", "rate_fraction")
)


def expand_cohort(cohort: Cohort) -> ClientBlock:
    """Return the members of a cohort: like clients that share its rate evenly (`ExpandCohorts` of BLIS)."""
    own_prefix = cohort.prefix_sharing == "per_member" and bool(cohort.prefix_group)
    group = Name(f"{cohort.prefix_group}-", prompt=True) if own_prefix else Name(cohort.prefix_group)
    names = Names(Name(f"{cohort.id}-", prompt=True), Name(cohort.tenant_id), group)
    windows = tuple(_windows(cohort))
    template = Client(
        **{name: getattr(cohort, name) for name in _SAME_FIELDS},
        id=names.of("id", 0),
        prefix_group=names.of("prefix_group", 0),
        rate_fraction=cohort.rate_fraction / cohort.population,
        lifecycle=Lifecycle(windows=windows) if windows else None,
    )
    return ClientBlock(template, cohort.population, names)


def _windows(cohort: Cohort) -> Iterator[Window]:
    if cohort.diurnal is not None:
        yield from _diurnal(cohort.diurnal)
    if cohort.spike is not None:
        yield _spike(cohort.spike, cohort.population)
    if cohort.drain is not None:
        yield from _drain(cohort.drain)


def _diurnal(diurnal: Diurnal) -> Iterator[Window]:
    """One window per hour of a day, full at the peak and 1/ratio of the hour at the trough, a cosine between."""
    ratio = diurnal.peak_to_trough_ratio
    for hour in range(_HOURS):
        angle = 2.0 * math.pi * float(hour - diurnal.peak_hour) / float(_HOURS)
        share = (1.0 + math.cos(angle)) / 2.0 * (1.0 - 1.0 / ratio) + 1.0 / ratio
        length = max(1, min(int(float(_US_PER_HOUR) * share), _US_PER_HOUR))
        start = hour * _US_PER_HOUR
        yield Window(start_us=start, end_us=start + length)


def _spike(spike: Spike, population: int) -> Window:
    rate = None if spike.trace_rate is None else spike.trace_rate / population
    return Window(start_us=spike.start_time_us, end_us=spike.start_time_us + spike.duration_us, trace_rate=rate)


def _drain(drain: Drain) -> Iterator[Window]:
    """Full activity up to the start, then ten steps of which ever less is filled."""
    if drain.start_time_us > 0:
        yield Window(start_us=0, end_us=drain.start_time_us)
    step_us = max(1, drain.ramp_duration_us // _DRAIN_STEPS)
    for step in range(_DRAIN_STEPS):
        start = drain.start_time_us + step * step_us
        length = max(1, int(float(step_us) * (float(_DRAIN_STEPS - step) / float(_DRAIN_STEPS))))
        yield Window(start_us=start, end_us=start + length)
