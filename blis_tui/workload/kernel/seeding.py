"""The random source of Go's `math/rand`: an additive lagged Fibonacci generator, seeded by a Lehmer generator.

The source is ``x[n] = x[n-607] + x[n-273] (mod 2^64)``. In Go's state array, ``x[n]`` stands at index
``(333 - n) mod 607``; here states are kept in the order of n, so that pieces of the sequence are plain slices.
Sources: D. P. Mitchell and J. A. Reeds (the generator); D. H. Lehmer, with the multiplier 48271 of S. K. Park,
K. W. Miller and P. K. Stockmeyer (the seeding).
"""

from __future__ import annotations

from collections import deque
from functools import cache

import numpy as np
from numpy.typing import NDArray

LENGTH = 607
TAP = 273
_MERSENNE = 2**31 - 1
_MULTIPLIER = 48271
_ZERO_SEED = 89482311
_DISCARDED = 20
_COOKING_STEPS = 7_800_000_000_000
_GO_INDEX = (333 - np.arange(LENGTH)) % LENGTH
"""Where Go keeps x[0], x[1], … x[606] of a fresh state."""

State = NDArray[np.uint64]


@cache
def powers() -> NDArray[np.uint64]:
    """Return the powers of the multiplier that give the three values after each state word, shape (3, 607)."""
    result = np.empty(LENGTH * 3, np.uint64)
    value = pow(_MULTIPLIER, _DISCARDED, _MERSENNE)
    for index in range(LENGTH * 3):
        value = value * _MULTIPLIER % _MERSENNE
        result[index] = value
    return np.ascontiguousarray(result.reshape(LENGTH, 3)[_GO_INDEX].T)


def _lehmer(start: np.uint64, factors: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Multiply the start of a Lehmer generator by powers of the multiplier, modulo 2^31 - 1."""
    values = start * factors
    for _ in range(2):  # two folds reduce modulo 2^31 - 1
        upper = values >> np.uint64(31)
        values &= np.uint64(_MERSENNE)
        values += upper
    return values


def _multiply(left: State, right: State) -> State:
    """Multiply two polynomials modulo x^607 - x^334 - 1, with coefficients modulo 2^64."""
    product = np.convolve(left, right)
    for top in range(2 * LENGTH - 1, LENGTH, -TAP):  # highest first: a folded term may land above 606 again
        low = max(LENGTH, top - TAP)
        high_part = product[low:top].copy()
        product[low - LENGTH : top - LENGTH] += high_part
        product[low - TAP : top - TAP] += high_part
    return product[:LENGTH]


def jump(state: State, steps: int) -> State:
    """Return the state `steps` draws later, in about log2(steps) polynomial products."""
    power = np.zeros(LENGTH, np.uint64)
    power[0] = 1
    for bit in bin(steps)[2:]:
        power = _multiply(power, power)
        if bit == "1":
            power = _multiply(power, _X)
    window = np.empty(LENGTH + 3 * TAP, np.uint64)
    window[:LENGTH] = state
    extend(window)
    return np.correlate(window[: 2 * LENGTH - 1], power)


_X = np.zeros(LENGTH, np.uint64)
_X[1] = 1


@cache
def cooked() -> State:
    """Return the words Go mixes into every seed: the generator's own state after 7.8e12 steps from seed 1."""
    first, second, third = powers()
    start = (first << np.uint64(20)) ^ (second << np.uint64(10)) ^ third
    words = np.empty(LENGTH, np.uint64)
    words[(333 - (_COOKING_STEPS + np.arange(LENGTH))) % LENGTH] = jump(start, _COOKING_STEPS)
    return words[_GO_INDEX]


def seed_state(seed: int) -> State:
    """Return the state of ``rand.NewSource(seed)``, shape (607,)."""
    reduced = int(np.fmod(np.int64(seed), np.int64(_MERSENNE)))  # truncated, as in Go
    start = np.uint64(reduced + _MERSENNE if reduced < 0 else reduced or _ZERO_SEED)
    first, second, third = _lehmer(start, powers())
    state: State = (first << np.uint64(40)) ^ (second << np.uint64(20)) ^ third ^ cooked()
    return state


def extend(values: State) -> None:
    """Fill what is after the first 607 values of an array, a multiple of 273 values, 273 at a time."""
    older, newer, sums = (part.reshape(-1, TAP) for part in (values[:-LENGTH], values[LENGTH - TAP : -TAP], values[LENGTH:]))
    deque(map(np.add, older, newer, sums), maxlen=0)
