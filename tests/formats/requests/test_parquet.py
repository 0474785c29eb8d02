"""Format parquet: read back by pyarrow, it has the schema of its documentation and the values of jsonl."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from export_samples import GOLDEN, chat, client, explicit, golden, oddly_named, read_lines, written
from pyarrow import parquet as pq

from blis_tui.formats.export import export, write_to
from blis_tui.formats.requests import columns, parquet
from blis_tui.formats.tuning import Tuning
from blis_tui.spec.format.model import Lifecycle, Window, WorkloadSpec
from blis_tui.workload.generate import generate

SMALL_GROUPS = Tuning(group_rows=30, group_ids=400)
SPECS = {
    "odd names": oddly_named,
    "all kinds": lambda: explicit(
        client("a", timeout=5, slo_target_us=4, streaming=True, model="m"), chat(id="b"), chat("accumulate", id="c")
    ),
}
GOLDEN_NAMES = ("clients-options", "clients-multimodal", "clients-chat-accumulate", "cohorts", "v1-chat")


def spec_of(name: str) -> WorkloadSpec:
    return SPECS[name]() if name in SPECS else golden(name)


@pytest.mark.parametrize("name", [*SPECS, *GOLDEN_NAMES])
@pytest.mark.parametrize("tokens", [False, True])
def test_rows_are_those_of_jsonl(name: str, tokens: bool) -> None:
    spec = spec_of(name)
    requests = generate(spec)
    table = pq.read_table(io.BytesIO(written(spec, "parquet", tokens=tokens, requests=requests)))
    lines = read_lines(written(spec, "jsonl", tokens=tokens, requests=requests))
    assert table.schema.names == list(lines[0])
    assert table.to_pylist() == lines


@pytest.mark.parametrize("tokens", [False, True])
def test_the_schema_is_that_of_the_documentation(tokens: bool) -> None:
    table = pq.read_table(io.BytesIO(written(golden("ip-single"), "parquet", tokens=tokens)))
    assert table.schema.equals(parquet.schema(tokens=tokens), check_metadata=True)
    assert table.schema.metadata == {b"blis_tui.format_version": b"1"}
    assert not any(field.nullable for field in table.schema)
    types = {field.name: str(field.type).split("<")[0] for field in table.schema}
    documented = {column.name: column.type for column in columns.COLUMNS if columns.PARQUET in column.formats}
    documented |= dict.fromkeys(("input_ids", "output_ids") if tokens else (), "list")
    assert {name: kind.replace("double", "float64") for name, kind in types.items()} == documented


@pytest.mark.parametrize("tokens", [False, True])
def test_row_groups_do_not_depend_on_batches(tokens: bool) -> None:
    spec = golden("clients-chat-accumulate")
    requests = generate(spec)
    whole = written(spec, "parquet", tokens=tokens, requests=requests, tuning=SMALL_GROUPS)
    in_batches = SMALL_GROUPS._replace(batch_requests=7, batch_tokens=300)
    assert written(spec, "parquet", tokens=tokens, requests=requests, tuning=in_batches) == whole
    file = pq.ParquetFile(io.BytesIO(whole))
    groups = [file.read_row_group(number).to_pylist() for number in range(file.num_row_groups)]
    assert len(groups) > 3
    assert [row for group in groups for row in group] == read_lines(written(spec, "jsonl", tokens=tokens, requests=requests))
    for group in groups:
        assert len(group) <= 30
        assert not tokens or len(group) == 1 or sum(row["input_tokens"] + row["output_tokens"] for row in group) <= 400


def test_bytes_come_as_groups_are_complete() -> None:
    spec = golden("clients-chat-accumulate")

    class Sink(io.BytesIO):
        writes = 0

        def write(self, data, /):  # type: ignore[no-untyped-def]
            self.writes += len(data) > 0
            return super().write(data)

    sink, seen = Sink(), []
    write_to(sink, spec, "parquet", tuning=SMALL_GROUPS, progress=lambda done, _: seen.append((done, sink.tell())))
    assert sink.writes > 1
    assert seen[-1][1] > 0  # before the footer, which comes last of all
    assert sink.tell() > seen[-1][1]


def test_no_requests_make_a_table_without_rows() -> None:
    never = explicit(client(lifecycle=Lifecycle(windows=(Window(start_us=2_999_998, end_us=2_999_999),))))
    table = pq.read_table(io.BytesIO(written(never, "parquet", tokens=True)))
    assert (table.num_rows, table.schema) == (0, parquet.schema(tokens=True))


def test_other_formats_do_not_load_pyarrow(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom blis_tui.formats.export import export\nfrom blis_tui.formats.table import FORMATS\n"
        "from blis_tui.spec.reading.decode import decode\n"
        "export(decode(open(sys.argv[1]).read()).spec, sys.argv[2], [each.name for each in FORMATS if not each.requires])\n"
        "sys.exit('pyarrow' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(GOLDEN / "ip-single.yaml"), str(tmp_path / "out")]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (export(golden("cohorts"), tmp_path / name, ["parquet"], tokens=True).paths[0] for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
