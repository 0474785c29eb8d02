"""The line at the top: what file is open, and how it stands with it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from blis_tui.problems import ERROR, WARNING, printable
from blis_tui.tui.view import DocumentWidget
from blis_tui.tui.workspace import View


class TitleBar(DocumentWidget):
    """File name, unsaved mark and version on the left; problems and the state of the file on the right."""

    DEFAULT_CSS: ClassVar[str] = """
    TitleBar {
        layout: horizontal; height: 1; background: $panel; color: $foreground; padding: 0 1;
        #title { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #state { width: auto; max-width: 70%; height: 1; text-align: right; text-wrap: nowrap; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out both sides."""
        yield Static(id="title", markup=False)
        yield Static(id="state", markup=False)

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        self.query_one("#title", Static).update(_title(view))
        self.query_one("#state", Static).update(_state(view))


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
