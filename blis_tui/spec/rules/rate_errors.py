"""The rules of windows that carry rates: absolute rates in version 1, and `aggregate_rate: 0` in version 2."""

from __future__ import annotations

from collections.abc import Iterator

from blis_tui.problems import Path
from blis_tui.spec.format.model import Client, Cohort, Window, WorkloadSpec
from blis_tui.spec.mends import upgrade
from blis_tui.spec.rules.problem_collector import Report

IN_VERSION_1 = "in an expansion of version 1 the trace_rate of a window is an absolute rate, and then"
OVERRIDES = ("arrival", "input_distribution", "output_distribution")


def validate_aggregate_rate(report: Report, spec: WorkloadSpec, with_rates: bool) -> None:
    """Check the rate of explicit clients and cohorts; without one, every window needs its own."""
    place = ("aggregate_rate",)
    rate_based = [index for index, client in enumerate(spec.clients) if client.concurrency == 0]
    if not rate_based and not spec.cohorts:
        return
    rate = spec.aggregate_rate
    allowed = "a number > 0, or 0 with a trace_rate on every window"
    if rate < 0:
        report.error("out-of-range", place, f"must be positive, got {rate:g}", found=rate, allowed=allowed)
    elif rate == 0 and not with_rates:
        text = "must be positive, got 0" if report.is_given(place) else "is missing"
        because = ": without it every window needs a trace_rate, and no window has one"
        report.error("no-rate", place, text + because, found=rate, allowed=allowed)
    elif rate == 0:
        for index in rate_based:
            _validate_client_rates(report, spec.clients[index], ("clients", index))
        for index, cohort in enumerate(spec.cohorts):
            _validate_cohort_rate(report, cohort, ("cohorts", index))


def _validate_client_rates(report: Report, client: Client, path: Path) -> None:
    if client.lifecycle is None:
        text = "is missing: aggregate_rate is 0, so the client needs windows with a trace_rate"
        report.error("no-trace-rate", (*path, "lifecycle"), text)
        return
    for index, window in enumerate(client.lifecycle.windows):
        if window.trace_rate is None:
            text = "is missing: aggregate_rate is 0, so every window needs its own rate"
            report.error("no-trace-rate", (*path, "lifecycle", "windows", index, "trace_rate"), text)


def _validate_cohort_rate(report: Report, cohort: Cohort, path: Path) -> None:
    for pattern in ("diurnal", "drain"):
        if getattr(cohort, pattern) is not None:
            text = "needs an aggregate_rate, which is 0: only a spike with a trace_rate can do without"
            report.error("no-trace-rate", (*path, pattern), text)
    if cohort.spike is None:
        if cohort.diurnal is None and cohort.drain is None:
            text = "is missing: aggregate_rate is 0, so the cohort needs a spike with a trace_rate"
            report.error("no-trace-rate", (*path, "spike"), text)
    elif cohort.spike.trace_rate is None:
        text = "is missing: aggregate_rate is 0, so the spike needs its own rate"
        report.error("no-trace-rate", (*path, "spike", "trace_rate"), text)
    elif cohort.spike.trace_rate <= 0:
        text = f"must be positive, got {cohort.spike.trace_rate:g}: aggregate_rate is 0, so it is the cohort's rate"
        report.error("out-of-range", (*path, "spike", "trace_rate"), text, found=cohort.spike.trace_rate, allowed="> 0")


def validate_stepped(report: Report, spec: WorkloadSpec) -> None:
    """Check a spec that goes by version 1's windows with rates (`generation_path`): all its clients must be of that kind.

    A client may have nothing but windows with a trace_rate, which do not overlap.
    """
    mend = upgrade(spec)
    for path, text in _unstepped(spec):
        if report.is_clean(path):
            report.error("rate-windows", path, text, mend=mend)


def _unstepped(spec: WorkloadSpec) -> Iterator[tuple[Path, str]]:
    for index, client in enumerate(spec.clients):
        if client.concurrency > 0 or spec.inference_perf is not None:
            continue
        if client.lifecycle is None:
            path = ("clients", index, "lifecycle")
            yield path, f"is missing: {IN_VERSION_1} every client needs such windows"
        else:
            yield from _unstepped_windows(client.lifecycle.windows, ("clients", index, "lifecycle", "windows"))
    for index, cohort in enumerate(spec.cohorts):
        yield from _unstepped_cohort(cohort, ("cohorts", index))


def _unstepped_windows(windows: tuple[Window, ...], path: Path) -> Iterator[tuple[Path, str]]:
    for index, window in enumerate(windows):
        for name in OVERRIDES:
            if getattr(window, name) is not None:
                yield (*path, index, name), f"is not allowed: {IN_VERSION_1} windows override nothing else"
    latest = None
    for index in sorted(range(len(windows)), key=lambda index: windows[index].start_us):
        if latest is not None and windows[index].start_us < windows[latest].end_us:
            text = f"is inside windows[{latest}]: {IN_VERSION_1} a client's windows must not overlap"
            yield (*path, index, "start_us"), text
        if latest is None or windows[index].end_us > windows[latest].end_us:
            latest = index


def _unstepped_cohort(cohort: Cohort, path: Path) -> Iterator[tuple[Path, str]]:
    for pattern in ("diurnal", "drain"):
        if getattr(cohort, pattern) is not None:
            yield (*path, pattern), f"is not allowed: {IN_VERSION_1} every window needs one"
    if cohort.spike is None:
        if cohort.diurnal is None and cohort.drain is None:
            yield (*path, "spike"), f"is missing: {IN_VERSION_1} every client needs such windows"
    elif cohort.spike.trace_rate is None:
        yield (*path, "spike", "trace_rate"), f"is missing: {IN_VERSION_1} every window needs one"
