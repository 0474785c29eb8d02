"""The provenance file beside an export, version 1: what was exported, from what, and digests of it all.

One JSON object:

==================  =================================================================================
export_version      1; fields may be added without a new one
program             name of this program; `program_version` is its version
spec                `path` as the user gave it (null if none), `sha256` of the text (UTF-8), `version` as the file
                    has it, `rules` (1 or 2, the expansion rules it means), `seed`, `horizon_us` (where the
                    requests end; null if no time bounds them) and `num_requests` (null if not limited); null for a trace
trace               `path` and `kind` of the trace that was exported; null for a workload file
counts              `clients`, `requests`, `sessions`, `input_tokens` (prefix included), `prefix_tokens`,
                    `output_tokens`; null where the formats needed neither clients nor requests
requests            "planned" or "sent": whether rounds of sessions come on clocks of their own, or wait for answers;
                    "recorded" if they are those of a trace; null where the formats needed no requests
assumed             how long answers were assumed to take (--assume): `ttft_us` + `itl_us` × output tokens; null if that
                    was not given
tokens              whether token ids were asked for
notes               what else readers of the files should know, as sentences: how the tools differ that read them
replay              for a `mooncake` trace: `block_size`, and of each tool that replays it, its `commands` and how it comes by
                    the `block_sizes`; else null
files               one object per file: `name`, `format`, `format_version` (null where the format is not this
                    program's), `bytes`, `sha256`
==================  =================================================================================

There is no time in it: the same spec exported again gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from blis_tui.files.new_file import NewFile
from blis_tui.formats.interop.replay import block_sizes, commands
from blis_tui.formats.interop.target import DIFFERS
from blis_tui.formats.source import Source
from blis_tui.formats.table import MOONCAKE, TRACE, Format
from blis_tui.spec.format.facts import end_us
from blis_tui.version import VERSION

if TYPE_CHECKING:
    from blis_tui.problems import Problem
    from blis_tui.workload.requests import Requests

EXPORT_VERSION = 1
_FIXED_TIMES = "A replay of the trace sends every request at the time written there, however long answers take."


def provenance(
    source: Source, files: Iterable[tuple[Format, NewFile]], *, tokens: bool, remarks: Iterable[Problem] = ()
) -> dict[str, Any]:
    """Describe an export whose files are all written, with `remarks` made on them."""
    spec = source.spec
    files = list(files)
    requests = source.made_requests
    server = None if requests is None else requests.server
    clients = requests.clients if requests is not None else source.made_expansion
    return {
        "export_version": EXPORT_VERSION,
        "program": "blis-tui",
        "program_version": VERSION,
        "trace": None if source.trace is None else {"path": source.path or None, "kind": source.trace.kind},
        "spec": None
        if source.trace is not None
        else {
            "path": source.path or None,
            "sha256": hashlib.sha256(source.text.encode("utf-8")).hexdigest(),
            "version": spec.version,
            "rules": spec.rules,
            "seed": spec.seed,
            "horizon_us": end_us(spec),
            "num_requests": spec.num_requests or None,
        },
        "counts": {"clients": None if clients is None else len(clients), **_counts(requests)},
        "requests": None if requests is None else requests.basis,
        "assumed": None if server is None else {"ttft_us": server.ttft_us, "itl_us": server.itl_us},
        "tokens": tokens,
        "replay": _replay(source, files),
        "notes": [
            *([_FIXED_TIMES] if any(each.name in (TRACE, MOONCAKE.name) for each, _ in files) else []),
            *dict.fromkeys(remark.message for remark in remarks if remark.code == DIFFERS),
        ],
        "files": [
            {
                "name": file.path.name,
                "format": each.name,
                "format_version": each.version or None,
                "bytes": file.size,
                "sha256": file.sha256,
            }
            for each, file in files
        ],
    }


def _replay(source: Source, files: list[tuple[Format, NewFile]]) -> dict[str, Any] | None:
    """Say how a trace of blocks is replayed."""
    if not any(each is MOONCAKE for each, _ in files):
        return None
    replay = source.replay
    return {"block_size": replay.block_size, "commands": commands(replay), "block_sizes": block_sizes(replay)}


def _counts(requests: Requests | None) -> dict[str, int | None]:
    if requests is None:
        return dict.fromkeys(("requests", "sessions", "input_tokens", "prefix_tokens", "output_tokens"))
    import numpy as np

    return {
        "requests": len(requests),
        "sessions": requests.session_count,
        **{name: int(getattr(requests, name).sum(dtype=np.int64)) for name in ("input_tokens", "prefix_tokens", "output_tokens")},
    }


def as_text(document: dict[str, Any]) -> str:
    """Write the provenance as the text of its file."""
    return json.dumps(document, indent=2) + "\n"
