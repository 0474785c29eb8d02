"""What requests can be asked for by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from blis_tui.workload.query.language import NUMBER, TEXT, TIME, TRUTH, Field
from blis_tui.workload.query.words import REQUEST, SESSION, USER, clients_called, clients_with

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import ClientBlock, Expansion
    from blis_tui.workload.progress import Progress
    from blis_tui.workload.requests import Requests

OF_CLIENTS = {
    "client": "id",
    "group": "prefix_group",
    "slo": "slo_class",
    "tenant": "tenant_id",
    "model": "model",
    "adapter": "adapter",
}
"""The texts of clients, by the names that are typed."""
_NUMBERS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "prefix": "prefix_tokens",
    "round": "round",
    "text": "text_tokens",
    "image": "image_tokens",
    "audio": "audio_tokens",
    "video": "video_tokens",
    "reasoning": "reason_ratio",
}


def request_fields(requests: Requests, rows: NDArray[np.intp] | None = None) -> dict[str, Field]:
    """Return the fields of all requests, or of those of the array `rows`, by their names."""
    picked = slice(None) if rows is None else rows
    count = len(requests) if rows is None else len(rows)

    def numbers(name: str, column: str, kind: str = NUMBER, stem: str = "") -> Field:
        return Field(name, kind, values=lambda: getattr(requests, column)[picked], stem=stem)

    made = [
        Field("request", NUMBER, values=lambda: np.arange(count) if rows is None else rows, stem=REQUEST),
        numbers("arrival", "arrival_us", TIME),
        *(numbers(name, column) for name, column in _NUMBERS.items()),
        numbers("session", "session", stem=SESSION),
        numbers("user", "user", stem=USER),
        numbers("deadline", "deadline_us", TIME),
        numbers("target", "slo_target_us", TIME),
        numbers("streaming", "streaming", TRUTH),
        *(_text(requests, name, picked) for name in OF_CLIENTS),
    ]
    return {field.name: field for field in made}


def _text(requests: Requests, name: str, picked: Any) -> Field:
    column = OF_CLIENTS[name]
    texts = requests.clients.column(column)
    client: NDArray[np.int32] = requests.client[picked]
    with_prefix = requests.prefix_group[picked] >= 0 if name == "group" else None

    def text(row: int) -> str:
        return texts[int(client[row])] if with_prefix is None or with_prefix[row] else ""

    def having(wanted: str, part: bool, tick: Progress) -> NDArray[np.bool_]:
        mine = having_client(requests.clients, column)(wanted, part, tick)[client]
        return mine if with_prefix is None else np.where(with_prefix, mine, not wanted)

    def same() -> str | None:
        if with_prefix is not None and with_prefix.any() != with_prefix.all():
            return None
        if client.min() == client.max() or (with_prefix is not None and not with_prefix.any()):
            return text(0)
        return same_text(requests.clients, column, np.unique(requests.block[picked]).tolist())

    return Field(name, TEXT, text=text, having=having, same=same)


def same_text(clients: Expansion, column: str, blocks: Iterable[int]) -> str | None:
    """Return the text that all clients of some blocks share in a column, ``None`` if they differ."""
    found = {_shared(clients.blocks[block], column) for block in blocks}
    return found.pop() if len(found) == 1 else None


def _shared(block: ClientBlock, column: str) -> str | None:
    name = block.named(column)
    varies = name is not None and (name.prompt or name.user) and block.size > 1
    return None if varies else block.value(column, 0)


def having_client(clients: Expansion, column: str) -> Callable[[str, bool, Progress], NDArray[np.bool_]]:
    """Return what tells which clients' texts in a column are a text, or contain it."""

    def having(wanted: str, part: bool, tick: Progress) -> NDArray[np.bool_]:
        if part:
            return clients_with(clients, wanted, (column,), tick)
        return clients_called(clients, wanted, column, tick)

    return having
