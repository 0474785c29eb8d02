"""Numbers of the JSON summary, and what a run achieved."""

from __future__ import annotations

import math
from typing import Any

from blis_tui.workload.measured.comparison import Comparison, Row
from blis_tui.workload.measured.run import Measured
from blis_tui.workload.measured.spread import Spread


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Round to some decimal places; what is smaller than 1 keeps as many significant digits."""
    if value is None or not 0 < abs(value) < 1:
        return None if value is None else round(value, digits)
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def comparison_values(found: Comparison) -> dict[str, Any]:
    """Return what a run achieved of a file."""
    run = found.run
    return {
        "tool": run.tool,
        "paths": list(run.paths),
        "simulated": run.simulated,
        "rate_counts": run.counts,
        "stages": [{"stage": number, **_row(row)} for number, row in enumerate(found.stages, 1)],
        "others": [{"run_stage": row.measured and row.measured.number, **_row(row)} for row in found.others],
        "total": _row(found.whole),
        "classes": [{"slo_class": each.name, **_measured(each)} for each in run.classes],
        "findings": list(found.findings),
        "remarks": list(found.remarks),
    }


def _row(row: Row) -> dict[str, Any]:
    aim = row.aim
    return {
        "target_rate": None if aim is None else rounded(aim.target, 6),
        "planned": None if aim is None else aim.planned,
        **_measured(row.measured or Measured()),
        "missed": rounded(row.missed),
    }


def _measured(found: Measured) -> dict[str, Any]:
    return {
        "requests": found.requests,
        "failures": found.failures,
        "achieved_rate": rounded(found.rate, 6),
        "ttft_us": _spread(found.ttft),
        "itl_us": _spread(found.itl),
        "e2e_us": _spread(found.e2e),
    }


def _spread(found: Spread) -> dict[str, float | None]:
    return {
        "mean": rounded(found.mean),
        "standard_deviation": rounded(found.deviation),
        "p50": rounded(found.p50),
        "p90": rounded(found.p90),
        "p99": rounded(found.p99),
    }
