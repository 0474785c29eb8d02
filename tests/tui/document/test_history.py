"""Undo and redo, against a list of texts."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.tui.document.history import Change, History

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "100"))


class Texts:
    """A history that keeps whole texts: for each what was done to get it, and by what name steps are merged."""

    def __init__(self, text: str) -> None:
        self.done: list[tuple[str, str, str | None]] = [(text, "", None)]
        self.undone: list[tuple[str, str, str | None]] = []

    @property
    def state(self) -> tuple[str, str | None, str | None]:
        labels = self.done[-1][1] if len(self.done) > 1 else None, self.undone[-1][1] if self.undone else None
        return self.done[-1][0], *labels

    def push(self, text: str, label: str, merge: str | None) -> None:
        if text == self.done[-1][0]:
            return
        self.undone.clear()
        if merge is not None and len(self.done) > 1 and self.done[-1][2] == merge:
            self.done.pop()
        if text != self.done[-1][0]:
            self.done.append((text, label, merge))

    def seal(self) -> None:
        self.done[-1] = (*self.done[-1][:2], None)

    def undo(self) -> None:
        if len(self.done) > 1:
            self.undone.append(self.done.pop())
            self.seal()

    def redo(self) -> None:
        if self.undone:
            self.done.append((*self.undone.pop()[:2], None))


texts = st.text("ab\n\r\U0001f600", max_size=8)
steps = st.one_of(
    st.tuples(st.just("push"), texts, st.sampled_from([None, None, "x", "x", "y"])),
    st.sampled_from([("undo",), ("undo",), ("redo",), ("seal",)]),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(texts, st.lists(steps, max_size=30))
def test_a_history_is_a_list_of_texts(text: str, made: list[tuple[str, ...]]) -> None:
    found, expected = History(text), Texts(text)
    for number, (what, *values) in enumerate(made):
        for each in (found, expected):
            if what == "push":
                each.push(values[0], f"step {number}", values[1])
            else:
                getattr(each, what)()
        assert (found.text, found.undo_label, found.redo_label) == expected.state


@settings(max_examples=EXAMPLES, deadline=None)
@given(texts, texts)
def test_a_change_leads_there_and_back_and_holds_no_more_than_it_must(old: str, new: str) -> None:
    change = Change.between(old, new)
    assert change.made(old) == new
    assert change.unmade(new) == old
    for first, second in ((change.removed, change.inserted), (change.removed[::-1], change.inserted[::-1])):
        assert not first or not second or first[0] != second[0]


def test_a_small_change_of_a_large_text_takes_little_room() -> None:
    text = "client\n" * 100_000
    past = History(text)
    for number in range(100):
        place = 7_000 * number
        past.push(f"{past.text[:place]}# {number}\n{past.text[place:]}", "type")
    assert past._size < 1_000
    for _ in range(100):
        past.undo()
    assert past.text == text


def test_the_oldest_steps_are_forgotten_first() -> None:
    past = History("", most_characters=10)
    for number in range(1, 8):
        past.push("abcdefgh"[:number] * 2, str(number))
    while past.undo() is not None:
        assert past.text in {"abcdefgh"[:number] * 2 for number in range(8)}
    assert past.text != ""
    past.push("x" * 50, "large")
    assert past.undo_label == "large", "the last step can always be undone"
