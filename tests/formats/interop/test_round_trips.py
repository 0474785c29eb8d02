"""Compact files that go out to inference-perf's format and come back: the same requests, whatever is given for the way."""

from __future__ import annotations

import io

import numpy as np
import pytest
import yaml
from export_samples import assert_same_requests
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blis_tui.formats.export import write_to
from blis_tui.formats.interop.opening import open_text
from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.yaml_text import document
from blis_tui.spec.check import check
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
TARGETS = st.just(NOWHERE) | st.builds(Target, NAMES, NAMES, NAMES)
STAGES = st.builds(Stage, rate=st.floats(0.25, 60), duration=st.integers(1, 6))
PREFIXES = st.builds(
    SharedPrefix,
    num_unique_system_prompts=st.integers(1, 4),
    num_users_per_system_prompt=st.integers(1, 4),
    system_prompt_len=st.integers(0, 300),
    question_len=st.integers(0, 60),
    output_len=st.integers(0, 60),
    enable_multi_turn_chat=st.booleans(),
)
SPECS = st.builds(
    WorkloadSpec,
    version=st.sampled_from(["1", "2"]),
    seed=st.integers(-(2**63), 2**63 - 1),
    horizon=st.sampled_from([0, 1_500_000, 60_000_000]),
    num_requests=st.sampled_from([0, 7, 2_000]),
    inference_perf=st.builds(InferencePerf, stages=st.lists(STAGES, min_size=1, max_size=3).map(tuple), shared_prefix=PREFIXES),
)


def sent_out(spec: WorkloadSpec, text: str, format: str, target: Target) -> str:
    """Return the config that a format writes."""
    stream = io.BytesIO()
    write_to(stream, spec, format, text=text, options=ExportOptions(target))
    written = stream.getvalue().decode("utf-8")
    if format == "kubernetes":
        config_map, _ = yaml.safe_load_all(written)
        written = config_map["data"]["config.yml"]
    return written


@pytest.mark.parametrize("format", ["inference-perf", "kubernetes"])
@given(spec=SPECS, target=TARGETS)
@settings(max_examples=60)
def test_a_compact_file_comes_back_with_the_same_requests(format: str, spec: WorkloadSpec, target: Target) -> None:
    text = document(spec)
    assume(check(text).ok)
    for _ in range(2):  # what came back goes out again, and nothing is lost on the second way either
        imported = open_text(sent_out(spec, text, format, target), "config.yml")
        assert imported is not None and imported.text is not None
        checked = check(imported.text)
        assert checked.spec is not None and not checked.errors
        before, after = generate(spec), generate(checked.spec)
        assert len(before) == len(after)
        if len(before):
            assert_same_requests(before, after)
        np.testing.assert_array_equal(before.arrival_us, after.arrival_us)
        spec, text = checked.spec, imported.text
