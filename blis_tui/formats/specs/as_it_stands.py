"""Format `yaml`: the spec's text, to the last byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.formats.source import Source
from blis_tui.problems import Problem
from blis_tui.spec.yaml.encoding import UTF_8, written_text


class TextFile(NamedTuple):
    """The text and how it is encoded; its reader need not know anything."""

    text: str
    encoding: str
    size: int = 0
    remarks: tuple[Problem, ...] = ()

    def chunks(self) -> Iterator[tuple[str | bytes, int]]:
        """Give the file's text in one piece, without any client of its own."""
        yield self.text if self.encoding == UTF_8 else written_text(self.text, self.encoding), 0


def contents(source: Source) -> TextFile:
    """Return the text as it stands."""
    return TextFile(source.text, source.encoding)
