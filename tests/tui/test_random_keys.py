"""Random keys, clicks, pastes and changes by others: the designer never fails, and all that it shows agrees.

A few seeds run with the suite. More of them: ``BLIS_TUI_SOAK=600 python -m pytest -n 0 tests/tui/test_random_keys.py -k soak`` goes
on for so many seconds, from ``BLIS_TUI_SEED`` (0) on. What fails prints its seed and the shortest list of steps that was found to
fail; ``test_steps_again`` runs the list that stands in the file named by ``BLIS_TUI_STEPS``.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from random_steps import STARTS, Step, random_steps
from random_walk import JAIL, Walk

STEPS = 14
SUITE = (
    "no file", "empty", "broken", "version 1", "lines of Windows", "odd", "hostile", "large", "clients.yaml", "cohorts.yaml",
)  # fmt: skip
"""The starts that run with the suite; most of the time of a short walk is spent in starting the designer."""
SHORTENING_S = float(os.environ.get("BLIS_TUI_SHORTEN", "60"))


@pytest.fixture(autouse=True)
def jailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep everything in the test's folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.chdir(tmp_path)
    JAIL.folder = tmp_path
    JAIL.escapes.clear()
    yield
    JAIL.folder = None


async def failure_of(start: str, steps: Sequence[Step], folder: Path) -> tuple[BaseException, int] | None:
    """Take the steps; returns what failed and how many steps had been taken."""
    walk = Walk(start, folder)
    try:
        await walk.run(steps)
    except Exception as error:
        return error, walk.done
    return None


async def shortest(start: str, steps: list[Step], folder: Path) -> list[Step]:
    """Leave out what is not needed to fail, as far as time allows."""
    end = time.monotonic() + SHORTENING_S
    size, tries = max(len(steps) // 2, 1), 0
    while size:
        at = 0
        while at < len(steps) and time.monotonic() < end:
            fewer = steps[:at] + steps[at + size :]
            tries += 1
            if await failure_of(start, fewer, folder / str(tries)) is not None:
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


async def assert_never_fails(start: str, steps: list[Step], folder: Path, name: str) -> None:
    """Fail with the shortest list of steps if these steps fail."""
    found = await failure_of(start, steps, folder / "walk")
    if found is None:
        return
    error, done = found
    short = await shortest(start, steps[: done + 1], folder / "shorter")
    listed = "\n".join(f"    {step!r}," for step in short)
    raise AssertionError(f"{name}, after {done} steps: {error!r}\n({start!r}, [\n{listed}\n])") from error


@pytest.mark.parametrize(("start", "seed"), [(start, seed) for seed, start in enumerate(SUITE)])
async def test_random_keys_never_make_the_designer_fail_or_disagree(start: str, seed: int, tmp_path: Path) -> None:
    await assert_never_fails(start, random_steps(seed, STEPS), tmp_path, f"seed {seed}")


@pytest.mark.skipif("BLIS_TUI_SOAK" not in os.environ, reason="set BLIS_TUI_SOAK to the seconds it may take")
async def test_soak(tmp_path: Path) -> None:
    end = time.monotonic() + float(os.environ["BLIS_TUI_SOAK"])
    seed = int(os.environ.get("BLIS_TUI_SEED", "0"))
    starts = list(STARTS)
    while time.monotonic() < end:
        start = starts[seed % len(starts)]
        await assert_never_fails(start, random_steps(seed, 13 * STEPS), tmp_path / str(seed), f"seed {seed}")
        seed += 1


@pytest.mark.skipif("BLIS_TUI_STEPS" not in os.environ, reason="set BLIS_TUI_STEPS to a file with a start and its steps")
async def test_steps_again(tmp_path: Path) -> None:
    start, steps = ast.literal_eval(Path(os.environ["BLIS_TUI_STEPS"]).read_text(encoding="utf-8"))
    await Walk(start, tmp_path / "walk").run(steps)
