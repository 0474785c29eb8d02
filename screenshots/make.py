"""Make the pictures in this folder: `python screenshots/make.py`, or with names of pictures for some of them only.

Needs the extras `test` and `screenshots`. Nothing is fetched: the font is the one that comes with matplotlib.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path

import resvg_py

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "tui"), str(ROOT / "tests" / "tui" / "snapshots")]

from run_samples import inference_perf_report, stage_report  # noqa: E402
from scenes import SIZES, Scene, play  # noqa: E402

from blis_tui.tui.app import DesignerApp  # noqa: E402
from blis_tui.tui.document.workspace import Workspace  # noqa: E402
from blis_tui.tui.preferences.settings import Settings  # noqa: E402

TWO_STAGE = (ROOT / "examples" / "two-stage.yaml").read_text(encoding="utf-8")
CLIENTS = (ROOT / "examples" / "clients.yaml").read_text(encoding="utf-8")
VERSION_1 = (ROOT / "examples" / "two-stage-v1.yaml").read_text(encoding="utf-8")
WRONG = re.sub(r"output_len: \d+", "output_len: -1", TWO_STAGE)
CHAT = (ROOT / "examples" / "chat.yaml").read_text(encoding="utf-8")
CHART, FILE = "alt+1 |", "two-stage.yaml"
LINE = WRONG[: WRONG.index("output_len")].count("\n")


def overlay(app: DesignerApp) -> None:
    """Show a run in which the second stage falls short."""
    assert app.workspace.path is not None
    stages = (stage_report(8.0, 7.9, 4800, 0, 0.1, 4.6), stage_report(20.0, 16.2, 12000, 212, 0.9, 9.3))
    app.overlays.read(inference_perf_report(app.workspace.path.parent / "reports-20261127-004500", stages))


PICTURES = (
    Scene("chart", f"{CHART} c |", CLIENTS, file="clients.yaml"),
    Scene("chart-light", f"{CHART} g", TWO_STAGE, file=FILE, shots="120-light"),
    Scene("closed-loop", f"{CHART} alt+w | alt+t tab tab 1 2 8", CHAT, file="chat.yaml"),
    Scene(
        "overlay", f"{CHART} alt+m |", TWO_STAGE, file=FILE, begin=overlay, until=lambda app: app.preview.comparison is not None
    ),
    Scene("form-80", "alt+0 | tab tab tab", TWO_STAGE, file=FILE, shots="80"),
    Scene("form-clients", "ctrl+l | down down down enter " + "tab " * 7 + "|", CLIENTS, file="clients.yaml"),
    Scene("clients", "alt+2 | slash p r o m p t minus 3", TWO_STAGE, file=FILE),
    Scene("yaml-problem", "alt+4 | " + "down " * LINE, WRONG, file=FILE),
    Scene("compare", f"{CHART} up up up up | f6", TWO_STAGE, file=FILE),
    Scene("upgrade", "f7", VERSION_1, file="two-stage-v1.yaml"),
    Scene("export", "ctrl+e", TWO_STAGE, file=FILE),
)


async def picture(scene: Scene, home: Path) -> str:
    """Return a scene's picture as SVG."""
    size, _, theme = scene.shots.partition("-")
    folder = home / scene.name / "loads"
    folder.mkdir(parents=True)
    os.environ["HOME"] = str(folder.parent)
    path = folder / (scene.file or FILE)
    path.write_text(scene.text, encoding="utf-8")
    app = DesignerApp(Workspace(scene.text, path), Settings(theme=theme or "dark"), state=home / scene.name / "state")
    app.animation_level = "none"
    async with app.run_test(size=SIZES[size]) as pilot:
        await play(pilot, scene)
        return localised(app.export_screenshot(), scene.name)


def localised(svg: str, name: str) -> str:
    """Have the picture ask for fonts that are there in place of one from the web, and number its parts by its name.

    At 21 pixels the characters of DejaVu Sans Mono fill a line of Textual's pictures, so that bars have no gaps.
    """
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono").replace("font-size: 20px", "font-size: 21px")
    return re.sub(r"terminal-\d+", f"terminal-{name}", svg)


def rendered(svg: str) -> bytes:
    """Render a picture as PNG."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        sys.exit('The font is missing: pip install -e ".[test,screenshots]"')
    fonts = sorted((Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf").glob("DejaVuSans*.ttf"))
    family = "DejaVu Sans Mono"
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            font_files=[str(font) for font in fonts],
            skip_system_fonts=True,
            monospace_family=family,
            sans_serif_family=family,
        )
    )


def main(names: list[str]) -> None:
    """Make the pictures with the given names, or all."""
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as home:
        for scene in PICTURES:
            if names and scene.name not in names:
                continue
            svg = asyncio.run(picture(scene, Path(home)))
            (HERE / f"{scene.name}.svg").write_text(svg, encoding="utf-8")
            (HERE / f"{scene.name}.png").write_bytes(rendered(svg))


if __name__ == "__main__":
    main(sys.argv[1:])
