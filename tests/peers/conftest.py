"""Where the tools of others are, and what they are run with."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import tokenizer
from model_server import ModelServer

PLACE = "BLIS_TUI_PEERS"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def peers() -> Path:
    """The folder of the tools."""
    place = os.environ.get(PLACE)
    if not place:
        pytest.skip(f"{PLACE} names no folder; see tests/peers/README.md")
    return Path(place)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Variables that tools run with: the tests' tokenizer, and nothing of any network."""
    home = tmp_path_factory.mktemp("huggingface")
    tokenizer.make(home)
    return {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def run(environment: Mapping[str, str], tmp_path: Path) -> Run:
    """Run a program in a folder of its own; fails with what it said unless it ends well."""

    def run(*words: str | Path, folder: Path = tmp_path, ends: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(word) for word in words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == ends, f"{words[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    return run


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A server for the tools' requests."""
    with ModelServer() as server:
        yield server
