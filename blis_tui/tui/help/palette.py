"""The command palette's list: every action, found by its title, what it does, and other words for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider

from blis_tui.tui.actions import ACTIONS, Action, is_move
from blis_tui.tui.help.keys_dialog import PLACES
from blis_tui.tui.help.synonyms import SYNONYMS
from blis_tui.tui.preferences.keymap import resolve, shown_keys
from blis_tui.tui.widgets.choice_list import has_room
from blis_tui.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from blis_tui.tui.base_app import BaseApp

_WAYS = {
    "stages": "focus_list", "form": "focus_form", "chart": "show_tab('chart')", "table": "show_tab('clients')",
    "problems": "focus_problems", "yaml": "show_tab('yaml')", "summary": "show_tab('summary')",
}  # fmt: skip
"""The action of the app that leads to a place, so that what is done there can be done from everywhere."""
_TRIES, _TRY_S = 100, 0.02


class Palette(CommandPalette, Dialog[None]):
    """The palette, as a dialog: it can be closed while it is still searching."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Move by a page only in a list that is shown; it may not be there yet when a key's actions are looked for."""
        if action == "command_list" and not any(map(has_room, self.query(CommandList))):
            return False
        return super().check_action(action, parameters)


class Command(NamedTuple):
    """A command: what it is called and does, other words for it, and how it is run."""

    title: str
    help: str
    also: str
    run: Callable[[], object]


def commands(app: BaseApp, screen: Screen[Any]) -> Iterable[Command]:
    """Return the commands that can be run from a screen: of where the focus is, of the app, and of other places."""
    keys = resolve(app.settings.keys).keys
    owners = {active.binding.id: active.node for active in screen.active_bindings.values()}
    found: list[Command] = []
    elsewhere: list[Command] = []
    for action in ACTIONS:
        if action.run == "command_palette":
            continue
        place = ""
        if not action.where and (screen is app.home or action.id in owners):
            run: Callable[[], object] = partial(app.run_action, action.run)
        elif action.id in owners:
            run = partial(app.run_action, action.run, owners[action.id])
        elif action.where in _WAYS and not is_move(action) and screen is app.home:
            place = f"{PLACES[action.where].removeprefix('The ').capitalize()}: "
            run = partial(_run_there, app, action)
        else:
            continue
        shown = shown_keys(action, keys)
        title = f"{place}{action.title}" + (f"  ({shown})" if shown else "")
        (elsewhere if place else found).append(Command(title, action.help, SYNONYMS.get(action.id, ""), run))
    return [*found, *elsewhere]


def _run_there(app: BaseApp, action: Action) -> None:
    app.do(_go_and_run(app, action), "palette")


async def _go_and_run(app: BaseApp, action: Action) -> None:
    """Go where an action is at home, and run it as soon as the focus is there."""
    await app.run_action(_WAYS[action.where])
    for _ in range(_TRIES):
        for active in app.screen.active_bindings.values():
            if active.binding.id == action.id:
                await app.run_action(action.run, active.node)
                return
        await asyncio.sleep(_TRY_S)
    app.say(f"{action.title}: not possible with this file.", severity="warning", timeout=3)


class Commands(Provider):
    """Lists the commands, and finds them by any of their words."""

    async def discover(self) -> Hits:
        """Offer them all, those of where the focus is first."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """Find by title, else by other words and by what they do."""
        matcher = self.matcher(query)
        words = query.lower().split()
        for command in self._commands():
            score = matcher.match(command.title)
            told = f"{command.title} {command.also} {command.help}".lower()
            if not score and all(word in told for word in words):
                score = 0.2 if all(word in command.also for word in words) else 0.1
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.help)

    def _commands(self) -> Iterable[Command]:
        return commands(self.app, self.screen)  # type: ignore[arg-type]
