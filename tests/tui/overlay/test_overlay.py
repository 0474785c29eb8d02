"""The results of a run over the chart: chosen, told, taken for answer times, read again, taken away."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for
from run_samples import aiperf_summary, inference_perf_report, stage_report, vllm_detailed, write_json
from textual.pilot import Pilot

from blis_tui.formats.runs import opening
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.overlay.run_dialog import RunDialog
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog
from blis_tui.workload.measured.run import Measured, Run
from blis_tui.workload.measured.spread import Spread
from blis_tui.workload.server import AssumedServer

STAGES = (stage_report(8.0, 7.9, 48, 0, 0.1), stage_report(20.0, 16.2, 120, 3, 0.4))


def app_of(pilot: Pilot[int]) -> DesignerApp:
    app = pilot.app
    assert isinstance(app, DesignerApp)
    return app


def lines(pilot: Pilot[int]) -> list[str]:
    """Return what the chart shows."""
    view = pilot.app.query_one(ChartView)
    return ["".join(segment.text for segment in view.render_line(line)).rstrip() for line in range(view.content_size.height)]


def said(pilot: Pilot[int]) -> str:
    """Return the messages that are shown."""
    return "\n".join(f"{each.title}: {each.message}" for each in pilot.app._notifications)


def after_the_numbers(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one("#content > #chart AssumptionLine #assumption-after").render())


async def overlaid(pilot: Pilot[int], path: Path) -> None:
    """Show a run, as if it had been chosen."""
    await open_chart(pilot)
    app_of(pilot).overlays.read(path)
    await shown(pilot)


async def open_chart(pilot: Pilot[int]) -> None:
    await ready(pilot)
    await pilot.press("alt+1")
    await wait_for(pilot, lambda: pilot.app.query_one(ChartView).has_focus)


async def shown(pilot: Pilot[int]) -> None:
    await wait_for(pilot, lambda: "achieved by" in lines(pilot)[1], "the run over the chart")
    await wait_for(pilot, lambda: not pilot.app.query_one(ChartView).is_busy)


# --- choosing ---------------------------------------------------------------------------------------------------------


async def test_a_folder_is_chosen_in_the_dialog(make_app: MakeApp, spec_file: Path) -> None:
    inference_perf_report(spec_file.parent / "reports", STAGES)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_chart(pilot)
        await pilot.press("alt+r")
        await wait_for(pilot, lambda: isinstance(app.screen, RunDialog) and len(app.screen._shown) > 2)
        await pilot.press(*"repor", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, RunDialog) and app.screen._listing.folder.name == "reports")
        await pilot.press("enter")  # this folder
        await shown(pilot)
        assert lines(pilot)[1].startswith("•• achieved by inference-perf: reports   Stage 2 achieved 16.20")
        assert "alt+m assumes its answer times" in said(pilot)
        assert app.workspace.text == SMALL and not app.workspace.dirty


async def test_a_file_is_chosen_in_the_dialog(make_app: MakeApp, spec_file: Path) -> None:
    write_json(spec_file.parent / "aiperf.json", aiperf_summary())
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_chart(pilot)
        await pilot.press("alt+r")
        await wait_for(pilot, lambda: isinstance(app.screen, RunDialog) and len(app.screen._shown) > 2)
        await pilot.press(*"aiperf", "enter")
        await shown(pilot)
        assert "AIPerf: aiperf" in lines(pilot)[1]


async def test_what_is_no_run_is_told_and_nothing_changes(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        await open_chart(pilot)
        app_of(pilot).overlays.read(spec_file.parent)
        await wait_for(pilot, lambda: "No results of a run" in said(pilot))
        assert "there are no results of inference-perf" in said(pilot)
        assert app_of(pilot).preview.run is None


async def test_reading_can_be_cancelled(make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    read = opening.open_run

    def slow(path: Path, check: opening.Check) -> Run:
        begun.set()
        go_on.wait(20)
        try:
            return read(path, check)
        finally:
            ended.set()

    monkeypatch.setattr(opening, "open_run", slow)
    path = write_json(spec_file.parent / "aiperf.json", aiperf_summary())
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        await open_chart(pilot)
        app_of(pilot).overlays.read(path)
        await wait_for(pilot, begun.is_set)
        await pilot.press("alt+x")
        go_on.set()
        await wait_for(pilot, ended.is_set)
        await pilot.pause()
        assert app_of(pilot).preview.run is None
        assert app_of(pilot).preview.state == "ready"


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        (80, ["stage", "target/s", "planned", "sent", "achieved/s", "TTFT p50", "p99", "E2E p50", "p99"]),
        (200, ["stage", "target/s", "planned", "sent", "achieved/s", "failed", "TTFT p50", "p99", "E2E p50", "p99"]),
    ],
)
async def test_the_table_tells_what_was_measured(make_app: MakeApp, tmp_path: Path, width: int, heads: list[str]) -> None:
    async with make_app().run_test(size=(width, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports", STAGES))
        table = lines(pilot)[-4:]
        short = [head.removesuffix("/s") for head in heads] if width == 80 else heads
        assert table[0].split("  ")[0] == ""
        assert [part.strip() for part in table[0].split("  ") if part.strip()] in (heads, short)
        assert all(len(line) <= width for line in table)
        assert table[2].split()[:5] == ["2", "20.00", table[2].split()[2], "120", "16.20"]
        assert "360 ms" in table[2] and "1.20 s" in table[2]


async def test_dots_stand_where_the_rate_was_achieved(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports", STAGES))
        made = pilot.app.query_one(ChartView)._chart
        assert made is not None
        assert [(mark.start, mark.end, mark.height) for mark in made.figure.marks] == [(0.0, 6e6, 7.9), (6e6, 12e6, 16.2)]
        assert sum(line.count("•") for line in lines(pilot)[2:]) > 20


async def test_single_requests_are_counted_in_the_bins(make_app: MakeApp, tmp_path: Path) -> None:
    path = write_json(tmp_path / "vllm.json", vllm_detailed([place / 10 for place in range(50)]))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, path)
        made = pilot.app.query_one(ChartView)._chart
        assert made is not None
        width = made.visible.bins.width_us
        assert [mark.start for mark in made.figure.marks] == [float(place * width) for place in range(len(made.figure.marks))]
        assert made.figure.marks[-1].end < 6e6  # and none after the last request
        assert sum(mark.height * (mark.end - mark.start) / 1e6 for mark in made.figure.marks) == pytest.approx(50)


async def test_other_measures_show_no_run(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports", STAGES))
        await pilot.press("m")
        await wait_for(pilot, lambda: lines(pilot)[0].startswith("sessions/s"))
        assert not any("achieved" in line for line in lines(pilot))


async def test_a_changed_text_is_compared_anew(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports", STAGES))
        await pilot.press("right", "shift+up")
        await wait_for(pilot, lambda: "of other rates: stage 2 at 20.00/s instead of 25.00/s" in " ".join(told(pilot)))


def told(pilot: Pilot[int]) -> tuple[str, ...]:
    comparison = app_of(pilot).preview.comparison
    return () if comparison is None else comparison.told


async def test_the_summary_says_all(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(80, 60)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "three", [*STAGES, stage_report(8.0, 8.0, 48)]))
        await pilot.press("alt+5")
        await wait_for(pilot, lambda: pilot.app.query("SummaryView Static"))
        await wait_for(pilot, lambda: "Measured by inference-perf: three" in summary(pilot))
        text = summary(pilot)
        assert "· The run has 3 stages, the file 2, and their rates do not say which is\n    which." in text
        assert "First token: 300 ms (p50 270 ms, p99 900 ms); each token: 20.0 ms" in text
        assert all(len(line) < 80 for line in text.splitlines())


def summary(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one("SummaryView Static").render())


# --- answer times -----------------------------------------------------------------------------------------------------


async def test_answer_times_are_taken_from_the_run(make_app: MakeApp, spec_file: Path) -> None:
    path = write_json(spec_file.parent / "aiperf.json", aiperf_summary())
    async with make_app(path=spec_file).run_test(size=(200, 40)) as pilot:
        await overlaid(pilot, path)
        app_of(pilot).assumptions.assume(AssumedServer(1, 1, 4096))
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: app_of(pilot).preview.server == AssumedServer(200_000, 20_000, 4096))
        assert "First token: 200 ms ± 50.0 ms\nEach token: 20.0 ms ± 5.00 ms" in said(pilot)
        assert after_the_numbers(pilot) == "] KiB/token   from run aiperf.json: mean 200 ms ± 50.0 ms, 20.0 ms ± 5.00 ms"
        remembered = app_of(pilot).appearance.remembered.assumptions or {}
        assert remembered[str(spec_file)].server == AssumedServer(200_000, 20_000, 4096)


@pytest.mark.parametrize(("width", "text"), [(80, "] KiB/token  ← run"), (120, "] KiB  ← run")])
async def test_where_the_times_are_from_fits(make_app: MakeApp, tmp_path: Path, width: int, text: str) -> None:
    async with make_app().run_test(size=(width, 40)) as pilot:
        await overlaid(pilot, write_json(tmp_path / "aiperf.json", aiperf_summary()))
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: after_the_numbers(pilot) == text)


async def test_a_number_that_is_typed_is_from_no_run(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(200, 40)) as pilot:
        await overlaid(pilot, write_json(tmp_path / "aiperf.json", aiperf_summary()))
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: "from run" in after_the_numbers(pilot))
        await pilot.press("alt+t", "up")
        await wait_for(pilot, lambda: after_the_numbers(pilot) == "] KiB/token")
        assert app_of(pilot).preview.server_from is None


async def test_without_both_times_nothing_is_taken(make_app: MakeApp, tmp_path: Path) -> None:
    summary = aiperf_summary()
    del summary["inter_token_latency"]
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, write_json(tmp_path / "aiperf.json", summary))
        before = app_of(pilot).preview.server
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: "Each token: not measured" in said(pilot))
        assert app_of(pilot).preview.server == before


async def test_without_a_run_there_is_nothing_to_take(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: "No run is shown to take answer times from." in said(pilot))


# --- later ------------------------------------------------------------------------------------------------------------


async def test_the_same_key_reads_a_run_again_that_changed(make_app: MakeApp, tmp_path: Path) -> None:
    folder = inference_perf_report(tmp_path / "reports", STAGES)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, folder)
        inference_perf_report(folder, [STAGES[0], stage_report(20.0, 19.5, 1200)])
        await pilot.press("alt+r")
        await wait_for(pilot, lambda: "19.50" in lines(pilot)[-2])
        assert "was changed, and read again" in said(pilot)


async def test_the_same_key_asks_about_one_that_did_not_and_removes_it(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports", STAGES))
        await pilot.press("alt+r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: not any("achieved" in line for line in lines(pilot)))
        assert app_of(pilot).preview.run is None
        await wait_for(pilot, lambda: "expected" in lines(pilot)[-4])


async def test_each_file_has_its_run(make_app: MakeApp, spec_file: Path) -> None:
    other = spec_file.with_name("other.yaml")
    other.write_text(SMALL, "utf-8")
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        await overlaid(pilot, inference_perf_report(spec_file.parent / "reports", STAGES))
        await app_of(pilot).filing.open_path(other)
        await ready(pilot)
        await wait_for(pilot, lambda: not any("achieved" in line for line in lines(pilot)))
        await app_of(pilot).filing.open_path(spec_file)
        await shown(pilot)


async def test_a_name_that_is_too_long_leaves_room_for_what_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await overlaid(pilot, inference_perf_report(tmp_path / "reports-20261127-004500-of-the-night", STAGES))
        assert lines(pilot)[1].startswith("•• achieved by inference-perf: reports…   Stage 2 achieved 16.20 of 20.0")


async def test_a_run_that_was_read_from_no_file_is_shown(make_app: MakeApp) -> None:
    stages = tuple(Measured(number=number, rate=rate, ttft=Spread(mean=1e5)) for number, rate in ((1, 8.0), (2, 19.0)))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_chart(pilot)
        app_of(pilot).overlays.show(Run("BLIS", "a simulation", (), Measured(), stages), app_of(pilot).workspace.text)
        await shown(pilot)
        assert lines(pilot)[1].startswith("•• achieved by BLIS")
        await pilot.press("alt+r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))


async def test_names_of_files_are_not_obeyed(make_app: MakeApp, tmp_path: Path) -> None:
    path = write_json(tmp_path / "[red]a\x1b[2J.json", aiperf_summary())
    async with make_app().run_test(size=(200, 40)) as pilot:
        await overlaid(pilot, path)
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: "run" in after_the_numbers(pilot))
        assert r"[red]a\x1b[2J.json" in lines(pilot)[1]
        assert "\x1b" not in said(pilot) and "\x1b" not in lines(pilot)[1]


async def test_a_preview_that_is_cut_plans_nothing_for_what_is_cut(make_app: MakeApp, tmp_path: Path) -> None:
    from blis_tui.tui.tuning import Tuning

    path = inference_perf_report(tmp_path / "reports", [stage_report(8.0, 7.9, 4800), stage_report(20.0, 20.0, 12000)])
    async with make_app(TWO_STAGE, tuning=Tuning(most_requests=5000)).run_test(size=(200, 40)) as pilot:
        await overlaid(pilot, path)
        first, second, total = (line.split() for line in lines(pilot)[-3:])
        assert first[3] != "–"
        assert (second[2], total[2]) == ("–", "–")
