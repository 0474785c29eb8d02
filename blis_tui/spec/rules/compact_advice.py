"""Advice on compact files."""

from __future__ import annotations

import math
from itertools import accumulate

from blis_tui.numbers import counted
from blis_tui.problems import Mend, Path
from blis_tui.spec.format.facts import (
    US_PER_S,
    V1_ROUNDS,
    clients_per_stage,
    mean_rate,
    stage_requests,
    stages_end_us,
)
from blis_tui.spec.format.generation import SAME_RATE
from blis_tui.spec.format.model import DEFAULT_PREFIX, InferencePerf, SharedPrefix, WorkloadSpec
from blis_tui.spec.mends import GENERATED_COUNT, remove, set_value
from blis_tui.spec.rules.compact_errors import PREFIX, PROMPTS, STAGES, USERS
from blis_tui.spec.rules.problem_collector import Report

HORIZON: Path = ("horizon",)
NO_END = "is not set, nor is num_requests: BLIS refuses the file unless its command line has one of them"
AN_END = "a horizon > 0 or num_requests > 0"
CHAT: Path = (*PREFIX, "enable_multi_turn_chat")


def advise_compact(report: Report, spec: WorkloadSpec, compact: InferencePerf) -> None:
    """Warn about a compact block, as far as its values are right."""
    prefix = compact.shared_prefix
    if prefix is None:
        return
    _advise_lengths(report, prefix)
    if prefix.enable_multi_turn_chat:
        _advise_chat(report, spec)
    if not compact.stages or not report.is_clean(*((*STAGES, index) for index in range(len(compact.stages)))):
        return
    if any(not report.is_clean((*STAGES, i, name)) for i in range(len(compact.stages)) for name in ("rate", "duration")):
        return
    _advise_aggregate_rate(report, spec, compact)
    _advise_horizon(report, spec, compact)
    _advise_end(report, spec, compact, prefix)
    if report.is_clean(PROMPTS, USERS):
        if spec.rules == 2:
            _advise_version_2(report, spec, compact, prefix)
        else:
            _advise_version_1(report, spec, compact, prefix)


def _advise_lengths(report: Report, prefix: SharedPrefix) -> None:
    lengths = (("system_prompt_len", DEFAULT_PREFIX), ("question_len", 1), ("output_len", 1))
    for name, actual in lengths:
        place = (*PREFIX, name)
        if getattr(prefix, name) == 0 and report.is_clean(place):
            absent = "of 0" if report.is_given(place) else "is missing, which"
            what = f"{actual} prefix tokens" if name == "system_prompt_len" else f"{actual} token"
            mend = set_value(place, actual, safe=True)
            report.warn("zero-length", place, f"{absent} gives {what}", found=0, allowed="≥ 1", mend=mend)


def _advise_chat(report: Report, spec: WorkloadSpec) -> None:
    if spec.rules == 2:
        text = "does not accumulate context in version 2: no round includes the rounds before it"
        report.warn("no-context", CHAT, text)
    else:
        text = (
            f"starts a session of {V1_ROUNDS} rounds at every arrival in version 1: "
            f"up to {V1_ROUNDS} times the stages' rate in requests"
        )
        report.warn("chat-multiplies", CHAT, text)


def _advise_aggregate_rate(report: Report, spec: WorkloadSpec, compact: InferencePerf) -> None:
    place, given = ("aggregate_rate",), spec.aggregate_rate
    if given == 0 or not report.is_clean(place):
        return
    drop = remove(place, safe=spec.rules == 2 or given < 0)
    if given < 0:
        report.warn("rate-ignored", place, f"of {given:g} is ignored: the stages' rates count", found=given, mend=drop)
    elif spec.rules == 2:
        total = sum(stage.rate for stage in compact.stages)
        if given != total:
            text = f"of {given:g} is overridden by the sum of the stages' rates, {total:g}"
            report.warn("rate-overridden", place, text, found=given, mend=drop)
    else:
        mean = mean_rate(compact)
        if abs(given - mean) > SAME_RATE * mean:
            text = f"of {given:g} scales all stages by {given / mean:.4g}, as their mean is {mean:g}"
            report.warn("rate-scaled", place, text, found=given, mend=drop)


def _advise_horizon(report: Report, spec: WorkloadSpec, compact: InferencePerf) -> None:
    end = stages_end_us(compact)
    mend = set_value(HORIZON, end, label=f"set horizon to the stages' end, {end}")
    if not report.is_clean(HORIZON):
        return
    if 0 < spec.horizon < end:
        ends = accumulate(stage.duration * US_PER_S for stage in compact.stages)
        index = next(index for index, stage_end in enumerate(ends) if stage_end > spec.horizon)
        text = f"of {spec.horizon:,} µs ends the workload in stages[{index}], before the stages' end at {end:,} µs"
        report.warn("horizon-cuts", HORIZON, text, found=spec.horizon, mend=mend)
    elif spec.rules == 1 and len(compact.stages) == 1 and spec.horizon > end:
        text = f"of {spec.horizon:,} µs is past the stage's end ({end:,}), and with one stage version 1's clients go on"
        report.warn("past-the-stage", HORIZON, text, found=spec.horizon, mend=mend)


