"""What can be written: one table, from which the command line's help and the export dialog are made."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec

TRACE = "blis-trace"
NEVER, ON_REQUEST, ALWAYS = "never", "on request", "always"
"""When a format needs token ids."""
TARGET, EXACTLY, FULL_ROUNDS, BLOCK_SIZE = "target", "exact", "full_rounds", "block_size"
"""The options of an export that formats can use."""


class Format(NamedTuple):
    """One format: its name, the ends of its files' names, and what it takes to write it.

    `tokens` is one of `NEVER`, `ON_REQUEST` and `ALWAYS`; `version` counts changes that readers would notice and
    is 0 where the format is somebody else's. `module` is its module here: one with a `writer` if it `needs_requests`, else one
    with `contents`. Only compact files can be written in a format that is `compact`. `uses` names the options that it follows;
    where it uses `EXACTLY`, `exact` is the format that is written instead. `beside` is the format whose file it refers to,
    which is written too. A `binary` format is not for terminals; one with an `extra` needs the package `requires`, which that
    optional extra of this program installs.
    """

    name: str
    suffixes: tuple[str, ...]
    help: str
    module: str
    needs_requests: bool = False
    tokens: str = NEVER
    version: int = 0
    compact: bool = False
    uses: tuple[str, ...] = ()
    exact: str = ""
    beside: str = ""
    binary: bool = False
    extra: str = ""
    requires: str = ""

    @property
    def missing(self) -> str:
        """What it lacks on this machine, and how that is installed; empty if it can be written."""
        if not self.requires or find_spec(self.requires) is not None:
            return ""
        return f"needs {self.requires}: pip install 'blis-tui[{self.extra}]'"

    def takes(self, spec: WorkloadSpec) -> bool:
        """Return whether a spec is of the kind that it can be written from."""
        return not self.compact or (spec.inference_perf is not None and not spec.cohorts)

    @property
    def streams(self) -> bool:
        """Whether it is a single file, which can go to standard output."""
        return len(self.suffixes) == 1 and not self.beside


class FormatError(ValueError):
    """There is no format of that name, or it cannot be written that way, or not on this machine."""


MOONCAKE = Format(
    "mooncake", (".mooncake.jsonl",), "trace of token blocks, for AIPerf, guidellm, vLLM, Dynamo", "traces.mooncake.writing",
    needs_requests=True, uses=(TARGET, BLOCK_SIZE),
)  # fmt: skip
PARQUET = Format(
    "parquet", (".requests.parquet",), "one request per row, for data frames; token ids on request",
    "requests.parquet", needs_requests=True, tokens=ON_REQUEST, version=1, binary=True, extra="parquet", requires="pyarrow",
)  # fmt: skip
INFERENCE_PERF = Format(
    "inference-perf", (".inference-perf.yml",), "a config for inference-perf, from a compact file", "specs.inference_perf",
    compact=True, uses=(TARGET, EXACTLY), exact="inference-perf-exact",
)  # fmt: skip
EXACT = Format(
    "inference-perf-exact", (".inference-perf-exact.yml", ".inference-perf-exact.csv"),
    "the same with exact arrivals", "traces.inference_perf_exact", needs_requests=True, compact=True, uses=(TARGET,),
)  # fmt: skip
FORMATS = (
    Format("yaml", (".yaml",), "the spec's text, unchanged", "specs.as_it_stands"),
    Format("expanded", (".expanded.yaml",), "the explicit clients that the spec expands to", "specs.expanded"),
    Format(
        "expanded-rates", (".expanded-rates.yaml",), "the same with each window's rate, without prefixes", "specs.expanded_rates"
    ),
    Format(
        "jsonl", (".requests.jsonl",), "one request per line as a JSON object; token ids on request", "requests.jsonl",
        needs_requests=True, tokens=ON_REQUEST, version=1,
    ),
    Format(
        "csv", (".requests.csv",), "one request per row, with a hash of its token ids", "requests.request_csv",
        needs_requests=True, tokens=ALWAYS, version=1,
    ),
    Format(
        TRACE, (".trace.yaml", ".trace.csv"), "BLIS trace v2 (header and rows), for `blis replay`", "traces.blis.writing",
        needs_requests=True, uses=(FULL_ROUNDS,),
    ),
    MOONCAKE,
    PARQUET,
    INFERENCE_PERF,
    EXACT,
    Format(
        "kubernetes", (".kubernetes.yaml",), "the inference-perf config as a ConfigMap, with its Job", "specs.kubernetes",
        compact=True, uses=(TARGET,),
    ),
    Format(
        "aiperf", (".aiperf.yaml",), "a config for AIPerf, which replays the mooncake trace", "specs.aiperf",
        uses=(TARGET, BLOCK_SIZE), beside=MOONCAKE.name,
    ),
    Format(
        "guidellm", (".guidellm.yaml",), "a config for guidellm, which replays the mooncake trace", "specs.guidellm",
        uses=(TARGET, BLOCK_SIZE), beside=MOONCAKE.name,
    ),
)  # fmt: skip
DEFAULT_FORMATS = ("yaml", "jsonl")
PROVENANCE_SUFFIX = ".export.json"


def available() -> tuple[Format, ...]:
    """Return the formats that can be written on this machine."""
    return tuple(each for each in FORMATS if not each.missing)


def find_formats(names: Iterable[str], *, exact: bool = False) -> list[Format]:
    """Look formats up by name, each once and in the table's order, with those that they refer to.

    With `exact`, formats that have a variant with the designed arrivals become that. Raises `FormatError`, also for what
    is missing.
    """
    known = {each.name: each for each in FORMATS}
    wanted: set[str] = set()
    for name in names:
        if name not in known:
            raise FormatError(f"unknown format {name!r}; choose from {', '.join(known)}")
        wanted |= {known[name].exact if exact and known[name].exact else name, known[name].beside}
    found = [each for each in FORMATS if each.name in wanted]
    for each in found:
        if each.missing:
            raise FormatError(f"format {each.name!r} {each.missing}")
    return found
