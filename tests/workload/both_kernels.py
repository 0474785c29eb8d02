"""The kernels that are there, and how tests choose one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from blis_tui.workload import kernel
from blis_tui.workload.kernel import twin

KERNELS = ["compiled", "twin"] if kernel.COMPILED else ["twin"]


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let one of the kernels do the work."""
    with pytest.MonkeyPatch.context() as patch:
        if name == "twin":
            patch.setattr(kernel, "COMPILED", False)
            for part in twin.__all__:
                patch.setattr(kernel, part, getattr(twin, part))
        yield
