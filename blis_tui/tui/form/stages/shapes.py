"""Stages that make a shape: a ramp, a triangle, a spike; and values in steps for a sweep."""

from __future__ import annotations

from decimal import Decimal

PLACES = 0.01
"""What rates are rounded to unless another step is wanted: nobody writes a third decimal place."""


def rounded(rate: float, step: float = PLACES) -> float:
    """Return a rate as a multiple of a step; one that would be nothing then keeps three figures."""
    exact = Decimal(repr(step))
    return float(round(Decimal(repr(rate)) / exact) * exact) or float(f"{rate:.3g}")


def ramp(first: float, last: float, steps: int, step: float = PLACES) -> list[float]:
    """Return evenly spaced rates; both ends are as they are given, what is between them is rounded."""
    between = [rounded(first + (last - first) * index / (steps - 1), step) for index in range(1, steps - 1)]
    return [float(first), *between, float(last)]


def triangle(base: float, peak: float, steps: int, step: float = PLACES) -> list[float]:
    """Return rates that go up to a peak in so many steps, and down again."""
    up = ramp(base, peak, steps, step)
    return [*up, *up[-2::-1]]
