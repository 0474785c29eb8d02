"""A summary as text."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.numbers import counted, duration, rate, roughly
from blis_tui.problems import printable
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.requests import Requests
from blis_tui.workload.totals.remarks import limit_remark, limit_text, stage_remarks
from blis_tui.workload.totals.summary import StageSummary, Summary, Tally

_HEADS = ("stage", "from", "to", "target/s", "expected", "generated", "difference", "")


def lines(summary: Summary, requests: Requests, name: str) -> list[str]:
    """Return the lines of a summary of some requests, but for the chart."""
    spec, limit = requests.spec, limit_remark(requests)
    remarks = stage_remarks(spec, [(stage.end_us - stage.start_us, stage.planned_us) for stage in summary.stages])
    remarks += [] if limit is None else [limit]
    return [_title(summary, spec, name), "", *_stage_table(summary), *remarks, "", *_totals(summary)]


def chart_title(summary: Summary, *, unicode: bool) -> str:
    """Return the line over the chart."""
    block, whisker, dash = "█┊─" if unicode else "#:="
    over_time = summary.over_time
    parts = [f"Requests per second in bins of {duration(summary.bins.width_us)}", f"{block}{block} generated"]
    if over_time.has_spans:
        parts.append(f"{whisker}{whisker} highest in {duration(over_time.span_us)}")
    if summary.stages:
        parts.append(f"{dash}{dash} target")
    return "   ".join(parts)


def _title(summary: Summary, spec: WorkloadSpec, name: str) -> str:
    end = end_us(spec)
    parts = [
        f"version {spec.rules}",
        f"seed {spec.seed}",
        f"{'horizon' if spec.horizon else 'ends at'} {duration(end)}" if end else "no horizon",
        *([limit_text(spec)] if spec.num_requests else []),
        counted(summary.clients, "client"),
    ]
    return f"{printable(name)}   {' · '.join(parts)}"


def _stage_table(summary: Summary) -> list[str]:
    rows = [_stage_row(number, stage) for number, stage in enumerate(summary.stages, 1)]
    total = ("total", "", "", "", *_tally_cells(summary.requests))
    alone = len(rows) == 1 and summary.stages[0].requests.generated == summary.requests.generated
    table = [_HEADS, *rows] if alone else [_HEADS, *rows, total]
    if not rows:
        table = [("", *_HEADS[4:]), ("requests", *total[4:])]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _stage_row(number: int, stage: StageSummary) -> tuple[str, ...]:
    return (
        str(number),
        duration(stage.start_us),
        duration(stage.end_us),
        rate(stage.target_rate),
        *_tally_cells(stage.requests),
    )


def _tally_cells(tally: Tally) -> tuple[str, str, str, str]:
    expected = tally.expected
    if expected is None:
        return "?", f"{tally.generated:,}", "", ""
    difference = round(tally.difference or 0.0)
    spread = "exact" if expected.exact else "" if tally.deviations is None else f"{round(tally.deviations, 1) + 0.0:+.1f} σ"
    return f"{expected.mean:,.0f}", f"{tally.generated:,}", f"{difference:+,}" if difference else "0", spread


def _totals(summary: Summary) -> list[str]:
    share = f"{summary.prefix_share:.1%}"
    rows: Sequence[tuple[str, str, str]] = (
        (
            "requests",
            f"{summary.requests.generated:,}",
            counted(summary.sessions, "session") if summary.sessions else "",
        ),
        ("clients", f"{summary.clients:,}", counted(summary.groups, "prefix group") if summary.groups else ""),
        ("input tokens", f"{summary.input_tokens:,}", ""),
        (
            "  of them prefix",
            f"{summary.prefix_tokens:,}",
            f"{share}; {summary.unique_prefix_tokens:,} unique" if summary.prefix_tokens else "",
        ),
        ("output tokens", f"{summary.output_tokens:,}", ""),
        ("longest context", f"{summary.longest_context:,}", "tokens, input and output of one request"),
        *_rates(summary),
    )
    width = max(len(row[1]) for row in rows)
    return [f"{label:<18}{value:>{width}}  {remark}".rstrip() for label, value, remark in rows]


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
