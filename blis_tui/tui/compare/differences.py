"""Comparing two texts: line by line, and number by number. Knows nothing of the screen; runs in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from blis_tui.numbers import counted, mean, rate, whole
from blis_tui.problems import SpecError, printable
from blis_tui.spec.check import check
from blis_tui.tui.preview.budget import Generated, Outline, make, outline, reasons
from blis_tui.tui.summary.named_totals import Total, stage_totals, totals
from blis_tui.tui.tuning import Tuning
from blis_tui.workload.server import AssumedServer

SAME, GONE, NEW, SKIPPED = "same", "gone", "new", "skipped"
SIGNS = {SAME: " ", GONE: "-", NEW: "+", SKIPPED: "…"}
CONTEXT = 3
MOST_LINES = 20_000
"""Lines of a difference that are kept."""


class DiffLine(NamedTuple):
    """One line of a difference, with its numbers in the old and in the new text."""

    kind: str
    text: str
    old: int | None = None
    new: int | None = None


class Side(NamedTuple):
    """One of two texts: what is known of it, and why there is no more."""

    outline: Outline | None
    made: Generated | None
    reason: str


class Row(NamedTuple):
    """One number of two summaries. A title has neither `was` nor `now`."""

    name: str
    was: str = ""
    now: str = ""
    change: str = ""

    @property
    def is_title(self) -> bool:
        """Whether this is the title of the numbers below."""
        return not (self.was or self.now)


def diff(old: str, new: str) -> list[DiffLine]:
    """Compare two texts line by line; what is the same is shown only around what is not."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[DiffLine] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        if lines or group[0][1]:
            lines.append(DiffLine(SKIPPED, f"line {group[0][3] + 1}"))
        for kind, low, high, first, last in group:
            if kind == "equal":
                for at in range(high - low):
                    lines.append(DiffLine(SAME, printable(before[low + at]), low + at + 1, first + at + 1))
            else:
                lines += [DiffLine(GONE, printable(before[at]), at + 1) for at in range(low, high)]
                lines += [DiffLine(NEW, printable(after[at]), None, at + 1) for at in range(first, last)]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [DiffLine(SKIPPED, f"{len(lines) - MOST_LINES:,} more lines")]
    return lines


def side(text: str, progress: Callable[[float], None], tuning: Tuning, server: AssumedServer | None = None) -> Side:
    """Work out a text's numbers; raises what `progress` raises."""
    checked = check(text)
    if checked.spec is None or not checked.ok:
        return Side(None, None, f"{counted(len(checked.errors), 'error')} in the text")
    found = None
    try:
        found = outline(checked.spec)
        return Side(found, make(found, progress, tuning, server or AssumedServer()), "")
    except (SpecError, MemoryError) as error:
        return Side(found, None, reasons(error)[0].message)


def rows(was: Side, now: Side, tuning: Tuning) -> list[Row]:
    """Compare the numbers of two sides, as far as they are known of both or of one."""
    whole = all(each.made is None or each.made.complete for each in (was, now))
    old, new = _numbers(was, whole=whole), _numbers(now, whole=whole)
    made = [Row(f"{name}: no numbers, {each.reason}") for name, each in (("was", was), ("now", now)) if each.reason]
    if not whole:
        made.append(Row(f"Over {tuning.most_requests:,} requests: only what is known without generating"))
    section = ""
    for key in _in_order(old, new):
        if key[0] != section:
            section = key[0]
            made.append(Row(section))
        before, after = old.get(key), new.get(key)
        name = (before or after or Total("", 0, "")).name
        made.append(Row(name, before.text if before else "–", after.text if after else "–", _change(before, after)))
    return made


_Key = tuple[str, str]


def _numbers(side: Side, *, whole: bool) -> dict[_Key, Total]:
    """Return the numbers of a side by subject and name; of names that are indented the one above is a part."""
    if side.outline is None:
        return {}
    if side.made is None or not whole:
        expected = side.outline.expected.total
        known = [Total("clients", len(side.outline.clients), f"{len(side.outline.clients):,}")]
        if expected is not None and expected.mean < 1e15:
            known.insert(0, Total("requests expected", expected.mean, mean(expected.mean)))
        sections = [("Requests", known)]
    else:
        sections = [*totals(side.made.usual.summary), ("Stages", stage_totals(side.made.usual.summary))]
    numbers: dict[_Key, Total] = {}
    for title, found in sections:
        parent = ""
        for total in found:
            parent = parent if total.name.startswith(" ") else total.name
            numbers[title, f"{parent}/{total.name}"] = total
    return numbers


def _in_order(old: Iterable[_Key], new: Iterable[_Key]) -> list[_Key]:
    """Merge two lists of keys, each in its order."""
    keys = list(new)
    place = 0
    for key in old:
        if key in keys:
            place = keys.index(key) + 1
        else:
            keys.insert(place, key)
            place += 1
    order = {title: number for number, title in reversed(list(enumerate(title for title, _ in keys)))}
    return sorted(keys, key=lambda key: order[key[0]])


def _change(was: Total | None, now: Total | None) -> str:
    if was is None or now is None:
        return "new" if was is None else "gone"
    if was.text == now.text:
        return ""
    difference = now.value - was.value
    is_whole = "." not in was.text + now.text
    sign = "+" if difference > 0 else "-"
    written = f"{sign}{whole(abs(difference))}" if is_whole else f"{sign}{rate(abs(difference))}" if " " not in now.text else ""
    share = _share(was.value, now.value)
    return " ".join(part for part in (written, f"({share})" if written and share else share) if part)


def _share(was: float, now: float) -> str:
    """Write a change as a percentage, or as a factor where it is at least twice or half as much."""
    if not was or abs(now / was - 1) < 0.0005:
        return ""
    factor = now / was
    return f"{factor - 1:+.1%}" if 0.5 < factor < 2 else f"×{factor:,.3g}" if factor < 1000 else f"×{whole(factor)}"
