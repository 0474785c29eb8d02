"""BLIS's traces, TraceV2: a YAML header and CSV rows, of a plan (`mode: generated`) or of a run that was measured.

Columns are found by their names. `input_tokens` is without the prefix. In a measured run `arrival_time_us` is when a request was
to be sent, the times of sending and answering are those of a calendar, and rows come in the order of completion. With
`session_context_growth: accumulate` rows have each round's own tokens, on top of all that was said before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from blis_tui.formats.traces.csv_rows import read_csv
from blis_tui.formats.traces.kinds import BLIS, BLIS_COLUMNS, HEADER_MARK
from blis_tui.formats.traces.rows import NUMBER, TEXT, WHOLE, Rows, Texts, refuse, text_of
from blis_tui.formats.traces.trace import (
    MOST_TOKENS,
    MOST_US,
    NOT_MEASURED,
    MeasuredTimes,
    Trace,
    arrival_order,
    clients_of,
    combined,
    expansion_of,
    info,
    sorted_columns,
)
from blis_tui.problems import Problem
from blis_tui.reading import read_bytes, regular_size
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.yaml.scalars import shorten
from blis_tui.workload.progress import Progress
from blis_tui.workload.recorded import RecordedRequests

_TEXTS = {
    "client_id": "id", "tenant_id": "tenant_id", "slo_class": "slo_class", "model": "model", "adapter": "adapter",
    "prefix_group": "prefix_group",
}  # fmt: skip
"""The columns of texts, and the fields of a client that they become."""
_LENGTHS = ("input_tokens", "output_tokens", "prefix_length", "text_tokens", "image_tokens", "audio_tokens", "video_tokens")
_TIMES = (
    "arrival_time_us", "send_time_us", "first_chunk_time_us", "last_chunk_time_us", "deadline_us", "slo_target_us",
)  # fmt: skip
_WANTED = {
    **dict.fromkeys((*_TEXTS, "session_id", "streaming", "status"), TEXT),
    **dict.fromkeys((*_LENGTHS, *_TIMES, "round_index"), WHOLE),
    "reason_ratio": NUMBER,
}
_ACCUMULATE = "accumulate"
_HEADER_BEGINS = 1 << 12
"""Bytes of a file beside the rows in which a header's mark is looked for."""
_KNOWN = {"time_unit": (None, "", "us", "microseconds"), "session_context_growth": (None, "", _ACCUMULATE)}
"""Values of the header that change what the rows mean; with others they would be misread."""
_TRUE = ("true", "1")
_SESSION = re.compile(r"sess_(0|[1-9][0-9]{0,18})").fullmatch
_MEDIA = ("text_tokens", "image_tokens", "audio_tokens", "video_tokens")


def read(data: bytes, name: str, header: Mapping[str, Any] | None, progress: Progress) -> Trace:
    """Read the rows of a trace with its header, ``None`` if that is not there. Raises `SpecError`."""
    rows = read_csv(data, name, _WANTED, BLIS_COLUMNS, progress)
    for column in _LENGTHS:
        rows.demand_range(column, 0, MOST_TOKENS)
    for column in _TIMES:
        rows.demand_range(column, 0, MOST_US)
    rows.demand_range("round_index", 0, MOST_TOKENS)
    ratio = rows.number("reason_ratio")
    rows.demand((ratio >= 0) & (ratio <= 1), "reason_ratio", "must be from 0 to 1")
    arrival = rows.whole("arrival_time_us")
    order = arrival_order(arrival)
    clients, client = _clients(rows)
    columns: dict[str, NDArray[Any]] = {
        "arrival": arrival,
        "client": client.astype(np.int32),
        "fresh": rows.whole("input_tokens"),
        "output": rows.whole("output_tokens").astype(np.int32),
        "deadline": rows.whole("deadline_us"),
        "slo_target": rows.whole("slo_target_us"),
        "ratio": ratio,
        "stream": _is_true(rows.texts("streaming")),
    }
    if any(rows.whole(column).any() for column in _MEDIA[1:]):
        columns["media"] = np.stack([rows.whole(column).astype(np.int32) for column in _MEDIA], axis=1)
    session = _sessions(rows.texts("session_id"))
    if (session >= 0).any():
        columns |= {"session": session, "round": rows.whole("round_index").astype(np.int32)}
    whole = columns["fresh"] + rows.whole("prefix_length")
    rows.demand(whole <= MOST_TOKENS, "input_tokens", f"with its prefix, the input is longer than {MOST_TOKENS:,}")
    if header is not None and header.get("session_context_growth") == _ACCUMULATE and "session" in columns:
        context = _contexts(columns)
        rows.demand(
            whole + context <= MOST_TOKENS, "input_tokens", f"with the rounds before it, the input is longer than {MOST_TOKENS:,}"
        )
        columns["context"] = context.astype(np.int32)
    columns["fresh"] = columns["fresh"].astype(np.int32)
    columns = sorted_columns(columns, order)
    progress(1.0)
    requests = RecordedRequests(expansion_of(*clients), columns)
    measured = _measured(rows, order, header)
    return Trace(BLIS, name, requests, tuple(_notes(rows, header, measured)), measured, header)


def read_header(data: bytes, name: str) -> Mapping[str, Any]:
    """Read a header. Raises `SpecError`."""
    try:
        header = yaml.safe_load(text_of(data, name))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
        refuse(name, f"the header of a BLIS trace is no YAML: {getattr(error, 'problem', None) or 'wrong syntax'}", *place)
    except (ValueError, RecursionError):
        refuse(name, "the header of a BLIS trace is no YAML that can be read")
    if not isinstance(header, dict) or HEADER_MARK not in header:
        refuse(name, f"is no header of a BLIS trace: {HEADER_MARK} is missing", 1, 1)
    for key, known in _KNOWN.items():
        if header.get(key) not in known:
            expected = " or ".join(str(value) for value in known if value)
            refuse(name, f"{key}: {shorten(str(header[key]))} is not {expected}", _line_of(key, data), 1)
    return header


