"""What each block of clients draws, as the kernel takes it: the order of draws of every one of BLIS's paths."""

from __future__ import annotations

import math

import numpy as np

from blis_tui.numbers import whole
from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path, media_of
from blis_tui.spec.format.model import Client, Distribution, Multimodal, Window
from blis_tui.spec.format.windows import cut_off, windows_of
from blis_tui.workload.expansion.activity import active_spans
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.expansion.traits import DEFAULT_TIMEOUT_US
from blis_tui.workload.kernel.records import (
    ARRIVALS,
    CHAT,
    LEG,
    MEDIA,
    NO_SAMPLER,
    POISSON,
    PROGRAM,
    SESSION,
    SPAN,
    SPREAD,
    STRETCHED,
    TEXT,
    Leg,
    Program,
    Programs,
    Sampler,
)
from blis_tui.workload.sampling.arrivals import gap_sampler
from blis_tui.workload.sampling.lengths import length_sampler
from blis_tui.workload.sampling.table import SamplerTable

MEDIA_KINDS = ("text", "image", "audio", "video")
_MOST_IN_WINDOW = 1 << 31
_NO_MEDIA = (NO_SAMPLER,) * 2 * len(MEDIA_KINDS)


def programs_of(clients: Expansion, until: int, most: int) -> Programs:
    """Return the programs of an expansion whose requests arrive before `until`, at most `most` of a client's, in µs."""
    builder = _Builder(until, most)
    path = generation_path(clients.spec)
    if path == STEPPED:
        for block in clients.blocks:
            builder.stepped(block)
    elif path == VARYING:
        rates = WindowRates(clients, until)
        for block in clients.blocks:
            builder.varying(block, rates)
    else:
        for block, rate in zip(clients.blocks, block_rates(clients), strict=True):
            builder.ordinary(block, rate)
    return builder.programs(clients.starts)


