"""Traces of token blocks: two blocks have one id if, and only if, they and all before them hold the same tokens."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from export_samples import EXAMPLES, GOLDEN
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.formats.block_size import SMALLEST, USUAL, block_size
from blis_tui.formats.export import export, write_to
from blis_tui.formats.interop.replay import Replay, commands
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.traces.mooncake.blocks import LARGEST_ID, Blocks
from blis_tui.problems import SpecError
from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

SPECS = sorted([*GOLDEN.glob("*.yaml"), *(GOLDEN / "closed-loop").glob("*.yaml")])
SOME = 400


def spec_of(path: Path) -> WorkloadSpec:
    spec = check(path.read_text(encoding="utf-8")).spec
    assert spec is not None
    return spec


def rows(requests: Requests, size: int | None = None) -> list[dict[str, Any]]:
    stream = io.BytesIO()
    write_to(stream, requests.spec, "mooncake", requests=requests, options=ExportOptions(block_size=size))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_ids_tell_the_content(requests: Requests, size: int) -> None:
    """Compare with the token ids themselves, for the first requests."""
    content: dict[bytes, int] = {}
    owner: dict[int, bytes] = {}
    shared = 0
    for number, ((inputs, _), row) in enumerate(zip(requests.tokens(), rows(requests, size), strict=False)):
        if number == SOME:
            break
        ids = row["hash_ids"]
        assert row["input_length"] == len(inputs) and len(ids) == -(-len(inputs) // size)
        for block, each in enumerate(ids):
            assert 0 <= each <= LARGEST_ID
            whole = (block + 1) * size <= len(inputs)
            until = inputs[: (block + 1) * size].tobytes()
            key = until if whole else f"{number}:{block}".encode()
            assert owner.setdefault(each, key) == key
            if whole:
                shared += until in content
                assert content.setdefault(until, each) == each
    if requests.prefix_tokens[:SOME].max(initial=0) >= size and len(requests) > 2 * len(requests.groups):
        assert shared


@pytest.mark.parametrize("size", [16, 100])
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_ids_tell_which_requests_begin_alike(path: Path, size: int) -> None:
    spec = spec_of(path)
    sent = path.parent.name == "closed-loop"
    assert_ids_tell_the_content(generate(spec, server=AssumedServer() if sent else None), size)


@pytest.mark.parametrize("server", [None, AssumedServer(), AssumedServer(0, 1)])
def test_a_growing_conversation_shares_what_was_said(server: AssumedServer | None) -> None:
    spec = spec_of(EXAMPLES / "cohorts.yaml")
    requests = generate(spec, server=server)
    later = requests.columns["context"] > 0
    assert later.any()
    assert_ids_tell_the_content(requests, 50)
    found = rows(requests, 50)
    seen: dict[int, set[int]] = {}
    for number, row in enumerate(found):
        session = int(requests.session[number])
        if session < 0:
            continue
        known = seen.setdefault(session, set())
        if later[number]:
            before = (int(requests.input_tokens[number]) - int(requests.columns["fresh"][number])) // 50
            assert len(known & set(row["hash_ids"])) > 0 or before == 0
        known.update(row["hash_ids"])


@pytest.mark.parametrize("lengths", [{"0": 1}, {"0": 1, "20": 1}])
def test_inputs_without_tokens(lengths: dict[str, int]) -> None:
    client = {"id": "a", "rate_fraction": 1, "arrival": {"process": "poisson"}}
    length = {"output_distribution": {"type": "constant", "params": {"value": 5}}}
    text = {"version": "2", "horizon": 9_000_000, "aggregate_rate": 2, "clients": [client | length]}
    text["clients"][0]["input_distribution"] = {"type": "empirical", "params": lengths}  # type: ignore[index]
    spec = check(json.dumps(text)).spec
    assert spec is not None
    found = rows(generate(spec), 16)
    assert len(found) > 5 and {row["input_length"] for row in found} == {int(length) for length in lengths}
    assert all(len(row["hash_ids"]) == -(-row["input_length"] // 16) for row in found)


def test_rows_are_what_tools_expect() -> None:
    requests = generate(spec_of(EXAMPLES / "two-stage.yaml"))
    stream = io.BytesIO()
    write_to(stream, requests.spec, "mooncake", requests=requests)
    first, *_ = lines = stream.getvalue().decode("ascii").splitlines()
    assert list(json.loads(first)) == ["timestamp", "input_length", "output_length", "hash_ids"]
    assert len(lines) == len(requests)
    times = [json.loads(line)["timestamp"] for line in lines]
    assert all(isinstance(time, float) for time in times)  # a mixture of kinds is what some readers stumble over
    assert [round(time * 1000) for time in times] == requests.arrival_us.tolist()


@pytest.mark.parametrize(
    ("lengths", "size"),
    [([100], 100), ([1024], 512), ([600, 300], 300), ([1000, 64], SMALLEST), ([1009], SMALLEST), ([8359], SMALLEST), ([48], 48), ([], USUAL)],
)  # fmt: skip
def test_the_block_size_fits_the_prefixes(lengths: list[int], size: int) -> None:
    clients = "".join(
        f"  - {{id: c{number}, rate_fraction: 1, arrival: {{process: poisson}}, "
        f"{'' if length == 0 else f'prefix_group: g{number}, prefix_length: {length}, '}"
        "input_distribution: {type: constant, params: {value: 9}}, output_distribution: {type: constant, params: {value: 5}}}\n"
        for number, length in enumerate(lengths or [0])
    )
    spec = check(f'version: "2"\naggregate_rate: 20\nhorizon: 10000000\nclients:\n{clients}').spec
    assert spec is not None
    assert block_size(generate(spec)) == size


def test_what_is_not_shared_is_said(tmp_path: Path) -> None:
    spec = spec_of(EXAMPLES / "two-stage.yaml")
    exported = export(spec, tmp_path, ["mooncake"], options=ExportOptions(block_size=64))
    (warning,) = [problem for problem in exported.warnings if problem.code == "mooncake-prefix-cut"]
    assert "36.0%" in warning.message  # 64 of 100 tokens are in a whole block
    assert not any(problem.code == "mooncake-prefix-cut" for problem in export(spec, tmp_path / "fit", ["mooncake"]).warnings)


@pytest.mark.parametrize(("question", "warned"), [(1, True), (2, True), (3, False), (101, False)])
def test_inputs_that_differ_in_a_token_or_two_are_a_warning(question: int, warned: bool, tmp_path: Path) -> None:
    text = (EXAMPLES / "two-stage.yaml").read_text(encoding="utf-8")
    spec = check(re.sub(r"question_len: \d+", f"question_len: {question}", text)).spec
    assert spec is not None
    found = [
        problem.message for problem in export(spec, tmp_path, ["mooncake"]).warnings if problem.code == "mooncake-short-blocks"
    ]
    assert bool(found) == warned
    assert not warned or re.match(r"1,[89]\d\d inputs", found[0]), "a ninth of 16,733, as there are nine prompts"


def test_the_provenance_has_the_commands(tmp_path: Path) -> None:
    exported = export(spec_of(EXAMPLES / "two-stage.yaml"), tmp_path, ["mooncake"], stem="load")
    replay = exported.provenance["replay"]
    assert replay["block_size"] == 100
    assert replay["commands"] == commands(Replay("load.mooncake.jsonl", 16_733, 100))
    assert "--isl-block-size 100" in replay["commands"]["AIPerf"]
    assert "hash_id_block_size=100,time_scale=0.001" in replay["commands"]["guidellm"]
    assert "--num-prompts 16733 --timed-trace-chunk-hash-size 100" in replay["commands"]["vLLM"]
    assert "--trace-block-size 100" in replay["commands"]["Dynamo"]


def test_too_many_blocks_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = generate(spec_of(EXAMPLES / "two-stage.yaml"))
    monkeypatch.setattr("blis_tui.formats.traces.mooncake.blocks.LARGEST_ID", 1000)
    with pytest.raises(SpecError, match="larger block size"):
        Blocks(requests, 16)


@given(st.integers(1, 700), st.integers(0, 300), st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_any_part_has_the_ids_of_the_whole(size: int, start: int, count: int) -> None:
    requests = generate(spec_of(EXAMPLES / "cohorts.yaml"), server=AssumedServer())
    blocks = Blocks(requests, size)
    ids, bounds = blocks.ids(0, len(requests))
    part, part_bounds = blocks.ids(start, start + count)
    assert part.tolist() == ids[bounds[start] : bounds[start + count]].tolist()
    assert (part_bounds + bounds[start]).tolist() == bounds[start : start + count + 1].tolist()
