"""BLIS's own program: what it makes of a workload file, told by the trace that it writes of a simulation.

It simulates a made-up model on a made-up server whose every step takes a microsecond, however much is in it. So an answer takes
a microsecond for each of its tokens, which is what `SERVER` assumes.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

VARIABLE = "BLIS_BIN"
"""The environment variable that says where BLIS's program is."""
SERVER = AssumedServer(ttft_us=0, itl_us=1)
MODEL = "m"
"""The model that is served; requests for others are turned away."""
NO_END = 2**63 - 2
"""A horizon that cuts nothing off, for files that end by themselves: BLIS wants to be given one."""
_CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "torch_dtype": "bfloat16",
    "hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
    "max_position_embeddings": 4096, "vocab_size": 128_000,
}  # fmt: skip
_HARDWARE = {"GPU": {"TFlopsPeak": 100.0, "BwPeakTBs": 1.0, "mfuPrefill": 0.5, "mfuDecode": 0.5, "MemoryGiB": 80.0}}
_LONGEST_S = 3
_MOST = 200_000
"""Requests beyond which reading the trace takes too long."""


class TooLong(Exception):
    """A file is too large to be compared."""


class Row(NamedTuple):
    """A request, with everything that BLIS's trace tells of it but how it was answered."""

    arrival_us: int
    client: str
    tenant: str
    slo_class: str
    model: str
    session: str
    round: int
    prefix_group: str
    prefix_length: int
    own_tokens: int
    output_tokens: int
    media: tuple[int, ...]
    reason_ratio: float
    deadline_us: int
    slo_target_us: int
    streaming: bool


class Outcome(NamedTuple):
    """What became of a file: its requests, or why it was refused; neither if BLIS took too long."""

    rows: list[Row] | None
    refusal: str = ""


def served(folder: Path) -> list[str]:
    """Write what BLIS needs to know of the model and the server into a folder, and return the flags that say so."""
    written = {"config.json": json.dumps(_CONFIG), "hardware.json": json.dumps(_HARDWARE), "defaults.yaml": "version: none\n"}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [
        *("--model-config-folder", str(folder), "--hardware-config", str(folder / "hardware.json")),
        *("--defaults-filepath", str(folder / "defaults.yaml"), "--hardware", "GPU", "--tp", "1"),
        *("--alpha-coeffs", "0,0,0", "--beta-coeffs", "0,0,0,0,0,0,1", "--total-kv-blocks", "100000"),
        *("--max-model-len", "0", "--max-num-seqs", "1000000", "--max-num-batched-tokens", "1000000000"),
    ]


class Blis:
    """The program, and the files that it needs beside a workload."""

    def __init__(self, program: str, folder: Path) -> None:
        self.folder = folder
        given = ("--workload-spec", "workload.yaml", "--trace-output", "trace", "--model", MODEL)
        self._command = [program, "run", *given, *served(folder)]

    def run(self, text: str, *, ends: bool) -> Outcome:
        """Simulate a workload file; `ends` says whether it gives an end itself."""
        (self.folder / "workload.yaml").write_text(text, encoding="utf-8")
        trace = self.folder / "trace.csv"
        trace.unlink(missing_ok=True)
        command = self._command if ends else [*self._command, "--horizon", str(NO_END)]
        try:
            ran = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome(None)
        if ran.returncode or not trace.exists():
            return Outcome(None, ran.stderr.decode("utf-8", "replace")[-600:] or f"status {ran.returncode}")
        with trace.open(encoding="utf-8", newline="") as file:
            return Outcome(sorted(map(_row, csv.DictReader(file))))


def program() -> str | None:
    """Return where BLIS's program is; ``None`` if that is not said."""
    given = os.environ.get(VARIABLE)
    return str(Path(given).resolve()) if given else None


def _row(line: dict[str, str]) -> Row:
    return Row(
        int(line["arrival_time_us"]),
        *(line[name] for name in ("client_id", "tenant_id", "slo_class", "model", "session_id")),
        int(line["round_index"]),
        line["prefix_group"],
        *(int(line[name]) for name in ("prefix_length", "input_tokens", "output_tokens")),
        tuple(int(line[f"{kind}_tokens"]) for kind in ("text", "image", "audio", "video")),
        float(line["reason_ratio"]),
        int(line["deadline_us"]),
        int(line.get("slo_target_us") or 0),
        line["streaming"] == "true",
    )


def rows(spec: WorkloadSpec) -> list[Row]:
    """Return the requests made here as BLIS's simulator tells its own, which differs from an assumed server in this:

    - rounds of a conversation do not name their prefix group;
    - an answer is complete before its last token is processed: rounds that repeat it repeat it without that token;
    - a step that has begun is finished: an answer that ends a step after its deadline is still in time.

    Raises `TooLong`.
    """
    patient = [tuple(_patient(each) for each in members) for members in (spec.clients, spec.cohorts)]
    end = time.monotonic() + _LONGEST_S

    def in_time(_: float) -> None:
        if time.monotonic() > end:
            raise TooLong

    requests = generate(spec.replace(clients=patient[0], cohorts=patient[1]), server=SERVER, progress=in_time)
    if len(requests) > _MOST:
        raise TooLong
    return sorted(_rows(requests))


def _patient(member: Any) -> Any:
    """Return a client or cohort that waits a step longer."""
    return member.replace(timeout=member.timeout + SERVER.itl_us) if member.timeout else member


def _rows(requests: Requests) -> Iterator[Row]:
    timeouts = [bool(client.timeout) * SERVER.itl_us for client in requests.clients]
    ids, tenants, classes, models, groups = (
        requests.clients.column(name) for name in ("id", "tenant_id", "slo_class", "model", "prefix_group")
    )
    media = zip(*(getattr(requests, f"{kind}_tokens").tolist() for kind in ("text", "image", "audio", "video")), strict=True)
    repeats = requests.follow_up & (requests.columns.get("context", np.zeros(len(requests))) > 0)
    own = requests.input_tokens - requests.prefix_length - np.where(repeats, requests.round, 0)
    numbers = (
        requests.arrival_us, requests.client, requests.session, requests.user, requests.round, requests.prefix_group,
        requests.prefix_length, own, requests.output_tokens, requests.reason_ratio, requests.deadline_us,
        requests.slo_target_us, requests.streaming,
    )  # fmt: skip
    columns = zip(*(column.tolist() for column in numbers), media, strict=True)
    for arrival, client, session, user, turn, group, prefix, inputs, outputs, ratio, deadline, target, streams, kinds in columns:
        name = f"concurrency_{ids[client]}_user_{user}" if user >= 0 else f"sess_{session}" if session >= 0 else ""
        yield Row(
            arrival, ids[client], tenants[client], classes[client], models[client], name, turn,
            groups[client] if group >= 0 and session < 0 and turn == 0 else "", prefix, inputs, outputs,
            kinds, ratio, deadline and deadline - timeouts[client], target, streams,
        )  # fmt: skip
