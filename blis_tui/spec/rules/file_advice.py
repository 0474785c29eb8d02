"""Warnings and infos: what is legal and probably not what was meant, each with the mend where there is an obvious one.

None of it needs the spec to be generated.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from blis_tui.numbers import counted
from blis_tui.problems import INFO, Path, Problem, format_path
from blis_tui.spec.format.facts import clients_per_stage, members_of, overrun, windows_end_us
from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.generation import VARYING, generation_path, is_chat, lost_when_varying
from blis_tui.spec.format.model import DEFAULT_PREFIX, SLO_CLASSES, V1_SLO_CLASSES, Client, Cohort, WorkloadSpec
from blis_tui.spec.format.ranges import demand, is_in_range, shown
from blis_tui.spec.mends import remove, set_value, upgrade
from blis_tui.spec.rules.client_advice import advise_instances, advise_member, advise_windows
from blis_tui.spec.rules.compact_advice import AN_END, HORIZON, NO_END, advise_compact
from blis_tui.spec.rules.effort_advice import advise_effort
from blis_tui.spec.rules.file_errors import generation_problems, validate_into, windows_are_clean
from blis_tui.spec.rules.problem_collector import Report
from blis_tui.spec.rules.soundness import sound

if TYPE_CHECKING:
    from blis_tui.spec.yaml.nodes import Tree

MAX_ALIKE = 20
"""Problems of one kind that are told one by one; the last of them stands for all further ones."""


def advise(spec: WorkloadSpec, tree: Tree | None = None, broken: Collection[Path] = ()) -> list[Problem]:
    """Return the warnings and infos of a spec; about values that are errors nothing more is said."""
    report = Report(tree, broken)
    spec = sound(report, spec) if tree is None else spec
    validate_into(report, spec)
    return advise_beside(report, spec)


def advise_beside(errors: Report, spec: WorkloadSpec) -> list[Problem]:
    """Return the warnings and infos of a spec whose errors are known."""
    report = Report(errors.tree, errors.bad)
    _advise_version(report, spec)
    if spec.inference_perf is not None:
        advise_compact(report, spec, spec.inference_perf)
    _advise_members(report, spec)
    _advise_end(report, spec)
    _advise_limit(report, spec)
    _advise_prefixes(report, spec)
    _advise_names(report, spec)
    advise_instances(report, members_of(spec))
    _advise_goodput(report, spec)
    advise_effort(report, spec)
    users = next((index for index, client in enumerate(spec.clients) if client.concurrency > 0), None)
    if users is not None:
        text = ": virtual users wait for answers: what they send depends on the assumed latency (--assume ttft=200ms,itl=20ms)"
        report.inform("needs-assumption", ("clients", users, "concurrency"), text)
    for problem in generation_problems(spec, answered=True):
        text = problem.message.partition(": ")[2]
        report.warn(problem.code, problem.path, f": {text}")
    return _shortened(report.problems)


def _advise_version(report: Report, spec: WorkloadSpec) -> None:
    place = ("version",)
    if not report.is_clean(place):
        return
    if spec.rules == 2:
        if spec.version != "2":
            text = f"{shown(spec.version)} is unknown: BLIS treats it as 2"
            mend = set_value(place, "2", safe=True)
            report.warn("unknown-version", place, text, found=spec.version, allowed='"1" or "2"', mend=mend)
        return
    mend = upgrade(spec)
    name = "1" if spec.version else "is missing, which means 1"
    if mend.safe:
        text = f"{name}: BLIS upgrades the file to 2 on load; it generates the same then"
    else:
        text = f"{name}: no current BLIS generates what is shown here, as it upgrades the file to 2 on load"
        refusal = None if report.bad else _refusal_as_2(spec)
        if refusal is not None:
            text += f"; and it would refuse that: {refusal.message}"
    report.warn("version-1", place, text, found=spec.version, allowed='"2" for what BLIS does today', mend=mend)


def _refusal_as_2(spec: WorkloadSpec) -> Problem | None:
    """Return the first error that a version-1 spec has as version 2, if any."""
    report = Report()
    validate_into(report, spec.replace(version="2"))
    return report.problems[0] if report.problems else None


def _advise_members(report: Report, spec: WorkloadSpec) -> None:
    """Warn about all clients and cohorts."""
    varying = generation_path(spec) == VARYING
    for index, client in enumerate(spec.clients):
        path: Path = ("clients", index)
        advise_member(report, spec, client, path, varying)
        if client.concurrency > 0:
            continue
        advise_windows(report, spec, client, path)
        if spec.rules == 1 and client.slo_class in V1_SLO_CLASSES:
            new = V1_SLO_CLASSES[client.slo_class]
            place = (*path, "slo_class")
            text = f'is "{client.slo_class}", a name of version 1 that stands for "{new}"'
            report.inform("old-name", place, text, found=client.slo_class, mend=set_value(place, new, safe=True))
        if varying:
            _advise_varying(report, client, path, client.lifecycle is not None)
    for index, cohort in enumerate(spec.cohorts):
        path = ("cohorts", index)
        advise_member(report, spec, cohort, path, varying)
        _advise_patterns(report, spec, cohort, path, varying)
        if varying:
            _advise_varying(report, cohort, path, any((cohort.diurnal, cohort.spike, cohort.drain)))
    if varying and spec.inference_perf is not None and len(spec.inference_perf.stages) == 1:
        text = "generates nothing: where windows of cohorts carry rates, BLIS skips clients without windows"
        report.warn("windowless", ("inference_perf",), text)


def _advise_varying(report: Report, member: Client | Cohort, path: Path, windowed: bool) -> None:
    """Warn about what gets lost on BLIS's time-varying path, taken as soon as one window overrides anything."""
    if not windowed:
        text = "has no windows and generates nothing: where windows carry rates or overrides, BLIS skips such clients"
        report.warn("windowless", path, text)
        return
    whose = "sessions" if is_chat(member) else "single requests"
    for name in lost_when_varying(member):
        text = f"has no effect on {whose} here: where windows carry rates or overrides, BLIS leaves it out"
        report.warn("lost-in-windows", (*path, name), text)


