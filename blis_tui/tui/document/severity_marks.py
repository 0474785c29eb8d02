"""How a problem's severity looks: everywhere with the same sign and the same colour."""

from __future__ import annotations

from blis_tui.problems import ERROR, INFO, WARNING

SIGNS = {ERROR: "✗", WARNING: "!", INFO: "i"}
"""What stands before a problem; colour only adds to it."""
COLOURS = {ERROR: "$text-error", WARNING: "$text-warning"}
