"""Go's math/rand, version 1, one draw at a time."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from functools import cache

LENGTH, TAP = 607, 273
M31 = 2**31 - 1
M64 = 2**64 - 1
SLOT = 18  # bytes for one coefficient of a product: 64 + 64 + 10 bits


def lehmer_array(seed: int, shifts: tuple[int, int]) -> list[int]:
    """Fill Go's array from the Lehmer stream of a seed."""
    x = seed
    for _ in range(20):
        x = 48271 * x % M31
    array = []
    for _ in range(LENGTH):
        a = 48271 * x % M31
        b = 48271 * a % M31
        x = 48271 * b % M31
        array.append(((a << shifts[0]) ^ (b << shifts[1]) ^ x) & M64)
    return array


def in_order(array: Sequence[int]) -> list[int]:
    """Turn Go's array into the sequence x[0], x[1], …; it is its own inverse."""
    return [array[(333 - n) % LENGTH] for n in range(LENGTH)]


def multiply(left: list[int], right: list[int]) -> list[int]:
    """Multiply polynomials modulo x^607 = x^334 + 1, as two very large numbers."""

    def pack(coefficients: list[int]) -> int:
        return int.from_bytes(b"".join(c.to_bytes(SLOT, "little") for c in coefficients), "little")

    product = (pack(left) * pack(right)).to_bytes(2 * LENGTH * SLOT, "little")
    c = [int.from_bytes(product[i : i + SLOT], "little") & M64 for i in range(0, len(product), SLOT)]
    for k in range(2 * LENGTH - 1, LENGTH - 1, -1):
        c[k - 607] = (c[k - 607] + c[k]) & M64
        c[k - 273] = (c[k - 273] + c[k]) & M64
    return c[:LENGTH]


@cache
def cooked() -> list[int]:
    """Find the generator's array after 7.8e12 steps from a start of its own."""
    steps = 7_800_000_000_000
    x = [0, 1] + [0] * (LENGTH - 2)
    power = [1] + [0] * (LENGTH - 1)
    for bit in bin(steps)[2:]:
        power = multiply(power, power)
        if bit == "1":
            power = multiply(power, x)
    values = in_order(lehmer_array(1, (20, 10)))
    while len(values) < 2 * LENGTH:
        values.append((values[-607] + values[-273]) & M64)
    array = [0] * LENGTH
    for j in range(LENGTH):
        array[(333 - (steps + j)) % LENGTH] = sum(p * v for p, v in zip(power, values[j:], strict=False)) & M64
    return array


def f32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


def log(value: float) -> float:
    return math.log(value) if value else -math.inf


def tables(n: int, r: float, v: float, m: float, f, inverse) -> tuple[list[int], list[float], list[float]]:  # type: ignore[no-untyped-def]
    """Build the tables k, w and f of the ziggurat method."""
    k, w, y = [0] * n, [0.0] * n, [0.0] * n
    q = v / f(r)
    k[0], w[0], y[0] = int(r / q * m), f32(q / m), 1.0
    w[n - 1], y[n - 1] = f32(r / m), f32(f(r))
    x = r
    for i in range(n - 2, 0, -1):
        below = inverse(v / x + f(x))
        k[i + 1] = int(below / x * m)
        x = below
        w[i], y[i] = f32(x / m), f32(f(x))
    return k, w, y


RE, RN = 7.69711747013104972, 3.442619855899
KE, WE, FE = tables(256, RE, 3.949659822581572e-3, 2.0**32, lambda x: math.exp(-x), lambda y: -math.log(y))
KN, WN, FN = tables(
    128, RN, 9.91256303526217e-3, 2.0**31, lambda x: math.exp(-0.5 * x * x), lambda y: math.sqrt(-2.0 * math.log(y))
)


class Rand:
    """`taken` counts the values of the source that were used up."""

    def __init__(self, seed: int = 0, start: Sequence[int] | None = None) -> None:
        if start is None:
            array = lehmer_array(seed % M31 or 89482311, (40, 20))
            start = in_order([a ^ c for a, c in zip(array, cooked(), strict=True)])
        self.values = list(start)
        self.taken = 0

    def uint64(self) -> int:
        self.values.append((self.values[-607] + self.values[-273]) & M64)
        self.taken += 1
        if len(self.values) > 100_000:
            self.values = self.values[-607:]
        return self.values[-1]

    def int63(self) -> int:
        return self.uint64() & (2**63 - 1)

    def intn(self, n: int) -> int:
        top = M31 - 2**31 % n
        value = self.int63() >> 32
        while value > top:
            value = self.int63() >> 32
        return value % n

    def tokens(self, count: int) -> list[int]:
        return [self.intn(128000) for _ in range(count)]

    def float64(self) -> float:
        while True:
            value = float(self.int63()) / 2.0**63
            if value != 1.0:
                return value

    def exp(self) -> float:
        while True:
            j = self.int63() >> 31
            i = j & 0xFF
            x = float(j) * WE[i]
            if j < KE[i]:
                return x
            if i == 0:
                return RE - log(self.float64())
            if f32(FE[i] + f32(f32(self.float64()) * f32(FE[i - 1] - FE[i]))) < f32(math.exp(-x)):
                return x

    def norm(self) -> float:
        while True:
            j = self.int63() >> 31
            j = j - 2**32 if j >= 2**31 else j
            i = j & 0x7F
            x = float(j) * WN[i]
            if abs(j) < KN[i]:
                return x
            if i == 0:
                while True:
                    x = -log(self.float64()) * (1.0 / RN)
                    y = -log(self.float64())
                    if y + y >= x * x:
                        return RN + x if j > 0 else -RN - x
            if f32(FN[i] + f32(f32(self.float64()) * f32(FN[i - 1] - FN[i]))) < f32(math.exp(-0.5 * x * x)):
                return x
