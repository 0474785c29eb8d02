"""The designer: from a keystroke to problems and preview, and how long anything holds the event loop. See README.md."""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from driving import Heart, Watch, drive, painted, settled, terminal, until
from measuring import EXAMPLE, Row, in_fresh_process, percentile
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.problems import Cancelled
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.form.field_rows import TextRow
from blis_tui.tui.preview import previewer
from blis_tui.tui.widgets.line_table import FilterInput, LineTable

Script = Callable[[DesignerApp, Pilot[int]], Awaitable[None]]
KEYSTROKE_MS = 16.0
BETWEEN_KEYS_S = 0.3
"""Longer than the chart waits for its preview before it is drawn without."""
PREVIEW_MS = 250.0
HELD_MS = 50.0
MILLION_MB = 200.0
POOL_MS = 2000.0
POOL = """\
version: "2"
seed: 7
horizon: 3600000000
clients:
- id: pool
  concurrency: 10000
  think_time_us: 2000000
  input_distribution: {type: lognormal, params: {mu: 5.5, sigma: 0.6}}
  output_distribution: {type: lognormal, params: {mu: 4.8, sigma: 0.5}}
"""
COMPACT = """\
version: "2"
seed: 42
horizon: {horizon}
inference_perf:
  stages:
    - {{rate: {rate}, duration: {duration}}}
    - {{rate: {rate}, duration: {duration}}}
  shared_prefix:
    num_unique_system_prompts: {prompts}
    num_users_per_system_prompt: {users}
    system_prompt_len: 100
    question_len: 447
    output_len: 248
"""


def compact(rate: float, duration: int, prompts: int, users: int) -> str:
    """Return the text of a spec of two like stages."""
    horizon = 2 * duration * 1_000_000
    return COMPACT.format(horizon=horizon, rate=rate, duration=duration, prompts=prompts, users=users)


def _key(name: str) -> events.Key:
    return events.Key(name, name if len(name) == 1 else None)


def keystrokes(runs: int, example: Path, where: str = "") -> list[Row]:
    """Measure the work of the event loop's thread for a keystroke, and the time until its preview and capacity are shown."""
    work: list[float] = []
    fresh: list[float] = []

    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        watch = Watch(app)
        await until(lambda: settled(app))
        row = next(row for row in app.home.query(TextRow) if row.path[-1] == "output_len")
        row.take_focus()
        await until(lambda: row.input.has_focus and painted(app))
        await pilot.press("end")
        for run in range(runs + 1):
            # to another number and back, to a problem and back
            for name in ("backspace", "8", "x", "backspace"):
                await until(lambda: settled(app))
                await asyncio.sleep(BETWEEN_KEYS_S)  # what the key before set off is over
                begin, busy = time.perf_counter(), time.thread_time()
                await watch.frame_after(partial(terminal(app).process_message, _key(name)))
                busy = time.thread_time() - busy
                await until(lambda: settled(app))
                if run:
                    work.append(busy)
                    if app.previewer.preview.state == "ready":
                        fresh.append(time.perf_counter() - begin)

    drive(example.read_text(), script, example)
    return [
        Row(f"keystroke{where} to problems, median", statistics.median(work) * 1e3, "ms of work"),
        Row(f"keystroke{where} to problems, p95", percentile(work, 95) * 1e3, "ms of work", wanted=KEYSTROKE_MS),
        Row(f"keystroke{where} to a fresh preview, median", statistics.median(fresh) * 1e3, "ms"),
        Row(f"keystroke{where} to a fresh preview, p95", percentile(fresh, 95) * 1e3, "ms", wanted=PREVIEW_MS),
    ]


def held(name: str, text: str, act: Script, rows: list[Row], prepare: Script | None = None) -> None:
    """Measure how long the event loop is held while something is done, after some preparation."""

    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        if prepare is not None:
            await prepare(app, pilot)
        heart = Heart()
        start = time.perf_counter()
        await act(app, pilot)
        took = time.perf_counter() - start
        gaps = heart.stop()
        rows.append(Row(f"{name}: longest hold", max(gaps) * 1e3, "ms", wanted=HELD_MS))
        rows.append(Row(f"{name}: holds, p95", percentile(gaps, 95) * 1e3, "ms"))
        rows.append(Row(f"{name}: took", took * 1e3, "ms"))

    drive(text, script)


async def _settle(app: DesignerApp, pilot: Pilot[int]) -> None:
    del pilot
    await until(lambda: settled(app))


