"""What all tests need: no deadlines, and the signals of Ctrl-C and hanging up, which a shell's background jobs and `nohup` ignore."""

from __future__ import annotations

import gc
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from blis_tui.signals import ENDING

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # machines are noisy: how long an example takes says nothing


def pytest_configure() -> None:
    """Take signals again where they are ignored; the programs that tests start would inherit that."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Measure coverage, which is asked of the core, in the core's own tests only: a pilot of the designer takes 1.6 × as long with it."""
    core = [Path(__file__).parent / name for name in ("spec", "workload")]
    for item in items:
        if not any(item.path.is_relative_to(folder) for folder in core):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among what is there for good: that took a third of the time of all pilots."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary folders where they can be seen, also those of the programs that a test starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)  # what was found out before
    return folder


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """Give back the handlers that the program has put in place, or the programs that later tests start inherit them."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
