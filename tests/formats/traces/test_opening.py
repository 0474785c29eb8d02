"""Traces of all kinds are known by how they begin; whatever is wrong is told with its line and column, and never a crash."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.formats.traces.kinds import AZURE, BLIS, BLIS_HEADER, MOONCAKE, kind_of
from blis_tui.formats.traces.opening import Opening, open_trace, trace_of
from blis_tui.formats.traces.trace import NOT_MEASURED, Trace
from blis_tui.problems import Cancelled, SpecError
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.capacity import capacity, reuse
from blis_tui.workload.totals.summary import summarise

AZURE_ROWS = (
    "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n2023-11-16 18:15:51,10,1\n"
)
OBSERVED = (
    "request_id,client_id,session_id,round_index,prefix_group,prefix_length,input_tokens,output_tokens,arrival_time_us,"
    "send_time_us,first_chunk_time_us,last_chunk_time_us,status\n"
    "1,b,,0,g,20,30,4,2000,1764200000002500,1764200000052500,1764200000152500,ok\n"
    "0,a,,0,,0,10,5,1000,1764200000001000,1764200000021000,1764200000121000,ok\n"
    "2,a,,0,,0,10,0,3000,1764200000003100,0,0,timeout\n"
)
MOON = (
    '{"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]}\n'
    '{"timestamp": 10.5, "input_length": 1500, "output_length": 6, "hash_ids": [1, 7, 8]}\n'
    '{"timestamp": 5, "input_length": 100, "output_length": 7, "hash_ids": [9]}\n'
)


def opened(text: str, opening: Opening = Opening()) -> Trace:  # noqa: B008
    return trace_of(text.encode(), "f", opening, lambda done: None)


def refused(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        opened(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (AZURE_ROWS, AZURE),
        (OBSERVED, BLIS),
        (MOON, MOONCAKE),
        ("# made\ntrace_version: 3\n", BLIS_HEADER),
        ("version: '2'\n", None),
        ("a,b\n", None),
        ('{"input_length": 1}\n', None),
        ("", None),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    assert kind_of(text.encode()) == kind
    assert kind_of(b"\xef\xbb\xbf" + text.encode()) == kind


def test_azure() -> None:
    found = opened(AZURE_ROWS).requests
    assert found.arrival_us.tolist() == [0, 4314579, 4319410]
    assert found.input_tokens.tolist() == [374, 396, 10]
    assert found.output_tokens.tolist() == [44, 109, 1]


def test_azure_with_zones_and_out_of_order() -> None:
    found = opened("TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 02:00:01+02:00,2,2\n2024-05-10 00:00:00+00:00,1,1\n")
    assert found.requests.arrival_us.tolist() == [0, 1_000_000]
    assert found.requests.input_tokens.tolist() == [1, 2]


def test_a_measured_run() -> None:
    trace = opened(OBSERVED)
    found, measured = trace.requests, trace.measured
    assert found.arrival_us.tolist() == [1000, 2000, 3000]
    assert found.input_tokens.tolist() == [10, 50, 10]
    assert found.prefix_tokens.tolist() == [0, 20, 0]
    assert [found.clients[number].id for number in found.client] == ["a", "b", "a"]
    assert measured is not None
    assert measured.sent_us.tolist() == [1000, 2500, 3100]
    assert measured.first_us.tolist() == [21_000, 52_500, NOT_MEASURED]
    assert measured.last_us.tolist() == [121_000, 152_500, NOT_MEASURED]
    assert [measured.statuses[number] for number in measured.status] == ["ok", "ok", "timeout"]
    assert "1 of 3 requests were not answered" in trace.notes[-1].message


def test_mooncake_shares_by_its_ids() -> None:
    found = opened(MOON, Opening(block_size=512)).requests
    assert found.arrival_us.tolist() == [0, 5000, 10_500]
    assert found.input_tokens.tolist() == [1000, 100, 1500]
    assert found.prefix_tokens.tolist() == [512, 0, 512]
    assert (reuse(found).shared, found.unique_prefix_tokens) == (512, 512)
    assert summarise(found).groups == 1


def test_rounds_build_on_those_before_if_the_header_says_so(tmp_path: Path) -> None:
    head = "session_id,round_index,prefix_group,prefix_length,input_tokens,output_tokens,arrival_time_us\n"
    (tmp_path / "t.csv").write_text(f"{head}s,0,g,7,10,5,0\nx,0,,0,1,1,1\ns,1,g,7,20,6,2\ns,2,g,7,30,1,3\n")
    for growth, inputs in (("accumulate", [17, 1, 42, 78]), ('""', [17, 1, 27, 37])):
        (tmp_path / "t.yaml").write_text(f"trace_version: 3\nsession_context_growth: {growth}\n")
        for name in ("t.csv", "t.yaml"):
            assert open_trace(tmp_path / name).requests.input_tokens.tolist() == inputs


def test_a_round_that_grows_too_long_is_told_where_it_stands(tmp_path: Path) -> None:
    head = "session_id,round_index,input_tokens,output_tokens,arrival_time_us\n"
    (tmp_path / "t.csv").write_text(f"{head}s,2,2000000000,1,2\ns,0,2000000000,1,0\ns,1,100,1,1\n")
    (tmp_path / "t.yaml").write_text("trace_version: 3\nsession_context_growth: accumulate\n")
    with pytest.raises(SpecError, match=r"t\.csv:2:5: error: input_tokens: with the rounds before it"):
        open_trace(tmp_path / "t.csv")


def test_an_input_that_is_too_long_with_its_prefix() -> None:
    head = "prefix_group,prefix_length,input_tokens,output_tokens,arrival_time_us\n"
    assert opened(f"{head}g,2000000000,147483647,1,0\n").requests.input_tokens.tolist() == [2**31 - 1]
    assert refused(f"{head}g,5,1,1,0\ng,2000000000,147483648,1,0\n").startswith("f:3:14: error: input_tokens: with its prefix")


def test_a_header_without_rows_says_where_they_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("trace_version: 3\n")
    with pytest.raises(
        SpecError,
        match=r"t\.yaml:1:1: error: the rows of this header are .* in t\.csv, which cannot be read",
    ):
        open_trace(tmp_path / "t.yaml")


@pytest.mark.parametrize("beside", ["t.yaml", "t.csv"])
def test_what_lies_beside_is_read_only_if_it_is_a_file(tmp_path: Path, beside: str) -> None:
    (tmp_path / "t.csv").write_text(AZURE_ROWS if beside == "t.csv" else OBSERVED)
    (tmp_path / "t.yaml").write_text("trace_version: 3\n")
    (tmp_path / beside).unlink()
    os.mkfifo(tmp_path / beside)
    if beside == "t.yaml":
        assert open_trace(tmp_path / "t.csv").header is None
    else:
        with pytest.raises(SpecError, match="which cannot be read: it is not a regular file"):
            open_trace(tmp_path / "t.yaml")


def test_nothing_is_expected_of_a_trace() -> None:
    found = opened(MOON).requests
    summary = summarise(found)
    assert summary.target is None and summary.stages == () and summary.requests.expected is None
    assert capacity(found, AssumedServer()).input_tokens == 2600
    with pytest.raises(SpecError, match="how many tokens"):
        found.token_blocks()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AZURE_ROWS.replace("396", "x"), "f:3:29: error: ContextTokens: x is not a whole number"),
        (AZURE_ROWS.replace("396", "-1"), "f:3:29: error: ContextTokens: must be from 0 to 2,147,483,647"),
        (AZURE_ROWS.replace("396", "1e3"), "ContextTokens: 1e3 is not a whole number"),
        (AZURE_ROWS.replace("396,109", "396"), "f:3:1: error: 2 cells where the head has 3"),
        (AZURE_ROWS.replace("2023-11-16 18:15:51", "yesterday"), "f:4:1: error: TIMESTAMP: yesterday is not a time such as"),
        (AZURE_ROWS.replace("396", "9" * 30), "is not a whole number"),
        (OBSERVED.replace("g,20", "g,-20"), "f:2:"),
        (OBSERVED.replace("prefix_length", "input_tokens"), "the column input_tokens stands there twice"),
        (MOON.replace("1500", "1.5"), "f:2:21: error: input_length: 1.5 is not a whole number"),
        (MOON.replace("1500", '"x"'), 'f:2:21: error: input_length: "x" is not a whole number'),
        (MOON.replace("[9]", "[9, -4]"), "f:3:"),
        (MOON.replace("[9]", "[1, 2, 3, 4]"), "more ids than the input has blocks"),
        (MOON.replace('"input_length": 1500, ', ""), "f:2:1: error: input_length is missing"),
        (MOON + "{", "f:4:2: error: is no JSON"),
        (MOON + "[1]\n", "each line must be a JSON object"),
        (MOON.replace("10.5", "NaN"), "timestamp"),
        (MOON.replace("10.5", "-1"), "timestamp: must be a time in ms"),
        (MOON.replace('"hash_ids": [9]', '"delay": 3, "hash_ids": [9]'), "wait for answers"),
        ("trace_version: [\n", "is no YAML"),
        ("trace_version: 3\ntime_unit: ms\n", "f:2:1: error: time_unit: ms is not us or microseconds"),
        ("trace_version: 3\nsession_context_growth: Accumulate\n", "f:2:1: error: session_context_growth: Accumulate is not"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    assert message in refused(text)


@given(st.data())
def test_no_damage_is_a_crash(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([AZURE_ROWS, OBSERVED, MOON])).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = (
            text[:place]
            + data.draw(st.binary(max_size=3) | st.sampled_from([b",", b"\n", b'"', b"nan", b"1e999", b"{", b"[]"]))
            + text[place + cut :]
        )
    try:
        trace = trace_of(text, "f", Opening(), lambda done: None)
    except SpecError as error:
        assert error.problems[0].message
    else:
        assert (np.diff(trace.requests.arrival_us) >= 0).all()
        assert summarise(trace.requests).requests.generated == len(trace.requests)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 4000), st.lists(st.integers(0, 30), max_size=8))))
def test_what_mooncake_rows_share_is_counted_one_by_one(drawn: list[tuple[int, int, list[int]]]) -> None:
    listed = sorted(((time, size, ids[: -(-size // 512)]) for time, size, ids in drawn), key=lambda row: row[0])
    lines = [{"timestamp": time, "input_length": size, "output_length": 1, "hash_ids": ids} for time, size, ids in listed]
    if not lines:
        return
    found = opened("".join(json.dumps(line) + "\n" for line in lines), Opening(block_size=512)).requests
    seen: set[int] = set()
    known = 0
    for _, size, ids in listed:
        leading = next((place for place, each in enumerate(ids) if each not in seen), len(ids))
        known += min(512 * leading, size)
        seen |= set(ids)
    assert reuse(found).shared == known


def test_too_large_missing_and_given_up(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(MOON)
    with pytest.raises(SpecError, match="too large"):
        open_trace(path, Opening(most_bytes=10))
    with pytest.raises(SpecError, match="cannot be read"):
        open_trace(tmp_path / "none")

    told: list[float] = []
    open_trace(path, progress=told.append)
    assert told == sorted(told) and told[0] == 0 and told[-1] <= 1

    def give_up(done: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        open_trace(path, progress=give_up)
