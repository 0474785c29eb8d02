"""What opening a file of another tool gives: the text of a workload file, and notes on what became of everything."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.problems import INFO, SEVERITIES, Path, Problem, format_path
from blis_tui.spec.check import Checked
from blis_tui.spec.yaml.nodes import Tree

DEFAULT, KEPT, APPROXIMATED, REFUSED = "import-default", "import-kept", "import-approximated", "import-refused"
"""The codes of notes: a default written out (info), kept for the way back (info), only nearly the same (a warning), or not
to be had in a workload file (an error)."""


class Imported(NamedTuple):
    """The `text` of a workload file, which is ``None`` if there are errors among the `notes`.

    Notes have their place in the file that was opened, whose `tree` this is; `places` says which paths in it the parts of
    the workload file come from, by the first steps of their paths, the empty path among them.
    """

    kind: str
    text: str | None
    notes: tuple[Problem, ...]
    tree: Tree
    places: dict[Path, Path]

    def placed(self, checked: Checked) -> Checked:
        """Return the check of the new text with the notes, and with all problems at their place in the file that was opened."""
        problems = [*self.notes, *map(self._placed, checked.problems)]
        problems.sort(key=lambda each: (each.line or 0, each.column or 0, SEVERITIES.index(each.severity)))
        return checked._replace(problems=tuple(problems))

    def _placed(self, problem: Problem) -> Problem:
        """Move a problem to the file that was opened, to which its mend does not apply."""
        path = problem.path
        length = max(length for length in range(len(path) + 1) if path[:length] in self.places)
        there = (*self.places[path[:length]], *path[length:])
        line, column = self.tree.position(there) or (1, 1)
        moved = problem._replace(line=line, column=column, mend=None)
        if not length:  # it is about what only the new file has
            return moved
        message = problem.message.replace(format_path(path), format_path(there), 1)
        return moved._replace(path=there, message=message)

    def carried(self) -> tuple[Problem, ...]:
        """Return the notes as infos on the new file, with their paths there if they have one, and all that is kept in one."""
        back = {there: here for here, there in reversed(self.places.items()) if here}  # of two the first counts

        def moved(note: Problem) -> Problem:
            path = note.path
            for length in range(len(path), 0, -1):
                if path[:length] in back:
                    path = (*back[path[:length]], *path[length:])
                    break
            return note._replace(severity=INFO, path=path, line=None, column=None)

        kept = ", ".join(dict.fromkeys(format_path(note.path) for note in self.notes if note.code == KEPT))
        text = f"The comments keep what has no place in a workload file, for the way back: {kept}"
        together = [Problem(KEPT, INFO, (), text)] if kept else []
        return (*together, *(moved(note) for note in self.notes if note.code != KEPT))
