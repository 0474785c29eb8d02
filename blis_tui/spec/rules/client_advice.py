"""Advice on one client or cohort."""

from __future__ import annotations

from collections.abc import Iterable

from blis_tui.problems import Path
from blis_tui.spec.format.facts import is_fitted
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import is_chat, media_of
from blis_tui.spec.format.model import ARRIVAL_PROCESSES, Arrival, Client, Cohort, MultiTurn, Reasoning, Window, WorkloadSpec
from blis_tui.spec.format.ranges import demand, is_in_range, shown
from blis_tui.spec.format.windows import windows_of
from blis_tui.spec.mends import remove, set_value
from blis_tui.spec.rules.client_errors import MEDIA, WEIBULL_CV
from blis_tui.spec.rules.distribution_advice import advise_distribution
from blis_tui.spec.rules.distribution_errors import COUNT, LENGTH, RATIO
from blis_tui.spec.rules.problem_collector import Report

MAX_GAMMA_CV = 10.0
"""Beyond it (shape below 0.01) BLIS draws Poisson gaps."""


def advise_member(report: Report, spec: WorkloadSpec, member: Client | Cohort, path: Path, varying: bool) -> None:
    """Warn about what clients and cohorts have in common. `varying` says that BLIS takes its time-varying path."""
    if not isinstance(member, Client) or member.concurrency == 0:
        advise_arrival(report, member.arrival, (*path, "arrival"))
    advise_distribution(report, member.input_distribution, (*path, "input_distribution"))
    advise_distribution(report, member.output_distribution, (*path, "output_distribution"))
    if member.reasoning is not None:
        _advise_reasoning(report, member, member.reasoning, (*path, "reasoning"))
    if member.multimodal is not None:
        _advise_multimodal(report, member, path, varying)
    if member.timeout is not None and member.timeout > INT64_MAX - max(spec.horizon, 0):
        text = "added to an arrival may leave the range of a 64-bit integer: the deadline would lie in the past"
        report.warn("overflow", (*path, "timeout"), text, found=member.timeout)
    if member.prefix_length > 0 and not member.prefix_group:
        place = (*path, "prefix_length")
        text = "is ignored: without a prefix_group there is no prefix"
        report.warn("not-used", place, text, found=member.prefix_length, mend=remove(place, safe=True))


def advise_arrival(report: Report, arrival: Arrival, path: Path) -> None:
    """Warn about an arrival process whose parameters are not used."""
    if not report.is_clean((*path, "process")):
        return
    process = arrival.process
    if process in ("poisson", "constant"):
        for name in ("cv", "shape", "scale"):
            value = getattr(arrival, name)
            if value is not None and (name, value, process) != ("cv", 1, "poisson"):
                mend = remove((*path, name), safe=True)
                report.warn("not-used", (*path, name), f"is ignored: {process} arrivals have no {name}", mend=mend)
    elif is_fitted(arrival):
        text = "with scale takes the place of the rate: the client's share of aggregate_rate is not kept"
        report.inform("fitted-arrival", (*path, "shape"), text)
    else:
        for name, other in (("shape", "scale"), ("scale", "shape")):
            if getattr(arrival, name) is not None and getattr(arrival, other) is None:
                mend = remove((*path, name), safe=True)
                report.warn("not-used", (*path, name), f"is ignored: it only takes effect together with {other}", mend=mend)
        if process == "gamma" and arrival.cv is not None and arrival.cv > MAX_GAMMA_CV and 1.0 / arrival.cv / arrival.cv < 0.01:
            text = f"of {arrival.cv:g} is too large for BLIS, which draws Poisson gaps (cv 1) instead; use at most 10"
            report.warn("poisson-instead", (*path, "cv"), text, found=arrival.cv, allowed="≤ 10")


def _advise_reasoning(report: Report, member: Client | Cohort, reasoning: Reasoning, path: Path) -> None:
    turns, ratio = reasoning.multi_turn, (*path, "reason_ratio_distribution")
    if turns is None:
        text = "has no effect without multi_turn: single requests have no reason ratio"
        report.warn("not-used", path, text, mend=remove(path, safe=True))
        return
    if reasoning.reason_ratio_distribution.type:
        advise_distribution(report, reasoning.reason_ratio_distribution, ratio, RATIO)
    elif report.is_given(ratio):
        report.inform("not-used", ratio, "has no type: the reason ratio is 0")
    _advise_turns(report, turns, (*path, "multi_turn"))
    if member.streaming:
        place = (*path[:-1], "streaming")
        report.warn("streaming-lost", place, "has no effect on sessions: BLIS never streams their requests")


def _advise_turns(report: Report, turns: MultiTurn, path: Path) -> None:
    place = (*path, "context_growth")
    if not is_in_range(MultiTurn.fields["context_growth"], turns.context_growth):
        text = f'is {shown(turns.context_growth)}: BLIS knows only "accumulate" and takes all else for none'
        report.warn("unknown-choice", place, text, found=turns.context_growth, allowed='"accumulate" or empty')
    advise_range(report, turns, "think_time_us", path, "each round then comes before the last one")


