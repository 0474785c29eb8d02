"""What was asked for on the command line."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.cli.outputs import colours
from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.spec.yaml.encoding import MAX_SIZE
from blis_tui.workload.fitting.choices import Choices
from blis_tui.workload.server import AssumedServer

STDIN = "-"
TEXT, JSON, GITHUB, SARIF = "text", "json", "github", "sarif"
REPORTS = (TEXT, JSON, GITHUB, SARIF)
"""How --check can write what it found."""


class Serving(NamedTuple):
    """How the designer is served to a browser: at which port, 0 for any that is free, and started with which arguments."""

    port: int
    designer: tuple[str, ...]


class Options(NamedTuple):
    """What is asked for. `text` is what --help, --version or --completion shows; then nothing else counts."""

    specs: tuple[str, ...] = ()
    check: bool = False
    summary: bool = False
    measured: str | None = None
    """The file or folder with the results of a run, which a summary is to show too."""
    simulate: bool = False
    fit: bool = False
    choices: Choices = Choices()
    """How a fit is written."""
    output: str | None = None
    """The file that a fit is written to."""
    export: str | None = None
    strict: bool = False
    json: bool = False
    report: str = TEXT
    """How --check writes what it found."""
    fix: bool = False
    formats: tuple[str, ...] = ()
    tokens: bool = False
    force: bool = False
    quiet: bool = False
    exporting: ExportOptions = USUAL
    settings: tuple[tuple[str, str], ...] = ()
    seed: int | None = None
    horizon: int | None = None
    num_requests: int | None = None
    server: AssumedServer | None = None
    """How long answers are assumed to take."""
    use_means: bool = False
    """Whether lengths that are drawn from a distribution become their mean in a config that is opened."""
    max_size: int = MAX_SIZE
    config: str | None = None
    web: Serving | None = None
    """How the designer is served to a browser, if it is."""
    color: str = colours.AUTO
    text: str | None = None

    @property
    def overrides(self) -> bool:
        """Whether anything is to be changed in the text."""
        return bool(self.settings) or any(each is not None for each in (self.seed, self.horizon, self.num_requests))
