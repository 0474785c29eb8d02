"""Prefix groups: which clients share the first tokens of their prompts, and what these tokens are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import DEFAULT_PREFIX
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.sampling.lengths import checked

_NUMBERED = re.compile(r"(.*-)(0|[1-9][0-9]{0,6})\Z", re.DOTALL)


def _numbered_names(blocks: Sequence[ClientBlock]) -> dict[str, NDArray[np.int64]]:
    """Return room for the groups whose names blocks number: stem -> number of each group, -1 as long as it has none."""
    sizes: dict[str, int] = {}
    for block in blocks:
        if block.group_count and block.names is not None and block.names.prefix_group.prompt:
            stem = block.names.prefix_group.stem
            sizes[stem] = max(sizes.get(stem, 0), block.group_count)
    return {stem: np.full(size, -1, np.int64) for stem, size in sizes.items()}


class PrefixGroups:
    """The prefix groups of an expansion, numbered in the order in which clients first name them."""

    def __init__(self, expansion: Expansion) -> None:
        self._stems = _numbered_names(expansion.blocks)
        self._plain: dict[str, int] = {}
        self._count = 0
        lengths: list[NDArray[np.int64]] = []
        blocks: list[NDArray[np.int64]] = []
        for block in expansion.blocks:
            before = self._count
            blocks.append(self._groups(block))
            length = checked(block.template.prefix_length) if block.template.prefix_length > 0 else DEFAULT_PREFIX
            lengths.append(np.full(self._count - before, length, np.int64))
        self.lengths = np.concatenate(lengths) if lengths else np.empty(0, np.int64)
        self.ends = np.cumsum(self.lengths)
        """Where each group's tokens end among the tokens of all groups."""
        self._flat = np.concatenate(blocks) if blocks else np.empty(0, np.int64)
        self._sizes = np.array([len(groups) for groups in blocks], np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._users = np.array([block.names.users if block.names else 1 for block in expansion.blocks], np.int64)

    def _groups(self, block: ClientBlock) -> NDArray[np.int64]:
        """Number the groups of a block's prompts, shape (groups of the block)."""
        if not block.group_count:
            return np.empty(0, np.int64)
        if block.names is not None and block.names.prefix_group.prompt:
            return self._numbered(block.names.prefix_group.stem, 0, block.group_count)
        name = block.template.prefix_group
        match = _NUMBERED.match(name)
        if match and int(match[2]) < len(self._stems.get(match[1], ())):
            return self._numbered(match[1], int(match[2]), 1)
        if name not in self._plain:
            self._plain[name] = self._count
            self._count += 1
        return np.array([self._plain[name]])

    def _numbered(self, stem: str, first: int, count: int) -> NDArray[np.int64]:
        part = self._stems[stem][first : first + count]
        new = np.flatnonzero(part < 0)
        part[new] = self._count + np.arange(len(new))
        self._count += len(new)
        return part

    def __len__(self) -> int:
        return self._count

    @property
    def total_tokens(self) -> int:
        """The prefix tokens of all groups together."""
        return int(self.ends[-1]) if self._count else 0

    def of(self, block: NDArray[np.int32], member: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the groups of clients, given their blocks, which must have prefix groups, and their numbers in these."""
        prompt = np.where(self._sizes[block] > 1, member // self._users[block], 0)
        groups: NDArray[np.int64] = self._flat[self._starts[block] + prompt]
        return groups
