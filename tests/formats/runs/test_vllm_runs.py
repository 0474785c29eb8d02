"""Reading what vLLM's benchmark saves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_samples import vllm_detailed, vllm_result, write_json, write_lines

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import ANSWERED, SENT
from blis_tui.workload.measured.spread import UNKNOWN, Spread


def test_a_result(tmp_path: Path) -> None:
    run = open_run(write_json(tmp_path / "vllm-infqps-M.json", vllm_result(800, 40)))
    assert (run.tool, run.counts, run.timings) == ("vLLM", ANSWERED, None)
    assert (run.whole.requests, run.whole.failures, run.whole.requested_rate) == (840, 40, None)
    assert run.whole.rate == pytest.approx(800 / 62)
    assert run.whole.ttft == pytest.approx(Spread(200_000, 50_000, 180_000, None, 600_000), nan_ok=False)
    assert run.whole.itl.mean == pytest.approx(20_000)
    assert run.whole.e2e == UNKNOWN


def test_a_result_with_all_requests(tmp_path: Path) -> None:
    run = open_run(write_json(tmp_path / "a.json", vllm_detailed([1.0, 0.0, 3.0], failed=[0], waits_s=[0.5, 0.0, 0.0])))
    assert run.counts == SENT
    assert run.timings is not None
    assert run.timings.sent_us.tolist() == [0, 1_000_000, 3_000_000]
    assert run.timings.planned_us is not None
    assert run.timings.planned_us.tolist() == [0, 500_000, 3_000_000]
    assert run.timings.ok.tolist() == [True, False, True]
    assert run.whole.e2e.mean == pytest.approx(400_000)


def test_without_their_sums_end_to_end_times_are_added_up(tmp_path: Path) -> None:
    result = vllm_detailed([0.0, 1.0])
    del result["latencies"]
    assert open_run(write_json(tmp_path / "a.json", result)).whole.e2e.mean == pytest.approx(400_000)


def test_end_to_end_times_that_were_asked_for_are_the_tools_own(tmp_path: Path) -> None:
    more = {"mean_e2el_ms": 5000.0, "median_e2el_ms": 4500.0, "p99_e2el_ms": 15000.0}
    run = open_run(write_json(tmp_path / "a.json", vllm_result(**more) | {"request_rate": 8.0}))
    assert (run.whole.e2e.mean, run.whole.requested_rate) == (5e6, 8.0)


def test_older_versions_do_not_tell_failures(tmp_path: Path) -> None:
    result = vllm_result(800, 40)
    del result["failed"]
    assert open_run(write_json(tmp_path / "a.json", result)).whole.failures == 40


def test_zeros_where_nothing_was_completed_are_no_times(tmp_path: Path) -> None:
    whole = open_run(write_json(tmp_path / "a.json", vllm_result(0, 9))).whole
    assert (whole.requests, whole.failures, whole.rate, whole.ttft, whole.itl) == (9, 9, None, UNKNOWN, UNKNOWN)


def test_runs_that_were_appended_are_stages(tmp_path: Path) -> None:
    run = open_run(write_lines(tmp_path / "a.json", [vllm_result(240, rate=8.0), vllm_result(600, rate=20.0)]))
    assert [(each.requests, each.requested_rate) for each in run.stages] == [(240, 8.0), (600, 20.0)]
    assert run.whole.requests == 840
    assert "2 runs" in run.notes[0]


def test_a_folder_of_several_results_is_not_one_run(tmp_path: Path) -> None:
    for rate in (8, 20):
        write_json(tmp_path / f"vllm-{rate}qps.json", vllm_result(rate=rate))
    with pytest.raises(RunError, match=r"several runs: vllm-20qps\.json, vllm-8qps\.json; name one of them"):
        open_run(tmp_path)
    (tmp_path / "vllm-8qps.json").unlink()
    (tmp_path / "vllm-20qps.pytorch.json").write_text(json.dumps([{"benchmark": {}}]), "utf-8")
    assert open_run(tmp_path).tool == "vLLM"
