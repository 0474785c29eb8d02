"""Standard streams that are closed, full or gone."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from bad_input import GOOD

from blis_tui.cli import main
from blis_tui.cli.errors import CommandError
from blis_tui.cli.inputs.stdin import read_stdin, stdin_head
from blis_tui.cli.outputs.streams import finish, is_terminal, note, put, tolerate_any_text


class Failing(io.StringIO):
    """A stream that takes nothing; its descriptor, if it has one, is the write end of a pipe."""

    def __init__(self, error: Exception, *, when: str = "write", descriptor: int | None = None) -> None:
        super().__init__()
        self._error = error
        self._when = when
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        if self._when == "write":
            raise self._error
        return len(text)

    def flush(self) -> None:
        if self._when == "flush":
            raise self._error

    def fileno(self) -> int:
        if self._descriptor is None:
            raise OSError("no descriptor")
        return self._descriptor


FULL = OSError(28, "No space left on device")


def streams(monkeypatch: pytest.MonkeyPatch, **given: Any) -> io.StringIO:
    """Replace standard streams; return what is left of standard error."""
    err = io.StringIO()
    for name, stream in {"stderr": err, **given}.items():
        monkeypatch.setattr(sys, name, stream)
    return err


def test_a_full_disk_is_told_by_whoever_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    streams(monkeypatch, stdout=Failing(FULL))
    with pytest.raises(CommandError, match="standard output: No space left on device"):
        put("data")


def test_a_closed_stream_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    streams(monkeypatch, stdout=None)
    with pytest.raises(CommandError, match="standard output: is closed"):
        put("data")
    closed = io.StringIO()
    closed.close()
    streams(monkeypatch, stdout=closed)
    with pytest.raises(CommandError, match="standard output: "):
        put("data")


def test_a_pipe_that_nobody_reads_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = Failing(BrokenPipeError(), descriptor=writer)
    streams(monkeypatch, stdout=stream)
    put("data")
    os.write(writer, b"goes nowhere now")
    os.close(writer)
    streams(monkeypatch, stdout=Failing(BrokenPipeError(), when="flush"))
    assert finish(1) == 1


@pytest.mark.parametrize(("before", "after"), [(0, 3), (1, 1), (2, 2)])
def test_what_fails_at_the_end_counts_unless_worse_came_before(monkeypatch: pytest.MonkeyPatch, before: int, after: int) -> None:
    err = streams(monkeypatch, stdout=Failing(FULL, when="flush"))
    assert finish(before) == after
    assert err.getvalue() == "blis-tui: standard output: No space left on device\n"
    streams(monkeypatch, stdout=None)
    assert finish(before) == before


def test_notes_nobody_hears_are_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (None, Failing(FULL), Failing(BrokenPipeError(), when="flush")):
        streams(monkeypatch, stderr=stream)
        note("hello")


def test_notes_are_shown_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    err = streams(monkeypatch)
    note("one\x1b[31m", "two\r\nof it")
    assert err.getvalue() == "one\\x1b[31m\ntwo\\r\\nof it\n"


def test_any_text_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    streams(monkeypatch, stdout=out)
    tolerate_any_text()
    put("≥ \udcff")
    out.flush()
    assert out.buffer.getvalue() == rb"\u2265 \udcff"  # type: ignore[attr-defined]


def test_what_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    assert not is_terminal(None)
    assert not is_terminal(closed)
    assert not is_terminal(io.StringIO())


def test_standard_input_that_is_closed_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: Any) -> int:
            raise OSError(5, "Input/output error")

    for stream, reason in ((None, "is closed"), (io.TextIOWrapper(io.BufferedReader(Broken())), "Input/output error")):
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(CommandError, match=f"standard input: {reason}"):
            read_stdin(100)
        with pytest.raises(CommandError, match=f"standard input: {reason}"):
            stdin_head(100)


def test_how_standard_input_begins_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"of another run")))
    assert stdin_head(2) == b"of"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"123456789")))
    assert (stdin_head(4), stdin_head(2), read_stdin(6), read_stdin(9)) == (b"1234", b"12", b"123456", b"789")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1234")))
    assert (stdin_head(9), read_stdin(3)) == (b"1234", b"123")


def test_an_export_to_a_closed_standard_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    err = streams(monkeypatch, stdout=None)
    assert main(["--export", "-", str(path), "--format", "yaml"]) == 3
    assert err.getvalue() == "blis-tui: standard output: is closed\n"


def test_an_export_to_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)

    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, _: Any) -> int:
            raise FULL

    stream = io.TextIOWrapper(io.BufferedWriter(Full(), 10))
    err = streams(monkeypatch, stdout=stream)
    assert main(["--export", "-", str(path), "--format", "yaml"]) == 3
    assert "No space left on device" in err.getvalue()
    stream.detach().detach()
