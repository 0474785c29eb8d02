"""What bad YAML comes to, with either parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import good, only_problem, value, walk

from blis_tui.spec.yaml import composing
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, MAX_DEPTH, SCALAR, SEQUENCE

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests/golden").rglob("*.yaml"))


def test_nothing_is_no_root_and_no_problem(parser: str) -> None:
    for text in ["", "\n", "# only a comment\n", "\ufeff", "   "]:
        tree = compose(text)
        assert (tree.root, tree.problems) == (None, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1, 2\nb: 3\n", (2, 2)),
        ("a: 'open\n", (1, 4)),
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
    assert "indent with spaces" in problem.message
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


def test_the_number_of_nodes_has_a_limit(parser: str) -> None:
    assert compose("[" + "1," * 98 + "1]", most_nodes=100).problems == []
    assert [problem.code for problem in compose("[" + "1," * 99 + "1]", most_nodes=100).problems] == ["too-many-values"]
    assert compose("a: [" + "'123456', " * 200 + "]", most_nodes=100).problems == []  # larger files may hold more


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
