"""All the fields of a client, in lines. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blis_tui.numbers import duration
from blis_tui.problems import printable
from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.model import Arrival, Distribution, Window

if TYPE_CHECKING:
    from blis_tui.spec.format.model import Client

_MOST_WINDOWS = 100


def span(window: Window) -> str:
    """Write when a window is open."""
    return f"{duration(window.start_us)} – {duration(window.end_us)}"


def arrival_text(arrival: Arrival) -> str:
    """Write an arrival process on one line."""
    options = [f"{name} {value:,.6g}" for name, value in arrival.given() if name != "process"]
    return " ".join([arrival.process or "poisson", *options])


def distribution_text(distribution: Distribution) -> str:
    """Write a distribution on one line; of a long table only the beginning."""
    params = [f"{name} {value:,.6g}" for name, value in distribution.params.items()]
    more = f", … {len(params) - 8} more" if len(params) > 8 else ""
    return printable(" ".join([distribution.type or "not given", ", ".join(params[:8]) + more]).strip())


def client_lines(client: Client, *, recorded: bool = False) -> list[tuple[str, str]]:
    """Return all that is given of a client, as names and values; a line without a value is a title.

    Of a client that was `recorded` in a trace it is not known when it was to be active.
    """
    lines = list(_lines(client, ("lifecycle",)))
    if recorded:
        return lines
    windows = client.lifecycle.windows if client.lifecycle is not None else ()
    lines.append((f"windows: {len(windows):,}" if windows else "windows: none, always active", ""))
    for number, window in enumerate(windows[:_MOST_WINDOWS], 1):
        lines.append((f"  {number}", span(window)))
        lines += [(f"    {name.strip()}", value) for name, value in _lines(window, ("start_us", "end_us"))]
    if len(windows) > _MOST_WINDOWS:
        lines.append((f"  and {len(windows) - _MOST_WINDOWS:,} more", ""))
    return lines


def _lines(record: Record, without: Sequence[str] = (), indent: str = "") -> Iterator[tuple[str, str]]:
    for name, value in record.given():
        declared = record.fields[name]
        title = indent + declared.label.lower() if name != "id" else indent + "id"
        if name in without:
            continue
        if isinstance(value, Arrival):
            yield title, arrival_text(value)
        elif isinstance(value, Distribution):
            yield title, distribution_text(value)
        elif isinstance(value, Record):
            yield title, ""
            yield from _lines(value, (), indent + "  ")
        else:
            yield title, _value(value, declared.unit)


def _value(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit == "µs" and isinstance(value, int):
        return duration(value)
    if isinstance(value, int | float):
        return f"{value:,.10g} {unit}".strip() if isinstance(value, float) else f"{value:,} {unit}".strip()
    if isinstance(value, Mapping):
        return printable(", ".join(f"{name} {each}" for name, each in value.items()))
    return printable(str(value))
