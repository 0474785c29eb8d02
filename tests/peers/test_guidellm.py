"""guidellm reads the traces through the configs that name them, and replays them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run
from environments import program, python_of
from exported import sources, write
from model_server import MODEL, ModelServer, on_time
from results import run_in

from blis_tui.formats.block_size import block_size
from blis_tui.formats.export import export
from blis_tui.formats.interop.target import Target
from blis_tui.formats.options import ExportOptions

pytestmark = pytest.mark.peers
READER = Path(__file__).parent / "read_traces.py"
ROWS, MOST_TOKENS = 300, 1_000_000
"""So many rows of a trace are read; of those with more tokens guidellm makes prompts for too long."""
MOST_SHORT = 40
"""guidellm gives up if it finds no text for a block that no other after the same blocks has. Of one or two tokens, which are
characters here, there are few; of one or two words some hundred."""


def test_its_deserialiser_takes_every_trace(peers: Path, run: Run, tmp_path: Path) -> None:
    wanted = {}
    for source in sources("mooncake"):
        requests = source.requests()
        first = requests.part(0, min(ROWS, len(requests)))
        short = (first.input_tokens % block_size(requests)).tolist()
        if not len(requests) or int(first.input_tokens.sum()) > MOST_TOKENS or short.count(1) + short.count(2) > MOST_SHORT:
            continue
        write(source, tmp_path, "guidellm", ExportOptions(Target("http://localhost:8000", MODEL)))
        times = (first.arrival_us - first.arrival_us[0]) / 1e6
        rows = zip(first.input_tokens.tolist(), first.output_tokens.tolist(), times.tolist(), strict=True)
        wanted[str(tmp_path / f"{source.name}.guidellm.yaml")] = [pytest.approx(row, abs=1e-6) for row in rows]
    assert len(wanted) > 30
    found = json.loads(run(python_of(peers, "guidellm"), READER, str(ROWS), *wanted).stdout.splitlines()[-1])
    refused = {name: why for name, why in found.items() if isinstance(why, str)}
    assert refused == {}
    for name, rows in wanted.items():
        assert found[name] == rows, name


def test_it_replays_a_trace_by_its_config(peers: Path, run: Run, tmp_path: Path, server: ModelServer) -> None:
    (source,) = (each for each in sources("mooncake") if each.name == "golden-ip-two-stage")
    requests = source.requests()
    export(source.spec, tmp_path, ["guidellm"], requests=requests, options=ExportOptions(Target(server.url, MODEL)))
    run(program(peers, "guidellm"), "run", "--config", "workload.guidellm.yaml", "--disable-console")
    asked = [each for each in server.asked if each.path == "/v1/completions"]
    assert len(asked) == len(requests)
    assert sorted(each.output_tokens for each in asked) == sorted(requests.output_tokens.tolist())
    assert sorted(each.input_tokens for each in asked) == sorted(requests.input_tokens.tolist())
    print(f"\nguidellm's requests were {on_time(asked, (requests.arrival_us / 1e6).tolist())}")
    assert run_in(tmp_path, "out.json").whole.requests == len(requests)
