"""Workload files as plain data, to be changed in one place and checked."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import yaml

from blis_tui.problems import Path, Problem, format_path
from blis_tui.spec.check import Checked, check

DROP = object()
"""As the new value: take the key or item out."""

CONSTANT: dict[str, Any] = {"type": "constant", "params": {"value": 20}}
GAUSSIAN: dict[str, Any] = {"type": "gaussian", "params": {"mean": 30.0, "std_dev": 8.5, "min": 5, "max": 80}}

COMPACT: dict[str, Any] = {
    "version": "2",
    "seed": 42,
    "horizon": 1_200_000_000,
    "inference_perf": {
        "stages": [{"rate": 8.0, "duration": 600}, {"rate": 20.0, "duration": 600}],
        "shared_prefix": {
            "num_unique_system_prompts": 9,
            "num_users_per_system_prompt": 5,
            "system_prompt_len": 100,
            "question_len": 447,
            "output_len": 248,
            "enable_multi_turn_chat": False,
        },
    },
}
STAGES: Path = ("inference_perf", "stages")
PREFIX: Path = ("inference_perf", "shared_prefix")
CHAT: Path = (*PREFIX, "enable_multi_turn_chat")


def client(name: str, **more: Any) -> dict[str, Any]:
    """Describe a client that has what every client needs."""
    return {
        "id": name,
        "tenant_id": "t",
        "slo_class": "standard",
        "rate_fraction": 0.5,
        "arrival": {"process": "poisson"},
        "input_distribution": copy.deepcopy(GAUSSIAN),
        "output_distribution": copy.deepcopy(CONSTANT),
        **more,
    }


def sessions(**more: Any) -> dict[str, Any]:
    """Describe reasoning with sessions of several rounds."""
    turns = {"max_rounds": 3, "think_time_us": 1000, "context_growth": "", **more}
    return {"reason_ratio_distribution": {"type": "constant", "params": {"value": 7}}, "multi_turn": turns}


def windows(*spans: tuple[int, int], **more: Any) -> dict[str, Any]:
    """Describe a lifecycle."""
    return {"windows": [{"start_us": start, "end_us": end, **copy.deepcopy(more)} for start, end in spans]}


CLIENTS: dict[str, Any] = {
    "version": "2",
    "seed": 1,
    "aggregate_rate": 5.0,
    "horizon": 20_000_000,
    "clients": [client("a"), client("b")],
}
COHORTS: dict[str, Any] = {
    "version": "2",
    "seed": 1,
    "aggregate_rate": 5.0,
    "horizon": 20_000_000,
    "cohorts": [client("x", population=4), client("y", population=2)],
}


def changed(data: dict[str, Any], *changes: tuple[Path, Any]) -> dict[str, Any]:
    """Return a copy with other values at some paths, which are made where they are missing."""
    data = copy.deepcopy(data)
    for path, value in changes:
        holder: Any = data
        for step, following in itertools.pairwise(path):
            if isinstance(step, str) and step not in holder:
                holder[step] = [] if isinstance(following, int) else {}
            holder = holder[step]
        if value is DROP:
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(value)
    return data


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, _: Any) -> bool:
        return True


def text_of(data: dict[str, Any]) -> str:
    """Write plain data as YAML."""
    return yaml.dump(data, Dumper=_NoAliases, sort_keys=False)


def checked(data: dict[str, Any], *changes: tuple[Path, Any]) -> Checked:
    """Check changed data as a file."""
    return check(text_of(changed(data, *changes)))


def only_error(data: dict[str, Any], *changes: tuple[Path, Any]) -> Problem:
    """Check changed data, which must have exactly one error, in the right place."""
    result = checked(data, *changes)
    assert len(result.errors) == 1, [problem.message for problem in result.errors]
    assert not result.ok
    problem = result.errors[0]
    assert problem.message.startswith(format_path(problem.path))
    assert_in_place(result, problem)
    return problem


def warning(code: str, data: dict[str, Any], *changes: tuple[Path, Any]) -> Problem:
    """Check changed data, which must be valid and have exactly one warning or info of a kind."""
    result = checked(data, *changes)
    assert result.ok, [problem.message for problem in result.errors]
    found = [problem for problem in result.problems if problem.code == code]
    assert len(found) == 1, [(problem.code, problem.message) for problem in result.problems]
    assert_in_place(result, found[0])
    return found[0]


def assert_in_place(result: Checked, problem: Problem) -> None:
    """Line and column must be those of the value, or of what is nearest around it."""
    assert problem.line is not None and problem.column is not None
    location = None
    for length in range(len(problem.path), -1, -1):
        location = location or result.tree.locate(problem.path[:length])
    assert location is not None
    node = location.key if location.key is not None and location.written.kind in ("sequence", "mapping") else location.node
    assert (problem.line, problem.column) == node.position


def codes(result: Checked) -> list[str]:
    """List the codes of all problems."""
    return [problem.code for problem in result.problems]
