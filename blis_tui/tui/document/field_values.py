"""Between the document and a field of the form: what the text says at a path, and the edit that typing asks for.

The text is the only state, so a field shows the characters that stand in the text, be they a number or not, and what is
typed is written as it is typed. ``1e`` on the way to ``1e3`` stands in the file for a moment, its problem with it. Only a number
that is said with a unit or with commas is written plainly: of ``20 min`` a file could make nothing.
"""

from __future__ import annotations

from blis_tui.problems import Path, Problem, format_path, printable
from blis_tui.spec.edits import Edit, Plain, Remove, SetValue, is_plain
from blis_tui.spec.format.fields import TEXT, Field
from blis_tui.spec.format.quantities import plain_number
from blis_tui.spec.yaml.nodes import SCALAR, Node, Tree

MOST_SHOWN = 1000
"""Characters of a value that a field shows."""


def shown_at(tree: Tree, path: Path, field: Field) -> str | None:
    """Return what a field shows: the characters of the scalar at a path; ``None`` if the text has nothing there."""
    node = tree.find(path)
    return None if node is None else shown_text(tree, node, field)


def shown_text(tree: Tree, node: Node, field: Field) -> str:
    """Return what a field shows of a node: quotes too where they are what is wrong with a number."""
    if node.kind != SCALAR or node.tag is not None or node.style in ("|", ">"):
        text = tree.text[node.start : node.end].partition("\n")[0]
    elif node.style is None or field.kind == TEXT or not is_plain(node.value) or not node.value:
        text = node.value
    else:
        text = tree.text[node.start : node.end]
    return printable(text[:MOST_SHOWN])


def typed(path: Path, field: Field, text: str) -> Edit:
    """Return the edit that writes what was typed; with quotes only where it could not be read without."""
    text = as_written(field, text)
    return SetValue(path, Plain(text) if not text or (field.kind != TEXT and is_plain(text)) else text)


def as_written(field: Field, text: str) -> str:
    """Return what is written of what was typed: a number as people say it, in the field's unit; all else as it stands."""
    return plain_number(field, text) or text.strip()


def left_empty(tree: Tree, path: Path, field: Field) -> Edit | None:
    """Return the edit for a field that is left: a key without a value goes, if the field may be absent."""
    node = tree.find(path)
    if field.required or node is None or node.kind != SCALAR or node.value or node.style is not None:
        return None
    return Remove(path)


def step_name(path: Path) -> str:
    """Name the undo step that keystrokes in the field of a path belong to."""
    return f"field {format_path(path)}"


def short_message(problem: Problem) -> str:
    """Return a problem's message without the path that it begins with, as its field says where it is."""
    message = problem.message.removeprefix(format_path(problem.path)).lstrip(" :,")
    return printable(message)
