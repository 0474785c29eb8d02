"""What can be written: one table, from which the command line's help and the export dialog are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

NEVER, ON_REQUEST, ALWAYS = "never", "on request", "always"
"""When a format needs token ids."""


class Format(NamedTuple):
    """One format: its name, the ends of its files' names, and what it takes to write it.

    `tokens` is one of `NEVER`, `ON_REQUEST` and `ALWAYS`; `version` counts changes that readers would notice and
    is 0 where the format is somebody else's. `module` is its module in this package.
    """

    name: str
    suffixes: tuple[str, ...]
    help: str
    module: str
    needs_requests: bool = False
    tokens: str = NEVER
    version: int = 0

    @property
    def streams(self) -> bool:
        """Whether it is a single file, which can go to standard output."""
        return len(self.suffixes) == 1


class FormatError(ValueError):
    """There is no format of that name, or it cannot be written that way."""


FORMATS = (
    Format("yaml", (".yaml",), "the spec's text as it stands", "as_it_stands"),
    Format("expanded", (".expanded.yaml",), "the explicit clients the spec stands for", "expanded"),
    Format(
        "jsonl", (".requests.jsonl",), "one request per line as a JSON object; token ids if asked for", "jsonl",
        needs_requests=True, tokens=ON_REQUEST, version=1,
    ),
    Format(
        "csv", (".requests.csv",), "one request per row, with a hash of its token ids", "request_csv",
        needs_requests=True, tokens=ALWAYS, version=1,
    ),
    Format(
        "blis-trace", (".trace.yaml", ".trace.csv"), "BLIS trace v2 (header and rows), for `blis replay`", "blis_trace",
        needs_requests=True,
    ),
)  # fmt: skip
DEFAULT_FORMATS = ("yaml", "jsonl")
PROVENANCE_SUFFIX = ".export.json"


def find_formats(names: Iterable[str]) -> list[Format]:
    """Look formats up by name, each once and in the table's order; raises `FormatError`."""
    wanted = list(names)
    known = {each.name for each in FORMATS}
    for name in wanted:
        if name not in known:
            raise FormatError(f"unknown format {name!r}; there are {', '.join(each.name for each in FORMATS)}")
    return [each for each in FORMATS if each.name in wanted]
