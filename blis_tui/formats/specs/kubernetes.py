"""Format `kubernetes`: the config of the format `inference-perf` in a ConfigMap, and a Job that runs it."""

from __future__ import annotations

from blis_tui.formats.interop.inference_perf.manifest import manifest
from blis_tui.formats.interop.inference_perf.writing import write
from blis_tui.formats.source import Source
from blis_tui.formats.specs.text_file import TextFile


def contents(source: Source) -> TextFile:
    """Write the manifest; raises `SpecError` for a file that is not compact."""
    config, remarks = write(source.spec, source.text, source.options.target)
    return TextFile(manifest(config), remarks)
