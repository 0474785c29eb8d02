"""The rules of one client or cohort: BLIS's own, and what BLIS finds only when it generates."""

from __future__ import annotations

from blis_tui.problems import Path
from blis_tui.spec.format.distributions import typical_draw
from blis_tui.spec.format.facts import is_fitted
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import media_of
from blis_tui.spec.format.model import (
    MAX_LENGTH,
    V1_SLO_CLASSES,
    Arrival,
    Client,
    Cohort,
    Lifecycle,
    Multimodal,
    MultiTurn,
    Reasoning,
)
from blis_tui.spec.format.windows import drain_windows
from blis_tui.spec.mends import set_value
from blis_tui.spec.rules.distribution_errors import COUNT, RATIO, validate_distribution
from blis_tui.spec.rules.problem_collector import Report

WEIBULL_CV = (0.01, 10.4)
"""The coefficients of variation for which BLIS finds a Weibull shape."""
MEDIA = ("image", "audio", "video")


def validate_client(report: Report, client: Client, path: Path, *, old_names: bool, varying: bool) -> None:
    """Check one explicit client. `old_names` admits version 1's SLO classes; `varying` is BLIS's time-varying path."""
    report.fields(client, path, except_for=("slo_class", "rate_fraction"))
    _validate_slo_class(report, client.slo_class, (*path, "slo_class"), old_names)
    _validate_rate(report, client, path)
    if client.concurrency == 0:
        validate_arrival(report, client.arrival, (*path, "arrival"))
    else:
        report.fields(client.arrival, (*path, "arrival"), except_for=("process", "cv"))
    _validate_content(report, client, path, varying)
    if client.lifecycle is not None:
        _validate_windows(report, client.lifecycle, (*path, "lifecycle", "windows"))


def validate_cohort(report: Report, cohort: Cohort, path: Path, *, varying: bool) -> None:
    """Check one cohort."""
    report.fields(cohort, path, except_for=("slo_class",))
    _validate_slo_class(report, cohort.slo_class, (*path, "slo_class"), old_names=False)
    validate_arrival(report, cohort.arrival, (*path, "arrival"))
    _validate_content(report, cohort, path, varying)
    if cohort.prefix_sharing == "per_member" and not cohort.prefix_group:
        report.error("missing", (*path, "prefix_group"), 'is missing: prefix_sharing "per_member" needs it')
    if cohort.diurnal is not None:
        report.fields(cohort.diurnal, (*path, "diurnal"))
    if cohort.spike is not None:
        report.fields(cohort.spike, (*path, "spike"))
        end = cohort.spike.start_time_us + cohort.spike.duration_us
        _validate_end(report, end, (*path, "spike", "duration_us"), "start_time_us + duration_us")
    if cohort.drain is not None:
        report.fields(cohort.drain, (*path, "drain"))
        end = max(window.end_us for window in drain_windows(cohort.drain))
        _validate_end(report, end, (*path, "drain", "ramp_duration_us"), "start_time_us + ramp_duration_us")


def validate_arrival(report: Report, arrival: Arrival, path: Path) -> None:
    """Check the arrival process of a client or cohort; BLIS does not check the one of a window."""
    report.fields(arrival, path)
    if is_fitted(arrival):
        assert arrival.shape is not None and arrival.scale is not None
        if arrival.scale * (arrival.shape if arrival.process == "gamma" else 1.0) >= 2.0**63:
            text = f"makes gaps that leave the range of a 64-bit integer, got {arrival.scale:g}"
            report.error("overflow", (*path, "scale"), text, found=arrival.scale)
        return
    place = (*path, "cv")
    cv = arrival.cv
    if cv is None or cv <= 0 or not report.is_clean(place):
        return
    if arrival.process == "weibull" and not WEIBULL_CV[0] <= cv <= WEIBULL_CV[1]:
        allowed = "from {} to {}".format(*WEIBULL_CV)
        report.error("out-of-range", place, f"must be {allowed} for weibull, got {cv:g}", found=cv, allowed=allowed)
    elif arrival.process == "gamma" and cv * cv < 1e-300:
        text = f"is too near to 0 for gamma, got {cv:g}; for even gaps use process: constant"
        report.error("out-of-range", place, text, found=cv, allowed="> 0")


def _validate_slo_class(report: Report, name: str, path: Path, old_names: bool) -> None:
    field = Client.fields["slo_class"]
    if name in field.choices or (old_names and name in V1_SLO_CLASSES):
        return
    new = V1_SLO_CLASSES.get(name)
    if new is None:
        report.field(field, name, path)
    else:
        text = f'is "{name}", a name that BLIS knows only on the clients of version-1 files: it is "{new}" now'
        mend = set_value(path, new, safe=True)
        report.error("unknown-choice", path, text, found=name, allowed=field.allowed, mend=mend)


