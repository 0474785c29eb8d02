"""The user's settings, for the designer and for what runs BLIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.cli.arguments.options import Options
from blis_tui.cli.errors import UsageError

if TYPE_CHECKING:
    from blis_tui.tui.preferences.settings import Settings


def user_settings(options: Options) -> tuple[Path, Settings]:
    """Return the settings, and the file that they are in if it exists; raises `UsageError`."""
    from blis_tui.tui.preferences.keymap import KeymapError, resolve
    from blis_tui.tui.preferences.locations import settings_file
    from blis_tui.tui.preferences.settings import SettingsError, read_settings

    path = Path(options.config) if options.config is not None else settings_file()
    try:
        settings = read_settings(path, must_exist=options.config is not None)
        resolve(settings.keys)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    except KeymapError as error:
        raise UsageError(f"{path}: {error}") from error
    return path, settings
