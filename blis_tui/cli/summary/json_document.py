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
        "answer_limit_us": null,                if answers take longer, that is missed; null where it does not depend on them
        "expected": 4800.0,                     requests; null where it is not known beforehand
        "exact": false,                         whether the expected count leaves nothing to chance
        "standard_deviation": 69.282,           of the expected count; null where it is not known
        "generated": 4741,                      of what the totals count (see "basis")
        "planned": 4741,                        null for files with virtual users, which have no plan
        "sent": 4741,                           under the assumption; as planned where nothing waits for answers
        "difference": -59.0,                    generated − expected
        "deviations": -0.852}],                 the same in standard deviations; null for exact counts
     "total": {"expected": …, "exact": …, "standard_deviation": …, "generated": …, "planned": …, "sent": …, "difference": …,
               "deviations": …},                expected counts are those of the plan: null where the totals count what is sent
     "basis": "planned",                        what all totals, rates and bins count: "sent" if --assume is given and requests
                                                wait for answers, else "planned"
     "assumed": {"ttft_us": 200000, "itl_us": 20000, "kv_bytes": 0,      an answer takes ttft_us + itl_us × output tokens;
                 "given": false},               false for the default of --assume
     "capacity": {                              what the requests ask of a server that answers so
       "basis": "planned",                      "sent" wherever requests wait for answers
       "end_us": …,                             means are over 0 … end_us
       "mean_answer_us": …,                     until the answer is complete, or the deadline
       "under_way": {"mean": …, "peak": …},     requests
       "input_tokens_per_s": {"mean": …, "peak": …},     on arrival; peaks in the fullest second
       "output_tokens_per_s": {"mean": …, "peak": …},
       "prefill_tokens_per_s": {"mean": …},     input not already in a perfect prefix cache
       "decode_tokens_per_s": {"mean": …, "peak": …},    as generated; null for itl_us 0
       "held_tokens": {"peak": …},              prompts and output so far of requests in flight
       "held_bytes": {"peak": …},               × kv_bytes; null where that is 0
       "reusable": {"share": …, "shared_prefixes_share": …},     of the input tokens, by a perfect prefix cache
       "input_tokens": {"p50": …, "p90": …, "p99": …, "max": …, "mean": …},     of a request
       "output_tokens": {…},
       "gap_variation": 1.0,                    coefficient of variation of the gaps; null for fewer than two
       "stages": [{"stage": 1, "requests": …, "under_way": {…}, "input_tokens_per_s": {…}, "output_tokens_per_s": {…},
                   "gap_variation": …}]},       of what arrives, or is under way, from start_us to end_us of the stage
     "measured": null,                          what a run achieved; null without --measured and --simulate, else:
                                                {"tool": "inference-perf", "paths": […], "simulated": false,
       "rate_counts": "sent",                   what achieved rates count: requests "sent", or those "answered"
       "stages": [{                             one for each stage of the file
         "stage": 1, "target_rate": 8.0,        requests per second
         "planned": 4741, "requests": …, "failures": …, "achieved_rate": …,
         "missed": 0.12,                        part of the target that was not achieved; null if that is no more than chance
         "ttft_us": {"mean": …, "standard_deviation": …, "p50": …, "p90": …, "p99": …}, "itl_us": {…}, "e2e_us": {…}}],
       "others": [{"run_stage": 3, …}],         stages of the run that are not known to be one of the file's
       "total": {…},
       "classes": [{"slo_class": "batch", …}],
       "findings": […], "remarks": […]}         sentences; whatever was not measured is null
     "clients": 90, "prefix_groups": 9, "sessions": 0,
     "input_tokens": …, "output_tokens": …,
     "prefix_tokens": …,                        input tokens that are shared prefix, over all requests
     "unique_prefix_tokens": …,                 each prefix group that occurs counted once
     "prefix_share": 0.183,                     prefix_tokens / input_tokens
     "longest_context": 795,                    most input and output tokens of one request
     "aggregate_rate": 28.0,                    that of the explicit clients, as BLIS works out it
     "rates": {"end_us": …, "bin_us": …,        per second: means over 0 … end_us, peaks of the fullest bin of bin_us,
               "target": {"mean": 14.0, "peak": 20.0},     arrivals expected; null where that is not known
               "requests": {"mean": …, "peak": …, "peak_1s": …},    and in the fullest second
               "tokens": {"mean": …, "peak": …, "peak_1s": …}},     input + output
     "bins": {"requests": […], "tokens": […],   counts per bin; the last one has from half a bin up to one and a half
              "span_us": 1000000,               bins are cut into spans of this; bin_us if they are not
              "fullest_requests": […], "fullest_tokens": […]}}     most in any span of each bin

