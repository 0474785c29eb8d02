"""Traces: how long a million rows take to open, beside reading the bytes and counting their lines. See README.md."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Row, in_turn, ratio

from blis_tui.formats.requests.blis_trace import COLUMNS
from blis_tui.formats.traces.opening import open_trace

ROWS = 1_000_000
WANTED_S = 3.0
LINES = "counting lines"


def measure(runs: int) -> list[Row]:
    """Open a trace of BLIS and one of Mooncake, of a million rows each."""
    rows = []
    with TemporaryDirectory() as folder:
        for name, lines in (("run.csv", _blis()), ("run.jsonl", _mooncake())):
            path = Path(folder) / name
            with path.open("w") as file:
                file.writelines(lines)
            cases = {LINES: lambda path=path: path.read_bytes().count(b"\n"), name: lambda path=path: open_trace(path)}  # type: ignore[misc]
            seconds = in_turn(cases, max(runs // 3, 1))
            megabytes = path.stat().st_size / 1e6
            took = statistics.median(seconds[name])
            rows.append(Row(f"open {name}, {ROWS:,} rows, {megabytes:,.0f} MB", took, "s", wanted=WANTED_S))
            rows.append(Row(f"… to counting its lines ({name})", took, "s", ratio(seconds[name], seconds[LINES]), LINES))
    return rows


def _blis() -> Iterator[str]:
    """Yield the rows of a measured run of 300 clients in 200,000 sessions."""
    draw = random.Random(1)
    names = [name for name in COLUMNS if name not in ("slo_target_us", "adapter")]
    yield ",".join(names) + "\n"
    time, epoch = 0, 1_764_200_000_000_000
    for number in range(ROWS):
        time += draw.randint(1, 2000)
        client, size = draw.randrange(300), draw.randint(10, 9000)
        sent = epoch + time
        yield (
            f"{number},client-{client},tenant-{client % 10},standard,sess_{draw.randrange(200_000)},{draw.randrange(6)},group-{client % 8},512,"
            f"true,{size},{size // 7},{size},0,0,0,0.1,,{time + 300_000_000},{size + 512},{time},{sent},{sent + 200_000},"
            f"{sent + 3_000_000},{size // 7},ok,,stop\n"
        )


def _mooncake() -> Iterator[str]:
    """Yield rows of up to 18 blocks, of which some begin alike."""
    draw = random.Random(2)
    time = 0.0
    for number in range(ROWS):
        time += draw.random()
        size = draw.randint(10, 9000)
        blocks, root = -(-size // 512), draw.randrange(5000) * 5
        ids = [*range(root, root + min(blocks, 5)), *range(100_000 + 20 * number, 100_000 + 20 * number + max(blocks - 5, 0))]
        yield json.dumps({"timestamp": time, "input_length": size, "output_length": size // 7, "hash_ids": ids}) + "\n"
