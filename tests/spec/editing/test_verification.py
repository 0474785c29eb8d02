"""The check behind every edit: the new text must be the old one with just that change."""

from __future__ import annotations

from typing import Any

import pytest

from blis_tui.problems import Path
from blis_tui.spec.editing.declarations import declared, field_order
from blis_tui.spec.editing.verification import Intended, reads_as
from blis_tui.spec.format import fields
from blis_tui.spec.format.model import SharedPrefix
from blis_tui.spec.yaml.composing import compose


def same(old: str, new: str) -> bool:
    return Intended(compose(old).root).is_met_by(compose(new).root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1 # c\n", "# d\na:   1"),
        ("a: [1, 2]\n", "a: [1,\n 2]\n"),
        ("- &x 1\n- *x\n", "- &x 1\n\n- *x\n"),
        ("- &x 1\n- &x 2\n- *x\n", "- &x 1\n- &x 2\n- *x # c\n"),
    ],
)
def test_layout_alone_makes_no_difference(old: str, new: str) -> None:
    assert same(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1\n", "a: 2\n"),
        ("a: 1\n", "a: '1'\n"),
        ("a: '1'\n", 'a: "1"\n'),
        ("a: 1\n", "a: 1.0\n"),
        ("a: 1\n", "a: !!int 1\n"),
        ("a: 1\n", "a: &x 1\n"),
        ("a: &x 1\n", "a: &y 1\n"),
        ("a: &x 1\n", "a: 1\n"),
        ("a: 1\n", "b: 1\n"),
        ("a: 1\nb: 2\n", "b: 2\na: 1\n"),
        ("a: 1\nb: 2\n", "a: 1\n"),
        ("a: [1]\n", "a: [1, 1]\n"),
        ("a: [1]\n", "a: 1\n"),
        ("a: [1]\n", "a:\n- 1\n"),
        ("- &x 1\n- *x\n", "- &x 1\n- 1\n"),
        ("- &x 1\n- &x 1\n- *x\n- &y 1\n", "- &x 1\n- &y 1\n- *x\n- &x 1\n"),
        ("a: 1\n", "# a: 1\n"),
    ],
)
def test_anything_else_does(old: str, new: str) -> None:
    assert same(old, old)
    assert not same(old, new)


def test_an_alias_must_stand_for_the_same_as_before() -> None:
    old = compose("- &x 1\n- &y 1\n- *x\n").root
    new = compose("- &x 1\n- &y 1\n- *x\n").root
    assert old is not None
    assert new is not None
    new.items[2].target = new.items[1]
    assert not Intended(old).is_met_by(new)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("0x10", 16),
        ("1e3", 1000),
        ("true", True),
        ("~", None),
        ("''", ""),
        ("'1'", "1"),
        ("{a: [1, {}]}", {"a": (1, {})}),
        ("[&x 1, *x ]", [1, 1]),
    ],
)
def test_a_text_reads_as_its_value(text: str, value: Any) -> None:
    root = compose(text).root
    assert root is not None
    assert reads_as(root, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("1", True),
        ("true", 1),
        ("'1'", 1),
        ("~", ""),
        ("''", None),
        ("1", None),
        ("!own 1", 1),
        ("[1]", 1),
        ("1", [1]),
        ("1", {}),
        ("[]", {}),
        ("{}", []),
        ("!own {}", {}),
        ("!own []", []),
        ("{a: 1}", {"a": 2}),
        ("{a: 1}", {"b": 1}),
        ("{a: 1, a: 1}", {"a": 1}),
        ("[1, 2]", [1]),
        ("[1, *x ]", [1, 1]),
        ("{<<: {a: 1}}", {"<<": {"a": 1}}),
        ("{[a]: 1}", {"a": 1}),
    ],
)
def test_a_text_does_not_read_as_another_value(text: str, value: Any) -> None:
    root = compose(text).root
    assert root is not None
    assert not reads_as(root, value)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), fields.RECORD),
        (("seed",), fields.INTEGER),
        (("clients",), fields.LIST),
        (("clients", 3), fields.RECORD),
        (("clients", 3, "rate_fraction"), fields.NUMBER),
        (("clients", "id"), ""),
        (("clients", 3, 4), ""),
        (("seed", "x"), ""),
        (("sead",), ""),
        (("clients", 0, "input_distribution", "params"), fields.PARAMS),
        (("clients", 0, "input_distribution", "params", "mean"), fields.NUMBER),
        (("goodput_slo_targets",), fields.MAP),
        (("goodput_slo_targets", "batch"), fields.RECORD),
        (("goodput_slo_targets", "batch", "ttft_ms"), fields.NUMBER),
    ],
)
def test_what_the_format_declares_at_a_path(path: Path, kind: str) -> None:
    assert declared(path)[0] == kind


def test_the_order_of_a_record() -> None:
    assert field_order(("inference_perf", "shared_prefix")) == tuple(SharedPrefix.fields)
    assert field_order(("clients",)) == ()
    assert field_order(("nothing",)) == ()
