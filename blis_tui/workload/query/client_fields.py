"""What clients can be asked for by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from blis_tui.workload.query.language import NUMBER, TEXT, TRUTH, Field
from blis_tui.workload.query.request_fields import OF_CLIENTS, having_client, same_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.spec.format.model import Client, Distribution
    from blis_tui.workload.expansion.clients import Expansion


def client_fields(clients: Expansion, numbers: Mapping[str, Any]) -> dict[str, Field]:
    """Return the fields of clients by their names; `numbers` are further ones, an array each."""
    made = [
        Field("number", NUMBER, values=lambda: np.arange(1, len(clients) + 1)),
        *(Field(name, NUMBER, values=partial(np.asarray, values)) for name, values in numbers.items()),
        *(Field(name, NUMBER, values=partial(_of_blocks, clients, name)) for name in ("users", "input", "output")),
        Field("streaming", TRUTH, values=partial(_of_blocks, clients, "streaming")),
    ]
    for name, column in OF_CLIENTS.items():
        texts = clients.column(column)
        same = partial(same_text, clients, column, range(len(clients.blocks)))
        made.append(Field(name, TEXT, text=texts.__getitem__, having=having_client(clients, column), same=same))
    return {field.name: field for field in made}


def _of_blocks(clients: Expansion, name: str) -> NDArray[np.float64]:
    """Return a number for each client that its block has: a mean length, as far as it is given, or a truth."""
    values = [_value(block.template, name) for block in clients.blocks]
    return np.repeat(np.array(values, float), [block.size for block in clients.blocks])


def _value(client: Client, name: str) -> float:
    if name == "streaming":
        return float(client.streaming)
    if name == "users":
        return client.concurrency or float("nan")
    lengths: Distribution = client.input_distribution if name == "input" else client.output_distribution
    return float("nan") if client.multimodal is not None and name == "input" else mean_length(lengths)


def mean_length(lengths: Distribution) -> float:
    """Return the mean of a distribution of lengths as it is given, NaN where none is."""
    given = lengths.params.get("value" if lengths.type == "constant" else "mean")
    return float("nan") if given is None else float(given)
