"""Format `mooncake`: a trace as Mooncake's, which AIPerf, guidellm, vLLM and Dynamo replay.

One JSON object per request and line, in arrival order: `timestamp` in ms (always with a fraction: readers stumble over a
mixture), `input_length` with the prefix, `output_length`, and `hash_ids`, an id for each block of input tokens. Rows name no
session, since that means something else to each reader: each row has its complete input, and what it shares with
others is said by its ids.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.block_size import SMALLEST
from blis_tui.formats.requests.batches import FIXED_TIMES, Batch, Writer
from blis_tui.formats.requests.lines import PADDING, Matrix, Texts, lay_out, numbers, without_padding
from blis_tui.formats.source import Source
from blis_tui.formats.traces.mooncake.blocks import Blocks
from blis_tui.numbers import counted
from blis_tui.problems import INFO, WARNING, Problem

_MOST_ALIKE = 300
"""From so many on guidellm no longer finds a text of one or two tokens that no other block has, where the others are the same."""
_WORD = 8
_BYTES_PER_ID = 11
_MOST_IDS_IN_WIDTH = 1 << 12


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; it has no token ids, whatever `tokens` says."""
    requests = source.requests
    blocks = Blocks(requests, source.block_size)
    thousandths = Texts([b"%03d" % number for number in range(1000)])

    def lines(batch: Batch) -> bytes:
        part = batch.requests
        ids, bounds = blocks.ids(batch.start, batch.stop)
        head = lay_out(
            (
                b'{"timestamp":', numbers(part.arrival_us // 1000), b".", thousandths.of(part.arrival_us % 1000),
                b',"input_length":', numbers(part.input_tokens), b',"output_length":', numbers(part.output_tokens),
                b',"hash_ids":[',
            ),
            len(batch),
        )  # fmt: skip
        return _with_lists(head, ids, bounds, b"]}\n")

    longest = int(requests.input_tokens.max(initial=0)) // blocks.size + 1
    width = 120 + _BYTES_PER_ID * min(longest, _MOST_IDS_IN_WIDTH)
    return Writer(("",), lines, width, warnings=(*_about(source, blocks),))


def _with_lists(head: Matrix, ids: NDArray[np.int64], bounds: NDArray[np.int64], end: bytes) -> bytes:
    """Write lines: a head, ids with commas between them, and an end. Everything is laid out in words, which are then joined."""
    heads, ends = _words(head), _words(lay_out((end,), len(head)))
    if not len(ids):  # inputs without tokens
        return without_padding(np.hstack((heads, ends)))
    cells = _words(lay_out((numbers(ids), b","), len(ids)))
    cells.view(np.uint8).reshape(len(ids), -1)[bounds[1:] - 1] = _without_comma(cells[bounds[1:] - 1])
    per_line = heads.shape[1] + ends.shape[1]
    counts = np.diff(bounds) * cells.shape[1]
    starts = np.cumsum(counts + per_line) - (counts + per_line)
    text = np.empty(int(counts.sum()) + per_line * len(head), np.uint64)
    is_id = np.ones(len(text), np.bool_)
    for part, at in ((heads, starts), (ends, starts + heads.shape[1] + counts)):
        places = at[:, None] + np.arange(part.shape[1])
        text[places] = part
        is_id[places] = False
    text[is_id] = cells.ravel()
    return without_padding(text)


def _words(lines: Matrix) -> NDArray[np.uint64]:
    """Pad lines to whole words."""
    missing = -lines.shape[1] % _WORD
    padded = lay_out((lines, PADDING * missing), len(lines)) if missing else lines
    return padded.view(np.uint64)


def _without_comma(cells: NDArray[np.uint64]) -> Matrix:
    text = cells.view(np.uint8).reshape(len(cells), -1).copy()
    text[text == ord(",")] = PADDING[0]
    return text


def _about(source: Source, blocks: Blocks) -> list[Problem]:
    """Say what a reader should know: the block size, which every tool has to be given, and what is lost."""
    size, requests = blocks.size, source.requests
    text = f"Blocks have {counted(size, 'token')}, which every tool has to be told; the provenance has the commands."
    found = [Problem("mooncake-block-size", INFO, (), text)]
    if requests.sent:
        found.append(FIXED_TIMES)
    if blocks.alike > _MOST_ALIKE:
        text = (
            f"{blocks.alike:,} inputs are the same but for a last token or two; guidellm, which makes up another text for each, "
            "finds no more than some hundred and then gives up."
        )
        found.append(Problem("mooncake-short-blocks", WARNING, (), text))
    total = int(requests.prefix_tokens.sum(dtype=np.int64))
    if blocks.lost and total:
        hint = "" if source.options.block_size else f" (no size from {SMALLEST} up divides all prefixes)"
        text = (
            f"{blocks.lost / total:.1%} of the prefix tokens are in no whole block of {size:,}{hint}, and so are not shared "
            "in the trace."
        )
        found.append(Problem("mooncake-prefix-cut", WARNING, (), text))
    return found
