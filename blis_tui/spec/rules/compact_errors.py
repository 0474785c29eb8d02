"""The rules of the compact block: its fields, and what BLIS finds only when it expands it."""

from __future__ import annotations

import math

from blis_tui.problems import Path
from blis_tui.spec.format.facts import US_PER_S, V1_ROUNDS, clients_per_stage, mean_rate, stage_requests
from blis_tui.spec.format.fields import INT64_MIN
from blis_tui.spec.format.model import (
    MAX_CLIENT_REQUESTS,
    MAX_CLIENTS,
    MAX_LENGTH,
    MAX_SECONDS,
    InferencePerf,
    SharedPrefix,
    WorkloadSpec,
)
from blis_tui.spec.rules.problem_collector import Report

TOP: Path = ("inference_perf",)
STAGES: Path = (*TOP, "stages")
PREFIX: Path = (*TOP, "shared_prefix")
PROMPTS: Path = (*PREFIX, "num_unique_system_prompts")
USERS: Path = (*PREFIX, "num_users_per_system_prompt")


def validate_compact(report: Report, spec: WorkloadSpec, compact: InferencePerf) -> None:
    """Check the compact block of a spec by the rules of its version."""
    if not compact.stages:
        report.error("missing", STAGES, "must have at least one stage", allowed="a non-empty list")
    for index, stage in enumerate(compact.stages):
        report.fields(stage, (*STAGES, index))
    if compact.stages and report.is_clean(*((*STAGES, index) for index in range(len(compact.stages)))):
        _validate_sums(report, spec, compact)
    prefix = compact.shared_prefix
    if prefix is None:
        report.error("missing", PREFIX, "is missing")
        return
    report.fields(prefix, PREFIX)
    _validate_lengths(report, spec, prefix)
    if spec.rules == 2 and report.is_clean(PROMPTS, USERS):
        _validate_counts(report, compact, prefix)


def _validate_sums(report: Report, spec: WorkloadSpec, compact: InferencePerf) -> None:
    """Check that the stages' end and rate can be written down, and version 1's scaled rates."""
    end = 0
    for index, stage in enumerate(compact.stages):
        end += stage.duration
        place = (*STAGES, index, "duration")
        if end > MAX_SECONDS and stage.duration <= MAX_SECONDS:
            text = f"makes the stages end at {end:,} s, which in µs leaves the range of a 64-bit integer"
            report.error("overflow", place, text, found=stage.duration, allowed=f"all stages together ≤ {MAX_SECONDS:,} s")
            return
    rates = [stage.rate for stage in compact.stages]
    if not math.isfinite(sum(rates)):
        report.error("overflow", (*STAGES, len(rates) - 1, "rate"), "makes the sum of the stages' rates infinite")
    elif spec.rules == 1 and spec.aggregate_rate > 0 and end > 0:
        mean = mean_rate(compact)
        scale = spec.aggregate_rate / mean if 0 < mean < math.inf else math.inf
        if not math.isfinite(scale * max(rates)):
            report.error("overflow", ("aggregate_rate",), "scales the stages' rates beyond all bounds")


def _validate_lengths(report: Report, spec: WorkloadSpec, prefix: SharedPrefix) -> None:
    places = [(*PREFIX, name) for name in ("system_prompt_len", "question_len", "output_len")]
    if not report.is_clean(*places):
        return
    longest = prefix.system_prompt_len + prefix.question_len
    if spec.rules == 1 and prefix.enable_multi_turn_chat:
        longest += (V1_ROUNDS - 1) * (prefix.question_len + prefix.output_len)
    if longest > MAX_LENGTH:
        text = f"makes prompts of {longest:,} tokens, must be at most {MAX_LENGTH:,}"
        report.error("too-long", places[1], text, found=prefix.question_len, allowed=f"prompts ≤ {MAX_LENGTH:,} tokens")


def _validate_counts(report: Report, compact: InferencePerf, prefix: SharedPrefix) -> None:
    """Check the numbers of version 2, which deals a stage's requests to its clients where their number is fixed."""
    clients = clients_per_stage(prefix)
    fixed = len(compact.stages) == 1 and not prefix.enable_multi_turn_chat
    if fixed and clients > MAX_CLIENTS:
        text = f"× num_users_per_system_prompt makes {clients:,} clients, must be at most {MAX_CLIENTS:,}"
        report.error("too-many-clients", PROMPTS, text, found=clients, allowed=f"≤ {MAX_CLIENTS:,} clients")
    elif fixed or prefix.enable_multi_turn_chat:
        for index in range(len(compact.stages)):
            _validate_dealing(report, compact, index, clients, fixed)


def _validate_dealing(report: Report, compact: InferencePerf, index: int, clients: int, fixed: bool) -> None:
    """Check that every client (or session) of a stage gets a request, and none gets too many."""
    stage, path = compact.stages[index], (*STAGES, index)
    place = (*path, "rate")
    if not report.is_clean(place, (*path, "duration")):
        return
    product = f"{stage.rate:g} × {stage.duration:,} s"
    requests = stage_requests(stage)
    each = -(-requests // clients)
    what = "requests" if fixed else "rounds"
    if requests == INT64_MIN:
        report.error("overflow", place, f"× duration leaves the range of a 64-bit integer: {product}")
    elif requests < 1:
        text = f"× duration must come to at least 1 request, got {product}; raise the rate or the duration"
        report.error("too-few-requests", place, text, found=stage.rate * stage.duration, allowed="≥ 1 request")
    elif requests < clients:
        text = (
            f"× duration gives {requests:,} {what} ({product}) for {clients:,} clients "
            "(num_unique_system_prompts × num_users_per_system_prompt): each needs at least one"
        )
        report.error("fewer-requests-than-clients", place, text, found=requests, allowed=f"≥ {clients:,} {what}")
    elif each > MAX_CLIENT_REQUESTS:
        text = f"× duration gives {each:,} {what} per client ({product}), must be at most {MAX_CLIENT_REQUESTS:,}"
        report.error("too-many-requests", place, text, found=each, allowed=f"≤ {MAX_CLIENT_REQUESTS:,} per client")
    elif fixed and stage.duration * US_PER_S < each:
        text = f"× duration gives {each:,} requests per client ({product}), more than one a microsecond"
        report.error("too-many-requests", place, text, found=each, allowed="≤ 1 request per client and µs")
