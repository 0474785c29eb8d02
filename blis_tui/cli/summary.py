"""``--summary``: what a spec comes to, in numbers and as a chart."""

from __future__ import annotations

import os
import sys

from blis_tui.cli.arguments import Options
from blis_tui.cli.errors import DONE, SPEC_ERRORS
from blis_tui.cli.inputs import load, shown_name
from blis_tui.cli.output import is_terminal, put
from blis_tui.cli.progress import Progress
from blis_tui.cli.report import report, requests_of

_USUAL_WIDTH = 80


def run(options: Options) -> int:
    """Generate a spec's requests and tell their totals; problems go to standard error."""
    (path,) = options.specs
    checked = load(path, options)
    report(checked.problems, shown_name(path))
    if checked.spec is None or checked.errors:
        return SPEC_ERRORS
    with Progress() as progress:
        requests = requests_of(checked, progress, shown_name(path))
        from blis_tui.workload.totals.summary import summarise

        summary = summarise(requests)
    if options.json:
        from blis_tui.cli.summary_json import document

        put(document(summary, checked.spec, path))
        return DONE
    from blis_tui.cli.chart import draw_chart
    from blis_tui.cli.summary_text import chart_title, lines

    put("".join(f"{line}\n" for line in lines(summary, requests, shown_name(path))))
    if len(requests):
        unicode = _is_unicode()
        chart = draw_chart(summary.over_time, summary.stages, _width(), colour=_wants_colour(), unicode=unicode)
        put(f"\n{chart_title(summary, unicode=unicode)}\n{chart}\n")
    return DONE


def _wants_colour() -> bool:
    """Colour is for terminals whose user did not say no (https://no-color.org)."""
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_unicode() -> bool:
    """Tell whether standard output can show the chart's block characters."""
    try:
        "▄┊─│".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((_USUAL_WIDTH, 24)).columns
