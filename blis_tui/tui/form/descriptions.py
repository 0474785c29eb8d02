"""What the form says about fields, stages and clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content

from blis_tui.numbers import counted, duration
from blis_tui.problems import SEVERITIES, Path, Problem, printable
from blis_tui.spec.format.facts import clients_per_stage, stages_end_us
from blis_tui.spec.format.fields import LIST, Field
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, WorkloadSpec
from blis_tui.spec.rules.compact_errors import USERS
from blis_tui.tui.document.field_values import short_message
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS

HORIZON: Path = ("horizon",)
NUM_REQUESTS: Path = ("num_requests",)
MOST_STAGE_PROBLEMS = 3
"""Problems of stages that are told below their table."""


def field_help(
    field: Field, choices: Sequence[str], problems: Sequence[Problem], mendable: Problem | None, label: str = ""
) -> Content:
    """Say what a field is, what it may be, what is wrong with it, and what F3 would do about a `mendable` problem.

    It may be called by another `label` than that of its declaration.
    """
    if field.kind == LIST:
        return Content.assemble((field.label, "bold"), f": {field.help}")
    unit = f" ({field.unit})" if field.unit else ""
    parts: list[Any] = [(label or field.label, "bold"), f"{unit}: {field.help} ", (_facts(field, choices), "$foreground-muted")]
    for problem in problems:
        parts.append((f"\n{SIGNS[problem.severity]} {short_message(problem)}", COLOURS.get(problem.severity, "")))
    if mendable is not None and mendable.mend is not None:
        parts += ["\n", ("f3 ", "bold $text-accent"), printable(mendable.mend.label)]
    return Content.assemble(*parts)


def _facts(field: Field, choices: Sequence[str]) -> str:
    """Say in a sentence what a field may be, and what it is if it is not given; empty where there is nothing to say."""
    allowed = f"one of {', '.join(choice or 'none' for choice in choices)}" if choices else field.allowed
    default = "" if field.required or not allowed or field.default in (None, "") else f"; default {field.default}"
    return f"{allowed[:1].upper()}{allowed[1:]}{default}." if allowed else ""


def note(field: Field, path: Path, value: Any, prefix: SharedPrefix | None) -> str:
    """Return the unit of a field, or how its value reads."""
    if path == HORIZON:
        return duration(value) if value > 0 else "not set"
    if path == NUM_REQUESTS and value <= 0:
        return "no limit"
    if path == USERS and prefix is not None:
        return f"→ {clients_per_stage(prefix):,}"
    return field.unit


def stages_text(compact: InferencePerf | None, requests: str) -> str:
    """Say how long the stages are and how many `requests` they make, if that is known."""
    if compact is None or not compact.stages:
        return ""
    if not requests:
        return counted(len(compact.stages), "stage")
    return f"{duration(stages_end_us(compact))} · {requests} requests"


def stage_problems(problems: dict[int, list[Problem]]) -> Content:
    """Say what is wrong with the stages, the first few problems each on a line."""
    parts: list[Any] = []
    told = [(index, problem) for index in sorted(problems) for problem in problems[index]]
    told.sort(key=lambda item: SEVERITIES.index(item[1].severity))
    for index, problem in told[:MOST_STAGE_PROBLEMS]:
        name = problem.path[-1] if isinstance(problem.path[-1], str) else "stage"
        text = f"{SIGNS[problem.severity]} {index + 1} {name} {short_message(problem)}"
        parts.append((text if not parts else f"\n{text}", COLOURS.get(problem.severity, "")))
    if len(told) > MOST_STAGE_PROBLEMS:
        parts.append(f"\n… and {len(told) - MOST_STAGE_PROBLEMS} more")
    return Content.assemble(*parts)


def elsewhere_text(spec: WorkloadSpec) -> str:
    """Say what clients a file has that the form does not show, and where they are edited."""
    return "ServeGen data, edited in the YAML pane (alt+4)." if spec.servegen_data is not None else ""
