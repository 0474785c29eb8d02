"""Wrong syntax is told in our words, at the place to look at, with either parser."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.spec.yaml.composing import compose

LEAKS = (
    "scanning", "parsing", "scalar", "token", "flow", "expected", "context", "stream", "collection", "not allowed here",
    "indicator", "directive", "simple key", "<block", "mapping", "sequence", "character '", "None",
)  # fmt: skip
"""Words of libyaml and PyYAML."""

COLON = "a second colon in one line: text with a colon and a space in it needs quotes"
TAB = "a tab where YAML wants spaces: indent with spaces"
QUOTES = "text after a closing quote: this value has a quote too many, or one is missing above"
UNRELATED = "this does not belong to the value before it"


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        # indentation
        ("a:\n    b: 1\n  c: 2\n", (3, 3), "this line is indented less than what is above it, and more than the block begun in line 1"),
        ("a:\n - b: 1\n   c: 2\n  d: 3\n", (4, 3), "this line is indented less than what is above it, and more than the list begun in line 2"),
        ("a: 1 # x\n  b: 2\n", (2, 3), "this line is indented more than the block it belongs to (begun in line 1)"),
        ("a: 1\n\n b: 2\n", (3, 3), "this line reads as going on with the value of line 1: indent it like the key it follows"),
        ("a:\n  - 1\n  b: 2\n", (3, 3), "a key among list items: items of the list begun in line 2 begin with -"),
        ("a: 1\n- 2\n", (2, 1), "a list item among keys: the block begun in line 1 has keys only"),
        ("a: - 1\n", (1, 4), "a list item cannot begin here: put each - on a line of its own"),
        ("a:\n\tb: 1\n", (2, 1), TAB),
        ("a:\n  b: 1\n\tc: 2\n", (3, 1), TAB),
        ("a: |\n\tx\n", (2, 1), TAB),
        # colons
        ("a: b: c\n", (1, 5), COLON),
        ("[a: b: c]", (1, 6), COLON),
        ("a:1\nb: 2\n", (2, 2), "a space is missing after the colon in line 1"),
        ("a: 1\nb:2\nc: 3\n", (2, 1), "a space is missing after the colon"),
        ("a: 1\nb\nc: 2\n", (2, 1), "a colon is missing: a line here is a key, a colon and a value"),
        # quotes and brackets
        ("a: 1\nb: 'open\nc: 1\n", (2, 4), "this quote is never closed"),
        ('a: "open\n', (1, 4), "this quote is never closed"),
        ("a: 'it's'\n", (1, 8), QUOTES),
        ("a: [1,\n", (1, 4), "this [ is never closed"),
        ("a: {b: 1, c\n", (1, 4), "this { is never closed"),
        ("a: [1, 2\nb: 3\n", (2, 2), "the [ opened in line 1 is not closed, or a comma is missing before this"),
        ("a: [{b: 1} c]\n", (1, 12), "a comma or ] is missing before this"),
        ("a: [{b: 1]\n", (1, 10), "this ] closes nothing: the { of line 1 is closed by }"),
        ("a: 1\n}\n", (2, 1), "this } closes nothing"),
        ("a: [1,, 2]", (1, 7), "a value is missing before this ,"),
        ("a: 'x\n---\nb'", (2, 1), "a line of --- or ... within the quotes opened in line 1: indent it, or close the quotes"),
        # signs with a meaning
        ("a: @x\n", (1, 4), "text that begins with @ needs quotes"),
        ("a: }\n", (1, 4), "text that begins with } needs quotes"),
        ("a: & x\n", (1, 4), "& begins the name of an anchor, of letters and digits; text that begins with it needs quotes"),
        ("a: *\n", (1, 4), "* begins the name of an alias, of letters and digits; text that begins with it needs quotes"),
        ("a: !unknown!x 1\n", (1, 4), "! begins a tag, which BLIS does not know; text that begins with it needs quotes"),
        ("a: !<x 1\n", (1, 4), "! begins a tag, which BLIS does not know; text that begins with it needs quotes"),
        ("a: ? b\n", (1, 4), "? begins a key, which is not possible here; text that begins with it needs quotes"),
        ("a: &b *c", (1, 7), UNRELATED),
        ('a: "\\q"\n', (1, 5), "\\q means nothing within double quotes: write \\\\ for a backslash"),
        ('a: "\\xZZ"\n', (1, 7), "an escape is not complete or stands for no character: \\x has 2, \\u 4 and \\U 8 hexadecimal digits"),
        ("a: |0\n  b\n", (1, 5), "after | or > only + or -, a figure from 1 to 9 and a comment may stand on the line; the text begins on the next one"),
        # the whole text
        ("{a: 1} b", (1, 8), UNRELATED),
        ("%YAML 9.9\n---\n", (1, 1), "a line that begins with % is an instruction to the YAML parser, and this one is none that it knows; leave it out"),
        ("%TAG ! x\n%TAG ! y\n---\n", (2, 1), "a line that begins with % is an instruction to the YAML parser, and this one is none that it knows; leave it out"),
        ("%YAML 1.1\na: 1\n", (2, 1), "a line of --- must come between the lines that begin with % and this"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n", (2, 1), "a merge conflict is left in the text: keep one of the two sides, and no line of <<<, === or >>>"),
    ],
)  # fmt: skip
def test_what_is_told_and_where(parser: str, text: str, place: tuple[int, int], sentence: str) -> None:
    for mark, moved in (("", 0), ("\ufeff", 0), ("# a comment\n", 1)):
        if moved and text.startswith("%"):
            continue  # a comment before them changes nothing, but the line numbers in sentences
        problem = compose(mark + text).problems[-1]
        line, column = place
        assert (problem.line, problem.column) == (line + moved, column)
        if not moved:
            assert (problem.code, problem.message) == ("syntax", sentence)


@pytest.mark.parametrize(
    ("rest", "start"), [(r"'\UFFFFFFFF'".replace("'", '"'), "a: "), (f"1.{'9' * 5000}\n---\na: 1", "%YAML ")]
)
def test_what_has_no_place_is_told_too(parser: str, rest: str, start: str) -> None:
    (problem,) = compose(start + rest).problems
    assert problem.message and not leaks(problem.message)


def leaks(message: str) -> list[str]:
    return [word for word in LEAKS if word in message]


FRAGMENTS = st.sampled_from(
    ["a: ", "b:", "- ", "  ", " ", "\n", "\t", "'", '"', "[", "]", "{", "}", ",", "x", "#", "&a", "*a", "!t", "|", ">", "%YAML 1.1\n",
     "%", "---\n", "...\n", "? ", "\\q", "\\x", "@", "`", "é", "\r\n", "<<<<<<< ", "1"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=14).map("".join), st.booleans())
@settings(max_examples=300)
def test_no_words_of_the_parsers_leak(text: str, libyaml: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not libyaml:
            patch.setitem(sys.modules, "yaml._yaml", None)
        for problem in compose(text).problems:
            assert not leaks(problem.message), problem
