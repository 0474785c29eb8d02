"""The formats of one line per request: csv, jsonl and BLIS traces."""

import hashlib

import numpy as np
import pytest
import yaml
from export_samples import (
    COLUMNS,
    GOLDEN,
    ODD_NAMES,
    SMALL_BATCHES,
    chat,
    client,
    constant,
    explicit,
    golden,
    oddly_named,
    read_lines,
    read_table,
    written,
)

from blis_tui.formats.export import export
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.requests import batches, request_csv
from blis_tui.formats.requests.delimited import ratio_field, text_field
from blis_tui.formats.tuning import Tuning
from blis_tui.spec.format.model import GoodputTargets, Lifecycle, Multimodal, Window
from blis_tui.workload.generate import generate
from blis_tui.workload.tokens import TokenBlock

NAMES = sorted(path.stem for path in GOLDEN.glob("*.csv"))
JSON_FIELDS = [
    "id", "arrival_us", "client_id", "tenant_id", "slo_class", "model", "adapter", "prefix_group", "prefix_length",
    "input_tokens", "output_tokens", "session_id", "round_index", "reason_ratio", "deadline_us", "slo_target_us",
    "streaming", "text_tokens", "image_tokens", "audio_tokens", "video_tokens",
]  # fmt: skip
CSV_COLUMNS = [
    "id", "arrival_us", "client_id", "tenant_id", "slo_class", "prefix_length", "input_tokens", "output_tokens",
    "session_id", "round_index", "reason_ratio", "deadline_us", "slo_target_us", "token_hash",
]  # fmt: skip
TRACE_COLUMNS = [
    "request_id", "client_id", "tenant_id", "slo_class", "session_id", "round_index", "prefix_group", "prefix_length",
    "streaming", "input_tokens", "output_tokens", "text_tokens", "image_tokens", "audio_tokens", "video_tokens",
    "reason_ratio", "model", "deadline_us", "server_input_tokens", "arrival_time_us", "send_time_us",
    "first_chunk_time_us", "last_chunk_time_us", "num_chunks", "status", "error_message", "finish_reason",
]  # fmt: skip


def trace(spec, folder, **options):
    """Export a trace; return its header, its rows as dictionaries, its column names and the warnings' codes."""
    exported = export(spec, folder, ["blis-trace"], stem="t", **options)
    header = yaml.safe_load((folder / "t.trace.yaml").read_text(encoding="utf-8"))
    columns, *rows = read_table((folder / "t.trace.csv").read_bytes())
    assert all(len(row) == len(columns) for row in rows)
    codes = [each.code for each in exported.warnings]
    return header, [dict(zip(columns, row, strict=True)) for row in rows], columns, codes


# csv


@pytest.mark.parametrize("name", NAMES)
def test_csv_is_the_golden_file_under_a_header(name):
    header, body = written(golden(name), "csv").split(b"\n", 1)
    readme = (GOLDEN / "README.md").read_text(encoding="utf-8")
    assert f"`{header.decode()}`" in readme
    assert body == (GOLDEN / f"{name}.csv").read_bytes()


def test_csv_of_the_canonical_workload_by_its_digest():
    digest = next(
        line.split("\t")
        for line in (GOLDEN / "digests.tsv").read_text(encoding="utf-8").splitlines()
        if line.startswith("canonical-v2\t")
    )
    body = written(golden("canonical-v2"), "csv").split(b"\n", 1)[1]
    assert hashlib.sha256(body).hexdigest() in digest


@pytest.mark.parametrize("name", ["clients-chat-accumulate", "clients-multimodal", "ip-two-stage", "cohorts"])
def test_the_size_of_batches_does_not_show(name):
    assert written(golden(name), "csv", tuning=SMALL_BATCHES).split(b"\n", 1)[1] == (GOLDEN / f"{name}.csv").read_bytes()


def test_csv_names_are_quoted_where_needed_and_read_back():
    spec = oddly_named()
    columns, *rows = read_table(written(spec, "csv"))
    assert columns == CSV_COLUMNS
    requests = generate(spec)
    names = [ODD_NAMES[client] for client in requests.client.tolist()]
    assert set(names) == set(ODD_NAMES)
    assert [row[2] for row in rows] == names
    assert [row[3] for row in rows] == names


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", ""),
        ("a b", "a b"),
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\rb"'),
        (" a", '" a"'),
        ("\\.", '"\\."'),
        ("\\.a", "\\.a"),
        ("a ", "a "),
    ],
)
def test_quoting_is_that_of_go(text, field):
    assert text_field(text) == field


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1.0, "1"), (0.01, "0.01"), (0.18, "0.18"), (0.57, "0.57"), (1e-05, "1e-05")]
)
def test_ratios_are_written_as_go_does(value, text):
    assert ratio_field(value) == text


