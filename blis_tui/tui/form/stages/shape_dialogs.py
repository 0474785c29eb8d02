"""The dialogs that make stages of a shape: a ramp, a triangle, a spike."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from blis_tui.numbers import duration
from blis_tui.spec.edits import Edit, Insert, SetValue
from blis_tui.spec.format.fields import INTEGER, NUMBER, Field
from blis_tui.spec.format.model import Stage
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog
from blis_tui.tui.form.stages.shapes import PLACES, ramp, triangle

MOST_STEPS = 50
MOST_SHOWN = 8
RATE, DURATION = Stage.fields["rate"], Stage.fields["duration"]
STEPS = Field(INTEGER, "How many stages the ramp has.", minimum=2, maximum=MOST_STEPS, label="Steps", unit="stages")
ROUND = Field(NUMBER, "What the rates in between are rounded to.", above=0, label="Round to", unit="req/s")


class ShapeDialog(NumbersDialog[tuple[Edit, ...]]):
    """Asks for the numbers of a shape; gives the edits that write its stages."""

    DO = "Add stages"
    CHECK = "Replace all existing stages"

    def __init__(self, stages: tuple[Stage, ...], row: int) -> None:
        here = stages[row] if row < len(stages) else None
        rate = here.rate if here is not None and here.rate > 0 else 1.0
        super().__init__(self.numbers(rate, here.duration if here is not None and here.duration > 0 else 60))
        self._stages = stages
        self._index = min(row + 1, len(stages))

    @abstractmethod
    def numbers(self, rate: float, seconds: int) -> dict[str, tuple[Field, Any]]:
        """Return the numbers to ask for; they begin at the stage with the cursor."""

    @abstractmethod
    def shape(self, values: dict[str, Any]) -> list[tuple[float, int]]:
        """Return rate and duration of each stage."""

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which stages there will be."""
        stages = self.shape(values)
        shown = [f"{rate:g}" for rate, _ in (stages if len(stages) <= MOST_SHOWN else [*stages[:4], *stages[-2:]])]
        if len(stages) > MOST_SHOWN:
            shown.insert(4, "…")
        time = duration(sum(seconds for _, seconds in stages) * 1_000_000)
        where = "in place of all stages" if self.checked else f"after stage {self._index}" if self._index else "as the first"
        arrivals = round(sum(rate * seconds for rate, seconds in stages))  # requests, or sessions of several
        return f"{', '.join(shown)} req/s\n{time} in all, about {arrivals:,} arrivals, {where}"

    def result(self, values: dict[str, Any]) -> tuple[Edit, ...]:
        """Return the edits that write the stages."""
        stages = [{"rate": rate, "duration": seconds} for rate, seconds in self.shape(values)]
        if self.checked or not self._stages:
            return (SetValue(STAGES, stages),)
        return tuple(Insert((*STAGES, self._index + index), stage) for index, stage in enumerate(stages))


class RampDialog(ShapeDialog):
    """Stages that go from one rate to another in steps."""

    HEADING = "Ramp"

    def numbers(self, rate: float, seconds: int) -> dict[str, tuple[Field, Any]]:
        """Ask for both ends."""
        return {
            "from": (like(RATE, "From"), rate),
            "to": (like(RATE, "To"), 2 * rate),
            "steps": (STEPS, 5),
            "each": (like(DURATION, "Duration of each"), seconds),
            "round": (ROUND, PLACES),
        }

    def shape(self, values: dict[str, Any]) -> list[tuple[float, int]]:
        """Go up or down evenly."""
        return [(rate, values["each"]) for rate in ramp(values["from"], values["to"], values["steps"], values["round"])]


class TriangleDialog(ShapeDialog):
    """Stages that go up to a peak in steps, and down again."""

    HEADING = "Triangle"

    def numbers(self, rate: float, seconds: int) -> dict[str, tuple[Field, Any]]:
        """Ask for the base and the peak."""
        return {
            "base": (like(RATE, "Base"), rate),
            "peak": (like(RATE, "Peak"), 2 * rate),
            "steps": (STEPS, 5),
            "each": (like(DURATION, "Duration of each"), seconds),
            "round": (ROUND, PLACES),
        }

    def shape(self, values: dict[str, Any]) -> list[tuple[float, int]]:
        """Go up and down evenly."""
        return [(rate, values["each"]) for rate in triangle(values["base"], values["peak"], values["steps"], values["round"])]


class SpikeDialog(ShapeDialog):
    """Three stages: a base, a short peak, the base again."""

    HEADING = "Spike"

    def numbers(self, rate: float, seconds: int) -> dict[str, tuple[Field, Any]]:
        """Ask for the base and the peak, and how long they are."""
        return {
            "base": (like(RATE, "Base"), rate),
            "peak": (like(RATE, "Peak"), 5 * rate),
            "before": (like(DURATION, "Base before"), seconds),
            "for": (like(DURATION, "Peak for"), max(seconds // 10, 1)),
            "after": (like(DURATION, "Base after"), seconds),
        }

    def shape(self, values: dict[str, Any]) -> list[tuple[float, int]]:
        """Go up at once, and down again."""
        base, peak = values["base"], values["peak"]
        return [(base, values["before"]), (peak, values["for"]), (base, values["after"])]


def like(field: Field, label: str) -> Field:
    """Return a field with another label and the same unit and range."""
    kind = NUMBER if field.kind == NUMBER else INTEGER
    return Field(
        kind, field.help, unit=field.unit, minimum=field.minimum, above=field.above, maximum=field.maximum, label=label
    )  # fmt: skip
