"""The columns of a table of requests: of all of a preview, or of one client's. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from blis_tui.numbers import duration
from blis_tui.tui.widgets.table_rows import Column

if TYPE_CHECKING:
    from blis_tui.tui.widgets.row_order import Find
    from blis_tui.workload.query.language import Field
    from blis_tui.workload.requests import Requests

Write = Callable[[Any], str]
_ALWAYS = ("request", "arrival", "input", "output")
"""The columns that are shown though all rows should be the same in them."""
_TITLES = {"arrival": "arrival s", "deadline": "deadline s", "target": "SLO target", "slo": "SLO", "group": "prefix group"}
"""The titles of columns that are not what is typed to ask for them."""
_ORDER = ("request", "arrival", "input", "output", "client", "group", "prefix", "session", "user", "round", "slo", "tenant")
"""The columns that come first."""


class RequestTable(NamedTuple):
    """What a table of requests shows: its columns, how many rows, and what finds rows."""

    columns: list[Column]
    total: int
    find: Find


def request_table(requests: Requests, rows: Any = None) -> RequestTable:
    """Return the table of all requests or of the ones in the array `rows`. Takes a while for millions."""
    from blis_tui.workload.query.searches import RequestSearch

    search = RequestSearch(requests, rows)
    names = [*_ORDER, *(name for name in search.fields if name not in _ORDER)]
    count = len(requests) if rows is None else len(rows)
    columns = [_column(search.fields[name], count) for name in names]
    return RequestTable(columns, count, search)  # type: ignore[arg-type]


def _column(field: Field, count: int) -> Column:
    """Return the column of a field."""
    import numpy as np

    from blis_tui.workload.query.language import TRUTH

    title = _TITLES.get(field.name, field.name)
    if field.text is not None:
        return Column(title, field.text, same=field.same() if count > 1 and field.same else None)
    assert field.values is not None
    values, write = field.values(), _written(field)
    same = None
    if count > 1 and field.name not in _ALWAYS and (values == values[0]).all():
        same = write(values[0]) if values[0] or field.kind == TRUTH else ""
        values = np.broadcast_to(values[:1].copy(), count)  # a value for each of millions need not be kept
    return Column(title, lambda row: write(values[row]), right=not field.stem, values=lambda: values, same=same)


def _written(field: Field) -> Write:
    """Return what writes a value of a field; what is negative is none."""
    from blis_tui.workload.query.language import TIME, TRUTH

    if field.kind == TRUTH:
        return lambda value: "yes" if value else "no"
    if field.name == "target":
        return lambda value: duration(int(value)) if value > 0 else ""
    if field.kind == TIME:
        return lambda value: f"{value / 1e6:,.6f}" if value > 0 or field.name == "arrival" else ""
    if field.stem:
        return lambda value: f"{field.stem}{value}" if value >= 0 else ""
    return lambda value: f"{value:,}"
