"""Checking files of 1 to 10,000 explicit clients: the time a client should not grow with their number."""

from __future__ import annotations

import statistics

from bench_edit import HEAD, block
from measuring import Row, in_turn, ratio

from blis_tui.spec.check import check

SIZES = (1, 10, 100, 1000, 10_000)
US = 1e6
YAML = "yaml.compose with libyaml"


def measure(runs: int) -> list[Row]:
    """Measure whole checks beside PyYAML's composing of the same text with libyaml."""
    import yaml

    rows = []
    for clients in SIZES:
        text = HEAD + "clients:\n" + "".join(map(block, range(clients)))
        assert check(text).ok
        cases = {
            YAML: lambda text=text: yaml.compose(text, Loader=yaml.CSafeLoader),  # type: ignore[misc]
            "check": lambda text=text: check(text),  # type: ignore[misc]
        }
        seconds = in_turn(cases, runs)
        took = statistics.median(seconds["check"])
        rows.append(
            Row(f"check, {clients:,} clients", took * US / clients, "µs/client", ratio(seconds["check"], seconds[YAML]), YAML)
        )
    return rows
