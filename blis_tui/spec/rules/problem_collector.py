"""Collecting problems, each with its place in the text."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from blis_tui.problems import ERROR, INFO, WARNING, Mend, Path, Problem, format_path
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.ranges import demand, shown, tests_of
from blis_tui.spec.mends import set_value
from blis_tui.spec.reading.suggestions import choice_meant

if TYPE_CHECKING:
    from blis_tui.spec.yaml.nodes import Tree


class Report:
    """The problems found so far, and the paths that are known to be bad.

    `tree` gives problems their line and column and tells an absent value from a default one. `broken` are paths whose
    value could not be read: nothing more is said about them.
    """

    def __init__(self, tree: Tree | None = None, broken: Collection[Path] = ()) -> None:
        self.problems: list[Problem] = []
        self.tree = tree
        self.bad: set[Path] = set(broken)
        self.broken: set[Path] = set(broken)
        self._heads: set[Path] = {path[:2] for path in broken}
        """The first two steps of each bad path: most paths are not even near one."""

    def error(self, code: str, path: Path, text: str, **details: Any) -> None:
        """Add an error; `text` goes on from the path: "must be positive, got 0"."""
        if path:
            self.bad.add(path)
        self._heads.add(path[:2])
        self.add(ERROR, code, path, text, **details)

    def warn(self, code: str, path: Path, text: str, **details: Any) -> None:
        """Add a warning."""
        self.add(WARNING, code, path, text, **details)

    def inform(self, code: str, path: Path, text: str, **details: Any) -> None:
        """Add an info."""
        self.add(INFO, code, path, text, **details)

    def add(
        self,
        severity: str,
        code: str,
        path: Path,
        text: str,
        *,
        found: Any = None,
        allowed: str | None = None,
        mend: Mend | None = None,
    ) -> None:
        """Add a problem, unless its value could not be read in the first place."""
        if self.broken and self.is_broken(path):
            return
        line, column = self.place(path) or (None, None)
        name = format_path(path)
        message = f"{name}{text}" if text.startswith((":", ",")) else f"{name} {text}".lstrip()
        self.problems.append(Problem(code, severity, path, message, line, column, found, allowed or None, mend))

    def place(self, path: Path) -> tuple[int, int] | None:
        """Return line and column of a path, or of the nearest thing around it, if there is a text."""
        return self.tree.position(path) if self.tree is not None else None

    def is_broken(self, path: Path) -> bool:
        """Return whether the value at a path, or one that holds it, could not be read."""
        return self._is_near(path) and any(path[:length] in self.broken for length in range(len(path) + 1))

    def is_clean(self, *paths: Path) -> bool:
        """Return whether nothing bad is known of any of the paths, nor of what holds them."""
        if not self.bad:
            return True
        near = [path for path in paths if self._is_near(path)]
        return not any(path[:length] in self.bad for path in near for length in range(len(path) + 1))

    def _is_near(self, path: Path) -> bool:
        """Return whether a path may lead to something bad or below it."""
        heads = self._heads
        return path[:2] in heads or path[:1] in heads or () in heads

    def is_given(self, path: Path) -> bool:
        """Return whether the text has something at a path; true without a text."""
        return self.tree is None or self.tree.find(path) is not None

    def fields(self, record: Record, path: Path, *, except_for: Collection[str] = ()) -> None:
        """Check the scalars of one block against their declared ranges and choices; required ones must be there."""
        values = record.__dict__
        for name, test in tests_of(type(record)):
            value = values[name]
            if not test(value) and name not in except_for:
                self.field(record.fields[name], value, (*path, name))

    def field(self, field: Field, value: Any, path: Path) -> None:
        """Report what is wrong with a value that fails its field's test."""
        allowed = field.allowed
        if field.required and (value is None or value == "" or (value == field.default and not self.is_given(path))):
            self.error("missing", path, "is missing", allowed=allowed)
            return
        code = "unknown-choice" if field.choices else "out-of-range"
        text = f"must {demand(field, value)}, got {shown(value)}"
        meant = choice_meant(field, value) if field.choices else None
        mend = set_value(path, meant.name, safe=meant.sure) if meant and meant.close else None
        if mend is not None and meant is not None:
            text += f'; did you mean "{meant.name}"?'
        elif value in field.elsewhere:
            text += f"; {field.elsewhere[value]}"
        self.error(code, path, text, found=value, allowed=allowed, mend=mend)