def test_the_token_hash():
    ids = np.array([9, 1, 70_000, 3, 5], np.int32)[1:]
    bounds = np.array([0, 2, 3, 3, 3, 3, 4], np.int64)
    wanted = [hashlib.sha256(np.array(each, "<u4").tobytes()).hexdigest()[:16] for each in ([1, 70_000, 3], [], [5])]
    for order in ("<i4", ">i4"):
        found = request_csv.token_hashes(TokenBlock(0, 3, ids.astype(order), bounds))
        assert [row.tobytes().decode() for row in found] == wanted


# jsonl


@pytest.mark.parametrize("name", ["clients-options", "clients-multimodal", "clients-chat-accumulate", "v1-chat", "cohorts"])
def test_jsonl_has_every_field_of_every_request(name):
    spec = golden(name)
    requests, lines = generate(spec), read_lines(written(spec, "jsonl"))
    assert len(lines) == len(requests)
    assert all(list(line) == JSON_FIELDS for line in lines)
    assert [line["id"] for line in lines] == [f"request_{number}" for number in range(len(lines))]
    fields = {"prefix_tokens": "prefix_length", "round": "round_index"}
    for column in COLUMNS:
        if column not in ("client", "session"):
            assert [line[fields.get(column, column)] for line in lines] == getattr(requests, column).tolist()
    sessions = [f"sess_{number}" if number >= 0 else "" for number in requests.session.tolist()]
    assert [line["session_id"] for line in lines] == sessions
    for field in ("client_id", "tenant_id", "slo_class", "model", "adapter"):
        values = requests.clients.column("id" if field == "client_id" else field)
        assert [line[field] for line in lines] == [values[client] for client in requests.client.tolist()]


def test_jsonl_values_have_the_same_types_in_every_line():
    single = client("a", timeout=5, slo_target_us=4, streaming=True, model="m")
    mixed = explicit(single, chat(id="b"), chat("accumulate", id="c"))
    for line in read_lines(written(mixed, "jsonl")):
        assert {name: type(value) for name, value in line.items()} == {
            name: str if name.endswith("id") or name in ("slo_class", "model", "adapter", "prefix_group")
            else float if name == "reason_ratio" else bool if name == "streaming" else int
            for name in JSON_FIELDS
        }  # fmt: skip


@pytest.mark.parametrize("name", ["clients-chat-accumulate", "clients-multimodal", "ip-single"])
def test_jsonl_token_ids(name):
    spec = golden(name)
    lines = read_lines(written(spec, "jsonl", tokens=True, tuning=SMALL_BATCHES))
    assert all(list(line) == [*JSON_FIELDS, "input_ids", "output_ids"] for line in lines)
    pairs = list(generate(spec).tokens())
    assert [(line["input_ids"], line["output_ids"]) for line in lines] == [(i.tolist(), o.tolist()) for i, o in pairs]
    assert all(len(line["input_ids"]) == line["input_tokens"] for line in lines)


def test_jsonl_odd_names_stay_on_their_line():
    data = written(oddly_named(), "jsonl")
    assert data.isascii()
    assert len(data.decode().splitlines()) == 200
    for line in read_lines(data):
        assert line["client_id"] in ODD_NAMES
        assert {line[name] for name in ("tenant_id", "model", "adapter", "prefix_group")} == {line["client_id"]}


def test_a_request_that_loses_its_prefix_has_no_group():
    """On the path of windows with rates, single requests get no prefix; rounds of sessions do."""
    window = Lifecycle(windows=(Window(end_us=2_000_000, trace_rate=10.0),))
    single = client("a", lifecycle=window, prefix_group="g", prefix_length=5)
    lines = read_lines(written(explicit(single, chat(id="b", lifecycle=window)), "jsonl"))
    prefixes = {(line["client_id"], line["prefix_group"], line["prefix_length"]) for line in lines}
    assert prefixes == {("a", "", 0), ("b", "g", 5)}


# blis-trace


def test_trace_columns_are_those_of_blis_in_their_order(tmp_path):
    header, rows, columns, codes = trace(golden("ip-two-stage"), tmp_path, path="dir/two.yaml")
    assert columns == TRACE_COLUMNS
    assert list(header.items()) == [
        ("trace_version", 3),
        ("time_unit", "microseconds"),
        ("mode", "generated"),
        ("warm_up_requests", 0),
        ("workload_seed", golden("ip-two-stage").seed),
        ("workload_spec", "dir/two.yaml"),
    ]
    assert codes == ["trace-new-tokens"]
    requests = generate(golden("ip-two-stage"))
    assert len(rows) == len(requests)
    assert [int(row["request_id"]) for row in rows] == list(range(len(rows)))
    assert [int(row["arrival_time_us"]) for row in rows] == requests.arrival_us.tolist()
    assert all(row["send_time_us"] == row["arrival_time_us"] for row in rows)
    assert [int(row["input_tokens"]) for row in rows] == (requests.input_tokens - requests.prefix_tokens).tolist()
    assert [int(row["prefix_length"]) for row in rows] == requests.prefix_tokens.tolist()


