"""Choosing a file to open, or a name to save under."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from blis_tui.numbers import spoken_size
from blis_tui.problems import printable
from blis_tui.tui.filing.folder_listing import (
    TRACE_SUFFIXES,
    YAML_SUFFIXES,
    Entry,
    Listing,
    choose_shown,
    holds,
    homely,
    list_folder,
    resolve_typed,
)
from blis_tui.tui.widgets.choice_list import Options
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.tick_box import TickBox

MOST_SHOWN = 500
MOST_NAME = 40
"""Columns for names; longer ones push what is beside them to the right."""
PARENT = ".."


class PathInput(Input):
    """An input above a list: up and down move in the list, and backspace in an empty one goes to the parent folder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("pagedown", "move(10)", "Ten down", show=False),
        Binding("pageup", "move(-10)", "Ten up", show=False),
    ]

    @dataclass(eq=False)
    class Moved(Message):
        """Go down in the list by some entries."""

        by: int

    class CompletionWanted(Message):
        """Complete what is typed, as far as it is clear."""

    class ParentWanted(Message):
        """Go to the parent folder."""

    def action_move(self, by: int) -> None:
        """Ask to move in the list."""
        self.post_message(self.Moved(by))

    def action_complete(self) -> None:
        """Ask to complete the name."""
        self.post_message(self.CompletionWanted())

    def action_delete_left(self) -> None:
        """Delete, or leave the folder if there is nothing to delete."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.ParentWanted())


class FileDialog(Dialog["Path | None"]):
    """Shows a folder under an input. Returns a path, or ``None`` on escape."""

    CSS_PATH = Path(__file__).with_name("file_dialog.tcss")  # not relative: subclasses elsewhere share it
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]
    title_text = ""
    hint = ""
    placeholder = ""
    kinds: tuple[str, ...] = YAML_SUFFIXES
    """The ends of the names of the files that are shown, unless all are asked for."""
    replaced = False
    """Whether what is typed first replaces what stands there."""

    def __init__(self, folder: Path, value: str = "") -> None:
        super().__init__()
        self._value = value
        self._listing = Listing(folder.absolute(), ())
        self._shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self.title_text
            yield Static(id="folder", markup=False)
            yield PathInput(self._value, placeholder=self.placeholder, id="name", select_on_focus=self.replaced)
            yield Options(id="entries", markup=False)
            yield Static(id="told", markup=False)
            yield TickBox(f"All files, not only {', '.join(self.kinds[:-1])} and {self.kinds[-1]}", id="every-kind", compact=True)
            yield Static(self.hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show the folder."""
        self.run_worker(self._enter(self._listing.folder))

    async def _enter(self, folder: Path) -> bool:
        """Show a folder; stay where it was, and say why, if it cannot be looked into."""
        listing = await asyncio.to_thread(list_folder, folder)
        if listing.failure and folder != self._listing.folder:
            self._tell(f"{folder.name or folder}: {listing.failure}")
            return False
        self._listing = listing
        self.query_one("#folder", Static).update(f"In {printable(homely(folder))}")
        self._show()
        return True

    def _filter(self) -> str:
        """Return what entries must have in their name."""
        return ""

    def _found(self) -> list[Entry]:
        """Return what there is to choose from."""
        every_kind = self.query_one("#every-kind", Checkbox).value
        return choose_shown(self._listing, self._filter(), ("",) if every_kind else self.kinds)

    def _nothing(self) -> str:
        """Say that there is nothing to choose from."""
        return "Nothing here" + (f" has {self._filter()!r} in its name" if self._filter() else "")

    def _show(self) -> None:
        found = self._found()
        self._shown = found[:MOST_SHOWN]
        parent = [] if self._filter() or self._listing.folder.parent == self._listing.folder else [Entry(PARENT, True)]
        self._shown = [*parent, *self._shown]
        entries = self.query_one("#entries", OptionList)
        entries.clear_options()
        entries.add_options([Option(line) for line in _lines(self._shown)])
        if self._shown:
            entries.highlighted = min(len(parent), len(self._shown) - 1)
        more = len(found) - MOST_SHOWN
        if self._listing.failure:
            self._tell(self._listing.failure)
        elif more > 0:
            self._tell(f"… and {more:,} more: type part of the name")
        else:
            self._tell("" if found else self._nothing())

    def _tell(self, text: str) -> None:
        self.query_one("#told", Static).update(printable(text))

    def _highlighted(self) -> Entry | None:
        index = self.query_one("#entries", OptionList).highlighted
        return self._shown[index] if index is not None and index < len(self._shown) else None

    @on(PathInput.Moved)
    def move(self, event: PathInput.Moved) -> None:
        """Move in the list while the input keeps the focus."""
        entries = self.query_one("#entries", OptionList)
        if self._shown:
            entries.highlighted = max(0, min(len(self._shown) - 1, (entries.highlighted or 0) + event.by))

    @on(PathInput.CompletionWanted)
    def complete(self) -> None:
        """Complete what is typed to what all names have that begin so; with nothing to complete, go on to the list."""
        typed = self.query_one(PathInput)
        slash, rest = typed.value.rpartition("/")[1:]
        found = [entry for entry in self._listing.entries if rest and not slash and entry.name.startswith(rest)]
        common = os.path.commonprefix([entry.name for entry in found])  # noqa: RUF071 - names, character by character
        if len(found) == 1 and found[0].is_folder:
            common += "/"
        if len(common) > len(rest):
            typed.value = common
            typed.cursor_position = len(common)
        else:
            self.focus_next()

    @on(PathInput.ParentWanted)
    async def leave(self) -> None:
        """Go to the parent folder."""
        await self._enter(self._listing.folder.parent)

    @on(Checkbox.Changed, "#every-kind")
    def show_other_kinds(self) -> None:
        """Show more or fewer files."""
        self._show()

    @on(OptionList.OptionSelected, "#entries")
    async def take_from_list(self, event: OptionList.OptionSelected) -> None:
        """Take what is chosen in the list, unless another list is shown by now."""
        if event.option not in event.option_list.options:
            return
        entry = self._shown[event.option_index]
        if entry.is_folder:
            await self._go_into(entry)
        else:
            await self._take_file(entry)

    async def _go_into(self, entry: Entry) -> None:
        here = self._listing.folder
        await self._enter(here.parent if entry.name == PARENT else here / entry.name)

    async def _take_file(self, entry: Entry) -> None:
        self._take(self._listing.folder / entry.name)

    def _take(self, path: Path) -> None:
        """Return a path, unless the dialog was left while the disk was asked."""
        if self.is_current:
            self.dismiss(path)


