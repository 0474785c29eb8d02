"""Azure's traces of LLM inference: CSV with the time, input and output tokens of each request, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.kinds import AZURE, AZURE_COLUMNS
from blis_tui.formats.traces.rows import TEXT, WHOLE, Check, Rows, read_csv
from blis_tui.formats.traces.trace import MOST_TOKENS, Trace, arrival_order, clients_of, expansion_of, info, sorted_columns
from blis_tui.workload.recorded import RecordedRequests

TIME, INPUT, OUTPUT = AZURE_COLUMNS
_WANTED = {TIME: TEXT, INPUT: WHOLE, OUTPUT: WHOLE}
_PLAIN_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?").fullmatch
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(data: bytes, name: str, check: Check) -> Trace:
    """Read a trace; times count from its first request. Raises `SpecError`."""
    rows = read_csv(data, name, _WANTED, tuple(_WANTED), check)
    for column in (INPUT, OUTPUT):
        rows.demand_range(column, 0, MOST_TOKENS)
    times = _times_us(rows)
    order = arrival_order(times)
    first = int(times.min()) if len(times) else 0
    columns: dict[str, NDArray[Any]] = {
        "arrival": times - first,
        "client": np.zeros(len(rows), np.int32),
        "fresh": rows.whole(INPUT).astype(np.int32),
        "output": rows.whole(OUTPUT).astype(np.int32),
    }
    spec, blocks = clients_of({"id": ["requests"]})
    notes = [info("An Azure trace tells times and lengths only: who asked, and what prompts share, is not known.")]
    if len(rows):
        start = np.datetime64(first, "us")
        notes.append(info(f"Times count from the first request, {str(start).replace('T', ' ')}."))
    return Trace(AZURE, name, RecordedRequests(expansion_of(spec, blocks), sorted_columns(columns, order)), tuple(notes))


def _times_us(rows: Rows) -> NDArray[np.int64]:
    """Return the times in µs since 1970; all at once where they are written alike, or one by one."""
    texts = rows.texts(TIME)
    names = [_trimmed(text) for text in texts.names]
    at = _all_times_us(names) if all(map(_PLAIN_TIME, names)) else None
    if at is None:
        each = [_time_us(text) for text in names]
        good = np.array([value is not None for value in each], np.bool_)
        rows.demand(good[texts.of], TIME, "must be a time such as 2023-11-16 18:15:46.680590")
        at = np.array(each, np.int64)
    return at[texts.of]


def _all_times_us(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Return plain times at once; ``None`` if one of them is on no calendar."""
    try:
        return np.array(texts, "datetime64[us]").astype(np.int64)
    except ValueError:
        return None


def _trimmed(text: str) -> str:
    """Cut a fraction down to µs."""
    head, dot, fraction = text.strip().partition(".")
    return f"{head}.{fraction[:6]}" if dot and fraction.isdigit() else text.strip()


def _time_us(text: str) -> int | None:
    try:
        time = datetime.fromisoformat(_trimmed(text))
    except ValueError:
        return None
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
