"""Rows that are read at once are those that the standard library reads one by one, in pieces of any size."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.formats.traces.csv_rows import read_csv
from blis_tui.formats.traces.json_rows import read_json_lines
from blis_tui.formats.traces.rows import MOMENT, NUMBER, TEXT, WHOLE, WHOLES, Rows, cell_reader
from blis_tui.problems import SpecError

SIZES = st.sampled_from([1, 7, 64, 1 << 20])
WANTED = {"a": WHOLE, "b": NUMBER, "c": TEXT}
WHOLE_CELLS = st.one_of(
    st.integers(0, 9), st.integers(0, 10**8 + 1), st.integers(10**15, 10**16 + 1), st.integers(-(2**63), 2**63 - 1)
)
NUMBER_CELLS = st.one_of(
    st.floats(0, 1e6).map(lambda value: f"{value:.3f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        ["0", "7", "1.", ".5", "0.1", "1e3", "-1.25", "0.30000000000000004", "9007199254740993", "123456789.123456789"]
    ),
)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=20)
"""Line ends within cells are tried on their own."""


def nothing(done: float) -> None:
    """Let the work go on."""


def values(rows: Rows, column: str, kind: str) -> list[Any]:
    """Return a column as Python's values."""
    if kind == TEXT:
        texts = rows.texts(column)
        return [texts.names[number] for number in texts.of.tolist()]
    if kind == WHOLES:
        found = rows.lists(column)
        bounds = found.bounds.tolist()
        return [found.values[start:end].tolist() for start, end in pairwise(bounds)]
    return (rows.number(column) if kind == NUMBER else rows.whole(column)).tolist()


@given(st.lists(st.tuples(WHOLE_CELLS, NUMBER_CELLS, TEXTS), max_size=30), SIZES, st.sampled_from(["\n", "\r\n"]))
def test_csv_is_read_as_the_standard_library_does(drawn: list[tuple[int, str, str]], size: int, end: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows([["a", "b", "unused", "c"], *([a, b, "x,y", c] for a, b, c in drawn)])
    rows = read_csv(out.getvalue().encode(), "f", WANTED, ("a",), nothing, size)
    assert len(rows) == len(drawn)
    assert values(rows, "a", WHOLE) == [a for a, _, _ in drawn]
    assert values(rows, "b", NUMBER) == [float(b) for _, b, _ in drawn]
    assert values(rows, "c", TEXT) == [c for _, _, c in drawn]
    texts = rows.texts("c")
    assert list(texts.names) == list(dict.fromkeys(c for _, _, c in drawn))  # in the order of their first rows


@given(st.text('ab,"\n\r1 .', max_size=30), SIZES)
def test_any_csv_is_read_so_or_refused(body: str, size: int) -> None:
    try:
        rows = read_csv(f"a,c\n{body}".encode(), "f", {"a": TEXT, "c": TEXT}, (), nothing, size)
    except SpecError as error:
        assert error.problems[0].line is not None
        return
    if "\r" in body.replace("\r\n", ""):  # alone it ends a line for some, and is a character for others
        return
    expected = [tuple(row) for row in csv.reader(io.StringIO(body.replace("\r\n", "\n"), newline="\n")) if row]
    assert list(zip(values(rows, "a", TEXT), values(rows, "c", TEXT), strict=True)) == expected


@given(st.text("0123456789.-+eE_ infaN", min_size=1, max_size=22), SIZES)
def test_numbers_are_those_that_are_read_one_by_one(cell: str, size: int) -> None:
    for kind in (WHOLE, NUMBER):
        try:
            expected = cell_reader(kind)(cell)
        except ValueError:
            expected = None
        text = f"a,z\n5,0\n{cell},0\n77,0\n".encode()
        try:
            found = values(read_csv(text, "f", {"a": kind}, (), nothing, size), "a", kind)
        except SpecError as error:
            assert expected is None
            assert error.problems[0].line == 3
        else:
            assert found == [5, expected, 77]


@given(
    st.datetimes().map(lambda time: time.isoformat(" ")),
    st.sampled_from(["", "Z", "+00:00", "+02:00", "-05:30"]),
    st.sampled_from(["", "0", "00", "9", "99", "999"]),
)
def test_moments_are_those_that_are_read_one_by_one(time: str, zone: str, digits: str) -> None:
    cell = f"{time}{digits if '.' in time else ''}{zone}"
    text = f"t,z\n2020-01-01 00:00:00,0\n{cell},0\n".encode()
    found = values(read_csv(text, "f", {"t": MOMENT}, ("t",), nothing), "t", MOMENT)
    expected = (np.datetime64(time, "us").astype(np.int64)).item()
    if zone[:1] in ("+", "-"):
        minutes = int(zone[1:3]) * 60 + int(zone[4:])
        expected -= minutes * 60_000_000 * (1 if zone[0] == "+" else -1)
    assert found == [1577836800000000, expected]


@pytest.mark.parametrize(
    "cell", ["2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-01-01 24:00:01", "2023-01-01 00:60:00", "x", ""]
)
def test_times_on_no_calendar_are_refused(cell: str) -> None:
    with pytest.raises(SpecError, match=r"f:3:1: .*a time such as"):
        read_csv(f"t,z\n2020-01-01 00:00:00,0\n{cell},0\n".encode(), "f", {"t": MOMENT}, ("t",), nothing)


def test_what_must_be_there_may_not_be_empty() -> None:
    assert values(read_csv(b"a,z\n1,0\n,0\n", "f", {"a": WHOLE}, (), nothing), "a", WHOLE) == [1, 0]
    with pytest.raises(SpecError, match="f:3:1: error: a: must be a whole number"):
        read_csv(b"a,z\n1,0\n,0\n", "f", {"a": WHOLE}, ("a",), nothing)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'a,c\n1,"x\n2,y\n', "f:2:1: error: is no CSV: quotes are open at the end"),
        (b'a,c\n0,\n1,x"y"\n', "f:3:1: error: quotes must be around a whole cell"),
        (b'a,c\n0,"a"\n1,"x"y\n', "f:3:1: error: quotes must be around a whole cell"),
        (b'a,c\n0,"a"\n1,"x"y"z"\n', "f:3:1: error: quotes must be around a whole cell"),
        (b"a,c\n1,x\n\n2\n", "f:4:1: error: 1 cells where the head has 2"),
        (b'a,c\n"1\n",x\n2,y,z\n', "f:4:1: error: 3 cells where the head has 2"),
        (b"a,c\n1,\xff\n", "f:2:3: error: c: is not UTF-8 text"),
        (b'a,c\n1,"x\n\ny"\n\nb,2\n', "f:6:1: error: a: b is not a whole number"),
        (b'a,c\n1,"\xff"\n', "c: is not UTF-8 text"),
    ],
)
def test_what_is_wrong_with_csv_is_told_with_its_line(text: bytes, message: str) -> None:
    for size in (1, 1 << 20):
        with pytest.raises(SpecError) as caught:
            read_csv(text, "f", {"a": WHOLE, "c": TEXT}, (), nothing, size)
        assert message in str(caught.value)


