"""What a tool is to send requests to; a workload file does not say it."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """A server's base URL, the model asked for there, and whose tokenizer makes the prompts; empty ones are not given."""

    server: str = ""
    model: str = ""
    tokenizer: str = ""


NOWHERE = Target()
DIFFERS = "tools-differ"
"""The code of remarks on how a tool goes about a workload differently, which the provenance notes."""
