"""What decoding finds wrong: the problems with their mends, and the paths that could not be read."""

from __future__ import annotations

from typing import Any

from blis_tui.problems import ERROR, Mend, Path, Problem, format_path
from blis_tui.spec.format import fields
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN, Field, Record
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.limits import Exhausted
from blis_tui.spec.yaml.nodes import SCALAR, SEQUENCE, Node
from blis_tui.spec.yaml.scalars import Refused, describe_scalar, quote, shorten

MAX_PROBLEMS = 1000
"""Problems after which decoding ends."""

WANTED = {
    fields.INTEGER: "a whole number",
    fields.NUMBER: "a number",
    fields.BOOLEAN: "true or false",
    fields.TEXT: "text",
    fields.RECORD: "a mapping",
    fields.LIST: "a list",
    fields.PARAMS: "a mapping of names to numbers",
    fields.MAP: "a mapping of names to blocks",
}
"""What each kind of field holds, in words."""

_REASONS = {
    "wrong-type": "must be {wanted}, found {found}",
    "fraction": "must be a whole number, found {found}, which BLIS would truncate to {meant}",
    "out-of-range": "must fit in 64 bits, found {found}",
    "not-finite": "must be a finite number, found {found}",
    "unknown-tag": "has {found}, which no field can have",
    "wrong-tag": "cannot be read: {found}",
}


_PARAMETERS = frozenset(name for family in FAMILIES.values() for name in family.fields)


class Findings:
    """Collects problems, one for each place in the text, and broken paths."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = list(problems)
        self.broken: set[Path] = set()
        self.inherited = 0
        """How many aliases and merges lead to what is being decoded; an edit there would change other places too."""
        self._told: set[tuple[str, int]] = set()

    def report(self, code: str, node: Node, path: Path, message: str, found: Any, allowed: str, mend: Mend | None = None) -> None:
        """Note a problem at a node; raise `Exhausted` when there are too many."""
        if (code, node.start) in self._told:
            return
        self._told.add((code, node.start))
        if len(self.problems) >= MAX_PROBLEMS:
            message = f"more than {MAX_PROBLEMS:,} problems; the rest are not listed"
            raise Exhausted("too-many-problems", message, node.start)
        self.problems.append(Problem(code, ERROR, path, message, *node.position, found, allowed, mend))

    def refused(self, declared: Field, node: Node, path: Path, written: Node, refused: Refused) -> None:
        """Note that a value is not what its field holds."""
        wanted = WANTED[declared.kind]
        allowed = declared.allowed or wanted
        if refused.code == "out-of-range" and declared.kind == fields.INTEGER:
            allowed = f"{INT64_MIN} to {INT64_MAX}"
        reason = _REASONS[refused.code].format(wanted=wanted, found=refused.found, meant=refused.meant)
        found = shorten(node.value) if node.kind == SCALAR else describe(node)
        mend = self._mend_of_value(declared, node, path, refused)
        self.broken.add(path)
        self.report(refused.code, written, path, f"{place(path)} {reason}", found, allowed, mend)

    def _mend_of_value(self, declared: Field, node: Node, path: Path, refused: Refused) -> Mend | None:
        """Make the mend that writes what was probably meant."""
        from blis_tui.spec.edits import SetValue
        from blis_tui.spec.reading.suggestions import time_in

        meant = refused.meant
        if meant is not None:
            words = str(meant).lower()
            cut = refused.code == "fraction"
            label = f"write {words}, as BLIS reads it" if cut else f"write {words} without quotes"
            return self._mend(label, SetValue(path, meant), not cut)
        if declared.kind == fields.INTEGER and node.kind == SCALAR:
            time = time_in(declared.unit, node.value)
            if time is not None:
                return self._mend(f"write {time} ({declared.unit})", SetValue(path, time))
        return None

    def empty_item(self, written: Node, path: Path) -> None:
        """Note a list item that is null."""
        from blis_tui.spec.edits import Remove

        message = f"{place(path)} is empty; BLIS drops it silently"
        self.broken.add(path)
        mend = self._mend("remove the empty item", Remove(path))
        self.report("empty-item", written, path, message, None, "a mapping", mend)

    def empty_value(self, key: Node, path: Path) -> None:
        """Note a parameter that is null."""
        self.broken.add(path)
        self.report("empty-value", key, path, f"{place(path)} has no value; BLIS treats it as 0", None, "a number")

    def duplicate(self, name: str, key: Node, first: Node, path: Path) -> None:
        """Note a key that comes again in its mapping; `path` is that of the mapping."""
        line, column = first.position
        here = (*path, name)
        self.broken.add(here)
        message = f"{place(here)} is given twice, first at line {line}, column {column}"
        self.report("duplicate-key", key, here, message, shorten(name), "each key once")

    def unknown(self, key: Node, name: str, record: type[Record], path: Path, present: set[str], own: bool) -> None:
        """Note a key that its block does not know; `present` are all its keys, `own` says that no merge brought it."""
        from blis_tui.spec.edits import RenameKey
        from blis_tui.spec.reading.suggestions import home, meant_by

        mend, hint = None, ""
        suggestion = meant_by(name, record.fields)
        elsewhere = home(name, WorkloadSpec, path) if suggestion is None or not suggestion.close else None
        if elsewhere is not None:
            hint = f"; it is a field of {elsewhere or 'the top level'}"
        elif suggestion is not None:
            hint = f'; did you mean "{suggestion.name}"?'
            if suggestion.name not in present:
                self.broken.add((*path, suggestion.name))
                if own:
                    edit = RenameKey((*path, name), suggestion.name)
                    mend = self._mend(f'rename it to "{suggestion.name}"', edit, suggestion.close)
        elif name in _PARAMETERS and any(field.kind == fields.PARAMS for field in record.fields.values()):
            hint = "; parameters of distributions stand under params"
        message = f"{place(path)} has no field {quote(name)}{hint}"
        self.report("unknown-key", key, (*path, name), message, shorten(name), ", ".join(record.fields), mend)

    def _mend(self, label: str, edit: Any, safe: bool = False) -> Mend | None:
        """Make a mend, but not where aliases or merges lead."""
        return None if self.inherited else Mend(label, (edit,), safe)


def describe(node: Node) -> str:
    """Name any value in a message."""
    if node.kind == SCALAR:
        return describe_scalar(node)
    return ("an empty " if not node.items else "a ") + ("list" if node.kind == SEQUENCE else "mapping")


def place(path: Path) -> str:
    """Name a place in a message."""
    return shorten(format_path(path), 200) or "the file"
