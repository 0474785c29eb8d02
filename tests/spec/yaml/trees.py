"""Trees of good texts, and the problem of a bad one."""

from __future__ import annotations

from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import MAPPING, Node, Tree


def good(text: str) -> Tree:
    tree = compose(text)
    assert tree.problems == []
    assert tree.root is not None
    return tree


def value(text: str, *path: str | int) -> Node:
    node = good(text).find(path)
    assert node is not None
    return node


def walk(node: Node) -> list[Node]:
    """List a node and all in it, in the order of the text; aliases are not followed."""
    if node.kind == MAPPING:
        return [node, *(inner for pair in node.items for half in pair for inner in walk(half))]
    return [node, *(inner for item in node.items for inner in walk(item))]


def only_problem(text: str) -> tuple[str, int | None, int | None]:
    tree = compose(text)
    assert len(tree.problems) == 1
    problem = tree.problems[0]
    assert problem.severity == "error"
    assert problem.path == ()
    return problem.code, problem.line, problem.column
