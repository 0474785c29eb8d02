"""The clients of a spec: compact blocks by the rules of both versions, and cohorts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Cohort,
    Distribution,
    InferencePerf,
    Lifecycle,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Window,
    WorkloadSpec,
)

HOUR = 3_600_000_000


class Plan(NamedTuple):
    """A client, and what BLIS's compact specs put in the place of its arrival sampler."""

    client: Client
    spread: tuple[int, int] | None = None  # (requests, µs)
    exact: float | None = None  # requests per µs


def constant(value: int) -> Distribution:
    return Distribution(type="constant", params={"value": float(value)})


def dealt(total: int, n: int) -> list[int]:
    return [total // n + (i < total % n) for i in range(n)]


def client(sp: SharedPrefix, p: int, u: int, **more: Any) -> Client:
    fields = {
        "id": f"prompt-{p}-user-{u}",
        "tenant_id": f"prompt-{p}",
        "prefix_group": f"prompt-{p}",
        "prefix_length": sp.system_prompt_len,
        "slo_class": "standard",
        "rate_fraction": 1.0 / (sp.num_unique_system_prompts * sp.num_users_per_system_prompt),
        "arrival": Arrival(process="poisson"),
        "input_distribution": constant(sp.question_len),
        "output_distribution": constant(sp.output_len),
    }
    return Client(**{**fields, **more})


def talk(rounds: int, think: int, growth: str, single: bool) -> Reasoning:
    turns = MultiTurn(max_rounds=rounds, think_time_us=think, context_growth=growth, single_session=single)
    return Reasoning(reason_ratio_distribution=constant(0), multi_turn=turns)


def stage_windows(compact: InferencePerf) -> list[Window]:
    windows, start = [], 0
    for stage in compact.stages:
        windows.append(Window(start_us=start, end_us=start + stage.duration * 1_000_000))
        start = windows[-1].end_us
    return windows


def users(sp: SharedPrefix) -> list[tuple[int, int]]:
    return [(p, u) for p in range(sp.num_unique_system_prompts) for u in range(sp.num_users_per_system_prompt)]


def compact_1(spec: WorkloadSpec, compact: InferencePerf, sp: SharedPrefix) -> tuple[list[Plan], float]:
    """Expand by the contracts of version 1: clients and aggregate rate."""
    stages, n = compact.stages, len(users(sp))
    mean = stages[0].rate
    if len(stages) > 1:
        mean = sum(s.rate * s.duration for s in stages) / sum(s.duration for s in stages)
    given = spec.aggregate_rate
    total = given if given > 0 and abs(given - mean) > 1e-9 * mean else mean
    factor = 1.0 if total == mean else total / mean
    more: dict[str, Any] = {"slo_class": "batch"}
    if sp.enable_multi_turn_chat:
        more["reasoning"] = talk(5, 500_000, "accumulate", False)
    if len(stages) > 1:
        windows = [w.replace(trace_rate=s.rate * factor / n) for w, s in zip(stage_windows(compact), stages, strict=True)]
        more["lifecycle"] = Lifecycle(windows=tuple(windows))
    return [Plan(client(sp, p, u, **more)) for p, u in users(sp)], total


def compact_2(compact: InferencePerf, sp: SharedPrefix) -> tuple[list[Plan], float]:
    """Expand as BLIS does: clients and aggregate rate."""
    plans, aggregate, n = [], 0.0, len(users(sp))
    for s, (stage, window) in enumerate(zip(compact.stages, stage_windows(compact), strict=True)):
        aggregate += stage.rate
        counts = dealt(int(stage.rate * stage.duration), n)
        for (p, u), count in zip(users(sp), counts, strict=True):
            more: dict[str, Any] = {}
            if sp.enable_multi_turn_chat:
                more["reasoning"] = talk(count, int(n / stage.rate * 1e6), "", True)
            if len(compact.stages) > 1:
                more |= {"id": f"stage-{s}-prompt-{p}-user-{u}", "rate_fraction": 1.0, "lifecycle": Lifecycle(windows=(window,))}
                plans.append(Plan(client(sp, p, u, **more), exact=stage.rate / n / 1e6))
            else:
                spread = None if sp.enable_multi_turn_chat else (count, stage.duration * 1_000_000)
                plans.append(Plan(client(sp, p, u, **more), spread=spread))
    return plans, aggregate


def members(cohort: Cohort) -> Iterator[Client]:
    windows = []
    if cohort.diurnal:
        for hour in range(24):
            angle = 2.0 * math.pi * float(hour - cohort.diurnal.peak_hour) / 24.0
            ratio = cohort.diurnal.peak_to_trough_ratio
            part = (1.0 + math.cos(angle)) / 2.0 * (1.0 - 1.0 / ratio) + 1.0 / ratio
            windows.append(Window(start_us=hour * HOUR, end_us=hour * HOUR + max(1, min(HOUR, int(float(HOUR) * part)))))
    if cohort.spike:
        start, rate = cohort.spike.start_time_us, cohort.spike.trace_rate
        rate = None if rate is None else rate / cohort.population
        windows.append(Window(start_us=start, end_us=start + cohort.spike.duration_us, trace_rate=rate))
    if cohort.drain:
        start, step = cohort.drain.start_time_us, max(1, cohort.drain.ramp_duration_us // 10)
        if start > 0:
            windows.append(Window(start_us=0, end_us=start))
        for i in range(10):
            low = start + i * step
            windows.append(Window(start_us=low, end_us=low + max(1, int(float(step) * (float(10 - i) / 10.0)))))
    for j in range(cohort.population):
        same = {name: getattr(cohort, name) for name in Cohort.fields if name in Client.fields}
        same |= {"id": f"{cohort.id}-{j}", "rate_fraction": cohort.rate_fraction / cohort.population}
        if cohort.prefix_sharing == "per_member" and cohort.prefix_group:
            same["prefix_group"] = f"{cohort.prefix_group}-{j}"
        yield Client(**same, lifecycle=Lifecycle(windows=tuple(windows)) if windows else None)


def expand(spec: WorkloadSpec) -> tuple[list[Plan], float]:
    """Return all clients of a spec, and its aggregate rate."""
    v1, aggregate = spec.version in ("", "1"), spec.aggregate_rate
    if spec.inference_perf is not None:
        prefix = spec.inference_perf.shared_prefix
        assert prefix is not None
        plans, aggregate = compact_1(spec, spec.inference_perf, prefix) if v1 else compact_2(spec.inference_perf, prefix)
    else:
        renamed = {"realtime": "critical", "interactive": "standard"} if v1 else {}
        plans = [Plan(c.replace(slo_class=renamed.get(c.slo_class, c.slo_class))) for c in spec.clients]
    return plans + [Plan(member) for cohort in spec.cohorts for member in members(cohort)], aggregate
