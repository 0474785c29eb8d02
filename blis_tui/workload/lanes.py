"""Takes clients through their streams side by side: as soon as one is finished, the next takes its lane."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.side_by_side import SideBySide
from blis_tui.workload.random.source import State, seed_states

MOST_LANES = 64
_MANY = 6
"""If there are so many walks for each lane, it does not matter how many lanes there are."""
_SEEDED_AT_ONCE = 32


class Job(NamedTuple):
    """A client to be walked through: its number and seed, its plan, and about how many values its walk takes."""

    client: int
    seed: int
    plan: Any
    values: float


Opened = tuple[Job, State]
"""A job, and the state of its stream."""


class Walk(Protocol):
    """What is done with the blocks."""

    def start(self, lane: int, job: Job, /) -> None:
        """Put a job in a lane, whose next block is the first of it."""

    def step(self) -> list[int]:
        """Go through the block that was just made; return the lanes whose jobs are over."""


def lanes_over_soonest(values: NDArray[np.int64], most: int = MOST_LANES) -> int:
    """Return how many lanes make the fewest values until all walks are over, those of idle lanes included.

    The walks are begun in the order given, the longest first. Many of them keep any number of lanes busy; of few, lanes
    are best given as many each.
    """
    if len(values) > _MANY * most:
        return most
    fewest = min(most, len(values), max(1, int(values.sum() / max(1, values.max()))))
    widths = {min(most, -(-len(values) // each)) for each in range(1, -(-len(values) // fewest) + 1)}
    return min(sorted(widths), key=lambda width: width * longest_lane(values, width))


def longest_lane(blocks: NDArray[np.int64], width: int) -> int:
    """Return how many blocks, or values, the longest lane has if each job takes the lane that is free first."""
    ends = [0] * width
    for count in blocks.tolist():
        heapq.heapreplace(ends, ends[0] + count)
    return max(ends)


def opened(jobs: Sequence[Job]) -> Iterator[Opened]:
    """Open the streams of jobs, which are best ordered: if the longest is first, all lanes end at about the same time."""
    for low in range(0, len(jobs), _SEEDED_AT_ONCE):
        part = jobs[low : low + _SEEDED_AT_ONCE]
        yield from zip(part, seed_states(np.array([job.seed for job in part], np.int64)), strict=True)


W = TypeVar("W", bound=Walk)


class Lanes(Generic[W]):
    """Runs jobs: `walk` makes what is to be done with each block of the engine."""

    def __init__(self, width: int, rows: int, walk: Callable[[SideBySide, NDArray[np.int64]], W]) -> None:
        self.engine = SideBySide(width, rows)
        self._base = np.zeros(width, np.int64)  # the place of the block's first row in each stream
        self.walk = walk(self.engine, self._base)

    def run(self, queue: Iterator[Opened], tick: Callable[[int], None]) -> None:
        """Run all jobs; `tick` is told with every block how many values were made."""
        engine, walk = self.engine, self.walk
        free = list(range(engine.width))
        made = busy = 0
        while True:
            for lane in free:
                job, state = next(queue, (None, 0))
                engine.load(lane, state)
                self._base[lane] = 0
                if job is not None:
                    walk.start(lane, job)
                    busy += 1
            if not busy:
                return
            engine.advance()
            free = walk.step()
            self._base += engine.rows
            busy -= len(free)
            made += engine.rows * engine.width
            tick(made)
