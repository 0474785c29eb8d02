"""One line that says what the preview beside it is worth: up to date, on its way, of an older text, cut, or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual.content import Content

from blis_tui.numbers import counted, roughly, time_left
from blis_tui.problems import ERROR, printable
from blis_tui.tui.preferences.keymap import first_key, resolve
from blis_tui.tui.preview.budget import TOO_LARGE
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import CANCELLED, EMPTY, FAILED, RUNNING, Preview
from blis_tui.tui.tuning import Tuning

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp

_BAR = 12
_ABOUT = 1.1
"""How far the number of requests may be from the one that was wanted."""
OLDER = "Out of date"


class Keys(NamedTuple):
    """The keys that a preview's state speaks of; each is named as its action is, after ``preview.``."""

    cancel: str = "alt+x"
    refresh: str = "f5"
    sent: str = "alt+w"


class PreviewStatus(PreviewWidget):
    """Says how the preview stands. A word and a sign say it, not the colour alone."""

    DEFAULT_CSS: ClassVar[str] = """
    PreviewStatus {
        height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
        &.-failed { height: auto; max-height: 3; text-wrap: wrap; }
    }
    """

    _told = Content("")
    _keys = Keys()
    _tuning = Tuning()

    def on_mount(self) -> None:
        """Look up the keys that are spoken of."""
        app = cast("BaseApp", self.app)
        self._tuning = app.tuning
        keys = resolve(app.settings.keys).keys
        self._keys = Keys(*(first_key(f"preview.{name}", keys) for name in Keys._fields))

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        # no class gives the colour: with each, all rules would be looked at again, between a keystroke and its frame
        failed = preview.state == FAILED and not _is_told_below(preview)
        self.set_class(failed, "-failed")
        content = Content.styled(told(preview, self._keys, self._tuning), _colour(preview))
        if content.plain != self._told.plain or content.spans != self._told.spans:
            self._told = content
            self.refresh(layout=failed)

    def render(self) -> Content:
        """Write the line."""
        return self._told


def _colour(preview: Preview) -> str:
    if preview.state == FAILED:
        return "$text-error"
    if preview.state == CANCELLED or (not preview.complete and not preview.stale):
        return "$text-warning"
    return "$text-accent" if preview.state == RUNNING and preview.seconds_left is not None else ""


def told(preview: Preview, keys: Keys, tuning: Tuning) -> str:
    """Say how a preview stands."""
    older = preview.requests is not None and preview.stale
    if preview.state == EMPTY:
        return "· No preview yet"
    if preview.state == RUNNING:
        return f"⟳ {f'{OLDER}; regenerating' if older else 'Generating'}{_progress(preview, keys)}"
    if preview.state == FAILED:
        return f"✗ {f'{OLDER}; no new preview' if older else 'No preview'}: {_reason(preview, keys)}"
    if preview.state == CANCELLED:
        return f"■ {f'{OLDER}; the new preview was cancelled' if older else 'Cancelled'}; {keys.refresh} generates it"
    return _ready(preview, keys, tuning)


def _progress(preview: Preview, keys: Keys) -> str:
    if preview.seconds_left is None:
        return "…"
    full = round(preview.done * _BAR)
    bar = "━" * full + "╌" * (_BAR - full)
    return f" {bar} {preview.done:.0%}, {time_left(preview.seconds_left)} left, {keys.cancel} cancels"


def _is_told_below(preview: Preview) -> bool:
    """Whether the reasons of a failure stand in the text, and so in the list of problems."""
    return any(problem.severity == ERROR and problem.line is not None for problem in preview.problems)


def _reason(preview: Preview, keys: Keys) -> str:
    errors = [problem for problem in preview.problems if problem.severity == ERROR]
    if len(errors) == 1 and not _is_told_below(preview):
        more = f"; {keys.refresh} generates all" if errors[0].code == TOO_LARGE else ""
        return printable(errors[0].message) + more
    return f"{counted(len(errors), 'error')} in the text"


def _ready(preview: Preview, keys: Keys, tuning: Tuning) -> str:
    requests = len(preview.requests) if preview.requests is not None else 0
    if preview.cut_us is not None:
        total = preview.expected.total if preview.expected is not None else None
        of = f" of about {total.mean:,.0f}" if total is not None and total.mean < 1e15 else ""
        if preview.waits and preview.requests is not None:
            of = " sent" if preview.requests.sent else f" planned{of}"
        more = ""
        if requests < tuning.most_requests * _ABOUT:
            more = f"; {keys.refresh} generates {'more' if total is not None and total.mean > tuning.most_ever else 'all'}"
        return f"✂ Only the first {requests:,} requests{of}: all before {roughly(preview.cut_us)}{more}"
    clients = len(preview.clients) if preview.clients is not None else 0
    if preview.clients is not None and preview.clients.recorded:
        return f"✓ {counted(requests, 'request')} of {counted(clients, 'client')}"
    made = preview.made
    if made is None or made.sent is None:
        return f"✓ {counted(requests, 'request')} of {counted(clients, 'client')}, up to date"
    sent = counted(len(made.sent.requests), "request")
    if made.planned is None:
        return f"✓ {sent} sent"
    planned = counted(len(made.planned.requests), "request")
    if preview.shows_sent:
        return f"✓ {sent} sent of {len(made.planned.requests):,} planned; {keys.sent}: planned"
    return f"✓ {planned} planned, {len(made.sent.requests):,} of them sent; {keys.sent}: sent"
