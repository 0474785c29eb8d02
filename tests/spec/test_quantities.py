"""Numbers as people say them."""

from __future__ import annotations

import pytest

from blis_tui.spec.format.fields import INTEGER, NUMBER, TEXT, Field
from blis_tui.spec.format.model import SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.format.quantities import plain_number

HORIZON, RATE, DURATION = WorkloadSpec.fields["horizon"], Stage.fields["rate"], Stage.fields["duration"]
TOKENS = SharedPrefix.fields["question_len"]


@pytest.mark.parametrize(
    ("field", "text", "number"),
    [
        (HORIZON, "20 min", "1200000000"),
        (HORIZON, "1200s", "1200000000"),
        (HORIZON, "1 h 30 min", "5400000000"),
        (HORIZON, "1h30min", "5400000000"),
        (HORIZON, "1.5h", "5400000000"),
        (HORIZON, "250 ms", "250000"),
        (HORIZON, "0.5 µs", "0.5"),  # and the field says that it must be whole
        (HORIZON, "1,000,000", "1000000"),
        (DURATION, "20 min", "1200"),
        (DURATION, "90s", "90"),
        (DURATION, "1500 ms", "1.5"),
        (Field(NUMBER, "", unit="ms"), "0.2 s", "200"),
        (TOKENS, "1k", "1000"),
        (TOKENS, "1.5k", "1500"),
        (TOKENS, "2 M", "2000000"),
        (TOKENS, "1,000", "1000"),
        (TOKENS, "447 tokens", "447"),
        (TOKENS, "1 token", "1"),
        (TOKENS, "2k tokens", "2000"),
        (RATE, "8 req/s", "8"),
        (RATE, "600/min", "10"),
        (RATE, "1k rps", "1000"),
        (RATE, "90 rpm", "1.5"),
        (RATE, "36000 requests/h", "10"),
        (RATE, "1/min", "0.016666666667"),
        (WorkloadSpec.fields["seed"], "1k", "1000"),
    ],
)
def test_what_people_say_is_read_into_the_unit_of_the_field(field: Field, text: str, number: str) -> None:
    assert plain_number(field, text) == number


@pytest.mark.parametrize("field", [HORIZON, RATE, DURATION, TOKENS])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "4.5",
        "1e3",
        "-1",
        "1e",
        "0x1f",
        "1_000",
        "1,5",
        "1,00",
        "20 mi",
        "k",
        "min",
        "7 apples",
        "1 2",
        "~",
        ".",
        "9" * 60,
    ],
)
def test_other_texts_stay_as_they_are(field: Field, text: str) -> None:
    assert plain_number(field, text) is None


@pytest.mark.parametrize(("field", "text"), [(TOKENS, "20 min"), (HORIZON, "1k"), (RATE, "5 s"), (Field(TEXT, ""), "1k")])
def test_a_unit_of_something_else_is_not_read(field: Field, text: str) -> None:
    assert plain_number(field, text) is None


def test_every_declared_unit_can_be_written_behind_its_number() -> None:
    for name, field in (*WorkloadSpec.fields.items(), *Stage.fields.items(), *SharedPrefix.fields.items()):
        if field.unit and field.kind in (INTEGER, NUMBER):
            assert plain_number(field, f"5 {field.unit}") == "5", name
