"""What tests of the chart need: charts of texts, and the way to one in the app."""

from __future__ import annotations

import re
from typing import Any

from designer import ready, wait_for
from textual.pilot import Pilot

from blis_tui.spec.check import check
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.chart.content import Chart, Wanted
from blis_tui.tui.preview.budget import make, outline
from blis_tui.tui.preview.state import READY, Preview
from blis_tui.tui.tuning import ORDINARY, Tuning


def preview_of(text: str, most: int = ORDINARY.most_requests) -> Preview:
    spec = check(text).spec
    assert spec is not None
    found = outline(spec)
    made = make(found, lambda _: None, Tuning(most_requests=most))
    return Preview(READY, 1, 1.0, None, found.clients, found.expected, 1, made, wanted=1)


def wanted(text: str, **options: Any) -> Wanted:
    return Wanted(check(text).spec, preview_of(text), 80, 20)._replace(**options)


def bin_us(made: Chart) -> int:
    assert made.over_time is not None
    return made.over_time.bins.width_us


def view_of(pilot: Pilot[int]) -> ChartView:
    return pilot.app.query_one(ChartView)


def shown(pilot: Pilot[int]) -> str:
    view = view_of(pilot)
    return "\n".join(view.render_line(line).text for line in range(view.content_size.height))


async def opened(pilot: Pilot[int]) -> ChartView:
    """Open the tab and wait until it shows the present preview."""
    await pilot.press("alt+1")
    await ready(pilot)
    await drawn(pilot)
    view_of(pilot).focus()
    await pilot.pause()
    return view_of(pilot)


async def drawn(pilot: Pilot[int]) -> None:
    await wait_for(
        pilot, lambda: re.search(r"total .*\d+ .*\d+ .*\d+", shown(pilot)) and view_of(pilot)._job is None, "the chart"
    )
