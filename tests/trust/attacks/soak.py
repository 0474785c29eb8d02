"""Very many random actions in one designer: ``python tests/trust/attacks/soak.py FOLDER ACTIONS SEED``.

Every so often it comes to rest, with the file that it began with, and memory, objects, threads and descriptors are counted: they
must reach a plateau. An action is a key, a click, a paste, a new size of the terminal, or a change of the file by another program.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import gc
import json
import os
import statistics
import sys
import time
import traceback
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1] / "tui")]
os.environ["TEXTUAL_FPS"] = "1"  # most of the time would go to painting what the next key changes
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from agreement import assert_agreement  # noqa: E402
from designer import wait_for  # noqa: E402
from random_steps import STARTS, Step, random_steps  # noqa: E402
from random_walk import JAIL, Walk  # noqa: E402
from textual import events  # noqa: E402
from textual.cache import FIFOCache, LRUCache  # noqa: E402
from textual.dom import DOMNode  # noqa: E402
from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from blis_tui.tui.app import DesignerApp  # noqa: E402
from blis_tui.tui.filing.disk import read_document  # noqa: E402
from blis_tui.tui.tuning import Tuning  # noqa: E402

REST_EVERY, AGREE_EVERY, WAIT_EVERY = 2_000, 200, 5
"""Actions between two rests, and between two looks at whether all that is shown agrees; steps until all widgets are waited for."""
GROWTH = {"rss_mb": 1.1, "objects": 1.05, "nodes": 1.05, "threads": 1.0, "descriptors": 1.0}
"""How much the last quarter may have above the second."""
_TUNING = Tuning(most_requests=500, autosave_s=0.1)


class Sample(NamedTuple):
    """What the process holds at rest."""

    actions: int
    seconds: float
    rss_mb: float
    objects: int
    nodes: int
    threads: int
    descriptors: int


@dataclass
class Found:
    """What a walk has found so far: samples, how many objects of each kind there were then, its last steps, disagreements by kind."""

    samples: list[Sample] = field(default_factory=list)
    kinds: list[Counter[str]] = field(default_factory=list)
    lately: deque[Step] = field(default_factory=lambda: deque(maxlen=60))
    disagreements: dict[str, str] = field(default_factory=dict)

    def take_sample(self, done: int, seconds: float) -> None:
        """Count what the process holds, and tell what of it came since the last time."""
        gc.unfreeze()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        empty_caches()  # memory is with them; objects are without
        gc.collect()
        objects = gc.get_objects()
        nodes = sum(isinstance(each, DOMNode) for each in objects)
        # `threading` keeps threads that have ended
        threads, descriptors = (len(list(Path("/proc/self", each).iterdir())) for each in ("task", "fd"))
        self.samples.append(Sample(done, round(seconds, 1), round(resident, 1), len(objects), nodes, threads, descriptors))
        self.kinds.append(Counter(type(each).__name__ for each in objects))
        came = self.kinds[-1] - self.kinds[-2] if len(self.kinds) > 1 else Counter[str]()
        print(self.samples[-1], *came.most_common(6), flush=True)

    def note_disagreement(self, app: DesignerApp) -> None:
        """Keep the first of each kind of disagreement, and tell it with what was done before; the walk goes on."""
        try:
            assert_agreement(app)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{place.name}:{place.lineno}"
            if kind not in self.disagreements:
                self.disagreements[kind] = f"{type(error).__name__}: {error}"
                told = "".join(traceback.format_exception(error))
                print(*self.lately, told, repr(app.workspace.text), sep="\n", flush=True)


def main() -> None:
    """Do as many actions as asked for, and fail if something fails or grows."""
    folder, actions, seed = Path(sys.argv[1]).absolute(), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    run = folder / f"run-{os.getpid()}"
    run.mkdir()
    _make_home(run)
    os.chdir(run)
    JAIL.folder = run
    found = Found()
    try:
        asyncio.run(_walk(run / "walk", actions, seed, found))
    except BaseException:
        print("the last steps:", *found.lately, sep="\n", flush=True)
        raise
    finally:
        JAIL.folder = None
        document = [sample._asdict() for sample in found.samples]
        (folder / f"samples-{seed}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    grown, kinds, last = growth(found.samples), found.kinds, found.samples[-1]
    print("most of what came between the second sample and the last:", dict((kinds[-1] - kinds[:2][-1]).most_common(12)))
    print(f"{last.actions:,} actions in {last.seconds:,.0f} s: {grown}")
    if found.disagreements:
        sys.exit("what is shown did not agree with the text: " + ", ".join(found.disagreements))
    if any(grown[name] > most for name, most in GROWTH.items()):
        sys.exit("no plateau")


def empty_caches() -> None:
    """Empty Python's and Textual's caches that have a limit: they go on filling for hours, and no object in them is held for good."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            if each.cache_parameters()["maxsize"] is not None:
                each.cache_clear()
        elif isinstance(each, LRUCache | FIFOCache):
            each.clear()


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """Return what the last quarter of the samples has against the second quarter."""
    quarter = max(len(samples) // 4, 1)
    second, last = samples[quarter : 2 * quarter] or samples, samples[-quarter:]

    def middle(part: Sequence[Sample], name: str) -> float:
        return statistics.median(float(getattr(sample, name)) for sample in part)

    return {name: round(middle(last, name) / middle(second, name), 3) for name in GROWTH}


async def _walk(folder: Path, actions: int, seed: int, found: Found) -> None:
    walk = Walk("small", folder, tuning=_TUNING)
    app, began, done, looked, taken = walk.app, time.monotonic(), 0, 0, 0
    app.exit = lambda *_, **__: None  # type: ignore[method-assign]  # what would end it is one action more
    with walk.watched():
        async with app.run_test(size=(100, 30)) as pilot:
            await _warm(walk, pilot)
            for step in _steps(seed):
                found.lately.append(step)
                await _take(walk, pilot, step)
                taken += 1
                if taken % WAIT_EVERY == 0:
                    await pilot._wait_for_screen()
                done += len(step) - 1 if step[0] == "keys" else 1
                walk.demand_health()
                if done // AGREE_EVERY != looked:
                    looked = done // AGREE_EVERY
                    await wait_for(pilot, lambda: app.workspace.view.checked is not None, "the check of the text")
                    found.note_disagreement(app)
                    if looked % 5 == 0:
                        print(done, round(time.monotonic() - began), round(time.process_time()), flush=True)
                if done // REST_EVERY >= len(found.samples) + 1:
                    await _come_to_rest(walk, pilot)
                    found.take_sample(done, time.monotonic() - began)
                if done >= actions:
                    break


def _steps(seed: int) -> Iterator[Step]:
    """Yield steps without an end, all of one seed."""
    while True:
        yield from random_steps(seed, 1_000)
        seed += 1_000_000


async def _take(walk: Walk, pilot: Pilot[int], step: Step) -> None:
    """Take a step as fast as it is dealt with; the pilot waits for an idle processor after each key."""
    app, driver = walk.app, walk.app._driver
    assert driver is not None
    kind, *values = step
    if kind == "keys":
        for key in values:
            driver.send_message(events.Key(key, _character(key)))
            await _dealt_with(walk)
    elif kind == "click":
        at, times = (int(values[0]) % app.size.width, int(values[1]) % app.size.height), int(values[2])
        for _ in range(times):
            for press in (events.MouseDown, events.MouseUp):
                driver.send_message(press(None, *at, 0, 0, 1, False, False, False, *at))
            await _dealt_with(walk)
    else:
        await walk.take(pilot, step)


def _character(key: str) -> str | None:
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        return key if len(key) == 1 else None


async def _dealt_with(walk: Walk) -> None:
    """Let the app, the screen and the widget that has the focus take what is meant for them."""
    app = walk.app
    for _ in range(50):
        await asyncio.sleep(0)
        if not any(pump is not None and pump._message_queue.qsize() for pump in (app, app.screen, app.focused)):
            break


async def _warm(walk: Walk, pilot: Pilot[int]) -> None:
    """Have made what is made only once: tabs, the forms of all kinds of files, and the threads that wait for work."""
    for name in STARTS:
        await _show(walk, pilot, STARTS[name] or "")
        for tab in "1234560":
            await pilot.press(f"alt+{tab}")
            await walk.rest(pilot)
        await pilot.press("tab", "enter")
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.05) for _ in range(64)))


async def _show(walk: Walk, pilot: Pilot[int], text: str) -> None:
    app = walk.app
    assert walk.path is not None
    walk.path.write_bytes(text.encode())
    app.filing._show(read_document(walk.path, None), walk.path)
    await walk.rest(pilot)


async def _come_to_rest(walk: Walk, pilot: Pilot[int]) -> None:
    """Close what is open, and open the file of the beginning again."""
    app = walk.app
    for _ in range(30):
        if len(app.screen_stack) == 1:
            break
        await pilot.press("escape")
        await asyncio.sleep(0.02)
        await pilot._wait_for_screen()
    assert len(app.screen_stack) == 1, f"{app.screen} does not go away"
    await pilot.resize_terminal(100, 30)
    await _show(walk, pilot, STARTS["small"] or "")
    await pilot.press("alt+0", "alt+1")
    await walk.rest(pilot)
    await asyncio.sleep(0.3)  # the recovery copy


def _make_home(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    os.environ.update(
        {"HOME": str(home), "TMPDIR": str(folder), "EDITOR": "true", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    )
    os.environ.update({f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")})


if __name__ == "__main__":
    main()