def advise_range(report: Report, record: MultiTurn | Window, name: str, path: Path, effect: str) -> None:
    """Warn about a value that is out of its range, which BLIS does not check."""
    field, value = record.fields[name], getattr(record, name)
    if not is_in_range(field, value):
        text = f"should {demand(field, value)}, got {value:g}: {effect}"
        report.warn("out-of-range", (*path, name), text, found=value, allowed=field.allowed)


def _advise_multimodal(report: Report, member: Client | Cohort, path: Path, varying: bool) -> None:
    media, place = media_of(member, varying=varying), (*path, "multimodal")
    if media is None:
        if is_chat(member) or not varying:  # else it is told with what else is lost
            who = "sessions" if is_chat(member) else "virtual users"
            report.warn("not-used", place, f"has no effect on {who}: BLIS gives them text only")
        return
    if media.text_distribution.type:
        advise_distribution(report, media.text_distribution, (*place, "text_distribution"))
    for kind in MEDIA:
        tokens, pieces = f"{kind}_distribution", f"{kind}_count_distribution"
        has_tokens, has_pieces = bool(getattr(media, tokens).type), bool(getattr(media, pieces).type)
        if has_tokens and has_pieces:
            advise_distribution(report, getattr(media, tokens), (*place, tokens), LENGTH)
            advise_distribution(report, getattr(media, pieces), (*place, pieces), COUNT)
        elif has_tokens or has_pieces:
            given, absent = (tokens, pieces) if has_tokens else (pieces, tokens)
            report.warn("not-used", (*place, given), f"has no effect without {absent}")


_INSTANCES = {
    "adapter": ("needs-adapter", "BLIS must have that adapter declared (--lora-config), or it refuses the file"),
    "model": ("needs-model", "instances of another model reject its requests in BLIS; empty goes to any"),
}
"""What a client may name that BLIS must have: the code of the problem, and what is said."""


def advise_instances(report: Report, members: Iterable[tuple[Path, Client | Cohort]]) -> None:
    """Tell once of every adapter and model that clients ask for."""
    told: set[tuple[str, str]] = set()
    for path, member in members:
        for name, (code, what) in _INSTANCES.items():
            wanted = getattr(member, name)
            if wanted and (name, wanted) not in told:
                told.add((name, wanted))
                report.inform(code, (*path, name), f"is {shown(wanted)}: {what}", found=wanted)


def advise_windows(report: Report, spec: WorkloadSpec, client: Client, path: Path) -> None:
    """Warn about the windows of a client."""
    windows = windows_of(client)
    for index, window in enumerate(windows):
        place = (*path, "lifecycle", "windows", index)
        if 0 < spec.horizon <= window.start_us:
            text = f"is at or past the horizon ({spec.horizon}): nothing is sent in this window"
            report.warn("past-the-horizon", (*place, "start_us"), text, found=window.start_us)
        if window.trace_rate is not None and window.trace_rate < 0:
            text = f"should be non-negative, got {window.trace_rate:g}"
            report.warn("out-of-range", (*place, "trace_rate"), text, found=window.trace_rate, allowed="≥ 0")
        if window.arrival is not None:
            _advise_window_arrival(report, window.arrival, (*place, "arrival"))
        if window.input_distribution is not None:
            advise_distribution(report, window.input_distribution, (*place, "input_distribution"))
        if window.output_distribution is not None:
            advise_distribution(report, window.output_distribution, (*place, "output_distribution"))


def _advise_window_arrival(report: Report, arrival: Arrival, path: Path) -> None:
    """Warn about the arrival process of a window, which BLIS does not check."""
    if arrival.process not in ARRIVAL_PROCESSES:
        what = f"is {shown(arrival.process)}" if arrival.process else "is missing"
        text = f"{what}: BLIS does not use the client's, but draws Poisson gaps"
        mend = set_value((*path, "process"), "poisson", safe=True)
        report.warn("unknown-choice", (*path, "process"), text, found=arrival.process, mend=mend)
        return
    advise_arrival(report, arrival, path)
    for name in ("cv", "shape", "scale"):
        value = getattr(arrival, name)
        if value is not None and value <= 0 and arrival.process in ("gamma", "weibull"):
            instead = "takes 1" if name == "cv" else "goes by cv"
            text = f"should be positive, got {value:g}: BLIS {instead} instead"
            report.warn("out-of-range", (*path, name), text, found=value, allowed="> 0")
    low, high = WEIBULL_CV
    cv = arrival.cv
    if arrival.process == "weibull" and cv is not None and cv > 0 and not (low <= cv <= high or is_fitted(arrival)):
        text = f"should be from {low} to {high} for weibull, got {cv:g}: BLIS clamps it to that range"
        report.warn("out-of-range", (*path, "cv"), text, found=cv)
