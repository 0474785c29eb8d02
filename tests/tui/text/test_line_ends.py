"""Lines of an editor back to a text: what was not edited keeps its line ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blis_tui.tui.text import line_ends

ENDS = st.sampled_from(["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Make a text whose lines end in one way, or in several."""
    ends = draw(st.lists(ENDS, min_size=1, max_size=2))
    lines = draw(st.lists(st.sampled_from(["", "a", "b: c", "é"]), max_size=6))
    return "".join(line + draw(st.sampled_from(ends)) for line in lines) + draw(st.sampled_from(["", "z"]))


@given(texts())
def test_lines_that_were_not_touched_give_the_text(text: str) -> None:
    assert line_ends.joined(text, [line for line, _ in line_ends.split(text)]) == text


@given(texts(), st.integers(0, 7), st.sampled_from([[], ["x"], ["x", "y"]]))
def test_new_lines_end_as_the_first_and_others_as_they_did(text: str, row: int, new: list[str]) -> None:
    old = line_ends.split(text)
    row = min(row, len(old))
    lines = [line for line, _ in old[:row]] + new + [line for line, _ in old[row:]]
    first = next((end for _, end in old if end), "\n")
    kinds = {end for _, end in line_ends.split(line_ends.joined(text, lines)) if end}
    assert kinds <= {end for _, end in old} | {first}
    if len({end for _, end in old if end}) <= 1:
        assert line_ends.joined(text, lines) == first.join(lines)
