"""Theme and layout: what the settings say, else as it was left, else the default; changes are remembered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blis_tui.tui.preferences.remembered import Remembered, recall, remember
from blis_tui.tui.preferences.settings import SPLIT_RANGE, THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from blis_tui.tui.base_app import BaseApp

NARROW_BELOW = 100
"""Columns of a window in which the form is one of the tabs."""
TALL_FROM = 50
"""Lines of a window from which on there is more below the form than what is said about a field."""
_TEXTUAL_THEMES = {"dark": "textual-dark", "light": "textual-light", "ansi": "ansi-dark"}
ANSI = "ansi"
_FEW_COLOURS = ("standard", "windows")
"""Systems of 16 colours: those of the other themes are not among them."""
_TITLES = {"dark": "Dark", "light": "Light", "ansi": "The terminal's own colours"}
SOON_S = 0.3
"""How long after a change it is written down."""
_ROOM_FOR_TABS = 50
_ROOM_FOR_TWO = 84
"""Columns of a form that has two panes side by side."""
_CHART = 106
"""Columns that the tabs keep beside it."""


def default_split(width: int, *, for_two: bool = False) -> int:
    """Return the form's columns in a window of some width, as long as no one has chosen others; more for two panes."""
    if for_two and width >= _ROOM_FOR_TWO + _CHART:
        return _ROOM_FOR_TWO
    return max(40, min(44, width - 76), min(56, width // 4))


class Appearance:
    """How the app looks. `remembered` is what the next run finds."""

    def __init__(self, app: BaseApp, state: Path) -> None:
        self._app = app
        self._folder = state
        self.remembered = Remembered()
        self.theme = THEMES[0]
        self.split: int | None = None
        """The form's columns that were chosen."""
        self._timer: Timer | None = None
        self.for_two = False
        """Whether the form has two panes that can stand side by side."""

    def start(self) -> None:
        """Take over what is settled or remembered."""
        self.remembered = recall(self._folder)
        self.follow_settings()

    def follow_settings(self) -> None:
        """Look as the settings say; else as it was left."""
        settings = self._app.settings
        theme = settings.theme or self.remembered.theme
        fallback = ANSI if self._app.console.color_system in _FEW_COLOURS else THEMES[0]
        self._show_theme(theme if theme in THEMES else fallback)
        self.split = settings.split or self.remembered.split
        self.fit(self._app.size.width)

    def next_theme(self) -> None:
        """Switch to the next theme."""
        self._show_theme(THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)])
        self._app.say(f"Theme: {_TITLES[self.theme]}", timeout=2)
        self.remember(theme=self.theme)

    def widen(self, columns: int) -> None:
        """Give the form more columns, or fewer, as far as there is room."""
        width = self._app.size.width
        chosen = self._room(width) + columns
        self.split = max(SPLIT_RANGE[0], min(SPLIT_RANGE[1], chosen))
        self.fit(width)
        self.remember(split=self.split)

    def remember(self, **values: Any) -> None:
        """Note how the screen is left; written in the background, once for many changes in a row."""
        self.remembered = self.remembered._replace(**values)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(SOON_S, self._write)

    def remember_open(self, path: Path) -> None:
        """Note which file is open."""
        if (state := self.remembered.opened(path)) != self.remembered:
            self.remember(folder=state.folder, recent=state.recent)

    def _write(self) -> None:
        self._timer = None
        write = partial(remember, self._folder, self.remembered)
        self._app.run_worker(write, thread=True, group="remember", exit_on_error=False)

    def stop(self) -> None:
        """Write what is not written yet: the app ends."""
        if self._timer is not None:
            self._timer = None
            remember(self._folder, self.remembered)

    def _show_theme(self, theme: str) -> None:
        self.theme = theme
        self._app.theme = _TEXTUAL_THEMES[theme]

    def fit(self, width: int) -> None:
        """Give the form its columns in a window of some width; in a narrow one it has all of them."""
        if width > NARROW_BELOW - 1:
            self._app.home.query_one("#form-column").styles.width = self._room(width)
        else:
            self._app.home.query_one("#form-column").styles.width = "1fr"

    def _room(self, width: int) -> int:
        return max(SPLIT_RANGE[0], min(self.split or default_split(width, for_two=self.for_two), width - _ROOM_FOR_TABS))
