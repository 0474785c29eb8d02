"""When clients and cohorts are active: their windows, those of a cohort's pattern as BLIS makes them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blis_tui.spec.format.model import Client, Cohort, Diurnal, Drain, Spike, Window

_HOURS = 24
_US_PER_HOUR = 3_600_000_000
DRAIN_STEPS = 10


def windows_of(member: Client | Cohort) -> tuple[Window, ...]:
    """Return the windows of a client, or of each member of a cohort; none for one that is always active."""
    if isinstance(member, Cohort):
        return tuple(_cohort_windows(member))
    return member.lifecycle.windows if member.lifecycle is not None else ()


def cut_off(window: Window, until_us: int) -> Window:
    """Return a window as far as `until_us`; as it is, not copied, if it ends before that: there may be many windows."""
    return window if window.end_us <= until_us else window.replace(end_us=until_us)


def _cohort_windows(cohort: Cohort) -> Iterator[Window]:
    if cohort.diurnal is not None:
        yield from _diurnal(cohort.diurnal)
    if cohort.spike is not None:
        yield _spike(cohort.spike, cohort.population)
    if cohort.drain is not None:
        yield from drain_windows(cohort.drain)


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


def drain_windows(drain: Drain) -> Iterator[Window]:
    """Full activity up to the start, then ten steps of which ever less is filled."""
    if drain.start_time_us > 0:
        yield Window(start_us=0, end_us=drain.start_time_us)
    step_us = max(1, drain.ramp_duration_us // DRAIN_STEPS)
    for step in range(DRAIN_STEPS):
        start = drain.start_time_us + step * step_us
        length = max(1, int(float(step_us) * (float(DRAIN_STEPS - step) / float(DRAIN_STEPS))))
        yield Window(start_us=start, end_us=start + length)