async def _export(app: DesignerApp, pilot: Pilot[int]) -> None:
    from blis_tui.tui.export.export_job import ExportChoice, ExportJob

    del pilot
    checked = app.workspace.view.checked
    assert checked is not None and checked.spec is not None
    ended: list[object] = []
    with tempfile.TemporaryDirectory() as folder:
        choice = ExportChoice(checked.spec, checked.text, "", Path(folder), "out", ("jsonl", "csv", "blis-trace"))
        ExportJob(app, choice, ended.append, ended.append, lambda *_: None)
        await until(lambda: ended)
    if isinstance(ended[0], Exception):
        raise ended[0]


async def _open_clients(app: DesignerApp, pilot: Pilot[int]) -> None:
    del pilot
    app.action_show_tab("clients")
    await until(lambda: app.home.query("#clients LineTable"))
    table = app.home.query_one("#clients LineTable", LineTable)
    await until(lambda: len(table.rows.order) > 1000)
    app.previewer.cancel()
    table.begin_filter()
    await until(lambda: painted(app))


def _look_for(words: str) -> Script:
    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        del pilot
        table = app.home.query_one("#clients LineTable", LineTable)
        table.query_one(FilterInput).value = words
        await until(lambda: str(table.query_one(".foot", Static).content).endswith("match"))
        await until(lambda: painted(app))

    return script


async def _sort(app: DesignerApp, pilot: Pilot[int]) -> None:
    del pilot
    table = app.home.query_one("#clients LineTable", LineTable)
    for first in (0, len(table.rows.order) - 1):  # upwards, then downwards
        table.sort()
        await until(lambda: not table.is_busy)
        await until(lambda first=first: table.rows.order[0] == first and painted(app))  # type: ignore[misc]


def peak_of(text: str) -> int:
    """Return the peak bytes of a process that opens a spec, scrolls through its clients and filters them, without a preview."""

    def nothing(*_: object) -> None:
        raise Cancelled

    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        await _open_clients(app, pilot)
        table = app.home.query_one("#clients LineTable", LineTable)
        for place in (0.5, 1.0, 0.0):
            table.rows.row = int((len(table.rows.order) - 1) * place)
            await until(lambda: painted(app))
        await _look_for("prompt-1 user-2")(app, pilot)

    previewer.make = nothing  # type: ignore[assignment]
    drive(text, script)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def memory() -> list[Row]:
    """Measure what a million clients take beside a few, each in a process of its own."""
    few, million = (
        in_fresh_process(peak_of, compact(1.0, 10, prompts, users)) / 1e6 for prompts, users in ((100, 10), (1000, 500))
    )
    return [
        Row("the app with 2,000 clients, peak", few, "MB"),
        Row("a million clients: more than that", million - few, "MB", wanted=MILLION_MB),
    ]


def first_part(rows: list[Row]) -> None:
    """Measure how long it takes to show the totals of 100 million requests, and the first of them."""
    times: list[float] = []

    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        del pilot
        begin = time.perf_counter()
        await until(lambda: app.previewer.preview.expected is not None)
        times.append(time.perf_counter() - begin)
        await until(lambda: settled(app))
        times.append(time.perf_counter() - begin)

    drive(compact(100_000.0, 500, 9, 5), script)
    rows.append(Row("100 million requests: totals shown after", times[0] * 1e3, "ms"))
    rows.append(Row("100 million requests: the first shown after", times[1] * 1e3, "ms"))


def pool(rows: list[Row]) -> None:
    """Measure how long it takes to show what a pool of 10,000 users sends in an hour, and what holds the event loop meanwhile."""

    async def script(app: DesignerApp, pilot: Pilot[int]) -> None:
        del pilot
        heart, begin = Heart(), time.perf_counter()
        await until(lambda: app.previewer.preview.state == "ready" and settled(app))
        rows.append(Row("a pool of 10,000 users: shown after", (time.perf_counter() - begin) * 1e3, "ms", wanted=POOL_MS))
        rows.append(Row("a pool of 10,000 users: longest hold", max(heart.stop()) * 1e3, "ms", wanted=HELD_MS))

    drive(POOL, script)


def measure(runs: int) -> list[Row]:
    """Measure everything."""
    rows = keystrokes(runs, EXAMPLE)
    rows += keystrokes(runs, EXAMPLE.parent / "chat.yaml", " in a chat")
    pool(rows)
    rows += memory()
    first_part(rows)
    held("preview of 2 million requests", compact(1000.0, 1000, 9, 5), _settle, rows)
    held("preview of 200 thousand clients", compact(1000.0, 100, 100, 1000), _settle, rows)
    held("export of 200 thousand requests", compact(1000.0, 100, 9, 5), _export, rows, _settle)
    million = compact(1000.0, 1000, 1000, 500)
    held("filter of a million clients, few found", million, _look_for("user-123 stage-1"), rows, _open_clients)
    held("filter of a million clients, all found", million, _look_for("prompt"), rows, _open_clients)
    held("sort of a million clients by number", million, _sort, rows, _open_clients)
    return rows
