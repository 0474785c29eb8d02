"""The tree of a text: where its nodes stand, and how paths lead to them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import good, value, walk

from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, effective, key_name
from blis_tui.spec.yaml.source import Source

# what a node knows


def test_a_scalar_knows_its_place(parser: str) -> None:
    text = "seed:   42   # answer\n"
    node = value(text, "seed")
    assert (node.kind, node.value, node.tag, node.style, node.anchor) == (SCALAR, "42", None, None, None)
    assert text[node.start : node.end] == "42"
    assert (node.line, node.column) == node.position == (1, 9)
    assert node.items == ()
    assert node.target is None
    assert not node.aliased


@pytest.mark.parametrize(
    ("written", "style", "meaning"),
    [
        ("plain", None, "plain"),
        ("'it''s'", "'", "it's"),
        ('"a\\tb"', '"', "a\tb"),
        ("|\n  one\n  two\n", "|", "one\ntwo\n"),
        (">-\n  one\n  two\n", ">", "one two"),
    ],
)
def test_styles_of_scalars(parser: str, written: str, style: str | None, meaning: str) -> None:
    node = value(f"id: {written}", "id")
    assert (node.style, node.value) == (style, meaning)


def test_tags_are_spelt_out_and_the_start_includes_them(parser: str) -> None:
    text = "id: !!str &a 8\n"
    node = value(text, "id")
    assert (node.tag, node.anchor, node.value) == ("tag:yaml.org,2002:str", "a", "8")
    assert text[node.start : node.end] == "!!str &a 8"


def test_flow_and_block_collections_end_where_their_last_character_is(parser: str) -> None:
    text = "a:\n  - {x: 1, y: [2]}   # c\n  - - 3\n\n# end\nb: []\n"
    tree = good(text)
    for path, written, style in [
        (("a",), "- {x: 1, y: [2]}   # c\n  - - 3", "block"),
        (("a", 0), "{x: 1, y: [2]}", "flow"),
        (("a", 0, "y"), "[2]", "flow"),
        (("a", 1), "- 3", "block"),
        (("b",), "[]", "flow"),
        ((), text[:-1], "block"),
    ]:
        node = tree.find(path)
        assert node is not None
        assert (text[node.start : node.end], node.style) == (written, style)


def test_an_empty_value_stands_behind_its_colon(parser: str) -> None:
    node = value("a:\nb: 1\n", "a")
    assert (node.value, node.style, node.start, node.end) == ("", None, 2, 2)


def test_an_alias_points_at_its_target(parser: str) -> None:
    text = "a: &x {p: 1}\nb: *x\n"
    tree = good(text)
    written = tree.root.items[1][1]
    assert (written.kind, written.value, text[written.start : written.end]) == (ALIAS, "x", "*x")
    assert written.target is tree.root.items[0][1]
    assert written.target.aliased


def test_an_alias_means_the_last_anchor_before_it(parser: str) -> None:
    assert value("a: &x 1\nb: &x 2\nc: *x\nd: &x 3\n", "c").value == "2"


def test_nodes_describe_themselves() -> None:
    assert repr(value("a: b", "a")) == "<scalar 'b' 3:4>"


# lines and columns


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_every_line_end_of_yaml_counts(parser: str, newline: str) -> None:
    text = newline.join(["# c", "", "a: 1", "b:", "  - x", "  - y"])
    tree = good(text)
    assert tree.position(("b", 1)) == (6, 5)
    assert tree.position(("a",)) == (3, 4)


def test_columns_count_characters_not_bytes_or_cells(parser: str) -> None:
    assert good("日本😀é: 8\n").position(("日本😀é",)) == (1, 7)


def test_a_tab_is_one_column() -> None:
    assert good("a:\t8\n").position(("a",)) == (1, 4)


def test_a_byte_order_mark_takes_no_column_but_an_offset(parser: str) -> None:
    text = "\ufeffa: 8\nb: 9\n"
    tree = good(text)
    assert tree.position(("a",)) == (1, 4)
    assert tree.position(("b",)) == (2, 4)
    node = tree.find(("a",))
    assert node is not None
    assert text[node.start] == "8"


def test_positions_agree_with_libyaml_s_own_marks() -> None:
    from yaml import CLoader
    from yaml import compose as yaml_compose

    text = "α: [1,\t2]\r\nb:\r  - 'x\u2028 y'\n  - {k: v}\x85c: 9\n"
    reference = yaml_compose(text, CLoader)
    ours = [node.position for node in walk(good(text).root)]
    theirs = []

    def visit(node: object) -> None:
        mark = node.start_mark  # type: ignore[attr-defined]
        theirs.append((mark.line + 1, mark.column + 1))
        for item in node.value if isinstance(node.value, list) else []:  # type: ignore[attr-defined]
            for part in item if isinstance(item, tuple) else (item,):
                visit(part)

    visit(reference)
    assert ours == theirs


# finding by path


def test_find_follows_keys_and_indices(parser: str) -> None:
    tree = good("a:\n- b: 1\n  c: [5, 6]\n")
    assert tree.find(("a", 0, "c", 1)).value == "6"
    assert tree.find(()) is tree.root
    for nowhere in [("b",), ("a", 1), ("a", -1), ("a", "b"), (0,), ("a", 0, "b", "x"), ("a", 0, "c", "1")]:
        assert tree.find(nowhere) is None
        assert tree.locate(nowhere) is None


def test_a_location_has_the_key_and_what_is_written() -> None:
    tree = good("a: &x {p: 1}\nb: *x\nc: [*x, 2]\n")
    plain = tree.locate(("c", 1))
    assert (plain.key, plain.shared, plain.aliased, plain.written) == (None, False, False, plain.node)
    through = tree.locate(("b", "p"))
    assert (through.key.value, through.shared, through.aliased, through.written.value) == ("p", True, True, "1")
    alias = tree.locate(("b",))
    assert (alias.node.kind, alias.written.kind, alias.shared) == (MAPPING, ALIAS, True)
    item = tree.locate(("c", 0))
    assert (item.key, item.node, item.written.kind) == (None, tree.find(("a",)), ALIAS)
    target = tree.locate(("a", "p"))
    assert (target.shared, target.aliased) == (False, True)
    assert tree.locate(()).aliased is False


def test_merges_are_followed_own_keys_first_then_in_order() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2, <<: {c: 3, d: 3}}\nz:\n  <<: [*x, *y]\n  a: 0\nm: {<<: *x, e: 9}\n"
    tree = good(text)
    assert [tree.find(("z", key)).value for key in "abcd"] == ["0", "1", "2", "3"]
    assert [tree.locate(("z", key)).shared for key in "abcd"] == [False, True, True, True]
    assert tree.locate(("m", "b")).shared
    assert not tree.locate(("m", "e")).shared
    assert tree.find(("z", "<<")) is None
    assert [key.value for _, key, _ in effective(tree.find(("z",)))] == ["a", "a", "b", "b", "c", "c", "d"]


def test_merging_the_same_mapping_again_and_again_is_walked_once() -> None:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 60)]
    assert good("\n".join(lines)).find(("a59", "k")).value == "1"


def test_merges_of_what_is_no_mapping_lead_nowhere() -> None:
    tree = good("x: &x [1]\na: {<<: *x, b: 1}\nc: {<<: 5}\n")
    assert tree.find(("a", "c")) is None
    assert tree.find(("a", "b")).value == "1"
    assert tree.find(("c", "b")) is None


@pytest.mark.parametrize(
    ("key", "merges"),
    [("<<", True), ("'<<'", False), ("!!str <<", False), ("!!merge <<", True), ("!!merge '<<'", True), ("<", False)],
)
def test_which_keys_merge(key: str, merges: bool) -> None:
    assert good(f"{key}: {{a: 1}}\n").root.items[0][0].is_merge is merges


def test_keys_are_scalars_or_aliases_of_scalars() -> None:
    tree = good("a: &k name\n*k : 1\n? [x]\n: 2\n")
    assert [key_name(key) for key, _ in tree.root.items] == ["a", "name", None]
    assert tree.find(("name",)).value == "1"


def test_a_path_through_an_undefined_alias_ends_before_it() -> None:
    tree = compose("a: {b: *no}\n*no : 1\n")
    assert tree.find(("a", "b")) is None
    assert tree.position(("a", "b", "c")) == (1, 1)


def test_position_is_the_value_s_for_scalars_and_the_key_s_for_blocks() -> None:
    text = "a:\n  b:\n    - c: 5\n    - 7\nd: {e: 1}\nf: &x 1\ng: *x\n"
    tree = good(text)
    assert tree.position(("a", "b")) == (2, 3)
    assert tree.position(("a", "b", 0)) == (3, 7)
    assert tree.position(("a", "b", 0, "c")) == (3, 10)
    assert tree.position(("a", "b", 1)) == (4, 7)
    assert tree.position(("d",)) == (5, 1)
    assert tree.position(("g",)) == (7, 4)
    assert tree.position(()) == (1, 1)


def test_position_of_what_is_missing_is_the_nearest_there_is() -> None:
    tree = good("a:\n  b: {}\n")
    assert tree.position(("a", "b", "c", "d")) == (2, 3)
    assert tree.position(("z", 4)) == (1, 1)
    assert compose("").position(("a",)) is None


@given(st.lists(st.sampled_from(["", "a", "é", "\n", "\r\n", "\r", "\x85", "\u2028", "\n\n"]), max_size=8), st.booleans())
def test_lines_are_counted_the_same_however_they_end(parts: list[str], mark: bool) -> None:
    text = "\ufeff" * mark + "".join(parts)
    source = Source(text)
    for offset in range(mark, len(text) + 1):
        before = re.split("\r\n|[\n\r\x85\u2028]", text[mark:offset])
        if text[offset - 1 : offset + 1] != "\r\n":
            assert source.position(offset) == (len(before), len(before[-1]) + 1)
