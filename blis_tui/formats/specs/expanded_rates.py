"""Format `expanded-rates`: the explicit clients of a spec, with a rate in requests per second on every window.

Where `aggregate_rate` is 0, BLIS takes the `trace_rate` of a window as it is. So a file can say the rates of several stages,
which the format `expanded` cannot. It costs what BLIS's time-varying path costs: single requests lose their prefix, timeout
and multimodal parts, sessions their SLO target. And each window is filled evenly: a client sends ⌈rate × length⌉ − 1
requests in it, whatever the seed. The file says so, with its own numbers, in a comment at its top, and so does `warnings`.

Clients without windows get one, from 0 to the end. The file is of version 2, by whose rules BLIS reads it.
"""

from __future__ import annotations

import math
from typing import Any

from blis_tui.formats.source import Source
from blis_tui.formats.specs.client_file import ClientFile, arrivals_of, clients_of, head_of, span, stages, windows_in, with_an_end
from blis_tui.numbers import whole
from blis_tui.problems import WARNING, Problem
from blis_tui.spec.format.facts import US_PER_S, end_us, fitted_gap_us, stages_end_us
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import ORDINARY, VARYING, generation_path, is_chat, lost_when_varying
from blis_tui.spec.format.model import DEFAULT_PREFIX, Client, Lifecycle, Window
from blis_tui.spec.format.windows import cut_off
from blis_tui.workload.expansion.clients import ClientBlock, Expansion, Name, Names
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.totals.expected import expect

_LOST = {"prefix_group": "prefixes", "timeout": "timeouts", "multimodal": "multimodal parts"}
"""What single requests may lose, in words."""


def contents(source: Source) -> ClientFile:
    """Work out the head, the clients, and what is right in the file and what is lost."""
    before = clients_of(source)
    spec = before.spec
    blocks = _rated(before)
    head = head_of(before, version="2" if spec.rules == 1 else spec.version, aggregate_rate=0.0)
    templates = tuple(block.template for block in blocks)
    after = Expansion(head.replace(clients=templates), blocks, aggregate_rate=0.0, category=before.category)
    head, end = with_an_end(head, after)
    return ClientFile(head, after, (_warning(before, after), *end))


def _rated(clients: Expansion) -> list[ClientBlock]:
    """Give every window of every client the rate it has in the spec."""
    path, end = generation_path(clients.spec), end_us(clients.spec)
    rates = _rates(clients) if path == ORDINARY else None
    shares = WindowRates(clients, INT64_MAX if end is None else end) if path == VARYING else None
    whole = _whole(clients, rates)

    def rated(number: int, block: ClientBlock, window: Window) -> Window:
        if rates is not None:
            return window.replace(trace_rate=rates[number] * US_PER_S)
        if shares is None:
            return window
        if not windows_in(block) or (end is not None and window.start_us >= end):
            return window.replace(trace_rate=0.0)
        return window.replace(trace_rate=shares.rate(block, window if end is None else cut_off(window, end)))

    blocks = []
    for number, block in enumerate(clients.blocks):
        if block.template.concurrency:
            blocks.append(block)
        else:
            windows = tuple(rated(number, block, window) for window in windows_in(block) or (whole[number],))
            template = _without_losses(block.template).replace(lifecycle=Lifecycle(windows=windows))
            blocks.append(ClientBlock(template, block.size, _names(block, template), dealt=block.dealt))
    return blocks


def _rates(clients: Expansion) -> list[float]:
    """Return the rate of each block's clients in requests per µs: that of their stage, of fitted gaps, or their share."""
    rates = block_rates(clients)
    for number, block in enumerate(clients.blocks):
        gap = fitted_gap_us(block.template.arrival)
        if gap is not None:
            rates[number] = 1.0 / max(gap, 1.0)
    if clients.spec.inference_perf is not None and clients.spec.rules == 2:
        for number, stage in enumerate(clients.spec.inference_perf.stages):
            rates[number] = stage.rate / clients.blocks[number].size / US_PER_S
    return [min(rate, 1.0) for rate in rates]  # gaps are 1 µs at least