def _advise_patterns(report: Report, spec: WorkloadSpec, cohort: Cohort, path: Path, varying: bool) -> None:
    spike, place = cohort.spike, (*path, "spike")
    if spike is None:
        return
    if 0 < spec.horizon <= spike.start_time_us:
        text = f"is at or past the horizon ({spec.horizon}): nothing is sent in the spike"
        report.warn("past-the-horizon", (*place, "start_time_us"), text, found=spike.start_time_us)
    if spike.trace_rate is not None and varying and (spec.aggregate_rate != 0 or spec.inference_perf):
        text = "is a weight, not a rate, where there is an aggregate_rate, and puts all clients on BLIS's time-varying path"
        mend = remove((*place, "trace_rate"))
        report.warn("rate-is-weight", (*place, "trace_rate"), text, found=spike.trace_rate, mend=mend)


def _advise_end(report: Report, spec: WorkloadSpec) -> None:
    """Report that clients and cohorts end with their windows where nothing else ends the file, but that BLIS refuses it."""
    if spec.inference_perf is not None or spec.horizon != 0 or spec.num_requests != 0:
        return
    if not report.is_clean(HORIZON, ("num_requests",)) or not windows_are_clean(report):
        return
    end = windows_end_us(spec)
    if end is not None:
        text = f"{NO_END}; here it ends with its last window, at {end:,} µs"
        mend = set_value(HORIZON, end, safe=not _goes_back_in_time(spec), label=f"set horizon to the last window's end, {end}")
        report.warn("no-end", HORIZON, text, allowed=AN_END, mend=mend)


def _advise_limit(report: Report, spec: WorkloadSpec) -> None:
    """Report that a run goes past num_requests where sessions wait for their answers."""
    past = None if report.bad else overrun(spec)
    if past is not None:
        text = (
            f"of {spec.num_requests:,} limits what is planned, not what is sent: BLIS sends all rounds of the sessions that "
            f"begin within it, up to {counted(past.sessions, 'session')} × {past.rounds:,} rounds = "
            f"{past.sessions * past.rounds:,} requests"
        )
        report.inform("limit-passed", ("num_requests",), text, found=spec.num_requests)


def _goes_back_in_time(spec: WorkloadSpec) -> bool:
    """Return whether rounds may come before earlier ones, which a horizon cuts off with them."""
    return any(member.turns is not None and member.turns.think_time_us < 0 for _, member in members_of(spec))


