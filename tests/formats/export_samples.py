"""Specs for the tests of the formats, and what reads the files back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from blis_tui.formats.export import write_to
from blis_tui.formats.tuning import Tuning
from blis_tui.problems import ERROR
from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Distribution,
    InferencePerf,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Stage,
    WorkloadSpec,
)
from blis_tui.spec.reading.decode import decode
from blis_tui.workload.requests import Requests

SMALL_BATCHES = Tuning(batch_requests=7, batch_tokens=300)
GOLDEN = Path(__file__).parents[1] / "golden"
EXAMPLES = Path(__file__).parents[2] / "examples"
COLUMNS = (
    "arrival_us", "client", "input_tokens", "output_tokens", "prefix_tokens", "session", "round", "reason_ratio",
    "deadline_us", "slo_target_us", "streaming", "text_tokens", "image_tokens", "audio_tokens", "video_tokens",
)  # fmt: skip
ODD_NAMES = (
    "plain",
    "comma,",
    'quote"',
    "line\nend",
    "return\rhere",
    " leading space",
    "back\\slash",
    "\\.",
    "tab\t",
    "escape\x1b[31m",
    "nul\x00",
    "next\x85line",
    "line\u2028separator",
    "bom\ufeff",
    "[bold]markup[/bold]",
    "null",
    "1e3",
    "#comment",
    "a: b",
    "{flow, }",
    "日本 😀",
    "'",
    "...",
    "---",
    "",
)
"""Names that some format or other could trip over."""


def constant(value: float) -> Distribution:
    return Distribution(type="constant", params={"value": float(value)})


def client(name: str = "a", **fields: object) -> Client:
    given: dict[str, object] = {
        "id": name,
        "rate_fraction": 1.0,
        "arrival": Arrival(process="poisson"),
        "input_distribution": constant(6),
        "output_distribution": constant(3),
    }
    return Client(**(given | fields))  # type: ignore[arg-type]


def explicit(*clients: Client, **fields: object) -> WorkloadSpec:
    given: dict[str, object] = {"version": "2", "seed": 7, "aggregate_rate": 20.0, "horizon": 3_000_000}
    return WorkloadSpec(**(given | fields), clients=clients)  # type: ignore[arg-type]


def oddly_named() -> WorkloadSpec:
    """One client per odd name, which also is its tenant, model, adapter and prefix group."""
    same = ("tenant_id", "model", "adapter", "prefix_group")
    clients = [client(name, **dict.fromkeys(same, name), prefix_length=4) for name in ODD_NAMES]
    return explicit(*clients, horizon=30_000_000, num_requests=200)


def chat(growth: str = "", *, rounds: int = 3, **fields: object) -> Client:
    turns = MultiTurn(max_rounds=rounds, think_time_us=100_000, context_growth=growth)
    reasoning = Reasoning(reason_ratio_distribution=constant(30), multi_turn=turns)
    return client(**({"reasoning": reasoning, "prefix_group": "g", "prefix_length": 5} | fields))  # type: ignore[arg-type]


def compact(
    *rates: float, version: str = "2", chat: bool = False, prompts: int = 2, users: int = 2, **fields: object
) -> WorkloadSpec:
    prefix = SharedPrefix(
        num_unique_system_prompts=prompts,
        num_users_per_system_prompt=users,
        system_prompt_len=10,
        question_len=4,
        output_len=2,
        enable_multi_turn_chat=chat,
    )
    stages = tuple(Stage(rate=rate, duration=5) for rate in rates)
    return WorkloadSpec(
        version=version,
        seed=3,
        inference_perf=InferencePerf(stages=stages, shared_prefix=prefix),
        **fields,  # type: ignore[arg-type]
    )


def read_spec(text: str) -> WorkloadSpec:
    """Decode a text that must have no errors."""
    decoded = decode(text)
    assert [problem for problem in decoded.problems if problem.severity == ERROR] == []
    assert decoded.spec is not None
    return decoded.spec


def golden(name: str) -> WorkloadSpec:
    return read_spec((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8"))


def written(spec: WorkloadSpec, format: str, **options: object) -> bytes:
    """Return what a format of one file writes of a spec."""
    stream = io.BytesIO()
    write_to(stream, spec, format, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def read_lines(data: bytes) -> list[dict[str, object]]:
    """Read JSON lines."""
    assert data == b"" or data.endswith(b"\n")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def read_table(data: bytes) -> list[list[str]]:
    """Read comma-separated rows, the header first."""
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def assert_same_requests(one: Requests, other: Requests) -> None:
    """Check that two specs give the same requests, token ids and clients' names included."""
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("id", "tenant_id", "slo_class", "model", "adapter", "prefix_group"):
        assert list(one.clients.column(name)) == list(other.clients.column(name))
    for mine, theirs in zip(one.tokens(), other.tokens(), strict=True):
        np.testing.assert_array_equal(mine[0], theirs[0])
        np.testing.assert_array_equal(mine[1], theirs[1])
