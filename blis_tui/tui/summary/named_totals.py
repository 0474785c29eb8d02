"""The numbers of a summary, named and written: for the Summary tab, and for comparing two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import counted, duration, mean, rate, roughly
from blis_tui.spec.format.facts import US_PER_S

if TYPE_CHECKING:
    from blis_tui.workload.totals.capacity import Capacity
    from blis_tui.workload.totals.counts import Count
    from blis_tui.workload.totals.summary import Summary


class Total(NamedTuple):
    """One number: its name, itself, how it is written, and what else there is to say of it."""

    name: str
    value: float
    text: str
    remark: str = ""


def totals(summary: Summary) -> list[tuple[str, list[Total]]]:
    """Return the numbers of a summary, by subject."""
    requests = summary.requests
    return [
        (
            "Requests",
            [
                _whole("requests", requests.generated, against(requests.expected, requests.deviations)),
                _whole("sessions", summary.sessions, "" if summary.sessions else "all requests are single-turn"),
                _whole("clients", summary.clients),
                _whole("prefix groups", summary.groups),
            ],
        ),
        (
            "Tokens",
            [
                _whole("input", summary.input_tokens, _each(summary.input_tokens, requests.generated)),
                _whole("  of which prefix", summary.prefix_tokens, _prefix(summary)),
                _whole("output", summary.output_tokens, _each(summary.output_tokens, requests.generated)),
                _whole("longest context", summary.longest_context, "input plus output of one request"),
            ],
        ),
        ("Rates", _rates(summary)),
    ]


def _rates(summary: Summary) -> list[Total]:
    rows = []
    target, bins = summary.target, summary.bins
    if target is not None:
        rows.append(_rate("target rate", target.mean, f"arrivals/s over {roughly(bins.end_us)}"))
        if rate(target.peak) != rate(target.mean):
            rows.append(_rate("  peak", target.peak, "arrivals/s"))
    for noun, found in (("request", summary.request_rate), ("token", summary.token_rate)):
        rows.append(_rate(f"{noun} rate", found.mean, f"{noun}s/s over {roughly(bins.end_us)}"))
        for peak, over in found.peaks(bins.width_us):
            rows.append(_rate(f"  peak {'second' if over == US_PER_S else 'bin'}", peak, f"{noun}s/s in {duration(over)}"))
    return rows


def stage_totals(summary: Summary) -> list[Total]:
    """Return the numbers of a summary's stages."""
    return [
        total
        for number, stage in enumerate(summary.stages, 1)
        for total in (
            _rate(f"stage {number} target", stage.target_rate, "arrivals/s"),
            Total("  length", stage.planned_us, duration(stage.planned_us)),
            _whole("  requests", stage.requests.generated, against(stage.requests.expected, stage.requests.deviations)),
        )
    ]


def capacity_totals(found: Capacity) -> list[Total]:
    """Return the numbers of a capacity."""
    from blis_tui.workload.totals.capacity_rows import rows

    numbers = []
    for row in rows(found, "set the KV memory per token to see their memory"):
        peak = f"peak {row.peak}; " if row.mean and row.peak else ""
        numbers.append(Total(row.name, 0, row.mean or row.peak or "–", f"{peak}{row.remark}"))
    for name, each in (("input per request", found.input_lengths), ("output per request", found.output_lengths)):
        remark = f"tokens on average; p50 {each.p50:,}, p90 {each.p90:,}, p99 {each.p99:,}, max {each.most:,}"
        numbers.append(Total(name, each.mean, f"{each.mean:,.1f}", remark))
    return numbers


def against(expected: Count | None, deviations: float | None = None) -> str:
    """Say what was to be expected."""
    if expected is None or expected.mean > 1e15:
        return ""
    if expected.exact:
        return f"exactly {mean(expected.mean)} expected"
    spread = f", {deviations:+z.1f} σ" if deviations is not None else ""
    return f"{mean(expected.mean)} expected{spread}"


def _prefix(summary: Summary) -> str:
    if not summary.prefix_tokens:
        return ""
    return f"{summary.prefix_share:.1%} of the input; {counted(summary.unique_prefix_tokens, 'unique token')}"


def _each(tokens: int, requests: int) -> str:
    return f"{mean(tokens / requests)} per request" if requests else ""


def _whole(name: str, value: int, remark: str = "") -> Total:
    return Total(name, value, f"{value:,}", remark)


def _rate(name: str, value: float, remark: str) -> Total:
    return Total(name, value, rate(value), remark)
