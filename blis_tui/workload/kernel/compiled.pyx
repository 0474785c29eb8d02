# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The kernel, compiled: random streams, and the loops over them. Its plain twin is `twin`; both have the same interface.

Everything here follows Go's `math/rand` (version 1) and BLIS draw by draw. `log`, `exp` and `pow` are the C library's; they differ
from Go's in the last bit for some arguments, which truncation to whole microseconds and tokens hides. Compiled without
fused multiply-adds, since these round differently.
"""

from libc.math cimport INFINITY, exp, fabs, isfinite, log, pow, sqrt, trunc
from libc.stdint cimport INT64_MAX, INT64_MIN, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

import numpy as np

from blis_tui.workload.kernel import records, seeding, ziggurat

include "random_stream.pxi"
include "samplers.pxi"
include "client_requests.pxi"
include "closed_loop.pxi"
include "token_ids.pxi"
