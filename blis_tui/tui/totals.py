"""The numbers of a summary, named and written: for the Summary tab, and for comparing two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import counted, duration, rate

if TYPE_CHECKING:
    from blis_tui.workload.counts import Count
    from blis_tui.workload.summary import Summary


class Total(NamedTuple):
    """One number: its name, itself, how it is written, and what else there is to say of it."""

    name: str
    value: float
    text: str
    remark: str = ""


def totals(summary: Summary) -> list[tuple[str, list[Total]]]:
    """Return the numbers of a summary, by subject."""
    requests, over = summary.requests, f"over {roughly(summary.bins.end_us)}"
    within = f"in {duration(summary.bins.width_us)}"
    target = summary.target_rate
    rates = [
        _rate("request rate", summary.request_rate.mean, f"requests/s {over}"),
        _rate("  peak", summary.request_rate.peak, f"requests/s {within}"),
        _rate("token rate", summary.token_rate.mean, f"tokens/s {over}"),
        _rate("  peak", summary.token_rate.peak, f"tokens/s {within}"),
    ]
    if target.mean:
        rates[:0] = [_rate("target rate", target.mean, "arrivals/s, mean over the stages" if summary.stages else "arrivals/s")]
        if len(summary.stages) > 1:
            rates.insert(1, _rate("  peak", target.peak, "arrivals/s"))
    return [
        (
            "Requests",
            [
                _whole("requests", requests.generated, against(requests.expected, requests.deviations)),
                _whole("sessions", summary.sessions, "" if summary.sessions else "every request stands alone"),
                _whole("clients", summary.clients),
                _whole("prefix groups", summary.groups),
            ],
        ),
        (
            "Tokens",
            [
                _whole("input", summary.input_tokens, _each(summary.input_tokens, requests.generated)),
                _whole("  of them prefix", summary.prefix_tokens, _prefix(summary)),
                _whole("output", summary.output_tokens, _each(summary.output_tokens, requests.generated)),
                _whole("longest context", summary.longest_context, "input and output of one request"),
            ],
        ),
        ("Rates", rates),
    ]


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


def against(expected: Count | None, deviations: float | None = None) -> str:
    """Say what was to be expected."""
    if expected is None or expected.mean > 1e15:
        return ""
    if expected.exact:
        return f"exactly {expected.mean:,.0f} expected"
    spread = f", {deviations:+z.1f} σ" if deviations is not None else ""
    return f"{expected.mean:,.0f} expected{spread}"


def roughly(time_us: int) -> str:
    """Write a time to the second, to the millisecond if it is short."""
    unit = 1_000_000 if time_us >= 60_000_000 else 1_000 if time_us >= 1_000_000 else 1
    return duration(round(time_us / unit) * unit)


def _prefix(summary: Summary) -> str:
    if not summary.prefix_tokens:
        return ""
    return f"{summary.prefix_share:.1%} of the input; {counted(summary.unique_prefix_tokens, 'token')} without repeats"


def _each(tokens: int, requests: int) -> str:
    return f"{tokens / requests:,.1f} a request" if requests else ""


def _whole(name: str, value: int, remark: str = "") -> Total:
    return Total(name, value, f"{value:,}", remark)


def _rate(name: str, value: float, remark: str) -> Total:
    return Total(name, value, rate(value), remark)
