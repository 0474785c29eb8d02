"""Files of another kind: each is named in one problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from spec_samples import CLIENTS, COMPACT, text_of

from blis_tui.spec.check import check
from blis_tui.spec.yaml.encoding import MAX_SIZE

ROOT = Path(__file__).parents[3]
INFERENCE_PERF = """\
load:
  type: constant
  stages:
    - {rate: 1, duration: 2}
api: {type: completion, streaming: true}
server: {type: vllm, model_name: REPLACE_ENV_MODEL, base_url: "http://h:8000", ignore_eos: true}
data:
  type: shared_prefix
  shared_prefix: {num_groups: 32, num_prompts_per_group: 32, system_prompt_len: 2048, question_len: 256, output_len: 256}
"""
OTHERS = {
    "inference-perf": (INFERENCE_PERF, "an inference-perf config"),
    "inference-perf, sweep": ("load: {type: poisson, sweep: {type: linear}}\nserver: {type: mock}\n", "an inference-perf config"),
    "inference-perf, with a comment": (f"# SPDX\n---\n{INFERENCE_PERF}", "an inference-perf config"),
    "guidellm, flags": ("target: http://x\nrate-type: concurrent\nrate: 2\nmax-seconds: 50\ndata: prompt_tokens=256\n", "a guidellm config"),
    "guidellm, profile": ("target: x\nprofile: constant\nrate: [1, 5]\nmax_seconds: 30\ndata: {prompt_tokens: 50}\n", "a guidellm config"),
    "guidellm, scenario": ('{"spec": {"profile": {"kind": "sweep"}, "data": [{"kind": "synthetic_text"}]}}\n', "a guidellm config"),
    "policy bundle": ("admission: {policy: always-admit}\nrouting: {policy: weighted}\nscheduler: fcfs\n", "a policy bundle of BLIS"),
    "trace header": ("trace_version: 3\ntime_unit: microseconds\nmode: generated\nwarm_up_requests: 0\n", "the header of a BLIS trace"),
    "ConfigMap": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  config.yml: |\n    load: {}\n", "a Kubernetes object (ConfigMap)"),
    "several objects": ("apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Job\n", "a Kubernetes object (Service)"),
    "Mooncake": ('{"timestamp": 0, "input_length": 5, "output_length": 3, "hash_ids": [1]}\n' * 2, "a trace in JSON lines"),
    "one line": ('{"timestamp": 0, "input_length": 5, "output_length": 3, "hash_ids": [1]}', "a trace in JSON lines"),
    "requests": ('{"id": 0, "arrival_us": 5, "client_id": "a"}\n{"id": 1, "arrival_us": 7, "client_id": "a"}\n', "a trace in JSON lines"),
    "a data set": ('{"messages": []}\n\n{"messages": []}\n', "a file of JSON lines"),
    "Azure": ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n", "a trace in CSV"),
    "BurstGPT": ('Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,"ChatGPT",472,18,490,API log\n', "a trace in CSV"),
    "our CSV": ("id,arrival_us,client_id,tenant_id\r\n0,5,a,\r\n", "a trace in CSV"),
    "TraceV2": ("request_id,client_id,arrival_time_us,send_time_us\n0,a,5,5\n", "a trace in CSV"),
    "our record": ('{\n  "export_version": 1,\n  "program": "blis-tui",\n  "files": []\n}\n', "the record of an export"),
}  # fmt: skip


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", OTHERS)
def test_each_kind_is_one_problem_that_names_it(name: str, mark: str) -> None:
    text, kind = OTHERS[name]
    for data in (f"{mark}{text}", f"{mark}{text}".encode()):
        checked = check(data)
        (problem,) = checked.problems
        assert (problem.code, problem.severity, problem.line, problem.column) == ("other-file", "error", 1, 1)
        assert problem.message.startswith(f"the file is {kind}, not a workload file") and problem.found == kind
        assert checked.spec is None and not checked.ok and problem.mend is None


@pytest.mark.parametrize("name", OTHERS)
def test_a_check_of_a_workload_before_changes_nothing(name: str) -> None:
    text, _ = OTHERS[name]
    for base in (check(text_of(COMPACT)), check("")):
        assert check(text, base=base).problems == check(text).problems
    back = check(text_of(COMPACT), base=check(text))
    assert back.ok and back.spec == check(text_of(COMPACT)).spec


def test_hints_say_where_the_file_belongs() -> None:
    said = {name: check(text).problems[0].message.partition("; ")[2] for name, (text, _) in OTHERS.items()}
    assert said["inference-perf"] == "its load.stages and data.shared_prefix stand under inference_perf here"
    assert said["policy bundle"] == "it goes beside the workload: --policy-config"
    assert said["trace header"] == "`blis replay` reads it: --trace-header"
    assert said["TraceV2"] == "`blis replay` reads it: --trace-data"


def test_a_trace_is_named_though_it_is_too_large_to_be_read() -> None:
    line = OTHERS["one line"][0].encode() + b"\n"
    (problem,) = check(line * (MAX_SIZE // len(line) + 2)).problems
    assert problem.code == "other-file"
    (problem,) = check(b"#" * (MAX_SIZE + 1)).problems
    assert problem.code == "too-large"
    (problem,) = check("\ufeff".encode("utf-16-le") + OTHERS["Azure"][0].encode("utf-16-le"), 50).problems
    assert problem.code == "other-file"


@pytest.mark.parametrize(
    "text",
    [
        text_of(CLIENTS).replace("id: a", "client_id: a"),
        text_of(COMPACT) + "load: {}\ndata: {}\n",
        "inference_perf: {stages: []}\nkind: x\napiVersion: v1\n",
        '{"version": "2", "clients": [{"client_id": "a", "prefix_length": 3, "session_id": 4}]}\n',
        "{version: '2', seed: 1}\n",
        "seed: 1\nspec: 5\nversion: '2'\nhorizon: 6\n",
        "servre: 1\nseed: 3\n",
        "a, b, c\n",
    ],
)
def test_what_may_be_a_workload_file_keeps_its_own_problems(text: str) -> None:
    assert "other-file" not in [problem.code for problem in check(text).problems]


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("examples/*.yaml"), *ROOT.glob("tests/golden/**/*.yaml")]), ids=lambda path: path.stem
)
def test_no_workload_file_is_taken_for_another(path: Path) -> None:
    assert "other-file" not in [problem.code for problem in check(path.read_bytes()).problems]
