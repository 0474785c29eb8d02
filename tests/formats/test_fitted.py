from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blis_tui
from blis_tui.formats.fitted import fitted_text
from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.workload.fitting.choices import LENGTHS, SHAPES, Choices
from blis_tui.workload.fitting.fit import fit

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
