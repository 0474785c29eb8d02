"""From bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.spec.reader import MAX_SIZE, read_text


def only_problem(data: bytes) -> tuple[str, int | None, int | None]:
    text, problems = read_text(data)
    assert text is None
    (problem,) = problems
    assert problem.severity == "error"
    return problem.code, problem.line, problem.column


def test_utf_8_is_read_as_it_is() -> None:
    written = "id: é日本😀\r\nb: 1\r"
    assert read_text(written.encode()) == (written, [])
    assert read_text(b"") == ("", [])


def test_a_byte_order_mark_stays() -> None:
    assert read_text(codecs.BOM_UTF8 + b"a: 1") == ("\ufeffa: 1", [])


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\x80", (1, 1)),
        (b"a: 1\nb: \xff\n", (2, 4)),
        ("é: ".encode() + b"\xc3", (1, 4)),
        (codecs.BOM_UTF8 + b"a: \xfe", (1, 4)),
        (b"a: \xed\xa0\x80", (1, 4)),
        (b"a: \xc0\x80", (1, 4)),
        ("a: 1\r\n\u2028".encode() + b"\xf5", (3, 1)),
        ("id: é".encode("latin-1"), (1, 5)),
    ],
)
def test_what_is_not_utf_8_has_a_place(data: bytes, place: tuple[int, int]) -> None:
    assert only_problem(data) == ("not-utf-8", *place)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_16_and_32_are_named(encoding: str) -> None:
    data = "version: '2'\n".encode(encoding)
    assert only_problem(data) == ("not-utf-8", 1, 1)
    assert "UTF-16" in read_text(data)[1][0].message


def test_size_has_a_limit_that_can_be_lifted() -> None:
    assert read_text(b"#" * MAX_SIZE)[0] is not None
    assert only_problem(b"#" * (MAX_SIZE + 1)) == ("too-large", 1, 1)
    assert read_text(b"####", max_size=4) == ("####", [])
    assert read_text(b"#####", max_size=4)[1][0].code == "too-large"
    assert read_text(b"#" * (MAX_SIZE + 1), max_size=None)[1] == []


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_problem(data: bytes) -> None:
    text, problems = read_text(data)
    assert (text is None) == bool(problems)
    if text is not None:
        assert text.encode() == data
