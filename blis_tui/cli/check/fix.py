"""``--check --fix``: what can be mended safely is mended in the file."""

from __future__ import annotations

from pathlib import Path

from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import replace_text
from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.problems import SpecError
from blis_tui.signals import held
from blis_tui.spec.check import Checked, check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.mending import apply_mends


def seen(path: str) -> Stamp | None:
    """Return the state of a file that is to be read and mended."""
    return stamp_of(Path(path))


def fix(path: str, checked: Checked, known: Stamp | None) -> CheckedFile:
    """Apply the safe mends to a file that was `seen` before it was read; the result says what was mended and what is left."""
    try:
        text, mended = apply_mends(checked.text, checked.problems, only_safe=True, count=_count, base=checked)
    except SpecError:  # it takes generating it to see what is wrong with the spec
        text, mended = apply_mends(checked.text, checked.problems, only_safe=True, base=checked)
    if text == checked.text:
        return CheckedFile(path, checked.problems)
    try:
        with held():  # until the file is complete, and its temporary gone
            replace_text(path, text, checked.encoding, known=known)
    except WriteError as error:
        return CheckedFile(path, checked.problems, failure=str(error))
    return CheckedFile(path, check(text, None).problems, mended)


def _count(spec: WorkloadSpec) -> int:
    from blis_tui.workload.generate import generate

    return len(generate(spec))
