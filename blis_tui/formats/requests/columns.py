"""What the columns of a request are, said once: the formats of one line per request are written from here.

An empty text and 0 mean "none", as in BLIS's own files. What a format writes beyond these columns is its own: token ids, a
hash of them, and what BLIS's traces have for servers to fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from blis_tui.formats.requests.lines import Part, numbers, rendered, true_or_false
from blis_tui.formats.requests.names import ClientText, Render, SessionText
from blis_tui.formats.table import TRACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.formats.requests.batches import Batch
    from blis_tui.workload.expansion.clients import Expansion

JSONL, CSV, PARQUET = "jsonl", "csv", "parquet"
TEXT, INT32, INT64, FLOAT64, BOOL = "string", "int32", "int64", "float64", "bool"
NUMBER, CLIENT, PREFIX_GROUP, SESSION = "number", "client.", "client.prefix_group", "session_id"
"""Sources that are no column of `Requests`: a request's number, texts of its client (`CLIENT` and a field's name), among them
the prefix group of requests that begin with its prefix, and a session's id."""


class Column(NamedTuple):
    """One column: its name and type, where it comes from, and which formats carry it, under which names."""

    name: str
    type: str
    source: str
    """The column of `Requests`, or another source."""
    formats: dict[str, str]
    about: str


def _column(name: str, type: str, source: str, about: str, *formats: str, trace: str = "") -> Column:
    return Column(name, type, source, dict.fromkeys(formats, name) | ({TRACE: trace} if trace else {}), about)


def _media(kind: str) -> Column:
    return _column(
        f"{kind}_tokens", INT32, f"{kind}_tokens", f"{kind} tokens in the input of a multimodal request", JSONL, PARQUET,
        trace=f"{kind}_tokens",
    )  # fmt: skip


COLUMNS = (
    _column("id", TEXT, NUMBER, "`request_N`, counted from 0", JSONL, CSV, PARQUET),
    _column("request_id", INT64, NUMBER, "the same number alone", trace="request_id"),
    _column(
        "arrival_us", INT64, "arrival_us", "arrival time, in µs from the start", JSONL, CSV, PARQUET, trace="arrival_time_us"
    ),
    _column("client_id", TEXT, "client.id", "the client", JSONL, CSV, PARQUET, trace="client_id"),
    _column("tenant_id", TEXT, "client.tenant_id", "the client's tenant", JSONL, CSV, PARQUET, trace="tenant_id"),
    _column("slo_class", TEXT, "client.slo_class", "the client's service class", JSONL, CSV, PARQUET, trace="slo_class"),
    _column("model", TEXT, "client.model", "the model asked for; empty for the default", JSONL, PARQUET, trace="model"),
    _column("adapter", TEXT, "client.adapter", "the LoRA adapter; empty for the base model", JSONL, PARQUET, trace="adapter"),
    _column(
        "prefix_group", TEXT, PREFIX_GROUP, "the group whose shared prefix the input begins with", JSONL, PARQUET,
        trace="prefix_group",
    ),
    _column(
        "prefix_length", INT32, "prefix_length", "tokens of that prefix as BLIS notes it: 0 for follow-ups that wait for answers",
        JSONL, CSV, PARQUET,
    ),
    _column("prefix_tokens", INT32, "prefix_tokens", "tokens of that prefix, of follow-ups too", trace="prefix_length"),
    _column("input_tokens", INT32, "input_tokens", "input length, the prefix included", JSONL, CSV, PARQUET),
    _column("own_tokens", INT32, "own_tokens", "input length without the prefix", trace="input_tokens"),
    _column("output_tokens", INT32, "output_tokens", "output length", JSONL, CSV, PARQUET, trace="output_tokens"),
    _column(
        "session_id", TEXT, SESSION, "`sess_N`, for virtual users `concurrency_CLIENT_user_N`; empty outside sessions",
        JSONL, CSV, PARQUET, trace="session_id",
    ),
    _column("round_index", INT32, "round", "round of the session, from 0", JSONL, CSV, PARQUET, trace="round_index"),
    _column(
        "reason_ratio", FLOAT64, "reason_ratio", "share of the output that is reasoning, 0 … 1", JSONL, CSV, PARQUET,
        trace="reason_ratio",
    ),
    _column(
        "deadline_us", INT64, "deadline_us", "absolute time at which the client gives up; 0 for never", JSONL, CSV, PARQUET,
        trace="deadline_us",
    ),
    _column(
        "slo_target_us", INT64, "slo_target_us", "target for the time to first token", JSONL, CSV, PARQUET, trace="slo_target_us"
    ),
    _column("streaming", BOOL, "streaming", "whether the answer is read as a stream", JSONL, PARQUET, trace="streaming"),
    *(_media(kind) for kind in ("text", "image", "audio", "video")),
)  # fmt: skip
_WIDTH = 20
"""Bytes that no number is longer than."""


class Spelling(NamedTuple):
    """How a format writes texts, and numbers with fractions."""

    text: Render
    fraction: Callable[[float], str]


class Field:
    """A column as one format has it, for some clients. `width` is about how many bytes it takes at most."""

    def __init__(self, column: Column, format: str, clients: Expansion, spelling: Spelling) -> None:
        self.name = column.formats[format]
        self.type = column.type
        self._source = column.source
        self._spelling = spelling
        self._text: ClientText | SessionText | None = None
        if column.source == SESSION:
            self._text = SessionText(clients, spelling.text)
        elif column.source.startswith(CLIENT):
            self._text = ClientText(clients, column.source.removeprefix(CLIENT), spelling.text)
        self.width = _WIDTH if self._text is None else self._text.width

    def parts(self, batch: Batch) -> Sequence[Part]:
        """Write the column for each request."""
        if self._source == NUMBER:
            return (b"request_", batch.numbers) if self.type == TEXT else (batch.numbers,)
        if isinstance(self._text, SessionText):
            return self._text.of(batch)
        if self._text is not None:
            return self._text.of(batch, batch.prefixed if self._source == PREFIX_GROUP else None)
        values = self.values(batch)
        if self.type == FLOAT64:
            return (rendered(values, self._spelling.fraction),)
        return (true_or_false(values) if self.type == BOOL else numbers(values),)

    def values(self, batch: Batch) -> NDArray[Any]:
        """Return the column of `Requests`; only for one that has no text."""
        values: NDArray[Any] = getattr(batch.requests, self._source)
        return values


def fields(format: str, clients: Expansion, spelling: Spelling) -> list[Field]:
    """Set up the columns that a format carries, in their order."""
    return [Field(column, format, clients, spelling) for column in COLUMNS if format in column.formats]
