"""Scalars written exactly as they are typed."""

from __future__ import annotations

import pytest
from edit_samples import refusal
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


def test_what_was_typed_is_written_as_it_stands() -> None:
    assert apply_edits("seed: 1\n", [SetValue(("seed",), Plain("1e"))]) == "seed: 1e\n"
    assert apply_edits("seed: '1' # c\n", [SetValue(("seed",), Plain("12"))]) == "seed: 12 # c\n"
    assert apply_edits("seed: 1 # c\n", [SetValue(("seed",), Plain(""))]) == "seed: # c\n"
    assert apply_edits("seed: # c\n", [SetValue(("seed",), Plain("4"))]) == "seed: 4 # c\n"
    assert apply_edits("a: 1\n", [SetValue(("b",), Plain(""))]) == "a: 1\nb:\n"
    assert apply_edits("a:\n- 1\n", [SetValue(("a", 1), Plain(""))]) == "a:\n- 1\n-\n"
    assert apply_edits("a:\n  b: 1\n", [SetValue(("a",), Plain(""))]) == "a:\n"
    assert apply_edits("a: [b] # c\n", [SetValue(("a",), Plain(""))]) == "a: # c\n"
    assert apply_edits("a: | # c\n  x\n", [SetValue(("a",), Plain(""))]) == "a: # c\n"
    assert apply_edits("{a: x, b: }", [SetValue(("a",), Plain("")), SetValue(("b",), Plain(""))]) == "{a: , b: }"
    assert "could not be read any more" in refusal("[a, b]\n", SetValue((0,), Plain("")))
