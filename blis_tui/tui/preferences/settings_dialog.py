"""All settings, to be changed: the dialog follows from their declarations."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Input, Static

from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.preferences.settings import SETTINGS, Setting, Settings, SettingsError, is_allowed
from blis_tui.tui.preferences.settings_writing import write_settings
from blis_tui.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from pathlib import Path

    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.preferences.appearance import Appearance

_WORDS: dict[Any, str] = {True: "on", False: "off"}


async def change_settings(app: BaseApp, appearance: Appearance) -> None:
    """Show the settings, and follow those that were changed."""
    changed = await app.push_screen_wait(SettingsDialog(app.settings_file, app.settings))
    if changed is not None:
        app.settings = changed
        appearance.follow_settings()
        app.say(f"The settings are in {app.settings_file}.", timeout=4)


class Cycle(Widget, can_focus=True):
    """One of a few values; left and right go on to another."""

    HELP_TITLE = "Choice"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("cycle")]

    def __init__(self, values: tuple[Any, ...], value: Any, unset: str, *, id: str) -> None:
        super().__init__(id=id)
        self._values, self._unset = values, unset
        self.value = value

    def render(self) -> Content:
        """Show the value between arrows."""
        return Content(f"‹ {_WORDS.get(self.value, self.value) if self.value is not None else self._unset} ›")

    def action_cycle(self, steps: int) -> None:
        """Take the value so many places further on; the first follows the last."""
        self.value = self._values[(self._values.index(self.value) + steps) % len(self._values)]
        self.refresh()

    def on_click(self) -> None:
        """Take the next value."""
        self.action_cycle(1)


class SettingsDialog(Dialog["Settings | None"]):
    """Shows every setting; Enter writes what was changed, and returns what the file says then."""

    CSS_PATH = "settings_dialog.tcss"
    AUTO_FOCUS = "Cycle"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]

    def __init__(self, path: Path, settings: Settings) -> None:
        super().__init__()
        self._path, self._settings = path, settings

    def compose(self) -> ComposeResult:
        """Lay out a line for each setting."""
        width = max(len(setting.label) for setting in SETTINGS.values())
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Settings"
            yield Static(printable(str(self._path)), id="file", markup=False)
            with VerticalScroll(can_focus=False):
                for name, setting in SETTINGS.items():
                    with Horizontal(classes="row"):
                        yield Static(f"{setting.label:<{width}}", classes="label", markup=False)
                        yield self._value(name, setting)
            yield Static(id="about", markup=False)
            yield Static(id="told", markup=False)
            yield Static("⏎ save   ↑↓ go   ←→ change   Esc cancel", classes="hint", markup=False)

    def _value(self, name: str, setting: Setting) -> Widget:
        """Make the widget in which a setting is changed; a table of them is only counted."""
        value = getattr(self._settings, name)
        if setting.kind is dict:
            return Static(f"{len(value)} given in the file" if value else "the usual ones", classes="table", markup=False)
        if setting.choices:
            unset = (None,) if setting.unset else ()
            return Cycle((*unset, *setting.choices), value, setting.unset, id=f"setting-{name}")
        return Input("" if value is None else str(value), placeholder=setting.unset, id=f"setting-{name}", compact=True)

    @on(DescendantFocus)
    def explain(self, event: DescendantFocus) -> None:
        """Say what the setting with the focus is."""
        setting = SETTINGS.get((event.widget.id or "").removeprefix("setting-"))
        if setting is not None:
            self.query_one("#about", Static).update(setting.help)

    def _changes(self) -> dict[str, Any]:
        """Return the settings that were changed; raises `SettingsError` for what one cannot be."""
        changes = {}
        for name, setting in SETTINGS.items():
            for widget in self.query(f"#setting-{name}"):
                value = widget.value if isinstance(widget, Cycle) else _typed(setting, widget.value)  # type: ignore[attr-defined]
                if value is not None and not is_allowed(setting, value):
                    widget.focus()
                    raise SettingsError(f"{setting.label} must be {setting.wanted}.")
                if value != getattr(self._settings, name):
                    changes[name] = value
        return changes

    @on(Input.Submitted)
    async def action_save(self) -> None:
        """Write what was changed, and close; says why if that is not possible."""
        try:
            changes = self._changes()
            settings = await asyncio.to_thread(write_settings, self._path, changes) if changes else None
        except SettingsError as error:
            self._tell(str(error))
        else:
            if self.is_current:  # and was not left meanwhile
                self.dismiss(settings)

    @on(Input.Changed)
    def _tell_nothing(self) -> None:
        self._tell("")

    def _tell(self, wrong: str) -> None:
        told = self.query_one("#told", Static)
        told.display = bool(wrong)
        told.update(printable(wrong))

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


def _typed(setting: Setting, text: str) -> Any:
    """Return the value that was typed, ``None`` for nothing."""
    text = text.strip()
    if setting.kind is int and text.isdecimal() and len(text) < 10:
        return int(text)
    return text or None
