"""Puts token ids that were drawn stream by stream together in arrival order.

The ids of a request stand next to each other in its stream, but for the rare one that is drawn again. Requests of the
same size are moved together, as rows of a view of all runs of that size, and the rows with a skipped value are mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Ids = NDArray[np.int32]
_MOVED_AT_ONCE = 1 << 16
"""About how many ids are moved at once, by way of the cache."""
_SAMPLED, _ALIKE = 256, 8
"""Of so many requests at least every eighth has to be of another shape for each to be moved on its own."""
_FAR = 1 << 62


class Source(NamedTuple):
    """Ids as streams give them, and the indexes, in ascending order, of those that token draws skip."""

    ids: Ids
    skipped: NDArray[np.int64]


class Piece(NamedTuple):
    """A part of each of some requests: how long it is, of which source, and where it begins there."""

    sizes: NDArray[np.int64]
    source: NDArray[np.int64]
    starts: NDArray[np.int64]


def runs(ids: Ids, size: int) -> Ids:
    """View all runs of so many ids as rows."""
    shape, stride = (len(ids) - size + 1, size), ids.strides[0]
    return as_strided(ids, shape, (stride, stride))


def gather(source: Source, starts: NDArray[np.int64], target: Ids) -> None:
    """Fill rows, or the parts of rows that a view shows, with the runs that begin at given places."""
    size = target.shape[1]
    view, step = runs(source.ids, size), max(1, _MOVED_AT_ONCE // size)
    for low in range(0, len(starts), step):
        target[low : low + step] = view[starts[low : low + step]]
    following = np.searchsorted(source.skipped, starts)
    ends = np.append(source.skipped, len(source.ids))[following]
    for row in (ends < starts + size).nonzero()[0].tolist():
        target[row] = _mended(source, int(starts[row]), int(following[row]), size)


def _mended(source: Source, start: int, following: int, size: int) -> Ids:
    """Return a run without the values that are skipped; the first of them may be the one that follows."""
    end, parts = start + size, list[Ids]()
    while following < len(source.skipped) and (skipped := int(source.skipped[following])) < end:
        parts.append(source.ids[start:skipped])  # np.delete would take several times as long
        start, end, following = skipped + 1, end + 1, following + 1
    return np.concatenate([*parts, source.ids[start:end]])


def assemble(sources: Sequence[Source], pieces: Sequence[Piece], ids: Ids) -> None:
    """Fill `ids` with the pieces of each request, one request after the other."""
    count = len(pieces[0].sizes)
    sizes = np.stack([piece.sizes for piece in pieces])
    ends = np.cumsum(sizes.sum(axis=0))
    shapes = np.concatenate([sizes, np.stack([piece.source for piece in pieces])])
    if _many(shapes):
        _one_by_one(sources, pieces, ids)
        return
    for shape, members in _alike(shapes):
        lengths, which = shape[: len(pieces)], shape[len(pieces) :]
        size = sum(lengths)
        whole = len(members) == count
        rows = ids.reshape(count, size) if whole else np.empty((len(members), size), np.int32)
        column = 0
        for piece, length, source in zip(pieces, lengths, which, strict=True):
            if length:
                gather(sources[source], piece.starts if whole else piece.starts[members], rows[:, column : column + length])
            column += length
        if not whole and size:
            runs(ids, size)[ends[members] - size] = rows


def _many(shapes: NDArray[np.int64]) -> bool:
    """Tell whether the first requests are of so many shapes that it does not pay to put like ones together."""
    sample = shapes[:, :_SAMPLED]
    if (sample == sample[:, :1]).all():
        return False
    return bool(len(np.unique(sample.T, axis=0)) > sample.shape[1] // _ALIKE)


def _one_by_one(sources: Sequence[Source], pieces: Sequence[Piece], ids: Ids) -> None:
    """Join the pieces of each request."""
    parts: list[list[Ids]] = []
    for piece in pieces:
        views: list[Ids] = []
        following = [np.searchsorted(source.skipped, piece.starts) for source in sources]
        ends = piece.starts + piece.sizes
        for source, start, end in zip(piece.source.tolist(), piece.starts.tolist(), ends.tolist(), strict=True):
            views.append(sources[source].ids[start:end])
        for number, source in enumerate(sources):
            nearest = np.append(source.skipped, _FAR)[following[number]]
            for row in ((nearest < ends) & (piece.source == number)).nonzero()[0].tolist():
                views[row] = _mended(source, int(piece.starts[row]), int(following[number][row]), int(piece.sizes[row]))
        parts.append(views)
    np.concatenate([part for request in zip(*parts, strict=True) for part in request], out=ids)


def _alike(shapes: NDArray[np.int64]) -> Iterator[tuple[list[int], NDArray[np.intp]]]:
    """Yield the different columns, and where each of them stands."""
    if (shapes == shapes[:, :1]).all():
        yield (shapes[:, 0].tolist(), np.arange(shapes.shape[1]))
        return
    different, where = np.unique(shapes, axis=1, return_inverse=True)
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(different.shape[1] + 1))
    for number, shape in enumerate(different.T.tolist()):
        yield (shape, order[starts[number] : starts[number + 1]])
