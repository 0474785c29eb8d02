"""The YAML pane: the same text as everywhere, in step both ways, with its problems at their lines."""

from __future__ import annotations

import random

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.tui.text import yaml_area
from blis_tui.tui.text.line_ends import change, joined, split
from blis_tui.tui.text.yaml_area import YamlArea


async def opened(pilot: Pilot[int]) -> YamlArea:
    await ready(pilot)
    await pilot.press("alt+4")
    await wait_for(pilot, lambda: pilot.app.query_one(YamlArea).has_focus, "the text")
    return pilot.app.query_one(YamlArea)


def said(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one("YamlTab .said", Static).render())


async def test_what_is_typed_is_the_document(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((2, 8))
        await pilot.press("backspace", "7")
        assert app.workspace.text == SMALL.replace("seed: 42", "seed: 47")
        assert area.cursor_location == (2, 8)
        assert app.workspace.view.spec is not None and app.workspace.view.spec.seed == 47


async def test_undo_and_redo_are_the_documents(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((2, 8))
        await pilot.press("7")
        app.write(app.workspace.text.replace("447", "500"), "elsewhere")
        await pilot.pause()
        assert "question_len: 500" in area.text and area.cursor_location == (2, 9)
        await pilot.press("ctrl+z")
        assert app.workspace.text == area.text == SMALL.replace("seed: 42", "seed: 427")
        await pilot.press("ctrl+z")
        assert app.workspace.text == area.text == SMALL
        await pilot.press("ctrl+y", "ctrl+y")
        assert area.text == app.workspace.text and "500" in area.text
        area.undo()
        assert "447" in app.workspace.text


async def test_the_cursor_stays_in_the_text_when_lines_come_and_go_above(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((12, 10))
        app.write("# one\n# two\n" + SMALL, "test")
        await pilot.pause()
        assert area.cursor_location == (14, 10)
        app.write(SMALL, "test")
        await pilot.pause()
        assert area.cursor_location == (12, 10)


async def test_problems_are_marked_at_their_line(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((13, 16))
        await wait_said(pilot, "line 14 of 16")
        await pilot.press("minus")
        await wait_for(pilot, lambda: "must be non-negative" in said(pilot), "the message")
        assert area.render_line(13).text.startswith("14✗ ")
        assert area.render_line(12).text.startswith("13  ")
        await pilot.press("up")
        await wait_said(pilot, "line 13")
        await pilot.press("down", "backspace")
        await wait_said(pilot, "line 14")
        assert area.render_line(13).text.startswith("14  ")


async def wait_said(pilot: Pilot[int], text: str) -> bool:
    await wait_for(pilot, lambda: text in said(pilot), text)
    return True


async def test_broken_text_can_be_typed_on(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((0, 0))
        await write(pilot, "a: [")
        assert app.workspace.text == "a: [" + SMALL and app.workspace.view.stale
        assert area.text == app.workspace.text and area.cursor_location == (0, 4)


async def test_line_ends_that_were_not_touched_stay(make_app: MakeApp) -> None:
    text = SMALL.replace("\n", "\r\n", 5) + "# a\u2028b\x85c"
    app = make_app(text)
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((2, 8))
        await pilot.press("7")
        assert app.workspace.text == text.replace("seed: 42", "seed: 427")
        await pilot.press("enter")
        assert app.workspace.text == text.replace("seed: 42", "seed: 427\r\n")


async def test_long_texts_are_not_highlighted_and_it_is_said(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        assert area.is_syntax_aware and "highlighted" not in said(pilot)
        area.move_cursor((2, 8))
        app.write(SMALL + "# more\n" * yaml_area.MOST_HIGHLIGHTED, "test")
        await pilot.pause()
        assert not area.is_syntax_aware and area.cursor_location == (2, 8)
        assert area.text == app.workspace.text and "not highlighted" in said(pilot)


async def test_a_missing_highlighter_is_noticed(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_area, "highlighter_is_there", lambda: False)
    monkeypatch.setattr("blis_tui.tui.text.yaml_tab.highlighter_is_there", lambda: False)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        assert area.text == SMALL and "tree-sitter" in said(pilot)


async def test_control_characters_are_shown_not_obeyed(make_app: MakeApp) -> None:
    app = make_app("# [red]\x1b[2J\u202e漢字\n" + SMALL)
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        shown = area.render_line(0).text
        assert "\x1b" not in shown and "\u202e" not in shown and "[red]␛[2J" in shown


async def test_escape_leaves_the_text(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.focused is not None and not area.has_focus, "the form")
        assert app.workspace.text == SMALL


def test_the_smallest_change_makes_one_text_of_the_other() -> None:
    source = random.Random(7)
    for _ in range(2000):
        old = ["".join(source.choices("ab", k=source.randrange(3))) for _ in range(source.randrange(1, 6))]
        new = ["".join(source.choices("ab", k=source.randrange(3))) for _ in range(source.randrange(1, 6))]
        found = change(old, new)
        if found is None:
            assert old == new
            continue
        (row, column), (last, end), text = found
        before = [*old[:row], old[row][:column]]
        after = [old[last][end:], *old[last + 1 :]]
        assert ("\n".join(before) + text + "\n".join(after)).split("\n") == new


def test_joining_the_same_lines_gives_the_same_text() -> None:
    for text in ("", "a", "a\n", "a\r\nb\x85c\u2028", "\n\n", "a\rb\x0b\x0c\n", "\r\n\r\n\n"):
        assert joined(text, [line for line, _ in split(text)]) == text
    assert joined("a\r\nb", ["a", "b", "c"]) == "a\r\nb\r\nc"
    assert joined("a\nb\r\n", ["a"]) == "a"
    assert joined("", ["a", ""]) == "a\n"


async def test_long_texts_are_measured_as_textual_measures_them(make_app: MakeApp) -> None:
    app = make_app(SMALL + "# more\n" * yaml_area.MOST_HIGHLIGHTED)
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        for added in ("x", "\t", "日本" * 50, "\n", "é" * 120):
            area.insert(added, (0, 1))
            await pilot.pause()
            plain = Document("\n".join(area.document.lines))
            assert area.text == plain.text
            assert area.document.get_size(2) == plain.get_size(2)
            assert area.wrapped_document.height == plain.line_count == WrappedDocument(plain).height
            assert app.workspace.text == plain.text


async def test_texts_and_lines_are_found(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        lines = SMALL.splitlines()
        places = [(row, line.index("rate:")) for row, line in enumerate(lines) if "rate:" in line]
        await pilot.press("ctrl+f", *"RATE", "colon", "enter")
        await wait_for(pilot, lambda: area.selection.start == places[0])
        assert area.selected_text == "rate:"
        await pilot.press("enter")
        await wait_for(pilot, lambda: area.selection.start == places[1])
        await pilot.press("enter")
        await wait_for(pilot, lambda: area.selection.start == places[0])  # the start follows the end
        await pilot.press("up")
        await wait_for(pilot, lambda: area.selection.start == places[1])
        await pilot.press(*"xyz", "enter")
        await wait_for(pilot, lambda: "is not in the text" in said(pilot))
        await pilot.press("escape")
        await wait_for(pilot, lambda: area.has_focus)
        await pilot.press("ctrl+g", "5", "enter")
        await wait_for(pilot, lambda: area.cursor_location == (4, 0) and area.has_focus)
        await pilot.press("ctrl+end")
        assert area.cursor_location == area.document.end
        await pilot.press("ctrl+home", "ctrl+a")
        assert area.selected_text == SMALL
        assert pilot.app.workspace.text == SMALL  # type: ignore[attr-defined]
