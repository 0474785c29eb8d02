"""How many requests are to be expected, and how far chance may take the number from that.

With ρ the rate of a client in requests per microsecond, and a span of L µs:

- Gaps are exponential but whole: ``max(1, ⌊g⌋)``. Their mean is m = 1 + e^(−2ρ) / (1 − e^(−ρ)), so that a Poisson stage
  has mean and variance L/m, which is ρL unless a client sends tens of thousands of requests a second.
- The requests of a one-stage compact spec of version 2 are dealt, n to a client, and the last stands at the end of the
  stage: the count is exact. A horizon h before that end leaves each client Binomial(n − 1, h/L) of them.
- A client's only session starts one gap into its stage and has n rounds D µs apart (think time and answer). Of these
  J = #{k < n: start + kD < L} are sent: P(J ≥ j) = q_j = 1 − e^(−ρ(L − (j−1)D)), so that
  E[J] = Σ q_j and E[J²] = Σ (2j − 1) q_j. Rounds beyond the window are lost, and so is a session that starts there.
- Where each arrival starts a session of n rounds (chat in version 1), rounds go on into later stages, and count where
  they are sent: mean Σ_k Λ(W − kD) and variance Σ_k Σ_l Λ((W − kD) ∩ (W − lD)) of a stage W, with Λ the expected number
  of sessions that start in a span (a compound Poisson count: Campbell's theorem). As Λ is even between the ends of the
  stages, the sums need no loop over the rounds.
- `num_requests` = K leaves min(Y, (K − X)⁺) of a stage with Y requests after X earlier ones, taken as normal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_CERTAIN = 40.0
"""A chance of e^-40 is none."""
_GROUPS = 1 << 16
"""At most so many groups of rounds are looked at, however many the rounds."""
_NODES = 201
_REACH = 8.0
"""How the normal distribution is integrated: so many points, so many standard deviations to each side."""


class Count(NamedTuple):
    """A number of requests, or of what they have: its mean and variance.

    The variance is 0 if the number is exact, ``None`` if it is not known.
    """

    mean: float
    variance: float | None

    @property
    def exact(self) -> bool:
        """Whether there is no chance in it."""
        return self.variance is not None and self.variance < 1e-9

    @property
    def is_poisson(self) -> bool:
        """Whether the variance is the mean, as of Poisson processes and of nothing else that is counted here."""
        return self.variance is not None and 0 < self.mean < math.inf and math.isclose(self.variance, self.mean, rel_tol=1e-9)

    @property
    def deviation(self) -> float | None:
        """The standard deviation."""
        return None if self.variance is None else math.sqrt(self.variance)

    def times(self, clients: int) -> Count:
        """Return the count of several such clients together."""
        if not clients:
            return NOTHING
        return Count(self.mean * clients, None if self.variance is None else self.variance * clients)

    def weighted(self, each: float) -> Count:
        """Return the count of something of which every request has so many."""
        return Count(self.mean * each, None if self.variance is None else self.variance * each * each)


NOTHING = Count(0.0, 0.0)


def add(counts: Sequence[Count]) -> Count:
    """Return the sum of independent counts."""
    variances = [count.variance for count in counts]
    known = [variance for variance in variances if variance is not None]
    return Count(math.fsum(count.mean for count in counts), math.fsum(known) if len(known) == len(variances) else None)


def poisson_gap_us(rate: float) -> float:
    """Return the mean of whole exponential gaps at a rate per microsecond."""
    return 1.0 + math.exp(-2.0 * rate) / -math.expm1(-rate)


def poisson(rate: float, span_us: float) -> Count:
    """Return the count of one client's Poisson arrivals, `rate` per microsecond, in a span of time."""
    mean = span_us / poisson_gap_us(rate)
    return Count(mean, mean if mean < math.inf else 0.0)


def dealt(requests: int, span_us: int, until_us: float) -> Count:
    """Return the count of a client that spreads exactly `requests` over a span, cut off at `until_us`."""
    if requests == 0 or until_us > span_us or (until_us == span_us and requests > 1):
        return Count(float(requests), 0.0)
    if until_us == span_us:  # a single request stands at the very end, or 1 µs before it: rounding decides
        return Count(0.0, None)
    share = until_us / span_us
    return Count((requests - 1) * share, (requests - 1) * share * (1.0 - share))


def session(rate: float, rounds: int, period_us: int, span_us: float) -> Count:
    """Return the count of the rounds that a client's only session sends before the end of its span."""
    if span_us <= 0:
        return NOTHING
    if span_us == math.inf:
        return Count(float(rounds), 0.0)
    sendable = min(rounds, math.ceil(span_us / period_us))
    sure = min(max(math.floor((span_us - _CERTAIN / rate) / period_us), 0), sendable)
    first, last = _groups(sendable - sure)
    number = sure + (first + last) / 2.0
    chance = -np.expm1(-rate * (span_us - number * float(period_us)))
    mean = float(((last - first + 1.0) * chance).sum())
    square = float((((last + 1.0) ** 2 - first**2) * chance).sum())
    return Count(sure + mean, max(square - mean * mean, 0.0))


