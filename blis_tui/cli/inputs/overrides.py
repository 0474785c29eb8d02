"""``--set`` and its like: edits of the text, so that what is exported shows them."""

from __future__ import annotations

from blis_tui.cli.arguments.options import Options
from blis_tui.cli.errors import UsageError
from blis_tui.spec.check import Checked, check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.editing.paths import parse_path, value_for
from blis_tui.spec.edits import Edit, EditRefused, SetValue


def overridden(checked: Checked, options: Options) -> Checked:
    """Return a spec with the overrides in its text; raises `UsageError` for those that cannot be made.

    A text that cannot be read has its own problems and no overrides.
    """
    try:
        edits = _edits(options)
        if checked.tree.root is None:
            return checked
        text = apply_edits(checked.text, edits, checked.tree)
    except EditRefused as error:
        raise UsageError(f"--set {error}" if options.settings else str(error)) from error
    return check(text, None)._replace(encoding=checked.encoding)


def _edits(options: Options) -> list[Edit]:
    """Return the edits; what has an option of its own comes last."""
    edits: list[Edit] = []
    for name, value in options.settings:
        path = parse_path(name)
        edits.append(SetValue(path, value_for(path, value)))
    for name, number in (("seed", options.seed), ("horizon", options.horizon), ("num_requests", options.num_requests)):
        if number is not None:
            edits.append(SetValue((name,), number))
    return edits
