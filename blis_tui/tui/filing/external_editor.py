"""The text in the user's own editor, which has the terminal to itself meanwhile."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import replace_text

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.filing.autosave import Autosave

_TERMINAL = 0
"""The descriptor that the designer reads its keys from."""


def edit_elsewhere(app: BaseApp, autosave: Autosave) -> None:
    """Open the text in the user's editor, and take over what was saved there as one undo step."""
    if app.is_web:
        app.say("No other program is run from the browser.", title="No other editor here", severity="warning")
        return
    wanted = app.settings.editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(wanted)
        if not command:
            app.say("Set $EDITOR, or `editor` in the settings file.", title="There is no editor", severity="warning")
            return
        with autosave.elsewhere() as file:
            _take(app, command, _edited(app, autosave, command, file))
    except SuspendNotSupported:
        app.say("The designer cannot hand over this terminal.", title="No other editor here", severity="warning")
    except (OSError, ValueError, WriteError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        app.say(f"{wanted}: {reason}", title="The editor did not work", severity="error")


def _take(app: BaseApp, command: list[str], text: str) -> None:
    """Make what an editor has saved the text of the document."""
    if text == app.workspace.text:
        app.say("Nothing was changed in the editor.", timeout=3)
    else:
        app.workspace.seal()
        app.write(text, f"edit in {Path(command[0]).name}")


def _edited(app: BaseApp, autosave: Autosave, command: list[str], file: Path) -> str:
    """Return what an editor makes of the text in a file; raises `OSError`, `ValueError`, `WriteError` and `SuspendNotSupported`.

    What it has saved counts even if it fails, if that is because the designer is ended, and the editor with it.
    """
    replace_text(file, app.workspace.text)  # whole or not at all, for it may be read by the next start
    with app.suspend():
        ended = _run([*command, str(file)], autosave)
    if isinstance(ended, Exception):
        raise ended
    if ended and not autosave.leaving:
        how = f"was ended by signal {-ended}" if ended < 0 else f"ended with code {ended}"
        raise ValueError(f"it {how}; the text is as it was")
    return file.read_bytes().decode("utf-8")


def _run(command: list[str], autosave: Autosave) -> int | OSError | ValueError:
    """Run an editor to its end; what goes wrong is returned, since an error would keep Textual from taking the terminal back."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is for the editor; if ignored, it would be so there too
    try:
        with _terminal_as_it_is(), subprocess.Popen(command) as autosave.editor:  # noqa: S603 - the user's own command
            if autosave.leaving:  # since before it was there to be told
                autosave.editor.terminate()
            return autosave.editor.wait()
    except (OSError, ValueError) as error:
        return error
    finally:
        autosave.editor = None
        signal.signal(signal.SIGINT, before)


@contextmanager
def _terminal_as_it_is() -> Iterator[None]:
    """Give the terminal its modes back at the end, which a program that was killed has left as it wanted them."""
    try:
        modes = termios.tcgetattr(_TERMINAL)
    except termios.error:  # there is none
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error):  # it was closed
            termios.tcsetattr(_TERMINAL, termios.TCSANOW, modes)
