"""What the tests of the workload share: both kernels, the compiled one and its plain twin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from both_kernels import KERNELS, using


@pytest.fixture(params=KERNELS)
def each_kernel(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test with each of the kernels that are there."""
    with using(request.param):
        yield request.param
