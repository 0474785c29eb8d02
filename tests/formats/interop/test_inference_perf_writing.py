"""Configs that are written: what the loader of inference-perf takes, what is kept, and the way there and back."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from configs import GUIDE, SHORT, imported, opened
from export_samples import assert_same_requests, chat, client, compact, explicit, golden
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.formats.export import export, write_to
from blis_tui.formats.interop.inference_perf import keys
from blis_tui.formats.interop.inference_perf.writing import write
from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.yaml_text import document
from blis_tui.problems import INFO, SpecError
from blis_tui.spec.check import check
from blis_tui.spec.format.model import Cohort, InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

HERE = Target(server="http://h:8000", model="org/model")
GOLDEN = sorted(
    path.stem for path in (Path(__file__).parents[2] / "golden").glob("*.yaml") if path.stem.startswith(("ip-", "v1-"))
)


def config(spec: WorkloadSpec, text: str = "", target: Target = HERE) -> dict[str, Any]:
    """Return a written config as inference-perf reads it, with all of its keys known to the loader."""
    found: dict[str, Any] = yaml.safe_load(write(spec, text, target).text)
    assert set(found) <= keys.TOP
    for name, known in (("load", keys.LOAD), ("data", keys.DATA), *keys.CLOSED.items()):
        assert set(found.get(name, {})) <= known
    assert set(found["data"]["shared_prefix"]) <= keys.PREFIX
    assert all(set(stage) <= keys.STAGE for stage in found["load"]["stages"])
    return found


def again(spec: WorkloadSpec, text: str = "") -> WorkloadSpec:
    """Write a config and open it."""
    back = imported(write(spec, text, NOWHERE).text)
    assert back.text is not None, back.notes
    checked = check(back.text)
    assert checked.spec is not None
    return checked.spec


def as_it_counts(spec: WorkloadSpec) -> WorkloadSpec:
    """Return a spec with the lengths that BLIS uses in place of 0."""
    assert spec.inference_perf is not None and spec.inference_perf.shared_prefix is not None
    prefix = spec.inference_perf.shared_prefix
    prefix = prefix.replace(
        system_prompt_len=prefix.system_prompt_len or 50,
        question_len=prefix.question_len or 1,
        output_len=prefix.output_len or 1,
    )
    return spec.replace(inference_perf=spec.inference_perf.replace(shared_prefix=prefix))


# -- what is written


def test_a_config_that_runs() -> None:
    assert config(compact(8.0, 0.5)) == {
        "api": {"type": "completion", "streaming": True},
        "server": {"type": "vllm", "ignore_eos": True, "base_url": "http://h:8000", "model_name": "org/model"},
        "tokenizer": {"pretrained_model_name_or_path": "org/model"},
        "load": {
            "type": "constant",
            "interval": 0,
            "base_seed": 3,
            "stages": [{"rate": 8, "duration": 5}, {"rate": 0.5, "duration": 5}],
        },
        "data": {
            "type": "shared_prefix",
            "shared_prefix": {
                "num_unique_system_prompts": 2,
                "num_users_per_system_prompt": 2,
                "system_prompt_len": 10,
                "question_len": 4,
                "output_len": 2,
                "enable_multi_turn_chat": False,
                "seed": 3,
            },
        },
        "report": {"request_lifecycle": {"per_stage": True, "per_request": True}},
    }


def test_numbers_are_those_that_count() -> None:
    spec = compact(8.0)
    assert spec.inference_perf is not None
    nothing = SharedPrefix(num_unique_system_prompts=1, num_users_per_system_prompt=1)
    found = config(spec.replace(inference_perf=spec.inference_perf.replace(shared_prefix=nothing)))["data"]["shared_prefix"]
    assert (found["system_prompt_len"], found["question_len"], found["output_len"]) == (50, 1, 1)


def test_without_a_server_it_is_to_be_filled_in() -> None:
    written = write(compact(8.0), "", Target(model="org/model"))
    found = yaml.safe_load(written.text)
    assert "server" not in found and "tokenizer" not in found
    lines = [line.removeprefix("# ") for line in written.text.splitlines()]
    begin = lines.index("server:")
    filled = yaml.safe_load("\n".join(lines[begin : lines.index("api:")]))
    assert filled["server"]["base_url"] == "http://localhost:8000" and filled["server"]["model_name"] == "org/model"
    assert filled["tokenizer"] == {"pretrained_model_name_or_path": "org/model"}
    assert any("names no server" in remark.message for remark in written.remarks)


def test_a_tokenizer_of_its_own() -> None:
    found = config(compact(8.0), target=Target("http://h", "m", "org/tok"))
    assert found["tokenizer"] == {"pretrained_model_name_or_path": "org/tok"}


@pytest.mark.parametrize("seed", [-5, 0, 2**63 - 1])
def test_seeds_that_numpy_does_not_take_are_left_out(seed: int) -> None:
    found = config(compact(8.0).replace(seed=seed))
    given = {} if seed < 0 else {"seed": seed}
    assert {name: value for name, value in found["data"]["shared_prefix"].items() if name == "seed"} == given
    assert ("base_seed" in found["load"]) == (seed >= 0)


@pytest.mark.parametrize(
    "spec",
    [explicit(client()), explicit(chat()), compact(8.0, cohorts=(Cohort(id="c", population=1, rate_fraction=1.0),))],
)
def test_only_compact_files_can_be_written(spec: WorkloadSpec) -> None:
    with pytest.raises(SpecError, match="one shared prefix"):
        write(spec, "", HERE)


def test_what_is_lost_is_a_warning() -> None:
    said = [remark.message for remark in write(compact(8.0, horizon=1_000_000, num_requests=5), "", HERE).remarks]
    assert any("horizon" in text for text in said) and any("num_requests" in text for text in said)
    said = [remark.message for remark in write(compact(8.0, version="1", aggregate_rate=4.0), "", HERE).remarks]
    assert any("aggregate_rate" in text for text in said)
    assert all(remark.severity == INFO for remark in write(compact(8.0), "", HERE).remarks)


# -- what was kept


def test_what_a_config_had_is_written_again_as_it_was() -> None:
    checked = opened(GUIDE)
    assert checked.spec is not None
    before, found = yaml.safe_load(GUIDE), config(checked.spec, checked.text, NOWHERE)
    for name in ("api", "server", "tokenizer", "report", "storage"):
        assert found[name] == before[name]
    assert found["load"] == before["load"] | {"base_seed": 42}
    assert any("placeholders" in remark.message for remark in write(checked.spec, checked.text, NOWHERE).remarks)


def test_options_win_over_what_was_kept_and_fill_in_placeholders() -> None:
    checked = opened(GUIDE)
    assert checked.spec is not None
    found = config(checked.spec, checked.text)
    assert found["server"] == {"type": "vllm", "model_name": "org/model", "base_url": "http://h:8000", "ignore_eos": True}
    assert found["tokenizer"] == {"pretrained_model_name_or_path": "org/model"}
    own = opened(GUIDE.replace("path: REPLACE_ENV_MODEL", "path: org/tok"))
    assert own.spec is not None
    assert config(own.spec, own.text)["tokenizer"] == {"pretrained_model_name_or_path": "org/tok"}


def test_a_config_without_an_api_is_not_given_one() -> None:
    checked = opened(SHORT)
    assert checked.spec is not None
    found = config(checked.spec, checked.text, NOWHERE)
    assert "api" not in found and found["load"]["interval"] == 1.0


@pytest.mark.parametrize("line", ["#inference-perf| a: [", "#inference-perf| load: 5", "#inference-perf| - x"])
def test_kept_lines_that_cannot_be_read_are_left_out_with_a_warning(line: str) -> None:
    written = write(compact(8.0), f"{line}\nversion: '2'\n", HERE)
    assert any("cannot be read" in remark.message for remark in written.remarks)
    assert yaml.safe_load(written.text) == config(compact(8.0))


@pytest.mark.parametrize("line", ["load: {num_workers: 2}", "load: {type: concurrent}", "load: {type: [], interval: {}}"])
def test_kept_lines_that_somebody_changed_still_make_a_config_that_loads(line: str) -> None:
    found = config(compact(8.0), f"#inference-perf| {line}\n")
    assert found["load"]["type"] == "constant" and found["load"]["stages"] == [{"rate": 8, "duration": 5}]


# -- there and back


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_files_come_back_with_the_same_requests(name: str) -> None:
    spec = golden(name)
    if spec.cohorts:
        pytest.skip("cohorts have no place in a config")
    back = again(spec)
    assert back == as_it_counts(spec)
    assert_same_requests(generate(spec), generate(back))


COUNTS = st.integers(1, 2**31 - 1)
PREFIXES = st.builds(
    SharedPrefix,
    num_unique_system_prompts=COUNTS,
    num_users_per_system_prompt=COUNTS,
    system_prompt_len=st.integers(0, 2**31 - 1),
    question_len=st.integers(0, 2**31 - 1),
    output_len=st.integers(0, 2**31 - 1),
    enable_multi_turn_chat=st.booleans(),
)
STAGES = st.builds(Stage, rate=st.floats(min_value=0, exclude_min=True, allow_infinity=False), duration=st.integers(1, 2**40))
SPECS = st.builds(
    WorkloadSpec,
    version=st.sampled_from(["1", "2"]),
    seed=st.integers(-(2**63), 2**63 - 1),
    category=st.sampled_from(["", "language", "reasoning"]),
    aggregate_rate=st.sampled_from([0.0, 3.5]),
    horizon=st.integers(0, 2**63 - 1),
    num_requests=st.integers(0, 2**63 - 1),
    inference_perf=st.builds(InferencePerf, stages=st.lists(STAGES, min_size=1, max_size=4).map(tuple), shared_prefix=PREFIXES),
)


@given(SPECS)
@settings(max_examples=150, deadline=None)
def test_every_compact_file_comes_back_as_it_was(spec: WorkloadSpec) -> None:
    assert again(spec, document(spec)) == as_it_counts(spec)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["metrics", "report", "storage"]), st.dictionaries(TEXTS, VALUES, min_size=1), min_size=1))
@settings(max_examples=150, deadline=None)
def test_whatever_is_kept_comes_back_as_it_was(parts: dict[str, Any]) -> None:
    text = SHORT + yaml.safe_dump(parts)
    checked = opened(text)
    assert checked.spec is not None
    found = config(checked.spec, checked.text)
    assert {name: found.get(name) for name in parts} == parts


# -- with the designed arrivals


def rows_of(path: Path) -> list[tuple[float, int, int]]:
    """Read a trace as the reader of inference-perf does: seconds from the first row, lengths."""
    text = path.read_text(encoding="utf-8")
    assert csv.Sniffer().has_header(text[:2048])
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]
    times = [datetime.strptime(row[0], "%Y-%m-%d %H:%M:%S.%f") for row in rows]
    return [((time - times[0]).total_seconds(), int(row[1]), int(row[2])) for time, row in zip(times, rows, strict=True)]


@pytest.mark.parametrize("spec", [compact(8.0), compact(3.7, 20.3), compact(0.9, users=1), compact(4.0, chat=True)])
def test_exact_arrivals_are_a_trace_with_as_many_rows_as_requests(spec: WorkloadSpec, tmp_path: Path) -> None:
    exported = export(spec, tmp_path, ["inference-perf-exact"], stem="a b", options=ExportOptions(target=HERE))
    requests = generate(spec)
    found = yaml.safe_load((tmp_path / "a b.inference-perf-exact.yml").read_text(encoding="utf-8"))
    assert found["load"]["type"] == "trace_replay" and "trace" not in found["data"]
    assert found["load"]["trace"] == {"file": "a b.inference-perf-exact.csv", "format": "AzurePublicDataset"}
    (stage,) = found["load"]["stages"]
    rows = rows_of(tmp_path / "a b.inference-perf-exact.csv")
    assert isinstance(stage["duration"], int) and int(float(stage["rate"]) * stage["duration"]) == len(rows) == len(requests)
    arrivals = (requests.arrival_us - requests.arrival_us[0]) / 1e6
    assert [row[0] for row in rows] == pytest.approx(arrivals.tolist(), abs=1e-9)
    assert [row[1] for row in rows] == requests.input_tokens.tolist()
    assert [row[2] for row in rows] == requests.output_tokens.tolist()
    assert rows[-1][0] <= stage["duration"]
    assert any("arrivals of BLIS" in note for note in exported.provenance["notes"])


@pytest.mark.parametrize(("requests", "seconds"), [(1, 1), (7, 3), (49, 49), (10**7 + 1, 86_399), (2**31 - 1, 77)])
def test_the_rate_of_a_trace_gives_exactly_its_rows(requests: int, seconds: int) -> None:
    from blis_tui.formats.interop.inference_perf.writing import Trace

    text = write(compact(8.0), "", HERE, Trace("f.csv", requests, seconds)).text
    (stage,) = yaml.safe_load(text)["load"]["stages"]
    assert int(float(stage["rate"]) * int(stage["duration"])) == requests


def test_no_requests_are_no_trace(tmp_path: Path) -> None:
    spec = compact(8.0, horizon=1)
    assert len(generate(spec)) == 0
    with pytest.raises(SpecError, match="no requests"):
        export(spec, tmp_path, ["inference-perf-exact"])
    assert list(tmp_path.iterdir()) == []


def test_the_provenance_says_how_the_tools_differ(tmp_path: Path) -> None:
    export(compact(8.0, 9.0), tmp_path, ["inference-perf"], options=ExportOptions(target=HERE))
    notes = json.loads((tmp_path / "workload.export.json").read_text())["notes"]
    assert len(notes) == 3 and any("load.interval is 0 s" in note for note in notes)
    text = (tmp_path / "workload.inference-perf.yml").read_text()
    said = " ".join(line.lstrip("# ") for line in text.splitlines())
    assert all(note in said for note in notes)


def test_a_config_can_go_to_a_stream() -> None:
    stream = io.BytesIO()
    write_to(stream, compact(8.0), "inference-perf", options=ExportOptions(target=HERE))
    assert yaml.safe_load(stream.getvalue()) == config(compact(8.0))
