"""Opening the files of other tools as workload files."""

from __future__ import annotations

from blis_tui.formats.interop.imported import Imported
from blis_tui.formats.interop.inference_perf.reading import read
from blis_tui.problems import SpecError
from blis_tui.spec.check import Checked, check
from blis_tui.spec.reading.other_files import INFERENCE_PERF, kind_of, may_be_other


def open_other(checked: Checked, *, use_means: bool = False) -> Imported | None:
    """Make a workload file of what was found to be the file of another tool; ``None`` if it is no such file, or not readable.

    `use_means` puts the mean in the place of lengths that are drawn from a distribution, where a format has such.
    """
    if kind_of(checked.problems) == INFERENCE_PERF and not checked.tree.problems:
        return read(checked.tree, use_means=use_means)
    return None


def open_text(text: str, source: str, *, use_means: bool = False) -> Imported | None:
    """Make a workload file of the text of another tool's file, as `open_other` does; `source` is what messages call it.

    Raises `SpecError` for one that cannot be opened.
    """
    imported = open_other(check(text, None), use_means=use_means) if may_be_other(text) else None
    if imported is not None and imported.text is None:
        raise SpecError(imported.notes, source)
    return imported
