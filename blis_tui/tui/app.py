"""The app: it wires the document to the widgets. Widgets show, the core decides, the controllers do."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.widgets import Tabs

from blis_tui.tui.actions import bindings
from blis_tui.tui.capacity.assumption_line import Assumed
from blis_tui.tui.capacity.assumptions import Assumptions
from blis_tui.tui.document import messages
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.document_app import DocumentApp
from blis_tui.tui.filing.filing import Filing
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.overlay.overlays import Overlays
from blis_tui.tui.preferences.appearance import NARROW_BELOW, TALL_FROM, Appearance
from blis_tui.tui.preferences.keymap import resolve
from blis_tui.tui.preferences.locations import settings_file, state_folder
from blis_tui.tui.preferences.settings import Settings
from blis_tui.tui.preferences.terminal_keys import let_alt_figures_through
from blis_tui.tui.screen import MainScreen
from blis_tui.tui.simulation.simulations import Simulations
from blis_tui.tui.tabs import ASSUMING, FORM, TabBar
from blis_tui.tui.tuning import ORDINARY, Tuning
from blis_tui.tui.widgets.style_cache import let_removed_widgets_go

if TYPE_CHECKING:
    from blis_tui.workload.server import AssumedServer

SWITCH_S = 0.001
"""How long a thread keeps the interpreter while the event loop wants it: 5 ms, as usual, add up to a slow screen."""
_ALLOWED_IN_DIALOGS = ("request_quit", "next_theme", "show_help", "picture")


def _commands() -> type[Provider]:
    from blis_tui.tui.help.palette import Commands

    return Commands


class DesignerApp(DocumentApp):
    """The workload designer: one document, its form, its text, its preview and its problems.

    `settings_path` is the file of the `settings`, `state` the folder for recovery copies and what is remembered between runs. A
    `fresh` document is one that was not asked for by name: the designer begins by asking what to work on. `server`,
    `trace` and `block_size` are what the command line says of answer times, a trace to show first and blocks of mooncake traces.
    """

    TITLE = "blis-tui"
    CSS_PATH = "app.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("")]
    COMMANDS: ClassVar[set[Callable[[], type[Provider]]]] = {_commands}  # type: ignore[assignment]

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings | None = None,
        *,
        settings_path: FilePath | None = None,
        state: FilePath | None = None,
        fresh: bool = False,
        max_size: int | None = None,
        server: AssumedServer | None = None,
        tuning: Tuning = ORDINARY,
        use_means: bool = False,
        trace: FilePath | None = None,
        block_size: int | None = None,
    ) -> None:
        super().__init__(workspace, tuning)
        let_alt_figures_through()
        let_removed_widgets_go()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW_BELOW, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (TALL_FROM, "-tall")]
        self.settings = settings or Settings()
        self.settings_file = settings_path or settings_file()
        state = state or state_folder()
        self.appearance = Appearance(self, state)
        self.assumptions = Assumptions(self, self.previewer, self.appearance)
        self.filing = Filing(self, self.appearance, state, fresh=fresh, max_size=max_size, use_means=use_means, trace=trace)
        self.overlays = Overlays(self, self.previewer)
        self.simulations = Simulations(self, self.overlays.show)
        self._painted = False
        self._given_server = server
        self._block_size = block_size

    @property
    def home(self) -> MainScreen:
        """The screen with the document; dialogs stand before it."""
        home = self.screen_stack[0]
        assert isinstance(home, MainScreen)
        return home

    @property
    def _can_show(self) -> bool:
        """Whether the widgets are there: they are not before the first frame, and not any more while the app ends."""
        return not self._exit and self.home.is_there

    def get_default_screen(self) -> Screen[Any]:
        """Make the screen with the document."""
        return MainScreen(self.size)

    def compose(self) -> ComposeResult:
        """Lay out the screen with the document."""
        yield from self.home.widgets(self.size.width)

    def on_mount(self) -> None:
        """Show the document; what takes longer waits for the first paint."""
        self.filing.autosave.start()
        self.appearance.start()
        self.assumptions.recall(self._given_server)
        keymap = resolve(self.settings.keys)
        self.set_keymap(keymap.keys)
        for sentence in keymap.lost:
            self.say(sentence, title="Keys", severity="warning")
        self.refresh_view()
        self.call_after_refresh(self._start)

    def on_unmount(self) -> None:
        """Give back what belongs to the process."""
        self.simulations.stop()
        self.filing.autosave.stop()
        self.appearance.stop()

    async def _start(self) -> None:
        """Begin what is not needed for the first frame; NumPy and plotext are loaded only now."""
        if not self._can_show:
            if not self._exit:
                self.call_after_refresh(self._start)
            return
        self._painted = True
        sys.setswitchinterval(SWITCH_S)
        if not gc.isenabled():  # switched off while the program was loaded
            gc.freeze()
            gc.enable()
        self.do(self.home.query_one(FormColumn).make_inputs(), "form")
        asked_for = self.home.tab_to_focus  # a key may have come before this
        await self._show_tab(self.home.active)
        if not asked_for:
            self.action_focus_form()
        self.previewer.start()
        self.filing.start()

    @on(Tabs.TabActivated, "#tabs")
    async def show_chosen_tab(self, event: Tabs.TabActivated) -> None:
        """Show the tab's content, made when it is first wanted; in a narrow window the form is a tab too."""
        await self._show_tab(event.tab.id or FORM)

    async def _show_tab(self, name: str) -> None:
        self.home.set_class(name == FORM, "-form")
        if name != FORM and self._painted and self._can_show:
            await self.home.show_tab(name)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the screen to the size of the window."""
        self.appearance.fit(event.size.width)
        self.home.fit(event.size)

    @on(FormColumn.RoomWanted)
    def give_room(self, event: FormColumn.RoomWanted) -> None:
        """Give the form room for two panes, or for one."""
        self.appearance.for_two = event.for_two
        self.appearance.fit(self.size.width)

    def document_changed(self) -> None:
        """Keep a recovery copy of what is not saved."""
        self.filing.document_changed()
        self.overlays.document_changed()

    def document_opened(self) -> None:
        """Show another document as it was left."""
        self.assumptions.recall()
        self.simulations.cancel()
        self.overlays.recall()

    @on(messages.LeaveRequested)
    def leave_for_tabs(self) -> None:
        """Go where nothing is typed, and figures choose a tab."""
        self.home.set_focus(self.home.tabs)

    @on(TabBar.Entered)
    def enter_tab(self) -> None:
        """Go on into the tab that is chosen."""
        self.home.enter_tab()

    @on(messages.JumpRequested)
    def jump(self, event: messages.JumpRequested) -> None:
        """Show the field of a path, or its line in the YAML pane if no field shows it or the text is wanted."""
        checked = self.workspace.view.checked or self.workspace.view.good
        place = (event.line, event.column) if event.line is not None or checked is None else checked.tree.position(event.path)
        line, column = place or (1, 1)
        self.home.jump(event.path, line or 1, column or 1, in_text=event.in_text)

    @on(messages.RequestsAsked)
    async def show_requests(self, event: messages.RequestsAsked) -> None:
        """Show the requests that a query finds."""
        await self.home.show_requests(event.query)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a dialog, without the messages that would hide a part of it; they are read by then."""
        self.clear_notifications()
        return super().push_screen(*arguments, **options)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the app's own actions away from dialogs, but for a few; Escape is only there to stop what runs."""
        if len(self.screen_stack) > 1 and action in _OWN_ACTIONS:
            return action in _ALLOWED_IN_DIALOGS
        return action != "cancel_simulation" or self.simulations.running

    def action_save(self) -> None:
        """Write the text to its file."""
        self.do(self.filing.save(), "files")

    def action_save_as(self) -> None:
        """Write the text to another file."""
        self.do(self.filing.save_as(), "files")

    def action_open(self) -> None:
        """Open another file."""
        self.do(self.filing.open(), "files")

    def action_new(self) -> None:
        """Start a file from a template."""
        self.do(self.filing.new(), "files")

    def action_reload(self) -> None:
        """Read the file again."""
        self.do(self.filing.reload(), "files")

    def action_request_quit(self) -> None:
        """Leave, unless there is unsaved work that the user wants to keep."""
        self.do(self.filing.quit(), "files")

    async def action_quit(self) -> None:
        """Leave as `action_request_quit` does: Textual's own way would lose work."""
        self.action_request_quit()

    def action_command_palette(self) -> None:
        """Find a command by name."""
        from blis_tui.tui.help.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_settings(self) -> None:
        """Show all settings, and change them."""
        from blis_tui.tui.preferences.settings_dialog import change_settings

        self.do(change_settings(self, self.appearance), "settings")

    def action_export(self) -> None:
        """Write the requests, or the workload in other formats."""
        from blis_tui.tui.export.export_dialog import export

        self.do(export(self, self.appearance), "export")

    def action_sweep(self) -> None:
        """Write a file for each of several rates."""
        from blis_tui.tui.form.stages.sweep_dialog import sweep

        self.do(sweep(self), "export")

    def action_open_editor(self) -> None:
        """Edit the text in the user's own editor."""
        from blis_tui.tui.filing.external_editor import edit_elsewhere

        edit_elsewhere(self, self.filing.autosave)

    def action_copy_text(self) -> None:
        """Copy the whole text."""
        from blis_tui.tui.filing.clipboard import copy

        copy(self, self.workspace.text)

    def action_mend_all(self) -> None:
        """Apply all safe mends."""
        from blis_tui.tui.document.mends import mend_all

        self.do(mend_all(self), "mend")

    def action_next_problem(self) -> None:
        """Go to the next problem."""
        from blis_tui.tui.document.mends import next_problem

        next_problem(self)

    def action_compare(self) -> None:
        """Compare with the saved file or with another one."""
        from blis_tui.tui.compare.compare_dialog import compare

        self.do(compare(self), "compare")

    async def show_difference(self, was_name: str, was: str, now_name: str, now: str) -> None:
        """Show what is different between two texts, and between their numbers, until the user closes it."""
        from blis_tui.tui.compare.compare_dialog import Compared, CompareDialog

        await self.push_screen_wait(CompareDialog(Compared(was_name, was, now_name, now)))

    async def show_trace(self, path: FilePath) -> str:
        """Show a trace until the user closes it; says so if it cannot be opened.

        Returns the text of the workload file that the user has made of it, empty for none.
        """
        from blis_tui.tui.trace.trace_screen import TraceScreen

        self.appearance.remember_open(path)
        end = await self.push_screen_wait(TraceScreen(path, self.filing.max_size, self._block_size, self.preview.server))
        if end.failure:
            self.say(end.failure, title="Not opened", severity="error", timeout=8)
        return end.workload

    def action_upgrade(self) -> None:
        """Show what version 2 would change, then make the change."""
        from blis_tui.tui.compare.conversions import upgrade

        self.do(upgrade(self), "compare")

    def action_convert(self) -> None:
        """Show the explicit clients of the text, then put them in its place."""
        from blis_tui.tui.compare.conversions import convert

        self.do(convert(self), "compare")

    def action_show_tab(self, name: str) -> None:
        """Show a tab and put the focus into it."""
        self.home.go_to_tab(name)

    def action_next_tab(self, steps: int) -> None:
        """Go to the next tab, or the one before."""
        self.home.next_tab(steps)

    def action_focus_list(self) -> None:
        """Go to the stages or clients."""
        self.home.focus_list()

    def action_focus_form(self) -> None:
        """Go to the field of the form that was left last."""
        self.home.focus_form()

    def action_focus_problems(self) -> None:
        """Go to the list of problems."""
        self.home.focus_in("#problems")

    def action_resize_split(self, columns: int) -> None:
        """Give the form more or fewer columns."""
        self.appearance.widen(columns)

    def action_next_theme(self) -> None:
        """Switch between dark, light and the terminal's own colours."""
        self.appearance.next_theme()

    def action_cancel_preview(self) -> None:
        """Stop the preview in progress, or reading a run."""
        if not self.overlays.cancel():
            self.previewer.cancel()

    def action_refresh_preview(self) -> None:
        """Regenerate the preview."""
        self.previewer.refresh()

    def action_toggle_sent(self) -> None:
        """Show conversations as they are sent, or as they are planned."""
        self.assumptions.toggle_sent()

    def action_assume(self) -> None:
        """Go to where it is said how long answers are assumed to take."""
        tab = self.home.active if self.home.active in ASSUMING else "chart"
        self.home.go_to_tab(tab, "AssumptionLine")

    def action_simulate(self) -> None:
        """Run BLIS on the text as it stands."""
        self.simulations.start()

    def action_cancel_simulation(self) -> None:
        """Stop the simulation in progress."""
        self.simulations.cancel()

    def action_overlay_run(self) -> None:
        """Show the results of a run over the chart, or read them again."""
        self.do(self.overlays.choose(), "overlay")

    def action_remove_run(self) -> None:
        """Show no results of a run any more."""
        self.overlays.remove()

    def action_assume_measured(self) -> None:
        """Assume the mean answer times of the run that is shown."""
        self.assumptions.assume_measured()

    @on(Assumed)
    def assume(self, event: Assumed) -> None:
        """Assume another answer time, and show what is sent with it."""
        self.assumptions.assume(event.server)

    def action_picture(self) -> None:
        """Write what the screen shows as an SVG file beside the document's file."""
        path = self.workspace.path
        folder = path.absolute().parent if path is not None else FilePath.cwd()

        def take() -> None:
            try:
                written = self.save_screenshot(path=str(folder))
            except OSError as error:
                self.say(f"{folder}: {error.strerror}", title="No picture", severity="error")
            else:
                self.say(f"The picture is in {written}.", timeout=4)

        self.clear_notifications()
        self.call_after_refresh(take)

    def action_show_help(self) -> None:
        """Show the keys that work where the focus is."""
        from blis_tui.tui.help.keys_dialog import HelpDialog, keys_here

        if isinstance(self.screen, HelpDialog):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpDialog(keys_here(self.screen)))

    async def on_event(self, event: events.Event) -> None:
        """Look at the file again when the user comes back to this window; keep from a window too small what is typed."""
        if isinstance(event, (events.Key, events.Paste)) and self._is_covered and not self._leaves(event):
            return
        await super().on_event(event)
        if isinstance(event, events.AppFocus) and self._painted:
            self.filing.watch.look_soon(ask=True)

    @property
    def _is_covered(self) -> bool:
        """Whether the window is too small to show anything that a key would change."""
        return not self._exit and self.screen is self.home and self.home.is_covered

    def _leaves(self, event: events.Event) -> bool:
        """Return whether an event is a key that leaves the designer."""
        return isinstance(event, events.Key) and any(
            binding.action == "request_quit" for binding in self._bindings.key_to_bindings.get(event.key, ())
        )


_OWN_ACTIONS = frozenset(binding.action.partition("(")[0] for binding in bindings("") if binding.action != "command_palette")
