"""Bounds on what reading a file may cost, so that a hostile one is refused instead of eating time and memory."""

from __future__ import annotations

import gc

MAX_WEIGHT = 2_000_000
"""Fields of all blocks of a file of up to 8 MB, given or not; larger files may have one every four characters."""


def most_weight(size: int) -> int:
    """Return how many fields all blocks of a text of so many characters may have, given or not."""
    return max(MAX_WEIGHT, size // 4)


class Exhausted(Exception):
    """Reading cannot go on: the problem's code and message, and where in the text that was noticed, if that is known."""

    def __init__(self, code: str, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset


class Effort:
    """Counts the keys and values that are decoded, and how many of them through aliases, by go-yaml's rule."""

    def __init__(self, size: int) -> None:
        self.aliases = 0
        """How many aliases lead to what is being decoded."""
        self._weight = self._most = most_weight(size)
        self._visited = 1
        self._aliased = 0

    def visit(self, count: int = 1) -> None:
        """Count keys or values; raise `Exhausted` when too many of them come from aliases."""
        self._visited += count
        if self.aliases:
            self._aliased += count
            if self._aliased > 100 and self._visited > 1000 and self._aliased > _allowed_share(self._visited) * self._visited:
                raise Exhausted("excessive-aliases", "the aliases in this file expand to too many values; BLIS refuses it")

    def weigh(self, count: int) -> None:
        """Count the fields of a block; raise `Exhausted` when there are too many."""
        self._weight -= count
        if self._weight < 0:
            raise Exhausted("too-many-values", "more blocks than a file of this size should hold")

    @property
    def weight(self) -> int:
        """How many fields of blocks were counted."""
        return self._most - self._weight


def _allowed_share(visited: int) -> float:
    """Return the share of decoded values that may come from aliases: 99 % at first, 10 % from four million on."""
    return 0.99 - 0.89 * min(max((visited - 400_000) / 3_600_000, 0.0), 1.0)


class CollectorPaused:
    """Switches the cyclic garbage collector off for a while: a third of the reading time goes to it, for nothing."""

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_enabled:
            gc.enable()
