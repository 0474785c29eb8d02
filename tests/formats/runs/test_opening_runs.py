"""Knowing what a file or folder is, and saying what is wrong with one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_samples import (
    aiperf_record,
    aiperf_summary,
    guidellm_benchmark,
    guidellm_report,
    guidellm_request,
    stage_report,
    vllm_detailed,
    write_json,
)

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.problems import Cancelled
from blis_tui.workload.measured.run import Run


def _guidellm() -> dict[str, Any]:
    benchmark = guidellm_benchmark(None, 2.0, 2)
    benchmark["requests"]["successful"] = [guidellm_request(0.0, planned_s=0.0), guidellm_request(1.0, planned_s=1.0)]
    return guidellm_report([benchmark])


SAMPLES: tuple[Any, ...] = (
    stage_report(8.0, 7.9, 240, 3),
    aiperf_summary(840, 3),
    aiperf_record(1.0),
    _guidellm(),
    vllm_detailed([0.0, 1.0, 2.0], failed=[1], waits_s=[0.0, 0.0, 0.0]),
)
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**400), 10**400), st.floats(), st.text(max_size=3), st.just([]), st.just({})
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Draw a sample with a few of its values replaced by something else, or taken away."""
    value = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(1, 3))):
        place = value
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
                if draw(st.booleans()):
                    place[key] = draw(ANYTHING)
                elif isinstance(place, dict):
                    del place[key]
                break
            place = place[key]
    return value


def opens_or_says_why(path: Path) -> Run | None:
    """Open a run; what cannot be opened is told with its path, and nothing else is raised."""
    try:
        return open_run(path)
    except RunError as error:
        assert str(error).startswith(str(path))
        return None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(damaged())
def test_damaged_values_are_read_or_named(tmp_path: Path, value: Any) -> None:
    opens_or_says_why(write_json(tmp_path / "a.json", value))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_text_is_read_or_told(tmp_path: Path, value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 1]))).encode()
    cut = data.draw(st.integers(0, len(text)))
    path = tmp_path / "a.json"
    path.write_bytes(text[:cut] + data.draw(st.binary(max_size=4)))
    opens_or_says_why(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1:1: is not JSON: expecting value"),
        ('{"a": 1,\n "b": }', ":2:7: is not JSON: expecting value"),
        ('{"a": 1}\n{"b": 2}\n', ": is not one of the results of inference-perf, AIPerf, guidellm, vLLM or blis observe"),
        ('{"a": 1}', ": is not one of the results of"),
        ("[]", ": is not one of the results of"),
        ("[" * 100_000, ":1: is nested too deeply"),
    ],
)
def test_what_is_no_run_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RunError) as error:
        open_run(path)
    assert str(error.value).startswith(f"{path}{message}")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b'{"a": "\xff"}')
    for path, message in (
        (tmp_path / "missing.json", ": cannot be read: No such file or directory"),
        (tmp_path / "binary.json", ": is not UTF-8 text (byte 7)"),
    ):
        with pytest.raises(RunError) as error:
            open_run(path)
        assert str(error.value) == f"{path}{message}"


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
@pytest.mark.parametrize("endless", [True, False])
def test_devices_and_pipes_are_not_read(tmp_path: Path, name: str, endless: bool) -> None:
    if endless:
        (tmp_path / name).symlink_to("/dev/zero")
    else:
        os.mkfifo(tmp_path / name)
    with pytest.raises(RunError, match="is not a regular file"):
        open_run(tmp_path / name)
    with pytest.raises(RunError, match="there are no results"):
        open_run(tmp_path)


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(RunError, match="cannot be read: File name too long"):
        open_run(Path("x" * 300))


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    write_json(tmp_path / "package.json", {"name": "x"})
    (tmp_path / "notes.json").write_text("{", "utf-8")
    with pytest.raises(RunError, match="there are no results of inference-perf"):
        open_run(tmp_path)


def test_a_folder_of_two_tools(tmp_path: Path) -> None:
    write_json(tmp_path / "profile_export_aiperf.json", aiperf_summary())
    write_json(tmp_path / "benchmarks.json", _guidellm())
    with pytest.raises(RunError, match=r"several runs: profile_export_aiperf\.json, benchmarks\.json; name one of them"):
        open_run(tmp_path)


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        open_run(write_json(tmp_path / "a.json", aiperf_summary()), check)