How expected counts come about is explained in `blis_tui.workload.totals.counts`. New keys may be added without a new version.
"""

from __future__ import annotations

import json
from typing import Any

from blis_tui.cli.summary.json_values import comparison_values, rounded
from blis_tui.cli.summary.overview import Overview
from blis_tui.formats.traces.trace import Trace
from blis_tui.spec.format.facts import end_us
from blis_tui.workload.totals.capacity import Capacity, Lengths, Level
from blis_tui.workload.totals.shortfall import limits
from blis_tui.workload.totals.summary import Rate, Tally
from blis_tui.workload.totals.targets import Target

VERSION = 1


def document(overview: Overview, path: str) -> str:
    """Write an overview as JSON text."""
    summary, spec, server = overview.summary, overview.requests.spec, overview.capacity.server
    plan, sent, clients = overview.plan, overview.sent or overview.plan or summary, overview.requests.clients
    return (
        json.dumps(
            {
                "version": VERSION,
                "trace": None if overview.trace is None else _trace(overview.trace, path),
                "spec": None
                if overview.trace is not None
                else {
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
                        "answer_limit_us": None if limit is None else limit.answer_us,
                        **_tally(stage.requests, plan and plan.stages[number - 1].requests, sent.stages[number - 1].requests),
                    }
                    for (number, stage), limit in zip(enumerate(summary.stages, 1), limits(clients), strict=True)
                ],
                "total": _tally(summary.requests, plan and plan.requests, sent.requests),
                "basis": overview.basis,
                "assumed": {**server._asdict(), "given": overview.assumed},
                "capacity": _capacity(overview.capacity),
                "measured": None if overview.measured is None else comparison_values(overview.measured),
                "clients": summary.clients,
                "prefix_groups": summary.groups,
                "sessions": summary.sessions,
                "input_tokens": summary.input_tokens,
                "output_tokens": summary.output_tokens,
                "prefix_tokens": summary.prefix_tokens,
                "unique_prefix_tokens": summary.unique_prefix_tokens,
                "prefix_share": rounded(summary.prefix_share, 6),
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


def _trace(trace: Trace, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "kind": trace.kind,
        "measured": trace.measured is not None,
        "notes": [each.message for each in trace.notes],
    }


def _capacity(found: Capacity) -> dict[str, Any]:
    return {
        "basis": found.basis,
        "end_us": found.end_us,
        "mean_answer_us": rounded(found.answer_us),
        "under_way": _level(found.under_way),
        "input_tokens_per_s": _level(found.input_rate),
        "output_tokens_per_s": _level(found.output_rate),
        "prefill_tokens_per_s": {"mean": rounded(found.prefill_rate)},
        "decode_tokens_per_s": None if found.decode_rate is None else _level(found.decode_rate),
        "held_tokens": {"peak": found.held_tokens},
        "held_bytes": None if found.held_bytes is None else {"peak": found.held_bytes},
        "reusable": {
            "share": rounded(found.reusable_share, 6),
            "shared_prefixes_share": rounded(found.shared_share, 6),
        },
        "input_tokens": _lengths(found.input_lengths),
        "output_tokens": _lengths(found.output_lengths),
        "gap_variation": rounded(found.gap_variation),
        "stages": [
            {
                "stage": number,
                "requests": stage.requests,
                "under_way": _level(stage.under_way),
                "input_tokens_per_s": _level(stage.input_rate),
                "output_tokens_per_s": _level(stage.output_rate),
                "gap_variation": rounded(stage.gap_variation),
            }
            for number, stage in enumerate(found.stages, 1)
        ],
    }


def _level(level: Level) -> dict[str, float | None]:
    return {"mean": rounded(level.mean), "peak": rounded(level.peak)}


def _lengths(found: Lengths) -> dict[str, float | None]:
    return {"p50": found.p50, "p90": found.p90, "p99": found.p99, "max": found.most, "mean": rounded(found.mean)}


def _tally(tally: Tally, planned: Tally | None, sent: Tally) -> dict[str, Any]:
    expected = tally.expected
    return {
        "expected": None if expected is None else rounded(expected.mean),
        "exact": expected is not None and expected.exact,
        "standard_deviation": None if expected is None else rounded(expected.deviation),
        "generated": tally.generated,
        "planned": None if planned is None else planned.generated,
        "sent": sent.generated,
        "difference": rounded(tally.difference),
        "deviations": rounded(tally.deviations),
    }


def _target(target: Target | None) -> dict[str, float | None] | None:
    return None if target is None else {"mean": rounded(target.mean, 6), "peak": rounded(target.peak, 6)}


def _rate(rate: Rate) -> dict[str, float | None]:
    return {"mean": rounded(rate.mean, 6), "peak": rounded(rate.peak, 6), "peak_1s": rounded(rate.in_a_second, 6)}
