"""When a client is active."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.spec.format.model import Window


def active_spans(windows: Sequence[Window]) -> list[tuple[int, int]]:
    """Return the spans of windows as (start, end) in µs, joined where they touch, in ascending order; none for always."""
    spans: list[tuple[int, int]] = []
    for window in sorted(windows, key=lambda window: window.start_us):
        if spans and window.start_us <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], window.end_us)
        else:
            spans.append((window.start_us, window.end_us))
    return spans
