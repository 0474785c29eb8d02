"""Some of the requests in a file: the lines that a whole export has for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blis_tui.files.errors import AlreadyExists
from blis_tui.formats.export import write_to
from blis_tui.formats.rows import write_rows
from blis_tui.formats.table import FormatError
from blis_tui.formats.traces.opening import Opening, trace_of
from blis_tui.problems import Cancelled
from blis_tui.reading import load
from blis_tui.workload.generate import generate

EXAMPLES = Path(__file__).parents[2] / "examples"


class _Kept(bytearray):
    def write(self, data: bytes) -> None:
        self.extend(data)

    def flush(self) -> None: ...


@pytest.mark.parametrize("format", ["csv", "jsonl"])
@pytest.mark.parametrize("rows", [[7, 2, 3, 2600], [], [0], range(2600), [8191, 8192, 8193, 20_000]])
@pytest.mark.parametrize("name", ["clients", "two-stage"])
def test_rows_are_the_lines_of_the_whole_export(tmp_path: Path, format: str, rows: list[int], name: str) -> None:
    requests = generate(load(EXAMPLES / f"{name}.yaml"))
    rows = [row for row in rows if row < len(requests)]
    whole = _Kept()
    write_to(whole, requests.spec, format, requests=requests)  # type: ignore[arg-type]
    lines = bytes(whole).splitlines(keepends=True)
    head, lines = (lines[:1], lines[1:]) if format == "csv" else ([], lines)
    path = tmp_path / f"rows.{format.upper()}"
    write_rows(requests, np.array(rows, np.int64), path)
    assert path.read_bytes() == b"".join([*head, *(lines[row] for row in sorted(rows))])


def test_rows_of_a_trace_have_no_hash_of_token_ids(tmp_path: Path) -> None:
    text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,374,44\n2023-11-16 18:15:50,396,109\n"
    requests = trace_of(text.encode(), "trace", Opening(), lambda done: None).requests
    write_rows(requests, np.array([1]), tmp_path / "rows.csv")
    head, row = (tmp_path / "rows.csv").read_text().splitlines()
    assert "token_hash" not in head and head.count(",") == row.count(",")
    assert row.startswith("request_1,4000000,")


def test_nothing_is_overwritten_or_left_half_written(tmp_path: Path) -> None:
    requests = generate(load(EXAMPLES / "clients.yaml"))
    rows, path = np.arange(len(requests)), tmp_path / "rows.csv"

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_rows(requests, rows, path, progress=stop)
    assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    with pytest.raises(AlreadyExists):
        write_rows(requests, rows, path)
    assert path.read_text() == "mine"
    write_rows(requests, rows[:1], path, force=True)
    assert path.read_text().startswith("id,arrival_us,")


def test_a_name_that_says_no_format_is_refused(tmp_path: Path) -> None:
    requests = generate(load(EXAMPLES / "clients.yaml"))
    with pytest.raises(FormatError, match=r"must end in \.csv or \.jsonl"):
        write_rows(requests, np.arange(2), tmp_path / "rows.txt")
