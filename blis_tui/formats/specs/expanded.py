"""Format `expanded`: the explicit clients of a spec as a workload file of its own.

The clients are those that `blis convert inference-perf` writes, and BLIS's `ExpandCohorts` makes of cohorts. Horizon,
number of requests, category and goodput targets of the spec, which that command forgets, are kept; so is the version. A
spec with neither horizon nor num_requests gets an end, as a file of clients may not lack one.

Reading the file back and generating gives the same requests, with one exception, named in a comment at the top of the
file and by `warnings`: BLIS gives the clients of compact specs of version 2 exact rates or counts that no file can say
(but for chat in a single stage, which has none), so their expanded file is for reading. Format `expanded-rates` keeps the
rates of such a spec and loses its prefixes.

In version 1 the windows of several stages carry absolute rates. BLIS knows no such rule and would take them for
proportions, whence another comment and warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blis_tui.formats.source import Source
from blis_tui.formats.specs.client_file import (
    ClientFile,
    arrivals_of,
    clients_of,
    head_of,
    short,
    span,
    stages,
    windows_in,
    with_an_end,
)
from blis_tui.numbers import counted, duration, whole
from blis_tui.problems import WARNING, Problem
from blis_tui.spec.format.facts import US_PER_S
from blis_tui.spec.format.generation import ORDINARY, STEPPED, generation_path, mean_window_rate
from blis_tui.spec.format.model import InferencePerf, WorkloadSpec
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.rates import WindowRates, block_rates

_EXACT = "the compact file and the exported requests are exact."


def contents(source: Source) -> ClientFile:
    """Work out the head, the clients, and what is right in the file and what is lost."""
    clients = clients_of(source)
    spec = clients.spec
    version = "1" if spec.rules == 1 else spec.version
    head, end = with_an_end(head_of(clients, version=version, aggregate_rate=_aggregate_rate(clients)), clients)
    remarks = [*_inexact(clients, head), *_version_1(clients, head), *end]
    return ClientFile(head, clients, tuple(remarks))


def _aggregate_rate(clients: Expansion) -> float:
    """Return the rate to write: of version-1 windows with rates that of all clients, by which such a file is known again."""
    spec, rate = clients.spec, clients.aggregate_rate
    if spec.inference_perf is not None and generation_path(spec) == STEPPED:
        rate += sum(cohort.size * mean_window_rate(tuple(windows_in(cohort))) for cohort in clients.blocks[1:])
    return rate


def _inexact(clients: Expansion, head: WorkloadSpec) -> Iterator[Problem]:
    """Say what BLIS makes of clients whose exact rates or counts the file cannot say."""
    compact = clients.spec.inference_perf
    odd = any(block.exact_rate is not None or block.spread_us is not None for block in clients.blocks)
    if compact is None or not odd or generation_path(clients.spec) != ORDINARY:
        return
    chat = compact.chat
    if len(compact.stages) == 1:
        text = _one_stage(clients, compact)
    else:
        text = _sessions(clients, compact) if chat else _several_stages(clients, compact, head)
    loses = "keeps the sessions' beginnings" if chat else "keeps the rates and loses the prefixes"
    text = f"This expanded file is for reading: {text} Format expanded-rates {loses}; {_EXACT}"
    yield Problem("expanded-inexact", WARNING, (), text)


def _one_stage(clients: Expansion, compact: InferencePerf) -> str:
    dealt = clients.blocks[0].dealt
    assert dealt is not None
    requests, stage = dealt.base * clients.blocks[0].size + dealt.extra, compact.stages[0]
    return (
        "YAML cannot say how many requests a stage has. Clients, prefixes, lengths and the rate are right in it; BLIS would "
        f"draw Poisson arrivals at {short(stage.rate)} requests/s, where the compact file sends exactly "
        f"{counted(requests, 'request')} in {duration(stage.duration * US_PER_S)}."
    )


def _several_stages(clients: Expansion, compact: InferencePerf, head: WorkloadSpec) -> str:
    planned = [stage.rate for stage in compact.stages]
    sent = _stage_rates(clients, compact)
    return (
        "YAML cannot say the rates of several stages. Clients, prefixes, lengths and windows are right in it; "
        f"BLIS would send {_in_stages(sent)}, not {span(planned)}{_in_all(compact, sent, head)}."
    )


def _sessions(clients: Expansion, compact: InferencePerf) -> str:
    size = clients.blocks[0].size
    starts = [size / rate for rate in _stage_rates(clients, compact)]
    return (
        "YAML cannot say when the sessions of several stages begin. Clients, prefixes, lengths and rounds are right in it; "
        f"BLIS would begin each session {span(starts)} s into its stage on average, "
        f"not {span([size / stage.rate for stage in compact.stages])} s."
    )


def _stage_rates(clients: Expansion, compact: InferencePerf) -> list[float]:
    """Return the requests, or beginnings of sessions, per second that BLIS makes of the clients of each stage."""
    rates = zip(clients.blocks, block_rates(clients), strict=True)
    return [rate * US_PER_S * block.size for block, rate in rates][: len(compact.stages)]


def _version_1(clients: Expansion, head: WorkloadSpec) -> Iterator[Problem]:
    """Say how BLIS reads the windows of version 1, and with which numbers if they are those of stages."""
    if generation_path(clients.spec) != STEPPED:
        return
    compact, numbers = clients.spec.inference_perf, ""
    if compact is not None and not clients.spec.cohorts:
        block = clients.blocks[0]
        rates = WindowRates(clients)
        windows = windows_in(block)
        sent = [rates.rate(block, window) * block.size for window in windows]
        planned = [(window.trace_rate or 0.0) * block.size for window in windows]
        numbers = f": it would send {_in_stages(sent, arrivals_of(block))}, not {span(planned)}"
    text = (
        "In this expanded file a window's trace_rate is in requests per second, as version 1 has it. BLIS upgrades the file to "
        f"version 2 and would read the rates as proportions of aggregate_rate{numbers}. Format expanded-rates gives it the rates."
    )
    yield Problem("expanded-version-1", WARNING, (), text)


def _in_stages(rates: Sequence[float], arrivals: str = "requests") -> str:
    alike = short(min(rates)) == short(max(rates))
    return f"{span(rates)} {arrivals}/s in {'each of ' if alike else ''}the {stages(len(rates))}"


def _in_all(compact: InferencePerf, sent: Sequence[float], head: WorkloadSpec) -> str:
    """Compare how many requests rates come to until the horizon, unless their number is limited."""
    if head.num_requests:
        return ""
    start, totals = 0, [0.0, 0.0]
    for stage, rate in zip(compact.stages, sent, strict=True):
        seconds = min(max(head.horizon / US_PER_S - start, 0.0), stage.duration)
        start += stage.duration
        totals[0] += rate * seconds
        totals[1] += stage.rate * seconds
    return f": about {whole(totals[0])} requests, not {whole(totals[1])}"
