"""What the module of a format has to offer: one of two things, by whether the format is written from requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from blis_tui.formats.requests.batches import Writer
    from blis_tui.formats.source import Source
    from blis_tui.formats.table import Format
    from blis_tui.problems import Problem


class SpecFile(Protocol):
    """What one file consists of."""

    @property
    def size(self) -> int:
        """How many clients `chunks` will write."""

    @property
    def remarks(self) -> Sequence[Problem]:
        """What a reader of the file should know."""

    def chunks(self) -> Iterator[tuple[str | bytes, int]]:
        """Yield the file's content in pieces, each with the number of clients in it."""


class SpecFormat(Protocol):
    """A format of the spec or its clients, or a config for a tool: one file, without a line for each request."""

    def contents(self, source: Source) -> SpecFile:
        """Work out what the file consists of; nothing is written yet."""


class RequestFormat(Protocol):
    """A format of one line per request."""

    def writer(self, source: Source, *, tokens: bool) -> Writer:
        """Set the format up for a source; `tokens` puts token ids where it has a place for them."""


def spec_format(format: Format) -> SpecFormat:
    """Load a format that needs no requests."""
    return cast(SpecFormat, import_module(f"blis_tui.formats.{format.module}"))


def request_format(format: Format) -> RequestFormat:
    """Load a format that is written from requests."""
    return cast(RequestFormat, import_module(f"blis_tui.formats.{format.module}"))


if TYPE_CHECKING:  # the type checker compares each module with its protocol
    from blis_tui.formats.requests import jsonl, parquet, request_csv
    from blis_tui.formats.specs import aiperf, as_it_stands, expanded, expanded_rates, guidellm, inference_perf, kubernetes
    from blis_tui.formats.traces import inference_perf_exact
    from blis_tui.formats.traces.blis import writing as blis_trace
    from blis_tui.formats.traces.mooncake import writing as mooncake

    _SPEC_FORMATS: tuple[SpecFormat, ...] = (as_it_stands, expanded, expanded_rates, inference_perf, kubernetes, aiperf, guidellm)
    _REQUEST_FORMATS: tuple[RequestFormat, ...] = (jsonl, request_csv, blis_trace, mooncake, parquet, inference_perf_exact)
