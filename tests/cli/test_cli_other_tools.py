"""Configs of inference-perf on the command line: opened by every command, and exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from bad_input import CLIENT, GOOD
from running import Run

from blis_tui.cli import designer

Write = Callable[..., Path]
CONFIG = """\
load:
  type: poisson
  stages:
    - {rate: 2, duration: 30}
server: {type: vllm, base_url: REPLACE_ENV_URL}
data:
  type: shared_prefix
  shared_prefix: {num_groups: 3, num_prompts_per_group: 2, system_prompt_len: 20, question_len: 10, output_len: 5, seed: 7}
"""
DRAWN = CONFIG.replace("question_len: 10", "question_len: {type: uniform, min: 5, max: 15}")


@pytest.fixture
def config(write: Write) -> Path:
    return write(CONFIG, "config.yml")


def test_check_lists_the_notes_at_the_keys_of_the_config(run: Run, config: Path) -> None:
    ran = run("--check", config)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert any(line.startswith(f"{config}:2:3: warning: load.type is poisson:") for line in lines)
    assert any(line.startswith(f"{config}:5:1: info: server has no place in a workload file") for line in lines)
    assert all("inference_perf." not in line and line.startswith(f"{config}:") for line in lines)
    assert run("--check", config, "--strict").code == 1
    assert run("--check", "-", stdin=CONFIG.encode()).out == ran.out.replace(str(config), "<stdin>")


def test_check_as_json_has_the_paths_of_the_config(run: Run, config: Path) -> None:
    (file,) = json.loads(run("--check", config, "--json").out)["files"]
    assert file["ok"] and {problem["code"] for problem in file["problems"]} >= {"import-kept", "import-approximated"}
    assert {problem["path"] for problem in file["problems"]} >= {"load.type", "server", "data.shared_prefix.question_len"}


def test_fix_leaves_a_config_as_it_is(run: Run, write: Write) -> None:
    path = write(CONFIG.replace("rate: 2", "rate: 0.1"), "config.yml")
    ran = run("--check", path, "--fix")
    assert ran.code == 1 and "fewer-requests-than-clients" in ran.out
    assert path.read_text() == CONFIG.replace("rate: 2", "rate: 0.1")


def test_what_is_refused_is_an_error_with_its_key(run: Run, write: Write) -> None:
    path = write(CONFIG.replace("type: poisson", "type: concurrent"), "config.yml")
    for arguments in (("--check", path), ("--summary", path), ("--export", path.parent / "out", path)):
        ran = run(*arguments)
        assert ran.code == 1
        assert f"{path}:2:3: error: load.type is concurrent" in ran.out + ran.err
    assert not (path.parent / "out").exists()


def test_summary_and_export_take_a_config_and_tell_what_differs(run: Run, config: Path, tmp_path: Path) -> None:
    ran = run("--summary", config)
    assert ran.code == 0 and "60  planned" in ran.out and "warning: load.type is poisson" in ran.err and "kept" not in ran.err
    ran = run("--export", tmp_path / "out", config, "--format", "yaml,csv")
    assert ran.code == 0 and len((tmp_path / "out" / "config.requests.csv").read_text().splitlines()) == 61
    assert run("--check", tmp_path / "out" / "config.yaml").code == 0
    assert config.read_text() == CONFIG


def test_overrides_edit_what_the_config_becomes(run: Run, config: Path) -> None:
    ran = run("--export", "-", config, "--format", "yaml", "--seed", "9", "--set", "inference_perf.stages[0].rate=3")
    assert ran.code == 0
    spec = yaml.safe_load(ran.out)
    assert (spec["seed"], spec["inference_perf"]["stages"]) == (9, [{"rate": 3, "duration": 30}])
    assert "load.type is poisson" in ran.err


def test_means_are_used_only_if_asked_for(run: Run, write: Write) -> None:
    path = write(DRAWN, "config.yml")
    assert "--use-means takes its mean, 10" in run("--check", path).out
    ran = run("--check", path, "--use-means")
    assert ran.code == 0 and "it becomes its mean, 10" in ran.out


def test_a_workload_is_exported_as_a_config(run: Run, spec: Path) -> None:
    ran = run(
        "--export", "-", spec, "--format", "inference-perf", "--server", "http://h:8000", "--model", "m", "--tokenizer", "t"
    )
    assert (ran.code, ran.err) == (0, "")
    found = yaml.safe_load(ran.out)
    assert (found["server"]["base_url"], found["server"]["model_name"]) == ("http://h:8000", "m")
    assert found["tokenizer"] == {"pretrained_model_name_or_path": "t"}
    assert "names no server" in run("--export", "-", spec, "--format", "inference-perf").err


def test_a_config_comes_back_through_a_file(run: Run, config: Path, tmp_path: Path) -> None:
    assert run("--export", tmp_path, config, "--format", "yaml").code == 0
    ran = run("--export", "-", tmp_path / "config.yaml", "--format", "inference-perf", "--server", "http://h")
    found = yaml.safe_load(ran.out)
    assert found["load"] | {"interval": 1.0} == found["load"] and found["load"]["type"] == "poisson"
    assert found["server"] == {"type": "vllm", "base_url": "http://h"}


def test_exact_writes_the_arrivals_too(run: Run, spec: Path, tmp_path: Path) -> None:
    ran = run("--export", tmp_path / "out", spec, "--format", "inference-perf", "--exact")
    assert ran.code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["good.export.json", "good.inference-perf-exact.csv", "good.inference-perf-exact.yml"]


def test_a_file_that_is_not_compact_has_no_config(run: Run, write: Write, tmp_path: Path) -> None:
    ran = run("--export", tmp_path / "out", write(CLIENT), "--format", "inference-perf")
    assert ran.code == 1 and "has no place for clients" in ran.err.replace("no place for", "has no place for", 1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--export", "out", "x", "--exact"), "--exact only works with --format inference-perf"),
        (("--export", "-", "x", "--format", "inference-perf", "--exact"), "consists of two files"),
        (("--export", "-", "x", "--format", "aiperf"), "format aiperf consists of two files"),
        (("--summary", "x", "--server", "http://h"), "--server only works with --export"),
        (("--check", "x", "--model", "m"), "--model only works with --export"),
        (("x", "--tokenizer", "t"), "--tokenizer only works with --export"),
    ],
)
def test_options_that_do_not_go_together(run: Run, arguments: tuple[str, ...], reason: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2 and reason in ran.err


def test_the_designer_refuses_what_no_workload_can_say(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designer, "is_terminal", lambda _: True)
    path = write(CONFIG.replace("type: poisson", "sweep: {type: linear}"), "config.yml")
    ran = run(path)
    assert ran.code == 1 and f"{path}:2:3: error: load.sweep" in ran.err


def test_check_of_a_config_loads_no_numpy(config: Path) -> None:
    import subprocess
    import sys

    code = "import sys; from blis_tui.cli import main; main(['--check', sys.argv[1]]); sys.exit(bool({'numpy', 'textual'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code, str(config)], check=False, capture_output=True).returncode == 0


def test_a_workload_file_is_still_no_config(run: Run, write: Write) -> None:
    assert run("--check", write(GOOD)).out == ""
