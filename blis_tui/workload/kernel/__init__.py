"""The kernel: Go's random streams, and the loops over a client's stream.

Written twice with the same interface and the same results: `compiled` (Cython), and `twin` in Python and NumPy, which takes its
place where it could not be compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

COMPILED = False
"""Whether the compiled kernel is at work."""
if TYPE_CHECKING:
    from blis_tui.workload.kernel.twin import ClosedLoop, RandomStream, Readers, Walk, first_requests
else:
    try:
        from blis_tui.workload.kernel.compiled import ClosedLoop, RandomStream, Readers, Walk, first_requests

        COMPILED = True
    except ImportError:
        from blis_tui.workload.kernel.twin import ClosedLoop, RandomStream, Readers, Walk, first_requests

__all__ = ["COMPILED", "ClosedLoop", "RandomStream", "Readers", "Walk", "first_requests"]
