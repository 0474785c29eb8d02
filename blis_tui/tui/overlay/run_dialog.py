"""Choosing the results of a run: a file, or the folder of a report."""

from __future__ import annotations

from pathlib import Path

from blis_tui.tui.filing.file_dialog import OpenDialog
from blis_tui.tui.filing.folder_listing import Entry

_HERE = Entry(".", False, shown="this folder", about="a report of several files")


class RunDialog(OpenDialog):
    """Chooses a file or a folder; the folder that is shown is the first that can be taken."""

    title_text = "Overlay the results of a run"
    kinds = (".json", ".jsonl", ".csv")
    hint = "⏎ take   ↑↓ choose   Tab complete   ⌫ parent folder   Esc cancel"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)

    def _found(self) -> list[Entry]:
        found = super()._found()
        return found if self._filter() or self._missing is not None else [_HERE, *found]
