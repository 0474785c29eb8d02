"""A sweep: a file for each of several rates."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from test_form import CLIENTS, WIDE, opened

from blis_tui.spec.check import check
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.form.stages.sweep_dialog import SweepDialog, peak_rate


@pytest.mark.parametrize(("text", "low", "ratio"), [(SMALL, 10.0, 0.4), (CLIENTS, 10.0, None)])
async def test_a_sweep_writes_a_file_for_each_rate(
    make_app: MakeApp, spec_file: Path, text: str, low: float, ratio: float | None
) -> None:
    spec_file.write_text(text)
    app = make_app(path=spec_file)
    async with opened(app, WIDE) as pilot:
        await app.run_action("sweep")
        await wait_for(pilot, lambda: isinstance(app.screen, SweepDialog))
        for name, value in {"from": "10", "to": "40", "steps": "4"}.items():
            app.screen.query_one(f"#number-{name}", NumberInput).value = value
        await pilot.pause()
        assert "10, 20, 30, 40 req/s" in str(app.screen.query_one("#outcome").render())
        await pilot.press("enter")
        folder = spec_file.parent / "small-sweep"
        await wait_for(pilot, lambda: folder.exists() and len(list(folder.iterdir())) == 4 and len(app.screen_stack) == 1)
        assert sorted(path.name for path in folder.iterdir()) == [f"small-rate-{rate}.yaml" for rate in (10, 20, 30, 40)]
        for rate in (10, 20, 30, 40):
            spec = check((folder / f"small-rate-{rate}.yaml").read_text()).spec
            assert spec is not None and peak_rate(spec) == rate
            if ratio is not None and spec.inference_perf is not None:
                assert spec.inference_perf.stages[0].rate == pytest.approx(rate * ratio)
        assert app.workspace.text == text
        await app.run_action("sweep")  # a second time nothing is overwritten
        await wait_for(pilot, lambda: isinstance(app.screen, SweepDialog))
        app.screen.query_one("#number-from", NumberInput).value = "10"
        await pilot.press("enter")
        await wait_for(pilot, lambda: any(note.title == "No sweep" for note in app._notifications))
        await ready(pilot)
