"""What the kernel is told of a workload, and what it gives back: flat arrays, the same for the compiled loops and the plain ones.

A `Program` describes the clients of one block: how they arrive (its legs, one after the other on the client's stream), what
each arrival holds, and when the client is active. Programs name their legs, and these their samplers, by number.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

VOCABULARY = 128_000
"""Token ids are drawn from 0 to this, exclusive (BLIS's `MaxTokenID`)."""
NO_SAMPLER = -1
"""The number of a sampler that is not there."""

# families of samplers
FIXED, GAUSSIAN, EXPONENTIAL, LOGNORMAL, PARETO_LOGNORMAL, EMPIRICAL, POISSON, GAMMA, WEIBULL = range(9)
# kinds of legs
ARRIVALS, SESSION, SPREAD, STRETCHED = range(4)
# what an arrival is
TEXT, MEDIA, CHAT = range(3)
# how a call of the kernel ends
DONE, FULL, STOPPED, TOO_LONG, PAST_TIME = range(5)


class Sampler(NamedTuple):
    """How a whole number is drawn: a length, a count, a percentage, or a gap in µs."""

    family: int
    a: float = 0.0
    """Mean, mu, the inverse of alpha, rate or shape."""
    b: float = 0.0
    """Standard deviation, sigma, xm or scale."""
    c: float = 0.0
    """mu of the lognormal part of a mixture."""
    d: float = 0.0
    """sigma of the lognormal part."""
    e: float = 0.0
    """The probability of the Pareto part."""
    low: int = 0
    """The value, the least value, or where the bins of an empirical distribution begin."""
    high: int = 0
    """The largest value, or where the bins end."""


class Leg(NamedTuple):
    """A stretch of a client's stream.

    `ARRIVALS`: gap by gap from `start`; `SESSION`: one session, a gap after `start`; `SPREAD`: `gaps` gaps (for the first
    members of a block one more) from a stream of their own, scaled to fill `span`; `STRETCHED`: `gaps` gaps drawn before
    anything else and scaled to fill `span`. `gap`, `input` and `output` are numbers of samplers; the rest is in µs.
    """

    kind: int
    gap: int
    input: int
    output: int
    start: int
    end: int
    """From here on nothing arrives."""
    until: int
    """From here on no round of a session arrives."""
    gaps: int = 0
    span: int = 0


class Program(NamedTuple):
    """How the clients of a block arrive and what they send; `percent` and `media` are numbers of samplers."""

    first_leg: int
    legs: int
    first_span: int
    """When the client is active: ascending, disjoint spans; none mean always."""
    spans: int
    most: int
    """The most requests, or rounds."""
    content: int
    media: tuple[int, ...]
    """Of the number and of the tokens of the pieces of text, images, audio and video."""
    rounds: int
    percent: int
    think_time_us: int
    grows: bool
    """Whether a round repeats the rounds before it."""
    single_session: bool
    """Whether a leg has one session at most."""
    spare: int
    """Values of the stream that are drawn before all else, and not used."""
    extra: int
    """So many members of the block have one request, or round, more."""
    input: int
    """Of what is sent when an answer is there; with `output` a number of a sampler."""
    output: int
    timeout_us: int
    """How long an answer to that may take; 0 for ever."""


_TYPES: dict[Any, tuple[Any, ...]] = {int: (np.int64,), bool: (np.int64,), float: (np.float64,), tuple[int, ...]: (np.int64, 8)}


def _structure(record: Any) -> np.dtype[np.void]:
    """Return a record as the compiled kernel has it: whole numbers of 64 bits, and doubles."""
    return np.dtype([(name, *_TYPES[kind]) for name, kind in get_type_hints(record).items()], align=True)


SAMPLER, LEG, PROGRAM = _structure(Sampler), _structure(Leg), _structure(Program)
SPAN = np.dtype([("start", np.int64), ("end", np.int64)], align=True)


class Programs(NamedTuple):
    """All programs of a workload, one for each block of clients, and what they refer to."""

    programs: NDArray[np.void]
    legs: NDArray[np.void]
    spans: NDArray[np.void]
    samplers: NDArray[np.void]
    values: NDArray[np.int64]
    """The bins of empirical distributions, end to end."""
    shares: NDArray[np.float64]
    """The part of all draws that are in a bin or in one before it, shape (bins)."""
    starts: NDArray[np.int64]
    """The number of the first client of each program, and at the end the number of clients."""
    seeded: NDArray[np.bool_]
    """Whether each client of a program takes a seed from the root stream."""


class Sheet:
    """Rows of requests, filled from the top by the kernel; a client's stand in the order of its stream.

    `arrival`: µs; `place`: where in the client's stream the token ids begin, or those of the session where rounds repeat
    the ones before; `fresh`: input tokens drawn for this request; `output`: output tokens; `client`: its number.
    Of conversations: `session`, BLIS's number of it, -1 for single requests; `round`; `context`, tokens of earlier
    rounds repeated in the input; `percent`, the reasoning share of the output; `leg`, in which the session began.
    `media`: text, image, audio and video tokens.
    """

    COLUMNS: ClassVar = {"arrival": np.int64, "place": np.int64, "fresh": np.int32, "output": np.int32, "client": np.int32}
    CHAT_COLUMNS: ClassVar = {"session": np.int64, "round": np.int32, "context": np.int32, "percent": np.uint8, "leg": np.int32}

    def __init__(self, rows: int, *, chat: bool, media: bool) -> None:
        self.used = 0
        self.rows = rows
        self.chat, self.with_media = chat, media
        self.columns: dict[str, NDArray[np.generic]] = {name: np.empty(rows, dtype) for name, dtype in self.COLUMNS.items()}
        for name, dtype in self.CHAT_COLUMNS.items():
            self.columns[name] = np.empty(rows if chat else 0, dtype)
        self.columns["media"] = np.empty((rows if media else 0, 4), np.int32)

    @property
    def row_bytes(self) -> int:
        """How many bytes a row has."""
        return sum(column.itemsize * (column.size // len(column)) for column in self.columns.values() if len(column))

    def filled(self) -> dict[str, NDArray[np.generic]]:
        """Return the rows that are filled, by column; columns that no client has are left out."""
        return {name: column[: self.used] for name, column in self.columns.items() if len(column)}
