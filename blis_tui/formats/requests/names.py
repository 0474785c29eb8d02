"""The texts of clients (names, tenants, models …) for many requests at once.

Blocks of like clients number their members, so a name is made of the texts that its block has around the numbers and
of the numbers' digits, and a million clients cost no more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.requests.lines import Part, Texts, numbers
from blis_tui.workload.expansion.clients import ClientBlock, Expansion

if TYPE_CHECKING:
    from blis_tui.formats.requests.batches import Batch

Render = Callable[[str], str]
"""Writes a text as a format wants it: escaped or in quotes, if need be."""


class _Pattern(NamedTuple):
    """A block's texts before, between and after the numbers of the prompt and the user, if it has these."""

    before: bytes
    between: bytes = b""
    after: bytes = b""
    prompt: bool = False
    user: bool = False


def _pattern(block: ClientBlock, field: str, render: Render) -> _Pattern:
    name = block.named(field)
    text = render(block.value(field, 0)).encode()  # the numbers of member 0 are zeros
    if name is None or not (name.prompt or name.user):
        return _Pattern(text)
    before, _, after = text.rpartition(b"0")
    between = b""
    if name.prompt and name.user:
        before, _, between = before.rpartition(b"0")
    return _Pattern(before, between, after, name.prompt, name.user)


class _Literal:
    """One of the texts of every block."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        places: dict[bytes, int] = {b"": 0}
        self._places = np.array([places.setdefault(text, len(places)) for text in texts], np.int32)
        self._texts = Texts(list(places))
        self.width = self._texts.width

    def of(self, block: NDArray[np.int32], where: NDArray[np.bool_] | None) -> Part:
        places = self._places[block]
        return self._texts.of(places if where is None else places * where)


class ClientText:
    """One text field of the clients, written by `render`. `width` is about how many bytes it takes at most."""

    def __init__(self, clients: Expansion, field: str, render: Render) -> None:
        patterns = [_pattern(block, field, render) for block in clients.blocks]
        self._literals = tuple(
            _Literal([getattr(pattern, place) for pattern in patterns]) for place in ("before", "between", "after")
        )
        self._numbered = tuple(np.array([getattr(pattern, place) for pattern in patterns], bool) for place in ("prompt", "user"))
        self.width = sum(literal.width for literal in self._literals) + 20

    def of(self, batch: Batch, where: NDArray[np.bool_] | None = None) -> list[Part]:
        """Write the field for each request, or nothing where `where` is false."""
        block = batch.requests.block
        before, between, after = (literal.of(block, where) for literal in self._literals)
        prompt, user = (self._number(batch, place, where) for place in range(2))
        return [part for part in (before, prompt, between, user, after) if not isinstance(part, bytes) or part]

    def _number(self, batch: Batch, place: int, where: NDArray[np.bool_] | None) -> Part:
        if not self._numbered[place].any():
            return b""
        has = self._numbered[place][batch.requests.block]
        return numbers(np.where(has if where is None else has & where, batch.member[place], -1), blank=True)


_SESSION = np.frombuffer(b"sess_", np.uint8)
_NO_SESSION = np.frombuffer(b"\xff" * len(_SESSION), np.uint8)


class SessionText:
    """The ids of sessions as BLIS writes them, by `render`: ``sess_NUMBER``, or ``concurrency_CLIENT_user_NUMBER``."""

    def __init__(self, clients: Expansion, render: Render) -> None:
        texts = [(b"", b"")] * len(clients.blocks)
        for number, block in enumerate(clients.blocks):
            if block.template.concurrency > 0:
                before, _, after = render(f"concurrency_{block.value('id', 0)}_user_0").encode().rpartition(b"0")
                texts[number] = before, after
        self._around = tuple(_Literal([pair[place] for pair in texts]) for place in range(2))
        self.width = sum(literal.width for literal in self._around) + 25

    def of(self, batch: Batch) -> list[Part]:
        """Write the id of each request's session, or nothing outside sessions."""
        session, user = batch.requests.session, batch.requests.user
        parts: list[Part] = []
        if (inside := session >= 0).any():
            stem = b"sess_" if inside.all() else np.where(inside[:, None], _SESSION, _NO_SESSION)
            parts += [stem, numbers(session, blank=True)]
        if (mine := user >= 0).any():
            before, after = (literal.of(batch.requests.block, mine) for literal in self._around)
            parts += [before, numbers(user, blank=True), after]
        return parts
