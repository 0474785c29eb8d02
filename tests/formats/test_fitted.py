from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blis_tui
from blis_tui.formats.export import export
from blis_tui.formats.fitted import fit_trace, fitted_text
from blis_tui.formats.traces.opening import open_trace
from blis_tui.formats.traces.trace import MeasuredTimes
from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.workload.fitting.choices import LENGTHS, SHAPES, Choices
from blis_tui.workload.fitting.fit import fit
from blis_tui.workload.server import AssumedServer

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "tests" / "golden").glob("*.yaml")), *sorted((ROOT / "examples").glob("c*.yaml"))]
NO_GROWTH = "does not accumulate context"
"""What is always told of the compact block's chats."""


def sound(result, source="trace.csv"):
    text = fitted_text(result, source)
    checked = check(text)
    assert [each.message for each in checked.problems if each.severity != INFO and NO_GROWTH not in each.message] == []
    assert checked.spec == result.spec
    return text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_what_is_written_is_the_spec_and_has_no_problems(path, shape, lengths):
    requests = blis_tui.generate(blis_tui.load(path))
    if len(requests):
        sound(fit(requests, Choices(lengths, shape)))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_requests_give_a_file_without_problems(data):
    path = data.draw(st.sampled_from(FILES[:30]))
    requests = blis_tui.generate(blis_tui.load(path))
    if not len(requests):
        return
    some = data.draw(st.lists(st.integers(0, len(requests) - 1), min_size=1, max_size=60, unique=True))
    requests = requests.picked(np.array(sorted(some)))
    stretch = data.draw(st.sampled_from([0, 1, 3, 1000]))
    requests.columns["arrival"] = requests.columns["arrival"] * stretch
    sound(fit(requests, Choices(data.draw(st.sampled_from(LENGTHS)), data.draw(st.sampled_from([None, *SHAPES])))))


def test_a_long_table_is_written_once():
    text = sound(fit(blis_tui.generate(blis_tui.load(ROOT / "examples" / "cohorts.yaml"))))
    assert text.count("&lengths-1\n") == 1
    assert text.count("*lengths-1\n") >= 1


def test_the_comments_say_what_it_was_made_from():
    result = fit(blis_tui.generate(blis_tui.load(ROOT / "examples" / "clients.yaml")))
    text = sound(result, "bad\nname\x1b.csv")
    assert text.startswith("# Fitted to the trace bad\\nname\\x1b.csv: 2,654 requests in 2 min.\n# It generates ")


CHAT = """
version: "2"
seed: 5
aggregate_rate: 2
horizon: 300000000
clients:
- id: a
  rate_fraction: 1
  arrival: {process: poisson}
  input_distribution: {type: gaussian, params: {mean: 60, std_dev: 10, min: 10, max: 100}}
  output_distribution: {type: exponential, params: {mean: 90, min: 4, max: 1000}}
  prefix_group: p
  prefix_length: 300
  reasoning:
    reason_ratio_distribution: {type: constant, params: {value: 20}}
    multi_turn: {max_rounds: 5, think_time_us: 4000000}
"""


def test_a_run_tells_how_long_answers_took_and_no_prefix_of_further_rounds(tmp_path):
    server = AssumedServer(300_000, 10_000)
    spec = blis_tui.loads(CHAT)
    export(spec, tmp_path, ["blis-trace"], requests=blis_tui.generate(spec, server=server))
    trace = open_trace(tmp_path / "workload.trace.csv")
    requests = trace.requests
    sent, outputs = requests.arrival_us, requests.output_tokens.astype(np.int64)
    status = np.zeros(len(requests), np.int64)
    times = MeasuredTimes(sent, sent + 300_000, sent + 300_000 + 10_000 * outputs, outputs, status, ("ok",))
    result = fit_trace(trace._replace(measured=times))
    (client,) = result.spec.clients
    assert client.turns == spec.clients[0].turns
    assert client.prefix_length == 300
    assert max(map(int, client.input_distribution.params)) <= 100
    assert result.report.total.verdict == "good"
    sound(result)
