"""What the table of stages shows, taken from the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blis_tui.problems import Problem
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SEQUENCE, Node, Tree, key_name
from blis_tui.tui.document.field_values import shown_at, shown_text

CELLS = tuple(Stage.fields.items())
"""The fields of a stage, a column each."""


class Row(NamedTuple):
    """What the table shows of one stage."""

    texts: tuple[str | None, ...]
    """The characters of each field; ``None`` where the text has nothing."""
    requests: str
    """How many requests are expected of it."""
    problems: tuple[Problem, ...] = ()

    def problem_of(self, name: str) -> Problem | None:
        """Return the first problem of a field, or else of the stage as a whole."""
        own = (problem for problem in self.problems if problem.path[-1:] == (name,))
        return next(own, next((problem for problem in self.problems if isinstance(problem.path[-1], int)), None))


def stage_rows(tree: Tree, stages: tuple[Stage, ...], problems: dict[int, list[Problem]], requests: Sequence[str]) -> list[Row]:
    """Make the rows for the stages of a text; `problems` are those of each stage by its index, `requests` one each."""
    located = tree.find(STAGES)
    nodes = located.items if located is not None and located.kind == SEQUENCE else []
    rows = []
    for index in range(len(stages)):
        own = tuple(problems.get(index, ()))
        texts = _texts(tree, nodes[index], index) if index < len(nodes) else (None, None)
        rows.append(Row(texts, requests[index], own))
    return rows


def _texts(tree: Tree, node: Node, index: int) -> tuple[str | None, ...]:
    """Return the characters of each field of a stage; merges and aliases are rare and looked up one by one."""
    pairs = {key_name(key): value for key, value in node.items} if node.kind == MAPPING else {}
    if node.kind == ALIAS or "<<" in pairs or any(value.kind == ALIAS for value in pairs.values()):
        return tuple(shown_at(tree, (*STAGES, index, name), field) for name, field in CELLS)
    return tuple(shown_text(tree, pairs[name], field) if name in pairs else None for name, field in CELLS)
