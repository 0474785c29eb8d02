"""A workload that is exported as a trace and opened again has the same requests, to what the format can say."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from export_samples import EXAMPLES, GOLDEN
from numpy.testing import assert_array_equal

from blis_tui.formats.export import export, export_source
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.trace_export import trace_source
from blis_tui.formats.traces.opening import Opening, open_trace
from blis_tui.spec.check import check
from blis_tui.spec.format.generation import generation_path
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.capacity import reuse
from blis_tui.workload.totals.summary import summarise

SPECS = sorted([*GOLDEN.glob("*.yaml"), *(GOLDEN / "closed-loop").glob("*.yaml"), *EXAMPLES.glob("*.yaml")])


def requests_of(path: Path) -> Requests:
    spec = check(path.read_text(encoding="utf-8")).spec
    assert spec is not None and generation_path(spec)
    waits = path.parent.name == "closed-loop" or path.stem == "pool"
    return generate(spec, server=AssumedServer() if waits else None)


def written(requests: Requests, folder: Path, format: str, options: ExportOptions) -> Path:
    export(requests.spec, folder, [format], requests=requests, options=options)
    return next(folder.glob("*.trace.csv" if format == "blis-trace" else "*.mooncake.jsonl"))


def rounds_missing(requests: Requests) -> bool:
    """Whether sessions have gaps, which a trace of their own rounds cannot tell."""
    sessions: dict[int, list[int]] = {}
    for session, number in zip(requests.session.tolist(), requests.round.tolist(), strict=True):
        sessions.setdefault(session, []).append(number)
    sessions.pop(-1, None)
    return any(sorted(rounds) != list(range(len(rounds))) for rounds in sessions.values())


@pytest.mark.parametrize("full", [False, True], ids=["own rounds", "full rounds"])
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_through_blis_trace(path: Path, full: bool, tmp_path: Path) -> None:
    requests = requests_of(path)
    trace = open_trace(written(requests, tmp_path, "blis-trace", ExportOptions(full_rounds=full)))
    found = trace.requests
    assert trace.measured is None
    for column in ("arrival_us", "output_tokens", "deadline_us", "streaming", "reason_ratio", "image_tokens"):
        assert_array_equal(getattr(found, column), getattr(requests, column), column)
    assert_array_equal(found.prefix_tokens, requests.prefix_tokens)
    if full or not rounds_missing(requests):
        assert_array_equal(found.input_tokens, requests.input_tokens)
    names = [(client.id, client.tenant_id, client.slo_class, client.model, client.adapter) for client in requests.clients]
    found_names = [(client.id, client.tenant_id, client.slo_class, client.model, client.adapter) for client in found.clients]
    assert [found_names[number] for number in found.client.tolist()] == [names[number] for number in requests.client.tolist()]
    if (requests.user < 0).all():
        assert_array_equal(found.session, requests.session)
    assert trace.header is not None
    grows = trace.header.get("session_context_growth") == "accumulate"
    if "context" not in requests.columns or (grows and not rounds_missing(requests)):
        assert reuse(found) == reuse(requests)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_trace_is_written_as_it_was_read(path: Path, tmp_path: Path) -> None:
    requests = requests_of(path)
    if not len(requests):
        return
    first = written(requests, tmp_path / "first", "blis-trace", ExportOptions())
    trace = open_trace(first)
    again = tmp_path / "again"
    export_source(trace_source(trace), again, ["blis-trace", "mooncake"])
    if (requests.user < 0).all():  # users are sessions in a trace, without their names
        assert first_difference(first, again / "workload.trace.csv") is None
    assert_array_equal(open_trace(again / "workload.trace.csv").requests.input_tokens, trace.requests.input_tokens)
    if "context" not in requests.columns and not requests.extra_prefixes:
        blocks = open_trace(written(requests, tmp_path / "blocks", "mooncake", ExportOptions())).requests
        found = open_trace(again / "workload.mooncake.jsonl").requests  # prefixes have other ids, in the order of arrival
        for column in ("arrival_us", "input_tokens", "prefix_tokens", "output_tokens"):
            assert_array_equal(getattr(found, column), getattr(blocks, column), column)
        assert reuse(found) == reuse(blocks)


def first_difference(one: Path, other: Path) -> tuple[str, str] | None:
    """Return the first lines of two files that differ."""
    pairs = zip_longest(one.read_text().split("\n"), other.read_text().split("\n"), fillvalue="")
    return next((pair for pair in pairs if pair[0] != pair[1]), None)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_through_mooncake(path: Path, tmp_path: Path) -> None:
    requests = requests_of(path)
    size = 32
    file = written(requests, tmp_path, "mooncake", ExportOptions(block_size=size))
    if not len(requests):
        return
    found = open_trace(file, Opening(block_size=size)).requests
    for column in ("arrival_us", "input_tokens", "output_tokens"):
        assert_array_equal(getattr(found, column), getattr(requests, column), column)
    assert summarise(found).input_tokens == summarise(requests).input_tokens
    if "context" not in requests.columns and not requests.extra_prefixes:
        whole = requests.prefix_tokens // size * size
        alone = np.bincount(requests.prefix_group + 1, minlength=len(requests.groups) + 1)[requests.prefix_group + 1] == 1
        assert_array_equal(found.prefix_tokens, np.where(alone, 0, whole))


def test_the_size_of_blocks_is_found_out(tmp_path: Path) -> None:
    requests = requests_of(EXAMPLES / "cohorts.yaml")
    found = open_trace(written(requests, tmp_path, "mooncake", ExportOptions(block_size=100)))
    assert "100 tokens" in found.notes[0].message
    again, asked = reuse(found.requests), reuse(requests)
    assert again.shared == pytest.approx(asked.shared + asked.context, rel=0.06)
    assert again.shared <= asked.shared + asked.context
