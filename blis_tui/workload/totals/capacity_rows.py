"""The numbers of a capacity as rows of texts, each with what it assumes."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.numbers import rate, roughly
from blis_tui.workload.totals.capacity import Capacity, Level, StageCapacity

LENGTH_HEADS = ("mean", "p50", "p90", "p99", "max")
STAGE_HEADS = ("under way", "peak", "input/s", "peak", "output/s", "peak", "gaps' variation")


class Row(NamedTuple):
    """A number: its name, its mean, its peak (empty where there is none), and what it assumes."""

    name: str
    mean: str
    peak: str
    remark: str


def rows(found: Capacity, no_memory: str) -> list[Row]:
    """Return the numbers of a capacity; `no_memory` is said where the memory of a token is not known."""
    kv, held = found.server.kv_bytes, found.held_bytes
    memory = no_memory if held is None else f"{_gigabytes(held)} at {kv:,} bytes a token"
    mean = f"means over {roughly(found.end_us)}; an answer takes {roughly(round(found.answer_us))} on average"
    itl = found.server.itl_us
    decode = "as generated: peak when most requests generate" if itl else "all tokens of an answer come at once (0 s a token)"
    return [
        Row("requests under way", rate(found.under_way.mean), f"{found.under_way.peak:,}", mean),
        _level("input tokens/s", found.input_rate, "when requests arrive; peak in 1 s"),
        _level("output tokens/s", found.output_rate, "when requests arrive; peak in 1 s"),
        Row("prefill tokens/s", rate(found.prefill_rate), "", "input that such a prefix cache does not hold yet"),
        _level("decode tokens/s", found.decode_rate, decode),
        Row("tokens held", "", f"{found.held_tokens:,}", f"prompts and output so far of requests under way; {memory}"),
        Row(
            "reusable input",
            f"{found.reusable_share:.1%}",
            "",
            f"of the input tokens, if a prefix cache forgets nothing; shared prefixes alone {found.shared_share:.1%}",
        ),
        Row(
            "gaps' variation",
            variation(found.gap_variation),
            "",
            "coefficient of variation of the gaps between requests; 1 for Poisson",
        ),
    ]


def length_rows(found: Capacity) -> list[tuple[str, ...]]:
    """Return name, mean and quantiles of the lengths of requests."""
    kinds = (("input tokens of a request", found.input_lengths), ("output tokens of a request", found.output_lengths))
    return [
        (name, f"{each.mean:,.1f}", *(f"{value:,}" for value in (each.p50, each.p90, each.p99, each.most)))
        for name, each in kinds
    ]


def stage_row(stage: StageCapacity) -> tuple[str, ...]:
    """Return the numbers of a stage, below `STAGE_HEADS`."""
    return (
        rate(stage.under_way.mean),
        f"{stage.under_way.peak:,}",
        *(rate(value) for level in (stage.input_rate, stage.output_rate) for value in level),
        variation(stage.gap_variation),
    )


def variation(value: float | None) -> str:
    """Write a coefficient of variation."""
    return "-" if value is None else f"{value:.2f}"


def _level(name: str, level: Level | None, remark: str) -> Row:
    return Row(name, "", "", remark) if level is None else Row(name, rate(level.mean), rate(level.peak), remark)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.2f} GB" if size >= 10**7 else f"{size / 1e6:,.2f} MB"
