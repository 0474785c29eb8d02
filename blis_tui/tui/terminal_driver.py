"""Textual's driver for a terminal, which reads whatever that sends."""

from __future__ import annotations

import codecs
import os
import selectors
from itertools import chain

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from blis_tui.pastes import PasteGuard

_WAIT_S = 0.1
_PIECE = 1 << 12


class TerminalDriver(LinuxDriver):
    """Takes bytes that are no UTF-8 for unknown characters, and what is pasted for text alone."""

    def run_input_thread(self) -> None:
        """Read keys, the mouse and pastes until the end."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        parser, guard = XTermParser(self._debug), PasteGuard()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = guard.feed(decode(self._read())) if selector.select(_WAIT_S) else ""
                for message in chain(parser.feed(text) if text else (), parser.tick()):
                    self.process_message(message)

    def _read(self) -> bytes:
        """Read what has come; nothing, after a while, where the terminal is gone."""
        try:
            data = os.read(self.fileno, _PIECE)
        except OSError:
            data = b""
        if not data:
            self.exit_event.wait(_WAIT_S)
        return data
