"""Texts to decode, every field that is declared, and what is found in a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blis_tui.problems import ERROR, Problem
from blis_tui.problems import Path as SpecPath
from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.decode import Decoded, decode

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests/golden").glob("*.yaml"))
INVALID = sorted((ROOT / "tests/golden/invalid").glob("*.yaml"))
COMPACT = """\
version: "2"
seed: 42
inference_perf:
  stages:
    - {rate: 8.0, duration: 600}
    - {rate: 20.0, duration: 600}
  shared_prefix:
    num_unique_system_prompts: 9
    num_users_per_system_prompt: 5
    system_prompt_len: 100
    question_len: 447
    output_len: 248
    enable_multi_turn_chat: false
"""


def good(text: str) -> WorkloadSpec:
    decoded = decode(text)
    assert decoded.problems == []
    assert decoded.broken == set()
    assert decoded.spec is not None
    return decoded.spec


def only_problem(text: str) -> Problem:
    decoded = decode(text)
    assert len(decoded.problems) == 1, decoded.problems
    assert decoded.problems[0].severity == ERROR
    return decoded.problems[0]


def codes(decoded: Decoded) -> list[str]:
    return [problem.code for problem in decoded.problems]


def place(problem: Problem) -> tuple[int | None, int | None]:
    return problem.line, problem.column


def every_field(record: type[Record], steps: SpecPath = ()) -> Iterator[tuple[SpecPath, Field]]:
    """List every declared field with a path that leads to it."""
    for name, declared in record.fields.items():
        path = (*steps, name)
        yield path, declared
        if declared.record is not None:
            yield from every_field(declared.record, path + {fields.LIST: (0,), fields.MAP: ("batch",)}.get(declared.kind, ()))


FIELDS = list(every_field(WorkloadSpec))


def flow(path: SpecPath, written: str) -> str:
    """Write a document that has just one value."""
    for step in reversed(path):
        written = f"[{written}]" if isinstance(step, int) else f"{{{step}: {written}}}"
    return written + "\n"


def found_at(spec: Any, path: SpecPath) -> Any:
    for step in path:
        spec = getattr(spec, step) if isinstance(spec, Record) else spec[step]
    return spec
