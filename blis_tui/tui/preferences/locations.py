"""Where the designer keeps what is not a workload file: the user's settings, and what it remembers itself."""

from __future__ import annotations

import os
from pathlib import Path

APP = "blis-tui"
CONFIG_VARIABLE = "BLIS_TUI_CONFIG"


def settings_file() -> Path:
    """Return the settings file that is read if `--config` names none: BLIS_TUI_CONFIG, or the system's place for it."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False) / "settings.toml"


def state_folder() -> Path:
    """Return the folder for what the designer remembers, and for recovery copies. It need not exist yet."""
    from platformdirs import user_state_path

    return user_state_path(APP, appauthor=False)
