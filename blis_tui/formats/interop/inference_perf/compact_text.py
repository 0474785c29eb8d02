"""The text of the workload file that a config becomes: comments on what it is, what is kept, and the file itself."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from blis_tui.formats.interop import kept_lines
from blis_tui.formats.interop.imported import APPROXIMATED, DEFAULT
from blis_tui.formats.interop.values import flow, lines
from blis_tui.formats.yaml_text import block, entry
from blis_tui.problems import Problem
from blis_tui.spec.format.model import WorkloadSpec

_WIDTH = 100
_FIRST = ("version", "seed", "horizon")


def listed(title: str, texts: Sequence[str]) -> str:
    """Write comments: a title and an item for each text; nothing if there is none."""
    if not texts:
        return ""
    wrapped = [title]
    for text in texts:
        wrapped += textwrap.wrap(f"- {text}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in wrapped)


def comments(notes: Sequence[Problem], kept: dict[str, Any]) -> str:
    """Write what stands at the top: what is not the same, and what is kept for the way back."""
    parts = [
        listed(title, [note.message for note in notes if note.code == code])
        for code, title in ((APPROXIMATED, "Not quite the same here:"), (DEFAULT, "Not in the config:"))
    ]
    mark = kept_lines.INFERENCE_PERF
    kept_text = f'# Lines with "#{mark}|" are kept for an export to inference-perf.\n{kept_lines.as_comment(lines(kept), mark)}'
    return f"# From an inference-perf config.\n{''.join(parts)}{kept_text}"


def written(spec: WorkloadSpec) -> str:
    """Write a workload file with its seed, its end and all of the compact block, defaults too."""
    head = "".join(entry(name, getattr(spec, name)) for name in _FIRST if name != "horizon" or spec.horizon)
    rest = block(spec.replace(inference_perf=None, **{name: WorkloadSpec.fields[name].default for name in _FIRST}))
    compact = spec.inference_perf
    if compact is None or compact.shared_prefix is None:
        return head + rest
    stages = "".join(f"    - {flow(stage.__dict__)}\n" for stage in compact.stages)
    prefix = lines(compact.shared_prefix.__dict__, "    ")
    return f"{head}{rest}inference_perf:\n  stages:\n{stages}  shared_prefix:\n{prefix}"
