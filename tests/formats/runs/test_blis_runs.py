"""Reading what ``blis observe`` measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_samples import observed_row, observed_trace

from blis_tui.formats.runs.opening import open_run
from blis_tui.formats.runs.parts import RunError
from blis_tui.workload.measured.run import SENT
from blis_tui.workload.measured.spread import UNKNOWN

ROWS = (
    observed_row(2_000_000, late_us=500_000),
    observed_row(1_000_000, ttft_us=None, output_tokens=0, status="error"),
    observed_row(3_000_000, slo_class="batch", ttft_us=300_000),
)


@pytest.mark.parametrize("name", ["trace.csv", "trace.yaml", ""])
def test_a_trace_by_its_rows_its_header_or_its_folder(tmp_path: Path, name: str) -> None:
    observed_trace(tmp_path / "run", ROWS)
    run = open_run(tmp_path / "run" / name)
    assert (run.tool, run.name, run.counts) == ("blis observe", name or "run", SENT)
    assert run.timings is not None
    assert run.timings.absolute
    assert run.timings.sent_us.tolist() == [1_000_000, 2_500_000, 3_000_000]
    assert run.timings.planned_us is not None
    assert run.timings.planned_us.tolist() == [1_000_000, 2_000_000, 3_000_000]
    assert run.timings.ok.tolist() == [False, True, True]
    assert (run.whole.requests, run.whole.failures) == (3, 1)
    assert run.whole.ttft.mean == pytest.approx(200_000)
    assert run.whole.itl.mean == pytest.approx(20_000)
    assert run.whole.e2e.p50 == pytest.approx(400_000)
    assert [(each.name, each.requests) for each in run.classes] == [("batch", 1), ("standard", 2)]


def test_answers_that_are_not_streamed_have_no_first_token(tmp_path: Path) -> None:
    run = open_run(
        observed_trace(tmp_path, [observed_row(1_000_000, streaming="false"), observed_row(2_000_000, streaming="false")])
    )
    assert (run.whole.ttft, run.whole.itl) == (UNKNOWN, UNKNOWN)
    assert run.whole.e2e.mean == pytest.approx(300_000)
    assert run.notes == ("No answer was streamed, so there is no time to the first token.",)


def test_requests_that_were_not_sent_and_those_that_warm_up_are_told(tmp_path: Path) -> None:
    unsent = {"arrival_time_us": 9_000_000, "status": "error"}
    run = open_run(observed_trace(tmp_path, [*ROWS, unsent], warm_up=2))
    assert run.whole.requests == 3
    assert run.notes == (
        "1 request of the trace was never sent.",
        "The first 2 requests warmed the server up, and count too.",
    )


def test_a_plan_was_not_measured(tmp_path: Path) -> None:
    path = observed_trace(tmp_path, ROWS, mode="generated")
    with pytest.raises(RunError, match="is the trace of a plan: nothing was measured"):
        open_run(path)


def test_what_is_wrong_has_its_place(tmp_path: Path) -> None:
    path = observed_trace(tmp_path, ROWS)
    path.write_text(path.read_text("utf-8").replace("2000000", "soon", 1), "utf-8")
    with pytest.raises(RunError, match=rf"^{path}:2:\d+: error: .*arrival_time_us"):
        open_run(path)


def test_other_tables_in_a_folder_are_no_traces(tmp_path: Path) -> None:
    observed_trace(tmp_path, ROWS)
    (tmp_path / "trace.itl.csv").write_text("request_id,itl_us\n0,1\n", "utf-8")
    assert open_run(tmp_path).name == tmp_path.name