def _advise_prefixes(report: Report, spec: WorkloadSpec) -> None:
    """Warn about prefix lengths that do not count: those of all but the first client of a group."""
    lengths: dict[str, tuple[int, str]] = {}
    compact = spec.inference_perf.shared_prefix if spec.inference_perf is not None else None
    if compact is not None and spec.cohorts and report.is_clean(("inference_perf",)) and clients_per_stage(compact) > 0:
        length = compact.system_prompt_len or DEFAULT_PREFIX
        for group in {cohort.prefix_group for cohort in spec.cohorts}:
            stem, _, number = group.partition("-")
            if stem == "prompt" and number.isdecimal() and int(number[:9]) < compact.num_unique_system_prompts:
                lengths[group] = (length, "inference_perf")
    for path, member in members_of(spec):
        group = member.prefix_group
        if not group:
            continue
        place, own = (*path, "prefix_length"), member.prefix_length
        if isinstance(member, Cohort) and member.prefix_sharing == "per_member":
            group = f"{group}-*"
        if group not in lengths:
            lengths[group] = (own or DEFAULT_PREFIX, f"{path[0]}[{path[1]}]")
            if own == 0 and report.tree is not None and report.is_given(place):
                text = f"of 0 gives {DEFAULT_PREFIX} prefix tokens"
                mend = set_value(place, DEFAULT_PREFIX, safe=True)
                report.warn("zero-length", place, text, found=0, allowed="≥ 1", mend=mend)
        elif own > 0 and own != lengths[group][0]:
            length, first = lengths[group]
            text = f"of {own} is ignored: {first}, the first of prefix_group {shown(group)}, makes it {length}"
            report.warn("not-used", place, text, found=own, mend=set_value(place, length, safe=True))


def _advise_names(report: Report, spec: WorkloadSpec) -> None:
    """Warn about clients, and about cohorts, that cannot be told apart by their ids."""
    ids = {"clients": [client.id for client in spec.clients], "cohorts": [cohort.id for cohort in spec.cohorts]}
    for kind, names in ids.items():
        seen: dict[str, int] = {}
        for index, name in enumerate(names):
            first = seen.setdefault(name, index)
            if first != index and name:
                text = f"is the same as that of {kind}[{first}]: their requests cannot be told apart"
                report.warn("duplicate-id", (kind, index, "id"), text, found=name)
            elif not name and len(names) > 1:
                report.warn("duplicate-id", (kind, index, "id"), "is missing: requests cannot be told apart by client")


def _advise_goodput(report: Report, spec: WorkloadSpec) -> None:
    for name, targets in spec.goodput_slo_targets.items():
        path: Path = ("goodput_slo_targets", name)
        if name not in SLO_CLASSES or not name:
            report.warn("unknown-choice", path, "is not an SLO class: no request belongs to it", found=name)
        _advise_lenient(report, targets, path)


def _advise_lenient(report: Report, record: Record, path: Path) -> None:
    for name, field in record.fields.items():
        value = getattr(record, name)
        if field.lenient and not is_in_range(field, value):
            text = f"should {demand(field, value)}, got {shown(value)}: BLIS treats it as no target"
            report.warn("out-of-range", (*path, name), text, found=value, allowed=field.allowed)


def _shortened(problems: list[Problem]) -> list[Problem]:
    """Report remarks that several clients or cohorts earn once, and at most `MAX_ALIKE` problems of one kind.

    The one that stands for others counts them and mends them too.
    """
    remarks: dict[tuple[object, ...], list[Problem]] = {}
    for number, problem in enumerate(problems):
        place = tuple(step for step in problem.path if isinstance(step, str))
        remark = problem.code, place, problem.message.removeprefix(format_path(problem.path))
        remarks.setdefault(remark if problem.severity == INFO else (number,), []).append(problem)
    alike: dict[str, list[Problem]] = {}
    for problem in (_standing_for(same) if len(same) > 1 else same[0] for same in remarks.values()):
        alike.setdefault(problem.code, []).append(problem)
    kept = []
    for same in alike.values():
        kept += same[:MAX_ALIKE]
        if len(same) > MAX_ALIKE:
            kept[-1] = _standing_for(same[MAX_ALIKE - 1 :])
    return kept


def _standing_for(problems: list[Problem]) -> Problem:
    first = problems[0]
    message = f"{first.message} (and {len(problems) - 1:,} more like it)"
    mends = [problem.mend for problem in problems]
    if first.mend is None or any(mend is None or mend.safe != first.mend.safe for mend in mends):
        return first._replace(message=message)
    edits = tuple(edit for mend in mends if mend is not None for edit in mend.edits)
    label = f"{first.mend.label}, and likewise for {len(problems) - 1:,} more"
    return first._replace(message=message, mend=first.mend._replace(label=label, edits=edits))
