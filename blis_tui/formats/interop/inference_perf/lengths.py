"""Distributions of lengths: whether they are constants in truth, and which of BLIS's families draws the same."""

from __future__ import annotations

import math
from typing import NamedTuple

from blis_tui.formats.interop.values import Unreadable
from blis_tui.spec.format.model import Distribution


class Lengths(NamedTuple):
    """A distribution of inference-perf with all its defaults."""

    type: str = "normal"
    min: int = 10
    max: int = 1024
    mean: float = 512.0
    std_dev: float = 200.0
    variance: float | None = None
    skew: float = 0.0

    def checked(self) -> Lengths:
        """Return it with the deviation that counts, if the loader takes it and it can be drawn from. Raises `Unreadable`."""
        checked = self
        if self.variance is not None:
            if self.std_dev > 0:
                raise Unreadable("has a variance beside a std_dev (200 if none is given), which the loader refuses")
            if self.variance < 0:
                raise Unreadable("has a negative variance")
            checked = self._replace(std_dev=math.sqrt(self.variance))
        if self.min > self.max:
            raise Unreadable(f"has a min ({self.min:,}) above its max ({self.max:,})")
        if self.std_dev < 0:
            raise Unreadable("has a negative std_dev")
        if self.type == "lognormal" and self.mean <= 0:
            raise Unreadable("is lognormal, which needs a mean > 0")
        return checked

    @property
    def constant(self) -> int | None:
        """The one length that it draws; ``None`` if there are several."""
        if self.type == "fixed":
            return int(self.mean)
        if self.min == self.max:
            return self.min
        if self.type in ("normal", "skew_normal", "lognormal") and self.std_dev == 0:
            return self._within(self.mean)
        return None

    @property
    def middle(self) -> int:
        """Its mean before it is cut at min and max, moved between these if it is not."""
        mean = self.mean
        if self.type == "uniform":
            mean = (self.min + self.max) / 2
        elif self.type == "skew_normal":  # its `mean` is the place of the normal that is skewed, not what it comes to
            mean += self.std_dev * self.skew / math.sqrt(1.0 + self.skew**2) * math.sqrt(2.0 / math.pi)
        elif self.type == "poisson" and mean <= 0:
            mean = 1.0
        return self._within(mean)

    def _within(self, length: float) -> int:
        return round(min(max(length, self.min), self.max))

    @property
    def same(self) -> Distribution | None:
        """BLIS's distribution that draws the same lengths, but 1 for those below it; ``None`` if it has none."""
        if self.max < 1:  # no bound to BLIS
            return None
        if self.type == "normal":
            return Distribution(
                type="gaussian",
                params={"mean": self.mean, "std_dev": self.std_dev, "min": float(self.min), "max": float(self.max)},
            )
        if self.type == "lognormal":
            sigma2 = math.log(1.0 + (self.std_dev / self.mean) ** 2)
            mu = math.log(self.mean) - sigma2 / 2.0
            return Distribution(
                type="lognormal",
                params={"mu": mu, "sigma": math.sqrt(sigma2), "min": float(max(self.min, 0)), "max": float(self.max)},
            )
        return None

    def __str__(self) -> str:
        spread = "" if self.type in ("uniform", "poisson") else f", standard deviation {self.std_dev:g}"
        skew = f", skew {self.skew:g}" if self.type == "skew_normal" else ""
        mean = "" if self.type == "uniform" else f"mean {self.mean:g}{spread}{skew}, "
        return f"{self.type} ({mean}{self.min:,} to {self.max:,})"
