"""The dialog that writes a file for each of several rates: the same workload, heavier from file to file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import FileSet
from blis_tui.problems import printable
from blis_tui.spec.check import Checked
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Edit, EditRefused, SetValue
from blis_tui.spec.format.fields import INTEGER, Field
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import written_text
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog
from blis_tui.tui.form.stages.scale_dialog import scale
from blis_tui.tui.form.stages.shape_dialogs import MOST_STEPS, RATE, ROUND, like
from blis_tui.tui.form.stages.shapes import PLACES, ramp

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp

MOST_SHOWN = 8
FILES = Field(INTEGER, "How many files there will be.", minimum=2, maximum=MOST_STEPS, label="Steps", unit="files")


def peak_rate(spec: WorkloadSpec) -> float:
    """Return the rate that a sweep varies: that of the busiest stage, or of all clients; 0 if there is none."""
    if spec.inference_perf is not None:
        return max((stage.rate for stage in spec.inference_perf.stages), default=0.0)
    return spec.aggregate_rate


def at_rate(spec: WorkloadSpec, rate: float) -> tuple[Edit, ...]:
    """Return the edits that give a workload another peak rate; its stages keep their proportions."""
    if spec.inference_perf is not None:
        return scale(spec.inference_perf.stages, rate / peak_rate(spec))
    return (SetValue(("aggregate_rate",), rate),)


class SweepDialog(NumbersDialog[list[float]]):
    """Asks for the rates; gives them."""

    HEADING = "Sweep: a file for each rate"
    DO = "Write files"

    def __init__(self, rate: float, folder: Path, stem: str) -> None:
        numbers = {"from": (like(RATE, "From"), rate), "to": (like(RATE, "To"), 4 * rate), "steps": (FILES, 8)}
        super().__init__({**numbers, "round": (ROUND, PLACES)})
        self._folder, self._stem = folder, stem

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which rates there will be, and where."""
        rates = self.result(values)
        shown = [f"{rate:g}" for rate in rates[:MOST_SHOWN]] + (["…"] if len(rates) > MOST_SHOWN else [])
        first = printable(file_name(self._stem, rates[0]))
        return f"Peak rates: {', '.join(shown)} req/s\n{len(rates)} files in {printable(str(self._folder))}, from {first}"

    def result(self, values: dict[str, Any]) -> list[float]:
        """Return the rates."""
        return list(dict.fromkeys(ramp(values["from"], values["to"], values["steps"], values["round"])))


def file_name(stem: str, rate: float) -> str:
    """Name the file of a rate."""
    return f"{stem}-rate-{rate:g}.yaml"


async def sweep(app: BaseApp) -> None:
    """Ask for rates, and write a file for each into a folder beside the document's file."""
    workspace = app.workspace
    checked = workspace.view.checked
    if checked is None or checked.spec is None or not checked.ok or peak_rate(checked.spec) <= 0:
        app.say("A sweep needs a text without errors, with stages or an aggregate_rate.", severity="warning")
        return
    path = workspace.path
    stem = path.stem if path is not None else "workload"
    folder = (path.absolute().parent if path is not None else Path.cwd()) / f"{stem}-sweep"
    rates = await app.push_screen_wait(SweepDialog(peak_rate(checked.spec), folder, stem))
    if not rates:
        return
    try:
        await asyncio.to_thread(_write, checked, rates, folder, stem, workspace.encoding)
    except (WriteError, EditRefused) as error:
        app.say(f"{error}. Nothing was written.", title="No sweep", severity="error")
        return
    app.say(f"Wrote {len(rates)} files to {folder}.", title="Sweep written")


def _write(checked: Checked, rates: list[float], folder: Path, stem: str, encoding: str) -> None:
    assert checked.spec is not None
    with FileSet() as files:
        files.make_folder(folder)
        for rate in rates:
            text = apply_edits(checked.text, at_rate(checked.spec, rate), checked.tree)
            files.add(folder / file_name(stem, rate)).write(written_text(text, encoding))
        files.commit()
