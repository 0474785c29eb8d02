"""What follows from a spec without generating anything: its clients, about how many requests, and its end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.format.distributions import go_int
from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path
from blis_tui.spec.format.model import Arrival, Client, Cohort, InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.format.windows import windows_of

US_PER_S = 1_000_000
LEAST_RATE = 1e-15
"""To BLIS, clients that send at all send as many requests per µs at least."""
_DAY_US = 24 * 3600 * US_PER_S
V1_ROUNDS = 5
"""Rounds of a session of a version-1 compact spec with chat."""


def stage_requests(stage: Stage) -> int:
    """Return the whole requests of a stage, as BLIS counts them: the fraction of rate × duration is dropped."""
    return go_int(stage.rate * float(stage.duration))


def clients_per_stage(prefix: SharedPrefix) -> int:
    """Return N × M."""
    return prefix.num_unique_system_prompts * prefix.num_users_per_system_prompt


def stages_end_us(compact: InferencePerf) -> int:
    """Return the end of the last stage; 0 without stages."""
    return sum(stage.duration for stage in compact.stages) * US_PER_S


def ends_with_stages(spec: WorkloadSpec) -> bool:
    """Return whether the horizon is at the end of the last stage."""
    return spec.inference_perf is not None and 0 < spec.horizon == stages_end_us(spec.inference_perf)


def members_of(spec: WorkloadSpec) -> Iterator[tuple[Path, Client | Cohort]]:
    """Iterate over the clients of a spec, and then its cohorts, each with its path."""
    for index, client in enumerate(spec.clients):
        yield ("clients", index), client
    for index, cohort in enumerate(spec.cohorts):
        yield ("cohorts", index), cohort


def client_count(spec: WorkloadSpec) -> int:
    """Return how many clients the spec expands to."""
    count = len(spec.clients) + sum(cohort.population for cohort in spec.cohorts)
    compact = spec.inference_perf
    if compact is not None and compact.shared_prefix is not None:
        blocks = 1 if spec.rules == 1 else len(compact.stages)
        count += blocks * clients_per_stage(compact.shared_prefix)
    return count


def mean_rate(compact: InferencePerf) -> float:
    """Return the time-weighted mean of the stage rates, in requests per second."""
    if len(compact.stages) == 1:
        return compact.stages[0].rate
    return sum(stage.rate * stage.duration for stage in compact.stages) / sum(stage.duration for stage in compact.stages)


def end_us(spec: WorkloadSpec) -> int | None:
    """Return the time at which generation is cut off, ``None`` if it is left open."""
    if spec.horizon > 0:
        return spec.horizon
    if spec.num_requests > 0:
        return None
    if spec.inference_perf is None:
        return windows_end_us(spec)
    return stages_end_us(spec.inference_perf) if spec.rules == 1 else None


def windows_end_us(spec: WorkloadSpec) -> int | None:
    """Return when the last window of a spec's clients and cohorts ends, where BLIS stops; ``None`` if some go on.

    Clients without windows do, except where BLIS skips them, and so do virtual users.
    """
    members: tuple[Client | Cohort, ...] = (*spec.clients, *spec.cohorts)
    if spec.servegen_data is not None or any(client.concurrency > 0 for client in spec.clients):
        return None
    spans = [windows_of(member) for member in members]
    if not all(spans) and generation_path(spec) != VARYING:
        return None
    return max((window.end_us for windows in spans for window in windows), default=None)


class Overrun(NamedTuple):
    """How far a run may go past num_requests: the most sessions that may begin within it, and the most rounds of one."""

    sessions: int
    rounds: int


def overrun(spec: WorkloadSpec) -> Overrun | None:
    """Return how far a run of a valid spec may go past its num_requests; ``None`` if that is a limit.

    BLIS cuts the plan of all rounds at that number, keeps the first rounds of sessions that wait for their answers, and
    then sends all rounds of these.
    """
    compact, most = spec.inference_perf, spec.num_requests
    if most <= 0:
        return None
    sessions, rounds = 0, 1
    if compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat:
        sessions, rounds = most, V1_ROUNDS
        if spec.rules == 2:
            clients = clients_per_stage(compact.shared_prefix)
            sessions, rounds = clients * len(compact.stages), max(-(-stage_requests(each) // clients) for each in compact.stages)
    members: tuple[Client | Cohort, ...] = (*spec.clients, *spec.cohorts)
    for member in members:
        turns = member.turns
        if turns is not None and turns.max_rounds > 1 and member.closed_loop is not False:
            alone = member.population if isinstance(member, Cohort) else 1
            sessions += alone if turns.single_session else most
            rounds = max(rounds, turns.max_rounds)
    if rounds == 1 or _unlimited(spec, rounds) <= most:
        return None
    return Overrun(min(sessions, most), rounds)


def _unlimited(spec: WorkloadSpec, rounds: int) -> float:
    """Return how many requests the plan would have without num_requests, rather too many than too few."""
    compact = spec.inference_perf
    if compact is not None and spec.rules == 1 and len(compact.stages) == 1 and spec.horizon <= 0:
        return math.inf
    expected = expected_requests(spec.replace(num_requests=0))
    return expected if compact is not None and spec.rules == 2 and not spec.cohorts else 2.0 * rounds * expected


def expected_requests(spec: WorkloadSpec) -> float:
    """Return about how many requests a valid spec generates, infinite where a glance cannot tell.

    Further rounds of explicit clients' sessions are not counted, nor that clients share the rate only while they are
    active, so for these it may be too low.
    """
    compact = spec.inference_perf
    if compact is not None and compact.shared_prefix is not None and compact.stages:
        expected = _compact_requests(spec, compact, compact.shared_prefix)
    else:
        expected = _explicit_requests(spec)
    capped = spec.num_requests > 0 and generation_path(spec) != VARYING
    return min(expected, float(spec.num_requests)) if capped else expected


def _compact_requests(spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix) -> float:
    until, clients = end_us(spec), clients_per_stage(prefix)
    if spec.rules == 1:
        mean = mean_rate(compact)
        scale = spec.aggregate_rate / mean if spec.aggregate_rate > 0 else 1.0
        rounds = V1_ROUNDS if prefix.enable_multi_turn_chat else 1
        if len(compact.stages) == 1:
            return math.inf if until is None else _sent_rate(mean * scale, clients) * until / US_PER_S * rounds
    elif len(compact.stages) == 1 or prefix.enable_multi_turn_chat:
        return float(sum(stage_requests(stage) for stage in compact.stages))
    else:
        scale, rounds = 1.0, 1
    total, start = 0.0, 0
    for stage in compact.stages:
        seconds = stage.duration if until is None else min(max(until / US_PER_S - start, 0.0), stage.duration)
        total += _sent_rate(stage.rate * scale, clients, floods=spec.rules == 2) * rounds * seconds
        start += stage.duration
    return total


def _sent_rate(rate: float, clients: int, floods: bool = False) -> float:
    """Return the requests per second that clients with a common rate send, as gaps are at least 1 µs.

    With `floods`, all gaps are 1 µs where the mean gap does not fit int64: so BLIS does with several stages.
    """
    most = float(clients) * US_PER_S
    return most if floods and clients / rate * US_PER_S >= 2.0**63 else min(rate, most)


def _explicit_requests(spec: WorkloadSpec) -> float:
    total = sum(client.rate_fraction for client in spec.clients if client.concurrency == 0)
    total += sum(cohort.rate_fraction for cohort in spec.cohorts)
    end = end_us(spec)
    until = math.inf if end is None else end
    path = generation_path(spec)
    always = 0.0 if path == VARYING else until
    aggregate_rate = 0.0 if path == STEPPED else spec.aggregate_rate
    requests = 0.0
    for client in spec.clients:
        if client.concurrency == 0:
            share = aggregate_rate * (client.rate_fraction / total)
            requests += _client_requests(client, share, until, always, 1.0 if spec.rules == 1 else math.inf)
    for cohort in spec.cohorts:
        share = aggregate_rate * (cohort.rate_fraction / total) / cohort.population
        requests += cohort.population * _member_requests(cohort, share, until, always)
    return requests


def _client_requests(client: Client, share: float, until: float, always: float, most: float) -> float:
    rate = own_rate(client.arrival, share)
    if client.lifecycle is None:
        return rate * always
    requests = 0.0
    for window in client.lifecycle.windows:
        absolute = share == 0 and window.trace_rate is not None
        in_window = min(max(window.trace_rate or 0.0, 0.0) / US_PER_S, most) if absolute else rate
        requests += in_window * max(min(window.end_us, until) - window.start_us, 0)
    return requests


def _member_requests(cohort: Cohort, share: float, until: float, always: float) -> float:
    """Return about how many requests one member of a cohort sends."""
    rate = own_rate(cohort.arrival, share)
    active = 0.0
    if cohort.spike is not None:
        start = cohort.spike.start_time_us
        active += max(min(start + cohort.spike.duration_us, until) - start, 0)
        if share == 0:
            return (cohort.spike.trace_rate or 0.0) / cohort.population / US_PER_S * active
    if cohort.drain is not None:
        active += min(cohort.drain.start_time_us + cohort.drain.ramp_duration_us / 2, until)
    if cohort.diurnal is not None:
        active += min(_DAY_US, until) * (1 + 1 / cohort.diurnal.peak_to_trough_ratio) / 2
    windowed = cohort.spike is not None or cohort.drain is not None or cohort.diurnal is not None
    return rate * (active if windowed else always)


def own_rate(arrival: Arrival, share: float) -> float:
    """Return a client's requests per µs: its share of the rate per second, unless its gaps are fitted; at most 1."""
    gap = fitted_gap_us(arrival)
    if gap is not None:
        return 1.0 / max(gap, 1.0)
    return min(max(share / US_PER_S, LEAST_RATE), 1.0) if share > 0 else 0.0


def fitted_gap_us(arrival: Arrival) -> float | None:
    """Return the mean gap of an arrival process whose shape and scale take the place of the rate; ``None`` for others."""
    if not is_fitted(arrival):
        return None
    assert arrival.shape is not None and arrival.scale is not None
    if arrival.process == "gamma":
        return arrival.shape * arrival.scale
    try:
        return math.gamma(1.0 + 1.0 / arrival.shape) * arrival.scale
    except OverflowError:  # of a shape below 0.006
        return math.inf


def is_fitted(arrival: Arrival) -> bool:
    """Return whether shape and scale take the place of cv and of the client's rate."""
    fitted = arrival.shape is not None and arrival.shape > 0 and arrival.scale is not None and arrival.scale > 0
    return fitted and arrival.process in ("gamma", "weibull")
