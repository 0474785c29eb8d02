"""Edits of what an alias or a merge stands for: here only, or everywhere."""

from __future__ import annotations

import pytest

from blis_tui.problems import Path
from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.editing.sharing import copied, everywhere, own_copies, written_path
from blis_tui.spec.edits import Edit, EditRefused, Insert, Plain, Remove, SetValue, SharedPlace
from blis_tui.spec.yaml.composing import compose

TEXT = """\
version: "2"
clients:
  - &first
    id: one
    input_distribution: &in {type: constant, params: {value: 9}}  # short
    output_distribution: *in
    lifecycle: {windows: &w [{start_us: 0, end_us: 10}]}
  - <<: *first
    id: two
  - *first
"""


def here(edit: Edit) -> str:
    tree = compose(TEXT)
    return apply_edits(TEXT, [*own_copies(tree, edit.path), edit])


def at(text: str, path: Path) -> object:
    spec = check(text).spec
    assert spec is not None
    value: object = spec
    for step in path:
        value = value[step] if isinstance(value, tuple | dict) else getattr(value, str(step))  # type: ignore[index]
    return value


VALUE = ("output_distribution", "params", "value")


def test_an_edit_of_what_is_shared_says_that_it_is() -> None:
    for path in (("clients", 0, *VALUE), ("clients", 2, "id"), ("clients", 0, "input_distribution", "params", "value")):
        with pytest.raises(SharedPlace):
            apply_edits(TEXT, [SetValue(path, 5)])
    with pytest.raises(EditRefused) as refused:
        apply_edits(TEXT, [Remove(("clients", 9))])
    assert not isinstance(refused.value, SharedPlace)


def test_here_only_writes_the_place_out() -> None:
    text = here(SetValue(("clients", 2, *VALUE), 5))
    assert [at(text, ("clients", index, *VALUE)) for index in range(3)] == [9, 9, 5]
    assert text.startswith(TEXT[: TEXT.index("  - *first")])
    text = here(SetValue(("clients", 1, *VALUE), 5))
    assert [at(text, ("clients", index, *VALUE)) for index in range(3)] == [9, 5, 9]


def test_here_only_keeps_texts_and_numbers_as_they_are_written() -> None:
    tree = compose("a: &a {x: '1', y: 0x10, z: 1_0, s: \"t: u\", n: ~, l: [1, *b, {k: v}]}\nc: *a\n".replace("*b", "2"))
    value = copied(tree.find(("c",)))
    assert value == {"x": "1", "y": "0x10", "z": "1_0", "s": "t: u", "n": "~", "l": ["1", "2", {"k": "v"}]}
    assert isinstance(value["y"], Plain)
    assert not isinstance(value["x"], Plain)


def test_nothing_is_to_be_written_out_of_ones_own() -> None:
    tree = compose(TEXT)
    assert own_copies(tree, ("clients", 0, "id")) == ()
    assert own_copies(tree, ("clients", 1, "id")) == ()
    assert own_copies(tree, ("clients", 7)) == ()


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("clients", 2, "id"), ("clients", 0, "id")),
        (("clients", 2, *VALUE), ("clients", 0, "input_distribution", "params", "value")),
        (("clients", 1, *VALUE), ("clients", 0, "input_distribution", "params", "value")),
        (("clients", 1, "id"), ("clients", 1, "id")),
        (("clients", 1, "lifecycle", "windows", 0, "end_us"), ("clients", 0, "lifecycle", "windows", 0, "end_us")),
        (("clients", 2, "network", "rtt_ms"), ("clients", 0, "network", "rtt_ms")),
        (("clients", 9, "id"), ("clients", 9, "id")),
    ],
)
def test_a_path_leads_to_where_it_is_written(path: Path, written: Path) -> None:
    assert written_path(compose(TEXT), path) == written


@pytest.mark.parametrize(
    ("edit", "path", "value"),
    [
        (SetValue(("clients", 2, *VALUE), 5), VALUE, 5),
        (SetValue(("clients", 1, *VALUE), 5), VALUE, 5),
        (SetValue(("clients", 2, "tenant_id"), "t"), ("tenant_id",), "t"),
        (
            Insert(("clients", 1, "lifecycle", "windows", 1), {"start_us": 20, "end_us": 30}),
            ("lifecycle", "windows", 1, "end_us"),
            30,
        ),
    ],
)
def test_everywhere_changes_all_places_and_the_text_once(edit: Edit, path: Path, value: object) -> None:
    text = apply_edits(TEXT, everywhere(compose(TEXT), (edit,)), shared=True)
    assert [at(text, ("clients", index, *path)) for index in range(3)] == [value] * 3
    assert len(text.splitlines()) - len(TEXT.splitlines()) in (0, 1)
    assert text.count("*in") == text.count("<<") == 1


def test_everywhere_may_set_an_anchored_scalar() -> None:
    text = "seed: &s 3\nnum_requests: *s\n"
    edits = everywhere(compose(text), (SetValue(("num_requests",), 4),))
    assert apply_edits(text, [SetValue(("seed",), 4)], shared=True) == "seed: &s 4\nnum_requests: *s\n"
    assert edits == (SetValue(("num_requests",), 4),)
