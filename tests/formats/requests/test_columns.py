"""A request's columns: said once, carried by several formats, and with what is sent once answers are assumed."""

import io
import re
from pathlib import Path

import pytest
from export_samples import ODD_NAMES, chat, client, explicit, read_lines, read_table, written

from blis_tui.formats.export import export
from blis_tui.formats.requests import columns
from blis_tui.formats.requests.columns import COLUMNS, CSV, JSONL, PARQUET, TEXT
from blis_tui.formats.table import TRACE
from blis_tui.formats.traces.blis import writing as blis_trace
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

SERVER = AssumedServer(50_000, 10_000)
README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_names_are_unique_within_a_format_and_sources_exist():
    for format in (JSONL, CSV, PARQUET, TRACE):
        names = [column.formats[format] for column in COLUMNS if format in column.formats]
        assert len(names) == len(set(names)) > 0
    for column in COLUMNS:
        assert column.formats and column.about
        if column.type != TEXT and column.source != columns.NUMBER:
            assert hasattr(Requests, column.source)


def test_traces_have_every_column_of_blis_once():
    carried = {column.formats[TRACE] for column in COLUMNS if TRACE in column.formats}
    assert carried | set(blis_trace._NOT_MEASURED) | {"send_time_us"} == set(blis_trace.COLUMNS)
    assert not carried & set(blis_trace._NOT_MEASURED)


def test_the_readme_names_every_column():
    told = set(re.findall(r"\w+", README[README.index("The columns of <code>csv") :]))
    assert {column.name for column in COLUMNS if JSONL in column.formats} <= told


def users(name: str = "pool", **fields: object):
    return client(name, **{"rate_fraction": 0.0, "concurrency": 2, "think_time_us": 100_000} | fields)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_users_have_sessions_of_their_own(format: str):
    spec = explicit(*(users(name) for name in ODD_NAMES if name), aggregate_rate=0.0, num_requests=400)
    requests = generate(spec, server=SERVER)
    data = written(spec, format, requests=requests)
    if format == "csv":
        head, *rows = read_table(data)
        found = [row[head.index("session_id")] for row in rows]
    elif format == "jsonl":
        found = [line["session_id"] for line in read_lines(data)]
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        found = parquet.read_table(io.BytesIO(data)).column("session_id").to_pylist()
    names = requests.clients.column("id")
    pairs = zip(requests.client.tolist(), requests.user.tolist(), strict=True)
    assert found == [f"concurrency_{names[who]}_user_{user}" for who, user in pairs]


def test_follow_ups_begin_with_the_prefix_whose_length_blis_forgets(tmp_path):
    spec = explicit(chat())
    requests = generate(spec, server=SERVER)
    lines = read_lines(written(spec, "jsonl", requests=requests))
    assert [line["prefix_length"] for line in lines] == [0 if follows else 5 for follows in requests.follow_up.tolist()]
    assert {line["prefix_group"] for line in lines} == {"g"}
    assert requests.follow_up.any()
    export(spec, tmp_path, ["blis-trace"], stem="t", requests=requests)
    head, *rows = read_table((tmp_path / "t.trace.csv").read_bytes())
    prefixes = {(row[head.index("prefix_group")], row[head.index("prefix_length")]) for row in rows}
    assert prefixes == {("g", "5")}
    assert [int(row[head.index("input_tokens")]) for row in rows] == requests.own_tokens.tolist()


def provenance(spec, folder, *formats: str, server: AssumedServer | None = None):
    return export(spec, folder, formats, force=True, requests=lambda: generate(spec, server=server)).provenance


def test_the_provenance_names_the_assumption(tmp_path):
    spec = explicit(chat())
    found = provenance(spec, tmp_path, "jsonl", "blis-trace", server=SERVER)
    assert (found["requests"], found["assumed"]) == ("sent", {"ttft_us": 50_000, "itl_us": 10_000})
    assert any("replay" in note for note in found["notes"])
    found = provenance(spec, tmp_path, "jsonl")
    assert (found["requests"], found["assumed"], found["notes"]) == ("planned", None, [])
    found = provenance(spec, tmp_path, "yaml")
    assert (found["requests"], found["assumed"]) == (None, None)
    assert "assume" not in (tmp_path / "workload.yaml").read_text("utf-8")


def test_sessions_of_users_are_counted(tmp_path):
    spec = explicit(users(), aggregate_rate=0.0)
    assert provenance(spec, tmp_path, "csv", server=SERVER)["counts"]["sessions"] == 2
