"""Format `yaml`: the spec's text, to the last byte."""

from __future__ import annotations

from blis_tui.formats.source import Source
from blis_tui.formats.specs.text_file import TextFile
from blis_tui.spec.yaml.encoding import UTF_8, written_text


def contents(source: Source) -> TextFile:
    """Return the text as it stands."""
    return TextFile(source.text if source.encoding == UTF_8 else written_text(source.text, source.encoding))
