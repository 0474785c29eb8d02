"""How well a workload fits a trace: numbers of both side by side, and a verdict on each.

A count or a length is *good* if it differs by at most 5 % from the trace's and *fair* up to 15 %, plus what chance may do to as
many draws (three standard deviations); a distance of Kolmogorov and Smirnov up to 0.05 and 0.12, plus the critical value of 5 %;
a share of prefix tokens up to 2 and 6 points. All else is *poor*. The verdict on the whole is the worst on its rows that count.
"""

from __future__ import annotations

from typing import NamedTuple

GOOD, FAIR, POOR = "good", "fair", "poor"
VERDICTS = (GOOD, FAIR, POOR)
"""From the best to the worst."""

COUNT, RATE, TOKENS, SHARE, PLAIN = "count", "rate", "tokens", "share", "plain"
"""What kind of number is compared."""


class Row(NamedTuple):
    """One number of the trace and of the fit; `verdict` is empty where it only informs."""

    name: str
    kind: str
    trace: float
    fit: float
    verdict: str = ""


class Distance(NamedTuple):
    """How far a distribution of the fit is from the trace's, after Kolmogorov and Smirnov."""

    name: str
    value: float
    verdict: str


class Section(NamedTuple):
    """The comparison of all requests, or of a class."""

    name: str
    rows: tuple[Row, ...]
    distances: tuple[Distance, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict."""
        return worst([*(row.verdict for row in self.rows), *(each.verdict for each in self.distances)])


class StageRow(NamedTuple):
    """A stage, from `start_us` to `end_us`: the requests of both."""

    start_us: int
    end_us: int
    trace: int
    fit: int
    verdict: str

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_us - self.start_us) / 1e6


class FitReport(NamedTuple):
    """All requests, each class if there are several, and each stage."""

    total: Section
    classes: tuple[Section, ...]
    stages: tuple[StageRow, ...]

    @property
    def verdict(self) -> str:
        """The word for the whole: the worst of the total and of the stages."""
        return worst([self.total.verdict, *(stage.verdict for stage in self.stages)])


def worst(verdicts: list[str]) -> str:
    """Return the worst of some verdicts, of which empty ones do not count."""
    return max((each for each in verdicts if each), key=VERDICTS.index, default=GOOD)


def judged(off: float, chance: float, good: float, fair: float) -> str:
    """Return the verdict on what is off by so much, where chance alone may make so much of it."""
    return GOOD if off <= good + chance else FAIR if off <= fair + chance else POOR
