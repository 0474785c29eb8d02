"""The command palette's list: every action, those of the focused widget included, each with its keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand

from blis_tui.tui.actions import ACTIONS
from blis_tui.tui.preferences.keymap import resolve, shown_keys

if TYPE_CHECKING:
    from textual.screen import Screen

    from blis_tui.tui.base_app import BaseApp


def commands(app: BaseApp, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Return the commands that can be run on a screen."""
    keys = resolve(app.settings.keys).keys
    owners = {active.binding.id: active.node for active in screen.active_bindings.values()}
    for action in ACTIONS:
        if action.run == "command_palette":
            continue
        if not action.where:
            run = partial(app.run_action, action.run)
        elif action.id in owners:
            run = partial(app.run_action, action.run, owners[action.id])
        else:
            continue
        shown = shown_keys(action, keys)
        yield SystemCommand(f"{action.title}  ({shown})" if shown else action.title, action.help, run)
