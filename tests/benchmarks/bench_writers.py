"""Writers: how fast ready requests become files, against what a program without them would call. See README.md."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import statistics
from collections.abc import Callable, Sequence
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from bench_generate import compact, resident
from measuring import CANONICAL, Row, in_turn, ratio

from blis_tui.formats.export import export, write_to
from blis_tui.reading import load
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.tokens import TokenBlock

SPEC = load(CANONICAL)
MADE, READY = "ids drawn meanwhile", "ids at hand"


class Sink:
    """Counts bytes and forgets them."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)

    def flush(self) -> None:
        pass


class Ready(Requests):
    """Requests whose token ids are at hand, so that only writing is timed."""

    blocks: list[TokenBlock]

    def token_blocks(self, most_tokens: int = 1 << 20, pulse: object = None) -> Any:
        return iter(self.blocks)


def ready(requests: Requests) -> Requests:
    """Return the same requests with their ids at hand, in the blocks that writers ask for."""
    from blis_tui.formats.tuning import ORDINARY

    blocks = list(requests.token_blocks(ORDINARY.batch_tokens))
    copy = Ready.__new__(Ready)
    copy.__dict__.update(requests.__dict__)
    copy.blocks = blocks
    return copy


def write(requests: Requests, format: str, *, tokens: bool = False) -> int:
    """Write one format, and return how many bytes that were."""
    sink = Sink()
    if format == "blis-trace":  # two files, so not for a stream
        from blis_tui.formats.requests.batches import batches
        from blis_tui.formats.source import Source
        from blis_tui.formats.traces.blis.writing import writer

        made = writer(Source(SPEC, requests=requests), tokens=False)
        for head in made.heads:
            sink.write(head.encode())
        for batch in batches(requests, tokens=False, width=made.width):
            sink.write(made.lines(batch))
    else:
        write_to(sink, SPEC, format, tokens=tokens, requests=requests)
    return sink.size


def text_of(requests: Requests, format: str) -> str:
    """Return what a format writes."""
    stream = io.BytesIO()
    write_to(stream, SPEC, format, tokens=False, requests=requests)
    return stream.getvalue().decode()


def trace_rows(requests: Requests) -> list[tuple[Any, ...]]:
    """Return the rows of a trace as values that are ready to be written: numbers as numbers."""
    from blis_tui.formats.requests.batches import batches
    from blis_tui.formats.source import Source
    from blis_tui.formats.traces.blis.writing import writer

    made = writer(Source(SPEC, requests=requests), tokens=False)
    text = b"".join(made.lines(batch) for batch in batches(requests, tokens=False)).decode()
    return [tuple(int(field) if field.isdecimal() else field for field in row) for row in csv.reader(io.StringIO(text))]


def json_dicts(requests: Requests, *, tokens: bool) -> list[dict[str, Any]]:
    """Return the objects of jsonl, ready to be written."""
    found = [json.loads(line) for line in text_of(requests, "jsonl").splitlines()]
    if tokens:
        for each, (input_ids, output_ids) in zip(found, requests.tokens(), strict=True):
            each["input_ids"], each["output_ids"] = input_ids.tolist(), output_ids.tolist()
    return found


def dumped(objects: Sequence[dict[str, Any]]) -> None:
    """Write objects by the standard library, one call for each."""
    for each in objects:
        json.dumps(each)


def csv_written(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows by the standard library."""
    csv.writer(io.StringIO(), lineterminator="\n").writerows(rows)


def digests(requests: Requests) -> Callable[[], object]:
    """Return what hashes every request's ids, which are ready as bytes."""
    data = [np.concatenate(pair).astype("<i4").tobytes() for pair in requests.tokens()]
    return lambda: [hashlib.sha256(each).digest() for each in data]


def compared(name: str, work: Callable[[], int], to: str, other: Callable[[], object], wanted: float, runs: int) -> list[Row]:
    """Measure one writer in turn with what it is compared with."""
    size = work()
    seconds = in_turn({"ours": work, "other": other}, runs)
    value = statistics.median(seconds["ours"])
    return [
        Row(name, value * 1e3, "ms", ratio(seconds["ours"], seconds["other"]), to, wanted),
        Row(f"{name}: speed", size / value / 1e6, "MB/s"),
    ]


def measure(runs: int) -> list[Row]:
    """Measure every format over the ready requests of `canonical-v2`."""
    grown = memory()  # first, since what follows would blur it
    drawn = generate(SPEC)
    requests = ready(drawn)
    rows = trace_rows(requests)
    found = compared("blis-trace", lambda: write(requests, "blis-trace"), "csv.writer", lambda: csv_written(rows), 1.2, runs)
    plain = json_dicts(requests, tokens=False)
    found += compared("jsonl", lambda: write(requests, "jsonl"), "json.dumps", lambda: dumped(plain), 0.5, runs)
    found += compared("mooncake", lambda: write(requests, "mooncake"), "jsonl", lambda: write(requests, "jsonl"), 1.0, runs)
    hashed = digests(requests)
    found += compared(f"csv, {READY}", lambda: write(requests, "csv"), "sha256", hashed, 2.0, runs)
    found += compared(f"csv, {MADE}", lambda: write(drawn, "csv"), "sha256", hashed, None, runs)
    full = json_dicts(requests, tokens=True)
    name = "jsonl with token ids"
    found += compared(
        f"{name}, {READY}", lambda: write(requests, "jsonl", tokens=True), "json.dumps", lambda: dumped(full), 0.3, runs
    )
    found += compared(
        f"{name}, {MADE}", lambda: write(drawn, "jsonl", tokens=True), "json.dumps", lambda: dumped(full), None, runs
    )
    found += compared("parquet", lambda: write(requests, "parquet"), "json.dumps", lambda: dumped(plain), None, runs)
    found += compared(
        f"parquet with token ids, {READY}",
        lambda: write(requests, "parquet", tokens=True),
        "json.dumps",
        lambda: dumped(full),
        None,
        runs,
    )
    return [*found, *grown]


def memory() -> list[Row]:
    """Measure how much memory grows while half a million requests are written, a schedule that is there already left out."""
    spec = compact(20_000.0, 25, 10, 10)
    requests = generate(spec)
    rows = []
    for format, tokens in (("blis-trace", False), ("jsonl", False), ("mooncake", False), ("parquet", False), ("jsonl", True)):
        before, most = resident(), 0

        def look(_done: int, _total: int) -> None:
            nonlocal most
            most = max(most, resident())

        with TemporaryDirectory() as folder:
            export(spec, folder, [format], tokens=tokens, requests=requests, progress=look)
        name = f"memory, {format}{' with token ids' if tokens else ''} ({len(requests):,} requests)"
        rows.append(Row(name, (most - before) / 1e6, "MB", wanted=100))
    return rows