def _validate_rate(report: Report, client: Client, path: Path) -> None:
    place = (*path, "rate_fraction")
    fraction = client.rate_fraction
    if client.concurrency > 0 and fraction > 0:
        text = "cannot be combined with concurrency: a client either shares the rate or has virtual users"
        report.error("rate-and-concurrency", place, text, found=fraction)
    elif client.concurrency == 0 and fraction <= 0:
        if fraction == 0 and not report.is_given(place):
            report.error("missing", place, "is missing", allowed=Client.fields["rate_fraction"].allowed)
        else:
            report.field(Client.fields["rate_fraction"], fraction, place)


def _validate_content(report: Report, client: Client | Cohort, path: Path, varying: bool) -> None:
    """Check what requests hold."""
    validate_distribution(report, client.input_distribution, (*path, "input_distribution"))
    validate_distribution(report, client.output_distribution, (*path, "output_distribution"))
    if client.reasoning is not None and client.turns is not None:
        _validate_sessions(report, client.reasoning, client.turns, (*path, "reasoning"))
        _validate_context(report, client, client.turns, path)
    media = media_of(client, varying=varying)
    if media is not None:
        _validate_media(report, media, (*path, "multimodal"))


def _validate_sessions(report: Report, reasoning: Reasoning, turns: MultiTurn, path: Path) -> None:
    report.fields(turns, (*path, "multi_turn"))
    if reasoning.reason_ratio_distribution.type:
        place = (*path, "reason_ratio_distribution")
        validate_distribution(report, reasoning.reason_ratio_distribution, place, RATIO)
    if abs(turns.max_rounds * turns.think_time_us) > INT64_MAX:
        text = f"× max_rounds ({turns.max_rounds:,}) leaves the range of a 64-bit integer"
        report.error("overflow", (*path, "multi_turn", "think_time_us"), text, found=turns.think_time_us)


def _validate_context(report: Report, client: Client | Cohort, turns: MultiTurn, path: Path) -> None:
    """Check that a context that grows from round to round stays within the longest prompt."""
    place = (*path, "reasoning", "multi_turn", "max_rounds")
    lengths = (client.input_distribution, client.output_distribution)
    if turns.context_growth != "accumulate" or any(length.type != "constant" for length in lengths):
        return
    if not report.is_clean(place, (*path, "input_distribution", "params"), (*path, "output_distribution", "params")):
        return
    if not all("value" in length.params for length in lengths):
        return
    fresh, output = (typical_draw(length.type, length.params) for length in lengths)
    longest = client.prefix_length + turns.max_rounds * (fresh + output) - output
    if longest > MAX_LENGTH:
        text = f"makes the context grow to {longest:,} tokens, must be at most {MAX_LENGTH:,}"
        report.error("too-long", place, text, found=turns.max_rounds)


def _validate_media(report: Report, media: Multimodal, path: Path) -> None:
    if media.text_distribution.type:
        validate_distribution(report, media.text_distribution, (*path, "text_distribution"))
    for kind in MEDIA:
        tokens, pieces = f"{kind}_distribution", f"{kind}_count_distribution"
        if getattr(media, tokens).type and getattr(media, pieces).type:
            validate_distribution(report, getattr(media, tokens), (*path, tokens))
            validate_distribution(report, getattr(media, pieces), (*path, pieces), COUNT)


def _validate_windows(report: Report, lifecycle: Lifecycle, path: Path) -> None:
    if not lifecycle.windows:
        report.error("missing", path, "must have at least one window", allowed="a non-empty list")
    for index, window in enumerate(lifecycle.windows):
        place = (*path, index)
        report.fields(window, place)
        end = (*place, "end_us")
        if window.end_us <= window.start_us and report.is_clean(end, (*place, "start_us")):
            text = f"must be after start_us ({window.start_us}), got {window.end_us}"
            report.error("empty-window", end, text, found=window.end_us, allowed=f"> {window.start_us}")
        if window.input_distribution is not None:
            validate_distribution(report, window.input_distribution, (*place, "input_distribution"))
        if window.output_distribution is not None:
            validate_distribution(report, window.output_distribution, (*place, "output_distribution"))


def _validate_end(report: Report, end: int, path: Path, sum_of: str) -> None:
    if end > INT64_MAX:
        report.error("overflow", path, f"is too long: {sum_of} leaves the range of a 64-bit integer")