def _whole(clients: Expansion, rates: list[float] | None) -> list[Window]:
    """Return the window that the clients of each block get who have none: up to the end, or until all requests are sent."""
    spec, compact = clients.spec, clients.spec.inference_perf
    end = end_us(spec)
    if end is None and rates is not None:
        always = [(block.size, rate) for block, rate in zip(clients.blocks, rates, strict=True) if not windows_in(block)]
        together = sum(size * rate for size, rate in always)
        most = spec.num_requests + sum(size for size, _ in always)  # each leaves its last request out
        end = min(math.ceil(most / together), INT64_MAX) if together > 0 else None
    whole = [Window(end_us=end or 1)] * len(clients.blocks)
    if compact is not None and spec.rules == 2 and len(compact.stages) == 1:
        whole[0] = Window(end_us=stages_end_us(compact))
    return whole


def _without_losses(client: Client) -> Client:
    """Take away what BLIS leaves out where windows carry rates, so that the file says what is sent."""
    lost = lost_when_varying(client)
    unset: dict[str, Any] = {name: Client.fields[name].default for name in lost}
    return client.replace(**unset, **({"prefix_length": 0} if "prefix_group" in lost else {}))


def _names(block: ClientBlock, template: Client) -> Names | None:
    """Return what the members of a block are called: they have no prefix group if the template has none."""
    named = block.names
    return named if named is None or template.prefix_group else named._replace(prefix_group=Name(""))


def _warning(before: Expansion, after: Expansion) -> Problem:
    """Say what is right and what is lost, with the numbers of this file."""
    text = (
        "In this expanded file every window has its rate in requests per second, and BLIS goes by "
        f"it{_in_stages(after, before)}. Clients, rates and windows are right in it{_count(before, after)}.{_lost(before)} "
        f"The {'compact ' if before.spec.inference_perf is not None else ''}file and the exported requests are exact."
    )
    return Problem("expanded-rates", WARNING, (), text)


def _in_stages(after: Expansion, before: Expansion) -> str:
    """Write the rates of all stages."""
    compact = before.spec.inference_perf
    if compact is None:
        return ""
    blocks = after.blocks[: 1 if before.spec.rules == 1 else len(compact.stages)]
    rates = [(window.trace_rate or 0.0) * block.size for block in blocks for window in windows_in(block)]
    return f": {span(rates)} {arrivals_of(blocks[0])}/s in {f'the {stages(len(rates))}' if len(rates) > 1 else 'its stage'}"


def _count(before: Expansion, after: Expansion) -> str:
    """Compare the number of requests, where both are known."""
    until = end_us(before.spec)
    wanted, got = expect(before, until).total, expect(after, until).total
    if before.spec.num_requests or wanted is None or got is None or wanted.mean == math.inf:
        return ""
    about = "" if wanted.exact else "about "
    return (
        ", but each is filled evenly and without its last request: "
        f"{whole(got.mean)} requests in all, where the spec has {about}{whole(wanted.mean)}"
    )


def _lost(clients: Expansion) -> str:
    """Return what BLIS leaves out where windows carry rates, unless it leaves it out of the spec as well."""
    if generation_path(clients.spec) == VARYING:
        return ""
    rated = [block.template for block in clients.blocks if not block.template.concurrency]
    fields = {field for client in rated for field in lost_when_varying(client)}
    lost = [name for field, name in _LOST.items() if field in fields]
    sentences = [f"Single requests lose their {' and '.join(lost)}{_inputs(clients)}."] if lost else []
    if "slo_target_us" in fields:
        sentences.append("Sessions lose their SLO targets.")
    if any(is_chat(block.template) and len(windows_in(block)) > 1 for block in clients.blocks):
        sentences.append("Rounds are lost that come after the end of their session's window.")
    return "".join(f" {sentence}" for sentence in sentences)


def _inputs(clients: Expansion) -> str:
    """Return what losing the prefix means for the inputs of a compact spec."""
    compact = clients.spec.inference_perf
    prefix = compact.shared_prefix if compact is not None else None
    if prefix is None or clients.spec.cohorts:
        return ""
    question = max(prefix.question_len, 1)
    return f": inputs have {question:,} tokens, not {question + (prefix.system_prompt_len or DEFAULT_PREFIX):,}"
