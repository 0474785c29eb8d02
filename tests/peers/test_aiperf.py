"""AIPerf takes the traces and configs, finds in them what requests share, and replays them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run
from environments import program, python_of
from exported import MOST, ROOT, sources, write
from model_server import MODEL, ModelServer, on_time
from results import run_in

from blis_tui.formats.export import export
from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.formats.options import ExportOptions
from blis_tui.spec.check import check
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

pytestmark = pytest.mark.peers
HERE = Target("http://localhost:8000", "org/model", "org/tokenizer")
VALIDATOR = Path(__file__).parent / "validate_traces.py"
EXAMPLES = ("two-stage", "chat", "clients")


def requests_of(path: Path) -> Requests:
    spec = check(path.read_text(encoding="utf-8")).spec
    assert spec is not None
    return generate(spec)


def test_it_validates_every_trace(peers: Path, run: Run, tmp_path: Path) -> None:
    counts = {}
    for source in sources("mooncake"):
        count = len(source.requests())
        if 0 < count <= MOST:
            write(source, tmp_path, "mooncake", ExportOptions())
            counts[str(tmp_path / f"{source.name}.mooncake.jsonl")] = count
    assert len(counts) > 30
    told = run(python_of(peers, "aiperf"), VALIDATOR, *counts).stdout
    assert json.loads(told.splitlines()[-1]) == {name: [count, []] for name, count in counts.items()}
    told = run(program(peers, "aiperf"), "validate", "mooncake-trace", min(counts)).stdout
    print(f"\n{told}")
    assert f"Validation passed: {counts[min(counts)]} rows are Mooncake-compatible." in told


@pytest.mark.parametrize("target", [NOWHERE, HERE], ids=["nowhere", "here"])
def test_it_validates_the_config(peers: Path, run: Run, tmp_path: Path, target: Target) -> None:
    spec = requests_of(ROOT / "tests/golden/ip-two-stage.yaml").spec
    export(spec, tmp_path, ["aiperf"], options=ExportOptions(target))
    assert "Configuration valid" in run(program(peers, "aiperf"), "config", "validate", "workload.aiperf.yaml").stdout


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_cache_hit_rate_is_what_requests_share(peers: Path, run: Run, tmp_path: Path, name: str) -> None:
    requests = requests_of(ROOT / "examples" / f"{name}.yaml")
    export(requests.spec, tmp_path, ["mooncake"], requests=requests, options=ExportOptions(block_size=16))
    run(program(peers, "aiperf"), "analyze-trace", "workload.mooncake.jsonl", "--block-size", "16", "--output-file", "found.json")
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["total_requests"] == len(requests)
    ours = hit_rate(requests, 16)
    print(f"\n{name}: AIPerf finds a hit rate of {found['cache_hit_rate']:.6f}, the requests have {ours:.6f}")
    assert found["cache_hit_rate"] == pytest.approx(ours, abs=1e-9)


def hit_rate(requests: Requests, size: int) -> float:
    """Return the mean share of a request's blocks that an unlimited cache has, from the requests' token ids themselves."""
    seen: dict[tuple[int, bytes], int] = {}  # the block before, and the tokens of one
    total = 0.0
    for ids, _ in requests.tokens():
        before, known = -1, 0
        for end in range(size, len(ids) + 1, size):
            block = (before, ids[end - size : end].tobytes())
            known += block in seen
            before = seen.setdefault(block, len(seen))
        total += known / -(-len(ids) // size)
    return total / len(requests)


def test_it_replays_a_trace_by_its_config(peers: Path, run: Run, tmp_path: Path, server: ModelServer) -> None:
    requests = requests_of(ROOT / "tests/golden/ip-two-stage.yaml")
    options = ExportOptions(Target(server.url, MODEL))
    export(requests.spec, tmp_path, ["aiperf"], requests=requests, options=options)
    run(program(peers, "aiperf"), "profile", "--config", "workload.aiperf.yaml", "--ui", "none")
    asked = [each for each in server.asked if each.path == "/v1/completions"]
    assert len(asked) == len(requests)
    assert sorted(each.output_tokens for each in asked) == sorted(requests.output_tokens.tolist())
    assert sorted(each.input_tokens for each in asked) == sorted(requests.input_tokens.tolist())
    print(f"\nAIPerf's requests were {on_time(asked, (requests.arrival_us / 1e6).tolist())}")
    assert run_in(tmp_path, "profile_export_aiperf.json").whole.requests == len(requests)
