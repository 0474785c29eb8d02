"""Opening the results of a run, known by what is in them: a file, or a folder of files that belong together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from blis_tui.formats.runs import aiperf, blis, guidellm, inference_perf, vllm
from blis_tui.formats.runs.documents import Check, Document, read_document
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import Run


class Tool(Protocol):
    """What the module of a tool has."""

    TOOL: str

    def sets_of(self, names: Sequence[str], /) -> list[list[str]]:
        """Return the files of each run among the names of a folder."""
        ...

    def recognises(self, value: Any, /) -> bool:
        """Return whether a value in a file is what the tool writes."""
        ...

    def read(self, documents: Sequence[Document], name: str, /) -> Run:
        """Read the files of a run. Raises `RunError`."""
        ...


TOOLS: tuple[Tool, ...] = (inference_perf, aiperf, guidellm, vllm)
_MOST_TRIED = 50
"""So many files of a folder are looked into at most, none larger than `_LARGEST_TRIED` bytes."""
_LARGEST_TRIED = 64 << 20
_KNOWN = "results of inference-perf, AIPerf, guidellm, vLLM or blis observe"


def open_run(path: Path, check: Check = lambda: None) -> Run:
    """Read the results of a run. `check` is called often and may raise `Cancelled`. Raises `RunError`."""
    name = path.name or path.absolute().name or str(path)
    if not os.path.isdir(path):  # noqa: PTH112 - `Path` raises for what cannot be looked at
        if blis.is_trace(path):
            return blis.read(path, name, check)
        document = read_document(path, check)
        return _tool_of(document).read([document], name)
    tool, paths = _files_in(path, check)
    if tool is None:
        return blis.read(paths[0], name, check)
    return tool.read([read_document(each, check) for each in paths], name)


def _tool_of(document: Document) -> Tool:
    value = document.values[0].value if document.values else None
    for tool in TOOLS:
        if tool.recognises(value):
            return tool
    raise RunError(f"{document.path}: is not one of the {_KNOWN}")


def _files_in(folder: Path, check: Check) -> tuple[Tool | None, list[Path]]:
    """Return the files of the one run that is in a folder, by their names, or else by what is in them; a trace has no tool."""
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        raise RunError(f"{folder}: cannot be read: {error.strerror or error}") from error
    found: list[tuple[Tool | None, list[str]]] = [(tool, files) for tool in TOOLS for files in tool.sets_of(names)]
    found = found or [(tool, [name]) for tool, name in _by_content(folder, names, check)]
    if not found:
        raise RunError(f"{folder}: there are no {_KNOWN} in this folder")
    if len(found) > 1:
        raise RunError(f"{folder}: holds several runs: {_listed([files[0] for _, files in found])}; name one of them")
    tool, files = found[0]
    return tool, [folder / name for name in files]


def _by_content(folder: Path, names: Sequence[str], check: Check) -> list[tuple[Tool | None, str]]:
    found: list[tuple[Tool | None, str]] = []
    for name in [name for name in names if name.endswith((".json", ".jsonl", ".csv"))][:_MOST_TRIED]:
        check()
        try:
            if name.endswith(".csv"):
                found += [(None, name)] if blis.is_rows(folder / name) else []
            elif (folder / name).stat().st_size <= _LARGEST_TRIED:
                found.append((_tool_of(read_document(folder / name, check)), name))
        except (RunError, OSError):
            continue
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 5 else f"{', '.join(names[:3])} and {len(names) - 3} more"