def _line_of(key: str, data: bytes) -> int:
    lines = data.decode("utf-8-sig").split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.lstrip(' "').startswith(key)), 1)


def rows_beside(header: Path) -> Path:
    """Return the file with the rows that belong to a header."""
    return header.with_suffix(".csv")


def header_beside(rows: Path) -> Path | None:
    """Return the header that belongs to a file of rows, if it is there."""
    for suffix in (".yaml", ".yml"):
        path = rows.with_suffix(suffix)
        try:
            if regular_size(path) is not None and HEADER_MARK.encode() in read_bytes(path, _HEADER_BEGINS):
                return path
        except OSError:
            continue
    return None


def _clients(rows: Rows) -> tuple[Any, NDArray[np.int64]]:
    """Return the clients of a trace, one for each combination of what a client is, and each row's."""
    length = rows.whole("prefix_length")
    lengths, length_of = np.unique(length, return_inverse=True)
    texts = {column: rows.texts(column) for column in _TEXTS}
    columns = [(list(each.names), each.of) for each in texts.values()]
    client, firsts = combined([*columns, (lengths.tolist(), length_of)])
    fields: dict[str, list[Any]] = {
        _TEXTS[column]: [each.names[number] for number in each.of[firsts].tolist()] for column, each in texts.items()
    }
    sizes = length[firsts].tolist()
    fields["prefix_length"] = sizes
    fields["prefix_group"] = _group_names(fields["prefix_group"], sizes)
    return clients_of(fields), client


def _group_names(groups: list[str], sizes: list[int]) -> list[str]:
    """Tell prefixes of one group apart that are not equally long; without a length there is none."""
    longest: dict[str, set[int]] = {}
    for group, size in zip(groups, sizes, strict=True):
        longest.setdefault(group, set()).add(size)
    return [
        "" if not size else (group or "prefix") if len(longest[group] - {0}) < 2 else f"{group or 'prefix'} ({size:,} tokens)"
        for group, size in zip(groups, sizes, strict=True)
    ]


def _is_true(texts: Texts) -> NDArray[np.bool_]:
    return np.array([text.strip().lower() in _TRUE for text in texts.names], np.bool_)[texts.of]


def _sessions(texts: Texts) -> NDArray[np.int64]:
    """Return the number of each row's session, -1 for none: BLIS's own where all are named as BLIS names them."""
    found = [_SESSION(text) for text in texts.names]
    numbers = [int(match[1]) if match else -1 for match in found]
    others = any(text and not match for match, text in zip(found, texts.names, strict=True))
    if others or max(numbers, default=0) > INT64_MAX:
        numbers = [index if text else -1 for index, text in enumerate(texts.names)]
    return np.array(numbers, np.int64)[texts.of]


def _contexts(columns: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Return what each round repeats: inputs and outputs of the rounds before it in its session."""
    session, rounds = columns["session"], columns["round"]
    order = np.lexsort((columns["arrival"], rounds, session))
    tokens = (columns["fresh"] + columns["output"])[order].astype(np.int64)
    before = np.cumsum(tokens) - tokens
    begins = np.concatenate([[True], np.diff(session[order]) != 0])
    start = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    context = np.empty(len(order), np.int64)
    context[order] = before - before[start]
    context[session < 0] = 0
    return context


def _measured(rows: Rows, order: NDArray[np.intp] | None, header: Mapping[str, Any] | None) -> MeasuredTimes | None:
    """Return what was measured, on the clock of the arrivals; ``None`` for a trace that no server has seen."""
    statuses = rows.texts("status")
    last = rows.whole("last_chunk_time_us")
    if (header is not None and header.get("mode") == "generated") or not last.any():
        return None
    sent, first = rows.whole("send_time_us"), rows.whole("first_chunk_time_us")
    arrival = rows.whole("arrival_time_us")
    was_sent = sent > 0
    zero = int((sent - arrival)[was_sent].min(initial=2**62)) if was_sent.any() else 0
    zero = 0 if bool((sent == arrival).all()) else zero

    def from_zero(times: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(times > 0, times - zero, NOT_MEASURED)

    columns = {"sent": from_zero(sent), "first": from_zero(first), "last": from_zero(last), "status": statuses.of}
    columns = sorted_columns(columns | {"output": rows.whole("output_tokens")}, order)
    return MeasuredTimes(
        columns["sent"], columns["first"], columns["last"], columns["output"], columns["status"], tuple(statuses.names)
    )


def _notes(rows: Rows, header: Mapping[str, Any] | None, measured: MeasuredTimes | None) -> list[Problem]:
    notes = []
    if header is None:
        notes.append(info("The trace's header is not beside it: whether rounds build on those before them is not known."))
    elif header.get("session_context_growth") == _ACCUMULATE:
        notes.append(info("Rounds of sessions repeat all before them; the input tokens count that too."))
    if measured is not None:
        failed = sum(
            int((measured.status == number).sum()) for number, text in enumerate(measured.statuses) if text not in ("ok", "")
        )
        text = f"{failed:,} of {len(rows):,} requests were not answered as they should." if failed else ""
        notes.append(info(f"A run that was measured: arrivals are as designed, outputs as they came. {text}".rstrip()))
    return notes
