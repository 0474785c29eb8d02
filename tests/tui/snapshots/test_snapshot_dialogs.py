"""How the dialogs look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from designer import SMALL
from run_samples import aiperf_summary, inference_perf_report, stage_report, write_json
from scenes import WRONG, Scene, Shot, shots
from textual.widgets import OptionList

from blis_tui.formats.export import Exported
from blis_tui.formats.interop.replay import Replay, block_sizes, commands
from blis_tui.formats.interop.target import Target
from blis_tui.problems import INFO, WARNING, Problem
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.export.result_dialog import ExportedDialog
from blis_tui.tui.filing.recovery import Recovery
from blis_tui.tui.form.stages.stage_table import StageTable

VERSION_1 = SMALL.replace('"2"', '"1"')
REPLAY = Replay("small.mooncake.jsonl", 168, 100, Target("http://localhost:8000", "org/model"))
EXPORTED = Exported(
    tuple(
        Path("/home/ada/loads/out") / f"small.{end}"
        for end in ("yaml", "requests.jsonl", "trace.yaml", "trace.csv", "export.json")
    ),
    (),
    {"files": [{"bytes": size} for size in (360, 72_000, 900, 23_456)], "counts": {"requests": 168, "clients": 90}},
)
REPLAYED = EXPORTED._replace(
    paths=tuple(Path("/home/ada/loads/out") / f"small.{end}" for end in ("yaml", "mooncake.jsonl", "aiperf.yaml", "export.json")),
    warnings=(
        Problem("mooncake-block-size", INFO, (), "Blocks have 100 tokens, which every tool has to be told."),
        Problem(
            "mooncake-prefix-cut", WARNING, (), "36.0% of the prefix tokens are in no whole block of 64, and so are not shared."
        ),
    ),
    provenance={
        "files": [{"bytes": size} for size in (360, 18_000, 500)],
        "counts": {"requests": 168, "clients": 45},
        "replay": {"commands": commands(REPLAY), "block_sizes": block_sizes(REPLAY)},
    },
)


def stages(app: DesignerApp) -> None:
    app.query_one(StageTable).focus()


def show_exported(app: DesignerApp) -> None:
    app.push_screen(ExportedDialog(EXPORTED))


def show_replayed(app: DesignerApp) -> None:
    app.push_screen(ExportedDialog(REPLAYED))


def show_settings(app: DesignerApp) -> None:
    app.settings_file = Path("/home/ada/.config/blis-tui/settings.toml")
    app.action_settings()


def write_report(_: DesignerApp) -> None:
    inference_perf_report(Path("reports"), [stage_report(8.0, 7.9, 48)])
    write_json(Path("aiperf.json"), aiperf_summary())


def show_run(app: DesignerApp) -> None:
    app.overlays.read(write_json(Path("aiperf.json"), aiperf_summary()))


def palette_is_filled(app: DesignerApp) -> bool:
    return app.screen.query_one(OptionList).option_count > 5


SCENES = (
    Scene("compare", "alt+1 | up up | f6", shots="80 120-light 200"),
    Scene("compare-same", "f6"),
    Scene("compare-wrong", "f6", WRONG, shots="80"),
    Scene("upgrade", "f7", VERSION_1, shots="80 120"),
    Scene("export", "ctrl+e", shots="80 120-light"),
    Scene("export-nothing-chosen", "ctrl+e | space down down space"),
    Scene("export-options", f"ctrl+e | {'down ' * 6} space down down space |", shots="80 120-light"),
    Scene("exported-trace", begin=show_replayed, shots="80 120-light"),
    Scene("exported", begin=show_exported, shots="80 120"),
    Scene("open", "ctrl+o", shots="80 120-light"),
    Scene("run", "alt+r", shots="80 120-light", begin=write_report),
    Scene("run-shown", "alt+r", shots="80", begin=show_run),
    Scene("open-nothing-found", "ctrl+o | x y z"),
    Scene("save-as", "f12"),
    Scene("saved", "alt+1 | up | ctrl+s"),
    Scene("new", "ctrl+n", shots="120-light"),
    Scene("welcome", text="", file=None, fresh=True, shots="80"),
    Scene("ramp", "r", begin=stages, shots="80 120-light"),
    Scene("ramp-wrong", "r | minus", begin=stages),
    Scene("scale", "s", begin=stages, shots="80"),
    Scene("unsaved", "alt+1 | up | ctrl+q", shots="80 120-light"),
    Scene("help", "alt+1 | f1", shots="80 200 120-light"),
    Scene("help-form", "alt+0 | f1", shots="120"),
    Scene("palette", "ctrl+p", until=palette_is_filled, shots="80"),
    Scene("settings", "down 4 0", begin=show_settings, shots="80 120-light"),
    Scene("settings-wrong", "down 5 enter", begin=show_settings, shots="80"),
    Scene("columns", "alt+3 | c", shots="80 120-light"),
    Scene("write-rows", "alt+3 | w", shots="80"),
    Scene("client", "alt+2 | enter", shots="80 120-light"),
)


@pytest.mark.parametrize("shot", shots(SCENES))
def test_dialog(shot: Shot, looks_the_same: Callable[[Shot], bool]) -> None:
    assert looks_the_same(shot)


@pytest.mark.parametrize("shot", shots([Scene("recovery", shots="80")]))
def test_offer_of_recovery(shot: Shot, looks_the_same: Callable[[Shot], bool], home: Path) -> None:
    left = Recovery(home / "state" / "recovery")
    left.keep(WRONG, home / "loads" / "small.yaml")
    left.release()
    assert looks_the_same(shot)
