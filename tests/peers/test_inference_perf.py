"""inference-perf reads what is written for it, and sends what the workload file says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import Run
from environments import program, python_of
from exported import sources, write
from model_server import MODEL, ModelServer, on_time
from results import run_in

from blis_tui.formats.export import export
from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.formats.options import ExportOptions
from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.peers
HERE = Target("http://localhost:8000", "org/model", "org/tokenizer")
READER = Path(__file__).parent / "read_configs.py"
LOAD = """\
version: "2"
seed: 7
inference_perf:
  stages:
    - {rate: 8.0, duration: 2}
    - {rate: 20.0, duration: 2}
  shared_prefix:
    num_unique_system_prompts: 3
    num_users_per_system_prompt: 2
    system_prompt_len: 40
    question_len: 20
    output_len: 5
    enable_multi_turn_chat: false
"""


def spec_of(text: str) -> WorkloadSpec:
    spec = check(text).spec
    assert spec is not None
    return spec


def read(peers: Path, run: Run, configs: list[Path]) -> dict[str, str]:
    """Return what inference-perf has against configs."""
    done = run(python_of(peers, "inference-perf"), READER, *configs)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("target", [NOWHERE, HERE], ids=["nowhere", "here"])
@pytest.mark.parametrize("exact", [False, True], ids=["rates", "exact"])
def test_its_loader_takes_every_config(peers: Path, run: Run, tmp_path: Path, target: Target, exact: bool) -> None:
    for source in sources("inference-perf"):
        write(source, tmp_path, "inference-perf", ExportOptions(target, exact=exact))
    configs = sorted(tmp_path.glob("*.yml"))
    assert len(configs) > 20
    assert read(peers, run, configs) == {}


def test_its_loader_takes_the_config_in_every_manifest(peers: Path, run: Run, tmp_path: Path) -> None:
    for source in sources("kubernetes"):
        write(source, tmp_path, "kubernetes", ExportOptions(HERE))
        config_map, _ = yaml.safe_load_all((tmp_path / f"{source.name}.kubernetes.yaml").read_text(encoding="utf-8"))
        (tmp_path / f"{source.name}.yml").write_text(config_map["data"]["config.yml"], encoding="utf-8")
    assert read(peers, run, sorted(tmp_path.glob("*.yml"))) == {}


@pytest.mark.parametrize("streaming", [True, False])
def test_a_run_sends_the_rates_and_lengths(peers: Path, run: Run, tmp_path: Path, server: ModelServer, streaming: bool) -> None:
    export(spec_of(LOAD), tmp_path, ["inference-perf"], options=ExportOptions(Target(server.url, MODEL)))
    config = tmp_path / "workload.inference-perf.yml"
    if not streaming:
        config.write_text(config.read_text().replace("streaming: true", "streaming: false"))
    run(program(peers, "inference-perf"), "--config_file", config)
    assert len(server.asked) == 8 * 2 + 20 * 2
    assert {each.path for each in server.asked} == {"/v1/completions"}
    assert {(each.input_tokens, each.output_tokens) for each in server.asked} == {(60, 5)}
    assert {bool(each.body.get("stream")) for each in server.asked} == {streaming}
    assert len({each.prompt[:40] for each in server.asked}) == 3
    stages = run_in(tmp_path, "stage_1_lifecycle_metrics.json").stages
    assert [(stage.requests, stage.failures, stage.requested_rate) for stage in stages] == [(16, 0, 8.0), (40, 0, 20.0)]


def test_a_run_sends_the_designed_arrivals(peers: Path, run: Run, tmp_path: Path, server: ModelServer) -> None:
    requests = generate(spec_of(LOAD))
    options = ExportOptions(Target(server.url, MODEL), exact=True)
    export(requests.spec, tmp_path, ["inference-perf"], options=options, requests=requests)
    run(program(peers, "inference-perf"), "--config_file", "workload.inference-perf-exact.yml")
    assert len(server.asked) == len(requests)
    print(f"\ninference-perf's requests were {on_time(server.asked, (requests.arrival_us / 1e6).tolist())}")


def test_a_run_of_a_chat_waits_and_grows(peers: Path, run: Run, tmp_path: Path, server: ModelServer) -> None:
    spec = spec_of(LOAD.replace("enable_multi_turn_chat: false", "enable_multi_turn_chat: true"))
    export(spec, tmp_path, ["inference-perf"], options=ExportOptions(Target(server.url, MODEL)))
    run(program(peers, "inference-perf"), "--config_file", "workload.inference-perf.yml")
    assert len(server.asked) == 56
    lengths = sorted(each.input_tokens for each in server.asked)
    assert lengths[0] >= 60 and lengths[-1] > 2 * 60, "each round has the ones before in its input"