class OpenDialog(FileDialog):
    """Chooses a file to open: typing filters, or names a path."""

    title_text = "Open"
    kinds: tuple[str, ...] = (*YAML_SUFFIXES, *TRACE_SUFFIXES)
    placeholder = "part of the name, or a path"
    hint = "⏎ open   ↑↓ choose   Tab complete   ⌫ parent folder   . hidden files   Esc cancel"

    def __init__(self, folder: Path, recent: Sequence[Path] = ()) -> None:
        super().__init__(folder)
        self._recent = [Entry(str(path), False, shown=homely(path), about="recent") for path in recent]
        self._missing: Path | None = None
        """The folder that is typed, if there is none."""

    def _found(self) -> list[Entry]:
        if self._missing is not None:
            return []
        first = self._recent if not self.query_one(PathInput).value else []
        return [*first, *super()._found()]

    def _nothing(self) -> str:
        return f"There is no folder {self._missing}." if self._missing is not None else super()._nothing()

    def _filter(self) -> str:
        return self.query_one(PathInput).value.rpartition("/")[2]

    @on(Input.Changed, "#name")
    async def follow(self, event: Input.Changed) -> None:
        """Show what is left; a path leads to its folder."""
        head, slash, rest = event.value.rpartition("/")
        if slash:
            folder = resolve_typed(self._listing.folder, head + slash)
            if not await asyncio.to_thread(holds, folder.is_dir):
                self._missing = folder
            elif await self._enter(folder):
                self.query_one(PathInput).value = rest
                return
            else:
                return  # it was told why
        else:
            self._missing = None
        self._show()

    @on(Input.Submitted, "#name")
    async def take(self, event: Input.Submitted) -> None:
        """Open what is highlighted or typed."""
        entry = self._highlighted()
        typed = resolve_typed(self._listing.folder, event.value) if event.value else None
        if typed is not None and await asyncio.to_thread(holds, typed.is_file):
            self._take(typed)
        elif entry is None:
            self._tell(self._missing_told(event.value))
        elif entry.is_folder:
            with self.prevent(Input.Changed):
                self.query_one(PathInput).value = ""
            await self._go_into(entry)
        else:
            await self._take_file(entry)

    def _missing_told(self, typed: str) -> str:
        if self._missing is not None:
            return self._nothing()
        return "There is no such file." if typed else "There is nothing to open here."


class SaveDialog(FileDialog):
    """Takes a name to save under, in the folder shown."""

    title_text = "Save as"
    placeholder = "name.yaml"
    replaced = True
    hint = "⏎ save   ↑↓ then Tab ⏎ open a folder   Esc cancel"

    async def _take_file(self, entry: Entry) -> None:
        name = self.query_one(PathInput)
        name.value = entry.name
        name.focus()

    @on(Input.Submitted, "#name")
    async def take(self, event: Input.Submitted) -> None:
        """Save under what is typed; a folder's name leads into it."""
        if not event.value.strip():
            self._tell("Type a name.")
            return
        path = resolve_typed(self._listing.folder, event.value.strip())
        if await asyncio.to_thread(holds, path.is_dir):
            if await self._enter(path):
                self.query_one(PathInput).value = ""
        elif not await asyncio.to_thread(holds, path.parent.is_dir):
            self._tell(f"There is no folder {path.parent}.")
        elif refusal := self.refusal(path):
            self._tell(refusal)
        else:
            self._take(path)

    def refusal(self, path: Path) -> str:
        """Say why a path cannot be taken; empty if it can."""
        return ""


def _lines(entries: list[Entry]) -> list[Content]:
    names = [Content(printable(entry.shown or entry.name) + ("/" if entry.is_folder else "")) for entry in entries]
    width = min(MOST_NAME, max((name.cell_length for name in names), default=0))
    lines = []
    for entry, name in zip(entries, names, strict=True):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.modified_s))
        about = f"   {entry.about}" if entry.about else "" if entry.is_folder else f"   {spoken_size(entry.size):>8}   {when}"
        lines.append(Content.assemble(name.pad_right(max(0, width - name.cell_length)), Content.styled(about, "dim")))
    return lines
