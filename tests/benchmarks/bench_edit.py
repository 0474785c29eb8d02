"""Editing a file of 2,000 explicit clients: until problems are right, and how long the designer's event loop is held."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import Row, in_turn, ratio

from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, SetValue
from blis_tui.spec.reading.decode import decode
from blis_tui.spec.rules.file_advice import advise_beside
from blis_tui.spec.rules.file_errors import validate_into
from blis_tui.spec.rules.problem_collector import Report
from blis_tui.spec.yaml.composing import compose

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from blis_tui.tui.app import DesignerApp

CLIENTS = 2000
MS = 1000.0
SCALAR, OTHER = 0.25, 1.25
"""Parts of a whole check: 100 ms and 500 ms where that takes 400 ms."""
EDIT = 0.24
"""Part of an edit without a tree: 50 ms where that takes 210 ms."""
BEAT_S = 0.002
KEYS = "0123456789"
HEAD = 'version: "2"\nseed: 42\naggregate_rate: 100\nhorizon: 60000000\n'


def block(index: int) -> str:
    """Write a client line by line."""
    return f"""\
  - id: client-{index}
    tenant_id: tenant-{index % 7}
    slo_class: standard
    rate_fraction: {1 + index % 5}
    streaming: true
    arrival:
      process: gamma
      cv: 2.5
    input_distribution:
      type: gaussian
      params:
        mean: 512
        std_dev: 128
        min: 16
        max: 2048
    output_distribution:
      type: exponential
      params:
        mean: 200
"""


def flow(index: int) -> str:
    """Write a client in brackets."""
    lengths = "input_distribution: {type: constant, params: {value: 512}}, output_distribution: {type: exponential, params: {mean: 200}}"
    rate = f"rate_fraction: {1 + index % 5}, arrival: {{process: poisson}}"
    return f"- {{id: client-{index}, tenant_id: tenant-{index % 7}, slo_class: standard, {rate},\n   {lengths}}}\n"


def windowed(index: int) -> str:
    """Write a client with comments, windows and, now and then, problems."""
    return f"""\
- id: client-{index}  # number {index}
  tenant_id: "tenant {index % 7}"
  slo_class: {"standrad" if index % 400 == 7 else "batch"}
  rate_fraction: {"half" if index % 500 == 3 else 0.5}
  # as measured last week
  arrival: {{process: poisson{", cv: 3" if index % 10 == 0 else ""}}}
  input_distribution: {{type: constant, params: {{value: 512}}}}
  output_distribution: {{type: constant, params: {{value: 64}}}}
  lifecycle:
    windows:
      - {{start_us: 0, end_us: 30000000}}
      - start_us: 40000000
        end_us: 50000000

