"""Advice on files whose requests take long to draw, measured by what comes out: BLIS takes at least as long."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from blis_tui.numbers import roughly, whole
from blis_tui.problems import Path
from blis_tui.spec.format.distributions import FAMILIES, read_bins, typical_draw
from blis_tui.spec.format.facts import clients_per_stage, end_us, expected_requests, members_of, own_rate
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import ORDINARY, VARYING, generation_path, media_of
from blis_tui.spec.format.model import DEFAULT_PREFIX, Client, Cohort, Distribution, InferencePerf, SharedPrefix, WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.spec.rules.client_errors import MEDIA
from blis_tui.spec.rules.problem_collector import Report

_DRAW_S, _TOKEN_S, _REQUEST_S = 2e-8, 5e-10, 1e-7
"""About how long a number takes that is drawn, a token whose place in the stream is passed, and a request beside these."""
LONG_S, VERY_LONG_S = 10.0, 60.0
"""From when on it is told, and as a warning."""
_PLANNED = 2.0
"""So many times num_requests a client plans at most."""
_MANY = 1.5
"""If all take so many times as long as the longest, that alone is not why."""


class Answers(NamedTuple):
    """How long an answer takes, in µs: `ttft_us`, and `itl_us` for each of its tokens; where that is not said, a second."""

    ttft_us: float = 1e6
    itl_us: float = 0.0


class _Effort(NamedTuple):
    seconds: float
    path: Path
    why: str


_USUAL = Answers()


def advise_effort(report: Report, spec: WorkloadSpec, answers: Answers = _USUAL) -> None:
    """Tell of what takes longest, if that is long; virtual users wait for `answers`."""
    if report.bad:
        return
    efforts = list(_efforts(spec, answers))
    total = _sum(efforts)
    if total < LONG_S:
        return
    longest = max(efforts, key=lambda effort: effort.seconds)
    if total < _MANY * longest.seconds:
        text = f"makes generation take {spoken_effort(total)}: {longest.why}"
    else:
        part = spoken_effort(longest.seconds) if longest.seconds >= 1 else "a part"
        text = f"takes {part} of {spoken_effort(total)} of generation: {longest.why}"
    tell = report.warn if total >= VERY_LONG_S else report.inform
    tell("slow", longest.path, text)


def effort_s(spec: WorkloadSpec) -> float:
    """Return about how many seconds it takes to generate the requests of a valid spec; 0 where a glance cannot tell."""
    return _sum(_efforts(spec))


def spoken_effort(seconds: float) -> str:
    """Write how long something takes, about."""
    if seconds < 120:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 7200 else f"about {seconds / 3600:,.0f} h"


def _sum(efforts: Iterable[_Effort]) -> float:
    return sum(max(effort.seconds, 0.0) for effort in efforts)


def _efforts(spec: WorkloadSpec, answers: Answers = _USUAL) -> Iterator[_Effort]:
    requests = expected_requests(spec)
    if not math.isfinite(requests):
        return
    path_taken, until = generation_path(spec), end_us(spec)
    compact = spec.inference_perf
    if compact is not None and compact.shared_prefix is not None:
        yield from _compact_efforts(spec, compact, compact.shared_prefix, requests, until)
    fractions = sum(member.rate_fraction for _, member in members_of(spec))
    for path, member in members_of(spec):
        share = member.rate_fraction / fractions if fractions > 0 else 0.0
        most = _PLANNED * spec.num_requests * (member.population if isinstance(member, Cohort) else 1) or math.inf
        yield from _member_efforts(member, path, requests * share, most, varying=path_taken == VARYING)
        if path_taken == ORDINARY and windows_of(member):
            yield _gaps(_thrown_away(spec, member, share, until), (*path, "lifecycle") if isinstance(member, Client) else path)
        if isinstance(member, Client) and member.concurrency > 0:
            yield _users(spec, member, path, until, answers)
    yield from _prefix_efforts(spec)


def _compact_efforts(
    spec: WorkloadSpec, compact: InferencePerf, prefix: SharedPrefix, requests: float, until: int | None
) -> Iterator[_Effort]:
    yield _passed(requests, prefix.question_len + prefix.output_len, ("inference_perf", "shared_prefix"))
    tokens = float(prefix.num_unique_system_prompts) * prefix.system_prompt_len
    yield _prefixes(tokens, ("inference_perf", "shared_prefix", "system_prompt_len"))
    if spec.rules == 2 and len(compact.stages) > 1:
        most, end = clients_per_stage(prefix) * 1e6, (until or INT64_MAX) / 1e6
        start = drawn = 0.0
        for stage in compact.stages:
            drawn += min(stage.rate, most) * min(start, end)
            start += stage.duration
        yield _gaps(drawn, ("inference_perf", "stages"))


def _member_efforts(member: Client | Cohort, path: Path, arrivals: float, most: float, *, varying: bool) -> Iterator[_Effort]:
    lengths = [_typical(each) for each in (member.input_distribution, member.output_distribution)]
    yield _passed(arrivals, sum(lengths) * min(float(_rounds(member)), most / max(arrivals, 1.0)), path)
    if member.turns is not None:
        drawn = 3.0 * min(arrivals * member.turns.max_rounds, most)
        why = f"every session draws all of its {member.turns.max_rounds:,} rounds"
        yield _Effort(drawn * _DRAW_S, (*path, "reasoning", "multi_turn", "max_rounds"), why)
    media = media_of(member, varying=varying)
    for kind in MEDIA if media is not None else ():
        tokens, pieces = getattr(media, f"{kind}_distribution"), getattr(media, f"{kind}_count_distribution")
        if tokens.type not in ("", "constant") and pieces.type:
            count = _typical(pieces)
            place = (*path, "multimodal", f"{kind}_count_distribution")
            yield _Effort(arrivals * count * _DRAW_S, place, f"each request draws the lengths of about {whole(count)} pieces")


def _prefix_efforts(spec: WorkloadSpec) -> Iterator[_Effort]:
    named: set[str] = set()
    for path, member in members_of(spec):
        own = member.population if isinstance(member, Cohort) and member.prefix_sharing == "per_member" else 0
        if member.prefix_group and (own or member.prefix_group not in named):
            length = member.prefix_length if member.prefix_length > 0 else DEFAULT_PREFIX
            yield _prefixes(float(own or 1) * length, (*path, "prefix_length"))
            named.add(member.prefix_group)


def _users(spec: WorkloadSpec, client: Client, path: Path, until: int | None, answers: Answers) -> _Effort:
    output = _typical(client.output_distribution)
    answer_us = answers.ttft_us + answers.itl_us * output
    rate = client.concurrency / max(1.0, client.think_time_us + answer_us)
    requests = min(rate * (until or INT64_MAX), float(spec.num_requests or INT64_MAX))
    why = f"its users send about {whole(requests)} requests if an answer takes {roughly(round(answer_us))}"
    return _passed(requests, _typical(client.input_distribution) + output, (*path, "concurrency"))._replace(why=why)


def _gaps(drawn: float, path: Path) -> _Effort:
    return _Effort(drawn * _DRAW_S, path, f"about {whole(drawn)} gaps are drawn from time 0 on, also where no window is open")


def _passed(requests: float, tokens: float, path: Path) -> _Effort:
    seconds = requests * (_REQUEST_S + tokens * _TOKEN_S)
    return _Effort(seconds, path, f"it has about {whole(requests)} requests of {whole(requests * tokens)} tokens")


def _prefixes(tokens: float, path: Path) -> _Effort:
    return _Effort(tokens * _TOKEN_S, path, f"the prefixes have {whole(tokens)} tokens")


def _rounds(member: Client | Cohort) -> int:
    return 1 if member.turns is None else member.turns.max_rounds


def _typical(distribution: Distribution) -> float:
    if distribution.type not in FAMILIES:
        return 0.0
    if distribution.type == "empirical":  # the mean: tables have long lengths that are rare
        bins = read_bins(distribution.params)
        total = sum(share for _, share in bins)
        return sum(value * (share / total) for value, share in bins) if total > 0 else 0.0
    return float(typical_draw(distribution.type, distribution.params))


def _thrown_away(spec: WorkloadSpec, member: Client | Cohort, share: float, until: int | None) -> float:
    """Return about how many gaps the clients of a member draw up to the end of their last windows."""
    if isinstance(member, Client) and member.arrival.process == "constant":
        return 0.0  # these are passed over at once
    end = max(window.end_us for window in windows_of(member))
    clients = member.population if isinstance(member, Cohort) else 1
    rate = clients * own_rate(member.arrival, spec.aggregate_rate * share / clients)
    return rate * (end if until is None else min(end, until))
