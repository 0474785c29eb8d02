"""What tools need to replay a trace of blocks: their commands, their configs, and whether its block size suits them."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest
import yaml
from export_samples import client, compact, explicit

from blis_tui.formats.export import export, write_to
from blis_tui.formats.interop import aiperf, guidellm
from blis_tui.formats.interop.replay import Replay, block_sizes, commands
from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.table import FormatError
from blis_tui.problems import SpecError

HERE = Target("http://h:8000", "org/model")
ODD = Target("http://h:8000/a b?c='d'", 'org/m: #1 "x"', "it's\n{a: b}")


def replay(target: Target = HERE, size: int = 100, file: str = "load.mooncake.jsonl") -> Replay:
    return Replay(file, 7, size, target)


def test_commands_name_what_was_given() -> None:
    found = commands(replay())
    assert list(found) == ["AIPerf", "guidellm", "vLLM", "Dynamo"]
    assert "--model org/model --url http://h:8000" in found["AIPerf"] and "--tokenizer org/model" in found["AIPerf"]
    assert (
        "target=http://h:8000,model=org/model," in found["guidellm"] and "huggingface_auto,model=org/model " in found["guidellm"]
    )
    assert "--base-url http://h:8000" in found["vLLM"] and "--tokenizer" not in found["vLLM"]
    assert "--tokenizer t " in commands(replay(Target("http://h", "m", "t")))["vLLM"]
    assert "MODEL" not in " ".join(found.values()) and "URL" not in " ".join(found.values())


def test_commands_are_words_of_a_shell_whatever_is_named() -> None:
    file = "a b'; rm -rf $HOME.jsonl"
    for name, command in commands(replay(ODD, file=file)).items():
        words = shlex.split(command)
        assert any(file in word for word in words), name
        assert name == "Dynamo" or any(ODD.server in word for word in words), name


@pytest.mark.parametrize("size", [16, 64, 100, 512])
def test_the_block_size_is_checked_against_each_tool(size: int) -> None:
    found = block_sizes(replay(size=size))
    assert list(found) == list(commands(replay()))
    assert found["AIPerf"].startswith("Takes" if size == 512 else "Has to be told by --isl-block-size")
    assert found["guidellm"].startswith("Takes" if size == 512 else "Has to be told by hash_id_block_size")
    assert found["vLLM"].startswith("Takes" if size == 16 else "Has to be told by --timed-trace-chunk-hash-size")
    assert ("no multiple" in found["Dynamo"]) == (size in (16, 100))


def test_a_config_for_aiperf() -> None:
    assert yaml.safe_load(aiperf.config(replay())) == {
        "schemaVersion": "2.0",
        "benchmark": {
            "models": ["org/model"],
            "endpoint": {"urls": ["http://h:8000"], "type": "completions", "streaming": True},
            "tokenizer": {"name": "org/model"},
            "datasets": [
                {"name": "trace", "type": "file", "path": "load.mooncake.jsonl", "format": "mooncake_trace", "block_size": 100}
            ],
            "phases": [{"name": "profiling", "type": "fixed_schedule"}],
        },
    }


def test_a_config_for_guidellm() -> None:
    assert yaml.safe_load(guidellm.config(replay(Target("http://h:8000", "m", "t")))) == {
        "spec": {
            "backend": {"kind": "openai_http", "target": "http://h:8000", "model": "m", "request_format": "/v1/completions"},
            "tokenizer": {"kind": "huggingface_auto", "model": "t"},
            "profile": {"kind": "replay"},
            "data": [
                {
                    "kind": "mooncake", "source": {"kind": "json_file", "path": "load.mooncake.jsonl"},
                    "hash_id_block_size": 100, "time_scale": 0.001,
                }
            ],
            "outputs": [{"kind": "json", "path": "out.json"}],
        }
    }  # fmt: skip


@pytest.mark.parametrize("tool", [aiperf, guidellm])
def test_what_is_not_given_is_marked(tool: object) -> None:
    assert "To be filled in" in tool.config(replay(NOWHERE))  # type: ignore[attr-defined]
    assert "To be filled in" not in tool.config(replay(HERE))  # type: ignore[attr-defined]
    assert "--server" in tool.config(replay(Target(model="m")))  # type: ignore[attr-defined]


@pytest.mark.parametrize("tool", [aiperf, guidellm])
def test_odd_names_are_read_back(tool: object) -> None:
    text = str(yaml.safe_load(tool.config(replay(ODD, file="a: b.jsonl"))))  # type: ignore[attr-defined]
    assert all(repr(name)[1:-1] in text or name in text for name in (*ODD, "a: b.jsonl"))


@pytest.mark.parametrize("format", ["aiperf", "guidellm"])
def test_a_config_is_exported_with_its_trace(format: str, tmp_path: Path) -> None:
    spec = explicit(client(prefix_group="g", prefix_length=48), num_requests=20)
    exported = export(spec, tmp_path, [format], stem="load", options=ExportOptions(target=HERE, block_size=24))
    assert [path.name for path in exported.paths] == ["load.mooncake.jsonl", f"load.{format}.yaml", "load.export.json"]
    text = (tmp_path / f"load.{format}.yaml").read_text(encoding="utf-8")
    assert "load.mooncake.jsonl" in text and "block_size: 24" in text
    assert exported.provenance["replay"]["block_size"] == 24
    assert exported.provenance["replay"]["block_sizes"] == block_sizes(replay(size=24))
    with pytest.raises(FormatError, match="consists of two files"):
        write_to(io.BytesIO(), spec, format)


def test_a_block_size_is_chosen_once_for_the_trace_and_its_configs(tmp_path: Path) -> None:
    export(explicit(client(prefix_group="g", prefix_length=48), num_requests=20), tmp_path, ["aiperf", "guidellm"])
    for name in ("aiperf", "guidellm"):
        assert "block_size: 48" in (tmp_path / f"workload.{name}.yaml").read_text(encoding="utf-8")


def test_a_manifest_holds_the_config_and_the_job_that_runs_it(tmp_path: Path) -> None:
    options = ExportOptions(target=HERE)
    exported = export(compact(8.0, 9.0), tmp_path, ["inference-perf", "kubernetes"], options=options)
    config_map, job = yaml.safe_load_all((tmp_path / "workload.kubernetes.yaml").read_text(encoding="utf-8"))
    assert (config_map["kind"], job["kind"]) == ("ConfigMap", "Job")
    config = (tmp_path / "workload.inference-perf.yml").read_text(encoding="utf-8")
    assert config_map["data"] == {"config.yml": config}
    pod = job["spec"]["template"]["spec"]
    (container,), (volume,) = pod["containers"], pod["volumes"]
    assert volume["configMap"]["name"] == config_map["metadata"]["name"] == "inference-perf-config"
    (mount,) = container["volumeMounts"]
    assert container["args"] == ["--config_file", f"{mount['mountPath']}/config.yml"] and mount["name"] == volume["name"]
    assert len(set(exported.warnings)) == len(exported.warnings), "two formats say the same once"


def test_a_manifest_of_a_file_that_is_not_compact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no place for clients"):
        export(explicit(client()), tmp_path, ["kubernetes"])
