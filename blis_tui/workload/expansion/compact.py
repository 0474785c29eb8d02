"""Expanding a spec into clients: the compact block by the rules of its version, and cohorts."""

from __future__ import annotations

from collections.abc import Iterator

from blis_tui.problems import ERROR, SpecError
from blis_tui.spec.format.facts import US_PER_S, V1_ROUNDS, clients_per_stage, mean_rate, stage_requests
from blis_tui.spec.format.generation import SAME_RATE
from blis_tui.spec.format.model import (
    V1_SLO_CLASSES,
    Arrival,
    Client,
    Distribution,
    InferencePerf,
    Lifecycle,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Stage,
    Window,
    WorkloadSpec,
)
from blis_tui.spec.rules.file_errors import validate
from blis_tui.workload.expansion.clients import ClientBlock, Dealt, Expansion, Name, Names
from blis_tui.workload.expansion.cohorts import expand_cohort

V1_THINK_TIME_US = 500_000


def expand(spec: WorkloadSpec) -> Expansion:
    """Return the explicit clients of a spec. Uses no randomness; raises `SpecError` if the spec has errors."""
    problems = validate(spec)
    if any(problem.severity == ERROR for problem in problems):
        raise SpecError(problems)
    compact = spec.inference_perf
    if compact is None:
        blocks = [ClientBlock(client) for client in _explicit(spec)]
        aggregate_rate, category = spec.aggregate_rate, spec.category
    else:
        aggregate_rate = _aggregate_rate(spec, compact)
        chat = compact.chat
        category = spec.category or ("reasoning" if chat else "language")
        blocks = list(_version_1(spec, compact, aggregate_rate) if spec.rules == 1 else _version_2(compact))
    blocks += [expand_cohort(cohort) for cohort in spec.cohorts]
    return Expansion(spec, blocks, aggregate_rate=aggregate_rate, category=category)


def _explicit(spec: WorkloadSpec) -> Iterator[Client]:
    for client in spec.clients:
        renamed = V1_SLO_CLASSES.get(client.slo_class) if spec.rules == 1 else None
        yield client.replace(slo_class=renamed) if renamed else client


def _aggregate_rate(spec: WorkloadSpec, compact: InferencePerf) -> float:
    if spec.rules == 2:
        total = 0.0
        for stage in compact.stages:
            total += stage.rate
        return total
    mean = mean_rate(compact)
    given = spec.aggregate_rate
    return given if given > 0 and abs(given - mean) > SAME_RATE * mean else mean


def stage_windows(stages: tuple[Stage, ...]) -> list[Window]:
    """Return the span of each stage as a window, back to back from 0."""
    windows, start = [], 0
    for stage in stages:
        end = start + stage.duration * US_PER_S
        windows.append(Window(start_us=start, end_us=end))
        start = end
    return windows


def _constant(value: int) -> Distribution:
    return Distribution(type="constant", params={"value": float(value)})


def _template(prefix: SharedPrefix, slo_class: str, rate_fraction: float) -> Client:
    return Client(
        id="prompt-0-user-0",
        tenant_id="prompt-0",
        slo_class=slo_class,
        rate_fraction=rate_fraction,
        arrival=Arrival(process="poisson"),
        input_distribution=_constant(prefix.question_len),
        output_distribution=_constant(prefix.output_len),
        prefix_group="prompt-0",
        prefix_length=prefix.system_prompt_len,
    )


def _names(prefix: SharedPrefix, stage: str = "") -> Names:
    group = Name("prompt-", prompt=True)
    return Names(Name(f"{stage}prompt-", prompt=True, user=True), group, group, prefix.num_users_per_system_prompt)


def _reasoning(rounds: int, think_time_us: int, growth: str, single_session: bool) -> Reasoning:
    turns = MultiTurn(max_rounds=rounds, think_time_us=think_time_us, context_growth=growth, single_session=single_session)
    return Reasoning(reason_ratio_distribution=_constant(0), multi_turn=turns)


def _version_1(spec: WorkloadSpec, compact: InferencePerf, aggregate_rate: float) -> Iterator[ClientBlock]:
    """N·M clients for all stages; with several stages each window carries its own rate."""
    prefix = compact.shared_prefix
    assert prefix is not None
    count = clients_per_stage(prefix)
    template = _template(prefix, "batch", 1.0 / count)
    if prefix.enable_multi_turn_chat:
        template = template.replace(reasoning=_reasoning(V1_ROUNDS, V1_THINK_TIME_US, "accumulate", False))
    if len(compact.stages) > 1:
        mean = mean_rate(compact)
        scale = 1.0 if aggregate_rate == mean else aggregate_rate / mean
        windows = tuple(
            window.replace(trace_rate=stage.rate * scale / count)
            for window, stage in zip(stage_windows(compact.stages), compact.stages, strict=True)
        )
        template = template.replace(lifecycle=Lifecycle(windows=windows))
    yield ClientBlock(template, count, _names(prefix))


def _version_2(compact: InferencePerf) -> Iterator[ClientBlock]:
    """N·M clients per stage, as `ExpandInferencePerfSpec` makes them."""
    prefix = compact.shared_prefix
    assert prefix is not None
    count = clients_per_stage(prefix)
    several = len(compact.stages) > 1
    for number, (stage, window) in enumerate(zip(compact.stages, stage_windows(compact.stages), strict=True)):
        template = _template(prefix, "standard", 1.0 if several else 1.0 / count)
        dealt = Dealt(*divmod(stage_requests(stage), count))
        if prefix.enable_multi_turn_chat:
            think_time_us = int(count / stage.rate * 1e6)
            template = template.replace(reasoning=_reasoning(dealt.of(0), think_time_us, "", True))
        if several:
            yield ClientBlock(
                template.replace(id=f"stage-{number}-prompt-0-user-0", lifecycle=Lifecycle(windows=(window,))),
                count,
                _names(prefix, f"stage-{number}-"),
                dealt=dealt if prefix.enable_multi_turn_chat else None,
                exact_rate=stage.rate / count / 1e6,
            )
        elif prefix.enable_multi_turn_chat:
            yield ClientBlock(template, count, _names(prefix), dealt=dealt)
        else:
            span = stage.duration * US_PER_S
            yield ClientBlock(template, count, _names(prefix), dealt=dealt, spread_us=span)
