"""The formats of one line per request, written plainly: a line at a time, as their documentation says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np

from blis_tui.formats.requests.delimited import ratio_field, text_field
from blis_tui.workload.requests import Requests

NUMBERS = ("round", "deadline_us", "slo_target_us", "text_tokens", "image_tokens", "audio_tokens", "video_tokens")


def requests_one_by_one(requests: Requests) -> Iterator[dict[str, object]]:
    """Yield the fields of every request by their names in jsonl."""
    columns = {
        name: getattr(requests, name).tolist()
        for name in (
            "arrival_us",
            "input_tokens",
            "output_tokens",
            "prefix_tokens",
            "session",
            "reason_ratio",
            "streaming",
            *NUMBERS,
        )
    }
    for number, client in enumerate(requests.client.tolist()):
        about = requests.clients[client]
        of = {name: column[number] for name, column in columns.items()}
        yield {
            "id": f"request_{number}",
            "arrival_us": of["arrival_us"],
            "client_id": about.id,
            "tenant_id": about.tenant_id,
            "slo_class": about.slo_class,
            "model": about.model,
            "adapter": about.adapter,
            "prefix_group": about.prefix_group if of["prefix_tokens"] else "",
            "prefix_length": of["prefix_tokens"],
            "input_tokens": of["input_tokens"],
            "output_tokens": of["output_tokens"],
            "session_id": f"sess_{of['session']}" if of["session"] >= 0 else "",
            "round_index": of["round"],
            "reason_ratio": of["reason_ratio"],
            "deadline_us": of["deadline_us"],
            "slo_target_us": of["slo_target_us"],
            "streaming": of["streaming"],
            **{name: of[name] for name in NUMBERS[3:]},
        }


def plain_jsonl(requests: Requests, *, tokens: bool) -> bytes:
    """Write jsonl by `json.dumps`."""
    lines = []
    for fields, (input_ids, output_ids) in zip(requests_one_by_one(requests), requests.tokens(), strict=True):
        ids = {"input_ids": input_ids.tolist(), "output_ids": output_ids.tolist()} if tokens else {}
        lines.append(json.dumps(fields | ids, separators=(",", ":")) + "\n")
    return "".join(lines).encode()


def plain_csv(requests: Requests) -> bytes:
    """Write the rows of csv, without the line of names."""
    lines = []
    for fields, pair in zip(requests_one_by_one(requests), requests.tokens(), strict=True):
        digest = hashlib.sha256(np.concatenate(pair).astype("<u4").tobytes()).hexdigest()[:16]
        texts = [text_field(str(fields[name])) for name in ("client_id", "tenant_id", "slo_class")]
        some = ("prefix_length", "input_tokens", "output_tokens", "session_id", "round_index")
        ratio = ratio_field(fields["reason_ratio"])  # type: ignore[arg-type]
        row = [fields["id"], fields["arrival_us"], *texts, *(fields[name] for name in some), ratio]
        lines.append(",".join(map(str, [*row, fields["deadline_us"], fields["slo_target_us"], digest])) + "\n")
    return "".join(lines).encode()