class _Builder:
    """Writes the programs of one block after the other."""

    def __init__(self, until: int, most: int) -> None:
        self._until, self._most = until, most
        self._samplers = SamplerTable()
        self._programs: list[Program] = []
        self._legs: list[Leg] = []
        self._spans: list[tuple[int, int]] = []
        self._seeded: list[bool] = []

    def programs(self, starts: list[int]) -> Programs:
        """Return all that was written."""
        table = self._samplers
        arrays = (np.array(self._programs, PROGRAM), np.array(self._legs, LEG), np.array(self._spans, SPAN))
        return Programs(*arrays, table.rows, table.values, table.shares, np.array(starts, np.int64), np.array(self._seeded, bool))

    def ordinary(self, block: ClientBlock, rate: float) -> None:
        """Write clients whose time runs from 0: what lands outside their windows is thrown away (`GenerateRequests`)."""
        client = block.template
        windows = windows_of(client)
        spans = active_spans(windows)
        turns = client.turns
        if rate <= 0:
            self._write(client, [], spans, seeded=False)
            return
        gap = gap_sampler(client.arrival, rate) if block.exact_rate is None else Sampler(POISSON, block.exact_rate)
        end = min(self._until, spans[-1][1]) if spans else self._until
        if block.spread_us is not None and block.dealt is not None:
            leg = self._leg(SPREAD, gap, client, 0, self._until, gaps=block.dealt.base, span=block.spread_us)
        elif turns is not None and turns.single_session:
            leg = self._leg(SESSION, gap, client, windows[0].start_us if windows else 0, self._until)
        else:
            leg = self._leg(ARRIVALS, gap, client, 0, end)
        self._write(client, [leg], spans, block=block)

    def stepped(self, block: ClientBlock) -> None:
        """Write clients whose windows have absolute rates, each drawn from the window's start (version 1)."""
        client = block.template
        legs = [
            self._leg(
                ARRIVALS,
                gap_sampler(client.arrival, window.trace_rate / 1e6),
                client,
                window.start_us,
                min(window.end_us, self._until),
            )
            for window in windows_of(client)
            if window.start_us < self._until and window.trace_rate
        ]
        self._write(client, legs, active_spans(windows_of(client)))

    def varying(self, block: ClientBlock, rates: WindowRates) -> None:
        """Write clients whose windows are each filled by a number of gaps (`generateTimeVaryingRequests`)."""
        client = block.template
        legs = []
        for whole_window in windows_of(client):
            if whole_window.start_us >= self._until:
                continue
            window = cut_off(whole_window, self._until)
            start, end = window.start_us, window.end_us
            rate = rates.rate(block, window)
            expected = rate * (float(end - start) / 1e6)
            if expected > _MOST_IN_WINDOW:
                message = f"{whole(expected)} requests in the window from {start} to {end} µs are too many"
                raise SpecError([Problem("too-many-requests", ERROR, (), message)])
            count = math.ceil(expected)
            if count > 0:
                gap = gap_sampler(window.arrival or client.arrival, rate / 1e6)
                drawn = _with_lengths(client, window)
                legs.append(self._leg(STRETCHED, gap, drawn, start, end, until=end, gaps=count, span=end - start))
        self._write(client, legs, [], block=block, varying=True, seeded=bool(windows_of(client)))

    def _add(self, distribution: Distribution) -> int:
        return self._samplers.add(length_sampler(distribution)) if distribution.type else NO_SAMPLER

    def _leg(self, kind: int, gap: Sampler, client: Client, start: int, end: int, **more: int) -> Leg:
        return Leg(
            kind=kind,
            gap=self._samplers.add(gap),
            input=self._add(client.input_distribution),
            output=self._add(client.output_distribution),
            start=start,
            end=end,
            **{"until": self._until, **more},
        )

    def _write(
        self,
        client: Client,
        legs: list[Leg],
        spans: list[tuple[int, int]],
        *,
        block: ClientBlock | None = None,
        varying: bool = False,
        seeded: bool = True,
    ) -> None:
        """Write a program. On the time-varying path BLIS knows no limit on a client's requests and no multimodal parts."""
        turns, reasoning = client.turns, client.reasoning
        media = media_of(client, varying=varying)
        content = CHAT if turns is not None else TEXT if media is None else MEDIA
        dealt = block.dealt if block is not None else None
        self._programs.append(
            Program(
                first_leg=len(self._legs),
                legs=len(legs),
                first_span=len(self._spans),
                spans=len(spans),
                most=INT64_MAX if varying else self._most,
                content=content,
                media=_NO_MEDIA if media is None else self._media(media),
                rounds=0 if turns is None else turns.max_rounds if dealt is None else dealt.base,
                percent=NO_SAMPLER if turns is None or reasoning is None else self._add(reasoning.reason_ratio_distribution),
                think_time_us=client.think_time_us if turns is None else turns.think_time_us,
                grows=turns is not None and turns.context_growth == "accumulate",
                single_session=turns is not None and turns.single_session and varying,
                spare=not varying and block is not None and block.exact_rate is not None,  # seeds a stream that is never read
                extra=0 if dealt is None else dealt.extra,
                input=self._add(client.input_distribution),
                output=self._add(client.output_distribution),
                timeout_us=DEFAULT_TIMEOUT_US if client.timeout is None else client.timeout,
            )
        )
        self._legs += legs
        self._spans += spans
        self._seeded.append(seeded)

    def _media(self, multimodal: Multimodal) -> tuple[int, ...]:
        """Return the samplers of how many pieces of each kind there are and of the tokens of each; text is always one piece."""
        samplers: list[int] = []
        for kind in MEDIA_KINDS:
            tokens: Distribution = getattr(multimodal, f"{kind}_distribution")
            pieces = None if kind == "text" else getattr(multimodal, f"{kind}_count_distribution")
            if not tokens.type or (pieces is not None and not pieces.type):
                samplers += (NO_SAMPLER, NO_SAMPLER)
            else:
                samplers += (NO_SAMPLER if pieces is None else self._add(pieces), self._add(tokens))
        return tuple(samplers)


def _with_lengths(client: Client, window: Window) -> Client:
    """Return the client with the lengths that one of its windows has of its own."""
    if not window.input_distribution and not window.output_distribution:
        return client
    return client.replace(
        input_distribution=window.input_distribution or client.input_distribution,
        output_distribution=window.output_distribution or client.output_distribution,
    )
