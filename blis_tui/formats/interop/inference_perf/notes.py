"""Collecting notes on a config, and its mappings with the keys that they may have."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from blis_tui.formats.interop.imported import APPROXIMATED, DEFAULT, REFUSED
from blis_tui.formats.interop.inference_perf.keys import LOADER
from blis_tui.formats.interop.values import Pair, Unreadable, is_null, pairs, word
from blis_tui.problems import ERROR, INFO, WARNING, Path, Problem, format_path
from blis_tui.spec.reading.suggestions import closest
from blis_tui.spec.yaml.nodes import MAPPING, Node, Tree
from blis_tui.spec.yaml.scalars import shorten

PLACEHOLDER = re.compile(r"REPLACE_ENV_\w+")
"""What llm-d-benchmark fills in before a run."""
V = TypeVar("V")


class Block:
    """A mapping of the config: its pairs, its path and the key before it."""

    def __init__(self, path: Path, own_key: Node | None, found: dict[str, Pair]) -> None:
        self.path = path
        self.own_key = own_key
        self._pairs = found

    def __contains__(self, name: str) -> bool:
        return name in self._pairs

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def given(self, name: str) -> bool:
        """Return whether a key is there with a value that is not null."""
        return name in self._pairs and not is_null(self._pairs[name].value)

    def is_mapping(self, name: str) -> bool:
        """Return whether the value of a key that is there is a mapping."""
        return self._pairs[name].value.kind == MAPPING

    def value(self, name: str) -> Node:
        """Return the value of a key that is there."""
        return self._pairs[name].value

    def key(self, name: str) -> Node | None:
        """Return where a key stands, or else the one of the block that it would stand in."""
        return self._pairs[name].key if name in self._pairs else self.own_key


class Notes:
    """The notes on one config."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.found: list[Problem] = []
        self.errors = 0

    @property
    def failed(self) -> bool:
        """Whether anything makes it impossible to open the config."""
        return self.errors > 0

    def add(self, code: str, path: Path, text: str, key: Node | None = None) -> None:
        """Add a note on what stands at a path; `text` goes on from the path."""
        severity = {REFUSED: ERROR, APPROXIMATED: WARNING}.get(code, INFO)
        self.errors += severity == ERROR
        line, column = self._place(path, key)
        message = f"{format_path(path)} {text}".lstrip()
        self.found.append(Problem(code, severity, path, message, line, column))

    def error(self, path: Path, text: str, key: Node | None = None) -> None:
        """Add a reason why the config cannot be opened."""
        self.add(REFUSED, path, text, key)

    def _place(self, path: Path, key: Node | None) -> tuple[int, int]:
        if key is not None:
            return key.position
        for length in range(len(path), 0, -1):
            location = self._tree.locate(path[:length])
            if location is not None:
                return (location.key or location.written).position
        return 1, 1

    def block(self, node: Node, path: Path, known: Collection[str], key: Node | None = None) -> Block:
        """Return a mapping; what is none, and keys that the loader does not know, are errors."""
        if node.kind != MAPPING:
            self.error(path, "must be a mapping", key)
            return Block(path, key, {})
        found = pairs(node)
        for name, pair in found.items():
            if name not in known:
                meant = closest(name, known)
                hint = f'; did you mean "{meant.name}"?' if meant is not None else ""
                self.error((*path, name), f"is not a key of {LOADER}, which refuses the file{hint}", pair.key)
            elif pair.repeated:
                self.add(APPROXIMATED, (*path, name), "is given more than once; the last one counts", pair.key)
        return Block(path, key, {name: pair for name, pair in found.items() if name in known})

    def inner(self, outer: Block, name: str, known: Collection[str]) -> Block:
        """Return a mapping within another; an empty one if it is not there."""
        path = (*outer.path, name)
        if name not in outer:
            return Block(path, outer.own_key, {})
        return self.block(outer.value(name), path, known, outer.key(name))

    def refuse(self, block: Block, name: str, text: str) -> None:
        """Add what is wrong with a key of a block."""
        self.error((*block.path, name), text, block.key(name))

    def read(self, block: Block, name: str, reader: Callable[[Node], V], default: V) -> V:
        """Read the value of a key; the default if it is not there, or wrong."""
        if name not in block:
            return default
        node = block.value(name)
        try:
            return reader(node)
        except Unreadable as error:
            hint = "; it is a placeholder that has to be filled in first" if PLACEHOLDER.search(node.value) else ""
            self.refuse(block, name, f"{error}{hint}")
            return default

    def read_or_default(self, block: Block, name: str, reader: Callable[[Node], int], default: int) -> int:
        """Read a number, and note that it is a default if it is not there."""
        if name not in block:
            text = f"is missing: {default:,}, the default of inference-perf, is written out"
            self.add(DEFAULT, (*block.path, name), text, block.own_key)
        return self.read(block, name, reader, default)

    def choice(self, block: Block, name: str, choices: Sequence[str], default: str) -> str:
        """Read a word that has to be one of some."""
        value = self.read(block, name, word, default)
        if value in choices:
            return value
        self.refuse(block, name, f'must be one of {", ".join(choices)}, got "{shorten(value)}"')
        return default