def _advise_version_1(report: Report, spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix) -> None:
    clients = clients_per_stage(prefix)
    expected = sum(stage.rate * stage.duration for stage in compact.stages)
    if spec.aggregate_rate > 0:
        expected *= spec.aggregate_rate / mean_rate(compact)
    if expected < clients:
        text = f"× duration of all stages gives about {expected:,.6g} arrivals for {clients:,} clients: some send none"
        report.warn("fewer-requests-than-clients", (*STAGES, 0, "rate"), text)
    if len(compact.stages) == 1 and not spec.horizon and spec.num_requests > expected and report.is_clean(("num_requests",)):
        end = stages_end_us(compact)
        text = (
            f"of {spec.num_requests:,} is more than the stage's {expected:,.6g}, "
            "and without a horizon version 1's clients go on past its end"
        )
        report.warn("past-the-stage", ("num_requests",), text, mend=set_value(HORIZON, end))


def _advise_version_2(report: Report, spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix) -> None:
    clients, chat = clients_per_stage(prefix), prefix.enable_multi_turn_chat
    for index, stage in enumerate(compact.stages):
        place = (*STAGES, index, "rate")
        product, requests = stage.rate * stage.duration, stage_requests(stage)
        if chat or len(compact.stages) == 1:
            if product - requests > 2 * math.ulp(product):  # less is the rounding of rate and product
                text = f"× duration is not whole: of {_exactly(product)} requests BLIS makes {requests:,}"
                report.warn("fraction-dropped", place, text, found=product)
        elif product < clients:
            text = f"× duration gives about {product:,.6g} requests for {clients:,} clients: some send nothing"
            report.warn("fewer-requests-than-clients", place, text)
        if chat and len(compact.stages) > 1:
            lost = clients * math.exp(-product / clients)
            if lost >= 0.5:
                text = (
                    f"× duration gives each session {counted(requests // clients, 'round')}, so that about {lost:,.0f} of "
                    f"{clients:,} sessions would start after the stage's end and are lost"
                )
                report.warn("lost-sessions", place, text)
    if chat:
        _advise_late_rounds(report, spec, compact, clients)
    elif len(compact.stages) == 1:
        _advise_single_requests(report, spec, compact, clients)


def _advise_late_rounds(report: Report, spec: WorkloadSpec, compact: InferencePerf, clients: int) -> None:
    """Report that a session, whose rounds fill its stage, starts a random gap late."""
    several = len(compact.stages) > 1
    if several or 0 < spec.horizon <= stages_end_us(compact):
        gap = clients / compact.stages[0].rate
        text = (
            f"starts each session after a random gap, one pause between rounds on average ({gap:,.4g} s in stages[0]): "
            f"about one of its rounds falls past {'the end of its stage' if several else 'the horizon'} and is dropped"
        )
        report.inform("late-rounds", CHAT, text)


def _exactly(number: float) -> str:
    """Write a number short, but never as a whole number if it is none."""
    text = f"{number:,.10g}"
    return f"{number!r}" if float(text.replace(",", "")).is_integer() else text


def _advise_single_requests(report: Report, spec: WorkloadSpec, compact: InferencePerf, clients: int) -> None:
    stage, end = compact.stages[0], stages_end_us(compact)
    base, extra = divmod(stage_requests(stage), clients)
    if 0 < spec.horizon < end or not report.is_clean(HORIZON):
        return
    if base == 1:
        alone = clients - extra
        what = f"{alone:,} of {clients:,} clients" if extra else f"each of the {clients:,} clients" if alone > 1 else "the client"
        cut = ", where the horizon cuts it off" if spec.horizon == end else ""
        text = f"× duration gives {what} one request only, and that is sent at the very end of the stage{cut}"
        report.warn("one-request-each", (*STAGES, 0, "rate"), text)
    elif clients > stage.rate:  # more than come in a second
        text = (
            "is kept but for the end: all clients send their last request at the very end of the stage, "
            f"{clients:,} at once where {stage.rate:g} a second are meant"
        )
        report.inform("last-requests-at-the-end", (*STAGES, 0, "rate"), text)


def _advise_end(report: Report, spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix) -> None:
    """Without a horizon and a count this program stops by itself, but BLIS refuses the file."""
    if spec.horizon != 0 or spec.num_requests != 0 or not report.is_clean(HORIZON, ("num_requests",)):
        return
    text = f"{NO_END} (a horizon would also stop the simulation while requests still run)"
    place = ("num_requests",)
    mend: Mend | None
    if spec.rules == 2 and len(compact.stages) == 1 and not spec.cohorts:
        count = stage_requests(compact.stages[0])
        mend = set_value(place, count, safe=True) if count > 0 else None  # a count of 0 would be none
    else:
        mend = set_value(place, GENERATED_COUNT, safe=_count_is_safe(spec, compact, prefix))
        mend = mend._replace(label="set num_requests to what the file generates")
    report.warn("no-end", HORIZON, text, allowed=AN_END, mend=mend)


def _count_is_safe(spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix) -> bool:
    """Return whether the count as a limit leaves the requests as they are.

    A client stops at twice the count, rounds that are drawn and not sent included; so short chats might lose some.
    """
    if any(cohort.turns is not None for cohort in spec.cohorts):
        return False
    return spec.rules == 2 or not prefix.enable_multi_turn_chat or stages_end_us(compact) >= 60 * US_PER_S
