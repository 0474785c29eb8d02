"""The line at the top: what file is open, and how it stands with it."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from blis_tui.problems import ERROR, WARNING, printable
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import View

_MOST_STATE = 70
"""Percents of the width that the right side may take."""


class TitleLine(Widget):
    """What is open on the left, and how it stands with it on the right."""

    DEFAULT_CSS: ClassVar[str] = (
        "TitleLine { height: 1; background: $panel; color: $foreground; padding: 0 1; text-wrap: nowrap; }"
    )

    title = Content("")
    state = Content("")

    def show_sides(self, title: Content, state: Content) -> None:
        """Show both sides."""
        if not (_same(title, self.title) and _same(state, self.state)):
            self.title, self.state = title, state
            self.refresh()  # both sides are one widget, so that nothing is laid out anew

    def render(self) -> Content:
        """Write both sides; where there is no room for both, the title gives way."""
        width = self.content_size.width
        state = self.state.truncate(width * _MOST_STATE // 100, ellipsis=True)
        return self.title.truncate(max(width - state.cell_length, 0), ellipsis=True, pad=True) + state


def named(name: str) -> Content:
    """Write the name of what is open, behind that of the program."""
    return Content.assemble(Content.styled("blis-tui", "dim"), "  ", Content.styled(printable(name), "bold"))


def _same(one: Content, other: Content) -> bool:
    return one.plain == other.plain and one.spans == other.spans


class TitleBar(TitleLine, DocumentWidget):
    """File name, unsaved mark and version on the left; problems and the state of the file on the right."""

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        self.show_sides(_title(view), _state(view))


def _title(view: View) -> Content:
    version = f"   version {view.spec.rules}" if view.spec is not None else ""
    unsaved = Content.styled(" ● unsaved", "bold $text-warning") if view.dirty else Content("")
    name = view.path.name if view.path is not None else "untitled"
    return Content.assemble(named(name), unsaved, Content.styled(version, "dim"))


def _state(view: View) -> Content:
    if view.checked is None:
        told = Content.styled("checking…", "dim")
    else:
        parts = []
        for kind, glyph, style in ((ERROR, "✗", "bold $text-error"), (WARNING, "!", "bold $text-warning")):
            count = sum(problem.severity == kind for problem in view.checked.problems)
            if count:
                parts.append(Content.styled(f"{glyph} {count:,} {kind}{'s' if count > 1 else ''}", style))
        told = Content(" · ").join(parts) if parts else Content.styled("✓ no problems", "$text-success")
    note = Content.styled(f"   {printable(view.note)}", "dim") if view.note else Content("")
    return Content.assemble(told, note)
