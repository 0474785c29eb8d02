"""The text in the user's own editor, which has the terminal to itself meanwhile."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp


def edit_elsewhere(app: BaseApp) -> None:
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
        text = _edited(app, command, app.workspace.text)
    except SuspendNotSupported:
        app.say("The designer cannot hand over this terminal.", title="No other editor here", severity="warning")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        app.say(f"{wanted}: {reason}", title="The editor did not work", severity="error")
    else:
        if text == app.workspace.text:
            app.say("Nothing was changed in the editor.", timeout=3)
        else:
            app.workspace.seal()
            app.write(text, f"edit in {Path(command[0]).name}")


def _edited(app: BaseApp, command: list[str], text: str) -> str:
    """Return what the editor makes of a text; raises `OSError`, `ValueError` and `SuspendNotSupported`."""
    name = app.workspace.path.name if app.workspace.path is not None else "workload.yaml"
    with tempfile.TemporaryDirectory(prefix="blis-tui-") as folder:
        file = Path(folder) / name
        file.write_bytes(text.encode("utf-8"))
        with app.suspend():
            ended = _run([*command, str(file)])
        if isinstance(ended, Exception):
            raise ended
        if ended:
            how = f"was ended by signal {-ended}" if ended < 0 else f"ended with code {ended}"
            raise ValueError(f"it {how}; the text is as it was")
        return file.read_bytes().decode("utf-8")


def _run(command: list[str]) -> int | OSError | ValueError:
    """Run a program to its end; what goes wrong is returned, since an error would keep Textual from taking the terminal back."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is for the editor; if ignored, it would be so there too
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - the user's own command
    except (OSError, ValueError) as error:
        return error
    finally:
        signal.signal(signal.SIGINT, before)
