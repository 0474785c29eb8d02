"""Starting ``blis-tui --web`` in a test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

Serve = Callable[..., tuple["subprocess.Popen[str]", str]]
"""Serves a folder with the arguments given; returns the process and its address."""
