"""What an export is made from: a spec with its text, and its clients and requests once a format asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from blis_tui.formats.interop.replay import Replay
from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.formats.table import MOONCAKE
from blis_tui.formats.tuning import ORDINARY, Tuning
from blis_tui.formats.yaml_text import document
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import UTF_8

if TYPE_CHECKING:
    from blis_tui.formats.traces.trace import Trace
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do; may raise, best `Cancelled`, to stop."""
STEM = "workload"
"""What files are called unless they are given a name."""


class Source:
    """The spec to export.

    `stem` is what the files are called, without their suffixes.
    `text` is the file's, by default the spec written out, and `encoding` how it was encoded there; `path` is where it came
    from, as the user gave it, and empty if from nowhere. `requests` may be the requests, or a function that makes them when
    a format needs them; a `trace` is what they were read from, if not from a workload file. `tuning` says in pieces of which
    size they are written.
    """

    def __init__(
        self,
        spec: WorkloadSpec,
        *,
        text: str | None = None,
        encoding: str = UTF_8,
        path: str = "",
        stem: str = STEM,
        requests: Requests | Callable[[], Requests] | None = None,
        trace: Trace | None = None,
        options: ExportOptions = USUAL,
        tuning: Tuning = ORDINARY,
    ) -> None:
        self.spec = spec
        self.trace = trace
        self._text = text
        self.encoding = encoding
        self.path = path
        self.options = options
        self.tuning = tuning
        self.stem = stem
        self._block_size = options.block_size
        self._make = requests if callable(requests) else None
        self.made_requests: Requests | None = None if callable(requests) else requests
        self.made_expansion: Expansion | None = None

    @property
    def text(self) -> str:
        """The spec's text, written out when first asked for if it has none."""
        if self._text is None:
            self._text = document(self.spec)
        return self._text

    @property
    def expansion(self) -> Expansion:
        """The explicit clients, made when first asked for; raises `SpecError`."""
        if self.made_expansion is None:
            from blis_tui.workload.expansion.compact import expand

            self.made_expansion = expand(self.spec)
        return self.made_expansion

    @property
    def requests(self) -> Requests:
        """The requests, made when first asked for; raises `SpecError`, and what the given function raises."""
        if self.made_requests is None:
            if self._make is None:
                from blis_tui.workload.generate import generate

                self.made_requests = generate(self.spec)
            else:
                self.made_requests = self._make()
        return self.made_requests

    @property
    def block_size(self) -> int:
        """The tokens of a block: as many as were asked for, or else chosen by the requests; raises what these raise."""
        if self._block_size is None:
            from blis_tui.formats.block_size import block_size

            self._block_size = block_size(self.requests)
        return self._block_size

    @property
    def replay(self) -> Replay:
        """The trace of blocks that tools replay; raises what the requests raise."""
        return Replay(f"{self.stem}{MOONCAKE.suffixes[0]}", len(self.requests), self.block_size, self.options.target)
