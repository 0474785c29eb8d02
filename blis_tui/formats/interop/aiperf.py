"""A config for AIPerf that replays a trace of blocks."""

from __future__ import annotations

from blis_tui.formats.interop.replay import MODEL, Replay
from blis_tui.formats.interop.target import LOCAL, to_be_filled_in
from blis_tui.formats.interop.values import Plain, lines, quoted


def config(replay: Replay) -> str:
    """Write the config; AIPerf finds the trace in the folder where it runs."""
    target = replay.target
    tokenizer = {"tokenizer": {"name": quoted(replay.tokenizer)}} if replay.tokenizer else {}
    body = {
        "schemaVersion": Plain('"2.0"'),
        "benchmark": {
            "models": [quoted(target.model or MODEL)],
            "endpoint": {"urls": [quoted(target.server or LOCAL)], "type": "completions", "streaming": True},
            **tokenizer,
            "datasets": [
                {
                    "name": "trace", "type": "file", "path": quoted(replay.file), "format": "mooncake_trace",
                    "block_size": replay.block_size,
                }
            ],
            "phases": [{"name": "profiling", "type": "fixed_schedule"}],
        },
    }  # fmt: skip
    return (
        "# Written by blis-tui. To be run in the folder of its trace: aiperf profile --config FILE\n"
        f"{to_be_filled_in(('models', target.model), ('urls', target.server))}{lines(body)}"
    )
