"""Scalars by the type of the field, as go-yaml reads them (its answers were measured, not guessed)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN
from blis_tui.spec.yaml import scalars
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import Node
from blis_tui.spec.yaml.scalars import Refused


def node(written: str) -> Node:
    tree = compose(f"- {written}\n")
    assert tree.problems == []
    return tree.root.items[0]


def refusal(reader: Any, written: str) -> Refused:
    with pytest.raises(Refused) as caught:
        reader(node(written))
    return caught.value


INTEGERS = {
    "8": 8,
    "0": 0,
    "-0": 0,
    "+5": 5,
    "-5": -5,
    "8.0": 8,
    "8.": 8,
    "-8.0": -8,
    "0.0": 0,
    "1e3": 1000,
    "1E+3": 1000,
    "-1e3": -1000,
    "1.5e3": 1500,
    "1e18": 10**18,
    "0x10": 16,
    "0XfF": 255,
    "-0x10": -16,
    "+0x10": 16,
    "0o17": 15,
    "0O17": 15,
    "017": 15,
    "-017": -15,
    "00": 0,
    "08": 8,
    "018": 18,
    "0b101": 5,
    "0B1": 1,
    "-0b1": -1,
    "0b-1": -1,
    "0b+1": 1,
    "0o-7": -7,
    "0o+7": 7,
    "1_000": 1000,
    "1__0_": 10,
    "0_7": 7,
    "0x1_0": 16,
    "1_000.0": 1000,
    "9223372036854775807": INT64_MAX,
    "-9223372036854775808": INT64_MIN,
    "0x7fffffffffffffff": INT64_MAX,
    "0" * 300 + "17": 15,
    "!!int 8": 8,
    "!!int '8'": 8,
    "!!int 0x10": 16,
    "!!float 8": 8,
    "!!float 1e3": 1000,
    "1e-400": 0,
}

NUMBERS = INTEGERS | {
    "8.5": 8.5,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    "0.1": 0.1,
    "017.5": 17.5,
    "1_000.5": 1000.5,
    "1e300": 1e300,
    "18446744073709551615": 18446744073709551615.0,
    "18446744073709551616": 18446744073709551616.0,
    "-9223372036854775809": -9223372036854775809.0,
    "0xFFFFFFFFFFFFFFFF": 18446744073709551615.0,
    "!!float '8.5'": 8.5,
    "!!float 017": 15.0,
    "123456789012345678901234567890": 123456789012345678901234567890.0,
}

NO_NUMBERS = [
    "abc", "-", "+", ".", "--1", "1e", "0x", "0xg", "0b2", "0o8", "-0b-1", "1.5.2", "1,000", "10s", "3%", "1:30", "190:20:30",
    "nan", "inf", "Infinity", "_1", "_1.5", "._5", "0x1p-2", "1 1", "١", "½", "true", "yes", "2001-01-01", "2001-01-01T00:00:00Z",
    "|\n  8", ">-\n  8", "!!str 8", "'x'", "''", "' 8'",
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), INTEGERS.items())
def test_integers(written: str, value: int) -> None:
    read = scalars.integer(node(written))
    assert read == value
    assert type(read) is int


@pytest.mark.parametrize(("written", "value"), NUMBERS.items())
def test_numbers(written: str, value: float) -> None:
    read = scalars.number(node(written))
    assert read == float(value)
    assert type(read) is float


@pytest.mark.parametrize("reader", [scalars.integer, scalars.number])
@pytest.mark.parametrize("written", NO_NUMBERS)
def test_what_is_no_number(reader: Any, written: str) -> None:
    refused = refusal(reader, written)
    assert refused.code == "wrong-type"
    assert refused.meant is None


@pytest.mark.parametrize(
    ("written", "kept"), [("8.5", 8), ("-8.9", -8), (".5", 0), ("1e-3", 0), ("017.5", 17), ("!!float 8.5", 8)]
)
def test_a_fraction_is_no_integer_though_blis_cuts_it(written: str, kept: int) -> None:
    refused = refusal(scalars.integer, written)
    assert (refused.code, refused.meant) == ("fraction", kept)


@pytest.mark.parametrize("reader", [scalars.integer, scalars.number])
@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN", ".inf", "-.inf", "+.Inf", ".INF", "!!float .inf"])
def test_numbers_are_finite(reader: Any, written: str) -> None:
    assert refusal(reader, written).code == "not-finite"


@pytest.mark.parametrize(
    "written",
    [
        "9223372036854775808", "-9223372036854775809", "+9223372036854775808", "1e19", "-1e19", "1e300", "1e400", "9" * 5000,
        "0x8000000000000000", "0x10000000000000000", "0b" + "1" * 64, "0" + "7" * 30, "9223372036854775807.0", "!!float 1e19",
    ],
)  # fmt: skip
def test_integers_fit_64_bits(written: str) -> None:
    assert refusal(scalars.integer, written).code == "out-of-range"


@pytest.mark.parametrize("written", ["1e400", "-1e400", "9" * 5000, "0x10000000000000000", "1" + "0" * 400 + ".5"])
def test_numbers_fit_64_bits(written: str) -> None:
    assert refusal(scalars.number, written).code == "out-of-range"


@pytest.mark.parametrize(
    ("reader", "written", "meant"),
    [
        (scalars.integer, "'8'", 8),
        (scalars.integer, '"0x10"', 16),
        (scalars.integer, "'8.0'", 8),
        (scalars.integer, "'8.5'", None),
        (scalars.integer, "'9223372036854775808'", None),
        (scalars.integer, "'1e300'", None),
        (scalars.integer, "'.inf'", None),
        (scalars.integer, "'true'", None),
        (scalars.number, "'8'", 8),
        (scalars.number, "'8.5'", 8.5),
        (scalars.number, "'18446744073709551615'", 18446744073709551615),
        (scalars.number, "'.nan'", None),
        (scalars.boolean, "'true'", True),
        (scalars.boolean, '"False"', False),
        (scalars.boolean, "'null'", None),
        (scalars.boolean, "'8'", None),
        (scalars.boolean, "!!str true", None),
    ],
)
def test_quotes_are_seen_through_for_the_mend_only(reader: Any, written: str, meant: Any) -> None:
    refused = refusal(reader, written)
    assert refused.code == "wrong-type"
    assert refused.meant == meant
    assert type(refused.meant) is type(meant)


@pytest.mark.parametrize(
    "written",
    [*["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "'yes'", '"on"'], "!!str y", "!!bool true"],
)
def test_true(written: str) -> None:
    assert scalars.boolean(node(written)) is True


@pytest.mark.parametrize(
    "written", [*["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N", "'off'"], "!!str n", "!!bool false"]
)
def test_false(written: str) -> None:
    assert scalars.boolean(node(written)) is False


@pytest.mark.parametrize(
    "written", [*["1", "0", "1.0", "yEs", "tRue", "t", "x", "''", "'true'", ".nan", "2001-01-01"], "!!str true"]
)
def test_what_is_no_boolean(written: str) -> None:
    assert refusal(scalars.boolean, written).code == "wrong-type"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2", "2"),
        ("1.0", "1.0"),
        ("0x10", "0x10"),
        ("1_0", "1_0"),
        ("true", "true"),
        (".nan", ".nan"),
        ("2001-01-01", "2001-01-01"),
        ("'~'", "~"),
        ("''", ""),
        ("!!str", ""),
        ("!!str ~", "~"),
        ("!!int 0x10", "0x10"),
        ("!!bool true", "true"),
        ("!!float 1", "1"),
        ("|\n  null", "null\n"),
        ('"a\\0b"', "a\0b"),
    ],
)
def test_any_scalar_is_a_text(written: str, value: str) -> None:
    assert scalars.text(node(written)) == value


@pytest.mark.parametrize("reader", [scalars.integer, scalars.number, scalars.boolean, scalars.text])
@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL", "!!null ~", "!!null ''", "!!null"])
def test_null_is_nothing(reader: Any, written: str) -> None:
    assert reader(node(written)) is None
    assert scalars.is_null(node(written))


@pytest.mark.parametrize("written", ["nULL", "'null'", "''", "!!str ~", "!!null x", "!foo ~", "0"])
def test_what_is_not_null(written: str) -> None:
    assert not scalars.is_null(node(written))


@pytest.mark.parametrize("reader", [scalars.integer, scalars.number, scalars.boolean, scalars.text])
@pytest.mark.parametrize(
    "written", ["!foo 8", "! 8", "!!set 8", "!!timestamp 2001-01-01", "!!binary aGk=", "!!map x", "!<x:y> 8"]
)
def test_unknown_tags(reader: Any, written: str) -> None:
    refused = refusal(reader, written)
    assert refused.code == "unknown-tag"
    assert refused.found.startswith("the tag !" if "<" not in written else "the tag x:y")


@pytest.mark.parametrize("reader", [scalars.integer, scalars.number, scalars.boolean, scalars.text])
@pytest.mark.parametrize(
    "written",
    [
        "!!int 8.0", "!!int abc", "!!int 2001-01-01", "!!float abc", "!!bool yes", "!!bool 1", "!!null x", "!!int ''",
        "!!float ~", "!!float 18446744073709551615", "!!int 1e3", "!!float 2001-01-01",
    ],
)  # fmt: skip
def test_tags_that_do_not_fit(reader: Any, written: str) -> None:
    assert refusal(reader, written).code == "wrong-tag"


@pytest.mark.parametrize(
    ("plain", "kind", "value"),
    [
        ("8", scalars.INTEGER, 8),
        ("8.0", scalars.NUMBER, 8.0),
        ("true", scalars.BOOLEAN, True),
        ("", scalars.NULL, None),
        ("yes", scalars.TEXT, "yes"),
        ("2001-1-2 03:04:05.5", scalars.TIMESTAMP, "2001-1-2 03:04:05.5"),
        ("<<", scalars.TEXT, "<<"),
        ("18446744073709551615", scalars.INTEGER, 2**64 - 1),
        ("+18446744073709551615", scalars.NUMBER, float(2**64 - 1)),
        ("-.INF", scalars.NUMBER, -math.inf),
    ],
)
def test_what_plain_scalars_are(plain: str, kind: str, value: Any) -> None:
    assert scalars.resolve_plain(plain) == (kind, value)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("abc", 'the text "abc"'),
        ("'8'", 'the text "8"'),
        ("!!str 8", 'the text "8"'),
        ("8", "8"),
        ("1e400", "1e400"),
        ("true", "true"),
        ("~", "~"),
        ("2001-01-01", "2001-01-01"),
        ("x" * 100, 'the text "' + "x" * 59 + '…"'),
        ("9" * 100, "9" * 59 + "…"),
    ],
)
def test_scalars_in_messages(written: str, words: str) -> None:
    assert scalars.describe_scalar(node(written)) == words


def test_long_tags_are_shortened() -> None:
    assert len(refusal(scalars.text, "!" + "x" * 500 + " 8").found) < 80


@given(st.integers(INT64_MIN, INT64_MAX))
def test_every_int64_is_read_back(value: int) -> None:
    for written in (str(value), hex(value), oct(value), bin(value)):
        assert scalars.integer(node(written)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back(value: float) -> None:
    assert scalars.number(node(repr(value))) == value


@given(st.text(st.sampled_from("0123456789+-._eExXoObBaftnulryNT:Z ~"), max_size=12))
def test_readers_return_or_refuse(plain: str) -> None:
    tree = compose(f"- !!str {plain}")
    scalar = tree.root.items[0] if tree.root and not tree.problems else node("''")
    scalar.value, scalar.tag, scalar.style = plain, None, None
    for reader in (scalars.integer, scalars.number, scalars.boolean, scalars.text):
        try:
            value = reader(scalar)
        except Refused as refused:
            assert refused.code in ("wrong-type", "fraction", "not-finite", "out-of-range")
        else:
            assert value is None or (reader is not scalars.integer or INT64_MIN <= value <= INT64_MAX)
