"""The dialog that makes stages which go from one rate to another in steps."""

from __future__ import annotations

from typing import Any

from blis_tui.numbers import duration
from blis_tui.spec.edits import Edit, Insert, SetValue
from blis_tui.spec.format.fields import INTEGER, NUMBER, Field
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog

MOST_STEPS = 50
RATE, DURATION = Stage.fields["rate"], Stage.fields["duration"]
STEPS = Field(INTEGER, "How many stages the ramp has.", minimum=2, maximum=MOST_STEPS, label="Steps", unit="stages")


def ramp(first: float, last: float, steps: int) -> list[float]:
    """Return evenly spaced rates, both ends included, rounded to what people would write."""
    return [float(f"{first + (last - first) * index / (steps - 1):.6g}") for index in range(steps)]


class RampDialog(NumbersDialog[tuple[Edit, ...]]):
    """Asks for both ends, the number of steps and the duration of each; gives the edits that write the stages."""

    HEADING = "Ramp"
    DO = "Add stages"
    CHECK = "Replace all present stages"

    def __init__(self, stages: tuple[Stage, ...], row: int) -> None:
        here = stages[row] if row < len(stages) else None
        start = here.rate if here is not None and here.rate > 0 else 1.0
        seconds = here.duration if here is not None and here.duration > 0 else 60
        super().__init__(
            {
                "from": (_rate("From"), start),
                "to": (_rate("To"), 2 * start),
                "steps": (STEPS, 5),
                "each": (_like(DURATION, "Duration of each"), seconds),
            }
        )
        self._stages = stages
        self._index = min(row + 1, len(stages))

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which stages there will be."""
        rates = ramp(values["from"], values["to"], values["steps"])
        shown = [f"{rate:g}" for rate in (rates if len(rates) <= 8 else [*rates[:4], *rates[-2:]])]
        if len(rates) > 8:
            shown.insert(4, "…")
        seconds = values["steps"] * values["each"]
        where = "in place of all stages" if self.checked else f"after stage {self._index}" if self._index else "as the first"
        arrivals = round(sum(rates) * values["each"])  # requests, or sessions of several
        return f"{', '.join(shown)} req/s\n{duration(seconds * 1_000_000)} in all, about {arrivals:,} arrivals, {where}"

    def result(self, values: dict[str, Any]) -> tuple[Edit, ...]:
        """Return the edits that write the stages."""
        rates = ramp(values["from"], values["to"], values["steps"])
        stages = [{"rate": rate, "duration": values["each"]} for rate in rates]
        if self.checked or not self._stages:
            return (SetValue(STAGES, stages),)
        return tuple(Insert((*STAGES, self._index + index), stage) for index, stage in enumerate(stages))


def _rate(label: str) -> Field:
    return _like(RATE, label)


def _like(field: Field, label: str) -> Field:
    """Return a field with another label and the same unit and range."""
    kind = NUMBER if field.kind == NUMBER else INTEGER
    return Field(
        kind, field.help, unit=field.unit, minimum=field.minimum, above=field.above, maximum=field.maximum, label=label
    )  # fmt: skip
