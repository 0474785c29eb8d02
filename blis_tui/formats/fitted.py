"""The workload file that is fitted to a trace."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

import numpy as np

from blis_tui.formats.traces.trace import MeasuredTimes, Trace
from blis_tui.formats.yaml_text import block, entry
from blis_tui.numbers import counted, duration, roughly
from blis_tui.problems import Problem, printable
from blis_tui.spec.format.model import Client, Cohort, Distribution
from blis_tui.spec.rules.effort_advice import spoken_effort
from blis_tui.workload.fitting.choices import Choices
from blis_tui.workload.fitting.fit import Fit, fit
from blis_tui.workload.fitting.parts.conversations import Answers
from blis_tui.workload.progress import Progress
from blis_tui.workload.server import AssumedServer

_WIDTH = 100
_INDENT = "    "
_LONG = 4
"""A distribution with more parameters than this is a long table."""
_DISTRIBUTIONS = ("input_distribution", "output_distribution")


def fit_trace(
    trace: Trace,
    choices: Choices | None = None,
    progress: Progress | None = None,
    say: Callable[[Problem], None] = lambda problem: None,
) -> Fit:
    """Fit a workload to a trace; `say` is told before what takes long.

    Raises `SpecError` if the trace has no requests, and what `progress` raises.
    """
    return fit(trace.requests, choices, progress, None if trace.measured is None else _answers(trace.measured), say)


def verdict_of(fit: Fit) -> str:
    """Say how good a fit is, as the end of a sentence that begins with it."""
    if fit.report is None:
        return f"is not compared, as generating it takes {spoken_effort(fit.effort_s)}"
    return f"is {fit.report.verdict}"


def _answers(measured: MeasuredTimes) -> Answers | None:
    """Return how long answers took in a run; ``None`` if it has none."""
    told = (measured.sent_us >= 0) & (measured.first_us >= measured.sent_us) & (measured.last_us >= measured.first_us)
    if not told.any():
        return None
    took = np.where(told, measured.last_us - measured.sent_us, -1)
    ttft = float((measured.first_us - measured.sent_us)[told].mean())
    decoding = float((measured.last_us - measured.first_us)[told].sum())
    tokens = int((measured.output_tokens[told] - 1).clip(0).sum())
    return Answers(took, AssumedServer(round(ttft), round(decoding / tokens) if tokens else 0))


def fitted_text(fit: Fit, source: str) -> str:
    """Write the file, and comments that say what it was made from; `source` is what the trace is called."""
    members: list[Client | Cohort] = [*fit.spec.clients, *fit.spec.cohorts]
    head = block(fit.spec.replace(clients=(), cohorts=()))
    return f"{_comments(fit, source, members)}{head}{_members(members)}"


def _comments(fit: Fit, source: str, members: Sequence[Client | Cohort]) -> str:
    made = "" if fit.report is None else f"It generates {counted(round(fit.report.total.rows[0].fit), 'request')}; "
    texts = [
        f"Fitted to the trace {printable(source)}: {counted(fit.requests, 'request')} in {duration(fit.span_us)}.",
        f"{made}{'the' if made else 'The'} fit {verdict_of(fit)}.",
    ]
    if fit.clock_step_us:
        step = roughly(fit.clock_step_us)
        texts.append(f"The clock of the trace has steps of about {step}; requests of one time are spread over a step.")
    if any(member.turns is not None and member.closed_loop is False for member in members):
        texts.append(
            "Pauses of conversations are from request to request, answers included, so closed_loop is false. To let BLIS wait "
            "for answers, take the time of an answer from think_time_us and leave closed_loop out."
        )
    if any(member.arrival.shape is not None for member in members):
        texts.append(
            "Arrivals with a shape and a scale have a rate of their own (for gamma, a request every shape × scale µs), so that "
            "each stage has its rate; rate_fraction only says what share of the requests that comes to."
        )
    return "".join(f"# {line}\n" for text in texts for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False))


def _members(members: Sequence[Client | Cohort]) -> str:
    """Write clients and cohorts; a long table that several of them have is written once, and referred to."""
    anchors: dict[Distribution, str] = {}
    shared = _shared(members)
    parts = []
    for kind, title in ((Client, "clients"), (Cohort, "cohorts")):
        mine = [member for member in members if isinstance(member, kind)]
        if mine:
            parts.append(f"{title}:\n{''.join(_member(member, shared, anchors) for member in mine)}")
    return "".join(parts)


def _shared(members: Sequence[Client | Cohort]) -> set[Distribution]:
    """Return the long tables that several members have."""
    seen: set[Distribution] = set()
    shared: set[Distribution] = set()
    for member in members:
        for name in _DISTRIBUTIONS:
            distribution = getattr(member, name)
            if len(distribution.params) > _LONG:
                (shared if distribution in seen else seen).add(distribution)
    return shared


def _member(member: Client | Cohort, shared: set[Distribution], anchors: dict[Distribution, str]) -> str:
    lines = ""
    for name, value in member.given():
        if not isinstance(value, Distribution) or value not in shared:
            lines += entry(name, value, _INDENT)
        elif value in anchors:
            lines += f"{_INDENT}{name}: *{anchors[value]}\n"
        else:
            anchors[value] = f"lengths-{len(anchors) + 1}"
            lines += entry(name, value, _INDENT).replace(f"{name}:", f"{name}: &{anchors[value]}", 1)
    return f"  - {lines[len(_INDENT) :]}"
