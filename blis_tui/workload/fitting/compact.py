"""Whether a trace is what a compact block describes: stages of one rate each, like prompts, and lengths that do not vary."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.facts import US_PER_S
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.expansion.traits import DEFAULT_TIMEOUT_US
from blis_tui.workload.fitting.parts.arrivals import fit_arrivals, relative_gaps
from blis_tui.workload.fitting.parts.classes import RequestClass, Traits
from blis_tui.workload.fitting.parts.conversations import in_conversations, talks
from blis_tui.workload.fitting.parts.prefixes import LIKE_CHANCE, prefixes_of
from blis_tui.workload.fitting.parts.stages import MOST_STAGES, find_stages
from blis_tui.workload.requests import Requests

_DIGITS = 4
_FEW = 0.2
"""A client with fewer than this part of the mean requests of a stage may be of the stage beside it."""
_SAME = 0.05
"""Times and numbers that differ by less than this part are the same."""


def compact_spec(requests: Requests, classes: list[RequestClass], end_us: int) -> WorkloadSpec | None:
    """Return a compact spec for a trace that ends at `end_us`, or ``None`` if it is not of that kind."""
    if not all(_is_plain(each.traits) for each in classes):
        return None
    prompts = _prompts(requests)
    lengths = [_only(each) for each in (requests.own_tokens, requests.output_tokens)]
    if prompts is None or None in lengths:
        return None
    spoken = in_conversations(requests, end_us)
    if spoken.any():
        users = max(1, len(np.unique(requests.client)) // prompts[0])
        stages = _chat(requests, users * prompts[0]) if spoken.all() else ()
        end = max(int(requests.arrival_us[-1]) + 1, sum(stage.duration for stage in stages) * US_PER_S)
    else:
        users, stages = _single(requests, end_us, prompts[0])
        end = sum(stage.duration for stage in stages) * US_PER_S
    if not stages:
        return None
    prefix = SharedPrefix(
        num_unique_system_prompts=prompts[0],
        num_users_per_system_prompt=users,
        system_prompt_len=prompts[1],
        question_len=lengths[0] or 1,
        output_len=lengths[1] or 1,
        enable_multi_turn_chat=bool(spoken.any()),
    )
    compact = InferencePerf(stages=stages, shared_prefix=prefix)
    return WorkloadSpec(version="2", horizon=end, inference_perf=compact)


def _single(requests: Requests, end_us: int, prompts: int) -> tuple[int, tuple[Stage, ...]]:
    """Return how many users each prompt has, and the stages of single requests; none if arrivals are of another kind."""
    edges = find_stages(requests.arrival_us, np.zeros(len(requests), np.int32), 1, end_us, MOST_STAGES)
    seconds = _whole_seconds(edges)
    places = np.searchsorted(requests.arrival_us, edges)
    places[-1] = len(requests)
    counts = np.diff(places).tolist()
    stage = np.searchsorted(edges, requests.arrival_us, side="right") - 1
    process = fit_arrivals(relative_gaps(requests.arrival_us, stage)).arrival.process
    if seconds is None or 0 in counts or process != "poisson":
        return 1, ()
    if len(counts) == 1 and counts[0] < 2 * prompts:  # a client's only request comes at the stage's end, too late
        return 1, ()
    users = round(_clients(requests.client, places.tolist()) / prompts)
    users = max(1, min(users, min(counts) // prompts // (2 if len(counts) == 1 else 1)))
    if len(counts) == 1:
        return users, (Stage(rate=_rate(counts[0], seconds[0]), duration=seconds[0]),)
    rates = [float(f"{count / length:.{_DIGITS}g}") for count, length in zip(counts, seconds, strict=True)]
    return users, tuple(Stage(rate=rate, duration=length) for rate, length in zip(rates, seconds, strict=True))


def _clients(client: NDArray[np.int32], places: list[int]) -> float:
    """Return how many clients a stage has as a rule, without those of the stages beside it that a cut may have left in it."""
    found = []
    for low, high in pairwise(places):
        counts = np.unique(client[low:high], return_counts=True)[1]
        found.append(int((counts >= _FEW * counts.mean()).sum()))
    return float(np.median(found))


def _is_plain(traits: Traits) -> bool:
    """Return whether a client has nothing that the compact block cannot say."""
    other = traits._replace(slo_class="", tenant_id="", timeout=None)
    return traits.slo_class in ("", "standard") and traits.timeout in (None, DEFAULT_TIMEOUT_US) and other == Traits()


def _prompts(requests: Requests) -> tuple[int, int] | None:
    """Return how many prompts there are and their length; ``None`` if they are not alike, or if some requests have none."""
    use = prefixes_of(requests)
    if (use.group < 0).any():
        return None
    counts, length = np.bincount(use.group), _only(use.lengths)
    return (len(counts), length) if length and counts.var() <= LIKE_CHANCE * counts.mean() else None


def _only(values: NDArray[np.integer]) -> int | None:
    """Return the value that all are, ``None`` if they differ."""
    return int(values[0]) if (values == values[0]).all() else None


def _whole_seconds(edges: NDArray[np.int64]) -> list[int] | None:
    """Return how many seconds each stage lasts; ``None`` if these are not whole ones, or nearly so."""
    lengths = np.diff(np.rint(edges / US_PER_S).astype(np.int64))
    if (lengths <= 0).any() or (np.abs(np.diff(edges) - lengths * US_PER_S) > _SAME * np.diff(edges)).any():
        return None
    found: list[int] = lengths.tolist()
    return found


def _rate(count: int, seconds: int) -> float:
    """Return a rate of which BLIS makes so many requests, which drops the fraction of rate × duration."""
    rates = [float(f"{count / seconds:.{digits}g}") for digits in (_DIGITS, 6, 17)]
    return next((rate for rate in rates if rate * seconds == count), math.nextafter(rates[-1], math.inf))


def _chat(requests: Requests, clients: int) -> tuple[Stage, ...]:
    """Return the stage in which each client has one conversation, as BLIS deals the requests and pauses; none if it is not so."""
    span = np.array([0, int(requests.arrival_us[-1]) + 1])
    found = talks(requests, np.arange(len(requests)), span)
    turns = found[0].turns
    if len(found) > 1 or len(found[0].starts) != clients or turns.grows or not turns.alone or not turns.think_us:
        return ()
    count = turns.rounds * clients
    seconds = round(count / clients * turns.think_us / US_PER_S)
    return (Stage(rate=_rate(count, seconds), duration=seconds),) if seconds else ()
