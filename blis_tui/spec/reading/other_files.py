"""Files of another kind: the configs, traces and objects of the tools around BLIS, told by what they begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from blis_tui.problems import Problem
from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, Node, Tree
from blis_tui.spec.yaml.scalars import shorten
from blis_tui.spec.yaml.source import Source, syntax_problem

HEAD = 4096
"""Characters of a text that are looked at."""
_CODE = "other-file"
_OWN = frozenset(("aggregate_rate", "clients", "cohorts", "inference_perf", "servegen_data"))
"""Fields that no other kind of file has."""


class Kind(NamedTuple):
    """A kind of file: what it is called, what its user may want to know, and the keys at its top.

    A file is of the kind if it has all keys of one of `marks`, and most of its keys are among `keys`. A key within the
    block `spec` is written ``spec.key``.
    """

    name: str
    hint: str
    keys: frozenset[str]
    marks: tuple[frozenset[str], ...]


def _kind(name: str, hint: str, keys: str, *marks: str) -> Kind:
    return Kind(name, hint, frozenset(keys.split()), tuple(frozenset(mark.split()) for mark in marks))


INFERENCE_PERF = "an inference-perf config"
"""The kind of file that can be opened as a workload file."""
_KUBERNETES = _kind("a Kubernetes object", "", "apiVersion kind metadata spec data status", "apiVersion kind")
_BUNDLE = "admission routing priority scheduler preemption tenant_budgets node_pools autoscaler instance_lifecycle"
_KINDS = (
    _KUBERNETES,
    _kind(
        "the header of a BLIS trace",
        "`blis replay` reads it: --trace-header",
        "trace_version time_unit created_at mode warm_up_requests workload_seed workload_spec session_context_growth server "
        "network goodput_slo_targets kv_offload observed_kv_metrics",
        "trace_version",
    ),
    _kind("a policy bundle of BLIS", "it goes beside the workload: --policy-config", _BUNDLE, *_BUNDLE.split()),
    _kind(
        "BLIS's own defaults",
        "",
        "defaults workloads trained_physics_coefficients lora kv_offload_devices version",
        "trained_physics_coefficients",
    ),
    _kind("the record of an export", "", "export_version program program_version spec counts tokens files", "export_version"),
    _kind("an AIPerf config", "", "schemaVersion benchmark", "schemaVersion benchmark"),
    _kind(
        "a guidellm config",
        "",
        "target model request_type profile rate rate_type data max_seconds max_requests max_errors backend backend_type "
        "backend_kwargs backend_args processor processor_args data_args data_samples data_sampler random_seed seed constraints "
        "spec metadata benchmarks warmup cooldown outputs output_path output_extras",
        "target data", "target profile", "target rate_type", "profile data", "rate_type data", "spec.profile", "spec.data",
    ),
    _kind(
        INFERENCE_PERF,
        "its load.stages and data.shared_prefix stand under inference_perf here",
        "api data load metrics report storage server tokenizer circuit_breakers",
        "load", "data", "api server",
    ),
)  # fmt: skip
_OWN_LINE = re.compile(rf"""^["']?(?:{"|".join(sorted(_OWN))})["']?[ \t]*:""", re.MULTILINE)
_COLUMNS = frozenset(
    (
        "request_id", "client_id", "session_id", "session id", "arrival_us", "arrival_time_us", "arrived_at", "timestamp",
        "input_tokens", "output_tokens", "input_length", "output_length", "prompt_tokens", "num_prefill_tokens",
        "num_decode_tokens", "contexttokens", "generatedtokens", "request tokens", "response tokens", "hash_ids", "text_input",
        "token_hash",
    )
)  # fmt: skip
"""Columns of traces, and fields of their lines, in lower case."""


def other_text(text: str) -> Problem | None:
    """Report that a text is no YAML but a trace, in CSV or JSON lines, by its first lines; ``None`` if it is not."""
    first, *others = (line.strip() for line in text[:HEAD].lstrip("\ufeff").split("\n"))
    if first.startswith("{"):
        names = {part.rpartition('"')[2].lower() for part in first.split('":')}
        again = first.endswith("}") and any(line.startswith("{") for line in others)
        if not names & _OWN and (again or len(names & _COLUMNS) > 1):
            return _problem(Source(text), "a trace in JSON lines" if names & _COLUMNS else "a file of JSON lines", "")
    elif len({name.strip(' "').lower() for name in first.split(",")} & _COLUMNS) > 1:
        hint = "`blis replay` reads it: --trace-data" if "send_time_us" in first else ""
        return _problem(Source(text), "a trace in CSV", hint)
    return None


def other_tree(tree: Tree) -> Problem | None:
    """Report that a file is YAML of another kind; ``None`` if it may well be a workload file."""
    pairs = _pairs(tree.root)
    keys = set(pairs)
    if keys & _OWN:
        return None
    marks = keys | {f"spec.{key}" for key in _pairs(pairs.get("spec"))}
    for kind in _KINDS:
        if any(mark <= marks for mark in kind.marks) and 2 * len(keys & kind.keys) > len(keys):
            which = f" ({shorten(pairs['kind'].value)})" if kind is _KUBERNETES and pairs["kind"].kind == SCALAR else ""
            return _problem(tree.source, kind.name + which, kind.hint)
    return None


def may_be_other(text: str) -> bool:
    """Return whether a glance at a text leaves it open if it is YAML of another kind."""
    return not _OWN_LINE.search(text)


def kind_of(problems: Iterable[Problem]) -> str:
    """Return of which other kind a file is, by the problems that were found in it; empty if it is none."""
    return next((str(problem.found) for problem in problems if problem.code == _CODE), "")


def _pairs(node: Node | None) -> dict[str, Node]:
    """Return the values of a mapping by their keys; guidellm takes dashes and underscores alike."""
    if node is None or node.kind != MAPPING:
        return {}
    return {key.value.replace("-", "_"): value for key, value in node.items if key.kind == SCALAR}


def _problem(source: Source, name: str, hint: str) -> Problem:
    text = f"the file is {name}, not a workload file{f'; {hint}' if hint else ''}"
    problem = syntax_problem(source, int(source.text.startswith("\ufeff")), _CODE, text)
    return problem._replace(found=name, allowed="a mapping with inference_perf, clients, cohorts or servegen_data")
