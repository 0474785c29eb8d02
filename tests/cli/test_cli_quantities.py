"""Numbers with units on the command line, and numbers as people read them."""

from __future__ import annotations

import math

import pytest

from blis_tui.cli.arguments.quantities import duration_us, size_bytes, whole_number
from blis_tui.cli.errors import UsageError
from blis_tui.numbers import counted, duration, rate, shortened, time_left


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("0", 0), ("1200000000", 1_200_000_000), ("7us", 7), ("7µs", 7), ("7μs", 7), ("15ms", 15_000), ("90s", 90_000_000),
        ("20m", 1_200_000_000), ("20min", 1_200_000_000), ("2h", 7_200_000_000), ("1.5h", 5_400_000_000), ("0.5s", 500_000),
        ("1e6", 1_000_000), ("1.5e-3s", 1500), ("2.e1ms", 20_000), (" 3 s ", 3_000_000), ("0.1h", 360_000_000),
        ("9223372036854775807", 2**63 - 1), ("0.000001s", 1),
    ],
)  # fmt: skip
def test_times_are_read_exactly(text: str, microseconds: int) -> None:
    assert duration_us(text) == microseconds


@pytest.mark.parametrize(
    "text",
    [
        "", "s", "-5", "-5s", "1.5", "1.5us", "0.0000001s", "5 days", "5S", "1e400h", "1h30m", "nan", "inf", "1_000", "٣s",
        "9223372036854775808", "9999999999h", "1e999", "1e9999999999", "1" * 50, ".5s", "5\ns\n", "1,5s",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--horizon needs"):
        duration_us(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("8000000", 8_000_000), ("20MB", 20_000_000), ("20m", 20_000_000), ("1.5kB", 1500), ("1g", 10**9), ("5b", 5)],
)
def test_sizes(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "1TB", "1.0001kb"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--max-size needs"):
        size_bytes(text)


@pytest.mark.parametrize("text", ["0", "-9223372036854775808", "9223372036854775807", "+7", "007"])
def test_seeds(text: str) -> None:
    assert whole_number("--seed", text) == int(text)


@pytest.mark.parametrize("text", ["", "x", "1.0", "9223372036854775808", "-9223372036854775809", "1" * 50, "١"])
def test_what_is_no_seed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--seed needs a whole number from -9,223,372,036,854,775,808 to 9,223"):
        whole_number("--seed", text)


def test_counts_are_not_negative() -> None:
    with pytest.raises(UsageError, match="--num-requests needs a whole number from 0 to 9,223,372,036,854,775,807, not '-1'"):
        whole_number("--num-requests", "-1", 0)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0 s"), (1, "1 µs"), (999, "999 µs"), (1500, "1.5 ms"), (12_500_000, "12.5 s"), (59_999_999, "59.999999 s"),
        (1_000_000, "1 s"), (60_000_000, "1 min"),
        (1_200_000_000, "20 min"), (90_000_000, "1 min 30 s"), (5_400_000_000, "1 h 30 min"), (3_600_000_001, "1 h 0.000001 s"),
        (3_661_500_000, "1 h 1 min 1.5 s"), (10**16, "115,740 days 17 h 46 min 40 s"),
    ],
)  # fmt: skip
def test_times_read_well(microseconds: int, text: str) -> None:
    assert duration(microseconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (0.00123, "0.0012"),
        (8, "8.00"),
        (123.45, "123.5"),
        (11075.4, "11,075"),
        (999_999_999_999_999, "999,999,999,999,999"),
        (1e15, "1.0e+15"),
        (1e300, "1.0e+300"),
        (math.inf, "inf"),
    ],
)
def test_rates_read_well(value: float, text: str) -> None:
    assert rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.5, "0.5"), (9_000, "9,000"), (10_000, "10k"), (12_345, "12.345k"), (2_500_000, "2.5M"), (10**9, "1G")],
)
def test_numbers_are_shortened_exactly(value: float, text: str) -> None:
    assert shortened(value) == text


def test_plurals_and_time_left() -> None:
    assert [counted(number, "file") for number in (0, 1, 2000)] == ["0 files", "1 file", "2,000 files"]
    assert [time_left(seconds) for seconds in (0.2, 59.4, 61, 3700)] == ["1 s", "59 s", "1 min 1 s", "1 h 2 min"]
