"""Reading inference-perf's reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_samples import inference_perf_report, per_request_report, stage_report, write_json

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import ANSWERED, SENT
from blis_tui.workload.measured.spread import UNKNOWN, Spread

STAGES = (stage_report(8.0, 7.9, 240, 0, 0.1), stage_report(20.0, 16.0, 600, 12, 0.4))


@pytest.mark.parametrize("prefix", ["", "run-7_", "stage_3_"])
def test_a_folder_of_reports(tmp_path: Path, prefix: str) -> None:
    run = open_run(inference_perf_report(tmp_path / "reports", STAGES, prefix=prefix))
    assert (run.tool, run.name, run.counts, run.notes) == ("inference-perf", "reports", SENT, ())
    first, second = run.stages
    assert (first.number, first.requests, first.failures, first.requested_rate, first.rate) == (1, 240, 0, 8.0, 7.9)
    assert (second.number, second.requests, second.failures) == (2, 600, 12)
    assert second.ttft == pytest.approx(Spread(400_000, None, 360_000, 600_000, 1_200_000))
    assert second.itl.mean == pytest.approx(20_000)
    assert second.e2e.p99 == pytest.approx(15e6)
    assert (run.whole.requests, run.whole.failures, run.whole.rate) == (840, 12, None)
    assert run.whole.ttft.mean == pytest.approx(300_000)


def test_ten_stages_are_in_their_order(tmp_path: Path) -> None:
    folder = inference_perf_report(tmp_path, [stage_report(float(number), float(number), 10) for number in range(1, 13)])
    assert [stage.number for stage in open_run(folder).stages] == list(range(1, 13))


def test_without_a_summary_counts_are_added_up_and_times_are_not(tmp_path: Path) -> None:
    run = open_run(inference_perf_report(tmp_path, STAGES, summary=False))
    assert (run.whole.requests, run.whole.failures, run.whole.ttft) == (840, 12, UNKNOWN)
    assert "no summary" in run.notes[0]


def test_a_summary_alone_counts_answers(tmp_path: Path) -> None:
    path = write_json(tmp_path / "summary_lifecycle_metrics.json", stage_report(None, 14.0, 840))
    run = open_run(path)
    assert (run.stages, run.counts) == ((), ANSWERED)
    assert run.whole.rate == pytest.approx(840 / 65)
    assert "Only the summary" in run.notes[0]


def test_one_stage_alone_is_the_whole_run(tmp_path: Path) -> None:
    run = open_run(write_json(tmp_path / "stage_1_lifecycle_metrics.json", STAGES[1]))
    assert [stage.number for stage in run.stages] == [2]
    assert (run.whole.number, run.whole.rate) == (None, 16.0)


def test_a_renamed_stage_has_no_number(tmp_path: Path) -> None:
    assert open_run(write_json(tmp_path / "night.json", STAGES[1])).stages[0].number is None


def test_reports_of_adapters_and_sessions_are_parts(tmp_path: Path) -> None:
    folder = inference_perf_report(tmp_path, STAGES)
    write_json(folder / "adapter_sql_stage_0_lifecycle_metrics.json", STAGES[0])
    write_json(folder / "stage_0_session_lifecycle_metrics.json", {"num_sessions": 3})
    assert len(open_run(folder).stages) == 2


def test_two_reports_in_a_folder_are_not_mixed(tmp_path: Path) -> None:
    inference_perf_report(tmp_path, STAGES, prefix="a-")
    inference_perf_report(tmp_path, STAGES, prefix="b-")
    with pytest.raises(RunError, match=r"holds several runs: a-stage_0_.*, b-stage_0_.*; name one"):
        open_run(tmp_path)


def test_nothing_succeeded_and_there_are_no_times(tmp_path: Path) -> None:
    stage = open_run(inference_perf_report(tmp_path, [stage_report(8.0, 8.0, 240, 240)])).stages[0]
    assert (stage.failures, stage.ttft, stage.itl, stage.e2e) == (240, UNKNOWN, UNKNOWN, UNKNOWN)


def test_percentiles_that_were_not_asked_for_are_not_there(tmp_path: Path) -> None:
    report = stage_report(8.0, 8.0, 240)
    report["successes"]["latency"]["time_to_first_token"] = {"mean": 0.2, "p90": float("nan"), "p99": None}
    del report["successes"]["latency"]["inter_token_latency"]
    stage = open_run(inference_perf_report(tmp_path, [report])).stages[0]
    assert stage.ttft == pytest.approx(Spread(200_000))
    assert stage.itl.mean == pytest.approx(21_000)  # that of output tokens, which older versions have only


def test_all_sent_at_once_is_no_rate(tmp_path: Path) -> None:
    report = stage_report(8.0, 8.0, 1)
    report["load_summary"] |= {"achieved_rate": 0.0, "send_duration": 0.0}
    assert open_run(inference_perf_report(tmp_path, [report])).stages[0].rate is None


def test_single_requests_alone(tmp_path: Path) -> None:
    path = per_request_report(tmp_path / "per_request_lifecycle_metrics.json", [703.5, 700.0, 701.0], failed=[2])
    run = open_run(path)
    assert run.timings is not None
    assert run.timings.sent_us.tolist() == [0, 1_000_000, 3_500_000]
    assert run.timings.ok.tolist() == [True, False, True]
    assert run.whole.ttft.mean == pytest.approx(200_000)
    assert run.whole.itl.mean == pytest.approx(20_000)
    assert (run.whole.requests, run.whole.failures) == (3, 1)


def test_requests_that_do_not_stream_have_no_first_token(tmp_path: Path) -> None:
    path = per_request_report(tmp_path / "per_request_lifecycle_metrics.json", [0.0, 1.0], streams=False)
    assert open_run(path).whole.ttft == UNKNOWN


def test_single_requests_are_not_read_beside_reports(tmp_path: Path) -> None:
    folder = inference_perf_report(tmp_path, STAGES)
    (folder / "per_request_lifecycle_metrics.json").write_text("damaged", "utf-8")
    assert len(open_run(folder).stages) == 2


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    report = stage_report(8.0, 8.0, 240)
    report["successes"]["latency"]["time_to_first_token"]["p99"] = "fast"
    path = write_json(tmp_path / "stage_0_lifecycle_metrics.json", report)
    with pytest.raises(RunError) as error:
        open_run(path)
    assert str(error.value) == f"{path}: successes.latency.time_to_first_token.p99 must be a number, got text"


@pytest.mark.parametrize(
    ("time", "wanted", "got"),
    [
        (float("nan"), "a finite number of at least 0", "NaN"),
        (float("inf"), "a finite number of at least 0", "an infinite number"),
        (-1.5, "a finite number of at least 0", "a negative number"),
        (10**400, "a finite number of at least 0", "a number that is too large"),
        (None, "a number", "null"),
        ("now", "a number", "text"),
    ],
)
def test_what_is_odd_about_a_number_is_named(tmp_path: Path, time: object, wanted: str, got: str) -> None:
    path = per_request_report(tmp_path / "per_request_lifecycle_metrics.json", [0.0, 1.0])
    rows = json.loads(path.read_text("utf-8"))
    rows[1]["start_time"] = time
    path.write_text(json.dumps(rows), "utf-8")
    with pytest.raises(RunError) as error:
        open_run(path)
    assert str(error.value) == f"{path}: [1].start_time must be {wanted}, got {got}"
