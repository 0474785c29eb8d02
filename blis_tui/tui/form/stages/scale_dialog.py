"""The dialog that scales the rates of all stages: by a factor, to a peak, or to a number of requests."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.widgets import Input

from blis_tui.spec.edits import Edit, SetValue
from blis_tui.spec.format.fields import NUMBER, Field
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog

FACTOR = Field(NUMBER, "What all rates are multiplied by.", above=0, label="Factor", unit="× each rate")
PEAK = Field(NUMBER, "The highest rate there is to be.", above=0, label="or to a peak of", unit="req/s")
TOTAL = Field(NUMBER, "The requests that all stages together are to aim at.", above=0, label="or to a total of", unit="requests")
MOST_SHOWN = 6


def scaled(rate: float, factor: float) -> float:
    """Return a rate times a factor, rounded to what people would write."""
    return float(f"{rate * factor:.7g}")


def scale(stages: tuple[Stage, ...], factor: float) -> tuple[Edit, ...]:
    """Return the edits that multiply the rates of all stages."""
    return tuple(
        SetValue((*STAGES, index, "rate"), scaled(stage.rate, factor)) for index, stage in enumerate(stages) if stage.rate > 0
    )


class ScaleDialog(NumbersDialog[float]):
    """Asks for the factor, or for what is to come of it: of three numbers the one that is typed decides the others."""

    HEADING = "Scale all stages"
    DO = "Scale"

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        peak = max(stage.rate for stage in stages)
        total = sum(max(stage.rate, 0.0) * max(stage.duration, 0) for stage in stages)
        self._ones = {"factor": 1.0, "peak": peak, "total": total}
        """Each number while nothing is scaled."""
        fields = {"factor": FACTOR, "peak": PEAK, "total": TOTAL}
        super().__init__({name: (field, self._ones[name]) for name, field in fields.items() if self._ones[name] > 0})
        self._stages = stages
        self._factor = 1.0

    @on(Input.Changed)
    def follow(self, event: Input.Changed) -> None:
        """Let the other numbers follow the one that is typed."""
        typed = event.input
        if not isinstance(typed, NumberInput) or not typed.has_focus or typed.number is None:
            return
        self._factor = typed.number / self._ones[str(typed.id).removeprefix("number-")]
        for name, one in self._ones.items():
            for other in self.query(f"#number-{name}").results(NumberInput):
                if other is not typed:
                    with other.prevent(Input.Changed):
                        other.value = f"{one * self._factor:.6g}"
        self.show_outcome()

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which rates there will be."""
        rates = [stage.rate for stage in self._stages]
        shown = [f"{rate:g} → {scaled(rate, self._factor):g}" for rate in rates[:MOST_SHOWN]]
        return ", ".join(shown) + (", …" if len(rates) > MOST_SHOWN else "") + " req/s"

    def result(self, values: dict[str, Any]) -> float:
        """Return the factor."""
        return self._factor