"""


def file_of(client: Callable[[int], str]) -> str:
    """Write a whole file."""
    return HEAD + "clients:\n" + "".join(map(client, range(CLIENTS))) + "# the end\n"


LAYOUTS = {"block": file_of(block), "flow": file_of(flow), "windows": file_of(windowed)}


def edits_of(text: str, client: Callable[[int], str]) -> dict[str, str]:
    """Return texts that differ from one by what users do in the middle of it."""
    old = client(CLIENTS // 2)
    name = f"client-{CLIENTS // 2}"
    dash = old.index("-")
    return {
        "a number in a client": text.replace(old, old.replace("200", "300").replace("50000000", "55000000")),
        "a text in a client": text.replace(old, old.replace(name, "chat")),
        "a number at the top": text.replace("seed: 42", "seed: 43"),
        "a wrong number": text.replace(old, old.replace("200", "2oo").replace("50000000", "5o")),
        "a line added": text.replace(
            old, old.replace(name, f"{name}\n{' ' * dash}  model: m") if "{" not in old[:6] else f"\n{old}"
        ),
        "a client removed": text.replace(old, ""),
        "a client added": text.replace(old, old + old),
        "indentation broken": text.replace(old, f"{' ' * (dash + 1)}{old.lstrip()}"),
    }


def checking(runs: int) -> list[Row]:
    """Measure the check, its parts, and what it costs after a change."""
    rows = []
    for layout, client in (("block", block), ("flow", flow), ("windows", windowed)):
        text = LAYOUTS[layout]
        base = check(text)
        decoded = decode(text)
        assert decoded.spec is not None and base.spec is not None
        spec, report = decoded.spec, Report(decoded.tree, decoded.broken)
        validate_into(report, spec)
        edited = edits_of(text, client)
        broken = check(edited["indentation broken"], base=base)
        assert len(set(edited.values()) | {text}) == len(edited) + 1
        cases: dict[str, Callable[[], object]] = {
            "whole check": lambda text=text: check(text),  # type: ignore[misc]
            "of it compose": lambda text=text: compose(text),  # type: ignore[misc]
            "of it compose and decode": lambda text=text: decode(text),  # type: ignore[misc]
            "of it validate": lambda decoded=decoded, spec=spec: validate_into(  # type: ignore[misc]
                Report(decoded.tree, decoded.broken), spec
            ),
            "of it advise": lambda report=report, spec=spec: advise_beside(report, spec),  # type: ignore[misc]
        }
        for name, new in edited.items():
            cases[name] = lambda new=new, base=base: check(new, base=base)  # type: ignore[misc]
        read_last = broken if broken.spec is not None else base
        cases["indentation mended"] = lambda text=text, base=read_last: check(text, base=base)  # type: ignore[misc]
        seconds = in_turn(cases, runs)
        whole = seconds["whole check"]
        for name, took in seconds.items():
            wanted: float | None = SCALAR if name.startswith(("a number", "a text", "a wrong")) else OTHER
            wanted = None if name.startswith(("whole", "of it")) else wanted
            rows.append(Row(f"{layout}: {name}", statistics.median(took) * MS, "ms", ratio(took, whole), "whole check", wanted))
    return rows


def form_edits(runs: int) -> list[Row]:
    """Measure edits as forms ask for them, with the tree of the last check; the whole way where that is no help."""
    text = LAYOUTS["block"]
    first = check(text)
    base = check(text.replace("seed: 42", "seed: 41"), base=first).tree  # as after an edit: items are moved when asked for
    text = base.text
    anchored = text.replace("id: client-0\n", "id: &first client-0\n")
    linked = compose(anchored)
    middle = ("clients", CLIENTS // 2)
    edits: dict[str, Edit] = {
        "a number at the top": SetValue(("seed",), 43),
        "a text in a client": SetValue((*middle, "id"), "chat"),
        "a block in a client": SetValue((*middle, "lifecycle"), {"windows": [{"start_us": 0, "end_us": 60_000_000}]}),
        "a client inserted": Insert(middle, {"id": "chat", "arrival": {"process": "poisson"}}),
        "a client removed": Remove(middle),
        "a client moved down": Move(middle, CLIENTS // 2 + 1),
        "a client copied": Duplicate(middle),
    }
    cases: dict[str, Callable[[], object]] = {"without a tree": lambda: apply_edits(text, [edits["a number at the top"]])}
    for name, edit in edits.items():
        cases[name] = lambda edit=edit: apply_edits(text, [edit], base)  # type: ignore[misc]
    cases["with an anchor"] = lambda: apply_edits(anchored, [edits["a number at the top"]], linked)
    seconds = in_turn(cases, runs)
    whole = seconds["without a tree"]
    return [
        Row(
            f"edit: {name}",
            statistics.median(took) * MS,
            "ms",
            ratio(took, whole),
            "without a tree",
            EDIT if name in edits else None,
        )
        for name, took in seconds.items()
    ]


async def _settled(pilot: Pilot[int]) -> None:
    app = pilot.app
    while app.workspace.view.checked is None:  # type: ignore[attr-defined]
        await asyncio.sleep(BEAT_S)


async def _press(app: DesignerApp, key: str) -> None:
    """Press a key and wait until the document has it; a pilot's own waiting would be measured too."""
    from textual.events import Key

    before = app.workspace.revision
    app.post_message(Key(key, key if len(key) == 1 else None))
    while app.workspace.revision == before:
        await asyncio.sleep(BEAT_S)


async def _typing(runs: int) -> list[Row]:
    from driving import Heart

    from blis_tui.tui.app import DesignerApp
    from blis_tui.tui.document.workspace import Workspace
    from blis_tui.tui.text.yaml_area import YamlArea

    text = LAYOUTS["block"]
    app = DesignerApp(Workspace(text, saved=True))
    holds, keys, fresh, form_holds, form_fresh = [], [], [], [], []
    async with app.run_test(size=(120, 40)) as pilot:
        await _settled(pilot)
        app._activate("yaml")
        await pilot.pause()
        area = app.query_one(YamlArea)
        row = text[: text.index(f"client-{CLIENTS // 2}\n")].count("\n") + 3
        area.focus()
        area.move_cursor((row, 0))
        area.action_cursor_line_end()
        await asyncio.sleep(2)  # what opening the file set off comes to rest
        for _ in range(runs):
            heart = Heart()
            await asyncio.sleep(0.02)
            for key in KEYS:
                began = time.perf_counter()
                await _press(app, key)
                keys.append(time.perf_counter() - began)
                await asyncio.sleep(0.08)
            began = time.perf_counter()
            await _press(app, "backspace")
            await _settled(pilot)
            fresh.append(time.perf_counter() - began)
            holds.append(max(heart.stop()))
        for run in range(runs):
            heart = Heart()
            await asyncio.sleep(0.02)
            began = time.perf_counter()
            app.edit("seed", [SetValue(("seed",), run)])
            await _settled(pilot)
            form_fresh.append(time.perf_counter() - began)
            form_holds.append(max(heart.stop()))
    return [
        Row("typing: a key", statistics.median(keys) * MS, "ms"),
        Row("typing: until problems are right", statistics.median(fresh) * MS, "ms", wanted=100),
        Row("typing: the longest hold of the loop", statistics.median(holds) * MS, "ms", wanted=50),
        Row("form: until problems are right", statistics.median(form_fresh) * MS, "ms", wanted=100),
        Row("form: the longest hold of the loop", statistics.median(form_holds) * MS, "ms", wanted=50),
    ]


def typing(runs: int) -> list[Row]:
    """Measure typing into the text and a change in a form, in the designer itself."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = str(Path(home) / name.lower())
        return asyncio.run(_typing(runs))


def measure(runs: int) -> list[Row]:
    """Measure everything, `runs` times each."""
    parts: Iterable[list[Row]] = (checking(runs), form_edits(runs), typing(max(runs // 2, 1)))
    return [row for rows in parts for row in rows]
