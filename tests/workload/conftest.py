"""What holds for all tests of workloads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blis_tui.workload import threads


@pytest.fixture(autouse=True, scope="session")
def made_ahead() -> Iterator[None]:
    """With more than one thread, token ids are made ahead however short a time they are used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "_WORTH_S", 0.0)
        yield
