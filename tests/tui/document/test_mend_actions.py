"""Mends that need the number of generated requests: counted beside the event loop, given up when the text changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from designer import SMALL, MakeApp, ready, wait_for

from blis_tui.problems import Cancelled
from blis_tui.spec.check import check
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.mends import mend
from blis_tui.workload.generate import generate

ENDLESS = SMALL.replace("horizon: 12000000  # µs\n", "")


def no_end(app: DesignerApp) -> Any:
    checked = app.workspace.view.checked
    assert checked is not None
    return next(problem for problem in checked.problems if problem.code == "no-end")


@pytest.mark.parametrize("at_hand", [True, False])
async def test_the_count_is_what_the_text_generates(make_app: MakeApp, at_hand: bool) -> None:
    app = make_app(ENDLESS)
    spec = check(ENDLESS).spec
    assert spec is not None
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        if not at_hand:
            app.previewer.preview = app.previewer.preview._replace(state="cancelled")
        app.do(mend(app, no_end(app)), "mend")
        await wait_for(pilot, lambda: f"num_requests: {len(generate(spec))}\n" in app.workspace.text)


async def test_counting_ends_when_the_text_changes(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def counts_for_ever(spec: object, server: object, *, progress: Callable[[float], None]) -> None:
        try:
            while True:
                progress(0.1)
                time.sleep(0.005)
        except Cancelled:
            ended.set()
            raise

    app = make_app(ENDLESS)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        app.previewer.preview = app.previewer.preview._replace(state="cancelled")
        monkeypatch.setattr("blis_tui.workload.generate.planned_and_sent", counts_for_ever)
        app.do(mend(app, no_end(app)), "mend")
        await pilot.pause()
        assert not ended.is_set()
        changed = app.workspace.text.replace("seed: 42", "seed: 43")
        app.write(changed, "change")
        await wait_for(pilot, ended.is_set)
        await pilot.pause()
        assert app.workspace.text == changed
