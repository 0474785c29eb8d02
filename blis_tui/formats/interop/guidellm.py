"""A config for guidellm that replays a trace of blocks."""

from __future__ import annotations

from blis_tui.formats.interop.replay import Replay
from blis_tui.formats.interop.target import LOCAL, to_be_filled_in
from blis_tui.formats.interop.values import lines, quoted

_SECONDS_PER_MS = 0.001


def config(replay: Replay) -> str:
    """Write the config; guidellm finds the trace in the folder where it runs, and asks the server for a model not given."""
    target = replay.target
    model = {"model": quoted(target.model)} if target.model else {}
    tokenizer = {"model": quoted(replay.tokenizer)} if replay.tokenizer else {}
    body = {
        "spec": {
            "backend": {
                "kind": "openai_http", "target": quoted(target.server or LOCAL), **model,
                "request_format": "/v1/completions",
            },
            "tokenizer": {"kind": "huggingface_auto", **tokenizer},
            "profile": {"kind": "replay"},
            "data": [
                {
                    "kind": "mooncake", "source": {"kind": "json_file", "path": quoted(replay.file)},
                    "hash_id_block_size": replay.block_size, "time_scale": _SECONDS_PER_MS,
                }
            ],
            "outputs": [{"kind": "json", "path": "out.json"}],
        }
    }  # fmt: skip
    return (
        "# Written by blis-tui. To be run in the folder of its trace: guidellm run --config FILE\n"
        f"{to_be_filled_in(('target', target.server))}{lines(body)}"
    )
