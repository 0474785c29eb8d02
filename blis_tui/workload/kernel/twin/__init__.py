"""The kernel in Python and NumPy: as plain, slower, the same results. It is used where the compiled one is not there."""

from __future__ import annotations

from blis_tui.workload.kernel.twin.client_requests import Walk
from blis_tui.workload.kernel.twin.closed_loop import ClosedLoop, first_requests
from blis_tui.workload.kernel.twin.samplers import RandomStream
from blis_tui.workload.kernel.twin.token_ids import Readers

__all__ = ["ClosedLoop", "RandomStream", "Readers", "Walk", "first_requests"]
