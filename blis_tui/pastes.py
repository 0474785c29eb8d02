"""What a terminal sends while something is pasted is text: no key is pressed by it, whatever it holds."""

from __future__ import annotations

_ESCAPE, _SYMBOL = "\x1b", "\u241b"
_START, _END = "\x1b[200~", "\x1b[201~"
"""Of a bracketed paste, as terminals mark it."""
_ENOUGH = 3
"""With so many characters of the first mark no other key is possible: terminals send keys whole."""


class PasteGuard:
    """Shows the escape characters of what is pasted as ␛, so that nobody takes what follows them for keys.

    Text may come in any pieces; what may be the first part of a mark waits for the rest, unless it may also be a key.
    """

    def __init__(self) -> None:
        self._begun = ""
        self._passed = 0
        """How much of what has begun was passed on, since it may be a key."""
        self._pasting = False

    def feed(self, text: str) -> str:
        """Return what can be passed on of the text so far."""
        rest, passed = self._begun + text, self._passed
        parts: list[str] = []
        found = _START
        while found:
            mark = _END if self._pasting else _START
            before, found, rest = rest.partition(mark)
            if not found:
                self._begun = _beginning(mark, before)
                before = before.removesuffix(self._begun)
            parts += [before.replace(_ESCAPE, _SYMBOL) if self._pasting else before, found]
            self._pasting ^= bool(found)
        if 0 < len(self._begun) < _ENOUGH and not self._pasting:
            parts.append(self._begun)
            self._passed = len(self._begun)
        elif any(parts):
            self._passed = 0
        return "".join(parts)[passed:]


def _beginning(mark: str, text: str) -> str:
    """Return the end of a text that may be the beginning of a mark."""
    return next((mark[:size] for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), "")