@pytest.mark.parametrize("name", ["clients-options", "clients-multimodal", "clients-chat-windows", "v1-chat"])
def test_trace_numbers_are_never_blank_and_nothing_was_measured(name, tmp_path):
    _, rows, columns, _ = trace(golden(name), tmp_path)
    texts = {
        "client_id", "tenant_id", "slo_class", "session_id", "prefix_group", "streaming", "model", "status",
        "error_message", "finish_reason", "adapter",
    }  # fmt: skip
    for row in rows:
        assert all(float(row[column]) >= 0 for column in columns if column not in texts)
        assert row["streaming"] in ("true", "false")
        assert 0 <= float(row["reason_ratio"]) <= 1
        assert (row["status"], row["error_message"], row["finish_reason"]) == ("incomplete", "", "")
        assert {
            row[column] for column in columns if column.startswith(("server_", "first_", "last_", "num_"))
        } == {"0"}  # fmt: skip


def test_every_round_of_a_session_names_its_prefix_group(tmp_path):
    _, rows, _, codes = trace(explicit(chat(), client("b")), tmp_path)
    rounds = [row for row in rows if row["session_id"]]
    assert {row["round_index"] for row in rounds} == {"0", "1", "2"}
    assert {(row["prefix_group"], row["prefix_length"], row["input_tokens"]) for row in rounds} == {("g", "5", "6")}
    single = [row for row in rows if not row["session_id"]]
    assert {(row["prefix_group"], row["prefix_length"], row["input_tokens"]) for row in single} == {("", "0", "6")}
    assert codes == ["trace-new-tokens"]


def test_accumulated_context_is_counted_in_each_round_and_its_loss_is_told(tmp_path):
    header, rows, _, codes = trace(explicit(chat("accumulate")), tmp_path, options=ExportOptions(full_rounds=True))
    assert {(row["round_index"], row["input_tokens"]) for row in rows} == {("0", "6"), ("1", "15"), ("2", "24")}
    assert "session_context_growth" not in header
    assert codes == ["trace-new-tokens", "trace-context-lost"]


def test_rounds_of_growing_conversations_have_their_own_tokens(tmp_path):
    header, rows, _, codes = trace(explicit(chat("accumulate"), client("b")), tmp_path)
    assert {(row["round_index"], row["prefix_length"], row["input_tokens"]) for row in rows if row["session_id"]} == {
        ("0", "5", "6"), ("1", "5", "6"), ("2", "5", "6"),
    }  # fmt: skip
    assert header["session_context_growth"] == "accumulate"
    assert codes == ["trace-new-tokens", "trace-own-rounds"]


def test_the_header_speaks_of_all_sessions(tmp_path):
    header, rows, _, codes = trace(explicit(chat("accumulate"), chat(id="b")), tmp_path)
    assert "15" in {row["input_tokens"] for row in rows}
    assert "session_context_growth" not in header
    assert codes == ["trace-new-tokens", "trace-context-lost"]


def test_targets_have_a_column_if_there_are_any(tmp_path):
    spec = explicit(client("a", slo_target_us=90, slo_class="batch"), client("b", slo_class="batch"))
    _, rows, columns, codes = trace(spec, tmp_path)
    assert codes == ["trace-new-tokens", "trace-target-column"]
    at = columns.index("deadline_us") + 1
    assert columns == [*TRACE_COLUMNS[:at], "slo_target_us", *TRACE_COLUMNS[at:]]
    assert {(row["client_id"], row["slo_target_us"]) for row in rows} == {("a", "90"), ("b", "0")}


def test_adapters_have_a_column_if_there_are_any(tmp_path):
    _, rows, columns, _ = trace(explicit(client("a", adapter="lo,ra"), client("b")), tmp_path)
    assert columns == [*TRACE_COLUMNS, "adapter"]
    assert {(row["client_id"], row["adapter"]) for row in rows} == {("a", "lo,ra"), ("b", "")}
    late = Lifecycle(windows=(Window(start_us=2_999_999, end_us=3_000_000),))
    _, rows, columns, _ = trace(explicit(client("a", adapter="x", lifecycle=late), client("b")), tmp_path, force=True)
    assert columns == TRACE_COLUMNS
    assert {row["client_id"] for row in rows} == {"b"}


