"""What a tool is to send requests to; a workload file does not say it."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """A server's base URL, the model asked for there, and whose tokenizer makes the prompts; empty ones are not given."""

    server: str = ""
    model: str = ""
    tokenizer: str = ""


NOWHERE = Target()
LOCAL = "http://localhost:8000"
"""The server that configs name to be filled in."""
DIFFERS = "tools-differ"
"""The code of remarks on how a tool goes about a workload differently, which the provenance notes."""


def to_be_filled_in(*given: tuple[str, str]) -> str:
    """Write the comment that names the keys, of those with what was given for each, that stand for nothing yet."""
    missing = [key for key, value in given if not value]
    return f"# To be filled in, or given by --server and --model: {', '.join(missing)}\n" if missing else ""
