"""Numbers made larger and smaller by keys."""

from __future__ import annotations

import pytest

from blis_tui.spec.format.model import SharedPrefix, Stage, WorkloadSpec
from blis_tui.tui.document.increments import nudged

RATE, DURATION = Stage.fields["rate"], Stage.fields["duration"]
HORIZON, SEED, OUTPUT = WorkloadSpec.fields["horizon"], WorkloadSpec.fields["seed"], SharedPrefix.fields["output_len"]


@pytest.mark.parametrize(
    ("field", "text", "steps", "large", "wanted"),
    [
        (RATE, "8.0", 1, False, "8.5"),
        (RATE, "8.5", 1, False, "9.0"),
        (RATE, "8", 1, False, "8.5"),
        (RATE, "8.00", -1, True, "3.00"),
        (RATE, "0.2", -1, False, None),
        (RATE, "2", -1, True, "1"),
        (DURATION, "600", 1, True, "660"),
        (DURATION, "5", -1, True, "1"),
        (HORIZON, "60000000", 1, False, "61000000"),
        (HORIZON, "", 1, True, "60000000"),
        (HORIZON, "5", -1, False, "0"),
        (HORIZON, "0", -1, False, None),
        (SEED, "0", -1, False, "-1"),
        (SEED, "9223372036854775807", 1, False, None),
        (OUTPUT, "abc", 1, False, None),
        (OUTPUT, "1e999999999", 1, False, None),
        (OUTPUT, "nan", 1, False, None),
    ],
)  # fmt: skip
def test_a_number_goes_by_steps_within_its_range(field: object, text: str, steps: int, large: bool, wanted: str | None) -> None:
    assert nudged(field, text, steps, large) == wanted  # type: ignore[arg-type]
