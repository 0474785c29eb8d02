"""What ``--summary --json`` writes, version 1.

One JSON object::

    {"version": 1,
     "spec": {"path": "chat.yaml", "version": "2", "rules": 2, "seed": 42,
              "horizon_us": 600000000,          where generation ends; null for no time limit
              "num_requests": null},            the limit on the plan, null for none; sessions may go on past it
     "stages": [                                empty for files without stages
       {"stage": 1,
        "start_us": 0, "end_us": 600000000,     the stage's span, as far as generation goes
        "planned_us": 600000000,                how long the file wants it to be
        "target_rate": 8.0,                     arrivals per second (of sessions, for chat in version 1)
        "expected": 4800.0,                     requests; null where it cannot be told beforehand
        "exact": false,                         whether the expected count leaves nothing to chance
        "standard_deviation": 69.282,           of the expected count; null where it is not known
        "generated": 4741,
        "difference": -59.0,                    generated − expected
        "deviations": -0.852}],                 the same in standard deviations; null for exact counts
     "total": {"expected": …, "exact": …, "standard_deviation": …, "generated": …, "difference": …, "deviations": …},
     "clients": 90, "prefix_groups": 9, "sessions": 0,
     "input_tokens": …, "output_tokens": …,
     "prefix_tokens": …,                        input tokens that are shared prefix, over all requests
     "unique_prefix_tokens": …,                 each prefix group that occurs counted once
     "prefix_share": 0.183,                     prefix_tokens / input_tokens
     "longest_context": 795,                    most input and output tokens of one request
     "aggregate_rate": 28.0,                    that of the explicit clients, as BLIS reckons it
     "rates": {"end_us": …, "bin_us": …,        per second: means over 0 … end_us, peaks of the fullest bin of bin_us,
               "target": {"mean": 14.0, "peak": 20.0},     arrivals expected; null where that is not known
               "requests": {"mean": …, "peak": …, "peak_1s": …},    and in the fullest second
               "tokens": {"mean": …, "peak": …, "peak_1s": …}},     input + output
     "bins": {"requests": […], "tokens": […],   counts per bin; the last one has from half a bin up to one and a half
              "span_us": 1000000,               bins are cut into spans of this; bin_us if they are not
              "fullest_requests": […], "fullest_tokens": […]}}     most in any span of each bin

How expected counts come about stands in `blis_tui.workload.totals.counts`. New keys may be added without a new version.
"""

from __future__ import annotations

import json
import math
from typing import Any

from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.totals.summary import Rate, Summary, Tally
from blis_tui.workload.totals.targets import Target

VERSION = 1


def document(summary: Summary, spec: WorkloadSpec, path: str) -> str:
    """Write a summary as JSON text."""
    return (
        json.dumps(
            {
                "version": VERSION,
                "spec": {
                    "path": path,
                    "version": spec.version,
                    "rules": spec.rules,
                    "seed": spec.seed,
                    "horizon_us": end_us(spec),
                    "num_requests": spec.num_requests or None,
                },
                "stages": [
                    {
                        "stage": number,
                        "start_us": stage.start_us,
                        "end_us": stage.end_us,
                        "planned_us": stage.planned_us,
                        "target_rate": stage.target_rate,
                        **_tally(stage.requests),
                    }
                    for number, stage in enumerate(summary.stages, 1)
                ],
                "total": _tally(summary.requests),
                "clients": summary.clients,
                "prefix_groups": summary.groups,
                "sessions": summary.sessions,
                "input_tokens": summary.input_tokens,
                "output_tokens": summary.output_tokens,
                "prefix_tokens": summary.prefix_tokens,
                "unique_prefix_tokens": summary.unique_prefix_tokens,
                "prefix_share": _rounded(summary.prefix_share, 6),
                "longest_context": summary.longest_context,
                "aggregate_rate": summary.aggregate_rate,
                "rates": {
                    "end_us": summary.bins.end_us,
                    "bin_us": summary.bins.width_us,
                    "target": _target(summary.target),
                    "requests": _rate(summary.request_rate),
                    "tokens": _rate(summary.token_rate),
                },
                "bins": {
                    "requests": summary.over_time.counts.tolist(),
                    "tokens": summary.tokens_over_time.counts.tolist(),
                    "span_us": summary.over_time.span_us,
                    "fullest_requests": summary.over_time.fullest.tolist(),
                    "fullest_tokens": summary.tokens_over_time.fullest.tolist(),
                },
            },
            indent=2,
        )
        + "\n"
    )


def _tally(tally: Tally) -> dict[str, Any]:
    expected = tally.expected
    return {
        "expected": None if expected is None else _rounded(expected.mean),
        "exact": expected is not None and expected.exact,
        "standard_deviation": None if expected is None else _rounded(expected.deviation),
        "generated": tally.generated,
        "difference": _rounded(tally.difference),
        "deviations": _rounded(tally.deviations),
    }


def _target(target: Target | None) -> dict[str, float | None] | None:
    return None if target is None else {"mean": _rounded(target.mean, 6), "peak": _rounded(target.peak, 6)}


def _rate(rate: Rate) -> dict[str, float | None]:
    return {"mean": _rounded(rate.mean, 6), "peak": _rounded(rate.peak, 6), "peak_1s": _rounded(rate.in_a_second, 6)}


def _rounded(value: float | None, digits: int = 3) -> float | None:
    """Round to some decimal places; what is smaller than 1 keeps as many significant digits."""
    if value is None or not 0 < abs(value) < 1:
        return None if value is None else round(value, digits)
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
