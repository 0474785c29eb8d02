"""F1: every key that works where the focus is."""

from __future__ import annotations

import textwrap
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from blis_tui.tui.actions import ACTIONS, Action
from blis_tui.tui.widgets.dialog import Dialog

_WIDTH, _FRAME = 100, 6
_LEAST = 24
"""Cells that what a key does needs beside its title."""
"""The dialog's width where there is room, and what border, padding and scroll bar take of it."""


class Line(NamedTuple):
    """One entry: keys, and what they do."""

    keys: str
    title: str
    help: str = ""


class Section(NamedTuple):
    """Entries of one place."""

    title: str
    lines: tuple[Line, ...]


PLACES = {
    "": "Everywhere",
    "tabs": "The tabs",
    "form": "The form",
    "field": "This field",
    "choice": "This choice",
    "switch": "This switch",
    "number": "This number",
    "assumption": "The answer times",
    "dialog-numbers": "This dialog",
    "stages": "The stages",
    "chart": "The chart",
    "table": "The table",
    "filter": "The filter",
    "columns": "The columns",
    "writing": "While writing",
    "client": "The client",
    "problems": "The problems",
    "yaml": "The text",
    "find": "Finding",
    "replace": "Replacing",
    "summary": "The summary",
    "settings": "The settings",
    "cycle": "This choice",
    "compare": "The comparison",
    "lines": "These lines",
    "records": "This list",
    "windows": "The windows",
    "names": "This name",
    "client-rows": "The client",
    "trace": "The trace",
}
"""What the places of actions are called."""


def keys_here(screen: Screen[Any]) -> list[Section]:
    """Return the keys that work on a screen as it is now: those of the focused widget first, then those of the app."""
    known = {action.id: action for action in ACTIONS}
    titles: dict[str, list[Line]] = {}
    keys: dict[tuple[str, str], list[str]] = {}
    about: dict[tuple[str, str], Line] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        action = known.get(binding.id or "")
        if not binding.description or binding.key.startswith("unbound-") or (action is None and binding.system):
            continue
        place = _place(active.node, screen) if action is None else PLACES.get(action.where) or _place(active.node, screen)
        entry = (place, binding.action)
        keys.setdefault(entry, []).append(screen.app.get_key_display(binding))
        about[entry] = Line(
            "", binding.description.capitalize() if action is None else action.title, action.help if action else binding.tooltip
        )
    for entry, line in about.items():
        titles.setdefault(entry[0], []).append(line._replace(keys=" ".join(dict.fromkeys(keys[entry]))))
    everywhere = titles.pop("Everywhere", [])
    order = {action.title: number for number, action in enumerate(ACTIONS)}
    active_ids = {active.binding.id for active in screen.active_bindings.values()}
    is_home = screen is screen.app.screen_stack[0]
    keyless = [action for action in _keyless(everywhere) if is_home or action.id in active_ids]
    everywhere += [Line("palette", action.title, action.help) for action in keyless]
    everywhere.sort(key=lambda line: order.get(line.title, len(order)))
    titles = dict(sorted(titles.items(), key=lambda item: item[0] not in PLACES.values()))  # Textual's own keys come last
    return [*(Section(title, tuple(lines)) for title, lines in titles.items()), Section("Everywhere", tuple(everywhere))]


def _keyless(lines: list[Line]) -> list[Action]:
    """Return the app's actions that have no key: they are in the palette."""
    shown = {line.title for line in lines}
    return [action for action in ACTIONS if not action.where and action.title not in shown]


def _place(node: Any, screen: Screen[Any]) -> str:
    if node is screen or node is screen.app:
        return "On this screen"
    return str(getattr(node, "HELP_TITLE", None) or "Scrolling and the like")


class HelpDialog(Dialog[None]):
    """Lists the keys; any of the usual ways out closes it."""

    CSS_PATH = "keys_dialog.tcss"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,enter", "dismiss(None)", "Close", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, sections: list[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Lay out the sections."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "Esc close"
            with VerticalScroll():
                width = min(_WIDTH, self.app.size.width * 96 // 100) - _FRAME  # as the style sheet has it
                lines = [line for section in self._sections for line in section.lines]
                keys = max(len(line.keys) for line in lines)
                titles = max(len(line.title) for line in lines)
                for section in self._sections:
                    yield Static(_written(section, keys, titles, width), markup=False)
                yield Static("In lists and tables h j k l work like the arrows, and / filters.", classes="hint", markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _written(section: Section, keys: int, titles: int, width: int) -> Content:
    """Write a section in columns of the same widths as the others'; what does not fit its line goes on below itself.

    Where the last column would be too narrow to read, it stands below the title.
    """
    start = 2 + keys + 2 + titles + 2
    is_below = width - start < _LEAST
    if is_below:
        start = 2 + keys + 2
    parts: list[Any] = [Content.styled(section.title, "bold $text-primary")]
    for line in section.lines:
        parts.append(Content.styled(f"\n  {line.keys:<{keys}}  ", "bold"))
        parts.append(Content(line.title if is_below else f"{line.title:<{titles}}  "))
        told = textwrap.wrap(line.help or "", max(width - start, _LEAST))
        parts.append(Content.styled(("\n" + " " * start).join(["", *told] if is_below else told), "$foreground-muted"))
    return Content.assemble(*parts)
