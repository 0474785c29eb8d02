"""Advice on files whose requests take long to draw, measured by what comes out: BLIS takes at least as long."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.format.distributions import FAMILIES, typical_draw
from blis_tui.spec.format.facts import end_us, expected_requests, fitted_gap_us
from blis_tui.spec.format.generation import ORDINARY, VARYING, generation_path, media_of
from blis_tui.spec.format.model import Client, Cohort, Distribution, WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.spec.rules.client_errors import MEDIA
from blis_tui.spec.rules.problem_collector import Report

_DRAW_S, _TOKEN_S = 2e-8, 5e-10
"""About how long a number takes that is drawn, and a token whose place in the stream is passed."""
_LONG_S, _VERY_LONG_S = 10.0, 60.0
"""From when on it is told, and as a warning."""


class _Effort(NamedTuple):
    seconds: float
    path: Path
    why: str


def advise_effort(report: Report, spec: WorkloadSpec) -> None:
    """Tell of what takes longest, if that is long."""
    if report.bad:
        return
    longest = max(_efforts(spec), default=None, key=lambda effort: effort.seconds)
    if longest is not None and longest.seconds >= _LONG_S:
        tell = report.warn if longest.seconds >= _VERY_LONG_S else report.inform
        tell("slow", longest.path, f"makes generation take {_spoken(longest.seconds)}: {longest.why}")


def _efforts(spec: WorkloadSpec) -> Iterator[_Effort]:
    requests = expected_requests(spec)
    if not math.isfinite(requests):
        return
    compact = spec.inference_perf
    if compact is not None and compact.shared_prefix is not None:
        tokens = compact.shared_prefix.question_len + compact.shared_prefix.output_len
        yield _passed(requests, tokens, ("inference_perf", "shared_prefix"))
    members: list[tuple[Path, Client | Cohort]] = [(("clients", i), each) for i, each in enumerate(spec.clients)]
    members += [(("cohorts", i), each) for i, each in enumerate(spec.cohorts)]
    fractions = sum(member.rate_fraction for _, member in members)
    path_taken = generation_path(spec)
    for path, member in members:
        share = member.rate_fraction / fractions if fractions > 0 else 0.0
        arrivals = requests * share
        lengths = [_typical(each) for each in (member.input_distribution, member.output_distribution)]
        yield _passed(arrivals * _rounds(member), sum(lengths), path)
        if member.turns is not None:
            drawn = 3.0 * arrivals * member.turns.max_rounds
            why = f"every session draws all of its {member.turns.max_rounds:,} rounds"
            yield _Effort(drawn * _DRAW_S, (*path, "reasoning", "multi_turn", "max_rounds"), why)
        media = media_of(member, varying=path_taken == VARYING)
        for kind in MEDIA if media is not None else ():
            tokens, pieces = getattr(media, f"{kind}_distribution"), getattr(media, f"{kind}_count_distribution")
            if tokens.type not in ("", "constant") and pieces.type:
                count = _typical(pieces)
                place = (*path, "multimodal", f"{kind}_count_distribution")
                yield _Effort(arrivals * count * _DRAW_S, place, f"each request draws the lengths of about {count:,.0f} pieces")
        if path_taken == ORDINARY and windows_of(member):
            drawn = _thrown_away(spec, member, share)
            why = f"about {drawn:,.0f} gaps are drawn from time 0 on, also where no window is open"
            yield _Effort(drawn * _DRAW_S, (*path, "lifecycle") if isinstance(member, Client) else path, why)


def _passed(requests: float, tokens: float, path: Path) -> _Effort:
    return _Effort(requests * tokens * _TOKEN_S, path, f"it has about {requests * tokens:,.0f} tokens")


def _rounds(member: Client | Cohort) -> int:
    return 1 if member.turns is None else member.turns.max_rounds


def _typical(distribution: Distribution) -> float:
    return float(typical_draw(distribution.type, distribution.params)) if distribution.type in FAMILIES else 0.0


def _thrown_away(spec: WorkloadSpec, member: Client | Cohort, share: float) -> float:
    """Return about how many gaps the clients of a member draw up to the end of their last windows."""
    if isinstance(member, Client) and member.arrival.process == "constant":
        return 0.0  # these are passed over at once
    end = max(window.end_us for window in windows_of(member))
    until = end_us(spec)
    gap = fitted_gap_us(member.arrival)
    clients = member.population if isinstance(member, Cohort) else 1
    rate = min(spec.aggregate_rate * share / 1e6, float(clients)) if gap is None else clients / max(gap, 1.0)
    return rate * (end if until is None else min(end, until))


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 7200 else f"about {seconds / 3600:,.0f} h"
