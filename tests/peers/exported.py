"""Everything there is to hand to other tools: the examples and golden files, exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from blis_tui.formats.export import export
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.table import Format, find_formats
from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for folder in ("examples", "tests/golden", "tests/golden/closed-loop") for path in (ROOT / folder).glob("*.yaml")
)
MOST = 20_000
"""More requests tell the tools nothing new."""


class Source(NamedTuple):
    """A workload file: its name here, its text and what it says."""

    name: str
    text: str
    spec: WorkloadSpec

    def requests(self) -> Requests:
        """Generate its requests; where virtual users have no plan, what they send."""
        users = any(client.concurrency for client in self.spec.clients)
        return generate(self.spec, server=AssumedServer() if users else None)


def sources(name: str) -> Iterator[Source]:
    """Return the files that can be written in a format."""
    format: Format = find_formats([name])[-1]
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        spec = check(text).spec
        if spec is not None and format.takes(spec):
            yield Source(f"{path.parent.name}-{path.stem}", text, spec)


def write(source: Source, folder: Path, name: str, options: ExportOptions) -> None:
    """Export a file in a format."""
    export(source.spec, folder, [name], stem=source.name, text=source.text, requests=source.requests, options=options)
