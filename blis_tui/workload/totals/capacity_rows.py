"""The numbers of a capacity as rows of texts, each with what it assumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from blis_tui.numbers import counted, rate, roughly
from blis_tui.workload.totals.capacity import Capacity, Level, StageCapacity

LENGTH_HEADS = ("mean", "p50", "p90", "p99", "max")
STAGE_HEADS = ("in flight", "peak", "input/s", "peak", "output/s", "peak", "variation")


class Row(NamedTuple):
    """A number: its name, its mean, its peak (empty where there is none), and what it assumes, at length and briefly."""

    name: str
    mean: str
    peak: str
    remark: str
    brief: str
    of_stage: Callable[[StageCapacity], tuple[str, str]] | None = None
    """The mean and the peak of a stage; ``None`` where stages have none of their own."""


def rows(found: Capacity, no_memory: str) -> list[Row]:
    """Return the numbers of a capacity; `no_memory` is said where the memory of a token is not known."""
    kv, held = found.server.kv_bytes, found.held_bytes
    memory = no_memory if held is None else f"{_gigabytes(held)} at {counted(kv, 'byte')} per token"
    mean, answer = f"means over {roughly(found.end_us)}", f"an answer takes {roughly(round(found.answer_us))} on average"
    itl = found.server.itl_us
    decode = "as generated: peak when most requests generate" if itl else "all tokens of an answer come at once (0 s per token)"
    arriving, arrive = "when requests arrive; peak in 1 s", "on arrival; peak in 1 s"
    return [
        Row(
            "requests in flight",
            rate(found.under_way.mean),
            f"{found.under_way.peak:,}",
            f"{mean}; {answer}",
            f"an answer takes {roughly(round(found.answer_us))}",
            lambda stage: (rate(stage.under_way.mean), f"{stage.under_way.peak:,}"),
        ),
        Row("input tokens/s", *_level(found.input_rate), arriving, arrive, lambda stage: _level(stage.input_rate)),
        Row("output tokens/s", *_level(found.output_rate), arriving, arrive, lambda stage: _level(stage.output_rate)),
        Row(
            "prefill tokens/s",
            rate(found.prefill_rate),
            "",
            "input not already in a perfect prefix cache",
            "not in a perfect prefix cache",
        ),
        Row("decode tokens/s", *_level(found.decode_rate), decode, "as generated" if itl else "all at once"),
        Row(
            "tokens held",
            "",
            f"{found.held_tokens:,}",
            f"prompts and output so far of requests in flight; {memory}",
            "KV memory per token not set" if held is None else _gigabytes(held),
        ),
        Row(
            "reusable input",
            f"{found.reusable_share:.1%}",
            "",
            f"of the input tokens, with a prefix cache that never evicts; shared prefixes alone {found.shared_share:.1%}",
            f"prefixes alone {found.shared_share:.1%}",
        ),
        Row(
            "gap variation",
            _variation(found.gap_variation),
            "",
            "coefficient of variation of the gaps between requests; 1 for Poisson",
            "1 for Poisson",
            lambda stage: (_variation(stage.gap_variation), ""),
        ),
    ]


def length_rows(found: Capacity) -> list[tuple[str, ...]]:
    """Return name, mean and quantiles of the lengths of requests."""
    kinds = (("input tokens per request", found.input_lengths), ("output tokens per request", found.output_lengths))
    return [
        (name, f"{each.mean:,.1f}", *(f"{value:,}" for value in (each.p50, each.p90, each.p99, each.most)))
        for name, each in kinds
    ]


def stage_row(stage: StageCapacity) -> tuple[str, ...]:
    """Return the numbers of a stage, below `STAGE_HEADS`."""
    return (
        rate(stage.under_way.mean),
        f"{stage.under_way.peak:,}",
        *_level(stage.input_rate),
        *_level(stage.output_rate),
        _variation(stage.gap_variation),
    )


def _variation(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _level(level: Level | None) -> tuple[str, str]:
    return ("", "") if level is None else (rate(level.mean), rate(level.peak))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.2f} GB" if size >= 10**7 else f"{size / 1e6:,.2f} MB"
