"""The table of a comparison, in as many columns as there is room for."""

from __future__ import annotations

import pytest

from blis_tui.numbers import aligned, latency
from blis_tui.workload.measured.rows import HEADS, fitted

ROW = ("1", "8.00", "4,741", "4,800", "7.90", "212", "90.0 ms", "300 ms", "4.14 s", "13.8 s")


def heads(width: int | None) -> list[str]:
    columns, table = fitted([HEADS, ROW], width)
    assert [ROW[column] for column in columns] == list(table[1])
    assert width is None or max(map(len, aligned(table))) <= width or len(columns) == 4
    return list(table[0])


def test_what_there_is_no_room_for_is_left_out() -> None:
    times = ["TTFT p50", "p99", "E2E p50", "p99"]
    assert heads(None) == ["stage", "target/s", "planned", "sent", "achieved/s", "failed", *times]
    assert heads(80) == ["stage", "target/s", "planned", "sent", "achieved/s", *times]
    assert heads(76) == ["stage", "target", "planned", "sent", "achieved", *times]
    assert heads(70) == ["stage", "target", "planned", "sent", "achieved", "TTFT p50", "p99", "E2E p99"]
    assert heads(60) == ["stage", "target", "planned", "sent", "achieved", "TTFT p99", "E2E p99"]
    assert heads(50) == ["stage", "target", "sent", "achieved", "TTFT p99", "E2E p99"]
    assert heads(10) == ["stage", "target", "achieved", "E2E p99"]


def test_other_tables_lose_what_they_have() -> None:
    assert fitted([("SLO class", *HEADS[3:]), ("batch", *ROW[3:])], 60)[1][0] == (
        "SLO class", "sent", "achieved", "TTFT p50", "p99", "E2E p99",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0.0, "0.00 µs"), (850.4, "850 µs"), (999.4, "999 µs"), (999.6, "1.00 ms"), (18_234, "18.2 ms"), (182_345, "182 ms"),
        (999_600, "1.00 s"), (1_239_000, "1.24 s"), (9_996_000, "10.0 s"), (125_000_000, "125 s"), (3.6e9, "3,600 s"),
    ],
)  # fmt: skip
def test_how_long_an_answer_took_has_three_figures(us: float, text: str) -> None:
    assert latency(us) == text
