"""Simulations by BLIS's own program, for those who have it: ``BLIS_BIN=…/blis pytest -m peers``."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from blis_program import MODEL, SERVER, VARIABLE, program, served

from blis_tui.formats.yaml_text import document
from blis_tui.reading import load
from blis_tui.simulation.command import SimulationError, Simulator
from blis_tui.simulation.simulation import simulate
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.peers
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
OTHERWISE = ("two-stage-v1", "pool")
"""BLIS upgrades the one, and which users of the other may still ask is a matter of order where all are answered at once."""


@pytest.fixture
def blis(tmp_path: Path) -> Simulator:
    where = program()
    if where is None:
        pytest.skip(f"{VARIABLE} does not say where BLIS's program is")
    return Simulator(shlex.quote(where), MODEL, shlex.join(served(tmp_path)))


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.stem not in OTHERWISE], ids=lambda path: path.stem)
def test_examples_are_simulated(path: Path, blis: Simulator) -> None:
    """Its server answers a token a microsecond, so that what is sent is what is made here for such a server."""
    spec = load(path).replace(num_requests=100)  # each token is a step to it
    run = simulate(document(spec), spec, blis, lambda: None)
    expected = generate(spec, server=SERVER)
    assert run.timings is not None
    assert run.timings.sent_us.tolist() == expected.arrival_us.tolist()
    assert run.whole.failures == 0
    assert run.whole.ttft.p50 == 1


def test_what_it_refuses_is_said_in_its_words(blis: Simulator) -> None:
    spec = load(EXAMPLES[0])
    with pytest.raises(SimulationError, match="unknown category"):
        simulate("version: '2'\ncategory: none\nnum_requests: 1\n", spec, blis, lambda: None)
    with pytest.raises(SimulationError, match="Error: unknown flag: --nonsense"):
        simulate("", spec, blis._replace(flags="--nonsense"), lambda: None)
