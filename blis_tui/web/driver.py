"""Textual's driver for a screen in the browser, for one that may vanish."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Ends the app when the server is gone, and lets what is written then go nowhere."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._write = self._put  # type: ignore[assignment]

    def _put(self, data: bytes) -> None:
        with suppress(BrokenPipeError):
            os.write(self.fileno, data)

    def run_input_thread(self) -> None:
        """Read keys until there are no more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
