"""The tree of a text: where its nodes stand, how paths lead to them, and what bad YAML comes to."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.spec.yaml import composing
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, MAX_DEPTH, SCALAR, SEQUENCE, Node, Tree, effective, key_name
from blis_tui.spec.yaml.source import Source

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests/golden").rglob("*.yaml"))


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs a test with libyaml, and again as where libyaml is missing."""
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    return str(request.param)


def good(text: str) -> Tree:
    tree = compose(text)
    assert tree.problems == []
    assert tree.root is not None
    return tree


def value(text: str, *path: str | int) -> Node:
    node = good(text).find(path)
    assert node is not None
    return node


def walk(node: Node) -> list[Node]:
    """List a node and all in it, in the order of the text; aliases are not followed."""
    if node.kind == MAPPING:
        return [node, *(inner for pair in node.items for half in pair for inner in walk(half))]
    return [node, *(inner for item in node.items for inner in walk(item))]


def only_problem(text: str) -> tuple[str, int | None, int | None]:
    tree = compose(text)
    assert len(tree.problems) == 1
    problem = tree.problems[0]
    assert problem.severity == "error"
    assert problem.path == ()
    return problem.code, problem.line, problem.column


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


# bad texts


def test_nothing_is_no_root_and_no_problem(parser: str) -> None:
    for text in ["", "\n", "# only a comment\n", "\ufeff", "   "]:
        tree = compose(text)
        assert (tree.root, tree.problems) == (None, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1, 2\nb: 3\n", (2, 2)),
        ("a: 'open\n", (2, 1)),
        ("a: 1\n b: 2\n", (2, 3)),
        ("a: b: c\n", (1, 5)),
        ("a: 1\n}\n", (2, 1)),
        ("a: @x\n", (1, 4)),
        ("{a: 1} b", (1, 8)),
        ("%YAML 9.9\n---\na: 1\n", (1, 1)),
        ("a: !unknown!x 1\n", (1, 4)),
    ],
)
def test_wrong_syntax_has_a_place(text: str, place: tuple[int, int]) -> None:
    assert only_problem(text) == ("syntax", *place)
    assert compose(text).root is None


@pytest.mark.parametrize("text", ["a: [1, 2\nb: 3\n", "a: 'open\n", "a: 1\n b: 2\n", "a: b: c\n", "{a: 1} b", "%YAML 9.9\n---\n"])
def test_wrong_syntax_is_wrong_without_libyaml_too(parser: str, text: str) -> None:
    code, line, _ = only_problem(text)
    assert code == "syntax"
    assert line is not None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "x\\/y"\n', (1, 6)),
        ('a: "\\\\\\/"\n', (1, 7)),
        ('# \\/\na: [!!str "ab\\/", c]\n', (2, 14)),
        ("%YAML 1.2\n---\na: 1\n", (1, 1)),
    ],
)
def test_what_is_yaml_1_2_only_is_refused_as_by_blis(parser: str, text: str, place: tuple[int, int]) -> None:
    assert only_problem(text) == ("syntax", *place)
    assert compose(text).root is not None


@pytest.mark.parametrize("text", ['a: "\\\\/"', "a: '\\/'", "a: \\/", "%YAML 1.1\n---\na: 1"])
def test_what_only_looks_like_yaml_1_2_is_read(parser: str, text: str) -> None:
    good(text)


def test_tabs_for_indentation_get_their_own_hint(parser: str) -> None:
    (problem,) = compose("a:\n\tb: 1\n").problems
    assert "spaces, not with tabs" in problem.message
    assert (problem.line, problem.column) == (2, 1)


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', f"%YAML 1.{'9' * 5000}\n---\na: 1"])
def test_what_the_python_parser_chokes_on_is_a_syntax_problem(parser: str, text: str) -> None:
    assert only_problem(text)[0] == "syntax"


def test_a_second_document_is_told_and_the_first_is_kept(parser: str) -> None:
    text = "a: 1\n---\nb: [\n"
    assert only_problem(text) == ("several-documents", 2, 1)
    assert compose(text).find(("a",)).value == "1"


def test_one_document_may_be_marked(parser: str) -> None:
    assert value("%YAML 1.1\n---\na: 1\n...\n", "a").value == "1"


def test_undefined_aliases_are_all_told(parser: str) -> None:
    tree = compose("a: *x\nb: [*y, 1]\n")
    assert [(p.code, p.line, p.column) for p in tree.problems] == [("undefined-alias", 1, 4), ("undefined-alias", 2, 5)]
    assert "*x" in tree.problems[0].message
    assert tree.find(("b", 1)).value == "1"


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: &x [*x]\n", (1, 8)), ("a: &x {b: {c: *x}}\n", (1, 15)), ("a: &x\n  <<: *x\n", (2, 7)), ("&x {? *x : 1}\n", (1, 7))],
)
def test_an_alias_inside_its_target_is_told(parser: str, text: str, place: tuple[int, int]) -> None:
    assert only_problem(text) == ("recursive-alias", *place)


