"""The line at the top: what file is open, and how it stands with it."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from blis_tui.problems import ERROR, WARNING, printable
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import View

_MOST_STATE = 70
"""Percents of the width that the right side may take."""


class TitleBar(DocumentWidget):
    """File name, unsaved mark and version on the left; problems and the state of the file on the right."""

    DEFAULT_CSS: ClassVar[str] = (
        "TitleBar { height: 1; background: $panel; color: $foreground; padding: 0 1; text-wrap: nowrap; }"
    )

    title = Content("")
    state = Content("")

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        title, state = _title(view), _state(view)
        if not (_same(title, self.title) and _same(state, self.state)):
            self.title, self.state = title, state
            self.refresh()  # both sides are one widget, so that nothing is laid out anew

    def render(self) -> Content:
        """Write both sides; where there is no room for both, the title gives way."""
        width = self.content_size.width
        state = self.state.truncate(width * _MOST_STATE // 100)
        return self.title.truncate(max(width - state.cell_length, 0), ellipsis=True, pad=True) + state


def _same(one: Content, other: Content) -> bool:
    return one.plain == other.plain and one.spans == other.spans


def _title(view: View) -> Content:
    name = printable(view.path.name) if view.path is not None else "untitled"
    version = f"   version {view.spec.rules}" if view.spec is not None else ""
    unsaved = Content.styled(" ● unsaved", "bold $text-warning") if view.dirty else Content("")
    return Content.assemble(
        Content.styled("blis-tui", "dim"), "  ", Content.styled(name, "bold"), unsaved, Content.styled(version, "dim")
    )


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
