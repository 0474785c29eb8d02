"""How many tokens a block has, for formats that tell by blocks what requests share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

USUAL, SMALLEST = 512, 16
"""The size that tools take unless told otherwise, and the smallest that is chosen unless it is asked for."""


def block_size(requests: Requests) -> int:
    """Choose a size: the largest at most `USUAL` that all prefixes in use are made of, or the smallest where there is none."""
    import numpy as np

    group = requests.prefix_group
    lengths = [int(requests.groups.lengths[each]) for each in np.unique(group[group >= 0])] if len(requests.groups) else []
    if not lengths:
        return USUAL
    common = math.gcd(*lengths)
    fitting = [size for size in range(SMALLEST, USUAL + 1) if common % size == 0]
    return max(fitting, default=SMALLEST)
