"""The dialog that multiplies the rates of all stages."""

from __future__ import annotations

from typing import Any

from blis_tui.spec.edits import Edit, SetValue
from blis_tui.spec.format.fields import NUMBER, Field
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog

FACTOR = Field(NUMBER, "What all rates are multiplied by.", above=0, label="Factor", unit="× each rate")
MOST_SHOWN = 6


def scaled(rate: float, factor: float) -> float:
    """Return a rate times a factor, rounded to what people would write."""
    return float(f"{rate * factor:.12g}")


def scale(stages: tuple[Stage, ...], factor: float) -> tuple[Edit, ...]:
    """Return the edits that multiply the rates of all stages."""
    return tuple(
        SetValue((*STAGES, index, "rate"), scaled(stage.rate, factor)) for index, stage in enumerate(stages) if stage.rate > 0
    )


class ScaleDialog(NumbersDialog[float]):
    """Asks for the factor; gives it."""

    HEADING = "Scale all stages"
    DO = "Scale"

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        super().__init__({"factor": (FACTOR, 1.0)})
        self._stages = stages

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which rates there will be."""
        rates = [stage.rate for stage in self._stages]
        shown = [f"{rate:g} → {scaled(rate, values['factor']):g}" for rate in rates[:MOST_SHOWN]]
        return ", ".join(shown) + (", …" if len(rates) > MOST_SHOWN else "") + " req/s"

    def result(self, values: dict[str, Any]) -> float:
        """Return the factor."""
        return float(values["factor"])
