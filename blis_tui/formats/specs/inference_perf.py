"""Format `inference-perf`: a config for inference-perf, from the stages and the shared prefix of a compact file."""

from __future__ import annotations

from blis_tui.formats.interop.inference_perf.writing import write
from blis_tui.formats.source import Source
from blis_tui.formats.specs.text_file import TextFile


def contents(source: Source) -> TextFile:
    """Write the config; raises `SpecError` for a file that is not compact."""
    return TextFile(*write(source.spec, source.text, source.options.target))
