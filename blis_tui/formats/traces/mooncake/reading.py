"""Mooncake's traces: JSON lines with `timestamp` (ms), `input_length`, `output_length` and `hash_ids`, an id for each block.

An id stands for a block and all that is before it, so that requests whose ids begin alike share these tokens. A request's prefix
is what it begins with and at least one other request has too. Groups are told apart by their first block: those that
begin alike are one group, whatever they share after it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.cells import by_first
from blis_tui.formats.traces.json_rows import read_json_lines
from blis_tui.formats.traces.kinds import MOONCAKE
from blis_tui.formats.traces.rows import NUMBER, TEXT, WHOLE, WHOLES, Lists, Rows
from blis_tui.formats.traces.trace import (
    EPOCH_US,
    MOST_TOKENS,
    MOST_US,
    Trace,
    arrival_order,
    expansion_of,
    info,
    sorted_columns,
)
from blis_tui.numbers import counted
from blis_tui.problems import Problem
from blis_tui.spec.format.model import Client, WorkloadSpec
from blis_tui.workload.expansion.clients import ClientBlock, Name, Names
from blis_tui.workload.progress import Progress
from blis_tui.workload.recorded import RecordedRequests

BLOCK_SIZE = 512
"""Tokens of a block, unless something else is said."""
TIME, INPUT, OUTPUT, IDS, SESSION, DELAY = "timestamp", "input_length", "output_length", "hash_ids", "session_id", "delay"
_WANTED = {TIME: NUMBER, INPUT: WHOLE, OUTPUT: WHOLE, IDS: WHOLES, SESSION: TEXT, DELAY: NUMBER}
_GROUP = "prefix-"
_AT_ONCE = 1 << 14
_MOST_LISTED = 4
"""Ids up to so many times their number are looked up in a table."""


def read(data: bytes, name: str, progress: Progress, block_size: int | None = None) -> Trace:
    """Read a trace whose blocks have `block_size` tokens, 512 by default. Raises `SpecError`."""
    rows = read_json_lines(data, name, _WANTED, (TIME, INPUT), progress)
    for column in (INPUT, OUTPUT):
        rows.demand_range(column, 0, MOST_TOKENS)
    rows.demand(rows.number(DELAY) == 0, DELAY, "rows that wait for answers cannot be opened")
    times = rows.number(TIME)
    rows.demand((times >= 0) & (times < MOST_US / 1000), TIME, "must be a time in ms, from 0 up")
    lists = rows.lists(IDS)
    low, high = _fitting_sizes(rows.whole(INPUT), lists)
    size = block_size or _likely(low, high)
    _demand_blocks(rows, lists, size, given=block_size is not None)
    arrival = np.rint(times * 1000.0).astype(np.int64)
    first = int(arrival.min()) if len(arrival) else 0
    notes = _notes(rows, size, first, "" if block_size else _other_sizes(low, high))
    arrival -= first if first >= EPOCH_US else 0
    order = arrival_order(arrival)
    if order is not None:
        lists = _ordered(lists, order)
    columns: dict[str, NDArray[Any]] = {
        "arrival": arrival,
        "fresh": rows.whole(INPUT),
        "output": rows.whole(OUTPUT).astype(np.int32),
    }
    columns = sorted_columns(columns, order)
    progress(1.0)
    return Trace(MOONCAKE, name, _requests(columns, lists, size), tuple(notes))


def _demand_blocks(rows: Rows, lists: Lists, size: int, *, given: bool) -> None:
    """Refuse more ids than blocks, which is what a wrong size looks like, and negative ids."""
    counts = np.diff(lists.bounds)
    blocks = -(-rows.whole(INPUT) // size)
    hint = "" if given else "; give another size of a block with --block-size"
    rows.demand(counts <= blocks, IDS, f"more ids than the input has blocks of {size:,} tokens{hint}")
    negative = np.zeros(len(rows) + 1, np.int64)
    if len(lists.values):
        below = np.flatnonzero(lists.values < 0)
        negative[np.searchsorted(lists.bounds, below, side="right") - 1] = 1
    rows.demand(negative[:-1] == 0, IDS, "ids must not be negative")


def _fitting_sizes(inputs: NDArray[np.int64], lists: Lists) -> tuple[int, int]:
    """Return the smallest and the largest size of a block with which each input has as many blocks as ids."""
    counts = np.diff(lists.bounds)
    some, several = counts > 0, counts > 1
    low = int((-(-inputs[some] // counts[some])).max(initial=1))
    high = int((-(-inputs[several] // (counts[several] - 1)) - 1).min(initial=MOST_TOKENS))
    return low, high


def _likely(low: int, high: int) -> int:
    """Return the size of a block that a trace has which says nothing of it: the usual one if it fits."""
    if low <= BLOCK_SIZE <= high or low > high:
        return BLOCK_SIZE
    power = 1 << (high.bit_length() - 1)
    return power if power >= low else high


def _other_sizes(low: int, high: int) -> str:
    """Say which sizes of a block would do too."""
    if low == high:
        return ", which all ids agree with"
    sizes = f"any size from {low:,} to {high:,}" if high < MOST_TOKENS else f"any size from {low:,} up"
    return f" ({sizes} would do; --block-size says which)" if low < high else ""


def _notes(rows: Rows, size: int, first: int, others: str) -> list[Problem]:
    notes = [info(f"Blocks are taken to have {counted(size, 'token')}{others}.")] if IDS in rows else []
    if IDS not in rows:
        notes.append(info("There are no hash_ids: what prompts share is not known."))
    if SESSION in rows:
        notes.append(info("session_id means something else to each tool, and is not read: what is shared is told by the ids."))
    if OUTPUT not in rows:
        notes.append(info("There is no output_length: outputs are taken to be empty."))
    if first >= EPOCH_US:
        notes.append(info("Times are those of a calendar; they count from the first request here."))
    return notes


def _ordered(lists: Lists, order: NDArray[np.intp]) -> Lists:
    counts = np.diff(lists.bounds)[order]
    bounds = np.concatenate([[0], np.cumsum(counts)])
    moved = lists.bounds[:-1][order] - bounds[:-1]
    return Lists(lists.values[moved[_rows(counts)] + np.arange(bounds[-1])], bounds)


def _requests(columns: dict[str, NDArray[Any]], lists: Lists, size: int) -> RecordedRequests:
    """Say what each request shares, and put those that begin alike into groups."""
    inputs = columns.pop("fresh")
    ids, bounds = _numbered(lists.values), lists.bounds
    row = _rows(np.diff(bounds))
    first = np.zeros(int(ids.max(initial=-1)) + 1, np.int32)
    first[ids[::-1]] = row[::-1]
    again = first[ids] < row
    several = np.zeros(len(first), np.bool_)
    several[ids[again]] = True
    shared, known = _leading(several[ids], bounds), _leading(again, bounds)
    prefix, held = (np.minimum(blocks * size, inputs) for blocks in (shared, known))
    group, groups = _groups(ids, bounds, shared > 0)
    columns |= {
        "fresh": (inputs - prefix).astype(np.int32),
        "client": group.astype(np.int32),
        "prefix_size": prefix.astype(np.int32),
        "known": held.astype(np.int32),
    }
    alone = bool((group == groups).any()) or not groups
    blocks = [_block(groups)] if groups else []
    clients = expansion_of(WorkloadSpec(version="2"), [*blocks, *([ClientBlock(Client(id="no prefix"))] if alone else [])])
    requests = RecordedRequests(clients, columns)
    if groups:
        longest = np.zeros(groups, np.int64)
        mine = group < groups
        np.maximum.at(longest, group[mine], prefix[mine])
        requests.groups.lengths[:] = longest
        requests.groups.ends[:] = np.cumsum(longest)
    return requests


def _block(groups: int) -> ClientBlock:
    name = Name(_GROUP, prompt=True)
    template = Client(id=f"{_GROUP}0", prefix_group=f"{_GROUP}0")
    return ClientBlock(template, groups, Names(id=name, tenant_id=Name(""), prefix_group=name))


def _numbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ids that are about as many as there are; those of traces are so mostly."""
    if int(values.max(initial=0)) <= _MOST_LISTED * len(values):
        return values
    return np.unique(values, return_inverse=True)[1]


def _rows(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the row of each value of lists of so many values."""
    rows = np.empty(int(counts.sum()), np.int32)
    end = 0
    for low in range(0, len(counts), _AT_ONCE):  # NumPy lets no other thread run while it repeats
        part = np.repeat(np.arange(low, min(low + _AT_ONCE, len(counts)), dtype=np.int32), counts[low : low + _AT_ONCE])
        rows[end : end + len(part)] = part
        end += len(part)
    return rows


def _leading(good: NDArray[np.bool_], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many values each list begins with that are good."""
    others = np.append(np.flatnonzero(~good), len(good))
    ends: NDArray[np.int64] = np.minimum(others[np.searchsorted(others, bounds[:-1])], bounds[1:])
    return ends - bounds[:-1]


def _groups(ids: NDArray[np.int64], bounds: NDArray[np.int64], mine: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Number the groups in the order in which they come up; requests without one have the number after the last."""
    roots = ids[bounds[:-1][mine]]
    first, of = by_first(roots)
    group = np.full(len(mine), len(first), np.int64)
    group[mine] = of
    return group, len(first)
