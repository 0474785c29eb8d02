"""Scalars written exactly as they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.problems import Path
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Plain, SetValue, is_plain
from blis_tui.spec.yaml.composing import compose

TEXT = """\
version: "2"
seed: 42   # kept
horizon:
inference_perf:
  stages:
    - {rate: 8.0, duration: 600}  # one
  shared_prefix: { output_len: 5 }
"""
PATHS: list[Path] = [
    ("seed",),
    ("horizon",),
    ("num_requests",),
    ("inference_perf", "stages", 0, "rate"),
    ("inference_perf", "stages", 0, "duration"),
    ("inference_perf", "shared_prefix", "output_len"),
]


def put(text: str, path: Path, typed: str) -> str:
    return apply_edits(text, [SetValue(path, Plain(typed) if is_plain(typed) else typed)])


@pytest.mark.parametrize("typed", ["1e", "abc", "-1", "+5", ".5", "1.", "0x1f", "1_000", "~", "20 min", "8.50", "007", "-.5e-3"])
@pytest.mark.parametrize("path", PATHS)
def test_what_is_typed_stands_as_it_is(path: Path, typed: str) -> None:
    new = put(TEXT, path, typed)
    node = compose(new).find(path)
    assert node is not None
    assert (node.value, node.style) == (typed, None)
    assert new.count("#") == TEXT.count("#")


@pytest.mark.parametrize(
    "typed", ["-", "a: b", "a #b", "[", "{", "&a", "*a", "!a", "|", ">", "'", '"', "%", "@", "`", "?", "- a", "a,b"]
)
@pytest.mark.parametrize("path", PATHS)
def test_what_could_not_stand_so_gets_quotes(path: Path, typed: str) -> None:
    assert not is_plain(typed)
    node = compose(put(TEXT, path, typed)).find(path)
    assert node is not None
    assert node.value == typed


@pytest.mark.parametrize("path", [path for path in PATHS if path not in (("horizon",), ("num_requests",))])
def test_a_value_taken_away_and_typed_again_gives_the_old_text(path: Path) -> None:
    node = compose(TEXT).find(path)
    assert node is not None
    empty = put(TEXT, path, "")
    gone = compose(empty).find(path)
    assert gone is not None
    assert (gone.value, gone.style) == ("", None)
    assert put(empty, path, node.value) == TEXT


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8))
def test_anything_typed_can_be_written_and_read_back(path: Path, typed: str) -> None:
    typed = typed.strip()
    new = put(TEXT, path, typed)
    node = compose(new).find(path)
    assert node is not None
    assert node.value == typed