JSON_ROWS = st.fixed_dictionaries(
    {"a": st.integers(0, 2**40), "b": st.floats(0, 1e9, allow_nan=False) | st.integers(0, 10**6)},
    optional={
        "c": st.text(max_size=10),
        "ids": st.lists(st.integers(0, 2**32), max_size=6),
        "other": st.text('xy,:[]{} 1"\\', max_size=5) | st.booleans() | st.none() | st.lists(st.integers(0, 3), max_size=2),
    },
)
JSON_WANTED = {"a": WHOLE, "b": NUMBER, "c": TEXT, "ids": WHOLES}


@given(st.lists(JSON_ROWS, max_size=12), st.booleans(), SIZES, st.sampled_from([(", ", ": "), (",", ":")]))
def test_json_is_read_as_the_standard_library_does(
    drawn: list[dict[str, Any]], alike: bool, size: int, separators: tuple[str, str]
) -> None:
    if alike:
        keys = set(drawn[0]) if drawn else set()
        drawn = [row for row in drawn if set(row) == keys]
    lines = [json.dumps(row, separators=separators, ensure_ascii=False) for row in drawn]
    rows = read_json_lines("\n".join(lines).encode("utf-8", "surrogatepass"), "f", JSON_WANTED, ("a", "b"), nothing, size)
    assert len(rows) == len(drawn)
    assert values(rows, "a", WHOLE) == [row["a"] for row in drawn]
    assert values(rows, "b", NUMBER) == [row["b"] for row in drawn]
    assert values(rows, "c", TEXT) == [row.get("c", "") for row in drawn]
    assert values(rows, "ids", WHOLES) == [row.get("ids", []) for row in drawn]


PLAIN = '{"a": 1, "b": 2.5, "c": "x", "ids": [1, 22, 3]}\n'


@given(st.integers(0, 2 * len(PLAIN)), st.integers(0, 3), st.text('0123,.:[]{}" \n\\eE-+xtrue', max_size=3), SIZES)
def test_damaged_json_is_read_as_the_standard_library_does(place: int, cut: int, put: str, size: int) -> None:
    text = PLAIN * 3
    text = text[:place] + put + text[place + cut :]
    try:
        rows = read_json_lines(text.encode(), "f", JSON_WANTED, ("a", "b"), nothing, size)
    except SpecError:
        return
    parsed = [json.loads(line) for line in text.split("\n") if line.strip()]
    assert values(rows, "a", WHOLE) == [row["a"] for row in parsed]
    assert values(rows, "b", NUMBER) == [row["b"] for row in parsed]
    assert values(rows, "c", TEXT) == [row.get("c") or "" for row in parsed]
    assert values(rows, "ids", WHOLES) == [row.get("ids") or [] for row in parsed]


def test_other_keys_are_passed_over_and_must_be_values_all_the_same() -> None:
    line = '{"kind": "text", "turn": 3, "a": 7, "b": 1, "ids": [], "z": 1.5}\n'
    rows = read_json_lines((line * 3).encode(), "f", JSON_WANTED, ("a",), nothing)
    assert values(rows, "ids", WHOLES) == [[], [], []]
    assert values(rows, "a", WHOLE) == [7, 7, 7]
    for wrong in ('"kind": tex', '"kind": "x""y"', '"kind": 01', '"kind": '):
        with pytest.raises(SpecError, match="f:2:"):
            read_json_lines((line + line.replace('"kind": "text"', wrong)).encode(), "f", JSON_WANTED, ("a",), nothing)
