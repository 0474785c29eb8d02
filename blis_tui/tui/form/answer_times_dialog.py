"""The dialog that asks how long answers are assumed to take."""

from __future__ import annotations

from typing import Any

from blis_tui.numbers import roughly
from blis_tui.spec.format.fields import NUMBER, Field
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog
from blis_tui.workload.server import AssumedServer

_FIRST = Field(NUMBER, "Until the first token.", minimum=0, maximum=1e9, label="First token", unit="ms")
_EACH = Field(NUMBER, "For each output token.", minimum=0, maximum=1e9, label="Each token", unit="ms")
_EXAMPLE_TOKENS = 200
_US_PER_MS = 1000


class AnswerTimesDialog(NumbersDialog[AssumedServer]):
    """Asks for the time to the first token and for each one; gives the assumed server."""

    HEADING = "How long does an answer take?"
    DO = "Assume it"

    def __init__(self, server: AssumedServer) -> None:
        first, each = server.ttft_us / _US_PER_MS, server.itl_us / _US_PER_MS
        super().__init__({"first": (_FIRST, first), "each": (_EACH, each)})
        self._kv_bytes = server.kv_bytes

    def outcome(self, values: dict[str, Any]) -> str:
        """Say how long an answer of some length takes."""
        server = self.result(values)
        takes = roughly(server.ttft_us + server.itl_us * _EXAMPLE_TOKENS)
        return f"An answer of {_EXAMPLE_TOKENS} tokens takes {takes}. This is never written into the file."

    def result(self, values: dict[str, Any]) -> AssumedServer:
        """Return the assumption."""
        return AssumedServer(round(values["first"] * _US_PER_MS), round(values["each"] * _US_PER_MS), self._kv_bytes)
