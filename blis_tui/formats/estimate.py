"""How large an export will be, measured on a sample of its requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.formats.protocols import RequestFormat, SpecFile, request_format, spec_format
from blis_tui.formats.requests.batches import Batch, Members, Writer
from blis_tui.formats.source import Source
from blis_tui.formats.table import ON_REQUEST, Format, available
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import UTF_8
from blis_tui.workload.tokens import TokenBlock

if TYPE_CHECKING:
    from blis_tui.workload.progress import Progress
    from blis_tui.workload.requests import Requests

_SAMPLES, _SAMPLE_SIZE, _SAMPLE_IDS = 8, 512, 1 << 16


class Size(NamedTuple):
    """About how many bytes a format's files will have together: as they are, and if token ids are asked for."""

    plain: int
    full: int


def estimates(
    text: str, requests: Requests, *, encoding: str = UTF_8, count: float | None = None, progress: Progress | None = None
) -> dict[str, Size]:
    """Return the size of each format that can be written of the spec on this machine, by its name; see `estimate`.

    Raises what `progress` raises.
    """
    sizes = {}
    formats = [each for each in available() if each.takes(requests.spec)]
    for number, each in enumerate(formats):
        if progress is not None:
            progress(number / len(formats))
        plain = full = estimate(each, requests.spec, text, requests, encoding=encoding, count=count)
        if each.tokens == ON_REQUEST:
            full = estimate(each, requests.spec, text, requests, tokens=True, count=count)
        sizes[each.name] = Size(plain, full)
    return sizes


def estimate(
    format: Format,
    spec: WorkloadSpec,
    text: str,
    requests: Requests,
    *,
    encoding: str = UTF_8,
    tokens: bool = False,
    count: float | None = None,
) -> int:
    """Return about how many bytes a format's files will have together.

    `requests` are the spec's requests, or the first part of them, and `count` is the number of all if there are more.
    Only some of the requests are written for it, and no file. Raises `SpecError` for what cannot be exported.
    """
    source = Source(spec, text=text, encoding=encoding, requests=requests)
    if not format.needs_requests:
        return _text_size(spec_format(format).contents(source))
    tokens = tokens and format.tokens == ON_REQUEST
    sample = _Sample(request_format(format), source, tokens)
    fixed = sum(len(head.encode()) for head in sample.writer().heads) + sample.written([])
    if not len(requests):
        return fixed
    spread = sample.spread()
    size = (sample.written(spread) - sample.written([])) / sum(map(len, spread)) * len(requests)
    if tokens:
        size += sample.bytes_per_id() * _all_ids(requests)
    return fixed + round(size * (1.0 if count is None else max(1.0, count / len(requests))))


def _text_size(file: SpecFile) -> int:
    """Scale up what the first pieces take for their clients."""
    written = clients = head = 0
    for piece, count in islice(file.chunks(), 3):
        length = len(piece if isinstance(piece, bytes) else piece.encode())
        if count:
            written += length
            clients += count
        else:
            head += length
    return head + (round(written * file.size / clients) if clients else 0)


class _Sample:
    """What a format writes of some of the requests."""

    def __init__(self, format: RequestFormat, source: Source, tokens: bool) -> None:
        self._requests = source.requests
        self._members = Members(self._requests.clients)
        self.writer: Callable[[], Writer] = lambda: format.writer(source, tokens=tokens)

    def written(self, batches: Sequence[Batch]) -> int:
        """Return the size of these requests' lines, and of what comes last in any file."""
        writer = self.writer()
        return sum(len(writer.lines(batch)) for batch in batches) + len(writer.end())

    def spread(self) -> list[Batch]:
        """Return batches spread evenly over all requests, as if these had no token ids; a hash is as long without."""
        count = len(self._requests)
        starts = np.unique(np.linspace(0, max(0, count - _SAMPLE_SIZE), _SAMPLES).astype(int)).tolist()
        return [self._without_ids(start, min(start + _SAMPLE_SIZE, count)) for start in starts]

    def bytes_per_id(self) -> float:
        """Return how much longer lines get by a token id."""
        block = next(iter(self._requests.token_blocks(_SAMPLE_IDS)))
        with_ids = Batch(self._requests, block.start, block.stop, self._members, block)
        more = self.written([with_ids]) - self.written([self._without_ids(block.start, block.stop)])
        return more / max(1, len(block.ids))

    def _without_ids(self, start: int, stop: int) -> Batch:
        nothing = TokenBlock(start, stop, np.empty(0, np.int32), np.zeros(2 * (stop - start) + 1, np.int64))
        return Batch(self._requests, start, stop, self._members, nothing)


def _all_ids(requests: Requests) -> int:
    return int(requests.input_tokens.sum(dtype=np.int64)) + int(requests.output_tokens.sum(dtype=np.int64))
