"""The formats to choose from for an export, and how large their files will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Checkbox, Static

from blis_tui.formats.table import DEFAULT_FORMATS, FORMATS, available
from blis_tui.numbers import spoken_size
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from blis_tui.formats.estimate import Size
    from blis_tui.tui.document.workspace import View


CHOICES = tuple(each for each in FORMATS if each.name not in {other.exact for other in FORMATS})
"""The formats to tick; variants are another's option."""


class FormatList(PreviewWidget):
    """The formats with a box to tick each, and how large their files will be."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        spec = view.spec
        there = available()
        self._choices = [each for each in CHOICES if each in there and (spec is None or each.takes(spec))]
        self._sizes: dict[str, Size] = {}
        self._tokens = self._exact = False
        self._job: Job[dict[str, Size]] | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the formats that are ticked."""
        return tuple(each.name for each in self._choices if self.query_one(f"#format-{each.name}", Checkbox).value)

    def compose(self) -> ComposeResult:
        """Lay out the boxes."""
        for each in CHOICES:
            with Horizontal(classes="format"):
                missing = each.missing or ("" if each in self._choices else "compact files only")
                yield TickBox(
                    each.name, each.name in DEFAULT_FORMATS, id=f"format-{each.name}", compact=True, disabled=bool(missing)
                )
                yield Static("" if missing else "…", id=f"size-{each.name}", classes="size", markup=False)
                yield Static(missing or each.help, classes="help", markup=False)

    def show_sizes(self, *, tokens: bool, exact: bool) -> None:
        """Show sizes with or without token ids, and of exact variants or not."""
        self._tokens, self._exact = tokens, exact
        for each in self._choices:
            size = self._sizes.get(each.exact if exact and each.exact else each.name)
            text = "…" if size is None else spoken_size(size.full if tokens else size.plain)
            self.query_one(f"#size-{each.name}", Static).update(text if size is None or each.name == "yaml" else f"≈ {text}")

    def show_preview(self, preview: Preview) -> None:
        """Measure on the preview's requests, once there are some for this text."""
        requests, view = preview.requests, self._view
        if requests is None or preview.revision != self._view.revision or self._job is not None:
            return

        def work(job: Job[dict[str, Size]]) -> dict[str, Size]:
            from blis_tui.formats.estimate import estimates

            return estimates(view.text, requests, encoding=view.encoding, count=preview.total, progress=job.progress)

        self._job = Job(self, work, self._take, lambda _: None)

    def on_unmount(self) -> None:
        """Measure no longer."""
        if self._job is not None:
            self._job.cancel()

    def _take(self, sizes: dict[str, Size]) -> None:
        self._sizes = sizes
        self.show_sizes(tokens=self._tokens, exact=self._exact)