def test_multimodal_requests_and_models(tmp_path):
    parts = Multimodal(**dict.fromkeys(Multimodal.fields, constant(4)))
    _, rows, _, _ = trace(explicit(client(multimodal=parts, model="m", prefix_group="g", prefix_length=3)), tmp_path)
    wanted = {"text_tokens": "4", "image_tokens": "16", "audio_tokens": "16", "video_tokens": "16"}
    wanted |= {"model": "m", "prefix_length": "3", "input_tokens": "52"}
    assert all({name: row[name] for name in wanted} == wanted for row in rows)


def test_odd_names_in_a_trace(tmp_path):
    header, rows, _, _ = trace(oddly_named(), tmp_path, path='odd: "name"\n.yaml')
    assert header["workload_spec"] == 'odd: "name"\n.yaml'
    assert {row["client_id"] for row in rows} == set(ODD_NAMES)
    for row in rows:
        assert {row[name] for name in ("tenant_id", "model", "adapter", "prefix_group")} == {row["client_id"]}


def test_goodput_targets_are_in_the_header(tmp_path):
    targets = {"batch": GoodputTargets(ttft_ms=250.0, e2e_ms=0.5), "critical": GoodputTargets()}
    header, _, _, _ = trace(explicit(client(), goodput_slo_targets=targets), tmp_path)
    assert header["goodput_slo_targets"] == {"batch": {"ttft_ms": 250, "e2e_ms": 0.5}, "critical": {}}


def test_rounds_that_fell_outside_windows_are_told(tmp_path):
    split = Lifecycle(windows=(Window(start_us=0, end_us=1_050_000), Window(start_us=1_150_000, end_us=3_000_000)))
    spec = explicit(chat(rounds=8, lifecycle=split))
    requests = generate(spec)
    rounds = {}
    for session, number in zip(requests.session.tolist(), requests.round.tolist(), strict=True):
        rounds.setdefault(session, []).append(number)
    gaps = sum(sorted(each) != list(range(len(each))) for each in rounds.values())
    assert gaps > 1
    told = export(spec, tmp_path, ["blis-trace"]).warnings
    assert [each.code for each in told] == ["trace-new-tokens", "trace-round-gaps"]
    assert f"In {gaps} sessions" in told[1].message


def test_a_trace_without_requests_is_told(tmp_path):
    never = Lifecycle(windows=(Window(start_us=2_999_998, end_us=2_999_999),))
    header, rows, _, codes = trace(explicit(client(lifecycle=never)), tmp_path)
    assert rows == []
    assert header["mode"] == "generated"
    assert codes == ["trace-new-tokens", "trace-empty"]
    assert written(explicit(client(lifecycle=never)), "jsonl", tokens=True) == b""


# all together


def test_token_ids_are_made_once_for_all_formats(tmp_path, monkeypatch):
    requests = generate(golden("clients-options"))
    walked = []
    real = type(requests).token_blocks
    monkeypatch.setattr(type(requests), "token_blocks", lambda self, *given: walked.append(1) or real(self, *given))
    export(golden("clients-options"), tmp_path, ["jsonl", "csv", "blis-trace"], tokens=True, requests=requests)
    assert len(walked) == 1
    export(golden("clients-options"), tmp_path, ["jsonl", "blis-trace"], requests=requests, force=True)
    assert len(walked) == 1


def test_batches_hold_as_many_tokens_and_requests_as_they_may():
    requests = generate(golden("clients-chat-accumulate"))
    pairs = list(requests.tokens())
    seen = []
    for batch in batches.batches(requests, tokens=True, width=batches._BATCH_BYTES // 3, tuning=Tuning(batch_tokens=60)):
        tokens = batch.tokens
        assert (tokens.start, tokens.stop) == (batch.start, batch.stop)
        assert len(tokens.ids) <= 60 or len(batch) == 1
        assert len(batch) <= 3
        seen += [(inputs.tolist(), outputs.tolist()) for inputs, outputs in tokens.pairs()]
    assert seen == [(inputs.tolist(), outputs.tolist()) for inputs, outputs in pairs]


def test_one_line_wider_than_a_batch_is_written_alone():
    spec = explicit(client("n" * (batches._BATCH_BYTES + 1)), client("b"), num_requests=9)
    names = {line["client_id"] for line in read_lines(written(spec, "jsonl"))}
    assert {len(name) for name in names} == {1, batches._BATCH_BYTES + 1}


@pytest.mark.parametrize("name", ["clients-options", "clients-multimodal", "clients-chat-accumulate", "v1-chat", "cohorts"])
def test_a_part_of_the_requests_has_their_columns(name):
    requests = generate(golden(name))
    middle = len(requests) // 2
    for start, stop in ((0, middle), (middle, len(requests)), (middle, middle)):
        part = requests.part(start, stop)
        assert len(part) == stop - start
        for column in COLUMNS:
            np.testing.assert_array_equal(getattr(part, column), getattr(requests, column)[start:stop], err_msg=column)
    assert len(requests) > middle  # which making parts left alone
