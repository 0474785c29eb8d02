"""The export dialog: what would be written, doing it, cancelling it, and what to do with the files."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from dialogs import open_dialog, shown, tick
from textual.widgets import Button, Input, OptionList, Static

from blis_tui.formats import export as export_module
from blis_tui.formats.table import FORMATS
from blis_tui.numbers import spoken_size, time_left
from blis_tui.tui.export.commands import commands_for
from blis_tui.tui.export.format_list import CHOICES
from blis_tui.tui.export.result_dialog import ExportedDialog
from blis_tui.tui.widgets.tick_box import TickBox

ROOT = Path(__file__).parents[3]


async def test_what_would_be_written_is_shown_with_its_size(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        app = await open_dialog(pilot)
        assert "small.requests.jsonl" in shown(app, "#files")
        assert "small.export.json" in shown(app, "#files")
        await wait_for(pilot, lambda: shown(app, "#size-csv") not in ("…", ""))
        plain = shown(app, "#size-jsonl")
        app.screen.query_one("#tokens", TickBox).value = True
        await wait_for(pilot, lambda: shown(app, "#size-jsonl") != plain)
        app.screen.query_one("#stem", Input).value = "a/b"
        await wait_for(pilot, lambda: app.screen.query_one("#export", Button).disabled)
        assert "without a slash" in shown(app, "#told")


async def test_formats_of_compact_files_are_not_offered_for_others(make_app: MakeApp) -> None:
    cohorts = (ROOT / "examples" / "cohorts.yaml").read_text(encoding="utf-8")
    async with make_app(cohorts).run_test(size=(120, 40)) as pilot:
        app = await open_dialog(pilot)
        await wait_for(pilot, lambda: "kB" in shown(app, "#size-csv"), "the sizes")
        disabled = {each.name for each in CHOICES if app.screen.query_one(f"#format-{each.name}", TickBox).disabled}
        assert disabled == {"inference-perf", "kubernetes"}
        assert shown(app, "#size-inference-perf") == ""


async def test_the_buttons_stay_in_sight_whatever_is_chosen(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(80, 24)) as pilot:
        app = await open_dialog(pilot)
        tick(app, *(each.name for each in FORMATS))
        await wait_for(pilot, lambda: "14 files in" in shown(app, "#files"), "the files")
        button, dialog = app.screen.query_one("#export", Button), app.screen.query_one(".dialog")
        assert dialog.content_region.contains_region(button.region) and button.region.height == 1
        assert app.screen.get_widget_at(*button.region.offset)[0] is button


async def test_an_export_writes_the_files_and_tells_how_to_use_them(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_dialog(pilot)
        tick(app, *(each.name for each in FORMATS))
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: isinstance(app.screen, ExportedDialog), "the export")
        out = spec_file.parent / "out"
        assert {path.name for path in out.iterdir()} == {
            "small.yaml", "small.expanded.yaml", "small.expanded-rates.yaml", "small.requests.jsonl", "small.requests.csv", "small.trace.yaml",
            "small.trace.csv", "small.mooncake.jsonl", "small.requests.parquet", "small.export.json", "small.inference-perf.yml",
            "small.kubernetes.yaml", "small.aiperf.yaml", "small.guidellm.yaml",
        }  # fmt: skip
        document = json.loads((out / "small.export.json").read_text())
        assert document["counts"]["requests"] == len((out / "small.requests.jsonl").read_text().splitlines())
        lines = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        assert any(line.startswith("blis run --model") and f"--workload-spec {out}/small.yaml" in line for line in lines)
        assert any("blis replay" in line and "--trace-header" in line and "--trace-data" in line for line in lines)
        await pilot.press("enter")
        assert app.clipboard.startswith("blis run --model")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_format_that_needs_another_package_says_so(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blis_tui.formats.table.find_spec", lambda _: None)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_dialog(pilot)
        box = app.screen.query_one("#format-parquet", TickBox)
        assert box.disabled and not box.value
        assert box.parent is not None
        assert "pip install 'blis-tui[parquet]'" in str(box.parent.query_one(".help", Static).content)
        await wait_for(pilot, lambda: shown(app, "#size-csv") not in ("…", ""))
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: isinstance(app.screen, ExportedDialog), "the export")


async def test_existing_files_are_left_alone_unless_that_is_asked_for(make_app: MakeApp, spec_file: Path) -> None:
    out = spec_file.parent / "out"
    out.mkdir()
    (out / "small.yaml").write_text("precious")
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_dialog(pilot)
        await wait_for(pilot, lambda: "exists already" in shown(app, "#files"))
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: "already exists" in shown(app, "#told"))
        assert (out / "small.yaml").read_text() == "precious"
        assert len(list(out.iterdir())) == 1
        app.screen.query_one("#force", TickBox).value = True
        await wait_for(pilot, lambda: "overwritten" in shown(app, "#files"))
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: isinstance(app.screen, ExportedDialog))
        assert (out / "small.yaml").read_text() == SMALL


@pytest.mark.parametrize("way", ["cancel", "quit"])
async def test_cancelling_leaves_nothing_behind(
    make_app: MakeApp, spec_file: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = export_module.export

    def held_up(*arguments: object, **options: object) -> object:
        told = options["progress"]

        def progress(done: int, total: int) -> None:
            begun.set()
            go_on.wait(20)
            told(done, total)  # type: ignore[operator]

        return real(*arguments, **{**options, "progress": progress})  # type: ignore[arg-type]

    monkeypatch.setattr(export_module, "export", held_up)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_dialog(pilot)
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, begun.is_set)
        assert (spec_file.parent / "out").exists()  # half-written
        if way == "cancel":
            await pilot.press("escape")
            await pilot.pause()
            go_on.set()
            await wait_for(pilot, lambda: "Cancelled" in shown(app, "#told"))
        else:
            go_on.set()
            await pilot.press("ctrl+q")
            await wait_for(pilot, lambda: app._exit)
    if way == "cancel":
        assert not (spec_file.parent / "out").exists()
    else:
        assert not list(spec_file.parent.glob("out/.blis-tui-*"))


async def test_a_folder_that_cannot_be_made_is_told(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_dialog(pilot)
        app.screen.query_one("#folder", Input).value = str(spec_file / "below")
        await wait_for(pilot, lambda: "below" in shown(app, "#files"))
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: "Nothing was written" in shown(app, "#told"))


async def test_a_text_with_errors_is_not_exported(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("output_len: 248", "output_len: -1"))
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("ctrl+e")
        await wait_for(pilot, lambda: any("Fix the error first" in note.message for note in app._notifications))
        assert len(app.screen_stack) == 1


def test_commands_quote_what_a_shell_would_obey() -> None:
    def lines(*names: str) -> list[str]:
        return [command.line for command in commands_for([Path(name) for name in names])]

    assert lines("/a b/x.yaml", "/a b/x.requests.csv", "/a b/x.export.json") == [
        "blis run --model qwen/qwen3-14b --workload-spec '/a b/x.yaml'"
    ]
    run = "blis run --model qwen/qwen3-14b --workload-spec"
    assert lines("x.expanded.yaml", "x.expanded-rates.yaml") == [f"{run} x.expanded.yaml", f"{run} x.expanded-rates.yaml"]
    assert lines(*(f"/a b/x.inference-perf{end}" for end in (".yml", "-exact.yml", "-exact.csv"))) == [
        "inference-perf --config_file '/a b/x.inference-perf.yml'",
        "cd '/a b' && inference-perf --config_file x.inference-perf-exact.yml",
    ]
    assert lines("/a b/x.trace.yaml", "/a b/x.trace.csv") == [
        "blis replay --model qwen/qwen3-14b --trace-header '/a b/x.trace.yaml' --trace-data '/a b/x.trace.csv'"
    ]
    assert lines("/a b/x.kubernetes.yaml", "/a b/x.aiperf.yaml", "/a b/x y.guidellm.yaml") == [
        "kubectl apply -f '/a b/x.kubernetes.yaml'",
        "cd '/a b' && aiperf profile --config x.aiperf.yaml",
        "cd '/a b' && guidellm run --config 'x y.guidellm.yaml'",
    ]


@pytest.mark.parametrize(("size", "words"), [(999, "999 B"), (1337, "1.34 kB"), (88_924_689, "88.9 MB"), (2_000_000_000, "2 GB")])
def test_sizes_in_words(size: int, words: str) -> None:
    assert spoken_size(size) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (59.6, "1 min"), (100, "1 min 40 s"), (6000, "1 h 40 min")])
def test_times_in_words(seconds: float, words: str) -> None:
    assert time_left(seconds) == words
