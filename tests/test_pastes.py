"""What is pasted stays text, in whatever pieces it comes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from blis_tui.pastes import PasteGuard

START, END = "\x1b[200~", "\x1b[201~"
TYPED = st.text(st.sampled_from("ab\x1b[2O~é"), max_size=8).filter(lambda text: START[:3] not in text)
PASTED = st.text(st.sampled_from("ab\x1b[201~;m\n"), max_size=20).filter(lambda text: END not in text)


def passed(guard: PasteGuard, text: str, cuts: list[int]) -> str:
    edges = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    return "".join(guard.feed(text[low:high]) for low, high in pairwise(edges))


@given(st.lists(st.tuples(TYPED, PASTED), max_size=4), st.lists(st.integers(0, 200), max_size=6))
def test_keys_pass_as_they_are_and_pastes_without_escapes(parts: list[tuple[str, str]], cuts: list[int]) -> None:
    sent = "".join(f"{typed}{START}{pasted}{END}" for typed, pasted in parts)
    wanted = [f"{typed}{START}{pasted.replace(chr(27), '␛')}{END}" for typed, pasted in parts]
    assert passed(PasteGuard(), sent, cuts) == "".join(wanted)


def test_a_key_that_begins_like_a_mark_passes_at_once() -> None:
    guard = PasteGuard()
    for key in ("\x1b", "\x1b[", "\x1b[A", "\x1b[2~", "\x1b[20~", "\x1b[200;1u"):
        assert guard.feed(key) == key


def test_the_first_part_of_the_end_waits_for_the_rest() -> None:
    guard = PasteGuard()
    assert guard.feed(f"{START}text\x1b[20") == f"{START}text"
    assert guard.feed("1~x") == f"{END}x"
    assert guard.feed(f"{START}text\x1b") == f"{START}text"
    assert guard.feed("[31mred") == "␛[31mred"
