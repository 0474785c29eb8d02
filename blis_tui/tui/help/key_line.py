"""The line at the bottom: the keys of where the focus is, and at their fixed place those that work everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Click
from textual.widget import Widget

from blis_tui.tui.actions import ACTIONS, Action, is_move

_GAP = 2
_IMPORTANT = 2
_LAST = "help.palette"
"""What stands at the right end, and is there even if nothing else is."""


_Active = dict[str, tuple[Binding, DOMNode]]
"""The bindings that work now, each with its widget, by the ids of their actions."""


class Entry(NamedTuple):
    """A key or a few, and what they do."""

    keys: str
    title: str
    action: str
    node: Any

    @property
    def width(self) -> int:
        """The cells it takes."""
        return Content(f"{self.keys} {self.title}").cell_length + _GAP


class KeyLine(Widget):
    """Shows as many keys as there is room for: first those of the focus, then those of the app from the right end on."""

    DEFAULT_CSS: ClassVar[str] = """
    KeyLine { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._here: list[Entry] = []
        self._everywhere: list[Entry] = []
        self._important = 0
        """Cells for what is done most often where the focus is: it has its place in any case."""

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._update())
        self._update()

    def _update(self) -> None:
        if not self.is_attached or self.app.screen is not self.screen:
            return
        active: _Active = {}
        for each in self.screen.active_bindings.values():
            active.setdefault(each.binding.id or "", (each.binding, each.node))
        there = [action for action in ACTIONS if action.id in active]
        chain = self.screen.focused.ancestors_with_self if self.screen.focused is not None else []
        there.sort(key=lambda action: chain.index(active[action.id][1]) if active[action.id][1] in chain else len(chain))
        first = [action for action in there if action.where and action.footer]
        then = [action for action in there if action.where and not action.footer and not is_move(action)]
        app = [action for action in there if not action.where and action.footer]
        last = [action for action in there if action.id == _LAST]
        important = self._entries(first, active)
        here = [*important, *self._entries(then, active)]
        everywhere = [*self._entries(app, active), *self._entries(last, active)]
        if (here, everywhere) != (self._here, self._everywhere):
            self._here, self._everywhere = here, everywhere
            self._important = sum(entry.width for entry in important[:_IMPORTANT])
            self.refresh()

    def _entries(self, actions: Iterable[Action], active: _Active) -> list[Entry]:
        entries: dict[str, Entry] = {}
        for action in actions:
            keys = self.app.get_key_display(active[action.id][0])
            name = action.group or action.id
            known = entries.get(name)
            if known is not None:
                entries[name] = known._replace(keys=f"{known.keys}{keys}")
            else:
                entries[name] = Entry(keys, action.group or action.title, action.run, active[action.id][1])
        return list(entries.values())

    def shown(self) -> list[tuple[int, Entry]]:
        """Return what there is room for, each with the column where it stands."""
        room = self.size.width - 1
        right: list[Entry] = []
        for entry in reversed(self._everywhere):
            if sum(each.width for each in right) + entry.width + self._important > room:
                break
            right.insert(0, entry)
        start = room - sum(entry.width for entry in right)
        placed, at = [], 1
        for entry in self._here:
            if at + entry.width > start:
                break
            placed.append((at, entry))
            at += entry.width
        at = start + 1
        for entry in right:
            placed.append((at, entry))
            at += entry.width
        return placed

    def render(self) -> Content:
        """Write the keys."""
        parts: list[Any] = []
        at = 0
        for column, entry in self.shown():
            parts += [" " * (column - at), (entry.keys, "bold $footer-key-foreground"), f" {entry.title}"]
            at = column + entry.width - _GAP
        return Content.assemble(*parts)

    async def on_click(self, event: Click) -> None:
        """Do what a key would."""
        for column, entry in self.shown():
            if column <= event.x < column + entry.width - _GAP:
                await self.app.run_action(entry.action, entry.node)
                return
