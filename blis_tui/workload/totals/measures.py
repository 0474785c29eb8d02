"""What is counted of a workload: its requests, sessions or tokens; expected and generated, per stage and in all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.prefixes import PrefixGroups
from blis_tui.workload.requests import Requests
from blis_tui.workload.sampling.lengths import fixed_length
from blis_tui.workload.totals.counts import Count
from blis_tui.workload.totals.expected import Expected, expect, expect_sessions
from blis_tui.workload.totals.summary import Tally, per_stage

REQUESTS, SESSIONS, TOKENS, OUTPUT = "requests", "sessions", "input tokens", "output tokens"
MEASURES = (REQUESTS, SESSIONS, TOKENS, OUTPUT)
UNDER_WAY = "requests in flight"
"""What is there over time, and not counted."""
SHOWN = (*MEASURES, UNDER_WAY)
"""All that can be shown over time."""


class Tallies(NamedTuple):
    """Expected against generated: of each stage (none without a compact block), and in all."""

    stages: tuple[Tally, ...]
    total: Tally


def expect_of(measure: str, clients: Expansion, until_us: int | None) -> Expected:
    """Return the expected counts of a measure, where generation ends at `until_us` (``None`` for no time limit).

    Those of tokens are known where all requests have as many of them.
    """
    if measure == SESSIONS:
        return expect_sessions(clients, until_us)
    expected = expect(clients, until_us)
    if measure == REQUESTS:
        return expected
    of_stages, of_all = stage_tokens(clients, measure), _tokens_each(clients, measure)
    stages = (stage._replace(expected=_weighted(stage.expected, of_stages)) for stage in expected.stages)
    return Expected(tuple(stages), _weighted(expected.total, of_all))


def tallies(measure: str, requests: Requests) -> Tallies:
    """Compare what was generated with what could be expected of it."""
    expected = expect_of(measure, requests.clients, requests.horizon_us)
    weights = weights_of(measure, requests)
    total = len(requests) if weights is None else int(weights.sum(dtype=np.int64))
    stages = zip(expected.stages, per_stage(requests, weights), strict=True)
    return Tallies(tuple(Tally(stage.expected, generated) for stage, generated in stages), Tally(expected.total, total))


def weights_of(measure: str, requests: Requests) -> NDArray[np.bool_] | NDArray[np.int32] | None:
    """Return what each request counts for, shape (requests); ``None`` for 1. A session is counted with its first round."""
    if measure == SESSIONS:
        begins: NDArray[np.bool_] = (requests.session >= 0) & (requests.round == 0)
        return begins
    return {TOKENS: requests.input_tokens, OUTPUT: requests.output_tokens}.get(measure)


def stage_tokens(clients: Expansion, measure: str = TOKENS) -> int | None:
    """Return the input or output tokens of each request of the stages; ``None`` without stages, or where requests differ."""
    spec = clients.spec
    if spec.inference_perf is None:
        return None
    blocks = clients.blocks[: 1 if spec.rules == 1 else len(spec.inference_perf.stages)]
    return _tokens_each(Expansion(spec, blocks, aggregate_rate=clients.aggregate_rate, category=clients.category), measure)


def _tokens_each(clients: Expansion, measure: str) -> int | None:
    """Return the input or output tokens of each request, if it is the same number for all."""
    templates = [block.template for block in clients.blocks]
    if measure == OUTPUT:
        if any(window.output_distribution is not None for template in templates for window in windows_of(template)):
            return None
        return _only({fixed_length(template.output_distribution) for template in templates})
    prefixes = set(PrefixGroups(clients).lengths.tolist()) | {0 for template in templates if not template.prefix_group}
    for template in templates:
        turns = template.turns
        windows = windows_of(template)
        if (
            template.multimodal is not None
            or (turns is not None and turns.context_growth == "accumulate")
            or any(window.input_distribution is not None for window in windows)
        ):
            return None
    length = _only({fixed_length(template.input_distribution) for template in templates})
    return length + prefixes.pop() if length is not None and len(prefixes) == 1 else None


def _only(lengths: set[int | None]) -> int | None:
    return lengths.pop() if len(lengths) == 1 else None


def _weighted(count: Count | None, each: int | None) -> Count | None:
    return None if count is None or each is None else count.weighted(each)
