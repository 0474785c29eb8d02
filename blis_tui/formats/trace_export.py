"""Writing what was read from a trace: in the formats of requests, as far as these do without token ids and stages."""

from __future__ import annotations

from collections.abc import Iterable

from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.formats.source import STEM, Source
from blis_tui.formats.table import FORMATS, MOONCAKE, TRACE, Format, FormatError
from blis_tui.formats.traces import kinds
from blis_tui.formats.traces.trace import Trace

DEFAULT_FORMATS = ("jsonl",)


def trace_source(trace: Trace, *, path: str = "", stem: str = STEM, options: ExportOptions = USUAL) -> Source:
    """Return a trace as what is exported; `path` is where it is, as the user gave it."""
    return Source(trace.requests.spec, text="", path=path, stem=stem, requests=trace.requests, trace=trace, options=options)


def demand_formats(trace: Trace, names: Iterable[str], *, tokens: bool) -> None:
    """Raise `FormatError` for formats that need more than a trace has."""
    wanted = set(names)
    for each in (format for format in FORMATS if format.name in wanted):
        lack = _lack(trace, each)
        if lack:
            able = ", ".join(format.name for format in FORMATS if not _lack(trace, format))
            raise FormatError(f"format {each.name} cannot be written from {trace.kind}, {lack}; choose from {able}")
    if tokens:
        raise FormatError("a trace says how many tokens there are, not which: there are no token ids to write")


def _lack(trace: Trace, format: Format) -> str:
    """Say what a trace lacks for a format; empty if it can be written."""
    if not format.needs_requests or format.compact:
        return "which is no workload file"
    if trace.kind == kinds.MOONCAKE and format.name in (TRACE, MOONCAKE.name):
        return "which shares blocks, not whole prefixes"
    return ""
