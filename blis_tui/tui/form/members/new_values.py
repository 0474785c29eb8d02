"""What is written where something new is added in the form: ordinary values, which are right at once."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.model import Diurnal, Drain, Lifecycle, Multimodal, MultiTurn, Network, Reasoning, Spike, WorkloadSpec

_MINUTE_US = 60_000_000


def _constant(value: int) -> dict[str, Any]:
    return {"type": "constant", "params": {"value": value}}


_ASKS: dict[str, Any] = {
    "arrival": {"process": "poisson"},
    "input_distribution": _constant(256),
    "output_distribution": _constant(128),
}
NEW_CLIENT: dict[str, Any] = {"id": "", "rate_fraction": 1.0, **_ASKS}
"""What a client begins as."""
NEW_COHORT: dict[str, Any] = {"id": "", "population": 10, **_ASKS, "rate_fraction": 1.0}
"""What a cohort begins as."""


def free_name(name: str, taken: Container[str], first: int = 2) -> str:
    """Return a name like another one that is not taken yet, with a number after it: ``chat-2`` after ``chat``."""
    base, _, end = name.rpartition("-")
    stem = base if base and end.isdecimal() else name
    number = first
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def beginning(part: type[Record], spec: WorkloadSpec) -> dict[str, Any]:
    """Return what a part of a client or cohort begins as."""
    end = spec.horizon if spec.horizon > 0 else 10 * _MINUTE_US
    beginnings: dict[type[Record], dict[str, Any]] = {
        Network: {"rtt_ms": 50.0},
        Lifecycle: {"windows": [{"start_us": 0, "end_us": end}]},
        Multimodal: {
            "text_distribution": _constant(256),
            "image_distribution": _constant(1000),
            "image_count_distribution": _constant(1),
        },
        Reasoning: {"reason_ratio_distribution": _constant(30)},
        MultiTurn: {"max_rounds": 4, "think_time_us": 3_000_000, "context_growth": "accumulate"},
        Diurnal: {"peak_hour": 12, "peak_to_trough_ratio": 3.0},
        Spike: {"start_time_us": end // 4, "duration_us": end // 4},
        Drain: {"start_time_us": end // 2, "ramp_duration_us": end // 2},
    }
    return beginnings[part]
