"""What the form says around its fields: the titles of panes, notices, and what there is to know about a field."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.widgets import Static

from blis_tui.problems import Problem, printable
from blis_tui.tui.document.field_values import short_message
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS


class Title(Static):
    """The line above a pane: its name, and what it comes to."""

    DEFAULT_CSS = "Title { height: auto; background: $panel; color: $foreground; padding: 0 1; }"

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(markup=False, **options)
        self.title = name
        self._told: tuple[str, str, tuple[Problem, ...]] = ("", "", ())

    def on_mount(self) -> None:
        """Draw the name."""
        self._draw()

    def tell(self, text: str = "", problems: tuple[Problem, ...] = ()) -> None:
        """Show what the pane comes to, and the problems of it as a whole."""
        if (self.title, text, problems) != self._told:
            self._told = (self.title, text, problems)
            self._draw()

    def _draw(self) -> None:
        _, text, problems = self._told
        parts: list[Any] = [(printable(self.title), "bold"), (f"  {text}" if text else "", "$foreground-muted")]
        for problem in problems:
            parts.append((f"\n{SIGNS[problem.severity]} {short_message(problem)}", COLOURS.get(problem.severity, "")))
        self.update(Content.assemble(*parts))


class Notice(Static):
    """A line or a few that are there only when there is something to say."""

    DEFAULT_CSS = "Notice { height: auto; padding: 0 1; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, **options)
        self.said = Content("")
        self.display = False

    def say(self, content: Content | str) -> None:
        """Say something else, or nothing."""
        content = Content(content) if isinstance(content, str) else content
        if content != self.said or content.spans != self.said.spans:
            self.said = content
            self.display = bool(content.plain)
            self.update(content)


class HelpBox(Static):
    """What there is to say about a field, in a box that keeps its height where it can."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, **options)
        self.said = Content("")

    def say(self, content: Content) -> None:
        """Say something else; everything is laid out anew only if it takes more lines, or far fewer."""
        if content == self.said and content.spans == self.said.spans:
            return
        self.said = content
        least, most = (int(limit.value) if limit is not None else 0 for limit in (self.styles.min_height, self.styles.max_height))
        lines = content.get_height({}, max(self.content_size.width, 1))
        self.update(content, layout=min(max(lines, least), most) != self.size.height)
