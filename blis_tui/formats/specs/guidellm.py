"""Format `guidellm`: a config for guidellm that replays the trace of the format `mooncake`, which is written beside it."""

from __future__ import annotations

from blis_tui.formats.interop.guidellm import config
from blis_tui.formats.source import Source
from blis_tui.formats.specs.text_file import TextFile


def contents(source: Source) -> TextFile:
    """Write the config; raises what the requests raise, which the size of blocks hangs on."""
    return TextFile(config(source.replay))
