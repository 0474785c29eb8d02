"""Format `blis-trace`: BLIS's TraceV2, a YAML header and CSV rows, as `blis replay` reads it.

The header says ``mode: generated`` and names the workload. The rows have TraceV2's 27 columns in their order, which is
what BLIS goes by, then `adapter` if any request has one; `slo_target_us` stands after `deadline_us` if any request has
one. As in BLIS's own export the input length is without the prefix, the sending time is the arrival, and requests that
no server has seen are ``incomplete`` with all measurements 0. Unlike it, every row whose request has a prefix names
the prefix group, also the rounds of a session, which BLIS leaves blank there and so replays without their prefix.

A replay makes new random token ids of the same lengths, and shares only what prefix groups share. Sessions whose
rounds repeat the conversation so far (`context_growth: accumulate`) are written with each round's own tokens, and the header's
`session_context_growth` says so: a closed-loop replay puts them on top of all before, and shares what was shared. The ordinary
replay ignores that key, and for it the complete inputs are written if asked for (`full_rounds`), or if not all sessions of
several rounds grow, as the header speaks of all; then the lengths are right in both replays, and what the rounds have in
common is lost in both. An info, or a warning, says which it is.

BLIS's reader at the reference commit has a fault (`parseTraceRecord` counts the `slo_target_us` column before it is
done with those on its left): in a trace with that column it takes session, prefix group and model from one column
further right. The column is written all the same, as BLIS itself does, with a warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from blis_tui.formats.requests.batches import FIXED_TIMES, Batch, Writer
from blis_tui.formats.requests.columns import Spelling, fields
from blis_tui.formats.requests.delimited import ratio_field, text_field
from blis_tui.formats.requests.formulas import formula_warnings
from blis_tui.formats.requests.lines import Part, lay_out, numbers, separated, without_padding
from blis_tui.formats.source import Source
from blis_tui.formats.table import TRACE
from blis_tui.formats.yaml_text import entry
from blis_tui.problems import INFO, WARNING, Problem
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.requests import Requests

TRACE_VERSION = 3
COLUMNS = (
    "request_id", "client_id", "tenant_id", "slo_class", "session_id", "round_index", "prefix_group", "prefix_length",
    "streaming", "input_tokens", "output_tokens", "text_tokens", "image_tokens", "audio_tokens", "video_tokens",
    "reason_ratio", "model", "deadline_us", "slo_target_us", "server_input_tokens", "arrival_time_us", "send_time_us",
    "first_chunk_time_us", "last_chunk_time_us", "num_chunks", "status", "error_message", "finish_reason", "adapter",
)  # fmt: skip
"""TraceV2's columns in their order; `slo_target_us` and `adapter` are there only where a request has one."""
_NOT_MEASURED = {
    **dict.fromkeys(("server_input_tokens", "first_chunk_time_us", "last_chunk_time_us", "num_chunks"), b"0"),
    "status": b"incomplete",
    **dict.fromkeys(("error_message", "finish_reason"), b""),
}


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; it has no token ids, whatever `tokens` says."""
    requests = source.requests
    clients = requests.clients
    busy = requests.busy_blocks
    targets = any(_target(requests, block) for block in busy)
    adapters = any(clients.blocks[block].template.adapter for block in busy)
    absent = {name for name, is_there in (("slo_target_us", targets), ("adapter", adapters)) if not is_there}
    names = [name for name in COLUMNS if name not in absent]
    grows = not source.options.full_rounds and _all_sessions_grow(requests)
    found = {field.name: field for field in fields(TRACE, clients, Spelling(text_field, ratio_field))}

    def lines(batch: Batch) -> bytes:
        parts: dict[str, Sequence[Part]] = {name: [text] for name, text in _NOT_MEASURED.items()}
        parts |= {name: field.parts(batch) for name, field in found.items() if name not in absent}
        parts["send_time_us"] = parts["arrival_time_us"]
        if grows:
            parts["input_tokens"] = [numbers(batch.requests.columns["fresh"])]
        return without_padding(lay_out(separated(parts[name] for name in names), len(batch)))

    head = ",".join(names) + "\n"
    width = len(head) + sum(field.width for field in found.values())
    warnings = (*_warnings(requests, targets=targets, grows=grows), *formula_warnings(TRACE, requests))
    return Writer((_header(source, grows=grows), head), lines, width, warnings=warnings)


def _target(requests: Requests, block: int) -> bool:
    """Return whether any request of a block of clients may have a target; follow-ups keep what windows with rates lose."""
    if requests.clients.recorded:
        return bool(requests.slo_target_us.any())
    given = requests.clients.blocks[block].template.slo_target_us or 0
    return requests.traits[block].slo_target_us > 0 or (requests.sent and given > 0)


def _header(source: Source, *, grows: bool) -> str:
    fields: dict[str, Any] = {
        "trace_version": TRACE_VERSION,
        "time_unit": "microseconds",
        "mode": "generated",
        "warm_up_requests": 0,
    }
    recorded = source.requests.clients.recorded
    if not recorded:
        fields["workload_seed"] = source.spec.seed
    if grows:
        fields["session_context_growth"] = "accumulate"
    if source.path and not recorded:
        fields["workload_spec"] = source.path
    if source.spec.goodput_slo_targets:
        fields["goodput_slo_targets"] = source.spec.goodput_slo_targets
    return "".join(entry(name, value) for name, value in fields.items())


def _warnings(requests: Requests, *, targets: bool, grows: bool) -> list[Problem]:
    found = [
        Problem(
            "trace-new-tokens",
            INFO,
            (),
            "A replayed trace gets new random token ids of the same lengths; only the prefixes of prefix groups are "
            "shared again.",
        )
    ]
    if requests.sent:
        found.append(FIXED_TIMES)
    if not len(requests):
        found.append(Problem("trace-empty", WARNING, (), "The trace has no requests; `blis replay` refuses it."))
    if grows:
        text = (
            "Rounds of conversations have their own tokens only, and the header says that they accumulate: the trace is for "
            "`blis replay --session-mode closed-loop`. For a replay at its times, --full-rounds writes complete inputs."
        )
        found.append(Problem("trace-own-rounds", INFO, (), text))
    elif _accumulates(requests.clients):
        found.append(
            Problem(
                "trace-context-lost",
                WARNING,
                (),
                "The trace says how long each round of a session is, not that it repeats the rounds before it "
                "(context_growth: accumulate): in a replay the rounds share no more than their prefix.",
            )
        )
    if targets:
        found.append(
            Problem(
                "trace-target-column",
                WARNING,
                (),
                "The trace has the column slo_target_us, since some requests have a target. In such a trace today's "
                "BLIS reads session, prefix group and model from one column too far right, and then finds no instance "
                "for that model: for `blis replay`, export a spec without slo_target_us.",
            )
        )
    gaps = _sessions_with_gaps(requests)
    if gaps:
        found.append(
            Problem(
                "trace-round-gaps",
                WARNING,
                (),
                f"In {gaps:,} {'session' if gaps == 1 else 'sessions'} rounds are missing that fell outside the "
                "client's windows; `blis replay --session-mode closed-loop` refuses such a trace.",
            )
        )
    return found


def _all_sessions_grow(requests: Requests) -> bool:
    """Return whether every later round of every session repeats the rounds before it as they were."""
    if not requests.has_sessions or "context" not in requests.columns or requests.extra_prefixes:
        return False
    later = requests.round > 0
    return bool(later.any() and (requests.columns["context"][later] > 0).all())


def _accumulates(clients: Expansion) -> bool:
    turns = [block.template.reasoning.multi_turn for block in clients.blocks if block.template.reasoning]
    return any(each is not None and each.context_growth == "accumulate" for each in turns)


def _sessions_with_gaps(requests: Requests) -> int:
    """Count the sessions whose rounds are not 0, 1, 2 …"""
    if not requests.has_sessions:
        return 0
    session, rounds = requests.session, requests.round
    inside = session >= 0
    _, where, count = np.unique(session[inside], return_inverse=True, return_counts=True)
    last = np.zeros(len(count), dtype=np.int64)
    np.maximum.at(last, where, rounds[inside])
    return int(np.count_nonzero(last + 1 != count))