def _groups(rounds: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and the last round of each group: each round alone, or as many together as keep the groups few.

    The chance of a round changes so little within a group that its middle can stand for all of it.
    """
    first = np.arange(0, rounds, max(1, -(-rounds // _GROUPS)), dtype=np.float64)
    return first, np.append(first[1:], rounds)[: len(first)] - 1.0


def sessions(
    ends_us: Sequence[int], rates: Sequence[float], rounds: int, period_us: int, until_us: float
) -> tuple[list[Count], Count]:
    """Return the counts of one client whose every arrival starts a session: per window, and in all.

    The windows lie back to back from 0 to `ends_us`; `rates` are their arrivals per microsecond. Rounds at `until_us`,
    or after the last window, are not sent.
    """
    edges = np.array([0.0, *(min(end, until_us) for end in ends_us)])
    gaps = np.array([poisson_gap_us(rate) for rate in rates])
    arrivals = np.cumsum([0.0, *(np.diff(edges) / gaps)])
    course = _Course(edges, arrivals, rounds, period_us)
    return [course.sent(start, end) for start, end in pairwise(edges.tolist())], course.sent(0.0, float(edges[-1]))


class _Course(NamedTuple):
    """How many sessions, of so many rounds each, are expected to have started by each of some times, and evenly between."""

    times_us: NDArray[np.float64]
    started: NDArray[np.float64]
    rounds: int
    period_us: int

    def sent(self, start_us: float, end_us: float) -> Count:
        """Return the count of the rounds that are sent in a span of time.

        A session sends both its rounds k and l ≥ k there if it starts from start − kD to end − lD, which takes
        l − k ≤ d = (end − start) / D. In the sum over all such pairs, those with k < l twice, end − lD therefore occurs
        1 + 2 min(l, d) times, and start − kD as often as that counted from the last round.
        """
        if start_us == end_us:
            return NOTHING
        last = self.rounds - 1
        apart = min(last, math.floor((end_us - start_us) / self.period_us))
        # starts too early for any round in the span are left out, as they would only add to the rounding
        too_early = np.interp(start_us - last * float(self.period_us), self.times_us, self.started)
        late = self._replace(started=self.started - too_early)
        mean = late._sum(end_us, 0, 0, 0) - late._sum(start_us, 0, 0, 0)
        variance = late._sum(end_us, 0, 1, apart) - late._sum(start_us, last, -1, apart)
        return Count(max(mean, 0.0), max(variance, 0.0))

    def _sum(self, before_us: float, origin: int, direction: int, most: int) -> float:
        """Add up, over the rounds k, the sessions started by before − kD, each 1 + 2 min(±(k − origin), most) times.

        Both are linear between few rounds, and the sum of n products of linear terms is known from the first and last.
        """
        passing = np.floor((before_us - self.times_us) / self.period_us) + 1.0
        edges = np.unique(np.clip([0, *passing.tolist(), origin + direction * most, self.rounds], 0, self.rounds))
        number = np.diff(edges)
        ends = np.array([edges[:-1], edges[1:] - 1.0])
        low, high = np.interp(before_us - ends * self.period_us, self.times_us, self.started)
        first, last = 1.0 + 2.0 * np.minimum(direction * (ends - origin), most)
        even = number * (low + high) / 2.0 * (first + last) / 2.0
        sloped = (high - low) * (last - first) * number * (number + 1.0) / (12.0 * np.maximum(number - 1.0, 1.0))
        return float((even + sloped).sum())


def capped(counts: Sequence[Count], most: int) -> list[Count]:
    """Return what a limit on the number of requests leaves of the counts of successive spans."""
    left: list[Count] = []
    before = NOTHING
    for count in counts:
        left.append(_cut(before, count, most))
        before = add((before, count))
    return left


def _cut(before: Count, own: Count, most: int) -> Count:
    """Return the count of a span of which only what `before` leaves of `most` is sent."""
    if before.mean == math.inf:
        return NOTHING
    if own.mean == math.inf and before.exact:
        return Count(max(most - before.mean, 0.0), 0.0)
    if before.variance is None or own.variance is None:
        return Count(min(own.mean, max(most - before.mean, 0.0)), None)
    spread = math.sqrt(before.variance)
    if most - before.mean - own.mean > _REACH * math.sqrt(before.variance + own.variance):
        return own
    if before.mean - most > _REACH * spread:
        return NOTHING
    points = np.linspace(-_REACH, _REACH, _NODES) if spread else np.zeros(1)
    weights = np.exp(-points * points / 2.0)
    weights /= weights.sum()
    room = np.maximum(most - before.mean - spread * points, 0.0)
    centre = min(own.mean, float(weights @ room))
    mean, square = weights @ np.array([_limited(own, each, centre) for each in room.tolist()])
    return Count(max(centre + float(mean), 0.0), max(float(square - mean * mean), 0.0))


def _limited(own: Count, room: float, centre: float) -> tuple[float, float]:
    """Return the first two moments of min(Y, room) − centre for a normal Y."""
    assert own.variance is not None
    spread, middle, limit = math.sqrt(own.variance), own.mean - centre, room - centre
    if not spread:
        least = min(middle, limit)
        return least, least * least
    z = (limit - middle) / spread
    below, above = 0.5 * math.erfc(-z / math.sqrt(2.0)), 0.5 * math.erfc(z / math.sqrt(2.0))
    density = spread * math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    mean = middle * below - density + limit * above
    square = (middle * middle + own.variance) * below - (middle + limit) * density + limit * limit * above
    return mean, square
