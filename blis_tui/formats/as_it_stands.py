"""Format `yaml`: the spec's text, to the last byte."""

from __future__ import annotations

from collections.abc import Iterator

from blis_tui.formats.source import Source
from blis_tui.problems import Problem
from blis_tui.spec.yaml.encoding import UTF_8, written_text


def chunks(source: Source) -> Iterator[tuple[str | bytes, int]]:
    """Give the file's text in pieces, each with the number of clients in it: none here."""
    yield source.text if source.encoding == UTF_8 else written_text(source.text, source.encoding), 0


def size(source: Source) -> int:
    """Return how many clients `chunks` will write."""
    return 0


def warnings(source: Source) -> list[Problem]:
    """Say what a reader of the file should know: nothing."""
    return []
