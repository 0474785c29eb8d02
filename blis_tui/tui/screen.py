"""The screen with the document: its layout, its tabs, and where the focus goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Tab

from blis_tui.problems import Path
from blis_tui.tui.document.problem_list import ProblemList
from blis_tui.tui.document.title_bar import TitleBar
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.help.key_line import KeyLine
from blis_tui.tui.preferences.appearance import NARROW_BELOW, TALL_FROM
from blis_tui.tui.simulation.simulation_line import SimulationLine
from blis_tui.tui.tabs import FORM, TABS, TabBar, make_tab
from blis_tui.tui.widgets.too_small import TooSmall
from blis_tui.tui.widgets.visibility import focus_first

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp


class MainScreen(Screen[None]):
    """The form on the left, and the tabs above the problems on the right. Dialogs stand before it.

    The app calls what is here while it handles a message or an action, so that these are handled one after the other.
    """

    def __init__(self, size: Size) -> None:
        self._narrow = narrow = size.width < NARROW_BELOW
        """Whether the form is a tab; the class of that name follows a little later."""
        height = "-tall" if size.height >= TALL_FROM else "-low"
        # The classes that its size will give it: to add them later styles every widget again
        super().__init__(id="_default", classes=f"{'-narrow -form' if narrow else '-wide'} {height}")
        self._last_in_form: Widget | None = None
        self.tab_to_focus = ""
        """The tab that gets the focus as soon as it is shown."""
        self._part_to_focus = ""

    @property
    def is_there(self) -> bool:
        """Whether the widgets are there."""
        return self.query_one("#content").is_attached

    @property
    def is_covered(self) -> bool:
        """Whether the window is too small, so that nothing of the document is seen."""
        return any(cover.display for cover in self.query(TooSmall))

    @property
    def tabs(self) -> TabBar:
        """The titles of the tabs."""
        return self.query_one("#tabs", TabBar)

    @property
    def active(self) -> str:
        """The name of the tab that is chosen."""
        return self.tabs.active

    def widgets(self, width: int) -> Iterable[Widget]:
        """Make the widgets for a window of some width."""
        first = FORM if width < NARROW_BELOW else next(iter(TABS))
        yield TitleBar()
        yield TabBar(first)
        right = Vertical(ContentSwitcher(id="content"), id="right")
        yield Horizontal(FormColumn(id="form-column"), right, id="body")
        yield ProblemList(id="problems")
        yield KeyLine()
        yield SimulationLine()
        yield TooSmall()

    def fit(self, size: Size) -> None:
        """Show a tab in place of the form where the form has a place of its own."""
        self.query_one(TooSmall).fit(size)
        self._narrow = size.width < NARROW_BELOW
        if not self._narrow and self.active == FORM:
            self.activate(self.query_one("#content", ContentSwitcher).current or next(iter(TABS)))

    def activate(self, name: str) -> None:
        """Choose a tab; it is shown when the app is told of that."""
        self.tabs.active = name

    async def show_tab(self, name: str) -> None:
        """Show the content of a tab, made when it is first wanted."""
        switcher = self.query_one("#content", ContentSwitcher)
        if not switcher.query(f"#{name}"):
            await switcher.mount(make_tab(name))
        switcher.current = name
        cast("BaseApp", self.app).show_in(switcher.query_one(f"#{name}"))
        if self.tab_to_focus == name:
            self.tab_to_focus = ""
            self.call_after_refresh(self.focus_in, f"#content > #{name} {self._part_to_focus}")

    def go_to_tab(self, name: str, part: str = "") -> None:
        """Choose a tab and put the focus into it, or into a part of it."""
        if self.active == name:
            self.focus_in(f"#content > #{name} {part}")
        else:
            self.tab_to_focus, self._part_to_focus = name, part
            self.set_focus(None)  # what is typed until the tab is there is not meant for where one came from
            self.activate(name)

    def focus_in(self, selector: str) -> None:
        """Put the focus on the first widget in a part of the screen that can have it."""
        focus_first(self, self.query(selector))

    def next_tab(self, steps: int) -> None:
        """Go to the tab so many places further on; the first follows the last."""
        names = [tab.id or FORM for tab in self.tabs.query(Tab) if tab.display]
        here = names.index(self.active) if self.active in names else 0
        name = names[(here + steps) % len(names)]
        if name == FORM:
            self.focus_form()
        else:
            self.go_to_tab(name)

    def enter_tab(self) -> None:
        """Put the focus into the tab that is chosen."""
        if self.active == FORM:
            self.focus_form()
        else:
            self.go_to_tab(self.active)

    def focus_form(self) -> None:
        """Go to the field of the form that was left last; at first, to the list that the workload is made of."""
        self._show_form()
        if self._last_in_form is not None and self._last_in_form in self.focus_chain:
            self.set_focus(self._last_in_form)
        else:
            self.focus_list()

    def focus_list(self) -> None:
        """Go to the stages or clients; where the form has none, to its first field."""
        self._show_form()
        self._focus_main_part()  # at once where it can be: what is typed next is meant for it
        self.call_after_refresh(self._show_list)

    def _show_form(self) -> None:
        """Show the form, where it is a tab, at once: the focus goes there."""
        if self._narrow:
            self.activate(FORM)
            self.add_class("-form")

    def _show_list(self) -> None:
        """Scroll to what the workload is made of, now that everything has its place."""
        part = self._focus_main_part()
        if part is None:
            self.focus_in("#form-column")
        elif not self.can_view_entire(part):
            self.scroll_to_center(part, origin_visible=True)

    def _focus_main_part(self) -> Widget | None:
        """Put the focus on what the workload is made of, and return that; ``None`` if it cannot have it yet, or there is none."""
        part = self.query_one(FormColumn).main_part
        if part is None or part not in self.focus_chain:
            return None
        self.set_focus(part, scroll_visible=False)
        return part

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Note which field of the form has the focus."""
        if any(isinstance(parent, FormColumn) for parent in event.widget.ancestors):
            self._last_in_form = event.widget

    def jump(self, path: Path, line: int, column: int, *, in_text: bool = False) -> None:
        """Show the field of a path, or its place in the YAML pane if no field shows it or the text is wanted."""
        if self._narrow and not in_text:
            self.activate(FORM)
        if in_text or not self.query_one(FormColumn).focus_path(path):
            self.activate("yaml")
            self.call_after_refresh(self._jump_in_text, line, column)

    async def show_requests(self, query: str) -> None:
        """Show the requests that a query finds, and go there."""
        self.go_to_tab("requests")
        await self.show_tab("requests")
        for tab in self.query("#content > #requests"):
            tab.table.ask(query)  # type: ignore[attr-defined]

    def _jump_in_text(self, line: int, column: int) -> None:
        for pane in self.query("#content > #yaml"):
            pane.go_to(line, column)  # type: ignore[attr-defined]
