"""Bad input of every kind: the right exit code, line and column; never a traceback, a hang or much memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_input import BAD
from running import Run

from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import WorkloadSpec

LIMIT_MB = 500


@pytest.mark.parametrize("name", BAD)
def test_bad_files(run: Run, tmp_path: Path, name: str) -> None:
    bad = BAD[name]
    path = tmp_path / "bad.yaml"
    path.write_bytes(bad.data)
    ran = run("--check", path)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    pattern = re.compile(rf"{re.escape(str(path))}:(\d+:\d+): error: (.*) \[([a-z0-9-]+)\]")
    found = [match.groups() for match in map(pattern.fullmatch, ran.out.splitlines()) if match]
    assert any(
        place.startswith(bad.place) and code.startswith(bad.code) and bad.word in message for place, message, code in found
    ), ran.out


def test_there_are_many_kinds() -> None:
    assert len(BAD) >= 60


@pytest.mark.parametrize("command", [["--summary"], ["--summary", "--json"], ["--export", "-", "--format", "jsonl"]])
@pytest.mark.parametrize(
    "name", ["empty file", "deep block lists", "billion laughs", "a billion clients", "durations past int64 together"]
)
def test_bad_files_generate_nothing(run: Run, name: str, command: list[str]) -> None:
    ran = run(*command, "-", stdin=BAD[name].data)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("<stdin>:")


def test_bad_files_take_little_time_and_memory(tmp_path: Path) -> None:
    """All of them, with 200 MB of zeros and of YAML, in one process whose address space and time are limited."""
    for number, bad in enumerate(BAD.values()):
        (tmp_path / f"{number}.yaml").write_bytes(bad.data)
    with (tmp_path / "huge.yaml").open("wb") as huge:
        huge.truncate(200_000_000)
    with (tmp_path / "long.yaml").open("wb") as long:
        long.write(b"clients:\n" + b"- {}\n" * 1000)
        long.truncate(200_000_000)
    code = textwrap.dedent(f"""
        import resource, signal, sys
        resource.setrlimit(resource.RLIMIT_AS, ({LIMIT_MB} * 10**6, {LIMIT_MB} * 10**6))
        from blis_tui.cli import main
        for path in sys.argv[1:]:
            signal.alarm(20)
            code = main(["--check", path])
            signal.alarm(0)
            assert code == 1, (path, code)
    """)
    files = sorted(str(path) for path in tmp_path.glob("*.yaml"))
    ran = subprocess.run([sys.executable, "-c", code, *files], capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "internal error" not in ran.stderr
    assert "memory" not in ran.stderr


WRONG: dict[str, list[Any]] = {
    fields.INTEGER: ["many", 1.5, True, [1], {"a": 1}, 10**30],
    fields.NUMBER: ["fast", False, [1.0], {"a": 1}],
    fields.BOOLEAN: ["perhaps", 3, [True], {"a": 1}],
    fields.TEXT: [["a"], {"a": 1}],
    fields.RECORD: ["x", 7, [1]],
    fields.LIST: ["x", 7, {"a": 1}],
    fields.PARAMS: ["x", 7, [1]],
    fields.MAP: ["x", 7, [1]],
}


def declared_fields(record: type[Record] = WorkloadSpec, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Walk every field of the format, by its place."""
    for name, field in record.fields.items():
        yield (*place, name), field
        if field.record is not None:
            step = {fields.LIST: ("[]",), fields.MAP: ("batch",)}.get(field.kind, ())
            yield from declared_fields(field.record, (*place, name, *step))


FIELDS = dict(declared_fields())


def nested(place: tuple[str, ...], value: Any) -> Any:
    """Return a document with a value at a place."""
    for step in reversed(place):
        value = [value] if step == "[]" else {step: value}
    return value


@pytest.mark.parametrize("place", FIELDS, ids=".".join)
def test_every_field_with_a_wrong_type(run: Run, place: tuple[str, ...]) -> None:
    field = FIELDS[place]
    name = ".".join(place).replace(".[]", "[0]")
    for value in WRONG[field.kind]:
        text = json.dumps(nested(place, value))
        ran = run("--check", "-", stdin=text.encode())
        assert ran.code == 1
        assert "internal error" not in ran.err
        written = f'"{place[-1]}": {json.dumps(value)}'
        at = text.index(written) + 1
        inside = at + len(place[-1]) + 4
        lines = [
            line for line in ran.out.splitlines() if re.match(rf"<stdin>:1:({at}|{inside}): error: {re.escape(name)}\b", line)
        ]
        assert lines, f"{text}\n{ran.out}"
