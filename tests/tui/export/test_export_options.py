"""The options of an export: which are shown, what they come to, and that they are remembered."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from designer import MakeApp, wait_for
from dialogs import open_dialog, shown, tick
from textual.widgets import Button, Input, OptionList

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.export.export_dialog import ExportDialog
from blis_tui.tui.export.option_lines import OptionLines
from blis_tui.tui.export.result_dialog import ExportedDialog
from blis_tui.tui.preferences.locations import state_folder
from blis_tui.tui.preferences.remembered import Exporting, recall
from blis_tui.tui.widgets.tick_box import TickBox


def on_screen(app: DesignerApp) -> set[str]:
    """Return the options that can be seen."""
    lines = app.screen.query_one(OptionLines)
    return {str(each.id) for each in lines.query("Input, TickBox") if each.region.height and each.id != "tokens"}


def type_in(app: DesignerApp, **values: str) -> None:
    for name, value in values.items():
        app.screen.query_one(f"#{name}", Input).value = value


async def test_only_options_that_the_chosen_formats_use_are_shown(make_app: MakeApp, spec_file: Path) -> None:
    target = {"server", "model", "tokenizer"}
    async with make_app(path=spec_file).run_test(size=(120, 60)) as pilot:
        app = await open_dialog(pilot)
        assert on_screen(app) == set()
        for names, options in (
            (["mooncake"], target | {"block_size"}),
            (["aiperf"], target | {"block_size"}),
            (["inference-perf"], target | {"exact"}),
            (["kubernetes"], target),
            (["blis-trace", "csv"], {"full_rounds"}),
            ([], set()),
        ):
            tick(app, *names)
            await wait_for(pilot, lambda options=options: on_screen(app) == options, f"the options of {names}")


async def test_options_reach_the_files_and_are_remembered(make_app: MakeApp, spec_file: Path) -> None:
    out = spec_file.parent / "out"
    app = make_app(path=spec_file)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_dialog(pilot)
        tick(app, "inference-perf", "aiperf")
        type_in(app, server="http://h:8000 ", model="org/m", tokenizer="org/t", block_size="50")
        app.screen.query_one("#exact", TickBox).value = True
        await wait_for(pilot, lambda: "small.inference-perf-exact.csv" in shown(app, "#files"), "the files")
        assert "small.mooncake.jsonl" in shown(app, "#files"), "what a config refers to is written too"
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ExportedDialog), "the export")
        assert {path.name for path in out.iterdir()} == {
            "small.inference-perf-exact.yml", "small.inference-perf-exact.csv", "small.aiperf.yaml", "small.mooncake.jsonl",
            "small.export.json",
        }  # fmt: skip
        server = yaml.safe_load((out / "small.inference-perf-exact.yml").read_text(encoding="utf-8"))["server"]
        assert (server["base_url"], server["model_name"]) == ("http://h:8000", "org/m")
        assert json.loads((out / "small.export.json").read_text(encoding="utf-8"))["replay"]["block_size"] == 50
        known = Exporting("http://h:8000", "org/m", "org/t", "50")
        await wait_for(pilot, lambda: recall(state_folder()).exporting == known, "the memory")
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        again = await open_dialog(pilot)
        assert again.screen.query_one(OptionLines).typed == known
        assert not again.screen.query_one("#exact", TickBox).value


async def test_a_block_size_that_is_no_number_is_refused_while_it_is_shown(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        app = await open_dialog(pilot)
        tick(app, "mooncake")
        for wrong in ("0", "-3", "1.5", "many", "²"):
            type_in(app, block_size=wrong)
            await wait_for(pilot, lambda: "whole number of tokens" in shown(app, "#told"), wrong)
            assert app.screen.query_one("#export", Button).disabled
        tick(app, "csv")
        await wait_for(pilot, lambda: not app.screen.query_one("#export", Button).disabled, "no question of blocks")


async def test_the_size_is_that_of_the_exact_variant(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        app = await open_dialog(pilot)
        tick(app, "inference-perf")
        await wait_for(pilot, lambda: shown(app, "#size-inference-perf") not in ("…", ""), "the sizes")
        plain = shown(app, "#size-inference-perf")
        app.screen.query_one("#exact", TickBox).value = True
        await wait_for(pilot, lambda: shown(app, "#size-inference-perf") != plain, "another size")


async def test_a_trace_is_told_with_the_command_of_each_tool(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_dialog(pilot)
        tick(app, "mooncake")
        type_in(app, server="http://h:8000", model="org/m")
        app.screen.query_one("#export", Button).press()
        await wait_for(pilot, lambda: isinstance(app.screen, ExportedDialog), "the export")
        choices = app.screen.query_one(OptionList)
        told = [str(option.prompt) for option in choices.options]
        for tool in ("AIPerf", "guidellm", "vLLM", "Dynamo"):
            assert any(line.startswith(f"{tool}  ") for line in told), tool
        await pilot.press("down", "enter")
        out = spec_file.parent / "out"
        document = json.loads((out / "small.export.json").read_text(encoding="utf-8"))
        assert app.clipboard == f"cd {out} && {document['replay']['commands']['guidellm']}", (
            "the command alone, to be run anywhere"
        )
        assert "model=org/m" in app.clipboard
        hint, dialog = app.screen.query_one(".hint"), app.screen.query_one(".dialog")
        assert dialog.content_region.contains_region(hint.region), "what is long scrolls, and pushes nothing out"


async def test_leaving_remembers_nothing(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(120, 40)) as pilot:
        app = await open_dialog(pilot)
        tick(app, "mooncake")
        type_in(app, server="http://h:8000")
        await pilot.press("escape")
        await wait_for(pilot, lambda: not isinstance(app.screen, ExportDialog))
        assert app.appearance.remembered.exporting is None


async def test_arrows_move_among_the_fields_on_a_small_screen_too(make_app: MakeApp, spec_file: Path) -> None:
    async with make_app(path=spec_file).run_test(size=(80, 24)) as pilot:
        app = await open_dialog(pilot)
        await pilot.press("down", "down", "space")
        assert app.screen.query_one("#format-expanded-rates", TickBox).value
        await pilot.press("pagedown", "pagedown")
        await wait_for(pilot, lambda: app.screen.query_one("#files").region.bottom <= app.screen.query_one("#export").region.y)
