"""Texts that a spreadsheet may take for formulas, in the files of comma-separated columns.

They are written as they are, since a changed name would be another client's; a warning says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blis_tui.formats.requests.columns import CLIENT, COLUMNS
from blis_tui.problems import WARNING, Problem
from blis_tui.spec.format.ranges import shown

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

_FORMULA = re.compile(r"^[\0\t\r\n]|(?:^|[;\t])\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What https://owasp.org/www-community/attacks/CSV_Injection and OWASP's ASVS (1.2.10) name, after spaces too, and after
what spreadsheets of some countries take for the end of a cell. The last four characters are the full-width ones."""


def is_formula_like(text: str) -> bool:
    """Return whether a spreadsheet may calculate a cell of this text, or a part of it."""
    return _FORMULA.search(text) is not None


def formula_warnings(format: str, requests: Requests) -> tuple[Problem, ...]:
    """Warn of the texts in a format's columns that are like formulas: of the first one, and how many there are."""
    columns = [column for column in COLUMNS if format in column.formats and column.source.startswith(CLIENT)]
    first, counts = "", dict[str, int]()
    for block in (requests.clients.blocks[number] for number in requests.busy_blocks):
        for column in columns:
            field = column.source.removeprefix(CLIENT)
            text = block.value(field, 0)  # members differ in the numbers at its end
            if is_formula_like(text):
                first = first or f"the {column.formats[format]} {shown(text)}"
                counts[text] = max(counts.get(text, 0), block.count_of(field))
    if not first:
        return ()
    count = sum(counts.values())
    which = f"{first} for a formula" if count == 1 else f"{count:,} different values for formulas, first {first}"
    text = f"A spreadsheet may take {which}: import the columns as text, with commas alone between them."
    return (Problem("formula-like", WARNING, (), text),)
