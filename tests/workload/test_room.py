"""What there is not enough memory for is an error, and not the end of the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from workload_specs import SECOND, client, constant, explicit

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.workload import memory
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

MANY = 10_000_000
"""Requests that take longer to draw than it takes until somebody looks."""


@pytest.fixture
def limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file with the limit of a control group, of which the program takes it."""
    path = tmp_path / "memory.max"
    path.write_text("10000000\n", "ascii")
    monkeypatch.setattr(memory, "_GROUP_LIMIT", path)
    return path


def test_the_limit_of_a_container_counts(limit: Path) -> None:
    assert memory.available_bytes() == 10_000_000
    limit.write_text("max\n", "ascii")
    assert 10_000_000 < memory.available_bytes() < INT64_MAX


def test_without_meminfo_it_is_what_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    assert 10_000_000 < memory.available_bytes() < INT64_MAX


@pytest.mark.usefixtures("limit")
def test_a_plan_of_more_requests_than_fit_is_an_error() -> None:
    with pytest.raises(MemoryError):
        generate(explicit(client(), aggregate_rate=1e6, horizon=MANY))
    assert len(generate(explicit(client(), aggregate_rate=1e6, horizon=MANY // 1000))) > 1000


@pytest.mark.usefixtures("limit")
def test_more_answers_than_fit_are_an_error() -> None:
    pool = client("pool", rate_fraction=0.0, concurrency=100, think_time_us=100)
    spec = explicit(pool, aggregate_rate=0.0, horizon=100 * SECOND)
    with pytest.raises(MemoryError):
        generate(spec, server=AssumedServer(0, 0))
    assert len(generate(spec.replace(horizon=SECOND // 100), server=AssumedServer(0, 0))) > 1000


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize(
    "changes", [{"output_distribution": constant(4_000_000)}, {"prefix_group": "g", "prefix_length": 4_000_000}]
)
def test_ids_that_do_not_fit_are_an_error(changes: dict[str, object]) -> None:
    requests = generate(explicit(client(**changes), num_requests=1))
    with pytest.raises(MemoryError):
        next(iter(requests.token_blocks()))
