"""The app: it wires the document to the widgets. Widgets show, the core decides, the controllers do."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Footer, Tab, Tabs

from blis_tui.spec.edits import Edit, EditRefused
from blis_tui.tui.actions import bindings
from blis_tui.tui.base_app import BaseApp
from blis_tui.tui.document import messages
from blis_tui.tui.document.checker import Checker
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.problem_list import ProblemList
from blis_tui.tui.document.title_bar import TitleBar
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.filing import Filing
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.preferences.appearance import NARROW_BELOW, Appearance
from blis_tui.tui.preferences.keymap import resolve
from blis_tui.tui.preferences.locations import state_folder
from blis_tui.tui.preferences.settings import Settings
from blis_tui.tui.preferences.terminal_keys import let_alt_figures_through
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.previewer import PreviewChanged, Previewer
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.tabs import TABS, make_tab
from blis_tui.tui.widgets.too_small import TooSmall

FORM = "form"
SWITCH_S = 0.001
"""How long a thread keeps the interpreter while the event loop wants it: 5 ms, as usual, add up to a slow screen."""
_TURNS_TO_TELL = 3
"""Turns of the event loop until each widget has told its screen that it wants to be painted or laid out."""
_ALLOWED_IN_DIALOGS = ("request_quit", "next_theme", "show_help")


class DesignerApp(BaseApp):
    """The workload designer: one document, its form, its text, its preview and its problems.

    `state` is the folder for recovery copies and what is remembered between runs. A `fresh` document is one that was
    not asked for by name: the designer begins by asking what to work on.
    """

    TITLE = "blis-tui"
    CSS_PATH = "app.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("")]

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings | None = None,
        *,
        state: FilePath | None = None,
        fresh: bool = False,
        max_size: int | None = None,
    ) -> None:
        super().__init__()
        let_alt_figures_through()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW_BELOW, "-wide")]
        self.workspace = workspace
        self.settings = settings or Settings()
        state = state or state_folder()
        self.appearance = Appearance(self, state)
        self.filing = Filing(self, self.appearance, state, fresh=fresh, max_size=max_size)
        self.checker = Checker(self)
        self.previewer = Previewer(self)
        self._painted = False
        self._last_in_form: Widget | None = None
        self._focus_next = ""
        """The tab that gets the focus as soon as it is shown."""

    @property
    def preview(self) -> Preview:
        """The present state of the preview."""
        return self.previewer.preview

    @property
    def _can_show(self) -> bool:
        """Whether the widgets are there: they are not before the first frame, and not any more while the app ends."""
        return not self._exit and self.home.query_one("#content").is_attached

    def get_default_screen(self) -> Screen[Any]:
        """Make the screen with the classes that its size will give it: to add them later styles every widget again."""
        narrow = self.size.width < NARROW_BELOW
        return Screen(id="_default", classes="-narrow -form" if narrow else "-wide")

    # --- layout -------------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the form on the left, and the tabs above the problems on the right."""
        first = FORM if self.size.width < NARROW_BELOW else next(iter(TABS))
        yield TitleBar()
        tabs = (Tab("Form", id=FORM), *(Tab(title, id=name) for name, (title, _) in TABS.items()))
        yield Tabs(*tabs, id="tabs", active=first)
        with Horizontal(id="body"):
            yield FormColumn(id="form-column")
            with Vertical(id="right"):
                yield ContentSwitcher(id="content")
        yield ProblemList(id="problems")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the document; what takes longer waits for the first paint."""
        self.filing.autosave.start()
        self.appearance.start()
        keymap = resolve(self.settings.keys)
        self.set_keymap(keymap.keys)
        for sentence in keymap.lost:
            self.say(sentence, title="Keys", severity="warning")
        self.refresh_view()
        self.call_after_refresh(self._start)

    def on_unmount(self) -> None:
        """Give back what belongs to the process."""
        self.filing.autosave.stop()

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
        asked_for = self._focus_next  # a key may have come before this
        await self._show_tab(self.home.query_one("#tabs", Tabs).active)
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
        if name == FORM or not self._painted or not self._can_show:
            return
        switcher = self.home.query_one("#content", ContentSwitcher)
        if not switcher.query(f"#{name}"):
            await switcher.mount(make_tab(name))
        switcher.current = name
        self.show_in(switcher.query_one(f"#{name}"))
        if self._focus_next == name:
            self._focus_next = ""
            self.call_after_refresh(self._focus_in, f"#content > #{name}")

    def on_resize(self, event: events.Resize) -> None:
        """Show a tab in place of the form where the form has a place of its own."""
        self.home.query_one(TooSmall).fit(event.size)
        self.appearance.fit(event.size.width)
        tabs = self.home.query_one("#tabs", Tabs)
        if event.size.width >= NARROW_BELOW and tabs.active == FORM:
            tabs.active = self.home.query_one("#content", ContentSwitcher).current or next(iter(TABS))

    # --- the document -------------------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Show the document's present state everywhere, check it if that is still to do, and preview it."""
        view = self.workspace.view
        for screen in self.screen_stack:
            for widget in screen.walk_children(DocumentWidget):  # a query would look at the rules of every widget
                if widget.is_mounted:  # or it is filled when it is
                    widget.show_document(view)
        if view.checked is None:
            self.checker.request(view)
        self.previewer.request(view)
        self.filing.document_changed()

    def edit(self, label: str, edits: Sequence[Edit], merge: str | None = None) -> bool:
        """Make edits of the text as one undo step; says so if they are refused."""
        try:
            self.workspace.edit(label, edits, merge)
        except EditRefused as refusal:
            self.say(str(refusal), title="Not changed", severity="warning")
            self.refresh_view()
            return False
        self.refresh_view()
        return True

    def write(self, text: str, label: str, merge: str | None = None) -> None:
        """Replace the whole text as one undo step."""
        self.workspace.write(text, label, merge)
        self.refresh_view()

    @on(messages.EditRequested)
    async def edit_for_widget(self, event: messages.EditRequested) -> None:
        """Make the edits a widget asks for; what is typed, its problems and its field come in one frame."""
        event.taken = True
        with self.batch_update():
            self.edit(event.label, event.edits, event.merge)
            for _ in range(_TURNS_TO_TELL):
                await asyncio.sleep(0)
        self.screen.check_idle()

    @on(messages.TextTyped)
    def take_typed_text(self, event: messages.TextTyped) -> None:
        """Take over the text of the YAML pane."""
        event.taken = True
        self.write(event.text, "type", merge="type")

    @on(messages.StepEnded)
    def end_step(self) -> None:
        """Let what comes next be an undo step of its own."""
        self.workspace.seal()

    @on(messages.MendRequested)
    def mend(self, event: messages.MendRequested) -> None:
        """Apply one mend."""
        from blis_tui.tui.document.mends import mend

        self.do(mend(self, event.problem), "mend")

    @on(messages.JumpRequested)
    def jump(self, event: messages.JumpRequested) -> None:
        """Show the field of a path, or its line in the YAML pane if no field shows it."""
        form = self.home.query_one(FormColumn)
        narrow = self.home.has_class("-narrow")
        if narrow:
            self._activate(FORM)
        if not form.focus_path(event.path):
            self._activate("yaml")
            self.call_after_refresh(self._jump_to_line, event.line or 1, event.column or 1)

    def _jump_to_line(self, line: int, column: int) -> None:
        for pane in self.home.query("#content > #yaml"):
            pane.go_to(line, column)  # type: ignore[attr-defined]

    # --- the preview --------------------------------------------------------------------------------------------------

    @on(PreviewChanged)
    def show_preview(self, event: PreviewChanged) -> None:
        """Show a new state of the preview everywhere."""
        for screen in self.screen_stack:
            for widget in screen.walk_children(PreviewWidget):
                if widget.is_mounted:
                    widget.show_preview(event.preview)

    def show_in(self, parent: Widget) -> None:
        """Fill widgets that were just made."""
        for widget in parent.walk_children(with_self=True):
            if isinstance(widget, DocumentWidget):
                widget.show_document(self.workspace.view)
            if isinstance(widget, PreviewWidget):
                widget.show_preview(self.preview)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a dialog, without the messages that would hide a part of it; they are read by then."""
        self.clear_notifications()
        return super().push_screen(*arguments, **options)

    # --- actions ------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the app's own actions away from dialogs, but for a few."""
        if len(self.screen_stack) > 1 and action in _OWN_ACTIONS:
            return action in _ALLOWED_IN_DIALOGS
        return True

    def action_undo(self) -> None:
        """Take back one step."""
        self._tell(self.workspace.undo(), "Undone", "Nothing to undo")

    def action_redo(self) -> None:
        """Do one step again."""
        self._tell(self.workspace.redo(), "Done again", "Nothing to redo")

    def _tell(self, label: str | None, done: str, nothing: str) -> None:
        self.say(f"{done}: {label}" if label else nothing, timeout=2)
        self.refresh_view()

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
        """Begin a file from a template."""
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

    def action_export(self) -> None:
        """Write requests and other formats."""
        from blis_tui.tui.export.export_dialog import export

        self.do(export(self), "export")

    def action_open_editor(self) -> None:
        """Edit the text in the user's own editor."""
        from blis_tui.tui.filing.external_editor import edit_elsewhere

        edit_elsewhere(self)

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
        """Compare with the saved file or another one."""
        from blis_tui.tui.compare.compare_dialog import compare

        self.do(compare(self), "compare")

    def action_upgrade(self) -> None:
        """Show what version 2 would change, then do it."""
        from blis_tui.tui.compare.compare_dialog import upgrade

        self.do(upgrade(self), "compare")

    def action_show_tab(self, name: str) -> None:
        """Show a tab and put the focus into it."""
        tabs = self.home.query_one("#tabs", Tabs)
        if tabs.active == name:
            self._focus_in(f"#content > #{name}")
        else:
            self._focus_next = name
            self._activate(name)

    def _activate(self, name: str) -> None:
        self.home.query_one("#tabs", Tabs).active = name

    def _focus_in(self, selector: str) -> None:
        for parent in self.home.query(selector):
            for widget in parent.walk_children(Widget, with_self=True):
                if widget in self.home.focus_chain:
                    self.home.set_focus(widget)
                    return

    def action_focus_form(self) -> None:
        """Go to the field of the form that was left last."""
        if self.home.has_class("-narrow"):
            self._activate(FORM)
        if self._last_in_form is not None and self._last_in_form in self.home.focus_chain:
            self.home.set_focus(self._last_in_form)
        else:
            self.call_after_refresh(self._focus_in, "#form-column")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Note which field of the form has the focus."""
        if any(isinstance(parent, FormColumn) for parent in event.widget.ancestors):
            self._last_in_form = event.widget

    def action_focus_problems(self) -> None:
        """Go to the list of problems."""
        self._focus_in("#problems")

    def action_resize_split(self, columns: int) -> None:
        """Give the form more or fewer columns."""
        self.appearance.widen(columns)

    def action_next_theme(self) -> None:
        """Switch between dark, light and the terminal's own colours."""
        self.appearance.next_theme()

    def action_cancel_preview(self) -> None:
        """Stop the preview that is being made."""
        self.previewer.cancel()

    def action_refresh_preview(self) -> None:
        """Make the preview again."""
        self.previewer.refresh()

    def action_show_help(self) -> None:
        """Show the keys that work where the focus is."""
        from blis_tui.tui.help.keys_dialog import HelpDialog, keys_here

        if isinstance(self.screen, HelpDialog):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpDialog(keys_here(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer every action in the palette."""
        from blis_tui.tui.help.palette import commands

        return commands(self, screen)

    async def on_event(self, event: events.Event) -> None:
        """Look at the file again when the user comes back to this window."""
        await super().on_event(event)
        if isinstance(event, events.AppFocus) and self._painted:
            self.filing.look_at_disk(ask=True)


_OWN_ACTIONS = frozenset(binding.action.partition("(")[0] for binding in bindings("") if binding.action != "command_palette")
