"""How large an export will be, measured on a sample of its requests."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from blis_tui.formats.batches import Batch, Columns
from blis_tui.formats.source import Source
from blis_tui.formats.table import ALWAYS, NEVER, Format
from blis_tui.spec.model import WorkloadSpec

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

_SAMPLES, _SAMPLE_SIZE = 8, 64
_TOKEN_SAMPLE = 64


def estimate(
    format: Format, spec: WorkloadSpec, text: str, requests: Requests, *, tokens: bool = False, count: float | None = None
) -> int:
    """Return about how many bytes a format's files will have together.

    `requests` are the spec's requests, or the first part of them, and `count` is the number of all if there are more.
    Only some of the requests are written for it, and no file. Raises `SpecError` for what cannot be exported.
    """
    source = Source(spec, text=text, requests=requests)
    module: Any = import_module(f"blis_tui.formats.{format.module}")
    if not format.needs_requests:
        return _text_size(module, source)
    tokens = tokens and format.tokens != NEVER
    writer = module.writer(source, tokens=tokens)
    heads = sum(len(head.encode()) for head in writer.heads)
    if not len(requests):
        return heads
    scale = 1.0 if count is None else max(1.0, count / len(requests))
    size = _lines_size(writer, requests) * len(requests) * scale
    if writer.from_tokens is not None:
        size += _tokens_size(writer, requests, per_token=format.tokens != ALWAYS) * scale
    return heads + round(size)


def _text_size(module: Any, source: Source) -> int:
    """Scale up what the first pieces take for their clients."""
    written = clients = head = 0
    total = module.size(source)
    for piece, count in islice(module.chunks(source), 3):
        if count:
            written += len(piece.encode())
            clients += count
        else:
            head += len(piece.encode())
    return head + (round(written * total / clients) if clients else 0)


def _lines_size(writer: Any, requests: Requests) -> float:
    """Return the mean size of a line without what comes from token ids, over samples spread evenly."""
    columns = Columns(requests)
    starts = np.unique(np.linspace(0, max(0, len(requests) - _SAMPLE_SIZE), _SAMPLES).astype(int))
    size = lines = 0
    for start in starts.tolist():
        stop = min(start + _SAMPLE_SIZE, len(requests))
        size += len(writer.lines(Batch(columns, start, stop), [""] * (stop - start)).encode())
        lines += stop - start
    return size / lines


def _tokens_size(writer: Any, requests: Requests, *, per_token: bool) -> float:
    """Return the size of what all requests' token ids become; it grows with their number or, like a hash, does not."""
    sizes = tokens = sampled = 0
    for input_ids, output_ids in islice(requests.tokens(), _TOKEN_SAMPLE):
        sizes += len(writer.from_tokens(input_ids, output_ids))
        tokens += len(input_ids) + len(output_ids)
        sampled += 1
    if not per_token or not tokens:
        return sizes / sampled * len(requests)
    total = int(requests.input_tokens.sum(dtype=np.int64)) + int(requests.output_tokens.sum(dtype=np.int64))
    return sizes / tokens * total
