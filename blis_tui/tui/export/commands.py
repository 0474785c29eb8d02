"""The commands that use what an export has written."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from blis_tui.formats.table import FORMATS
from blis_tui.simulation.command import MODEL

_BLIS = f"blis run --model {MODEL} --workload-spec {{}}"
_COMMANDS = {
    "yaml": _BLIS,
    "expanded": _BLIS,
    "expanded-rates": _BLIS,
    "blis-trace": f"blis replay --model {MODEL} --trace-header {{}} --trace-data {{}}",
    "inference-perf": "inference-perf --config_file {}",
    "kubernetes": "kubectl apply -f {}",
}
"""The command of each format, with the paths of its files."""
_COMMANDS_IN_FOLDER = {
    "inference-perf-exact": "inference-perf --config_file {}",
    "aiperf": "aiperf profile --config {}",
    "guidellm": "guidellm run --config {}",
}
"""Likewise with their names: these find the trace beside them only in the folder where they run."""


class Command(NamedTuple):
    """A line for a shell. Of several tools that could do the same, `tool` is the one and `note` what to know of it."""

    line: str
    tool: str = ""
    note: str = ""


def commands_for(paths: Sequence[Path], replay: Mapping[str, Any] | None = None) -> list[Command]:
    """Return the commands for what was written, and those that `replay` of the provenance has for a trace."""
    found = [Command(line) for line in _by_format(paths)]
    if replay is not None:
        there = _in_folder(paths[0].parent)
        notes = replay["block_sizes"]
        found += [Command(f"{there}{line}", tool, notes[tool]) for tool, line in replay["commands"].items()]
    return found


def _by_format(paths: Sequence[Path]) -> Iterator[str]:
    written = {_suffix(path): path for path in paths}
    for each in FORMATS:
        files = [written[suffix] for suffix in each.suffixes if suffix in written]
        if len(files) < len(each.suffixes):
            continue
        if each.name in _COMMANDS:
            yield _COMMANDS[each.name].format(*(shlex.quote(str(path)) for path in files))
        elif each.name in _COMMANDS_IN_FOLDER:
            names = (shlex.quote(path.name) for path in files)
            yield f"{_in_folder(files[0].parent)}{_COMMANDS_IN_FOLDER[each.name].format(*names)}"


def _in_folder(folder: Path) -> str:
    return f"cd {shlex.quote(str(folder))} && "


def _suffix(path: Path) -> str:
    """Return the longest suffix of any format with which a file's name ends."""
    return max((suffix for each in FORMATS for suffix in each.suffixes if path.name.endswith(suffix)), key=len, default="")
