"""Ways out: whatever happens, there is one line and an exit code, and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bad_input import GOOD
from running import Run

Write = Callable[..., Path]
PROGRAM = [sys.executable, "-m", "blis_tui"]


def started(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("command", [["--check"], ["--summary"], ["--export", "-", "--format", "yaml"]])
@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
        (MemoryError(), 1, "blis-tui: there is not enough memory for this workload\n"),
        (RuntimeError("boom\x1b[m"), 70, "blis-tui: internal error (RuntimeError: boom\\x1b[m); please report it"),
    ],
)
def test_what_goes_wrong_inside(
    run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], error: BaseException, code: int, message: str
) -> None:
    monkeypatch.setattr("blis_tui.cli.inputs.specs.check", raising(error))
    ran = run(*command, spec)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(message)
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= 1


def test_developers_get_the_traceback(run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.cli.inputs.specs.check", raising(RuntimeError("boom")))
    monkeypatch.setenv("BLIS_TUI_DEBUG", "1")
    ran = run("--check", spec)
    assert ran.code == 70
    assert ran.err.startswith("Traceback")
    assert "RuntimeError: boom\nblis-tui: internal error" in ran.err


def test_a_spec_that_generation_refuses_late(run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.problems import Problem, SpecError

    found = SpecError([Problem("request-too-long", "error", (), "a request of 5,000,000,000 tokens is drawn")])
    monkeypatch.setattr("blis_tui.workload.generate.planned_and_sent", raising(found))
    ran = run("--summary", spec)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{spec}:1:1: error: a request of 5,000,000,000 tokens is drawn [request-too-long]\n"


@pytest.mark.parametrize("command", [["--check"], ["--summary"], ["--export", "out"], ["--export", "-", "--format", "csv"]])
def test_files_that_cannot_be_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("nowhere")
    Path("file").write_text(GOOD)
    for path in (".", "missing", "loop", "dangling", "file/below", "/proc/self/mem", "x" * 300, "nul\0"):
        ran = run(*command, path)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("blis-tui: ")
        assert not Path("out").exists()


def test_no_permission(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.cli.inputs.specs.read_bytes", raising(PermissionError(13, "Permission denied")))
    assert run("--check", "secret.yaml").err.startswith("blis-tui: secret.yaml: Permission denied\n")


def test_a_named_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = started("--check", pipe, stdout=subprocess.PIPE)
    pipe.write_text(GOOD)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, b"", b"1 file: no problems\n")


def test_endless_input_is_refused() -> None:
    process = started("--check", "/dev/zero", "--max-size", "100kB", stdout=subprocess.PIPE)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"[too-large]" in out


@pytest.mark.parametrize("size", ["99999999GB", "9223372036854775807"])
def test_a_size_beyond_all_memory_lets_small_files_be_read(run: Run, spec: Path, size: str) -> None:
    assert run("--check", spec, "--max-size", size).code == 0
    assert run("--check", "-", "--max-size", size, stdin=GOOD.encode()).code == 0


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_closed_streams(spec: Path, stream: str) -> None:
    bad = spec.with_name("bad.yaml")
    bad.write_text("- 1\n")
    arguments, redirection = {
        "stdin": (["--check", "-"], "<&-"), "stdout": (["--check", str(bad)], ">&-"), "stderr": (["--check", str(bad)], "2>&-"),
    }[stream]  # fmt: skip
    command = " ".join([*PROGRAM, *arguments, redirection])
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == (1 if stream == "stderr" else 3)
    assert "Traceback" not in ran.stderr
    if stream != "stderr":
        assert ran.stderr.startswith("blis-tui: standard ")


def test_everything_on_a_closed_standard_output(spec: Path) -> None:
    for arguments in ("--help", "--version", f"--summary {spec}", f"--export - {spec} --format csv"):
        command = f"{' '.join(PROGRAM)} {arguments} >&-"
        ran = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 3
        assert ran.stderr.endswith("blis-tui: standard output: is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [["--check", "--json"], ["--summary"], ["--export", "-", "--format", "csv"], ["--help"]])
def test_a_full_disk_behind_standard_output(spec: Path, command: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        process = started(*command, spec, stdout=full)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert err.splitlines()[-1] == b"blis-tui: standard output: No space left on device"
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["--check"], 1),
        (["--check", "--json"], 1),
        (["--summary"], 0),
        (["--export", "-", "--format", "csv"], 0),
        (["--help"], 0),
    ],
)
def test_a_closed_pipe_ends_quietly(write: Write, command: list[str], code: int) -> None:
    path = write("\n".join(f"key{number}: 1" for number in range(5000)) if "--check" in command else GOOD)
    reader, writer = os.pipe()
    os.close(reader)
    process = started(*command, path, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Broken pipe" not in err
    assert b"Traceback" not in err


def test_ctrl_c_in_the_midst_of_an_export(write: Write, tmp_path: Path) -> None:
    path = write(GOOD.replace("rate: 8.0", "rate: 8000").replace("horizon: 60000000", ""))
    out = tmp_path / "out"
    process = started("--export", out, path, "--format", "csv", stdout=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert not out.exists()


def test_the_entry_point_ends_with_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui import __main__

    monkeypatch.setattr(sys, "argv", ["blis-tui", "--nonsense"])
    with pytest.raises(SystemExit) as ended:
        __main__.run()
    assert ended.value.code == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminals_that_know_few_characters(spec: Path, encoding: str) -> None:
    bad = spec.with_name("größe.yaml")
    bad.write_text(GOOD.replace("rate: 8.0", "rate: -8"))
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for command in (["--check"], ["--summary"], ["--summary", "--set", "inference_perf.stages[0].rate=8"]):
        ran = subprocess.run([*PROGRAM, *command, str(bad)], env=environment, capture_output=True, timeout=30, check=False)
        assert ran.returncode in (0, 1)
        assert b"Traceback" not in ran.stderr
