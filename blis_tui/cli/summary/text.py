"""An overview as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blis_tui.cli.outputs.colours import HEADING, MUTED
from blis_tui.cli.summary.overview import Overview
from blis_tui.numbers import aligned, counted, duration, mean, rate, roughly
from blis_tui.problems import printable
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.measured.comparison import Comparison
from blis_tui.workload.measured.rows import class_table, fitted, table
from blis_tui.workload.requests import SENT
from blis_tui.workload.totals.capacity import Capacity
from blis_tui.workload.totals.capacity_rows import LENGTH_HEADS, STAGE_HEADS, length_rows, rows, stage_row
from blis_tui.workload.totals.remarks import limit_remark, limit_text, stage_remarks
from blis_tui.workload.totals.shortfall import answer_text, limits, missed_text
from blis_tui.workload.totals.summary import StageSummary, Summary, Tally
from blis_tui.workload.totals.targets import RequestLine

_HEADS = ("stage", "from", "to", "target/s", "expected", "planned", "difference", "")
Row = tuple[str, ...]


class Line(NamedTuple):
    """A line of text, and the colour it may have."""

    text: str
    style: str = ""


def lines(overview: Overview, name: str) -> list[Line]:
    """Return the lines of an overview, but for the chart."""
    summary, requests = overview.summary, overview.requests
    spec, limit = requests.spec, None if requests.sent else limit_remark(requests)
    remarks = stage_remarks(spec, [(stage.end_us - stage.start_us, stage.planned_us) for stage in summary.stages])
    remarks += [] if limit is None else [limit]
    remarks += _waiting(overview)
    empty = Line("")
    if overview.trace is not None:
        title = f"{printable(name)}   {overview.trace.kind} · {counted(summary.clients, 'client')}"
        notes = [Line(printable(note.message)) for note in overview.trace.notes]
        return [Line(title, HEADING), *notes, empty, *_totals(overview), empty, *_capacity(overview)]
    head = [Line(_title(summary, spec, name), HEADING), empty, *_stage_table(overview), *(Line(remark) for remark in remarks)]
    if overview.measured is not None:
        head += [empty, *_measured(overview.measured)]
    return [*head, empty, *_totals(overview), empty, *_capacity(overview)]


def chart_title(overview: Overview, line: RequestLine, *, unicode: bool) -> str:
    """Return the line over the chart."""
    summary = overview.summary
    block, whisker, dash = "█┊─" if unicode else "#:="
    over_time = summary.over_time
    parts = [f"Requests per second in bins of {duration(summary.bins.width_us)}", f"{block}{block} {overview.basis}"]
    if over_time.has_spans:
        parts.append(f"{whisker}{whisker} highest in {duration(over_time.span_us)}")
    if line.steps:
        parts.append(f"{dash}{dash} {line.name}")
    return "   ".join(parts)


def _title(summary: Summary, spec: WorkloadSpec, name: str) -> str:
    end = end_us(spec)
    parts = [
        f"version {spec.rules}",
        f"seed {spec.seed}",
        f"{'horizon' if spec.horizon else 'ends at'} {roughly(end)}" if end else "no horizon",
        *([limit_text(spec)] if spec.num_requests else []),
        counted(summary.clients, "client"),
    ]
    return f"{printable(name)}   {' · '.join(parts)}"


def _stage_table(overview: Overview) -> list[Line]:
    """Return the counts per stage and in all: of the plan, and of what is sent where that is something else."""
    plan, sent = overview.plan, overview.sent
    if plan is None:
        return _laid_out([("", SENT), ("requests", f"{overview.summary.requests.generated:,}")])
    extra = ((SENT,), *((f"{stage.requests.generated:,}",) for stage in sent.stages)) if sent else ((),) * (1 + len(plan.stages))
    rows = [_stage_row(number, stage) + more for (number, stage), more in zip(enumerate(plan.stages, 1), extra[1:], strict=True)]
    in_all = (*_tally_cells(plan.requests), *((f"{sent.requests.generated:,}",) if sent else ()))
    alone = len(rows) == 1 and plan.stages[0].requests.generated == plan.requests.generated
    alone = alone and (sent is None or sent.stages[0].requests.generated == sent.requests.generated)
    table = [_HEADS + extra[0], *rows, *([] if alone else [("total", "", "", "", *in_all)])]
    if not rows:
        table = [("", *_HEADS[4:], *extra[0]), ("requests", *in_all)]
    return _laid_out(table)


def _measured(found: Comparison) -> list[Line]:
    """Return what a run achieved, per stage and in all."""
    head = Line(printable(found.run.title), HEADING)
    tables = [_laid_out(fitted(each, None)[1], "  ") for each in (table(found), class_table(found)) if each]
    return [head, *(line for each in tables for line in each), *(Line(f"  {printable(text)}") for text in found.told)]


def _laid_out(table: Sequence[Row], indent: str = "") -> list[Line]:
    """Align columns: the first on its left, the others on their right. The first row has their heads."""
    return [Line(f"{indent}{text}", "" if number else MUTED) for number, text in enumerate(aligned(table))]


def _waiting(overview: Overview) -> list[str]:
    """Say what planned and sent mean where anything waits for answers."""
    if overview.sent is None:
        return []
    answer = answer_text(overview.capacity.server)
    if overview.plan is None:
        return [f"Virtual users wait for answers: sent is what they send if {answer}."]
    planned, sent = overview.plan.requests.generated, overview.sent.requests.generated
    less = f", {1 - sent / planned:.0%} less" if 0 < sent < planned else ""
    missed = missed_text(limits(overview.requests.clients))
    return [
        "Planned: every round of a session is sent on schedule.",
        f"Sent: each round waits for the previous answer; if {answer}, that is {counted(sent, 'request')}{less}.",
        *([f"{missed[0].upper()}{missed[1:]}."] if missed else []),
    ]


def _capacity(overview: Overview) -> list[Line]:
    """Return what the requests ask of a server."""
    found = overview.capacity
    given = "from --assume" if overview.assumed else "the default; change it with --assume ttft=T,itl=T"
    return [
        Line(f"Capacity for what is {found.basis}, if {answer_text(found.server)} ({given})", HEADING),
        *_capacity_rates(found),
        Line(""),
        *_laid_out([("", *LENGTH_HEADS), *length_rows(found)], "  "),
        *_capacity_stages(found),
    ]


def _capacity_rates(found: Capacity) -> list[Line]:
    found_rows = rows(found, "add kv=BYTES to --assume for the memory")
    table = [("", "mean", "peak", ""), *((row.name, row.mean, row.peak, row.remark) for row in found_rows)]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    texts = [f"  {a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {remark}".rstrip() for a, b, c, remark in table]
    return [Line(text, "" if number else MUTED) for number, text in enumerate(texts)]


def _capacity_stages(found: Capacity) -> list[Line]:
    if len(found.stages) < 2:
        return []
    table = [(f"stage {number}", *stage_row(stage)) for number, stage in enumerate(found.stages, 1)]
    return [Line(""), *_laid_out([("", *STAGE_HEADS), *table], "  ")]


def _stage_row(number: int, stage: StageSummary) -> Row:
    return (
        str(number),
        duration(stage.start_us),
        duration(stage.end_us),
        rate(stage.target_rate),
        *(_tally_cells(stage.requests) if stage.start_us < stage.end_us else ("not reached", "", "", "")),
    )


def _tally_cells(tally: Tally) -> tuple[str, str, str, str]:
    expected = tally.expected
    if expected is None:
        return "?", f"{tally.generated:,}", "", ""
    difference = round(tally.difference or 0.0)
    spread = "exact" if expected.exact else "" if tally.deviations is None else f"{round(tally.deviations, 1) + 0.0:+.1f} σ"
    return mean(expected.mean), f"{tally.generated:,}", f"{difference:+,}" if difference else "0", spread


def _totals(overview: Overview) -> list[Line]:
    summary = overview.summary
    as_planned = (
        ""
        if overview.sent is not None or overview.trace is not None
        else "; nothing waits for answers, so all are sent as planned"
    )
    basis = f"{overview.basis}{as_planned}"
    share = f"{summary.prefix_share:.1%}"
    rows: Sequence[tuple[str, str, str]] = (
        (
            "requests",
            f"{summary.requests.generated:,}",
            f"{counted(summary.sessions, 'session')}; {basis}" if summary.sessions else basis,
        ),
        ("clients", f"{summary.clients:,}", counted(summary.groups, "prefix group") if summary.groups else ""),
        ("input tokens", f"{summary.input_tokens:,}", ""),
        (
            "  of which prefix",
            f"{summary.prefix_tokens:,}",
            f"{share}; {summary.unique_prefix_tokens:,} unique" if summary.prefix_tokens else "",
        ),
        ("output tokens", f"{summary.output_tokens:,}", ""),
        ("longest context", f"{summary.longest_context:,}", "tokens, input plus output of one request"),
        *_rates(summary),
    )
    width = max(len(row[1]) for row in rows)
    return [Line(f"{label:<18}{value:>{width}}  {remark}".rstrip()) for label, value, remark in rows]


def _rates(summary: Summary) -> list[tuple[str, str, str]]:
    rows = []
    aim, bins = summary.target, summary.bins
    if aim is not None:
        peak = f"; peak {rate(aim.peak)}" if rate(aim.peak) != rate(aim.mean) else ""
        rows.append(("target rate", rate(aim.mean), f"arrivals/s over {roughly(bins.end_us)}{peak}"))
    for noun, found in (("request", summary.request_rate), ("token", summary.token_rate)):
        peaks = ", ".join(f"{rate(peak)} in {duration(over)}" for peak, over in found.peaks(bins.width_us))
        rows.append((f"{noun} rate", rate(found.mean), f"{noun}s/s over {roughly(bins.end_us)}; peak {peaks}"))
    return rows