def test_depth_has_a_limit(parser: str) -> None:
    assert good("[" * MAX_DEPTH + "]" * MAX_DEPTH).root is not None
    assert only_problem("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == ("too-deep", 1, MAX_DEPTH + 1)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "[" * 100_000 + "]" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000 + "1",
        "? " * 100_000,
        "[{a: " * 50_000,
        "\n".join(" " * depth + "a:" for depth in range(2000)),
    ],
    ids=["flow", "flow closed", "flow mappings", "dashes", "complex keys", "mixed", "indentation"],
)
def test_a_hundred_thousand_levels_are_refused_at_once(parser: str, text: str) -> None:
    assert only_problem(text)[0] == "too-deep"


def test_a_hundred_thousand_levels_do_not_crash_the_process() -> None:
    code = "from blis_tui.spec.yaml.composing import compose; print([len(compose(c * 100_000).problems) for c in ('[', '- ', '{a: ')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "[1, 1, 1]\n")


def test_the_number_of_nodes_has_a_limit(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "MAX_NODES", 100)
    assert good("[" + "1," * 98 + "1]").root is not None
    assert only_problem("[" + "1," * 99 + "1]")[0] == "too-many-values"
    assert good("a: [" + "'123456', " * 200 + "]").root is not None  # larger files may hold more


def test_the_number_of_problems_has_a_limit(parser: str) -> None:
    tree = compose("[" + "*a," * 5000 + "]")
    assert len(tree.problems) == composing.MAX_PROBLEMS
    assert tree.root is None


def test_the_number_of_directives_has_a_limit(parser: str) -> None:
    text = "".join(f"%TAG !a{i}! x\n" for i in range(100_000)) + "---\na: 1\n"
    assert only_problem(text) == ("too-many-directives", 1, 1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: \0\n", (2, 4)),
        ("a: \x07", (1, 4)),
        ("a: '\x7f'", (1, 5)),
        ("a: \x9f", (1, 4)),
        ("a: \udc80", (1, 4)),
        ("é: \ufffe", (1, 4)),
        ("\ufeff\ufeffa: 1", (1, 1)),
    ],
)
def test_characters_that_yaml_forbids(parser: str, text: str, place: tuple[int, int]) -> None:
    assert only_problem(text) == ("control-character", *place)


def test_a_nul_hints_at_what_the_file_may_be() -> None:
    assert "binary" in compose("a\0").problems[0].message
    assert "binary" not in compose("a\x01").problems[0].message


# the two parsers


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_both_parsers_give_the_same_tree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def described() -> list[tuple[object, ...]]:
        nodes = walk(good(path.read_text("utf-8")).root)
        return [(n.kind, n.tag, n.value, n.style, n.start, n.end, n.anchor, n.aliased, n.position) for n in nodes]

    with_libyaml = described()
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert described() == with_libyaml


@given(st.text(st.sampled_from(" \t\n\r-:?,[]{}#&*!|>'\"%@`~<ab10.\\\u2028\x85é😀\0\ufeff"), max_size=60))
def test_composing_never_raises(text: str) -> None:
    tree = compose(text)
    for problem in tree.problems:
        assert problem.line is not None
        assert problem.column is not None
    if tree.root is not None:
        for node in walk(tree.root):
            assert 0 <= node.start <= node.end <= len(text)
            assert node.kind in (SCALAR, SEQUENCE, MAPPING, ALIAS)


@given(st.text(st.sampled_from(" \n-:?,[]{}#&*!|>'\"%~<ab10.\\é"), max_size=40))
def test_composing_never_raises_without_libyaml(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "yaml._yaml", None)
        compose(text)


@given(st.lists(st.sampled_from(["", "a", "é", "\n", "\r\n", "\r", "\x85", "\u2028", "\n\n"]), max_size=8), st.booleans())
def test_lines_are_counted_the_same_however_they_end(parts: list[str], mark: bool) -> None:
    text = "\ufeff" * mark + "".join(parts)
    source = Source(text)
    for offset in range(mark, len(text) + 1):
        before = re.split("\r\n|[\n\r\x85\u2028]", text[mark:offset])
        if text[offset - 1 : offset + 1] != "\r\n":
            assert source.position(offset) == (len(before), len(before[-1]) + 1)
