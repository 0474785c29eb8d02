"""Reading guidellm's reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_samples import guidellm_benchmark, guidellm_report, guidellm_request, write_json

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import ANSWERED, SENT
from blis_tui.workload.measured.spread import UNKNOWN, Spread


def test_each_benchmark_is_a_stage(tmp_path: Path) -> None:
    report = guidellm_report([guidellm_benchmark(8.0, 7.8, 240), guidellm_benchmark(20.0, 15.0, 500, errored=3, incomplete=7)])
    run = open_run(write_json(tmp_path / "benchmarks.json", report))
    assert (run.tool, run.counts) == ("guidellm", ANSWERED)
    assert [(each.requested_rate, each.rate, each.requests, each.failures) for each in run.stages] == [
        (8.0, 7.8, 240, 0),
        (20.0, 15.0, 510, 10),
    ]
    assert run.stages[0].ttft == pytest.approx(Spread(200_000, 50_000, 180_000, 300_000, 600_000))
    assert run.stages[0].e2e.mean == pytest.approx(5e6)
    assert (run.whole.requests, run.whole.failures, run.whole.ttft) == (750, 10, UNKNOWN)
    assert run.notes == ("7 requests cut off at the end of the run count as failures.",)


def test_one_benchmark_with_all_of_its_requests(tmp_path: Path) -> None:
    benchmark = guidellm_benchmark(None, 2.0, 3)
    benchmark["requests"]["successful"] = [guidellm_request(place + 0.25, planned_s=float(place)) for place in (2, 0, 1)]
    run = open_run(write_json(tmp_path / "out.json", guidellm_report([benchmark])))
    assert run.counts == SENT
    assert run.timings is not None
    assert run.timings.planned_us is not None
    assert run.timings.planned_us.tolist() == [0, 1_000_000, 2_000_000]
    assert run.timings.sent_us.tolist() == [250_000, 1_250_000, 2_250_000]
    assert run.whole.rate == pytest.approx(1.5)


def test_a_sample_of_the_requests_says_nothing_about_the_rate(tmp_path: Path) -> None:
    benchmark = guidellm_benchmark(None, 2.0, 30)
    benchmark["requests"]["successful"] = [guidellm_request(0.0), guidellm_request(1.0)]
    run = open_run(write_json(tmp_path / "out.json", guidellm_report([benchmark])))
    assert (run.timings, run.counts, run.whole.rate) == (None, ANSWERED, 2.0)


def test_zeros_where_nothing_succeeded_are_no_times(tmp_path: Path) -> None:
    run = open_run(write_json(tmp_path / "out.json", guidellm_report([guidellm_benchmark(8.0, 0.0, 0, errored=9)])))
    assert (run.whole.requests, run.whole.failures, run.whole.rate) == (9, 9, None)
    assert (run.whole.ttft, run.whole.itl, run.whole.e2e) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_a_folder_with_its_usual_name(tmp_path: Path) -> None:
    write_json(tmp_path / "benchmarks.json", guidellm_report([guidellm_benchmark(8.0, 8.0, 240)]))
    (tmp_path / "benchmarks.csv").write_text("", "utf-8")
    assert open_run(tmp_path).tool == "guidellm"


def test_a_report_of_nothing(tmp_path: Path) -> None:
    path = write_json(tmp_path / "benchmarks.json", guidellm_report([]))
    with pytest.raises(RunError, match="there are no benchmarks in it"):
        open_run(path)
