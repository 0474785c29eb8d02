"""From bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.spec.yaml.encoding import MAX_SIZE, encoding_of, read_text, written_text


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


@pytest.mark.parametrize(("codec", "mark"), [("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)])
def test_utf_16_with_a_mark_is_read_and_written_back(codec: str, mark: bytes) -> None:
    data = mark + "id: é日本😀\r\nb: 1\r".encode(codec)
    text = "\ufeffid: é日本😀\r\nb: 1\r"
    assert encoding_of(data) == codec and read_text(data) == (text, [])
    assert written_text(text, codec) == data
    assert written_text(text[1:], codec) == data  # without its mark nobody could read it
    assert only_problem(mark + "a: 1\nb: ".encode(codec) + b"x") == ("not-utf-8", 2, 4)


def test_utf_8_is_written_as_it_is() -> None:
    for text in ("a: 1", "\ufeffa: 1"):
        assert written_text(text) == text.encode()
        assert encoding_of(written_text(text)) == "utf-8"


def test_utf_32_is_named() -> None:
    for codec in ("utf-32", "utf-32-be"):
        data = "\ufeffversion: '2'\n".encode(codec) if codec.endswith("be") else "version: '2'\n".encode(codec)
        assert only_problem(data) == ("not-utf-8", 1, 1)
        assert "UTF-32" in read_text(data)[1][0].message


def test_size_has_a_limit_that_can_be_lifted() -> None:
    assert read_text(b"#" * MAX_SIZE)[0] is not None
    assert only_problem(b"#" * (MAX_SIZE + 1)) == ("too-large", 1, 1)
    assert read_text(b"####", max_size=4) == ("####", [])
    for size, told in ((4, "4 bytes"), (1, "1 byte"), (0, "0 bytes")):
        (problem,) = read_text(b"#####", max_size=size)[1]
        assert (problem.code, problem.message) == ("too-large", f"the file is larger than {told}, too large for a workload file")
    assert read_text(b"#" * (MAX_SIZE + 1), max_size=None)[1] == []


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_problem(data: bytes) -> None:
    text, problems = read_text(data)
    assert (text is None) == bool(problems)
    if text is not None:
        assert written_text(text, encoding_of(data)) == data
