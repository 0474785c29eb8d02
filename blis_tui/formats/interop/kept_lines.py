"""What one format has no field for, kept in comments of the other, so that the way back finds it.

Each line of it is a comment that begins with the format's mark: ``#inference-perf| api:``. Without these beginnings the
lines are YAML, whatever stands between them.
"""

from __future__ import annotations

import re

INFERENCE_PERF = "inference-perf"
"""In a workload file: the parts of an inference-perf config that have no place in it."""
BLIS = "blis"
"""In a config: the fields of a workload file that have no place in it."""


def as_comment(text: str, mark: str) -> str:
    """Write a text of complete lines as comments."""
    return "".join(f"#{mark}| {line}\n" for line in text.splitlines())


def from_comments(text: str, mark: str) -> str:
    """Return what is kept in the comments of a text; empty if nothing is."""
    return "".join(f"{line}\n" for line in re.findall(rf"^#{re.escape(mark)}\| ?([^\r\n]*)", text, re.MULTILINE))
