"""The Summary tab: what the workload comes to, what will be written, and what to know about it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from blis_tui.numbers import aligned, mean, roughly, spoken_size
from blis_tui.problems import printable
from blis_tui.spec.yaml.encoding import UTF_8
from blis_tui.tui.actions import bindings
from blis_tui.tui.capacity.assumption_line import AssumptionLine
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import View
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import EMPTY, Preview
from blis_tui.tui.preview.status_line import PreviewStatus
from blis_tui.tui.summary.named_totals import Total, capacity_totals, totals
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from blis_tui.formats.estimate import Size
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.totals.capacity import Capacity
    from blis_tui.workload.totals.summary import Summary

_INDENT = "  "
_NAME = 19
_VALUE = 15
_GAP = "   "


class SummaryTab(DocumentWidget):
    """The summary, and a line that says what it is worth."""

    DEFAULT_CSS: ClassVar[str] = (
        "SummaryTab { layout: vertical; } SummaryTab SummaryScroll { height: 1fr; scrollbar-gutter: stable; }"
    )

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        with SummaryScroll():
            yield SummaryView()
        yield AssumptionLine()

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        self.query_one(SummaryView).show_text(view.text, view.encoding)


class SummaryScroll(VerticalScroll):
    """What scrolls."""

    HELP_TITLE = "Summary"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("summary")]


class SummaryView(PreviewWidget):
    """The totals of the preview."""

    DEFAULT_CSS: ClassVar[str] = """
    SummaryView { height: auto; padding: 0 1; &.-stale { text-style: dim; } Static { height: auto; } }
    """

    def __init__(self) -> None:
        super().__init__()
        self._preview = Preview(EMPTY, 0)
        self._text, self._encoding = "", UTF_8
        self._sizes: dict[str, Size] = {}
        self._sized = -1
        self._job: Job[dict[str, Size]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static(markup=False)

    def show_text(self, text: str, encoding: str) -> None:
        """Take note of the text that would be exported."""
        self._text, self._encoding = text, encoding

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        before, self._preview = self._preview, preview
        self.set_class(preview.stale and preview.requests is not None, "-stale")
        if preview._replace(done=0, seconds_left=None) != before._replace(done=0, seconds_left=None):
            self._write()
        self._measure()

    def on_unmount(self) -> None:
        """Measure no longer."""
        if self._job is not None:
            self._job.cancel()

    def _write(self) -> None:
        sizes = self._sizes if self._sized == self._preview.revision else {}
        self.query_one(Static).update(summary_text(self._preview, sizes, self.content_size.width - 1))

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._write()

    def _measure(self) -> None:
        """Measure what an export would write, if this is looked at and not measured yet."""
        preview, requests = self._preview, self._preview.requests
        text, encoding = self._text, self._encoding
        if (
            requests is None
            or requests.clients.recorded
            or preview.stale
            or self._sized == preview.revision
            or not displayed(self)
        ):
            return
        if self._job is not None:
            self._job.cancel()
        self._sized = preview.revision
        self._sizes = {}

        def work(job: Job[dict[str, Size]]) -> dict[str, Size]:
            from blis_tui.formats.estimate import estimates

            return estimates(text, requests, encoding=encoding, count=preview.total, progress=job.progress)

        self._job = Job(self, work, self._take, lambda _: None)

    def _take(self, sizes: dict[str, Size]) -> None:
        self._sizes = sizes
        self._write()


def summary_text(preview: Preview, sizes: Mapping[str, Size], width: int) -> Content:
    """Write the summary of a preview, in lines of at most `width` columns."""
    clients, expected, summary = preview.clients, preview.expected, preview.summary
    if clients is None or expected is None:
        return Content("Nothing to sum up yet.")
    if clients.recorded and summary is not None:
        return _of_trace(preview, summary, width)
    sections = [("File", _file(clients.spec))]
    cut = preview.cut_us if not preview.stale else None
    if summary is None or cut is not None or (preview.stale and not preview.clients_stale):
        title = "Totals known without generating"
        total = expected.total
        number = mean(total.mean) if total is not None and total.mean < 1e15 else "?"
        kind = "exact" if total is not None and total.exact else "expected"
        sections.append((title, [Total("requests", 0, number, kind), Total("clients", len(clients), f"{len(clients):,}")]))
    if summary is not None:
        first = f" of the first {summary.requests.generated:,} requests" if preview.cut_us is not None else ""
        older = ", out of date" if preview.stale else ""
        basis = _basis(preview)
        sections += [(title + basis + first + older, rows) for title, rows in totals(summary)]
        if preview.capacity is not None:
            old = ", as it was before" if preview.capacity_stale else ""
            part = ", the first part" if preview.cut_us is not None else ""
            title = f"Capacity for what is {preview.capacity.basis}{part}{old}"
            sections.append((title, capacity_totals(preview.capacity)))
    sections.append(("An export writes" if preview.complete else "An export of all requests writes", _written(sizes)))
    parts = [_section(title, rows, width) for title, rows in sections]
    if preview.capacity is not None and len(preview.capacity.stages) > 1:
        parts.insert(len(parts) - 1, _stages(preview.capacity))
    if preview.comparison is not None:
        parts.insert(1, _measured(preview.comparison, width))
    return Content("\n").join([*parts, _remarks(preview, width)])


def _of_trace(preview: Preview, summary: Summary, width: int) -> Content:
    """Write the summary of a trace, of which nothing is expected."""
    sections = totals(summary)
    if not summary.sessions:  # a trace may not tell of them
        sections = [(title, [row for row in rows if row.name != "sessions"]) for title, rows in sections]
    if preview.capacity is not None:
        sections.append((f"Capacity for what is {preview.capacity.basis}", capacity_totals(preview.capacity)))
    notes = [remark.message for remark in preview.remarks]
    parts = [_section(title, rows, width) for title, rows in sections]
    return Content("\n").join([*parts, _listed(notes, width)] if notes else parts)


def _basis(preview: Preview) -> str:
    """Say whether numbers are of what is planned or sent, where that is not the same."""
    if preview.made is None or preview.made.sent is None or preview.requests is None:
        return ""
    return ", sent" if preview.requests.sent else ", planned"


def _measured(found: Comparison, width: int) -> Content:
    """Write what a run achieved: a table if there is room for it, and all sentences about it."""
    from blis_tui.workload.measured.answer_times import answer_times, spread_text
    from blis_tui.workload.measured.rows import class_table, fitted, table

    times = answer_times(found.run)
    parts = [Content.styled(printable(found.run.title), "bold")]
    for each in filter(None, (table(found), class_table(found))):
        head, *lines = aligned(fitted(each, width - len(_INDENT))[1])
        parts += [Content.styled(f"{_INDENT}{head}", "$foreground-muted"), *(Content(f"{_INDENT}{line}") for line in lines)]
    told = (*found.told, f"First token: {spread_text(times.ttft)}; each token: {spread_text(times.itl)}.")
    for text in map(printable, told):
        parts += map(Content, _wrapped(text, width))
    return Content("\n").join([*parts, Content("")])


def _stages(found: Capacity) -> Content:
    """Write what the stages ask of the server."""
    from blis_tui.workload.totals.capacity_rows import STAGE_HEADS, stage_row

    table = [(f"stage {number}", *stage_row(stage)) for number, stage in enumerate(found.stages, 1)]
    head, *lines = aligned([("", *STAGE_HEADS), *table])
    return Content.styled(f"{_INDENT}{head}", "$foreground-muted") + Content(
        "".join(f"\n{_INDENT}{line}" for line in lines) + "\n"
    )


def _file(spec: WorkloadSpec) -> list[Total]:
    from blis_tui.spec.format.facts import end_us, overrun

    end = end_us(spec)
    rows = [
        Total("version", spec.rules, str(spec.rules)),
        Total("seed", spec.seed, str(spec.seed)),
        Total("ends at", end or 0, roughly(end) if end else "no time limit"),
    ]
    if spec.num_requests:
        name, remark = ("at most", "requests") if overrun(spec) is None else ("plan cut at", "requests; its sessions go on")
        rows.append(Total(name, spec.num_requests, f"{spec.num_requests:,}", remark))
    return rows


def _section(title: str, rows: Sequence[Total], width: int) -> Content:
    lines = [Content.styled(title, "bold")]
    start = len(_INDENT) + _NAME + _VALUE + len(_GAP)
    for row in rows:
        remark, *more = textwrap.wrap(row.remark, max(width - start, 20)) or [""]
        line = Content(f"{_INDENT}{row.name:<{_NAME}}{row.text:>{_VALUE}}")
        lines.append(line + Content.styled(f"{_GAP}{remark}", "$foreground-muted") if remark else line)
        lines += [Content.styled(" " * start + rest, "$foreground-muted") for rest in more]
    return Content("\n").join([*lines, Content("")])


def _written(sizes: Mapping[str, Size]) -> list[Total]:
    from blis_tui.formats.table import ON_REQUEST, available

    rows = []
    for each in available():
        size = sizes.get(each.name)
        plain = spoken_size(size.plain) if size is not None else "…"
        text = plain if size is None or each.name == "yaml" else f"≈ {plain}"
        more = f"; with token ids ≈ {spoken_size(size.full)}" if size is not None and each.tokens == ON_REQUEST else ""
        rows.append(Total(each.name, size.plain if size is not None else 0, text, each.help.partition(";")[0] + more))
    return rows


def _remarks(preview: Preview, width: int) -> Content:
    from blis_tui.workload.totals.remarks import limit_remark, run_remarks

    assert preview.clients is not None and preview.expected is not None
    remarks = run_remarks(preview.clients, preview.expected.stages)
    if preview.requests is not None and preview.complete and not preview.stale:
        limit = limit_remark(preview.requests)
        remarks[:0] = [] if limit is None else [limit]
    return _listed(remarks, width)


def _listed(remarks: Sequence[str], width: int) -> Content:
    """Write notes, one below the other."""
    lines = ["Notes"]
    for remark in remarks:
        lines += _wrapped(remark, width)
    return Content.styled(lines[0], "bold") + Content("\n" + "\n".join(lines[1:]))


def _wrapped(remark: str, width: int) -> list[str]:
    return textwrap.wrap(remark, max(width, 20), initial_indent=f"{_INDENT}· ", subsequent_indent=f"{_INDENT}  ")
