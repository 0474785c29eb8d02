"""Reading AIPerf's exports."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_samples import aiperf_record, aiperf_summary, write_json, write_lines

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import ANSWERED, SENT
from blis_tui.workload.measured.spread import UNKNOWN, Spread


def test_a_summary(tmp_path: Path) -> None:
    run = open_run(write_json(tmp_path / "profile_export_aiperf.json", aiperf_summary(840, 40)))
    assert (run.tool, run.counts, run.stages, run.timings) == ("AIPerf", ANSWERED, (), None)
    assert (run.whole.requests, run.whole.failures, run.whole.rate) == (840, 40, 13.5)
    assert run.whole.ttft == pytest.approx(Spread(200_000, 50_000, 180_000, 300_000, 600_000))
    assert run.whole.itl.mean == pytest.approx(20_000)
    assert run.whole.e2e.p99 == pytest.approx(15e6)


def test_requests_line_by_line(tmp_path: Path) -> None:
    records = [aiperf_record(2.0), aiperf_record(-9.0, phase="warmup"), aiperf_record(0.5), aiperf_record(1.0, failed=True)]
    run = open_run(write_lines(tmp_path / "profile_export.jsonl", records))
    assert run.counts == SENT
    assert run.timings is not None
    assert run.timings.sent_us.tolist() == [0, 500_000, 1_500_000]
    assert run.timings.ok.tolist() == [True, False, True]
    assert (run.whole.requests, run.whole.failures) == (3, 1)
    assert run.whole.ttft.mean == pytest.approx(200_000)


def test_a_folder_has_the_numbers_of_the_summary_and_the_times_of_the_lines(tmp_path: Path) -> None:
    write_json(tmp_path / "profile_export_aiperf.json", aiperf_summary(3))
    write_lines(tmp_path / "profile_export.jsonl", [aiperf_record(place / 2) for place in range(3)])
    write_json(tmp_path / "inputs.json", {"data": []})
    run = open_run(tmp_path)
    assert run.whole.ttft.p99 == pytest.approx(600_000)
    assert run.whole.rate == pytest.approx(3.0)
    assert run.timings is not None
    assert len(run.paths) == 2


def test_phases_are_stages(tmp_path: Path) -> None:
    records = [aiperf_record(place / 10, profiling_index=place // 20, phase_index=place // 20 + 1) for place in range(60)]
    run = open_run(write_lines(tmp_path / "profile_export.jsonl", records))
    assert [(stage.number, stage.requests) for stage in run.stages] == [(1, 20), (2, 20), (3, 20)]
    assert run.stages[1].start_us == 2_000_000


def test_a_file_with_a_name_of_its_own_in_a_folder(tmp_path: Path) -> None:
    write_json(tmp_path / "night.json", aiperf_summary())
    assert open_run(tmp_path).tool == "AIPerf"


def test_other_units(tmp_path: Path) -> None:
    summary = aiperf_summary(
        time_to_first_token={"unit": "sec", "avg": 0.2}, inter_token_latency={"unit": "furlongs", "avg": 1.0}
    )
    path = write_json(tmp_path / "a.json", summary)
    with pytest.raises(RunError, match=r"inter_token_latency\.unit must be one of ns, us"):
        open_run(path)
    del summary["inter_token_latency"]
    run = open_run(write_json(path, summary))
    assert (run.whole.ttft.mean, run.whole.itl) == (pytest.approx(200_000), UNKNOWN)


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"was_cancelled": True}, "The run was cancelled before it ended."),
        ({"is_complete": False, "incomplete_reason": "records stalled"}, "The run did not complete: records stalled."),
    ],
)
def test_runs_that_did_not_end_say_so(tmp_path: Path, more: dict[str, object], note: str) -> None:
    assert open_run(write_json(tmp_path / "a.json", aiperf_summary(**more))).notes == (note,)


def test_a_last_line_that_is_cut_off_is_left_out_and_told(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "profile_export.jsonl", [aiperf_record(0.0), aiperf_record(1.0), aiperf_record(2.0)])
    path.write_text(path.read_text("utf-8")[:-40], "utf-8")
    run = open_run(path)
    assert (run.whole.requests, run.notes) == (2, ("Line 3, the last, is incomplete and left out.",))


def test_damage_within_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "profile_export.jsonl", [aiperf_record(0.0), aiperf_record(1.0), aiperf_record(2.0)])
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1][:30], lines[2]]), "utf-8")
    with pytest.raises(RunError, match=rf"^{path}:2:\d+: is not JSON: "):
        open_run(path)


def test_warming_up_alone_is_no_run(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [aiperf_record(0.0, phase="warmup"), aiperf_record(1.0, phase="warmup")])
    with pytest.raises(RunError, match="but for those that warm up"):
        open_run(path)
