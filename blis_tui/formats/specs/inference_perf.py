"""Format `inference-perf`: a config for inference-perf, from the stages and the shared prefix of a compact file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.formats.interop.inference_perf.writing import write
from blis_tui.formats.source import Source
from blis_tui.problems import Problem


class ConfigFile(NamedTuple):
    """The text of the config; no client is written in it."""

    text: str
    remarks: tuple[Problem, ...]
    size: int = 0

    def chunks(self) -> Iterator[tuple[str, int]]:
        """Give the text in one piece."""
        yield self.text, 0


def contents(source: Source) -> ConfigFile:
    """Write the config; raises `SpecError` for a file that is not compact."""
    return ConfigFile(*write(source.spec, source.text, source.target))
